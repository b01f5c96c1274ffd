"""Elements of a work unit summed by hour, day and shift: whole numbers as such, floats without rounding in between."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import fsum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import RowMapping, Table, and_, select
from sqlalchemy.orm import Session

from edge_agent.kpi.calendar import to_ns
from edge_agent.wire.schema import (
    ALL_ENERGY,
    ELEMENT_DAY,
    ELEMENT_HOUR,
    ELEMENT_SHIFT,
    ENERGY,
    ROLLED_FIELDS,
    ROLLED_SUMS,
    SECONDS,
    TARGET_OEE,
)
from gateway.production.periods import today
from gateway.production.summing import COUNTS, TIMES, day_of_shift, zone_of
from gateway.registry import ElementRow, NominalBucketRow, WorkUnitRow
from gateway.shop_floor import UnitId
from gateway.timeseries.points import Point
from gateway.told.aims import Aims
from gateway.told.mirroring import point

NS = 10**9
HOUR = 3600 * NS
LAST = 2**63 - 1
"""The last instant that databases know, in 2262: a clock that has gone mad may say it, and must not stop the rest."""
_ONE = timedelta(days=1)
_ELEMENT: Table = ElementRow.__table__  # type: ignore[assignment]  # a class of its own has a table of its own
_BUCKET: Table = NominalBucketRow.__table__  # type: ignore[assignment]
_COLUMNS = ("since", "shift", "product", "ideal_cycle_s", *TIMES, *COUNTS, "energy_wh")
_WHOLE = dict(zip(SECONDS.values(), TIMES, strict=True))
"""Field of seconds -> column in ns."""
Key = tuple[int, str, str]
"""Start of the hour or day, product and bare shift."""


class Stretch(NamedTuple):
    """Which hours and days of a work unit are made anew; ``since`` and ``until`` hold all that belongs to them.

    Attributes:
        hours: Their starts, UTC ns.
        days: Local days.
        since: UTC ns.
        until: UTC ns.
    """

    hours: frozenset[int]
    days: frozenset[date]
    since: int
    until: int


@dataclass(slots=True)
class _Sum:
    wholes: Counter[str] = field(default_factory=Counter)
    ideal_s: list[float] = field(default_factory=list)
    ideal_reject_s: list[float] = field(default_factory=list)
    energy_wh: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    aims: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: RowMapping, aims: Mapping[str, float]) -> None:
        self.wholes.update({name: int(row[name]) for name in (*TIMES, *COUNTS)})
        cycle_s = row["ideal_cycle_s"] or 0.0
        self.ideal_s.append(cycle_s * row["total"])
        self.ideal_reject_s.append(cycle_s * row["reject"])
        if row["energy_wh"] != "{}":
            for bucket, wh in msgspec.json.decode(row["energy_wh"], type=dict[str, float]).items():
                self.energy_wh[bucket].append(wh)
        for name, value in aims.items():
            self.aims[name].append(value)

    def numbers(self) -> dict[str, float]:
        found = {field: self.wholes[name] / NS for field, name in _WHOLE.items()}
        found |= {name: float(self.wholes[name]) for name in COUNTS if name in ROLLED_FIELDS}
        found["failing_s"] = self.wholes["failing_ns"] / NS
        found["ideal_s"], found["ideal_reject_s"] = fsum(self.ideal_s), fsum(self.ideal_reject_s)
        if self.energy_wh:
            found |= {name: fsum(self.energy_wh[bucket]) for bucket, name in ENERGY.items()}
            found[ALL_ENERGY] = fsum(wh for said in self.energy_wh.values() for wh in said)
        for name, parts in ROLLED_SUMS.items():
            if name != ALL_ENERGY:
                found[name] = sum(self.wholes[_WHOLE[part]] for part in parts) / NS
        return found | {name: fsum(values) for name, values in self.aims.items()}


@dataclass(slots=True)
class _Shift:
    sums: _Sum = field(default_factory=_Sum)
    since: int = 2**63 - 1
    last: RowMapping | None = None

    def add(self, row: RowMapping, aims: Mapping[str, float]) -> None:
        self.since = min(self.since, row["since"])
        if self.last is None or row["since"] > self.last["since"]:
            self.last = row
        self.sums.add(row, aims)


def zone_of_unit(session: Session, unit: UnitId, otherwise: ZoneInfo) -> ZoneInfo:
    """Of a work unit's wall clock, as its edge said."""
    row = session.get(WorkUnitRow, tuple(unit))
    return zone_of(msgspec.json.decode(row.description, type=_Zone).timezone if row else "", otherwise)


