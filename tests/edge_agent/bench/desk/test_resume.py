"""After a power cut a session goes on at the very point: nothing lost, nothing twice."""

import sqlite3

from edge_agent.asked import BenchAsked
from edge_agent.bench.requests import Adjust, Finish, Redo, SetUp, TypeEnvironment
from edge_agent.wire.bench import Adjusted, CalibrationCapture, CalibrationResult, CalibrationSession, CaptureJudged

KEY = "0123456789abcdef"


def state(edge) -> tuple:
    """What a person sees of a session, and all that is known of it."""
    shown = edge.shown
    place = shown.run, shown.step, shown.done, shown.of, shown.last_rejected
    kinds = CalibrationSession, CalibrationCapture, CaptureJudged
    return place, [edge.kept(kind) for kind in kinds], [len(edge.records(kind)) for kind in (*kinds, Adjusted)]


def test_a_power_cut_at_every_step_finds_the_same_next_step_and_nothing_lost_or_doubled(edge, bath) -> None:
    cuts = 0

    def cut() -> None:
        nonlocal cuts
        edge.second()
        before = state(edge)
        edge.restart()
        edge.second()
        assert state(edge) == before
        cuts += 1

    def through_the_points() -> None:
        for value in (0.0, 100.0):
            for _ in range(2):
                edge.point(value)
                edge.second(2)
                cut()  # in the middle of settling: the person says again that it is set up
                edge.point(value)
                edge.second(5)
                cut()  # between two captures
        assert edge.shown.step is None

    edge.ask(bath())
    cut()
    through_the_points()
    edge.ask(Redo(session=KEY, number=2, reason="cửa mở"))
    cut()
    edge.point(0.0)
    edge.second(5)
    edge.ask(Adjust(session=KEY, who="Lan", what="chỉnh"))
    cut()
    through_the_points()
    edge.ask(Finish(session=KEY, who="Lan"))
    results = edge.kept(CalibrationResult)
    edge.restart()
    edge.second()
    assert edge.recorder.bench.board.sessions == {}
    assert (edge.session.state, edge.kept(CalibrationResult)) == ("finished", results)
    assert [one.number for one in edge.captures] == list(range(1, 10))
    assert [one.number for one in edge.records(CalibrationCapture)] == list(range(1, 10))
    assert (len(results), len(edge.records(CalibrationResult))) == (4, 4)
    assert cuts == 19


def test_after_a_power_cut_nothing_is_captured_until_somebody_has_looked(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(2)
    edge.restart()
    edge.second(20)
    assert (edge.captures, edge.shown.hindrance) == ([], ("not_set_up",))


def test_a_typed_environment_is_known_after_a_power_cut_from_the_last_capture(edge, bath) -> None:
    edge.ask(bath())
    edge.ask(TypeEnvironment(session=KEY, who="Lan", values={"humidity": 50.0}))
    edge.point(0.0)
    edge.second(5)
    edge.restart()
    edge.second()
    assert [one.value for one in edge.shown.environment] == [20.0, 50.0]


def test_a_disk_that_cannot_be_written_costs_time_and_nothing_else(edge, bath, monkeypatch) -> None:
    """What was asked and captured in a transaction that failed is there once it is written, once."""
    edge.ask(bath())
    edge.shows |= {"item-1": 0.0, "ref-1": 0.0}
    say, answers = edge.outbox.say, []

    def full(*_: object) -> None:
        msg = "database or disk is full"
        raise sqlite3.OperationalError(msg)

    monkeypatch.setattr(edge.outbox, "say", full)
    edge.recorder.asked.put(BenchAsked(SetUp(session=KEY, who="Lan"), answers.append))
    edge.second(8)
    assert (answers, edge.captures) == ([], [])
    monkeypatch.setattr(edge.outbox, "say", say)
    edge.second()
    assert answers == [""]
    edge.second(6)
    assert [one.number for one in edge.captures] == [one.number for one in edge.records(CalibrationCapture)]
    assert [one.number for one in edge.captures][:1] == [1]
