"""Rounding of results: the uncertainty to two digits, the value to the same decimal place."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Literal

from calibration.checks import finite, non_negative, one_of, refuse, whole
from calibration.records import record

Rounding = Literal["half_even", "half_up", "up", "up_over_5_percent"]
"""How an uncertainty is rounded: to the nearest, halves to the even digit or away from zero; always up; or to the
nearest unless that takes off more than 5 % of it."""

RULES: tuple[Rounding, ...] = ("half_even", "half_up", "up", "up_over_5_percent")
# What a float's last bits add is not to round anything up: 3 * 0.1 is 0.3.
FIGURES_OF_U = 13
FIGURES_OF_VALUE = 15
MOST_LOST = Decimal("0.95")
NEAREST = {"half_up": decimal.ROUND_HALF_UP, "up": decimal.ROUND_UP}
# Wide enough for any float to any place.
EXACT = decimal.Context(prec=700)


@record
class Rounded:
    """A value and its uncertainty with the digits that are to be printed.

    Attributes:
        value: To the decimal place of ``uncertainty``.
        uncertainty: With as many significant digits as were asked for.
    """

    value: Decimal
    uncertainty: Decimal

    @property
    def places(self) -> int:
        """Digits after the decimal sign; negative where the last one stands for tens, hundreds ..."""
        return -exponent_of(self.uncertainty)


def exponent_of(number: Decimal) -> int:
    """Exponent of the last digit of a finite number."""
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def significant_digits(who: str, digits: int) -> int:
    """How many digits of an uncertainty mean something; more than a float has never do.

    Raises:
        ValueError: They are not a whole number from 1 to 15.
    """
    count = whole(who, "digits", digits, 1)
    if count > FIGURES_OF_VALUE:
        raise refuse(who, "digits", f"{FIGURES_OF_VALUE} at most", count, "Two are usual, one is enough for some.")
    return count


def round_result(value: float, uncertainty: float, *, digits: int = 2, rule: Rounding = "half_even") -> Rounded:
    """Round an uncertainty to ``digits`` significant digits, and the value to the same place.

    Args:
        value: Estimate.
        uncertainty: Its standard or expanded uncertainty, in the same unit, above 0.
        digits: Significant digits of the uncertainty: 2, or 1.
        rule: For the uncertainty; the value is always rounded to the nearest, halves by ``half_up`` if that is
            the rule and to even otherwise.

    Raises:
        ValueError: A number is not finite, the uncertainty is not above 0, or there is no such rule.

    Source:
        JCGM 100:2008, 7.2.6; ISO 80000-1:2009, annex B (rules A and B are half_even and half_up); EA-4/02 M:2022, 6.3
        (up where the nearest takes off more than 5 %).

    >>> round_result(100.021474, 0.000785)
    Rounded(value=Decimal('100.02147'), uncertainty=Decimal('0.00078'))
    >>> round_result(100.021474, 0.000785, rule="up").uncertainty
    Decimal('0.00079')
    """
    who = "round_result"
    estimate, spread = finite(who, "value", value), non_negative(who, "uncertainty", uncertainty)
    if spread == 0:
        raise refuse(who, "uncertainty", "a finite number above 0", uncertainty, "A constant is printed as it is.")
    count = significant_digits(who, digits)
    one_of(who, "rule", rule, RULES)
    short = _significant(Decimal(f"{spread:.{FIGURES_OF_U}g}"), count, rule)
    nearest = NEAREST["half_up"] if rule == "half_up" else decimal.ROUND_HALF_EVEN
    step = Decimal((0, (1,), exponent_of(short)))
    exact = Decimal(f"{estimate:.{FIGURES_OF_VALUE}g}")
    rounded = exact.quantize(step, nearest, EXACT)
    return Rounded(rounded or rounded.copy_abs(), short)  # 0 has no sign


def _significant(number: Decimal, digits: int, rule: Rounding) -> Decimal:
    nearest = NEAREST.get(rule, decimal.ROUND_HALF_EVEN)
    short = _to_place(number, number.adjusted() - digits + 1, nearest)
    if rule == "up_over_5_percent" and short < number * MOST_LOST:
        short = _to_place(number, number.adjusted() - digits + 1, decimal.ROUND_UP)
    # 0.0996 to two digits is 0.10 and not 0.100.
    if short.adjusted() > number.adjusted():
        short = _to_place(short, short.adjusted() - digits + 1, nearest)
    return short


def _to_place(number: Decimal, exponent: int, rounding: str) -> Decimal:
    return number.quantize(Decimal((0, (1,), exponent)), rounding, EXACT)
