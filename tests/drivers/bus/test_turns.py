"""Whose turn it is, in time that is only told: nothing here waits."""

import itertools
import math
import re
from types import MappingProxyType

import pytest

from drivers.bus import BusSpec
from drivers.bus.turns import Turns
from drivers.errors import NoReplyError
from drivers.instrument import Indication, Line, Request, ends_with

RTU = BusSpec("meters", "serial:///dev/ttyUSB0", framing="rtu", line=Line(19200))
TEXT = BusSpec("bench", "serial:///dev/ttyUSB1")
TCP = BusSpec("press", "tcp://10.0.0.5:502", framing="mbap")
SILENT_1 = (
    "meter-1: no reply within 1 s from device 1 on meters (serial:///dev/ttyUSB0). "
    "Check its power, wiring, address and baud rate."
)


def test_the_earliest_deadline_goes_first(registers, answers, world_of):
    world = world_of(RTU, answers())
    for unit, deadline in ((1, 103), (2, 101), (3, 102)):
        world.turns.begin(registers(f"m{unit}", unit), deadline)
    world.until(101)
    assert world.names() == ["m2", "m3", "m1"]


def test_an_urgent_poll_goes_between_the_blocks_of_a_long_one(registers, answers, world_of):
    world = world_of(RTU, answers())
    world.turns.begin(registers("long", 1, [(10 * i, 2) for i in range(20)]), 110)
    world.until(100.03)
    world.turns.begin(registers("urgent", 2), 100.1)
    world.until(100.06)
    assert world.names() == ["urgent"]
    world.until(102)
    assert world.names() == ["urgent", "long"]


def test_only_one_request_is_in_flight_on_a_line(registers, answers, world_of):
    world = world_of(RTU, answers())
    for unit in (1, 2, 3):
        world.turns.begin(registers(f"m{unit}", unit), 101)
    world.until(101)
    assert all(later - sooner >= 0.01 for (sooner, _), (later, _) in itertools.pairwise(world.sent))


def test_a_request_waits_for_3_5_characters_of_silence(registers, answers, world_of):
    world = world_of(RTU, answers())
    world.turns.begin(registers("m1", 1, [(0, 2), (2, 2)]), 101)
    world.until(101)
    (first, _), (second, _) = world.sent
    assert second - (first + 0.01) == pytest.approx(3.5 * 10 / 19200)


def test_the_pause_of_the_bus_comes_on_top_and_that_of_a_request_does_not(registers, answers, world_of):
    gap_s = 3.5 * 10 / 19200
    for spec_pause_s, request_pause_s, expected in (
        (0.05, 0.0, 0.05 + gap_s),
        (0.0, 0.2, 0.2),
        (0.3, 0.2, 0.3 + gap_s),
    ):
        spec = BusSpec("meters", RTU.url, framing="rtu", line=RTU.line, pause_s=spec_pause_s)
        world = world_of(spec, answers())
        world.turns.begin(registers("m1", 1, [(0, 2), (2, 2)], pause_s=request_pause_s), 101)
        world.until(102)
        (first, _), (second, _) = world.sent
        assert second - (first + 0.01) == pytest.approx(expected)


def test_a_line_that_is_never_silent_does_not_keep_a_poll_for_ever(registers, world_of):
    world = world_of(RTU)
    for i in range(4000):
        world.comes(100 + i * 0.001, b"\xff")
    world.until(100.5)
    world.turns.begin(registers("meter-1"), 101)
    world.until(103)
    [(ended_at, polled)] = world.ended
    assert ended_at == pytest.approx(102.5, abs=0.01)  # a timeout for silence, one for the reply
    assert re.sub(r"\d+ bytes", "many bytes", str(polled.shown[0].reason)) == (
        "meter-1: no answer to holding_register 0..1 within 1 s from device 1 on meters (serial:///dev/ttyUSB0), but "
        f"many bytes, {' '.join(['ff'] * 24)} .... "
        "Check its wiring, baud rate, line form and that no two devices have one address."
    )


def test_a_timeout_of_the_request_comes_before_that_of_the_instrument_before_that_of_the_bus(registers, world_of):
    for request_s, instrument_s, expected_s in ((None, None, 1.0), (None, 0.4, 0.4), (0.3, 0.4, 0.3)):
        world = world_of(RTU)
        world.turns.begin(registers("meter-1", timeout_s=request_s), 100, instrument_s)
        world.until(102)
        assert world.ended[0][0] == pytest.approx(100 + expected_s)
        assert f"within {expected_s:g} s" in str(world.ended[0][1].shown[0].reason)


