"""Error of indication between points of calibration, by straight lines."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.certificate import Point
from calibration.checks import finite, non_negative, refuse

Array = NDArray[np.float64]
TWO = 2
THREE = 3


class Piece(NamedTuple):
    """Between two neighbouring points.

    Attributes:
        start: Indication at the lower one.
        width: Distance to the upper one.
        error: Error at the lower one.
        slope: Of the error.
        u: Standard uncertainty at the lower one.
        u_next: And at the upper one.
        bend: Greatest of the error curve's half second derivative nearby.
    """

    start: float
    width: float
    error: float
    slope: float
    u: float
    u_next: float
    bend: float


class Interpolated:
    """Error by straight lines between points.

    With t from 0 to 1 between two neighbours, correlation r of their errors::

        e(x) = (1 - t) * e_0 + t * e_1
        u_cal**2 = ((1 - t) * u_0)**2 + (t * u_1)**2 + 2 * r * (1 - t) * t * u_0 * u_1        u_i = U_i / k_i
        u_int = max|e''| / 2 * (x - x_0) * (x_1 - x) / sqrt(3)

    The last: the remainder of linear interpolation as half-width of a rectangular distribution, e'' estimated by the
    second divided differences around both neighbours. It is zero at the points.

    Args:
        points: Two or more, each at another indication, in any order.
        correlation: Of the errors of two neighbours, -1 to 1.
        bow: Greatest departure of the error from the straight line between two neighbours, 0 or more, in the unit of
            the error, if it is known otherwise (linearity of the specification); None: estimated, from three points.

    Raises:
        ValueError: Fewer than two points, two at one indication, a number outside its range, or two points and no bow.

    Source:
        Lines and their remainder: Abramowitz and Stegun, 25.2.8 and 25.2.9. Lines of corrections: MSL Technical
        Guide 40, version 2. Correlated inputs: JCGM 100:2008, 5.2.2, equation (13); rectangular: 4.3.7.

    >>> curve = Interpolated([Point(0.0, 0.0, 0.2, 2.0), Point(10.0, 9.0, 0.2, 2.0)], bow=0.0)
    >>> curve.at(5.0)[0]
    0.5
    """

    def __init__(self, points: Sequence[Point], *, correlation: float = 1.0, bow: float | None = None) -> None:
        who = "interpolation"
        ordered = sorted(points, key=lambda point: point.indication)
        if len(ordered) < TWO:
            advice = (
                "Calibrate at more, or state over which range its error holds: ErrorPolynomial([error], [[u**2]], ...)."
            )
            raise refuse(who, "points", "two or more", str(len(ordered)), advice)
        for one, other in pairwise(ordered):
            if not one.indication < other.indication:
                advice = "Take their mean, or fit a curve."
                raise refuse(who, "points", "one at each indication", f"two at {one.indication!r}", advice)
        self.correlation = finite(who, "correlation", correlation)
        if not -1 <= self.correlation <= 1:
            raise refuse(who, "correlation", "-1 to 1", correlation, "1 is the safe choice.")
        self.low, self.high = ordered[0].indication, ordered[-1].indication
        self.pieces = tuple(self._pieces(ordered, bow))
        self._knots = [piece.start for piece in self.pieces[1:]]
        self._table: Array = np.array(self.pieces).T.copy()

    @staticmethod
    def _pieces(ordered: Sequence[Point], bow: float | None) -> list[Piece]:
        x = [point.indication for point in ordered]
        e = [point.error for point in ordered]
        widths = [b - a for a, b in pairwise(x)]
        bends = _bends(x, e) if bow is None else [4 * _bow(bow) / width**2 for width in widths]
        return [
            Piece(x[i], width, e[i], (e[i + 1] - e[i]) / width, ordered[i].u, ordered[i + 1].u, bends[i])
            for i, width in enumerate(widths)
        ]

    def at(self, x: float) -> tuple[float, float, float]:
        """Error, its slope and its variance at one indication within the range."""
        start, width, error, slope, u_0, u_1, bend = self.pieces[bisect_right(self._knots, x)]
        past = x - start
        t = past / width
        a, b = (1 - t) * u_0, t * u_1
        missed = bend * past * (width - past)
        return error + slope * past, slope, a * a + b * b + 2 * self.correlation * a * b + missed * missed / 3

    def over(self, x: Array) -> tuple[Array, Array, Array]:
        """Errors, their slopes and variances at indications within the range."""
        start, width, error, slope, u_0, u_1, bend = self._table[:, np.searchsorted(self._knots, x, side="right")]
        past = x - start
        t = past / width
        a, b = (1 - t) * u_0, t * u_1
        missed = bend * past * (width - past)
        return error + slope * past, slope, a * a + b * b + 2 * self.correlation * a * b + missed * missed / 3

    def indications(self, values: Array) -> Array:
        """Indications x at which x - e(x) has these values; nan where none in the range has.

        Raises:
            ValueError: The error grows as fast as the indication: one value belongs to several.
        """
        who = "interpolation"
        for piece in self.pieces:
            if piece.slope >= 1:
                got = f"a slope of {piece.slope:.4g} from {piece.start!r} on"
                advice = "One value belongs to several indications; look at these points."
                raise refuse(who, "error", "a slope below 1", got, advice)
        starts = [piece.start - piece.error for piece in self.pieces]
        last = self.pieces[-1]
        end = last.start + last.width - (last.error + last.slope * last.width)
        index = np.searchsorted(starts[1:], values, side="right")
        start, _, error, slope, *_ = self._table[:, index]
        x = start + (values - (start - error)) / (1 - slope)
        # Rounding may lead past the range by an ulp at an end that belongs to it.
        return np.where((values >= starts[0]) & (values <= end), np.clip(x, self.low, self.high), np.nan)


def _bow(bow: float) -> float:
    return non_negative("interpolation", "bow", bow)


def _bends(x: Sequence[float], e: Sequence[float]) -> list[float]:
    if len(x) < THREE:
        advice = "State bow, the greatest departure from a straight line by the specification; 0.0 where it has none."
        who = "interpolation"
        raise refuse(who, "bow", "a number where two points show no bend", "none", advice)
    slopes = [(e[i + 1] - e[i]) / (x[i + 1] - x[i]) for i in range(len(x) - 1)]
    # Half the second derivative at each inner point: the second divided difference.
    halves = [abs(slopes[i + 1] - slopes[i]) / (x[i + 2] - x[i]) for i in range(len(x) - TWO)]
    around = [math.nan, *halves, math.nan]
    return [max(h for h in pair if not math.isnan(h)) for pair in pairwise(around)]
