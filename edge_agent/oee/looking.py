"""Evaluating a stretch of one work unit's time: the tail as it is now, or settled time once more."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from edge_agent.kpi.calendar import Schedule
from edge_agent.kpi.evaluation import Evaluation, evaluate
from edge_agent.kpi.evidence import Booking
from edge_agent.kpi.timeline import Plan
from edge_agent.oee.assembly import assemble
from edge_agent.oee.bucket_book import StoredCarry
from edge_agent.oee.late_bookings import to_pieces
from edge_agent.oee.observation import Observation
from edge_agent.oee.products import product_spans
from edge_agent.oee.shop_book import ShopBook
from edge_agent.oee.unit_rules import UnitRules
from edge_agent.wire.entries import LateScrap, ProductChoice

_DAY_NS = 86_400_000_000_000
Schedules = Callable[[str, int, int], Schedule]
"""Shifts and planned stops of a calendar between two instants."""


class Look(NamedTuple):
    """What a stretch of time was, as far as is known.

    Attributes:
        since: From when.
        until: As far as somebody listened.
        evaluation: Of all evidence in it.
        schedule: Around it.
    """

    since: int
    until: int
    evaluation: Evaluation
    schedule: Schedule


class Looking:
    """Looks at the evidence of one work unit.

    Args:
        name: Of the work unit.
        book: What people entered.
        schedules: Of every calendar.
    """

    def __init__(self, name: str, book: ShopBook, schedules: Schedules) -> None:
        self._name = name
        self._book = book
        self._schedules = schedules

    def look(
        self, rules: UnitRules, window: tuple[int, int], carry: StoredCarry, observed: Sequence[Observation]
    ) -> Look:
        """Evaluate from the start of a bucket on, as somebody would who has listened until the window's end."""
        since, until = window
        start = min(since, carry.episode_since or since)
        end = max(until, observed[-1].at if observed else since)
        schedule = self._schedules(rules.calendar, start - _DAY_NS, end + _DAY_NS)
        evidence = assemble(rules, observed, carry, self._bookings(since, end), until)
        products = product_spans(rules, since, carry.product, observed, self._chosen(rules, since))
        plan = plan_of(schedule)
        found = evaluate(evidence, plan, products, rules.limits)
        moved = to_pieces(evidence.bookings, found, rules.bucket_ns)
        if moved != evidence.bookings:
            found = evaluate(replace(evidence, bookings=moved), plan, products, rules.limits)
        return Look(since, until, found, schedule)

    def _bookings(self, since: int, until: int) -> list[Booking]:
        return [
            Booking(one.made_at, one.product, one.scrap, one.rework)
            for one in self._book.since(LateScrap, self._name, since)
            if one.made_at <= until
        ]

    def _chosen(self, rules: UnitRules, since: int) -> Sequence[ProductChoice]:
        if rules.shows_product or rules.only_product or not rules.cycles:
            return ()
        return self._book.since(ProductChoice, self._name, since, with_one_before=True)


def plan_of(schedule: Schedule) -> Plan:
    """When work is planned, by a schedule."""
    shifts = np.array([shift[1:] for shift in schedule.shifts], dtype=np.int64).reshape(-1, 2)
    return Plan(shifts, schedule.planned)
