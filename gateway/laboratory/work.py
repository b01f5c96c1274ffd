"""The laboratory's work at a glance: which order is where, whose turn it is, what is late; and how long it took."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import FINISHED
from gateway.laboratory.requests import issued_on
from gateway.laboratory.states import AUTHORISED, CALCULATED, IN_PROGRESS, ISSUED, RECEIVED, REVIEWED, STOPPED
from gateway.laboratory.work_at_bench import said_since, sites_of
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow
from gateway.registry.organisations import OrganisationRow
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import composed_words, folded

MEASURE, TAKE_OVER, REVIEW, AUTHORISE, DOCUMENT, GIVE_BACK = (
    *("measure", "take_over", "review"),
    *("authorise", "document", "give_back"),
)
TURNS = {
    RECEIVED: MEASURE,
    IN_PROGRESS: MEASURE,
    CALCULATED: REVIEW,
    REVIEWED: AUTHORISE,
    AUTHORISED: DOCUMENT,
    ISSUED: GIVE_BACK,
    STOPPED: GIVE_BACK,
}
"""State -> what is to be done next; :data:`TAKE_OVER` where the bench has finished."""
_OVER = (ISSUED, STOPPED)


class Work(NamedTuple):
    """An order on the list.

    Attributes:
        id: Of its row.
        number: Its own.
        state: Key of ``WORK_STATES``.
        kind: Key of ``CERTIFICATE_KINDS``.
        turn: What is to be done next, of :data:`TURNS`; empty: nothing.
        instrument: What is worked on.
        serial_number: Of that.
        customer: Whose it is.
        received: Local day.
        promised: Local day; empty: none.
        assigned_to: Who is to do it; empty: whoever may.
        days: Since it was received.
        late_days: Since it was promised and is not issued; 0: it is not late.
    """

    id: str
    number: str
    state: str
    kind: str
    turn: str
    instrument: str
    serial_number: str
    customer: str
    received: str
    promised: str
    assigned_to: str
    days: int
    late_days: int


class Turnaround(NamedTuple):
    """How long orders took that were issued in a stretch of days.

    Attributes:
        issued: How many.
        median_days: Of the days from receipt to issue; None: none was issued.
        promised: How many of them had a day that was promised.
        kept: How many of these were issued by then.
    """

    issued: int
    median_days: float | None
    promised: int
    kept: int


def open_work(session: Session, reader: Reader, today: date, search: str = "") -> list[Work]:
    """Every order that somebody has to do something with, those that are late first.

    Args:
        session: Of the registry.
        reader: Who looks.
        today: The local day.
        search: Words that all stand in its names and numbers, with or without marks.
    """
    its = WorkOrderRow
    mine = reader.where(Action.READ, its.noun.group, its)
    is_open = or_(its.state.not_in(_OVER), and_(its.state.in_(_OVER), its.returned == ""))
    rows = session.execute(
        select(its, InstrumentRow, OrganisationRow.name, CalibrationRequestRow.customer_name)
        .join(InstrumentRow, InstrumentRow.id == its.instrument)
        .join(OrganisationRow, OrganisationRow.id == InstrumentRow.organisation)
        .outerjoin(CalibrationRequestRow, CalibrationRequestRow.id == its.request)
        .where(its.retired_at == 0, mine, is_open)
    ).all()
    finished = _finished(session, [order for order, *_ in rows if order.state == IN_PROGRESS])
    found = [
        _work(order, instrument, customer or owner, today, TAKE_OVER if order.id in finished else TURNS[order.state])
        for order, instrument, owner, customer in rows
    ]
    wanted = [folded(word) for word in composed_words(search)]
    shown = [one for one in found if all(word in _told(one) for word in wanted)]
    return sorted(shown, key=lambda one: (-one.late_days, one.promised or "9", one.received, one.number))


def turnaround(session: Session, reader: Reader, zone: ZoneInfo, since: date, until: date) -> Turnaround:
    """How long the orders took that were issued from ``since`` to ``until``."""
    its = WorkOrderRow
    mine = reader.where(Action.READ, its.noun.group, its)
    rows = {one.id: one for one in session.scalars(select(its).where(its.state == ISSUED, its.retired_at == 0, mine))}
    days = {row: day for row, day in issued_on(session, zone, rows).items() if since <= day <= until}
    took = [(day - date.fromisoformat(rows[row].received)).days for row, day in days.items()]
    promised = {row: day for row, day in days.items() if rows[row].promised}
    kept = sum(day.isoformat() <= rows[row].promised for row, day in promised.items())
    return Turnaround(len(days), median(took) if took else None, len(promised), kept)


def counts_of(work: Sequence[Work]) -> Mapping[str, int]:
    """What is to be done next -> how many wait for it."""
    found = dict.fromkeys((MEASURE, TAKE_OVER, REVIEW, AUTHORISE, DOCUMENT, GIVE_BACK), 0)
    for one in work:
        found[one.turn] += 1
    return found


def _work(order: WorkOrderRow, instrument: InstrumentRow, customer: str, today: date, turn: str) -> Work:
    is_over = order.state in _OVER
    late = (today - date.fromisoformat(order.promised)).days if order.promised and not is_over else 0
    return Work(
        id=order.id,
        number=order.number,
        state=order.state,
        kind=order.kind,
        turn=turn,
        instrument=instrument.name,
        serial_number=instrument.serial_number,
        customer=customer,
        received=order.received,
        promised=order.promised,
        assigned_to=order.assigned_to,
        days=max(0, (today - date.fromisoformat(order.received)).days),
        late_days=max(0, late),
    )


def _told(one: Work) -> str:
    return folded(f"{one.number} {one.instrument} {one.serial_number} {one.customer} {one.assigned_to}")


def _finished(session: Session, orders: Sequence[WorkOrderRow]) -> frozenset[str]:
    """Ids of those for which the bench has finished a session."""
    if not orders:
        return frozenset()
    said = said_since(session, min(one.made_at for one in orders))
    return frozenset(
        one.id
        for one in orders
        for site, its in said.get(one.number, ())
        if its.state == FINISHED and site in sites_of(session, one.laboratory)
    )
