"""A session with all that hangs on it, read from the book: for the pages, and for whoever ends it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge_agent.bench.evaluation import EvaluationError, evaluate
from edge_agent.bench.loading import LoadedProcedure
from edge_agent.oee.shop_book import ShopReader
from edge_agent.wire.bench import (
    FINISHED,
    OPEN,
    BenchItem,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    CaptureJudged,
)
from edge_agent.wire.bench_settings import BenchStandard

_LOOKED_AT = 500


class Calibration(NamedTuple):
    """A session and what came of it.

    Attributes:
        session: As it was kept last.
        captures: All of them, also those that do not count, by number.
        judged: What persons have said of them later, by number.
        results: Of a finished session those that were kept; of an open one what is captured so far comes to.
        why_none: Why an open session has no results yet, in words; empty: it has.
    """

    session: CalibrationSession
    captures: tuple[CalibrationCapture, ...]
    judged: tuple[CaptureJudged, ...]
    results: tuple[CalibrationResult, ...] = ()
    why_none: str = ""


def captures_of(reader: ShopReader, session: str) -> tuple[CalibrationCapture, ...]:
    """All captures of a session, by number."""
    return tuple(sorted(reader.below(CalibrationCapture, f"{session}."), key=lambda one: one.number))


def judged_of(reader: ShopReader, session: str) -> tuple[CaptureJudged, ...]:
    """All that persons have said of the captures of a session, by number."""
    return tuple(sorted(reader.below(CaptureJudged, f"{session}."), key=lambda one: one.number))


def calibration(
    reader: ShopReader,
    session: str,
    procedures: Mapping[str, LoadedProcedure],
    standards: Mapping[str, BenchStandard],
) -> Calibration | None:
    """A session by its key; None: there is none.

    Args:
        reader: Of the book.
        session: Its key.
        procedures: Those of this edge, for the results of an open session.
        standards: Code -> standard, likewise.
    """
    found = reader.record(CalibrationSession, session)
    if found is None:
        return None
    one = Calibration(found, captures_of(reader, session), judged_of(reader, session))
    if found.state != OPEN:
        return one._replace(results=_kept(reader, session))
    procedure = procedures.get(found.procedure)
    if procedure is None:
        msg = f"procedure {found.procedure}: it is not on this edge any more. Put its file back."
        return one._replace(why_none=msg)
    try:
        results = evaluate(procedure.procedure, found, one.captures, standards, one.judged)
    except EvaluationError as error:
        return one._replace(why_none=str(error))
    return one._replace(results=results)


def calibrations_before(reader: ShopReader, item: BenchItem, started_at: int, most: int = 3) -> Sequence[Calibration]:
    """The last finished calibrations of an item that began before an instant, the newest first."""
    sessions = [
        one
        for one in reader.records(CalibrationSession, most=_LOOKED_AT)
        if one.state == FINISHED and one.started_at < started_at and is_same_item(one.item, item)
    ]
    sessions.sort(key=lambda one: -one.started_at)
    return [
        Calibration(one, captures_of(reader, one.key), judged_of(reader, one.key), _kept(reader, one.key))
        for one in sessions[:most]
    ]


def is_same_item(one: BenchItem, other: BenchItem) -> bool:
    """Whether both are one instrument: one row of the registry, or one maker's number of one maker and type.

    >>> scale = BenchItem(name="Cân", unit="g", resolution=0.1, maker="A", serial_number="7")
    >>> is_same_item(scale, BenchItem(name="Scale", unit="g", resolution=0.1, maker="A", serial_number="7"))
    True
    """
    if one.registry_id and other.registry_id:
        return one.registry_id == other.registry_id
    numbers = [(item.maker, item.model, item.serial_number) for item in (one, other)]
    return bool(one.serial_number) and numbers[0] == numbers[1]


def _kept(reader: ShopReader, session: str) -> tuple[CalibrationResult, ...]:
    return tuple(sorted(reader.below(CalibrationResult, f"{session}."), key=lambda one: (one.run, one.test, one.point)))
