"""Nonconforming work: what rests on what is in doubt, who decides, and what customers are told."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.instruments_pages import RowId, find_instrument
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.source import Zone
from gateway.laboratory.nonconforming import customers, decide, doubt_of, opened
from gateway.laboratory.resting import effects
from gateway.production.periods import today
from gateway.registry.laboratory import LaboratoryRow
from gateway.registry.laboratory_quality import CAUSES, OUTCOMES, NonconformingWorkRow
from gateway.registry.organisations import OrganisationRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False)

Reads = Depends(allow(Action.READ, "laboratory"))
Writes = Depends(allow(Action.WRITE, "laboratory"))
Decides = Depends(allow(Action.DECIDE, "laboratory"))
_NO_LABORATORY = Title(
    "Chủ phương tiện chưa có phòng thí nghiệm trong danh mục. Hãy thêm ở /registry/laboratories.",
    "Its owner has no laboratory in the list. Add one in /registry/laboratories.",
)


@router.post("/instruments/{row}/nonconforming", dependencies=[Writes])
def open_work(desk: TheDesk, sent: TheSent, row: RowId, zone: Zone) -> Response:
    """Open nonconforming work for a standard that failed, or for one of its certificates that was withdrawn.

    Raises:
        HTTPException: 404, there is no such instrument; 403, it may be seen only; 422, the page was old, or its owner
            has no laboratory.
    """
    day = today(desk.now, zone)
    with Session(desk.engine) as session:
        shown = find_instrument(session, desk.reader, row, day)
        if not desk.reader.may(Action.WRITE, "laboratory", shown.row.place):
            msg = f"{desk.reader.name}: may see this instrument and not do this. Ask the laboratory's staff."
            raise HTTPException(403, msg)
        try:
            check_token(desk.request, sent)
        except AccessError as error:
            raise HTTPException(422, error.why[desk.language]) from error
        values = opened(session, desk.reader, shown.row, sent["certificate"][:32], day.isoformat())
    if values is None:
        raise HTTPException(422, _NO_LABORATORY[desk.language])
    made = desk.book.make(desk.reader, "nonconforming_work", values)
    return RedirectResponse(f"/assurance/nonconforming/{made.id}", 303)


@router.get("/assurance/nonconforming/{row}", dependencies=[Reads])
def show_work(desk: TheDesk, row: RowId) -> HTMLResponse:
    """What is in doubt and everything that rests on it."""
    return _page(desk, row)


@router.post("/assurance/nonconforming/{row}/decide", dependencies=[Decides])
def decide_work(desk: TheDesk, sent: TheSent, row: RowId, zone: Zone) -> Response:
    """The decision, with its grounds and the name of who decides."""
    _find(desk, row)
    with Session(desk.engine) as session:
        if not desk.reader.may(Action.DECIDE, "laboratory", session.get_one(NonconformingWorkRow, row).place):
            msg = f"{desk.reader.name}: may see this and not decide it. Ask who authorises at the laboratory."
            raise HTTPException(403, msg)
    problems: Mapping[str, Title] = {}
    try:
        check_token(desk.request, sent)
        typed = {name: sent[name] for name in ("outcome", "why", "notified")}
        with desk.book.writing(desk.reader) as writing:
            decide(writing, row, typed, today(desk.now, zone))
    except AccessError as error:
        problems = {error.field or "": error.why}
    except WrongValuesError as error:
        problems = error.problems
    else:
        return RedirectResponse(f"/assurance/nonconforming/{row}", 303)
    return _page(desk, row, problems, {name: sent[name] for name in ("outcome", "why", "notified")})


@router.get("/assurance/nonconforming/{row}/notice", dependencies=[Reads])
def show_notice(desk: TheDesk, row: RowId) -> HTMLResponse:
    """A letter to each customer with the list of their certificates, to be printed."""
    work = _find(desk, row)
    with Session(desk.engine, expire_on_commit=False) as session:
        found = effects(session, desk.reader, doubt_of(work))
        laboratory = session.get_one(LaboratoryRow, work.laboratory)
        organisation = session.get_one(OrganisationRow, laboratory.organisation)
    context = {
        "work": work,
        "laboratory": laboratory,
        "organisation": organisation,
        "customers": customers(found.certificates),
        "outcomes": OUTCOMES,
    }
    return desk.page("instruments/notice.html", context)


def _find(desk: Desk, row: str) -> NonconformingWorkRow:
    with Session(desk.engine, expire_on_commit=False) as session:
        work = session.get(NonconformingWorkRow, row)
        if work is None or work.retired_at or not desk.reader.may(Action.READ, "laboratory", work.place):
            msg = f"nonconforming work {row[:12]}: is not there, or not yours. Look in /assurance."
            raise HTTPException(404, msg)
        return work


def _page(
    desk: Desk, row: str, problems: Mapping[str, Title] | None = None, typed: Mapping[str, str] | None = None
) -> HTMLResponse:
    work = _find(desk, row)
    with Session(desk.engine, expire_on_commit=False) as session:
        found = effects(session, desk.reader, doubt_of(work))
    context = {
        "work": work,
        "effects": found,
        "customers": customers(found.certificates),
        "causes": CAUSES,
        "outcomes": OUTCOMES,
        "problems": problems or {},
        "typed": typed or {"outcome": work.outcome, "why": work.why, "notified": desk.day(work.notified)},
        "may_decide": desk.reader.may(Action.DECIDE, "laboratory", work.place),
        "label": desk.label,
    }
    return desk.page("instruments/nonconforming.html", context, 422 if problems else 200)
