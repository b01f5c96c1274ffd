"""The normal distribution."""

import math

from calibration.distributions.needs import need_number, need_probability

HALF = 0.5
QUARTER = 0.25
FURTHEST = 37.0


def normal_cdf(z: float, *, upper: bool = False) -> float:
    """Probability that a standard normal variable is at most ``z``, or above it.

    ::

        Phi(z) = erfc(-z / sqrt(2)) / 2

    Args:
        z: Any number.
        upper: True gives the upper tail ``1 - Phi(z)``, with all its digits.

    Raises:
        ValueError: ``z`` is not a number.

    Source:
        Abramowitz and Stegun, 26.2.29.

    >>> normal_cdf(0.0)
    0.5
    """
    need_number("normal_cdf", "z", z)
    return 0.5 * math.erfc((z if upper else -z) / math.sqrt(2))


def normal_quantile(p: float) -> float:
    """Where a standard normal variable lies with probability ``p`` or less.

    Newton's method with a second-order term (Halley) on ``erfc``; the start is good to 5e-4.

    Args:
        p: Probability, in (0, 1).

    Raises:
        ValueError: ``p`` is outside its range.

    Source:
        Start: Abramowitz and Stegun, 26.2.23.

    >>> round(normal_quantile(0.975), 9)
    1.959963985
    """
    need_probability("normal_quantile", p)
    if p > HALF:
        # 1 - p is exact there, and the lower tail keeps all its digits.
        return -_lower_quantile(1 - p)
    return _lower_quantile(p)


def _lower_quantile(p: float) -> float:
    t = math.sqrt(-2 * math.log(p))
    z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    if z < -FURTHEST:
        return _from_logarithm(z, math.log(p))
    for _ in range(3):
        # The density divides first: both tails underflow together.
        off = _above(z, p) * math.sqrt(2 * math.pi) * math.exp(z * z / 2)
        z -= off / (1 + z * off / 2)
    return z


def _above(z: float, p: float) -> float:
    """How much more than ``p`` lies below ``z``; in the middle, both are held against one half."""
    if p > QUARTER:
        return (HALF - p) + math.erf(z / math.sqrt(2)) / 2
    return math.erfc(-z / math.sqrt(2)) / 2 - p


def _from_logarithm(z: float, log_p: float) -> float:
    """Where probabilities are below the normal numbers, by the asymptotic series of Mills' ratio."""
    for _ in range(4):
        over = 1 / (z * z)
        series = 1 - over * (1 - over * (3 - over * (15 - 105 * over)))
        log_tail = -z * z / 2 - math.log(-z * math.sqrt(2 * math.pi)) + math.log(series)
        z += (log_tail - log_p) / (z / series)
    return z
