"""Every change: who, when, what before and after; each entry sealed with the one before it.

Decision: an entry's hash covers its content and the hash before it, and the last one stands in a row of its own.
Because: who deletes or alters an entry, the last one too, has then to alter all behind it and the head, and the head
is also told to the log each day.
Instead of: trust in the database's permissions, which its administrator grants himself.

Decision: of a person's datum the entry keeps a salted hash; the salt stands beside the datum and goes with it.
Because: a person has the right to be forgotten, and an audit that cannot be altered must not remember them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import BigInteger, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.registry.fields import Value
from gateway.registry.models import Base
from gateway.registry.roles import Place, Reader

_ID = 32
_SEALED = ("number", "at", "account", "name", "action", "noun", "row", "before", "after", "why", "previous")
_FIRST = "0" * 64
_BATCH = 1000


class AuditRow(Base):
    """One change.

    Attributes:
        number: 1, 2, 3 ... without a gap.
        at: When, UTC ns.
        account: Id of who did it; empty: the gateway.
        name: How they signed.
        action: ``make``, ``change``, ``retire``, ``restore``, ``erase``, ``import``, ``sign_in`` ...
        noun: Of what.
        row: Its id.
        before: Values before, JSON; only those that changed.
        after: Values after, JSON.
        why: What they said.
        of_province: Whose it is.
        of_organisation: Whose it is.
        of_agency: Whose it is.
        previous: Hash of the entry before.
        hash: SHA-256 of this entry.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_noun_row", "noun", "row"),
        Index("ix_audit_of_organisation", "of_organisation"),
        Index("ix_audit_of_province", "of_province"),
    )
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(String(_ID))
    name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(63))
    noun: Mapped[str] = mapped_column(String(63))
    row: Mapped[str] = mapped_column(String(63))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    of_province: Mapped[str] = mapped_column(String(_ID))
    of_organisation: Mapped[str] = mapped_column(String(_ID))
    of_agency: Mapped[str] = mapped_column(String(_ID))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """The last entry: one row.

    Attributes:
        one: Always 1.
        number: Of the last entry; 0: there is none.
        hash: Of the last entry.
    """

    __tablename__ = "audit_head"
    one: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold.

    Attributes:
        number: Of the entry.
        why: ``altered``, ``missing`` or ``head``.
    """

    number: int
    why: str


def note(
    session: Session,
    reader: Reader,
    at: int,
    action: str,
    noun: str,
    row: str,
    *,
    place: Place,
    before: Mapping[str, Value] | None = None,
    after: Mapping[str, Value] | None = None,
    why: str = "",
) -> AuditRow:
    """Write down one change, within a ``gateway.registry.transaction`` (it holds the lock that numbers need)."""
    head = session.get(AuditHeadRow, 1)
    if head is None:
        head = AuditHeadRow(one=1, number=0, hash=_FIRST)
        session.add(head)
    entry = AuditRow(
        number=head.number + 1,
        at=at,
        account=reader.account,
        name=reader.name,
        action=action,
        noun=noun,
        row=row,
        before=_json(before),
        after=_json(after),
        why=why,
        of_province=place.province,
        of_organisation=place.organisation,
        of_agency=place.agency,
        previous=head.hash,
    )
    entry.hash = _seal(entry)
    session.add(entry)
    head.number, head.hash = entry.number, entry.hash
    return entry


def verify(session: Session) -> Iterator[Broken]:
    """Every place where the chain does not hold, in order; nothing when it is whole."""
    expected, previous = 1, _FIRST
    query = select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=_BATCH)
    for entry in session.scalars(query):
        if entry.number != expected:
            yield Broken(expected, "missing")
        elif entry.previous != previous or entry.hash != _seal(entry):
            yield Broken(entry.number, "altered")
        expected, previous = entry.number + 1, entry.hash
        session.expunge(entry)
    head = session.get(AuditHeadRow, 1)
    if (head.number, head.hash) != (expected - 1, previous) if head else expected != 1:
        yield Broken(head.number if head else 0, "head")


def _json(values: Mapping[str, Value] | None) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if values else ""


def _seal(entry: AuditRow) -> str:
    told = json.dumps([getattr(entry, name) for name in _SEALED], ensure_ascii=False, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()
