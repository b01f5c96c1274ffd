"""Rows of documents for somebody who may do something with them, and what must hold before it is done."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.certificates import ledger
from gateway.certificates.refusing import DocumentError
from gateway.laboratory.competence import is_among, signature_of
from gateway.laboratory.work_at_bench import performers
from gateway.registry import audit
from gateway.registry.issued_documents import DRAFT, EXPORTED, ISSUED, DocumentDraftRow, IssuedDocumentRow
from gateway.registry.laboratory import LaboratoryRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.refusals import ForbiddenError, NoSuchRowError
from gateway.registry.roles import Action, Reader

_GROUP = "laboratory"
_MAY_BE_ISSUED = ("authorised", "issued")


def allowed(reader: Reader, action: Action, laboratory: LaboratoryRow) -> None:
    """Refuse who may not do it there.

    Raises:
        ForbiddenError: They may not.
    """
    if not reader.may(action, _GROUP, laboratory.place):
        raise ForbiddenError(f"{reader.name}: may not {action.value} at {laboratory.name}")


def order_for(session: Session, reader: Reader, order: str, action: Action) -> WorkOrderRow:
    """A work order at whose laboratory somebody may do it.

    Raises:
        NoSuchRowError: There is none that they may see.
        ForbiddenError: They may see it, and not do that.
    """
    row = session.get(WorkOrderRow, order)
    if row is None or not reader.may(Action.READ, _GROUP, row.place):
        raise NoSuchRowError(f"work_order {order[:12]}")
    allowed(reader, action, session.get_one(LaboratoryRow, row.laboratory))
    return row


def draft_for(
    session: Session, reader: Reader, draft: str, action: Action, states: tuple[str, ...] = ()
) -> DocumentDraftRow:
    """A draft in one of some states; raises as :func:`order_for`, and DocumentError where it is at another step."""
    row = session.get(DocumentDraftRow, draft)
    laboratory = session.get_one(LaboratoryRow, row.laboratory) if row else None
    if row is None or laboratory is None or not reader.may(Action.READ, _GROUP, laboratory.place):
        raise NoSuchRowError(f"document_draft {draft[:12]}")
    allowed(reader, action, laboratory)
    if states and row.state not in states:
        raise DocumentError(
            f"Giấy này đã ở bước khác ({row.number or row.state}). Hãy tải lại trang.",
            f"This document is at another step ({row.number or row.state}). Load the page again.",
        )
    return row


def issued_for(session: Session, reader: Reader, document: str, action: Action) -> IssuedDocumentRow:
    """An issued document; raises as :func:`order_for`."""
    row = session.get(IssuedDocumentRow, document)
    laboratory = session.get_one(LaboratoryRow, row.laboratory) if row else None
    if row is None or laboratory is None or not reader.may(Action.READ, _GROUP, laboratory.place):
        raise NoSuchRowError(f"issued_document {document[:12]}")
    allowed(reader, action, laboratory)
    return row


def need_in_force(session: Session, row: IssuedDocumentRow) -> None:
    """Whether a document was neither amended nor withdrawn.

    Raises:
        DocumentError: It was.
    """
    if ledger.state_of(session, row.id) != ISSUED:
        raise DocumentError(
            f"{row.number}: đã được sửa đổi hoặc thu hồi trước đó. Hãy xem bản còn giá trị.",
            f"{row.number}: was amended or withdrawn before. Look at the one that holds.",
        )


def need_authorised(session: Session, reader: Reader, order: WorkOrderRow) -> None:
    """Whether the order still stands where a document of it may be issued, and by somebody who had no part in it.

    Between export and signature days pass: meanwhile the order may have been taken back.

    Raises:
        DocumentError: It does not, or they performed the work.
    """
    if order.state not in _MAY_BE_ISSUED or order.retired_at:
        raise DocumentError(
            f"Phiếu {order.number} không còn ở bước «Đã phê duyệt». Hãy phê duyệt lại, hoặc hủy giấy này.",
            f"Order {order.number} is not authorised any more. Authorise it again, or void this document.",
        )
    done = performers(session, order)
    if is_among(signature_of(session, reader), done) or is_among(reader.name, done):
        raise DocumentError(
            "Bạn đã thực hiện phép đo này. Hãy để người khác cấp giấy.",
            "You performed this work. Somebody else has to issue its document.",
        )


def need_only_one(session: Session, order: WorkOrderRow, amends: str, but: str = "") -> None:
    """Of an order one document is on its way, and one is in force, unless the new one amends it."""
    its, of = DocumentDraftRow, IssuedDocumentRow
    on_its_way = session.scalars(
        select(its.id).where(its.work_order == order.id, its.state.in_((DRAFT, EXPORTED)), its.id != but)
    ).first()
    issued = session.scalars(select(of).where(of.work_order == order.id, of.id != amends)).all()
    held = next((row.number for row in issued if ledger.state_of(session, row.id) == ISSUED), "")
    if on_its_way or held:
        raise DocumentError(
            f"Phiếu {order.number} đã có giấy {held or 'đang soạn'}. Hãy sửa đổi giấy đó, hoặc hủy bản đang soạn.",
            f"Order {order.number} has a document {held or 'in preparation'}. Amend that one, or void the draft.",
        )


def note(
    session: Session,
    reader: Reader,
    at: int,
    action: str,
    row: DocumentDraftRow | IssuedDocumentRow,
    after: dict[str, str],
    why: str = "",
) -> None:
    """Write into the audit what was done."""
    place = session.get_one(LaboratoryRow, row.laboratory).place
    noun = "issued_document"
    audit.note(session, reader, at, action, noun, row.id, place=place, after=dict(after), why=why)
