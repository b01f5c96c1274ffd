"""One quantity of a line of text: what a model file says of it, and how its text becomes a value."""

import re
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite

import msgspec

from drivers.instrument import Meaning, Value
from drivers.naming import Title, is_channel

# Balances put blanks between a sign and its digits.
NUMBER = re.compile(r"([+-]?) *([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


class TextChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One quantity of a line.

    Attributes:
        name: Of the channel, and of the group of the pattern that holds it.
        unit: UCUM code of the value after scaling.
        scale: What a shown number is multiplied by.
        minimum: Least valid value, in ``unit``; below it a value is given as uncertain.
        maximum: Greatest valid value, in ``unit``.
        decimal_comma: True when the instrument writes ``12,5`` for 12.5.
        text: True when the channel is a text, not a number.
        no_value: Texts that stand in place of a value, such as ``-----`` or ``OL``.
        title: What the channel is called, in both languages.
    """

    name: str
    unit: str = "1"
    scale: float = 1.0
    minimum: float | None = None
    maximum: float | None = None
    decimal_comma: bool = False
    text: bool = False
    no_value: tuple[str, ...] = ()
    title: Title | None = None

    @property
    def meaning(self) -> Meaning:
        """What the channel means."""
        title = self.title.words() if self.title else {}
        return Meaning(self.unit, self.minimum, self.maximum, text=self.text, title=title)

    def value(self, shown: str) -> Value | None:
        """What a shown text is worth, in ``unit``; None when it is no number.

        >>> TextChannel(name="mass", unit="g", scale=0.1, decimal_comma=True).value("-  12,5")
        -1.25
        """
        if self.text:
            return shown
        match = NUMBER.fullmatch(shown.replace(",", ".") if self.decimal_comma else shown)
        if match is None:
            return None
        value = float(Decimal("".join(part or "" for part in match.groups())) * self._exact_scale())
        return value if isfinite(value) else None

    def doubt(self, value: Value) -> str:
        """``out_of_range`` for a number outside the valid range."""
        if isinstance(value, str):
            return ""
        low = self.minimum is not None and value < self.minimum
        high = self.maximum is not None and value > self.maximum
        return "out_of_range" if low or high else ""

    def _exact_scale(self) -> Decimal:
        """``scale`` as it was written: 0.1 is a tenth."""
        return Decimal(repr(self.scale))

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong with this channel by itself: key, what, what to do."""
        if not is_channel(self.name):
            yield "name", f"{self.name!r} is not a channel's name. Use small letters, digits and _, a letter first."
        if self.scale == 0 or not self._exact_scale().is_finite():
            yield "scale", f"expected a number that is not zero, got {self.scale:g}. Give the factor to {self.unit}."
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            got = f"{self.minimum:g} is not below maximum, {self.maximum:g}"
            yield "minimum", f"{got}. Give the valid range in {self.unit}."
        if self.text and (self.scale != 1 or self.minimum is not None or self.maximum is not None):
            yield "text", "a text has no scale, minimum or maximum. Remove them, or text."
