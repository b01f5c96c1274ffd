"""Stretches of time as people and programs ask for them: ``-1h``, ``now``, ISO 8601."""

import re
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

NS = 10**9
DAY = 86_400 * NS
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_RELATIVE = re.compile(r"-([0-9]{1,9})([smhdw])")
# A plus sign that was not quoted arrives as a blank: 2026-11-25T07:00:00 07:00
_LOST_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")
_FORMS = "-15m, -1h, -7d, now, or ISO 8601 with its offset, as 2026-11-25T07:00:00+07:00 or 2026-11-25T00:00:00Z"
_FIRST_YEAR, _END_YEAR = 1970, 2200


class Span(NamedTuple):
    """``[start, end)``, UTC ns."""

    start: int
    end: int


def parse_time(name: str, text: str, now: int, zone: ZoneInfo | None = None) -> int:
    """One time.

    Args:
        name: Of the parameter, for the message.
        text: What was asked for.
        now: UTC ns.
        zone: What a time without an offset is meant in; None refuses it, because a guess may be hours off.

    Raises:
        ValueError: It is not a time, with the forms that are.

    >>> parse_time("start", "-15m", 10**18) - 10**18
    -900000000000
    >>> parse_time("start", "1970-01-01T07:00:01+07:00", 0)
    1000000000
    """
    text = text.strip()
    if text == "now":
        return now
    if relative := _RELATIVE.fullmatch(text):
        return max(0, now - int(relative[1]) * _UNITS[relative[2]] * NS)
    try:
        when = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
    except ValueError as error:
        msg = f"{name}: got {text[:60]!r}, which is no time. Write {_FORMS}."
        raise ValueError(msg) from error
    if when.tzinfo is None:
        if zone is None:
            msg = f"{name}: got {text[:60]!r}, a time without an offset. Write {_FORMS}."
            raise ValueError(msg)
        when = when.replace(tzinfo=zone)
    if not _FIRST_YEAR <= when.year < _END_YEAR:
        msg = f"{name}: got {text[:60]!r}, expected a year from {_FIRST_YEAR} to {_END_YEAR - 1}. Write {_FORMS}."
        raise ValueError(msg)
    since = when - datetime(1970, 1, 1, tzinfo=UTC)
    return max(0, (since.days * 86_400 + since.seconds) * NS + since.microseconds * 1000)


def parse_span(start: str, end: str, now: int, longest_days: int, zone: ZoneInfo | None = None) -> Span:
    """A stretch of time.

    Raises:
        ValueError: One of both is not a time, they are not in order, or the stretch is too long.
    """
    span = Span(parse_time("start", start, now, zone), parse_time("end", end, now, zone))
    if span.start >= span.end:
        msg = f"start: got {start!r}, which is not before end, {end!r}. Write an earlier start or a later end."
        raise ValueError(msg)
    if span.end - span.start > longest_days * DAY:
        msg = (
            f"start: got {start!r} to {end!r}, more than {longest_days} days. "
            "Ask for a shorter stretch, or for several one after the other."
        )
        raise ValueError(msg)
    return span


def iso(at: int) -> str:
    """UTC with all its nanoseconds that are not zero.

    >>> iso(1_000_000_000), iso(1_500_000_000), iso(1_000_000_007)
    ('1970-01-01T00:00:01Z', '1970-01-01T00:00:01.5Z', '1970-01-01T00:00:01.000000007Z')
    """
    seconds, fraction = divmod(at, NS)
    tail = f".{fraction:09d}".rstrip("0").rstrip(".")
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{tail}Z"
