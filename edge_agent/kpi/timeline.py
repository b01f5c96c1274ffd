"""Events, signs of life, shifts and planned stops become one bucket for every instant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.evidence import Carry, Evidence
from edge_agent.kpi.spans import Codes, Instants, Steps, inside, measure, no_spans, steps

ENDLESS = 2**62
"""An instant after all others, UTC ns: where a state that nothing ends would end.

It is in 2116, and less any time since 1824 it fits into 64 bits.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """When work is planned. Only this shortens planned busy time.

    Attributes:
        shifts: Shape (n, 2); they may overlap.
        planned_stops: Shape (m, 2); they may overlap.
    """

    shifts: Instants
    planned_stops: Instants

    def planned(self) -> Steps:
        """1 in planned busy time, 0 elsewhere."""
        return _combine(lambda shift, stop: shift & (1 - stop), inside(self.shifts), inside(self.planned_stops))

    def calendar(self) -> Steps:
        """What the calendar makes of each instant: NOT_SCHEDULED, PLANNED_STOP, or -1 for planned busy time."""
        outside, stopped = np.int8(Bucket.NOT_SCHEDULED), np.int8(Bucket.PLANNED_STOP)
        return _combine(
            lambda shift, stop: np.where(shift == 0, outside, np.where(stop == 1, stopped, np.int8(-1))).astype(
                np.int8
            ),
            inside(self.shifts),
            inside(self.planned_stops),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a stop and a silence count.

    Attributes:
        micro_stop_ns: A stop strictly shorter than this is a minor stop, ns; 0: none is (strict ISO 22400).
        max_gap_ns: A silence longer than this is no data, ns; None: none is.
    """

    micro_stop_ns: int = 0
    max_gap_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Stops:
    """Stop episodes: maximal runs of FAULT and STOP, before any cutting by shift, break or window.

    Attributes:
        since: Shape (n,), in order of time.
        until: Shape (n,); :data:`ENDLESS` where it lasts.
        has_fault: Whether it contains FAULT, shape (n,).
        is_minor: Whether it is a minor stop, shape (n,).
    """

    since: Instants
    until: Instants
    has_fault: NDArray[np.bool_]
    is_minor: NDArray[np.bool_]

    @property
    def is_failure(self) -> NDArray[np.bool_]:
        """Which are failures: not minor, and with FAULT in them."""
        return self.has_fault & ~self.is_minor


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole of time, cut into buckets.

    Attributes:
        states: What the evidence says: UNKNOWN, RUN, FAULT, STOP or SETUP.
        buckets: What each instant counts as.
        planned: 1 in planned busy time.
        stops: The stop episodes.
    """

    states: Steps
    buckets: Steps
    planned: Steps
    stops: Stops

    def measure(self, windows: Instants) -> Instants:
        """Time by bucket in each window, ns, shape (k, 8); each row sums exactly to its window's length."""
        return measure(self.buckets, windows, len(BUCKETS))

    def stretches(self, since: int, until: int) -> list[tuple[int, int, Bucket]]:
        """The buckets within one window, in order of time, without gaps."""
        if since >= until:
            return []
        edges = self.buckets.edges
        cuts = edges[(edges > since) & (edges < until)]
        starts = np.concatenate(([since], cuts))
        ends = np.concatenate((cuts, [until]))
        codes = self.buckets.at(starts)
        return [(int(a), int(b), Bucket(int(c))) for a, b, c in zip(starts, ends, codes, strict=True)]


def make_timeline(evidence: Evidence, plan: Plan, limits: Limits) -> Timeline:
    """Put every instant into one bucket, the first that fits.

    Outside every shift NOT_SCHEDULED; inside a planned stop PLANNED_STOP; MINOR_STOP; else what the evidence says.
    """
    states = _states(evidence, limits)
    stops = find_stops(states, limits)
    if evidence.lasting_has_fault and len(stops.until) and stops.until[-1] == ENDLESS:
        stops.has_fault[-1] = True
    minor = inside(np.column_stack((stops.since[stops.is_minor], stops.until[stops.is_minor])))
    with_minor = _combine(
        lambda state, is_minor: np.where(is_minor == 1, np.int8(Bucket.MINOR_STOP), state),
        states,
        minor,
    )
    buckets = _combine(lambda fixed, state: np.where(fixed >= 0, fixed, state), plan.calendar(), with_minor)
    return Timeline(states, buckets, plan.planned(), stops)


def find_stops(states: Steps, limits: Limits) -> Stops:
    """The stop episodes of a course of states."""
    down = ((states.codes == Bucket.FAULT) | (states.codes == Bucket.STOP)).astype(np.int8)
    # A state that always held began before every instant: such an episode is not minor.
    starts = np.concatenate(([-ENDLESS], states.edges))
    ends = np.concatenate((states.edges, [ENDLESS]))
    begins = np.flatnonzero(np.diff(down, prepend=np.int8(0)) == 1)
    last = np.flatnonzero(np.diff(down, append=np.int8(0)) == -1)
    faults = np.concatenate(([0], np.cumsum(states.codes == Bucket.FAULT)))
    since, until = starts[begins], ends[last]
    return Stops(
        since=since,
        until=until,
        has_fault=faults[last + 1] > faults[begins],
        # Not by until - since: that of a stop that always lasted, and lasts, is beyond 64 bits.
        is_minor=since > until - limits.micro_stop_ns,
    )


def _states(evidence: Evidence, limits: Limits) -> Steps:
    at, codes, before = _with_carry(evidence.event_at, evidence.event_state, evidence.carry)
    reported = steps(at, codes, before)
    silent = inside(_silences(evidence, limits.max_gap_ns))
    return _combine(
        lambda state, is_silent: np.where(is_silent == 1, np.int8(Bucket.UNKNOWN), state),
        reported,
        silent,
    )


def _with_carry(at: Instants, codes: Codes, carry: Carry) -> tuple[Instants, Codes, int]:
    """Events with what was before them: the state carried in, or the stop that lasted then."""
    if carry.episode is None:
        if carry.state_since is None:
            return at, codes, int(carry.state)
        # Another state held before this one: which one is of no account, only where this one begins.
        before = Bucket.UNKNOWN if carry.state != Bucket.UNKNOWN else Bucket.RUN
        begun = np.array([carry.state], dtype=np.int8)
        return np.concatenate(([carry.state_since], at)), np.concatenate((begun, codes)), int(before)
    since, has_fault = carry.episode
    kind = np.int8(Bucket.FAULT if has_fault else Bucket.STOP)
    first = np.array([kind], dtype=np.int8)
    if kind == carry.state or carry.heard_at is None or carry.heard_at <= since:
        return np.concatenate(([since], at)), np.concatenate((first, codes)), int(Bucket.RUN)
    # It has both kinds in it: that it contains FAULT is all that counts of the part before.
    now = np.array([carry.state], dtype=np.int8)
    return (
        np.concatenate(([since, carry.heard_at], at)),
        np.concatenate((first, now, codes)),
        int(Bucket.RUN),
    )


def _silences(evidence: Evidence, max_gap_ns: int | None) -> Instants:
    """The stretches between two consecutive pieces of evidence that are further apart than allowed."""
    heard = evidence.heard()
    if max_gap_ns is None or not len(heard):
        return no_spans()
    ends = np.flatnonzero(np.diff(heard) > max_gap_ns) + 1
    silent = np.column_stack((heard[ends - 1], heard[ends]))
    if evidence.heard_until is not None and len(silent) and silent[-1, 1] == evidence.heard_until:
        silent[-1, 1] = ENDLESS  # whatever comes next will come too late for it
    return silent


def _combine(rule: Callable[..., Any], *functions: Steps) -> Steps:
    edges = np.unique(np.concatenate([one.edges for one in functions]))
    before = np.array([edges[0] - 1 if len(edges) else 0], dtype=np.int64)
    instants = np.concatenate((before, edges))
    codes: Codes = np.asarray(rule(*(one.at(instants) for one in functions)), dtype=np.int8)
    changes = np.flatnonzero(codes[1:] != codes[:-1])
    return Steps(edges[changes], np.concatenate((codes[:1], codes[changes + 1])))
