"""How a capture is judged, an item adjusted, and a session ended."""

import secrets
from collections.abc import Iterator, Mapping

import msgspec

from edge_agent.bench.evaluation import EvaluationError, evaluate
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.refusal import refuse
from edge_agent.bench.requests import Abandon, Adjust, Finish, Judge, Redo
from edge_agent.bench.standing import Standing
from edge_agent.oee.entry_error import EntryError
from edge_agent.wire.bench import (
    ABANDONED,
    AS_FOUND,
    AS_LEFT,
    FINISHED,
    Adjusted,
    CalibrationResult,
    CalibrationSession,
    CaptureJudged,
)
from edge_agent.wire.bench_settings import BenchStandard
from edge_agent.wire.messages import Record

ALL_CAPTURED = "all points captured"


def judged(standing: Standing, request: Redo | Judge, now: int) -> CaptureJudged:
    """A person's word on a capture.

    Raises:
        EntryError: There is no such capture in this run, or no reason.
    """
    what = f"capture {request.number}"
    capture = next((one for one in standing.captures if one.number == request.number), None)
    if capture is None:
        refuse(what, "one of this session", "none of this number", "Choose one of its captures.")
    if not request.reason.strip():
        refuse(what, "a reason", "none", "Say why.")
    if capture.run != standing.run:
        advice = "Leave the state as found as it was captured."
        refuse(what, f"one of the run {standing.run}", capture.run, advice)
    return CaptureJudged(
        key=capture.key,
        who=request.who,
        entered_at=now,
        session=standing.session.key,
        number=request.number,
        is_accepted=isinstance(request, Judge) and request.is_accepted,
        reason=request.reason.strip(),
    )


def adjusted(standing: Standing, request: Adjust, now: int) -> Iterator[Record]:
    """The session from its second run on; and the word that ends the correction of an item that this edge reads.

    Raises:
        EntryError: It was adjusted before, nobody says what was done, or points are missing without a reason.
    """
    session = standing.session
    if session.adjusted_at:
        refuse("adjustment", "one in a session", "another", "Finish this session, and begin a new one.")
    if not request.what.strip():
        refuse("adjustment", "what was done", "nothing", "Say it.")
    missing = standing.of - standing.done
    why = request.without_as_found.strip()
    if missing and not why:
        advice = "Capture the points before adjusting, or say why the state as found stays unknown."
        refuse("adjustment", ALL_CAPTURED, f"{missing} of {standing.of} missing", advice)
    # A certificate applies from here on: no capture as found may lie behind it.
    at = max(now, *(one.captured_at + 1 for one in standing.captures), 0)
    deviations = "\n".join(filter(None, (session.deviations, why if missing else "")))
    yield msgspec.structs.replace(
        session,
        who=request.who,
        entered_at=now,
        adjusted_at=at,
        adjustment=request.what.strip(),
        deviations=deviations,
    )
    if session.instrument:
        yield Adjusted(
            key=secrets.token_hex(16),
            who=request.who,
            entered_at=now,
            instrument=session.instrument,
            adjusted_at=at,
            what=request.what.strip(),
            session=session.key,
        )


def finished(
    procedure: Procedure, standing: Standing, standards: Mapping[str, BenchStandard], request: Finish, now: int
) -> Iterator[CalibrationResult | CalibrationSession]:
    """The results, and the session that has ended.

    Raises:
        EntryError: Points are missing, or what was captured cannot be evaluated.
    """
    step = standing.step
    if step is not None:
        got = f"{standing.of - standing.done} of {standing.of} missing, first test {step.test}, point {step.point + 1}"
        refuse("finish", ALL_CAPTURED, got, "Capture them, leave an optional test out, or abandon the session.")
    for result in _results(procedure, standing, standards):
        yield msgspec.structs.replace(result, who=request.who, entered_at=now)
    yield msgspec.structs.replace(standing.session, who=request.who, entered_at=now, state=FINISHED, ended_at=now)


def ended(session: CalibrationSession, request: Abandon, now: int) -> CalibrationSession:
    """The session without results.

    Raises:
        EntryError: Nobody says why.
    """
    if not request.reason.strip():
        refuse("abandon", "a reason", "none", "Say why.")
    return msgspec.structs.replace(
        session, who=request.who, entered_at=now, state=ABANDONED, ended_at=now, why=request.reason.strip()
    )


def _results(
    procedure: Procedure, standing: Standing, standards: Mapping[str, BenchStandard]
) -> tuple[CalibrationResult, ...]:
    session, captures = standing.session, list(standing.captures)
    try:
        return evaluate(procedure, session, captures, standards, standing.judged)
    except EvaluationError as error:
        left = [one for one in captures if one.run == AS_LEFT]
        if standing.run == AS_LEFT and str(error).startswith(f"procedure {procedure.id}: {AS_FOUND}:"):
            # It was adjusted before all points were captured, and the deviations say so.
            return _results(procedure, standing._replace(captures=tuple(left)), standards)
        msg = f"bench: {error}"
        raise EntryError(msg) from error
