"""From observations and what was before them to the evidence that the time model evaluates, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.counters import count
from edge_agent.kpi.evaluation import Evaluation, reject_deficit
from edge_agent.kpi.evidence import ENERGY, Booking, Carry, Counter, CounterState, Evidence
from edge_agent.kpi.inference import infer_states
from edge_agent.kpi.spans import Instants, Steps
from edge_agent.kpi.timeline import ENDLESS
from edge_agent.oee.bucket_book import Edge, StoredCarry
from edge_agent.oee.observation import Observation
from edge_agent.oee.unit_rules import UnitRules

_WATT_HOURS_PER_S = Fraction(10_000)
"""No work unit draws more than 36 MW."""


@dataclass(frozen=True)
class Continued(Evidence):
    """Evidence that goes on from what is remembered.

    Signs of life are those of the machine itself: neither what was told before, nor its energy meter. A meter that
    answers does not tell what a machine does that is silent.
    """

    def heard(self) -> Instants:
        """The instants of all signs of life, in rising order."""
        first, last = (
            np.array([] if at is None else [at], dtype=np.int64) for at in (self.carry.heard_at, self.heard_until)
        )
        heard = np.concatenate((first, self.heartbeat_at, last))
        return heard if bool(np.all(heard[1:] >= heard[:-1])) else np.sort(heard)


def assemble(
    rules: UnitRules,
    observations: Sequence[Observation],
    carry: StoredCarry,
    bookings: Sequence[Booking],
    heard_until: int | None,
) -> Evidence:
    """The evidence of a work unit from the instant on that ``carry`` belongs to."""
    counters = tuple(_counter(rules, role, observations, carry) for role in rules.roles)
    of_the_machine = np.array([one.at for one in observations if one.is_of_the_machine], dtype=np.int64)
    if rules.stop_after_ns is None:
        events = _told_before(carry) + [(one.at, one.state) for one in observations if one.state is not None]
    else:
        events = _inferred(rules, counters, of_the_machine, carry, heard_until)
    begun = carry.silent_until is not None or carry.state_since is not None or carry.unknown_until is not None
    return Continued(
        event_at=np.array([at for at, _ in events], dtype=np.int64),
        event_state=np.array([state for _, state in events], dtype=np.int8),
        counters=counters,
        heartbeat_at=of_the_machine,
        bookings=tuple(bookings),
        carry=Carry(
            # Before what is known of the time before, nothing is of account.
            state=Bucket.RUN if begun else Bucket.UNKNOWN,
            heard_at=carry.heard_at,
            counters=carry.counters,
            reject_deficit=carry.reject_deficit,
        ),
        heard_until=heard_until if carry.heard_at is not None or len(of_the_machine) else None,
    )


def _gaps_before(carry: StoredCarry) -> list[tuple[int, int]]:
    """The last instants without data: an interval of pieces may reach back before them."""
    ends = sorted({end for end in (carry.unknown_until, carry.silent_until) if end is not None})
    return [one for end in ends for one in ((end - 1, int(Bucket.UNKNOWN)), (end, int(Bucket.RUN)))]


def _told_before(carry: StoredCarry) -> list[tuple[int, int]]:
    """What the machine told before, as far as it still counts: the last gap, the stop that lasts, the state."""
    found = _gaps_before(carry)
    if carry.episode_since is not None:
        found.append((carry.episode_since, int(Bucket.FAULT if carry.episode_has_fault else Bucket.STOP)))
    if carry.state_since is not None:
        found.append((carry.state_since, carry.state))
    return found


def edge_of(evaluation: Evaluation, instant: int) -> Edge:
    """What is supposed at an instant."""
    stops = evaluation.timeline.stops
    lasting = np.flatnonzero((stops.since < instant) & (stops.until >= instant))
    state = int(evaluation.timeline.states.before(np.array([instant]))[0])
    if not len(lasting):
        return Edge(state)
    k = lasting[0]
    return Edge(state, int(stops.since[k]), bool(stops.is_minor[k]), bool(stops.has_fault[k]))


def carry_at(
    rules: UnitRules,
    evaluation: Evaluation,
    observations: Sequence[Observation],
    carry: StoredCarry,
    instant: int,
) -> StoredCarry:
    """How things stand at an instant, after everything that is known has been evaluated.

    Args:
        rules: Of the work unit.
        evaluation: Also of what is behind the instant: it tells how stops went on.
        observations: From the instant on that ``carry`` belongs to, up to this one.
        carry: What was before them.
        instant: A later one.
    """
    counters = tuple(_counter(rules, role, observations, carry) for role in rules.roles)
    counted = {counter.name: count(counter) for counter in counters}
    heard_at = next((one.at for one in reversed(observations) if one.is_of_the_machine), carry.heard_at)
    first_heard = next((one.at for one in observations if one.is_of_the_machine), None)
    pieces = [one.deltas.until[one.deltas.n > 0] for name, one in counted.items() if name in rules.tells_of_pieces]
    last_pieces = [int(some[-1]) for some in pieces if len(some)]
    states = evaluation.timeline.states
    edge = edge_of(evaluation, instant)
    state = next((one.state for one in reversed(observations) if one.state is not None), carry.state)
    since = _start_of_run(states, instant)
    if since is None:
        since = carry.state_since
    if edge.state == Bucket.UNKNOWN and state != Bucket.UNKNOWN and heard_at is not None:
        since = heard_at  # a silence has begun, and the state holds again behind it
    before = instant if since is None else since
    piece_at = max(last_pieces, default=first_heard if carry.piece_at is None else carry.piece_at)
    return StoredCarry(
        state=state,
        state_since=since,
        episode_since=edge.stop_since,
        episode_has_fault=edge.stop_since is not None and _contains_fault(states, edge.stop_since, instant),
        heard_at=heard_at,
        counters={name: one.state for name, one in counted.items()},
        reject_deficit=reject_deficit(_only(counters, carry)),
        piece_at=piece_at,
        stood_since=_stood_since(rules, states, piece_at),
        product=next((one.product for one in reversed(observations) if one.product is not None), carry.product),
        silent_until=_last_end(states, before, carry.silent_until),
        unknown_until=_last_end(evaluation.timeline.buckets, before, carry.unknown_until),
        edge=edge,
    )


def _only(counters: tuple[Counter, ...], carry: StoredCarry) -> Evidence:
    none = np.empty(0, dtype=np.int64)
    return Evidence(none, none.astype(np.int8), counters, carry=Carry(reject_deficit=carry.reject_deficit))


def _start_of_run(states: Steps, instant: int) -> int | None:
    k = int(np.searchsorted(states.edges, instant)) - 1
    return int(states.edges[k]) if k >= 0 else None


def _contains_fault(states: Steps, since: int, until: int) -> bool:
    first = int(np.searchsorted(states.edges, since, side="right"))
    last = int(np.searchsorted(states.edges, until, side="left"))
    return bool(np.any(states.codes[first : last + 1] == Bucket.FAULT))


def _last_end(of: Steps, until: int, known: int | None) -> int | None:
    """The end of the last stretch of UNKNOWN that ended at an instant or before."""
    ends = np.flatnonzero((of.codes[:-1] == Bucket.UNKNOWN) & (of.edges <= until))
    return int(of.edges[ends[-1]]) if len(ends) else known


def _counter(rules: UnitRules, role: str, observations: Sequence[Observation], carry: StoredCarry) -> Counter:
    readings = {one.at: one for one in observations if role in one.counts}
    shown = np.array([one.counts[role] for one in readings.values()], dtype=np.int64)
    bits = rules.signed_bits.get(role)
    boots = [-1 if one.boot is None else one.boot for one in readings.values()]
    return Counter(
        name=role,
        role=role,
        at=np.array(list(readings), dtype=np.int64),
        shown=np.where(shown < 0, shown + (1 << bits), shown) if bits else shown,
        max_rate_per_s=_WATT_HOURS_PER_S if role == ENERGY else rules.max_rate_per_s,
        modulus=rules.moduli.get(role),
        boot=np.array(boots, dtype=np.int64) if role != ENERGY else None,
        carry_in=carry.counters.get(role, CounterState()),
    )


def _inferred(
    rules: UnitRules,
    counters: Sequence[Counter],
    heard: Instants,
    carry: StoredCarry,
    heard_until: int | None,
) -> list[tuple[int, int]]:
    """States by the pieces alone, from the last piece before on."""
    deltas = [count(counter).deltas for counter in counters if counter.role in rules.tells_of_pieces]
    pieces = np.unique(np.concatenate([one.until[one.n > 0] for one in deltas])) if deltas else heard[:0]
    first = None
    if carry.piece_at is not None:
        pieces = np.concatenate(([carry.piece_at], pieces))
    elif len(heard):
        first = int(heard[0])
    last = int(heard[-1]) if len(heard) else carry.heard_at or 0
    at, states = infer_states(pieces, rules.stop_after_ns or 0, first, max(last, heard_until or 0))
    events = [*zip(at.tolist(), states.tolist(), strict=True)]
    if carry.stood_since is not None:
        events.insert(0, (carry.stood_since, int(Bucket.STOP)))
    # What was inferred holds again from the end of a silence on.
    again = -ENDLESS if carry.silent_until is None else carry.silent_until
    return _gaps_before(carry) + [(max(at, again), state) for at, state in events]


def _stood_since(rules: UnitRules, states: Steps, piece_at: int | None) -> int | None:
    """Start of the stop that the last piece came out of; None: none."""
    if rules.stop_after_ns is None or piece_at is None:
        return None
    if states.before(np.array([piece_at]))[0] != Bucket.STOP:
        return None
    return _start_of_run(states, piece_at)
