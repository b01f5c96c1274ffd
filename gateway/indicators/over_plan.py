"""By how much indicators of a later plan exceed the same ones of an earlier one.

Decision: the value is the smallest of the pairs; each pair stands beside it.
Because: the earlier plan says so of all its targets, so the one that lags behind decides.

Decision: of targets per year the mean of the full years is compared.
Because: a year that goes on, or one good year, is no result of a plan.
"""

from collections.abc import Callable

from gateway.indicators.case import Case
from gateway.indicators.facts import Gap
from gateway.indicators.measures import OverPlan
from gateway.indicators.results import Beside, Evaluated, Ref
from gateway.indicators.schema import Indicator, Plan

Evaluate = Callable[[Plan, Indicator], Evaluated]


def evaluate_over_plan(case: Case, measure: OverPlan, evaluate: Evaluate) -> Evaluated:
    """Per cent above the earlier plan's results, of the pair with the smallest.

    Args:
        case: The indicator of the earlier plan.
        measure: Which plan and which pairs.
        evaluate: Evaluates an indicator of either plan on the same day.
    """
    later = case.others.get(measure.plan)
    if later is None:
        return case.evaluated(None, missing=[Gap(code="no_other_plan", parts={"plan": measure.plan})])
    if not measure.pairs:
        return case.evaluated(None, missing=[Gap(code="no_like_indicators", parts={"plan": measure.plan})])
    above, beside, missing, rests_on = [], [], [], set[Ref]()
    for earlier_id, later_id in sorted(measure.pairs.items()):
        pair = _pair(case.plan, earlier_id), _pair(later, later_id)
        if pair[0] is None or pair[1] is None:
            missing.append(Gap(code="no_such_pair", parts={"first": earlier_id, "second": later_id}))
            continue
        first, second = evaluate(case.plan, pair[0]), evaluate(later, pair[1])
        was, now = _result(first), _result(second)
        if was is None or was <= 0 or now is None:
            missing.append(Gap(code="pair_without_value", parts={"first": earlier_id, "second": later_id}))
            beside.append(Beside(name=earlier_id, value=None, unit="percent"))
            continue
        above.append(100 * (now - was) / was)
        beside.append(Beside(name=earlier_id, value=above[-1], unit="percent"))
        rests_on |= {*first.rests_on, *second.rests_on}
    value = min(above) if above and not missing else None
    return case.evaluated(value, beside=tuple(beside), rests_on=rests_on, missing=missing)


def _pair(plan: Plan, name: str) -> Indicator | None:
    """Of a pair, an indicator that can be compared; one that compares itself cannot."""
    return next((one for one in plan.indicators if one.id == name and one.measure.kind != "over_plan"), None)


def _result(one: Evaluated) -> float | None:
    if one.year is None:
        return one.value
    full = [year.value for year in one.history if year.is_full]
    known = [value for value in full if value is not None]
    return sum(known) / len(known) if known and len(known) == len(full) else None
