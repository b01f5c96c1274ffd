"""The gamma distribution (regularised incomplete gamma function) and chi-square."""

import math

from calibration.distributions.logarithms import log_less, position, stirling_rest
from calibration.distributions.needs import need_dof, need_not_negative, need_probability, need_shape
from calibration.distributions.normal import normal_quantile

CLOSE = 1e-17
TINY = 1e-300
NEAR_ONE = 4e-16  # two steps of a float: a smaller one may never come
LEAST_CUBE = 0.1
# Below this the first term of the series is the whole of it.
FIRST_TERM = -600.0


def gamma_cdf(x: float, shape: float, *, upper: bool = False) -> float:
    """Regularised incomplete gamma function, P(shape, x), or Q with ``upper``.

    ::

        P(a, x) = integral from 0 to x of t**(a - 1) * exp(-t) dt / gamma(a)      Q = 1 - P

    Args:
        x: 0 or more, dimensionless.
        shape: a, above 0.
        upper: True gives Q, with all its digits.

    Raises:
        ValueError: A value is outside its range.

    Source:
        Abramowitz and Stegun, 6.5.1; its series 6.5.29 and its continued fraction 6.5.31.

    >>> round(gamma_cdf(1.0, shape=1.0) + math.exp(-1), 12)
    1.0
    """
    need_shape("gamma_cdf", "shape", shape)
    need_not_negative("gamma_cdf", "x", x, "A gamma variable is not negative.")
    return gamma_tails(shape, x)[1 if upper else 0]


def gamma_quantile(p: float, shape: float) -> float:
    """The x with P(shape, x) = p.

    Args:
        p: Probability, in (0, 1).
        shape: a, above 0.

    Raises:
        ValueError: A value is outside its range.

    Source:
        Start: Wilson and Hilferty, PNAS 17 (1931) 684; Abramowitz and Stegun, 26.4.17.

    >>> round(gamma_quantile(1 - math.exp(-1), shape=1.0), 12)
    1.0
    """
    need_probability("gamma_quantile", p)
    need_shape("gamma_quantile", "shape", shape)
    return math.exp(log_quantile(p, 1 - p, shape))


def chi_square_cdf(x: float, dof: float, *, upper: bool = False) -> float:
    """Probability that a chi-square variable is at most ``x``, or above it.

    Args:
        x: 0 or more, dimensionless.
        dof: Degrees of freedom, above 0, whole or not.
        upper: True gives the upper tail, with all its digits.

    Raises:
        ValueError: A value is outside its range.

    Source:
        P(dof/2, x/2): Abramowitz and Stegun, 26.4.19.

    >>> round(chi_square_cdf(2.0, dof=2) + math.exp(-1), 12)
    1.0
    """
    need_dof("chi_square_cdf", "dof", dof)
    need_not_negative("chi_square_cdf", "x", x, "A sum of squares is not negative.")
    return gamma_tails(dof / 2, x / 2)[1 if upper else 0]


def chi_square_quantile(p: float, dof: float) -> float:
    """Where a chi-square variable lies with probability ``p`` or less.

    Args:
        p: Probability, in (0, 1).
        dof: Degrees of freedom, above 0, whole or not.

    Raises:
        ValueError: A value is outside its range.

    Source:
        The inverse of P(dof/2, x/2): Abramowitz and Stegun, 26.4.19.

    >>> round(chi_square_quantile(0.95, dof=1), 6)
    3.841459
    """
    need_probability("chi_square_quantile", p)
    need_dof("chi_square_quantile", "dof", dof)
    return 2 * math.exp(log_quantile(p, 1 - p, dof / 2))


def log_quantile(lower: float, upper: float, a: float) -> float:
    """``log(x)`` where the tails of P(a, x) are ``lower`` and ``upper``."""
    # Far down on the left P(a, x) is its first term, x**a / gamma(a + 1).
    first = (math.log(lower) + math.lgamma(a + 1)) / a
    if first < FIRST_TERM:
        return first
    spread = 1 / (9 * a)
    z = normal_quantile(lower) if lower <= upper else -normal_quantile(upper)
    cube = 1 - spread + z * math.sqrt(spread)
    start = math.log(a * cube**3) if cube > LEAST_CUBE else first

    def tails(w: float) -> tuple[float, float, float]:
        x = math.exp(w)
        return (*gamma_tails(a, x), _density(a, x))

    return position(lower, upper, tails, start)


def _density(a: float, x: float) -> float:
    """``x**a * exp(-x) / gamma(a)``: the density of log x."""
    return math.exp(a * log_less(x / a, (x - a) / a) - stirling_rest(a)) * math.sqrt(a / (2 * math.pi))


def gamma_tails(a: float, x: float) -> tuple[float, float]:
    """P(a, x) and Q(a, x), each with its own digits."""
    if x <= 0:
        return 0.0, 1.0
    if math.isinf(x):
        return 1.0, 0.0
    scale = _density(a, x)
    if x < a + 1:
        lower = scale * _lower_series(a, x)
        return lower, 1 - lower
    upper = scale * _upper_fraction(a, x)
    return 1 - upper, upper


def _lower_series(a: float, x: float) -> float:
    term = total = 1 / a
    k = a
    while term > total * CLOSE:
        k += 1
        term *= x / k
        total += term
    return total


def _upper_fraction(a: float, x: float) -> float:
    """Lentz's way through the continued fraction, whose even part converges fastest."""
    b = x + 1 - a
    c, d = 1 / TINY, 1 / b
    value = d
    step, k = 0.0, 0
    while abs(step - 1) > NEAR_ONE:
        k += 1
        over = -k * (k - a)
        b += 2
        d = 1 / (over * d + b or TINY)
        c = b + over / c or TINY
        step = c * d
        value *= step
    return value
