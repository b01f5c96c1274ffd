"""What the registry and the bench know of a work order, for a document of it."""

from __future__ import annotations

from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import FINISHED
from gateway.certificates.capability import ScopeLine
from gateway.certificates.composing import Competence, Fields, Sources
from gateway.certificates.content import Document, Party
from gateway.laboratory.bench_records import BenchSession, sessions_of
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_scope import DesignationRow, LegalTermRow, ScopeEntryRow
from gateway.registry.laboratory_staff import CompetenceRow
from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow
from gateway.registry.nouns import Registered
from gateway.registry.organisations import CommuneRow, OrganisationRow, PlacementRow, ProvinceRow, SiteRow

R = TypeVar("R", bound=Registered)
NO_END = "9999-12-31"


def gather(session: Session, order: WorkOrderRow, day: str, zone: ZoneInfo, amended: Document | None = None) -> Sources:
    """Everything that a document of this order is made from.

    Args:
        session: Of the registry.
        order: The work order.
        day: Of issue.
        zone: Whose days.
        amended: The document that it amends; None: none.
    """
    laboratory = session.get_one(LaboratoryRow, order.laboratory)
    instrument = session.get_one(InstrumentRow, order.instrument)
    request = session.get(CalibrationRequestRow, order.request) if order.request else None
    scope = _of(session, ScopeEntryRow, laboratory.id)
    designations = [one for one in _of(session, DesignationRow, laboratory.id) if one.issued <= day]
    designations = [one for one in designations if not one.expires or day <= one.expires]
    return Sources(
        order=order.values(),
        request=request.values() if request else None,
        instrument=instrument.values(),
        laboratory=_laboratory(session, laboratory, day),
        customer=_customer(session, request, instrument, day),
        bench=bench_of(session, order, laboratory),
        scope=tuple(_scope(one) for one in scope),
        competences=tuple(_competence(one) for one in _of(session, CompetenceRow, laboratory.id)),
        designation=max(designations, key=lambda one: one.issued).values() if designations else None,
        term=_term(session, instrument.legal_term, day),
        verified_until=_verified_until(session, instrument.id, day),
        amended=amended,
        zone=zone,
    )


def bench_of(session: Session, order: WorkOrderRow, laboratory: LaboratoryRow) -> BenchSession | None:
    """The session that was chosen for the order, or the only finished one.

    Only sessions at sites of the laboratory's own organisation count: another laboratory may well have an order of
    the same number.
    """
    its = SiteRow
    ours = set(session.scalars(select(its.name).where(its.organisation == laboratory.organisation)))
    found = [one for one in sessions_of(session, order.number) if one.site in ours]
    if order.session:
        return next((one for one in found if one.session.key == order.session), None)
    finished = [one for one in found if one.session.state == FINISHED]
    return finished[0] if len(finished) == 1 else None


def _of(session: Session, noun: type[R], laboratory: str) -> list[R]:
    its = noun.laboratory == laboratory  # type: ignore[attr-defined]
    return list(session.scalars(select(noun).where(its, noun.retired_at == 0)))


def _laboratory(session: Session, row: LaboratoryRow, day: str) -> Party:
    organisation = session.get_one(OrganisationRow, row.organisation)
    name = row.name if organisation.name in row.name else f"{organisation.name} · {row.name}"
    return Party(name=name, address=address_of(session, organisation, day), code=row.accreditation)


def _customer(session: Session, request: CalibrationRequestRow | None, instrument: InstrumentRow, day: str) -> Party:
    owner = (request.customer if request else None) or (None if request else instrument.organisation)
    row = session.get(OrganisationRow, owner) if owner else None
    address = address_of(session, row, day) if row else ""
    if request:
        return Party(name=request.customer_name, address=address, contact=request.customer_contact)
    return Party(name=row.name if row else "", address=address)


def address_of(session: Session, organisation: OrganisationRow, day: str) -> str:
    """Where an organisation was on a day: address, commune, province."""
    its = PlacementRow
    placements = session.scalars(
        select(its)
        .where(its.organisation == organisation.id, its.retired_at == 0, its.since <= day)
        .order_by(its.since)
    ).all()
    placement = next((one for one in reversed(placements) if not one.until or day <= one.until), None)
    commune = session.get(CommuneRow, placement.commune) if placement else None
    province = session.get(ProvinceRow, organisation.province)
    parts = (placement.address if placement else "", commune.name if commune else "", province.name if province else "")
    # A province alone is no address.
    return ", ".join(part for part in parts if part) if placement else ""


def _scope(row: ScopeEntryRow) -> ScopeLine:
    return ScopeLine(
        kind=row.kind,
        quantity=row.quantity,
        procedure=row.procedure,
        low=row.range_low,
        high=row.range_high,
        unit=row.unit,
        cmc=row.cmc,
        accredited=row.accredited,
        since=row.since,
        until=row.until,
    )


def _competence(row: CompetenceRow) -> Competence:
    values = row.values()
    duties = values["duties"]
    assert isinstance(duties, list | tuple), "the field is one of several choices"
    return Competence(
        signs_as=row.signs_as,
        procedure=row.procedure,
        duties=frozenset(str(one) for one in duties),
        since=row.since,
        until=row.until,
    )


def _term(session: Session, code: str, day: str) -> Fields | None:
    its = LegalTermRow
    if not code:
        return None
    rows = session.scalars(select(its).where(its.code == code, its.retired_at == 0, its.since <= day))
    held = [row for row in rows if not row.until or day <= row.until]
    return max(held, key=lambda row: row.since).values() if held else None


def _verified_until(session: Session, instrument: str, day: str) -> str:
    its = CertificateRow
    rows = session.scalars(
        select(its)
        .where(its.instrument == instrument, its.kind == "verification", its.retired_at == 0, its.status == "")
        .where(its.issued <= day)
    )
    return max((row.valid_until or NO_END for row in rows), default="")
