"""Measuring instruments, for people: what may be used and what is due, one instrument with all that it rests on."""

import io
from datetime import date
from typing import Annotated, NamedTuple

import segno
from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.source import Zone
from gateway.laboratory.chain_picture import place
from gateway.laboratory.drift import Course, courses
from gateway.laboratory.due import OVERDUE, URGENCIES, Due, terms_of, worklist
from gateway.laboratory.history import pasts
from gateway.laboratory.in_force import newest
from gateway.laboratory.in_order import FACES, term_on
from gateway.laboratory.interval_proposals import BY_LAW, Proposal, propose
from gateway.laboratory.publishing import certificates_at_edge
from gateway.laboratory.traceability import chain_of
from gateway.production.periods import today
from gateway.registry.certified import CERTIFICATE_KINDS, CERTIFICATE_STATES, CertificateRow
from gateway.registry.laboratory import (
    INSTRUMENT_STATES,
    INTERVAL_METHODS,
    METROLOGY_GROUPS,
    STANDARD_KINDS,
    InstrumentRow,
)
from gateway.registry.laboratory_assurance import ReminderRow
from gateway.registry.laboratory_scope import LegalTermRow
from gateway.registry.roles import Action, Reader

router = APIRouter(include_in_schema=False, prefix="/instruments")

MOST = 200
RowId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Reads = Depends(allow(Action.READ, "laboratory"))
_PATH = InstrumentRow.path()
_URGENT = ("overdue", "week", "month")


class Shown(NamedTuple):
    """An instrument that may be seen, with its place on the work list."""

    row: InstrumentRow
    due: Due


@router.get("", dependencies=[Reads])
def show_worklist(desk: TheDesk, zone: Zone, search: str = "", due: str = "") -> HTMLResponse:
    """Every instrument by the day when it is due, those overdue first."""
    search = search[:200]
    with Session(desk.engine) as session:
        every = worklist(session, desk.reader, today(desk.now, zone), search)
    counts = {urgency: sum(one.urgency == urgency for one in every) for urgency in URGENCIES}
    shown = [one for one in every if due not in URGENCIES or one.urgency == due]
    context = {
        "rows": shown[:MOST],
        "more": max(0, len(shown) - MOST),
        "counts": counts,
        "urgencies": URGENCIES,
        "all": len(every),
        "overdue": counts[OVERDUE],
        "urgent": sum(counts[urgency] for urgency in _URGENT),
        "faces": FACES,
        "search": search,
        "due": due if due in URGENCIES else "",
        "states": INSTRUMENT_STATES,
        "registry": f"/registry/{_PATH}",
        "may_write": desk.may_write(InstrumentRow),
    }
    return desk.page("instruments/list.html", context)


@router.get("/{row}", dependencies=[Reads])
def show_instrument(desk: TheDesk, row: RowId, zone: Zone) -> HTMLResponse:
    """One instrument: may it be used, what it is, what its certificates rest on, how it drifts, its label."""
    day = today(desk.now, zone)
    with Session(desk.engine, expire_on_commit=False) as session:
        shown = find_instrument(session, desk.reader, row, day)
        return page_of(desk, session, shown, day)


def page_of(
    desk: Desk, session: Session, shown: Shown, day: date, problem: str = "", status: int = 200
) -> HTMLResponse:
    """The page of an instrument; with what is wrong with an interval that was decided."""
    one, its = shown.row, CertificateRow
    asked = select(its).where(its.instrument == one.id, its.retired_at == 0).order_by(its.issued.desc(), its.id.desc())
    certificates = [row for row in session.scalars(asked) if desk.reader.may(Action.READ, "laboratory", row.place)]
    in_force = newest(session, one, day)
    links = chain_of(session, desk.reader, in_force.certificate) if in_force.certificate else []
    drawn, height = place(links)
    points = courses_of(session, desk.reader, one)
    context = {
        "one": one,
        "due": shown.due,
        "faces": FACES,
        "certificates": certificates,
        "in_force": in_force,
        "at_edge": certificates_at_edge(session, desk.speech.zone, one.id),
        "chain": drawn,
        "height": height,
        "broken": sum(link.warns for link in links),
        "courses": points,
        "proposal": Proposal(why=BY_LAW) if one.legal_use else propose(points),
        "problem": problem,
        "term": _term(session, one, day),
        "reminders": _reminders(session, one.id),
        "kinds": CERTIFICATE_KINDS,
        "certificate_states": CERTIFICATE_STATES,
        "states": INSTRUMENT_STATES,
        "groups": METROLOGY_GROUPS,
        "methods": INTERVAL_METHODS,
        "standards": STANDARD_KINDS,
        "fields": InstrumentRow.fields(),
        "registry": f"/registry/{_PATH}/{one.id}",
        "may_write": desk.reader.may(Action.WRITE, "laboratory", one.place),
    }
    return desk.page("instruments/instrument.html", context, status)


@router.get("/{row}/label", dependencies=[Reads])
def show_label(desk: TheDesk, row: RowId, zone: Zone) -> HTMLResponse:
    """The label of an instrument, to be printed and stuck to it; it tells no due day."""
    with Session(desk.engine) as session:
        shown = find_instrument(session, desk.reader, row, today(desk.now, zone))
        return desk.page("instruments/label.html", {"one": shown.row, "due": shown.due})


@router.get("/{row}/label.svg", dependencies=[Reads])
def draw_label(desk: TheDesk, row: RowId, zone: Zone) -> Response:
    """The address of an instrument's page as a QR code."""
    with Session(desk.engine) as session:
        find_instrument(session, desk.reader, row, today(desk.now, zone))
    target = f"{str(desk.request.base_url).rstrip('/')}/instruments/{row}"
    picture = io.BytesIO()
    # Medium: a label on a machine gets scratched. Four modules of quiet around it, as ISO/IEC 18004 wants.
    segno.make(target, error="m", micro=False).save(picture, kind="svg", scale=4, border=4, xmldecl=False, light="#fff")
    return Response(picture.getvalue(), media_type="image/svg+xml")


def find_instrument(session: Session, reader: Reader, row: str, day: date) -> Shown:
    """An instrument in use that may be seen.

    Raises:
        HTTPException: 404, there is none such.
    """
    found = worklist(session, reader, day, only=InstrumentRow.id == row)
    if not found:
        msg = f"instrument {row[:12]}: is not there, or not yours. Look in /instruments."
        raise HTTPException(404, msg)
    return Shown(session.get_one(InstrumentRow, row), found[0])


def courses_of(session: Session, reader: Reader, one: InstrumentRow) -> list[Course]:
    """The errors of an instrument over the years, by point."""
    past = pasts(session, reader, one.id).get(one.id)
    return courses(past, one.mpe_formula) if past else []


def _term(session: Session, one: InstrumentRow, day: date) -> LegalTermRow | None:
    """The row of the list of group 2 that holds for it."""
    term = term_on(terms_of(session)[one.legal_term], day.isoformat()) if one.legal_term else None
    its = LegalTermRow
    if term is None:
        return None
    asked = select(its).where(its.code == one.legal_term, its.since == term.since, its.retired_at == 0)
    return session.scalars(asked).first()


def _reminders(session: Session, row: str) -> list[ReminderRow]:
    its = ReminderRow
    asked = select(its).where(its.instrument == row, its.retired_at == 0)
    return list(session.scalars(asked.order_by(its.told.desc(), its.stage).limit(6)))
