"""What an issued document says, taken over into the registry: certificate, points, standards. Edges correct by these.

Decision: these rows are written with the issuer's name and the gateway's own right.
Because: they belong to the instrument's owner, at whose place a laboratory's staff may not write; that the document
was authorised is the right to write them.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.certificates.certificate import error_tables, point_of
from gateway.certificates.content import VERIFICATION, Document, Line, Table
from gateway.registry import audit
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import SYSTEM, Reader
from gateway.registry.writing import Writing

REPLACED, WITHDRAWN = "replaced", "withdrawn"
_AS_COMPUTED = 1e-9
"""Of the larger of both numbers: what a subtraction in double precision may lose."""


def take_over(session: Session, reader: Reader, at: int, document: Document, order: WorkOrderRow) -> str:
    """Make the rows of a document, and move its order on; the id of the certificate's row.

    Args:
        session: Of a ``gateway.registry.transaction``.
        reader: Who issues.
        at: When, UTC ns.
        document: As issued.
        order: Its work order.

    Raises:
        gateway.registry.refusals.WrongValuesError: The instrument has another certificate of this number.
    """
    writing = Writing(session, _as_gateway(reader), at)
    legal = document.legal
    made = writing.make(
        "certificate",
        {
            "instrument": order.instrument,
            "number": document.number,
            "kind": document.kind,
            "issued": document.issued,
            "laboratory": order.laboratory,
            "issued_by": document.laboratory.name,
            "calibrated": document.ended,
            "applies_from": document.applies_from,
            "valid_until": legal.valid_until if legal and document.kind == VERIFICATION else "",
        },
        f"issued {document.number}",
    )
    _make_points(writing, made.id, document)
    _make_standards(writing, made.id, document, order)
    _move_on(session, reader, at, order)
    return made.id


def set_status(session: Session, reader: Reader, at: int, certificate: str, status: str, why: str) -> None:
    """Say of the registry's row that its document was replaced or withdrawn."""
    row = session.get_one(CertificateRow, certificate)
    Writing(session, _as_gateway(reader), at).change("certificate", row.id, {"status": status}, None, why)


def _as_gateway(reader: Reader) -> Reader:
    return Reader(reader.account, reader.name, SYSTEM.grants)


def _make_points(writing: Writing, certificate: str, document: Document) -> None:
    for (channel, unit), tables in error_tables(document).items():
        for run in ("as_found", "as_left"):
            lines = [(table, line) for table in tables if table.run == run for line in table.lines]
            for number, (table, line) in enumerate(lines, start=1):
                values = _point(table, line) | {"channel": channel, "unit": unit, "run": run, "number": number}
                writing.make("calibration_point", values | {"certificate": certificate})


def _point(table: Table, line: Line) -> dict[str, object]:
    """The row has no error of its own: where the model corrected more than the reference, that is in the reference."""
    point = point_of(table, line)
    slack = _AS_COMPUTED * max(abs(point.indication), abs(point.reference))
    is_plain = abs(point.indication - point.reference - point.error) <= slack
    return {
        "nominal": line.nominal,
        "reference": point.reference if is_plain else point.indication - point.error,
        "indication": point.indication,
        "expanded": point.expanded,
        "coverage_factor": point.k,
    }


def _make_standards(writing: Writing, certificate: str, document: Document, order: WorkOrderRow) -> None:
    laboratory = writing.session.get_one(LaboratoryRow, order.laboratory)
    for number, used in enumerate(document.standards, start=1):
        standard, its = _registered(writing.session, laboratory.organisation, used.code, used.certificate)
        writing.make(
            "standard_used",
            {
                "certificate": certificate,
                "number": number,
                "standard": standard,
                "name": used.name or used.code,
                "standard_certificate": its,
                "certificate_number": used.certificate,
                "issued_by": used.issuer,
            },
        )


def _registered(session: Session, organisation: str, code: str, number: str) -> tuple[str, str]:
    """Ids of a standard and of its certificate, empty where the registry has none in use."""
    its, of = InstrumentRow, CertificateRow
    standard = session.scalars(
        select(its.id).where(its.organisation == organisation, its.code == code, its.retired_at == 0)
    ).first()
    if standard is None:
        return "", ""
    found = session.scalars(select(of.id).where(of.instrument == standard, of.number == number, of.retired_at == 0))
    return standard, found.first() or ""


def _move_on(session: Session, reader: Reader, at: int, order: WorkOrderRow) -> None:
    """To ``issued``; not through a form's way, on which nobody may set a state."""
    if order.state == "issued":
        return
    before, order.state = order.state, "issued"
    order.revision += 1
    order.changed_at, order.changed_by = at, reader.name
    audit.note(
        session,
        reader,
        at,
        "change",
        "work_order",
        order.id,
        place=order.place,
        before={"state": before},
        after={"state": "issued"},
    )
