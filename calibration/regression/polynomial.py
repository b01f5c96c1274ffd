"""Fitting straight lines and polynomials, with uncertainties in y, or in x and y."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import refuse, whole
from calibration.regression.curve import Curve, powers, slopes
from calibration.regression.exact_line import ExactLine, solve_line
from calibration.regression.fit import describe, frozen
from calibration.regression.general import explained, need_points
from calibration.regression.generalised import Adjusted, adjust
from calibration.regression.given import (
    MOST,
    Known,
    cholesky,
    known,
    need_one_kind,
    ordinary,
    relative_scale,
    row,
    single,
)
from calibration.regression.solving import WHO, solve
from calibration.regression.wide import FEW, Array, Wide

MOST_DIGITS = 150


def fit_line(
    x: ArrayLike,
    y: ArrayLike,
    *,
    u_y: ArrayLike | None = None,
    cov_y: ArrayLike | None = None,
    u_x: ArrayLike | None = None,
    cov_x: ArrayLike | None = None,
    cov_xy: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    intercept: float | None = None,
) -> Curve:
    """Straight line ``y = a + b x``: a polynomial of degree 1, see :func:`fit_polynomial`.

    Raises:
        ValueError: As there.

    Source:
        ISO/TS 28037:2010, clauses 6 (u in y), 7 (in x and y), 8 (with covariances of pairs), 9 (covariances of y),
        10 (all covariances), annex E (weights).

    >>> line = fit_line([1, 2, 3, 4, 5, 6], [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
    >>> line.coefficients.round(3).tolist(), line.u.round(3).tolist()
    ([1.867, 1.757], [0.465, 0.12])
    >>> line.adequacy().words
    'chi-square 1.665 with 4 degrees of freedom does not exceed its 95 % quantile 9.488: the model is adequate.'
    """
    return fit_polynomial(
        x,
        y,
        1,
        u_y=u_y,
        cov_y=cov_y,
        u_x=u_x,
        cov_x=cov_x,
        cov_xy=cov_xy,
        weights=weights,
        intercept=intercept,
    )


def fit_polynomial(
    x: ArrayLike,
    y: ArrayLike,
    degree: int,
    *,
    u_y: ArrayLike | None = None,
    cov_y: ArrayLike | None = None,
    u_x: ArrayLike | None = None,
    cov_x: ArrayLike | None = None,
    cov_xy: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    intercept: float | None = None,
) -> Curve:
    """Polynomial ``y = b_0 + b_1 x + ... + b_d x**d`` by least squares or generalised distance.

    Nothing given: ordinary; the scatter of the residuals gives the uncertainties, with n - p degrees of freedom.
    ``weights``: the same, weighted. ``u_y`` or ``cov_y``: x is exact. ``u_x`` or ``cov_x`` beside them: x and y are
    both uncertain, and the curve with the smallest generalised distance is sought.

    Args:
        x: Shape (n,).
        y: Shape (n,).
        degree: d, 1 or more.
        u_y: Standard uncertainties of y, shape (n,) or one for all, in the unit of y.
        cov_y: Covariance matrix of y instead, shape (n, n).
        u_x: Standard uncertainties of x, shape (n,) or one for all, in the unit of x.
        cov_x: Covariance matrix of x instead, shape (n, n).
        cov_xy: Covariances of x_i with y_i, shape (n,), or of x_i with y_j, shape (n, n).
        weights: Relative weights of y, shape (n,): variances are ``sigma**2 / weights``, with sigma unknown.
        intercept: Fixes b_0; 0 is a curve through the origin. None: it is fitted.

    Raises:
        ValueError: Shapes differ, a number is not finite or out of its range, there are fewer different x than
            coefficients, or nothing says how far off the points are.

    Source:
        ISO/TS 28037:2010 for degree 1; ISO/TS 28038:2018 for higher ones; NIST StRD for the arithmetic.

    >>> fit_polynomial([0, 1, 2, 3], [0.0, 1.1, 3.9, 9.1], 2, u_y=0.1, intercept=0).coefficients.round(3).tolist()
    [0.0, -0.026, 1.016]
    """
    d = whole(WHO, "degree", degree, least=1)
    fixed = None if intercept is None else single("intercept", intercept)
    first = 0 if fixed is None else 1
    target = row("y", y)
    place = ordinary("x", row("x", x, target.size))
    _need_places(place, d, first)
    given = known(target.size, u_y, cov_y, u_x, cov_x, cov_xy)
    # Without stated uncertainties the residuals are squared for them: too small a y would leave none.
    ordinary("y", target, 1 / MOST if given is None else 0.0)
    need_one_kind(weights, given)
    above = Wide.difference(target, fixed) if fixed else Wide.of(target)
    found = _adjusted(place, above, d, first, given, weights)
    return _curve(found, place, above, d, fixed, stated=given is not None)


def _adjusted(x: Array, y: Wide, degree: int, first: int, given: Known | None, weights: ArrayLike | None) -> Adjusted:
    def columns(places: Array) -> Wide:
        return powers(places, first, degree)

    def steps(places: Array) -> Wide:
        return slopes(places, first, degree)

    if given is not None and given.x is not None:
        return adjust(x, y, columns, steps, given)
    scale = relative_scale(weights, x.size) if given is None else cholesky(given.y, "u_y or cov_y")
    if (first, degree) == (0, 1) and x.size <= FEW and (scale is None or _alike(scale)):
        line = solve_line(x, y.hi, 1.0 if scale is None else float(scale[0]))
        return Adjusted(line, line.own_errors, x, scale)
    table = columns(x)
    solution = solve(table, y, scale)
    return Adjusted(solution, solution.errors(table), x, scale)


def _curve(found: Adjusted, x: Array, y: Wide, degree: int, fixed: float | None, *, stated: bool) -> Curve:
    solution = found.solution
    told = describe(solution, found.errors, found.scale, stated=stated)
    if isinstance(solution, ExactLine):
        told["r_squared"] = solution.explained(told["squares"])
    else:
        told["r_squared"] = explained(told["squares"], y.hi, found.scale, constant=fixed is None)
    told["unit_sd"] = None if stated else told["factor"]
    if fixed is not None:
        told["coefficients"] = np.concatenate([[fixed], told["coefficients"]])
        told["covariance"] = np.pad(told["covariance"], ((1, 0), (1, 0)))
    told |= {
        "degree": degree,
        "intercept": fixed,
        "x_range": (float(x.min()), float(x.max())),
        "places": found.places.copy(),
    }
    return Curve(**frozen(told))


def _alike(scale: Array) -> bool:
    return scale.ndim == 1 and bool((scale == scale[0]).all())


def _need_places(x: Array, degree: int, first: int) -> None:
    need = degree + 1 - first
    need_points(x.size, need)
    if degree * abs(math.log10(float(np.abs(x).max()) or 1.0)) > MOST_DIGITS:
        expected = f"a greatest magnitude whose power {degree} has up to {MOST_DIGITS} digits before or after its point"
        raise refuse(WHO, "x", expected, f"{np.abs(x).max():g}", "Choose a unit that suits it.")
    different = len(set((x[x != 0] if first else x).tolist()))
    if different < need:
        what = f"{need} or more different values{' other than 0' if first else ''} for degree {degree}"
        raise refuse(WHO, "x", what, different, "Measure at more different places, or fit a lower degree.")
