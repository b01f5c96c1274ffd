"""From observations and what was before them to the evidence that the time model evaluates, and back."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.counters import count
from edge_agent.kpi.evaluation import Evaluation, reject_deficit
from edge_agent.kpi.evidence import ENERGY, GOOD, TOTAL, Booking, Carry, Counter, CounterState, Episode, Evidence
from edge_agent.kpi.inference import infer_states
from edge_agent.kpi.spans import Codes, Instants
from edge_agent.oee.evidence_book import StoredCarry
from edge_agent.oee.observation import Observation
from edge_agent.oee.unit_rules import UnitRules

_WATT_HOURS_PER_S = Fraction(10_000)
"""No work unit draws more than 36 MW."""


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
        telling = [one for one in observations if one.state is not None]
        at = np.array([one.at for one in telling], dtype=np.int64)
        states = np.array([one.state for one in telling], dtype=np.int8)
    else:
        at, states = _inferred(rules.stop_after_ns, counters, of_the_machine, carry, heard_until)
    return Evidence(
        event_at=at,
        event_state=states,
        counters=counters,
        heartbeat_at=of_the_machine,
        bookings=tuple(bookings),
        carry=Carry(
            state=Bucket(carry.state),
            state_since=carry.state_since,
            episode=_episode(carry),
            heard_at=carry.heard_at,
            counters=carry.counters,
            reject_deficit=carry.reject_deficit,
        ),
        heard_until=heard_until if carry.heard_at is not None or len(of_the_machine) else None,
    )


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
        evaluation: Of ``observations``, also of those behind the instant: they tell how stops went on.
        observations: From the instant on that ``carry`` belongs to.
        carry: What was before them.
        instant: A later one.
    """
    until = [one for one in observations if one.at < instant]
    short = assemble(rules, until, carry, (), None)
    counted = {counter.name: count(counter) for counter in short.counters}
    found = evaluation.carry_at(instant)
    heard = [one.at for one in until if one.is_of_the_machine]
    pieces = [c.deltas.until[c.deltas.n > 0] for name, c in counted.items() if name in {TOTAL, GOOD}]
    last_pieces = [int(some[-1]) for some in pieces if len(some)]
    products = [one.product for one in until if one.product is not None]
    return StoredCarry(
        state=int(found.state),
        state_since=_state_since(evaluation, instant, carry),
        episode_since=found.episode.since if found.episode else None,
        episode_has_fault=found.episode.has_fault if found.episode else False,
        heard_at=heard[-1] if heard else carry.heard_at,
        counters={name: one.state for name, one in counted.items()},
        reject_deficit=reject_deficit(short),
        piece_at=max(last_pieces, default=carry.piece_at),
        product=products[-1] if products else carry.product,
    )


def _state_since(evaluation: Evaluation, instant: int, carry: StoredCarry) -> int | None:
    edges = evaluation.timeline.states.edges
    k = int(np.searchsorted(edges, instant)) - 1
    return int(edges[k]) if k >= 0 else carry.state_since


def _episode(carry: StoredCarry) -> Episode | None:
    if carry.episode_since is None:
        return None
    return Episode(carry.episode_since, carry.episode_has_fault)


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
    stop_after_ns: int,
    counters: Sequence[Counter],
    heard: Instants,
    carry: StoredCarry,
    heard_until: int | None,
) -> tuple[Instants, Codes]:
    deltas = [count(counter).deltas for counter in counters if counter.role in {TOTAL, GOOD}]
    pieces = np.unique(np.concatenate([one.until[one.n > 0] for one in deltas])) if deltas else heard[:0]
    first = None
    if carry.piece_at is not None:
        pieces = np.concatenate(([carry.piece_at], pieces))
    elif len(heard):
        first = int(heard[0])
    last = int(heard[-1]) if len(heard) else carry.heard_at or 0
    return _begun(*infer_states(pieces, stop_after_ns, first, max(last, heard_until or 0)), carry.heard_at)


def _begun(at: Instants, states: Codes, heard_at: int | None) -> tuple[Instants, Codes]:
    """What follows from the piece before all evidence begins where that was last heard: what was before is carried in.

    An instant is evidence too, and a lone one far back would make a silence of all that was heard since.
    """
    if heard_at is None:
        return at, states
    before = int(np.searchsorted(at, heard_at, side="right"))
    if not before:
        return at, states
    return np.concatenate(([heard_at], at[before:])), states[before - 1 :]
