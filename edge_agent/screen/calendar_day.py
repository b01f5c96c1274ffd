"""One day of a shift calendar: what holds for it, the planned time that it gives, what a change would alter. Pure.

Decision: a changed day's calendar holds the shifts of that day alone.
Because: it is in force on no other day, and what the other weekdays keep could only be in the way of it: a night shift
of the day before that was itself changed would forbid an early start by the weekly rule.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from edge_agent.config.calendars import calendar_body, calendar_from_body, config_from_body, to_calendar
from edge_agent.config.shop_tables import CalendarConfig, HolidayConfig, PlannedStopConfig, ShiftConfig
from edge_agent.kpi.calendar import CalendarVersion, CalendarVersions, Schedule, Shift, expand
from edge_agent.wire.shop_floor import CalendarKept

NS = 10**9
_DAY = timedelta(days=1)


class Change(NamedTuple):
    """One thing of a day, before and after; None: it is not there.

    Attributes:
        before: Shift or planned stop.
        after: The same.
    """

    before: ShiftConfig | PlannedStopConfig | None
    after: ShiftConfig | PlannedStopConfig | None

    @property
    def is_shift(self) -> bool:
        """A shift, else a planned stop."""
        return isinstance(self.before or self.after, ShiftConfig)


class Day(NamedTuple):
    """What holds for a local day.

    Attributes:
        day: Which.
        number: Of the version in force; 0: nothing is kept yet, and the configuration counts.
        config: The calendar in force.
        changes: What managers changed in it, the newest first.
        planned_s: Time of its shifts without breaks and planned stops, s.
    """

    day: date
    number: int
    config: CalendarConfig
    changes: tuple[CalendarKept, ...]
    planned_s: float

    @property
    def is_holiday(self) -> bool:
        """No shift begins on it."""
        return is_holiday(self.config, self.day)

    @property
    def shifts(self) -> tuple[ShiftConfig, ...]:
        """Those of its weekday; on a holiday the ones that do not take place."""
        return shifts_on(self.config, self.day)

    @property
    def stops(self) -> tuple[PlannedStopConfig, ...]:
        """Planned stops that touch it."""
        return stops_on(self.config, self.day)


class Versions:
    """All that was decided about one calendar.

    Args:
        config: As it is configured now.
        records: Of all calendars of the edge.
    """

    def __init__(self, config: CalendarConfig, records: Sequence[CalendarKept]) -> None:
        mine = [one for one in records if one.body.get("name") == config.name]
        self._records = {one.number: one for one in mine}
        self._config = config
        ever = CalendarVersion(0, date.min, None, to_calendar(config))
        self._versions = CalendarVersions((*map(_version, mine),) or (ever,))

    def day(self, day: date) -> Day:
        """What holds for a day."""
        version = self._versions.in_force(day)
        number = version.number if version else 0
        config = config_from_body(self._records[number].body) if number else self._config
        text = day.isoformat()
        changed = [one for one in self._records.values() if one.first_day == one.last_day == text]
        changed.sort(key=lambda one: -one.number)
        return Day(day, number, config, tuple(changed), planned_s(expand(self._versions, day, day)))

    def planned_with(self, day: date, config: CalendarConfig) -> float:
        """Planned time of a day if this were in force on it, s."""
        return planned_s(expand(self._with(day, config), day, day))

    def runs_into(self, day: date, config: CalendarConfig) -> bool:
        """Whether a shift of the day would share time with one of the day before or after."""
        if _work(self.day(day).config, day) == _work(config, day):
            return False
        around = (day - _DAY, day + _DAY)
        before, after = expand(self._versions, *around), expand(self._with(day, config), *around)
        alone = expand(to_calendar(config), day, day)
        cut = _of(day, after) != list(alone.shifts)
        then = {one.name: one for one in before.shifts}
        shorter = (_length(one) < _length(then[one.name]) for one in after.shifts if one not in _of(day, after))
        gone = {one.name for one in before.shifts} - {one.name for one in after.shifts}
        return cut or any(shorter) or any(not name.endswith(f"@{day}") for name in gone)

    def _with(self, day: date, config: CalendarConfig) -> CalendarVersions:
        newest = max((one.number for one in self._versions.versions), default=0)
        change = CalendarVersion(newest + 1, day, day, to_calendar(config))
        return CalendarVersions((*self._versions.versions, change))


def planned_s(schedule: Schedule) -> float:
    """Time of the shifts without what is planned as a stop in them, s."""
    stops = int((schedule.planned[:, 1] - schedule.planned[:, 0]).sum())
    return (sum(map(_length, schedule.shifts)) - stops) / NS


def is_holiday(config: CalendarConfig, day: date) -> bool:
    """No shift begins on it."""
    return any(one.day == day.isoformat() for one in config.holidays)


def shifts_on(config: CalendarConfig, day: date) -> tuple[ShiftConfig, ...]:
    """The shifts of a day's weekday, by their start."""
    return tuple(sorted((s for s in config.shifts if day.isoweekday() in s.weekdays), key=lambda one: one.start))


