"""The ledger of documents: numbers without gaps, and a chain of sealed statements of what happened to each.

Decision: a statement carries the hash of the one before it and of everything that was issued, and is sealed by itself.
Because: whoever alters a file, a row or an entry has then to alter all entries behind it, with a key that is no part
of the database.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.certificates.content import canonical, digest
from gateway.certificates.seals import LOST_FILE, Sealer, SealError
from gateway.registry.issued_documents import (
    AMENDED,
    ISSUED,
    VOIDED,
    WITHDRAWN,
    DocumentDraftRow,
    DocumentEventRow,
    IssuedDocumentRow,
)

FIRST = "0" * 64
PREFIXES = {"calibration": "HC", "verification": "KD", "test": "TN"}
"""Kind -> how its numbers begin: ``HC-2026-0001``."""


def next_number(session: Session, laboratory: str, kind: str, year: int) -> tuple[int, str]:
    """The next number of a laboratory's kind of document in a year; within a ``gateway.registry.transaction``.

    That transaction holds the write lock, so no two take one number; and a number that was taken stays taken, since
    its draft is never deleted.
    """
    its = DocumentDraftRow
    where = (its.laboratory == laboratory, its.kind == kind, its.year == year)
    sequence = 1 + (session.scalar(select(func.max(its.sequence)).where(*where)) or 0)
    return sequence, f"{PREFIXES[kind]}-{year}-{sequence:04}"


def note(
    session: Session, sealer: Sealer, at: int, action: str, document: str, told: Mapping[str, object]
) -> DocumentEventRow:
    """Add an entry; within a ``gateway.registry.transaction``.

    Args:
        session: Of the transaction.
        sealer: Of this gateway.
        at: UTC ns.
        action: ``issued``, ``amended``, ``withdrawn``, ``voided``.
        document: Id of the document.
        told: What else the statement says.

    Raises:
        gateway.certificates.seals.SealError: There is no key.
    """
    last = session.scalars(select(DocumentEventRow).order_by(DocumentEventRow.entry.desc()).limit(1)).first()
    entry, previous = (last.entry + 1, last.hash) if last else (1, FIRST)
    if last is not None and sealer.is_lost:
        msg = (
            f"{sealer.path}: is gone, and {last.entry} entries were sealed with it. Bring it back from a copy; where "
            f"there is none, put an empty file {LOST_FILE} beside it, and a new key is made."
        )
        raise SealError(msg)
    fixed = {"entry": entry, "at": at, "action": action, "document": document, "previous": previous}
    statement = canonical({**told, **fixed})
    row = DocumentEventRow(
        entry=entry,
        document=document,
        action=action,
        at=at,
        statement=statement,
        hash=digest(statement),
        public_key=sealer.public_key,
        seal=sealer.seal(statement.encode()),
    )
    session.add(row)
    session.flush()
    return row


def of_issue(document: IssuedDocumentRow) -> dict[str, object]:
    """What the statement of an issue says of the document."""
    names = ("laboratory", "kind", "number", "year", "sequence", "issued", "issued_by", "amends", "token")
    hashes = ("content_sha256", "pdf_sha256", "xml_sha256")
    signed = {"signatures_sha256": digest(document.signatures)}
    return {name: getattr(document, name) for name in (*names, *hashes)} | signed


def state_of(session: Session, document: str) -> str:
    """How a document stands: ``issued``, ``amended``, ``withdrawn`` or ``voided``; empty: nothing was issued."""
    its = DocumentEventRow
    actions = set(session.scalars(select(its.action).where(its.document == document)))
    return next((one for one in (VOIDED, WITHDRAWN, AMENDED, ISSUED) if one in actions), "")


def events_of(session: Session, document: str) -> list[DocumentEventRow]:
    """What happened to a document, in order."""
    its = DocumentEventRow
    return list(session.scalars(select(its).where(its.document == document).order_by(its.entry)))
