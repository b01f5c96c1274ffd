"""Every change: who, when, what before and after; each entry sealed with the one before it.

Decision: an entry's hash covers its content and the hash before it, and the last one stands in a row of its own.
Because: who deletes or alters an entry, the last one too, has then to alter all behind it and the head, and the head
is also told to the log each day.
Instead of: trust in the database's permissions, which its administrator grants himself.

Decision: of a person's datum the entry keeps a salted hash; the salt stands beside the datum and goes with it.
Because: a person has the right to be forgotten, and an audit that cannot be altered must not remember them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Index, Row, String, Text, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.registry.fields import Value
from gateway.registry.models import Base
from gateway.registry.roles import Place, Reader

_ID = 32
_SEALED = ("number", "at", "account", "name", "action", "noun", "row", "before", "after", "why", "previous")
_TOLD = (*_SEALED[1:-1], "of_province", "of_organisation", "of_agency")
_FIRST = "0" * 64
_BATCH = 1000
_BEFORE_ALL = -(2**63)

Progress = Callable[[int, int], None]
Unsealed = tuple[Any, ...]
"""What an entry says, in the order of ``_TOLD``, without its number and seals."""


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
    told = unsealed(reader, at, action, noun, row, place=place, before=before, after=after, why=why)
    head = _head(session)
    entry = AuditRow(**_behind(head.number, head.hash, told))
    head.number, head.hash = entry.number, entry.hash
    session.add(entry)
    return entry


def unsealed(
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
) -> Unsealed:
    """An entry that has no number yet: made ready before the lock is taken, for :func:`append`."""
    return (
        at,
        reader.account,
        reader.name,
        action,
        noun,
        row,
        _json(before),
        _json(after),
        why,
        place.province,
        place.organisation,
        place.agency,
    )


def append(session: Session, entries: Iterable[Unsealed]) -> None:
    """Write down many changes at once, in their order; as :func:`note`, within a transaction."""
    session.flush()
    head = _head(session)
    number, sealed = head.number, head.hash
    rest = iter(entries)
    while batch := list(islice(rest, _BATCH)):
        rows = []
        for told in batch:
            rows.append(row := _behind(number, sealed, told))
            number, sealed = row["number"], row["hash"]
        session.execute(insert(AuditRow.__table__), rows)  # type: ignore[arg-type]
    head.number, head.hash = number, sealed


def verify(session: Session, progress: Progress = lambda _done, _total: None) -> Iterator[Broken]:
    """Every place where the chain does not hold, in order; nothing when it is whole.

    It is read some thousand entries at a time, so that neither memory nor a lock grows with it, up to the entry that
    was the last at the beginning: what is written meanwhile is left to the next time.

    Args:
        session: Nothing is written with it.
        progress: Is told how many entries of how many were looked at.
    """
    number, sealed = last(session)
    expected, previous, after = 1, _FIRST, _BEFORE_ALL
    progress(0, number)
    while entries := _some(session, after, number):
        for entry in entries:
            if entry.number != expected:
                yield Broken(expected, "missing")
            if entry.hash != _hash(entry[:-1]) or (entry.number == expected and entry.previous != previous):
                yield Broken(entry.number, "altered")
            expected, previous = entry.number + 1, entry.hash
        after = expected - 1
        progress(min(after, number), number)
    if (number, sealed) != (expected - 1, previous) or _stands_behind(session):
        yield Broken(number, "head")


def last(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry; 0 when there is none."""
    head = session.execute(select(AuditHeadRow.number, AuditHeadRow.hash)).first()
    return (head.number, head.hash) if head else (0, _FIRST)


def _some(session: Session, after: int, until: int) -> Sequence[Row[Any]]:
    number = AuditRow.number
    query = select(*(getattr(AuditRow, name) for name in (*_SEALED, "hash")))
    query = query.where(number > after, number <= until).order_by(number).limit(_BATCH)
    found = session.execute(query).all()
    session.rollback()  # a transaction that stays open for minutes keeps old pages from being tidied away
    return found


def _stands_behind(session: Session) -> bool:
    """Whether there are entries behind the last one: asked in one statement, so that nobody writes in between."""
    head = select(func.coalesce(func.max(AuditHeadRow.number), 0)).scalar_subquery()
    return bool(session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.number > head)))


def _head(session: Session) -> AuditHeadRow:
    head = session.get(AuditHeadRow, 1)
    if head is None:
        head = AuditHeadRow(one=1, number=0, hash=_FIRST)
        session.add(head)
    return head


def _behind(number: int, sealed: str, told: Unsealed) -> dict[str, Any]:
    """The columns of the entry behind that of a number and a hash."""
    row: dict[str, Any] = dict(zip(_TOLD, told, strict=True))
    row |= {"number": number + 1, "previous": sealed}
    row["hash"] = _hash([row[name] for name in _SEALED])
    return row


def _json(values: Mapping[str, Value] | None) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if values else ""


def _hash(sealed: Sequence[Any]) -> str:
    told = json.dumps(list(sealed), ensure_ascii=False, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()
