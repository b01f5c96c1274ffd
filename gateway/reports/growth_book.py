"""Workbooks of growth accounting: a form to fill in with an example, and results with their tables.

Decision: form and results are made of the same list of columns that the reader knows.
Because: a head that the reader does not know would be a mistake of ours in somebody else's file.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gateway.indicators.accounts import Accounting
from gateway.indicators.figures import SECTORS, TOTAL, Figure, unit_of
from gateway.reports.growth_columns import (
    BASE,
    COLUMNS,
    ESTIMATE,
    EXAMPLE,
    FIGURES,
    GUIDE,
    GUIDES,
    PARAMETERS,
    PARAMETERS_SHEET,
    SECTOR,
    SOURCE,
    TERRITORY,
    UNIT_ROW,
    YEAR,
    Column,
)
from gateway.reports.growth_told import Told, gap_told, notes_of, said, sector_told, tables_of

_HEAD = PatternFill("solid", fgColor="DCE9EE")
_PALE = PatternFill("solid", fgColor="F2F2F2")
_WIDTH = 17
_LAST_ROW = 500
_LONGEST_NAME = 31
_COMMENT_SIZE = (130, 320)
Values = Mapping[str, object]


def write_form(
    file: IO[bytes],
    language: str = "vi",
    figures: Sequence[Figure] = (),
    parameters: Values | None = None,
    example: Sequence[Figure] = (),
) -> None:
    """A workbook to fill in, or one that holds figures already; the reader takes both.

    Args:
        file: Where to.
        language: Of heads and comments.
        figures: What stands in it; shares as they are given.
        parameters: Key of a parameter -> value.
        example: What stands on the sheet of the example; empty: no such sheet.
    """
    book = Workbook()
    sheet = book.active
    _figures_sheet(sheet, FIGURES[language], language, figures)
    _parameters_sheet(book.create_sheet(PARAMETERS_SHEET[language]), language, parameters or {})
    if example:
        _figures_sheet(book.create_sheet(EXAMPLE[language]), EXAMPLE[language], language, example)
    guide = book.create_sheet(GUIDE[language])
    guide.column_dimensions["A"].width = 100
    for line in GUIDES:
        guide.append([line[language]])
    book.save(file)


def write_results(file: IO[bytes], whole: Accounting, language: str = "vi") -> None:
    """Every table on a sheet of its own, with how it was calculated and what is missing."""
    book = Workbook()
    book.remove(book.active)
    notes = book.create_sheet(said(language, "table", "notes")[:_LONGEST_NAME])
    notes.column_dimensions["A"].width = 120
    for line in notes_of(whole, language):
        _text(notes, notes.max_row + (1 if notes["A1"].value else 0), 1, line)
    if whole.problems:
        _text(notes, notes.max_row + 2, 1, said(language, "table", "problems"), bold=True)
        for gap in whole.problems:
            _text(notes, notes.max_row + 1, 1, gap_told(gap, language))
    for number, table in enumerate(tables_of(whole, language), 1):
        _table_sheet(book.create_sheet(_sheet_name(number, table.title)), table)
    book.save(file)


def _table_sheet(sheet: Any, table: Told) -> None:
    _text(sheet, 1, 1, table.title, bold=True)
    for at, head in enumerate(table.heads, 1):
        _text(sheet, 3, at, head, bold=True, fill=True)
        sheet.column_dimensions[get_column_letter(at)].width = 34 if at == 1 else _WIDTH
    for row, cells in enumerate(table.rows, 4):
        for at, value in enumerate(cells, 1):
            if isinstance(value, str):
                _text(sheet, row, at, value)
            elif value is not None:
                sheet.cell(row, at, value).number_format = "#,##0.00"
    sheet.freeze_panes = "B4"


def _sheet_name(number: int, title: str) -> str:
    kept = "".join(c for c in title if c not in r"[]:*?/\'")
    return f"{number}. {kept}"[:_LONGEST_NAME].strip()


def _figures_sheet(sheet: Any, name: str, language: str, figures: Sequence[Figure]) -> None:
    sheet.title = name
    units = {one.series: unit_of(one.unit) or one.unit for one in figures}
    for at, column in enumerate(COLUMNS, 1):
        head = column.title[language] + (" *" if column.key == YEAR else "")
        _text(sheet, 1, at, head, bold=True, fill=True)
        sheet.cell(1, at).comment = _comment(column, language)
        unit = UNIT_ROW[language] if column.key == YEAR else column.unit_told(units.get(column.key, ""), language)
        _text(sheet, 2, at, unit)
        sheet.cell(2, at).fill = _PALE
        sheet.cell(2, at).font = Font(italic=True)
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTH
    row = 3
    ordered = sorted(figures, key=_place)
    for _, group in groupby(ordered, key=_place):
        _figures_row(sheet, row, language, list(group))
        row += 1
    sheet.freeze_panes = "C3"
    rule = DataValidation("list", f'"{",".join(sector_told(language, one).replace(",", "") for one in SECTORS)}"')
    rule.allow_blank = True
    letter = get_column_letter([one.key for one in COLUMNS].index(SECTOR) + 1)
    rule.add(f"{letter}3:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _place(one: Figure) -> tuple[int, str, int, int, bool]:
    order = (TOTAL, *SECTORS)
    return (order.index(one.sector), one.territory, one.price_base or 0, one.year, one.is_estimate)


def _figures_row(sheet: Any, row: int, language: str, group: Sequence[Figure]) -> None:
    first = group[0]
    given: dict[str, object] = {one.series: one.value for one in group}
    given |= {YEAR: first.year, TERRITORY: first.territory, BASE: first.price_base}
    given[SECTOR] = sector_told(language, first.sector).replace(",", "") if first.sector else ""
    given[ESTIMATE] = {"vi": "có", "en": "yes"}[language] if first.is_estimate else ""
    given[SOURCE] = ""
    for at, column in enumerate(COLUMNS, 1):
        value = given.get(column.key)
        if isinstance(value, str):
            if value:
                _text(sheet, row, at, value)
        elif value is not None:
            sheet.cell(row, at, value)


def _parameters_sheet(sheet: Any, language: str, given: Values) -> None:
    sheet.column_dimensions["A"].width = 46
    sheet.column_dimensions["B"].width = 24
    for row, parameter in enumerate(PARAMETERS, 1):
        _text(sheet, row, 1, parameter.title[language], bold=True)
        sheet.cell(row, 1).comment = Comment(parameter.hint[language], "nhipdo", *_COMMENT_SIZE)
        value = given.get(parameter.key)
        if isinstance(value, str):
            _text(sheet, row, 2, parameter.option_told(value, language))
        elif value is not None:
            sheet.cell(row, 2, value)
        if parameter.options:
            rule = DataValidation("list", f'"{",".join(one[language] for one in parameter.options.values())}"')
            rule.allow_blank = True
            rule.add(f"B{row}")
            sheet.add_data_validation(rule)


def _comment(column: Column, language: str) -> Comment:
    return Comment(column.hint[language], "nhipdo", *_COMMENT_SIZE)


def _text(sheet: Any, row: int, at: int, text: str, *, bold: bool = False, fill: bool = False) -> None:
    """A cell of text, whatever the text looks like."""
    cell = sheet.cell(row, at, text)
    if text:
        cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    if fill:
        cell.fill = _HEAD
