"""How much is held: what is stored above goes after its days, and what there is no room for is declared.

Decision: what may lie here is bounded, the oldest samples go first, records never.
Because: a gateway above that is away for weeks must not fill the disk on which this one keeps its own edges' data.
Instead of: the free space that is kept anyhow, at which nothing at all would be stored any more.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, defer

from edge_agent.wire.packing import TELEMETRY
from gateway.federation.outbox import EVICTED, count_given_up, give_up, stored
from gateway.registry.sharing import ForwarderRow, ForwardJournalRow, ForwardMessageRow, ForwardReceiptRow

_PART = 500
_M = ForwardMessageRow


def tidy(session: Session, forwarder: ForwarderRow, before: int) -> None:
    """Drop what is stored and older than ``before``, and journals of which nothing is held any more."""
    for some in _stored(session, _M.made_at < before):
        _drop(session, some)
    empty = select(ForwardJournalRow.id).where(
        ForwardJournalRow.id != forwarder.journal_id, ~ForwardJournalRow.id.in_(select(_M.journal_id))
    )
    dropped = session.scalars(empty).all()
    if dropped:
        session.execute(delete(ForwardReceiptRow).where(ForwardReceiptRow.journal_id.in_(dropped)))
        session.execute(delete(ForwardJournalRow).where(ForwardJournalRow.id.in_(dropped)))


def make_room(session: Session, forwarder: ForwarderRow, most: int, now: int, day: str) -> bool:
    """Hold no more than ``most`` bytes, as they lie on the disk: what is stored above goes first, then waiting samples.

    Args:
        session: In which the forwarder is locked.
        forwarder: Whose.
        most: Bytes.
        now: UTC ns.
        day: The local day, ISO 8601.

    Returns:
        Whether there is room for more; records alone may fill it, and then wait where they came from.
    """
    over = (session.scalar(select(func.coalesce(func.sum(func.length(_M.body)), 0))) or 0) - most
    if over > 0:
        for some in _stored(session):
            _drop(session, some)
            over -= sum(some.values())
            if over <= 0:
                break
    waiting = select(_M, func.length(_M.body)).where(_M.way == TELEMETRY).options(defer(_M.body))
    while over > 0 and (rows := session.execute(waiting.order_by(_M.id).limit(_PART)).all()):
        over -= sum(size for _, size in rows)
        messages = [row for row, _ in rows]
        count_given_up(session, messages, day)
        give_up(session, forwarder, messages, EVICTED, now)
    return over <= 0


def _stored(session: Session, *where: Any) -> Iterator[dict[int, int]]:
    """Messages that the gateway above has, the oldest first, some at a time: id -> bytes on the disk."""
    known, at = stored(session), 0
    asked = select(_M.id, _M.seq, ForwardJournalRow.journal, func.length(_M.body)).where(_M.stored_at > 0, *where)
    asked = asked.join(ForwardJournalRow, _M.journal_id == ForwardJournalRow.id).order_by(_M.id).limit(_PART)
    while rows := session.execute(asked.where(_M.id > at)).all():
        at = rows[-1][0]
        # By its present word: one that was restored may lack again what it had.
        yield {ident: size for ident, seq, journal, size in rows if seq in known.get(journal, ())}


def _drop(session: Session, some: dict[int, int]) -> None:
    session.execute(delete(_M).where(_M.id.in_(list(some))).execution_options(synchronize_session=False))
