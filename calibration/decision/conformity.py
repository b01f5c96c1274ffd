"""How probable it is that one measured item conforms, and the guard band for a risk that was agreed on."""

from __future__ import annotations

import math
from collections.abc import Callable

from calibration.checks import degrees_of_freedom, finite, positive, probability, refuse
from calibration.decision.limits import Limits
from calibration.distributions import normal_cdf, student_t_cdf, student_t_quantile

BISECTIONS = 200
LARGEST_RISK = 0.5
EVALUATE = "Evaluate the standard uncertainty first."
PER_CENT = "Give 0.025 for 2.5 %."


def specific_risk(value: float, u: float, limits: Limits, dof: float = math.inf) -> float:
    """Probability that the true value is outside the limits, after one measurement.

    ::

        F((lower - value) / u) + F((value - upper) / u)

    with F the normal distribution, or Student's with ``dof`` degrees of freedom. It is the specific consumer's risk
    when the item is accepted. Small values keep all their digits.

    Args:
        value: Measured quantity value.
        u: Its standard uncertainty, above 0, in the value's unit.
        limits: Tolerance limits, in the value's unit.
        dof: Degrees of freedom of ``u``, at least 1.

    Returns:
        Probability, dimensionless.

    Raises:
        ValueError: A value is outside its range.

    Source:
        JCGM 106:2012, 7.3.1, 7.3.2 and 9.3.2; Student's distribution by 7.2.2, note (scaled and shifted t).

    >>> round(specific_risk(10.0, 0.05, Limits(upper=10.1)), 6)
    0.02275
    """
    _need_measurement("specific_risk", value, u)
    cdf = _cdf("specific_risk", dof)
    below = 0.0 if limits.lower is None else cdf((limits.lower - value) / u)
    above = 0.0 if limits.upper is None else cdf((value - limits.upper) / u)
    return below + above


def probability_of_conformity(value: float, u: float, limits: Limits, dof: float = math.inf) -> float:
    """Probability that the true value is within the limits, after one measurement.

    ::

        F((upper - value) / u) - F((lower - value) / u)

    Args:
        value: Measured quantity value.
        u: Its standard uncertainty, above 0, in the value's unit.
        limits: Tolerance limits, in the value's unit.
        dof: Degrees of freedom of ``u``, at least 1.

    Returns:
        Probability, dimensionless: the specific producer's risk when the item is rejected.

    Raises:
        ValueError: A value is outside its range.

    Source:
        JCGM 106:2012, 7.3.2, equation (7); 7.4, equation (10).

    >>> round(probability_of_conformity(13.6, 1.8, Limits(12.5, 16.3)), 4)
    0.6626
    """
    _need_measurement("probability_of_conformity", value, u)
    cdf = _cdf("probability_of_conformity", dof)
    low = -math.inf if limits.lower is None else (limits.lower - value) / u
    high = math.inf if limits.upper is None else (limits.upper - value) / u
    # On the side of the nearer tail a difference of two small numbers keeps its digits.
    return cdf(high) - cdf(low) if low + high <= 0 else cdf(-low) - cdf(-high)


def guard_band_for_specific_risk(risk: float, u: float, limits: Limits, dof: float = math.inf) -> float:
    """Guard band with which no accepted item is outside the limits with more than ``risk``.

    The acceptance limit is where :func:`specific_risk` equals ``risk``; with one limit ``w = u * F^-1(1 - risk)``.

    Args:
        risk: Largest specific risk, in (0, 0.5].
        u: Standard uncertainty of the measured values to be judged, above 0.
        limits: Tolerance limits; with two both tails count.
        dof: Degrees of freedom of ``u``, at least 1.

    Returns:
        Length w of the guard band, in the unit of ``u``.

    Raises:
        ValueError: A value is outside its range, or even a value in the middle has a larger risk.

    Source:
        JCGM 106:2012, 8.3.2.

    >>> round(guard_band_for_specific_risk(0.05, 1.0, Limits(upper=0.0)), 4)
    1.6449
    """
    who = "guard_band_for_specific_risk"
    if probability(who, "risk", risk, PER_CENT) > LARGEST_RISK:
        raise refuse(who, "risk", "at most 0.5, which no guard band gives", risk, PER_CENT)
    _need_measurement(who, 0.0, u)
    _cdf(who, dof)
    if limits.lower is None or limits.upper is None:
        return -u * student_t_quantile(risk, dof)
    lower, half = limits.lower, limits.width / 2
    least = specific_risk(lower + half, u, limits, dof)
    if least >= risk:
        expected = f"small enough for a risk of {risk:g} in the middle between the limits"
        advice = "Lower the uncertainty or agree on a larger risk."
        raise refuse(who, "u", expected, f"{u:g}, with which it is {least:.3g}", advice)
    return bisect(lambda w: specific_risk(lower + w, u, limits, dof) - risk, 0.0, half)


def bisect(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero between ``low`` and ``high``, to the last digit."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return high


def _cdf(who: str, dof: float) -> Callable[[float], float]:
    if math.isinf(degrees_of_freedom(who, "dof", dof)):
        return normal_cdf
    return lambda x: student_t_cdf(x, dof)


def _need_measurement(who: str, value: float, u: float) -> None:
    finite(who, "value", value, "A missing value has no conformity.")
    positive(who, "u", u, EVALUATE)
