"""The tables of files: documents kept with rows of nouns, and what became of imports."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.registry.models import Base

_ID = 32
_SHA256 = 64


class DocumentContentRow(Base):
    """What stands in a document; kept once, whatever it is attached to.

    Attributes:
        sha256: Of the content, hexadecimal.
        size: Bytes.
        content: All of it.
    """

    __tablename__ = "document_content"
    sha256: Mapped[str] = mapped_column(String(_SHA256), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentRow(Base):
    """A document or photo of one row of a noun; who may see the row may see it.

    Attributes:
        id: 128 bits, hex; those added later sort later.
        noun: Of which kind of row.
        row: Its id.
        sha256: Of its content.
        media_type: As its content says: ``application/pdf``, ``image/jpeg`` ...
        size: Bytes.
        file: Name of the file, as it was given.
        number: Of the document; empty: none.
        date: Of the document, ``2026-11-22``; empty: none.
        added_at: When, UTC ns.
        added_by: Who: how they sign.
    """

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_noun_row", "noun", "row"), Index("ix_document_sha256", "sha256"))
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    noun: Mapped[str] = mapped_column(String(63))
    row: Mapped[str] = mapped_column(String(_ID))
    sha256: Mapped[str] = mapped_column(
        String(_SHA256), ForeignKey("document_content.sha256", name="fk_document_sha256")
    )
    media_type: Mapped[str] = mapped_column(String(63))
    size: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(100))
    date: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[int] = mapped_column(BigInteger)
    added_by: Mapped[str] = mapped_column(String(200))


class ImportRow(Base):
    """One import of a file.

    Attributes:
        id: 128 bits, hex; those begun later sort later.
        account: Id of whose it is; empty: the gateway's.
        name: How they sign.
        noun: What stands in its rows.
        file: Name of the file.
        dry_run: Whether nothing was to be written.
        state: ``waiting``, ``running``, ``done``, ``refused`` or ``failed``.
        done: Steps done.
        total: Steps in all; 0: not known yet.
        outcome: What it did, JSON; empty: it has not ended.
        made_at: When it was sent, UTC ns.
        seen_at: When it last said that it goes on, UTC ns.
        ended_at: When it ended, UTC ns; 0: it has not.
    """

    __tablename__ = "import"
    __table_args__ = (Index("ix_import_account", "account"),)
    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    account: Mapped[str] = mapped_column(String(_ID))
    name: Mapped[str] = mapped_column(String(200))
    noun: Mapped[str] = mapped_column(String(63))
    file: Mapped[str] = mapped_column(String(200))
    dry_run: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(20))
    done: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int] = mapped_column(BigInteger)
