"""What the bench has said of calibrations: sessions, captures and results, as the edges told them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import CalibrationCapture, CalibrationResult, CalibrationSession, CaptureJudged
from edge_agent.wire.messages import Record
from edge_agent.wire.records import record_decoder
from gateway.registry import RecordRow

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class BenchSession:
    """A session with all that was captured and computed in it.

    Attributes:
        site: Of the bench.
        edge: Of the bench.
        session: As it was said last.
        captures: All of them by number, also rejected and repeated ones, as they were captured.
        judged: Number of a capture -> a person's later word on it.
        results: Those that hold, by run, test and point.
    """

    site: str
    edge: str
    session: CalibrationSession
    captures: tuple[CalibrationCapture, ...]
    judged: dict[int, CaptureJudged]
    results: tuple[CalibrationResult, ...]


def sessions_of(session: Session, work_order: str) -> list[BenchSession]:
    """Every session of a work order, the one that began last first.

    Args:
        session: Of the registry.
        work_order: Its number.
    """
    # The number stands in the body as it was said; what only looks like it is sorted out after decoding.
    said = _rows(session, CalibrationSession, RecordRow.body.contains(f'"{work_order}"', autoescape=True))
    found = [_whole(session, row, one) for row, one in said if one.work_order == work_order and not one.gone]
    return sorted(found, key=lambda one: one.session.started_at, reverse=True)


def session_of(session: Session, site: str, edge: str, key: str) -> BenchSession | None:
    """One session; None: it was never said."""
    row = session.get(RecordRow, (site, edge, _noun(CalibrationSession), key))
    if row is None:
        return None
    said = record_decoder.decode(row.body)
    assert isinstance(said, CalibrationSession), "a noun has one type"
    return _whole(session, row, said)


def _whole(session: Session, row: RecordRow, said: CalibrationSession) -> BenchSession:
    def of(kind: type[R]) -> list[R]:
        at = (RecordRow.site == row.site, RecordRow.edge == row.edge)
        its = RecordRow.key.startswith(f"{said.key}.", autoescape=True)
        return [one for _, one in _rows(session, kind, *at, its)]

    captures = sorted((one for one in of(CalibrationCapture) if not one.gone), key=lambda one: one.number)
    judged = {one.number: one for one in of(CaptureJudged) if not one.gone}
    results = sorted(
        (one for one in of(CalibrationResult) if not one.gone), key=lambda one: (one.run, one.test, one.point)
    )
    return BenchSession(row.site, row.edge, said, tuple(captures), judged, tuple(results))


def _rows(session: Session, kind: type[R], *where: object) -> Iterator[tuple[RecordRow, R]]:
    asked = select(RecordRow).where(RecordRow.noun == _noun(kind), *where)  # type: ignore[arg-type]
    for row in session.scalars(asked):
        said = record_decoder.decode(row.body)
        assert isinstance(said, kind), "a noun has one type"
        yield row, said


def _noun(kind: type[Record]) -> str:
    return str(kind.__struct_config__.tag)
