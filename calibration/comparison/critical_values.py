"""Critical values of the tests of ISO 5725-2, computed and not tabulated."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from calibration.checks import Array, probability, refuse, whole
from calibration.distributions import f_quantile, student_t_quantile

GRID = 4001
NODES = 48
BISECTIONS = 60
MOST = 400
PER_CENT = "Give 0.05 for 5 %."


def cochran_critical(p: int, n: int, alpha: float) -> float:
    """Critical value of Cochran's test for one large variance.

    ::

        C = F / (F + p - 1)          F = F quantile(1 - alpha / p; n - 1, (p - 1) * (n - 1))

    Exact where it is above 0.5, else a little too large (Bonferroni), as the tables of the standard are.

    Args:
        p: Laboratories, 2 or more.
        n: Results of each, 2 or more.
        alpha: Significance level.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 5725-2:2019, 8.3.4 and table 4; Wilrich, AStA 97 (2013) 1.

    >>> round(cochran_critical(9, 2, 0.05), 3)
    0.638
    """
    who = "cochran_critical"
    p, n = whole(who, "p", p, least=2), whole(who, "n", n, least=2)
    ratio = f_quantile(1 - probability(who, "alpha", alpha, PER_CENT) / p, n - 1, (p - 1) * (n - 1))
    return ratio / (ratio + p - 1)


def grubbs_critical(p: int, alpha: float) -> float:
    """Critical value of Grubbs' test for one value that is too large or too small (two-sided).

    ::

        G = (p - 1) * t / sqrt(p * (p - 2 + t**2))          t = Student quantile(1 - alpha / (2 * p), p - 2)

    Args:
        p: Number of values, 3 or more.
        alpha: Significance level of both sides together.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 5725-2:2019, 8.3.5 and table 5, one outlier; Grubbs, Ann. Math. Statist. 21 (1950) 27.

    >>> round(grubbs_critical(8, 0.05), 3)
    2.127
    """
    who = "grubbs_critical"
    p = whole(who, "p", p, least=3)
    t = student_t_quantile(1 - probability(who, "alpha", alpha, PER_CENT) / (2 * p), p - 2)
    return (p - 1) * t / math.sqrt(p * (p - 2 + t * t))


def mandel_h_critical(p: int, alpha: float) -> float:
    """Critical value of Mandel's h, between laboratories (two-sided).

    ::

        h = (p - 1) * t / sqrt(p * (t**2 + p - 2))          t = Student quantile(1 - alpha / 2, p - 2)

    Args:
        p: Laboratories, 3 or more.
        alpha: Significance level of one laboratory's h.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 5725-2:2019, 8.3.3 and tables 6 and 7; ASTM E691, 15.4 (alpha 0.005).

    >>> round(mandel_h_critical(7, 0.005), 2)
    2.05
    """
    who = "mandel_h_critical"
    p = whole(who, "p", p, least=3)
    t = student_t_quantile(1 - probability(who, "alpha", alpha, PER_CENT) / 2, p - 2)
    return (p - 1) * t / math.sqrt(p * (t * t + p - 2))


def mandel_k_critical(p: int, n: int, alpha: float) -> float:
    """Critical value of Mandel's k, within laboratories.

    ::

        k = sqrt(p * F / (F + p - 1))          F = F quantile(1 - alpha; n - 1, (p - 1) * (n - 1))

    Args:
        p: Laboratories, 2 or more.
        n: Results of each, 2 or more.
        alpha: Significance level of one laboratory's k.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 5725-2:2019, 8.3.3 and tables 6 and 7; ASTM E691, 15.4 (alpha 0.005).

    >>> round(mandel_k_critical(7, 3, 0.005), 2)
    2.03
    """
    who = "mandel_k_critical"
    p, n = whole(who, "p", p, least=2), whole(who, "n", n, least=2)
    ratio = f_quantile(1 - probability(who, "alpha", alpha, PER_CENT), n - 1, (p - 1) * (n - 1))
    return math.sqrt(p * ratio / (ratio + p - 1))


def grubbs_pair_critical(p: int, alpha: float) -> float:
    """Critical value of Grubbs' test for the two largest or the two smallest values; a smaller ratio is significant.

    The ratio is the sum of squares without the pair over that with it. With m = p - 2 other values, r the pair's
    distance from their mean in their sum of squares and F the distribution of their largest standardised deviation,

    ::

        P(ratio < g) = p * (p - 1) / 2 * integral over the pair's place of P(all others are below the pair)

    in which F follows from m - 1 values to m by one integral each (Grubbs' recursion).

    Args:
        p: Number of values, 4 to 400.
        alpha: Significance level of both sides together.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ISO 5725-2:2019, table 5, two outliers; Grubbs and Beck, Technometrics 14 (1972) 847.
        Good to 1e-6 up to 40 values, to 2e-5 up to 100.

    >>> round(grubbs_pair_critical(8, 0.05), 4)
    0.1101
    """
    who = "grubbs_pair_critical"
    p = whole(who, "p", p, least=4)
    if p > MOST:
        advice = "Among so many, two are found one by one: use the test of one outlier."
        raise refuse(who, "p", f"at most {MOST}", p, advice)
    wanted = probability(who, "alpha", alpha, PER_CENT) / 2
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _pair_below(middle, p) < wanted else (low, middle)
    return high


def _pair_below(g: float, p: int) -> float:
    """Probability that the two largest of p values leave a share of the sum of squares below ``g``."""
    m = p - 2
    nodes, weights = _rule()
    # A share R has the distribution R**((m - 1) / 2): its power is uniform.
    most = g ** ((m - 1) / 2)
    share = (most * (1 + nodes) / 2) ** (2 / (m - 1))
    r = np.sqrt(1 / share - 1)
    rho, delta = math.sqrt(p / (2 * m) + 0.5), math.atan(math.sqrt(m / p))
    surely = np.arccos(np.minimum(1.0, math.sqrt((m - 1) / m) / (r * rho)))
    never = np.arccos(np.minimum(1.0, math.sqrt(1 / (m * (m - 1))) / (r * rho)))
    start = np.maximum(surely, delta)
    half = np.maximum(never - start, 0.0) / 2
    angles = start[:, None] + half[:, None] * (1 + nodes[None, :])
    between = (_largest_below(m, r[:, None] * rho * np.cos(angles)) * weights).sum(axis=1) * half
    angle = np.maximum(surely - delta, 0.0) + between
    return float(math.comb(p, 2) * np.sum(weights * angle) * most / 2 / math.pi)


def _largest_below(m: int, t: Array) -> Array:
    """Probability that the largest of m deviations, over the root of the sum of squares, is below t."""
    q = np.clip(t * math.sqrt(m / (m - 1)), 0.0, 1.0)
    return _at(m, np.arcsin(q))


def _at(m: int, angle: Array) -> Array:
    if m == 2:  # noqa: PLR2004
        return (angle >= math.pi / 2 * (1 - 1e-12)).astype(np.float64)
    grid, below = _table(m)
    return np.interp(angle, grid, below)


@lru_cache(maxsize=1)
def _rule() -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre on -1..1; not at import, which would load numpy's polynomials."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


@lru_cache(maxsize=256)
def _table(m: int) -> tuple[Array, Array]:
    """Grubbs' recursion on the angle whose sine is the largest standardised deviation."""
    log_scale = math.lgamma((m - 1) / 2) - math.lgamma((m - 2) / 2) - math.log(math.pi) / 2
    grid = np.linspace(math.asin(1 / (m - 1)), math.pi / 2, GRID)
    others = np.arcsin(np.minimum(1.0, np.tan(grid[:-1]) * math.sqrt(m / (m - 2))))
    below = np.concatenate((_at(m - 1, others), [1.0]))
    density = m * math.exp(log_scale) * np.cos(grid) ** (m - 3) * below
    steps = (density[1:] + density[:-1]) / 2 * np.diff(grid)
    table = np.concatenate(([0.0], np.cumsum(steps)))
    return grid, table / table[-1]
