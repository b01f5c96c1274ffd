"""Stops as people see them: cut where they split them, with the reasons that they gave. Pure.

Decision: the reasons come from the entries in the book and are laid over the board's stops.
Because: an entry is on disk a moment before the board tells of it, and whoever has just pressed a button looks now.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from edge_agent.config.shop_tables import ReasonConfig, WorkUnitConfig
from edge_agent.screen.settings import ScreenSettings
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Stop

NS = 10**9
ASKED_KINDS = ("FAULT", "STOP")
"""A minor stop is not asked for, and a changeover has said itself what it is."""
QUICK = 4
"""Reasons that stand beside each waiting stop."""
OFTEN = 6
"""Reasons that stand above the two levels."""


class Piece(NamedTuple):
    """A stop, or the part of it that has one reason.

    Attributes:
        stop: The stop that it is of.
        since: From when.
        until: To when; None while it lasts.
        reason: The id of its reason; empty: none.
        note: What was written beside it.
        who: Who gave the reason.
        ends_early: To when its entry says that it goes; None: to the end of the stop.
    """

    stop: Stop
    since: int
    until: int | None
    reason: str = ""
    note: str = ""
    who: str = ""
    ends_early: int | None = None

    @property
    def unit(self) -> str:
        """The work unit."""
        return self.stop.work_unit

    @property
    def key(self) -> str:
        """Of its entry."""
        return f"{self.stop.work_unit}.{self.since}"

    @property
    def waits(self) -> bool:
        """Somebody should say why."""
        return not self.reason and self.stop.kind in ASKED_KINDS and self.stop.planned_ns > 0

    def lasted_s(self, now: int) -> float:
        """How long, s."""
        return ((self.until or now) - self.since) / NS


def pieces_of(
    stops: Iterable[Stop], entries: Iterable[StopReason], now: int, taken_back: Container[str] = ()
) -> list[Piece]:
    """The stops cut where entries begin inside of them, the newest first.

    Args:
        stops: As the engine tells of them: with the reasons that it knew a moment ago.
        entries: In force now.
        now: UTC, ns.
        taken_back: Keys of entries that are gone, although a stop may still have their reason.
    """
    by_unit: dict[str, dict[int, StopReason]] = {}
    for entry in entries:
        by_unit.setdefault(entry.work_unit, {})[entry.since] = entry
    pieces = [
        piece
        for stop in stops
        if not stop.gone
        for piece in _cut(stop, by_unit.get(stop.work_unit, {}), now, known=stop.key not in taken_back)
    ]
    return sorted(pieces, key=lambda piece: -piece.since)


def _cut(stop: Stop, entries: Mapping[int, StopReason], now: int, *, known: bool) -> Iterator[Piece]:
    end = now if stop.until is None else stop.until
    starts = [stop.since, *sorted(since for since in entries if stop.since < since < end)]
    for since, until in zip(starts, [*starts[1:], stop.until], strict=True):
        entry = entries.get(since)
        if entry:
            yield Piece(stop, since, until, entry.reason, entry.note, entry.who, entry.until)
        elif known:  # late evidence may have moved the beginning: the engine knows which reason belongs here
            yield Piece(stop, since, until, stop.reason, stop.note, stop.who)
        else:
            yield Piece(stop, since, until)


def waiting(pieces: Iterable[Piece], now: int, *, longest: bool = False) -> list[Piece]:
    """Those that wait for a reason: what lasts first, then the newest or the longest."""
    waits = [piece for piece in pieces if piece.waits]
    if longest:
        return sorted(waits, key=lambda piece: (piece.until is not None, -piece.lasted_s(now)))
    return sorted(waits, key=lambda piece: (piece.until is not None, -piece.since))


class Reasons(NamedTuple):
    """The reasons that a work unit can have, in the order in which its people need them.

    Attributes:
        often: The most used ones of either level; none where none was used yet.
        groups: First-level reasons with those below, the most used first.
    """

    often: tuple[ReasonConfig, ...]
    groups: tuple[ReasonConfig, ...]

    @property
    def quick(self) -> tuple[ReasonConfig, ...]:
        """The few that stand beside each stop: what is used, filled up with first-level reasons."""
        rest = (group for group in self.groups if group.id not in {one.id for one in self.often})
        return (*self.often, *rest)[:QUICK]


def reasons_of(settings: ScreenSettings, unit: WorkUnitConfig, entries: Sequence[StopReason]) -> Reasons:
    """Sort by use; what was never used keeps the order of the configuration."""
    used = Counter(entry.reason for entry in entries if entry.reason)
    groups = settings.reasons_of(unit)
    every = [one for group in groups for one in (group, *group.of)]
    often = sorted((one for one in every if used[one.id]), key=lambda one: -used[one.id])[:OFTEN]
    by_use = sorted(groups, key=lambda group: -sum(used[one.id] for one in (group, *group.of)))
    return Reasons(tuple(often), tuple(_sorted(group, used) for group in by_use))


def _sorted(group: ReasonConfig, used: Mapping[str, int]) -> ReasonConfig:
    below = tuple(sorted(group.of, key=lambda one: -used.get(one.id, 0)))
    return ReasonConfig(id=group.id, title=group.title, loss=group.loss, of=below)
