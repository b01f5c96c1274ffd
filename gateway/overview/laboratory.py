"""What the laboratory's work needs: late orders, results that wait for a signature, requests without an answer."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.laboratory.work import AUTHORISE, DOCUMENT, REVIEW, TAKE_OVER, Work, open_work
from gateway.overview import ACT, FINE, LOOK, MOST_ITEMS, Item, Need
from gateway.production.looking import Asked
from gateway.production.periods import today
from gateway.registry.laboratory import LaboratoryRow
from gateway.registry.laboratory_work import CalibrationRequestRow
from gateway.registry.roles import Action, Reader


def work(asked: Asked, reader: Reader) -> list[Need]:
    """What waits in the laboratories where they may write; nothing where there is no laboratory."""
    day = today(asked.now, asked.zone)
    its, rows = CalibrationRequestRow, LaboratoryRow
    with Session(asked.engine) as session:
        theirs = reader.where(Action.WRITE, "laboratory", rows)
        if not session.scalar(select(func.count()).select_from(rows).where(rows.retired_at == 0, theirs)):
            return []
        orders = open_work(session, reader, day)
        requests = session.scalars(
            select(its)
            .where(its.decision == "", its.retired_at == 0, reader.where(Action.WRITE, "laboratory", its))
            .order_by(its.received, its.number)
        ).all()
        unanswered = [
            Item(f"{one.number} {one.customer_name}", f"/laboratory/requests/{one.id}") for one in requests[:MOST_ITEMS]
        ]
    late = [one for one in orders if one.late_days]
    to_sign = [one for one in orders if one.turn in (TAKE_OVER, REVIEW, AUTHORISE, DOCUMENT)]
    return [
        Need("late_work", ACT if late else FINE, len(late), _items(late), "/laboratory/work"),
        Need("work_to_sign", LOOK if to_sign else FINE, len(to_sign), _items(to_sign), "/laboratory/work"),
        Need("unanswered_work", LOOK if requests else FINE, len(requests), tuple(unanswered), "/laboratory/work"),
    ]


def _items(orders: Sequence[Work]) -> tuple[Item, ...]:
    return tuple(
        Item(f"{one.number} {one.instrument}, {one.customer}", f"/laboratory/work/{one.id}")
        for one in orders[:MOST_ITEMS]
    )
