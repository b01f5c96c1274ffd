"""Tables of a pack of evidence: daily sums, hours, elements, figures by day; written and read to the last bit. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from gateway.programme.measured_days import COUNTS, MEASURED, TIMES, DaySum, MachineDay

MAIN, CONTROL = "main", "control"
SIDES = (MAIN, CONTROL)
_KEYS = ("side", "edge", "work_unit", "day", "product", "ideal_cycle_s")
_SUMS = (*_KEYS, *TIMES, *COUNTS, "energy_wh")
_LABOUR = ("side", "day", "hours")
_BUCKET = ("side", "edge", "work_unit", "since", "until", "shift", "product", "ideal_cycle_s")
_ELEMENTS = (*_BUCKET, *TIMES, *COUNTS, "energy_wh")
_DAYS = ("side", "day", "counts", "coverage", *MEASURED)
_T = TypeVar("_T")


class TableError(Exception):
    """A table cannot be read: who, what, expected or got, what to do."""


class Element(NamedTuple):
    """A part of a nominal bucket.

    Attributes:
        edge: Its edge.
        work_unit: Its machine.
        since: Start of the bucket, UTC ns.
        until: Its end.
        shift: ``name@first day``; empty outside every shift.
        product: In force; empty: none.
        ideal_cycle_s: Of the product; None without one.
        ns: In the order of ``TIMES``.
        counts: In the order of ``COUNTS``.
        energy_wh: Of all its buckets of the time model together, Wh.
    """

    edge: str
    work_unit: str
    since: int
    until: int
    shift: str
    product: str
    ideal_cycle_s: float | None
    ns: tuple[int, ...]
    counts: tuple[int, ...]
    energy_wh: float


def write_sums(sides: Mapping[str, Sequence[DaySum]]) -> bytes:
    """Daily sums, by side."""
    return _write(_SUMS, ((side, *one[:5], *one.ns, *one.counts, one.energy_wh) for side, one in _flat(sides)))


def read_sums(content: bytes, name: str = "sums.csv") -> dict[str, list[DaySum]]:
    """Daily sums, by side.

    Args:
        content: Of the file.
        name: Of the file, for messages.

    Raises:
        TableError: It is no such table.
    """

    def row(edge: str, unit: str, day: str, product: str, cycle: str, *more: str) -> DaySum:
        ns, counts, wh = _numbers(more)
        return DaySum(edge, unit, day, product, float(cycle) if cycle else None, ns, counts, wh)

    return _read(name, _SUMS, content, row)


def write_labour(sides: Mapping[str, Mapping[str, float]]) -> bytes:
    """Hours that people worked, by side."""
    rows = ((side, day, hours) for side in SIDES for day, hours in sorted(sides.get(side, {}).items()))
    return _write(_LABOUR, rows)


def read_labour(content: bytes) -> dict[str, dict[str, float]]:
    """Hours that people worked, by side and day.

    Raises:
        TableError: It is no such table.
    """
    found = _read("labour_hours.csv", _LABOUR, content, lambda day, hours: (day, float(hours)))
    return {side: dict(rows) for side, rows in found.items()}


def write_elements(sides: Mapping[str, Sequence[Element]]) -> bytes:
    """Elements of nominal buckets, by side."""
    return _write(_ELEMENTS, ((side, *one[:7], *one.ns, *one.counts, one.energy_wh) for side, one in _flat(sides)))


def read_elements(content: bytes) -> dict[str, list[Element]]:
    """Elements of nominal buckets, by side.

    Raises:
        TableError: It is no such table.
    """

    def row(edge: str, unit: str, since: str, until: str, shift: str, product: str, cycle: str, *more: str) -> Element:
        ns, counts, wh = _numbers(more)
        cycle_s = float(cycle) if cycle else None
        return Element(edge, unit, int(since), int(until), shift, product, cycle_s, ns, counts, wh)

    return _read("elements.csv", _ELEMENTS, content, row)


def write_days(sides: Mapping[str, Sequence[MachineDay]]) -> bytes:
    """Figures by day, by side: for people to look at; what is judged is computed from the sums."""
    rows = (
        (side, one.day, int(one.counts), one.coverage, *(one.values[name] for name in MEASURED))
        for side, one in _flat(sides)
    )
    return _write(_DAYS, rows)


def _flat(sides: Mapping[str, Sequence[_T]]) -> Iterable[tuple[str, _T]]:
    return ((side, one) for side in SIDES for one in sides.get(side, ()))


def _numbers(cells: Sequence[str]) -> tuple[tuple[int, ...], tuple[int, ...], float]:
    *whole, wh = cells
    numbers = tuple(int(cell) for cell in whole)
    return numbers[: len(TIMES)], numbers[len(TIMES) :], float(wh)


def _write(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    target = io.StringIO(newline="")
    table = csv.writer(target, lineterminator="\n")
    table.writerow(head)
    for row in rows:
        # The shortest form that gives the same float again.
        table.writerow(["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in row])
    return target.getvalue().encode()


def _read(name: str, head: Sequence[str], content: bytes, take: Callable[..., _T]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = {side: [] for side in SIDES}
    number = 1
    try:
        table = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        if tuple(next(table, ())) != tuple(head):
            msg = "other columns"
            raise ValueError(msg)
        for number, row in enumerate(table, 2):  # noqa: B007  told where it is wrong
            if len(row) != len(head):
                msg = f"{len(row)} cells instead of {len(head)}"
                raise ValueError(msg)
            found[row[0]].append(take(*row[1:]))
    except (ValueError, KeyError, csv.Error) as error:
        msg = f"{name}, line {number}: {error}. Get the pack again from whoever gave it."
        raise TableError(msg) from error
    return found
