"""A straight line through a few points, in whole numbers: every figure is the exact one, rounded once.

Decision: floats are whole numbers over a power of two; sums of their products are kept as whole numbers of any length.
Because: nothing cancels there, however far from zero the points lie, and for a few points Python's whole numbers take
a fifth of the time of arrays in numbers of 32 digits.
Instead of: those for all (``solving``), which many points, weights, covariances and higher degrees still need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from calibration.records import record
from calibration.regression.solving import ROUNDING, Solution
from calibration.regression.wide import Array, Wide

BITS = 112
"""Of a square root: what two floats hold, and some."""

Ratio = tuple[int, int]


@record(eq=False)
class ExactLine(Solution):
    """The solution for columns 1 and x, all points alike, and what it says of its own points.

    Attributes:
        of_coefficients: Their covariance matrix for unit weights, shape (2, 2).
        own_errors: Standard uncertainties of the fitted values for unit weights, shape (n,).
        about_mean: Sum of squares of y about its mean, in units of u squared.
        about_zero: The same about zero.
    """

    of_coefficients: Array
    own_errors: Array
    about_mean: float
    about_zero: float

    def explained(self, squares: float) -> float | None:
        """R squared for that many squares of residuals; None where y is all alike but for its rounding."""
        return 1 - squares / self.about_mean if self.about_mean > ROUNDING * self.about_zero else None

    def covariance(self, columns: Wide | None = None) -> Array:
        """As of any solution; that of the coefficients is known."""
        return self.of_coefficients if columns is None else Solution.covariance(self, columns)


def solve_line(x: Array, y: Array, u: float = 1.0) -> ExactLine:
    """Least squares of ``y = a + b x``, with x not all alike.

    Args:
        x: Shape (n,), finite.
        y: Shape (n,), finite.
        u: Standard uncertainty of each y.

    Source:
        Draper and Smith, Applied Regression Analysis, 1.2 and 1.4.
    """
    u_top, u_under = u.as_integer_ratio()
    at, unit_x = _whole(x.tolist())
    to, unit_y = _whole(y.tolist())
    n, sum_x, sum_y = len(at), sum(at), sum(to)
    xx, xy, yy = (sum(map(int.__mul__, one, other)) for one, other in ((at, at), (at, to), (to, to)))
    spread, together = n * xx - sum_x * sum_x, n * xy - sum_x * sum_y
    start = sum_y * xx - sum_x * xy
    under = spread * unit_y
    coefficients = [(start, under), (together * unit_x, under)]
    squares = [(1, n), (sum_x * sum_x, n * spread), (n * unit_x * unit_x, spread)]
    root = [_root(top * u_top * u_top, bottom * u_under * u_under) for top, bottom in squares]
    (a, b, c), (a_lo, b_lo, c_lo) = _halves(root)
    sign = -1.0 if sum_x > 0 else 1.0
    own, apart = u_top * u_top, spread * u_under * u_under
    cross = -sum_x * unit_x * own / apart
    residuals = [spread * q - start - together * p for p, q in zip(at, to, strict=True)]
    return ExactLine(
        coefficients=Wide(*map(np.array, _halves(coefficients))),
        root=Wide(np.array([[a, sign * b], [0.0, c]]), np.array([[a_lo, sign * b_lo], [0.0, c_lo]])),
        weighted=np.array([each * u_under / (under * u_top) for each in residuals]),
        of_coefficients=np.array([[xx * own / apart, cross], [cross, n * unit_x * unit_x * own / apart]]),
        own_errors=np.sqrt([(spread + (n * p - sum_x) ** 2) * own / (n * apart) for p in at]),
        about_mean=(n * yy - sum_y * sum_y) * u_under * u_under / (n * unit_y * unit_y * own),
        about_zero=yy * u_under * u_under / (unit_y * unit_y * own),
    )


def _whole(values: Sequence[float]) -> tuple[list[int], int]:
    """Whole numbers, and the power of two that they are parts of."""
    ratios = [value.as_integer_ratio() for value in values]
    unit = max([under for _, under in ratios])
    return [over * (unit // under) for over, under in ratios], unit


def _root(over: int, under: int) -> Ratio:
    """Square root of a ratio, as one of many digits."""
    half = max(BITS - (over.bit_length() - under.bit_length()) // 2, 0)
    return math.isqrt((over << (2 * half)) // under), 1 << half


def _halves(ratios: Sequence[Ratio]) -> tuple[list[float], list[float]]:
    """Each ratio as the nearest float, and what that leaves."""
    near = [over / under for over, under in ratios]
    left = []
    for (over, under), value in zip(ratios, near, strict=True):
        top, bottom = value.as_integer_ratio()
        left.append((over * bottom - top * under) / (under * bottom))
    return near, left
