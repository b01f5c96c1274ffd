"""Calendars that programs subscribe to: events of a whole day with alarms before it (iCalendar, RFC 5545)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_FOLD = 75
"""Octets of a line, RFC 5545, 3.1."""


class Event(NamedTuple):
    """Something on a day.

    Attributes:
        id: The same event when its day moves: programs then move it, too.
        day: Which.
        summary: What people read in their calendar.
        description: What they read when they open it.
        address: Page about it.
        alarms: So many days before it.
    """

    id: str
    day: date
    summary: str
    description: str
    address: str
    alarms: tuple[int, ...]


def icalendar(name: str, product: str, events: Iterable[Event], now: int) -> str:
    """The calendar as programs read it.

    Args:
        name: What people call it.
        product: Which part of nhipdo made it.
        events: What stands in it.
        now: UTC, ns.
    """
    stamp = f"{datetime.fromtimestamp(now // 10**9, UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//nhipdo//{product}//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for event in events:
        lines += _lines(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, of which those after the first begin with a space; no letter is torn.

    >>> list(folded("SUMMARY:" + "ế" * 30))[1][:2]
    ' ế'
    """
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _FOLD:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + octets
    yield part


def _lines(event: Event, stamp: str) -> Iterator[str]:
    summary = _escaped(event.summary)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}@nhipdo"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{summary}"
    yield f"DESCRIPTION:{_escaped(event.description)}"
    yield f"URL:{event.address}"
    yield "TRANSP:TRANSPARENT"
    for days in event.alarms:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{summary}", f"TRIGGER:-P{days}D", "END:VALARM")
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    """A text as a property has it, RFC 5545, 3.3.11."""
    for sign, told in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(sign, told)
    return text
