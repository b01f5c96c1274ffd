"""Sums that lose no digits: the mean and the standard deviation of a series."""

from __future__ import annotations

import math
from collections.abc import Iterable

from numpy.typing import ArrayLike

from calibration.checks import Array, refuse, vector

SPREAD = 2


def mean_and_sd(values: ArrayLike) -> tuple[float, float]:
    """Arithmetic mean and experimental standard deviation of a series.

    ::

        mean = sum(x_i) / n          s**2 = sum((x_i - mean)**2) / (n - 1)

    Sums are exact and rounded once. What the mean's own rounding left over is taken off the sum of squares, so that a
    small spread far from zero keeps all the digits that the values have.

    Args:
        values: Shape (n,), n >= 2, finite, in any unit.

    Returns:
        Mean and standard deviation, in that unit; the standard deviation of one value, not of the mean.

    Raises:
        ValueError: The values are not one row, are fewer than two, are not finite, or their squares go beyond 1e308.

    Source:
        JCGM 100:2008, 4.2.1, equation (3), and 4.2.2, equation (4); exact summation: Shewchuk, Discrete and
        Computational Geometry 18 (1997) 305.

    >>> mean_and_sd([10000001.0, 10000003.0, 10000002.0])
    (10000002.0, 1.0)
    """
    row = vector("mean_and_sd", "values", values, least=SPREAD)
    mean = average(row)
    return mean, math.sqrt(squares_about(row, mean) / (row.size - 1))


def average(values: Array) -> float:
    """Arithmetic mean by exact sums: the nearest float, but for one step.

    The mean of the residuals is added, as the division by n has an error of its own.

    >>> import numpy as np
    >>> average(np.array([0.1] * 3))
    0.1
    """
    listed = values.tolist()
    first = _sum(listed) / len(listed)
    return first + _sum(x - first for x in listed) / len(listed)


def squares_about(values: Array, middle: float) -> float:
    """Sum of squares about the mean, less what the mean's own rounding adds (corrected two-pass).

    >>> import numpy as np
    >>> squares_about(np.array([1.0, 2.0, 3.0]), 2.0)
    2.0
    """
    residuals = [x - middle for x in values.tolist()]
    return max(_sum(r * r for r in residuals) - _sum(residuals) ** 2 / len(residuals), 0.0)


def _sum(terms: Iterable[float]) -> float:
    try:
        total = math.fsum(terms)
    except OverflowError:
        total = math.inf
    if not math.isfinite(total):  # The terms were; their sum or their squares are not.
        who, advice = "sum", "Give them in a larger unit."
        raise refuse(who, "values", "a result below 1e308", "a larger one", advice)
    return total
