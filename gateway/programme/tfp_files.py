"""The workbook of growth accounting as people fill it in: read whole, each mistake with its place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.indicators.accounts import Options
from gateway.indicators.figures import (
    INDEX,
    MONEY,
    PERSONS,
    SERIES,
    SHARE,
    Figure,
    folded,
    unit_kind,
    unit_of,
)
from gateway.programme.tfp_rows import YEARS, Reading, cell_of, comma_told, number_of, read_row
from gateway.registry.fields import Value
from gateway.registry.sheets.cells import read_cell
from gateway.registry.sheets.faults import Fault, UnreadableFileError
from gateway.registry.sheets.from_xlsx import read_sheets
from gateway.registry.sheets.table import Line, Table
from gateway.registry.texts import WrongValueError, shown
from gateway.reports.growth_columns import (
    COLUMNS,
    EXAMPLE,
    FIGURES,
    PARAMETERS,
    PARAMETERS_SHEET,
    UNIT_ROW,
    YEAR,
    Parameter,
)
from gateway.reports.growth_told import unit_told

MOST_LINES = 1000
_MOST_TITLES = 5
_PERCENTS = ("depreciation", "start_growth")
_LEAST_PERCENT = 0.3
"""Below it somebody wrote 0.065 for 6.5 %; the first stock of capital would be ten times too large."""


class GrowthFile(NamedTuple):
    """What a workbook says.

    Attributes:
        figures: Each with its cell.
        since: First year whose growth counts; None: not said.
        until: Last year; None: not said.
        options: How to calculate.
        sources: Ref of a figure -> where it comes from, as its row says.
    """

    figures: tuple[Figure, ...]
    since: int | None
    until: int | None
    options: Options
    sources: Mapping[str, str]


def read_growth_file(content: bytes) -> tuple[GrowthFile | None, list[Fault]]:
    """Read a workbook whole.

    Returns:
        What it says, and no fault; or None, and every fault.
    """
    reading = Reading()
    try:
        tables = read_sheets(content)
        _figures(reading, _named(tables, FIGURES))
        parameters = [one for one in tables if folded(one.sheet) in _names(PARAMETERS_SHEET)]
        for table in parameters:
            _parameters(reading, table)
        _period(reading, parameters[0] if parameters else None)
    except UnreadableFileError as error:
        reading.faults.append(error.fault)
    if reading.faults:
        return None, reading.faults
    given = reading.given
    options = Options(**{name: given[name] for name in Options.__struct_fields__ if name in given})  # type: ignore[arg-type]
    since, until = (int(str(given[name])) if name in given else None for name in ("since", "until"))
    return GrowthFile(tuple(reading.figures), since, until, options, reading.sources), []


def _names(names: Mapping[str, str]) -> set[str]:
    return {folded(one) for one in names.values()}


def _named(tables: Sequence[Table], names: Mapping[str, str]) -> Table:
    for table in tables:
        if folded(table.sheet) in _names(names):
            return table
    others = [one for one in tables if folded(one.sheet) not in _names(EXAMPLE) | _names(PARAMETERS_SHEET)]
    if len(others) == 1:
        return others[0]
    got = ", ".join(one.sheet for one in tables) or "—"
    raise UnreadableFileError(
        f"Không có trang «{names['vi']}» có nội dung, chỉ có: {got}. Hãy dùng mẫu của nhipdo.",
        f"There is no sheet {names['en']!r} with content, only: {got}. Use the form of nhipdo.",
    )


def _figures(reading: Reading, table: Table) -> None:
    if len(table.lines) > MOST_LINES:
        raise UnreadableFileError(
            f"Có {len(table.lines)} dòng, nhiều nhất {MOST_LINES}. Hãy bỏ bớt năm.",
            f"Has {len(table.lines)} rows, at most {MOST_LINES}. Leave out some years.",
            table.sheet,
        )
    if not table.lines:
        return
    top = _top(table)
    heads = _heads(reading, table, table.lines[top])
    rows = list(table.lines[top + 1 :])
    is_units = bool(rows) and folded(str(rows[0].cells[0] or "")) in _names(UNIT_ROW)
    units = _units(reading, table, heads, rows.pop(0) if is_units else table.lines[top], is_told=is_units)
    seen: dict[tuple[object, ...], int] = {}
    for line in rows:
        read_row(reading, table, heads, units, line, seen)
    if not rows:
        reading.wrong(
            table, 0, 3, "", "Chưa có dòng số liệu nào. Hãy điền từ dòng 3.", "No figures. Fill in from row 3."
        )


def _top(table: Table) -> int:
    """Place of the line of heads; titles of a table may stand above it."""
    names = {YEAR, *(folded(title) for one in COLUMNS if one.key == YEAR for title in one.title.values())}
    for at, line in enumerate(table.lines[:_MOST_TITLES]):
        if any(folded(str(cell or "").replace("*", " ")) in names for cell in line.cells):
            return at
    return 0


def _heads(reading: Reading, table: Table, line: Line) -> dict[str, int]:
    by_name = {folded(title): one.key for one in COLUMNS for title in one.title.values()}
    by_name |= {one.key: one.key for one in COLUMNS}
    found: dict[str, int] = {}
    for at, cell in enumerate(line.cells):
        text = str(cell or "").replace("*", " ").strip()
        if not text:
            continue
        key = by_name.get(folded(text))
        if key is None:
            vi = f"Không có cột «{shown(text)}» trong mẫu. Hãy sửa tên cột, hoặc xóa cột."
            reading.wrong(
                table, at, line.number, text, vi, f"No column {shown(text)!r} in the form. Rename or delete it."
            )
        elif key in found:
            vi = f"Cột «{shown(text)}» có hai lần. Hãy xóa một cột."
            reading.wrong(table, at, line.number, text, vi, f"The column {shown(text)!r} is there twice. Delete one.")
        else:
            found[key] = at
    if YEAR not in found:
        reading.wrong(table, 0, line.number, "", "Thiếu cột «Năm». Hãy dùng mẫu.", "No column 'Year'. Use the form.")
    return found


def _units(reading: Reading, table: Table, heads: Mapping[str, int], line: Line, *, is_told: bool) -> dict[str, str]:
    """Series -> unit; without a row of units the usual ones, which the form prints."""
    titles = {one.key: one for one in COLUMNS}
    found = {}
    first: dict[str, tuple[str, str]] = {}
    for key, at in heads.items():
        if key not in SERIES:
            continue
        kind, head = SERIES[key].of, titles[key].title["vi"]
        text = str(cell_of(line, at) or "").strip() if is_told else ""
        unit = unit_of(text) if text else titles[key].unit_told("", "en")
        row = line.number
        if not _fits(kind, unit):
            vi = f"Đơn vị «{shown(text)}» không hợp với cột này. Hãy ghi như trong mẫu."
            reading.wrong(
                table, at, row, text, vi, f"The unit {shown(text)!r} does not fit. Write it as the form.", head
            )
            continue
        found[key] = unit
        before = first.setdefault(kind, (unit, head)) if kind in (MONEY, PERSONS) else (unit, head)
        if before[0] != unit:
            expected = unit_told(before[0], "vi")
            vi = f"Cần «{expected}» như cột «{before[1]}», đã nhận «{shown(text)}». Hãy dùng một đơn vị."
            en = f"Expected {before[0]!r} as in the column {before[1]!r}, got {shown(text)!r}. Use one unit."
            reading.wrong(table, at, row, text, vi, en, head)
    return found


def _fits(kind: str, unit: str) -> bool:
    if kind in (SHARE, INDEX):
        return unit in ("%", "1")
    return unit != "%" and unit_kind(unit) in ("", kind)


def _parameters(reading: Reading, table: Table) -> None:
    by_name = {folded(title): one for one in PARAMETERS for title in one.title.values()}
    for line in table.lines:
        name, cell = str(cell_of(line, 0) or ""), cell_of(line, 1)
        parameter = by_name.get(folded(name))
        if parameter is None:
            vi = f"Không có tham số «{shown(name)}». Hãy dùng tên trong mẫu."
            reading.wrong(
                table, 0, line.number, name, vi, f"There is no parameter {shown(name)!r}. Use the form's names."
            )
        elif cell not in (None, ""):
            try:
                reading.given[parameter.key] = _parameter(parameter, cell)
            except WrongValueError as error:
                reading.wrong(table, 1, line.number, cell, error.why.vi, error.why.en, name)


def _parameter(parameter: Parameter, cell: object) -> Value:
    if parameter.options:
        for key, words in parameter.options.items():
            if folded(str(cell)) in (key, *_names(words)):
                return key
        vi, en = ("; ".join(one[language] for one in parameter.options.values()) for language in ("vi", "en"))
        raise WrongValueError(
            f"Cần một trong: {vi}; đã nhận «{shown(cell)}». Hãy chọn lại.",
            f"Expected one of: {en}; got {shown(cell)!r}. Choose again.",
        )
    if parameter.key not in _PERCENTS:
        return read_cell(YEARS, cell)
    value = number_of(cell)
    least = 0 if parameter.key == "depreciation" else -100
    if not least <= value < 100:  # noqa: PLR2004  per cent
        raise WrongValueError(
            f"Cần từ {least} đến dưới 100 %, đã nhận {value:g}. Hãy sửa lại.",
            f"Expected {least} to below 100 %, got {value:g}. Correct it.",
        )
    if 0 < value < _LEAST_PERCENT:
        told, meant = comma_told(value), comma_told(100 * value)
        raise WrongValueError(
            f"Ô giữ số {told}, tức {told} % một năm. Hãy ghi {meant} nếu ý là {meant} %.",
            f"{value:g} is {value:g} % a year here. Write {100 * value:g} where {100 * value:g} % is meant.",
        )
    return value / 100


def _period(reading: Reading, table: Table | None) -> None:
    since, until = reading.given.get("since"), reading.given.get("until")
    if table is not None and since is not None and until is not None and int(str(until)) < int(str(since)):
        row = next(line.number for line in table.lines if folded(str(line.cells[0])) in _names(PARAMETERS[1].title))
        vi = f"Năm cuối {until} trước năm đầu {since}. Hãy sửa một trong hai."
        reading.wrong(table, 1, row, until, vi, f"The last year {until} lies before the first {since}. Correct one.")
