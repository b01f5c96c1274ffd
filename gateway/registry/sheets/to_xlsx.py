"""Rows as workbooks: numbers, days and text as such, and nothing that a spreadsheet would calculate."""

from collections.abc import Callable
from datetime import date
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from sqlalchemy import Engine

from gateway.registry.book import Asked
from gateway.registry.fields import Choice, Day, Field, Link, Number, Value, Whole
from gateway.registry.nouns import Registered
from gateway.registry.roles import Reader
from gateway.registry.sheets.exporting import Exported, words
from gateway.registry.sheets.plan import Progress
from gateway.registry.sheets.table import GUIDE, is_formula

_LONGEST_CELL = 32_767


def export_xlsx(
    file: IO[bytes],
    engine: Engine,
    clock: Callable[[], int],
    reader: Reader,
    noun: str,
    language: str = "vi",
    asked: Asked | None = None,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Write a workbook; how many rows it has. As :func:`export_csv`, with numbers, days and text as such."""
    exported = Exported(engine, clock, reader, noun, language, asked)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name(exported.of, language))
    fields = exported.of.all_fields()
    for at, (name, head) in enumerate(zip(fields, exported.heads(), strict=True), 1):
        sheet.column_dimensions[get_column_letter(at)].width = width(head, fields[name])
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, head) for head in exported.heads()])
    count = 0
    for row in exported.rows(progress):
        cells = zip(fields.values(), row, strict=True)
        sheet.append([cell_of(sheet, one, value, language) for one, value in cells])
        count += 1
    if note := exported.note():
        guide = book.create_sheet(GUIDE[0] if language == "vi" else GUIDE[1])
        guide.append([text_cell(guide, note)])
    book.save(file)
    return count


def cell_of(sheet: Any, one: Field, value: Value, language: str) -> Any:
    """A value as a cell that knows what it is."""
    if value is None or value == "":
        return None
    if isinstance(one, Whole | Number):
        return WriteOnlyCell(sheet, value)
    if isinstance(one, Day):
        cell = WriteOnlyCell(sheet, date.fromisoformat(str(value)))
        cell.number_format = "dd/mm/yyyy" if language == "vi" else "yyyy-mm-dd"
        return cell
    return text_cell(sheet, words(one, value, language))


def text_cell(sheet: Any, text: str) -> Any:
    """A cell of text, whatever the text looks like."""
    cell = WriteOnlyCell(sheet)
    cell.value = text[:_LONGEST_CELL]
    cell.data_type = "s"  # "=1+1" is a text here
    cell.number_format = "@"
    if is_formula(text):
        cell.quotePrefix = True
    return cell


def sheet_name(of: type[Registered], language: str) -> str:
    """At most 31 characters, without those that a spreadsheet forbids."""
    return "".join(c for c in of.noun.many[language] if c not in r"[]:*?/\'")[:31].strip()


def width(head: str, one: Field) -> int:
    """Of a column, in characters."""
    longest = 30 if isinstance(one, Link | Choice) or getattr(one, "longest", 0) > 60 else 14  # noqa: PLR2004
    return max(len(head) + 2, longest)


def _head(sheet: Any, text: str) -> Any:
    cell = text_cell(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
