"""Text files as tables: UTF-8 (or UTF-16 with its mark), with semicolons, commas or tabs."""

import csv
import io
from itertools import islice

from gateway.registry.sheets.faults import UnreadableFileError
from gateway.registry.sheets.table import MOST_COLUMNS, MOST_ROWS, Line, Table, as_typed, is_blank

_DELIMITERS = ";,\t"
_SAMPLE = 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv(content: bytes) -> Table:
    """The rows of a text file.

    Raises:
        UnreadableFileError: It is no table.
    """
    text = _decoded(content)
    delimiter, text = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if is_blank(cells):
                continue
            lines.append(Line(number, tuple(map(as_typed, cells))))
            check_size(len(lines), len(cells), "", number)
    except csv.Error as error:
        raise UnreadableFileError(
            f"Dòng {number + 1}: ngoặc kép không khép, hoặc ô quá dài. Hãy lưu lại bằng Excel thành CSV UTF-8.",
            f"Row {number + 1}: a quote is not closed, or a cell is too long. Save it again as CSV UTF-8.",
        ) from error
    return Table("", lines, is_text=True)


def check_size(rows: int, columns: int, sheet: str, number: int) -> None:
    """Whether a table is still of a size that is taken.

    Raises:
        UnreadableFileError: It is not.
    """
    if rows > MOST_ROWS + _SAMPLE:
        raise UnreadableFileError(
            f"Nhiều hơn {MOST_ROWS} dòng. Hãy chia thành nhiều tệp.",
            f"More than {MOST_ROWS} rows. Split it into several files.",
            sheet,
        )
    if columns > MOST_COLUMNS:
        raise UnreadableFileError(
            f"Dòng {number} có {columns} cột, nhiều nhất {MOST_COLUMNS}. Hãy xóa cột thừa.",
            f"Row {number} has {columns} columns, at most {MOST_COLUMNS}. Delete those that are too many.",
            sheet,
        )


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFileError(
            f"Dòng {line}: không phải UTF-8 (byte 0x{content[error.start]:02x}). Hãy lưu thành «CSV UTF-8» hoặc .xlsx.",
            f"Line {line}: is not UTF-8 (byte 0x{content[error.start]:02x}). Save it as 'CSV UTF-8' or .xlsx.",
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UnreadableFileError(
            f"Dòng {line}: có byte 0, đây không phải tệp chữ. Hãy lưu thành «CSV UTF-8» hoặc .xlsx.",
            f"Line {line}: holds a zero byte, this is no text. Save it as 'CSV UTF-8' or .xlsx.",
        )
    return text


def _delimiter(text: str) -> tuple[str, str]:
    """What separates the cells, and the text behind a line ``sep=;``, by which Excel is told."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"')
    if told.lower().startswith("sep=") and len(told) == len("sep=;"):
        return told[-1], "\n" + rest  # the line stays, so that rows are counted as Excel counts them
    return max(_DELIMITERS, key=lambda one: _columns(text, one)), text


def _columns(text: str, delimiter: str) -> float:
    """Into how many cells the first rows fall: the most even, and then the most, is right."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        widths = [len(row) for row in islice(reader, _SAMPLE) if row]
    except csv.Error:
        return 0.0
    return (min(widths) + max(widths) / 1000) if widths else 0.0
