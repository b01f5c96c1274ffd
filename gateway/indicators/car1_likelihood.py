"""Where the restricted likelihood of a regression with AR(1) errors is highest.

Of rows z = (X, y), whitened, only the products of neighbours matter, summed over steps of one length d (r = rho**d,
a the later, b the earlier row)::

    A(rho) = z_1 z_1' + sum_d (sum (a - r b)(a - r b)') / (1 - r**2)
    -2 l(rho) = m ln S + ln|A_XX| + sum ln(1 - r**2)      ln S = ln|A| - ln|A_XX|

so that a place costs a few small matrices however many days there are, and its slope is known exactly.

Decision: rho is where the slope is zero, among all such places of a grid the most likely.
Because: restricted likelihoods of short series have several hills, and a search for a height stops eight digits
early: another machine could not find the same figure to 1e-9.
Instead of: one descent from one beginning.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

FARTHEST = 6.0
"""Of artanh(rho) that is looked at: rho from -0.99999 to 0.99999."""
GRID = np.linspace(-FARTHEST, FARTHEST, 97)
CLOSE = 1e-14
"""Change of artanh(rho) from one round to the next that is nothing but rounding."""
ROUNDS = 60
EQUAL = 1e-9
"""Likelihoods this near are equal: days that lie evenly apart cannot tell rho from -rho."""
AT_ONCE = 200
"""Series that are searched together, so that memory stays small."""


class _Steps(NamedTuple):
    """Sums of products over neighbours a (later), b (earlier), one set for each series and each length of step.

    Attributes:
        days: Lengths, shape (u,).
        counts: How many steps are as long, shape (u,).
        first: Product of the first row with itself, shape (s, p, p).
        before: Sum of b b', shape (s, u, p, p).
        across: For sign + and -: sum of (a -+ b) b' and its transpose, shape (s, 2, u, p, p).
        apart: For sign + and -: sum of (a -+ b)(a -+ b)', shape (s, 2, u, p, p).
    """

    days: Floats
    counts: Floats
    first: Floats
    before: Floats
    across: Floats
    apart: Floats

    def of(self, series: NDArray[np.intp]) -> "_Steps":
        """Those of some of the series."""
        return self._replace(
            first=self.first[series], before=self.before[series], across=self.across[series], apart=self.apart[series]
        )


def most_likely(days: Whole, z: Floats, m: int) -> tuple[Floats, NDArray[np.bool_]]:
    """The correlation at which each series is most likely.

    Args:
        days: Numbers of days, rising, shape (n,).
        z: Columns of X, at right angles, and y less its projection, of like size, shape (series, n, k + 1).
        m: n - k.

    Returns:
        rho of each series, in (-1, 1), and whether it lies at the end of what is looked at.
    """
    parts = [_searched(_steps(days, z[at : at + AT_ONCE]), m) for at in range(0, len(z), AT_ONCE)]
    if not parts:
        return np.empty(0), np.empty(0, dtype=bool)
    return np.concatenate([rho for rho, _ in parts]), np.concatenate([at_end for _, at_end in parts])


def _steps(days: Whole, z: Floats) -> _Steps:
    lengths, which = np.unique(np.diff(days), return_inverse=True)
    earlier, later = z[:, :-1], z[:, 1:]
    before, across, apart = [], [], []
    for index in range(len(lengths)):
        b, a = earlier[:, which == index], later[:, which == index]
        before.append(_products(b, b))
        mixed = [_products(away, b) for away in (a - b, a + b)]
        across.append(np.stack([one + one.swapaxes(1, 2) for one in mixed], axis=1))
        apart.append(np.stack([_products(away, away) for away in (a - b, a + b)], axis=1))
    return _Steps(
        lengths.astype(float),
        np.bincount(which).astype(float),
        z[:, 0, :, None] * z[:, 0, None, :],
        np.stack(before, axis=1),
        np.stack(across, axis=2),
        np.stack(apart, axis=2),
    )


def _products(one: Floats, other: Floats) -> Floats:
    return np.asarray(one.swapaxes(1, 2) @ other)


def _searched(steps: _Steps, m: int) -> tuple[Floats, NDArray[np.bool_]]:
    grid = GRID[GRID >= 0] if np.all(steps.days % 2 == 0) else GRID
    many = len(steps.first)
    _, slope = _profile(steps, m, np.broadcast_to(grid, (many, len(grid))))
    owners, tops = np.nonzero((slope[:, :-1] > 0) & (slope[:, 1:] <= 0))
    roots = _roots(steps.of(owners), m, grid[tops], grid[tops + 1])
    falls, climbs = np.flatnonzero(slope[:, 0] <= 0), np.flatnonzero(slope[:, -1] > 0)
    owners = np.concatenate([owners, falls, climbs])
    places = np.concatenate([roots, np.full(len(falls), grid[0]), np.full(len(climbs), grid[-1])])
    is_end = np.arange(len(places)) >= len(roots)
    height, _ = _profile(steps.of(owners), m, places[:, None])
    highest = np.full(many, -np.inf)
    np.maximum.at(highest, owners, height[:, 0])
    equal = height[:, 0] >= highest[owners] - EQUAL
    best, at_end = np.full(many, -np.inf), np.zeros(many, dtype=bool)
    np.maximum.at(best, owners[equal], places[equal])
    at_end[owners[is_end & (places == best[owners]) & (places != 0)]] = True
    return np.tanh(best), at_end


def _roots(steps: _Steps, m: int, low: Floats, high: Floats) -> Floats:
    """Where the slope, above 0 at ``low`` and not at ``high``, is 0: false position after Illinois.

    Source:
        M. Dowell, P. Jarratt, BIT 11 (1971) 168.
    """
    at, kept = low, np.zeros(len(low))
    (slope_low, slope_high), low, high = _profile(steps, m, np.column_stack([low, high]))[1].T, low.copy(), high.copy()
    for _ in range(ROUNDS if len(low) else 0):
        before, fall = at, slope_low - slope_high
        at = np.where(fall > 0, low + (high - low) * slope_low / np.where(fall > 0, fall, 1.0), (low + high) / 2)
        if np.all(np.abs(at - before) <= CLOSE):
            break
        slope = _profile(steps, m, at[:, None])[1][:, 0]
        is_up = slope > 0
        # The end that stays twice counts half, or it would stay for ever.
        slope_high = np.where(is_up, np.where(kept > 0, slope_high / 2, slope_high), slope)
        slope_low = np.where(is_up, slope, np.where(kept < 0, slope_low / 2, slope_low))
        low, high = np.where(is_up, at, low), np.where(is_up, high, at)
        kept = np.where(is_up, 1.0, -1.0)
    return at


def _profile(steps: _Steps, m: int, at: Floats) -> tuple[Floats, Floats]:
    """Restricted log-likelihood, less its constants, and its slope over artanh(rho).

    Args:
        steps: Of the series.
        m: n - k.
        at: Places of each series, artanh(rho), shape (s, g).
    """
    rho = np.tanh(at)[:, :, None]
    size = np.abs(rho)
    with np.errstate(divide="ignore"):
        logs = steps.days * np.log(size)
    is_odd = steps.days % 2 == 1
    sign = np.where((rho < 0) & is_odd, -1.0, 1.0)
    r, square = sign * np.exp(logs), -np.expm1(2 * logs)
    turn = steps.days * size ** (steps.days - 1) * np.where((rho < 0) & ~is_odd, -1.0, 1.0)  # dr / d rho
    series, side, each = np.arange(len(at))[:, None, None], (sign < 0).astype(int), np.arange(len(steps.days))
    across, apart = steps.across[series, side, each], steps.apart[series, side, each]
    before = steps.before[:, None]
    # a - r b = (a -+ b) + shift b: what a difference of nearly equal rows would lose is never taken.
    shift, over, wide = (-sign * np.expm1(logs))[..., None, None], square[..., None, None], r[..., None, None]
    moment = apart + shift * across + shift**2 * before
    change = (2 * wide * moment / over - across - 2 * shift * before) / over * turn[..., None, None]
    whole, moved = steps.first[:, None] + np.sum(moment / over, axis=2), np.sum(change, axis=2)
    k = whole.shape[-1] - 1
    log_whole, log_inner = np.linalg.slogdet(whole)[1], np.linalg.slogdet(whole[..., :k, :k])[1]
    d_whole = np.trace(np.linalg.solve(whole, moved), axis1=2, axis2=3)
    d_inner = np.trace(np.linalg.solve(whole[..., :k, :k], moved[..., :k, :k]), axis1=2, axis2=3)
    volume, d_volume = (
        np.sum(steps.counts * np.log(square), axis=2),
        np.sum(-2 * steps.counts * r * turn / square, axis=2),
    )
    height = -0.5 * (m * (log_whole - log_inner) + log_inner + volume)
    slope = -0.5 * (m * (d_whole - d_inner) + d_inner + d_volume)
    return height, slope * (1 - rho[:, :, 0] ** 2)
