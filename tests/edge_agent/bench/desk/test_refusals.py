"""What the bench does not take, in whole words; and what keeps a capture back."""

import msgspec
import pytest

from calibration.decision import RULES
from edge_agent.bench.requests import (
    Abandon,
    Adjust,
    CaptureNow,
    ChoosePoints,
    Finish,
    Judge,
    Redo,
    SetUp,
    StandardChosen,
    TypeEnvironment,
    TypeIn,
)
from edge_agent.wire.bench import BenchItem, CalibrationCapture, CalibrationSession
from edge_agent.wire.bench_settings import BENCH_ORDERS, BENCH_PEOPLE, BENCH_STANDARDS

KEY = "0123456789abcdef"
S = 10**9
ITEM = BenchItem(name="Nhiệt kế", serial_number="T-7", unit="Cel", range_low=0.0, range_high=100.0, resolution=0.01)


def item(**more: object) -> BenchItem:
    return msgspec.structs.replace(ITEM, **more)


def standard(code: str, role: str = "reference") -> dict[str, object]:
    return {"standards": (StandardChosen(role, code),)}


BEGINNINGS = [
    ({"session": "x"}, "session: expected a key of 16 to 64 digits 0..9 and a..f, got 'x'. Begin again."),
    ({"work_order": "W9"}, "work order: expected one that waits here (W1), got W9. Choose another, or none."),
    (
        {"work_order": "W1"},
        (
            "work order W1: expected procedure small-scale, got small-bath. "
            "Choose that one, or ask the office to change the work order."
        ),
    ),
    ({"item": None}, "item: expected what is calibrated, got nothing. Enter it, or choose a work order."),
    ({"item": item(name=" ")}, "item: name: expected what it is, got nothing. Enter it."),
    (
        {"item": item(unit="K")},
        (
            "item Nhiệt kế: unit: expected Cel, as the procedure has it, got K. "
            "Enter its range in that unit, or choose another procedure."
        ),
    ),
    (
        {"item": item(resolution=0.0)},
        "item Nhiệt kế: resolution: expected a number of Cel above 0, got 0. Enter it.",
    ),
    (
        {"item": item(range_low=100.0, range_high=0.0)},
        "item Nhiệt kế: range: expected two numbers, the lower first, got 100 to 0. Enter it as its plate says.",
    ),
    (
        {"item": item(mpe="0.1 * y")},
        "item Nhiệt kế: model '0.1 * y': column 7: expected one of x, got 'y'. Add it to the inputs or correct it.",
    ),
    (
        {"item": item(range_high=None)},
        (
            "test errors: the point 'high' needs high of the item, which is not stated. "
            "Enter the item's range, or the points themselves."
        ),
    ),
    (
        {"decision_rule": "ilac_g8_simple"},
        "decision rule: expected one of {rules}, or none, got ilac_g8_simple. Agree on one of these.",
    ),
    (
        {"decision_rule": "simple_acceptance", "item": ITEM},
        (
            "maximum permissible error: expected a formula, as simple_acceptance needs one, got none. "
            "Enter it, or agree on no statement of conformity."
        ),
    ),
    ({"place": "moon"}, "place: expected laboratory or customer, got 'moon'. Choose one of these."),
    ({"standards": ()}, "reference reference: expected a standard of temperature, got none. Choose one."),
    (
        standard("RT-1", "weights"),
        "reference: expected one of reference, got weights. Choose the standard for one of these.",
    ),
    (
        standard("X"),
        "standard: expected one of RT-1, RT-2, W-1, RT-9, RT-8, got X. Have it entered at the gateway.",
    ),
    (
        standard("W-1"),
        "standard W-1: quantity: expected temperature, got mass. Take a standard of that quantity.",
    ),
    (
        standard("RT-9"),
        (
            "standard RT-9: calibration: expected one that is due on 2026-11-22 or later, got due 2026-11-21. "
            "Take another one, or have it calibrated first."
        ),
    ),
    (standard("RT-8"), "standard RT-8: unit: expected Cel, got K. Take a standard of that unit."),
    (
        {"instrument": "nobody-1"},
        (
            "item: channel: expected one that this edge reads as a number, got nobody-1.temperature. "
            "Choose one of the channels that this edge reads."
        ),
    ),
    (
        {"channel": "humidity"},
        (
            "item: unit of item-1.humidity: expected Cel, as the procedure has it, got %. "
            "Set the instrument and its map to Cel, or choose another channel."
        ),
    ),
    (
        {"instrument": "ref-1"},
        (
            "item: channel: expected another one than the standard's, got ref-1.temperature. "
            "Choose the channel of one of them anew."
        ),
    ),
    (
        {"left_out": ("errors",)},
        "test errors: expected it to be done, as it is not optional, got it left out. Do it.",
    ),
    ({"left_out": ("moon",)}, "test: expected one of stability, errors, got moon. Choose one of these."),
    (
        {"points": {"errors": (0.0, 120.0)}},
        "test errors: points: expected numbers from 0 to 100 Cel, got 120. Choose points within the item's range.",
    ),
    (
        {"points": {"errors": (50.0, 0.0)}},
        "test errors: points: expected each once, from the least to the greatest, got 50, 0. Put them in order.",
    ),
    (
        {"points": {"errors": tuple(k / 100 for k in range(9000))}},
        "test errors: points: expected at most 8000 captures, got 18000. Choose fewer points.",
    ),
    ({"points": {"errors": ()}}, "test errors: points: expected one or more, got 0. Enter as many."),
]


