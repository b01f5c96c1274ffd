"""Requests to the laboratory, for people: taken, declined or forwarded, and one press for all of their orders."""

from collections.abc import Mapping, Sequence
from datetime import date

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, RowId, TheDesk
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.laboratory.numbering import next_number
from gateway.laboratory.requests import REVIEW_POINTS, Asked, make_orders, wanted_of
from gateway.registry.book import Asked as AskedFor
from gateway.registry.catalogue import NOUNS
from gateway.registry.certified import CERTIFICATE_KINDS
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_scope import ScopeEntryRow
from gateway.registry.laboratory_work import DECISION_RULES, DECISIONS, CalibrationRequestRow, WorkOrderRow
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/laboratory/requests")

MOST = 300
TYPED = ("laboratory", "kind", "customer_name", "customer_contact", "items", "wanted_by", "decision_rule", "price")
Reads = Depends(allow(Action.READ, "laboratory"))
Writes = Depends(allow(Action.WRITE, "laboratory"))
_NO_LABORATORY = Title(
    "Chưa có phòng thí nghiệm nào của bạn. Hãy thêm phòng thí nghiệm trước.",
    "There is no laboratory of yours yet. Add the laboratory first.",
)


@router.get("", dependencies=[Reads])
def show_requests(desk: TheDesk, search: str = "", state: str = "") -> HTMLResponse:
    """Those that wait for an answer first, then by day."""
    every = list(desk.book.all(desk.reader, "calibration_request", AskedFor(search=search[:200])))
    counts = {
        one: sum((row.values["decision"] or "waiting") == one for row in every) for one in ("waiting", *DECISIONS)
    }
    shown = [one for one in every if state in ("", one.values["decision"] or "waiting")]
    shown.sort(key=lambda one: str(one.values["received"]), reverse=True)
    shown.sort(key=lambda one: bool(one.values["decision"]))
    context = {
        "rows": shown[:MOST],
        "more": max(0, len(shown) - MOST),
        "counts": counts,
        "all": len(every),
        "search": search[:200],
        "state": state,
        "decisions": DECISIONS,
        "kinds": CERTIFICATE_KINDS,
        "may_write": desk.may_write(NOUNS["calibration_request"]),
    }
    return desk.page("laboratory/work_requests.html", context)


@router.get("/new", dependencies=[Writes])
def show_new(desk: TheDesk) -> HTMLResponse:
    """The form of a request; it gets its number when it is kept."""
    return _new_page(desk, {})


@router.post("/new", dependencies=[Writes])
def write_new(desk: TheDesk, sent: TheSent) -> Response:
    """Keep a request under the next number."""
    typed = {name: sent[name] for name in TYPED}
    laboratories = _laboratories(desk)
    laboratory = typed["laboratory"] or (next(iter(laboratories)) if len(laboratories) == 1 else "")
    today = desk.speech.local(desk.now).date()
    try:
        check_token(desk.request, sent)
        with desk.book.writing(desk.reader) as writing:
            values: dict[str, object] = {**typed, "laboratory": laboratory, "received": today.isoformat()}
            values["number"] = next_number(writing.session, CalibrationRequestRow, laboratory, today.year)
            values["next_due_agreed"] = bool(sent["next_due_agreed"])
            row = writing.make("calibration_request", values).id
    except AccessError as error:
        return _new_page(desk, typed, {"": error.why})
    except WrongValuesError as error:
        return _new_page(desk, typed, error.problems)
    except ForbiddenError:
        return _new_page(desk, typed, {"": FORBIDDEN})
    return RedirectResponse(f"/laboratory/requests/{row}", 303)


@router.get("/{row}", dependencies=[Reads])
def show_request(desk: TheDesk, row: RowId) -> HTMLResponse:
    """A request: what is asked, whether we can, what was answered, its orders."""
    return _request_page(desk, row)


@router.post("/{row}/decide", dependencies=[Writes])
def decide(desk: TheDesk, row: RowId, sent: TheSent) -> Response:
    """Take it, decline it or forward it, today; the contract review is kept with it."""
    entry = desk.changeable(NOUNS["calibration_request"], row)
    values: dict[str, object] = {name: sent[name] for name in ("decision", "reason", "forwarded_to")}
    values["decided"] = desk.speech.local(desk.now).date().isoformat()
    values["review"] = _reviewed(desk, sent)
    try:
        check_token(desk.request, sent)
        if not sent["decision"]:
            raise WrongValuesError({"decision": Title("Hãy chọn một cách xử lý.", "Choose what is to become of it.")})
        desk.book.change(desk.reader, "calibration_request", entry.id, values, None)
    except AccessError as error:
        return _request_page(desk, row, {"": error.why}, sent)
    except WrongValuesError as error:
        return _request_page(desk, row, error.problems, sent)
    return RedirectResponse(f"/laboratory/requests/{row}", 303)


