"""Days and times as people type them beside the machine, and back."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edge_agent.screen.forms import Form

NS = 10**9
MINUTE_NS = 60 * NS
HOUR_NS = 3600 * NS
DAY_NS = 86_400 * NS
_DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)|(?P<d2>\d\d?)/(?P<m2>\d\d?)/(?P<y2>\d{4})")
_TIME = re.compile(r"(\d\d?)[:hg](\d\d)(?::\d\d(?:\.\d+)?)?")


def instant_in(form: Form, name: str, zone: ZoneInfo, least: int, most: int, *, wanted: bool = False) -> int | None:
    """A local time in a field as UTC ns: ``2026-03-02T06:10`` as a browser writes it, or ``02/03/2026 06:10``.

    Args:
        form: What was typed; a mistake is noted in it.
        name: Of the field.
        zone: Whose wall clock people read.
        least: Earliest instant that makes sense, UTC ns.
        most: Latest one.
        wanted: Nothing typed is a mistake too.

    Returns:
        UTC ns; None: nothing was typed, or it is wrong.
    """
    if not form[name]:
        if wanted:
            form.mistakes[name] = "mistake.wanted"
        return None
    day_text, _, time_text = form[name].replace("T", " ").partition(" ")
    day, clock = parse_day(day_text), _parse_time(time_text.strip())
    if day is None or clock is None:
        form.mistakes[name] = "tpm.mistake.time"
        return None
    at = to_ns(datetime.combine(day, clock, zone))
    if at > most:
        form.mistakes[name] = "tpm.mistake.future"
    elif at < least:
        form.mistakes[name] = "tpm.mistake.past"
    return at


def day_in(form: Form, name: str, *, wanted: bool = False) -> date | None:
    """A day in a field; None: nothing was typed, or no day."""
    if not form[name]:
        if wanted:
            form.mistakes[name] = "mistake.wanted"
        return None
    day = parse_day(form[name])
    if day is None:
        form.mistakes[name] = "tpm.mistake.day"
    return day


def parse_day(text: str) -> date | None:
    """A day as either language writes it; None: it is none.

    >>> parse_day("2026-03-02") == parse_day("2/3/2026"), parse_day("30/02/2026")
    (True, None)
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d"))
    try:
        return date(year, month, day) if year >= 1970 else None  # noqa: PLR2004  where UTC ns begin
    except ValueError:
        return None


def _parse_time(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    try:
        return time(int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def to_ns(local: datetime) -> int:
    """UTC ns of a local time, to the second."""
    return round(local.timestamp()) * NS


def typed(at: int, zone: ZoneInfo) -> str:
    """An instant as a field for a local time wants it."""
    return datetime.fromtimestamp(at // NS, zone).strftime("%Y-%m-%dT%H:%M")


def day_of(at: int, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return datetime.fromtimestamp(at // NS, zone).date()


def day_start(day: date, zone: ZoneInfo) -> int:
    """When a local day begins, UTC ns."""
    return to_ns(datetime.combine(day, time(), zone))


def days_from(day: date, days: int, zone: ZoneInfo) -> tuple[int, int]:
    """A stretch of whole local days, UTC ns."""
    return day_start(day, zone), day_start(day + timedelta(days=days), zone)
