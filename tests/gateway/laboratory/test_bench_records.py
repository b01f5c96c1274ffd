"""What the bench has said is put together again from its records."""

import msgspec
from sqlalchemy.orm import Session

from edge_agent.wire.bench import (
    BenchItem,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    CaptureJudged,
    Reading,
)
from edge_agent.wire.messages import Record
from gateway.laboratory.bench_records import session_of, sessions_of
from gateway.registry import RecordRow

T = 1_795_330_800_000_000_000


def _say(session, *records: Record) -> None:
    for one in records:
        noun = str(type(one).__struct_config__.tag)
        body = msgspec.json.encode(one).decode()
        session.add(RecordRow(site="lab", edge="bench", noun=noun, key=one.key, revision=1, at=T, body=body))
    session.commit()


def _session(key: str, work_order: str, started_at: int = T) -> CalibrationSession:
    return CalibrationSession(
        key=key,
        work_order=work_order,
        procedure="analytical-balance",
        procedure_version="1.0",
        procedure_sha256="ab" * 32,
        software="0.5.0",
        item=BenchItem(name="Cân", unit="g", resolution=0.0001),
        started_at=started_at,
    )


def _capture(session: str, number: int) -> CalibrationCapture:
    return CalibrationCapture(
        key=f"{session}.{number}",
        session=session,
        number=number,
        run="as_found",
        test="errors",
        point=0,
        nominal=100.0,
        since=T,
        captured_at=T,
        indication=Reading(value=100.0001, unit="g"),
    )


def _result(session: str, test: str, point: int, *, gone: bool = False) -> CalibrationResult:
    return CalibrationResult(
        key=f"{session}.as_found.{test}.{point}",
        session=session,
        run="as_found",
        test=test,
        point=point,
        channel="mass",
        unit="g",
        nominal=100.0,
        indication=100.0001,
        reference=100.0,
        error=0.0001,
        u=0.00005,
        expanded=0.0001,
        k=2.0,
        gone=gone,
    )


def test_a_session_comes_with_its_captures_in_order_and_with_its_results(engine) -> None:
    with Session(engine) as session:
        _say(session, _session("s1", "PCV-12"), *(_capture("s1", number) for number in (10, 2, 1)))
        _say(session, CaptureJudged(key="s1.2", session="s1", number=2, is_accepted=False, reason="rung bàn"))
        _say(session, _result("s1", "errors", 1), _result("s1", "errors", 0), _result("s1", "errors", 2, gone=True))
        found = session_of(session, "lab", "bench", "s1")
    assert found is not None
    assert [one.number for one in found.captures] == [1, 2, 10]
    assert found.judged[2].reason == "rung bàn"
    assert [one.point for one in found.results] == [0, 1]


def test_sessions_are_not_mixed_though_one_key_begins_as_the_other(engine) -> None:
    with Session(engine) as session:
        _say(session, _session("s1", "PCV-1"), _session("s10", "PCV-1", T + 1), _capture("s1", 1), _capture("s10", 1))
        found = sessions_of(session, "PCV-1")
    assert [(one.session.key, len(one.captures)) for one in found] == [("s10", 1), ("s1", 1)]


def test_a_work_order_whose_number_stands_elsewhere_in_a_session_is_not_its(engine) -> None:
    with Session(engine) as session:
        _say(session, _session("s1", "PCV-2"))
        assert sessions_of(session, "analytical-balance") == []
        assert sessions_of(session, "PCV-%") == []
        assert session_of(session, "lab", "bench", "s9") is None
