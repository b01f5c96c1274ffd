"""Tables as CSV: for spreadsheets of one language, and for whatever reads CSV.

Decision: in both languages a time is UTC with all nine digits of its nanoseconds; Vietnamese files have the local time
beside it.
Because: no two samples then fall on one time, all rows have one form, and a spreadsheet gets a time that it knows.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import islice
from math import isnan
from typing import IO, TypeVar
from zoneinfo import ZoneInfo

from gateway.exporting.spreadsheets import NS, Spreadsheet, harmless
from gateway.exporting.tables import LOCAL_TIME, Cell, Column, Kind, Table
from gateway.registry.texts import Title

One = TypeVar("One")

_AT_ONCE = 5000
_SECONDS_KNOWN = 4096
_COLUMNS = (
    Column("column", Kind.TEXT, Title("Cột", "Column")),
    Column("kind", Kind.TEXT, Title("Loại", "Kind")),
    Column("unit", Kind.TEXT, Title("Đơn vị (mã UCUM)", "Unit (UCUM code)")),
    Column("title_vi", Kind.TEXT, Title("Tên tiếng Việt", "Vietnamese title")),
    Column("title_en", Kind.TEXT, Title("Tên tiếng Anh", "English title")),
)


def write_csv(
    file: IO[bytes],
    table: Table,
    sheet: Spreadsheet,
    *,
    local: bool,
    told: Callable[[float], None] = lambda _share: None,
) -> int:
    """Write a table; how many rows it had.

    Args:
        file: Open for writing.
        table: Its rows are walked, some thousand at a time.
        sheet: How its language writes.
        local: Whether the wall clock's time stands beside the first time of each row.
        told: Is given the share that is done, now and then.
    """
    own_local = local and any(one.kind is Kind.TIME for one in table.columns)
    first = next((i for i, one in enumerate(table.columns) if one.kind is Kind.TIME), 0)
    words = [_words(one, sheet) for one in table.columns]
    names = [one.name for one in table.columns]
    count = 0
    file.write("\ufeff".encode())
    file.write(_lines([_with(names, first, LOCAL_TIME.name) if own_local else names], sheet))
    while some := list(islice(table.rows, _AT_ONCE)):
        columns = [list(map(word, cells)) for word, cells in zip(words, zip(*some, strict=True), strict=True)]
        if own_local:
            columns = _with(columns, first, [_local(row[first], sheet) for row in some])
        file.write(_lines(zip(*columns, strict=True), sheet))
        count += len(some)
        told(table.progress.share)
    return count


def columns_of(table: Table, *, local: bool) -> Table:
    """What stands beside a CSV: its columns, one a row, with their units and titles."""
    first = next((i for i, one in enumerate(table.columns) if one.kind is Kind.TIME), None)
    columns = list(table.columns)
    if local and first is not None:
        columns = _with(columns, first, LOCAL_TIME)
    rows = ((one.name, one.kind.value, one.unit, one.title.vi, one.title.en) for one in columns)
    return Table("columns", _COLUMNS, rows)


def utc(at: int) -> str:
    """UTC with all its nanoseconds.

    >>> utc(1_500_000_007)
    '1970-01-01T00:00:01.500000007Z'
    """
    seconds, ns = divmod(at, NS)
    return f"{_second(seconds, UTC)}.{ns:09d}Z"


@lru_cache(_SECONDS_KNOWN)
def _second(seconds: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%dT%H:%M:%S}"


@lru_cache(_SECONDS_KNOWN)
def _offset(seconds: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(seconds, zone).isoformat()[19:]


def _local(at: Cell, sheet: Spreadsheet) -> str:
    if not isinstance(at, int):
        return ""
    if sheet.is_vi:
        return sheet.local(at)
    seconds, ns = divmod(at, NS)
    return f"{_second(seconds, sheet.zone)}.{ns:09d}{_offset(seconds, sheet.zone)}"


def _words(column: Column, sheet: Spreadsheet) -> Callable[[Cell], str]:
    """How the cells of a column are written."""
    ways: dict[Kind, Callable[[Cell], str]] = {
        Kind.TIME: lambda cell: utc(cell) if isinstance(cell, int) else "",
        Kind.NUMBER: lambda cell: (
            sheet.number(float(cell)) if isinstance(cell, int | float) and not isnan(cell) else ""
        ),
        # As R and spreadsheets of every language write it; pandas reads it too.
        Kind.FLAG: lambda cell: "" if cell is None else str(cell).upper(),
        Kind.LABEL: _known(),
        Kind.TEXT: lambda cell: harmless(str(cell)) if cell is not None else "",
    }
    return ways.get(column.kind, lambda cell: "" if cell is None else str(cell))


def _known() -> Callable[[Cell], str]:
    """Of a name that many rows share, worked out once."""
    said: dict[Cell, str] = {None: ""}

    def word(cell: Cell) -> str:
        if cell not in said:
            said[cell] = harmless(str(cell))
        return said[cell]

    return word


def _lines(rows: Sequence[Sequence[str]] | Iterator[tuple[str, ...]], sheet: Spreadsheet) -> bytes:
    part = io.StringIO()
    csv.writer(part, delimiter=sheet.delimiter).writerows(rows)
    return part.getvalue().encode()


def _with(those: Sequence[One], behind: int, one: One) -> list[One]:
    return [*those[: behind + 1], one, *those[behind + 1 :]]
