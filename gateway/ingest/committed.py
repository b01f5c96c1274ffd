"""Journals as the registry has them, read."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, String, cast, func, literal, select, true
from sqlalchemy.orm import Session

from edge_agent.wire.ranges import Ranges
from gateway.ingest.journals import Journal, JournalId
from gateway.registry import DeclaredRow, JournalRow, ReceiptRow, StoreRow

RangeTable = type[ReceiptRow] | type[DeclaredRow]
COLUMNS = ("state", "started", "alive_at", "first", "last", "held_last", "run")
"""What of a journal the ingest changes, besides its ranges."""


def load_journals(session: Session, sites: Collection[str] | None = None) -> dict[JournalId, Journal]:
    """Every journal with its ranges; of some sites only, where they are named."""
    here = true() if sites is None else JournalRow.site.in_(sorted(sites))
    of = None if sites is None else select(JournalRow.id).where(here)
    stored, declared = ranges_of(session, ReceiptRow, of), ranges_of(session, DeclaredRow, of)
    return {
        (journal := journal_of(row, stored.get(row.id, ()), declared.get(row.id, ()))).id: journal
        for row in session.scalars(select(JournalRow).where(here))
    }


def journal_of(row: JournalRow, stored: Iterable[tuple[int, int]], declared: Iterable[tuple[int, int]]) -> Journal:
    """A journal of its row and its ranges."""
    return Journal(
        id=JournalId(row.site, row.edge, row.journal),
        seen_at=row.seen_at,
        row=row.id,
        decided_by=row.decided_by,
        stored=Ranges(stored),
        declared=Ranges(declared),
        **{name: getattr(row, name) for name in COLUMNS},
    )


def ranges_of(
    session: Session, table: RangeTable, of: Collection[int] | Select[int] | None = None
) -> dict[int, list[tuple[int, int]]]:
    """Of these journals, or of all: row of the journal -> its ranges."""
    found = defaultdict(list)
    every = select(table.journal_id, table.lo, table.hi)
    for journal, lo, hi in session.execute(every if of is None else every.where(table.journal_id.in_(of))):
        found[journal].append((lo, hi))
    return found


def how_many(table: RangeTable) -> ScalarSelect[int]:
    """How many numbers a journal has, as a part of a query of journals."""
    numbers = func.coalesce(func.sum(table.hi - table.lo + 1), 0)
    its = select(cast(numbers, BigInteger)).where(table.journal_id == JournalRow.id)
    return its.correlate(JournalRow).scalar_subquery()


class Store(NamedTuple):
    """The registry as a whole, at one look.

    Attributes:
        id: The store's.
        generation: Of the store.
        changes: How often people, commands and jobs have written.
        incarnation: Another one when the server has started again; always empty for a file.
    """

    id: str
    generation: int
    changes: int
    incarnation: str


def look_at_store(session: Session) -> Store:
    """How the registry as a whole is now."""
    begun: ColumnElement[str] = literal("")
    if session.get_bind().dialect.name == "postgresql":
        # A server that was restored has started again, and its connections are replaced without a word.
        begun = cast(func.pg_postmaster_start_time(), String)
    row = session.execute(select(StoreRow.id, StoreRow.generation, StoreRow.changes, begun)).one()
    return Store(*row)
