"""Student's t, and the coverage factor that comes of it."""

import math
from functools import lru_cache

from calibration.distributions.beta import beta_tails, log_odds
from calibration.distributions.gamma import log_quantile
from calibration.distributions.needs import MOST, need_dof_or_inf, need_number, need_probability, power_of_e
from calibration.distributions.normal import normal_cdf, normal_quantile

HALF = 0.5
QUARTER = 0.25
FEW = 3.0  # Below, the expansion is no nearer than the usual beginning.


def student_t_cdf(t: float, dof: float, *, upper: bool = False) -> float:
    """Probability that Student's t is at most ``t``, or above it.

    Args:
        t: Any number, dimensionless.
        dof: Degrees of freedom, above 0, whole or not; ``inf`` is the normal distribution.
        upper: True gives the upper tail, with all its digits.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ``2 * (1 - P(t)) = I_x(dof/2, 1/2)``, ``x = dof / (dof + t**2)``: Abramowitz and Stegun, 26.7.1.

    >>> round(student_t_cdf(1.0, dof=1), 12)
    0.75
    """
    need_number("student_t_cdf", "t", t)
    need_dof_or_inf("student_t_cdf", "dof", dof)
    if dof > MOST:
        return _nearly_normal_cdf(t, dof, upper=upper)
    if math.isinf(t):
        return float((t > 0) != upper)
    ratio = t / math.sqrt(dof)
    square = ratio * ratio
    within, beyond = beta_tails(0.5, dof / 2, 1 / (1 + 1 / square) if square else 0.0, 1 / (1 + square))
    if (t > 0) == upper:
        return beyond / 2
    return HALF + within / 2


def _nearly_normal_cdf(t: float, dof: float, *, upper: bool) -> float:
    """The first order in 1/dof is good to 1e-12 up to t = 40; beyond, the density has vanished."""
    if math.isinf(dof) or math.isinf(t):
        return normal_cdf(t, upper=upper)
    return normal_cdf(t * (1 - (t * t + 1) / (4 * dof)), upper=upper)


def student_t_quantile(p: float, dof: float) -> float:
    """Where Student's t lies with probability ``p`` or less.

    Args:
        p: Probability, in (0, 1).
        dof: Degrees of freedom, above 0, whole or not; ``inf`` is the normal distribution.

    Raises:
        ValueError: A value is outside its range.

    Source:
        The inverse of Abramowitz and Stegun, 26.7.1; JCGM 100:2008, G.3.2 and table G.2.

    >>> round(student_t_quantile(0.975, dof=16), 2)
    2.12
    """
    need_probability("student_t_quantile", p)
    need_dof_or_inf("student_t_quantile", "dof", dof)
    if dof > MOST:
        z = normal_quantile(p)
        return z if math.isinf(dof) else z * (1 + (z * z + 1) / (4 * dof))
    if p == HALF:
        return 0.0
    tail = min(p, 1 - p)
    near = 2 * math.log(_nearly(tail, dof)) - math.log(dof) if dof >= FEW else None
    log_square = log_odds(1 - 2 * tail, 2 * tail, 0.5, dof / 2, near) + math.log(dof)
    return math.copysign(power_of_e("student_t_quantile", log_square / 2), p - HALF)


def _nearly(tail: float, dof: float) -> float:
    """The quantile above 0 by its expansion about the normal one, Abramowitz and Stegun, 26.7.5; halves the search."""
    z = -normal_quantile(tail)
    s, n = z * z, 4 * dof
    second, third = ((5 * s + 16) * s + 3) / 6, (((3 * s + 19) * s + 17) * s - 15) / 6
    fourth = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 360
    return z * (1 + (s + 1 + (second + (third + fourth / n) / n) / n) / n)


@lru_cache(maxsize=1024)
def coverage_factor(probability: float, dof: float = math.inf) -> float:
    """Coverage factor k of an interval that is symmetric about the estimate: Student's quantile for both sides.

    ::

        k = t_p(dof)      P(-k <= t <= k) = probability

    Args:
        probability: Coverage probability, in (0, 1): 0.95, not 95.
        dof: Effective degrees of freedom, above 0, whole or not; GUM G.4.1 cuts them off to a whole number.

    Raises:
        ValueError: A value is outside its range.

    Source:
        JCGM 100:2008, G.3.2 and G.6.4; table G.2.

    >>> round(coverage_factor(0.9545, 50), 2)
    2.05
    """
    need_probability("coverage_factor", probability)
    need_dof_or_inf("coverage_factor", "dof", dof)
    if probability < QUARTER:  # Half of what is outside would have lost the digits of what is inside.
        return _narrow(probability, dof)
    return -student_t_quantile((1 - probability) / 2, dof)


def _narrow(inside: float, dof: float) -> float:
    """The same by the square, whose probability is the one inside: chi-square, or F."""
    if dof > MOST:
        return math.sqrt(2) * math.exp(log_quantile(inside, 1 - inside, 0.5) / 2)
    return math.exp((log_odds(inside, 1 - inside, 0.5, dof / 2) + math.log(dof)) / 2)
