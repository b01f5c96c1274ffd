"""Workbooks as tables, row by row: openpyxl in its reading mode, which holds one row at a time."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from posixpath import join, normpath
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

from openpyxl import load_workbook

from gateway.registry.sheets.container import damaged, look_into
from gateway.registry.sheets.faults import UnreadableFileError
from gateway.registry.sheets.from_csv import check_size
from gateway.registry.sheets.table import GUIDE, LISTS, MOST_COLUMNS, Broken, Formula, Line, Table, is_blank

Found = TypeVar("Found")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZEROS = re.compile(r"0{2,30}(?:;.*)?")


def read_xlsx(content: bytes) -> Table:
    """The rows of the one sheet that has some.

    Raises:
        UnreadableFileError: It cannot be read, or it cannot be told which sheet is meant.
    """
    return _opened(content, _read)


def read_sheets(content: bytes) -> list[Table]:
    """The rows of every visible sheet that has some; sheets of guidance are left out.

    Raises:
        UnreadableFileError: It cannot be read.
    """
    return _opened(content, lambda book, merged: _tables(book, merged)[0])


def _opened(content: bytes, read: Callable[[Any, dict[str, Sequence[str]]], Found]) -> Found:
    merged = look_into(content).merged
    try:
        paths = _paths(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that it does not know
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                return read(book, {name: merged.get(path, ()) for name, path in paths.items()})
            finally:
                book.close()
    except UnreadableFileError:
        raise
    # What a broken part makes of a parser is any of these, and nothing of ours.
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError, SyntaxError) as error:
        raise damaged() from error
    except (zipfile.BadZipFile, EOFError) as error:
        raise damaged() from error


def _paths(content: bytes) -> dict[str, str]:
    """Name of a sheet -> its part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  no declarations: looked into
        relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {one.get("Id", ""): one.get("Target", "") for one in relations}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(sheet.get(_RELATION, ""), "")
            found[sheet.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            )
    return found


def _tables(book: Any, merged: dict[str, Sequence[str]]) -> tuple[list[Table], list[str]]:
    """Those with rows, and the names of hidden ones."""
    tables: list[Table] = []
    hidden: list[str] = []
    for sheet in book.worksheets:
        if sheet.title in GUIDE or sheet.title == LISTS:
            continue
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        lines = _lines(sheet)
        if lines:
            tables.append(Table(sheet.title, lines, merged.get(sheet.title, ())))
    return tables, hidden


def _read(book: Any, merged: dict[str, Sequence[str]]) -> Table:
    tables, hidden = _tables(book, merged)
    if not tables:
        but = f" ({', '.join(hidden)}: ẩn / hidden)" if hidden else ""
        raise UnreadableFileError(
            f"Không trang nào có nội dung{but}. Hãy điền trang đầu tiên.",
            f"No sheet has content{but}. Fill in the first one.",
        )
    if len(tables) > 1:
        names = ", ".join(f"«{table.sheet}»" for table in tables)
        raise UnreadableFileError(
            f"Nhiều trang có nội dung: {names}. Hãy giữ một trang, xóa các trang khác.",
            f"Several sheets have content: {names}. Keep one, and delete the others.",
            tables[1].sheet,
        )
    [table] = tables
    return Table(table.sheet, table.lines, table.merged, hidden)


def _lines(sheet: Any) -> list[Line]:
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    lines: list[Line] = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_value(cell) for cell in row]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if is_blank(cells):
            continue
        lines.append(Line(number, tuple(cells)))
        check_size(len(lines), max(len(cells), 1) if len(cells) <= MOST_COLUMNS else len(cells), sheet.title, number)
    return lines


def _value(cell: Any) -> object:
    value = cell.value
    if cell.data_type == "f":
        return Formula(getattr(value, "text", value))  # an array formula has its text within
    if cell.data_type == "e":
        return Broken(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, str(cell.number_format))
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  a day of a calendar has no zone
    return str(value) if isinstance(value, time | timedelta) else value


def _number(value: float, form: str) -> object:
    """As the cell shows it where it says how many digits: 0312345678 by the format 0000000000."""
    if _ZEROS.fullmatch(form) and float(value).is_integer() and value >= 0:
        return f"{int(value):0{len(form.partition(';')[0])}d}"
    return int(value) if isinstance(value, float) and value.is_integer() else value
