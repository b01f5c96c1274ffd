"""The report on a plan: what the officer says of rows, its files, signing it off, and whether it still holds."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, NamedTuple, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.noun_attachments import SAVED_ONLY
from gateway.api.noun_schemas import ID
from gateway.api.permission import allow
from gateway.api.plan_seen import AsOf, OnDay, PlanId, Seen, on_day, plan_seen, today_of
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.certificates.typesetting import NotInstalledError
from gateway.indicators.results import Evaluated
from gateway.indicators.schema import Indicator
from gateway.programme.evaluating import Evaluations
from gateway.programme.report_content import Signature, given_of, write_comments
from gateway.programme.report_files import FORMATS, report_file
from gateway.programme.report_keeping import NOUN, Checked, check_report, sign_report
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.documents import GZIP, Document
from gateway.registry.plan_records import REPORT_KINDS
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title, WrongValueError
from gateway.reports.given import Kind
from gateway.reports.wording import Words, words_of

router = APIRouter(include_in_schema=False, prefix="/plans")

Reads = Depends(allow(Action.READ, "programme"))
Writes = Depends(allow(Action.WRITE, "programme"))
Decides = Depends(allow(Action.DECIDE, "programme"))
Ending = Annotated[Literal["docx", "xlsx", "pdf"], Path()]
KindQuery = Annotated[Kind, Query()]
RowId = Annotated[str, Path(pattern=ID)]
_NO_NUMBER = Title(
    "Chưa có số báo cáo. Hãy ghi số, ví dụ 12/BC-SKHCN.", "There is no number. Write one, as 12/BC-SKHCN."
)
_NO_NAME = Title("Chưa có họ tên người ký. Hãy ghi họ tên.", "There is no name of who signs. Write it.")
_NOT_YOURS = Title("Bạn không có quyền làm việc này. Hãy hỏi quản trị.", "You may not do this. Ask an administrator.")


class Line(NamedTuple):
    """An indicator or a task, and what is said of it.

    Attributes:
        about: Its id.
        section: Of the plan.
        title: What it is called.
        told: How it stands.
        comment: What the officer says.
    """

    about: str
    section: str
    title: str
    told: str
    comment: str


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


@router.get("/{plan}/report", dependencies=[Reads])
def show_report(
    plan: PlanId, desk: TheDesk, evaluations: TheEvaluations, as_of: AsOf = "", kind: KindQuery = "yearly"
) -> HTMLResponse:
    """What the report will say of each row, its files, those that were signed off."""
    seen = plan_seen(desk, evaluations.plans, plan)
    return _page(desk, evaluations, seen, on_day(desk, as_of), kind, Sending())


@router.post("/{plan}/report/comments", dependencies=[Writes])
def keep_comments(
    plan: PlanId,
    desk: TheDesk,
    sent: TheSent,
    evaluations: TheEvaluations,
    as_of: AsOf = "",
    kind: KindQuery = "yearly",
) -> Response:
    """What the officer says of rows: kept for this year's reports, whenever they are made again."""
    seen, when = plan_seen(desk, evaluations.plans, plan), on_day(desk, as_of)
    known = {*(one.id for one in seen.plan.indicators), *(one.id for one in seen.plan.tasks)}
    typed = {name[2:]: sent[name] for name in sent.fields if name.startswith("c.") and name[2:] in known}
    try:
        check_token(desk.request, sent)
        with desk.book.writing(desk.reader) as writing:
            write_comments(writing, seen.plan, when.day.year, typed)
    except (AccessError, WrongValuesError, ForbiddenError, NoSuchRowError) as error:
        sending = Sending(comments=typed, problems={"": _told(error)})
        return _page(desk, evaluations, seen, when, kind, sending, 422)
    return RedirectResponse(f"{_address(seen, when, kind)}#comments", 303)


@router.get("/{plan}/report/draft.{ending}", dependencies=[Reads])
def read_draft(
    plan: PlanId,
    ending: Ending,
    desk: TheDesk,
    evaluations: TheEvaluations,
    as_of: AsOf = "",
    kind: KindQuery = "yearly",
) -> Response:
    """A file of the report as it stands, made anew.

    Raises:
        HTTPException: 503, a library of the extra ``documents`` is not there.
    """
    seen, when = plan_seen(desk, evaluations.plans, plan), on_day(desk, as_of)
    given = given_of(desk.engine, desk.reader, evaluations.of(desk.reader, plan, when.day, desk.now), kind)
    try:
        made = report_file(given, ending, desk.language)
    except NotInstalledError as error:
        raise HTTPException(503, str(error)) from error
    assert seen.plan.id == given.plan.id
    headers = SAVED_ONLY | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}"}
    return Response(made.content, headers=headers, media_type=made.media_type)


