"""One device: what it is asked, what is made of its answers, and what is learnt from its refusals."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadReplyError, BusyError, NoReplyError, RefusedError
from drivers.instrument import Indication, Missing, Reply
from drivers.modbus.encode import encode
from drivers.modbus.instrument import PlannedRequest
from drivers.modbus.register_map import ModbusMap
from drivers.modbus.registers import Register

MINUTE_NS = 60 * 10**9


def register(channel, address, datatype="uint16", table="input_register", **more):
    return Register(channel=channel, table=table, address=address, datatype=datatype, **more)


def meter(registers, **limits):
    return ModbusMap(registers=tuple(registers), **limits).instrument("meter-1", 1)


def row(number):
    return [register(f"c{k}", k) for k in range(number)]


def values(shown):
    return {each.channel: each.value for each in shown if isinstance(each, Indication)}


def reasons(shown):
    return {each.channel: str(each.reason) for each in shown if isinstance(each, Missing)}


def test_the_planned_requests_are_told_in_words_and_bytes():
    one = meter([register("a", 52, "float32"), register("b", 60, "float32"), register("c", 7, "bool", "coil")])
    assert one.requests == (
        PlannedRequest("coil 7, 1 bit", 5, 3),
        PlannedRequest("input_register 52..61, 10 registers", 5, 22),
    )


def test_requests_go_out_together_and_name_the_device(answered):
    sent = []
    instrument = ModbusMap(registers=(register("a", 0), register("b", 500))).instrument("meter-1", 17)
    answered(instrument.poll(), b"\x04\x02\x00\x01", b"\x04\x02\x00\x02", sent=sent)
    assert [(r.send.hex(), r.unit, r.what) for r in sent] == [
        ("0400000001", 17, "input_register 0"),
        ("0401f40001", 17, "input_register 500"),
    ]


def test_a_reply_is_known_to_be_whole_from_its_first_byte(answered):
    sent = []
    answered(meter(row(3)).poll(), b"\x04\x06" + bytes(6), sent=sent)
    assert [sent[0].whole(got) for got in (b"", b"\x04", b"\x04\x06", b"\x84")] == [0, 8, 8, 2]


def test_an_indication_has_the_time_of_its_own_reply(answered):
    shown = answered(
        meter([register("a", 0), register("b", 500)]).poll(),
        Reply(b"\x04\x02\x00\x01", 11),
        Reply(b"\x04\x02\x00\x02", 22),
    )
    assert shown == [Indication("a", 1.0, "1", 11), Indication("b", 2.0, "1", 22)]


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (
            1,
            RefusedError,
            "refused, exception 1 (illegal function). The device lacks this table; check the register map.",
        ),
        (2, RefusedError, "refused, exception 2 (illegal data address). Check the register map."),
        (
            3,
            RefusedError,
            "refused, exception 3 (illegal data value). Lower max_registers or max_gap in the register map.",
        ),
        (
            4,
            RefusedError,
            "refused, exception 4 (server device failure). Look at the instrument's own display and state.",
        ),
        (5, BusyError, "busy, exception 5 (acknowledge). The next poll will tell."),
        (6, BusyError, "busy, exception 6 (server device busy). The next poll will tell."),
        (8, RefusedError, "refused, exception 8 (memory parity error). The instrument may need service."),
        (
            10,
            NoReplyError,
            "no reply, exception 10 (gateway path unavailable). Check the settings and load of the gateway.",
        ),
        (
            11,
            NoReplyError,
            (
                "no reply, exception 11 (gateway target device failed to respond). "
                "Check the device behind the gateway, its wiring and its device_id."
            ),
        ),
        (77, RefusedError, "refused, exception 77 (unknown). Look the code up in the device's manual."),
    ],
)
def test_an_exception_reply_names_channel_address_and_code(answered, code, kind, text):
    [missing] = answered(meter([register("active_power", 52, "float32")]).poll(), bytes([0x84, code]))
    assert type(missing.reason) is kind
    assert str(missing.reason) == f"meter-1: active_power (input_register 52, device 1): {text}"


def test_only_an_illegal_address_is_bisected(answered):
    shown = answered(meter(row(4)).poll(), b"\x84\x06")
    assert [type(each.reason) for each in shown] == [BusyError] * 4
    assert [each.channel for each in shown] == ["c0", "c1", "c2", "c3"]


def test_what_the_bus_met_is_passed_on_to_each_channel_of_that_request_alone(answered):
    silence = NoReplyError("meter-1: no reply within 1 s. Check wiring and device_id.")
    shown = answered(
        meter([register("a", 0), register("b", 1), register("c", 500)]).poll(), silence, b"\x04\x02\x00\x05"
    )
    assert [each.reason for each in shown[:2]] == [silence, silence]
    assert shown[2].value == 5


@pytest.mark.parametrize(
    ("body", "got"),
    [
        (b"\x04\x02\x00\x01", "04 02 and 2 bytes"),
        (b"\x04\x04\x00\x01", "04 04 and 2 bytes"),
        (b"\x03\x04\x00\x01\x00\x02", "03 04 and 4 bytes"),
        (b"\x04\x05\x00\x01\x00\x02\x03", "04 05 and 5 bytes"),
        (b"\x83\x02", "83 02 and 0 bytes"),
        (b"\x04", "04 and 0 bytes"),
    ],
)
def test_a_reply_of_another_length_or_function_is_a_bad_reply(answered, body, got):
    [first, second] = answered(meter(row(2)).poll(), body)
    assert isinstance(first.reason, BadReplyError)
    assert str(first.reason) == (
        f"meter-1: c0 (input_register 0, device 1): expected 04 04 and 4 bytes, got {got}. Check device_id and wiring."
    )
    assert str(second.reason).startswith("meter-1: c1 (input_register 1, device 1): expected")


def test_one_bad_register_spoils_no_other(device, ask):
    plc = device({"input_register": {k: 100 + k for k in range(20)}}, absent={"input_register": [13]})
    shown = ask(meter(row(20)).poll(), plc)
    assert values(shown) == {f"c{k}": 100.0 + k for k in range(20) if k != 13}
    assert reasons(shown) == {
        "c13": "meter-1: c13 (input_register 13, device 1): refused, exception 2 (illegal data address). "
        "Check the register map."
    }


def test_the_next_poll_goes_around_what_was_refused(device, ask):
    plc = device({"input_register": dict.fromkeys(range(20), 1)}, absent={"input_register": [3, 13]})
    one = meter(row(20))
    ask(one.poll(), plc)
    assert [request.words for request in one.requests] == [
        "input_register 0..2, 3 registers",
        "input_register 4..12, 9 registers",
        "input_register 14..19, 6 registers",
    ]
    plc.asked.clear()
    plc.refused = 0
    shown = ask(one.poll(), plc)
    assert plc.refused == 0
    assert [request.what for request in plc.asked] == [
        "input_register 0..2",
        "input_register 4..12",
        "input_register 14..19",
    ]
    assert set(reasons(shown)) == {"c3", "c13"}
    assert len(shown) == 20


def test_a_gap_that_the_device_refuses_is_found_and_not_crossed_again(device, ask):
    plc = device({"input_register": {0: 1, 1: 2, 4: 3, 5: 4}})
    one = meter([register("a", 0), register("b", 1), register("c", 4), register("d", 5)])
    assert values(ask(one.poll(), plc)) == {"a": 1, "b": 2, "c": 3, "d": 4}
    plc.asked.clear()
    assert values(ask(one.poll(), plc)) == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert [request.what for request in plc.asked] == ["input_register 0..1", "input_register 4..5"]


def test_bits_of_a_refused_word_are_asked_for_once(device, ask):
    bits = [register(f"b{k}", 3, "bool", bit=k) for k in range(16)]
    plc = device({"input_register": {2: 7, 4: 9}})
    shown = ask(meter([register("a", 2), *bits, register("z", 4)]).poll(), plc)
    assert values(shown) == {"a": 7, "z": 9}
    assert len(reasons(shown)) == 16
    assert sum(request.what == "input_register 3" for request in plc.asked) == 1


def test_what_was_refused_is_asked_again_after_a_minute_then_two_then_four(device, ask):
    plc = device({"input_register": dict.fromkeys(range(3), 1)}, absent={"input_register": [2]})
    one = meter(row(3))
    began = plc.now_ns
    again = []
    for minute in range(16):
        plc.now_ns = began + minute * MINUTE_NS
        plc.refused = 0
        ask(one.poll(), plc)
        # The time is known from the replies, so it is the poll behind that asks.
        ask(one.poll(), plc)
        if plc.refused:
            again.append(minute)
    assert again == [0, 1, 3, 7, 15]


def test_an_hour_is_the_longest_wait(device, ask):
    plc = device({"input_register": {0: 1}})
    one = meter(row(2))
    for _ in range(20):
        plc.now_ns += 61 * MINUTE_NS
        ask(one.poll(), plc)
        plc.refused = 0
        ask(one.poll(), plc)
        plc.refused = 0
    plc.now_ns += 61 * MINUTE_NS
    ask(one.poll(), plc)
    ask(one.poll(), plc)
    assert plc.refused == 1


def test_what_is_given_again_is_planned_again(device, ask):
    plc = device({"input_register": dict.fromkeys(range(6), 5)}, absent={"input_register": [1, 4]})
    one = meter(row(6))
    ask(one.poll(), plc)
    plc.absent = {}
    plc.now_ns += 2 * MINUTE_NS
    for _ in range(2):
        shown = ask(one.poll(), plc)
    assert len(values(shown)) == 6
    plc.asked.clear()
    assert len(values(ask(one.poll(), plc))) == 6
    assert [request.what for request in plc.asked] == ["input_register 0..5"]


def test_a_device_that_refuses_all_while_it_starts_is_read_as_soon_as_it_answers(device, ask):
    plc = device({"input_register": {}})
    one = meter(row(30))
    assert len(reasons(ask(one.poll(), plc))) == 30
    plc.asked.clear()
    assert len(reasons(ask(one.poll(), plc))) == 30
    assert len(plc.asked) == 1
    plc.tables = {"input_register": dict.fromkeys(range(30), 8)}
    for _ in range(2):
        shown = ask(one.poll(), plc)
    assert len(values(shown)) == 30
    plc.asked.clear()
    ask(one.poll(), plc)
    assert [request.what for request in plc.asked] == ["input_register 0..29"]


def test_silence_while_asking_again_is_no_answer(device, ask, answered):
    plc = device({"input_register": {0: 1}})
    one = meter(row(2))
    ask(one.poll(), plc)
    silence = NoReplyError("meter-1: no reply. Check wiring.")
    late = plc.now_ns + 2 * MINUTE_NS
    answered(one.poll(), Reply(b"", late, silence))
    shown = answered(one.poll(), Reply(b"\x04\x02\x00\x01", late), Reply(b"", late, silence))
    assert [type(each) for each in shown] == [Indication, Missing]
    assert shown[1].reason is silence
    assert [request.words for request in one.requests] == ["input_register 0, 1 register"]


@st.composite
def some_device(draw):
    registers = []
    for number in range(draw(st.integers(1, 30))):
        datatype = draw(st.sampled_from(["uint16", "uint32", "float64"]))
        registers.append(register(f"c{number}", draw(st.integers(0, 90)), datatype))
    return registers, draw(st.sets(st.integers(0, 95), max_size=20)), draw(st.integers(0, 12))


@settings(deadline=None)
@given(some_device())
def test_every_channel_comes_back_once_and_every_good_one_with_its_value(device, ask, case):
    registers, absent, gap = case
    words = {address: address * 7 % 60000 for address in range(100)}
    plc = device({"input_register": words}, absent={"input_register": absent})
    one = meter(registers, max_gap=gap)
    good = {r.channel for r in registers if absent.isdisjoint(range(r.address, r.end))}
    for _ in range(len(registers) + 2):
        plc.refused = 0
        shown = ask(one.poll(), plc)
        assert sorted(each.channel for each in shown) == sorted(r.channel for r in registers)
        assert {
            each.channel for each in shown if isinstance(each, Indication) or each.reason.code == "not_finite"
        } == good
        for r in registers:
            if r.datatype == "uint16" and r.channel in good:
                assert values(shown)[r.channel] == words[r.address]
    # Nothing is refused twice, but one request where all is refused. Where values overlap, what lies between
    # them has no name, and a bisection may be needed each time.
    overlap = any(a.end > b.address for a, b in pairwise(sorted(registers, key=lambda r: r.address)))
    assert overlap or plc.refused == (0 if good else 1)


def test_what_a_simulator_encodes_the_driver_reads(device, ask):
    registers = [
        register("power", 0, "float32", word_order="little"),
        register("count", 2, "uint32", byte_order="little"),
        register("running", 4, "bool", bit=0),
        register("mode", 4, bit=4, bits=4),
        register("temperature", 5, "int16", scale=0.1, no_value=(-32768,)),
        register("name", 6, "string", length=4),
        register("digits", 10, "bcd32"),
        register("guard", 3, "bool", "coil"),
    ]
    told = {
        "power": 1500.5, "count": 123456789, "running": 1, "mode": 9, "temperature": -4.7, "name": "PX-200",
        "digits": 20261125, "guard": 1,
    }  # fmt: skip
    assert values(ask(meter(registers).poll(), device(encode(registers, told)))) == told
    image = encode(registers, told | {"temperature": None})
    assert image["input_register"][5] == 0x8000
    assert "no value" in reasons(ask(meter(registers).poll(), device(image)))["temperature"]


def test_transcript_of_a_float_in_each_order(answered):
    one = meter([register("a", 0, "float32"), register("b", 2, "float32", word_order="little")])
    body = struct.pack(">f", 230.2) + struct.pack(">f", 49.9)[2:] + struct.pack(">f", 49.9)[:2]
    shown = answered(one.poll(), b"\x04\x08" + body)
    assert values(shown) == {"a": pytest.approx(230.2), "b": pytest.approx(49.9)}
