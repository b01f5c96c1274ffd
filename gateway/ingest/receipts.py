"""Which numbers of which journal are stored: in memory, written through in the transaction that stores.

Decision: a batch changes copies of the journals that it touches; memory takes them once the commit has returned.
Because: an acknowledgement made from memory must never be ahead of the disk.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from edge_agent.wire.ranges import Ranges
from gateway.ingest.journals import EdgeId, Journal, JournalId
from gateway.registry import DeclaredRow, EdgeRow, JournalRow, ReceiptRow, StoreRow

RangeTable = type[ReceiptRow] | type[DeclaredRow]
_HEARD = 1000
"""Numbers remembered of each journal; as many as a batch brings."""
_COLUMNS = ("state", "started", "alive_at", "first", "last", "held_last", "run")


def load_journals(session: Session) -> dict[JournalId, Journal]:
    """Every journal with its ranges."""
    stored, declared = _ranges(session, ReceiptRow), _ranges(session, DeclaredRow)
    journals = {}
    for row in session.scalars(select(JournalRow)):
        at = JournalId(row.site, row.edge, row.journal)
        journals[at] = Journal(
            id=at,
            seen_at=row.seen_at,
            row=row.id,
            decided_by=row.decided_by,
            stored=Ranges(stored.get(row.id, ())),
            declared=Ranges(declared.get(row.id, ())),
            **{name: getattr(row, name) for name in _COLUMNS},
        )
    return journals


def _ranges(session: Session, table: RangeTable) -> dict[int, list[tuple[int, int]]]:
    found = defaultdict(list)
    for journal, lo, hi in session.execute(select(table.journal_id, table.lo, table.hi)):
        found[journal].append((lo, hi))
    return found


class Receipts:
    """What is stored of every journal. Belongs to the ingesting thread.

    Attributes:
        store: The store's id.
        generation: Of the store.
        changes: The count of the registry's changes that this memory rests on.
        readings: How often it was read.
        journals: Every journal.
        admitted: The edges that a person has admitted.
        edges: All edges that have spoken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.store, self.generation, self.changes = "", 0, -1
        self.readings = 0
        self.journals: dict[JournalId, Journal] = {}
        self._by_edge: defaultdict[EdgeId, dict[JournalId, Journal]] = defaultdict(dict)
        self.admitted: set[EdgeId] = set()
        self.edges: set[EdgeId] = set()
        self._heard: dict[JournalId, deque[int]] = {}
        self.reload()

    def reload(self) -> None:
        """Read all of it anew; when that fails everything stays as it was, and stale."""
        with Session(self._engine) as session:
            # The count first: what is written in between makes the next transaction read again.
            store = session.scalars(select(StoreRow)).one()
            journals = load_journals(session)
            rows = session.execute(select(EdgeRow.site, EdgeRow.edge, EdgeRow.admitted_by)).all()
        self.readings += 1
        self.store, self.generation, self.changes = store.id, store.generation, store.changes
        self.journals.clear()
        self._by_edge.clear()
        self.take(journals)
        self.edges = {EdgeId(site, edge) for site, edge, _ in rows}
        self.admitted = {EdgeId(site, edge) for site, edge, by in rows if by}

    def changed_beside_us(self) -> bool:
        """Whether somebody else has written since."""
        with Session(self._engine) as session:
            return session.scalar(select(StoreRow.changes)) != self.changes

    def of(self, edge: EdgeId) -> list[Journal]:
        """The journals of an edge."""
        return list(self._by_edge[edge].values())

    def hear(self, at: JournalId, seq: int) -> None:
        """A message came, new or again: its edge wants to be told of it."""
        self._heard.setdefault(at, deque(maxlen=_HEARD)).append(seq)

    def heard(self, at: JournalId) -> Iterable[int]:
        """What came last of a journal, the newest first."""
        return reversed(self._heard.get(at, ()))

    def take(self, journals: dict[JournalId, Journal]) -> None:
        """These have been written."""
        self.journals.update(journals)
        for at, journal in journals.items():
            self._by_edge[at.of][at] = journal


