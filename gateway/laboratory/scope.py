"""Scope and documents of the laboratories that somebody may see, out of the registry."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.capacity import Document, ScopeLine
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_scope import ScopeEntryRow
from gateway.registry.roles import Action, Reader


def laboratories(session: Session, reader: Reader) -> list[LaboratoryRow]:
    """Those in use that ``reader`` may see, by name."""
    its = LaboratoryRow
    mine = reader.where(Action.READ, its.noun.group, its)
    return list(session.scalars(select(its).where(its.retired_at == 0, mine).order_by(its.search)))


def scope_rows(session: Session, reader: Reader, laboratory: str) -> list[ScopeEntryRow]:
    """Every line of a laboratory's scope, of all times, by kind, field and quantity."""
    its = ScopeEntryRow
    asked = select(its).where(its.retired_at == 0, its.laboratory == laboratory)
    asked = asked.where(reader.where(Action.READ, its.noun.group, its))
    return list(session.scalars(asked.order_by(its.kind, its.measured_field, its.search, its.range_low)))


def line_of(row: ScopeEntryRow) -> ScopeLine:
    """A line as it is counted."""
    return ScopeLine(
        row.laboratory, row.kind, row.measured_field, row.quantity, row.unit, row.since or "", row.until or ""
    )


def documents(session: Session, reader: Reader) -> list[Document]:
    """What the laboratories that ``reader`` may see have issued, for whomever."""
    its, of, lab = CertificateRow, InstrumentRow, LaboratoryRow
    # By the laboratory's place, not the instrument's: what was done for others is the laboratory's work.
    asked = select(its.laboratory, its.kind, its.issued, its.status, of.kind, of.unit)
    asked = asked.join(of, of.id == its.instrument).join(lab, lab.id == its.laboratory)
    asked = asked.where(its.retired_at == 0, reader.where(Action.READ, lab.noun.group, lab))
    return [Document(lab_id or "", *row) for lab_id, *row in session.execute(asked)]
