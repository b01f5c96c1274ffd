"""Mistakes in a register map, each with its place and what to do."""

import pytest

from drivers.modbus.register_map import ModbusMap
from drivers.modbus.registers import Register
from drivers.naming import Title, is_channel
from edge_agent.wire import schema


def mistakes(**said):
    with pytest.raises(ValueError, match=":") as caught:
        Register(**{"channel": "x", "table": "holding_register", "address": 0, "datatype": "uint16", **said})
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    "name",
    [
        "active_power",
        "x",
        "power_u",
        "power_q",
        "a_mean",
        "a_min",
        "a_max",
        "a_n",
        "expected",
        "time",
        "site",
        "edge",
        "instrument",
        "Aa",
        "1a",
        "a-b",
        "",
        "a" * 64,
    ],
)
def test_the_rule_for_names_is_that_of_the_wire(name):
    assert is_channel(name) == schema.is_channel(name)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"channel": "power_u"},
            (
                "channel: got 'power_u'. Use small letters, digits and _, a letter first, at most 63; not edge, "
                "expected, instrument, site, time, nor an ending of _u, _q, _mean, _min, _max, _n."
            ),
        ),
        (
            {"address": 40001000},
            (
                "address: expected 0 to 65535, got 40001000. Give the address of the PDU, from 0: 40001 in a manual is "
                "holding_register 0."
            ),
        ),
        (
            {"address": 65535, "datatype": "uint32"},
            "address: uint32 takes 2 registers, beyond 65535. Check the address.",
        ),
        ({"table": "coil"}, "datatype: a coil holds one bit, got uint16. Use bool, or another table."),
        ({"length": 2}, "length: only a string has one, got 2 for uint16. Remove it."),
        ({"datatype": "string"}, "length: missing. Say how many registers the string takes, two bytes each."),
        (
            {"datatype": "string", "length": 0},
            "length: expected 1 or more registers up to address 65535, got 0. Correct it.",
        ),
        (
            {"datatype": "string", "length": 2, "encoding": "utf8000"},
            "encoding: got 'utf8000'. Use ascii, latin-1, utf-8 or another that Python knows.",
        ),
        (
            {"datatype": "string", "length": 2, "scale": 2.0},
            "datatype: a string has no scale, value_at_zero, minimum or maximum. Remove them.",
        ),
        ({"datatype": "bool"}, "bit: missing. Say which bit of the register, 0 = least significant, to 15."),
        ({"datatype": "bool", "bit": 16}, "bit: expected 0 to 15, got 16. Count from the least significant bit."),
        (
            {"datatype": "bool", "bit": 0, "bits": 2},
            "bits: a bool has one, got 2. Use datatype uint16 for a bit field.",
        ),
        ({"bit": 12, "bits": 5}, "bits: expected 1 to 4 from bit 12 on, got 5. Correct it."),
        ({"bits": 5}, "bits: a bit field needs its lowest bit too. Add bit."),
        (
            {"datatype": "int16", "bit": 1},
            "bit: only a bool, uint16 or uint32 in a register has it. Remove it, or correct the datatype.",
        ),
        (
            {"table": "coil", "datatype": "bool", "bit": 1},
            "bit: only a bool, uint16 or uint32 in a register has it. Remove it, or correct the datatype.",
        ),
        ({"unit": "độ"}, "unit: expected a UCUM code, got 'độ'. Use such as V, kW.h, Cel, /min, or 1."),
        ({"scale": 0.0}, "scale: expected a number that is not 0, got 0. Give the value of one count."),
        ({"scale": float("nan")}, "scale: expected a number that is not 0, got nan. Give the value of one count."),
        (
            {"value_at_zero": float("inf")},
            "value_at_zero: expected a number, got inf. Give the value of a count of 0.",
        ),
        (
            {"minimum": 5, "maximum": 5, "unit": "V"},
            "minimum: 5 is not below maximum, 5. Give the valid range in V.",
        ),
        ({"no_value": ("x",)}, "no_value: expected numbers for uint16, got 'x'. Correct it."),
        (
            {"datatype": "string", "length": 1, "no_value": (1,)},
            "no_value: expected texts for string, got 1. Correct it.",
        ),
        ({"no_value": (65536,)}, "no_value: 65536 is no count of uint16. Give it as the manual prints it."),
        ({"no_value": (0.5,)}, "no_value: 0.5 is no count of uint16. Give it as the manual prints it."),
        ({"no_value": (float("nan"),)}, "no_value: nan is no count of uint16. Give it as the manual prints it."),
        ({"datatype": "bool", "bit": 1, "no_value": (1,)}, "no_value: a bool has only two values. Remove it."),
    ],
)
def test_a_mistake_says_what_to_do(said, expected):
    assert mistakes(**said) == [expected]


def test_all_mistakes_of_a_register_are_told_at_once():
    said = mistakes(channel="X", address=-1, datatype="bool", unit="", scale=0.0)
    assert [line.partition(":")[0] for line in said] == ["channel", "address", "bit", "unit", "scale"]


def test_a_register_takes_the_order_of_its_map_unless_it_says_otherwise():
    said = {"table": "input_register", "datatype": "float32"}
    both = ModbusMap(
        registers=(
            Register(channel="a", address=0, **said),
            Register(channel="b", address=2, word_order="big", **said),
        ),
        word_order="little",
        byte_order="little",
    )
    assert [(r.byte_order, r.word_order) for r in both.registers] == [("little", "little"), ("little", "big")]


def test_meanings_say_unit_range_and_title():
    title = Title(vi="Điện áp", en="Voltage")
    one = Register(channel="a", table="coil", address=0, datatype="bool", unit="V", minimum=1, maximum=2, title=title)
    text = Register(channel="b", table="input_register", address=0, datatype="string", length=1)
    meanings = ModbusMap(registers=(one, text)).meanings()
    assert meanings["a"] == ("V", 1, 2, False, {"vi": "Điện áp", "en": "Voltage"})
    assert meanings["b"] == ("1", None, None, True, {})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"max_gap": 125}, "max_gap: expected 0 to 124, got 125. Look in the manual of the device."),
        ({"max_registers": 126}, "max_registers: expected 1 to 125, got 126. Look in the manual of the device."),
        ({"max_bits": 0}, "max_bits: expected 1 to 2000, got 0. Look in the manual of the device."),
        ({"registers": ()}, "register: there is none. Add a [[register]] for each channel."),
        (
            {"max_registers": 3},
            "register[0].datatype: takes 4 registers, max_registers is 3. A value must fit into one request.",
        ),
    ],
)
def test_a_mistake_in_the_whole_map_is_told(said, expected):
    long = Register(channel="a", table="input_register", address=0, datatype="float64")
    with pytest.raises(ValueError, match=":") as caught:
        ModbusMap(**{"registers": (long,), **said})
    assert str(caught.value) == expected


def test_two_channels_of_one_name_are_told():
    one = Register(channel="a", table="input_register", address=0, datatype="float64")
    with pytest.raises(ValueError, match="also") as caught:
        ModbusMap(registers=(one, one))
    assert str(caught.value) == "register[1].channel: 'a' is also register[0]. Give each channel its own name."


def test_some_channels_of_a_map_are_a_map():
    registers = tuple(Register(channel=c, table="coil", address=0, datatype="bool") for c in "abc")
    assert list(ModbusMap(registers=registers).only(["a", "c"]).meanings()) == ["a", "c"]
