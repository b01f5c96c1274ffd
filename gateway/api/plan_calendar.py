"""When reports on plans are due: a page, a calendar that programs subscribe to, and who was reminded."""

from datetime import date, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from gateway.access import tokens
from gateway.access.refusals import AccessError
from gateway.api.calendar_addresses import CALENDAR_DAYS, reader_at
from gateway.api.permission import allow, in_person
from gateway.api.plan_seen import Seen, plans_seen, today_of
from gateway.api.plans_source import TheEvaluations
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.source import Now, TheService, Zone
from gateway.icalendar import Event, icalendar
from gateway.indicators.deadlines import Deadline, deadlines
from gateway.indicators.schema import Plan
from gateway.production.periods import today
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_reminders import STAGES
from gateway.programme.working_days import WorkingDays
from gateway.registry import transaction
from gateway.registry.book import Entry
from gateway.registry.organisations import ProvinceRow
from gateway.registry.roles import Action, Place, Reader

router = APIRouter(include_in_schema=False)

LIMITS = frozenset({("programme", Action.READ)})
"""What the token of a calendar may do."""
_AHEAD_DAYS, _BEHIND_DAYS = 400, 30
_FEED_DAYS = 800
"""So far ahead a calendar program is told."""
_MOST_REMINDERS = 50
TokenId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Reads = Depends(allow(Action.READ, "programme"))


class Due(NamedTuple):
    """A deadline of a plan.

    Attributes:
        seen: The plan.
        deadline: What, and when.
        days: From today to the last working day that is in time; below zero: it is over; None: no day is set.
        is_certain: The holidays of its year are known.
    """

    seen: Seen
    deadline: Deadline
    days: int | None
    is_certain: bool


@router.get("/plans/calendar", dependencies=[Depends(in_person), Reads])
def show_calendar(desk: TheDesk, evaluations: TheEvaluations) -> HTMLResponse:
    """What is due on the plans of their provinces, and how to see it in a calendar of one's own."""
    return _page(desk, evaluations)


@router.post("/plans/calendar", dependencies=[Depends(in_person), Reads])
def make_calendar(desk: TheDesk, sent: TheSent, evaluations: TheEvaluations) -> HTMLResponse:
    """An address for a calendar program; it is told this once."""
    try:
        check_token(desk.request, sent)
        with transaction(desk.engine) as session:
            title = desk.speech("plan_reports.calendar_name")
            _, secret = tokens.make_token(session, desk.reader, desk.now, title, LIMITS, CALENDAR_DAYS)
    except AccessError as error:
        return _page(desk, evaluations, problem=error.why[desk.language], status=422)
    return _page(desk, evaluations, f"{str(desk.request.base_url).rstrip('/')}/calendar/plans/{secret}.ics")


@router.post("/plans/calendar/{token_id}/revoke", dependencies=[Depends(in_person), Reads])
def revoke_calendar(desk: TheDesk, sent: TheSent, token_id: TokenId, evaluations: TheEvaluations) -> Response:
    """Take an address back: who still asks for it gets nothing."""
    try:
        check_token(desk.request, sent)
    except AccessError as error:
        return _page(desk, evaluations, problem=error.why[desk.language], status=422)
    with transaction(desk.engine) as session:
        tokens.revoke_token(session, desk.reader, desk.now, desk.reader.account, token_id)
    return RedirectResponse("/plans/calendar", 303)


@router.get("/calendar/plans/{secret}.ics")
def read_calendar(
    request: Request,
    service: TheService,
    now: Now,
    zone: Zone,
    evaluations: TheEvaluations,
    secret: Annotated[str, Path(max_length=200)],
) -> Response:
    """The deadlines of whoever's address this is.

    Raises:
        HTTPException: 404, the address holds no more, or never did.
    """
    reader, speech = reader_at(request, secret, LIMITS, "/plans/calendar")
    day, base = today(now, zone), str(request.base_url).rstrip("/")
    working = WorkingDays()
    with Session(service.engine) as session:
        theirs = _plans_of(session, reader, evaluations)
    found = (
        _event(one, plan, base, speech.language, speech.words["plan_reports.calendar_why"])
        for plan in theirs
        for one in deadlines(plan, day - timedelta(days=_BEHIND_DAYS), day + timedelta(days=_FEED_DAYS), working)
        if one.last
    )
    return Response(
        icalendar(speech.words["plan_reports.calendar_name"], "plans", found, now),
        media_type="text/calendar; charset=utf-8",
    )


def _event(one: Deadline, plan: Plan, base: str, language: str, why: str) -> Event:
    last, ready = (f"{day:%d/%m/%Y}" if language == "vi" else str(day) for day in (one.last, one.ready))
    to = ", ".join(one.recipients[language])
    told = why.format(plan=plan.title.model_dump()[language], last=last, ready=ready, to=to)
    assert one.last is not None
    assert one.ready is not None
    alarms = tuple(days for days in STAGES if days)
    # The event stands on the last working day: whoever acts on the calendar is then in time.
    return Event(
        f"{one.duty}-{one.last.year}", one.ready, one.title[language], told, f"{base}/plans/{plan.id}/report", alarms
    )


def _plans_of(session: Session, reader: Reader, evaluations: Evaluations) -> list[Plan]:
    its = ProvinceRow
    rows = session.execute(select(its.code, its.id).where(its.retired_at == 0, its.until == "")).all()
    provinces = {row.code: row.id for row in rows}
    places = {one.id: Place(province=provinces.get(one.province.code, "")) for one in evaluations.plans.values()}
    return [one for one in evaluations.plans.values() if reader.may(Action.READ, "programme", places[one.id])]


def _page(
    desk: Desk, evaluations: Evaluations, address: str = "", problem: str = "", status: int = 200
) -> HTMLResponse:
    day, working = today_of(desk), WorkingDays()
    with Session(desk.engine) as session:
        mine = [one for one in tokens.tokens_of(session, desk.reader.account) if one.holds(desk.now)]
    found = [
        _due(seen, one, day, working)
        for seen in plans_seen(desk, evaluations.plans.values())
        if seen.goes_on or seen.plan.until == day.year - 1
        for one in deadlines(seen.plan, day - timedelta(days=_BEHIND_DAYS), day + timedelta(days=_AHEAD_DAYS), working)
    ]
    context = {
        "due": sorted((one for one in found if one.deadline.last), key=lambda one: one.deadline.last or date.max),
        "dayless": [one for one in found if one.deadline.last is None],
        "today": day,
        "reminders": _reminders(desk),
        "address": address,
        "problem": problem,
        "tokens": [one for one in mine if one.limits == LIMITS],
        "days": CALENDAR_DAYS,
    }
    return desk.page("plans/report_calendar.html", context, status)


def _due(seen: Seen, one: Deadline, day: date, working: WorkingDays) -> Due:
    days = (one.ready - day).days if one.ready else None
    return Due(seen, one, days, one.last is None or working.knows(one.last.year))


def _reminders(desk: Desk) -> list[Entry]:
    """Who was told of what, the newest first."""
    rows = list(desk.book.all(desk.reader, "plan_reminder"))
    return sorted(rows, key=lambda one: (str(one.values["told"]), one.id), reverse=True)[:_MOST_REMINDERS]
