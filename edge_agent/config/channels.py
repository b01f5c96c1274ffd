"""What ``instrument.channel`` means: its unit, and as a counter where it rolls over."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple

from drivers.instrument import Meaning
from drivers.modbus.register_map import ModbusMap
from drivers.modbus.registers import BCD_DIGITS, INTEGERS, WORDS, Register
from edge_agent.config.tables import AgentConfig, InstrumentConfig
from edge_agent.wire.table_kinds import show

ENERGY_WH = {"W.h": 1.0, "kW.h": 1e3, "MW.h": 1e6}
"""UCUM unit of energy -> Wh."""
EXACT_FLOAT32 = 2**24
"""A float32 knows every whole number only up to here."""


class Channel(NamedTuple):
    """One channel of one instrument of a configuration.

    Attributes:
        of: As it was written.
        instrument: Whose.
        meaning: Unit and range.
        register: Where it stands in the device; None where that is no register.
    """

    of: str
    instrument: InstrumentConfig
    meaning: Meaning
    register: Register | None

    @property
    def is_whole(self) -> bool:
        """Whether it can show whole numbers only, as states and codes are."""
        register = self.register
        return register is None or (register.scale.is_integer() and register.value_at_zero.is_integer())


def find_channel(config: AgentConfig, of: str) -> Channel:
    """A channel of a configuration.

    Raises:
        LookupError: There is none; the text says what is there instead.
    """
    name, _, channel = of.partition(".")
    instruments = {i.name: i for bus in config.buses for i in bus.instruments}
    if name not in instruments:
        msg = f"{show(of)}: there is no instrument {name}; {_guess(name, instruments)}"
        raise LookupError(msg)
    instrument = instruments[name]
    meanings = instrument.loaded.meanings
    if channel not in meanings:
        msg = f"{show(of)}: {name} has no channel {channel}; {_guess(channel, meanings)}"
        raise LookupError(msg)
    form = instrument.loaded.format
    registers = form.registers if isinstance(form, ModbusMap) else ()
    register = next((r for r in registers if r.channel == channel), None)
    return Channel(of, instrument, meanings[channel], register)


def counter_kind(config: AgentConfig, of: str, modulus: int | None = None) -> tuple[int | None, int | None]:
    """How a channel counts pieces.

    A whole ``scale`` in the map multiplies the modulus: a uint16 that counts dozens rolls over at 65536 dozens.

    Args:
        config: In which it stands.
        of: ``instrument.channel``, a counter of pieces by :func:`counter_mistake`.
        modulus: Where it rolls over by configuration; None: by its datatype.

    Returns:
        Where it rolls over, pieces (None: never, as of a float or a text), and the bits of a signed register, whose
        negative readings are the wrapped upper half (None: it is not signed).
    """
    register = find_channel(config, of).register
    if register is None:
        return modulus, None
    signed = 16 * WORDS[register.datatype] if _is_signed(register) else None
    limit = rollover(register)
    return modulus or (None if limit is None else round(limit)), signed


def energy_kind(config: AgentConfig, of: str) -> tuple[float, float | None]:
    """How a channel counts energy.

    Returns:
        Wh of its unit, and where it rolls over, in its unit (None: never, as of a float).
    """
    channel = find_channel(config, of)
    return ENERGY_WH[channel.meaning.unit], rollover(channel.register) if channel.register else None


def rollover(register: Register) -> float | None:
    """After how much a register shows the same again, in its unit; None: it does not roll over."""
    if register.datatype in BCD_DIGITS:
        return float(10 ** BCD_DIGITS[register.datatype] * register.scale)
    if register.datatype not in INTEGERS:
        return None
    bits = register.bits or 16 * WORDS[register.datatype]
    return float(2**bits * abs(register.exact_scale()))


def counter_mistake(channel: Channel) -> str:
    """Why a channel cannot count pieces; empty when it can."""
    register, unit = channel.register, channel.meaning.unit
    if unit != "1" and not unit.startswith("{"):
        return f"{show(channel.of)} counts in {unit}, expected pieces (unit 1). Name another channel."
    if register is None:
        return ""
    if register.datatype == "bool":
        return f"{show(channel.of)} is a bool, expected a counter. Name another channel."
    if register.value_at_zero or not register.scale.is_integer() or register.scale < 1:
        return (
            f"{show(channel.of)} has scale {register.scale:g} and value_at_zero {register.value_at_zero:g} in its map, "
            "expected a whole scale from 1 and 0: pieces are whole. Correct the map."
        )
    if _is_signed(register) and register.scale != 1:
        return (
            f"{show(channel.of)} is {register.datatype} with scale {register.scale:g}, so what follows its largest "
            "count cannot be told. Write scale = 1 in its map."
        )
    return ""


def _is_signed(register: Register) -> bool:
    return register.datatype in INTEGERS and INTEGERS[register.datatype][0] < 0


def _guess(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
