"""The page of a report on a plan: what it will say of each row, its files, those that were signed off."""

from collections.abc import Mapping
from typing import NamedTuple

from fastapi.responses import HTMLResponse

from gateway.api.plan_seen import OnDay, Seen
from gateway.api.registry_pages.desk import Desk
from gateway.indicators.results import Evaluated
from gateway.indicators.schema import Indicator, Task
from gateway.programme.evaluating import Evaluations
from gateway.programme.report_content import given_of
from gateway.programme.report_files import FORMATS
from gateway.programme.report_keeping import NOUN, Checked
from gateway.registry.book import Asked, Entry
from gateway.registry.documents import GZIP, Document
from gateway.registry.plan_records import REPORT_KINDS
from gateway.registry.roles import Action
from gateway.registry.texts import Title
from gateway.reports.given import Kind
from gateway.reports.wording import Words, words_of


class Line(NamedTuple):
    """An indicator or a task, and what is said of it.

    Attributes:
        about: Its id.
        section: Of the plan.
        title: What it is called.
        told: How it stands.
        comment: What the officer says, or has typed.
        kept: What is kept of it.
    """

    about: str
    section: str
    title: str
    told: str
    comment: str
    kept: str


class Signed(NamedTuple):
    """A report that was signed off, with its files."""

    entry: Entry
    documents: list[Document]


class Sending(NamedTuple):
    """What was sent and what is wrong with it.

    Attributes:
        comments: Id of a row -> what was typed.
        texts: Fields of the signature.
        problems: Field -> what is wrong; the empty name: with the whole.
        checked: Of the report that was checked; None: none was.
    """

    comments: Mapping[str, str] = {}
    texts: Mapping[str, str] = {}
    problems: Mapping[str, Title] = {}
    checked: tuple[str, Checked] | None = None


def page_of(
    desk: Desk, evaluations: Evaluations, seen: Seen, when: OnDay, kind: Kind, sending: Sending, status: int = 200
) -> HTMLResponse:
    """The page, with what was sent and what is wrong with it."""
    evaluation = evaluations.of(desk.reader, seen.plan.id, when.day, desk.now)
    given = given_of(desk.engine, desk.reader, evaluation, kind)
    comments = dict(given.comments) | dict(sending.comments)
    say, language = words_of(desk.language), desk.language
    results = {one.indicator: one for one in evaluation.result.indicators}
    standings = {one.task: one for one in given.tasks}

    def line(of: Indicator | Task, told: str) -> Line:
        title = of.title.model_dump()[language]
        return Line(of.id, of.section, title, told, comments.get(of.id, ""), given.comments.get(of.id, ""))

    context = {
        "seen": seen,
        "plan": seen.plan,
        "when": when,
        "kind": kind,
        "kinds": REPORT_KINDS,
        "query": f"?as_of={when.day.isoformat()}&kind={kind}",
        "indicators": [line(of, _result_told(say, results[of.id], of)) for of in seen.plan.indicators],
        "tasks": [line(of, say(f"task.{standings[of.id].state}")) for of in seen.plan.tasks],
        "formats": tuple(FORMATS),
        "signed": _signed(desk, seen),
        "sending": sending,
        "may_decide": bool(seen.place.province) and desk.reader.may(Action.DECIDE, "programme", seen.place),
        "is_registered": bool(seen.place.province),
    }
    return desk.page("plans/report.html", context, status)


def _result_told(say: Words, one: Evaluated, of: Indicator) -> str:
    """Value and state of an indicator, as the report has them."""
    if one.value is None:
        return say.state(one)
    unit = say.unit(of) if of.unit != "milestone" else ""
    return f"{say.value(one.value, of)} {unit}".strip() + f" · {say.state(one)}"


def _signed(desk: Desk, seen: Seen) -> list[Signed]:
    """The newest first."""
    rows = desk.book.all(desk.reader, NOUN, Asked(where={"plan": seen.plan.id}))
    found = [
        Signed(
            one,
            sorted(desk.documents.of(desk.reader, NOUN, one.id), key=lambda its: (its.media_type == GZIP, its.file)),
        )
        for one in rows
        if one.values["is_signed"]
    ]
    return sorted(found, key=lambda one: str(one.entry.values["as_of"]), reverse=True)
