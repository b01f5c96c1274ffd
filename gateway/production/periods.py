"""Periods of production: a month, a week, a day, a shift of one day. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from edge_agent.kpi.calendar import to_ns

_ONE = timedelta(days=1)
_FORM = re.compile(
    r"(?P<month>\d{4}-\d{2})|(?P<week>\d{4}-W\d{2})|(?P<day>\d{4}-\d{2}-\d{2})(?:\.(?P<shift>[^\x00-\x1f]{1,255}))?"
)
_YEARS = range(1971, 2200)
FORMS = "2026-11 for a month, 2026-W48 for a week, 2026-11-25 for a day, 2026-11-25.A for its shift A"


class Kind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Period:
    """Some days that follow each other, or one shift of a day.

    Attributes:
        kind: Which of the four.
        first: The first day.
        last: The last day.
        shift: Name of the shift, without its day; empty: the whole day, week or month.
    """

    kind: Kind
    first: date
    last: date
    shift: str = ""

    @property
    def name(self) -> str:
        """As it stands in addresses.

        >>> [day_at(date(2026, 11, 25)).name, week_at(date(2026, 11, 25)).name, month_at(date(2026, 11, 25)).name]
        ['2026-11-25', '2026-W48', '2026-11']
        """
        if self.kind is Kind.MONTH:
            return f"{self.first:%Y-%m}"
        if self.kind is Kind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year:04d}-W{week:02d}"
        return self.first.isoformat() + (f".{self.shift}" if self.shift else "")

    @property
    def days(self) -> list["Period"]:
        """Its days."""
        return [day_at(self.first + n * _ONE) for n in range((self.last - self.first).days + 1)]

    @property
    def weeks(self) -> list["Period"]:
        """The weeks that it touches, each whole."""
        return [week_at(day.first) for day in self.days if day.first in (self.first, week_at(day.first).first)]

    @property
    def before(self) -> "Period":
        """The one before: of a shift the same shift of the day before."""
        return self._moved(self.first - _ONE)

    @property
    def after(self) -> "Period":
        """The one behind."""
        return self._moved(self.last + _ONE)

    @property
    def above(self) -> "Period":
        """The longer one that its first day is in; of a month itself."""
        if self.kind is Kind.SHIFT:
            return day_at(self.first)
        return week_at(self.first) if self.kind is Kind.DAY else month_at(self.first)

    def span(self, zone: ZoneInfo) -> tuple[int, int]:
        """From the first midnight to the last, UTC ns. A shift may begin later, and a night shift ends later."""
        return _midnight(self.first, zone), _midnight(self.last + _ONE, zone)

    def covers(self, day: str, shift: str) -> bool:
        """Whether what counts for a day, and lies in a shift of it, belongs here."""
        return self.first.isoformat() <= day <= self.last.isoformat() and self.shift in ("", shift)

    def _moved(self, day: date) -> "Period":
        if self.kind is Kind.SHIFT:
            return shift_at(day, self.shift)
        return _AT[self.kind](day)


def month_at(day: date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    return Period(Kind.MONTH, first, (first + 31 * _ONE).replace(day=1) - _ONE)


def week_at(day: date) -> Period:
    """The ISO week of a day, Monday to Sunday."""
    monday = day - day.weekday() * _ONE
    return Period(Kind.WEEK, monday, monday + 6 * _ONE)


def day_at(day: date) -> Period:
    """A day."""
    return Period(Kind.DAY, day, day)


def shift_at(day: date, shift: str) -> Period:
    """A shift that begins on a day."""
    return Period(Kind.SHIFT, day, day, shift)


_AT = {Kind.MONTH: month_at, Kind.WEEK: week_at, Kind.DAY: day_at}


def parse(text: str) -> Period:
    """A period by its name.

    Raises:
        ValueError: It is none.

    >>> parse("2026-W01").first.isoformat(), parse("2024-02").last.isoformat(), parse("2026-11-25.dem").shift
    ('2025-12-29', '2024-02-29', 'dem')
    """
    found = _FORM.fullmatch(text)
    try:
        period = _period(found) if found else None
    except (ValueError, OverflowError):
        period = None
    if period is None or period.first.year not in _YEARS:
        msg = f"period: got {text[:60]!r}, which is none. Write {FORMS}."
        raise ValueError(msg)
    return period


def _period(found: re.Match[str]) -> Period:
    if found["month"]:
        return month_at(date.fromisoformat(f"{found['month']}-01"))
    if found["week"]:
        year, week = found["week"].split("-W")
        return week_at(date.fromisocalendar(int(year), int(week), 1))
    day = date.fromisoformat(found["day"])
    return shift_at(day, found["shift"]) if found["shift"] else day_at(day)


def today(now: int, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return datetime.fromtimestamp(now // 10**9, zone).date()


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_ns(datetime.combine(day, time()), zone.key)
