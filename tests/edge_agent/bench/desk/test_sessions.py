"""A calibration from its beginning to its end, in the recorder's transactions."""

import pytest

from edge_agent.bench.requests import (
    Abandon,
    Adjust,
    CaptureNow,
    ChoosePoints,
    Finish,
    Judge,
    Redo,
    SetUp,
    TypeEnvironment,
    TypeIn,
)
from edge_agent.wire.bench import (
    Adjusted,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    CaptureJudged,
)

KEY = "0123456789abcdef"
S = 10**9


def test_a_bath_is_captured_by_itself_and_its_errors_are_those_of_the_item(edge, bath) -> None:
    assert edge.ask(bath()) == ""
    for value in (0.0, 100.0):
        edge.point(value + 0.12, value + 0.02)
        edge.second(10)
    assert edge.ask(Finish(session=KEY, who="Lan")) == ""
    # The certificate says that the reference shows 0.02 too much: it was at 0 and 100, and the item shows 0.12 more.
    results = edge.kept(CalibrationResult)
    assert [(one.nominal, round(one.error, 9)) for one in results] == [(0.0, 0.12), (100.0, 0.12)]
    assert results[0].u == pytest.approx((0.005**2 + (0.01 / 12**0.5) ** 2) ** 0.5)
    assert [(one.state, one.ended_at > 0) for one in edge.kept(CalibrationSession)] == [("finished", True)]
    assert edge.recorder.bench.board.sessions == {}


def test_what_is_recorded_is_raw_with_the_corrected_value_beside_it(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.12, 0.02)
    edge.second(5)
    [capture] = edge.captures
    reading = capture.references["reference"]
    assert (reading.values, reading.n, reading.sd) == ((0.02,) * 4, 4, 0.0)
    assert (reading.value, reading.unit, reading.certificate) == (0.02, "Cel", "C-1")
    assert (reading.corrected, reading.u) == (pytest.approx(0.0), pytest.approx(0.005))
    assert (capture.indication.value, capture.indication.corrected) == (0.12, None)
    assert capture.environment["temperature"].value == 20.0
    assert edge.points("ref-1")[-1].numbers["temperature"] == pytest.approx(0.0), "the gateway has the value"


