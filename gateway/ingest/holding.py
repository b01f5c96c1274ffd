"""Edges held for one transaction: nobody else stores for them meanwhile, and what we remember of them is what is so.

Decision: memory decides nothing that counts. A transaction locks the rows of its edges, in one order, then reads of
their journals what has moved, and only then decides which messages are new.
Because: messages of one edge reach any of several processes, and each must build on what the others have committed.
Instead of: one lock for all writers, which would let only one process store at a time; or an edge bound to a process,
which a broker's shared subscriptions do not offer.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.ingest.journals import EdgeId, JournalId
from gateway.ingest.receipts import Receipts
from gateway.registry import EdgeRow, ingesting


@contextmanager
def holding(
    engine: Engine,
    receipts: Receipts,
    edges: Collection[EdgeId],
    now: int,
    journals: Collection[JournalId] | None = None,
) -> Iterator[Session]:
    """A writing transaction in which these edges are ours, and ``receipts`` tells of them what is committed.

    Args:
        engine: Of the registry.
        receipts: Brought up to date.
        edges: Made when they were never heard of.
        now: Our clock, ns.
        journals: Those that matter; None: all of these edges.
    """
    with ingesting(engine) as session:
        _make(session, sorted(set(edges) - receipts.edges), now)
        _lock(session, sorted(set(edges)))
        receipts.look(session, edges, journals)
        yield session


def _make(session: Session, edges: Collection[EdgeId], now: int) -> None:
    if not edges:
        return
    rows = [
        {"site": one.site, "edge": one.edge, "first_seen": now, "status": "", "status_at": 0}
        | {"admitted_by": "", "admitted_at": 0}
        for one in edges
    ]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(EdgeRow).on_conflict_do_nothing(), rows)
    else:
        session.execute(postgresql.insert(EdgeRow).on_conflict_do_nothing(), rows)


def _lock(session: Session, edges: Collection[EdgeId]) -> None:
    """In one order, so that two processes never wait for each other. SQLite is locked whole already."""
    its = tuple_(EdgeRow.site, EdgeRow.edge)
    rows = select(EdgeRow.site).where(its.in_(edges)).order_by(EdgeRow.site, EdgeRow.edge)
    session.execute(rows.with_for_update(key_share=True)).all()
