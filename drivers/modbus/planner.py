"""Registers into requests: few, large, and never across what a device refuses. Pure.

Source: MODBUS Application Protocol Specification V1.1b3, 6.1 to 6.4: at most 2000 bits or 125 registers a request.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from drivers.modbus.registers import BIT_TABLES, Register

TABLES = ("coil", "discrete_input", "holding_register", "input_register")


class Span(NamedTuple):
    """Addresses that no request may cover; when empty (``first == end``), a place that none may span.

    Attributes:
        table: Which table.
        first: First address.
        end: First address behind it.
    """

    table: str
    first: int
    end: int


class Limits(NamedTuple):
    """What one request may ask for.

    Attributes:
        gap: Most addresses that are read for nothing between two registers.
        registers: Most registers.
        bits: Most coils or discrete inputs.
    """

    gap: int = 8
    registers: int = 125
    bits: int = 2000


class Block(NamedTuple):
    """What one request asks for.

    Attributes:
        table: Which table.
        address: First address.
        length: How many addresses.
        registers: Whose values are in it, by address.
    """

    table: str
    address: int
    length: int
    registers: tuple[Register, ...]

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.address + self.length

    @property
    def words(self) -> str:
        """For a person: ``input_register 52..61``."""
        last = f"..{self.end - 1}" if self.length > 1 else ""
        return f"{self.table} {self.address}{last}"

    @property
    def value_bytes(self) -> int:
        """Bytes of the values in its reply."""
        return (self.length + 7) // 8 if self.table in BIT_TABLES else 2 * self.length


def block_of(registers: Sequence[Register]) -> Block:
    """One block over registers of one table that stand in order of address."""
    first = registers[0]
    return Block(first.table, first.address, max(r.end for r in registers) - first.address, tuple(registers))


def plan(registers: Collection[Register], limits: Limits, holes: Collection[Span] = ()) -> tuple[Block, ...]:
    """The fewest requests, by going through the addresses once, that read every register whole.

    A register that itself meets a hole is in no request.

    Args:
        registers: What is wanted; they may overlap (bits of one word).
        limits: Of one request.
        holes: What must not be asked for.
    """
    blocks: list[Block] = []
    for table in TABLES:
        here = [hole for hole in holes if hole.table == table]
        wanted = [r for r in registers if r.table == table and not _meets(r.address, r.end, here)]
        most = limits.bits if table in BIT_TABLES else limits.registers
        blocks += _plan_table(sorted(wanted, key=lambda r: (r.address, r.end)), limits.gap, most, here)
    return tuple(blocks)


def _plan_table(in_order: Sequence[Register], gap: int, most: int, holes: Sequence[Span]) -> Iterator[Block]:
    """The requests for one table."""
    row: list[Register] = []
    end = 0
    for register in in_order:
        first, end_then = (row[0].address if row else register.address), max(end, register.end)
        is_far = register.address - end > gap
        if row and (is_far or end_then - first > most or _meets(first, end_then, holes)):
            yield block_of(row)
            row, end_then = [], register.end
        row.append(register)
        end = end_then
    if row:
        yield block_of(row)


def halves(block: Block) -> tuple[Block, ...]:
    """A block as two, to find which register the device refuses; none when all stand in one place."""
    rows, middle = block.registers, len(block.registers) // 2
    if len({(r.address, r.end) for r in rows}) == 1:
        return ()
    # Bits of one word stay together: the device gives or refuses the word.
    ends = list(accumulate((r.end for r in rows), max))
    apart = [k for k in range(1, len(rows)) if rows[k].address >= ends[k - 1]]
    cut = min(apart, key=lambda k: abs(k - middle)) if apart else middle
    return block_of(rows[:cut]), block_of(rows[cut:])


def _meets(first: int, end: int, holes: Sequence[Span]) -> bool:
    """Whether addresses from ``first`` to before ``end`` cover one of the holes, or span an empty one."""
    return any(first < hole.end and hole.first < end for hole in holes)
