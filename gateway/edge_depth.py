"""One edge in depth: its journals with their ranges, what could not be used, what it has declared lost, what it told.

Decision: days until its outbox is full and the load of its buses are the edge's own words, not worked out here.
Because: the size that its outbox may take stands in its own configuration; a figure guessed from elsewhere would be
believed.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, Finding, Loss
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.records import record_decoder
from gateway.ingest.committed import journal_of, ranges_of
from gateway.ingest.journals import CLOSED, EdgeId, Journal
from gateway.registry import DeadLetterRow, DeclaredRow, EdgeRow, FindingRow, JournalRow, ReceiptRow, RecordRow

MOST_JOURNALS = 30
MOST_LETTERS = 50
MOST_LOSSES = 500
"""Records of losses that are read, the newest first."""


class KnownJournal(NamedTuple):
    """One run of the edge's agent.

    Attributes:
        journal: As the ingest knows it.
        missing: Ranges that are no longer held, and neither stored nor declared.
        why: What the person said who decided on it.
        decided_at: When, UTC ns; 0: nobody has.
    """

    journal: Journal
    missing: tuple[tuple[int, int], ...]
    why: str
    decided_at: int


class Lost(NamedTuple):
    """What an instrument has lost for one reason.

    Attributes:
        instrument: Which; empty: all of the edge's.
        reason: ``queue_full``, ``power_cut``, ``evicted`` ...
        times: In how many records.
        n: Samples, or messages' lines; None: nobody can know.
        since: From when, UTC ns.
        until: To when, UTC ns.
    """

    instrument: str
    reason: str
    times: int
    n: int | None
    since: int
    until: int


class Told(NamedTuple):
    """A finding that stands; ``times`` is 0 where the edge itself says it."""

    text: str
    since: int
    times: int


@dataclass(frozen=True, slots=True)
class EdgeDepth:
    """All that is known of one edge beyond how it stands.

    Attributes:
        first_seen: When it was first heard of, UTC ns.
        admitted_by: Who has admitted it; empty: nobody.
        admitted_at: When, UTC ns.
        journals: The newest first, at most ``MOST_JOURNALS``; those that want somebody are always among them.
        letters: What could not be used and is not stored yet, the newest first, at most ``MOST_LETTERS``.
        losses: By instrument and reason, the most recent first.
        findings: What stands, the gateway's own and the edge's.
    """

    first_seen: int
    admitted_by: str
    admitted_at: int
    journals: tuple[KnownJournal, ...]
    letters: tuple[DeadLetterRow, ...]
    losses: tuple[Lost, ...]
    findings: tuple[Told, ...]


def edge_depth(engine: Engine, edge: EdgeId) -> EdgeDepth:
    """One edge in depth; of one that never spoke everything is empty."""
    with Session(engine, expire_on_commit=False) as session:
        row = session.get(EdgeRow, edge)
        letters = session.scalars(
            select(DeadLetterRow)
            .where(DeadLetterRow.site == edge.site, DeadLetterRow.edge == edge.edge, DeadLetterRow.stored_at == 0)
            .order_by(DeadLetterRow.id.desc())
            .limit(MOST_LETTERS)
        ).all()
        return EdgeDepth(
            first_seen=row.first_seen if row else 0,
            admitted_by=row.admitted_by if row else "",
            admitted_at=row.admitted_at if row else 0,
            journals=_journals(session, edge),
            letters=tuple(letters),
            losses=_losses(session, edge),
            findings=_findings(session, edge),
        )


def letters_of(engine: Engine, edge: EdgeId) -> list[int]:
    """Ids of what of this edge could not be used yet, the oldest first."""
    its = (DeadLetterRow.site == edge.site, DeadLetterRow.edge == edge.edge, DeadLetterRow.stored_at == 0)
    with Session(engine) as session:
        return list(session.scalars(select(DeadLetterRow.id).where(*its).order_by(DeadLetterRow.id)))


def on_hold(engine: Engine) -> dict[EdgeId, int]:
    """How many journals of each edge wait for a person."""
    counted = (
        select(JournalRow.site, JournalRow.edge, func.count())
        .where(JournalRow.state == "on_hold")
        .group_by(JournalRow.site, JournalRow.edge)
    )
    with Session(engine) as session:
        return {EdgeId(site, edge): n for site, edge, n in session.execute(counted)}


def _journals(session: Session, edge: EdgeId) -> tuple[KnownJournal, ...]:
    rows = session.scalars(select(JournalRow).where(JournalRow.site == edge.site, JournalRow.edge == edge.edge)).all()
    ids = [row.id for row in rows]
    stored, declared = ranges_of(session, ReceiptRow, ids), ranges_of(session, DeclaredRow, ids)
    known = []
    for row in rows:
        journal = journal_of(row, stored.get(row.id, ()), declared.get(row.id, ()))
        known.append(KnownJournal(journal, _missing(journal), row.why, row.decided_at))
    known.sort(key=lambda one: (one.journal.started or one.journal.seen_at, one.journal.row), reverse=True)
    wanted = [one for one in known[MOST_JOURNALS:] if one.journal.state != CLOSED and one.missing]
    return (*known[:MOST_JOURNALS], *wanted)


def _missing(journal: Journal) -> tuple[tuple[int, int], ...]:
    known = Ranges(journal.stored)
    known.update(journal.declared)
    # What the edge still holds is not missing: it waits.
    if journal.held_last >= journal.first:
        known.add(journal.first, journal.held_last)
    return tuple(known.absent(1, journal.last)) if journal.last else ()


def _losses(session: Session, edge: EdgeId) -> tuple[Lost, ...]:
    found: dict[tuple[str, str], Lost] = {}
    rows = session.scalars(
        select(RecordRow)
        .where(RecordRow.site == edge.site, RecordRow.edge == edge.edge, RecordRow.noun.in_(("loss", "declared")))
        .order_by(RecordRow.at.desc())
        .limit(MOST_LOSSES)
    )
    for row in rows:
        said = record_decoder.decode(row.body)
        if not isinstance(said, Loss | Declared):
            continue
        instrument, n = (said.instrument, said.n) if isinstance(said, Loss) else ("", said.lines)
        one = Lost(instrument, said.reason, 1, n, said.since, said.until)
        before = found.get((instrument, said.reason))
        found[instrument, said.reason] = _joined(before, one) if before else one
    return tuple(sorted(found.values(), key=lambda one: one.until, reverse=True))


def _joined(a: Lost, b: Lost) -> Lost:
    n = None if a.n is None or b.n is None else a.n + b.n
    return a._replace(times=a.times + b.times, n=n, since=min(a.since, b.since), until=max(a.until, b.until))


def _findings(session: Session, edge: EdgeId) -> tuple[Told, ...]:
    own = session.scalars(
        select(FindingRow)
        .where(FindingRow.site == edge.site, FindingRow.edge == edge.edge, FindingRow.over_at == 0)
        .order_by(FindingRow.at.desc())
    )
    found = [Told(row.text, row.since, row.times) for row in own]
    rows = session.scalars(
        select(RecordRow)
        .where(RecordRow.site == edge.site, RecordRow.edge == edge.edge, RecordRow.noun == "finding")
        .order_by(RecordRow.at.desc())
    )
    for row in rows:
        said = record_decoder.decode(row.body)
        if isinstance(said, Finding) and not said.over:
            found.append(Told(said.text, said.at, 0))
    return tuple(found)
