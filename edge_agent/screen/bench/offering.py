"""What is offered when a session is begun: procedures that fit, standards in date, people who may. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from edge_agent.bench.bench import BenchSet
from edge_agent.bench.procedure import Procedure, ReferenceRule
from edge_agent.wire.bench_settings import BenchOrder, BenchStandard, Competent


class OfferedStandard(NamedTuple):
    """A standard, and whether it may be used.

    Attributes:
        standard: As the gateway has set it.
        why_not: ``overdue`` or ``wrong_unit``; empty: it may.
    """

    standard: BenchStandard
    why_not: str = ""


def fits(procedure: Procedure, order: BenchOrder) -> bool:
    """Whether a procedure is for an item: it was agreed on, or its words are in the item's name.

    An item of another unit never fits: its points could not be worked out.
    """
    if order.procedure == procedure.id:
        return True
    name = order.item.name.casefold()
    return order.item.unit == procedure.unit and any(kind.casefold() in name for kind in procedure.kinds)


def offer_standards(offered: BenchSet, rule: ReferenceRule, today: str) -> list[OfferedStandard]:
    """Standards for a reference, those that may be used first.

    Args:
        offered: With all standards.
        rule: Of the procedure.
        today: The local day.
    """
    of_kind = [one for one in offered.standards.values() if one.quantity == rule.quantity and _shows(one, rule.source)]
    judged = [OfferedStandard(one, _why_not(one, rule, today)) for one in of_kind]
    return sorted(judged, key=lambda one: (bool(one.why_not), one.standard.code))


def is_competent(people: Sequence[Competent], who: str, procedure: str, today: str) -> bool:
    """Whether somebody may do a procedure today; where nobody is listed everybody may.

    >>> lan = Competent(name="Lan", procedure="*", until="2026-12-31")
    >>> [is_competent([lan], who, "caliper", "2026-11-22") for who in ("Lan", "Minh")]
    [True, False]
    """
    if not people:
        return True
    return any(
        one.name == who and one.procedure in ("*", procedure) and (not one.until or today <= one.until)
        for one in people
    )


def _shows(standard: BenchStandard, source: str) -> bool:
    if source == "measure":
        return bool(standard.values)
    if source == "channel":
        return bool(standard.instrument)
    if source == "typed":
        return bool(standard.points)
    return not standard.values


def _why_not(standard: BenchStandard, rule: ReferenceRule, today: str) -> str:
    if standard.due < today:
        return "overdue"
    return "" if standard.unit == rule.unit else "wrong_unit"
