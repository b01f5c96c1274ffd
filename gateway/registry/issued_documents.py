"""Tables of documents: drafts, what was issued, and the ledger of everything that happened to them."""

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.registry.models import Base

DRAFT, EXPORTED, VOIDED = "draft", "exported", "voided"
ISSUED, AMENDED, WITHDRAWN = "issued", "amended", "withdrawn"
_ID, _HASH = 32, 64


class DocumentDraftRow(Base):
    """A document on its way: what it says may change until it is exported.

    Attributes:
        id: Which; the document that is issued from it has the same.
        laboratory: Whose.
        work_order: Of which.
        kind: ``calibration``, ``verification``, ``test``.
        languages: ``vi``, ``en`` or ``vi_en``.
        state: ``draft``, ``exported``, ``issued`` or ``voided``.
        year: Of its number; 0: it has none yet.
        sequence: Within laboratory, year and kind; None: it has none yet.
        number: As printed; empty: none yet.
        token: 128 random bits of the public page, hexadecimal.
        address: Where the public page is, as printed in the QR code.
        amends: Id of the document that it amends; empty: none.
        chosen: What people have chosen and written for it, JSON of ``choosing.Chosen``.
        content: What it says, canonical JSON; empty before it is exported.
        pdf: As exported.
        xml: As exported; empty: there is none.
        made_at: When it was begun, UTC ns.
        made_by: By whom.
        why: Why it was voided.
    """

    __tablename__ = "document_draft"
    __table_args__ = (
        UniqueConstraint("laboratory", "kind", "year", "sequence", name="uq_document_draft_number"),
        Index("ix_document_draft_work_order", "work_order"),
    )
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    laboratory: Mapped[str] = mapped_column(String(_ID), ForeignKey("laboratory.id"))
    work_order: Mapped[str] = mapped_column(String(_ID), ForeignKey("work_order.id"))
    kind: Mapped[str] = mapped_column(String(63))
    languages: Mapped[str] = mapped_column(String(63))
    state: Mapped[str] = mapped_column(String(63))
    year: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(String(100))
    token: Mapped[str] = mapped_column(String(_ID))
    address: Mapped[str] = mapped_column(String(500))
    amends: Mapped[str] = mapped_column(String(_ID))
    chosen: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text)


class IssuedDocumentRow(Base):
    """A document as it was issued: never changed, never deleted.

    Attributes:
        id: As its draft.
        laboratory: Whose.
        work_order: Of which.
        instrument: Of what.
        certificate: The registry's row that was made from it.
        kind: As in the draft.
        languages: As in the draft.
        year: Of its number.
        sequence: Of its number.
        number: Its number.
        token: Of its public page.
        amends: Id of the document that it amends; empty: none.
        issued: Local day.
        issued_at: UTC ns.
        issued_by: Who issued it.
        content: What it says, canonical JSON.
        pdf: The file; signed, where the laboratory signs.
        xml: DCC; empty: none.
        signatures: Who signed the PDF outside, JSON; ``[]``: nobody.
        content_sha256: Hexadecimal, as the next two.
        pdf_sha256: Of the PDF.
        xml_sha256: Of the DCC; empty: none.
    """

    __tablename__ = "issued_document"
    __table_args__ = (
        UniqueConstraint("laboratory", "kind", "year", "sequence", name="uq_issued_document_number"),
        UniqueConstraint("token", name="uq_issued_document_token"),
        Index("ix_issued_document_pdf_sha256", "pdf_sha256"),
        Index("ix_issued_document_xml_sha256", "xml_sha256"),
        Index("ix_issued_document_work_order", "work_order"),
        Index("ix_issued_document_certificate", "certificate"),
    )
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    laboratory: Mapped[str] = mapped_column(String(_ID), ForeignKey("laboratory.id"))
    work_order: Mapped[str] = mapped_column(String(_ID), ForeignKey("work_order.id"))
    instrument: Mapped[str] = mapped_column(String(_ID), ForeignKey("instrument.id"))
    certificate: Mapped[str] = mapped_column(String(_ID), ForeignKey("certificate.id"))
    kind: Mapped[str] = mapped_column(String(63))
    languages: Mapped[str] = mapped_column(String(63))
    year: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(String(100))
    token: Mapped[str] = mapped_column(String(_ID))
    amends: Mapped[str] = mapped_column(String(_ID))
    issued: Mapped[str] = mapped_column(String(10))
    issued_at: Mapped[int] = mapped_column(BigInteger)
    issued_by: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    signatures: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(_HASH))
    pdf_sha256: Mapped[str] = mapped_column(String(_HASH))
    xml_sha256: Mapped[str] = mapped_column(String(_HASH))


class DocumentEventRow(Base):
    """An entry of the ledger: what happened to a document. Never changed, never deleted.

    Attributes:
        entry: 1, 2, 3 ... without a gap.
        document: Id of the document, or of the draft that was voided.
        action: ``issued``, ``amended``, ``withdrawn``, ``voided``.
        at: UTC ns.
        statement: What happened, canonical JSON, with the hash of the entry before.
        hash: SHA-256 of the statement.
        public_key: Of the seal, Ed25519, hexadecimal.
        seal: Ed25519 signature of the statement, hexadecimal.
    """

    __tablename__ = "document_event"
    __table_args__ = (Index("ix_document_event_document", "document"),)
    entry: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(String(_ID), ForeignKey("document_draft.id"))
    action: Mapped[str] = mapped_column(String(63))
    at: Mapped[int] = mapped_column(BigInteger)
    statement: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(_HASH))
    public_key: Mapped[str] = mapped_column(String(_HASH))
    seal: Mapped[str] = mapped_column(String(128))
