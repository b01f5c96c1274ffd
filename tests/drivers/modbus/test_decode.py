"""Every datatype in every order, against ``struct`` as the second method."""

import math
import struct
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadReplyError, RefusedError
from drivers.instrument import Indication, Missing
from drivers.modbus.decode import BlockDecoder
from drivers.modbus.planner import Limits, plan
from drivers.modbus.registers import Register

CODES = {
    "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
    "float32": "f", "float64": "d",
}  # fmt: skip
ORDERS = {("big", "big"): "ABCD", ("big", "little"): "CDAB", ("little", "big"): "BADC", ("little", "little"): "DCBA"}
AT = 7


def register(datatype="uint16", **more):
    return Register(**{"channel": "x", "table": "holding_register", "address": 0, "datatype": datatype, **more})


def shown(registers, wire):
    """What the registers, all in one block, show of these bytes."""
    registers = registers if isinstance(registers, list) else [registers]
    [block] = plan(registers, Limits(gap=124))
    assert len(wire) == block.value_bytes
    return BlockDecoder(block, lambda r, what: f"{r.channel}: {what}").decode(wire, AT)


def on_the_wire(value: float, code: str, byte_order: str, word_order: str) -> bytes:
    words = [bytes(pair) for pair in batched(struct.pack(f">{code}", value))]
    if word_order == "little":
        words.reverse()
    if byte_order == "little":
        words = [word[::-1] for word in words]
    return b"".join(words)


def batched(octets: bytes) -> list[bytes]:
    return [octets[a:b] for a, b in pairwise(range(0, len(octets) + 1, 2))]


@pytest.mark.parametrize(("orders", "letters"), ORDERS.items(), ids=ORDERS.values())
def test_the_four_orders_have_their_usual_names(orders, letters):
    byte_order, word_order = orders
    wire = bytes("ABCD".index(letter) + 1 for letter in letters)
    [number] = shown(register("uint32", byte_order=byte_order, word_order=word_order), wire)
    assert number.value == 0x01020304


@pytest.mark.parametrize(("datatype", "orders"), list(product(CODES, ORDERS)))
@given(st.data())
def test_a_number_is_what_struct_packed(datatype, orders, data):
    code = CODES[datatype]
    if code in "fd":
        numbers = st.floats(width=32 if code == "f" else 64, allow_nan=False, allow_infinity=False)
    else:
        size = 8 * struct.calcsize(code)
        numbers = (
            st.integers(0, 2**size - 1) if code.isupper() else st.integers(-(2 ** (size - 1)), 2 ** (size - 1) - 1)
        )
    value = data.draw(numbers)
    one = register(datatype, byte_order=orders[0], word_order=orders[1])
    [number] = shown(one, on_the_wire(value, code, *orders))
    assert number == Indication("x", float(value), "1", AT)


def test_a_block_of_many_kinds_is_read_at_once():
    registers = [
        register("float32", channel="a", address=0),
        register("int16", channel="b", address=2),
        register("string", channel="c", address=3, length=2),
        register("float32", channel="d", address=5, word_order="little"),
        register("bool", channel="e", address=7, bit=3),
        register("uint16", channel="f", address=7, bit=4, bits=4),
        register("bcd16", channel="g", address=8),
    ]
    wire = (
        struct.pack(">fh4s", 1.5, -2, b"ab\0\0")
        + struct.pack(">f", -0.25)[2:]
        + struct.pack(">f", -0.25)[:2]
        + struct.pack(">HH", 0b1010_1000, 0x1234)
    )
    values = {each.channel: each.value for each in shown(registers, wire)}
    assert values == {"a": 1.5, "b": -2.0, "c": "ab", "d": -0.25, "e": 1.0, "f": 10.0, "g": 1234.0}


@pytest.mark.parametrize(
    ("scale", "zero", "count", "value"),
    [
        (0.1, 0, 3, 0.3),  # not 0.30000000000000004
        (0.01, 0, 23017, 230.17),
        (0.001, 0, 29, 0.029),
        (0.25, 0, 3, 0.75),
        (10, 0, 3, 30.0),
        (1, -40, 65, 25.0),
        (0.1, 4, 200, 24.0),
    ],
)
def test_a_scale_is_the_decimal_that_the_map_says(scale, zero, count, value):
    [number] = shown(register(scale=scale, value_at_zero=zero), struct.pack(">H", count))
    assert number.value == value


@pytest.mark.parametrize(("datatype", "code"), [("float32", "f"), ("float64", "d")])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_missing(datatype, code, value):
    wire = struct.pack(f">{code}", value)
    [missing] = shown(register(datatype), wire)
    assert isinstance(missing, Missing)
    assert isinstance(missing.reason, RefusedError)
    assert (missing.reason.code, missing.at) == ("not_finite", AT)
    assert str(missing.reason) == (
        f"x: expected a finite number, got {wire.hex(' ')}. Check the sensor, and word_order in the register map."
    )


