"""The journal of what is forwarded: numbered, kept until it is stored above, every number accounted for."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, Held, Record, Run
from edge_agent.wire.packing import KEPT, Body, pack, squeeze
from edge_agent.wire.ranges import Ranges
from gateway.registry.sharing import (
    ForwardDayRow,
    ForwarderRow,
    ForwardJournalRow,
    ForwardMessageRow,
    ForwardReceiptRow,
)

WITHDRAWN, ROTTEN, SET_ASIDE, EVICTED = "withdrawn", "rotten", "set_aside", "evicted"
_MS = 1_000_000
_PART = 500


class Parcel(NamedTuple):
    """What becomes one message.

    Attributes:
        body: Its lines.
        agreement: Under which it goes; empty: a word of the forwarder's own.
        kind: Of ``gateway.registry.sharing.KINDS``; empty likewise.
    """

    body: Body
    agreement: str = ""
    kind: str = ""


def locked(session: Session) -> ForwarderRow | None:
    """The forwarder, held to the end of the transaction: only then may messages be numbered; None: there is none."""
    return session.scalar(select(ForwarderRow).with_for_update().execution_options(populate_existing=True))


def begin_journal(session: Session, forwarder: ForwarderRow, machine: str, boot: str, settings: str, now: int) -> str:
    """A run begins; messages are numbered anew from here on, after its first record.

    Args:
        session: In which the forwarder is locked.
        forwarder: Whose.
        machine: Whose registry this is.
        boot: Which process.
        settings: Of what it is told to do, hashed here.
        now: UTC ns.
    """
    before = session.get(ForwardJournalRow, forwarder.journal_id)
    last = session.scalar(select(func.max(ForwardMessageRow.made_at))) or 0
    row = ForwardJournalRow(journal=secrets.token_hex(16), next_seq=1, began_at=now)
    held_before = held(session)
    session.add(row)
    session.flush()
    forwarder.journal_id = row.id
    run = Run(
        key=row.journal,
        machine=hashlib.sha256(machine.encode()).hexdigest()[:32],
        boot=boot,
        version=version("nhipdo"),
        config_sha256=hashlib.sha256(settings.encode()).hexdigest(),
        held=tuple(held_before),
        previous_end=last,
        previous=before.journal if before else "",
    )
    say(session, forwarder, [run], now)
    return row.journal


def say(session: Session, forwarder: ForwarderRow, records: Iterable[Record], now: int) -> None:
    """Words of the forwarder's own."""
    dated = (msgspec.structs.replace(one, at=now, revision=one.revision or now // _MS) for one in records)
    lines = [msgspec.json.encode(one).decode() for one in dated]
    append(session, forwarder, [Parcel(body) for body in pack(KEPT, lines)], now)


def append(session: Session, forwarder: ForwarderRow, parcels: Iterable[Parcel], now: int) -> int:
    """Number and keep; how many. The forwarder is locked."""
    journal = session.get_one(ForwardJournalRow, forwarder.journal_id)
    rows: list[dict[str, Any]] = []
    for parcel in parcels:
        crc, squeezed = squeeze(parcel.body.plain)
        forwarder.last_id += 1
        rows.append(
            {
                "id": forwarder.last_id,
                "journal_id": journal.id,
                "seq": journal.next_seq,
                "way": parcel.body.kind,
                "agreement": parcel.agreement,
                "kind": parcel.kind,
                "made_at": now,
                "stored_at": 0,
                "n": parcel.body.n,
                "crc": crc,
                "size": len(parcel.body.plain),
                "body": squeezed,
            }
        )
        journal.next_seq += 1
    if rows:
        session.execute(insert(ForwardMessageRow), rows)
    session.flush()
    return len(rows)


def held(session: Session) -> list[Held]:
    """The journals of which messages are held, the oldest first."""
    its = ForwardMessageRow
    rows = session.execute(
        select(ForwardJournalRow.journal, func.min(its.seq), func.max(its.seq))
        .join(its, its.journal_id == ForwardJournalRow.id)
        .group_by(ForwardJournalRow.id, ForwardJournalRow.journal)
        .order_by(ForwardJournalRow.id)
    )
    return [Held(journal=journal, first=first, last=last) for journal, first, last in rows]


def stored(session: Session) -> dict[str, Ranges]:
    """Journal -> what of it is stored above, as far as we were told."""
    found: dict[str, Ranges] = {}
    its = ForwardReceiptRow
    rows = select(ForwardJournalRow.journal, its.lo, its.hi).join(its, its.journal_id == ForwardJournalRow.id)
    for journal, lo, hi in session.execute(rows.where(its.why == "")):
        found.setdefault(journal, Ranges()).add(lo, hi)
    return found


def give_up(session: Session, forwarder: ForwarderRow, rows: Sequence[ForwardMessageRow], why: str, now: int) -> None:
    """Never send these again; the gateway above is told that, and their numbers stay accounted for."""
    by_journal: dict[int, list[ForwardMessageRow]] = {}
    for row in rows:
        by_journal.setdefault(row.journal_id, []).append(row)
    declared = []
    for journal_id, some in by_journal.items():
        journal = session.get_one(ForwardJournalRow, journal_id)
        ranges = Ranges((row.seq, row.seq) for row in some)
        declared.append(
            Declared(
                key=f"{journal.journal}.{min(row.seq for row in some)}.{why}.{now}",
                journal=journal.journal,
                ranges=tuple(ranges),
                lines=sum(row.n for row in some),
                since=min(row.made_at for row in some),
                until=max(row.made_at for row in some),
                reason=why,
            )
        )
        keep_receipts(session, journal_id, why, ranges)
        for part in _parts([row.id for row in some]):
            session.execute(delete(ForwardMessageRow).where(ForwardMessageRow.id.in_(part)))
    say(session, forwarder, declared, now)


def count_given_up(session: Session, rows: Iterable[ForwardMessageRow], day: str) -> None:
    """Write down of these that they never left."""
    for row in rows:
        if row.agreement and not row.stored_at:
            day_of(session, row.agreement, row.kind, day).given_up += 1


def keep_receipts(session: Session, journal_id: int, why: str, more: Ranges) -> Ranges:
    """These numbers are accounted for; those of them that were not before."""
    its = ForwardReceiptRow
    where = (its.journal_id == journal_id, its.why == why)
    before = {lo: hi for lo, hi in session.execute(select(its.lo, its.hi).where(*where))}  # noqa: C416  rows
    known = Ranges(before.items())
    new = Ranges(piece for lo, hi in more for piece in known.absent(lo, hi))
    known.update(new)
    after = dict(known)
    for part in _parts([lo for lo, hi in before.items() if after.get(lo) != hi]):
        session.execute(delete(its).where(*where, its.lo.in_(part)))
    rows = [
        {"journal_id": journal_id, "why": why, "lo": lo, "hi": hi} for lo, hi in after.items() if before.get(lo) != hi
    ]
    if rows:
        session.execute(insert(its), rows)
    return new


def acknowledge(
    session: Session,
    forwarder: ForwarderRow,
    store: tuple[str, int],
    now_stored: Mapping[str, Ranges],
    now: int,
    day: str,
) -> None:
    """What is stored above; another store, or a restored one, begins from nothing."""
    if store != (forwarder.store, forwarder.generation):
        session.execute(delete(ForwardReceiptRow).where(ForwardReceiptRow.why == ""))
    forwarder.store, forwarder.generation = store
    journals = select(ForwardJournalRow).where(ForwardJournalRow.journal.in_(list(now_stored)))
    for journal in session.scalars(journals).all():
        for lo, hi in keep_receipts(session, journal.id, "", now_stored[journal.journal]):
            _left(session, journal.id, (lo, hi), now, day)


def _left(session: Session, journal_id: int, numbers: tuple[int, int], now: int, day: str) -> None:
    """Write down what is stored for the first time: that is when it has left."""
    its = ForwardMessageRow
    where = (its.journal_id == journal_id, its.seq.between(*numbers), its.stored_at == 0)
    sums = session.execute(
        select(its.agreement, its.kind, func.count(), func.sum(its.n), func.sum(its.size))
        .where(*where, its.agreement != "")
        .group_by(its.agreement, its.kind)
        .order_by(its.agreement, its.kind)
    ).all()
    for agreement, kind, messages, lines, size in sums:
        row = day_of(session, agreement, kind, day)
        row.messages, row.lines, row.bytes = row.messages + messages, row.lines + int(lines), row.bytes + int(size)
        row.last_at = now
    session.execute(update(its).where(*where).values(stored_at=now).execution_options(synchronize_session=False))


def day_of(session: Session, agreement: str, kind: str, day: str) -> ForwardDayRow:
    """What left on a day, to be added to."""
    row = session.get(ForwardDayRow, (agreement, kind, day))
    if row is None:
        row = ForwardDayRow(
            agreement=agreement, kind=kind, day=day, messages=0, lines=0, bytes=0, withdrawn=0, given_up=0, last_at=0
        )
        session.add(row)
    return row


def believable(session: Session, said: Mapping[str, Ranges]) -> dict[str, Ranges]:
    """Of what is said to be stored the numbers that were ever given out: nobody can have stored any others."""
    journals = session.execute(select(ForwardJournalRow.journal, ForwardJournalRow.next_seq)).all()
    return {
        journal: Ranges((max(lo, 1), min(hi, end - 1)) for lo, hi in said[journal] if lo < end and hi > 0)
        for journal, end in journals
        if journal in said
    }


def missing(session: Session) -> int:
    """Numbers that are neither stored above nor declared nor held: there should be none, ever."""
    its, known, count = ForwardMessageRow, dict[int, Ranges](), 0
    for row in session.scalars(select(ForwardReceiptRow)):
        known.setdefault(row.journal_id, Ranges()).add(row.lo, row.hi)
    for journal_id, end in session.execute(select(ForwardJournalRow.id, ForwardJournalRow.next_seq)).all():
        for lo, hi in known.get(journal_id, Ranges()).absent(1, end - 1):
            where = (its.journal_id == journal_id, its.seq.between(lo, hi))
            count += hi - lo + 1 - (session.scalar(select(func.count()).select_from(its).where(*where)) or 0)
    return count


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    # A statement takes a limited number of variables.
    return (ids[k : k + _PART] for k in range(0, len(ids), _PART))
