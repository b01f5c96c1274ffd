"""Sums that lose no digits: the mean and the standard deviation of a series."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from calibration.checks import vector

SPREAD = 2


def mean_and_sd(values: ArrayLike) -> tuple[float, float]:
    """Arithmetic mean and experimental standard deviation of a series.

    ::

        mean = sum(x_i) / n          s**2 = sum((x_i - mean)**2) / (n - 1)

    The sum is exact and rounded once. The deviations are taken from the mean together with what its own rounding
    left over, so that a small spread far from zero keeps all the digits that the values have.

    Args:
        values: Shape (n,), n >= 2, finite, in any unit.

    Returns:
        Mean and standard deviation, in that unit; the standard deviation of one value, not of the mean.

    Raises:
        ValueError: The values are not one row, are fewer than two, or are not finite.

    Source:
        JCGM 100:2008, 4.2.1, equation (3), and 4.2.2, equation (4); exact summation: Shewchuk, Discrete and
        Computational Geometry 18 (1997) 305.

    >>> mean_and_sd([10000001.0, 10000003.0, 10000002.0])
    (10000002.0, 1.0)
    """
    row = vector("mean_and_sd", "values", values, least=SPREAD)
    listed = row.tolist()
    near = math.fsum(listed) / row.size
    off = math.fsum([*listed, *([-near] * row.size)]) / row.size
    mean = near + off
    left_over = (near - mean) + off
    squares = ((row - mean) - left_over) ** 2
    return mean, math.sqrt(math.fsum(squares.tolist()) / (row.size - 1))
