"""Sheets as a workbook (XLSX): numbers as numbers, and no text that a spreadsheet would calculate."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from gateway.reports.content import Cell, Sheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_CELL = 32_767
_LINE_PT, _HIGHEST_PT = 15.0, 409.0
"""Height of a line, and of the highest row that spreadsheets know."""
_WIDTH_OF_PAGE = 260
"""Letters of a page that can still be read in print."""
_HEAD = Font(name="Times New Roman", size=11, bold=True)
_BODY = Font(name="Times New Roman", size=11)
_MARK = Font(name="Times New Roman", size=12, bold=True, color="B3261E")
_FILL = PatternFill("solid", fgColor="E9EEF1")
_PLAIN = Alignment(vertical="top")
_TOP = Alignment(vertical="top", wrap_text=True)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def xlsx_of(sheets: Sequence[Sheet], as_of: date, mark: str = "") -> bytes:
    """A workbook of these sheets.

    Args:
        sheets: In their order.
        as_of: What stands as its day in its properties.
        mark: What stands above every table and is printed on every page; empty: nothing.
    """
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet, mark)
    book.properties.creator = "nhipdo"
    book.properties.created = book.properties.modified = datetime.combine(as_of, time())
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(at: Any, sheet: Sheet, mark: str) -> None:
    first = 1
    if mark:
        _put(at, 1, 1, mark, _MARK)
        at.oddHeader.right.text = mark
        at.evenHeader.right.text = mark
        first = 2
    for place, text in enumerate(sheet.head, 1):
        _put(at, first, place, text, _HEAD).fill = _FILL
    at.row_dimensions[first].height = _height(sheet.head, sheet.widths)
    for number, row in enumerate(sheet.rows, first + 1):
        for place, value in enumerate(row, 1):
            cell = _put(at, number, place, value, _BODY)
            if place - 1 in sheet.years:
                cell.number_format = "0"
        at.row_dimensions[number].height = _height(row, sheet.widths)
    for place, width in enumerate(sheet.widths, 1):
        at.column_dimensions[get_column_letter(place)].width = width
    at.freeze_panes = f"A{first + 1}"
    if sheet.rows:
        at.auto_filter.ref = f"A{first}:{get_column_letter(len(sheet.head))}{first + len(sheet.rows)}"
    at.page_setup.orientation, at.page_setup.paperSize, at.page_setup.fitToHeight = "landscape", 9, 0
    at.page_setup.fitToWidth = ceil(sum(sheet.widths) / _WIDTH_OF_PAGE)
    at.sheet_properties.pageSetUpPr.fitToPage = True
    at.print_title_rows = f"{first}:{first}"


def _height(row: Sequence[Cell], widths: Sequence[int]) -> float:
    """Of a row whose texts wrap, points: not every program works it out when it opens a file."""
    lines = (
        sum(ceil(max(len(part), 1) / max(width - 1, 1)) for part in text.splitlines())
        for text, width in zip(row, widths, strict=True)
        if isinstance(text, str)
    )
    return min(_LINE_PT * max(lines, default=1) + 1, _HIGHEST_PT) if row else _LINE_PT


def _put(at: Any, row: int, column: int, value: Cell, font: Font) -> Any:
    cell = at.cell(row, column)
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
        cell.value = text
        # Text stays text, whatever it begins with: the library would take "=..." for a formula.
        cell.data_type = "s"
        cell.alignment = _TOP
        cell.quotePrefix = text.startswith(_FORMULA_SIGNS)
    else:
        cell.value = value
        cell.alignment = _PLAIN
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.0##"
    cell.font = font
    return cell
