"""How far a plan is: :func:`evaluate_plan`.

Decision: an indicator of which something is missing is evaluated as far as it goes, and says what is missing.
Because: a report with sixteen good figures and two gaps is handed in; one that failed is not.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gateway.indicators.case import Case
from gateway.indicators.counts import evaluate_records, evaluate_share
from gateway.indicators.facts import Facts
from gateway.indicators.growth import evaluate_growth, evaluate_statistic, evaluate_tfp_share
from gateway.indicators.ledger import Ledger
from gateway.indicators.over_plan import Evaluate, evaluate_over_plan
from gateway.indicators.reached import evaluate_milestone, evaluate_new_fields, evaluate_signed_tfp
from gateway.indicators.results import Evaluated, PlanEvaluated
from gateway.indicators.schema import Indicator, Plan
from gateway.indicators.wishes import evaluate_trend

_BY_KIND: Mapping[str, Callable[[Case, Any], Evaluated]] = {
    "records": evaluate_records,
    "share": evaluate_share,
    "milestone": evaluate_milestone,
    "signed_tfp": evaluate_signed_tfp,
    "tfp_share": evaluate_tfp_share,
    "tfp_growth": evaluate_growth,
    "labour_productivity_growth": evaluate_growth,
    "new_fields": evaluate_new_fields,
    "trend": evaluate_trend,
    "statistic": evaluate_statistic,
}


def evaluate_plan(
    plan: Plan,
    facts: Facts,
    as_of: date,
    *,
    others: Mapping[str, Plan] | None = None,
    ledgers: dict[str, Ledger] | None = None,
) -> PlanEvaluated:
    """How far each indicator of a plan is on a day.

    Nothing but its arguments goes into it, in whatever order rows come: the same input gives the same output for ever.

    Args:
        plan: Which.
        facts: What is known, of the plan's province.
        as_of: The day; all of it is known.
        others: Further plans, by id, that indicators may be compared with.
        ledgers: What was worked out of the same facts, to be used again for the next plan; None: nothing.

    Raises:
        ValueError: The facts are those of another province.
    """
    if facts.province != plan.province.code:
        msg = (
            f"plan {plan.id}: expected facts of province {plan.province.code}, got those of {facts.province}. "
            "Gather the facts of the plan's province."
        )
        raise ValueError(msg)
    return PlanEvaluated(
        plan=plan.id,
        as_of=as_of.isoformat(),
        indicators=_evaluated(plan, facts, as_of, others or {}, {} if ledgers is None else ledgers),
        made_up=facts.made_up,
    )


def _evaluated(
    plan: Plan, facts: Facts, as_of: date, others: Mapping[str, Plan], ledgers: dict[str, Ledger]
) -> tuple[Evaluated, ...]:
    def one(of: Plan, indicator: Indicator) -> Evaluated:
        former = of.province.former_code or ""
        if former not in ledgers or ledgers[former].facts is not facts:
            ledgers[former] = Ledger(facts, former)
        case = Case(plan=of, indicator=indicator, as_of=as_of, ledger=ledgers[former], others=others)
        return _evaluate(case, one)

    return tuple(one(plan, indicator) for indicator in plan.indicators)


def _evaluate(case: Case, evaluate: Evaluate) -> Evaluated:
    if not case.has_begun:
        return case.not_begun()
    measure = case.indicator.measure
    if measure.kind == "over_plan":
        return evaluate_over_plan(case, measure, evaluate)
    return _BY_KIND[measure.kind](case, measure)
