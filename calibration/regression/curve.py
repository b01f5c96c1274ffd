"""A fitted curve: its value, its slope, and the way back from y to x."""

from __future__ import annotations

import math
from dataclasses import field
from typing import NamedTuple

import numpy as np

from calibration.checks import finite, refuse
from calibration.records import record
from calibration.regression.fit import Fit
from calibration.regression.given import single, spread
from calibration.regression.solving import WHO
from calibration.regression.verdicts import Estimate
from calibration.regression.wide import Array, Wide

POLISH = 4
EDGE = 1e-9


class Centred(NamedTuple):
    """A curve in ``z = (x - center) / scale``, which is -1 to 1 over the range of its points.

    Attributes:
        coefficients: Of ``1, z, z**2, ...``, shape (d + 1,), in the unit of y.
        covariance: Theirs, shape (d + 1, d + 1), in that unit squared.
        center: Middle of the range, in the unit of x.
        scale: Half of its width, in the unit of x.
    """

    coefficients: Array
    covariance: Array
    center: float
    scale: float


@record(eq=False)
class Curve(Fit):
    """A fitted polynomial ``b_0 + b_1 x + ... + b_d x**d``: a straight line when d is 1.

    ``coefficients`` begin with the intercept. One that was fixed has no uncertainty and no covariance with others.

    Attributes:
        degree: d.
        intercept: The fixed intercept, in the unit of y; None when it was fitted.
        x_range: Smallest and largest x of the points, in the unit of x. The curve says nothing of itself beyond.
        places: x adjusted to the curve, shape (n,), in the unit of x: x itself where it is exact.
        unit_sd: What one further y of weight 1 scatters about the curve, in the unit of y; None where uncertainties
            were stated.
    """

    degree: int
    intercept: float | None
    x_range: tuple[float, float]
    places: Array
    unit_sd: float | None = field(repr=False)

    def covers(self, x: float) -> bool:
        """Whether ``x`` lies within the range of the points.

        Raises:
            ValueError: It is not finite.
        """
        return self.x_range[0] <= finite(WHO, "x", x) <= self.x_range[1]

    def mean_response(self, x: float, u_x: float = 0.0) -> Estimate:
        """Value of the curve at ``x``.

        ::

            u**2 = u(f(x))**2 + (f'(x) * u_x)**2

        Args:
            x: In its unit; beyond ``x_range`` this is an extrapolation, see :meth:`covers`.
            u_x: Standard uncertainty of ``x``, independent of the points.

        Raises:
            ValueError: A number is not finite, or ``u_x`` is negative.

        Source:
            ISO/TS 28037:2010, 11.2.
        """
        at = single("x", x)
        own = spread("u_x", u_x)
        extra = self.slope(at) * own if own else 0.0
        return self._estimate(powers(np.array([at]), self._first, self.degree), self.intercept or 0.0, extra)

    def single_response(self, x: float, u_y: float | None = None, u_x: float = 0.0) -> Estimate:
        """One further y at ``x``: the curve, and what a single value scatters about it.

        ::

            u**2 = u(f(x))**2 + (f'(x) * u_x)**2 + u_y**2

        Args:
            x: In its unit.
            u_y: Standard uncertainty of one y about the curve; None: the residual standard deviation, which only a
                fit without stated uncertainties knows.
            u_x: Standard uncertainty of ``x``.

        Raises:
            ValueError: A number is out of its range, or ``u_y`` is needed.

        Source:
            Draper and Smith, Applied Regression Analysis, 3.1.
        """
        mean = self.mean_response(x, u_x)
        return Estimate(mean.value, math.hypot(mean.u, self._scatter(u_y)), self.dof)

    def inverse(self, y: float, u_y: float | None = None, near: float | None = None) -> Estimate:
        """The x at which the curve takes the value ``y``.

        ::

            f(x) = y          u**2 = (u_y**2 + u(f(x))**2) / f'(x)**2

        Args:
            y: In its unit.
            u_y: Its standard uncertainty, independent of the points; None: the residual standard deviation, for one
                single y.
            near: Which x is meant where the curve takes ``y`` more than once.

        Returns:
            For a straight line any x; for other curves the one within ``x_range``.

        Raises:
            ValueError: The curve does not take the value, takes it more than once, or is level there.

        Source:
            ISO/TS 28037:2010, 11.1 (straight line); JCGM 100:2008, 5.2.2, for any curve.
        """
        scatter = self._scatter(u_y)
        x = self._root(single("y", y), None if near is None else single("near", near))
        slope = self.slope(x)
        if not abs(slope) > 0:
            advice = "Measure y where the curve rises or falls."
            raise refuse(WHO, "y", "a value at which the curve is not level", y, advice)
        return Estimate(x, math.hypot(scatter, self.mean_response(x).u) / abs(slope), self.dof)

    def slope(self, x: float) -> float:
        """Derivative of the curve at ``x``, in the unit of y over that of x.

        Raises:
            ValueError: ``x`` is not finite.
        """
        at = single("x", x)
        return float(self.solution.values(slopes(np.array([at]), self._first, self.degree))[0])

    def centred(self) -> Centred:
        """The same curve in a variable that counts from the middle of its range.

        Powers of an x far from zero are nearly alike, and their coefficients and covariances cancel to many digits when
        they are used one by one. These do not::

            c_i = sum over j of binomial(j, i) * center**(j - i) * scale**i * b_j

        >>> from calibration.regression import fit_line
        >>> line = fit_line([1000.0, 1001.0, 1002.0], [0.0, 1.0, 2.0], u_y=0.1).centred()
        >>> line.coefficients.round(12).tolist(), line.center, line.scale
        ([1.0, 1.0], 1001.0, 1.0)
        """
        low, high = self.x_range
        center, scale = low / 2 + high / 2, (high - low) / 2
        rows = _shifts(center, scale, self._first, self.degree)
        coefficients = self.solution.values(rows)
        coefficients[0] += self.intercept or 0.0
        return Centred(coefficients, self.factor**2 * self.solution.covariance(rows), center, scale)

    @property
    def _first(self) -> int:
        return 0 if self.intercept is None else 1

    def _scatter(self, u_y: float | None) -> float:
        if u_y is not None:
            return spread("u_y", u_y)
        if self.unit_sd is None:
            advice = "Give that of this y; 0 where it is exact."
            raise refuse(WHO, "u_y", "one, since the uncertainties of the points were stated", "none", advice)
        return self.unit_sd

    def _root(self, y: float, near: float | None) -> float:
        if self.degree == 1:
            slope = float(self.coefficients[1])
            return (y - float(self.coefficients[0])) / slope if slope else self.x_range[0]
        low, high = self.x_range
        shifted, _, middle, reach = self.centred()
        shifted[0] -= y
        roots = np.roots(shifted[::-1])
        real = roots.real[np.abs(roots.imag) <= EDGE * (1 + np.abs(roots.real))]
        inside = np.unique(np.round(real[np.abs(real) <= 1 + EDGE], 9))
        if near is not None and inside.size:
            inside = inside[[np.argmin(np.abs(middle + reach * inside - near))]]
        if inside.size != 1:
            shown = ", ".join(f"{middle + reach * t:.6g}" for t in inside)
            got = f"y = {y:g} at x = {shown}" if inside.size else f"y = {y:g} nowhere"
            advice = "Say near which x it is." if inside.size else "Calibrate over a wider range or flag the value."
            raise refuse(WHO, "y", f"a value that the curve takes once within {low:g} .. {high:g}", got, advice)
        return self._polished(middle + reach * float(inside[0]), y)

    def _polished(self, x: float, y: float) -> float:
        for _ in range(POLISH):
            slope = self.slope(x)
            if not slope:
                break
            x -= (self.mean_response(x).value - y) / slope
        return x


def powers(x: Array, first: int, last: int) -> Wide:
    """Columns ``x**first`` to ``x**last``, shape (n, last - first + 1)."""
    hi, lo = np.zeros((2, last + 1, x.size))
    hi[0] = 1.0
    power = place = Wide.of(x)
    for k in range(1, last + 1):
        power = power * place if k > 1 else place
        hi[k], lo[k] = power.hi, power.lo
    return Wide(hi[first:].T, lo[first:].T)


def _shifts(center: float, scale: float, first: int, last: int) -> Wide:
    """What each power of x holds of each power of z, shape (last + 1, last - first + 1)."""
    far, near = powers(np.array([center]), 0, last), powers(np.array([scale]), 0, last)
    rows = []
    for j in range(first, last + 1):
        held = [Wide.of(float(math.comb(j, i))) * far[0, max(j - i, 0)] * near[0, i] for i in range(last + 1)]
        rows.append(Wide.stack(held))
    return Wide.stack(rows)


def slopes(x: Array, first: int, last: int) -> Wide:
    """Derivatives of the same columns."""
    below = powers(x, 0, last)
    found = [Wide.of(float(k) * np.ones_like(x)) * below[:, max(k - 1, 0)] for k in range(first, last + 1)]
    return Wide.stack(found)
