"""What is offered when a session is begun: procedures that fit, standards in date. Pure."""

from typing import NamedTuple

from edge_agent.bench.bench import BenchSet
from edge_agent.bench.procedure import Procedure, ReferenceRule
from edge_agent.wire.bench_settings import BenchOrder, BenchStandard


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
