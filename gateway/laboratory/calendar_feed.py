"""Days on which instruments are due, as a calendar that programs subscribe to (iCalendar, RFC 5545).

Decision: the address carries a token of the account that may only read the laboratory's group, made and revoked as any.
Because: calendar programs send no headers; whoever finds the address reads due days, and can do nothing.
Instead of: a second kind of secret beside tokens.
"""

from collections.abc import Iterable
from datetime import date

from gateway.icalendar import Event, icalendar
from gateway.laboratory.due import Due
from gateway.registry.roles import Action

LIMITS = frozenset({("laboratory", Action.READ)})
"""What the token of a calendar may do."""
_STAGES = (60, 30, 7)


def calendar(due: Iterable[Due], address: str, now: int, words: dict[str, str]) -> str:
    """The calendar: an event of one day for each instrument in use that has a day.

    Args:
        due: Instruments.
        address: Of the gateway, without a slash at its end.
        now: UTC, ns.
        words: ``name`` of the calendar; ``due`` and ``why``, with ``{code}``, ``{name}``, ``{owner}`` to be filled in.
    """
    events = (_event(one, address, words) for one in due if one.day and one.status in ("in_use", "away"))
    return icalendar(words["name"], "laboratory", events, now)


def _event(one: Due, address: str, words: dict[str, str]) -> Event:
    parts = {"code": one.code, "name": one.name, "owner": one.owner}
    told = (words["due"].format(**parts), words["why"].format(**parts))
    return Event(one.id, date.fromisoformat(one.day), *told, f"{address}/instruments/{one.id}", _STAGES)