def stops_on(config: CalendarConfig, day: date) -> tuple[PlannedStopConfig, ...]:
    """Planned stops that touch a day or the shifts that begin on it."""
    first, last = span_of(day, shifts_on(config, day))
    return tuple(one for one in config.planned_stops if one.since < last and first < one.until)


def span_of(day: date, shifts: Sequence[ShiftConfig]) -> tuple[str, str]:
    """From midnight to midnight, or to the end of a night shift; as the moments of a calendar are written."""
    last = datetime.combine(day + _DAY, time())
    for one in shifts:
        if one.end <= one.start:
            last = max(last, datetime.combine(day + _DAY, time.fromisoformat(one.end)))
    return f"{day.isoformat()}T00:00", last.isoformat(timespec="minutes")


def day_calendar(
    base: CalendarConfig, day: date, shifts: Sequence[ShiftConfig], stops: Sequence[PlannedStopConfig], *, no_work: bool
) -> CalendarConfig:
    """The calendar of a changed day. Without a shift nothing is planned on it, which a holiday says."""
    others = tuple(one for one in base.holidays if one.day != day.isoformat())
    elsewhere = tuple(one for one in base.planned_stops if one not in stops_on(base, day))
    nobody = no_work or not shifts
    # A day on which nobody works keeps its shifts, so that a later change can bring them back.
    return msgspec.structs.replace(
        base,
        shifts=base.shifts if nobody else tuple(shifts),
        holidays=(*others, HolidayConfig(day=day.isoformat())) if nobody else others,
        planned_stops=(*elsewhere, *stops),
    )


def what_changes(base: CalendarConfig, new: CalendarConfig, day: date) -> list[Change]:
    """Shifts and planned stops of a day that come, go or alter."""
    return [*_differences(_work(base, day), _work(new, day)), *_differences(_halts(base, day), _halts(new, day))]


def digest(config: CalendarConfig) -> str:
    """Tells one calendar from another."""
    return hashlib.sha256(msgspec.json.encode(calendar_body(config), order="deterministic")).hexdigest()[:32]


def _differences(
    before: Mapping[str, ShiftConfig | PlannedStopConfig], after: Mapping[str, ShiftConfig | PlannedStopConfig]
) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        then, now = before.get(name), after.get(name)
        if then != now:
            yield Change(then, now)


def _work(config: CalendarConfig, day: date) -> dict[str, ShiftConfig]:
    if is_holiday(config, day):
        return {}
    weekdays = (day.isoweekday(),)
    return {one.name: msgspec.structs.replace(one, weekdays=weekdays) for one in shifts_on(config, day)}


def _halts(config: CalendarConfig, day: date) -> dict[str, PlannedStopConfig]:
    return {f"{one.since} {one.until}": one for one in stops_on(config, day)}


def _of(day: date, schedule: Schedule) -> list[Shift]:
    return [one for one in schedule.shifts if one.name.endswith(f"@{day.isoformat()}")]


def _length(shift: Shift) -> int:
    return shift.until_ns - shift.since_ns


def _version(record: CalendarKept) -> CalendarVersion:
    last = date.fromisoformat(record.last_day) if record.last_day else None
    return CalendarVersion(record.number, date.fromisoformat(record.first_day), last, calendar_from_body(record.body))