@pytest.fixture
def laboratory(edge):
    """With a work order, a standard that is overdue, and one of another unit."""
    more = {"quantity": "temperature", "certificate": "C", "due": "2026-11-21", "points": [[0.0, 0.0, 0.1]]}
    known = [msgspec.to_builtins(one) for one in edge.recorder.bench.offered().standards.values()]
    overdue, other = {"code": "RT-9", "unit": "Cel", **more}, {"code": "RT-8", "unit": "K", **more, "due": "2027-01-01"}
    edge.set(BENCH_STANDARDS, {"standards": [*known, overdue, other]})
    order = {"number": "W1", "procedure": "small-scale", "item": msgspec.to_builtins(ITEM)}
    edge.set(BENCH_ORDERS, {"orders": [order]})
    return edge


def test_what_cannot_begin_is_refused_in_words(laboratory, bath) -> None:
    for wrong, text in BEGINNINGS:
        assert laboratory.ask(bath(**wrong)) == "bench: " + text.replace("{rules}", ", ".join(RULES))
    assert laboratory.records(CalibrationSession) == []


def test_an_instrument_is_in_one_open_session(edge, bath) -> None:
    edge.ask(bath())
    other = bath(session="f" * 16, item=item(serial_number="T-8"))
    expected = "bench: item-1: expected no open session, got one of Nhiệt kế T-7. Finish or abandon that one first."
    assert edge.ask(other) == expected


def test_who_may_not_do_a_procedure_is_refused(edge, bath) -> None:
    edge.set(BENCH_PEOPLE, {"people": [{"name": "Lan", "procedure": "*", "until": "2026-11-21"}]})
    assert edge.ask(bath()) == (
        "bench: who: expected somebody who may do small-bath on 2026-11-22, got Lan. "
        "Let somebody who may do it, or have the competence entered at the gateway."
    )
    edge.set(BENCH_PEOPLE, {"people": [{"name": "Lan", "procedure": "small-bath"}]})
    assert edge.ask(bath()) == ""
    assert edge.ask(SetUp(session=KEY, who="Minh")).startswith("bench: who: expected somebody who may do small-bath")


def test_with_a_clock_that_is_not_set_no_session_begins_and_nothing_is_captured(edge, bath) -> None:
    edge.ask(bath())
    edge.restart()
    edge.second()
    edge.recorder._clock._was_set = edge.is_set = False
    edge.point(0.0)
    edge.second(10)
    assert edge.captures == []
    assert edge.shown.hindrance[0] == "clock_unsure"
    assert edge.ask(bath(session="f" * 16, instrument="room-1")) == (
        "bench: clock: expected one that is set, as everything is dated, got one that nobody has set. "
        "Let it reach a time server or the gateway, then begin again."
    )


