"""Which numbers of which journal are stored: in memory, written through in the transaction that stores.

Decision: a batch changes copies of the journals that it touches; memory takes them once the commit has returned.
Because: an acknowledgement made from memory must never be ahead of the disk.

Decision: of each journal it is asked how many numbers are stored; its ranges are read only when that has moved.
Because: a set that only grows is the same when it is as large; a journal with many holes has thousands of ranges.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Engine, Table, and_, bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from edge_agent.wire.ranges import Ranges
from gateway.ingest.committed import (
    COLUMNS,
    RangeTable,
    Store,
    how_many,
    journal_of,
    load_journals,
    look_at_store,
    ranges_of,
)
from gateway.ingest.journals import EdgeId, Journal, JournalId
from gateway.registry import DeclaredRow, EdgeRow, JournalRow, ReceiptRow, StoreRow

_HEARD = 1000
"""Numbers remembered of each journal; as many as a batch brings."""


class Receipts:
    """What is stored of every journal. Belongs to the ingesting thread.

    Attributes:
        seen: The registry as a whole, when this memory was read.
        store: The store's id.
        generation: Of the store.
        journals: Every journal.
        admitted: The edges that a person has admitted.
        edges: All edges that have spoken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.store, self.generation = "", 0
        self.seen = Store("", 0, -1, "")
        self.journals: dict[JournalId, Journal] = {}
        self._by_edge: defaultdict[EdgeId, dict[JournalId, Journal]] = defaultdict(dict)
        self.admitted: set[EdgeId] = set()
        self.edges: set[EdgeId] = set()
        self._heard: dict[JournalId, deque[int]] = {}
        self._decided: set[EdgeId] = set()
        self.reload()

    def reload(self) -> set[EdgeId]:
        """Read all of it anew; when that fails everything stays as it was, and stale.

        Returns:
            The edges of which something is otherwise than it was here.
        """
        was, admitted, told = dict(self.journals), self.admitted, (self.store, self.generation)
        with Session(self._engine) as session:
            self._read(session)
        decided, self._decided = self._decided, set()
        if told != (self.store, self.generation):
            return set(self.edges)
        now = self.journals
        changed = {at.of for at in was.keys() | now.keys() if was.get(at) != now.get(at)}
        return changed | (admitted ^ self.admitted) | decided

    def _read(self, session: Session) -> None:
        # The count first: what is written in between makes the next look read again.
        store = look_at_store(session)
        journals = load_journals(session)
        rows = session.execute(select(EdgeRow.site, EdgeRow.edge, EdgeRow.admitted_by)).all()
        self.seen, self.store, self.generation = store, store.id, store.generation
        self.journals.clear()
        self._by_edge.clear()
        self.take(journals)
        self.edges = {EdgeId(site, edge) for site, edge, _ in rows}
        self.admitted = {EdgeId(site, edge) for site, edge, by in rows if by}

    def changed_beside_us(self) -> bool:
        """Whether a person, a command or a job has written since, or the registry is another than it was."""
        with Session(self._engine) as session:
            return look_at_store(session) != self.seen

    def look(self, session: Session, edges: Collection[EdgeId], journals: Collection[JournalId] | None = None) -> None:
        """Make this memory what is committed: of some journals, or of all that these edges have.

        In a transaction that holds the edges it stays so to its end. When the whole registry is another than it was,
        all is read.
        """
        store = look_at_store(session)
        if (store.id, store.incarnation) != (self.seen.id, self.seen.incarnation) or store.changes < self.seen.changes:
            self._read(session)
            return
        self.generation = store.generation
        where = tuple_(JournalRow.site, JournalRow.edge).in_(list(edges))
        expected = [journal.id for edge in edges for journal in self.of(edge)]
        if journals is not None:
            where = tuple_(JournalRow.site, JournalRow.edge, JournalRow.journal).in_(list(journals))
            expected = [at for at in journals if at in self.journals]
        rows = session.execute(select(JournalRow, how_many(ReceiptRow), how_many(DeclaredRow)).where(where)).all()
        self._take_rows(session, rows)
        for at in set(expected) - {JournalId(row.site, row.edge, row.journal) for row, _, _ in rows}:
            self.journals.pop(at)
            self._by_edge[at.of].pop(at)

    def _take_rows(self, session: Session, rows: Sequence[Any]) -> None:
        known = {row.id: self.journals.get(JournalId(row.site, row.edge, row.journal)) for row, _, _ in rows}
        grown = [
            row.id
            for row, stored, declared in rows
            if (was := known[row.id]) is None or (len(was.stored), len(was.declared)) != (stored, declared)
        ]
        read = [ranges_of(session, table, grown) if grown else {} for table in (ReceiptRow, DeclaredRow)]
        for row, _, _ in rows:
            was = known[row.id]
            ranges: list[Iterable[tuple[int, int]]] = [some.get(row.id, ()) for some in read]
            if was is not None and row.id not in grown:
                ranges = [was.stored, was.declared]
            journal = journal_of(row, *ranges)
            if journal != was:
                self.take({journal.id: journal})
            if was is not None and journal.state != was.state:
                # A person has decided, and a status came before the next reload: its edge has yet to be told.
                self._decided.add(journal.id.of)

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
        before = {at: self._receipts.journals.get(at) for at in self._touched}
        new = [journal for at, journal in self._touched.items() if before[at] is None]
        rows = [_row(journal) for journal in new]
        session.add_all(rows)
        session.flush()
        for journal, row in zip(new, rows, strict=True):
            journal.row = row.id
        pairs = [(before[at] or Journal(at, 0), journal) for at, journal in self._touched.items()]
        changed = [now for was, now in pairs if was.row and any(getattr(was, n) != getattr(now, n) for n in COLUMNS)]
        if changed:
            session.execute(update(JournalRow), [{"id": one.row, **_columns(one)} for one in changed])
        _write_through(session, ReceiptRow, [(now.row, was.stored, now.stored) for was, now in pairs])
        _write_through(session, DeclaredRow, [(now.row, was.declared, now.declared) for was, now in pairs])
        if self.generation != self._receipts.generation:
            # Counted as a change beside us: every process then says all of its words anew.
            session.execute(update(StoreRow).values(generation=self.generation, changes=StoreRow.changes + 1))

    def settle(self) -> None:
        """The commit has returned: now it is so."""
        self._receipts.take(self._touched)
        self._receipts.edges |= self._new_edges
        self._receipts.generation = self.generation


