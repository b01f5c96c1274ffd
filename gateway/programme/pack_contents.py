"""What of the registry goes into a pack of evidence: machines, calendars, products, certificates, the audit."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.shop_floor import CalendarKept
from gateway.programme.pack_form import AuditEntry, MachineTold, encoded
from gateway.programme.pack_tables import CONTROL, MAIN
from gateway.programme.pilot_evidence import Evidence
from gateway.programme.pilot_series import Side
from gateway.registry import RecordRow, WorkUnitRow
from gateway.registry.audit import AuditRow
from gateway.registry.certified import CalibrationPointRow
from gateway.registry.issued_documents import IssuedDocumentRow
from gateway.registry.pilots import PilotRow

_POINT = ("run", "channel", "number", "unit", "nominal", "reference", "indication", "expanded", "coverage_factor")

Sides = Sequence[tuple[str, Side]]


def sides_of(main: Side | None, control: Side | None) -> list[tuple[str, Side]]:
    """Those that are there, by name."""
    return [(name, side) for name, side in ((MAIN, main), (CONTROL, control)) if side is not None]


def machines(session: Session, sides: Sides, otherwise: str) -> tuple[MachineTold, ...]:
    """The machines as their edges described them last.

    Args:
        session: Of the registry.
        sides: Of the pilot.
        otherwise: IANA name of the wall clock of machines that never said theirs.
    """
    found = []
    for name, side in sides:
        for one in side.machines:
            row = session.get_one(WorkUnitRow, tuple(one.id))
            told = MachineTold(
                side=name,
                edge=one.id.edge,
                work_unit=one.id.work_unit,
                timezone=one.timezone or otherwise,
                counts_pieces=side.counts_pieces,
                description=msgspec.json.decode(row.description, type=dict[str, Any]),
            )
            found.append(told)
    return tuple(found)


def calendars(session: Session, sides: Sides, since: date, until: date) -> bytes:
    """Versions of the shift calendars that held on some of the days, as the edges kept them."""
    its = RecordRow
    edges = sorted({(one.id.site, one.id.edge) for _, side in sides for one in side.machines})
    found = []
    for site, edge in edges:
        query = select(its.body).where(its.site == site, its.edge == edge, its.noun == "calendar").order_by(its.key)
        for body in session.scalars(query):
            kept = msgspec.json.decode(body, type=CalendarKept)
            if kept.first_day <= until.isoformat() and (not kept.last_day or kept.last_day >= since.isoformat()):
                found.append({"edge": edge, "record": msgspec.json.decode(body)})
    found.sort(key=lambda one: (one["edge"], one["record"].get("number", 0)))
    return encoded(found)


def products(sides: Sides) -> bytes:
    """By which ideal cycle pieces of each product were counted, on which machine, from when to when."""
    days: dict[tuple[str, str, str, str, float], list[str]] = defaultdict(list)
    for name, side in sides:
        for one in side.sums:
            if one.ideal_cycle_s is not None:
                days[name, one.edge, one.work_unit, one.product, one.ideal_cycle_s].append(one.day)
    names = ("side", "edge", "work_unit", "product", "ideal_cycle_s")
    return encoded(
        [
            dict(zip(names, key, strict=True)) | {"first_day": min(found), "last_day": max(found)}
            for key, found in sorted(days.items())
        ]
    )


def audit_of(session: Session, pilot: str) -> tuple[AuditEntry, ...]:
    """Every entry of the audit about a pilot."""
    its = AuditRow
    query = select(its).where(its.noun == PilotRow.__tablename__, its.row == pilot).order_by(its.number)
    names = AuditEntry.__struct_fields__
    return tuple(AuditEntry(**{name: getattr(row, name) for name in names}) for row in session.scalars(query))


def instruments(session: Session, evidence: Evidence) -> dict[str, bytes]:
    """``instruments.json``, and of each certificate the PDF where this gateway issued it."""
    files: dict[str, bytes] = {}
    told = []
    for one in evidence.certificates:
        its = CalibrationPointRow
        points = session.scalars(
            select(its)
            .where(its.certificate == one.id, its.retired_at == 0)
            .order_by(its.run, its.channel, its.number, its.id)
        )
        said = {"points": [{name: getattr(point, name) for name in _POINT} for point in points], "pdf": ""}
        issued = session.scalars(select(IssuedDocumentRow).where(IssuedDocumentRow.certificate == one.id)).first()
        if issued is not None and issued.pdf:
            said["pdf"] = f"certificates/{one.id}.pdf"
            files[f"certificates/{one.id}.pdf"] = bytes(issued.pdf)
        told.append(one._asdict() | said)
    behind = [one._asdict() | {"windows": [window._asdict() for window in one.windows]} for one in evidence.behind]
    return files | {"instruments.json": encoded({"instruments": behind, "certificates": told})}
