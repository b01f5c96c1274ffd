"""The register map of a model, whole."""

from collections.abc import Iterator, Sequence

import msgspec

from drivers.instrument import Instrument, Meaning
from drivers.modbus.instrument import ModbusInstrument
from drivers.modbus.registers import BIT_TABLES, Order, Register


class ModbusMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The register map of one model: what its file says beside name, title and source.

    Attributes:
        registers: Its channels.
        byte_order: Of the two bytes in a register, unless a register says otherwise.
        word_order: Of the registers of one value: ``big`` and ``big`` are ABCD, word order ``little`` CDAB,
            byte order ``little`` BADC, both DCBA.
        max_gap: Most addresses between two registers that are read for nothing to save a request; 0 where the
            device refuses what its manual does not list.
        max_registers: Most registers in one request.
        max_bits: Most coils or discrete inputs in one request.
    """

    registers: tuple[Register, ...] = msgspec.field(name="register")
    byte_order: Order = "big"
    word_order: Order = "big"
    max_gap: int = 8
    max_registers: int = 125
    max_bits: int = 2000

    def __post_init__(self) -> None:
        mistakes = list(_limits(self))
        if mistakes:
            raise ValueError("\n".join(mistakes))
        in_order = tuple(
            msgspec.structs.replace(
                register,
                byte_order=register.byte_order or self.byte_order,
                word_order=register.word_order or self.word_order,
            )
            for register in self.registers
        )
        msgspec.structs.force_setattr(self, "registers", in_order)

    def meanings(self) -> dict[str, Meaning]:
        """Channel -> what it means."""
        return {register.channel: register.meaning for register in self.registers}

    def instrument(self, name: str, device_id: int) -> Instrument:
        """One device of this model."""
        return ModbusInstrument(name, self, device_id)

    def only(self, channels: Sequence[str]) -> "ModbusMap":
        """The same map with these channels alone."""
        wanted = tuple(register for register in self.registers if register.channel in channels)
        return msgspec.structs.replace(self, registers=wanted)


def _limits(model_map: ModbusMap) -> Iterator[str]:
    """Mistakes in the map as a whole."""
    for key, least, most in (("max_gap", 0, 124), ("max_registers", 1, 125), ("max_bits", 1, 2000)):
        got = getattr(model_map, key)
        if not least <= got <= most:
            yield f"{key}: expected {least} to {most}, got {got}. Look in the manual of the device."
    if not model_map.registers:
        yield "register: there is none. Add a [[register]] for each channel."
    first: dict[str, int] = {}
    for number, register in enumerate(model_map.registers):
        if register.channel in first:
            other = f"register[{first[register.channel]}]"
            yield f"register[{number}].channel: {register.channel!r} is also {other}. Give each channel its own name."
        first.setdefault(register.channel, number)
        if register.table not in BIT_TABLES and register.width > model_map.max_registers:
            yield (
                f"register[{number}].datatype: takes {register.width} registers, max_registers is "
                f"{model_map.max_registers}. A value must fit into one request."
            )
