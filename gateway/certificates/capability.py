"""What a laboratory's scope says of a result: whether it lies within, whether accredited, and how small U may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from calibration.uncertainty import parse_model
from calibration.units import METRIC
from gateway.certificates.content import Line, Table

_OF_CMC = 2.0
"""Coverage factor of a CMC, about 95 % (ILAC-P14:09/2020, 5.2)."""
_DECIMAL = {"G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12}
"""Prefix -> power of ten."""
_AS_CONVERTED = 1e-9
"""Of the larger end of a range: what a conversion in double precision may lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLine:
    """A line of the scope.

    Attributes:
        kind: ``calibration``, ``verification``, ``test``.
        quantity: In words.
        procedure: Ids and documents, as they are written there; empty: whichever.
        low: Of the range, in ``unit``; None: open.
        high: Of the range, in ``unit``; None: open.
        unit: UCUM code of range and CMC.
        cmc: Formula of the measured value ``x`` in ``unit``; empty: none is stated.
        accredited: Whether it is accredited.
        since: First day; empty: always.
        until: Last day; empty: until further notice.
    """

    kind: str
    quantity: str = ""
    procedure: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    cmc: str = ""
    accredited: bool = False
    since: str = ""
    until: str = ""

    def holds(self, kind: str, procedure: str, method: str, day: str) -> bool:
        """Whether it is in force on a day, for this kind of work by this procedure or document."""
        named = {part.strip() for part in self.procedure.replace(";", ",").split(",") if part.strip()}
        is_for = not named or bool(named & {procedure, method})
        return self.kind == kind and is_for and self.since <= day and (not self.until or day <= self.until)

    def reaches(self, unit: str, value: float) -> bool:
        """Whether a value lies in its range; ``unit``: of the value, with whichever prefix."""
        ratio = conversion(unit, self.unit)
        if ratio is None:
            return False
        slack = _AS_CONVERTED * max(abs(self.low or 0.0), abs(self.high or 0.0))
        low = self.low is None or self.low - slack <= ratio * value
        return low and (self.high is None or ratio * value <= self.high + slack)

    def capability(self, value: float, *, relative: bool, unit: str = "") -> float | None:
        """CMC as U at a value, in the value's unit, or as a share of the value in per cent; None: none is stated.

        Args:
            value: That was measured.
            relative: Whether it is wanted as a share.
            unit: Of the value; empty: as the line's.

        Raises:
            ValueError: The formula cannot be read, or has no value of 0 or more there.
        """
        if not self.cmc:
            return None
        ratio = conversion(unit or self.unit, self.unit) or 1.0
        found = float(parse_model(self.cmc, ("x",))(x=ratio * value).real) / ratio
        if found < 0 or (relative and value == 0):
            msg = (
                f"scope {self.quantity!r}: expected a CMC of 0 or more at {value:g}, got {found:g}. "
                "Correct its formula."
            )
            raise ValueError(msg)
        return 100 * found / abs(value) if relative else found


def within_scope(tables: Iterable[Table], scope: Sequence[ScopeLine]) -> tuple[Table, ...]:
    """The tables, with U raised to the CMC where it was below, and lines of the accredited scope marked.

    Of several lines of the scope that reach a result the accredited ones count before the others, and then the one
    with the smallest CMC: that is the best that was shown there.

    Args:
        tables: As computed; single figures without U stay as they are.
        scope: Those in force for this work, see ``ScopeLine.holds``.

    Raises:
        ValueError: A formula of the scope cannot be read.

    Source:
        ILAC-P14:09/2020, 5.4.
    """
    return tuple(_table(one, scope) for one in tables)


def _table(table: Table, scope: Sequence[ScopeLine]) -> Table:
    lines = []
    for line in table.lines:
        unit = table.measured_unit if table.is_relative else table.unit
        # A scope names nominal values: the weight of 200 g that ends it has 200.00005 g by its certificate.
        reaching = [one for one in scope if one.reaches(unit, line.nominal) or one.reaches(unit, line.reference)]
        accredited = [one for one in reaching if one.accredited]
        ours = not table.provider
        floor = _smallest(accredited or reaching, line.reference, unit, table.is_relative) if ours else None
        said = replace(line, accredited=ours and bool(accredited))
        lines.append(_raised(said, floor))
    return replace(table, lines=tuple(lines))


def conversion(unit: str, to: str) -> float | None:
    """By what a value is multiplied that goes from one unit to another of another prefix; None: they differ otherwise.

    A scope in kg holds for results in g: else its CMC would be passed over without a word.

    >>> conversion("g", "kg"), conversion("kW.h", "W.h"), conversion("Cel", "K")
    (0.001, 1000.0, None)
    """
    (one, power), (other, its) = _parted(unit), _parted(to)
    if one != other:
        return None
    return 10.0 ** (power - its) if power >= its else 1 / 10.0 ** (its - power)


def _parted(unit: str) -> tuple[str, int]:
    """The unit without the prefix of its first part, and the power of ten that it stands for."""
    match = re.match(r"[A-Za-z]+(?![0-9])", unit)
    atom = match[0] if match else ""
    rest = unit[len(atom) :]
    if atom not in METRIC:
        for length in (2, 1):
            if atom[:length] in _DECIMAL and atom[length:] in METRIC:
                return atom[length:] + rest, _DECIMAL[atom[:length]]
    return unit, 0


def _smallest(reaching: Sequence[ScopeLine], value: float, unit: str, relative: bool) -> float | None:  # noqa: FBT001
    found = [one.capability(value, relative=relative, unit=unit) for one in reaching]
    return min((cmc for cmc in found if cmc is not None), default=None)


def _raised(line: Line, floor: float | None) -> Line:
    if floor is None or not 0 < line.expanded < floor:
        return line
    return replace(line, expanded=floor, k=_OF_CMC, dof=None, probability=0.95, computed=line.expanded)
