"""Records: the highest revision of a key is in force; what some of them mean for receipts and for the series."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, InstrumentDescription, Loss, Run, Text
from edge_agent.wire.records import AnyRecord, record_decoder
from edge_agent.wire.schema import LOSS, STOP
from edge_agent.wire.shop_floor import Elements, Stop, WorkUnitDescription
from gateway.federation import due
from gateway.federation.origins import whose
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId, JournalId
from gateway.ingest.receipts import Draft
from gateway.ingest.runs import run_began
from gateway.registry import RecordRow

EVERY_INSTRUMENT = "all"
"""The tag ``instrument`` of a loss that concerns all instruments of an edge."""


class Touched(NamedTuple):
    """What has come and has points: they are to be written from the rows in force, by :func:`point_lines`.

    Attributes:
        edge: Whose.
        noun: ``loss``, ``elements`` or ``stop``.
        key: Of the loss; else the work unit.
        since: Of the nominal bucket or the stop; of a loss 0.
    """

    edge: EdgeId
    noun: str
    key: str
    since: int = 0


def take_records(
    session: Session, draft: Draft, sender: EdgeId, records: Sequence[tuple[AnyRecord, str]]
) -> list[Touched]:
    """Put records in force and follow what they say; what ``sender`` only forwards as its origin's.

    A record whose revision is not the highest touches its points too: before a crash it may have been the highest.

    Returns:
        What has points.
    """
    touched = []
    for record, body in records:
        edge = whose(sender, record)
        noun = str(type(record).__struct_config__.tag)
        if isinstance(record, Elements):
            shop_floor.take_elements(session, edge, record)
        elif isinstance(record, Stop):
            shop_floor.take_stop(session, edge, record)
        elif isinstance(record, WorkUnitDescription):
            shop_floor.take_work_unit(session, edge, record, body)
        else:
            put_record(session, edge, noun, record, body)
            _follow(session, draft, edge, record, body)
        if isinstance(record, Elements | Stop):
            touched.append(Touched(edge, noun, record.work_unit, record.since))
        elif isinstance(record, Loss):
            touched.append(Touched(edge, noun, record.key))
    due.mark(session, ((whose(sender, record), record) for record, _ in records))
    return touched


def _follow(session: Session, draft: Draft, edge: EdgeId, record: AnyRecord, body: str) -> None:
    if isinstance(record, Declared):
        _declare(draft, edge, record)
    elif isinstance(record, Run):
        run_began(session, draft, edge, record, body)


def put_record(session: Session, edge: EdgeId, noun: str, record: AnyRecord, body: str) -> None:
    """Keep it when its revision is higher than what is kept; the same twice is harmless."""
    row = session.get(RecordRow, (*edge, noun, record.key))
    if row is None:
        row = RecordRow(site=edge.site, edge=edge.edge, noun=noun, key=record.key, revision=-1, at=0, body="")
        session.add(row)
    if record.revision > row.revision:
        row.revision, row.at, row.body = record.revision, record.at, body


def point_lines(session: Session, touched: Sequence[Touched]) -> list[str]:
    """The points of what was touched, with all their fields, from the rows in force."""
    lines: list[str] = []
    for one in dict.fromkeys(touched):
        if one.noun == LOSS:
            lines += _loss_lines(session, one)
        elif one.noun == STOP:
            lines.append(shop_floor.stop_line(session, one.edge, one.key, one.since))
        else:
            lines += shop_floor.element_lines(session, one.edge, one.key, one.since)
    return lines


def _loss_lines(session: Session, loss: Touched) -> list[str]:
    row = session.get(RecordRow, (*loss.edge, LOSS, loss.key))
    record = record_decoder.decode(row.body) if row else None
    return [loss_line(loss.edge, record)] if isinstance(record, Loss) else []


def loss_line(edge: EdgeId, loss: Loss) -> str:
    """One point at the beginning of the loss; without ``n`` when nobody can know how many samples are absent.

    >>> loss_line(EdgeId("a", "b"), Loss(key="x", since=5, until=2_000_000_005, n=3, reason="queue_full"))
    'loss,site=a,edge=b,instrument=all seconds=2.0,n=3.0,reason="queue_full" 5'
    """
    fields = [f"seconds={(loss.until - loss.since) / 1e9!r}"]
    if loss.n is not None:
        fields.append(f"n={float(loss.n)!r}")
    reason = loss.reason.replace("\\", "").replace('"', "")
    head = f"{LOSS},site={edge.site},edge={edge.edge},instrument={loss.instrument or EVERY_INSTRUMENT}"
    return f'{head} {",".join(fields)},reason="{reason}" {loss.since}'


def descriptions(session: Session, edge: EdgeId) -> list[InstrumentDescription]:
    """What the instruments of an edge mean, by the revisions in force, sorted by name."""
    rows = session.scalars(
        select(RecordRow)
        .where(RecordRow.site == edge.site, RecordRow.edge == edge.edge, RecordRow.noun == "instrument")
        .order_by(RecordRow.key)
    )
    said = [record_decoder.decode(row.body) for row in rows]
    return [record for record in said if isinstance(record, InstrumentDescription)]


def texts(session: Session, edge: EdgeId) -> list[Text]:
    """What the text channels of an edge show, by the revisions in force, sorted by ``instrument.channel``."""
    rows = session.scalars(
        select(RecordRow)
        .where(RecordRow.site == edge.site, RecordRow.edge == edge.edge, RecordRow.noun == "text")
        .order_by(RecordRow.key)
    )
    said = [record_decoder.decode(row.body) for row in rows]
    return [record for record in said if isinstance(record, Text)]


def _declare(draft: Draft, edge: EdgeId, record: Declared) -> None:
    journal = draft.journal(JournalId(*edge, record.journal))
    for lo, hi in record.ranges:
        journal.declared.add(lo, hi)
        journal.last = max(journal.last, hi)
