"""Means and standard deviations that a few wild results cannot move far."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, non_negatives, refuse, vector, whole
from calibration.distributions import chi_square_cdf, chi_square_quantile, normal_quantile
from calibration.records import record

MOST_ROUNDS = 10_000
CLOSE = 1e-13
LEAST = 3
MAD_FACTOR = 1.483
WINSOR = 1.5
WINSOR_FACTOR = 1.134
KEPT = 0.9
HAMPEL = (1.5, 3.0, 4.5)
MEDIAN_EFFICIENCY = 1.25
MOST_PARTICIPANTS = 3000
"""Every pair of them is compared: 4.5 million differences."""
ROWS = 256


@record
class Robust:
    """A robust mean and standard deviation of results.

    Attributes:
        mean: x*, in the results' unit.
        s: s*, of one result.
        p: Number of results.
    """

    mean: float
    s: float
    p: int

    @property
    def u(self) -> float:
        """Standard uncertainty of x* as an assigned value: ``1.25 * s* / sqrt(p)`` (ISO 13528:2022, 7.7.3)."""
        return MEDIAN_EFFICIENCY * self.s / math.sqrt(self.p)


def median_and_mad(values: ArrayLike) -> Robust:
    """Median, and the scaled median absolute deviation.

    ::

        x* = med x_i          s* = 1.483 * med |x_i - x*|

    Args:
        values: Results, shape (p,), 3 or more.

    Raises:
        ValueError: There are too few, or one is not finite.

    Source:
        ISO 13528:2022, C.2.1 and C.2.2.

    >>> median_and_mad([1.0, 2.0, 3.0, 4.0, 100.0])
    Robust(mean=3.0, s=1.483, p=5)
    """
    x = vector("median_and_mad", "values", values, least=LEAST)
    median = float(np.median(x))
    return Robust(median, MAD_FACTOR * float(np.median(np.abs(x - median))), len(x))


def algorithm_a(values: ArrayLike) -> Robust:
    """Robust mean and standard deviation by algorithm A.

    From median and scaled MAD on, repeat until nothing changes::

        x*_i = x_i, but not beyond x* -+ 1.5 * s*
        x* = mean of x*_i          s* = 1.134 * standard deviation of x*_i

    Args:
        values: Results, shape (p,), 3 or more. Good for up to a fifth of outliers.

    Raises:
        ValueError: There are too few results, more than half are equal, or it does not settle.

    Source:
        ISO 13528:2022, C.3.1; ISO 5725-5:1998, 6.2. The standard stops at the third significant digit of s*; here
        it goes on to the thirteenth.

    >>> found = algorithm_a([24.140, 20.155, 19.500, 20.300, 20.705, 17.570, 20.100, 20.940, 21.185])
    >>> round(found.mean, 3), round(found.s, 2)
    (20.412, 1.07)
    """
    who = "algorithm_a"
    x = vector(who, "values", values, least=LEAST)
    start = median_and_mad(x)
    if start.s == 0:
        if np.ptp(x) == 0:
            return start
        expected = "less than half of them equal"
        raise refuse(who, "values", expected, f"a median absolute deviation of 0 of {len(x)}", "Use q_hampel.")
    mean, s = start.mean, start.s
    for _ in range(MOST_ROUNDS):
        clipped = np.clip(x, mean - WINSOR * s, mean + WINSOR * s)
        new_mean, new_s = float(np.mean(clipped)), WINSOR_FACTOR * float(np.std(clipped, ddof=1))
        settled = abs(new_s - s) <= CLOSE * s and abs(new_mean - mean) <= CLOSE * s
        mean, s = new_mean, new_s
        if settled:
            return Robust(mean, s, len(x))
    raise refuse(who, "values", "a series that settles", f"changes after {MOST_ROUNDS} rounds", "Use q_hampel.")


def algorithm_s(deviations: ArrayLike, dof: int) -> float:
    """Robust pooled standard deviation (or range) by algorithm S.

    From the median on, repeat until nothing changes::

        w*_i = min(w_i, eta * w*)          w* = xi * sqrt(mean of w*_i**2)
        eta**2 = chi-square quantile(0.9, dof) / dof
        xi**-2 = chi-square cdf(dof * eta**2, dof + 2) + 0.1 * eta**2

    Args:
        deviations: Within-laboratory standard deviations, shape (p,), 0 or more, all with ``dof``; or ranges of two
            results, with ``dof`` 1.
        dof: Degrees of freedom of each, 1 or more.

    Raises:
        ValueError: A value is outside its range, or more than half of them are 0.

    Source:
        ISO 13528:2022, C.4, table C.1 (there to three decimals; here computed); ISO 5725-5:1998, 6.3.

    >>> round(algorithm_s([0.2, 0.25, 0.3, 2.0, 0.22], dof=2), 4)
    0.3311
    """
    who = "algorithm_s"
    w = non_negatives(who, "deviations", deviations, least=LEAST)
    eta, xi = limit_and_factor(dof)
    pooled = float(np.median(w))
    if pooled == 0:
        raise refuse(who, "deviations", "at least half of them above 0", "a median of 0", "Look at their resolution.")
    for _ in range(MOST_ROUNDS):
        new = xi * math.sqrt(float(np.mean(np.minimum(w, eta * pooled) ** 2)))
        if abs(new - pooled) <= CLOSE * pooled:
            return new
        pooled = new
    raise refuse(who, "deviations", "a series that settles", f"changes after {MOST_ROUNDS} rounds", "Look at them.")


def limit_and_factor(dof: int) -> tuple[float, float]:
    """Limit factor eta and adjustment factor xi of algorithm S.

    Raises:
        ValueError: ``dof`` is not a whole number, 1 or more.

    Source:
        ISO 13528:2022, table C.1.

    >>> [round(x, 3) for x in limit_and_factor(3)]
    [1.444, 1.039]
    """
    nu = whole("limit_and_factor", "dof", dof, least=1)
    quantile = chi_square_quantile(KEPT, nu)
    clipped = chi_square_cdf(quantile, nu + 2) + (1 - KEPT) * quantile / nu
    return math.sqrt(quantile / nu), 1 / math.sqrt(clipped)


def q_hampel(values: ArrayLike) -> Robust:
    """Robust standard deviation by the Q method, and the mean by Hampel's estimator.

    Q: with H(d) the share of pairs that differ by d or less, and G the line through the middles of its steps::

        s* = G^-1(0.25 + 0.75 * H(0)) / (sqrt(2) * z(0.625 + 0.375 * H(0)))

    Hampel: x* solves ``sum psi((x_i - x*) / s*) = 0`` with psi(q) = q up to 1.5, 1.5 up to 3, 4.5 - q up to 4.5 and
    0 beyond, odd; of several solutions the one nearest to the median.

    Args:
        values: One result of each participant, shape (p,), 3 to 3000.

    Raises:
        ValueError: There are too few results or too many, or all but a few are equal.

    Source:
        ISO 13528:2022, C.5.2.2 and C.5.3.2.

    >>> found = q_hampel([9.8, 10.0, 10.1, 10.2, 9.9, 30.0])
    >>> round(found.mean, 3), round(found.s, 3)
    (10.0, 0.333)
    """
    who = "q_hampel"
    x = vector(who, "values", values, least=LEAST)
    if len(x) > MOST_PARTICIPANTS:
        advice = "Use algorithm_a, which does not compare every pair."
        raise refuse(who, "values", f"at most {MOST_PARTICIPANTS}", len(x), advice)
    s = _q(x)
    return Robust(_hampel(x, s), s, len(x))


def _q(x: Array) -> float:
    i, j = np.triu_indices(len(x), k=1)
    steps, counts = np.unique(np.abs(x[i] - x[j]), return_counts=True)
    share = np.cumsum(counts) / len(i)
    at_0 = float(share[0]) if steps[0] == 0 else 0.0
    middles = (share + np.concatenate(([0.0], share[:-1]))) / 2
    if steps[0] == 0:
        middles[0] = 0.0
    else:
        steps, middles = np.concatenate(([0.0], steps)), np.concatenate(([0.0], middles))
    wanted = 0.25 + 0.75 * at_0
    who = "q_hampel"
    if wanted > middles[-1]:
        raise refuse(who, "values", "results that differ", f"{at_0:.0%} of pairs equal", "Look at their resolution.")
    distance = float(np.interp(wanted, middles, steps))
    return distance / (math.sqrt(2) * normal_quantile(0.625 + 0.375 * at_0))


def _hampel(x: Array, s: float) -> float:
    """The sum of psi is a line between its corners: every solution is found, none is iterated for."""
    corners = np.unique(np.concatenate([x + sign * c * s for c in HAMPEL for sign in (-1, 1)]))
    flat, falls, ends = HAMPEL
    sums = np.empty(len(corners))
    for first in range(0, len(corners), ROWS):  # a few rows at a time, for the memory
        q = (x[None, :] - corners[first : first + ROWS, None]) / s
        size = np.abs(q)
        psi = np.where(size <= falls, np.minimum(size, flat), np.maximum(ends - size, 0.0)) * np.sign(q)
        sums[first : first + ROWS] = psi.sum(axis=1)
    sums[np.abs(sums) < 1e-12 * len(x)] = 0.0
    solutions = []
    for k in range(len(corners) - 1):
        a, b = sums[k], sums[k + 1]
        if a == 0 and k > 0:
            solutions.append(corners[k])
        if a * b < 0:
            solutions.append(corners[k] + (corners[k + 1] - corners[k]) * a / (a - b))
    median = float(np.median(x))
    return float(min(solutions, key=lambda solution: abs(solution - median))) if solutions else median
