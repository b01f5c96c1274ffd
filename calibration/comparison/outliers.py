"""Stragglers and outliers among laboratories, and Mandel's pictures of consistency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, non_negatives, refuse, vector, whole
from calibration.comparison.critical_values import (
    cochran_critical,
    grubbs_critical,
    grubbs_pair_critical,
    mandel_h_critical,
    mandel_k_critical,
)
from calibration.records import record

Finding = Literal["consistent", "straggler", "outlier"]

STRAGGLER = 0.05
OUTLIER = 0.01


@record
class OutlierTest:
    """What a test says of the most extreme laboratory or pair.

    Attributes:
        test: ``cochran``, ``grubbs`` or ``grubbs_pair``.
        laboratories: Indices of the extreme one or pair, from 0.
        statistic: Dimensionless.
        critical_5: Critical value at 5 %.
        critical_1: Critical value at 1 %.
        finding: ``straggler`` beyond the critical value at 5 %, ``outlier`` beyond that at 1 %.
    """

    test: str
    laboratories: tuple[int, ...]
    statistic: float
    critical_5: float
    critical_1: float
    finding: Finding


@record
class Mandel:
    """Mandel's consistency statistic of every laboratory.

    Attributes:
        statistics: One for each laboratory, dimensionless; h carries a sign.
        critical_5: Critical value at 5 % for one laboratory (of the absolute value, for h).
        critical_1: The same at 1 %.
    """

    statistics: tuple[float, ...]
    critical_5: float
    critical_1: float


def cochran_test(deviations: ArrayLike, n: int) -> OutlierTest:
    """Cochran's test: does one laboratory repeat worse than the others?

    ::

        C = s_max**2 / sum(s_i**2)

    Args:
        deviations: Within-laboratory standard deviations, shape (p,), p >= 2, 0 or more; ranges do for n = 2.
        n: Results behind each; where they differ a little, the number that most have.

    Raises:
        ValueError: A value is outside its range, or all deviations are 0.

    Source:
        ISO 5725-2:2019, 8.3.4.

    >>> found = cochran_test([0.0, 0.16, 0.6, 0.1, 0.24, 0.16, 1.1, 0.19, 0.3], n=2)
    >>> round(found.statistic, 3), found.laboratories, found.finding
    (0.667, (6,), 'straggler')
    """
    who = "cochran_test"
    s = non_negatives(who, "deviations", deviations, least=2)
    n = whole(who, "n", n, least=2)
    shares = _shares(who, s)
    largest = int(np.argmax(s))
    critical = [cochran_critical(len(s), n, alpha) for alpha in (STRAGGLER, OUTLIER)]
    return _told("cochran", (largest,), float(shares[largest]), critical)


def grubbs_test(values: ArrayLike) -> OutlierTest:
    """Grubbs' test of the value that is furthest from the mean.

    ::

        G = max |x_i - mean| / s

    Args:
        values: Laboratory means, shape (p,), p >= 3; not all equal.

    Raises:
        ValueError: There are too few values, or all are equal.

    Source:
        ISO 5725-2:2019, 8.3.5, one outlying observation.

    >>> found = grubbs_test([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])
    >>> round(found.statistic, 6), found.finding
    (2.468765, 'outlier')
    """
    x, deviations, s = _spread("grubbs_test", values, least=3)
    furthest = int(np.argmax(np.abs(deviations)))
    critical = [grubbs_critical(len(x), alpha) for alpha in (STRAGGLER, OUTLIER)]
    return _told("grubbs", (furthest,), float(abs(deviations[furthest])) / s, critical)


def grubbs_pair_test(values: ArrayLike) -> OutlierTest:
    """Grubbs' test of the two largest or the two smallest values, whichever leave the smaller sum of squares.

    ::

        G = sum of squares without the pair / sum of squares of all

    Args:
        values: Laboratory means, shape (p,), 4 to 400; not all equal.

    Returns:
        A *small* statistic is significant here.

    Raises:
        ValueError: There are too few values or too many, or all are equal.

    Source:
        ISO 5725-2:2019, 8.3.5, two outlying observations.

    >>> grubbs_pair_test([10.0, 10.1, 9.9, 10.0, 10.2, 9.8, 12.0, 12.5]).laboratories
    (6, 7)
    """
    x, deviations, s = _spread("grubbs_pair_test", values, least=4)
    whole_sum = s * s * (len(x) - 1)

    def ratio(pair: list[int]) -> float:
        rest = np.delete(deviations, pair)
        return float(np.sum((rest - np.mean(rest)) ** 2)) / whole_sum

    order = np.argsort(x, kind="stable").tolist()
    statistic, pair = min((ratio(pair), sorted(pair)) for pair in (order[:2], order[-2:]))
    critical = [grubbs_pair_critical(len(x), alpha) for alpha in (STRAGGLER, OUTLIER)]
    return _told("grubbs_pair", tuple(pair), statistic, critical, small=True)


def mandel_h(means: ArrayLike) -> Mandel:
    """Mandel's h: each laboratory's deviation from the mean of all, in standard deviations.

    ::

        h_i = (x_i - mean) / s

    Args:
        means: Laboratory means at one level, shape (p,), p >= 3; not all equal.

    Raises:
        ValueError: There are too few values, or all are equal.

    Source:
        ISO 5725-2:2019, 8.3.2.

    >>> [round(h, 2) for h in mandel_h([1.0, 2.0, 3.0]).statistics]
    [-1.0, 0.0, 1.0]
    """
    x, deviations, s = _spread("mandel_h", means, least=3)
    critical = [mandel_h_critical(len(x), alpha) for alpha in (STRAGGLER, OUTLIER)]
    return Mandel(tuple(float(d) / s for d in deviations), *critical)


def mandel_k(deviations: ArrayLike, n: int) -> Mandel:
    """Mandel's k: each laboratory's repeatability over that of all together.

    ::

        k_i = s_i / sqrt(mean of s_i**2)

    Args:
        deviations: Within-laboratory standard deviations at one level, shape (p,), p >= 2, 0 or more.
        n: Results behind each.

    Raises:
        ValueError: A value is outside its range, or all deviations are 0.

    Source:
        ISO 5725-2:2019, 8.3.2.

    >>> [round(k, 3) for k in mandel_k([1.0, 1.0, 2.0], n=3).statistics]
    [0.707, 0.707, 1.414]
    """
    who = "mandel_k"
    s = non_negatives(who, "deviations", deviations, least=2)
    n = whole(who, "n", n, least=2)
    statistics = np.sqrt(_shares(who, s) * len(s))
    critical = [mandel_k_critical(len(s), n, alpha) for alpha in (STRAGGLER, OUTLIER)]
    return Mandel(tuple(statistics.tolist()), *critical)


def _shares(who: str, s: Array) -> Array:
    """Share of each variance in their sum; over the largest first, so that no scale is too large or too small."""
    largest = float(np.max(s))
    if largest == 0:
        raise refuse(who, "deviations", "one above 0 at least", "all 0", "Look at the resolution of the results.")
    squares = (s / largest) ** 2
    shares: Array = squares / np.sum(squares)
    return shares


def _spread(who: str, values: ArrayLike, least: int) -> tuple[Array, Array, float]:
    """Values, their deviations from the mean and their standard deviation, the last two in one power of two.

    All statistics here are ratios, so the unit is free; a power of two costs no digits.
    """
    x = vector(who, "values", values, least=least)
    if np.max(x) == np.min(x):
        raise refuse(who, "values", "values that differ", "equal ones", "Look at the resolution of the results.")
    scaled = np.ldexp(x, -math.frexp(float(np.max(np.abs(x))))[1])
    deviations: Array = scaled - np.mean(scaled)
    unit = float(np.max(np.abs(deviations)))
    deviations = deviations / unit - np.mean(deviations / unit)
    s = math.sqrt(float(np.sum(deviations**2)) / (len(x) - 1))
    return x, deviations, s


def _told(
    test: str, laboratories: tuple[int, ...], statistic: float, critical: Sequence[float], *, small: bool = False
) -> OutlierTest:
    beyond = [statistic < limit if small else statistic > limit for limit in critical]
    finding: Finding = "outlier" if beyond[1] else "straggler" if beyond[0] else "consistent"
    return OutlierTest(test, laboratories, statistic, critical[0], critical[1], finding)
