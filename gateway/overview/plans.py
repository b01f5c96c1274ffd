"""What plans need of whoever answers for them: tasks that are late, targets that are not met or cannot be said."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.indicators.results import State
from gateway.indicators.schema import Plan
from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.overview.programme import REPORT_DAYS, late_reports
from gateway.production.looking import Asked
from gateway.production.periods import today
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_tasks import concerns, provinces_in_force, task_standings
from gateway.registry.organisations import AgencyRow
from gateway.registry.roles import Action, Place, Reader


def late_tasks(asked: Asked, reader: Reader, evaluations: Evaluations) -> Need:
    """Tasks that are late by their plan; of those that no plan here has, what nobody has spoken of for a quarter."""
    plans = evaluations.plans
    known = {(plan.id, task.id) for plan in plans.values() for task in plan.tasks}
    others = [one for one in late_reports(asked, reader) if one[:2] not in known]
    items = [Item(f"{task} ({day})") for _, task, day in others]
    day = today(asked.now, asked.zone)
    for plan, place in _in_use(asked, plans.values()):
        titles = {task.id: task.title for task in plan.tasks}
        for its in task_standings(asked.engine, reader, plan, day):
            if its.is_late and concerns(reader, its, place):
                words = titles[its.task]
                address = f"/plans/{plan.id}/tasks?late=1#{its.task}" if _may_see(reader, place) else "/tasks?late=1"
                items.append(Item(words.vi, address, {"vi": words.vi, "en": words.en}))
    parts = {"days": REPORT_DAYS}
    return Need("late_tasks", ACT if items else FINE, len(items), tuple(items[:MOST_ITEMS]), "/tasks", parts)


def targets(asked: Asked, reader: Reader, evaluations: Evaluations) -> list[Need]:
    """Targets of plans in force that are not met, and those that cannot be said."""
    unmet, unsaid = list[Item](), list[Item]()
    day = today(asked.now, asked.zone)
    for plan, place in _in_use(asked, evaluations.plans.values()):
        if not reader.may(Action.WRITE, "programme", place):
            continue
        for its in evaluations.of(reader, plan.id, day, asked.now).result.indicators:
            words = plan.indicator(its.indicator).title
            item = Item(words.vi, f"/plans/{plan.id}/indicators/{its.indicator}", {"vi": words.vi, "en": words.en})
            if its.state is State.NOT_MET:
                unmet.append(item)
            elif its.state is State.CANNOT_BE_SAID:
                unsaid.append(item)
    return [
        Need("targets_unmet", ACT if unmet else FINE, len(unmet), tuple(unmet[:MOST_ITEMS]), "/plans"),
        Need("targets_unsaid", LOOK if unsaid else FINE, len(unsaid), tuple(unsaid[:MOST_ITEMS]), "/plans"),
    ]


def _in_use(asked: Asked, plans: Iterable[Plan]) -> list[tuple[Plan, Place]]:
    """Plans whose years the day lies in, each with its province, of provinces that have agencies in the registry.

    Of the others nobody reports here: five plans of strangers would fill the page of a new gateway.
    """
    its = AgencyRow
    with Session(asked.engine) as session:
        provinces = provinces_in_force(session)
        used = set(session.scalars(select(its.province).where(its.retired_at == 0, its.until == "").distinct()))
    year = today(asked.now, asked.zone).year
    found = [(plan, provinces.get(plan.province.code, "")) for plan in plans if plan.since <= year <= plan.until]
    return [(plan, Place(province=province)) for plan, province in found if province in used]


def _may_see(reader: Reader, place: Place) -> bool:
    return reader.may(Action.READ, "programme", place)
