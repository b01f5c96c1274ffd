"""How far plans are, as points: one for each indicator and day, and one for each plan and day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.schema import INDICATOR, INDICATOR_STATES, PLAN
from gateway.indicators.deadlines import deadlines
from gateway.indicators.results import Evaluated, PlanEvaluated
from gateway.indicators.schema import Indicator, Plan
from gateway.indicators.tasks import TaskStanding, TaskState
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_tasks import provinces_of, task_standings
from gateway.programme.working_days import WorkingDays
from gateway.registry.organisations import AgencyRow
from gateway.registry.roles import SYSTEM
from gateway.timeseries import Analysed
from gateway.timeseries.points import Point
from gateway.told.elements_rolled import midnight
from gateway.told.mirroring import Gone, mirror, point

_AHEAD = timedelta(days=366)


def tell_plans(engine: Engine, store: Analysed, evaluations: Evaluations, day: date, now: int, zone: ZoneInfo) -> int:
    """Tell how far the plans are of provinces that have agencies here; how many points changed.

    On a site's gateway there are none, and nothing is told.

    Args:
        engine: Of the registry.
        store: Whom it is told to.
        evaluations: Of all plans.
        day: As of which.
        now: UTC ns.
        zone: Of the wall clock.

    Raises:
        gateway.timeseries.StoreUnavailableError: Call again.
    """
    at = midnight(day, zone)
    indicators: list[Point] = []
    plans: list[Point] = []
    for plan in of_this_gateway(engine, evaluations.plans):
        result = evaluations.of(SYSTEM, plan.id, day, now).result
        indicators += indicator_points(plan, result, at)
        plans.append(plan_point(plan, result, task_standings(engine, SYSTEM, plan, day), day, at))
    changed = mirror(store, indicators, store.told(INDICATOR, {}, at, at + 1), Gone.DROPPED)
    return changed + mirror(store, plans, store.told(PLAN, {}, at, at + 1), Gone.DROPPED)


def of_this_gateway(engine: Engine, plans: Mapping[str, Plan]) -> list[Plan]:
    """The plans of provinces that have agencies here: a gateway knows those of all provinces."""
    with Session(engine) as session:
        theirs = set(session.scalars(select(AgencyRow.province).where(AgencyRow.retired_at == 0)))
        return [plan for plan in plans.values() if theirs & set(provinces_of(session, plan))]


def indicator_points(plan: Plan, result: PlanEvaluated, at: int) -> list[Point]:
    """A point for each indicator, of the day that begins at a time."""
    by_id = {one.id: one for one in plan.indicators}
    return [_indicator_point(plan, by_id[one.indicator], one, at) for one in result.indicators]


def plan_point(plan: Plan, result: PlanEvaluated, tasks: Sequence[TaskStanding], day: date, at: int) -> Point:
    """How many indicators and tasks stand how."""
    states = Counter(one.state.value for one in result.indicators)
    ahead = deadlines(plan, day, day + _AHEAD, WorkingDays())
    last = min((one.last for one in ahead if one.last is not None), default=None)
    numbers: dict[str, float | None] = {
        name: states[name] for name in ("exceeded", "met", "not_yet", "not_met", "cannot_be_said", "not_begun")
    }
    numbers |= {
        "indicators": len(result.indicators),
        "tasks": len(tasks),
        "tasks_done": sum(one.state is TaskState.DONE for one in tasks),
        "tasks_late": sum(one.is_late for one in tasks),
        "days_to_deadline": None if last is None else (last - day).days,
    }
    return point(PLAN, (plan.province.code, plan.id), numbers, {}, at)


def target_of(indicator: Indicator) -> float | None:
    """The target as a number: of a range its lower end, of a milestone 1; None: it has none."""
    target = indicator.target
    if isinstance(target, tuple):
        return float(target[0])
    return None if target is None else float(target)


def _indicator_point(plan: Plan, indicator: Indicator, its: Evaluated, at: int) -> Point:
    numbers = {
        "value": its.value,
        "target": target_of(indicator),
        "measured": its.measured,
        "estimate": its.estimate,
        "progress": its.progress,
        "coverage": its.coverage,
        "state_code": INDICATOR_STATES[its.state.value],
    }
    tags = (plan.province.code, plan.id, indicator.id, indicator.feed)
    return point(INDICATOR, tags, numbers, {"state": its.state.value, "unit": indicator.unit}, at)
