"""Bytes in any chunks, lines that come unasked, and when a reply was."""

import itertools
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU

from drivers.bus import BusSpec
from drivers.bus.turns import Turns
from drivers.instrument import Indication, Line, Request, ends_with

RTU = BusSpec("meters", "serial:///dev/ttyUSB0", framing="rtu", line=Line(19200))
TEXT = BusSpec("bench", "serial:///dev/ttyUSB1")


def test_a_reply_belongs_to_the_middle_between_last_byte_sent_and_first_received(registers, rtu, world_of):
    reply = rtu(b"\3\4\0\7\0\7")
    world = world_of(RTU, lambda *_: [(0.010, reply[:3]), (0.020, reply[3:])])
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


def test_a_second_line_can_be_listened_for(text, values, world_of):
    world = world_of(TEXT, lambda *_: [(0.01, b"first\r\nsec"), (0.03, b"ond\r\n")])
    world.turns.begin(text("a", b"Q\r\n", b""), 101)
    world.until(101)
    assert values(world.ended[0][1]) == ["first\r\n", "second\r\n"]


def test_listening_takes_lines_that_are_split_and_keeps_the_rest(text, values, world_of):
    world = world_of(TEXT)
    for at, chunk in ((100.1, b"N 1.0"), (100.2, b" g\r\nN 2"), (100.3, b".0 g\r\n")):
        world.comes(at, chunk)
    for second in (0, 1):
        world.turns.begin(text("b", b""), 101 + second)
        world.until(100.25 if second == 0 else 102)
    assert [values(polled) for _, polled in world.ended] == [["N 1.0 g\r\n"], ["N 2.0 g\r\n"]]
    assert [polled.shown[0].at for _, polled in world.ended] == pytest.approx([100.2e9, 100.3e9], abs=1000)


def test_listening_shows_the_newest_of_what_came_since_and_when_it_came(text, values, world_of):
    world = world_of(TEXT, now=90)
    world.turns.opened(90)
    for i in range(50):
        world.comes(91 + i / 10, f"N {i} g\r\n".encode())
    world.comes(97, b"N 5")
    world.until(100)
    world.turns.begin(text("b", b""), 101)
    world.until(100)
    assert values(world.ended[0][1]) == ["N 49 g\r\n"]
    assert world.ended[0][1].shown[0].at == pytest.approx(95.9e9, abs=1000)


def test_half_a_line_waits_for_its_rest_at_the_next_poll(text, values, world_of):
    world = world_of(TEXT)
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


def test_a_line_that_may_lack_its_beginning_is_not_shown(text, values, world_of):
    world = world_of(TEXT)
    world.turns.opened(100)
    world.comes(100.01, b"23.4 g\r\nN 1")
    world.comes(100.02, b"23.5 g\r\n")
    world.turns.begin(text("b", b""), 101)
    world.until(101)
    assert values(world.ended[0][1]) == ["N 123.5 g\r\n"]


def test_what_nobody_reads_is_bounded(world_of):
    world = world_of(TEXT)
    for _ in range(200):
        world.turns.received(b"x" * 1000, 100)
    assert len(world.turns.unread()) <= 65_536


@given(st.lists(st.integers(0, 200), max_size=12), st.sampled_from(["rtu", "ascii", "mbap", "plain", "listen"]))
def test_however_the_bytes_are_chunked_the_result_is_the_same(cuts, kind):

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