def stretches(buckets: Iterable[tuple[int, int]], zone: ZoneInfo) -> list[Stretch]:
    """What is to be made anew for some nominal buckets; what lies far apart apart.

    A shift counts for the day on which it begins, so a bucket may belong to the day before its own.

    Args:
        buckets: Start and end of each, UTC ns.
        zone: Of the wall clock.
    """
    hours: set[int] = set()
    days: set[date] = set()
    for since, until in buckets:
        hours.add(since - since % HOUR)
        # A nominal bucket divides an hour: one that says otherwise is a mistake, and must not cost a century.
        ends = max(since, min(until, since + HOUR) - 1)
        first, last = today(since, zone) - _ONE, today(ends, zone)
        days |= {first + k * _ONE for k in range((last - first).days + 1)}
    return [_stretch(run, hours, zone) for run in _runs(sorted(days))]


def rolled(session: Session, unit: UnitId, stretch: Stretch, zone: ZoneInfo) -> list[Point]:
    """The points of ``element_hour``, ``element_day`` and ``element_shift`` of a stretch, from the rows in force."""
    hours: defaultdict[Key, _Sum] = defaultdict(_Sum)
    days: defaultdict[Key, _Sum] = defaultdict(_Sum)
    shifts: defaultdict[tuple[str, str], _Shift] = defaultdict(_Shift)
    aims = Aims(session, unit)
    for row in _rows(session, unit, stretch):
        since, aimed = row["since"], aims.of(row)
        name, day = day_of_shift(row["shift"], today(since, zone).isoformat())
        if since - since % HOUR in stretch.hours:
            hours[since - since % HOUR, row["product"], name].add(row, aimed)
        if date.fromisoformat(day) in stretch.days:
            days[midnight(date.fromisoformat(day), zone), row["product"], name].add(row, aimed)
            if name:
                shifts[name, day].add(row, aimed)
    by_shift = _shift_points(unit, shifts, aims, zone)
    return [*_points(ELEMENT_HOUR, unit, hours), *_points(ELEMENT_DAY, unit, days), *by_shift]


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a local day begins, UTC ns; the last instant there is of days that no database knows."""
    return min(to_ns(datetime.combine(day, datetime.min.time()), zone.key), LAST)


class _Zone(msgspec.Struct):
    timezone: str = ""


def _shift_points(
    unit: UnitId, shifts: Mapping[tuple[str, str], _Shift], aims: Aims, zone: ZoneInfo
) -> Iterator[Point]:
    for (name, day), its in shifts.items():
        # A bucket may begin before the day does; the point stays within it, where it is looked for.
        at = max(its.since, midnight(date.fromisoformat(day), zone))
        target = None if its.last is None else aims.target_oee(its.last)
        yield point(ELEMENT_SHIFT, (*unit, name), its.sums.numbers() | {TARGET_OEE: target}, {}, at)


def _points(measurement: str, unit: UnitId, sums: Mapping[Key, _Sum]) -> Iterator[Point]:
    # Products that differ only in what a tag cannot keep would be one point: their sums are added up.
    found: dict[tuple[tuple[str, ...], int], Point] = {}
    for (at, product, shift), its in sums.items():
        one = point(measurement, (*unit, product, shift), its.numbers(), {}, at)
        other = found.get((one.tags, at))
        if other is not None:
            names = one.numbers.keys() | other.numbers.keys()
            both = {name: one.numbers.get(name, 0.0) + other.numbers.get(name, 0.0) for name in sorted(names)}
            one = one._replace(numbers=both)
        found[one.tags, at] = one
    yield from found.values()


def _rows(session: Session, unit: UnitId, stretch: Stretch) -> Iterable[RowMapping]:
    its, bucket = _ELEMENT.c, _BUCKET.c
    same = and_(*(its[name] == bucket[name] for name in ("site", "edge", "work_unit", "since")))
    query = select(*(its[name] for name in _COLUMNS), bucket.aims).join_from(_ELEMENT, _BUCKET, same, isouter=True)
    query = query.where(its.site == unit.site, its.edge == unit.edge, its.work_unit == unit.work_unit)
    return session.execute(query.where(its.since >= stretch.since, its.since < stretch.until)).mappings()


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    run: list[date] = []
    for day in days:
        if run and (day - run[-1]).days > 2:  # noqa: PLR2004  what is read for one day reaches two days further
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _stretch(run: list[date], hours: set[int], zone: ZoneInfo) -> Stretch:
    # A shift that begins on a day may reach into the next one, and a bucket may begin before its day does.
    since, until = midnight(run[0], zone) - HOUR, midnight(run[-1] + 2 * _ONE, zone)
    return Stretch(frozenset(hour for hour in hours if since <= hour < until), frozenset(run), since, until)
