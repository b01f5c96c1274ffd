"""What the screen shows: one picture of all work units, made by the recorder and never changed afterwards."""

from typing import NamedTuple

import msgspec

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Part, Stop


class Stretch(NamedTuple):
    """A stretch of the timeline: UTC ns, half-open, and its bucket's name."""

    since: int
    until: int
    bucket: str


class BigLoss(NamedTuple):
    """One of the six big losses over the shift so far.

    Attributes:
        loss: ``breakdown``, ``setup``, ``minor_stops``, ``reduced_speed``, ``defects``, ``stops``.
        seconds: What it took, s; reduced speed may be negative, and then the ideal cycle is wrong.
    """

    loss: str
    seconds: float


class UnitBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One work unit.

    Attributes:
        name: Of the work unit.
        status: What it does now and the figures of the shift so far; also travels in the edge's status.
        stretches: The shift so far, without gaps, in order of time.
        losses: The losses of the shift so far, the largest first.
        elements: The shift so far, summed: shift and product fields are empty.
        stops: Stops of the last days, the newest first, with their reasons; the one that lasts has no end.
    """

    name: str
    status: WorkUnitStatus
    stretches: tuple[Stretch, ...] = ()
    losses: tuple[BigLoss, ...] = ()
    elements: Part = Part()
    stops: tuple[Stop, ...] = ()


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All work units at one instant.

    Attributes:
        at: When it was made, UTC ns.
        units: By name, in the order of the configuration.
        broker: Whether the broker can be reached; None: there is none.
        waiting_since: When the oldest message that is not stored yet was made; 0: none waits.
        clock_is_set: Whether the edge's clock can be believed; until then nothing can be dated or entered.
    """

    at: int
    units: dict[str, UnitBoard]
    broker: bool | None = None
    waiting_since: int = 0
    clock_is_set: bool = True
