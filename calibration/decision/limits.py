"""Between which values a quantity may lie."""

from __future__ import annotations

import math

from calibration.checks import finite, limits, positive, refuse
from calibration.records import record


@record
class Limits:
    """Tolerance limits, or acceptance limits: both belong to the interval.

    Attributes:
        lower: Lower limit, in the quantity's unit; None where there is none.
        upper: Upper limit; None where there is none.

    Raises:
        ValueError: There is neither, one is not finite, or the lower is not below the upper.

    Source:
        JCGM 106:2012, 3.3.4 and 3.3.5 (tolerance), 3.3.8 (acceptance).

    >>> Limits(9.9, 10.1).width
    0.1999999999999993
    """

    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        who, advice = "Limits", "Give None for a limit that does not exist."
        if self.lower is None and self.upper is None:
            raise refuse(who, "lower and upper", "at least one limit", "none", "Take them from the specification.")
        for name, limit in (("lower", self.lower), ("upper", self.upper)):
            if limit is not None:
                finite(who, name, limit, advice)
        if self.lower is not None and self.upper is not None:
            limits(who, self.lower, self.upper)

    @classmethod
    def of_mpe(cls, mpe: float, about: float = 0.0) -> Limits:
        """Limits at ``about`` -+ ``mpe``.

        Args:
            mpe: Maximum permissible error, above 0, in the quantity's unit.
            about: Nominal value; 0 when measurement errors are judged.

        Raises:
            ValueError: ``mpe`` is not finite and above 0, or ``about`` is not finite.

        Source:
            VIM 4.26.

        >>> Limits.of_mpe(0.5, about=20)
        Limits(lower=19.5, upper=20.5)
        """
        positive("Limits", "mpe", mpe, "Take it from the specification, without a sign.")
        finite("Limits", "about", about, "Give the nominal value.")
        return cls(about - mpe, about + mpe)

    @property
    def width(self) -> float:
        """Upper minus lower limit; ``inf`` with one limit only."""
        if self.lower is None or self.upper is None:
            return math.inf
        return self.upper - self.lower

    def contains(self, value: float) -> bool:
        """Whether the value is within the limits or on one.

        Raises:
            ValueError: It is not finite.

        >>> Limits(9.9, 10.1).contains(10.1)
        True
        """
        number = finite("limits", "value", value)
        return (self.lower is None or number >= self.lower) and (self.upper is None or number <= self.upper)

    def guarded(self, w: float) -> Limits:
        """Limits moved inwards by a guard band ``w`` (outwards when it is negative).

        Raises:
            ValueError: ``w`` is not finite, or nothing is left between the limits.

        Source:
            JCGM 106:2012, 8.3.2, equation (11): w = |T - A|.

        >>> Limits(9.5, 10.5).guarded(0.25)
        Limits(lower=9.75, upper=10.25)
        """
        who = "Limits"
        finite(who, "guard band", w, "Give its length in the quantity's unit.")
        if 2 * w >= self.width:
            expected = f"less than half of {self.width:g}, the distance between the limits"
            advice = "Nothing could be accepted: lower the uncertainty or agree on another rule."
            raise refuse(who, "guard band", expected, f"{w:g}", advice)
        return Limits(
            None if self.lower is None else self.lower + w,
            None if self.upper is None else self.upper - w,
        )
