"""The tables. Times are UTC in ns since 1970; bodies are JSON as it was said, so that it is decoded by its type."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAME = 63
_HEX = 32


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration can drop it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class StoreRow(Base):
    """Who this store is: one row.

    Attributes:
        one: Always 1.
        id: 128 random bits, made with the database.
        generation: Counts up when the database was restored to an earlier state.
        changes: Raised by every writing transaction.
        created_at: When.
    """

    __tablename__ = "store"
    one: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(_HEX))
    generation: Mapped[int] = mapped_column(Integer)
    changes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)


class EdgeRow(Base):
    """An edge that has spoken.

    Attributes:
        site: The place.
        edge: The agent.
        first_seen: When it first spoke.
        admitted_by: Who said that it belongs here; empty while nobody did.
        admitted_at: When.
        speaks_for: Codes, by commas, of the organisations for which it may forward although its site is none of theirs.
        status: Its last ``EdgeStatus``, JSON; empty when it never sent one.
        status_at: When that came, the gateway's clock.
    """

    __tablename__ = "edge"
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    first_seen: Mapped[int] = mapped_column(BigInteger)
    admitted_by: Mapped[str] = mapped_column(Text, default="")
    admitted_at: Mapped[int] = mapped_column(BigInteger, default=0)
    speaks_for: Mapped[str] = mapped_column(Text, default="", server_default="")
    status: Mapped[str] = mapped_column(Text, default="")
    status_at: Mapped[int] = mapped_column(BigInteger, default=0)


class JournalRow(Base):
    """One run of an edge's agent, and how far it is known.

    Attributes:
        id: Ours, for the tables of ranges.
        site: The place.
        edge: The agent.
        journal: 32 hex digits.
        state: ``open``, ``on_hold`` or ``closed``.
        seen_at: When we first heard of it, the gateway's clock.
        started: When the run began, the edge's clock; 0 while not known.
        alive_at: The edge's clock in the run's last online status.
        first: The lowest number that the edge still holds.
        last: The highest number known.
        held_last: The highest number that the edge holds; 0 when it holds none any more.
        run: Its ``run`` record, JSON; empty while it has not come.
        decided_by: Who admitted or closed it.
        decided_at: When.
        why: What they said.
    """

    __tablename__ = "journal"
    __table_args__ = (Index("uq_journal_site_edge_journal", "site", "edge", "journal", unique=True),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site: Mapped[str] = mapped_column(String(_NAME))
    edge: Mapped[str] = mapped_column(String(_NAME))
    journal: Mapped[str] = mapped_column(String(_HEX), index=True)
    state: Mapped[str] = mapped_column(String(16))
    seen_at: Mapped[int] = mapped_column(BigInteger)
    started: Mapped[int] = mapped_column(BigInteger, default=0)
    alive_at: Mapped[int] = mapped_column(BigInteger, default=0)
    first: Mapped[int] = mapped_column(BigInteger, default=1)
    last: Mapped[int] = mapped_column(BigInteger, default=0)
    held_last: Mapped[int] = mapped_column(BigInteger, default=0)
    run: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[int] = mapped_column(BigInteger, default=0)
    why: Mapped[str] = mapped_column(Text, default="")


class ReceiptRow(Base):
    """Numbers of a journal that are stored: ``lo`` to ``hi``, both included; ranges never touch."""

    __tablename__ = "receipt"
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    lo: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hi: Mapped[int] = mapped_column(BigInteger)


class DeclaredRow(Base):
    """Numbers of a journal that will never be stored, as its edge has declared: ``lo`` to ``hi``."""

    __tablename__ = "declared"
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    lo: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hi: Mapped[int] = mapped_column(BigInteger)


class RecordRow(Base):
    """The record in force: of each noun and key the one of the highest revision."""

    __tablename__ = "record"
    __table_args__ = (Index("ix_record_site_edge_noun_at", "site", "edge", "noun", "at"),)
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    noun: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)


class DeadLetterRow(Base):
    """What came undamaged and could not be used, whole.

    Attributes:
        id: Ours.
        site: The place.
        edge: The agent.
        topic: Where it was published.
        payload: The whole message, or the one line that the store refused.
        is_line: Whether it is one line.
        journal: Whose number it has.
        seq: Its number.
        why: Who, what, expected or got, what to do.
        at: When it came.
        retried_at: When it was last tried again; 0 never.
        stored_at: When trying again succeeded; 0 while it has not.
    """

    __tablename__ = "dead_letter"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site: Mapped[str] = mapped_column(String(_NAME))
    edge: Mapped[str] = mapped_column(String(_NAME))
    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    is_line: Mapped[bool] = mapped_column(Boolean)
    journal: Mapped[str] = mapped_column(String(_HEX))
    seq: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[int] = mapped_column(BigInteger)
    retried_at: Mapped[int] = mapped_column(BigInteger, default=0)
    stored_at: Mapped[int] = mapped_column(BigInteger, default=0)


class FindingRow(Base):
    """Something that the gateway has seen and a person should look at.

    Attributes:
        id: Ours.
        site: The place; empty when it is about the gateway.
        edge: The agent; empty when it is about the gateway.
        kind: ``two_runs``, ``restored_image``, ``damaged`` ...
        subject: Which one of its kind: a journal, a topic.
        text: Who, what, expected or got, what to do.
        since: When it was first seen.
        at: When it was last seen.
        times: How often it was seen.
        over_at: When it ceased to be so, or a person put it aside; 0 while it stands.
    """

    __tablename__ = "finding"
    __table_args__ = (Index("uq_finding_site_edge_kind_subject", "site", "edge", "kind", "subject", unique=True),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site: Mapped[str] = mapped_column(String(_NAME))
    edge: Mapped[str] = mapped_column(String(_NAME))
    kind: Mapped[str] = mapped_column(String(_NAME))
    subject: Mapped[str] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)
    times: Mapped[int] = mapped_column(Integer)
    over_at: Mapped[int] = mapped_column(BigInteger, default=0)


class SettingRow(Base):
    """What the gateway sets at an edge: the body of a retained ``Setting``."""

    __tablename__ = "setting"
    site: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    edge: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    noun: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    key: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    put_by: Mapped[str] = mapped_column(Text)
    put_at: Mapped[int] = mapped_column(BigInteger)
