"""Values into registers: what a simulator of a map serves. The reverse of :mod:`drivers.modbus.decode`."""

import math
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping

from drivers.instrument import Value
from drivers.modbus.registers import BCD_DIGITS, BIT_TABLES, INTEGERS, WORDS, Register

Image = dict[str, dict[int, int]]
"""Table -> address -> 16-bit word, or 0 and 1 for coils and discrete inputs."""

FLOATS = {"float32": ">f", "float64": ">d"}


def encode(registers: Iterable[Register], values: Mapping[str, Value | None]) -> Image:
    """The tables of a device that shows ``values``.

    Args:
        registers: Of one map.
        values: Channel -> value in its unit; None shows the register's first ``no_value``. A channel that is
            absent leaves its registers absent, unless a neighbour in the same word is given.

    Raises:
        ValueError: A value does not fit its register; the text names the channel.
    """
    image: Image = defaultdict(dict)
    for register in registers:
        if register.channel not in values:
            continue
        table = image[register.table]
        for address, word in enumerate(words(register, values[register.channel]), register.address):
            # Bits of one word come from several channels.
            table[address] = table.get(address, 0) | word
    return dict(image)


def words(register: Register, value: Value | None) -> list[int]:
    """One value as the words that stand at ``register.address`` and behind it.

    Raises:
        ValueError: The value does not fit.

    >>> words(Register(channel="x", table="input_register", address=0, datatype="float32"), 1.0)
    [16256, 0]
    """
    if register.table in BIT_TABLES:
        return [1 if value else 0]
    wire = _text(register, value) if register.is_text else _number(register, value)
    in_place = bytearray(len(wire))
    for byte, place in zip(wire, register.wire_bytes(), strict=True):
        in_place[place] = byte
    return list(struct.unpack(f">{len(wire) // 2}H", in_place))


def _text(register: Register, value: Value | None) -> bytes:
    """A text padded with zeros."""
    if value is None:
        value = str(_none_of(register))
    size = 2 * register.width
    text = str(value).encode(register.encoding)
    if len(text) > size:
        msg = f"{register.channel}: expected at most {size} bytes, got {value!r}. Shorten it."
        raise ValueError(msg)
    return text.ljust(size, b"\0")


def _number(register: Register, value: Value | None) -> bytes:
    """A number, high byte first."""
    kind = register.datatype
    if isinstance(value, str):
        msg = f"{register.channel}: expected a number, got {value!r}. Give it in {register.unit}."
        raise ValueError(msg)  # noqa: TRY004  a wrong value, like one out of range
    if kind in FLOATS:
        count = _none_of(register) if value is None else (value - register.value_at_zero) / register.scale
        return struct.pack(FLOATS[kind], count)
    size = 2 * WORDS[kind]
    if kind in BCD_DIGITS:
        count = _whole(register, value, 0, 10 ** BCD_DIGITS[kind] - 1)
        return bytes.fromhex(f"{count:0{2 * size}d}")
    if register.bit is not None:
        count = _whole(register, value, 0, 2 ** (register.bits or 1) - 1)
        return (count << register.bit).to_bytes(size, "big")
    count = _whole(register, value, *INTEGERS[kind]) % (1 << (8 * size))
    return count.to_bytes(size, "big")


def _whole(register: Register, value: float | None, least: int, most: int) -> int:
    """The count that stands for ``value``."""
    if value is None:
        return int(_none_of(register))
    if math.isfinite(value):
        count = round(value)
        # A counter of 64 bits is exact as an int, not as a float.
        if register.scale != 1 or register.value_at_zero != 0:
            scale = register.exact_scale()
            count = round((value - register.value_at_zero) * scale.denominator / scale.numerator)
        if least <= count <= most:
            return count
    msg = f"{register.channel}: {value!r} {register.unit} does not fit {register.datatype}. Give another value."
    raise ValueError(msg)


def _none_of(register: Register) -> float:
    """The count that means "no value"."""
    if not register.no_value:
        msg = f"{register.channel}: its map has no no_value. Give a value."
        raise ValueError(msg)
    return register.no_value[0]  # type: ignore[return-value]  # checked by the register: a text for texts alone
