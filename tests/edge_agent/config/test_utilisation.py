"""Times on the wire against frames written out byte by byte."""

import pytest

from drivers.instrument import Line, Request
from edge_agent.utilisation import bus_load, planned_requests, reply_bytes, reply_time_s, wire_time_s

# MODBUS Application Protocol V1.1b3, examples of 6.1 to 6.4: request and reply, without frame.
EXAMPLES = [
    ("0100130013", "0103CD6B05"),
    ("0200C40016", "0203ACDB35"),
    ("03006B0003", "0306022B00000064"),
    ("0400080001", "0402000A"),
]


@pytest.mark.parametrize(("request_hex", "reply_hex"), EXAMPLES)
def test_a_reply_is_as_long_as_the_specification_prints_it(request_hex, reply_hex):
    assert reply_bytes(bytes.fromhex(request_hex)) == len(bytes.fromhex(reply_hex))


@pytest.mark.parametrize(
    ("framing", "line", "expected_s"),
    [
        # 03 00 6B 00 03 and its reply of 8 bytes. RTU: 8 and 11 characters, twice 3.5 of silence.
        ("rtu", Line(9600, "8N1"), (8 + 11 + 7) * 10 / 9600),
        ("rtu", Line(9600, "8E1"), (8 + 11 + 7) * 11 / 9600),
        ("rtu", Line(115_200, "8N1"), (8 + 11) * 10 / 115_200 + 2 * 0.00175),
        # ASCII: ":", two characters a byte with address and LRC, CR LF.
        ("ascii", Line(9600, "7E1"), (1 + 2 * 7 + 2 + 1 + 2 * 10 + 2) * 10 / 9600),
        ("plain", Line(9600, "8N1"), (5 + 24) * 10 / 9600),
    ],
)
def test_an_exchange_takes_its_characters_and_silences(framing, line, expected_s):
    request = Request(bytes.fromhex("03006B0003"), len, unit=17)
    assert wire_time_s(request, framing, line) == pytest.approx(expected_s)


def test_a_change_of_baud_counts_from_the_reply_on():
    request = Request(b"?", len, line=Line(300, "7E1"), then=Line(2400, "7E1"))
    assert wire_time_s(request, "plain", Line(9600)) == pytest.approx(10 / 300 + 240 / 2400)
    assert reply_time_s(request, "plain", Line(9600)) == pytest.approx(240 / 2400)


def test_a_bus_adds_up_its_polls(load, piece):
    meters = piece.instrument("m-1"), piece.instrument("m-2", extra="device_id = 2\nperiod_s = 2\n")
    [bus] = load(piece.edge, piece.bus(extra="pause_s = 0.01\n"), *meters).buses
    # 100 registers and 2 registers: 8 + 205 and 8 + 9 characters, four silences, two pauses.
    poll_s = (8 + 205 + 8 + 9 + 14) * 10 / 9600 + 0.02
    load_ = bus_load(bus)
    assert [poll.wire_s for poll in load_.polls] == pytest.approx([poll_s, poll_s])
    assert load_.least == pytest.approx(poll_s * 1.5)
    assert load_.expected == pytest.approx((poll_s + 0.02) * 1.5)


def test_requests_are_planned_without_a_port(load, piece):
    [bus] = load(piece.edge, piece.bus(), piece.instrument()).buses
    assert [request.what for request in planned_requests(bus.instruments[0])] == [
        "holding_register 1000..1001",
        "input_register 52..151",
    ]
