"""Rows as workbooks: numbers, days and text as such, and nothing that a spreadsheet would calculate.

Decision: a workbook is written here, part by part, as it is sent.
Because: the download begins at once, takes as little memory for fifty thousand rows as for one, and goes on in the
browser while its reader does something else.
Instead of: openpyxl, which must have seen the last row before the first byte can leave.

Source: ECMA-376, SpreadsheetML.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import Engine

from gateway.registry.book import Asked
from gateway.registry.fields import Choice, Day, Field, Link, Number, Value, Whole
from gateway.registry.nouns import Registered
from gateway.registry.roles import Reader
from gateway.registry.sheets.exporting import Exported, words
from gateway.registry.sheets.faults import letters
from gateway.registry.sheets.plan import Progress
from gateway.registry.sheets.table import GUIDE, is_formula

_LONGEST_CELL = 32_767
_ROWS_AT_ONCE = 200
_DAY_0 = date(1899, 12, 30)
_FIRST_DAY = "1900-03-01"
"""Before it a spreadsheet's calendar is wrong: days are then text."""
_TEXT, _QUOTED, _DATE, _HEAD = 1, 2, 3, 4
"""Styles, by their place in ``cellXfs``."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def export_xlsx(
    file: IO[bytes],
    engine: Engine,
    clock: Callable[[], int],
    reader: Reader,
    noun: str,
    language: str = "vi",
    asked: Asked | None = None,
    progress: Progress = lambda _done, _total: None,
) -> None:
    """Write a workbook. As :func:`export_csv`, with numbers, days and text as such."""
    for part in xlsx_parts(engine, clock, reader, noun, language, asked, progress):
        file.write(part)


def xlsx_parts(
    engine: Engine,
    clock: Callable[[], int],
    reader: Reader,
    noun: str,
    language: str = "vi",
    asked: Asked | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Iterator[bytes]:
    """A workbook in parts, some hundred rows at a time."""
    exported = Exported(engine, clock, reader, noun, language, asked)
    fields = list(exported.of.all_fields().values())
    sheets = [(sheet_name(exported.of, language), _sheet(exported, fields, language, progress))]
    if note := exported.note():
        sheets.append(
            (GUIDE[0] if language == "vi" else GUIDE[1], iter([_begin("", ""), _row(1, [_text(note)]), _END]))
        )
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in _frame([name for name, _ in sheets], language).items():
            archive.writestr(path, _DECLARED + content)
        for number, (_, parts) in enumerate(sheets, 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                for text in parts:
                    part.write(text.encode())
                    yield sent.taken()
    yield sent.taken()


class _Sent(io.RawIOBase):
    """What an archive is written into, and leaves again: it is never whole in memory."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        part = bytes(content)  # type: ignore[call-overload]
        self._waiting += part
        return len(part)

    def taken(self) -> bytes:
        """What has been written since it was last asked."""
        part = bytes(self._waiting)
        self._waiting.clear()
        return part


# ---------------------------------------------------------------------- the sheet

_END = "</sheetData></worksheet>"


def _sheet(exported: Exported, fields: Sequence[Field], language: str, progress: Progress) -> Iterator[str]:
    heads = exported.heads()
    widths = (
        f'<col min="{at}" max="{at}" width="{width(head, one)}" customWidth="1"/>'
        for at, (head, one) in enumerate(zip(heads, fields, strict=True), 1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield _begin(f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>', "".join(widths))
    yield _row(1, [_text(head, _HEAD) for head in heads])
    rows = (
        _row(number, [_cell(one, value, language) for one, value in zip(fields, row, strict=True)])
        for number, row in enumerate(exported.rows(progress), 2)
    )
    while part := "".join(islice(rows, _ROWS_AT_ONCE)):
        yield part
    yield _END


def _begin(view: str, columns: str) -> str:
    columns = columns and f"<cols>{columns}</cols>"
    return f'{_DECLARED}<worksheet xmlns="{_MAIN}">{view}{columns}<sheetData>'


def _row(number: int, cells: Iterable[str]) -> str:
    told = (cell.replace("<c", f'<c r="{letters(at)}{number}"', 1) for at, cell in enumerate(cells))
    return f'<row r="{number}">{"".join(told)}</row>'


def _cell(one: Field, value: Value, language: str) -> str:
    """A value as a cell that knows what it is; nothing for an empty one."""
    if value is None or value == "":
        return ""
    if isinstance(one, Whole | Number):
        return f"<c><v>{value!r}</v></c>"
    if isinstance(one, Day) and str(value) >= _FIRST_DAY:
        return f'<c s="{_DATE}"><v>{(date.fromisoformat(str(value)) - _DAY_0).days}</v></c>'
    return _text(words(one, value, language))


def _text(text: str, style: int = 0) -> str:
    """A cell of text, whatever the text looks like."""
    style = style or (_QUOTED if is_formula(text) else _TEXT)
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text[:_LONGEST_CELL])}</t></is></c>'


# ---------------------------------------------------------------------- what stands around it


def _frame(names: Sequence[str], language: str) -> dict[str, str]:
    """Path -> content of the parts that say what the others are."""
    numbers = range(1, len(names) + 1)
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KINDS}.worksheet+xml"/>' for n in numbers
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    relations = "".join(_relation(n, "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KINDS}.styles+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{_relation(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f"{_relation(len(names) + 1, 'styles', 'styles.xml')}</Relationships>",
        "xl/styles.xml": _styles("dd/mm/yyyy" if language == "vi" else "yyyy\\-mm\\-dd"),
    }


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _styles(day: str) -> str:
    font = '<sz val="11"/><name val="Calibri"/>'
    head = (
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1">'
        '<alignment vertical="top" wrapText="1"/></xf>'
    )
    forms = (
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>',
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>',
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>',
        head,
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="{day}"/></numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(forms)}">{"".join(forms)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def sheet_name(of: type[Registered], language: str) -> str:
    """At most 31 characters, without those that a spreadsheet forbids."""
    return "".join(c for c in of.noun.many[language] if c not in r"[]:*?/\'")[:31].strip()


def width(head: str, one: Field) -> int:
    """Of a column, in characters."""
    longest = 30 if isinstance(one, Link | Choice) or getattr(one, "longest", 0) > 60 else 14  # noqa: PLR2004
    return max(len(head) + 2, longest)
