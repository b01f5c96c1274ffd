"""The same question by other ways, and whether the answer hangs on the way: shown, and not what decides."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

REPEATS = 999
FEWEST_PAIRS = 15
STRONG = 0.25
"""Autocorrelation of normalised residuals that is worth a warning, where it is also not by chance."""
BY_CHANCE = 1.96


def newey_west(days: Whole, errors: Floats, columns: Floats, lags: int) -> Floats:
    """Covariance of least squares' coefficients where errors hang together over some days.

    ::

        n / (n - k) (X'X)^-1 (sum_ij w(|day_i - day_j|) x_i e_i e_j x_j') (X'X)^-1      w(d) = 1 - d / (lags + 1)

    Pairs count by calendar days apart; a day that is missing adds nothing.

    Args:
        days: Numbers of days, rising, shape (n,).
        errors: Residuals of least squares, shape (n,).
        columns: X, shape (n, k).
        lags: Largest distance in days that counts, 0 or more.

    Source:
        W. K. Newey, K. D. West, Econometrica 55 (1987) 703; with gaps: D. D. Datta, W. Du, "Nonparametric HAC
        estimation for time series data with missing observations", Federal Reserve IFDP 1060 (2012), equal spacing.
    """
    n, k = columns.shape
    dense = np.zeros((int(days[-1] - days[0]) + 1, k))
    dense[days - days[0]] = columns * errors[:, None]
    middle = dense.T @ dense
    for lag in range(1, min(lags, len(dense) - 1) + 1):
        pair = dense[lag:].T @ dense[:-lag]
        middle += (1 - lag / (lags + 1)) * (pair + pair.T)
    bread = np.linalg.inv(columns.T @ columns)
    return np.asarray(n / (n - k) * bread @ middle @ bread)


def bandwidth(n: int, rho: float) -> int:
    """Lags for the kernel of Newey and West, if errors are AR(1).

    Source:
        D. W. K. Andrews, Econometrica 59 (1991) 817, (6.2) and (6.4):
        ``1.1447 (4 rho**2 / (1 - rho**2)**2 n)**(1/3)``.
    """
    return min(math.ceil(1.1447 * (_pull(4, n, rho))), n // 2)


def block_length(n: int, rho: float) -> int:
    """Length of blocks for the moving-block bootstrap of a mean, if errors are AR(1).

    Source:
        D. N. Politis, H. White, Econometric Reviews 23 (2004) 53, with A. Patton's correction, ibid. 28 (2009) 372:
        ``(6 rho**2 / (1 - rho**2)**2 n)**(1/3)``.
    """
    return max(1, min(math.ceil(_pull(6, n, rho)), n // 4))


def _pull(factor: float, n: int, rho: float) -> float:
    return float((factor * n * rho**2 / (1 - rho**2) ** 2) ** (1 / 3))


def block_bootstrap(
    residuals: Floats, influence: Floats, block: int, rng: np.random.Generator, repeats: int = REPEATS
) -> Floats:
    """Deviations of a linear estimate where its residuals are drawn anew, in moving blocks.

    Args:
        residuals: Of the model, in order of days, scaled for lost degrees of freedom, shape (n,).
        influence: What each day's value adds to the estimate per unit, shape (n,).
        block: How many neighbours are drawn together.
        rng: The generator; the same one gives the same answer.
        repeats: How often.

    Returns:
        Deviations from the estimate, sorted, shape (repeats,).

    Source:
        H. R. Künsch, Ann. Statist. 17 (1989) 1217.
    """
    n = len(residuals)
    blocks = -(-n // block)
    starts = rng.integers(0, n - block + 1, size=(repeats, blocks))
    drawn = residuals[(starts[..., None] + np.arange(block)).reshape(repeats, -1)[:, :n]]
    # The ends of a series are in fewer blocks than its middle: their mean is that of what is drawn, not 0.
    every = np.mean(residuals[np.arange(n - block + 1)[:, None] + np.arange(block)])
    return np.sort(np.einsum("ij,j->i", drawn - every, influence))


def lag_correlation(days: Whole, normalised: Floats, lag: int) -> tuple[float | None, bool]:
    """Autocorrelation of normalised residuals so many days apart, and whether it is strong.

    Returns:
        The correlation, None where fewer than 15 pairs of days lie so far apart; strong: beyond 0.25 and beyond
        what chance gives (1.96 / sqrt(pairs)).
    """
    dense = np.full(int(days[-1] - days[0]) + 1, np.nan)
    dense[days - days[0]] = normalised - np.mean(normalised)
    products = dense[lag:] * dense[:-lag] if lag < len(dense) else np.empty(0)
    pairs = int(np.sum(np.isfinite(products)))
    if pairs < FEWEST_PAIRS:
        return None, False
    value = float(np.nanmean(products) / np.nanmean(dense**2))
    return value, abs(value) > max(STRONG, BY_CHANCE / math.sqrt(pairs))


def worst_stretch(days: Whole, values: Floats, since: int, until: int, sign: int) -> tuple[float | None, bool]:
    """Whether a baseline is the worst stretch of a longer history.

    Stretches of the baseline's length are taken at every day before it that lie within the history, share at most
    half of their days with the baseline and hold at least half as many values.

    Args:
        days: Numbers of days, rising, of history and baseline.
        values: The figure, each finite.
        since: First day of the baseline.
        until: Its last day.
        sign: 1: more is better; -1: less is.

    Returns:
        Mean of the history before the baseline (None: there is less than two baselines of it), and whether every
        other stretch was better.
    """
    length = until - since + 1
    inside = (days >= since) & (days <= until)
    earlier = days < since
    if not np.any(inside) or not np.any(earlier) or since - int(days[0]) < 2 * length:
        return None, False
    sums = np.concatenate([[0.0], np.cumsum(values)])
    starts = np.arange(int(days[0]), since - length // 2)
    left, right = np.searchsorted(days, starts), np.searchsorted(days, starts + length)
    counts = right - left
    enough = 2 * counts >= np.sum(inside)
    if not np.any(enough):
        return None, False
    means = (sums[right] - sums[left])[enough] / counts[enough]
    return float(np.mean(values[earlier])), bool(np.all(sign * means > sign * float(np.mean(values[inside]))))
