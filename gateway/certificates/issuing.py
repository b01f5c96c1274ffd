"""A document's way: draft, exported for signing, issued; then amended or withdrawn. Each step is one transaction.

Decision: whoever may decide at the laboratory exports, issues, voids and withdraws; who may write prepares drafts.
Because: a number and a seal are given with the laboratory's authority (ISO/IEC 17025:2017, 6.2.6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gateway.certificates import ledger, reaching
from gateway.certificates.before_issue import Lacking, lacking
from gateway.certificates.choosing import Chosen
from gateway.certificates.composing import compose
from gateway.certificates.content import Document, canonical, digest, document_of
from gateway.certificates.digital import xml_of
from gateway.certificates.files import files_of, why_without_xml
from gateway.certificates.gathering import gather
from gateway.certificates.reaching import draft_for, issued_for, need_in_force, need_only_one, note, order_for
from gateway.certificates.refusing import DocumentError, reason_of
from gateway.certificates.seals import Sealer
from gateway.certificates.signing import Signature, SignedPdfError, check_signed
from gateway.certificates.taking_over import REPLACED, WITHDRAWN, set_status, take_over
from gateway.certificates.xml_seals import XmlSealer
from gateway.registry import transaction
from gateway.registry.issued_documents import (
    AMENDED,
    DRAFT,
    EXPORTED,
    ISSUED,
    VOIDED,
    DocumentDraftRow,
    IssuedDocumentRow,
)
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title

TRUST = "trusted"
_GROUP = "laboratory"


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it would be issued today.

    Attributes:
        document: What it says; None: it cannot be put together, see ``lacking``.
        lacking: What is missing.
        without_xml: Why it is issued without a digital certificate; None: it has one, or is of a kind that has none.
    """

    document: Document | None
    lacking: tuple[Lacking, ...]
    without_xml: Title | None = None


