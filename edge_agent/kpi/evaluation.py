"""From evidence to elements: everything that is known of a work unit, asked by window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.booking import UNBOOKED, Booked, book, book_late
from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.counters import Counted, Deltas, Issue, count
from edge_agent.kpi.elements import Elements, ProductPieces
from edge_agent.kpi.evidence import ENERGY, GOOD, REJECT, REWORK, TOTAL, Carry, Episode, Evidence
from edge_agent.kpi.spans import Instants, Steps, measure, union
from edge_agent.kpi.timeline import ENDLESS, Limits, Plan, Timeline, make_timeline

_OF_PIECES = (TOTAL, REJECT, REWORK)
NOT_BOOKED = "late_scrap_not_booked"
"""Scrap was found later of pieces that do not enter OEE."""


class ProductSpan(NamedTuple):
    """A product in force over some time."""

    product: str
    since: int
    until: int
    ideal_cycle_s: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What evidence, plan, products and limits give; ask it for :meth:`elements`.

    Attributes:
        timeline: A bucket for every instant.
        products: In force, in order of time.
        pieces: Role -> what was counted and where it belongs.
        issues: What to look at, in order of time.
        counted: Counter -> what became of its readings.
        reject_deficit: Pieces that a good counter is ahead of the total, to be made up for; 0 or less.
    """

    timeline: Timeline
    products: tuple[ProductSpan, ...]
    pieces: dict[str, Booked]
    issues: tuple[Issue, ...]
    counted: dict[str, Counted]
    reject_deficit: int
    heard: Instants

    def elements(self, windows: Instants) -> list[Elements]:
        """The elements of each window.

        Args:
            windows: Shape (k, 2), each ``start <= end``; they may overlap.
        """
        times = self.timeline.measure(windows)
        failures, failing_ns = self._failures(windows)
        sums = {role: booked.sums(windows, len(self.products)) for role, booked in self.pieces.items()}
        none = np.zeros((len(windows), len(self.products) + len(UNBOOKED)), dtype=np.int64)
        total, reject, rework = (sums.get(role, none) for role in _OF_PIECES)
        seen = none[:, : len(self.products)]
        for role in _OF_PIECES:
            if role in self.pieces:
                seen = seen + self.pieces[role].seen(windows, len(self.products))
        energy = self.pieces[ENERGY].by_bucket(windows) if ENERGY in self.pieces else None
        return [
            Elements(
                ns=tuple(times[k].tolist()),
                products=self._products(total[k], reject[k], rework[k], seen[k]),
                unplanned=int(total[k, -3]),
                unattributed=int(total[k, -2]),
                no_product=int(total[k, -1]),
                failures=int(failures[k]),
                failing_ns=int(failing_ns[k]),
                energy_wh=tuple(energy[k].tolist()) if energy is not None else (0.0,) * len(BUCKETS),
            )
            for k in range(len(windows))
        ]

    def _products(
        self,
        total: NDArray[np.int64],
        reject: NDArray[np.int64],
        rework: NDArray[np.int64],
        seen: NDArray[np.int64],
    ) -> dict[tuple[str, float], ProductPieces]:
        found: dict[tuple[str, float], ProductPieces] = {}
        for k in np.flatnonzero(seen):
            span = self.products[k]
            key = (span.product, span.ideal_cycle_s)
            one = found.get(key, ProductPieces(span.ideal_cycle_s))
            found[key] = ProductPieces(
                span.ideal_cycle_s, one.total + int(total[k]), one.reject + int(reject[k]), one.rework + int(rework[k])
            )
        return found

    def _failures(self, windows: Instants) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Failures that began in each window, at their first planned instant, and planned time of failing stops."""
        stops, planned = self.timeline.stops, self.timeline.planned
        since, until = stops.since[stops.is_failure], stops.until[stops.is_failure]
        starts = planned.edges[planned.codes[1:] == 1]
        # Where a stop begins in unplanned time, the next start of planned time may still lie in it.
        nearest = np.append(starts, ENDLESS)[np.searchsorted(starts, since)]
        first = np.where(planned.at(since) == 1, since, nearest)
        first = np.sort(first[first < until])
        failures = np.searchsorted(first, windows[:, 1]) - np.searchsorted(first, windows[:, 0])
        failing = _both(planned, union(np.column_stack((since, until))))
        return failures.astype(np.int64), measure(failing, windows, 2)[:, 1]

    def carry_at(self, instant: int) -> Carry:
        """What must be known to go on from an instant, when all evidence up to it has been evaluated."""
        state = Bucket(int(self.timeline.states.before(np.array([instant]))[0]))
        stops = self.timeline.stops
        lasting = np.flatnonzero((stops.since < instant) & (stops.until >= instant))
        episode = Episode(int(stops.since[lasting[0]]), bool(stops.has_fault[lasting[0]])) if len(lasting) else None
        heard = self.heard[self.heard <= instant]
        return Carry(
            state=state,
            episode=episode,
            heard_at=int(heard[-1]) if len(heard) else None,
            counters={name: counted.state for name, counted in self.counted.items()},
            reject_deficit=self.reject_deficit,
        )


def evaluate(evidence: Evidence, plan: Plan, products: Sequence[ProductSpan], limits: Limits) -> Evaluation:
    """Everything that follows from some evidence.

    Args:
        evidence: Of one work unit.
        plan: When work is planned.
        products: In force, in order of time; at most one at any instant.
        limits: From when on a stop and a silence count.
    """
    timeline = make_timeline(evidence, plan, limits)
    counted = {counter.name: count(counter) for counter in evidence.counters}
    spans = tuple(products)
    deltas, deficit = _by_role(evidence, counted)
    pieces = {role: book(one, timeline, spans) for role, one in deltas.items()}
    late = []
    for role in (REJECT, REWORK):
        more = book_late(evidence.bookings, role, timeline, spans)
        if more is not None:
            late.append(more)
            pieces[role] = pieces[role].with_more(more) if role in pieces else more
    issues = sorted(issue for one in counted.values() for issue in one.issues)
    lost = [int(at) - 1 for one in late for at in one.at[one.place < 0]]
    issues = sorted([*issues, *(Issue(at, NOT_BOOKED) for at in lost)])
    return Evaluation(timeline, spans, pieces, tuple(issues), counted, deficit, evidence.heard())


def reject_deficit(evidence: Evidence) -> int:
    """How far a good counter is ahead of the total after some evidence, as pieces to be made up for; 0 or less."""
    return _by_role(evidence, {counter.name: count(counter) for counter in evidence.counters})[1]


def _by_role(evidence: Evidence, counted: dict[str, Counted]) -> tuple[dict[str, Deltas], int]:
    """Deltas by role, with what follows from the roles that there are; and how far good is ahead of total."""
    found: dict[str, list[Deltas]] = {}
    for counter in evidence.counters:
        found.setdefault(counter.role, []).append(counted[counter.name].deltas)
    deltas = {role: _merged(some) for role, some in found.items()}
    deficit = evidence.carry.reject_deficit
    if GOOD in deltas and TOTAL not in deltas:
        deltas[TOTAL] = _merged([deltas[GOOD], *([deltas[REJECT]] if REJECT in deltas else [])])
    elif GOOD in deltas and REJECT not in deltas:
        deltas[REJECT], deficit = _difference(deltas[TOTAL], deltas[GOOD], deficit)
    deltas.pop(GOOD, None)
    return deltas, deficit


def _merged(some: list[Deltas]) -> Deltas:
    """Several counters of one role: their deltas side by side, in order of time."""
    if len(some) == 1:
        return some[0]
    until = np.concatenate([one.until for one in some])
    order = np.argsort(until, kind="stable")
    return Deltas(
        np.concatenate([one.since for one in some])[order],
        until[order],
        np.concatenate([one.n for one in some])[order],
    )


def _difference(total: Deltas, good: Deltas, deficit: int) -> tuple[Deltas, int]:
    """Total less good, never negative: what good is ahead is carried forward and made up for later."""
    at = np.unique(np.concatenate((total.until, good.until)))
    behind = _sum_until(total, at) - _sum_until(good, at)
    booked = np.maximum.accumulate(np.maximum(behind + deficit, 0)) if len(at) else behind
    n = np.diff(booked, prepend=np.int64(0))
    since = np.concatenate((at[:1], at[:-1]))
    for one in (total, good):
        found = np.minimum(np.searchsorted(one.until, at), max(len(one.until) - 1, 0))
        if len(one.until):
            same = one.until[found] == at
            since[same] = np.minimum(since[same], one.since[found[same]])
    left = int(behind[-1] + deficit - booked[-1]) if len(at) else deficit
    return Deltas(since, at, n), left


def _sum_until(deltas: Deltas, at: Instants) -> NDArray[np.int64]:
    sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(deltas.n)))
    return sums[np.searchsorted(deltas.until, at, side="right")]


def _both(planned: Steps, spans: Instants) -> Steps:
    """1 where it is planned and inside one of some stretches."""
    edges = np.unique(np.concatenate((planned.edges, spans.ravel())))
    within = (np.searchsorted(spans.ravel(), edges, side="right") % 2).astype(np.int8)
    codes = np.concatenate((np.zeros(1, dtype=np.int8), planned.at(edges) & within))
    return Steps(edges, codes)
