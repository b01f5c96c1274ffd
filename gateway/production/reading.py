"""Sums of elements over periods, asked of the database: by machine, by day, by shift.

Decision: the database adds up and groups, and gives back what differs in product and ideal cycle apart.
Because: a database adds ten thousand rows in the time in which they would be handed over; and only with its ideal
cycle is a count of pieces a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import fsum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Engine, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from edge_agent.kpi.elements import Elements, ProductPieces
from gateway.access.sites import Sites
from gateway.production.periods import Kind, Period
from gateway.production.summing import COUNTS, TIMES, zone_of
from gateway.registry import ProductionDayRow, WorkUnitRow
from gateway.shop_floor import UnitId

_ONE = timedelta(days=1)
_BUCKETS = len(TIMES)
_MOST_NAMED = 400
"""So many machines may be named in one question; of more the whole site is asked for."""


class Machine(NamedTuple):
    """A work unit as its edge described it last, as far as figures need it.

    Attributes:
        id: Which.
        title: Language -> what people call it.
        production_line: The line that it belongs to; empty: none.
        counts_pieces: Whether it has counters, and so an OEE.
        target_oee: What is aimed at, 0 to 1; None: nothing was said.
        channels: Role -> ``instrument.channel``.
        products: Product -> titles.
        reasons: Stop reason -> titles.
        timezone: IANA name of the wall clock of its shifts; empty: it never said one.
    """

    id: UnitId
    title: dict[str, str]
    production_line: str
    counts_pieces: bool
    target_oee: float | None
    channels: dict[str, str]
    products: dict[str, dict[str, str]]
    reasons: dict[str, dict[str, str]]
    timezone: str = ""

    def zone(self, otherwise: ZoneInfo) -> ZoneInfo:
        """Of its wall clock, by which the sums of its days are made too."""
        return zone_of(self.timezone, otherwise)


class _Product(msgspec.Struct):
    title: dict[str, str] = {}


class _Description(msgspec.Struct):
    """Of a ``work_unit`` record, what a machine needs."""

    title: dict[str, str] = {}
    counts_pieces: bool = True
    target_oee: float | None = None
    channels: dict[str, str] = {}
    products: dict[str, _Product] = {}
    reasons: dict[str, dict[str, str]] = {}
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """What some machines did over some time, and what that rests on.

    Attributes:
        elements: All that adds up.
        told_until: End of the last nominal bucket in it, UTC ns; 0: there is none.
        told_since: Start of the first; 0: there is none.
        energy_wh: Energy, Wh.
    """

    elements: Elements
    told_until: int = 0
    told_since: int = 0
    energy_wh: float = 0.0


NOTHING = Sum(Elements())


class Selection(NamedTuple):
    """Whose sums are asked for.

    Attributes:
        machines: Which; they belong to what the reader may see.
        is_all: Whether they are all machines of their sites, so that none has to be named.
    """

    machines: tuple[Machine, ...]
    is_all: bool = False

    @property
    def ids(self) -> tuple[UnitId, ...]:
        """Their names."""
        return tuple(machine.id for machine in self.machines)

    @property
    def sites(self) -> list[str]:
        """Where they are."""
        return sorted({machine.id.site for machine in self.machines})


def machines_of(engine: Engine, sites: Sites) -> list[Machine]:
    """Every work unit of some sites that was ever described, by line, edge and name.

    Args:
        engine: Of the registry.
        sites: Names of sites; None: all.
    """
    its = WorkUnitRow
    query = select(its.site, its.edge, its.work_unit, its.production_line, its.description)
    if sites is not None:
        query = query.where(its.site.in_(sorted(sites)))
    with Session(engine) as session:
        found = [_machine(*row) for row in session.execute(query)]
    return sorted(found, key=lambda one: (one.id.site, one.production_line == "", one.production_line, one.id))


def _machine(site: str, edge: str, unit: str, line: str, description: str) -> Machine:
    said = msgspec.json.decode(description, type=_Description)
    products = {name: product.title for name, product in said.products.items()}
    return Machine(
        id=UnitId(site, edge, unit),
        title=said.title,
        production_line=line,
        counts_pieces=said.counts_pieces,
        target_oee=said.target_oee,
        channels=said.channels,
        products=products,
        reasons=said.reasons,
        timezone=said.timezone,
    )


def by_machine(engine: Engine, whose: Selection, period: Period) -> dict[UnitId, Sum]:
    """The sums of each machine over a period; one of which nothing was told is not in it."""
    its = ProductionDayRow
    found = _sums(engine, (its.site, its.edge, its.work_unit), whose, period)
    return {UnitId(*key): one for key, one in found.items()}


def by_day(engine: Engine, whose: Selection, period: Period) -> dict[str, Sum]:
    """The sums of all machines together, by local day."""
    return {str(key[0]): one for key, one in _sums(engine, (ProductionDayRow.day,), whose, period).items()}


def by_shift(engine: Engine, whose: Selection, period: Period) -> dict[str, Sum]:
    """The sums of all machines together, by the name of the shift, in the order of the day; not of what is outside."""
    found = _sums(engine, (ProductionDayRow.shift,), whose, period)
    named = ((str(shift), one) for (shift,), one in found.items() if shift)
    return dict(sorted(named, key=lambda one: (one[1].told_since, one[0])))


def told_days(engine: Engine, whose: Selection, period: Period) -> dict[UnitId, int]:
    """Of how many days of a period each machine told anything, by the wall clock; of none: it is not in it."""
    its = ProductionDayRow
    dates = and_(its.date >= period.first.isoformat(), its.date <= period.last.isoformat())
    # A shift lies within two days: what lies on these dates counts for them or for the days beside them.
    beside = Period(Kind.WEEK, period.first - _ONE, period.last + _ONE)
    query = select(its.site, its.edge, its.work_unit, func.count(its.date.distinct()))
    query = query.where(_within(whose, beside), dates).group_by(its.site, its.edge, its.work_unit)
    with Session(engine) as session:
        return {UnitId(*row[:3]): int(row[3]) for row in session.execute(query)}


def last_day(engine: Engine, whose: Selection) -> str:
    """The last local day of which anything was told; empty: there is none."""
    its = ProductionDayRow
    sites = select(WorkUnitRow.site).where(WorkUnitRow.site.in_(whose.sites)).distinct().subquery()
    # Of each site by itself: its answer is then the end of an index.
    last = select(func.max(its.day)).where(its.site == sites.c.site).scalar_subquery()
    by_site = select(last.label("day")).select_from(sites).subquery()
    with Session(engine) as session:
        return session.scalar(select(func.max(by_site.c.day))) or ""


def together(sums: Iterable[Sum]) -> Sum:
    """All of them as one."""
    every = list(sums)
    gathered = _Gathered()
    for one in every:
        gathered.add(one.elements)
    return Sum(
        gathered.elements(),
        max((one.told_until for one in every), default=0),
        min((one.told_since for one in every if one.told_since), default=0),
        fsum(one.energy_wh for one in every),
    )


def _sums(engine: Engine, keys: Sequence[Any], whose: Selection, period: Period) -> dict[tuple[Any, ...], Sum]:
    its = ProductionDayRow
    apart = (*keys, its.product, its.ideal_cycle_s)
    numbers = [func.sum(getattr(its, name)) for name in (*TIMES, *COUNTS, "energy_wh")]
    query = (
        select(*apart, func.max(its.until), func.min(its.since), *numbers)
        .where(_within(whose, period))
        .group_by(*apart)
    )
    if not whose.machines:
        return {}
    found: dict[tuple[Any, ...], _Gathered] = {}
    count = len(keys)
    with Session(engine) as session:
        for row in session.execute(query):
            found.setdefault(tuple(row[:count]), _Gathered()).take(row[count], row[count + 1], row[count + 2 :])
    return {key: gathered.sum() for key, gathered in found.items()}


def _within(whose: Selection, period: Period) -> ColumnElement[bool]:
    its = ProductionDayRow
    named = not whose.is_all and len(whose.machines) <= _MOST_NAMED
    wanted = [its.site.in_(whose.sites), its.day >= period.first.isoformat(), its.day <= period.last.isoformat()]
    if period.shift:
        wanted.append(its.shift == period.shift)
    if named:
        wanted.append(tuple_(its.site, its.edge, its.work_unit).in_([tuple(one) for one in whose.ids]))
    elif not whose.is_all:
        wanted.append(or_(*(and_(its.site == site, _of_edges(whose, site)) for site in whose.sites)))
    return and_(*wanted)


def _of_edges(whose: Selection, site: str) -> ColumnElement[bool]:
    its = ProductionDayRow
    by_edge: dict[str, list[str]] = {}
    for one in whose.ids:
        if one.site == site:
            by_edge.setdefault(one.edge, []).append(one.work_unit)
    return or_(*(and_(its.edge == edge, its.work_unit.in_(units)) for edge, units in by_edge.items()))


class _Gathered:
    """Elements while they are added up; whole numbers stay whole."""

    def __init__(self) -> None:
        self._ns = [0] * _BUCKETS
        self._pieces: dict[tuple[str, float], list[int]] = {}
        self._others = [0] * 5
        self._until = self._since = 0
        self._wh: list[float] = []

    def take(self, product: str, cycle_s: float | None, row: Sequence[Any]) -> None:
        """One row of the database: until, since, the eight times, the eight counts, energy."""
        until, since, *numbers, wh = row
        whole = [int(number) for number in numbers]
        times, (total, reject, rework, *others) = whole[:_BUCKETS], whole[_BUCKETS:]
        if cycle_s is None:
            others[2] += total  # pieces without an ideal cycle have no ideal time
        else:
            pieces = self._pieces.setdefault((product, cycle_s), [0, 0, 0])
            for k, more in enumerate((total, reject, rework)):
                pieces[k] += more
        self._plus(times, others)
        self._until = max(self._until, int(until))
        self._since = min(self._since or int(since), int(since))
        self._wh.append(float(wh))

    def add(self, more: Elements) -> None:
        """Elements that are sums already."""
        for key, one in more.products.items():
            pieces = self._pieces.setdefault(key, [0, 0, 0])
            for k, n in enumerate((one.total, one.reject, one.rework)):
                pieces[k] += n
        self._plus(more.ns, (more.unplanned, more.unattributed, more.no_product, more.failures, more.failing_ns))

    def elements(self) -> Elements:
        """What they are together."""
        products = {key: ProductPieces(key[1], *pieces) for key, pieces in sorted(self._pieces.items())}
        unplanned, unattributed, no_product, failures, failing_ns = self._others
        return Elements(tuple(self._ns), products, unplanned, unattributed, no_product, failures, failing_ns)

    def sum(self) -> Sum:
        """With what they rest on."""
        return Sum(self.elements(), self._until, self._since, fsum(self._wh))

    def _plus(self, times: Sequence[int], others: Sequence[int]) -> None:
        self._ns = [a + b for a, b in zip(self._ns, times, strict=True)]
        self._others = [a + b for a, b in zip(self._others, others, strict=True)]
