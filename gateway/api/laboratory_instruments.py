"""How an instrument drifts, as chart and table; its interval, decided by a person; the calendar of due days."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from sqlalchemy.orm import Session
from starlette.requests import Request

from gateway.access import tokens
from gateway.access.refusals import AccessError
from gateway.api.calendar_addresses import CALENDAR_DAYS, reader_at
from gateway.api.instruments_pages import Reads, RowId, courses_of, find_instrument, page_of
from gateway.api.laboratory_pictures import of_course, plain
from gateway.api.permission import allow, in_person
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.sheets import Language, Sheet, harmless
from gateway.api.source import Now, TheService, Zone
from gateway.laboratory.calendar_feed import LIMITS, calendar
from gateway.laboratory.drift import PROBABILITY, Course
from gateway.laboratory.due import worklist
from gateway.production.periods import today
from gateway.registry import transaction
from gateway.registry.laboratory import INTERVAL_METHODS
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False)

TokenId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Writes = Depends(allow(Action.WRITE, "laboratory"))
NO_REASON = Title("Chưa có lý do. Hãy ghi vì sao chọn chu kỳ này.", "There is no reason. Say why this interval.")
_HEADING = ("date", "channel", "nominal", "unit", "state", "error", "U", "k", "certificate", "mpe")


@router.get("/instruments/{row}/drift", dependencies=[Reads])
def show_drift(desk: TheDesk, row: RowId, zone: Zone, point: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
    """Errors of one point over the years with their uncertainties, and until when they stay permitted."""
    with Session(desk.engine) as session:
        shown = find_instrument(session, desk.reader, row, today(desk.now, zone))
        points = courses_of(session, desk.reader, shown.row)
    chosen = points[min(point, len(points) - 1)] if points else None
    # The due day is written beside the chart also where it lies far behind it.
    context = {
        "one": shown.row,
        "due": shown.due,
        "courses": points,
        "chosen": chosen,
        "at": min(point, max(0, len(points) - 1)),
        "chart": of_course(chosen, shown.due.day) if chosen else None,
        "probability": PROBABILITY,
        "plain": plain(desk.speech),
    }
    return desk.page("instruments/drift.html", context)


@router.get("/instruments/{row}/drift.csv", dependencies=[Reads])
def read_drift(desk: TheDesk, row: RowId, zone: Zone, language: Language = "vi") -> StreamingResponse:
    """Every error that was found, by point and day."""
    with Session(desk.engine) as session:
        shown = find_instrument(session, desk.reader, row, today(desk.now, zone))
        points = courses_of(session, desk.reader, shown.row)
    sheet = Sheet(language, zone)
    return sheet.answer(sheet.lines(_HEADING, _lines(points, sheet)), f"drift_{row[:12]}", desk.now)


@router.post("/instruments/{row}/interval", dependencies=[Writes])
def decide_interval(desk: TheDesk, sent: TheSent, row: RowId, zone: Zone) -> Response:
    """An interval, by which method, and why: decided by whoever asks, kept with their name in the history."""
    day = today(desk.now, zone)
    with Session(desk.engine, expire_on_commit=False) as session:
        shown = find_instrument(session, desk.reader, row, day)
        may_not = not desk.reader.may(Action.WRITE, "laboratory", shown.row.place)
        if may_not:
            msg = f"{desk.reader.name}: may see this instrument and not change it. Ask an administrator."
            raise HTTPException(403, msg)
        try:
            check_token(desk.request, sent)
            _write_interval(desk, row, sent["months"], sent["method"], sent["why"].strip())
        except AccessError as error:
            return page_of(desk, session, shown, day, error.why[desk.language], 422)
        except WrongValuesError as error:
            problem = next(iter(error.problems.values()))[desk.language]
            return page_of(desk, session, shown, day, problem, 422)
    return RedirectResponse(f"/instruments/{row}#interval", 303)


@router.get("/assurance/calendar", dependencies=[Depends(in_person), Reads])
def show_calendar(desk: TheDesk) -> HTMLResponse:
    """How to see due days in a calendar of one's own."""
    return _calendar_page(desk)


@router.post("/assurance/calendar", dependencies=[Depends(in_person), Reads])
def make_calendar(desk: TheDesk, sent: TheSent) -> HTMLResponse:
    """An address for a calendar program; it is told this once."""
    try:
        check_token(desk.request, sent)
        with transaction(desk.engine) as session:
            title = desk.speech("assurance.calendar_name")
            _, secret = tokens.make_token(session, desk.reader, desk.now, title, LIMITS, CALENDAR_DAYS)
    except AccessError as error:
        return _calendar_page(desk, problem=error.why[desk.language], status=422)
    return _calendar_page(desk, f"{str(desk.request.base_url).rstrip('/')}/calendar/{secret}.ics")


@router.post("/assurance/calendar/{token_id}/revoke", dependencies=[Depends(in_person), Reads])
def revoke_calendar(desk: TheDesk, sent: TheSent, token_id: TokenId) -> Response:
    """Take an address back: who still asks for it gets nothing."""
    try:
        check_token(desk.request, sent)
    except AccessError as error:
        return _calendar_page(desk, problem=error.why[desk.language], status=422)
    with transaction(desk.engine) as session:
        tokens.revoke_token(session, desk.reader, desk.now, desk.reader.account, token_id)
    return RedirectResponse("/assurance/calendar", 303)


@router.get("/calendar/{secret}.ics")
def read_calendar(
    request: Request, service: TheService, now: Now, zone: Zone, secret: Annotated[str, Path(max_length=200)]
) -> Response:
    """The due days of whoever's address this is.

    Raises:
        HTTPException: 404, the address holds no more, or never did.
    """
    reader, speech = reader_at(request, secret, LIMITS, "/assurance/calendar")
    with Session(service.engine) as session:
        due = worklist(session, reader, today(now, zone))
    words = {name: speech.words[f"assurance.calendar_{name}"] for name in ("name", "due", "why")}
    body = calendar(due, str(request.base_url).rstrip("/"), now, words)
    return Response(body, media_type="text/calendar; charset=utf-8")


def _calendar_page(desk: Desk, address: str = "", problem: str = "", status: int = 200) -> HTMLResponse:
    with Session(desk.engine) as session:
        mine = [one for one in tokens.tokens_of(session, desk.reader.account) if one.holds(desk.now)]
    context = {
        "address": address,
        "problem": problem,
        "tokens": [one for one in mine if one.limits == LIMITS],
        "days": CALENDAR_DAYS,
    }
    return desk.page("instruments/calendar.html", context, status)


def _write_interval(desk: Desk, row: str, months: str, method: str, why: str) -> None:
    if not why:
        raise AccessError(NO_REASON.vi, NO_REASON.en, "why")
    values = {"interval_months": months, "interval_method": method}
    told = f"{INTERVAL_METHODS[method][desk.language]}: {why}" if method in INTERVAL_METHODS else why
    desk.book.change(desk.reader, "instrument", row, values, None, told[:500])


def _lines(points: list[Course], sheet: Sheet) -> Iterator[list[str]]:
    for one in sorted(points, key=lambda its: its.at):
        for result in sorted((*one.results, *one.checks), key=lambda its: its.on):
            yield [
                result.on.isoformat(),
                one.at.channel,
                sheet.number(one.at.nominal),
                harmless(one.at.unit),
                result.state if result.number else "check",
                sheet.number(result.error),
                sheet.number(result.expanded),
                sheet.number(result.coverage_factor),
                harmless(result.number),
                sheet.number(one.mpe),
            ]
