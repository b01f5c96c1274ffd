"""Settled time once more: what came late, what was entered or changed is worked in, some hours at a call.

A stretch is evaluated from the carry of its first bucket on. What that bucket's beginning was supposed to be (its
:class:`Edge`) is compared with what comes out now; where it differs, the evaluation begins earlier. Behind the stretch
it ends where everything is as it was known to be, but not before the end of what was asked for.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evaluation import Evaluation
from edge_agent.kpi.timeline import ENDLESS
from edge_agent.oee.assembly import carry_at, edge_of
from edge_agent.oee.board import Stretch
from edge_agent.oee.bucket_book import BucketBook, Edge, Span, StoredCarry
from edge_agent.oee.evidence_book import EvidenceBook
from edge_agent.oee.looking import Look, Looking
from edge_agent.oee.observation import Observation
from edge_agent.oee.unit_rules import RulesHistory

_HOUR_NS = 3_600_000_000_000
_CHUNK_NS = 2 * _HOUR_NS
_FURTHER_NS = 12 * _HOUR_NS


class Tail(NamedTuple):
    """What is not settled yet: where it begins, and what was observed since."""

    since: int
    observed: Sequence[Observation]


class Chunk(NamedTuple):
    """A stretch of settled time as it is judged now.

    Attributes:
        look: At it and a while beyond.
        observed: From its start on, as far as was looked.
        until: Its end.
        lasts_until: End of the standstill that lasts beyond the look; None: there is none, or it still lasts.
    """

    look: Look
    observed: Sequence[Observation]
    until: int
    lasts_until: int | None


class SettledTime:
    """The settled buckets of one work unit.

    Args:
        name: Of the work unit.
        buckets: Where they are kept.
        evidence: Where their evidence is kept.
        looking: Evaluates.
    """

    def __init__(self, name: str, buckets: BucketBook, evidence: EvidenceBook, looking: Looking) -> None:
        self._name = name
        self._buckets = buckets
        self._evidence = evidence
        self._looking = looking

    def judge(self, span: Span, history: RulesHistory, tail: Tail, now: int) -> tuple[Chunk | None, Span | None]:
        """Look at the first hours of a span anew, and remember how its buckets begin.

        Returns:
            The stretch that was judged (None: there is none), and what is to be judged next (None: nothing).
        """
        begin = self._beginning(span.since)
        if begin is None or begin[0] >= tail.since:
            return None, None
        while True:
            start, carry = begin
            until = self._end_of_chunk(start, history, tail)
            chunk = self._look(start, until, carry, history, tail, now)
            edge = edge_of(chunk.look.evaluation, start)
            earlier = None if history.changes_at(start) else self._earlier(start, carry, edge)
            if earlier is None:
                break
            begin = earlier
        goes_on = self._keep(chunk, carry, history, tail)
        wanted = max(span.until, span.since + 1)
        if goes_on is None or (not goes_on.differs and goes_on.since >= wanted):
            return chunk, None
        return chunk, Span(goes_on.since, max(wanted, goes_on.since))

    def _beginning(self, instant: int) -> tuple[int, StoredCarry] | None:
        """The bucket that holds an instant, or else the first one behind it."""
        found = self._buckets.last_carry(self._name, instant)
        if found is None:
            first = self._buckets.first_start(self._name, instant)
            found = None if first is None else self._buckets.last_carry(self._name, first)
        return found

    def _earlier(self, start: int, carry: StoredCarry, edge: Edge) -> tuple[int, StoredCarry] | None:
        """Where to begin instead, since the time before ``start`` was supposed to be something else."""
        if carry.edge is None or carry.edge == edge:
            return None
        return self._buckets.last_carry(self._name, doubtful_since(start, carry, edge))

    def _end_of_chunk(self, start: int, history: RulesHistory, tail: Tail) -> int:
        """As far as buckets follow each other without a gap, and the same rules hold."""
        limit = min(max(start + _CHUNK_NS, history.end_of(start)), tail.since, history.next_change(start))
        known = set(self._buckets.starts(self._name, start, limit))
        until = history.end_of(start)
        while until < limit and until in known:
            until = history.end_of(until)
        return until

    def _look(self, start: int, until: int, carry: StoredCarry, history: RulesHistory, tail: Tail, now: int) -> Chunk:
        rules = history.at(start)
        horizon = max(min(until + rules.ahead_ns, now), until)
        observed = self._observed(start, horizon, tail)
        look = self._looking.look(rules, (start, horizon), carry, observed)
        return Chunk(look, observed, until, self._follow(look, observed, carry, history, tail, now))

    def _observed(self, since: int, until: int, tail: Tail) -> list[Observation]:
        found = self._evidence.settled(self._name, since, min(until, tail.since)) if since < tail.since else []
        return found + [one for one in tail.observed if since <= one.at < until]

    # ------------------------------------------------------------------ what goes on beyond

    def _follow(
        self, look: Look, observed: list[Observation], carry: StoredCarry, history: RulesHistory, tail: Tail, now: int
    ) -> int | None:
        """The end of the standstill that lasts where the look ends; None: there is none, or it still lasts.

        What a stop contains beyond the look is written into the look.
        """
        evaluation, at, rules = look.evaluation, look.until, history.at(look.since)
        since = _lasting_since(evaluation)
        while since is not None and at < now:
            carry = carry_at(rules, evaluation, observed, carry, at)
            until = min(at + _FURTHER_NS, now)
            observed = self._observed(at, until, tail)
            evaluation = self._looking.look(rules, (at, until), carry, observed).evaluation
            further = evaluation.timeline.stops
            if len(further.since) and further.since[0] == since and further.has_fault[0]:
                look.evaluation.timeline.stops.has_fault[-1] = True
            end = _end_of(evaluation, since)
            if end is None or end < ENDLESS:
                return end
            at = until
        return None

    # ------------------------------------------------------------------ what is kept

    def _keep(self, chunk: Chunk, carry: StoredCarry, history: RulesHistory, tail: Tail) -> "_GoesOn | None":
        """Remember how the buckets of a stretch went, and how those behind them begin."""
        evaluation, differs = chunk.look.evaluation, False
        for start in history.starts(chunk.look.since, chunk.until):
            end = history.end_of(start)
            self._buckets.keep_stretches(self._name, start, stretches_of(chunk.look, start, end))
            here = [one for one in chunk.observed if start <= one.at < end]
            carry = carry_at(history.at(start), evaluation, here, carry, end)
            if end < chunk.until:
                self._buckets.keep_carry(self._name, end, carry)
        follows = self._buckets.first_start(self._name, chunk.until)
        if follows is None:
            return None
        if follows > chunk.until:
            carry = behind_a_gap(carry)
        known = self._buckets.last_carry(self._name, follows)
        differs = known is None or known != (follows, carry)
        self._buckets.keep_carry(self._name, follows, carry)
        return _GoesOn(follows, differs) if follows < tail.since else None


class _GoesOn(NamedTuple):
    since: int
    differs: bool


def _lasting_since(evaluation: Evaluation) -> int | None:
    """Start of the stop or changeover that nothing ends; None: there is none."""
    stops, states = evaluation.timeline.stops, evaluation.timeline.states
    if len(stops.until) and stops.until[-1] == ENDLESS:
        return int(stops.since[-1])
    return int(states.edges[-1]) if len(states.edges) and states.codes[-1] == Bucket.SETUP else None


def _end_of(evaluation: Evaluation, since: int) -> int | None:
    """End of the stop or changeover that began there; None: there is none."""
    stops, states = evaluation.timeline.stops, evaluation.timeline.states
    ends = stops.until[stops.since == since]
    if len(ends):
        return int(ends[0])
    places = np.flatnonzero((states.edges == since) & (states.codes[1:] == Bucket.SETUP))
    return int(np.append(states.edges, ENDLESS)[places[0] + 1]) if len(places) else None


def doubtful_since(start: int, carry: StoredCarry, edge: Edge) -> int:
    """The first instant that may have been judged wrongly, since an edge is not what it was supposed to be."""
    stop_since = carry.edge.stop_since if carry.edge else None
    candidates = (
        carry.heard_at,
        carry.piece_at,
        carry.stood_since,
        carry.episode_since,
        stop_since,
        edge.stop_since,
        start - 1,
    )
    return min(at for at in candidates if at is not None)


def behind_a_gap(carry: StoredCarry) -> StoredCarry:
    """How a bucket begins before which nothing was said for long."""
    since = carry.state_since if carry.edge is None or carry.edge.state == Bucket.UNKNOWN else carry.heard_at
    return msgspec.structs.replace(carry, state_since=since, episode_since=None, episode_has_fault=False, edge=None)


def stretches_of(look: Look, since: int, until: int) -> list[Stretch]:
    """How a stretch went, for the picture."""
    found = look.evaluation.timeline.stretches(since, until)
    return [Stretch(a, b, bucket.name) for a, b, bucket in found]