class Draft:
    """Changes to the receipts that are not committed yet; they take hold with :meth:`settle`.

    Attributes:
        now: Our clock, ns.
        edges: The edges whose acknowledgement may have changed.
        generation: Of the store, as it will be.
    """

    def __init__(self, receipts: Receipts, now: int) -> None:
        self._receipts = receipts
        self.now = now
        self._touched: dict[JournalId, Journal] = {}
        self._new_edges: set[EdgeId] = set()
        self.edges: set[EdgeId] = set()
        self.generation = receipts.generation

    def peek(self, at: JournalId) -> Journal | None:
        """A journal, only to be looked at; None when it is not known."""
        return self._touched.get(at) or self._receipts.journals.get(at)

    def journal(self, at: JournalId) -> Journal:
        """A journal to be changed; made when it is not known."""
        found = self._touched.get(at)
        if found is None:
            known = self._receipts.journals.get(at)
            found = self._touched[at] = known.copy() if known else Journal(at, self.now)
            self.edge(at.of)
        return found

    def of(self, edge: EdgeId) -> list[Journal]:
        """The journals of an edge, only to be looked at."""
        known = {journal.id: journal for journal in self._receipts.of(edge)}
        known.update((at, journal) for at, journal in self._touched.items() if at.of == edge)
        return list(known.values())

    def edge(self, edge: EdgeId) -> None:
        """An edge spoke."""
        self.edges.add(edge)
        if edge not in self._receipts.edges:
            self._new_edges.add(edge)

    def has_changes(self) -> bool:
        """Whether there is anything to be written."""
        before = self._receipts.journals.get
        return bool(self._new_edges) or any(before(at) != journal for at, journal in self._touched.items())

    def save(self, session: Session) -> None:
        """Write what has changed."""
        session.flush()
        for edge in sorted(self._new_edges):
            if session.get(EdgeRow, edge) is None:
                session.add(EdgeRow(site=edge.site, edge=edge.edge, first_seen=self.now))
        session.flush()
        for at, journal in self._touched.items():
            self._save(session, journal, self._receipts.journals.get(at))
        if self.generation != self._receipts.generation:
            session.execute(update(StoreRow).values(generation=self.generation))

    def _save(self, session: Session, journal: Journal, before: Journal | None) -> None:
        now = {name: getattr(journal, name) for name in _COLUMNS}
        if before is None:
            values = {**journal.id._asdict(), **now, "seen_at": journal.seen_at}
            row = JournalRow(**values, decided_by="", decided_at=0, why="")
            session.add(row)
            session.flush()
            journal.row = row.id
        elif changed := {name: value for name, value in now.items() if getattr(before, name) != value}:
            session.execute(update(JournalRow).where(JournalRow.id == journal.row).values(**changed))
        was = before or Journal(journal.id, 0)
        _write_through(session, ReceiptRow, journal.row, was.stored, journal.stored)
        _write_through(session, DeclaredRow, journal.row, was.declared, journal.declared)

    def settle(self) -> None:
        """The commit has returned: now it is so."""
        self._receipts.take(self._touched)
        self._receipts.edges |= self._new_edges
        self._receipts.generation = self.generation
        self._receipts.changes += 1


def _write_through(session: Session, table: RangeTable, row: int, was: Ranges, now: Ranges) -> None:
    before, after = dict(was), dict(now)
    grown = [(lo, hi) for lo, hi in after.items() if lo in before and before[lo] != hi]
    for lo, hi in grown:
        session.execute(update(table).where(table.journal_id == row, table.lo == lo).values(hi=hi))
    gone = [lo for lo in before if lo not in after]
    for part in _parts(gone):
        session.execute(delete(table).where(table.journal_id == row, table.lo.in_(part)))
    added: list[dict[str, Any]] = [
        {"journal_id": row, "lo": lo, "hi": hi} for lo, hi in after.items() if lo not in before
    ]
    if added:
        session.execute(insert(table), added)


def _parts(numbers: list[int], size: int = 500) -> Iterable[list[int]]:
    # A statement takes a limited number of variables.
    return (numbers[k : k + size] for k in range(0, len(numbers), size))
