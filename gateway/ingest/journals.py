"""A journal as the gateway knows it: what of it is stored, what is held, what is missing. Does no I/O."""

from bisect import bisect_right
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from edge_agent.wire.messages import Held, Stored
from edge_agent.wire.ranges import Ranges

OPEN, ON_HOLD, CLOSED = "open", "on_hold", "closed"
MAX_RANGES = 64
"""Ranges above the floor that an acknowledgement carries of each journal."""


class EdgeId(NamedTuple):
    """Which edge of all."""

    site: str
    edge: str

    def __str__(self) -> str:
        return f"{self.site}/{self.edge}"


class JournalId(NamedTuple):
    """Which journal of all: an edge that takes another name brings its journals along, and they are told apart."""

    site: str
    edge: str
    journal: str

    @property
    def of(self) -> EdgeId:
        """Whose it is."""
        return EdgeId(self.site, self.edge)


@dataclass(slots=True)
class Journal:
    """One run of an edge's agent.

    Attributes:
        id: Which.
        seen_at: When we first heard of it, our clock, ns.
        row: Its row in the registry; 0 before it has one.
        state: ``open``, ``on_hold`` (neither stored nor acknowledged) or ``closed`` by a person.
        started: When the run began, the edge's clock; 0 while not known.
        alive_at: The edge's clock in the run's last online status.
        first: The lowest number that the edge still holds.
        last: The highest number known.
        held_last: The highest number that the edge holds; 0 when it holds none any more.
        run: Its ``run`` record, JSON.
        decided_by: Who admitted or closed it; empty when nobody did.
        stored: Numbers in our stores.
        declared: Numbers that the edge has declared lost.
    """

    id: JournalId
    seen_at: int
    row: int = 0
    state: str = OPEN
    started: int = 0
    alive_at: int = 0
    first: int = 1
    last: int = 0
    held_last: int = 0
    run: str = ""
    decided_by: str = ""
    stored: Ranges = field(default_factory=Ranges)
    declared: Ranges = field(default_factory=Ranges)

    def copy(self) -> "Journal":
        """One that can be changed while this one stays as it is."""
        other = copy(self)
        other.stored, other.declared = Ranges(self.stored), Ranges(self.declared)
        return other

    def came(self, seq: int, first: int) -> None:
        """A message of it came: the edge holds it, and nothing below ``first``."""
        self.first = max(self.first, first)
        self.last = max(self.last, seq)
        self.held_last = max(self.held_last, seq)

    def is_held(self, held: Held) -> None:
        """The edge says what it holds of it."""
        self.first, self.held_last = held.first, held.last
        self.last = max(self.last, held.last)

    def is_held_by_its_run(self, held: Held) -> None:
        """As :meth:`is_held`, of the present run: what overtook this word on its way has only added to it."""
        self.first = max(self.first, held.first)
        self.held_last = self.last = max(self.last, held.last)

    def waiting(self) -> int:
        """Messages that the edge holds and we have not stored."""
        return len(self._open_numbers(self.first, self.held_last))

    def missing(self) -> int:
        """Messages that had a number, are no longer held, and are neither stored nor declared."""
        return len(self._open_numbers(1, self.last)) - self.waiting()

    def acknowledgement(self, heard: Iterable[int] = (), most: int | None = MAX_RANGES) -> Stored:
        """What the edge may forget: the floor counts from 1, so that it only falls when a store was restored.

        With more ranges above the floor than may be told, those go first that hold what has just come: an edge that
        evicted its oldest telemetry has a hole beside every record for good, and would wait for a word on what lies
        between. It adds up what it is told.

        Args:
            heard: Numbers that came last, the newest first.
            most: How many ranges are told; None: all.
        """
        floor = self.stored.floor(1)
        above = [(lo, hi) for lo, hi in self.stored if lo > floor and hi >= self.first]
        if most is not None and len(above) > most:
            above = _choose(above, heard, most)
        return Stored(floor=floor, ranges=tuple(above))

    def _open_numbers(self, lo: int, hi: int) -> Ranges:
        if hi < lo:
            return Ranges()
        known = Ranges(self.stored)
        known.update(self.declared)
        return known.absent(lo, hi)


def _choose(ranges: list[tuple[int, int]], heard: Iterable[int], most: int) -> list[tuple[int, int]]:
    """The lowest, the highest, those that hold what was heard, and then the lowest and the highest in turns."""
    begins = [lo for lo, _ in ranges]
    chosen = dict.fromkeys((0, len(ranges) - 1))
    for number in heard:
        k = bisect_right(begins, number) - 1
        if len(chosen) < most and k >= 0 and number <= ranges[k][1]:
            chosen[k] = None
    for k in range(most):
        if len(chosen) < most:
            chosen[k // 2 if k % 2 else len(ranges) - 1 - k // 2] = None
    return [ranges[k] for k in sorted(chosen)]
