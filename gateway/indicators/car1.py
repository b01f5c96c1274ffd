"""Regression on days whose errors hang together: continuous-time AR(1) by restricted maximum likelihood.

::

    y = X b + e      var(e_i) = sigma**2 / w_i      corr(e_i, e_j) = rho ** |day_i - day_j|

A day that is missing is a longer step, never a value that was made up. Over rho, with sigma and b concentrated out::

    -2 l(rho) = m (ln(2 pi S / m) + 1) + ln|V| + ln|X' V^-1 X|      S = min_b (y - X b)' V^-1 (y - X b),  m = n - k

Decision: rho lies in (-1, 1), as AR(1) on whole days has it.
Because: from 0 up this is the continuous-time AR(1); below 0 only whole days have a meaning, and days are whole. Work
that is carried over night alternates, and leaving that out would call its intervals wider than they are.
Instead of: 0 as the least, which agrees with neither AR(1) nor the data.

Decision: rho is where the score is zero, among all such places of a grid the most likely.
Because: restricted likelihoods of short series have two hills, and a search for a height stops eight digits early:
another machine could not find the same figure to 1e-9.
Instead of: one descent from one beginning.

Source: R. H. Jones, "Longitudinal Data with Serial Correlation" (1993), ch. 3; J. C. Pinheiro and D. M. Bates,
"Mixed-Effects Models in S and S-PLUS" (2000), 5.3 (``corAR1``, ``corCAR1``) and 2.2.5 (REML).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.indicators.orthogonal import factor

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

FARTHEST = 6.0
"""Of artanh(rho) that is looked at: rho from -0.99999 to 0.99999."""
GRID = np.linspace(-FARTHEST, FARTHEST, 97)
PARTS = 16
ROUNDS = 13
"""Each round keeps one of 16 parts: 13 of them leave nothing but rounding of the step of 1/8."""
EXACT = 1e-11
"""Residuals this small beside what the values vary (or are) by: a fit without errors."""
TOGETHER = 1e-12
"""What is left of a column beside those before it, relative to its length, below which it is nothing but rounding."""
EQUAL = 1e-9
"""Likelihoods this near are equal: days that lie evenly apart cannot tell rho from -rho."""


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


class _Steps(NamedTuple):
    """Sums of products over neighbours a (later), b (earlier), one set for each length of step.

    Attributes:
        days: Lengths, shape (u,).
        counts: How many steps are as long, shape (u,).
        first: Product of the first row with itself, shape (p, p).
        before: Sum of b b', shape (u, p, p).
        across: For sign + and -: sum of (a -+ b) b' and its transpose, shape (2, u, p, p).
        apart: For sign + and -: sum of (a -+ b)(a -+ b)', shape (2, u, p, p).
    """

    days: Floats
    counts: Floats
    first: Floats
    before: Floats
    across: Floats
    apart: Floats


def fit_car1(days: Whole, y: Floats, design: Floats, weights: Floats | None = None) -> Car1Fit | None:
    """Fit a regression whose errors are AR(1) by calendar day.

    Args:
        days: Numbers of days, rising, shape (n,).
        y: What was seen, shape (n,).
        design: X, of full rank, shape (n, k), k < n.
        weights: Relative precision of days, above 0, shape (n,); None: all are equal.

    Returns:
        The fit; None: the columns explain y without any error left, so that nothing can be said about errors.

    Raises:
        ValueError: Shapes differ, days do not rise, there are too few rows, or columns hang together.
    """
    n, k = _need(days, y, design)
    root = np.ones(n) if weights is None else np.sqrt(weights / np.mean(weights))
    base, triangle = factor(design * root[:, None])
    _need_rank(triangle)
    plain = y * root
    offset = base.T @ plain
    left = plain - base @ offset
    scale = math.sqrt(float(left @ left) / (n - k))
    if scale <= EXACT * float(np.max(np.abs(plain), initial=0.0)) or not scale > 0:
        return None
    z = np.column_stack([base, left / scale])
    rho, at_end = _most_likely(_steps(days, z), n - k)
    white = whiten(days, z, rho)
    inner, upper = factor(white[:, :k])
    solved = np.linalg.solve(upper, inner.T @ white[:, k])
    errors = white[:, k] - white[:, :k] @ solved
    m = n - k
    variance = float(errors @ errors) / m
    back = np.linalg.inv(upper @ triangle)
    sigma = scale * math.sqrt(variance)
    squares = _one_less_square(np.diff(days).astype(float), rho)
    determinants = float(np.sum(np.log(squares)) - 2 * np.sum(np.log(root)))
    determinants += 2 * float(np.sum(np.log(np.diag(upper))) + np.sum(np.log(np.diag(triangle))))
    return Car1Fit(
        coefficients=np.asarray(np.linalg.solve(triangle, offset + scale * solved), dtype=np.float64),
        covariance=sigma**2 * (back @ back.T),
        rho=rho,
        sigma=sigma,
        log_likelihood=-0.5 * (m * (math.log(2 * math.pi * sigma**2) + 1) + determinants),
        residuals=scale * (left / scale - base @ solved) / root,
        normalised=errors / math.sqrt(variance),
        at_end=at_end,
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


def _need(days: Whole, y: Floats, design: Floats) -> tuple[int, int]:
    if not (y.ndim == 1 and y.shape == days.shape and design.shape == (len(y), *design.shape[1:2])):
        msg = (
            f"fit_car1: days, y and design of shapes {days.shape}, {y.shape}, {design.shape}, "
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
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(design))):
        msg = "fit_car1: y or design holds a value that is no finite number. Leave such days out."
        raise ValueError(msg)
    return n, k


def _need_rank(triangle: Floats) -> None:
    if np.any(np.diag(triangle) <= TOGETHER * np.sqrt(np.sum(triangle**2, axis=0))):
        msg = "fit_car1: columns hang together, so that b has no one value. Leave out what repeats another."
        raise ValueError(msg)


def _steps(days: Whole, z: Floats) -> _Steps:
    gaps = np.diff(days)
    lengths, which = np.unique(gaps, return_inverse=True)
    earlier, later = z[:-1], z[1:]
    before, across, apart = [], [], []
    for index in range(len(lengths)):
        b = earlier[which == index]
        away = [later[which == index] - b, later[which == index] + b]
        before.append(b.T @ b)
        across.append([one.T @ b + b.T @ one for one in away])
        apart.append([one.T @ one for one in away])
    return _Steps(
        lengths.astype(float),
        np.bincount(which).astype(float),
        np.outer(z[0], z[0]),
        np.array(before),
        np.array(across).swapaxes(0, 1),
        np.array(apart).swapaxes(0, 1),
    )


def _profile(steps: _Steps, m: int, at: Floats) -> tuple[Floats, Floats]:
    """Restricted log-likelihood, less its constants, and its slope over artanh(rho), at each of ``at``."""
    rho = np.tanh(at)[:, None]
    size = np.abs(rho)
    with np.errstate(divide="ignore"):
        logs = steps.days * np.log(size)
    power = np.exp(logs)
    sign = np.where((rho < 0) & (steps.days % 2 == 1), -1.0, 1.0)
    rest = -np.expm1(logs)  # 1 - |rho**d|: what a difference loses is never taken
    square = -np.expm1(2 * logs)
    slope = steps.days * size ** (steps.days - 1) * np.where((rho < 0) & (steps.days % 2 == 0), -1.0, 1.0)
    side = (sign < 0).astype(int)
    each = np.arange(len(steps.days))
    across, apart = steps.across[side, each], steps.apart[side, each]
    shift = (sign * rest)[..., None, None]
    moment = apart + shift * across + shift**2 * steps.before
    turn = -(across + 2 * shift * steps.before)
    over = square[..., None, None]
    r = (sign * power)[..., None, None]
    whole = steps.first + np.sum(moment / over, axis=1)
    change = np.sum((turn / over + 2 * r * moment / over**2) * slope[..., None, None], axis=1)
    k = whole.shape[-1] - 1
    all_in, inner = np.linalg.slogdet(whole)[1], np.linalg.slogdet(whole[:, :k, :k])[1]
    d_all = np.trace(np.linalg.solve(whole, change), axis1=1, axis2=2)
    d_inner = np.trace(np.linalg.solve(whole[:, :k, :k], change[:, :k, :k]), axis1=1, axis2=2)
    volume = np.sum(steps.counts * np.log(square), axis=1)
    d_volume = np.sum(-2 * steps.counts * sign * power * slope / square, axis=1)
    height = -0.5 * (m * (all_in - inner) + inner + volume)
    score = -0.5 * (m * (d_all - d_inner) + d_inner + d_volume)
    return height, score * (1 - rho[:, 0] ** 2)


def _most_likely(steps: _Steps, m: int) -> tuple[float, bool]:
    """Of rho, the place of the highest hill; and whether that is an end of the grid."""
    grid = GRID[GRID >= 0] if np.all(steps.days % 2 == 0) else GRID
    _, score = _profile(steps, m, grid)
    tops = np.flatnonzero((score[:-1] > 0) & (score[1:] <= 0))
    found = [_root(steps, m, float(grid[top]), float(grid[top + 1])) for top in tops]
    ends = ([float(grid[0])] if score[0] <= 0 else []) + ([float(grid[-1])] if score[-1] > 0 else [])
    places = np.array(found + ends)
    heights, _ = _profile(steps, m, places)
    best = float(np.max(places[heights >= np.max(heights) - EQUAL]))
    return math.tanh(best), best in ends and abs(best) > 0


def _root(steps: _Steps, m: int, low: float, high: float) -> float:
    for _ in range(ROUNDS):
        inside = np.linspace(low, high, PARTS + 1)
        _, score = _profile(steps, m, inside[1:-1])
        falls = np.flatnonzero(score <= 0)
        after = int(falls[0]) + 1 if len(falls) else PARTS
        low, high = float(inside[after - 1]), float(inside[after])
    return (low + high) / 2
