"""Does the law of propagation hold for this model? Held against a Monte Carlo calculation."""

from __future__ import annotations

import math
from decimal import Decimal

from calibration.checks import limits, positive, refuse
from calibration.checks.numbers import LOOK
from calibration.records import record
from calibration.uncertainty.rounding import significant_digits

PAIR = 2


@record
class Validation:
    """Comparison of two coverage intervals for one coverage probability.

    Attributes:
        tolerance: Numerical tolerance delta of the standard uncertainty, in the output's unit.
        d_low: How far apart the lower ends are, in the output's unit.
        d_high: How far apart the upper ends are.
    """

    tolerance: float
    d_low: float
    d_high: float

    @property
    def valid(self) -> bool:
        """True where both ends agree within the tolerance: the law may be used for this and like measurements."""
        return self.d_low <= self.tolerance and self.d_high <= self.tolerance


def numerical_tolerance(u: float, digits: int = 2) -> float:
    """Half a step of the last digit of u that means something.

    ::

        u = c * 10**l, c whole with ``digits`` digits      delta = 10**l / 2

    Args:
        u: Standard uncertainty, above 0.
        digits: Significant digits, 1 or 2.

    Raises:
        ValueError: u is not above 0, or there is no digit.

    Source:
        JCGM 101:2008, 7.9.2.

    >>> numerical_tolerance(0.35e-5)
    5e-08
    """
    number = positive("numerical_tolerance", "u", u)
    count = significant_digits("numerical_tolerance", digits)
    # Formatting rounds c, also over a power of ten: 9.96 becomes 1.0e+01.
    exponent = int(f"{number:.{count - 1}e}".partition("e")[2]) - count + 1
    return float(Decimal(5).scaleb(exponent - 1))


def validate_law(
    law: tuple[float, float], monte_carlo: tuple[float, float], u: float, *, digits: int = 1
) -> Validation:
    """Hold the law's coverage interval against that of a Monte Carlo calculation.

    ::

        d_low = |y - U - y_low|      d_high = |y + U - y_high|

    Args:
        law: Ends of the law's interval, ``y - U`` and ``y + U``, in the output's unit.
        monte_carlo: Ends of the other, for the same probability: the symmetric one, or the shortest. Its numerical
            tolerance must be well below (a fifth of) the one that is asked for here.
        u: Standard uncertainty that the tolerance is of.
        digits: Significant digits of u that matter, 1 or 2.

    Raises:
        ValueError: Ends are not finite or not in order, or u is not above 0.

    Source:
        JCGM 101:2008, 8.1 and 8.2.

    >>> validate_law((-3.92, 3.92), (-3.94, 3.92), 2.0, digits=2).valid
    True
    """
    who = "validate_law"
    low, high = _ends(who, law)
    mc_low, mc_high = _ends(who, monte_carlo)
    return Validation(numerical_tolerance(u, digits), abs(low - mc_low), abs(high - mc_high))


def _ends(who: str, interval: tuple[float, float]) -> tuple[float, float]:
    if len(interval) != PAIR:
        raise refuse(who, "limits", "a lower and an upper end", interval, LOOK)
    low, high = limits(who, *interval)
    for end in (low, high):
        if math.isinf(end):
            raise refuse(who, "limits", "finite ends", end, LOOK)
    return low, high
