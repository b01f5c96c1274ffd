"""The result of a fit, whatever its columns are."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Any

import numpy as np

from calibration.checks import refuse
from calibration.records import record
from calibration.regression.solving import MATRIX, WHO, Solution
from calibration.regression.verdicts import Adequacy, Estimate, StudentCheck
from calibration.regression.wide import Array, Wide

PASSES = 1e-12


@record(eq=False)
class Fit:
    """Coefficients of a linear model, and what they rest on. The arrays are read only.

    Attributes:
        coefficients: Shape (p,), each in the unit of y over that of its column.
        covariance: Their covariance matrix, shape (p, p).
        dof: Degrees of freedom of ``u``: ``inf`` where the uncertainties of the points were stated, else
            ``residual_dof``.
        residuals: y less the fitted value, shape (n,), in the unit of y.
        weighted_residuals: Independent residuals in units of the weights, shape (n,).
        standardised_residuals: Each residual over its own standard uncertainty, shape (n,), which is smaller than
            that of its point, the more so the more the point holds the curve. 0 where the curve must pass through
            the point.
        residual_dof: Points less fitted coefficients.
        squares: Sum of squared weighted residuals: the chi-square where uncertainties were stated.
        r_squared: Share of the (weighted) squares of y that the model explains: about the mean when a constant is
            among the columns, else about zero or the fixed intercept; None when there is nothing to explain.
        uncertainties_stated: Whether ``u`` rests on stated uncertainties, or on the scatter of the residuals.
    """

    coefficients: Array
    covariance: Array
    dof: float
    residuals: Array
    weighted_residuals: Array
    standardised_residuals: Array
    residual_dof: int
    squares: float
    r_squared: float | None
    uncertainties_stated: bool
    solution: Solution = field(repr=False)
    factor: float = field(repr=False)

    @property
    def u(self) -> Array:
        """Standard uncertainties of the coefficients, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> Array:
        """Correlation matrix of the coefficients, shape (p, p); 0 beside a fixed one."""
        safe = np.where(self.u > 0, self.u, 1)
        return np.asarray(self.covariance / np.outer(safe, safe))

    @property
    def residual_sd(self) -> float | None:
        """``sqrt(squares / residual_dof)``; None when no degrees of freedom are left.

        Without weights the standard deviation of one y about the model, in its unit; with stated uncertainties
        the Birge ratio, dimensionless, near 1 when they hold.
        """
        return math.sqrt(self.squares / self.residual_dof) if self.residual_dof else None

    def coefficient(self, which: int) -> Estimate:
        """One coefficient with its standard uncertainty.

        Args:
            which: Its place, from 0; -1 is the last.

        Raises:
            ValueError: There is none at that place.
        """
        count = self.coefficients.size
        if isinstance(which, bool) or not isinstance(which, int | np.integer) or not -count <= which < count:
            raise refuse(WHO, "which", f"a whole number from 0 to {count - 1}", which, "Count coefficients from 0.")
        return Estimate(float(self.coefficients[which]), float(self.u[which]), self.dof)

    def adequacy(self, p: float = 0.95) -> Adequacy | None:
        """Do the model and the stated uncertainties hold together?

        Returns:
            The chi-square against its quantile of probability ``p``; None when there is nothing to judge by: the
            uncertainties were not stated, or as many coefficients were fitted as there are points.

        Raises:
            ValueError: ``p`` is no probability.
        """
        if not self.uncertainties_stated or not self.residual_dof:
            return None
        return Adequacy.of(self.squares, self.residual_dof, p)

    def student(self, which: int, expected: float = 0.0) -> StudentCheck:
        """Is a coefficient what it is said to be?

        Args:
            which: Its place, from 0.
            expected: What it is said to be, in its unit.

        Raises:
            ValueError: There is none at that place, or it is fixed or fits exactly: no uncertainty to measure by.

        >>> from calibration.regression import fit_line
        >>> line = fit_line([1, 2, 3, 4, 5, 6], [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
        >>> line.student(1, expected=2.0).differs(0.95), round(line.coefficient(1).u, 3)
        (True, 0.12)
        """
        return StudentCheck.of(self.coefficient(which), expected)

    def _estimate(self, columns: Wide, offset: float = 0.0, extra: float = 0.0) -> Estimate:
        value = float(self.solution.values(columns)[0]) + offset
        return Estimate(value, math.hypot(self.factor * float(self.solution.errors(columns)[0]), extra), self.dof)


def describe(solution: Solution, errors: Array, scale: Array | None, *, stated: bool) -> dict[str, Any]:
    """What a fit says of its points and coefficients: the attributes of :class:`Fit` but R squared.

    Args:
        solution: Of n points and p coefficients.
        errors: Standard uncertainties of the fitted values for unit weights, shape (n,).
        scale: As ``solve`` took it.
        stated: Whether ``scale`` is absolute.

    Raises:
        ValueError: Nothing says how far off the points are.
    """
    count, fitted = solution.weighted.size, solution.coefficients.hi.size
    spare = count - fitted
    if not stated and not spare:
        advice = "Give u_y: without it only further points can tell how far off they are."
        raise refuse(WHO, "points", f"more than {fitted} for {fitted} coefficients", count, advice)
    squares = solution.squares
    factor = 1.0 if stated else math.sqrt(squares / spare)
    residuals = _unweighted(solution.weighted, scale)
    return {
        "coefficients": solution.coefficients.rounded(),
        "covariance": factor**2 * solution.covariance(),
        "dof": math.inf if stated else float(spare),
        "residuals": residuals,
        "weighted_residuals": solution.weighted,
        "standardised_residuals": _standardised(residuals, factor, scale, errors),
        "residual_dof": spare,
        "squares": squares,
        "uncertainties_stated": stated,
        "solution": solution,
        "factor": factor,
    }


def frozen(told: dict[str, Any]) -> dict[str, Any]:
    """The same with arrays that nobody can write to."""
    for value in told.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return told


def _unweighted(weighted: Array, scale: Array | None) -> Array:
    if scale is None:
        return weighted.copy()
    return scale @ weighted if scale.ndim == MATRIX else scale * weighted


def _standardised(residuals: Array, factor: float, scale: Array | None, errors: Array) -> Array:
    """Residuals over their own standard uncertainty: V - A C A' on the diagonal."""
    own = np.ones_like(residuals) if scale is None else np.sum(scale**2, axis=1) if scale.ndim == MATRIX else scale**2
    left = own - errors**2
    loose = (left > PASSES * own) & (factor > 0)
    return np.where(loose, residuals / np.where(loose, factor * np.sqrt(np.maximum(left, 0)), 1), 0.0)
