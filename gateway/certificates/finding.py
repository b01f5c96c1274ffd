"""Documents as pages show them: what waits, what is on its way, what was issued; and what the public may learn."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from gateway.certificates.content import digest
from gateway.certificates.ledger import events_of, state_of
from gateway.registry.issued_documents import DRAFT, EXPORTED, DocumentDraftRow, IssuedDocumentRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import Action, Reader

_GROUP = "laboratory"
_FILES = (IssuedDocumentRow.pdf, IssuedDocumentRow.xml, IssuedDocumentRow.content)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the list shows.

    Attributes:
        waiting: Authorised orders without a document, with their instruments.
        drafts: On their way, with their orders.
        issued: The newest first, with their states.
        more: How many more were issued.
    """

    waiting: list[tuple[WorkOrderRow, InstrumentRow]]
    drafts: list[tuple[DocumentDraftRow, WorkOrderRow]]
    issued: list[tuple[IssuedDocumentRow, InstrumentRow, str]]
    more: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What anybody may know of a document.

    Attributes:
        number: Its number.
        kind: ``calibration``, ``verification``, ``test``.
        issued: Day of issue.
        laboratory: Who issued it.
        state: ``issued``, ``amended`` or ``withdrawn``.
        by_number: Number of the document that amends it; empty: none.
    """

    number: str
    kind: str
    issued: str
    laboratory: str
    state: str
    by_number: str


def shelf(session: Session, reader: Reader, search: str = "", most: int = 200) -> Shelf:
    """The documents of the laboratories that somebody may see; ``search``: part of a number or of an item's code."""
    of, its, item = LaboratoryRow, IssuedDocumentRow, InstrumentRow
    mine = reader.where(Action.READ, _GROUP, of)
    begun = select(DocumentDraftRow.work_order).where(DocumentDraftRow.state.in_((DRAFT, EXPORTED)))
    waiting = session.execute(
        select(WorkOrderRow, item)
        .join(of, of.id == WorkOrderRow.laboratory)
        .join(item, item.id == WorkOrderRow.instrument)
        .where(mine, WorkOrderRow.state == "authorised", WorkOrderRow.retired_at == 0, WorkOrderRow.id.not_in(begun))
        .order_by(WorkOrderRow.number)
    )
    drafts = session.execute(
        select(DocumentDraftRow, WorkOrderRow)
        .join(of, of.id == DocumentDraftRow.laboratory)
        .join(WorkOrderRow, WorkOrderRow.id == DocumentDraftRow.work_order)
        .where(mine, DocumentDraftRow.state.in_((DRAFT, EXPORTED)))
        .options(*(defer(one) for one in (DocumentDraftRow.pdf, DocumentDraftRow.xml, DocumentDraftRow.content)))
        .order_by(DocumentDraftRow.made_at)
    )
    asked = (
        select(its, item)
        .join(of, of.id == its.laboratory)
        .join(item, item.id == its.instrument)
        .where(mine)
        .options(*(defer(one) for one in _FILES))
        .order_by(its.issued_at.desc(), its.id.desc())
    )
    for word in search.split():
        asked = asked.where(
            its.number.contains(word.upper(), autoescape=True) | item.search.contains(word.casefold(), autoescape=True)
        )
    issued = session.execute(asked).all()
    shown = [(row, instrument, state_of(session, row.id)) for row, instrument in issued[:most]]
    return Shelf(
        [(row, instrument) for row, instrument in waiting],
        [(row, order) for row, order in drafts],
        shown,
        max(0, len(issued) - most),
    )


def issued_of(session: Session, reader: Reader, document: str) -> IssuedDocumentRow | None:
    """A document that somebody may see: the laboratory's people, and those of the instrument's owner."""
    row = session.get(IssuedDocumentRow, document)
    if row is None:
        return None
    places = (
        session.get_one(LaboratoryRow, row.laboratory).place,
        session.get_one(InstrumentRow, row.instrument).place,
    )
    return row if any(reader.may(Action.READ, _GROUP, place) for place in places) else None


def by_token(session: Session, token: str) -> Standing | None:
    """What a printed code leads to; None: it is no code of ours, or its document was not issued yet."""
    row = session.scalars(select(IssuedDocumentRow).where(IssuedDocumentRow.token == token)).first()
    return _standing(session, row) if row is not None else None


def by_file(session: Session, content: bytes) -> Standing | None:
    """Which document a file is, to its last byte; None: none that was issued here."""
    its, sha256 = IssuedDocumentRow, digest(content)
    row = session.scalars(select(its).where((its.pdf_sha256 == sha256) | (its.xml_sha256 == sha256))).first()
    return _standing(session, row) if row is not None else None


def _standing(session: Session, row: IssuedDocumentRow) -> Standing:
    amended = next((one for one in events_of(session, row.id) if one.action == "amended"), None)
    return Standing(
        number=row.number,
        kind=row.kind,
        issued=row.issued,
        laboratory=session.get_one(LaboratoryRow, row.laboratory).name,
        state=state_of(session, row.id),
        by_number=str(msgspec.json.decode(amended.statement)["by_number"]) if amended else "",
    )
