"""Quantiles of the normal and of the chi-square distribution, without a statistics library.

Good to a relative 1e-10 and better over the range that confidence limits ask for.
"""

import math

MOST_TERMS = 10_000
MOST_STEPS = 200
HALF = 0.5
CLOSE = 1e-15
TINY = 1e-300
LEAST_EXPONENT = -700.0
LEAST_CUBE = 0.1


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable is at most ``z``.

    >>> normal_cdf(0.0)
    0.5
    """
    return 0.5 * math.erfc(-z / math.sqrt(2))


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
    _need_probability("normal_quantile", p)
    if p > HALF:
        # 1 - p is exact there, and the lower tail keeps all its digits.
        return -_lower_normal_quantile(1 - p)
    return _lower_normal_quantile(p)


def _lower_normal_quantile(p: float) -> float:
    t = math.sqrt(-2 * math.log(p))
    z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in range(3):
        # The density divides first: both tails underflow together.
        off = (normal_cdf(z) - p) * math.sqrt(2 * math.pi) * math.exp(z * z / 2)
        z -= off / (1 + z * off / 2)
    return z


def chi_square_cdf(x: float, dof: float) -> float:
    """Probability that a chi-square variable is at most ``x``.

    Args:
        x: 0 or more.
        dof: Degrees of freedom, above 0, whole or not.

    Raises:
        ValueError: A value is outside its range.

    Source:
        The regularised incomplete gamma function P(dof/2, x/2): Abramowitz and Stegun, 26.4.19; its series
        6.5.29 and its continued fraction 6.5.31.

    >>> round(chi_square_cdf(2.0, dof=2) + math.exp(-1), 12)
    1.0
    """
    _need_dof("chi_square_cdf", dof)
    if not x >= 0:
        msg = f"chi_square_cdf: x: expected 0 or more, got {x!r}. A sum of squares is not negative."
        raise ValueError(msg)
    return _gamma_tails(dof / 2, x / 2)[0]


def chi_square_quantile(p: float, dof: float) -> float:
    """Where a chi-square variable lies with probability ``p`` or less.

    Newton's method in ``log x``, kept between bounds that close in.

    Args:
        p: Probability, in (0, 1).
        dof: Degrees of freedom, above 0, whole or not.

    Raises:
        ValueError: A value is outside its range.

    Source:
        Start: Wilson and Hilferty, PNAS 17 (1931) 684; Abramowitz and Stegun, 26.4.17.

    >>> round(chi_square_quantile(0.95, dof=1), 6)
    3.841459
    """
    _need_probability("chi_square_quantile", p)
    _need_dof("chi_square_quantile", dof)
    a = dof / 2
    low, high = 0.0, math.inf
    x = _first_guess(p, a)
    for _ in range(MOST_STEPS):
        lower, upper = _gamma_tails(a, x)
        # Whichever tail is the smaller one has the digits.
        off = lower - p if p < HALF else (1 - p) - upper
        low, high = (x, high) if off < 0 else (low, x)
        log_slope = a * math.log(x) - x - math.lgamma(a)
        step = off / math.exp(log_slope) if log_slope > LEAST_EXPONENT else math.inf  # d P / d log x = exp(log_slope)
        nearer = x * math.exp(-step) if abs(step) < 1 else math.nan
        if not low < nearer < high:
            nearer = (low + high) / 2 if math.isfinite(high) else 2 * x
        if abs(nearer - x) <= 4 * CLOSE * x:
            return 2 * nearer
        x = nearer
    return 2 * x


def _first_guess(p: float, a: float) -> float:
    spread = 1 / (9 * a)
    cube = 1 - spread + normal_quantile(p) * math.sqrt(spread)
    if cube > LEAST_CUBE:
        return a * cube**3
    # Far down on the left P(a, x) is its first term, x**a / gamma(a + 1).
    return max(math.exp((math.log(p) + math.lgamma(a + 1)) / a), TINY)


def _gamma_tails(a: float, x: float) -> tuple[float, float]:
    """P(a, x) and Q(a, x) = 1 - P, each with its own digits."""
    if x <= 0:
        return 0.0, 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        lower = scale * _lower_series(a, x)
        return lower, 1 - lower
    upper = scale * _upper_fraction(a, x)
    return 1 - upper, upper


def _lower_series(a: float, x: float) -> float:
    term = total = 1 / a
    for k in range(1, MOST_TERMS):
        term *= x / (a + k)
        total += term
        if term < total * CLOSE:
            break
    return total


def _upper_fraction(a: float, x: float) -> float:
    """Lentz's way through the continued fraction, whose even part converges fastest."""
    b = x + 1 - a
    c, d = 1 / TINY, 1 / b
    value = d
    for k in range(1, MOST_TERMS):
        over = -k * (k - a)
        b += 2
        d = 1 / (over * d + b or TINY)
        c = b + over / c or TINY
        value *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return value


def _need_probability(who: str, p: float) -> None:
    if not 0 < p < 1:
        msg = f"{who}: p: expected a probability between 0 and 1, got {p!r}. Give 0.975 for 97.5 %."
        raise ValueError(msg)


def _need_dof(who: str, dof: float) -> None:
    if not 0 < dof < math.inf:
        msg = f"{who}: dof: expected a finite number above 0, got {dof!r}. Count the degrees of freedom again."
        raise ValueError(msg)
