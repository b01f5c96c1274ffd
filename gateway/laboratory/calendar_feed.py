"""Days on which instruments are due, as a calendar that programs subscribe to (iCalendar, RFC 5545).

Decision: the address carries a token of the account that may only read the laboratory's group, made and revoked as any.
Because: calendar programs send no headers; whoever finds the address reads due days, and can do nothing.
Instead of: a second kind of secret beside tokens.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from gateway.laboratory.due import Due
from gateway.registry.roles import Action

LIMITS = frozenset({("laboratory", Action.READ)})
"""What the token of a calendar may do."""
_FOLD = 75
"""Octets of a line, RFC 5545, 3.1."""
_STAGES = (60, 30, 7)


def calendar(due: Iterable[Due], address: str, now: int, words: dict[str, str]) -> str:
    """The calendar: an event of one day for each instrument in use that has a day.

    Args:
        due: Instruments.
        address: Of the gateway, without a slash at its end.
        now: UTC, ns.
        words: ``name`` of the calendar; ``due`` and ``why``, with ``{code}``, ``{name}``, ``{owner}`` to be filled in.
    """
    stamp = f"{datetime.fromtimestamp(now // 10**9, UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//nhipdo//laboratory//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escaped(words['name'])}")
    for one in due:
        if one.day and one.status in ("in_use", "away"):
            lines += _event(one, address, stamp, words)
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


def _event(one: Due, address: str, stamp: str, words: dict[str, str]) -> Iterator[str]:
    day = date.fromisoformat(one.day)
    parts = {"code": one.code, "name": one.name, "owner": one.owner}
    summary = _escaped(words["due"].format(**parts))
    yield "BEGIN:VEVENT"
    # The same event when the day moves: programs then move it, too.
    yield f"UID:{one.id}@nhipdo"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{summary}"
    yield f"DESCRIPTION:{_escaped(words['why'].format(**parts))}"
    yield f"URL:{address}/instruments/{one.id}"
    yield "TRANSP:TRANSPARENT"
    for days in _STAGES:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{summary}", f"TRIGGER:-P{days}D", "END:VALARM")
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    """A text as a property has it, RFC 5545, 3.3.11."""
    for sign, told in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(sign, told)
    return text
