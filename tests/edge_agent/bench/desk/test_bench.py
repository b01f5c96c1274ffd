"""What the pages call; and how the bench bears a clock that steps, long use, and a mistake of its own."""

import threading

import pytest

from edge_agent.bench.bench import NO_CLOCK, NOT_SAVED, Bench, new_session_key, open_bench
from edge_agent.bench.on_bench import OnBench
from edge_agent.bench.requests import Abandon, Finish, SetUp
from edge_agent.wire.bench import CalibrationCapture, CalibrationResult, CalibrationSession

KEY = "0123456789abcdef"
S = 10**9


def bench_of(edge, answer_s: float = 5.0, *, clock_is_set: bool = True) -> Bench:
    made = open_bench(edge.recorder.asked, edge.recorder.bench, edge.outbox.path, lambda: clock_is_set)
    made._answer_s = answer_s
    return made


def asked(edge, bench: Bench, request) -> str:
    """Ask as a page does, in a thread of its own, while the recorder records."""
    answers: list[str] = []
    page = threading.Thread(target=lambda: answers.append(bench.ask(request)))
    page.start()
    while page.is_alive():
        edge.recorder.record()
        page.join(0.01)
    return answers[0]


def test_a_page_begins_looks_and_finishes(edge, bath) -> None:
    bench = bench_of(edge)
    assert set(bench.offered.procedures) == {"small-bath", "small-scale"}
    units = {(one.instrument, one.channel): one.unit for one in bench.offered.channels}
    assert (units["item-1", "temperature"], units["balance-1", "mass"]) == ("Cel", "g")
    assert asked(edge, bench, bath()) == ""
    assert list(bench.board.sessions) == [KEY]
    assert bench.calibration("nobody") is None
    before = bench.calibration(KEY)
    assert (before.results, before.why_none) == (
        (),
        "procedure small-bath: captures: expected one or more accepted ones, got none. Capture a point.",
    )
    edge.point(0.1, 0.02)
    edge.second(5)
    [result] = bench.calibration(KEY).results
    assert result.error == pytest.approx(0.1), "results are there at once"
    assert edge.kept(CalibrationResult) == [], "and are kept when the session is finished"
    edge.point(0.1, 0.02)
    edge.second(5)
    edge.point(100.1, 100.02)
    edge.second(10)
    assert asked(edge, bench, Finish(session=KEY, who="Lan")) == ""
    after = bench.calibration(KEY)
    assert (after.session.state, len(after.captures), len(after.results)) == ("finished", 4, 2)


def test_the_last_calibrations_of_the_item_are_found_by_its_number(edge, bath) -> None:
    bench = bench_of(edge)
    for k, error in enumerate((0.1, 0.2, 0.3, 0.4)):
        key = f"{k:016x}"
        assert edge.ask(bath(session=key)) == ""
        for value in (0.0, 100.0):
            edge.shows |= {"item-1": value + error, "ref-1": value + 0.02}
            edge.ask(SetUp(session=key, who="Lan"))
            edge.second(10)
        assert edge.ask(Finish(session=key, who="Lan")) == ""
    found = bench.before(bath().item, edge.wall)
    assert [round(one.results[0].error, 6) for one in found] == [0.4, 0.3, 0.2]
    other = type(bath().item)(name="Khác", serial_number="T-9", unit="Cel", resolution=0.01)
    assert bench.before(other, edge.wall) == []


def test_a_recorder_that_stands_is_told_of(edge) -> None:
    assert bench_of(edge, answer_s=0.01).ask(Abandon(session=KEY, reason="x")) == NOT_SAVED


def test_with_a_clock_that_is_not_set_a_session_is_not_even_asked_for(edge, bath) -> None:
    """The recorder answers nothing then: it has not begun."""
    assert bench_of(edge, clock_is_set=False).ask(bath()) == NO_CLOCK
    assert edge.recorder.asked.empty()


def test_keys_are_not_told_twice() -> None:
    assert len({new_session_key() for _ in range(100)}) == 100


def test_a_clock_that_is_set_back_freezes_no_reading(edge, bath) -> None:
    edge.ask(bath())
    edge.second(5)
    edge.recorder._clock._wall = lambda: edge.wall - 3600 * S
    edge.point(0.0)
    edge.shows["item-1"] = 0.5
    edge.second(2)
    assert (edge.captures, edge.shown.item.value) == ([], 0.5)
    edge.second(5)
    assert [one.indication.value for one in edge.captures] == [0.5]


def test_captures_of_sessions_that_ended_long_ago_are_let_go_and_their_results_stay(edge, bath) -> None:
    edge.ask(bath())
    for value in (0.0, 100.0):
        edge.point(value)
        edge.second(10)
    edge.ask(Finish(session=KEY, who="Lan"))
    edge.now += 89 * 86_400 * S
    edge.second()
    assert len(edge.kept(CalibrationCapture)) == 4
    edge.now += 2 * 86_400 * S
    edge.second()
    kinds = CalibrationCapture, CalibrationResult, CalibrationSession
    assert [len(edge.kept(kind)) for kind in kinds] == [0, 2, 1]


def test_a_mistake_at_the_bench_costs_no_sample(edge, bath, monkeypatch, caplog) -> None:
    edge.ask(bath())
    before = len(edge.points("room-1"))

    def wrong(*_: object, **__: object) -> None:
        msg = "a mistake of the program"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(OnBench, "_see", wrong)
    edge.second(3)
    assert len(edge.points("room-1")) == before + 3
    said = [one.message for one in caplog.records if one.levelname == "ERROR"]
    assert said == [f"bench: session {KEY}: cannot be looked at. Abandon it; please report this."]
    assert edge.ask(SetUp(session=KEY, who="Lan")) == (
        "bench: not done, by a mistake of this program. The agent's log says where; please report it. "
        "Abandon the session if it does not go on."
    )
    assert edge.ask(Abandon(session=KEY, reason="lỗi")) == ""
    assert edge.session.state == "abandoned"
