"""Regression on days whose errors hang together: continuous-time AR(1) by restricted maximum likelihood.

::

    y = X b + e      var(e_i) = sigma**2 / w_i      corr(e_i, e_j) = rho ** |day_i - day_j|

A day that is missing is a longer step, never a value that was made up. Over rho, with sigma and b concentrated out::

    -2 l(rho) = m (ln(2 pi S / m) + 1) + ln|V| + ln|X' V^-1 X|      S = min_b (y - X b)' V^-1 (y - X b),  m = n - k

Decision: rho lies in (-1, 1), as AR(1) on whole days has it.
Because: from 0 up this is the continuous-time AR(1); below 0 only whole days have a meaning, and days are whole. Work
that is carried over night alternates, and leaving that out would call its intervals wider than they are.
Instead of: 0 as the least, which agrees with neither AR(1) nor the data.

Source: R. H. Jones, "Longitudinal Data with Serial Correlation" (1993), ch. 3; J. C. Pinheiro and D. M. Bates,
"Mixed-Effects Models in S and S-PLUS" (2000), 5.3 (``corAR1``, ``corCAR1``) and 2.2.5 (REML).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.indicators.car1_likelihood import most_likely
from gateway.indicators.orthogonal import beside, factor

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

EXACT = 1e-11
"""Residuals this small beside what the values vary (or are) by: a fit without errors."""
TOGETHER = 1e-12
"""What is left of a column beside those before it, relative to its length, below which it is nothing but rounding."""


class Car1Fit(NamedTuple):
    """A fitted regression.

    Attributes:
        coefficients: b, shape (k,).
        covariance: Of b, shape (k, k).
        rho: Correlation of neighbouring days.
        sigma: Standard deviation of a day of weight 1 (weights have the mean 1), in the unit of y.
        log_likelihood: Restricted, at its highest.
        residuals: y - X b, shape (n,).
        normalised: Residuals freed of correlation and scaled to 1 (``normalized`` of nlme), shape (n,).
        at_end: rho lies at the end of what is looked at: the series wanders rather than varies.
    """

    coefficients: Floats
    covariance: Floats
    rho: float
    sigma: float
    log_likelihood: float
    residuals: Floats
    normalised: Floats
    at_end: bool


def fit_car1(days: Whole, y: Floats, design: Floats, weights: Floats | None = None) -> Car1Fit | None:
    """Fit a regression whose errors are AR(1) by calendar day.

    Args:
        days: Numbers of days, rising, shape (n,).
        y: What was seen, shape (n,).
        design: X, of full rank, shape (n, k), k < n - 1.
        weights: Relative precision of days, above 0, shape (n,); None: all are equal.

    Returns:
        The fit; None: the columns explain y without any error left, so that nothing can be said about errors.

    Raises:
        ValueError: Shapes differ, days do not rise, there are too few rows, or columns hang together.
    """
    return fit_car1_all(days, y[None], design, weights)[0]


def fit_car1_all(days: Whole, ys: Floats, design: Floats, weights: Floats | None = None) -> tuple[Car1Fit | None, ...]:
    """Fit several series of the same days at once, as :func:`fit_car1` does each.

    Args:
        days: Numbers of days, rising, shape (n,).
        ys: What was seen, shape (series, n).
        design: X, shape (n, k).
        weights: Relative precision of days, shape (n,); None: all are equal.

    Raises:
        ValueError: As :func:`fit_car1`.
    """
    n, k = _need(days, ys, design)
    root = np.ones(n) if weights is None else np.sqrt(weights / np.mean(weights))
    base, triangle = factor(design * root[:, None])
    _need_rank(triangle)
    plain = ys * root
    offsets = plain @ base
    left = plain - offsets @ base.T
    scales = np.sqrt(np.sum(left**2, axis=1) / (n - k))
    has_errors = (scales > EXACT * np.max(np.abs(plain), axis=1)) & (scales > 0)
    kept = np.flatnonzero(has_errors)
    z = np.empty((len(kept), n, k + 1))
    z[:, :, :k] = base
    z[:, :, k] = left[kept] / scales[kept, None]
    rhos, at_ends = most_likely(days, z, n - k)
    found: list[Car1Fit | None] = [None] * len(ys)
    for series, rho, at_end, rows in zip(kept.tolist(), rhos.tolist(), at_ends.tolist(), z, strict=True):
        fit = _fitted(days, rows, rho, root, triangle, offsets[series], float(scales[series]))
        found[series] = fit._replace(at_end=at_end)
    return tuple(found)


def _fitted(
    days: Whole, z: Floats, rho: float, root: Floats, triangle: Floats, offset: Floats, scale: float
) -> Car1Fit:
    """The fit at a correlation, of standardised rows (basis of X, y less its projection)."""
    n, k = len(z), z.shape[1] - 1
    m = n - k
    white = whiten(days, z, rho)
    inner, upper = factor(white[:, :k])
    errors, along = beside(inner, white[:, k])
    solved = np.linalg.solve(upper, along)
    variance = float(errors @ errors) / m
    sigma = scale * math.sqrt(variance)
    back = np.linalg.inv(upper @ triangle)
    determinants = float(np.sum(np.log(_one_less_square(np.diff(days).astype(float), rho))) - 2 * np.sum(np.log(root)))
    determinants += 2 * float(np.sum(np.log(np.diag(upper))) + np.sum(np.log(np.diag(triangle))))
    return Car1Fit(
        coefficients=np.asarray(np.linalg.solve(triangle, offset + scale * solved), dtype=np.float64),
        covariance=sigma**2 * (back @ back.T),
        rho=rho,
        sigma=sigma,
        log_likelihood=-0.5 * (m * (math.log(2 * math.pi * sigma**2) + 1) + determinants),
        residuals=scale * (z[:, k] - z[:, :k] @ solved) / root,
        normalised=errors / math.sqrt(variance),
        at_end=False,
    )


def whiten(days: Whole, rows: Floats, rho: float) -> Floats:
    """Rows freed of the correlation: of unit variance and uncorrelated where the rows are AR(1) of variance 1.

    ::

        u_1 = z_1      u_i = (z_i - rho**d z_{i-1}) / sqrt(1 - rho**(2 d))      d = day_i - day_{i-1}
    """
    gaps = np.diff(days).astype(float)
    power = np.where(gaps % 2, math.copysign(1.0, rho), 1.0) * np.abs(rho) ** gaps
    shape = (-1,) + (1,) * (rows.ndim - 1)
    root = np.sqrt(_one_less_square(gaps, rho)).reshape(shape)
    return np.concatenate([rows[:1], (rows[1:] - power.reshape(shape) * rows[:-1]) / root])


def _one_less_square(gaps: Floats, rho: float) -> Floats:
    """1 - rho**(2 d), with its digits where rho is nearly 1."""
    return np.ones_like(gaps) if rho == 0 else -np.expm1(2 * gaps * math.log(abs(rho)))


def _need(days: Whole, ys: Floats, design: Floats) -> tuple[int, int]:
    n_days = days.shape
    if ys.shape[1:] != n_days or design.shape[:1] != n_days or len(design.shape) != len(ys.shape):
        msg = (
            f"fit_car1: days, y and design of shapes {n_days}, {ys.shape[1:]}, {design.shape}, "
            "expected (n,), (n,), (n, k). Give one row for each day."
        )
        raise ValueError(msg)
    n, k = design.shape
    if n < k + 2 or k == 0:
        msg = f"fit_car1: {n} days for {k} columns, expected at least {k + 2}. Give more days or fewer columns."
        raise ValueError(msg)
    if np.any(np.diff(days) <= 0):
        msg = "fit_car1: days do not rise. Sort them, and give each once."
        raise ValueError(msg)
    if not (np.all(np.isfinite(ys)) and np.all(np.isfinite(design))):
        msg = "fit_car1: y or design holds a value that is no finite number. Leave such days out."
        raise ValueError(msg)
    return n, k


def _need_rank(triangle: Floats) -> None:
    if np.any(np.diag(triangle) <= TOGETHER * np.sqrt(np.sum(triangle**2, axis=0))):
        msg = "fit_car1: columns hang together, so that b has no one value. Leave out what repeats another."
        raise ValueError(msg)
