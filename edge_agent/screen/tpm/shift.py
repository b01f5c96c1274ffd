"""Which shift a work unit is in: what checklists are kept by. Pure."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.oee.board import Board
from edge_agent.screen.tpm.wall_clock import day_of, days_from


class ShiftNow(NamedTuple):
    """A shift, or the day outside of every shift.

    Attributes:
        name: ``name@first day``; outside of every shift ``@day``.
        since: UTC ns.
        until: UTC ns.
    """

    name: str
    since: int
    until: int

    @property
    def bare(self) -> str:
        """The shift's name without its day; empty outside of every shift."""
        return self.name.partition("@")[0]


def shift_of(board: Board, unit: str, zone: ZoneInfo, now: int) -> ShiftNow:
    """The shift that a unit is in now.

    Without one, as in a small shop without a calendar, the local day stands for it: care is due once a day.
    """
    shown = board.units.get(unit)
    if shown is not None and shown.status.shift:
        return ShiftNow(shown.status.shift, shown.status.shift_since, shown.status.shift_until)
    day = day_of(now, zone)
    return ShiftNow(f"@{day}", *days_from(day, 1, zone))
