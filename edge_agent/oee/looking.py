"""Evaluating a stretch of one work unit's time: the tail as it is now, or settled time once more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.calendar import Schedule
from edge_agent.kpi.evaluation import Evaluation, evaluate
from edge_agent.kpi.evidence import Booking
from edge_agent.kpi.spans import Instants
from edge_agent.kpi.timeline import ENDLESS, Plan
from edge_agent.oee.assembly import assemble
from edge_agent.oee.evidence_book import StoredCarry
from edge_agent.oee.late_bookings import to_pieces
from edge_agent.oee.observation import Observation
from edge_agent.oee.products import product_spans
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.unit_rules import UnitRules
from edge_agent.wire.entries import LateScrap
from edge_agent.wire.shop_floor import Elements, Stop

_DAY_NS = 86_400_000_000_000
AHEAD_NS = 7_200_000_000_000
"""How far beyond settled time evidence is looked at: what comes next tells how a stop and a silence go on."""


class Looking:
    """Belongs to the work unit's ledger.

    Args:
        rules: What holds for the work unit.
        book: What people entered, and the records so far.
        schedule: Shifts and planned stops between two instants.
    """

    def __init__(self, rules: UnitRules, book: ShopBook, schedule: Callable[[int, int], Schedule]) -> None:
        self._rules = rules
        self._name = rules.unit.name
        self._book = book
        self._schedule = schedule

    def ahead(
        self, since: int, carry: StoredCarry, observed: Sequence[Observation], now: int
    ) -> tuple[Evaluation, Schedule]:
        """Evaluate from an instant on to now."""
        return self._look(since, carry, observed, now, self._rules.cycles)

    def back(
        self, since: int, carry: StoredCarry, observed: Sequence[Observation], until: int
    ) -> tuple[Evaluation, Schedule]:
        """Evaluate settled time as if somebody had listened a while longer, whether or not anything was heard."""
        cycles = self._cycles(since, until)
        evaluation, schedule = self._look(since, carry, observed, until + AHEAD_NS, cycles)
        stops = evaluation.timeline.stops
        lasting = [int(a) for a, b in zip(stops.since, stops.until, strict=True) if b == ENDLESS]
        known = self._book.reader().record(Stop, f"{self._name}.{lasting[-1]}") if lasting else None
        if known is not None and known.kind == Bucket.FAULT.name:
            evaluation, schedule = self._look(since, carry, observed, until + AHEAD_NS, cycles, has_fault=True)
        return evaluation, schedule

    def _cycles(self, since: int, until: int) -> dict[str, float]:
        """Ideal cycles as they were: a cycle that was corrected since holds from then on."""
        known = self._book.reader().records(Elements, self._name, since, until, most=1000)
        were = {part.product: part.ideal_cycle_s for one in known for part in one.parts}
        return {**self._rules.cycles, **{name: cycle for name, cycle in were.items() if name and cycle is not None}}

    def _look(
        self,
        since: int,
        carry: StoredCarry,
        observed: Sequence[Observation],
        until: int | None,
        cycles: Mapping[str, float],
        *,
        has_fault: bool = False,
    ) -> tuple[Evaluation, Schedule]:
        start = min(since, carry.episode_since or since)
        end = max(until or since, observed[-1].at if observed else since)
        schedule = self._schedule(start - _DAY_NS, end + _DAY_NS)
        shifts = [shift[1:] for shift in schedule.shifts]
        plan = Plan(_spans(shifts), schedule.planned)
        bookings = self._bookings(since, end)
        evidence = assemble(self._rules, observed, carry, bookings, until and end)
        evidence = replace(evidence, lasting_has_fault=has_fault)
        products = product_spans(self._rules, self._book.reader(), (since, end), carry.product, observed, cycles)
        found = evaluate(evidence, plan, products, self._rules.limits)
        moved = to_pieces(evidence.bookings, found, self._rules.bucket_ns)
        if moved != evidence.bookings:
            found = evaluate(replace(evidence, bookings=moved), plan, products, self._rules.limits)
        return found, schedule

    def _bookings(self, since: int, until: int) -> list[Booking]:
        found = self._book.reader().records(LateScrap, self._name, since, until + 1, most=5000)
        return [Booking(one.made_at, one.product, one.scrap, one.rework) for one in found]


def _spans(spans: Sequence[tuple[int, int]]) -> Instants:
    return np.array(spans, dtype=np.int64).reshape(-1, 2)
