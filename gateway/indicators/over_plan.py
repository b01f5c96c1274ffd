"""By how much indicators of a later plan exceed the same ones of an earlier one.

Decision: the value is the smallest of the pairs; each pair stands beside it.
Because: the earlier plan says so of all its targets, so the one that lags behind decides.

Decision: of targets per year the mean of the full years is compared.
Because: a year that goes on, or one good year, is no result of a plan.

Decision: before its last year is over it is ahead or below so far, and never met.
Because: a mean of some years is not that of all.
"""

from collections.abc import Callable

from gateway.indicators.case import Case
from gateway.indicators.facts import Gap
from gateway.indicators.judging import standing
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
        return case.evaluated(
            None, missing=[Gap(code="no_like_indicators", parts={"plan_vi": later.title.vi, "plan_en": later.title.en})]
        )
    above, beside, missing, rests_on = [], [], [], set[Ref]()
    for earlier_id, later_id in sorted(measure.pairs.items()):
        pair = _pair(case.plan, earlier_id), _pair(later, later_id)
        told = _told("first", earlier_id, pair[0]) | _told("second", later_id, pair[1])
        if pair[0] is None or pair[1] is None:
            missing.append(Gap(code="no_such_pair", parts=told))
            continue
        first, second = evaluate(case.plan, pair[0]), evaluate(later, pair[1])
        was, now = _result(first), _result(second)
        if was is None or was <= 0 or now is None:
            missing.append(Gap(code="pair_without_value", parts=told))
            beside.append(Beside(name=earlier_id, value=None, unit="percent"))
            continue
        above.append(100 * (now - was) / was)
        beside.append(Beside(name=earlier_id, value=above[-1], unit="percent"))
        rests_on |= {*first.rests_on, *second.rests_on}
    value = min(above) if above and not missing else None
    state = standing(case.indicator, value, is_over=case.is_over)
    if value is not None and not case.is_over:
        state, so_far = case.unsettled(value, state, case.indicator.until)
        missing += so_far
    return case.evaluated(value, state=state, beside=tuple(beside), rests_on=rests_on, missing=missing)


def _told(part: str, name: str, found: Indicator | None) -> dict[str, str]:
    """What people call an indicator, in both languages; one that is not there by its id."""
    return {part: name} if found is None else {f"{part}_vi": found.title.vi, f"{part}_en": found.title.en}


def _pair(plan: Plan, name: str) -> Indicator | None:
    """Of a pair, an indicator that can be compared; one that compares itself cannot."""
    return next((one for one in plan.indicators if one.id == name and one.measure.kind != "over_plan"), None)


def _result(one: Evaluated) -> float | None:
    if one.year is None:
        return one.value
    full = [year.value for year in one.history if year.is_full]
    known = [value for value in full if value is not None]
    return sum(known) / len(known) if known and len(known) == len(full) else None
