"""Linear least squares on any columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import matrix, refuse, vector
from calibration.records import record
from calibration.regression.fit import Fit, describe, frozen
from calibration.regression.given import MOST, ordinary, row, scale_of
from calibration.regression.solving import MATRIX, ROUNDING, WHO, solve
from calibration.regression.verdicts import Estimate
from calibration.regression.wide import Array, Wide

INDEPENDENT = 1e-14


@record(eq=False)
class ColumnFit(Fit):
    """A fit of any columns."""

    def response(self, columns: ArrayLike) -> Estimate:
        """Mean response for given values of the columns.

        ::

            value = c @ coefficients          u**2 = c @ covariance @ c

        Args:
            columns: ``c``, shape (p,), in the units of the columns.

        Raises:
            ValueError: Their number is not that of the coefficients.

        >>> fit = fit_columns([[1, 0], [1, 1], [1, 2]], [1.0, 3.0, 5.0], u_y=0.1)
        >>> round(fit.response([1, 3]).value, 9)
        7.0
        """
        row = ordinary("columns", vector(WHO, "columns", columns), 0.0)
        if row.size != self.coefficients.size:
            expected = f"{self.coefficients.size} values"
            raise refuse(WHO, "columns", expected, row.size, "Give one for each coefficient.")
        return self._estimate(Wide.of(row[np.newaxis]))


def fit_columns(
    columns: ArrayLike,
    y: ArrayLike,
    *,
    u_y: ArrayLike | None = None,
    cov_y: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> ColumnFit:
    """Linear least squares: ``y = columns @ coefficients``, ordinary, weighted, or with all covariances.

    Without ``u_y`` and ``cov_y`` the scatter of the residuals gives the uncertainties, with n - p degrees of
    freedom. With them the uncertainties of the coefficients are propagated from them, and the residuals are left
    to judge the model: :meth:`Fit.adequacy`.

    Args:
        columns: Shape (n, p), n >= p; a column of ones gives a constant.
        y: Shape (n,).
        u_y: Standard uncertainties of y, shape (n,) or one for all, each above 0, in the unit of y.
        cov_y: Covariance matrix of y instead, shape (n, n), positive definite, in that unit squared.
        weights: Relative weights instead, shape (n,), each above 0: variances are ``sigma**2 / weights`` with
            sigma unknown.

    Raises:
        ValueError: Shapes differ, a number is not finite or out of its range, columns depend on one another, or
            nothing says how far off the points are.

    Source:
        NIST StRD, linear regression; ISO/TS 28037:2010, clauses 6 and 9 and annex E, for columns 1 and x.

    >>> fit = fit_columns([[1, 0], [1, 1], [1, 2]], [1.0, 3.0, 5.0], u_y=0.1)
    >>> fit.coefficients.tolist()
    [1.0, 2.0]
    """
    target = row("y", y)
    table = ordinary("columns", matrix(WHO, "columns", columns, (target.size, None)))
    need_points(target.size, table.shape[1])
    scale, stated = scale_of(target.size, u_y, cov_y, weights)
    ordinary("y", target, 0.0 if stated else 1 / MOST)
    wide = Wide.of(table)
    solution = solve(wide, Wide.of(target), scale, INDEPENDENT)
    told = describe(solution, solution.errors(wide), scale, stated=stated)
    constant = bool((np.ptp(table, axis=0) == 0).any() and table.any())
    told["r_squared"] = explained(told["squares"], target, scale, constant=constant)
    return ColumnFit(**frozen(told))


def need_points(count: int, coefficients: int) -> None:
    """Refuse fewer points than coefficients.

    Raises:
        ValueError: There are.
    """
    if count < coefficients:
        advice = "Measure at more places, or fit fewer coefficients."
        raise refuse(WHO, "points", f"{coefficients} or more for {coefficients} coefficients", count, advice)


def explained(squares: float, target: Array, scale: Array | None, *, constant: bool) -> float | None:
    """R squared: 1 - squares / squares about the (weighted) mean, or about zero when there is no constant."""
    table = np.column_stack([np.ones_like(target), target])
    if scale is not None:
        table = np.linalg.solve(scale, table) if scale.ndim == MATRIX else table / scale[:, np.newaxis]
    ones, y = table.T
    # About a value near the mean first: what lies far from zero keeps its digits.
    near = float(ones @ y / (ones @ ones)) if constant else 0.0
    rest = y - near * ones
    off = float(ones @ rest / (ones @ ones)) if constant else 0.0
    total = float(np.sum((rest - off * ones) ** 2))
    # Less than that is the rounding of y itself.
    return 1 - squares / total if total > ROUNDING * float(y @ y) else None
