"""The report on a plan: what the officer says of rows, its files, signing it off, and whether it still holds."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.noun_attachments import SAVED_ONLY
from gateway.api.noun_schemas import ID
from gateway.api.permission import allow
from gateway.api.plan_report_page import Sending, page_of
from gateway.api.plan_seen import AsOf, OnDay, PlanId, Seen, on_day, plan_seen, today_of
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.certificates.typesetting import NotInstalledError
from gateway.programme.report_content import Signature, given_of, plain, write_comments
from gateway.programme.report_files import report_file
from gateway.programme.report_keeping import NOUN, check_report, sign_report
from gateway.registry.catalogue import NOUNS
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title, WrongValueError
from gateway.reports.given import Kind

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
_TOO_EARLY = Title(
    "Ngày ký trước ngày của số liệu. Hãy ghi ngày {as_of} hoặc sau đó.",
    "It was signed before the day of its figures. Write {as_of} or later.",
)
_STILL_TO_COME = Title(
    "Ngày ký chưa tới. Hôm nay là {today}.", "That day is still to come. Today is {today}. Write a day that is over."
)
_NOT_YOURS = Title("Bạn không có quyền làm việc này. Hãy hỏi quản trị.", "You may not do this. Ask an administrator.")


@router.get("/{plan}/report", dependencies=[Reads])
def show_report(
    plan: PlanId, desk: TheDesk, evaluations: TheEvaluations, as_of: AsOf = "", kind: KindQuery = "yearly"
) -> HTMLResponse:
    """What the report will say of each row, its files, those that were signed off."""
    seen = plan_seen(desk, evaluations.plans, plan)
    return page_of(desk, evaluations, seen, on_day(desk, as_of), kind, Sending())


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
    stood = {name[2:]: sent[name] for name in sent.fields if name.startswith("w.")}
    # What was not touched is not sent on: meanwhile somebody else may have said something of it.
    typed = {about: sent[f"c.{about}"] for about in known if f"c.{about}" in sent.fields}
    typed = {about: text for about, text in typed.items() if about not in stood or plain(text) != plain(stood[about])}
    try:
        check_token(desk.request, sent)
        _meant(when)
        with desk.book.writing(desk.reader) as writing:
            write_comments(writing, seen.plan, when.day.year, typed, stood)
    except (AccessError, WrongValuesError, ForbiddenError, NoSuchRowError) as error:
        sending = Sending(comments=typed, problems={"": _told(error)})
        return page_of(desk, evaluations, seen, when, kind, sending, 422)
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
        HTTPException: 503, a library of the extra ``documents`` is not there; 422, the day is none, or still to come.
    """
    seen, when = plan_seen(desk, evaluations.plans, plan), on_day(desk, as_of)
    if when.problem:
        raise HTTPException(422, when.problem[desk.language])
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
        _meant(when)
        signature = _signature(desk, texts, when)
        evaluation = evaluations.of(desk.reader, plan, when.day, desk.now)
        others = dict(evaluations.plans)
        sign_report(desk.book, desk.engine, desk.reader, evaluation, kind, signature, others)
    except (AccessError, WrongValuesError, ForbiddenError, NoSuchRowError, NotInstalledError) as error:
        problems = dict(error.problems) if isinstance(error, WrongValuesError) else {"": _told(error)}
        return page_of(desk, evaluations, seen, when, kind, Sending(texts=texts, problems=problems), 422)
    return RedirectResponse(f"{_address(seen, when, kind)}#signed-reports", 303)


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
        return page_of(desk, evaluations, seen, when, kind, Sending(problems={"": _told(error)}), 422)
    return page_of(desk, evaluations, seen, when, kind, Sending(checked=(row, checked)))


def _signature(desk: Desk, texts: Mapping[str, str], when: OnDay) -> Signature:
    """What the form of a signature says; a report is signed from the day of its figures on, and not tomorrow.

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
    if "signed" not in problems and not when.day <= day <= when.today:
        days = {"as_of": desk.day(when.day.isoformat()), "today": desk.day(when.today.isoformat())}
        wrong = _TOO_EARLY if day < when.day else _STILL_TO_COME
        problems["signed"] = Title(wrong.vi.format(**days), wrong.en.format(**days))
    if problems:
        raise WrongValuesError(problems)
    return Signature(number=texts["number"], day=day, name=texts["name"])


def _meant(when: OnDay) -> None:
    """Nothing is written as of another day than the one that was meant.

    Raises:
        WrongValuesError: The day of the address is none, or still to come.
    """
    if when.problem:
        raise WrongValuesError({"": when.problem})


def _told(error: Exception) -> Title:
    """What is wrong, in words of both languages."""
    if isinstance(error, AccessError):
        return error.why
    if isinstance(error, WrongValuesError):
        return next(iter(error.problems.values()))
    return _NOT_YOURS if isinstance(error, ForbiddenError) else Title(str(error), str(error))


def _address(seen: Seen, when: OnDay, kind: str) -> str:
    return f"/plans/{seen.plan.id}/report?as_of={when.day.isoformat()}&kind={kind}"