def test_a_capture_goes_through_the_outbox_once_and_stands_in_the_book(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(20)
    said = edge.records(CalibrationCapture)
    assert [one.number for one in said] == [1, 2]
    assert [(one.key, one.repeat) for one in edge.captures] == [(f"{KEY}.1", 1), (f"{KEY}.2", 2)]
    assert edge.captures[1].since > edge.captures[0].captured_at, "no indication is used twice"


def test_nothing_is_captured_before_somebody_says_that_the_point_is_set_up(edge, bath) -> None:
    edge.ask(bath())
    edge.second(20)
    assert edge.captures == []
    assert edge.shown.hindrance == ("not_set_up",)


def test_what_was_steady_before_the_point_was_set_up_does_not_count(edge, bath) -> None:
    edge.ask(bath())
    edge.second(20)
    edge.point(0.0)
    edge.second(3)
    assert edge.captures == []
    edge.second(2)
    assert len(edge.captures) == 1
    assert edge.captures[0].since >= edge.captures[0].captured_at - 3 * S


def test_a_moving_reading_is_waited_for(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    for k in range(10):
        edge.shows["item-1"] = 0.06 * (k % 2)
        edge.second()
    assert edge.captures == []
    assert edge.shown.hindrance == ("not_settled",)
    assert (edge.shown.item.spread, edge.shown.item.allowed) == (pytest.approx(0.06), pytest.approx(0.05))


def test_it_says_when_a_point_should_have_settled_by_now(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    for k in range(22):
        edge.shows["item-1"] = 0.06 * (k % 2)
        edge.second()
    assert edge.shown.give_up


def test_a_reference_that_moves_holds_the_capture_back(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    for k in range(10):
        edge.shows["ref-1"] = 0.06 * (k % 2)
        edge.second()
    assert (edge.captures, edge.shown.hindrance) == ([], ("not_settled",))


def test_weights_are_laid_on_anew_for_every_repeat_and_proposed(edge, scale) -> None:
    assert edge.ask(scale()) == ""
    edge.second()
    assert edge.shown.pieces == {"reference": ("100",)}
    edge.point(100.001)
    edge.second(20)
    assert (len(edge.captures), edge.shown.hindrance) == (1, ("not_set_up",))
    edge.ask(SetUp(session=KEY, who="Lan", pieces={"reference": ("100*",)}))
    edge.second(20)
    edge.point(200.001)
    edge.second(20)
    found = [(one.references["reference"].parts, one.references["reference"].corrected) for one in edge.captures]
    assert found == [
        (("100",), 100.0002),
        (("100*",), 99.9999),
        (("100", "100*"), pytest.approx(200.0001)),
    ]


def test_an_empty_pan_is_no_point(edge, scale) -> None:
    edge.ask(scale())
    edge.point(0.0)
    edge.second(20)
    assert (edge.captures, edge.shown.hindrance) == ([], ("not_at_point",))


def test_typed_readings_are_captured_when_all_is_there(edge, bath) -> None:
    typed = bath(instrument="", channel="", standards=(type(bath().standards[0])("reference", "RT-2"),))
    assert edge.ask(typed) == ""
    edge.second()
    assert edge.ask(TypeIn(session=KEY, who="Lan", indication=0.3)) == ""
    edge.second()
    assert edge.shown.typed == {"indication": 0.3}
    assert edge.shown.hindrance == ("no_reading",)
    assert edge.ask(TypeIn(session=KEY, who="Lan", references={"reference": 0.1})) == ""
    edge.second()
    [capture] = edge.captures
    reading = capture.references["reference"]
    assert (capture.indication.is_typed, capture.indication.value) == (True, 0.3)
    assert (reading.value, reading.corrected, reading.u) == (0.1, pytest.approx(0.0), pytest.approx(0.01))
    edge.second(5)
    assert len(edge.captures) == 1, "the next repeat is typed anew"


def test_a_typed_environment_is_recorded_and_counts_for_an_hour(edge, bath) -> None:
    edge.ask(bath())
    assert edge.ask(TypeEnvironment(session=KEY, who="Lan", values={"humidity": 50.0})) == ""
    edge.point(0.0)
    edge.second(5)
    assert edge.captures[0].environment["humidity"].value == 50.0
    edge.now += 3601 * S
    edge.second(2)
    assert [one.value for one in edge.shown.environment] == [20.0, None]


def test_a_point_that_is_done_again_stands_beside_the_old_one(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(20)
    assert edge.ask(Redo(session=KEY, who="Lan", number=1, reason="cửa bể mở")) == ""
    edge.second()
    assert edge.shown.step.repeat == 1
    edge.point(0.01)
    edge.second(10)
    assert [(one.number, one.repeat, one.replaces, one.reason) for one in edge.captures] == [
        (1, 1, 0, ""),
        (2, 2, 0, ""),
        (3, 1, 1, "cửa bể mở"),
    ]
    [word] = edge.records(CaptureJudged)
    assert (word.key, word.is_accepted, word.who) == (f"{KEY}.1", False, "Lan")


def test_a_capture_by_hand_is_flagged_and_counts_only_when_somebody_says_so(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    for k in range(6):
        edge.shows["item-1"] = 0.06 * (k % 2)
        edge.second()
    assert edge.ask(CaptureNow(session=KEY, who="Lan", reason="bể không yên")) == ""
    [capture] = edge.captures
    assert (capture.is_settled, capture.is_accepted, capture.why) == (False, False, ("not_settled",))
    assert (capture.reason, edge.shown.done, edge.shown.last_rejected) == ("bể không yên", 0, ("not_settled",))
    assert edge.ask(Judge(session=KEY, who="Lan", number=1, is_accepted=True, reason="đủ cho khách")) == ""
    edge.second()
    assert (edge.shown.done, edge.shown.step.repeat, edge.shown.last_rejected) == (1, 2, ())


def test_an_adjustment_begins_the_run_as_left_and_ends_the_old_correction_at_once(edge, bath) -> None:
    edge.set("certificate", {**_of("item-1"), "needs_certificate": True}, "item-1")
    edge.ask(bath())
    for value in (0.0, 100.0):
        edge.point(value)
        edge.second(10)
    assert edge.ask(Adjust(session=KEY, who="Lan", what="chỉnh điểm không")) == ""
    edge.second(2)
    [word] = edge.records(Adjusted)
    assert (word.instrument, word.session, word.what) == ("item-1", KEY, "chỉnh điểm không")
    assert edge.points("item-1")[-1].texts["temperature_q"] == "uncertain.adjusted_uncertified"
    assert (edge.shown.run, edge.shown.done, edge.shown.of) == ("as_left", 0, 4)
    for value in (0.0, 100.0):
        edge.point(value)
        edge.second(10)
    assert edge.ask(Finish(session=KEY, who="Lan")) == ""
    assert {one.run for one in edge.kept(CalibrationResult)} == {"as_found", "as_left"}


def test_what_was_not_captured_before_an_adjustment_is_a_deviation(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(5)
    assert edge.ask(Adjust(session=KEY, who="Lan", what="thay pin", without_as_found="tắt giữa chừng")) == ""
    for value in (0.0, 100.0):
        edge.point(value)
        edge.second(10)
    assert edge.ask(Finish(session=KEY, who="Lan")) == ""
    assert edge.session.deviations == "tắt giữa chừng"
    assert [one.run for one in edge.kept(CalibrationResult)] == ["as_found", "as_left", "as_left"]


def test_points_are_chosen_before_they_are_captured(edge, bath) -> None:
    edge.ask(bath())
    assert edge.ask(ChoosePoints(session=KEY, who="Lan", points={"errors": (0.0, 50.0, 100.0)})) == ""
    edge.second()
    assert (edge.shown.of, edge.shown.step.test) == (8, "stability")


def test_a_session_is_abandoned_with_a_reason_and_its_instrument_is_free_again(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(10)
    assert edge.ask(Abandon(session=KEY, who="Lan", reason="hỏng đầu đo")) == ""
    assert (edge.session.state, edge.session.why) == ("abandoned", "hỏng đầu đo")
    assert len(edge.captures) == 2, "nothing is deleted"
    assert edge.ask(bath(session="f" * 16)) == ""


def test_two_items_are_on_the_bench_at_once(edge, bath, scale) -> None:
    assert (edge.ask(bath()), edge.ask(scale(session="f" * 16))) == ("", "")
    edge.second()
    assert set(edge.recorder.bench.board.sessions) == {KEY, "f" * 16}


def test_what_was_sent_twice_is_one_session(edge, bath) -> None:
    assert (edge.ask(bath()), edge.ask(bath())) == ("", "")
    assert len(edge.records(CalibrationSession)) == 1


def _of(instrument: str) -> dict[str, object]:
    points = [{"indication": x, "error": 0.0, "u": 0.1} for x in (0.0, 50.0, 100.0)]
    channels = {"temperature": {"unit": "Cel", "points": points}}
    return {"certificates": [{"number": f"C-{instrument}", "applies_from": 1, "channels": channels}]}
