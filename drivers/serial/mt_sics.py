"""Balances that speak MT-SICS.

Source: METTLER TOLEDO, Standard Interface Command Set MT-SICS, reference manual 11780711, level 0: commands
S (send stable weight value) and SI (send weight value immediately), format of responses with weight value,
general error messages.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from drivers.errors import BadReplyError, BusyError, InstrumentError, RefusedError
from drivers.instrument import Indication, Instrument, Meaning, Missing, Poll, Reply, Request, Shown, ends_with
from drivers.naming import Title

CHANNEL = "mass"
UNSETTLED = "unsettled"
"""Doubt of a weight that was still moving: the D of ``S D``."""

# One blank, then the value right-aligned in ten characters, one blank, the unit as the balance names it.
WEIGHT = re.compile(r"S ([SD]) +(-?[0-9]{1,12}(?:\.[0-9]{0,12})?|-?\.[0-9]{1,12}) ([A-Za-z%]+)")
FAULT = re.compile(r"S S Error ([0-9]+[a-z]?)")
CHECK_LINE = "Check baud rate, parity and cable."
CHECK_MODEL = "Check that the balance speaks MT-SICS and knows the model file's command."
NOT_WEIGHTS: Mapping[str, tuple[type[InstrumentError], str, str]] = {
    "S I": (BusyError, "", "expected a weight, got busy (S I). The next poll will tell."),
    "S +": (RefusedError, "out_of_range", "expected a weight, got overload (S +). Take the load off."),
    "S -": (RefusedError, "out_of_range", "expected a weight, got underload (S -). Put the pan back, or set zero."),
    "S L": (RefusedError, "refused", f"expected a weight, got wrong parameter (S L). {CHECK_MODEL}"),
    "ES": (RefusedError, "refused", f"expected a weight, got syntax error (ES). {CHECK_MODEL}"),
    "EL": (RefusedError, "refused", f"expected a weight, got logical error (EL). {CHECK_MODEL}"),
    "ET": (BadReplyError, "", f"expected a weight, got transmission error (ET). {CHECK_LINE}"),
}
"""What stands in place of a weight -> kind of error, its code, its text."""

POWER_OF_GRAM = {"kg": 3, "g": 0, "mg": -3, "ug": -6}
"""Units that differ by a power of ten, hence exactly; UCUM writes them as MT-SICS does."""


class MtSicsFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a model file says of a balance.

    Attributes:
        unit: Unit of the channel ``mass``, UCUM: ``kg``, ``g``, ``mg`` or ``ug``. What the balance sends in
            another of them is converted, in any other unit refused.
        command: ``SI`` sends the weight at once, settled or not; ``S`` waits until it has settled, or answers
            busy after the balance's own time-out, so the bus's time-out must be longer than that.
        settled_only: Give no weight while it moves; otherwise such a weight is given as uncertain.
        minimum: Least valid mass, in ``unit``.
        maximum: Greatest valid mass, in ``unit``; a balance's capacity.
        title: What the channel is called, in both languages.
    """

    unit: Literal["kg", "g", "mg", "ug"] = "g"
    command: Literal["SI", "S"] = "SI"
    settled_only: bool = False
    minimum: float | None = None
    maximum: float | None = None
    title: Title = Title(vi="Khối lượng", en="Mass")

    def __post_init__(self) -> None:
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            got = f"{self.minimum:g} is not below maximum, {self.maximum:g}"
            msg = f"minimum: {got}. Give the range of the balance in {self.unit}."
            raise ValueError(msg)

    def meanings(self) -> dict[str, Meaning]:
        """Channel -> what it means."""
        return {CHANNEL: Meaning(self.unit, self.minimum, self.maximum, title=self.title.words())}

    def instrument(self, name: str, device_id: int = 0) -> Instrument:  # noqa: ARG002  a serial line has one balance
        """A balance of this kind; a serial line has one, so it needs no ``device_id``."""
        return Balance(name, self)


class Balance:
    """One balance. Does no I/O: a bus carries what :meth:`poll` yields.

    Args:
        name: Unique on its edge.
        form: What its model file says.
    """

    def __init__(self, name: str, form: MtSicsFormat | None = None) -> None:
        self.name = name
        self._form = form or MtSicsFormat()
        self.channels: Mapping[str, str] = {CHANNEL: self._form.unit}
        self._weigh = Request(
            self._form.command.encode() + b"\r\n",
            ends_with(b"\r\n"),
            what=f"weight ({self._form.command})",
        )

    def poll(self) -> Poll:
        """Present mass, settled or not."""
        (reply,) = yield (self._weigh,)
        return (self._mass(reply),)

    def _mass(self, reply: Reply) -> Shown:
        if reply.error:
            return Missing(CHANNEL, reply.error, reply.at)
        line = reply.body.decode("latin-1").removesuffix("\r\n").rstrip(" ")
        match = WEIGHT.fullmatch(line)
        if match is None:
            return Missing(CHANNEL, self._no_weight(line), reply.at)
        state, digits, unit = match.groups()
        if unit not in POWER_OF_GRAM:
            why = self._says(f"expected a weight in {self._form.unit}, got one in {unit}. Set the unit of the balance.")
            return Missing(CHANNEL, BadReplyError(why), reply.at)
        if state == "D" and self._form.settled_only:
            why = self._says("expected a settled weight, got one that still moves. Wait, or shield the pan.")
            return Missing(CHANNEL, BusyError(why), reply.at)
        mass = float(Decimal(digits).scaleb(POWER_OF_GRAM[unit] - POWER_OF_GRAM[self._form.unit]))
        return Indication(CHANNEL, mass, self._form.unit, reply.at, self._doubt(state, mass))

    def _doubt(self, state: str, mass: float) -> str:
        low, high = self._form.minimum, self._form.maximum
        if (low is not None and mass < low) or (high is not None and mass > high):
            return "out_of_range"
        return UNSETTLED if state == "D" else ""

    def _no_weight(self, line: str) -> InstrumentError:
        """Why a line that holds no weight was sent."""
        fault = FAULT.fullmatch(line)
        if fault is not None:
            return RefusedError(
                self._says(f"expected a weight, got its own error {fault[1]}. Look it up in its manual.")
            )
        kind, code, what = NOT_WEIGHTS.get(
            line, (BadReplyError, "", f"expected a weight, got {line[:60]!r}. {CHECK_LINE}")
        )
        return RefusedError(self._says(what), code) if kind is RefusedError else kind(self._says(what))

    def _says(self, what: str) -> str:
        return f"{self.name}: {CHANNEL} ({self._form.command}): {what}"
