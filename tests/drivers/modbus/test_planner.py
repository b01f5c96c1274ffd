"""What must hold of every plan, whatever the registers."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.planner import Limits, Span, halves, plan
from drivers.modbus.registers import BIT_TABLES, WORDS, Register

DATATYPES = ("uint16", "int32", "float64", "string")


@st.composite
def some_registers(draw, tables=("coil", "holding_register", "input_register"), furthest=600):
    registers = []
    for number in range(draw(st.integers(1, 40))):
        table = draw(st.sampled_from(tables))
        more = {}
        datatype = "bool" if table in BIT_TABLES else draw(st.sampled_from(DATATYPES))
        if datatype == "string":
            more["length"] = draw(st.integers(1, 12))
        address = draw(st.integers(0, furthest))
        registers.append(Register(channel=f"c{number}", table=table, address=address, datatype=datatype, **more))
    return registers


limits = st.builds(Limits, gap=st.integers(0, 20), registers=st.integers(12, 125), bits=st.integers(1, 2000))
holes = st.lists(
    st.builds(
        lambda table, first, size: Span(table, first, first + size),
        st.sampled_from(["coil", "holding_register", "input_register"]),
        st.integers(0, 600),
        st.integers(0, 5),
    ),
    max_size=10,
)


def addresses(block):
    return range(block.address, block.end)


def in_the_way(register, spans):
    return any(s.table == register.table and register.address < s.end and s.first < register.end for s in spans)


@given(some_registers(), limits, holes)
def test_every_register_is_read_once_and_whole(registers, limits, holes):
    blocks = plan(registers, limits, holes)
    wanted = [r.channel for r in registers if not in_the_way(r, holes)]
    assert sorted(r.channel for block in blocks for r in block.registers) == sorted(wanted)
    for block in blocks:
        for register in block.registers:
            assert register.table == block.table
            assert block.address <= register.address < register.end <= block.end


@given(some_registers(), limits, holes)
def test_no_request_is_larger_than_the_device_allows(registers, limits, holes):
    for block in plan(registers, limits, holes):
        assert 1 <= block.length <= (limits.bits if block.table in BIT_TABLES else limits.registers)


@given(some_registers(), limits, holes)
def test_holes_are_never_asked_for_nor_spanned(registers, limits, holes):
    for block in plan(registers, limits, holes):
        for hole in holes:
            if hole.table == block.table:
                assert not set(addresses(block)) & set(range(hole.first, hole.end))
                assert not (hole.first == hole.end and block.address < hole.first < block.end)


@given(some_registers(), limits)
def test_no_more_is_read_for_nothing_than_the_gap_allows(registers, limits):
    for block in plan(registers, limits):
        used = {a for register in block.registers for a in range(register.address, register.end)}
        longest = run = 0
        for address in addresses(block):
            run = 0 if address in used else run + 1
            longest = max(longest, run)
        assert longest <= limits.gap
        assert {block.address, block.end - 1} <= used


@given(some_registers(tables=("input_register",)), limits)
def test_neighbouring_requests_could_not_have_been_one(registers, limits):
    blocks = plan(registers, limits)
    for one, other in itertools.pairwise(blocks):
        too_far = other.registers[0].address - one.end > limits.gap
        too_large = max(one.end, other.registers[0].end) - one.address > limits.registers
        assert too_far or too_large


@given(some_registers(tables=("input_register",), furthest=100))
def test_halves_hold_what_the_whole_held(registers):
    for block in plan(registers, Limits(gap=124)):
        pair = halves(block)
        if not pair:
            assert len({(r.address, r.end) for r in block.registers}) == 1
            continue
        left, right = pair
        assert left.registers + right.registers == block.registers
        assert left.registers
        assert right.registers


def test_words_say_what_is_asked_for():
    far = Register(channel="a", table="input_register", address=52, datatype="float32")
    near = Register(channel="b", table="input_register", address=60, datatype="int32")
    alone = Register(channel="c", table="coil", address=3, datatype="bool")
    assert [block.words for block in plan([near, alone, far], Limits())] == ["coil 3", "input_register 52..61"]


def test_a_gap_is_read_over_up_to_the_limit_and_not_beyond():
    near = Register(channel="a", table="input_register", address=0, datatype="uint16")
    far = Register(channel="b", table="input_register", address=9, datatype="uint16")
    assert [block.length for block in plan([near, far], Limits(gap=8))] == [10]
    assert [block.length for block in plan([near, far], Limits(gap=7))] == [1, 1]


def test_a_value_that_would_cross_the_limit_begins_a_new_request():
    registers = [
        Register(channel=f"c{k}", table="input_register", address=2 * k, datatype="float32") for k in range(100)
    ]
    assert [(b.address, b.length) for b in plan(registers, Limits())] == [(0, 124), (124, 76)]
    assert WORDS["float32"] == 2


def test_two_thousand_bits_are_one_request_and_one_more_begins_another():
    coils = [Register(channel=f"c{k}", table="coil", address=k, datatype="bool") for k in range(2001)]
    assert [(b.address, b.length, b.value_bytes) for b in plan(coils, Limits())] == [(0, 2000, 250), (2000, 1, 1)]
