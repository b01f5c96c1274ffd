"""Samples that are known to be absent: what edges say that they lost, and what of it was on its way already."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, Loss
from edge_agent.wire.records import record_decoder
from edge_agent.wire.schema import LOSS
from gateway.exporting.choosing import Span, Wanted, meant
from gateway.exporting.tables import EDGE, INSTRUMENT, SITE, TIME, Cells, Column, Kind, Progress, Table
from gateway.ingest.journals import EdgeId
from gateway.ingest.records import EVERY_INSTRUMENT, descriptions
from gateway.production.summing import NS
from gateway.registry import RecordRow
from gateway.registry.texts import Title

_DECLARED = "declared"
ABSENT = (
    TIME,
    Column("until", Kind.TIME, Title("Kết thúc (UTC)", "End (UTC)")),
    SITE,
    EDGE,
    INSTRUMENT,
    Column("seconds", Kind.NUMBER, Title("Kéo dài", "How long"), "s"),
    Column("n", Kind.WHOLE, Title("Số mẫu mất; trống: không biết", "Samples that are absent; empty: nobody knows")),
    Column("reason", Kind.LABEL, Title("Nguyên nhân", "Reason")),
    Column(
        "kind",
        Kind.LABEL,
        Title(
            "loss: mẫu chưa có số thứ tự; declared: tin đã có số, n đếm cả bản ghi",
            "loss: samples without a number; declared: messages that had one, n counts records too",
        ),
    ),
)


def absent(engine: Engine, edges: Sequence[EdgeId], wanted: Wanted, span: Span) -> Table:
    """Losses that begin in the span, edge by edge, by time; one that concerns all instruments is everybody's.

    Raises:
        DecisionError: No instrument is called so.
    """
    progress = Progress()
    found = [row for edge in edges for row in sorted(_of_edge(engine, edge), key=lambda row: (row[0], row[4], row[8]))]
    if wanted.instruments:
        with Session(engine) as session:
            known = {one.key for edge in edges for one in descriptions(session, edge)}
        named = meant("instrument", wanted.instruments, known | {str(row[4]) for row in found} - {EVERY_INSTRUMENT})
        found = [row for row in found if row[4] in named or row[4] == EVERY_INSTRUMENT]
    return Table("loss", ABSENT, (row for row in found if span.start <= int(row[0] or 0) < span.end), progress)


def _of_edge(engine: Engine, edge: EdgeId) -> Iterator[Cells]:
    its = RecordRow
    query = select(its.body).where(its.site == edge.site, its.edge == edge.edge, its.noun.in_((LOSS, _DECLARED)))
    with Session(engine) as session:
        said = [record_decoder.decode(body) for body in session.scalars(query)]
    for one in said:
        if isinstance(one, Loss):
            yield _row(edge, one, one.instrument or EVERY_INSTRUMENT, one.n, LOSS)
        elif isinstance(one, Declared):
            yield _row(edge, one, EVERY_INSTRUMENT, one.lines, _DECLARED)


def _row(edge: EdgeId, one: Loss | Declared, instrument: str, n: int | None, kind: str) -> Cells:
    return one.since, one.until, *edge, instrument, (one.until - one.since) / NS, n, one.reason, kind
