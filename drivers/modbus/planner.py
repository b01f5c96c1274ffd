"""Registers into requests: few, large, and never across what a device refuses. Pure.

Source: MODBUS Application Protocol Specification V1.1b3, 6.1 to 6.4: at most 2000 bits or 125 registers a request.
"""

from collections.abc import Collection, Sequence
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
        most = limits.bits if table in BIT_TABLES else limits.registers
        row: list[Register] = []
        for register in sorted((r for r in registers if r.table == table), key=lambda r: (r.address, r.end)):
            if _meets(register.address, register.end, here):
                continue
            if row and not _joins(row, register, most, limits.gap, here):
                blocks.append(block_of(row))
                row = []
            row.append(register)
        if row:
            blocks.append(block_of(row))
    return tuple(blocks)


def halves(block: Block) -> tuple[Block, ...]:
    """A block as two, to find which register the device refuses; none when all stand in one place."""
    rows, middle = block.registers, len(block.registers) // 2
    if len({(r.address, r.end) for r in rows}) == 1:
        return ()
    # Bits of one word stay together: the device gives or refuses the word.
    apart = [k for k in range(1, len(rows)) if rows[k].address >= max(r.end for r in rows[max(0, k - 32) : k])]
    cut = min(apart, key=lambda k: abs(k - middle)) if apart else middle
    return block_of(rows[:cut]), block_of(rows[cut:])


def _joins(row: Sequence[Register], register: Register, most: int, gap: int, holes: Sequence[Span]) -> bool:
    """Whether one request can read ``register`` too."""
    first, end = row[0].address, max(r.end for r in row)
    end_then = max(end, register.end)
    return register.address - end <= gap and end_then - first <= most and not _meets(first, end_then, holes)


def _meets(first: int, end: int, holes: Sequence[Span]) -> bool:
    """Whether addresses from ``first`` to before ``end`` cover one of the holes, or span an empty one."""
    return any(first < hole.end and hole.first < end for hole in holes)