def test_live_ones_keep_their_pace_beside_a_dead_one(registers, answers, world_of):
    spec = BusSpec("meters", RTU.url, framing="rtu", line=RTU.line, timeout_s=0.2)
    world = world_of(spec, answers(1))
    dead = registers("dead", 1, [(10 * i, 2) for i in range(5)])
    live = [registers("live-2", 2), registers("live-3", 3)]
    for second in range(20):
        for instrument in (dead, *live):
            world.turns.begin(instrument, 101 + second)
        world.until(101 + second)
    names = world.names()
    assert names.count("live-2") == names.count("live-3") == 20
    assert all(polled.shown[0].value == 7 for _, polled in world.ended if polled.instrument is not dead)
    # Once known to be silent it costs one timeout a poll, though it has five requests.
    assert names.count("dead") >= 19
    late = [at for at, frame in world.sent if frame[0] == 1 and at >= 105]
    assert len(late) == 15


def test_the_same_device_is_not_asked_while_its_late_reply_may_come_but_others_are(registers, answers, world_of):
    world = world_of(RTU, answers(1))
    world.turns.begin(registers("dead", 1, [(0, 2), (2, 2)]), 100.5)
    world.turns.begin(registers("live", 2), 103)
    world.until(105)
    units = [(round(at, 1), frame[0]) for at, frame in world.sent]
    assert units == [(100.0, 1), (101.0, 2), (102.0, 1)]


def test_a_late_reply_is_not_taken_for_the_next_and_frees_its_device(registers, rtu, world_of):
    def answer(_, at):
        return [(1.3, rtu(b"\3\4\0\1\0\1"))] if at < 100.5 else [(0.01, rtu(b"\3\4\0\2\0\2"))]

    world = world_of(RTU, answer)
    world.turns.begin(registers("meter-1", 1, [(0, 2), (2, 2)]), 100.5)
    world.until(105)
    [(_, polled)] = world.ended
    assert str(polled.shown[0].reason) == SILENT_1
    assert polled.shown[1].value == 2
    (_, _), (second, _) = world.sent
    assert second == pytest.approx(101.3 + 3.5 * 10 / 19200)


def test_a_late_text_is_not_taken_for_the_next(text, values, world_of):
    def answer(frame, at):
        return [(1.5, b"late\r\n")] if at < 100.5 else [(0.01, frame)]

    world = world_of(TEXT, answer)
    world.turns.begin(text("a", b"A\r\n"), 100.5)
    world.turns.begin(text("b", b"B\r\n"), 101.5)
    world.until(105)
    assert [values(polled) for _, polled in world.ended][1] == ["B\r\n"]
    assert world.sent[1][0] == pytest.approx(101.5)


def test_a_numbered_request_waits_for_no_late_reply_and_discards_it(registers, mbap, values, world_of):
    def answer(frame, at):
        value = b"\0\1\0\1" if at < 100.5 else b"\0\2\0\2"
        return [(1.2 if at < 100.5 else 0.5, mbap(b"\3\4" + value, int.from_bytes(frame[:2], "big")))]

    world = world_of(TCP, answer, lines=False)
    world.turns.begin(registers("press-1", 1, [(0, 2), (2, 2)]), 101)
    world.until(105)
    assert [at for at, _ in world.sent] == [100, 101]
    assert values(world.ended[0][1])[1] == 2


def test_numbered_requests_go_together_up_to_parallel(registers, mbap, values, world_of):
    spec = BusSpec("press", TCP.url, framing="mbap", parallel=8)

    def answer(frame, _):
        address = int.from_bytes(frame[8:10], "big")
        # The later ones are answered first.
        return [(0.1 - address / 1000, mbap(b"\3\2" + frame[8:10], int.from_bytes(frame[:2], "big")))]

    world = world_of(spec, answer, lines=False)
    world.turns.begin(registers("press-1", 1, [(i, 1) for i in range(12)]), 101)
    world.until(100)
    assert len(world.sent) == 8
    world.until(101)
    assert values(world.ended[0][1]) == list(range(12))


def test_a_lost_reply_is_asked_for_once_more_if_that_can_end_before_the_deadline(registers, answers, values, world_of):
    lost = [1]

    def answer(frame, at):
        return [] if lost and lost.pop() else answers()(frame, at)

    world = world_of(RTU, answer)
    world.turns.begin(registers("meter-1"), 103)
    world.until(105)
    assert [at for at, _ in world.sent] == pytest.approx([100, 102])
    assert values(world.ended[0][1]) == [7]


