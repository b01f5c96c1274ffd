"""What a person is told when there is no answer, held word by word."""

from types import MappingProxyType

import pytest

from drivers.bus import BusSpec
from drivers.instrument import Indication, Line, Request, ends_with

RTU = BusSpec("meters", "serial:///dev/ttyUSB0", framing="rtu", line=Line(19200))
TEXT = BusSpec("bench", "serial:///dev/ttyUSB1")
TCP = BusSpec("press", "tcp://10.0.0.5:502", framing="mbap")
SILENT_1 = (
    "meter-1: no reply within 1 s from device 1 on meters (serial:///dev/ttyUSB0). "
    "Check its power, wiring, address and baud rate."
)


def test_silence_is_told_with_who_where_and_what_to_check(registers, values, world_of):
    world = world_of(RTU)
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
def test_silence_is_told_after_the_way_the_instrument_is_connected(spec, send, text, values, world_of):
    class Asks:
        name = "x"
        channels = MappingProxyType({"a": "1"})

        def poll(self):
            [reply] = yield [Request(send, ends_with(b"\r\n"), unit=1)]
            return [Indication("a", str(reply.error), "1", reply.at)]

    world = world_of(spec)
    world.turns.begin(Asks(), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [text]


def test_half_an_answer_says_what_came(registers, rtu, values, world_of):
    half = rtu(b"\3\4\0\7\0\7")[:5]
    world = world_of(RTU, lambda *_: [(0.01, half)])
    world.turns.begin(registers("meter-1"), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [
        (
            "meter-1: half an answer to holding_register 0..1 within 1 s from device 1 on meters "
            "(serial:///dev/ttyUSB0): got 5 bytes, 01 03 04 00 07. "
            "Check its wiring, baud rate, line form and timeout_s."
        )
    ]
    assert world.ended[0][1].shown[0].reason.code == "no_reply"


def test_a_corrupt_answer_is_a_bad_reply(registers, rtu, values, world_of):
    wrong = rtu(b"\3\4\0\7\0\7")[:-1] + b"\0"
    world = world_of(RTU, lambda *_: [(0.01, wrong)])
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


def test_a_reply_with_a_wrong_number_is_told_when_no_other_comes(registers, mbap, values, world_of):
    world = world_of(TCP, lambda *_: [(0.01, mbap(b"\3\4\0\1\0\1", 999))], lines=False)
    world.turns.begin(registers("press-1"), 101)
    world.until(102)
    assert values(world.ended[0][1]) == [
        (
            "press-1: no answer to holding_register 0..1 within 1 s from device 1 on press (tcp://10.0.0.5:502), "
            "but 13 bytes, 03 e7 00 00 00 07 01 03 04 00 01 00 01. "
            "Check its network and that no two devices have one address."
        )
    ]


def test_a_network_connection_cannot_set_the_line(text, values, world_of):
    world = world_of(BusSpec("bench", "tcp://10.0.0.9:4001"), lines=False)
    world.turns.begin(text("zm", b"/?!\r\n", line=Line(300, "7E1")), 101)
    world.until(100)
    assert values(world.ended[0][1]) == [
        (
            "zm: cannot be asked on bench (tcp://10.0.0.9:4001): it sets the baud rate, "
            "which a network connection cannot. Connect it to a serial port."
        )
    ]
    assert not world.ended[0][1].shown[0].reason.retryable


def test_a_line_setting_that_does_not_exist_is_refused(text, values, world_of):
    world = world_of(TEXT)
    world.turns.begin(text("zm", b"Q\r\n", then=Line(9600, "9N1")), 101)
    world.until(100)
    assert values(world.ended[0][1]) == [
        (
            "zm: cannot be asked on bench (serial:///dev/ttyUSB1): line form '9N1': expected data bits, "
            "parity and stop bits, as in 8N1 or 7E1."
        )
    ]


def test_device_0_is_refused_on_a_line_without_sending(registers, values, world_of):
    world = world_of(RTU)
    world.turns.begin(registers("meter-1", 0), 101)
    world.until(100)
    assert values(world.ended[0][1]) == [
        (
            "meter-1: cannot be asked on meters (serial:///dev/ttyUSB0): device 0 is everybody on a serial line, "
            "and nobody answers it. Give the device's own id, 1 to 247."
        )
    ]
    assert world.sent == []
