"""What plans need of whoever answers for them: late tasks, targets that are not met, records that lack a document.

Decision: a record lacks a document when an evaluation left it out for that reason, and not otherwise.
Because: a certificate is its own proof, a class proves its attendances; whoever is asked for more stops reading.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.indicators.counted import COUNTED
from gateway.indicators.deadlines import Deadline, deadlines
from gateway.indicators.facts import Facts, Record
from gateway.indicators.results import Ref, State
from gateway.indicators.schema import Plan
from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.overview.programme import REPORT_DAYS, dated, late_reports
from gateway.production.looking import Asked
from gateway.production.periods import today
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_tasks import concerns, provinces_in_force, task_standings
from gateway.programme.working_days import WorkingDays
from gateway.registry.nouns import NOUNS
from gateway.registry.organisations import AgencyRow
from gateway.registry.roles import Action, Place, Reader
from gateway.registry.texts import label_told

_YEAR = timedelta(days=365)
_NO_DOCUMENT = "no_document"


class Standing(NamedTuple):
    """How far a plan is.

    Attributes:
        plan: Which.
        counts: State -> how many indicators are in it.
        next: The next report that is due; None: none within a year.
    """

    plan: Plan
    counts: Counter[State]
    next: Deadline | None


def late_tasks(asked: Asked, reader: Reader, evaluations: Evaluations) -> Need:
    """Tasks that are late by their plan; of those that no plan here has, what nobody has spoken of for a quarter."""
    plans = evaluations.plans
    known = {(plan.id, task.id) for plan in plans.values() for task in plan.tasks}
    others = [one for one in late_reports(asked, reader) if one[:2] not in known]
    items = [dated(task, day) for _, task, day in others]
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


def standings(asked: Asked, reader: Reader, evaluations: Evaluations) -> list[Standing]:
    """How far each plan in force is of the provinces whose records they may see."""
    day, found = today(asked.now, asked.zone), []
    for plan, place in _in_use(asked, evaluations.plans.values()):
        if _may_see(reader, place):
            result = evaluations.of(reader, plan.id, day, asked.now).result
            due = deadlines(plan, day, day + _YEAR, WorkingDays())
            counts = Counter(its.state for its in result.indicators)
            found.append(Standing(plan, counts, next((one for one in due if one.last), None)))
    return found


def without_proof(asked: Asked, reader: Reader, evaluations: Evaluations) -> Need:
    """Records that some plan in force leaves out until a document proves them."""
    day, found = today(asked.now, asked.zone), dict[Ref, Facts]()
    for plan, place in _in_use(asked, evaluations.plans.values()):
        if not reader.may(Action.WRITE, "programme", place):
            continue
        done = evaluations.of(reader, plan.id, day, asked.now)
        bare = {one.ref for its in done.result.indicators for one in its.not_counted if one.why.code == _NO_DOCUMENT}
        found |= dict.fromkeys(_wanting(bare, done.facts), done.facts)
    refs = sorted(found)
    items = tuple(_lacking(ref, found[ref]) for ref in refs[:MOST_ITEMS])
    return Need("without_proof", LOOK if refs else FINE, len(refs), items, "/records")


def _wanting(bare: set[Ref], facts: Facts) -> set[Ref]:
    """Where the documents are to be entered: at the records, or at what they are proven by."""
    found = set()
    for noun in {ref.noun for ref in bare}:
        link, _, behind = COUNTED[noun].proof.partition(".")
        ids = {ref.id for ref in bare if ref.noun == noun}
        if not behind:
            found |= {Ref(noun=noun, id=row) for row in ids}
            continue
        to, of = COUNTED[noun].links[link], (one for one in facts.records.get(noun, ()) if one.id in ids)
        found |= {Ref(noun=to, id=str(one.values[link])) for one in of if one.values.get(link)}
    return found


def _lacking(ref: Ref, facts: Facts) -> Item:
    record = _record(facts, ref.noun, ref.id)
    whose = str(record.values.get("organisation") or "") if record else ""
    organisation = _record(facts, "organisation", whose) if whose else None
    label = " · ".join(one.label for one in (organisation, record) if one and one.label) or ref.id[:12]
    title = NOUNS[ref.noun].noun.title
    titles = {language: f"{title[language]}: {label_told(language, label)}" for language in ("vi", "en")}
    return Item(label, f"/registry/{NOUNS[ref.noun].path()}/{ref.id}/change", titles)


def _record(facts: Facts, noun: str, row: str) -> Record | None:
    return next((one for one in facts.records.get(noun, ()) if one.id == row), None)


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
