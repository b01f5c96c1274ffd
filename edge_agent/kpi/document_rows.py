"""The rows of a replay document, read: times are UTC, ns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evaluation import ProductSpan


class Window(NamedTuple):
    """What is asked for."""

    name: str
    since: int
    until: int


class EventRow(NamedTuple):
    """A reported state; ``id`` is empty where the row has none."""

    at: int
    arrived: int
    id: str
    state: int


class SampleRow(NamedTuple):
    """A reading of a counter; ``boot`` is None where the row has none."""

    at: int
    arrived: int
    id: str
    shown: int
    boot: str | None


class LateRow(NamedTuple):
    """Scrap found later."""

    made_at: int
    arrived: int
    product: str
    qty: int


@dataclass(frozen=True, slots=True)
class CounterRows:
    """A counter and its readings as they were written."""

    name: str
    role: str
    modulus: int | None
    max_rate_per_s: str
    bits: int | None
    samples: Sequence[SampleRow]
    carry_in: SampleRow | None


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read; times are UTC, ns."""

    timezone: str
    shifts: Sequence[tuple[int, int]]
    windows: Sequence[Window]
    planned_stops: Sequence[tuple[int, int]]
    products: Sequence[ProductSpan]
    events: Sequence[EventRow]
    counters: Sequence[CounterRows]
    heartbeats: Sequence[tuple[int, int, int]]
    late_scrap: Sequence[LateRow]
    carry_in_state: Bucket = Bucket.UNKNOWN
    as_of: int | None = None
    min_valid_time: int | None = None
    micro_stop_ns: int = 0
    max_gap_ns: int | None = None
    state_map: dict[str, int] = field(default_factory=dict)