@router.post("/{plan}/report/sign", dependencies=[Decides])
def sign(
    plan: PlanId,
    desk: TheDesk,
    sent: TheSent,
    evaluations: TheEvaluations,
    as_of: AsOf = "",
    kind: KindQuery = "yearly",
) -> Response:
    """Sign the report off: its files and all that went into them are kept and change no more."""
    seen, when = plan_seen(desk, evaluations.plans, plan), on_day(desk, as_of)
    texts = {name: sent[name].strip() for name in ("number", "name", "signed")}
    try:
        check_token(desk.request, sent)
        signature = _signature(desk, texts)
        evaluation = evaluations.of(desk.reader, plan, when.day, desk.now)
        others = dict(evaluations.plans)
        sign_report(desk.book, desk.engine, desk.reader, evaluation, kind, signature, others)
    except (AccessError, WrongValuesError, ForbiddenError, NoSuchRowError, NotInstalledError) as error:
        problems = dict(error.problems) if isinstance(error, WrongValuesError) else {"": _told(error)}
        return _page(desk, evaluations, seen, when, kind, Sending(texts=texts, problems=problems), 422)
    return RedirectResponse(f"{_address(seen, when, kind)}#signed", 303)


@router.post("/{plan}/report/{row}/check", dependencies=[Reads])
def check(plan: PlanId, row: RowId, desk: TheDesk, sent: TheSent, evaluations: TheEvaluations) -> HTMLResponse:
    """Whether a signed report still comes out as it was.

    Raises:
        HTTPException: 404, there is no such report of this plan.
    """
    seen = plan_seen(desk, evaluations.plans, plan)
    entry = desk.entry(NOUNS[NOUN], row)
    if entry.values["plan"] != plan:
        raise HTTPException(404, f"report {row[:12]}: is not of the plan {plan}. Go back to its page.")
    when = on_day(desk, str(entry.values["as_of"]))
    kind = cast("Kind", entry.values["kind"])
    try:
        check_token(desk.request, sent)
        checked = check_report(desk.engine, desk.reader, row)
    except (AccessError, NoSuchRowError) as error:
        return _page(desk, evaluations, seen, when, kind, Sending(problems={"": _told(error)}), 422)
    return _page(desk, evaluations, seen, when, kind, Sending(checked=(row, checked)))


def _signature(desk: Desk, texts: Mapping[str, str]) -> Signature:
    """What the form of a signature says.

    Raises:
        WrongValuesError: Something is missing, or the day is none.
    """
    problems: dict[str, Title] = {}
    if not texts["number"]:
        problems["number"] = _NO_NUMBER
    if not texts["name"]:
        problems["name"] = _NO_NAME
    day = today_of(desk)
    if texts["signed"]:
        try:
            day = date.fromisoformat(str(NOUNS[NOUN].fields()["signed"].read(texts["signed"])))
        except WrongValueError as error:
            problems["signed"] = error.why
    if problems:
        raise WrongValuesError(problems)
    return Signature(number=texts["number"], day=day, name=texts["name"])


def _told(error: Exception) -> Title:
    """What is wrong, in words of both languages."""
    if isinstance(error, AccessError):
        return error.why
    if isinstance(error, WrongValuesError):
        return next(iter(error.problems.values()))
    return _NOT_YOURS if isinstance(error, ForbiddenError) else Title(str(error), str(error))


def _address(seen: Seen, when: OnDay, kind: str) -> str:
    return f"/plans/{seen.plan.id}/report?as_of={when.day.isoformat()}&kind={kind}"


def _page(
    desk: Desk, evaluations: Evaluations, seen: Seen, when: OnDay, kind: Kind, sending: Sending, status: int = 200
) -> HTMLResponse:
    evaluation = evaluations.of(desk.reader, seen.plan.id, when.day, desk.now)
    given = given_of(desk.engine, desk.reader, evaluation, kind)
    comments = dict(given.comments) | dict(sending.comments)
    say, language = words_of(desk.language), desk.language
    results = {one.indicator: one for one in evaluation.result.indicators}
    standings = {one.task: one for one in given.tasks}
    indicators = [
        Line(
            of.id,
            of.section,
            of.title.model_dump()[language],
            _result_told(say, results[of.id], of),
            comments.get(of.id, ""),
        )
        for of in seen.plan.indicators
    ]
    tasks = [
        Line(
            of.id,
            of.section,
            of.title.model_dump()[language],
            say(f"task.{standings[of.id].state}"),
            comments.get(of.id, ""),
        )
        for of in seen.plan.tasks
    ]
    context = {
        "seen": seen,
        "plan": seen.plan,
        "when": when,
        "kind": kind,
        "kinds": REPORT_KINDS,
        "query": f"?as_of={when.day.isoformat()}&kind={kind}",
        "indicators": indicators,
        "tasks": tasks,
        "formats": tuple(FORMATS),
        "signed": _signed(desk, seen),
        "sending": sending,
        "made_up": evaluation.result.made_up,
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
