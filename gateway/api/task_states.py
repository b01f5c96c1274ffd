"""How far the tasks of agencies are: the last that was said of each, and what is late.

Decision: what is late follows from when the plan wants a task done (:mod:`gateway.indicators.tasks`); of a task that no
plan here has, late is what goes on and of which nothing was said since the quarter began.
Because: agencies report by quarter, and of such a task nothing else is known.

Decision: a task that an agency leads stands in its list before anybody has said anything of it.
Because: what was never reported is what an officer looks for.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from gateway.api.registry_pages.desk import Desk
from gateway.indicators.schema import Plan, Words
from gateway.indicators.tasks import TaskStanding
from gateway.programme.plan_tasks import task_standings
from gateway.registry.book import Asked, Entry
from gateway.registry.roles import Action

MONEY = ("planned", "allocated", "disbursed")
MONTHS = 3
MOST_AGENCIES = 1000
_ENDED = ("done", "dropped")


class TaskId(NamedTuple):
    """A task of a plan, as one agency has it."""

    agency: str
    plan: str
    task: str


class Task(NamedTuple):
    """How far a task is.

    Attributes:
        id: Which.
        last: What was said of it last; None: only money was.
        money: planned, allocated, disbursed of this year, VND.
        is_late: It goes on, and nothing was said of it in time.
        title: What the plan calls it; None: no plan here has it.
        standing: How it stands by its plan; None as above.
    """

    id: TaskId
    last: Entry | None
    money: tuple[int, int, int]
    is_late: bool
    title: Words | None = None
    standing: TaskStanding | None = None


class Agency(NamedTuple):
    """An agency and its tasks."""

    entry: Entry
    tasks: list[Task]

    @property
    def late(self) -> int:
        """How many of them are late."""
        return sum(task.is_late for task in self.tasks)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(task.last is not None and task.last.values["state"] == "done" for task in self.tasks)

    @property
    def last_day(self) -> str:
        """When something was said last; empty: never."""
        return max((str(task.last.values["date"]) for task in self.tasks if task.last is not None), default="")


def quarter_began(today: date) -> date:
    """The first day of the quarter of a day.

    >>> quarter_began(date(2026, 11, 22)).isoformat()
    '2026-10-01'
    """
    return date(today.year, (today.month - 1) // MONTHS * MONTHS + 1, 1)


def agencies_of(desk: Desk, began: date, today: date, plans: Mapping[str, Plan]) -> list[Agency]:
    """Every agency in force whose tasks whoever asks may see.

    Args:
        desk: Who asks.
        began: First day of the quarter.
        today: The day.
        plans: By id.
    """
    entries = [
        one
        for one in desk.book.page(desk.reader, "agency", Asked(limit=MOST_AGENCIES)).entries
        if desk.reader.may(Action.READ, "task", one.place) and not one.values["until"]
    ]
    last = newest(desk.book.all(desk.reader, "task_progress"))
    money: dict[TaskId, list[int]] = {}
    for row in desk.book.all(desk.reader, "task_money", Asked(where={"year": today.year})):
        sums = money.setdefault(_task_of(row), [0, 0, 0])
        for k, name in enumerate(MONEY):
            sums[k] += int(str(row.values[name] or 0))
    known = _known(desk, today, plans)
    titles = {(plan.id, task.id): task.title for plan in plans.values() for task in plan.tasks}
    led = {TaskId(agency, *of) for of, its in known.items() for agency in its.leads if _goes_on(plans[of[0]], today)}
    by_agency: dict[str, list[Task]] = {}
    for one in sorted({*last, *money, *led}):
        entry, (planned, allocated, disbursed) = last.get(one), money.get(one, [0, 0, 0])
        its = known.get((one.plan, one.task))
        is_late = (
            _is_late(entry, began) if its is None else its.is_late and (entry is not None or one.agency in its.leads)
        )
        task = Task(one, entry, (planned, allocated, disbursed), is_late, titles.get((one.plan, one.task)), its)
        by_agency.setdefault(one.agency, []).append(task)
    return [Agency(one, by_agency.get(one.id, [])) for one in entries]


def _known(desk: Desk, today: date, plans: Mapping[str, Plan]) -> dict[tuple[str, str], TaskStanding]:
    """Plan and task -> how it stands."""
    return {
        (plan.id, its.task): its
        for plan in plans.values()
        for its in task_standings(desk.engine, desk.reader, plan, today)
    }


def _goes_on(plan: Plan, today: date) -> bool:
    return plan.since <= today.year <= plan.until


def _is_late(last: Entry | None, began: date) -> bool:
    if last is None:
        return True
    return last.values["state"] not in _ENDED and str(last.values["date"]) < began.isoformat()


def newest(rows: Iterable[Entry]) -> dict[TaskId, Entry]:
    """Task -> what was said of it last."""
    found: dict[TaskId, Entry] = {}
    for row in rows:
        task = _task_of(row)
        if task not in found or str(found[task].values["date"]) < str(row.values["date"]):
            found[task] = row
    return found


def _task_of(row: Entry) -> TaskId:
    return TaskId(str(row.values["agency"]), str(row.values["plan"]), str(row.values["task"]))
