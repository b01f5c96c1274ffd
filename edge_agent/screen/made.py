"""When pieces were made: what somebody who finds scrap later chooses from.

Decision: hours are offered in which the counters saw pieces, with how many.
Because: late scrap is booked where the pieces were made, and more scrap than pieces there is a slip of the finger.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.config.calendars import to_calendar
from edge_agent.config.shop_tables import CalendarConfig
from edge_agent.kpi.calendar import Shift, days_around, expand
from edge_agent.wire.shop_floor import Elements

NS = 10**9
HOUR = 3600 * NS


class Made(NamedTuple):
    """An hour of a shift in which a product was made.

    Attributes:
        since: Start of the local hour.
        made_at: An instant of it that lies in this shift surely.
        shift: ``name@first day``; empty outside every shift.
        product: Empty: not known.
        pieces: That were counted; None: nobody counted.
        good: Of these not yet known as scrap; None: nobody counted.
    """

    since: int
    made_at: int
    shift: str
    product: str
    pieces: int | None = None
    good: int | None = None

    @property
    def value(self) -> str:
        """What stands in the form."""
        return f"{self.made_at}|{self.product}"


def hours_made(elements: Iterable[Elements], zone: ZoneInfo) -> list[Made]:
    """Hours with pieces, the newest first; one for each shift and product."""
    found: dict[tuple[int, str, str], list[tuple[Elements, int, int]]] = {}
    for one in elements:
        hour = _hour(one.since, zone)
        for part in one.parts:
            if part.total:
                row = (one, part.total, part.total - part.reject)
                found.setdefault((hour, part.shift, part.product), []).append(row)
    made = []
    for (hour, shift, product), rows in found.items():
        # A bucket with one part lies in its shift altogether; else the one with the most pieces, the first of equals.
        bucket = max(rows, key=lambda row: (len(row[0].parts) == 1, row[1], -row[0].since))[0]
        made_at = (bucket.since + bucket.until) // 2
        made.append(Made(hour, made_at, shift, product, sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return sorted(made, key=lambda one: (-one.since, one.shift, one.product))


def hours_worked(shifts: Iterable[Shift], now: int, zone: ZoneInfo) -> list[Made]:
    """Hours of the shifts up to now, where no counter tells of pieces; the newest first."""
    return sorted(
        (
            Made(hour, _middle(hour, shift, now), shift.name, "")
            for shift in shifts
            for hour in _hours(shift, now, zone)
        ),
        key=lambda one: -one.made_at,
    )


def shifts_before(calendar: CalendarConfig, now: int, days: int) -> list[Shift]:
    """The shifts of the last days that have begun, the newest first."""
    first, last = days_around(calendar.timezone, now, now)
    schedule = expand(to_calendar(calendar), first - timedelta(days=days), last)
    return [shift for shift in reversed(schedule.shifts) if shift.since_ns <= now]


def _hours(shift: Shift, now: int, zone: ZoneInfo) -> Iterator[int]:
    hour = _hour(shift.since_ns, zone)
    while hour < min(shift.until_ns, now):
        yield hour
        hour = _hour(hour + HOUR, zone)


def _middle(hour: int, shift: Shift, now: int) -> int:
    return (max(hour, shift.since_ns) + min(hour + HOUR, shift.until_ns, now)) // 2


def _hour(at: int, zone: ZoneInfo) -> int:
    """Start of the local hour in which an instant lies; zones are whole minutes away from UTC."""
    minute = datetime.fromtimestamp(at // NS, zone).minute
    return (at // (60 * NS) - minute) * 60 * NS