class Issuing:
    """The documents of one registry.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
        zone: Whose days stand on documents.
        folder: With the seal's key, and ``trusted/`` with certificates of authorities.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int], zone: ZoneInfo, folder: Path) -> None:
        self._engine, self._clock, self._zone = engine, clock, zone
        self.sealer, self.xml_sealer = Sealer(folder), XmlSealer(folder)
        self.trust = folder / TRUST

    def today(self) -> str:
        """The local day."""
        return datetime.fromtimestamp(self._clock() // 10**9, self._zone).date().isoformat()

    def begin(self, reader: Reader, work_order: str, chosen: Chosen, amends: str = "") -> str:
        """A draft for an order; its id.

        Args:
            reader: Who begins it.
            work_order: Id of the order.
            chosen: What was chosen for it.
            amends: Id of the document that it is to amend; empty: none.

        Raises:
            NoSuchRowError: There is no such order or document that they may see.
            ForbiddenError: They may not write there.
            DocumentError: A document of the order is on its way or in force already.
        """
        with transaction(self._engine) as session:
            order = order_for(session, reader, work_order, Action.WRITE)
            if amends:
                need_in_force(session, issued_for(session, reader, amends, Action.WRITE))
            need_only_one(session, order, amends)
            row = DocumentDraftRow(
                id=f"{self._clock() // 1_000_000:012x}{token_hex(10)}",
                laboratory=order.laboratory,
                work_order=order.id,
                kind=order.kind,
                languages=chosen.languages,
                state=DRAFT,
                year=0,
                sequence=None,
                number="",
                token=token_hex(16),
                address="",
                amends=amends,
                chosen=canonical(chosen),
                content="",
                pdf=b"",
                xml=b"",
                made_at=self._clock(),
                made_by=reader.name,
                why="",
            )
            session.add(row)
            note(session, reader, self._clock(), "make", row, {"kind": row.kind, "amends": amends})
            return row.id

    def choose(self, reader: Reader, draft: str, chosen: Chosen) -> None:
        """Change what was chosen for a draft.

        Raises:
            NoSuchRowError, ForbiddenError: As in :meth:`begin`.
            DocumentError: It was exported or issued.
        """
        with transaction(self._engine) as session:
            row = draft_for(session, reader, draft, Action.WRITE, (DRAFT,))
            row.chosen, row.languages = canonical(chosen), chosen.languages

    def preview(self, reader: Reader, draft: str) -> Preview:
        """The draft as it would be issued today, without a number.

        Raises:
            NoSuchRowError: There is no such draft that they may see.
        """
        with Session(self._engine) as session:
            row = draft_for(session, reader, draft, Action.READ)
            if row.content:
                document = document_of(row.content)
                return Preview(document, (), xml_of(document)[1])
            return self._look(session, row, "", "")

    def export(self, reader: Reader, draft: str, base: str) -> None:
        """Give it its number, and make the files that are to be signed outside.

        Args:
            reader: Who exports it.
            draft: Which.
            base: Address of this gateway, as customers reach it: ``https://lab.example``.

        Raises:
            NoSuchRowError, ForbiddenError: As in :meth:`begin`.
            DocumentError: Something is lacking, or it was exported before.
            gateway.certificates.typesetting.NotInstalledError: The extra ``documents`` is not there.
        """
        with transaction(self._engine) as session:
            row = draft_for(session, reader, draft, Action.DECIDE, (DRAFT,))
            self._number(session, row, base)
            note(session, reader, self._clock(), "change", row, {"state": EXPORTED, "number": row.number})

    def issue(self, reader: Reader, draft: str, base: str) -> str:
        """Issue a document that nobody signs electronically; its id. Raises as :meth:`export`."""
        with transaction(self._engine) as session:
            row = draft_for(session, reader, draft, Action.DECIDE, (DRAFT,))
            self._number(session, row, base)
            return self._issue(session, reader, row, row.pdf, ())

    def take_signed(self, reader: Reader, draft: str, signed: bytes) -> str:
        """Issue an exported document whose PDF comes back signed; its id.

        Raises:
            NoSuchRowError, ForbiddenError: As in :meth:`begin`.
            DocumentError: It was not exported; or the PDF is another, was changed, or is not signed as it must be.
        """
        with Session(self._engine) as session:
            exported = draft_for(session, reader, draft, Action.DECIDE, (EXPORTED,)).pdf
        try:
            signatures = check_signed(signed, exported, self.trust)
        except SignedPdfError as error:
            raise DocumentError(error.why.vi, error.why.en) from error
        with transaction(self._engine) as session:
            row = draft_for(session, reader, draft, Action.DECIDE, (EXPORTED,))
            return self._issue(session, reader, row, signed, signatures)

    def void(self, reader: Reader, draft: str, why: str) -> None:
        """Give a draft up; a number that it has stays in the ledger as voided.

        Raises:
            NoSuchRowError, ForbiddenError: As in :meth:`begin`.
            DocumentError: It was issued, or no reason is given.
        """
        why = reason_of(why)
        with transaction(self._engine) as session:
            row = draft_for(session, reader, draft, Action.DECIDE, (DRAFT, EXPORTED))
            if row.number:
                told = {"number": row.number, "kind": row.kind, "laboratory": row.laboratory, "why": why}
                ledger.note(session, self.sealer, self._clock(), VOIDED, row.id, told | {"by": reader.name})
            row.state, row.why = VOIDED, why
            note(session, reader, self._clock(), "change", row, {"state": VOIDED}, why)

    def withdraw(self, reader: Reader, document: str, why: str) -> None:
        """Say that a document holds no longer.

        Raises:
            NoSuchRowError, ForbiddenError: As in :meth:`begin`.
            DocumentError: It was amended or withdrawn before, or no reason is given.
        """
        why = reason_of(why)
        with transaction(self._engine) as session:
            row = issued_for(session, reader, document, Action.DECIDE)
            need_in_force(session, row)
            told = {"number": row.number, "why": why, "by": reader.name}
            ledger.note(session, self.sealer, self._clock(), WITHDRAWN, row.id, told)
            set_status(session, reader, self._clock(), row.certificate, WITHDRAWN, why)
            note(session, reader, self._clock(), "change", row, {"state": WITHDRAWN}, why)

    def _look(self, session: Session, row: DocumentDraftRow, number: str, address: str) -> Preview:
        order = session.get_one(WorkOrderRow, row.work_order)
        was = session.get(IssuedDocumentRow, row.amends) if row.amends else None
        day = self.today()
        sources = gather(session, order, day, self._zone, document_of(was.content) if was else None)
        chosen = msgspec.json.decode(row.chosen, type=Chosen)
        try:
            document = compose(sources, chosen, day, number=number, address=address)
        except ValueError as error:
            words = Title(f"Phạm vi có công thức sai: {error}", f"The scope has a wrong formula: {error}")
            return Preview(None, (Lacking("ILAC-P14", words),))
        return Preview(document, lacking(document, sources), xml_of(document)[1])

    def _number(self, session: Session, row: DocumentDraftRow, base: str) -> None:
        """Number, content and files of a draft that lacks nothing."""
        year = int(self.today()[:4])
        sequence, number = ledger.next_number(session, row.laboratory, row.kind, year)
        address = f"{base.rstrip('/')}/verify/{row.token}"
        seen = self._look(session, row, number, address)
        if seen.document is None or seen.lacking:
            count = len(seen.lacking)
            raise DocumentError(
                f"Chưa cấp được: còn thiếu {count} điều. Hãy xem danh sách.",
                f"Cannot be issued: {count} things are lacking. Look at the list.",
                seen.lacking,
            )
        pdf, xml = files_of(seen.document)
        row.year, row.sequence, row.number, row.address = year, sequence, number, address
        row.content, row.pdf, row.xml, row.state = canonical(seen.document), pdf, xml, EXPORTED
        session.flush()

    def _issue(
        self, session: Session, reader: Reader, row: DocumentDraftRow, pdf: bytes, signatures: tuple[Signature, ...]
    ) -> str:
        document, order = document_of(row.content), session.get_one(WorkOrderRow, row.work_order)
        reaching.need_authorised(session, reader, order)
        need_only_one(session, order, row.amends, but=row.id)
        was = issued_for(session, reader, row.amends, Action.DECIDE) if row.amends else None
        if was is not None:
            need_in_force(session, was)
        at = self._clock()
        xml = self.xml_sealer.seal(row.xml, at) if row.xml else b""
        certificate = take_over(session, reader, at, document, order)
        issued = IssuedDocumentRow(
            **{name: getattr(row, name) for name in ("id", "laboratory", "work_order", "kind", "languages", "amends")},
            **{name: getattr(row, name) for name in ("year", "sequence", "number", "token", "content")},
            instrument=order.instrument,
            certificate=certificate,
            issued=document.issued,
            issued_at=at,
            issued_by=reader.name,
            pdf=pdf,
            xml=xml,
            signatures=canonical(signatures),
            content_sha256=digest(row.content),
            pdf_sha256=digest(pdf),
            xml_sha256=digest(xml) if xml else "",
        )
        session.add(issued)
        row.state = ISSUED
        session.flush()
        said = ledger.of_issue(issued) | why_without_xml(document, xml)
        entry = ledger.note(session, self.sealer, at, ISSUED, row.id, said)
        if was is not None:
            told = {"number": was.number, "by_number": row.number, "by": reader.name, "change": document.amends.change}  # type: ignore[union-attr]
            ledger.note(session, self.sealer, at, AMENDED, was.id, told)
            set_status(session, reader, at, was.certificate, REPLACED, f"amended by {row.number}")
        note(
            session, reader, self._clock(), "change", row, {"state": ISSUED, "number": row.number, "entry": entry.hash}
        )
        return row.id
