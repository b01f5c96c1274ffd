"""What was queued when an agreement ends: declared withdrawn, none of it sent any more."""

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from gateway.federation.outbox import WITHDRAWN, day_of, give_up, locked
from gateway.registry.sharing import ForwardMessageRow

_AT_ONCE = 1000


def withdraw_queued(session: Session, agreement: str, now: int, day: str) -> int:
    """Let go of every message that is held of an agreement; how many of them had not left.

    Those that had left are held only for a gateway above that is restored from a back-up: they do not leave again.

    Args:
        session: A writing transaction.
        agreement: Its id.
        now: UTC ns.
        day: The local day, ISO 8601.
    """
    forwarder = locked(session)
    if forwarder is None:
        return 0
    its, withdrawn = ForwardMessageRow, 0
    held = select(its).where(its.agreement == agreement).order_by(its.id).limit(_AT_ONCE).options(defer(its.body))
    while rows := session.scalars(held).all():
        for row in rows:
            if not row.stored_at:
                day_of(session, agreement, row.kind, day).withdrawn += 1
                withdrawn += 1
        give_up(session, forwarder, rows, WITHDRAWN, now)
    return withdrawn
