"""Work orders follow the bench: whose session has begun there is in progress."""

from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.laboratory.states import IN_PROGRESS, move
from gateway.laboratory.work_at_bench import said_since, sites_of
from gateway.production.periods import today
from gateway.registry import transaction
from gateway.registry.laboratory_work import RECEIVED, WorkOrderRow
from gateway.registry.refusals import StaleRowError
from gateway.registry.roles import SYSTEM
from gateway.registry.writing import Writing

BY_BENCH = "ở bàn đo đã bắt đầu đo"


def take_up_sessions(engine: Engine, now: int, zone: ZoneInfo) -> list[str]:
    """Orders that were received and have a session at their laboratory's bench are in progress; their numbers.

    Nothing is written, and no lock taken, where there is none.

    Args:
        engine: Of the registry.
        now: UTC ns.
        zone: Whose wall clock people read.
    """
    with Session(engine) as session:
        waiting = _waiting(session)
    if not waiting:
        return []
    taken = []
    with transaction(engine) as session:
        writing = Writing(session, SYSTEM, now)
        for order_id, revision, number in waiting:
            try:
                move(writing, order_id, IN_PROGRESS, today=today(now, zone), revision=revision, why=BY_BENCH)
            except StaleRowError:  # a person was quicker
                continue
            taken.append(number)
    return taken


def _waiting(session: Session) -> list[tuple[str, int, str]]:
    """Id, revision and number of those that have begun."""
    its = WorkOrderRow
    received = session.scalars(select(its).where(its.state == RECEIVED, its.retired_at == 0)).all()
    if not received:
        return []
    begun = said_since(session, min(one.made_at for one in received))
    return [
        (one.id, one.revision, one.number)
        for one in received
        if {site for site, _ in begun.get(one.number, ())} & sites_of(session, one.laboratory)
    ]
