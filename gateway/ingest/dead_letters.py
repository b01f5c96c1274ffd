"""What came undamaged and could not be used: kept whole, shown, and tried again when a person says so."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from edge_agent.wire import topics
from gateway.federation import origins
from gateway.ingest import records
from gateway.ingest.holding import holding
from gateway.ingest.journals import EdgeId
from gateway.ingest.reading import Arrival, read_message
from gateway.ingest.receipts import Draft, Receipts
from gateway.registry import DeadLetterRow
from gateway.timeseries import Refused, TimeSeries


class Retried(NamedTuple):
    """How trying one again went; ``why`` is empty when it is stored now."""

    id: int
    why: str


def keep_message(session: Session, arrival: Arrival, now: int) -> None:
    """Keep a message whole."""
    _keep(session, arrival, arrival.payload, arrival.why, now, is_line=False)


def keep_line(session: Session, arrival: Arrival, refused: Refused, now: int) -> None:
    """Keep one line that the store refused."""
    _keep(session, arrival, refused.line.encode(), refused.why, now, is_line=True)


def _keep(session: Session, arrival: Arrival, payload: bytes, why: str, now: int, *, is_line: bool) -> None:
    session.add(
        DeadLetterRow(
            site=arrival.edge.site,
            edge=arrival.edge.edge,
            topic=str(arrival.topic),
            payload=payload,
            is_line=is_line,
            journal=arrival.envelope.journal,
            seq=arrival.envelope.seq,
            why=why.replace("\0", "?"),
            at=now,
        )
    )


def waiting(session: Session) -> dict[EdgeId, int]:
    """How many of each edge could not be used yet."""
    counted = (
        select(DeadLetterRow.site, DeadLetterRow.edge, func.count())
        .where(DeadLetterRow.stored_at == 0)
        .group_by(DeadLetterRow.site, DeadLetterRow.edge)
    )
    return {EdgeId(site, edge): n for site, edge, n in session.execute(counted)}


def retry(engine: Engine, timeseries: TimeSeries, now: int, ids: Sequence[int] = ()) -> list[Retried]:
    """Try these again, or all that are not stored yet; those that cannot be used stay as they are.

    Raises:
        StoreUnavailableError: The store cannot take anything now; those already tried are written down.
    """
    with Session(engine) as session:
        open_ones = select(DeadLetterRow.id).where(DeadLetterRow.stored_at == 0).order_by(DeadLetterRow.id)
        chosen = session.scalars(open_ones.where(DeadLetterRow.id.in_(ids)) if ids else open_ones).all()
    return [Retried(one, _retry_one(engine, timeseries, now, one)) for one in chosen]


def _retry_one(engine: Engine, timeseries: TimeSeries, now: int, one: int) -> str:
    receipts = Receipts(engine)
    with Session(engine) as session:
        letter = session.get_one(DeadLetterRow, one)
        edge = EdgeId(letter.site, letter.edge)
    with holding(engine, receipts, {edge}, now) as session:
        row = session.get_one(DeadLetterRow, one)
        draft = Draft(receipts, now)
        why = _use_line(timeseries, row) if row.is_line else _use_message(session, draft, timeseries, row)
        draft.save(session)
        row.retried_at = now
        if why:
            row.why = why
        else:
            row.stored_at = now
    return why


def _use_line(timeseries: TimeSeries, row: DeadLetterRow) -> str:
    refused = timeseries.write([row.payload.decode()])
    return refused[0].why if refused else ""


def _use_message(session: Session, draft: Draft, timeseries: TimeSeries, row: DeadLetterRow) -> str:
    topic = topics.parse(row.topic)
    assert isinstance(topic, topics.EdgeTopic)
    arrival = read_message(topic, row.payload)
    origins.judge_in(session, [arrival])
    refused = timeseries.write(arrival.lines) if arrival.lines else []
    touched = records.take_records(session, draft, arrival.edge, arrival.records)
    if touched:
        session.flush()
        refused += timeseries.write(records.point_lines(session, touched))
    return arrival.why or (refused[0].why if refused else "")
