from drivers.bus import Polled
from drivers.errors import BusyError, NoReplyError, RefusedError
from drivers.instrument import Indication, Missing
from edge_agent.collect import Sample, collect, grade


class Meter:
    name = "meter-1"
    channels = {"a": "V", "b": "W", "c": "1"}

    def poll(self):
        raise NotImplementedError


def test_a_failed_channel_is_part_of_the_sample_with_its_reason() -> None:
    shown = (
        Indication("a", 230.2, "V", 500),
        Missing("b", RefusedError("meter-1: b refused", "no_value")),
        Indication("c", 7.0, "1", 400, "out_of_range"),
    )
    assert collect(Polled("bus", Meter(), shown, 900)) == Sample(
        "meter-1",
        400,
        [("a", 230.2), ("c", 7.0)],
        [("b_q", "bad.no_value"), ("c_q", "uncertain.out_of_range")],
        [],
        "meter-1: b refused",
    )


def test_a_silent_instrument_is_a_sample_at_the_polls_end() -> None:
    shown = tuple(Missing(c, NoReplyError("silent")) for c in "abc")
    sample = collect(Polled("bus", Meter(), shown, 900))
    assert (sample.at, sample.numbers, dict(sample.qualities)) == (
        900,
        [],
        {"a_q": "bad.no_reply", "b_q": "bad.no_reply", "c_q": "bad.no_reply"},
    )


def test_texts_go_their_own_way_and_what_is_not_finite_is_bad() -> None:
    shown = (Indication("a", float("nan"), "V", 5), Indication("c", "SN-1", "1", 5))
    sample = collect(Polled("bus", Meter(), shown, 9))
    assert (sample.numbers, sample.qualities, sample.texts) == ([], [("a_q", "bad.not_finite")], [("c", "SN-1")])


def test_the_grade_of_a_sample_is_its_worst() -> None:
    shown = (Indication("a", 1.0, "V", 5, "unsettled"), Missing("b", BusyError("busy")))
    assert grade(collect(Polled("bus", Meter(), shown, 9))) == "bad.busy"
    assert grade(Sample("m", 1, [("a", 1.0)], [])) == "good"
