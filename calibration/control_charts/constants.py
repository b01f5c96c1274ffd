"""The constants of control charts for any subgroup size: computed, not looked up.

Published tables stop at n = 25 and carry three to five figures.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from calibration.checks import finite, refuse

# From here on the series of the gamma ratio is good to 1e-15, and the difference of two large logarithms is not.
LARGE = 400
SMALLEST = 2
LARGEST = 1_000_000


def c4(n: float) -> float:
    """Mean of the sample standard deviation of ``n`` normal values, over sigma.

    ::

        c4(n) = sqrt(2 / (n - 1)) * gamma(n / 2) / gamma((n - 1) / 2)

    Args:
        n: Values, above 1. A fraction is meaningful where degrees of freedom are one (``n - 1``).

    Raises:
        ValueError: ``n`` is 1 or less.

    Source:
        Montgomery, Introduction to Statistical Quality Control, appendix VI; NIST/SEMATECH e-Handbook, 6.3.2.

    >>> round(c4(5), 4)
    0.94
    """
    who = "c4"
    if not finite(who, "n", n) > 1:
        raise refuse(who, "n", "more than 1 value", n, "One value has no spread.")
    x = (n - 1) / 2
    if x < LARGE / 2:
        return math.exp(math.lgamma(x + 0.5) - math.lgamma(x)) / math.sqrt(x)
    r = 1 / (8 * x)
    return 1 - r + r**2 / 2 + 5 * r**3 / 2 - 21 * r**4 / 8 - 399 * r**5 / 8


def d2(n: int) -> float:
    """Mean of the range of ``n`` standard normal values.

    ::

        d2(n) = integral of P(R > r) dr over r >= 0

    Args:
        n: Values in a subgroup, 2 to a million.

    Raises:
        ValueError: ``n`` is not a whole number in this range.

    Source:
        Tippett, Biometrika 17 (1925) 364; Montgomery, appendix VI.

    >>> round(d2(5), 3)
    2.326
    """
    return _range_moments(_whole("d2", n))[0]


def d3(n: int) -> float:
    """Standard deviation of the range of ``n`` standard normal values.

    ::

        d3(n)**2 = 2 * integral of r * P(R > r) dr over r >= 0  -  d2(n)**2

    Args:
        n: Values in a subgroup, 2 to a million.

    Raises:
        ValueError: ``n`` is not a whole number in this range.

    Source:
        Tippett, Biometrika 17 (1925) 364; Montgomery, appendix VI.

    >>> round(d3(5), 4)
    0.8641
    """
    return _range_moments(_whole("d3", n))[1]


def _whole(who: str, n: int) -> int:
    number = finite(who, "n", n)
    if number != int(number) or number < SMALLEST:
        raise refuse(who, "n", "a whole number of 2 or more", n, "A range needs two values.")
    if number > LARGEST:
        raise refuse(who, "n", f"at most {LARGEST}", n, "Use standard deviations: a range says little of so many.")
    return int(number)


@lru_cache(maxsize=256)
def _range_moments(n: int) -> tuple[float, float]:
    r, weights = _quadrature()
    exceeds = 1 - _range_cdf(n)
    mean = float(np.sum(weights * exceeds))
    square = float(np.sum(weights * 2 * r * exceeds))
    return mean, math.sqrt(square - mean**2)


# The range of n values stays below this but for one time in 1e20, also for a million values.
WIDEST = 18.0


@lru_cache(maxsize=1)
def _quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(160)
    return (nodes + 1) * WIDEST / 2, weights * WIDEST / 2


@lru_cache(maxsize=1)
def _between() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest value x: its density times the step, and P(x < X < x + r), by (x, r)."""
    # The trapezoid rule on a smooth function that vanishes at both ends gains digits with every halving of the step.
    x, step = np.linspace(-9, 9, 361, retstep=True)
    r, _ = _quadrature()
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi) * step
    upper = np.array([math.erfc(v / math.sqrt(2)) / 2 for v in x])
    beyond = np.array([math.erfc(v / math.sqrt(2)) / 2 for v in np.add.outer(x, r).ravel()]).reshape(x.size, r.size)
    return density, upper[:, np.newaxis] - beyond


def _range_cdf(n: int) -> NDArray[np.float64]:
    """P(R <= r) = n * integral of density(x) * P(x < X < x + r)**(n - 1) dx."""
    density, between = _between()
    result: NDArray[np.float64] = n * (density @ between ** (n - 1))
    return result
