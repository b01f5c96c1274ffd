"""What a register map says: which registers a model has, and what they mean.

Source: MODBUS Application Protocol Specification V1.1b3, 4.3 (data model), 4.4 (addressing), 6.1 to 6.4.
"""

import codecs
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

import msgspec

from drivers.instrument import Meaning
from drivers.naming import RESERVED, TAKEN, Title, is_channel

Table = Literal["holding_register", "input_register", "coil", "discrete_input"]
Order = Literal["big", "little"]
Datatype = Literal[
    "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bcd16", "bcd32", "bool", "string"
]

BIT_TABLES = ("coil", "discrete_input")
WORDS = {
    "int16": 1, "uint16": 1, "bcd16": 1, "bool": 1,
    "int32": 2, "uint32": 2, "float32": 2, "bcd32": 2,
    "int64": 4, "uint64": 4, "float64": 4,
}  # fmt: skip
"""Registers that one value takes."""
INTEGERS = {
    f"{sign}int{size}": (-(2 ** (size - 1)), 2 ** (size - 1) - 1) if not sign else (0, 2**size - 1)
    for sign in ("", "u")
    for size in (16, 32, 64)
}
"""Least and greatest count of each integer."""
BCD_DIGITS = {"bcd16": 4, "bcd32": 8}
BIT_WORDS = ("bool", "uint16", "uint32")
"""Datatypes that may be a part of a word."""
ADDRESSES = 65536

