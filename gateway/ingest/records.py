"""Records: the highest revision of a key is in force; what some of them mean for receipts and for the series."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, InstrumentDescription, Loss, Run, Text
from edge_agent.wire.records import AnyRecord, record_decoder
from edge_agent.wire.schema import LOSS
from gateway.ingest.journals import EdgeId, JournalId
from gateway.ingest.receipts import Draft
from gateway.ingest.runs import run_began
from gateway.registry import RecordRow

EVERY_INSTRUMENT = "all"
"""The tag ``instrument`` of a loss that concerns all instruments of an edge."""


def take_records(
    session: Session, draft: Draft, edge: EdgeId, records: Sequence[tuple[AnyRecord, str]]
) -> list[tuple[EdgeId, str]]:
    """Put records in force and follow what they say.

    Returns:
        Keys of the ``loss`` records that have come, each with its edge: their points are to be written from the rows
        that won, by :func:`loss_lines`.
    """
    losses = []
    for record, body in records:
        noun = str(type(record).__struct_config__.tag)
        put_record(session, edge, noun, record, body)
        if isinstance(record, Loss):
            losses.append((edge, record.key))
        elif isinstance(record, Declared):
            _declare(draft, edge, record)
        elif isinstance(record, Run):
            run_began(session, draft, edge, record, body)
    return losses


def put_record(session: Session, edge: EdgeId, noun: str, record: AnyRecord, body: str) -> None:
    """Keep it when its revision is higher than what is kept; the same twice is harmless."""
    row = session.get(RecordRow, (*edge, noun, record.key))
    if row is None:
        row = RecordRow(site=edge.site, edge=edge.edge, noun=noun, key=record.key, revision=-1, at=0, body="")
        session.add(row)
    if record.revision > row.revision:
        row.revision, row.at, row.body = record.revision, record.at, body


def loss_lines(session: Session, losses: Sequence[tuple[EdgeId, str]]) -> list[str]:
    """The points of these losses, with all their fields, from the rows in force."""
    lines = []
    for edge, key in dict.fromkeys(losses):
        row = session.get(RecordRow, (*edge, LOSS, key))
        record = record_decoder.decode(row.body) if row else None
        if isinstance(record, Loss):
            lines.append(loss_line(edge, record))
    return lines


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
