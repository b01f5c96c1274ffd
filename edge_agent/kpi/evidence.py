"""What a machine gives as evidence of what it did: events, counter readings, signs of life."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.spans import Codes, Instants

TOTAL, GOOD, REJECT, REWORK, ENERGY = "total", "good", "reject", "rework", "energy"
ROLES = (TOTAL, GOOD, REJECT, REWORK, ENERGY)


class Reading(NamedTuple):
    """One reading of a counter: when, how much, and since which start of its controller (None: not known)."""

    at: int
    shown: int
    boot: int | None = None


class CounterState(NamedTuple):
    """Where a counter stands: the last good reading, and one that is held as suspect."""

    good: Reading | None = None
    suspect: Reading | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """The readings of one counter.

    Attributes:
        name: Of the counter.
        role: What it counts: ``total``, ``good``, ``reject``, ``rework`` (pieces) or ``energy`` (Wh).
        at: Instants of its readings, strictly rising, shape (n,).
        shown: What it showed, whole numbers, signed encodings already decoded, shape (n,).
        max_rate_per_s: More than this many a second are not possible.
        modulus: Where it rolls over; None: nowhere.
        boot: Start of the controller that each reading belongs to, -1 where not known, shape (n,); None: nowhere.
        carry_in: Where it stood before the first reading.
    """

    name: str
    role: str
    at: Instants
    shown: NDArray[np.int64]
    max_rate_per_s: Fraction
    modulus: int | None = None
    boot: NDArray[np.int64] | None = None
    carry_in: CounterState = field(default_factory=CounterState)


class Episode(NamedTuple):
    """A stop that had begun before the evidence does: since when, and whether it contains FAULT."""

    since: int
    has_fault: bool


@dataclass(frozen=True, slots=True)
class Carry:
    """What must be known of the time before the first evidence to go on exactly.

    Attributes:
        state: That holds at the first evidence.
        state_since: Since when it holds; None: always.
        episode: The stop that lasts then; None: none.
        heard_at: Instant of the last evidence before; None: not known, and then nothing before is silence.
        counters: Counter -> where it stands.
        reject_deficit: Pieces that a good counter is ahead of the total, to be made up for; 0 or less.
    """

    state: Bucket = Bucket.UNKNOWN
    state_since: int | None = None
    episode: Episode | None = None
    heard_at: int | None = None
    counters: Mapping[str, CounterState] = field(default_factory=dict)
    reject_deficit: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """Scrap or rework found later: booked where the pieces were made; an empty product is the one in force then."""

    made_at: int
    product: str = ""
    reject: int = 0
    rework: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a work unit over some stretch of time.

    Attributes:
        event_at: When it reported a state, in rising order, shape (n,); of several at one instant the last counts.
        event_state: The state, a code of :class:`Bucket`, shape (n,).
        counters: What it counted.
        heartbeat_at: Signs of life, in any order, shape (m,).
        bookings: What was found later.
        carry: What was before.
        heard_until: Until when somebody listened; None: to the last evidence.
        lasting_has_fault: It is known from elsewhere that the stop that lasts at the end contains FAULT.
    """

    event_at: Instants
    event_state: Codes
    counters: tuple[Counter, ...] = ()
    heartbeat_at: Instants = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    bookings: tuple[Booking, ...] = ()
    carry: Carry = field(default_factory=Carry)
    heard_until: int | None = None
    lasting_has_fault: bool = False

    def heard(self) -> Instants:
        """The instants of all evidence, in rising order."""
        sources = [self.event_at, self.heartbeat_at, *(counter.at for counter in self.counters)]
        if self.carry.heard_at is not None:
            sources.append(np.array([self.carry.heard_at], dtype=np.int64))
        if self.heard_until is not None:
            sources.append(np.array([self.heard_until], dtype=np.int64))
        # Sources that are the same array come often: every sample is a sign of life and a reading.
        distinct = list({id(source): source for source in sources}.values())
        heard = np.concatenate(distinct) if len(distinct) > 1 else distinct[0]
        if len(heard) and not bool(np.all(heard[1:] >= heard[:-1])):
            heard = np.sort(heard, kind="stable")
        return heard
