"""Elements of nominal buckets behind daily sums: read from the registry, and added up again without it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import fsum, isclose
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import to_ns
from gateway.production.reading import Machine
from gateway.production.summing import day_of_shift
from gateway.programme.measured_days import COUNTS, TIMES, DaySum
from gateway.programme.pack_tables import Element
from gateway.registry import ElementRow

MOST_ELEMENTS = 200_000
"""Of more the daily sums alone are packed: they are what is judged, and a pack must go by mail."""
CLOSE = 1e-9
_TWO = timedelta(days=2)
_NS = 10**9

Unit = tuple[str, str]
"""Edge and work unit."""


def read_elements(
    session: Session, machines: Sequence[Machine], first: date, last: date, zones: Mapping[Unit, ZoneInfo]
) -> list[Element] | None:
    """The elements that count for some days, in order; None: there are too many to be packed.

    Args:
        session: Of the registry.
        machines: Whose.
        first: First local day.
        last: Last local day.
        zones: Wall clocks of the machines.
    """
    its = ElementRow
    # A shift lies within two days, and no wall clock is a day from UTC.
    since, until = (to_ns(datetime.combine(day, time()), "UTC") for day in (first - _TWO, last + _TWO + _TWO))
    units = [tuple(one.id) for one in machines]
    wanted = (tuple_(its.site, its.edge, its.work_unit).in_(units), its.since >= since, its.since < until)
    if (session.scalar(select(func.count()).select_from(its).where(*wanted)) or 0) > MOST_ELEMENTS:
        return None
    query = select(its).where(*wanted).order_by(its.edge, its.work_unit, its.since, its.number)
    found = [_element(row) for row in session.scalars(query)]
    days = (first.isoformat(), last.isoformat())
    return [one for one in found if days[0] <= _day(one, zones) <= days[1]]


def sums_of(elements: Iterable[Element], zones: Mapping[Unit, ZoneInfo]) -> list[DaySum]:
    """Daily sums of some elements, as :func:`gateway.programme.pilot_series.read_side` has them.

    Args:
        elements: In any order.
        zones: Wall clocks of the machines.
    """
    parts: dict[tuple[str, str, str, str, float | None], list[Element]] = defaultdict(list)
    for one in elements:
        parts[one.edge, one.work_unit, _day(one, zones), one.product, one.ideal_cycle_s].append(one)
    found = []
    for key, some in parts.items():
        ns = tuple(sum(column) for column in zip(*(one.ns for one in some), strict=True))
        counts = tuple(sum(column) for column in zip(*(one.counts for one in some), strict=True))
        found.append(DaySum(*key, ns, counts, fsum(one.energy_wh for one in some)))
    return sorted(found, key=order)


def order(one: DaySum) -> tuple[str, str, str, str, float]:
    """By day, machine, product and cycle."""
    return one.day, one.edge, one.work_unit, one.product, one.ideal_cycle_s or 0.0


def is_same(some: Sequence[DaySum], others: Sequence[DaySum]) -> bool:
    """Whether daily sums are the same: whole numbers exactly, energy to the rounding of its addition."""
    return len(some) == len(others) and all(
        one[:-1] == other[:-1] and isclose(one.energy_wh, other.energy_wh, rel_tol=CLOSE, abs_tol=CLOSE)
        for one, other in zip(some, others, strict=True)
    )


def _day(one: Element, zones: Mapping[Unit, ZoneInfo]) -> str:
    on = datetime.fromtimestamp(one.since // _NS, zones[one.edge, one.work_unit]).date().isoformat()
    return day_of_shift(one.shift, on)[1]


def _element(row: ElementRow) -> Element:
    energy = msgspec.json.decode(row.energy_wh, type=dict[str, float])
    return Element(
        edge=row.edge,
        work_unit=row.work_unit,
        since=row.since,
        until=row.until,
        shift=row.shift,
        product=row.product,
        ideal_cycle_s=row.ideal_cycle_s,
        ns=tuple(int(getattr(row, name)) for name in TIMES),
        counts=tuple(int(getattr(row, name)) for name in COUNTS),
        energy_wh=fsum(sorted(energy.values())),
    )
