"""What the registry holds of a pilot's machines: their daily sums, and the hours that people worked at them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from math import fsum
from typing import Any, NamedTuple

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.orm import Session

from gateway.production.reading import Machine, machines_of
from gateway.programme.measured_days import COUNTS, TIMES, DaySum
from gateway.registry import ProductionDayRow
from gateway.registry.labour import LabourHoursRow
from gateway.registry.organisations import SiteRow
from gateway.shop_floor import UnitId


class Side(NamedTuple):
    """Some machines of a pilot, and what they did.

    Attributes:
        machines: Those that go into its figures: where any counts pieces, those that do.
        named: How many the pilot names that were ever heard of.
        unknown: Names of those that nobody ever heard of.
        counts_pieces: Whether they have counters.
        sums: By machine, day, product and ideal cycle, sorted.
        labour_h: Day -> hours that people worked at all machines that it names, counting or not.
        labour_rows: Ids of the rows of these hours.
        silent: Working days of which a machine told nothing (:mod:`gateway.programme.silent_days`).
    """

    machines: tuple[Machine, ...]
    named: int
    unknown: tuple[str, ...]
    counts_pieces: bool
    sums: tuple[DaySum, ...]
    labour_h: dict[str, float]
    labour_rows: tuple[str, ...]
    silent: tuple[DaySum, ...] = ()

    @property
    def left_out(self) -> int:
        """How many machines without counters are not in the figures."""
        return self.named - len(self.machines)


def units_of(site: str, text: str) -> list[UnitId]:
    """The work units that a field of a pilot names.

    >>> units_of("sa-dec", "press-shop/press-1, press-shop/press-2")[1].work_unit
    'press-2'
    """
    found = []
    for part in text.replace(";", ",").split(","):
        edge, _, unit = part.strip().partition("/")
        if edge and unit:
            found.append(UnitId(site, edge, unit))
    return found


def read_side(engine: Engine, site: str, text: str, since: date, until: date) -> Side | None:
    """The machines that a field of a pilot names; None: it names none.

    Args:
        engine: Of the registry.
        site: Name of the site, as edges say it.
        text: ``work_units`` or ``control_work_units`` of the pilot.
        since: First local day.
        until: Last local day.
    """
    wanted = units_of(site, text)
    if not wanted:
        return None
    everyone = machines_of(engine, frozenset([site]))
    known = tuple(one for one in everyone if one.id in wanted)
    counting = tuple(one for one in known if one.counts_pieces)
    machines = counting or known
    with Session(engine) as session:
        sums = _sums(session, [one.id for one in machines], since, until)
        ids, every = {one.id for one in known}, {one.id for one in everyone}
        labour_h, rows = _labour(session, site, ids, every, since, until)
    return Side(
        machines=machines,
        named=len(known),
        unknown=tuple(f"{one.edge}/{one.work_unit}" for one in wanted if one not in ids),
        counts_pieces=bool(counting),
        sums=sums,
        labour_h=labour_h,
        labour_rows=rows,
    )


def _sums(session: Session, units: Sequence[UnitId], since: date, until: date) -> tuple[DaySum, ...]:
    """The shifts of a day, and the UTC days that it touches, as one."""
    if not units:
        return ()
    its = ProductionDayRow
    query = (
        select(its.edge, its.work_unit, its.day, its.product, its.ideal_cycle_s, its.energy_wh)
        .add_columns(*(getattr(its, name) for name in (*TIMES, *COUNTS)))
        .where(tuple_(its.site, its.edge, its.work_unit).in_([tuple(one) for one in units]))
        .where(its.day >= since.isoformat(), its.day <= until.isoformat())
    )
    parts: dict[tuple[Any, ...], list[Sequence[Any]]] = defaultdict(list)
    for row in session.execute(query):
        parts[tuple(row[:5])].append(row[5:])
    found = []
    for key, rows in parts.items():
        # Energy is added without rounding: a database adds in whatever order it likes.
        wh, *whole = zip(*rows, strict=True)
        numbers = [sum(map(int, column)) for column in whole]
        edge, unit, day, product, cycle_s = key
        ns, counts = tuple(numbers[: len(TIMES)]), tuple(numbers[len(TIMES) :])
        found.append(DaySum(edge, unit, day, product, cycle_s, ns, counts, fsum(wh)))
    return tuple(sorted(found, key=lambda one: (one.day, one.edge, one.work_unit, one.product, one.ideal_cycle_s or 0)))


def _labour(
    session: Session, site: str, mine: Collection[UnitId], everyone: Collection[UnitId], since: date, until: date
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Hours of the days on which rows name exactly these machines, each once."""
    its = LabourHoursRow
    query = (
        select(its.id, its.date, its.work_units, its.hours)
        .join(SiteRow, SiteRow.id == its.site)
        .where(SiteRow.name == site, SiteRow.retired_at == 0, its.retired_at == 0)
        .where(its.date >= since.isoformat(), its.date <= until.isoformat())
        .order_by(its.id)
    )
    by_day: dict[str, list[tuple[frozenset[UnitId], float, str]]] = defaultdict(list)
    for row, day, units, hours in session.execute(query):
        whose = frozenset(units_of(site, units)) if units else frozenset(everyone)
        by_day[day].append((whose, float(hours), row))
    found: dict[str, float] = {}
    used: list[str] = []
    for day, rows in sorted(by_day.items()):
        if chosen := _exactly(frozenset(mine), rows):
            found[day] = fsum(hours for _, hours, _ in chosen)
            used += [row for _, _, row in chosen]
    return found, tuple(used)


def _exactly(
    mine: frozenset[UnitId], rows: Sequence[tuple[frozenset[UnitId], float, str]]
) -> list[tuple[frozenset[UnitId], float, str]]:
    """The rows that together name each of some machines once and no other; none where there is no such choice.

    Hours of more machines than these cannot be told apart, and hours of fewer would flatter.
    """
    whole = [one for one in rows if one[0] == mine]
    if whole:
        return whole if len(whole) == 1 else []
    parts = [one for one in rows if one[0] <= mine]
    named = [unit for one in parts for unit in one[0]]
    return parts if mine and len(named) == len(mine) and set(named) == mine else []