def test_it_is_not_asked_again_when_that_would_miss_the_deadline(registers, answers, world_of):
    world = world_of(RTU, answers(1))
    world.turns.begin(registers("meter-1"), 102.9)
    world.until(105)
    assert len(world.sent) == 1


def test_one_that_was_silent_throughout_its_last_poll_is_not_asked_again(registers, answers, world_of):
    world = world_of(RTU, answers(1))
    world.turns.begin(registers("meter-1"), 110)
    world.until(104)
    assert len(world.sent) == 2
    world.turns.begin(registers("meter-1"), 120)
    world.until(110)
    assert len(world.sent) == 3


def test_a_device_that_is_silent_at_one_block_only_is_asked_for_the_others(registers, rtu, values, world_of):
    def answer(frame, _):
        return [] if frame[3] == 0 else [(0.01, rtu(b"\3\4\0\7\0\7"))]

    world = world_of(RTU, answer)
    for _ in range(2):
        start = world.now
        world.turns.begin(registers("meter-1", 1, [(0, 2), (2, 2), (4, 2)]), start)
        world.until(start + 10)
        assert values(world.ended[-1][1]) == [SILENT_1, 7, 7]


def test_a_dialogue_in_text_is_not_cut_into(text, world_of):
    world = world_of(TEXT, lambda frame, _: [(0.01, frame)])
    world.turns.begin(text("long", b"1\r\n", b"2\r\n", b"3\r\n"), 110)
    world.until(100.005)
    world.turns.begin(text("urgent", b"U\r\n"), 101)
    world.until(101)
    assert [frame for _, frame in world.sent] == [b"1\r\n", b"2\r\n", b"3\r\n", b"U\r\n"]


def test_what_came_before_a_request_does_not_answer_it(text, values, world_of):
    world = world_of(TEXT, lambda frame, _: [(0.01, frame)])
    world.comes(99.5, b"old\r\n")
    world.now = 99
    world.until(100)
    world.turns.begin(text("a", b"new\r\n"), 101)
    world.until(101)
    assert values(world.ended[0][1]) == ["new\r\n"]


def test_the_line_is_set_as_a_dialogue_asks_and_back_for_the_next_poll(world_of):
    class Meter:
        name = "z"
        channels = MappingProxyType({"a": "1"})

        def poll(self):
            whole = ends_with(b"\r\n")
            yield [Request(b"/?!\r\n", whole, line=Line(300, "7E1"))]
            yield [Request(b"\x06050\r\n", whole, pause_s=0.2, then=Line(9600, "7E1"))]
            yield [Request(b"", whole)]
            return [Indication("a", 1.0, "1", 1)]

    world = world_of(TEXT, lambda frame, _: [(0.01, b"one\r\n" if frame[:1] == b"/" else b"two\r\nthree\r\n")])
    for _ in range(2):
        world.turns.begin(Meter(), 101)
    world.until(103)
    expected = [(Line(300, "7E1"), None), (Line(300, "7E1"), Line(9600, "7E1")), (Line(9600, "7E1"), None)]
    assert [(out.line, out.then) for out in world.outs] == 2 * expected
    assert world.names() == ["z", "z"]


def test_without_a_connection_every_poll_ends_at_once_whatever_it_asks(text):
    turns = Turns(TEXT)
    turns.begin(text("a", b"1\r\n", b"2\r\n", b"3\r\n"), 101)
    turns.begin(text("b", b"1\r\n"), 102)
    assert turns.next(100)
    turns.fail_all(lambda who: NoReplyError(f"{who}: gone. Look."), 100.5)
    assert [[str(one.reason) for one in polled.shown] for polled in turns.ended] == [
        3 * ["a: gone. Look."],
        ["b: gone. Look."],
    ]
    assert turns.pending() == 0
    assert turns.wakes_at() == math.inf


def test_what_was_in_flight_goes_once_more_on_the_next_connection(registers, values):
    turns = Turns(TCP)
    turns.begin(registers("press-1"), 101)
    assert turns.next(100)
    turns.sent(100)
    turns.lost(lambda who: NoReplyError(f"{who}: gone. Look."), 100.1, again=True)
    assert not turns.ended
    turns.opened(100.2)
    again = turns.next(100.2)
    turns.sent(100.2)
    turns.lost(lambda who: NoReplyError(f"{who}: gone. Look."), 100.3, again=True)
    assert again is not None
    assert values(turns.ended[0]) == ["press-1: gone. Look."]
