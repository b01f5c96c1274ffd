"""Working days of which a machine's edge told nothing at all: they lower the coverage of a pilot, and are said. Pure.

Decision: a silent working day is a sum of planned time without data.
Because: an edge without power leaves no row, and a window with every second day missing would read as wholly covered.

Decision: whether a day is a working day is asked of the shift calendar in force on it; where there is none, of the
weekdays on which the machine has planned time in more than half as many weeks as on its most frequent one, and of no
public holiday.
Because: a calendar says what was meant; without one the past says what is usual, and a Tết week is no fault of an edge.

Decision: such a day is as long as its calendar says, else as the median of the machine's days of that weekday.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median_low
from typing import NamedTuple

from edge_agent.kpi.calendar import CalendarVersions, expand
from gateway.programme.measured_days import COUNTS, TIMES, DaySum, elements_of

Unit = tuple[str, str]
"""Edge and work unit."""
_USUAL = 0.5
"""Of the occurrences of the most frequent weekday; a weekday with more is usual."""
_ONE = timedelta(days=1)
_UNKNOWN = TIMES.index("unknown_ns")


class Span(NamedTuple):
    """Days that are looked at, both included."""

    first: date
    last: date

    def days(self) -> Iterable[date]:
        """Each of them."""
        return (self.first + k * _ONE for k in range((self.last - self.first).days + 1))


def silent_days(
    told: Sequence[DaySum],
    calendars: Mapping[Unit, CalendarVersions | None],
    usual: Span,
    asked: Span,
    rests: Callable[[date], bool],
) -> tuple[DaySum, ...]:
    """Sums of planned time without data, of each machine and working day of which nothing was told.

    Args:
        told: What the machines told.
        calendars: Machine -> its shift calendar; None: it has none that is known.
        usual: Days from which weekdays without a calendar are learned.
        asked: Days that are wanted.
        rests: Whether a day is a public holiday.
    """
    by_unit: dict[Unit, dict[date, int]] = defaultdict(dict)
    sums: dict[tuple[Unit, str], list[DaySum]] = defaultdict(list)
    for one in told:
        sums[(one.edge, one.work_unit), one.day].append(one)
    for (unit, on), some in sums.items():
        by_unit[unit][date.fromisoformat(on)] = elements_of(some).planned_busy_ns
    found = []
    for unit, calendar in sorted(calendars.items()):
        heard = by_unit[unit]
        weekdays = _usual_ns({day: ns for day, ns in heard.items() if ns and usual.first <= day <= usual.last})
        for day in asked.days():
            if day in heard:
                continue
            planned = _planned_ns(calendar, day)
            if planned is None:
                planned = 0 if rests(day) else weekdays.get(day.weekday(), 0)
            if planned:
                found.append(unheard(unit, day.isoformat(), planned))
    return tuple(sorted(found, key=lambda one: (one.day, one.edge, one.work_unit)))


def unheard(unit: Unit, day: str, planned_ns: int) -> DaySum:
    """A day of a machine with planned time and nothing else.

    >>> unheard(("press-shop", "press-1"), "2026-03-02", 5).ns
    (0, 0, 5, 0, 0, 0, 0, 0)
    """
    ns = tuple(planned_ns if k == _UNKNOWN else 0 for k in range(len(TIMES)))
    return DaySum(*unit, day, "", None, ns, (0,) * len(COUNTS), 0.0)


def _planned_ns(calendar: CalendarVersions | None, day: date) -> int | None:
    """Planned busy time of a day; None: no calendar was in force on it."""
    if calendar is None or calendar.in_force(day) is None:
        return None
    schedule = expand(calendar, day, day)
    shifts = sum(one.until_ns - one.since_ns for one in schedule.shifts)
    return shifts - sum(int(until - since) for since, until in schedule.planned)


def _usual_ns(planned: Mapping[date, int]) -> dict[int, int]:
    """Weekday, 0 on Monday -> usual planned busy time of a machine; only of those on which it usually works."""
    often = Counter(day.weekday() for day in planned)
    most = max(often.values(), default=0)
    return {
        weekday: median_low(ns for day, ns in planned.items() if day.weekday() == weekday)
        for weekday, count in often.items()
        if count > _USUAL * most
    }
