"""Bytes of a reply into indications: all registers of a block at once, by numpy.

What costs time (dtypes, index arrays, limits) is prepared once, when requests are planned.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from drivers.errors import BadReplyError, InstrumentError, RefusedError
from drivers.instrument import Indication, Missing, Shown
from drivers.modbus.planner import Block
from drivers.modbus.registers import BCD_DIGITS, BIT_TABLES, INTEGERS, Register

DTYPES = {
    "int16": ">i2", "uint16": ">u2", "int32": ">i4", "uint32": ">u4", "int64": ">i8", "uint64": ">u8",
    "float32": ">f4", "float64": ">f8", "bcd16": ">u2", "bcd32": ">u4", "bool": ">u2",
}  # fmt: skip
LARGEST = float(np.finfo(np.float64).max)
"""Stands for "no limit": infinity and nan are outside it too."""

_new_tuple = cast("Callable[[type[Indication], tuple[str, float, str, int, str]], Indication]", tuple.__new__)

Says = Callable[[Register, str], str]
"""Register and what is the matter -> the whole text, with who says it."""


class BlockDecoder:
    """Knows how to read the reply to one request.

    Args:
        block: What was asked for.
        says: Writes a message's beginning: who, which register.
    """

    def __init__(self, block: Block, says: Says) -> None:
        self._block = block
        self._says = says
        by_kind: dict[tuple[str, bool], list[Register]] = {}
        for register in block.registers:
            if not register.is_text:
                by_kind.setdefault((register.datatype, register.bit is not None), []).append(register)
        self._groups = [_Group(block, registers) for registers in by_kind.values()]
        self._numbers = [register for group in self._groups for register in group.registers]
        self._texts = [register for register in block.registers if register.is_text]
        self._has_sentinels = any(register.no_value for register in self._numbers)
        self._channels = [register.channel for register in self._numbers]
        self._units = [register.unit for register in self._numbers]
        self._lowest = _floats(-LARGEST if r.minimum is None else r.minimum for r in self._numbers)
        self._highest = _floats(LARGEST if r.maximum is None else r.maximum for r in self._numbers)

    def decode(self, body: bytes, at: int) -> list[Shown]:
        """Every channel of the block.

        Args:
            body: The values alone, as long as the block demands.
            at: When they were shown, ns on the monotonic clock.
        """
        shown: list[Shown] = []
        if self._groups:
            shown = self._read_numbers(body, at)
        shown.extend(self._text(register, body, at) for register in self._texts)
        return shown

    def _read_numbers(self, body: bytes, at: int) -> list[Shown]:
        wire = np.frombuffer(body, np.uint8)
        # What is not finite is told by the comparison below, for each register, not by a warning.
        with np.errstate(all="ignore"):
            counts = [group.counts(wire) for group in self._groups]
            parts = [group.values(count) for group, count in zip(self._groups, counts, strict=True)]
            values = parts[0] if len(parts) == 1 else np.concatenate(parts)
            fine = (values >= self._lowest) & (values <= self._highest)
            if self._has_sentinels:
                none = np.concatenate([g.none(count) for g, count in zip(self._groups, counts, strict=True)])
                fine &= ~none
        numbers = values.tolist()
        # As Indication(...) would, at half its time: these lines see every value that is ever collected.
        rows = zip(self._channels, numbers, self._units, repeat(at), repeat(""))
        shown: list[Shown] = list(map(_new_tuple, repeat(Indication), rows))
        if not fine.all():
            for k in np.flatnonzero(~fine).tolist():
                is_none = self._has_sentinels and bool(none[k])
                shown[k] = self._doubtful(self._numbers[k], None if is_none else numbers[k], body, at)
        return shown

    def _doubtful(self, register: Register, value: float | None, body: bytes, at: int) -> Shown:
        """What to make of no value, of what is no number, or of one outside its range."""
        got = self._bytes(register, body).hex(" ")
        reason: InstrumentError
        if value is None:
            why = f"got {got}, which stands for no value. Check the sensor and its wiring."
            reason = RefusedError(self._says(register, why), "no_value")
        elif -LARGEST <= value <= LARGEST:
            return Indication(register.channel, value, register.unit, at, "out_of_range")
        elif register.datatype in BCD_DIGITS:
            why = f"expected decimal digits, got {got}. Check datatype and byte_order in the register map."
            reason = BadReplyError(self._says(register, why))
        else:
            why = f"expected a finite number, got {got}. Check the sensor, and word_order in the register map."
            reason = RefusedError(self._says(register, why), "not_finite")
        return Missing(register.channel, reason, at)

    def _text(self, register: Register, body: bytes, at: int) -> Shown:
        """A text ends at its first zero; blanks behind it are padding."""
        got = self._bytes(register, body)
        try:
            text = bytes(got[place] for place in register.wire_bytes()).partition(b"\0")[0].decode(register.encoding)
        except UnicodeDecodeError:
            advice = "Check encoding and byte_order in the register map"
            why = f"expected {register.encoding} text, got {got.hex(' ')}. {advice}."
            return Missing(register.channel, BadReplyError(self._says(register, why)), at)
        text = text.rstrip()
        if text in register.no_value:
            why = f"got {text!r}, which stands for no value. Check the device's settings."
            return Missing(register.channel, RefusedError(self._says(register, why), "no_value"), at)
        return Indication(register.channel, text, register.unit, at)

    def _bytes(self, register: Register, body: bytes) -> bytes:
        first = 2 * (register.address - self._block.address)
        return body[first : first + 2 * register.width]


class _Group:
    """Registers of one block that one numpy operation reads: of one datatype, with bits or without."""

    def __init__(self, block: Block, registers: Sequence[Register]) -> None:
        self.registers = registers
        one = registers[0]
        self._is_bits = block.table in BIT_TABLES
        self._dtype = np.dtype(DTYPES[one.datatype])
        first = [register.address - block.address for register in registers]
        if self._is_bits:
            self._places = np.array(first)
        else:
            self._places = np.array(
                [[2 * at + byte for byte in r.wire_bytes()] for at, r in zip(first, registers, strict=True)]
            )
        self._shifts = self._masks = None
        if one.bit is not None:
            native = self._dtype.newbyteorder("=")
            self._shifts = np.array([r.bit for r in registers], native)
            self._masks = np.array([2 ** (r.bits or 1) - 1 for r in registers], native)
        self._digits = BCD_DIGITS.get(one.datatype, 0)
        scales = [register.exact_scale() for register in registers]
        self._times = _unless(1, _floats(float(scale.numerator) for scale in scales))
        self._parts = _unless(1, _floats(float(scale.denominator) for scale in scales))
        self._plus = _unless(0, _floats(register.value_at_zero for register in registers))
        rows = [(k, _sentinels(r, self._dtype)) for k, r in enumerate(registers) if r.no_value]
        self._where_none = [k for k, _ in rows]
        most = max((len(row) for _, row in rows), default=0)
        # Shorter rows are filled up with their own first one.
        self._sentinels = np.array([np.r_[row, np.repeat(row[:1], most - len(row))] for _, row in rows])

    def values(self, counts: NDArray[Any]) -> NDArray[np.float64]:
        """Counts in their units."""
        values = counts.astype(np.float64)
        if self._times is not None:
            values *= self._times
        if self._parts is not None:
            values /= self._parts
        if self._plus is not None:
            values += self._plus
        return values

    def counts(self, wire: NDArray[np.uint8]) -> NDArray[Any]:
        """What stands in the registers, before scale."""
        if self._is_bits:
            bits: NDArray[Any] = np.unpackbits(wire, bitorder="little")[self._places]
            return bits
        counts: NDArray[Any] = wire[self._places].view(self._dtype).ravel()
        if self._shifts is not None:
            counts = (counts >> self._shifts) & self._masks
        elif self._digits:
            digits = (counts[:, np.newaxis] >> np.arange(0, 4 * self._digits, 4)) & 15
            number = digits @ 10.0 ** np.arange(self._digits)
            counts = np.where((digits > 9).any(axis=1), np.nan, number)  # noqa: PLR2004  a decimal digit
        return counts

    def none(self, counts: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of them stand for no value."""
        none = np.zeros(len(counts), np.bool_)
        if self._where_none:
            some = counts[self._where_none][:, np.newaxis]
            # nan is what no_value says when it is nan: it is not equal to itself.
            same = (some == self._sentinels) | ((some != some) & (self._sentinels != self._sentinels))  # noqa: PLR0124
            none[self._where_none] = same.any(axis=1)
        return none


def _sentinels(register: Register, dtype: np.dtype[Any]) -> NDArray[Any]:
    """``no_value`` as counts of the register's own type, so that they compare equal to what is on the wire."""
    if register.datatype in INTEGERS:
        most = INTEGERS[register.datatype][1]
        span = 2 ** (8 * dtype.itemsize)
        return np.array(
            [int(c) - span if int(c) > most else int(c) for c in register.no_value], dtype.newbyteorder("=")
        )
    return np.array(register.no_value, np.float32 if register.datatype == "float32" else np.float64)


def _floats(numbers: Any) -> NDArray[np.float64]:
    return np.fromiter(numbers, np.float64)


def _unless(neutral: float, numbers: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """None when nothing would be changed by them."""
    return None if (numbers == neutral).all() else numbers
