"""The beta distribution: regularised incomplete beta function."""

import math

from calibration.distributions.logarithms import log_less, position, stirling_rest
from calibration.distributions.needs import need_not_negative, need_probability, need_shape
from calibration.distributions.normal import normal_quantile

TINY = 1e-300
NEAR_ONE = 4e-16  # two steps of a float: a smaller one may never come
FIRST_TERM = -600.0


def beta_cdf(x: float, a: float, b: float, *, upper: bool = False) -> float:
    """Regularised incomplete beta function I_x(a, b), or ``1 - I`` with ``upper``.

    ::

        I_x(a, b) = integral from 0 to x of t**(a - 1) * (1 - t)**(b - 1) dt / B(a, b)

    Args:
        x: In [0, 1], dimensionless.
        a: First shape, above 0.
        b: Second shape, above 0.
        upper: True gives the upper tail, with all its digits.

    Raises:
        ValueError: A value is outside its range.

    Source:
        Abramowitz and Stegun, 26.5.1; the continued fraction of DiDonato and Morris, ACM TOMS 18 (1992) 360.

    >>> round(beta_cdf(0.5, a=2.0, b=1.0), 12)
    0.25
    """
    need_shape("beta_cdf", "a", a)
    need_shape("beta_cdf", "b", b)
    need_not_negative("beta_cdf", "x", x, "A beta variable is a fraction.")
    if x > 1:
        msg = f"beta_cdf: x: expected a number between 0 and 1, got {x!r}. A beta variable is a fraction."
        raise ValueError(msg)
    return beta_tails(a, b, x, 1 - x)[1 if upper else 0]


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p.

    Args:
        p: Probability, in (0, 1).
        a: First shape, above 0.
        b: Second shape, above 0.

    Raises:
        ValueError: A value is outside its range.

    Source:
        The inverse of Abramowitz and Stegun, 26.5.1.

    >>> round(beta_quantile(0.25, a=2.0, b=1.0), 12)
    0.5
    """
    need_probability("beta_quantile", p)
    need_shape("beta_quantile", "a", a)
    need_shape("beta_quantile", "b", b)
    return _fractions(log_odds(p, 1 - p, a, b))[0]


def log_odds(lower: float, upper: float, a: float, b: float, near: float | None = None) -> float:
    """``log(x / (1 - x))`` where the tails of I_x(a, b) are ``lower`` and ``upper``; ``near`` is where to begin."""
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    # Far out a tail is its first term, x**a / (a * B(a, b)).
    first = (math.log(lower) + math.log(a) + log_beta) / a if lower > 0 else math.inf
    last = (math.log(upper) + math.log(b) + log_beta) / b if upper > 0 else math.inf
    if first < FIRST_TERM:
        return first
    if last < FIRST_TERM:
        return -last

    def tails(w: float) -> tuple[float, float, float]:
        return _tails_and_density(a, b, *_fractions(w))

    if near is None:
        z = normal_quantile(lower) if lower <= upper else -normal_quantile(upper)
        near = math.log(a / b) + z * math.sqrt(1 / a + 1 / b)
    return position(lower, upper, tails, near)


def _fractions(w: float) -> tuple[float, float]:
    """``x`` and ``1 - x``, each with its own digits."""
    odds = math.exp(-abs(w))
    small, large = odds / (1 + odds), 1 / (1 + odds)
    return (large, small) if w > 0 else (small, large)


def _density(a: float, b: float, x: float, y: float) -> float:
    """``x**a * y**b / B(a, b)``: the density of ``log(x / y)``."""
    n = a + b
    over = b * x - a * y
    exponent = a * log_less(x * n / a, over / a) + b * log_less(y * n / b, -over / b)
    rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b)
    return math.exp(exponent + rest) * math.sqrt(a * (b / n) / (2 * math.pi))


def beta_tails(a: float, b: float, x: float, y: float) -> tuple[float, float]:
    """I_x(a, b) and ``1 - I``, each with its own digits; ``y`` is ``1 - x``."""
    lower, upper, _ = _tails_and_density(a, b, x, y)
    return lower, upper


def _tails_and_density(a: float, b: float, x: float, y: float) -> tuple[float, float, float]:
    """The same with the density of ``log(x / y)``, which the tails are made of: a search wants all three."""
    if x <= 0:
        return 0.0, 1.0, 0.0
    if y <= 0:
        return 1.0, 0.0, 0.0
    density = _density(a, b, x, y)
    if x * (b + 1) < (a + 1) * y:  # x < (a + 1) / (a + b + 2)
        lower = density * _fraction(a, b, x, y)
        return lower, 1 - lower, density
    upper = density * _fraction(b, a, y, x)
    return 1 - upper, upper, density


def _fraction(a: float, b: float, x: float, y: float) -> float:
    """Lentz's way through the continued fraction's even part, whose terms do not cancel where x is almost 1."""
    rest = a * y - b * x + 1
    value = c = rest * a / (a + 1)
    d = 0.0
    step, n = 0.0, 0
    while abs(step - 1) > NEAR_ONE:
        n += 1
        odd = a + 2 * n - 1
        cross = n * (b - n) * x
        over = (a + n - 1) / odd * ((a + b + n - 1) / odd) * cross * x
        under = n + cross / odd + (a + n) / (odd + 2) * (rest + n * (1 + y))
        d = 1 / (under + over * d or TINY)
        c = under + over / c or TINY
        step = c * d
        value *= step
    return 1 / value