REQUESTS = [
    (
        Redo(session=KEY, number=7, reason="x"),
        "capture 7: expected one of this session, got none of this number. Choose one of its captures.",
    ),
    (Redo(session=KEY, number=1, reason=" "), "capture 1: expected a reason, got none. Say why."),
    (Judge(session=KEY, number=1, is_accepted=False, reason=""), "capture 1: expected a reason, got none. Say why."),
    (
        Finish(session=KEY),
        (
            "finish: expected all points captured, got 2 of 4 missing, first test errors, point 2. "
            "Capture them, leave an optional test out, or abandon the session."
        ),
    ),
    (Abandon(session=KEY, reason=""), "abandon: expected a reason, got none. Say why."),
    (
        Abandon(session="a" * 16, reason="x"),
        (
            "session aaaaaaaaaaaaaaaa: expected an open one, got none of this key. "
            "Choose an open session, or begin a new one."
        ),
    ),
    (Adjust(session=KEY, what=""), "adjustment: expected what was done, got nothing. Say it."),
    (
        Adjust(session=KEY, what="x"),
        (
            "adjustment: expected all points captured, got 2 of 4 missing. "
            "Capture the points before adjusting, or say why the state as found stays unknown."
        ),
    ),
    (
        CaptureNow(session=KEY, reason=""),
        "capture: expected a reason, since something speaks against it, got none. Say why.",
    ),
    (
        TypeIn(session=KEY, indication=1.0),
        "indication: expected what item-1.temperature shows, got a typed value. Say that the point is set up.",
    ),
    (
        TypeIn(session=KEY, references={"reference": 1.0}),
        "reference reference: expected one that is read off by a person, got another. Look at the standard.",
    ),
    (
        TypeIn(session=KEY, references={"x": 1.0}),
        "reference: expected one of reference, got x. Enter one of these.",
    ),
    (
        TypeEnvironment(session=KEY, values={"light": 1.0}),
        "environment: expected one of temperature, humidity, got light. Enter one of these.",
    ),
    (
        TypeEnvironment(session=KEY, values={"temperature": 1.0}),
        "temperature: expected what room-1.temperature shows, got a typed value. Look at that instrument.",
    ),
    (
        TypeEnvironment(session=KEY, values={"humidity": float("nan")}),
        "humidity: expected a number of %, got nan. Enter what was read off.",
    ),
    (
        SetUp(session=KEY, pieces={"x": ("1",)}),
        "reference: expected one of reference, got x. Choose pieces for one of these.",
    ),
    (
        ChoosePoints(session=KEY, points={"errors": (0.0, 50.0)}),
        (
            "test errors: expected its points as they are, since some are captured, got others. "
            "Keep them, or abandon the session and begin anew."
        ),
    ),
]


def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(10)
    before = edge.shown.step, edge.captures
    for request, text in REQUESTS:
        assert edge.ask(request) == "bench: " + text
    assert (edge.shown.step, edge.captures) == before


def test_pieces_that_no_certificate_lists_are_refused(edge, scale) -> None:
    edge.ask(scale())
    wrong = [
        (
            ("100", "100"),
            "standard W-1: pieces: expected each piece once, got 100 twice. Choose another piece, as 20*.",
        ),
        (
            ("70",),
            (
                "standard W-1: piece 70: expected it in one set, got none. "
                "Choose a piece that its certificate lists, and one set for a session."
            ),
        ),
    ]
    for pieces, text in wrong:
        assert edge.ask(SetUp(session=KEY, pieces={"reference": pieces})) == f"bench: {text}"


def test_a_typed_reference_that_its_certificate_does_not_cover_is_refused(edge, bath) -> None:
    edge.ask(bath(**standard("RT-2")))
    assert edge.ask(TypeIn(session=KEY, references={"reference": 120.0})) == (
        "bench: standard RT-2: certificate C-2: expected indications that it covers, 0 to 100 Cel, got 120 Cel. "
        "Take a standard whose certificate covers this point, and capture it again."
    )


# ---------------------------------------------------------------------- what keeps a capture back


def hindered(edge, code: str) -> None:
    assert (edge.captures, edge.shown.hindrance[:1]) == ([], (code,))