def test_a_signalling_nan_is_missing_without_a_warning():
    [missing] = shown(register("float32"), bytes.fromhex("7fa00000"))
    assert missing.reason.code == "not_finite"


@pytest.mark.parametrize(
    ("datatype", "no_value", "wire"),
    [
        ("int16", [-32768], "8000"),
        ("int16", [0x8000], "8000"),  # as manuals print it
        ("uint16", [65534, 65535], "ffff"),
        ("int32", [-1, 0x7FFFFFFF], "7fffffff"),
        ("uint64", [2**64 - 1], "ff" * 8),
        ("float32", [math.nan], "7fc00000"),
        ("float32", [-9999.9], struct.pack(">f", -9999.9).hex()),
        ("float64", [1e20, math.nan], "7ff8000000000000"),
    ],
)
def test_a_sentinel_means_no_value(datatype, no_value, wire):
    [missing] = shown(register(datatype, no_value=tuple(no_value), scale=0.1), bytes.fromhex(wire))
    assert isinstance(missing, Missing)
    assert missing.reason.code == "no_value"
    got = bytes.fromhex(wire).hex(" ")
    assert str(missing.reason) == f"x: got {got}, which stands for no value. Check the sensor and its wiring."


def test_a_sentinel_spoils_no_neighbour():
    registers = [
        register("int16", channel="a", no_value=(-1, -2)),
        register("int16", channel="b", address=1),
        register("int16", channel="c", address=2, no_value=(-1,)),
        register("float32", channel="d", address=3),
    ]
    a, b, c, d = shown(registers, struct.pack(">hhhf", -2, -1, -2, 1.0))
    assert a.reason.code == "no_value"
    assert [b.value, c.value, d.value] == [-1.0, -2.0, 1.0]


@pytest.mark.parametrize(("count", "doubt"), [(-1, "out_of_range"), (0, ""), (500, ""), (501, "out_of_range")])
def test_a_value_outside_its_range_is_in_doubt_but_a_value(count, doubt):
    [number] = shown(register("int16", scale=0.1, minimum=0, maximum=50), struct.pack(">h", count))
    assert number == Indication("x", count / 10, "1", AT, doubt)


@pytest.mark.parametrize(("datatype", "wire", "value"), [("bcd16", "9876", 9876), ("bcd32", "12345678", 12345678)])
def test_decimal_digits_are_read_as_they_stand(datatype, wire, value):
    assert shown(register(datatype), bytes.fromhex(wire)) == [Indication("x", value, "1", AT)]


def test_a_digit_beyond_nine_is_a_bad_reply():
    [missing] = shown(register("bcd16"), bytes.fromhex("12a4"))
    assert isinstance(missing.reason, BadReplyError)
    assert str(missing.reason) == (
        "x: expected decimal digits, got 12 a4. Check datatype and byte_order in the register map."
    )


@pytest.mark.parametrize(
    ("wire", "more", "text"),
    [
        (b"PX-200\0\0", {}, "PX-200"),
        (b"PX-200  ", {}, "PX-200"),
        (b"PX\0junk!", {}, "PX"),
        (b"XP2-00\0\0", {"byte_order": "little"}, "PX-200"),
        (b"PX-200\0\0", {"word_order": "little"}, "PX-200"),
        ("Máy1".encode() + b"\0\0\0", {"encoding": "utf-8"}, "Máy1"),
        (b"\0" * 8, {}, ""),
    ],
)
def test_a_text_ends_at_its_first_zero(wire, more, text):
    assert shown(register("string", length=4, **more), wire) == [Indication("x", text, "1", AT)]


def test_a_text_that_cannot_be_read_is_a_bad_reply():
    [missing] = shown(register("string", length=2), b"\xff\xff\xff\xff")
    assert isinstance(missing.reason, BadReplyError)
    assert str(missing.reason) == (
        "x: expected ascii text, got ff ff ff ff. Check encoding and byte_order in the register map."
    )


def test_a_text_may_stand_for_none():
    [missing] = shown(register("string", length=2, no_value=("N/A",)), b"N/A\0")
    assert missing.reason.code == "no_value"
    assert str(missing.reason) == "x: got 'N/A', which stands for no value. Check the device's settings."


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 31), st.data())
def test_a_bit_field_is_a_shift_and_a_mask(word, bit, data):
    bits = data.draw(st.integers(1, 32 - bit))
    [number] = shown(register("uint32", bit=bit, bits=bits), struct.pack(">I", word))
    assert number.value == int(f"{word:032b}"[32 - bit - bits : 32 - bit], 2)
