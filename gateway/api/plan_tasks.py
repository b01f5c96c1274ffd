"""Tasks of a plan: how each stands, what is late, who has said nothing, and the money by source."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from gateway.api.permission import allow
from gateway.api.plan_seen import AsOf, PlanId, on_day, plan_seen
from gateway.api.plan_telling import PlanWords
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.task_states import MOST_AGENCIES
from gateway.indicators.schema import Task
from gateway.indicators.tasks import SPENT, Money, TaskStanding, TaskState
from gateway.programme.plan_tasks import task_standings
from gateway.programme.telling import gap_told
from gateway.registry.book import Asked
from gateway.registry.roles import Action
from gateway.registry.tasks import SOURCES, STATES

router = APIRouter(include_in_schema=False, prefix="/plans/{plan}/tasks")

SHAPES = {
    TaskState.UNSAID: "none",
    TaskState.NOT_BEGUN: "off",
    TaskState.UNDER_WAY: "run",
    TaskState.RECURRING: "same",
    TaskState.DONE: "good",
    TaskState.DROPPED: "stop",
}


class Told(NamedTuple):
    """A task and how it stands.

    Attributes:
        task: Of the plan.
        its: How it stands.
        why: Why it is late, in words; empty: it is not.
        money: Planned, allocated, disbursed, of all sources; None: none was entered.
    """

    task: Task
    its: TaskStanding
    why: str
    money: tuple[int, int, int] | None


@router.get("", dependencies=[Depends(allow(Action.READ, "programme")), Depends(allow(Action.READ, "task"))])
def show_tasks(
    plan: PlanId,
    desk: TheDesk,
    evaluations: TheEvaluations,
    as_of: AsOf = "",
    lead: Annotated[str, Query(max_length=63)] = "",
    late: Annotated[bool, Query()] = False,  # noqa: FBT002  a query parameter
) -> HTMLResponse:
    """All tasks, those that are late first."""
    seen = plan_seen(desk, evaluations.plans, plan)
    when = on_day(desk, as_of)
    told = _told(desk, task_standings(desk.engine, desk.reader, seen.plan, when.day), seen.plan.tasks)
    of_lead = [one for one in told if lead in ("", *one.task.lead)]
    shown = sorted((one for one in of_lead if one.its.is_late or not late), key=lambda one: not one.its.is_late)
    names = {key: words.vi for key, words in seen.plan.agencies.items()}
    unknown = {key for one in told for key in one.its.unknown if key in one.task.lead and not _is_several(names[key])}
    context = {
        "seen": seen,
        "plan": seen.plan,
        "when": when,
        "words": PlanWords(desk.speech),
        "tasks": shown,
        "late": late,
        "lead": lead if lead in seen.plan.agencies else "",
        "leads": sorted({key for one in told for key in one.task.lead}),
        "counts": [(state, n) for state in SHAPES if (n := sum(one.its.state == state for one in of_lead))],
        "late_count": sum(one.its.is_late for one in of_lead),
        "of_count": len(of_lead),
        "money": _by_source(of_lead),
        "unknown": sorted(unknown),
        "shapes": SHAPES,
        "states": STATES,
        "sources": SOURCES,
        "says": _says(desk, shown),
    }
    return desk.page("plans/tasks.html", context)


def _told(desk: Desk, standings: tuple[TaskStanding, ...], tasks: tuple[Task, ...]) -> list[Told]:
    by_id = {one.id: one for one in tasks}
    found = []
    for its in standings:
        sums = tuple(sum(getattr(one, name) for one in its.money) for name in SPENT)
        why = gap_told(its.why, desk.language) if its.why else ""
        found.append(Told(by_id[its.task], its, why, (sums[0], sums[1], sums[2]) if its.money else None))
    return found


def _says(desk: Desk, told: list[Told]) -> dict[str, str]:
    """Task -> id of the agency for which whoever asks can say how far it is: one that leads it, else the first."""
    if not desk.may_read("task_progress"):
        return {}
    entries = desk.book.page(desk.reader, "agency", Asked(limit=MOST_AGENCIES)).entries
    own = [one.id for one in entries if desk.reader.may(Action.WRITE, "task", one.place)]
    return {one.task.id: next((row for row in one.its.leads if row in own), own[0]) for one in told if own}


def _is_several(name: str) -> bool:
    """Whether a plan means many agencies at once, which no row of the list stands for."""
    return name.casefold().startswith("các ") or "," in name


def _by_source(told: list[Told]) -> list[Money]:
    """Money of all tasks, by source; all sources together come last."""
    found = []
    for source in (*SOURCES, ""):
        of_it = [one for task in told for one in task.its.money if source in ("", one.source)]
        if of_it:
            planned, allocated, disbursed = (sum(getattr(one, name) for one in of_it) for name in SPENT)
            found.append(Money(source=source, planned=planned, allocated=allocated, disbursed=disbursed))
    return found
