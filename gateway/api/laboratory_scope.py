"""What a laboratory can do on a day, and what the laboratories have done: pages and files of figures that add up."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import TheDesk
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.sheets import Language, Sheet, harmless
from gateway.api.source import Zone
from gateway.laboratory.capacity import Served, new_fields, served, share_in_order
from gateway.laboratory.due import worklist
from gateway.laboratory.legal_terms import write_terms
from gateway.laboratory.scope import documents, laboratories, line_of, scope_rows
from gateway.production.periods import today
from gateway.registry.certified import CERTIFICATE_KINDS
from gateway.registry.laboratory import LaboratoryRow
from gateway.registry.laboratory_scope import FIELDS, ScopeEntryRow
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import Action, Reader

router = APIRouter(include_in_schema=False, prefix="/assurance")

Reads = Depends(allow(Action.READ, "laboratory"))
Id = Annotated[str, Query(max_length=32)]
DayText = Annotated[str, Query(max_length=10)]
_HEADING = ("laboratory", "month", "kind", "field", "documents")


@router.get("/scope", dependencies=[Reads])
def show_scope(desk: TheDesk, zone: Zone, laboratory: Id = "", day: DayText = "", base: DayText = "") -> HTMLResponse:
    """The scope of a laboratory as of a day, and what is new since a base day."""
    now = today(desk.now, zone)
    on, since = _day(day, now), _day(base, date(now.year, 1, 1))
    with Session(desk.engine, expire_on_commit=False) as session:
        every = laboratories(session, desk.reader)
        chosen = next((one for one in every if laboratory in ("", one.id)), None)
        if chosen is None and laboratory:
            msg = f"laboratory {laboratory[:12]}: is not there, or not yours. Look in /assurance/scope."
            raise HTTPException(404, msg)
        rows = scope_rows(session, desk.reader, chosen.id) if chosen else []
    held = [row for row in rows if line_of(row).holds(on)]
    context = {
        "laboratories": every,
        "chosen": chosen,
        "rows": held,
        "others": len(rows) - len(held),
        "new": new_fields([line_of(row) for row in rows], since, on),
        "on": on,
        "since": since,
        "kinds": CERTIFICATE_KINDS,
        "measured": FIELDS,
        "path_": f"/registry/{ScopeEntryRow.path()}",
        "may_write": desk.may_write(ScopeEntryRow),
        "may_write_law": desk.reader.everywhere(Action.WRITE, "places"),
    }
    return desk.page("instruments/scope.html", context)


@router.get("/capacity", dependencies=[Reads])
def show_capacity(desk: TheDesk, zone: Zone, since: DayText = "", until: DayText = "") -> HTMLResponse:
    """What was calibrated, verified and tested, by field and month; which share of instruments is in order."""
    now = today(desk.now, zone)
    first, last = _day(since, date(now.year, 1, 1)), _day(until, now)
    with Session(desk.engine, expire_on_commit=False) as session:
        every = {one.id: one for one in laboratories(session, desk.reader)}
        rows = _served(session, desk.reader, every, first, last)
        states = [one.standing.state for one in worklist(session, desk.reader, now)]
    context = {
        "laboratories": every,
        "rows": rows,
        "totals": {kind: sum(one.documents for one in rows if one.kind == kind) for kind in CERTIFICATE_KINDS},
        "by_field": _by_field(rows),
        "share": share_in_order(states),
        "in_use": sum(one != "at_rest" for one in states),
        "since": first,
        "until": last,
        "kinds": CERTIFICATE_KINDS,
        "measured": FIELDS,
    }
    return desk.page("instruments/capacity.html", context)


@router.get("/capacity.csv", dependencies=[Reads])
def read_capacity(
    desk: TheDesk, zone: Zone, since: DayText = "", until: DayText = "", language: Language = "vi"
) -> StreamingResponse:
    """The same as a file, one line for each laboratory, month, kind and field."""
    now = today(desk.now, zone)
    with Session(desk.engine, expire_on_commit=False) as session:
        every = {one.id: one for one in laboratories(session, desk.reader)}
        rows = _served(session, desk.reader, every, _day(since, date(now.year, 1, 1)), _day(until, now))
    lines = (
        [harmless(every[one.laboratory].name), one.month, one.kind, one.field, str(one.documents)]
        for one in rows
        if one.laboratory in every
    )
    sheet = Sheet(language, zone)
    return sheet.answer(sheet.lines(_HEADING, lines), "capacity", desk.now)


@router.post("/legal-terms", dependencies=[Depends(allow(Action.WRITE, "places"))])
def add_legal_terms(desk: TheDesk, sent: TheSent) -> Response:
    """Write the confirmed rows of the list of group 2 that the registry does not have.

    Raises:
        HTTPException: 403, it is not theirs to write; 422, the page was old.
    """
    try:
        check_token(desk.request, sent)
    except AccessError as error:
        raise HTTPException(422, error.why[desk.language]) from error
    try:
        write_terms(desk.book, desk.reader)
    except ForbiddenError as error:
        msg = f"{desk.reader.name}: may not write what holds for everybody. Ask an administrator of the gateway."
        raise HTTPException(403, msg) from error
    return RedirectResponse("/registry/legal-terms", 303)


def _served(session: Session, reader: Reader, every: dict[str, LaboratoryRow], since: str, until: str) -> list[Served]:
    lines = [line_of(row) for one in every for row in scope_rows(session, reader, one)]
    return served(documents(session, reader), lines, since, until)


def _by_field(rows: list[Served]) -> list[tuple[str, str, int]]:
    """Kind, field and how many, the most first."""
    sums: dict[tuple[str, str], int] = {}
    for one in rows:
        sums[one.kind, one.field] = sums.get((one.kind, one.field), 0) + one.documents
    return sorted(((kind, field, n) for (kind, field), n in sums.items()), key=lambda one: (-one[2], one))


def _day(text: str, usual: date) -> str:
    """A day of an address; what is none counts as not said."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return usual.isoformat()
