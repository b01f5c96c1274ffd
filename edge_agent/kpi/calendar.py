"""The shift calendar: weekly shifts by the wall clock, expanded into UTC.

Decision: every wall-clock time becomes one instant. One that comes twice (clocks set back) is the first of the two;
one that does not exist (clocks set forward) is the instant at which the clocks jump.
Because: the order of wall-clock times is then the order of the instants: shifts which do not overlap on the wall never
overlap in time, and one that ends where the next begins leaves no gap.
Instead of: Python's own rule (PEP 495), by which 02:30 comes after 03:00 on the day on which 02:00 becomes 03:00.

Decision: of planned stops only what lies in a shift is kept.
Because: outside of shifts nothing is planned that could be shortened, and each shift then carries its own planned
stops: days can be expanded one by one, by whatever calendar was in force on each, and put together.
Instead of: one list of stops beside the shifts, which belongs to no day.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from edge_agent.kpi.spans import Instants, union

NS_PER_US = 1000
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_WEEK_DAYS = 7


class Break(NamedTuple):
    """A break in a shift, by the wall clock; one that starts before its shift does is on the next day."""

    start: time
    end: time


class WeeklyShift(NamedTuple):
    """A shift of every week.

    Attributes:
        name: Such as ``A``.
        start: By the wall clock.
        end: By the wall clock; not after ``start``: on the next day.
        weekdays: On which it begins, 1 (Monday) to 7.
        breaks: Planned; they belong to the shift also after midnight.
    """

    name: str
    start: time
    end: time
    weekdays: tuple[int, ...] = EVERY_DAY
    breaks: tuple[Break, ...] = ()


class PlannedStop(NamedTuple):
    """An approved stop, from ``since`` to ``until`` by the wall clock."""

    since: datetime
    until: datetime


class Calendar(NamedTuple):
    """When work is planned.

    Attributes:
        timezone: IANA name of the wall clock.
        shifts: Of every week; no two of them overlap.
        holidays: Days on which no shift begins.
        planned_stops: Approved stops.
    """

    timezone: str
    shifts: tuple[WeeklyShift, ...] = ()
    holidays: frozenset[date] = frozenset()
    planned_stops: tuple[PlannedStop, ...] = ()


class CalendarVersion(NamedTuple):
    """A calendar and the days for which it was decided.

    Attributes:
        number: Of the versions that cover a day the highest is in force.
        first_day: First local day, by the date on which a shift begins.
        last_day: Last one; None: until further notice.
        calendar: What holds on these days.
    """

    number: int
    first_day: date
    last_day: date | None
    calendar: Calendar


class CalendarVersions(NamedTuple):
    """All that was ever decided about shifts; days before the first version have no shift."""

    versions: tuple[CalendarVersion, ...]

    def in_force(self, day: date) -> CalendarVersion | None:
        """The version that holds for the shifts that begin on ``day``."""
        covering = (v for v in self.versions if v.first_day <= day and (v.last_day is None or day <= v.last_day))
        return max(covering, key=lambda version: version.number, default=None)


class Shift(NamedTuple):
    """A shift of one day: ``A@2026-03-02``, UTC ns, half-open. Its date is that on which it begins."""

    name: str
    since_ns: int
    until_ns: int


class Schedule(NamedTuple):
    """Shifts and the planned stops in them, as instants.

    Attributes:
        shifts: In order of time; they never overlap.
        planned: Planned stops and breaks, UTC ns, shape (n, 2), half-open, in order of time, disjoint, each of them
            within one shift or within shifts that follow each other without a gap.
    """

    shifts: tuple[Shift, ...]
    planned: Instants

    def shift_at(self, ns: int) -> Shift | None:
        """The shift in which an instant lies; None outside of all of them."""
        index = bisect_right(self.shifts, ns, key=lambda shift: shift.since_ns) - 1
        return self.shifts[index] if index >= 0 and ns < self.shifts[index].until_ns else None

    def is_planned_stop(self, ns: int) -> bool:
        """Whether an instant lies in a planned stop."""
        index = int(np.searchsorted(self.planned[:, 0], ns, side="right")) - 1
        return index >= 0 and ns < int(self.planned[index, 1])

    def next_shift(self, ns: int) -> Shift | None:
        """The first shift that begins after an instant; None: the schedule has no more."""
        index = bisect_right(self.shifts, ns, key=lambda shift: shift.since_ns)
        return self.shifts[index] if index < len(self.shifts) else None

    def next_change(self, ns: int) -> int | None:
        """The first instant after ``ns`` at which a shift or a planned stop begins or ends; None: there is none."""
        edges = (edge for shift in self.shifts for edge in shift[1:] if edge > ns)
        stops = self.planned[self.planned > ns]
        return min((*edges, *map(int, stops)), default=None)


def expand(calendar: Calendar | CalendarVersions, first_day: date, last_day: date) -> Schedule:
    """The shifts that begin on the days from ``first_day`` to ``last_day``, both included, by the wall clock.

    A shift follows the version in force on the day on which it begins. Where a new version has a shift begin before one
    of the version before it has ended, the earlier shift ends there. A shift of which no time exists, since the clocks
    jump over it, is left out.

    Args:
        calendar: One calendar for all days, or what was decided for which days.
        first_day: First local day.
        last_day: Last local day.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: There is no such time zone.
    """
    # The day behind the last one may cut the last shifts short: each day's shifts are the same in whatever range.
    span = (last_day - first_day).days + 2 if first_day <= last_day else 0
    days = [first_day + n * _DAY for n in range(span)]
    found = sorted((s for day in days for s in _shifts_of(calendar, day)), key=lambda one: one.shift.since_ns)
    cut = [_cut(one, after.shift.since_ns) for one, after in pairwise(found)] + found[-1:]
    kept = [one for one in cut if one.day <= last_day and one.shift.since_ns < one.shift.until_ns]
    planned = [stop for one in kept for stop in one.planned]
    return Schedule(tuple(one.shift for one in kept), union(np.array(planned, dtype=np.int64).reshape(-1, 2)))


def days_around(timezone: str, since_ns: int, until_ns: int) -> tuple[date, date]:
    """First and last local day whose shifts can reach into a stretch of time."""
    zone = ZoneInfo(timezone)
    return _local(since_ns, zone).date() - _DAY, _local(until_ns, zone).date()


def to_ns(wall: datetime, timezone: str) -> int:
    """The instant of a wall-clock time (without offset), UTC ns. See the module for times that come twice or never.

    >>> to_ns(datetime(2026, 3, 2, 6), "Asia/Ho_Chi_Minh") // 10**9
    1772406000
    """
    return _instant(wall, ZoneInfo(timezone))


def overlaps(shifts: Sequence[WeeklyShift]) -> Iterator[tuple[int, int]]:
    """Pairs of weekly shifts, by index, that share a moment of the week. Each pair once."""
    taken = [(k, *stretch) for k, shift in enumerate(shifts) for stretch in _weekly(shift)]
    found = {
        tuple(sorted((a, b)))
        for n, (a, a_since, a_until) in enumerate(taken)
        for b, b_since, b_until in taken[n + 1 :]
        for week in (-_WEEK_DAYS * _DAY, timedelta(), _WEEK_DAYS * _DAY)
        if a_since < b_until + week and b_since + week < a_until
    }
    yield from ((a, b) for a, b in sorted(found) if a != b)


class _Expanded(NamedTuple):
    """A shift of one day with the planned stops in it."""

    day: date
    shift: Shift
    planned: tuple[tuple[int, int], ...]


def _shifts_of(of: Calendar | CalendarVersions, day: date) -> Iterator[_Expanded]:
    version = of.in_force(day) if isinstance(of, CalendarVersions) else None
    calendar = version.calendar if version else of
    if not isinstance(calendar, Calendar) or day in calendar.holidays:
        return
    zone = ZoneInfo(calendar.timezone)
    for weekly in calendar.shifts:
        if day.isoweekday() in weekly.weekdays:
            begins, ends = _wall(day, weekly.start, weekly.end, weekly.start)
            breaks = [_wall(day, rest.start, rest.end, weekly.start) for rest in weekly.breaks]
            shift = Shift(f"{weekly.name}@{day.isoformat()}", _instant(begins, zone), _instant(ends, zone))
            stops = [*breaks, *((s, u) for s, u in calendar.planned_stops if s < ends and begins < u)]
            yield _within(_Expanded(day, shift, tuple((_instant(s, zone), _instant(u, zone)) for s, u in stops)))


def _wall(day: date, start: time, end: time, shift_start: time) -> tuple[datetime, datetime]:
    """A stretch by the wall clock, in the shift that starts on ``day`` at ``shift_start``."""
    begins = datetime.combine(day if start >= shift_start else day + _DAY, start)
    ends = datetime.combine(begins.date(), end)
    return begins, ends if ends > begins else ends + _DAY


def _cut(one: _Expanded, at: int) -> _Expanded:
    """What is left of a shift when the next one begins ``at``."""
    return _within(one._replace(shift=one.shift._replace(until_ns=min(one.shift.until_ns, at))))


def _within(one: _Expanded) -> _Expanded:
    """The same shift without those parts of its stops that lie outside of it."""
    since, until = one.shift[1:]
    clipped = ((max(a, since), min(b, until)) for a, b in one.planned)
    return one._replace(planned=tuple((a, b) for a, b in clipped if a < b))


def _weekly(shift: WeeklyShift) -> Iterator[tuple[timedelta, timedelta]]:
    """Where in the week a shift lies, counted from Monday 00:00; on Sunday night beyond its end."""
    for weekday in shift.weekdays:
        begins, ends = _wall(date.min, shift.start, shift.end, shift.start)
        since = (weekday - 1) * _DAY + (begins - datetime.combine(date.min, time()))
        yield since, since + (ends - begins)


def _instant(wall: datetime, zone: ZoneInfo) -> int:
    earlier = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _naive(earlier, zone) == wall:
        return _ns(earlier)
    # The clocks jump over it: one reading of it lies before the jump, the other behind it, and the jump between them.
    before, behind = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), earlier
    while behind - before > timedelta(seconds=1):
        middle = before + (behind - before) // 2
        before, behind = (before, middle) if _naive(middle, zone) > wall else (middle, behind)
    return _ns(behind.replace(microsecond=0))


def _naive(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _local(ns: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=ns // NS_PER_US)).astimezone(zone)


def _ns(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * NS_PER_US
