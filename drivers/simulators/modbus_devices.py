"""Simulated Modbus devices: requests in, replies out, by the same register map that the driver reads.

Source: MODBUS Application Protocol Specification V1.1b3, 6.1 to 6.4 (reading), 7 (exceptions).

Decision: values become registers by the shared map, but requests, replies, frames and the CRC are written here anew.
Because: what is shared cannot be checked by the simulator; only the map has a transcript to hold it.
Instead of: pymodbus's server, which answers for units that are not there and cannot misbehave.
"""

import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from drivers.instrument import Value
from drivers.modbus.encode import encode
from drivers.modbus.registers import BIT_TABLES, Register
from drivers.simulators.faults import Faults

TABLES = {1: "coil", 2: "discrete_input", 3: "holding_register", 4: "input_register"}
MOST_REGISTERS, MOST_BITS = 125, 2000
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, GATEWAY_TARGET_SILENT = 1, 2, 3, 11
REQUEST = struct.Struct(">BHH")

Values = Callable[[], Mapping[str, Value | None]]
"""Channel -> what it shows at this instant; None: "no value". A channel that is absent is refused."""
OnShown = Callable[[Mapping[str, Value | None], int, int], None]
"""Told what went out readable: channel -> value as its register shows it, ns on the monotonic clock, device id."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device.

    Attributes:
        registers: Of its map.
        values: What it shows; asked once for each request, so that a block belongs to one instant.
        strict: Refuse an address that no register of the map holds, even between two that do; otherwise such
            an address below the table's last register shows 0.
        max_registers: Most registers in one request; more is refused with exception 3.
    """

    registers: Sequence[Register]
    values: Values
    strict: bool = False
    max_registers: int = MOST_REGISTERS
    _held: Mapping[str, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        held = {
            table: frozenset(a for r in self.registers if r.table == table for a in range(r.address, r.end))
            for table in TABLES.values()
        }
        object.__setattr__(self, "_held", held)

    def exists(self, table: str, asked: range, image: Mapping[int, int]) -> bool:
        """Whether every address of a request may be read."""
        held = self._held[table]
        if not held:
            return False
        gaps = range(0) if self.strict else range(max(held) + 1)
        return all(address in image or (address in gaps and address not in held) for address in asked)

    def inside(self, table: str, asked: range) -> list[Register]:
        """The registers that a request reads whole."""
        return [r for r in self.registers if r.table == table and r.address >= asked.start and r.end <= asked.stop]


class Answer(NamedTuple):
    """A reply without frame, and what can be read from it."""

    pdu: bytes
    shown: Mapping[str, Value | None] = {}
    at: int = 0


class Devices:
    """The devices of one connection, by device id.

    Args:
        devices: Device id -> device.
        faults: What goes wrong.
        on_shown: Told what went out readable.
    """

    def __init__(
        self, devices: Mapping[int, Device], faults: Faults | None = None, on_shown: OnShown | None = None
    ) -> None:
        self._devices = dict(devices)
        self.faults = faults or Faults()
        self._on_shown = on_shown

    def answer(self, unit: int, pdu: bytes) -> Answer | None:
        """What device ``unit`` replies; None when there is none."""
        device = self._devices.get(unit)
        if device is None or not pdu:
            return None
        table = TABLES.get(pdu[0])
        if table is None:
            return refused(pdu, ILLEGAL_FUNCTION)
        if len(pdu) != REQUEST.size:
            return refused(pdu, ILLEGAL_VALUE)
        _, address, count = REQUEST.unpack(pdu)
        asked = range(address, address + count)
        if not 1 <= count <= (MOST_BITS if table in BIT_TABLES else device.max_registers):
            return refused(pdu, ILLEGAL_VALUE)
        code = self.faults.refusal(unit, table, asked)
        return refused(pdu, code) if code is not None else self._read(device, pdu, table, asked)

    def tell(self, unit: int, answer: Answer) -> None:
        """Say that an answer went out readable."""
        if self._on_shown is not None and answer.shown:
            self._on_shown(answer.shown, answer.at, unit)

    def _read(self, device: Device, pdu: bytes, table: str, asked: range) -> Answer:
        values = device.values()
        at = time.monotonic_ns()
        image = encode(device.registers, values).get(table, {})
        if not device.exists(table, asked, image):
            return refused(pdu, ILLEGAL_ADDRESS)
        words = [image.get(address, 0) for address in asked]
        body = pack_bits(words) if table in BIT_TABLES else struct.pack(f">{len(words)}H", *words)
        shown = {r.channel: as_shown(r, values[r.channel]) for r in device.inside(table, asked)}
        return Answer(bytes([pdu[0], len(body)]) + body, shown, at)


def refused(pdu: bytes, code: int) -> Answer:
    """An exception reply."""
    return Answer(bytes([pdu[0] | 0x80, code]))


def pack_bits(bits: Sequence[int]) -> bytes:
    """Eight to a byte, the first lowest.

    >>> pack_bits([1, 0, 1, 1, 0, 0, 1, 1, 1]).hex()
    'cd01'
    """
    return sum(bit << k for k, bit in enumerate(bits)).to_bytes((len(bits) + 7) // 8, "little")


def as_shown(register: Register, value: Value | None) -> Value | None:
    """A value after what its register rounds away; what a reader should get, exactly.

    >>> as_shown(Register(channel="x", table="coil", address=0, datatype="bool"), 1)
    1.0
    """
    if value is None or isinstance(value, str):
        return value
    if register.datatype == "bool":
        return 1.0 if value else 0.0
    if register.datatype == "float32":
        count = struct.unpack(">f", struct.pack(">f", (value - register.value_at_zero) / register.scale))[0]
        return float(count * register.scale + register.value_at_zero)
    if register.datatype == "float64":
        return float(value)
    scale = register.exact_scale()
    # The same rounding as encode's: 620.55 in tenths is 6205.5 by the one way and 6205.4999 by the other.
    count = round((value - register.value_at_zero) * scale.denominator / scale.numerator)
    return float(count * scale) + register.value_at_zero
