"""Which task of a plan a report is about: chosen from the plans' own, so that nobody mistypes an id."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from gateway.api.plan_telling import PlanWords
from gateway.api.registry_pages.desk import Desk
from gateway.api.sent_forms import Sent
from gateway.indicators.schema import Plan
from gateway.programme.plan_tasks import provinces_in_force
from gateway.registry.texts import Title

_BETWEEN = "/"
_NOT_IN_PLAN = Title(
    "Kế hoạch không có nhiệm vụ này. Hãy chọn trong danh sách.",
    "The plan has no such task. Choose one of the list.",
)
_NO_PLAN = Title(
    "Không có kế hoạch này. Hãy chọn trong danh sách, hoặc đánh dấu để vẫn ghi.",
    "There is no such plan. Choose one of the list, or tick to write it all the same.",
)


class OfPlan(NamedTuple):
    """A plan's tasks in the list: title of the plan; value and title of each task."""

    plan: str
    tasks: list[tuple[str, str]]


def choices(desk: Desk, plans: Mapping[str, Plan], province: str) -> list[OfPlan]:
    """The tasks of a province's plans, those in force first.

    Args:
        desk: Who chooses.
        plans: By id.
        province: Id of its row.
    """
    with Session(desk.engine) as session:
        codes = {code for code, row in provinces_in_force(session).items() if row == province}
    words, year = PlanWords(desk.speech), desk.speech.local(desk.now).year
    own = sorted(
        (plan for plan in plans.values() if plan.province.code in codes),
        key=lambda plan: (not plan.since <= year <= plan.until, -plan.since),
    )
    return [
        OfPlan(
            words.words(plan.title),
            [(f"{plan.id}{_BETWEEN}{task.id}", f"{words.words(task.title)} ({task.section})") for task in plan.tasks],
        )
        for plan in own
        if plan.tasks
    ]


def meant(sent: Sent) -> tuple[str, str]:
    """Plan and task that a form names: chosen from the list, or typed."""
    plan, _, task = sent["which"].partition(_BETWEEN)
    return (plan, task) if task else (sent["plan"].strip(), sent["task"].strip())


def mistaken(plans: Mapping[str, Plan], plan: str, task: str, *, is_other: bool) -> dict[str, Title]:
    """What is wrong with the name of a task; what is empty or misspelt the registry finds out."""
    if not plan or not task:
        return {}
    if plan in plans:
        return {} if any(one.id == task for one in plans[plan].tasks) else {"task": _NOT_IN_PLAN}
    return {} if is_other else {"plan": _NO_PLAN}


def title_of(desk: Desk, plans: Mapping[str, Plan], plan: str, task: str) -> str:
    """What people call a task; its id where no plan here has it."""
    found = (one.title for one in plans[plan].tasks if one.id == task) if plan in plans else iter(())
    return next((PlanWords(desk.speech).words(words) for words in found), task)