@router.post("/{row}/orders", dependencies=[Writes])
def write_orders(desk: TheDesk, row: RowId, sent: TheSent) -> Response:
    """Orders for the lines that were ticked; instruments that are not known are made with them."""
    desk.changeable(NOUNS["calibration_request"], row)
    asked = [
        Asked(int(line), sent[f"procedure.{line}"], sent[f"condition.{line}"], sent[f"accessories.{line}"])
        for line in sent.all("line")
        if line.isdecimal()
    ]
    usual = {name: sent[name] for name in ("promised", "method") if sent[name]}
    try:
        check_token(desk.request, sent)
        with desk.book.writing(desk.reader) as writing:
            make_orders(writing, row, asked, desk.speech.local(desk.now).date(), usual)
    except AccessError as error:
        return _request_page(desk, row, {"": error.why}, sent)
    except WrongValuesError as error:
        return _request_page(desk, row, error.problems, sent)
    except ForbiddenError:
        return _request_page(desk, row, {"": FORBIDDEN}, sent)
    return RedirectResponse(f"/laboratory/requests/{row}#orders", 303)


def _reviewed(desk: Desk, sent: Sent) -> str:
    """What was ticked, in words, and what was written beside it."""
    ticked = [
        f"\N{CHECK MARK} {REVIEW_POINTS[one][desk.language]}" for one in sent.all("point") if one in REVIEW_POINTS
    ]
    return "\n".join([*ticked, sent["review"].strip()]).strip()


def _laboratories(desk: Desk) -> dict[str, str]:
    """Id -> name of those for which whoever asks may write."""
    entries = desk.book.all(desk.reader, "laboratory")
    return {one.id: one.label for one in entries if desk.reader.may(Action.WRITE, "laboratory", one.place)}


def _new_page(desk: Desk, typed: Mapping[str, str], problems: Mapping[str, Title] | None = None) -> HTMLResponse:
    laboratories = _laboratories(desk)
    problems = dict(problems or {})
    if not laboratories:
        problems.setdefault("", _NO_LABORATORY)
    fields = CalibrationRequestRow.fields()
    context = {
        "laboratories": laboratories,
        "typed": dict.fromkeys(TYPED, "") | dict(typed),
        "problems": problems,
        "others": [why for name, why in problems.items() if name not in TYPED],
        "fields": fields,
        "kinds": CERTIFICATE_KINDS,
        "rules": DECISION_RULES,
    }
    return desk.page("laboratory/work_request_new.html", context, 422 if typed else 200)


def _request_page(
    desk: Desk, row: str, problems: Mapping[str, Title] | None = None, sent: Sent | None = None
) -> HTMLResponse:
    entry = desk.entry(NOUNS["calibration_request"], row)
    with Session(desk.engine) as session:
        request = session.get_one(CalibrationRequestRow, row)
        lines = wanted_of(session, desk.reader, request)
        scope = _scope(session, request, desk.speech.local(desk.now).date())
        orders = session.execute(
            select(WorkOrderRow, InstrumentRow.name, InstrumentRow.serial_number)
            .join(InstrumentRow, InstrumentRow.id == WorkOrderRow.instrument)
            .where(WorkOrderRow.request == row, WorkOrderRow.retired_at == 0)
            .order_by(WorkOrderRow.number)
        ).all()
        context = {
            "one": request,
            "laboratory": session.get_one(LaboratoryRow, request.laboratory).name,
            "lines": lines,
            "to_make": sum(not line.order for line in lines),
            "orders": orders,
            "scope": scope,
            "procedures": sorted({line.procedure for line in scope if line.procedure}),
            "points": REVIEW_POINTS,
            "problems": list((problems or {}).values()),
            "sent": sent,
            "decisions": DECISIONS,
            "kinds": CERTIFICATE_KINDS,
            "rules": DECISION_RULES,
            "states": NOUNS["work_order"].fields()["state"],
            "fields": CalibrationRequestRow.fields(),
            "order_fields": WorkOrderRow.fields(),
            "may_write": desk.may_change(entry),
        }
        return desk.page("laboratory/work_request.html", context, 422 if problems else 200)


def _scope(session: Session, request: CalibrationRequestRow, day: date) -> Sequence[ScopeEntryRow]:
    """What the laboratory can do of this kind on a day, for whoever reviews the request."""
    its, on = ScopeEntryRow, day.isoformat()
    rows = session.scalars(
        select(its)
        .where(its.laboratory == request.laboratory, its.kind == request.kind, its.retired_at == 0)
        .where(its.since <= on)
        .order_by(its.quantity)
    )
    return [one for one in rows if not one.until or one.until >= on]
