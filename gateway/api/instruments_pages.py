"""Measuring instruments, for people: what is due, one instrument with its label and certificates."""

import io
from datetime import date
from typing import Annotated, NamedTuple

import segno
from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.api.permission import allow
from gateway.api.rendering import Pages
from gateway.api.source import Now, TheService, Zone
from gateway.laboratory.due import OVERDUE, SOON, Due, worklist
from gateway.laboratory.in_force import newest
from gateway.production.periods import today
from gateway.registry.certified import CERTIFICATE_KINDS, CertificateRow
from gateway.registry.laboratory import INSTRUMENT_STATES, METROLOGY_GROUPS, InstrumentRow
from gateway.registry.roles import Action, Reader

router = APIRouter(include_in_schema=False, prefix="/instruments")

MOST = 200
URGENCIES = ("overdue", "soon", "later", "unknown")
RowId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Reads = Annotated[Reader, Depends(allow(Action.READ, "laboratory"))]
_PATH = InstrumentRow.path()


class Shown(NamedTuple):
    """An instrument that may be seen, with its place on the work list."""

    row: InstrumentRow
    due: Due


@router.get("")
def show_worklist(
    request: Request,
    service: TheService,
    pages: Pages,
    now: Now,
    zone: Zone,
    reader: Reads,
    search: str = "",
    due: str = "",
) -> HTMLResponse:
    """Every instrument by the day when it is due, those overdue first."""
    with Session(service.engine) as session:
        every = worklist(session, reader, today(now, zone), search[:200])
    counts = {urgency: sum(one.urgency == urgency for one in every) for urgency in URGENCIES}
    shown = [one for one in every if due not in URGENCIES or one.urgency == due]
    context = {
        "rows": shown[:MOST],
        "more": max(0, len(shown) - MOST),
        "counts": counts,
        "all": len(every),
        "urgent": counts[OVERDUE] + counts[SOON],
        "search": search[:200],
        "due": due if due in URGENCIES else "",
        "states": INSTRUMENT_STATES,
        "registry": f"/registry/{_PATH}",
        "may_write": reader.may(Action.WRITE, "laboratory"),
    }
    return pages.page(request, "instruments/list.html", context)


@router.get("/{row}")
def show_instrument(
    request: Request, row: RowId, service: TheService, pages: Pages, now: Now, zone: Zone, reader: Reads
) -> HTMLResponse:
    """One instrument: what it is, when it is due, its certificates, its label."""
    day = today(now, zone)
    with Session(service.engine, expire_on_commit=False) as session:
        shown = _find(session, reader, row, day)
        its = CertificateRow
        certificates = session.scalars(
            select(its).where(its.instrument == row, its.retired_at == 0).order_by(its.issued.desc(), its.id.desc())
        ).all()
        context = {
            "one": shown.row,
            "due": shown.due,
            "certificates": certificates,
            "in_force": newest(session, shown.row, day),
            "kinds": CERTIFICATE_KINDS,
            "states": INSTRUMENT_STATES,
            "groups": METROLOGY_GROUPS,
            "fields": InstrumentRow.fields(),
            "registry": f"/registry/{_PATH}/{row}",
            "may_write": reader.may(Action.WRITE, "laboratory", shown.row.place),
        }
        return pages.page(request, "instruments/instrument.html", context)


@router.get("/{row}/label.svg")
def draw_label(request: Request, row: RowId, service: TheService, now: Now, zone: Zone, reader: Reads) -> Response:
    """The address of an instrument's page as a QR code, to be printed and stuck to it."""
    with Session(service.engine) as session:
        _find(session, reader, row, today(now, zone))
    target = f"{str(request.base_url).rstrip('/')}/instruments/{row}"
    picture = io.BytesIO()
    # Medium: a label on a machine gets scratched. Four modules of quiet around it, as ISO/IEC 18004 wants.
    segno.make(target, error="m", micro=False).save(picture, kind="svg", scale=4, border=4, xmldecl=False, light="#fff")
    return Response(picture.getvalue(), media_type="image/svg+xml")


def _find(session: Session, reader: Reader, row: str, day: date) -> Shown:
    """An instrument in use that may be seen.

    Raises:
        HTTPException: 404, there is none such.
    """
    found = worklist(session, reader, day, only=InstrumentRow.id == row)
    if not found:
        msg = f"instrument {row[:12]}: is not there, or not yours. Look in /instruments."
        raise HTTPException(404, msg)
    return Shown(session.get_one(InstrumentRow, row), found[0])
