"""Whose turn it is, in time that is only told: nothing here waits."""

import heapq
import itertools
import logging
import math
import re
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


class World:
    """Turns on a line with a device at the other end: ``answer(frame, at)`` gives (delay_s, bytes) to come back."""

    def __init__(self, spec, answer=lambda *_: [], *, lines=True, now=100.0):
        self.turns = Turns(spec, lines=lines)
        self.now = now
        self.sent = []
        self.outs = []
        self.ended = []
        self._answer = answer
        self._coming = []
        self._order = itertools.count()
        self.turns.opened(now - 10)

    def comes(self, at, chunk):
        heapq.heappush(self._coming, (at, next(self._order), chunk))

    def until(self, end):
        """Let time pass, from event to event."""
        while True:
            self._send()
            next_at = min(self._coming[0][0] if self._coming else math.inf, self.turns.wakes_at())
            if next_at > end:
                self.now = end
                return self
            assert next_at >= self.now
            self.now = next_at
            while self._coming and self._coming[0][0] <= self.now:
                self.turns.received(heapq.heappop(self._coming)[2], self.now)
            self.turns.expire(self.now)
            self.ended += [(self.now, polled) for polled in self.turns.ended]
            self.turns.ended.clear()

    def _send(self):
        while out := self.turns.next(self.now):
            self.outs.append(out)
            if out.frame:
                self.sent.append((self.now, out.frame))
            self.turns.sent(self.now)
            for delay_s, chunk in self._answer(out.frame, self.now) if out.frame else []:
                self.comes(self.now + delay_s, chunk)
        self.ended += [(self.now, polled) for polled in self.turns.ended]
        self.turns.ended.clear()

    def names(self):
        return [polled.instrument.name for _, polled in self.ended]


@pytest.fixture
def answers(rtu):
    """An RTU line on which devices 1..5 show 7 in two registers after 10 ms, but for those that are dead."""

    def answers(*dead):
        def answer(frame, _):
            count = int.from_bytes(frame[4:6], "big")
            body = bytes([3, 2 * count]) + b"\0\7" * count
            return [] if frame[0] in dead else [(0.01, rtu(body, frame[0]))]

        return answer

    return answers


def test_the_earliest_deadline_goes_first(registers, answers):
    world = World(RTU, answers())
    for unit, deadline in ((1, 103), (2, 101), (3, 102)):
        world.turns.begin(registers(f"m{unit}", unit), deadline)
    world.until(101)
    assert world.names() == ["m2", "m3", "m1"]


def test_an_urgent_poll_goes_between_the_blocks_of_a_long_one(registers, answers):
    world = World(RTU, answers())
    world.turns.begin(registers("long", 1, [(10 * i, 2) for i in range(20)]), 110)
    world.until(100.03)
    world.turns.begin(registers("urgent", 2), 100.1)
    world.until(100.06)
    assert world.names() == ["urgent"]
    world.until(102)
    assert world.names() == ["urgent", "long"]


def test_only_one_request_is_in_flight_on_a_line(registers, answers):
    world = World(RTU, answers())
    for unit in (1, 2, 3):
        world.turns.begin(registers(f"m{unit}", unit), 101)
    world.until(101)
    assert all(later - sooner >= 0.01 for (sooner, _), (later, _) in itertools.pairwise(world.sent))


def test_a_request_waits_for_3_5_characters_of_silence(registers, answers):
    world = World(RTU, answers())
    world.turns.begin(registers("m1", 1, [(0, 2), (2, 2)]), 101)
    world.until(101)
    (first, _), (second, _) = world.sent
    assert second - (first + 0.01) == pytest.approx(3.5 * 10 / 19200)


def test_the_pause_of_the_bus_comes_on_top_and_that_of_a_request_does_not(registers, answers):
    gap_s = 3.5 * 10 / 19200
    for spec_pause_s, request_pause_s, expected in (
        (0.05, 0.0, 0.05 + gap_s),
        (0.0, 0.2, 0.2),
        (0.3, 0.2, 0.3 + gap_s),
    ):
        spec = BusSpec("meters", RTU.url, framing="rtu", line=RTU.line, pause_s=spec_pause_s)
        world = World(spec, answers())
        world.turns.begin(registers("m1", 1, [(0, 2), (2, 2)], pause_s=request_pause_s), 101)
        world.until(102)
        (first, _), (second, _) = world.sent
        assert second - (first + 0.01) == pytest.approx(expected)