def _row(journal: Journal) -> JournalRow:
    values = {**journal.id._asdict(), **_columns(journal), "seen_at": journal.seen_at}
    return JournalRow(**values, decided_by="", decided_at=0, why="")


def _columns(journal: Journal) -> dict[str, Any]:
    return {name: getattr(journal, name) for name in COLUMNS}


def _write_through(session: Session, table: RangeTable, changes: Sequence[tuple[int, Ranges, Ranges]]) -> None:
    """Row of the journal, its ranges before and now: three statements for all of them, not three for each."""
    gone, grown, added = [], [], []
    for row, was, now in changes:
        before, after = dict(was), dict(now)
        gone += [{"of": row, "at": lo} for lo in before if lo not in after]
        grown += [{"of": row, "at": lo, "end": hi} for lo, hi in after.items() if lo in before and before[lo] != hi]
        added += [{"journal_id": row, "lo": lo, "hi": hi} for lo, hi in after.items() if lo not in before]
    rows = cast("Table", table.__table__)
    its = and_(rows.c.journal_id == bindparam("of"), rows.c.lo == bindparam("at"))
    connection = session.connection()
    if gone:
        connection.execute(rows.delete().where(its), gone)
    if grown:
        connection.execute(rows.update().where(its).values(hi=bindparam("end")), grown)
    if added:
        connection.execute(rows.insert(), added)
