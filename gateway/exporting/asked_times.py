"""Days, weeks, months and years as people write them, by the wall clock of one zone.

Decision: a name of several days alone, as a beginning or an end, means its first instant.
Because: ``--since 2026-10 --until 2026-11`` is then October, and no time is in two files; who means all of a month
says ``--in 2026-10``.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.kpi.calendar import to_ns
from gateway.exporting.choosing import Span

FORMS = "2026-11-25, 25/11/2026, 2026-W48, 2026-11, 2026, today, yesterday"
YEARS = range(1970, 2200)
_ONE = timedelta(days=1)
_AGO = {"today": 0, "hôm nay": 0, "yesterday": 1, "hôm qua": 1}
_LAST_MONTH = 12
_FORM = re.compile(
    r"(?P<y>\d{4})(?:-W(?P<week>\d\d)|-(?P<m>\d\d)(?:-(?P<d>\d\d))?)?"
    r"|(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})"
)


class Days(NamedTuple):
    """From one day to another, which is not among them."""

    first: date
    end: date


def days_meant(text: str, now: int, zone: ZoneInfo) -> Days | None:
    """The days that a text names; None: it names none.

    >>> days_meant("2026-W53", 0, ZoneInfo("UTC")), days_meant("2026-02-29", 0, ZoneInfo("UTC"))
    (Days(first=datetime.date(2026, 12, 28), end=datetime.date(2027, 1, 4)), None)
    """
    text = " ".join(text.lower().split())
    if text in _AGO:
        today = datetime.fromtimestamp(now // 10**9, zone).date()
        return Days(today - _AGO[text] * _ONE, today - _AGO[text] * _ONE + _ONE)
    match = _FORM.fullmatch(text.replace("-w", "-W"))
    try:
        days = _days(match) if match else None
    except ValueError:
        return None
    return days if days and days.first.year in YEARS else None


def span_of(days: Days, zone: ZoneInfo) -> Span:
    """From the first instant of the first day to that of the day behind the last."""
    return Span(_begin(days.first, zone), _begin(days.end, zone))


def _days(match: re.Match[str]) -> Days:
    if match["year"]:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        return Days(day, day + _ONE)
    year = int(match["y"])
    if match["week"]:
        monday = date.fromisocalendar(year, int(match["week"]), 1)
        return Days(monday, monday + 7 * _ONE)
    if match["d"]:
        day = date(year, int(match["m"]), int(match["d"]))
        return Days(day, day + _ONE)
    if match["m"]:
        month = int(match["m"])
        following = date(year + 1, 1, 1) if month == _LAST_MONTH else date(year, month + 1, 1)
        return Days(date(year, month, 1), following)
    return Days(date(year, 1, 1), date(year + 1, 1, 1))


def _begin(day: date, zone: ZoneInfo) -> int:
    """Midnight; where the clocks jump over it, the first instant behind."""
    return max(0, to_ns(datetime.combine(day, time()), zone.key))
