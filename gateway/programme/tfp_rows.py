"""Rows of the workbook of growth accounting: numbers as people write them, figures with their cells.

Decision: a text such as 1.234 is refused, while 1.234,5 and 1,234.5 are read.
Because: it is a thousand to one person and little more than one to another, and the rate that follows looks plausible.
"""

import re
from collections.abc import Mapping

import msgspec

from gateway.indicators.figures import SERIES, SHARE, Figure, is_fraction_as_percent, sector_of
from gateway.registry.fields import Flag, Number, Value, Whole
from gateway.registry.sheets.cells import read_cell
from gateway.registry.sheets.faults import Fault, place
from gateway.registry.sheets.table import Line, Table
from gateway.registry.texts import Title, WrongValueError, shown
from gateway.reports.growth_columns import BASE, COLUMNS, ESTIMATE, SECTOR, SOURCE, TERRITORY, YEAR

YEARS = Whole(title=Title("Năm", "Year"), least=1900, most=2100)
_NUMBER = Number(title=Title("Số", "Number"))
_VI = re.compile(r"([+-]?\d{1,3}(?:\.\d{3})+),(\d+)|([+-]?\d{1,3}(?:\.\d{3}){2,})")
_EN = re.compile(r"([+-]?\d{1,3}(?:,\d{3})+)\.(\d+)|([+-]?\d{1,3}(?:,\d{3}){2,})")
_BLANKS = r"[ \u00a0\u2007\u2009\u202f]"
_SPACED = re.compile(rf"[+-]?\d{{1,3}}(?:{_BLANKS}\d{{3}})+(?:[.,]\d+)?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_FLAG = Flag(title=Title("Ước tính", "Estimate"))
_NOTHING = ("", "-", "\u2013", "\u2014", "..", "...", "\u2026")
_LONGEST_SOURCE = 300
_TITLES = {one.key: one.title["vi"] for one in COLUMNS}


class Reading:
    """One workbook, and what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.figures: list[Figure] = []
        self.sources: dict[str, str] = {}
        self.given: dict[str, Value] = {}

    def wrong(self, table: Table, at: int, row: int, got: object, vi: str, en: str, column: str = "") -> None:
        self.faults.append(Fault(table.sheet, place(at, row), column, shown(got), Title(vi, en)))


def number_of(cell: object) -> float:
    """A number as a spreadsheet or a person writes it.

    Raises:
        WrongValueError: It is none, or it may be read in two ways.

    >>> number_of("1.234,5"), number_of("1,234.5"), number_of("12,5"), number_of("1 234 567"), number_of(0.5)
    (1234.5, 1234.5, 12.5, 1234567.0, 0.5)
    """
    if isinstance(cell, str) and type(cell) is str:
        cell = _plain(cell.strip())
    read = read_cell(_NUMBER, cell)
    if read is None:
        raise WrongValueError("Trống. Hãy nhập một số.", "Is empty. Enter a number.")
    return float(str(read))


def comma_told(value: float) -> str:
    """A number as Vietnamese text has it.

    >>> comma_told(6.5)
    '6,5'
    """
    return f"{value:g}".replace(".", ",")


def _plain(text: str) -> str:
    if _EITHER.fullmatch(text):
        raise WrongValueError(
            f"«{text}» có thể đọc theo hai cách. Hãy định dạng ô là Số (Number) rồi gõ lại.",
            f"{text!r} can be read in two ways. Format the cell as a number and type it again.",
        )
    if _SPACED.fullmatch(text):
        return re.sub(_BLANKS, "", text)
    for form, thousands in ((_VI, "."), (_EN, ",")):
        if match := form.fullmatch(text):
            whole = (match[1] or match[3]).replace(thousands, "")
            return f"{whole}.{match[2]}" if match[2] else whole
    return text


def read_row(
    reading: Reading,
    table: Table,
    heads: Mapping[str, int],
    units: Mapping[str, str],
    line: Line,
    seen: dict[tuple[object, ...], int],
) -> None:
    """The figures of one row, or what is wrong with it."""
    year, base, is_estimate = (_about(reading, table, heads, line, key) for key in (YEAR, BASE, ESTIMATE))
    text = str(cell_of(line, heads.get(SECTOR)) or "")
    sector = sector_of(text)
    if sector is None:
        vi = f"Không có khu vực «{shown(text)}». Hãy chọn trong danh sách, hoặc để trống."
        en = f"There is no sector {shown(text)!r}. Choose from the list, or leave it empty."
        reading.wrong(table, heads[SECTOR], line.number, text, vi, en, _TITLES[SECTOR])
    if sector is None or year is None:
        return
    territory = str(cell_of(line, heads.get(TERRITORY)) or "").strip()
    at_row = (sector, year, territory, base)
    if at_row in seen:
        vi = f"Năm {year} đã có ở dòng {seen[at_row]}. Hãy xóa một dòng."
        en = f"The year {year} is in row {seen[at_row]} already. Delete one of both."
        reading.wrong(table, heads[YEAR], line.number, year, vi, en, _TITLES[YEAR])
    seen.setdefault(at_row, line.number)
    source = str(cell_of(line, heads.get(SOURCE)) or "").strip()[:_LONGEST_SOURCE]
    for key, at in heads.items():
        cell = cell_of(line, at)
        if key not in SERIES or _is_nothing(cell):
            continue
        value = _value(reading, table, key, at, line.number, cell, units.get(key, ""))
        if value is None:
            continue
        one = Figure(series=key, year=int(str(year)), value=value, unit=units.get(key, ""), sector=sector)
        in_terms = {"territory": territory, "price_base": base if SERIES[key].is_constant else None}
        ref = f"{table.sheet}!{place(at, line.number)}"
        one = msgspec.structs.replace(one, is_estimate=bool(is_estimate), ref=ref, **in_terms)
        reading.figures.append(one)
        if source:
            reading.sources[one.ref] = source


def _is_nothing(cell: object) -> bool:
    """Whether a cell is empty, or holds a dash or dots as tables of statistics do."""
    return cell is None or (isinstance(cell, str) and cell.strip() in _NOTHING)


def _about(reading: Reading, table: Table, heads: Mapping[str, int], line: Line, key: str) -> Value:
    """What a row is about: year, price base, estimate; None: not said, or wrong and noted."""
    cell = cell_of(line, heads.get(key))
    if cell in (None, ""):
        if key == YEAR:
            vi, en = "Thiếu năm. Hãy ghi năm của dòng này.", "No year. Write the year of this row."
            reading.wrong(table, heads.get(YEAR, 0), line.number, "", vi, en, _TITLES[YEAR])
        return None
    try:
        return read_cell(_FLAG if key == ESTIMATE else YEARS, cell)
    except WrongValueError as error:
        reading.wrong(table, heads[key], line.number, cell, error.why.vi, error.why.en, _TITLES[key])
        return None


def cell_of(line: Line | None, at: int | None) -> object:
    """A cell of a row; None: the row ends before."""
    return line.cells[at] if line is not None and at is not None and at < len(line.cells) else None


def _value(reading: Reading, table: Table, key: str, at: int, row: int, cell: object, unit: str) -> float | None:
    kind = SERIES[key]
    head = _TITLES[key]
    if unit == "%" and isinstance(cell, str):
        cell = cell.removesuffix("%").rstrip()
    try:
        value = number_of(cell)
    except WrongValueError as error:
        reading.wrong(table, at, row, cell, error.why.vi, error.why.en, head)
        return None
    most = 100 if unit == "%" else 1
    if kind.of == SHARE and not 0 <= value <= most:
        vi, en = (
            f"Cần từ 0 đến {most}, đã nhận {value:g}. Hãy sửa lại.",
            f"Expected 0 to {most}, got {value:g}. Correct it.",
        )
        reading.wrong(table, at, row, cell, vi, en, head)
        return None
    if kind.of != SHARE and value <= 0 and not kind.may_be_negative:
        vi, en = f"Cần lớn hơn 0, đã nhận {value:g}. Hãy sửa lại.", f"Expected more than 0, got {value:g}. Correct it."
        reading.wrong(table, at, row, cell, vi, en, head)
        return None
    if is_fraction_as_percent(key, value, unit):
        told, meant = comma_told(value), comma_told(100 * value)
        vi = f"Ô giữ số {told}, tức {told} %. Hãy định dạng ô là Số rồi ghi {meant}, hoặc đổi đơn vị thành 1."
        en = f"Holds {value:g}, which is {value:g} %. Format it as a number, write {100 * value:g}, or use the unit 1."
        reading.wrong(table, at, row, cell, vi, en, head)
        return None
    return value