UCUM = re.compile(r"[!-~]{1,40}")


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One channel of a model, and where and how its value stands in the device.

    The value is ``count * scale + value_at_zero``, where ``count`` is what the datatype says.

    Attributes:
        channel: Its name.
        table: Which of the four tables.
        address: First address, as in the PDU, from 0.
        datatype: How a value is written.
        unit: UCUM code of the value; ``1`` for counts, states and texts.
        scale: Value of one count, in ``unit``.
        value_at_zero: Value of a count of 0, in ``unit``; of a 4 to 20 mA input its lower end.
        bit: Lowest bit, 0 = least significant, of a bool in a register or of a bit field.
        bits: How many bits a bit field has.
        length: Registers that a string takes, two bytes each.
        encoding: Of a string.
        byte_order: Of the two bytes in a register; None is the map's.
        word_order: Of the registers of one value; None is the map's.
        minimum: Least valid value, in ``unit``.
        maximum: Greatest valid value, in ``unit``.
        no_value: Counts (or texts) that mean "no value"; those of signed integers also as printed in
            hexadecimal, 0x8000 for -32768.
        title: What it is called.
    """

    channel: str
    table: Table
    address: int
    datatype: Datatype
    unit: str = "1"
    scale: float = 1.0
    value_at_zero: float = 0.0
    bit: int | None = None
    bits: int | None = None
    length: int | None = None
    encoding: str = "ascii"
    byte_order: Order | None = None
    word_order: Order | None = None
    minimum: float | None = None
    maximum: float | None = None
    no_value: tuple[int | float | str, ...] = ()
    title: Title | None = None

    def __post_init__(self) -> None:
        mistakes = [*_where(self), *_how(self), *_means(self)]
        if mistakes:
            raise ValueError("\n".join(mistakes))

    @property
    def width(self) -> int:
        """Addresses that it takes."""
        return self.length or WORDS[self.datatype]

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.address + self.width

    @property
    def place(self) -> str:
        """Table and address, for a person: ``input_register 52``."""
        return f"{self.table} {self.address}"

    @property
    def is_text(self) -> bool:
        """Whether it shows a text instead of a number."""
        return self.datatype == "string"

    @property
    def meaning(self) -> Meaning:
        """What its channel means."""
        title = self.title.words() if self.title else {}
        return Meaning(self.unit, self.minimum, self.maximum, text=self.is_text, title=title)

    def wire_bytes(self) -> list[int]:
        """Where on the wire, counted from its first byte, the bytes of its value stand, high byte first.

        >>> Register(channel="x", table="coil", address=0, datatype="bool").wire_bytes()
        [0, 1]
        >>> Register(channel="x", table="input_register", address=0, datatype="int32", word_order="little").wire_bytes()
        [2, 3, 0, 1]
        """
        words = range(self.width)
        # Characters stand in the order of their registers, whatever the order of numbers.
        in_order = words[::-1] if self.word_order == "little" and not self.is_text else words
        swap = 1 if self.byte_order == "little" else 0
        return [2 * word + (byte ^ swap) for word in in_order for byte in (0, 1)]

    def exact_scale(self) -> Fraction:
        """``scale`` as it was written: 0.1 is a tenth, so that a count of 3 is 0.3 and not 0.30000000000000004."""
        return Fraction(repr(self.scale))


def _where(register: Register) -> Iterator[str]:
    """Mistakes in what says where a value stands."""
    if not is_channel(register.channel):
        yield (
            f"channel: got {register.channel!r}. Use small letters, digits and _, a letter first, at most 63; not "
            f"{', '.join(sorted(TAKEN))}, nor an ending of {', '.join(RESERVED)}."
        )
    if not 0 <= register.address < ADDRESSES:
        yield (
            f"address: expected 0 to 65535, got {register.address}. Give the address of the PDU, from 0: "
            "40001 in a manual is holding_register 0."
        )
    elif register.datatype != "string" and register.end > ADDRESSES:
        yield f"address: {register.datatype} takes {register.width} registers, beyond 65535. Check the address."
    if register.table in BIT_TABLES and register.datatype != "bool":
        yield f"datatype: a {register.table} holds one bit, got {register.datatype}. Use bool, or another table."


def _how(register: Register) -> Iterator[str]:
    """Mistakes in what says how a value is written."""
    yield from _bits(register)
    if not register.is_text:
        if register.length is not None:
            yield f"length: only a string has one, got {register.length} for {register.datatype}. Remove it."
        return
    if register.length is None:
        yield "length: missing. Say how many registers the string takes, two bytes each."
    elif not 1 <= register.length <= ADDRESSES - max(register.address, 0):
        yield f"length: expected 1 or more registers up to address 65535, got {register.length}. Correct it."
    try:
        codecs.lookup(register.encoding)
    except LookupError:
        yield f"encoding: got {register.encoding!r}. Use ascii, latin-1, utf-8 or another that Python knows."


def _bits(register: Register) -> Iterator[str]:
    """Mistakes in ``bit`` and ``bits``."""
    if register.datatype not in BIT_WORDS or register.table in BIT_TABLES:
        for key in ("bit", "bits"):
            if getattr(register, key) is not None:
                yield f"{key}: only a bool, uint16 or uint32 in a register has it. Remove it, or correct the datatype."
    elif register.bit is not None:
        yield from _bit_field(register, register.bit)
    elif register.datatype == "bool":
        yield "bit: missing. Say which bit of the register, 0 = least significant, to 15."
    elif register.bits is not None:
        yield "bits: a bit field needs its lowest bit too. Add bit."


def _bit_field(register: Register, bit: int) -> Iterator[str]:
    """Mistakes in the extent of a bit field."""
    size = 16 * WORDS[register.datatype]
    if not 0 <= bit < size:
        yield f"bit: expected 0 to {size - 1}, got {bit}. Count from the least significant bit."
    elif register.datatype == "bool" and register.bits not in (None, 1):
        yield f"bits: a bool has one, got {register.bits}. Use datatype uint16 for a bit field."
    elif register.bits is not None and not 1 <= register.bits <= size - bit:
        yield f"bits: expected 1 to {size - bit} from bit {bit} on, got {register.bits}. Correct it."


def _means(register: Register) -> Iterator[str]:
    """Mistakes in what says what a value means."""
    if not UCUM.fullmatch(register.unit):
        yield f"unit: expected a UCUM code, got {register.unit!r}. Use such as V, kW.h, Cel, /min, or 1."
    if not abs(register.value_at_zero) < float("inf"):
        yield f"value_at_zero: expected a number, got {register.value_at_zero}. Give the value of a count of 0."
    if register.scale == 0 or not abs(register.scale) < float("inf"):
        yield f"scale: expected a number that is not 0, got {register.scale:g}. Give the value of one count."
    low, high = register.minimum, register.maximum
    if low is not None and high is not None and not low < high:
        yield f"minimum: {low:g} is not below maximum, {high:g}. Give the valid range in {register.unit}."
    if register.is_text and (register.scale != 1 or register.value_at_zero != 0 or (low, high) != (None, None)):
        yield "datatype: a string has no scale, value_at_zero, minimum or maximum. Remove them."
    yield from _no_values(register)


def _no_values(register: Register) -> Iterator[str]:
    """Mistakes in ``no_value``."""
    if register.no_value and register.datatype == "bool":
        yield "no_value: a bool has only two values. Remove it."
        return
    for count in register.no_value:
        if isinstance(count, str) != register.is_text:
            expected = "texts" if register.is_text else "numbers"
            yield f"no_value: expected {expected} for {register.datatype}, got {count!r}. Correct it."
        elif register.datatype in INTEGERS and not isinstance(count, str):
            # Manuals print those of signed integers in hexadecimal, as if they were unsigned.
            least, most = INTEGERS[register.datatype][0], INTEGERS["u" + register.datatype.removeprefix("u")][1]
            if not (count == int(count) if abs(count) < float("inf") else False) or not least <= count <= most:
                yield f"no_value: {count!r} is no count of {register.datatype}. Give it as the manual prints it."
