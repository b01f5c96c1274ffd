"""Tasks of the plans: how far each is, who has not reported, and the form in which an agency says it."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.plan_telling import PlanWords
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk, is_id
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.registry_pages.telling import typed
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.task_choices import choices, meant, mistaken, title_of
from gateway.api.task_states import MONEY, MONTHS, MOST_AGENCIES, TaskId, agencies_of, newest, quarter_began
from gateway.indicators.schema import Plan
from gateway.programme.telling import gap_told
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.tasks import SOURCES, STATES
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

router = APIRouter(include_in_schema=False, prefix="/tasks")

_PROGRESS = ("state", "told", "document_number", "document_date", "date")


class Report(NamedTuple):
    """The form of a task.

    Attributes:
        agency: Whose.
        plan: Of which plan.
        task: Which.
        year: Of its money.
        texts: Field, or ``source.field`` -> what stands in it.
        problems: The same -> what is wrong with it; the empty name: with the whole.
    """

    agency: Entry
    plan: str
    task: str
    year: int
    texts: Mapping[str, str]
    problems: Mapping[str, Title] = {}


Id = Annotated[str, Query(max_length=32)]
Name = Annotated[str, Query(max_length=63)]
Reads = Depends(allow(Action.READ, "task"))
Writes = Depends(allow(Action.WRITE, "task"))


@router.get("", dependencies=[Reads])
def show_tasks(
    desk: TheDesk,
    evaluations: TheEvaluations,
    agency: Id = "",
    late: Annotated[bool, Query()] = False,  # noqa: FBT002  a query parameter
) -> HTMLResponse:
    """The tasks of whoever asks: of their agency, or of all agencies of a province."""
    today = desk.speech.local(desk.now).date()
    began, quarter = quarter_began(today), (today.month + 2) // MONTHS
    agencies = agencies_of(desk, began, today, evaluations.plans)
    shown = [one for one in agencies if agency in ("", one.entry.id)]
    silent = [one for one in agencies if one.tasks and one.last_day < began.isoformat()]
    tasks = [(one, task) for one in shown for task in one.tasks if task.is_late or not late]
    context = {
        "agencies": agencies,
        "chosen": shown[0] if len(shown) == 1 else None,
        "tasks": sorted(tasks, key=lambda pair: not pair[1].is_late),
        "late": late,
        "late_count": sum(one.late for one in shown),
        "silent": silent,
        "without": [one for one in agencies if not one.tasks],
        "quarter": Title(f"quý {quarter}/{today.year}", f"Q{quarter} {today.year}"),
        "began": began.isoformat(),
        "states": STATES,
        "words": PlanWords(desk.speech),
        "gap_told": gap_told,
        "may_write": desk.may_write(NOUNS["task_progress"]),
        "may_add_agency": desk.may_write(NOUNS["agency"]),
    }
    return desk.page("tasks/index.html", context)


@router.get("/report", dependencies=[Writes])
def show_report(
    desk: TheDesk, evaluations: TheEvaluations, agency: Id = "", plan: Name = "", task: Name = ""
) -> HTMLResponse:
    """What is to be said of a task; it begins with what was said last."""
    at = _agency(desk, agency)
    today = desk.speech.local(desk.now).date()
    texts = {"date": desk.day(today.isoformat())}
    last = _last(desk, TaskId(at.id, plan, task)) if plan and task else None
    if last is not None:
        texts["state"] = str(last.values["state"])
        if last.values["date"] == today.isoformat():
            texts |= {name: _typed(desk, last, name) for name in _PROGRESS}
    for source, row in _money_rows(desk, TaskId(at.id, plan, task), today.year).items():
        texts |= {f"{source}.{name}": _typed(desk, row, name) for name in MONEY}
    return _form(desk, evaluations.plans, Report(at, plan, task, today.year, texts))


@router.post("/report", dependencies=[Writes])
def write_report(desk: TheDesk, evaluations: TheEvaluations, sent: TheSent, agency: Id = "") -> Response:
    """Progress and money together, or nothing."""
    at = _agency(desk, agency)
    names = [*_PROGRESS, *(f"{source}.{name}" for source in SOURCES for name in MONEY)]
    year = desk.speech.local(desk.now).year
    report = Report(at, *meant(sent), year, {name: sent[name] for name in (*names, "is_other")})
    problems = mistaken(evaluations.plans, report.plan, report.task, is_other=bool(sent["is_other"]))
    try:
        check_token(desk.request, sent)
        with desk.book.writing(desk.reader) as writing:
            row = _write_progress(desk, writing, report, problems)
            _write_money(desk, writing, report, problems)
            if problems:
                raise WrongValuesError(problems)
    except AccessError as error:
        problems = {"": error.why}
    except WrongValuesError as error:
        problems = error.problems
    except ForbiddenError:
        problems = {"": FORBIDDEN}
    else:
        return RedirectResponse(f"/registry/{NOUNS['task_progress'].path()}/{row}#documents", 303)
    return _form(desk, evaluations.plans, report._replace(problems=problems))


def _agency(desk: Desk, row: str) -> Entry:
    """The agency that reports: the one that is named, or the only one for which whoever asks may."""
    if is_id(row):
        entry = desk.entry(NOUNS["agency"], row)
        if not desk.reader.may(Action.READ, "task", entry.place):
            raise HTTPException(404, f"agency {row[:12]}: is not known, or not yours. Go back to the list.")
        if desk.reader.may(Action.WRITE, "task", entry.place):
            return entry
        raise HTTPException(403, f"{desk.reader.name}: may not report for this agency. Ask an administrator.")
    own = [
        one
        for one in desk.book.page(desk.reader, "agency", Asked(limit=MOST_AGENCIES)).entries
        if desk.reader.may(Action.WRITE, "task", one.place)
    ]
    if not own:
        raise HTTPException(404, "agency: there is none for which you report. Ask an administrator.")
    return own[0]


def _last(desk: Desk, task: TaskId) -> Entry | None:
    rows = desk.book.all(desk.reader, "task_progress", Asked(where=task._asdict()))
    return newest(rows).get(task)


def _money_rows(desk: Desk, task: TaskId, year: int) -> dict[str, Entry]:
    """Source -> row of this year."""
    found = desk.book.all(desk.reader, "task_money", Asked(where=task._asdict() | {"year": year}))
    return {str(one.values["source"]): one for one in found}


def _typed(desk: Desk, row: Entry, name: str) -> str:
    return typed(desk.language, NOUNS[row.noun].fields()[name], row.values[name])


def _write_progress(desk: Desk, writing: Writing, report: Report, problems: dict[str, Title]) -> str:
    """The row of this task and day: a new one, or the one that is there; empty where its values are wrong."""
    values: dict[str, object] = {name: report.texts[name] for name in _PROGRESS}
    values |= {"agency": report.agency.id, "province": report.agency.values["province"]}
    values |= {"plan": report.plan, "task": report.task}
    same = _last(desk, TaskId(report.agency.id, report.plan.strip(), report.task.strip()))
    day = NOUNS["task_progress"].fields()["date"].read(report.texts["date"]) if _is_day(report) else ""
    try:
        if same is not None and same.values["date"] == day:
            return writing.change("task_progress", same.id, values, None).id
        return writing.make("task_progress", values).id
    except WrongValuesError as error:
        problems.update(error.problems)
        return ""


def _is_day(report: Report) -> bool:
    try:
        return bool(NOUNS["task_progress"].fields()["date"].read(report.texts["date"]))
    except ValueError:
        return False


def _write_money(desk: Desk, writing: Writing, report: Report, problems: dict[str, Title]) -> None:
    kept = _money_rows(desk, TaskId(report.agency.id, report.plan.strip(), report.task.strip()), report.year)
    for source in SOURCES:
        said: dict[str, object] = {name: report.texts[f"{source}.{name}"] for name in MONEY}
        if not any(said.values()) and source not in kept:
            continue
        values = said | {"agency": report.agency.id, "province": report.agency.values["province"]}
        values |= {"plan": report.plan, "task": report.task, "year": report.year, "source": source}
        try:
            if source in kept:
                writing.change("task_money", kept[source].id, values, None)
            else:
                writing.make("task_money", values)
        except WrongValuesError as error:
            # What is wrong with the task itself is told once, beside its own field.
            of_money = {name: why for name, why in error.problems.items() if name in MONEY}
            problems.update({f"{source}.{name}": why for name, why in of_money.items()})
            if not problems:
                problems[""] = next(iter(error.problems.values()))


def _form(desk: Desk, plans: Mapping[str, Plan], report: Report) -> HTMLResponse:
    rows = desk.book.all(desk.reader, "task_progress", Asked(where={"agency": report.agency.id}))
    chosen = choices(desk, plans, str(report.agency.values["province"]))
    context = {
        "report": report,
        "fields": NOUNS["task_progress"].fields(),
        "money": {name: NOUNS["task_money"].fields()[name].title for name in MONEY},
        "states": STATES,
        "sources": SOURCES,
        "plans": sorted({str(row.values["plan"]) for row in rows}),
        "choices": chosen,
        "is_listed": any(f"{report.plan}/{report.task}" == value for one in chosen for value, _ in one.tasks),
        "title": title_of(desk, plans, report.plan, report.task),
        "others": [why for name, why in report.problems.items() if name in ("", "agency", "province")],
    }
    return desk.page("tasks/report.html", context, 422 if report.problems else 200)