@pytest.mark.parametrize("instrument", ["item-1", "ref-1"])
def test_bad_readings_are_not_used(edge, bath, instrument) -> None:
    edge.ask(bath())
    edge.qualities[instrument] = "bad.no_reply"
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "bad_reading")
    edge.qualities.clear()
    edge.second(5)
    assert len(edge.captures) == 1


def test_a_doubtful_reading_is_not_used(edge, bath) -> None:
    edge.ask(bath())
    edge.qualities["item-1"] = "uncertain.out_of_range"
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "bad_reading")


def test_an_item_that_says_that_it_moves_is_waited_for(edge, bath) -> None:
    edge.ask(bath())
    edge.qualities["item-1"] = "uncertain.unsettled"
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "not_settled")
    edge.qualities.clear()
    edge.second(5)
    assert len(edge.captures) == 1


def test_a_reading_that_is_frozen_is_not_settled(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(2)
    del edge.shows["item-1"]
    edge.second(10)
    hindered(edge, "no_reading")


def test_a_gap_begins_anew(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(3)
    edge.now += 30 * S
    edge.second(3)
    assert edge.captures == []
    edge.second(2)
    assert len(edge.captures) == 1


@pytest.mark.parametrize("room", [17.9, 27.1])
def test_an_environment_out_of_limits_holds_a_capture_back_until_it_is_back(edge, bath, room) -> None:
    edge.ask(bath())
    edge.shows["room-1"] = room
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "environment")
    edge.shows["room-1"] = 20.0
    edge.second(3)
    assert len(edge.captures) == 1


def test_an_environment_that_has_moved_too_far_in_the_session_holds_a_capture_back(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0)
    edge.second(5)
    edge.shows["room-1"] = 22.5
    edge.second(10)
    assert (len(edge.captures), edge.shown.hindrance) == (1, ("environment",))


def test_a_required_environment_that_nobody_measures_holds_a_capture_back(edge, bath) -> None:
    edge.ask(bath())
    del edge.shows["room-1"]
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "environment_missing")


def test_a_reference_without_a_certificate_holds_a_capture_back(edge, bath) -> None:
    edge.set("certificate", {}, "ref-1")
    edge.ask(bath())
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "reference_without_certificate")


def test_a_reference_beyond_its_certificate_holds_a_capture_back(edge, bath) -> None:
    edge.ask(bath())
    edge.point(0.0, reference=-3.0)
    edge.second(10)
    hindered(edge, "reference_without_certificate")


def test_a_reference_that_falls_due_in_the_session_holds_a_capture_back(edge, bath) -> None:
    edge.ask(bath())
    edge.now += 60 * 86_400 * S
    edge.point(0.0)
    edge.second(10)
    hindered(edge, "reference_overdue")


def test_what_may_not_be_captured_by_hand_says_why(edge, bath) -> None:
    edge.ask(bath())
    edge.qualities["item-1"] = "bad.no_reply"
    edge.point(0.0)
    edge.second(3)
    assert edge.ask(CaptureNow(session=KEY, reason="gấp")) == (
        "bench: capture: expected nothing but rest or surroundings against it, got bad_reading. "
        "Put that right first; then the point is captured."
    )
    assert edge.records(CalibrationCapture) == []


def test_a_procedure_that_was_changed_meanwhile_is_not_gone_on_with(edge, bath) -> None:
    edge.ask(bath())
    path = edge.config.path.parent / "procedures" / "small-bath.toml"
    path.write_text(path.read_text("utf-8") + "\n# changed\n", "utf-8")
    edge.restart()
    edge.second()
    assert edge.shown.hindrance[0] == "procedure_changed"
    assert edge.ask(Finish(session=KEY, who="Lan")) == (
        "bench: procedure small-bath: expected the file that the session began with, got another. "
        "Put it back, or abandon the session."
    )
    path.unlink()
    edge.restart()
    edge.second()
    assert edge.recorder.bench.board.sessions == {}
    assert edge.ask(Abandon(session=KEY, reason="mất quy trình")) == ""
    assert edge.session.state == "abandoned"
