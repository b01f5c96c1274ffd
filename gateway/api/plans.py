"""Plans of provinces: which there are, and how far each target of one is, with what needs somebody first."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from gateway.api.permission import allow
from gateway.api.plan_seen import AsOf, OnDay, PlanId, Seen, on_day, plan_seen, plans_seen
from gateway.api.plan_telling import PlanWords
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import TheDesk
from gateway.indicators.deadlines import Deadline, deadlines
from gateway.indicators.results import Evaluated, PlanEvaluated, State
from gateway.indicators.schema import Indicator, Plan
from gateway.programme.plan_tasks import task_standings
from gateway.programme.working_days import WorkingDays
from gateway.registry.roles import Action

router = APIRouter(include_in_schema=False, prefix="/plans")
Reads = Depends(allow(Action.READ, "programme"))

SOON_DAYS = 45
"""A report that is due within so many days stands among what needs somebody."""
ORDER = (
    State.NOT_MET,
    State.CANNOT_BE_SAID,
    State.NOT_YET,
    State.DOWN,
    State.UNCHANGED,
    State.UP,
    State.MET,
    State.EXCEEDED,
    State.NOT_BEGUN,
)
SHAPES = {
    State.NOT_MET: "bad",
    State.CANNOT_BE_SAID: "none",
    State.NOT_YET: "planned",
    State.DOWN: "down",
    State.UNCHANGED: "same",
    State.UP: "up",
    State.MET: "good",
    State.EXCEEDED: "exceeded",
    State.NOT_BEGUN: "off",
}


class Row(NamedTuple):
    """An indicator and how far it is.

    Attributes:
        indicator: Which.
        its: How far.
        value: In words.
        target: In words.
        reach: Share of the target that is reached, 0 to 100; None: it cannot be said.
    """

    indicator: Indicator
    its: Evaluated
    value: str
    target: str
    reach: float | None


class Listed(NamedTuple):
    """A plan in the list of plans.

    Attributes:
        seen: Which.
        counts: How many indicators are in which state; empty: its province is not registered.
        next: The next report that is due; None: none.
    """

    seen: Seen
    counts: list[tuple[State, int]]
    next: Deadline | None


@router.get("", dependencies=[Reads])
def show_plans(desk: TheDesk, evaluations: TheEvaluations) -> HTMLResponse:
    """The plans of the provinces whose records they may see."""
    when = on_day(desk, "")
    listed = []
    for seen in plans_seen(desk, evaluations.plans.values()):
        counts: list[tuple[State, int]] = []
        if seen.place.province:
            result = evaluations.of(desk.reader, seen.plan.id, when.day, desk.now).result
            counts = counts_of(result)
        due = [one for one in deadlines_of(seen.plan, when.day) if one.last]
        listed.append(Listed(seen, counts, due[0] if due else None))
    context = {"listed": listed, "shapes": SHAPES, "words": PlanWords(desk.speech)}
    return desk.page("plans/index.html", context)


@router.get("/{plan}", dependencies=[Reads])
def show_plan(
    plan: PlanId,
    desk: TheDesk,
    evaluations: TheEvaluations,
    as_of: AsOf = "",
    by: Annotated[Literal["state", "section"], Query()] = "state",
) -> HTMLResponse:
    """How far a plan is: what needs somebody, counts by state, each indicator."""
    seen = plan_seen(desk, evaluations.plans, plan)
    when = on_day(desk, as_of)
    result = evaluations.of(desk.reader, plan, when.day, desk.now).result
    words = PlanWords(desk.speech)
    rows = rows_of(seen.plan, result, words)
    tasks = task_standings(desk.engine, desk.reader, seen.plan, when.day)
    due = deadlines_of(seen.plan, when.day)
    context = {
        "seen": seen,
        "plan": seen.plan,
        "when": when,
        "by": by,
        "words": words,
        "counts": counts_of(result),
        "shapes": SHAPES,
        "groups": _by_section(rows) if by == "section" else _by_state(rows),
        "needs": [row for row in rows if row.its.state in _wanting(seen.plan, when)],
        "soon": [one for one in due if one.last and one.last <= when.day + timedelta(days=SOON_DAYS)],
        "due": due,
        "late_tasks": sum(one.is_late for one in tasks),
        "tasks": len(tasks),
        "may_report": desk.may_read("plan_report"),
    }
    return desk.page("plans/plan.html", context)


def rows_of(plan: Plan, result: PlanEvaluated, words: PlanWords) -> list[Row]:
    """Each indicator with its words, in the plan's order."""
    by_id = {one.id: one for one in plan.indicators}
    return [row_of(by_id[its.indicator], its, words) for its in result.indicators if its.indicator in by_id]


def row_of(indicator: Indicator, its: Evaluated, words: PlanWords) -> Row:
    """An indicator with its words."""
    reach = None if its.progress is None else round(min(max(its.progress, 0.0), 1.0) * 100, 1)
    return Row(indicator, its, words.value(its.value, indicator.unit), words.target(indicator), reach)


def counts_of(result: PlanEvaluated) -> list[tuple[State, int]]:
    """How many indicators are in which state, those that need somebody first."""
    counts = {state: sum(one.state == state for one in result.indicators) for state in ORDER}
    return [(state, n) for state, n in counts.items() if n]


def deadlines_of(plan: Plan, day: date) -> tuple[Deadline, ...]:
    """What is to be reported within a year from a day."""
    return deadlines(plan, day, day + timedelta(days=365), WorkingDays())


def _wanting(plan: Plan, when: OnDay) -> tuple[State, ...]:
    """States in which somebody can still act; a plan that is over changes no more."""
    return (State.NOT_MET, State.CANNOT_BE_SAID) if when.day.year <= plan.until else ()


def _by_state(rows: Sequence[Row]) -> list[tuple[State | None, str, list[Row]]]:
    found = [(state, "", [row for row in rows if row.its.state == state]) for state in ORDER]
    return [one for one in found if one[2]]


def _by_section(rows: Sequence[Row]) -> list[tuple[State | None, str, list[Row]]]:
    sections: dict[str, list[Row]] = {}
    for row in rows:
        sections.setdefault(row.indicator.section, []).append(row)
    return [(None, section, of_it) for section, of_it in sections.items()]