def test_a_line_that_is_never_silent_does_not_keep_a_poll_for_ever(registers):
    world = World(RTU)
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


def test_silence_is_told_with_who_where_and_what_to_check(registers, values):
    world = World(RTU)
    world.turns.begin(registers("meter-1"), 101)
    world.until(103)
    [(ended_at, polled)] = world.ended
    assert ended_at == 101
    assert values(polled) == [SILENT_1]
    assert polled.shown[0].reason.code == "no_reply"
    assert polled.bus == "meters"


@pytest.mark.parametrize(
    ("spec", "send", "text"),
    [
        (
            TCP,
            b"\3\0\0\0\1",
            (
                "x: no reply within 1 s from device 1 on press (tcp://10.0.0.5:502). "
                "Check its power, network and device id."
            ),
        ),
        (
            BusSpec("press", "tcp://10.0.0.5:502", framing="mbap", parallel=4),
            b"\3\0\0\0\1",
            (
                "x: no reply within 1 s from device 1 on press (tcp://10.0.0.5:502). "
                "Check its power, network and device id, or set parallel, now 4, to 1."
            ),
        ),
        (
            TEXT,
            b"SI\r\n",
            "x: no reply within 1 s on bench (serial:///dev/ttyUSB1). Check its power, wiring and baud rate.",
        ),
        (
            TEXT,
            b"",
            (
                "x: nothing came within 1 s on bench (serial:///dev/ttyUSB1). "
                "Check that it sends by itself, its power, wiring and baud rate."
            ),
        ),
        (
            BusSpec("bench", "tcp://10.0.0.9:4001"),
            b"SI\r\n",
            "x: no reply within 1 s on bench (tcp://10.0.0.9:4001). Check its power and network.",
        ),
    ],
)
def test_silence_is_told_after_the_way_the_instrument_is_connected(spec, send, text, values):
    class Asks:
        name = "x"
        channels = MappingProxyType({"a": "1"})

        def poll(self):
            [reply] = yield [Request(send, ends_with(b"\r\n"), unit=1)]
            return [Indication("a", str(reply.error), "1", reply.at)]

    world = World(spec)
    world.turns.begin(Asks(), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [text]


def test_half_an_answer_says_what_came(registers, rtu, values):
    half = rtu(b"\3\4\0\7\0\7")[:5]
    world = World(RTU, lambda *_: [(0.01, half)])
    world.turns.begin(registers("meter-1"), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [
        (
            "meter-1: half an answer to holding_register 0..1 within 1 s from device 1 on meters "
            "(serial:///dev/ttyUSB0): got 5 bytes, 01 03 04 00 07. Check its wiring, baud rate, line form and timeout_s."
        )
    ]
    assert world.ended[0][1].shown[0].reason.code == "no_reply"


def test_a_corrupt_answer_is_a_bad_reply(registers, rtu, values):
    wrong = rtu(b"\3\4\0\7\0\7")[:-1] + b"\0"
    world = World(RTU, lambda *_: [(0.01, wrong)])
    world.turns.begin(registers("meter-1"), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [
        (
            "meter-1: no answer to holding_register 0..1 within 1 s from device 1 on meters (serial:///dev/ttyUSB0), "
            "but 9 bytes, 01 03 04 00 07 00 07 0a 00. "
            "Check its wiring, baud rate, line form and that no two devices have one address."
        )
    ]
    assert world.ended[0][1].shown[0].reason.code == "bad_reply"


def test_a_reply_belongs_to_the_middle_between_last_byte_sent_and_first_received(registers, rtu):
    reply = rtu(b"\3\4\0\7\0\7")
    world = World(RTU, lambda *_: [(0.010, reply[:3]), (0.020, reply[3:])])
    world.turns.begin(registers("meter-1"), 101)
    world.until(102)
    assert world.ended[0][1].shown[0].at == pytest.approx(100.005e9, abs=1000)
    assert world.ended[0][1].at == pytest.approx(100.020e9, abs=1000)


def test_a_reply_before_the_reckoned_end_of_the_request_belongs_to_when_it_came(registers, rtu):
    turns = Turns(RTU, lines=True)
    turns.begin(registers("meter-1"), 101)
    assert turns.next(100)
    turns.sent(100.020)
    turns.received(rtu(b"\3\4\0\7\0\7"), 100.001)
    assert turns.ended[0].shown[0].at == pytest.approx(100.001e9, abs=1000)


def test_a_timeout_of_the_request_comes_before_that_of_the_instrument_before_that_of_the_bus(registers):
    for request_s, instrument_s, expected_s in ((None, None, 1.0), (None, 0.4, 0.4), (0.3, 0.4, 0.3)):
        world = World(RTU)
        world.turns.begin(registers("meter-1", timeout_s=request_s), 100, instrument_s)
        world.until(102)
        assert world.ended[0][0] == pytest.approx(100 + expected_s)
        assert f"within {expected_s:g} s" in str(world.ended[0][1].shown[0].reason)


def test_live_ones_keep_their_pace_beside_a_dead_one(registers, answers):
    spec = BusSpec("meters", RTU.url, framing="rtu", line=RTU.line, timeout_s=0.2)
    world = World(spec, answers(1))
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


def test_the_same_device_is_not_asked_while_its_late_reply_may_come_but_others_are(registers, answers):
    world = World(RTU, answers(1))
    world.turns.begin(registers("dead", 1, [(0, 2), (2, 2)]), 100.5)
    world.turns.begin(registers("live", 2), 103)
    world.until(105)
    units = [(round(at, 1), frame[0]) for at, frame in world.sent]
    assert units == [(100.0, 1), (101.0, 2), (102.0, 1)]


def test_a_late_reply_is_not_taken_for_the_next_and_frees_its_device(registers, rtu):
    def answer(_, at):
        return [(1.3, rtu(b"\3\4\0\1\0\1"))] if at < 100.5 else [(0.01, rtu(b"\3\4\0\2\0\2"))]

    world = World(RTU, answer)
    world.turns.begin(registers("meter-1", 1, [(0, 2), (2, 2)]), 100.5)
    world.until(105)
    [(_, polled)] = world.ended
    assert str(polled.shown[0].reason) == SILENT_1
    assert polled.shown[1].value == 2
    (_, _), (second, _) = world.sent
    assert second == pytest.approx(101.3 + 3.5 * 10 / 19200)


def test_a_late_text_is_not_taken_for_the_next(text, values):
    def answer(frame, at):
        return [(1.5, b"late\r\n")] if at < 100.5 else [(0.01, frame)]

    world = World(TEXT, answer)
    world.turns.begin(text("a", b"A\r\n"), 100.5)
    world.turns.begin(text("b", b"B\r\n"), 101.5)
    world.until(105)
    assert [values(polled) for _, polled in world.ended][1] == ["B\r\n"]
    assert world.sent[1][0] == pytest.approx(101.5)


def test_a_numbered_request_waits_for_no_late_reply_and_discards_it(registers, mbap, values):
    def answer(frame, at):
        value = b"\0\1\0\1" if at < 100.5 else b"\0\2\0\2"
        return [(1.2 if at < 100.5 else 0.5, mbap(b"\3\4" + value, int.from_bytes(frame[:2], "big")))]

    world = World(TCP, answer, lines=False)
    world.turns.begin(registers("press-1", 1, [(0, 2), (2, 2)]), 101)
    world.until(105)
    assert [at for at, _ in world.sent] == [100, 101]
    assert values(world.ended[0][1])[1] == 2


def test_numbered_requests_go_together_up_to_parallel(registers, mbap, values):
    spec = BusSpec("press", TCP.url, framing="mbap", parallel=8)

    def answer(frame, _):
        address = int.from_bytes(frame[8:10], "big")
        # The later ones are answered first.
        return [(0.1 - address / 1000, mbap(b"\3\2" + frame[8:10], int.from_bytes(frame[:2], "big")))]

    world = World(spec, answer, lines=False)
    world.turns.begin(registers("press-1", 1, [(i, 1) for i in range(12)]), 101)
    world.until(100)
    assert len(world.sent) == 8
    world.until(101)
    assert values(world.ended[0][1]) == list(range(12))


def test_a_reply_with_a_wrong_number_is_told_when_no_other_comes(registers, mbap, values):
    world = World(TCP, lambda *_: [(0.01, mbap(b"\3\4\0\1\0\1", 999))], lines=False)
    world.turns.begin(registers("press-1"), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [
        (
            "press-1: no answer to holding_register 0..1 within 1 s from device 1 on press (tcp://10.0.0.5:502), "
            "but 13 bytes, 03 e7 00 00 00 07 01 03 04 00 01 00 01. "
            "Check its network and that no two devices have one address."
        )
    ]


def test_a_lost_reply_is_asked_for_once_more_if_that_can_end_before_the_deadline(registers, answers, values):
    lost = [1]

    def answer(frame, at):
        return [] if lost and lost.pop() else answers()(frame, at)

    world = World(RTU, answer)
    world.turns.begin(registers("meter-1"), 103)
    world.until(105)
    assert [at for at, _ in world.sent] == pytest.approx([100, 102])
    assert values(world.ended[0][1]) == [7]


def test_it_is_not_asked_again_when_that_would_miss_the_deadline(registers, answers):
    world = World(RTU, answers(1))
    world.turns.begin(registers("meter-1"), 102.9)
    world.until(105)
    assert len(world.sent) == 1


def test_one_that_was_silent_throughout_its_last_poll_is_not_asked_again(registers, answers):
    world = World(RTU, answers(1))
    world.turns.begin(registers("meter-1"), 110)
    world.until(104)
    assert len(world.sent) == 2
    world.turns.begin(registers("meter-1"), 120)
    world.until(110)
    assert len(world.sent) == 3


def test_a_device_that_is_silent_at_one_block_only_is_asked_for_the_others(registers, rtu, values):
    def answer(frame, _):
        return [] if frame[3] == 0 else [(0.01, rtu(b"\3\4\0\7\0\7"))]

    world = World(RTU, answer)
    for _ in range(2):
        start = world.now
        world.turns.begin(registers("meter-1", 1, [(0, 2), (2, 2), (4, 2)]), start)
        world.until(start + 10)
        assert values(world.ended[-1][1]) == [SILENT_1, 7, 7]


def test_a_dialogue_in_text_is_not_cut_into(text):
    world = World(TEXT, lambda frame, _: [(0.01, frame)])
    world.turns.begin(text("long", b"1\r\n", b"2\r\n", b"3\r\n"), 110)
    world.until(100.005)
    world.turns.begin(text("urgent", b"U\r\n"), 101)
    world.until(101)
    assert [frame for _, frame in world.sent] == [b"1\r\n", b"2\r\n", b"3\r\n", b"U\r\n"]


def test_what_came_before_a_request_does_not_answer_it(text, values):
    world = World(TEXT, lambda frame, _: [(0.01, frame)])
    world.comes(99.5, b"old\r\n")
    world.now = 99
    world.until(100)
    world.turns.begin(text("a", b"new\r\n"), 101)
    world.until(101)
    assert values(world.ended[0][1]) == ["new\r\n"]


def test_a_second_line_can_be_listened_for(text, values):
    world = World(TEXT, lambda *_: [(0.01, b"first\r\nsec"), (0.03, b"ond\r\n")])
    world.turns.begin(text("a", b"Q\r\n", b""), 101)
    world.until(101)
    assert values(world.ended[0][1]) == ["first\r\n", "second\r\n"]


def test_the_line_is_set_as_a_dialogue_asks_and_back_for_the_next_poll():
    class Meter:
        name = "z"
        channels = MappingProxyType({"a": "1"})

        def poll(self):
            whole = ends_with(b"\r\n")
            yield [Request(b"/?!\r\n", whole, line=Line(300, "7E1"))]
            yield [Request(b"\x06050\r\n", whole, pause_s=0.2, then=Line(9600, "7E1"))]
            yield [Request(b"", whole)]
            return [Indication("a", 1.0, "1", 1)]

    world = World(TEXT, lambda frame, _: [(0.01, b"one\r\n" if frame[:1] == b"/" else b"two\r\nthree\r\n")])
    for _ in range(2):
        world.turns.begin(Meter(), 101)
    world.until(103)
    expected = [(Line(300, "7E1"), None), (Line(300, "7E1"), Line(9600, "7E1")), (Line(9600, "7E1"), None)]
    assert [(out.line, out.then) for out in world.outs] == 2 * expected
    assert world.names() == ["z", "z"]


def test_a_network_connection_cannot_set_the_line(text, values):
    world = World(BusSpec("bench", "tcp://10.0.0.9:4001"), lines=False)
    world.turns.begin(text("zm", b"/?!\r\n", line=Line(300, "7E1")), 101)
    world.until(100)
    assert values(world.ended[0][1]) == [
        (
            "zm: cannot be asked on bench (tcp://10.0.0.9:4001): it sets the baud rate, "
            "which a network connection cannot. Connect it to a serial port."
        )
    ]
    assert not world.ended[0][1].shown[0].reason.retryable


def test_a_line_setting_that_does_not_exist_is_refused(text, values):
    world = World(TEXT)
    world.turns.begin(text("zm", b"Q\r\n", then=Line(9600, "9N1")), 101)
    world.until(100)
    assert values(world.ended[0][1]) == [
        (
            "zm: cannot be asked on bench (serial:///dev/ttyUSB1): line form '9N1': expected data bits, "
            "parity and stop bits, as in 8N1 or 7E1."
        )
    ]


def test_device_0_is_refused_on_a_line_without_sending(registers, values):
    world = World(RTU)
    world.turns.begin(registers("meter-1", 0), 101)
    world.until(100)
    assert values(world.ended[0][1]) == [
        (
            "meter-1: cannot be asked on meters (serial:///dev/ttyUSB0): device 0 is everybody on a serial line, "
            "and nobody answers it. Give the device's own id, 1 to 247."
        )
    ]
    assert world.sent == []


def test_listening_takes_lines_that_are_split_and_keeps_the_rest(text, values):
    world = World(TEXT)
    for at, chunk in ((100.1, b"N 1.0"), (100.2, b" g\r\nN 2"), (100.3, b".0 g\r\n")):
        world.comes(at, chunk)
    for second in (0, 1):
        world.turns.begin(text("b", b""), 101 + second)
        world.until(100.25 if second == 0 else 102)
    assert [values(polled) for _, polled in world.ended] == [["N 1.0 g\r\n"], ["N 2.0 g\r\n"]]
    assert [polled.shown[0].at for _, polled in world.ended] == pytest.approx([100.2e9, 100.3e9], abs=1000)


def test_listening_shows_the_newest_of_what_came_since_and_when_it_came(text, values):
    world = World(TEXT, now=90)
    world.turns.opened(90)
    for i in range(50):
        world.comes(91 + i / 10, f"N {i} g\r\n".encode())
    world.comes(97, b"N 5")
    world.until(100)
    world.turns.begin(text("b", b""), 101)
    world.until(100)
    assert values(world.ended[0][1]) == ["N 49 g\r\n"]
    assert world.ended[0][1].shown[0].at == pytest.approx(95.9e9, abs=1000)


def test_half_a_line_waits_for_its_rest_at_the_next_poll(text, values):
    world = World(TEXT)
    world.comes(100.5, b"N 3")
    world.comes(101.5, b".0 g\r\n")
    world.turns.begin(text("b", b""), 101)
    world.until(101)
    world.turns.begin(text("b", b""), 102)
    world.until(102)
    assert [values(polled) for _, polled in world.ended] == [
        [
            (
                "b: half an answer within 1 s on bench (serial:///dev/ttyUSB1): got 3 bytes, b'N 3'. "
                "Check its wiring, baud rate, line form and timeout_s."
            )
        ],
        ["N 3.0 g\r\n"],
    ]


def test_a_line_that_may_lack_its_beginning_is_not_shown(text, values):
    world = World(TEXT)
    world.turns.opened(100)
    world.comes(100.01, b"23.4 g\r\nN 1")
    world.comes(100.02, b"23.5 g\r\n")
    world.turns.begin(text("b", b""), 101)
    world.until(101)
    assert values(world.ended[0][1]) == ["N 123.5 g\r\n"]


def test_what_nobody_reads_is_bounded():
    world = World(TEXT)
    for _ in range(200):
        world.turns.received(b"x" * 1000, 100)
    assert len(world.turns.unread()) <= 65_536


@given(st.lists(st.integers(0, 200), max_size=12), st.sampled_from(["rtu", "ascii", "mbap", "plain", "listen"]))
def test_however_the_bytes_are_chunked_the_result_is_the_same(cuts, kind):
    from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
    from pymodbus.pdu import DecodePDU

    framers = {"rtu": FramerRTU, "ascii": FramerAscii, "mbap": FramerSocket}
    if kind in framers:
        spec = BusSpec("a", "tcp://h", framing=kind)
        encode = framers[kind](DecodePDU(is_server=False)).encode
        foreign = encode(b"\3\2\0\1", 9, 77)
        noise = b"\xff\x01\x03" if kind == "rtu" else b":0103" if kind == "ascii" else b""
        stream = noise + foreign + encode(b"\3\4\0\7\0\x09", 1, 1) + foreign
        request = Request(b"\3\0\0\0\2", lambda _: 6, unit=1)
    else:
        spec = BusSpec("a", "tcp://h")
        stream = b"S S 100.00 g\r\nS S"
        request = Request(b"SI\r\n" if kind == "plain" else b"", ends_with(b"\r\n"))

    class One:
        name = "one"
        channels = MappingProxyType({"a": "1"})

        def poll(self):
            [reply] = yield [request]
            return [Indication("a", reply.body.hex(), "1", reply.at)]

    turns = Turns(spec)
    turns.begin(One(), 1)
    assert turns.next(0) is not None
    turns.sent(0)
    edges = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    for start, end in itertools.pairwise(edges):
        turns.received(stream[start:end], 0.5)
    expected = "03040007" + "0009" if kind in framers else b"S S 100.00 g\r\n".hex()
    assert [polled.shown[0].value for polled in turns.ended] == [expected]


class Wrong:
    """A driver with a mistake."""

    name = "wrong"
    channels = MappingProxyType({"a": "1", "b": "1"})

    def __init__(self, poll):
        self._poll = poll

    def poll(self):
        return self._poll()


def raises_at_start():
    msg = "at start"
    raise ValueError(msg)
    yield []


def raises_on_reply():
    [reply] = yield [Request(b"\3\0\0\0\2", lambda _: 6, unit=1)]
    return [float(reply.body.decode())]


def raises_in_whole():
    yield [Request(b"\3\0\0\0\2", lambda _: 1 // 0, unit=1)]
    return []


def never_ends():
    while True:
        yield []


def no_generator():
    return None


@pytest.mark.parametrize(
    ("poll", "what"),
    [
        (raises_at_start, "ValueError: at start"),
        (raises_on_reply, "ValueError: could not convert string to float: '\\x03\\x04\\x00\\x07\\x00\\x07'"),
        (raises_in_whole, "ZeroDivisionError: integer division or modulo by zero"),
        (never_ends, "RuntimeError: it asked 10000 times without coming to an end"),
        (no_generator, "AttributeError: 'NoneType' object has no attribute 'send'"),
    ],
)
def test_a_driver_that_fails_loses_its_own_channels_only(poll, what, registers, answers, values, caplog):
    world = World(RTU, answers())
    instrument = Wrong(poll)
    instrument.name = f"wrong-{poll.__name__}"
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            world.turns.begin(instrument, 101)
        world.turns.begin(registers("good", 2), 102)
        world.until(103)
    text = (
        f"{instrument.name}: its driver failed on what came: {what}. "
        "The log has the traceback; report it with the instrument's model."
    )
    *wrong, (_, good) = world.ended
    assert [values(polled) for _, polled in wrong] == 3 * [[text, text]]
    assert {one.channel for one in wrong[0][1].shown} == {"a", "b"}
    assert values(good) == [7]
    [record] = caplog.records
    assert record.exc_info


def test_an_instrument_error_that_a_driver_raises_is_the_reason_as_it_is(values):
    def poll():
        yield [Request(b"", lambda _: 1)]
        msg = "wrong: no key. Put the key in."
        raise NoReplyError(msg)

    world = World(TEXT)
    world.comes(100.1, b"x")
    world.turns.begin(Wrong(poll), 101)
    world.until(101)
    assert values(world.ended[0][1]) == 2 * ["wrong: no key. Put the key in."]


def test_channels_that_a_driver_forgets_come_back_missing(values):
    def poll():
        yield []
        return [Indication("b", 1.0, "1", 1)]

    world = World(TEXT)
    world.turns.begin(Wrong(poll), 101)
    world.until(101)
    assert values(world.ended[0][1]) == [1.0, "wrong: its driver said nothing of a. Report it with the model."]


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


def test_dropped_polls_are_closed_and_never_end():
    closed = []

    def poll():
        try:
            yield [Request(b"Q", lambda _: 1)]
        finally:
            closed.append(True)
        return []

    world = World(TEXT)
    world.turns.begin(Wrong(poll), 101)
    world.until(100)
    world.turns.drop_all()
    world.until(103)
    assert (closed, world.ended, world.turns.pending()) == ([True], [], 0)
