"""Whether all documents are as they were issued: files, rows, seals, the ledger's chain, numbers without gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.certificates.content import digest
from gateway.certificates.ledger import FIRST, of_issue
from gateway.certificates.seals import Sealer, is_sealed
from gateway.certificates.xml_seals import CERTIFICATES, XmlSealer
from gateway.registry.audit import AuditRow
from gateway.registry.issued_documents import (
    EXPORTED,
    ISSUED,
    VOIDED,
    DocumentDraftRow,
    DocumentEventRow,
    IssuedDocumentRow,
)

_ADVICE = "Compare it with a copy of the database."


@dataclass(frozen=True, slots=True)
class Problem:
    """What is not as it was; ``words`` say which, what, and what to do."""

    words: str


def check_documents(session: Session, sealer: Sealer) -> Iterator[Problem]:
    """Everything that is not as it was issued.

    Args:
        session: Of the registry.
        sealer: With this gateway's key; seals of other keys are told, not trusted.
    """
    issued: dict[str, dict[str, Any]] = {}
    yield from _chain(session, sealer, issued)
    yield from _head(session)
    yield from _files(session, issued)
    yield from _xml_seals(session, XmlSealer(sealer.path.parent))
    yield from _numbers(session)


def counts(session: Session) -> tuple[int, int]:
    """How many documents were issued, and how many entries the ledger has."""
    of = (IssuedDocumentRow, DocumentEventRow)
    documents, entries = (session.scalar(select(func.count()).select_from(one)) or 0 for one in of)
    return documents, entries


def _chain(session: Session, sealer: Sealer, issued: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    lost = sealer.is_lost and counts(session)[1] > 0
    if lost:
        yield Problem(f"{sealer.path}: the key of the seals is gone. Bring it back from a copy.")
    # Who only looks makes no key in the place of one that was lost.
    previous, expected, ours = FIRST, 1, "" if lost else sealer.public_key
    for row in session.scalars(
        select(DocumentEventRow).order_by(DocumentEventRow.entry).execution_options(yield_per=200)
    ):
        while expected < row.entry:
            yield Problem(f"entry {expected} of the ledger is missing. {_ADVICE}")
            expected, previous = expected + 1, ""
        yield from _entry(row, previous, ours)
        if row.action == ISSUED:
            issued[row.document] = _told(row.statement)
        previous, expected = row.hash, row.entry + 1


def _entry(row: DocumentEventRow, previous: str, ours: str) -> Iterator[Problem]:
    told = _told(row.statement)
    fixed = {"entry": row.entry, "document": row.document, "action": row.action, "at": row.at}
    is_its = all(told.get(name) == value for name, value in fixed.items())
    if digest(row.statement) != row.hash or not is_its or (previous and told.get("previous") != previous):
        yield Problem(f"entry {row.entry} of the ledger was altered. {_ADVICE}")
    elif not is_sealed(row.statement.encode(), row.seal, row.public_key):
        yield Problem(f"entry {row.entry} of the ledger has a seal that does not belong to it. {_ADVICE}")
    elif ours and row.public_key != ours:
        yield Problem(
            f"entry {row.entry} of the ledger was sealed with another key, {row.public_key[:16]}, than "
            f"this gateway has, {ours[:16]}. Look whether another gateway has it, or the key file was replaced."
        )


def _head(session: Session) -> Iterator[Problem]:
    """The audit, which has a chain of its own, names the last document's entry: who cuts off the end is found."""
    its = AuditRow
    noted = session.scalars(
        select(its.after).where(its.noun == "issued_document").order_by(its.number.desc()).limit(50)
    )
    last = next((entry for after in noted if (entry := _told(after).get("entry"))), None)
    if last and session.scalar(select(DocumentEventRow.entry).where(DocumentEventRow.hash == last)) is None:
        yield Problem(f"the last entry of the ledger is not the one that the audit names. {_ADVICE}")


def _files(session: Session, issued: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    left = dict(issued)
    for row in session.scalars(select(IssuedDocumentRow).execution_options(yield_per=20)):
        told = left.pop(row.id, None)
        if told is None:
            yield Problem(f"{row.number}: is there, and the ledger does not know it. {_ADVICE}")
            continue
        for name, content, sha256 in (
            ("PDF", row.pdf, "pdf_sha256"),
            ("XML", row.xml, "xml_sha256"),
            ("content", row.content, "content_sha256"),
        ):
            if (digest(content) if content else "") != told.get(sha256):
                yield Problem(f"{row.number}: its {name} is not the one that was issued. {_ADVICE}")
        for name, value in of_issue(row).items():
            if told.get(name) != value:
                yield Problem(f"{row.number}: {name} is {value}, and the ledger says {told.get(name)}. {_ADVICE}")
    for told in left.values():
        yield Problem(f"{told.get('number')}: was issued, and is no longer there. {_ADVICE}")


def _xml_seals(session: Session, sealer: XmlSealer) -> Iterator[Problem]:
    its = IssuedDocumentRow
    for number, xml in session.execute(select(its.number, its.xml).execution_options(yield_per=20)):
        look = sealer.look(xml)
        if look == "changed":
            yield Problem(f"{number}: its XML was changed after it was sealed. {_ADVICE}")
        elif look == "other":
            folder = sealer.path.parent
            yield Problem(
                f"{number}: its XML has a seal of which {folder}/{CERTIFICATES} has no certificate. "
                "Bring it back from a copy, or look whether another gateway has it."
            )


def _numbers(session: Session) -> Iterator[Problem]:
    its = DocumentDraftRow
    rows = session.execute(
        select(its.laboratory, its.kind, its.year, its.sequence, its.number, its.state, its.id)
        .where(its.sequence.is_not(None))
        .order_by(its.laboratory, its.kind, its.year, its.sequence)
    ).all()
    known = set(session.scalars(select(DocumentEventRow.document).where(DocumentEventRow.action.in_((ISSUED, VOIDED)))))
    for (_, kind, year), group in groupby(rows, key=lambda row: row[:3]):
        taken = list(group)
        sequences = {row.sequence for row in taken}
        for number in range(1, max(sequences)):
            if number not in sequences:
                yield Problem(f"{kind} {year}: number {number} is missing. {_ADVICE}")
        for row in taken:
            if row.state != EXPORTED and row.id not in known:
                yield Problem(f"{row.number}: is {row.state}, and the ledger does not know it. {_ADVICE}")


def _told(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
