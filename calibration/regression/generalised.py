"""Curves through points whose x is uncertain too: generalised distance regression."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calibration.checks import refuse
from calibration.records import record
from calibration.regression.given import Known, cholesky
from calibration.regression.solving import MATRIX, WHO, Solution, solve
from calibration.regression.wide import Array, Wide

STEPS = 200
WHOLE_STEPS = 30
CLOSE = 1e-13
NEGLIGIBLE = 1e-12

Columns = Callable[[Array], Wide]
"""Columns of the model, shape (n, p), for places x, shape (n,)."""


@record(eq=False)
class Adjusted:
    """The best curve and the best places on it.

    Attributes:
        solution: Coefficients, from the last linear step.
        errors: Standard uncertainties of the fitted values for unit weights, shape (n,).
        places: Adjusted x, shape (n,).
        scale: Of the last step's residuals, as ``solve`` takes it.
    """

    solution: Solution
    errors: Array
    places: Array
    scale: Array | None


def adjust(x: Array, y: Wide, columns: Columns, slopes: Columns, given: Known) -> Adjusted:
    """Minimise the generalised distance between points and curve by Gauss and Newton's method.

    ::

        minimise  (d_x, d_y) inverse(U) (d_x, d_y)'      d_x = x - xi,  d_y = y - f(xi)

    Each step takes the curve as straight near the adjusted places ``xi``, with slopes D; what is then minimised over
    d_x in closed form leaves a linear problem in the coefficients alone::

        y - D (x - xi) = A(xi) b + r       cov(r) = U_y - D U_xy - U_xy' D + D U_x D

    Where points as uncertain as their range have several curves of least distance, this is the one that the fit
    without ``U_x`` leads to.

    Args:
        x: Shape (n,).
        y: Shape (n,).
        columns: ``A``.
        slopes: Its derivative.
        given: Uncertainties.

    Raises:
        ValueError: The steps do not come to rest: the points do not fix a curve of this kind.

    Source:
        ISO/TS 28037:2010, 7.2, 8.2 and 10.2; York et al., American Journal of Physics 72 (2004) 367.
    """
    cov_y, cov_x, cov_xy = given.parts()
    places = x.copy()
    solution = solve(columns(places), y)
    fitted = solution.values(columns(places))
    size = float(np.abs(y.hi).max())
    for step in range(STEPS):
        slope = solution.values(slopes(places))
        table = columns(places)
        scale = cholesky(_residual_covariance(cov_y, cov_x, cov_xy, slope), "u_y and u_x together")
        solution = solve(table, y - Wide.of(slope) * Wide.difference(x, places), scale)
        moved = x - _shares(cov_xy, cov_x, slope) @ _freed(scale, solution.weighted)
        values = solution.values(columns(moved))
        still = np.abs(moved - places).max() <= CLOSE * np.abs(x).max()
        if still and np.abs(values - fitted).max() <= NEGLIGIBLE * size:
            return Adjusted(solution, solution.errors(table), places, scale)
        # Steps that go to and fro about the best places come to rest between them.
        places, fitted = (moved if step < WHOLE_STEPS else (places + moved) / 2), values
    advice = "Look for a wrong point, or fit a lower degree."
    raise refuse(WHO, "points", f"a curve that comes to rest in {STEPS} steps", "one that does not", advice)


def _residual_covariance(cov_y: Array, cov_x: Array, cov_xy: Array, slope: Array) -> Array:
    if cov_y.ndim < MATRIX:
        return np.asarray(cov_y - 2 * slope * cov_xy + slope**2 * cov_x)
    cross = slope[:, np.newaxis] * cov_xy
    return np.asarray(cov_y - cross - cross.T + np.outer(slope, slope) * cov_x)


def _shares(cov_xy: Array, cov_x: Array, slope: Array) -> Array:
    """Covariance of x with the residuals, shape (n, n)."""
    if cov_xy.ndim < MATRIX:
        return np.diag(cov_xy - cov_x * slope)
    return np.asarray(cov_xy - cov_x * slope)


def _freed(scale: Array, weighted: Array) -> Array:
    """Inverse of the residuals' covariance matrix times the residuals."""
    freed = weighted / scale if scale.ndim < MATRIX else np.linalg.solve(scale.T, weighted)
    return np.asarray(freed, dtype=float)
