"""Error of indication by a fitted polynomial, given as plain numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.checks import covariance_matrix, finite, limits, non_negative, positive, refuse, vector

Array = NDArray[np.float64]
MOST_STEPS = 100
CLOSE = 1e-13


class ErrorPolynomial:
    """Error as a polynomial of the indication, with the covariance of its coefficients.

    With z = (x - center) / scale and g = (1, z, z**2, ...)::

        e(x) = g . c        u_cal**2 = g C g' + u_common**2

    Args:
        coefficients: c, of ascending powers, shape (m,), each in the unit of the error.
        covariance: C, shape (m, m).
        low: Lowest calibrated indication.
        high: Highest calibrated indication.
        center: Where z is 0.
        scale: What z counts in, above 0.
        u_common: Standard uncertainty that all points share and the covariance does not know, for the fit cannot see
            it: that of the reference standard.

    Raises:
        ValueError: Shapes that differ, a covariance that is none, a reversed range, or a number outside its range.

    Source:
        JCGM 100:2008, H.3.2, H.3.5, equation (H.14) and H.3.6.

    >>> curve = ErrorPolynomial([0.1712, -0.00218], [[8.4e-6, -1.8e-6], [-1.8e-6, 4.5e-7]], 21.5, 26.5, center=20)
    >>> round(curve.at(25.0)[0], 4)
    0.1603
    """

    def __init__(
        self,
        coefficients: ArrayLike,
        covariance: ArrayLike,
        low: float,
        high: float,
        *,
        center: float = 0.0,
        scale: float = 1.0,
        u_common: float = 0.0,
    ) -> None:
        who = "error polynomial"
        c = vector(who, "coefficients", coefficients)
        matrix = covariance_matrix(who, "covariance", covariance, c.size)
        self.low, self.high = limits(who, finite(who, "low", low), finite(who, "high", high))
        self.center = finite(who, "center", center)
        self.scale = positive(who, "scale", scale)
        self.u_common = non_negative(who, "u_common", u_common)
        self.coefficients = tuple(float(number) for number in c)
        self._slopes = tuple(i * number / self.scale for i, number in enumerate(self.coefficients))[1:] or (0.0,)
        # A sum of squares of polynomials cannot come out negative, however the coefficients are correlated.
        # As correlations, since coefficients of high powers are smaller by many powers of ten.
        sizes = np.sqrt(np.diagonal(matrix))
        ones = np.where(sizes > 0, sizes, 1.0)
        values, vectors = np.linalg.eigh(matrix / np.outer(ones, ones))
        rows = (np.sqrt(np.maximum(values, 0.0)) * vectors * ones[:, np.newaxis]).T
        self._squares = tuple(tuple(float(number) for number in row) for row in rows)
        # By Python's own floats: they overflow to inf without a warning.
        if not np.isfinite([self.at(self.low), self.at(self.high)]).all():
            advice = "Look at the unit, and give center and scale of the range."
            raise refuse(who, "curve", "finite errors and variances over its range", "others", advice)

    def at(self, x: float) -> tuple[float, float, float]:
        """Error, its slope and its variance at one indication within the range."""
        z = (x - self.center) / self.scale
        variance = self.u_common * self.u_common
        for row in self._squares:
            part = _horner(row, z)
            variance += part * part
        return _horner(self.coefficients, z), _horner(self._slopes, z), variance

    def over(self, x: Array) -> tuple[Array, Array, Array]:
        """Errors, their slopes and variances at indications within the range."""
        z = (x - self.center) / self.scale
        variance = np.full(z.shape, self.u_common**2)
        for row in self._squares:
            variance += _over(row, z) ** 2
        return _over(self.coefficients, z), _over(self._slopes, z), variance

    def indications(self, values: Array) -> Array:
        """Indications x at which x - e(x) has these values; nan where none in the range has.

        Newton's steps, kept within a bracket that each step narrows.

        Raises:
            ValueError: The error somewhere grows as fast as the indication: one value belongs to several.

        >>> ErrorPolynomial([0.5], [[0.04]], 0.0, 10.0).indications(np.array([4.0])).tolist()
        [4.5]
        """
        self._need_rise()
        ends = np.array([self.low, self.high])
        first, last = (float(end) for end in ends - self.over(ends)[0])
        inside = (values >= first) & (values <= last)
        target = np.where(inside, values, first)
        below, above = np.full(target.shape, self.low), np.full(target.shape, self.high)
        x = np.clip(target + self.over(np.clip(target, self.low, self.high))[0], self.low, self.high)
        for _ in range(MOST_STEPS):
            error, slope, _ = self.over(x)
            off = x - error - target
            below, above = np.where(off <= 0, x, below), np.where(off >= 0, x, above)
            step = x - off / (1 - slope)
            near = np.where((step < below) | (step > above), (below + above) / 2, step)
            if np.all(np.abs(near - x) <= CLOSE * np.maximum(np.abs(x), self.scale)):
                break
            x = near
        return np.where(inside, near, np.nan)

    def _need_rise(self) -> None:
        who = "error polynomial"
        falling = np.array((1 - self._slopes[0], *(-slope for slope in self._slopes[1:])))
        turns = self.center + self.scale * np.roots(falling[::-1])
        real = turns[np.abs(turns.imag) <= CLOSE * np.abs(turns)].real
        places = [self.low, self.high, *(float(turn) for turn in real if self.low <= turn <= self.high)]
        for place in sorted(places):
            slope = self.at(place)[1]
            if slope >= 1 - CLOSE:
                got = f"a slope of {slope:.4g} at {place:.6g}"
                advice = "One value belongs to several indications; fit the points with a lower degree."
                raise refuse(who, "error", "a slope below 1", got, advice)


def _horner(coefficients: tuple[float, ...], z: float) -> float:
    total = 0.0
    for coefficient in reversed(coefficients):
        total = total * z + coefficient
    return total


def _over(coefficients: tuple[float, ...], z: Array) -> Array:
    total = np.zeros_like(z)
    for coefficient in reversed(coefficients):
        total = total * z + coefficient
    return total
