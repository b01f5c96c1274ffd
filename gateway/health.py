"""How every edge stands with us: what waits, what is missing, what a person should look at.

Used by the API, the page and the command line alike, so that all show the same figure.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import EdgeStatus, Finding
from edge_agent.wire.records import record_decoder
from gateway.ingest import dead_letters
from gateway.ingest.committed import load_journals
from gateway.ingest.journals import CLOSED, EdgeId, Journal
from gateway.registry import EdgeRow, FindingRow, RecordRow, StoreRow

SILENT_PERIODS = 3
"""So many of its status periods may pass before an edge is called silent."""
_FIRST_STATUS_S = 60.0
"""How long an edge that was heard of may take to send its first status, s."""
_OVER = '%"over":true%'
"""In the JSON of a finding that is over, which need not be read; within a text its quotes are escaped."""


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """How much of one journal is stored; numbers are of messages.

    Attributes:
        journal: 32 hex digits.
        state: ``open``, ``on_hold``, ``closed``.
        first: The lowest number that the edge still holds.
        last: The highest number known.
        stored: How many are stored.
        waiting: Held by the edge and not stored, as of its last word.
        missing: No longer held, neither stored nor declared.
        declared: Declared lost by the edge.
    """

    journal: str
    state: str
    first: int
    last: int
    stored: int
    waiting: int
    missing: int
    declared: int


@dataclass(frozen=True, slots=True)
class EdgeHealth:
    """How one edge stands with us.

    Attributes:
        site: The place.
        edge: The agent.
        admitted: Whether a person has said that it belongs here.
        state: ``online``, ``stopped``, ``lost``, or ``unknown`` when it never sent a status.
        status: Its last status.
        status_at: When that came, UTC ns; 0 never.
        waiting: Messages held by the edge and not stored, as of its last word.
        missing: Messages no longer held, neither stored nor declared; without the journals that a person closed.
        declared: Messages that the edge has declared lost.
        dead_letters: Messages and lines that could not be used yet.
        journals: Every journal, the newest first.
        silent: It ought to speak and does not.
        findings: Texts of what stands, the gateway's own and the edge's.
    """

    site: str
    edge: str
    admitted: bool
    state: str
    status: EdgeStatus | None
    status_at: int
    waiting: int
    missing: int
    declared: int
    dead_letters: int
    journals: tuple[JournalHealth, ...]
    silent: bool
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """The store itself.

    Attributes:
        store: Its id.
        generation: How often it was restored, plus one.
        dead_letters: All that could not be used yet.
        findings: Texts of what stands about the gateway.
    """

    store: str
    generation: int
    dead_letters: int
    findings: tuple[str, ...]


def edge_health(engine: Engine, now: int, sites: Collection[str] | None = None) -> list[EdgeHealth]:
    """Every edge that has ever spoken, sorted by site and name.

    Args:
        engine: Of the registry.
        now: UTC ns.
        sites: Only edges of these; None: all.
    """
    with Session(engine) as session:
        dead = dead_letters.waiting(session)
        found = _findings(session, sites)
        journals: defaultdict[EdgeId, list[Journal]] = defaultdict(list)
        for journal in load_journals(session, sites).values():
            journals[journal.id.of].append(journal)
        its = select(EdgeRow).order_by(EdgeRow.site, EdgeRow.edge)
        rows = session.scalars(its if sites is None else its.where(EdgeRow.site.in_(sorted(sites)))).all()
        healths = []
        for row in rows:
            edge = EdgeId(row.site, row.edge)
            healths.append(_health(row, journals[edge], dead.get(edge, 0), found[edge], now))
        return healths


def gateway_health(engine: Engine) -> StoreHealth:
    """The store, its dead letters, and what stands about the gateway itself."""
    with Session(engine) as session:
        store = session.scalars(select(StoreRow)).one()
        dead = sum(dead_letters.waiting(session).values())
        return StoreHealth(store.id, store.generation, dead, tuple(_findings(session, [""])[EdgeId("", "")]))


def last_status(row: EdgeRow) -> EdgeStatus | None:
    """The last status of an edge."""
    return msgspec.json.decode(row.status, type=EdgeStatus) if row.status else None


def is_silent(row: EdgeRow, now: int) -> bool:
    """Whether an edge ought to speak and does not; one that was stopped in order ought not."""
    return _is_silent(row, last_status(row), now)


def _is_silent(row: EdgeRow, status: EdgeStatus | None, now: int) -> bool:
    if status is None:
        return now - row.first_seen > _FIRST_STATUS_S * 1e9
    late = now - row.status_at > SILENT_PERIODS * status.period_s * 1e9
    return status.state == "lost" or (status.state != "stopped" and late)


def _health(row: EdgeRow, journals: list[Journal], dead: int, found: list[str], now: int) -> EdgeHealth:
    status = last_status(row)
    newest_first = sorted(journals, key=lambda journal: (journal.started or journal.seen_at, journal.row), reverse=True)
    shown = tuple(_journal_health(journal) for journal in newest_first)
    return EdgeHealth(
        site=row.site,
        edge=row.edge,
        admitted=bool(row.admitted_by),
        state=status.state if status else "unknown",
        status=status,
        status_at=row.status_at,
        waiting=sum(journal.waiting for journal in shown if journal.state != CLOSED),
        missing=sum(journal.missing for journal in shown if journal.state != CLOSED),
        declared=sum(journal.declared for journal in shown),
        dead_letters=dead,
        journals=shown,
        silent=_is_silent(row, status, now),
        findings=tuple(found),
    )


def _journal_health(journal: Journal) -> JournalHealth:
    return JournalHealth(
        journal=journal.id.journal,
        state=journal.state,
        first=journal.first,
        last=journal.last,
        stored=len(journal.stored),
        waiting=journal.waiting(),
        missing=journal.missing(),
        declared=len(journal.declared),
    )


def _findings(session: Session, sites: Collection[str] | None) -> defaultdict[EdgeId, list[str]]:
    found: defaultdict[EdgeId, list[str]] = defaultdict(list)
    ours, theirs = [FindingRow.over_at == 0], [RecordRow.noun == "finding", RecordRow.body.not_like(_OVER)]
    if sites is not None:
        ours.append(FindingRow.site.in_(sorted(sites)))
        theirs.append(RecordRow.site.in_(sorted(sites)))
    for row in session.scalars(select(FindingRow).where(*ours).order_by(FindingRow.at.desc())):
        found[EdgeId(row.site, row.edge)].append(row.text)
    for said in session.scalars(select(RecordRow).where(*theirs).order_by(RecordRow.at.desc())):
        record = record_decoder.decode(said.body)
        if isinstance(record, Finding) and not record.over:
            found[EdgeId(said.site, said.edge)].append(record.text)
    return found
