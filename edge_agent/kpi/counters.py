"""Counter readings become pieces: rollover, reset, glitch, torn word, replaced counter.

A reading is judged against the last good one, ``dt`` before it, with ``limit = ceil(max_rate * dt) + 1``:

1. another start of the controller: a reset, ``v`` pieces, if ``v <= limit``;
2. ``v >= prev``: ``v - prev`` pieces, if that is within the limit;
3. else ``v - prev + modulus``, if within: it rolled over;
4. else ``v``, if within: a reset;
5. else implausible: it counts nothing and is held as suspect. If the next reading fits the last good one, the
   suspect was a glitch; if it fits the suspect, counting goes on from there; else it is the new suspect.

The first reading is where counting begins, never production.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.evidence import Counter, CounterState, Reading
from edge_agent.kpi.spans import Instants

RESET, ROLLOVER, IMPLAUSIBLE, REBASE = "reset", "rollover", "implausible", "rebase"
_NS = 1_000_000_000


class Issue(NamedTuple):
    """Something to look at: when, and what."""

    at: int
    what: str


@dataclass(frozen=True, slots=True)
class Deltas:
    """What a counter counted: ``n[k]`` in ``(since[k], until[k]]``; each of shape (m,), in order of time."""

    since: Instants
    until: Instants
    n: NDArray[np.int64]


class Counted(NamedTuple):
    """What became of a counter's readings: its deltas, what to look at, and where it stands now."""

    deltas: Deltas
    issues: tuple[Issue, ...]
    state: CounterState


class _Step(NamedTuple):
    n: int
    issue: str


def decode_signed(shown: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """Readings of an unsigned register that somebody read as signed: negative ones are its upper half.

    >>> decode_signed(np.array([32767, -32768, -1]), 16).tolist()
    [32767, 32768, 65535]
    """
    return np.where(shown < 0, shown + (1 << bits), shown)


def count(counter: Counter) -> Counted:
    """Follow a counter over its readings.

    Nearly all readings follow plainly on the one before; these are found for all at once, and only the others are
    looked at one by one.
    """
    walk = _Walk(counter)
    plain = _plain(counter)
    pieces = np.diff(counter.shown, prepend=counter.shown[:1])
    since = np.concatenate((counter.at[:1], counter.at[:-1]))
    counts = plain.copy()
    done = -1
    for first in np.flatnonzero(~plain):
        if first <= done:
            continue
        for k, start, n in walk.from_reading(int(first)):
            counts[k], since[k], pieces[k] = True, start, n
        done = walk.at_reading
    state = walk.state_after(plain)
    return Counted(Deltas(since[counts], counter.at[counts], pieces[counts]), tuple(walk.issues), state)


def _plain(counter: Counter) -> NDArray[np.bool_]:
    """Which readings surely follow on the one before by rule 2; the first one never does."""
    plain = np.zeros(len(counter.at), dtype=bool)
    if len(plain) < 2:  # noqa: PLR2004
        return plain
    difference = np.diff(counter.shown)
    # A little less than the limit: who is so near to it is judged exactly, one by one.
    surely = np.floor(float(counter.max_rate_per_s) * (1 - 1e-9) * (np.diff(counter.at) / _NS)) + 1
    plain[1:] = (difference >= 0) & (difference <= surely)
    if counter.boot is not None:
        plain[1:] &= counter.boot[1:] == counter.boot[:-1]
    return plain


class _Walk:
    """Follows a counter reading by reading where it is not plain."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._first_state = counter.carry_in
        self.issues: list[Issue] = []
        self.at_reading = -1
        self._state = counter.carry_in

    def from_reading(self, first: int) -> Iterator[tuple[int, int, int]]:
        """Walk from one reading on until one is good: yields reading, start of its interval and pieces."""
        self._state = self._first_state if first == 0 else CounterState(self._reading(first - 1))
        for k in range(first, len(self._counter.at)):
            self.at_reading = k
            reading = self._reading(k)
            known, suspect = self._state
            if known is None:
                self._state = CounterState(reading)
                return
            step = self._fits(known, reading)
            if step is None and suspect is not None:
                step = self._fits(suspect, reading)
                if step is not None:
                    self.issues.append(Issue(suspect.at, REBASE))
                    known = suspect
            if step is None:
                self.issues.append(Issue(reading.at, IMPLAUSIBLE))
                self._state = CounterState(known, reading)
                continue
            if step.issue:
                self.issues.append(Issue(reading.at, step.issue))
            self._state = CounterState(reading)
            yield k, known.at, step.n
            return

    def state_after(self, plain: NDArray[np.bool_]) -> CounterState:
        """Where the counter stands after its last reading."""
        last = len(self._counter.at) - 1
        if last < 0:
            return self._first_state
        return CounterState(self._reading(last)) if plain[last] and self.at_reading < last else self._state

    def _reading(self, k: int) -> Reading:
        boot = self._counter.boot
        known = None if boot is None or boot[k] < 0 else int(boot[k])
        return Reading(int(self._counter.at[k]), int(self._counter.shown[k]), known)

    def _fits(self, known: Reading, reading: Reading) -> _Step | None:
        """How a reading follows on another, None: not at all."""
        limit = most(self._counter.max_rate_per_s, reading.at - known.at)
        if None not in {known.boot, reading.boot} and known.boot != reading.boot:
            return _Step(reading.shown, RESET) if 0 <= reading.shown <= limit else None
        risen = reading.shown - known.shown
        if 0 <= risen <= limit:
            return _Step(risen, "")
        if risen < 0 and self._counter.modulus is not None and 0 <= risen + self._counter.modulus <= limit:
            return _Step(risen + self._counter.modulus, ROLLOVER)
        if risen < 0 and 0 <= reading.shown <= limit:
            return _Step(reading.shown, RESET)
        return None


def most(max_rate_per_s: Fraction, ns: int) -> int:
    """The most pieces that can be made in a time: ``ceil(max_rate * dt) + 1``, by exact arithmetic.

    >>> most(Fraction("0.2"), 300 * 10**9)
    61
    """
    return ceil(max_rate_per_s * ns / _NS) + 1
