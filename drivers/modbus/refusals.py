"""What a device has refused, and when it shall be asked again."""

from collections.abc import Collection
from dataclasses import dataclass

from drivers.errors import InstrumentError
from drivers.modbus.planner import Block, Span
from drivers.modbus.registers import Register

FIRST_WAIT_NS = 60 * 10**9
LONGEST_WAIT_NS = 3600 * 10**9
NOTHING: tuple[frozenset[Register], frozenset[Span]] = (frozenset(), frozenset())


@dataclass(slots=True)
class _Refused:
    block: Block
    errors: dict[str, InstrumentError]
    wait_ns: int
    again_at: int


class Refusals:
    """The memory of one instrument: refused registers, and gaps between registers that it does not let us cross.

    Refused registers are asked again, each by itself: a minute after the refusal, then after twice as long, at
    most an hour; all of them as soon as one is answered. Gaps are forgotten after an hour: if they are still
    refused, one bisection finds them again.
    """

    def __init__(self) -> None:
        self._refused: dict[Register, _Refused] = {}
        self._gaps: dict[Span, int] = {}

    def refuse(self, block: Block, errors: dict[str, InstrumentError], at: int) -> None:
        """Remember a block whose registers all stand in one place; ``at`` is the time of the reply, ns."""
        before = self._refused.get(block.registers[0])
        wait_ns = min(2 * before.wait_ns, LONGEST_WAIT_NS) if before else FIRST_WAIT_NS
        refused = _Refused(block, errors, wait_ns, at + wait_ns)
        self._refused.update(dict.fromkeys(block.registers, refused))

    def accept(self, block: Block) -> None:
        """The device has answered: whatever of this block was refused is so no more, nor perhaps the rest."""
        if self._refused and not self._refused.keys().isdisjoint(block.registers):
            for register in block.registers:
                self._refused.pop(register, None)
            for refused in self._refused.values():
                refused.again_at = 0

    def split(self, pair: tuple[Block, ...], at: int) -> None:
        """Both halves were answered, though not together: what lies between them is refused."""
        left, right = pair
        if left.end <= right.address:
            self._gaps[Span(left.table, left.end, right.address)] = at + LONGEST_WAIT_NS

    def forget(self, now: int) -> None:
        """Forget the gaps whose time has come."""
        if self._gaps:
            self._gaps = {gap: until for gap, until in self._gaps.items() if until > now}

    def due(self, now: int) -> list[Block]:
        """Refused blocks to be asked again at ``now``, ns, each by itself."""
        again = {id(refused): refused.block for refused in self._refused.values() if refused.again_at <= now}
        return list(again.values())

    def oldest(self) -> Block:
        """The refused block that was asked longest ago."""
        return min(self._refused.values(), key=lambda refused: refused.again_at - refused.wait_ns).block

    def error(self, register: Register) -> InstrumentError | None:
        """Why this register is refused; None when it is not."""
        refused = self._refused.get(register)
        return refused.errors[register.channel] if refused else None

    def key(self) -> tuple[frozenset[Register], frozenset[Span]]:
        """Changes when the requests must be planned anew."""
        return (frozenset(self._refused), frozenset(self._gaps)) if self._refused or self._gaps else NOTHING

    def holes(self, wanted: Collection[Register]) -> set[Span]:
        """What no request may cover so that ``wanted`` can be read."""
        read = {(r.table, address) for r in wanted for address in range(r.address, r.end)}
        refused = {(r.table, address) for r in self._refused for address in range(r.address, r.end)}
        gaps = {(gap.table, address) for gap in self._gaps for address in range(gap.first, gap.end)}
        seams = {gap for gap in self._gaps if gap.first == gap.end}
        spanned = {s for s in seams if any(r.table == s.table and r.address < s.first < r.end for r in wanted)}
        return {Span(table, address, address + 1) for table, address in (refused | gaps) - read} | seams - spanned
