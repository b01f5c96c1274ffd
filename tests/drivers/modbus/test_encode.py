"""Values into words, against ``struct`` and against the decoder."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.decode import BlockDecoder
from drivers.modbus.encode import encode, words
from drivers.modbus.planner import Limits, plan
from drivers.modbus.registers import INTEGERS, Register

ORDERS = ["big", "little"]


def register(datatype="uint16", **more):
    return Register(**{"channel": "x", "table": "holding_register", "address": 0, "datatype": datatype, **more})


def test_a_float_is_the_manuals_230_2_volts():
    assert [f"{word:04X}" for word in words(register("float32"), 230.2)] == ["4366", "3333"]


@pytest.mark.parametrize(
    ("one", "value", "expected"),
    [
        (register("int16"), -2, [0xFFFE]),
        (register("int32"), -2, [0xFFFF, 0xFFFE]),
        (register("uint32", word_order="little"), 0x01020304, [0x0304, 0x0102]),
        (register("uint32", byte_order="little"), 0x01020304, [0x0201, 0x0403]),
        (register("uint32", byte_order="little", word_order="little"), 0x01020304, [0x0403, 0x0201]),
        (register("uint64"), 2**64 - 1, [0xFFFF] * 4),
        (register("int16", scale=0.1), 21.5, [215]),
        (register("int16", scale=0.1), 0.3, [3]),
        (register("uint16", scale=1, value_at_zero=-40), 25, [65]),
        (register("bcd16"), 1234, [0x1234]),
        (register("bcd32"), 12, [0, 0x12]),
        (register("bool", bit=3), 1, [8]),
        (register("uint16", bit=4, bits=4), 9, [0x90]),
        (register("string", length=3), "AB", [0x4142, 0, 0]),
        (register("int16", no_value=(0x8000,)), None, [0x8000]),
        (register("float32", no_value=(float("nan"),)), None, [0x7FC0, 0]),
        (register("string", length=2, no_value=("N/A",)), None, [0x4E2F, 0x4100]),
        (Register(channel="x", table="coil", address=0, datatype="bool"), 1.0, [1]),
    ],
)
def test_a_value_becomes_words(one, value, expected):
    assert words(one, value) == expected


@pytest.mark.parametrize(
    ("one", "value", "text"),
    [
        (register("uint16"), 65536, "x: 65536 1 does not fit uint16. Give another value."),
        (register("uint16", unit="V"), -1.0, "x: -1.0 V does not fit uint16. Give another value."),
        (register("int32"), float("nan"), "x: nan 1 does not fit int32. Give another value."),
        (register("uint16", bit=0, bits=2), 4, "x: 4 1 does not fit uint16. Give another value."),
        (register("bcd16"), 10000, "x: 10000 1 does not fit bcd16. Give another value."),
        (register("float32", unit="V"), "high", "x: expected a number, got 'high'. Give it in V."),
        (register("string", length=1), "abc", "x: expected at most 2 bytes, got 'abc'. Shorten it."),
        (register("uint16"), None, "x: its map has no no_value. Give a value."),
    ],
)
def test_a_value_that_does_not_fit_is_named(one, value, text):
    with pytest.raises(ValueError, match="x: ") as caught:
        words(one, value)
    assert str(caught.value) == text


def test_a_table_holds_what_was_given_and_joins_the_bits_of_a_word():
    registers = [
        register("bool", channel="a", address=6, bit=0),
        register("uint16", channel="b", address=6, bit=8, bits=8),
        register("uint16", channel="c", address=9),
        register("bool", channel="d", table="coil", address=2),
        register("uint16", channel="absent", address=11),
    ]
    assert encode(registers, {"a": 1, "b": 3, "c": 5, "d": 1}) == {
        "holding_register": {6: 0x0301, 9: 5},
        "coil": {2: 1},
    }


@pytest.mark.parametrize("byte_order", ORDERS)
@pytest.mark.parametrize("word_order", ORDERS)
@pytest.mark.parametrize("datatype", [*INTEGERS, "float32", "float64", "bcd16", "bcd32"])
@given(st.data())
def test_what_is_encoded_is_decoded(byte_order, word_order, datatype, data):
    one = register(datatype, byte_order=byte_order, word_order=word_order)
    if datatype in INTEGERS:
        value = data.draw(st.integers(*INTEGERS[datatype]))
    elif datatype.startswith("bcd"):
        value = data.draw(st.integers(0, 9999 if datatype == "bcd16" else 99999999))
    else:
        value = data.draw(st.floats(width=32, allow_nan=False, allow_infinity=False))
    wire = struct.pack(f">{one.width}H", *words(one, value))
    [block] = plan([one], Limits())
    [shown] = BlockDecoder(block, lambda r, what: f"{r.channel}: {what}").decode(wire, 1)
    assert shown.value == float(value)
