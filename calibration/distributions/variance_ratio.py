"""Fisher's F: the ratio of two estimates of one variance."""

import math

from calibration.distributions.beta import beta_tails, log_odds
from calibration.distributions.gamma import chi_square_quantile, gamma_tails, log_quantile
from calibration.distributions.needs import MOST, need_dof_or_inf, need_not_negative, need_probability, power_of_e


def f_cdf(x: float, dof_1: float, dof_2: float, *, upper: bool = False) -> float:
    """Probability that a ratio of two estimates of one variance is at most ``x``, or above it.

    Args:
        x: Ratio of variances, 0 or more.
        dof_1: Degrees of freedom of the numerator, above 0; ``inf`` states that it is exactly known.
        dof_2: Degrees of freedom of the denominator, likewise; not both ``inf``.
        upper: True gives the upper tail (the test's p), with all its digits.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ``I_y(dof_1/2, dof_2/2)``, ``y = dof_1 * x / (dof_1 * x + dof_2)``: Abramowitz and Stegun, 26.6.2.

    >>> round(f_cdf(1.0, dof_1=7, dof_2=7), 12)
    0.5
    """
    _need_dofs("f_cdf", dof_1, dof_2)
    need_not_negative("f_cdf", "x", x, "A ratio of variances is not negative.")
    return _tails(x, dof_1, dof_2)[1 if upper else 0]


def _tails(x: float, dof_1: float, dof_2: float) -> tuple[float, float]:
    if x in {0, math.inf}:
        return (1.0, 0.0) if x else (0.0, 1.0)
    if math.isinf(dof_2):
        return gamma_tails(dof_1 / 2, dof_1 * x / 2)
    if math.isinf(dof_1):
        lower, upper = gamma_tails(dof_2 / 2, dof_2 / x / 2)
        return upper, lower
    odds = x * (dof_1 / dof_2)
    return beta_tails(dof_1 / 2, dof_2 / 2, 1 / (1 + 1 / odds), 1 / (1 + odds))


def f_quantile(p: float, dof_1: float, dof_2: float) -> float:
    """Where a ratio of two estimates of one variance lies with probability ``p`` or less.

    Args:
        p: Probability, in (0, 1).
        dof_1: Degrees of freedom of the numerator, above 0; ``inf`` states that it is exactly known.
        dof_2: Degrees of freedom of the denominator, likewise; not both ``inf``.

    Raises:
        ValueError: A value is outside its range.

    Source:
        The inverse of Abramowitz and Stegun, 26.6.2.

    >>> round(f_quantile(0.95, dof_1=9, dof_2=40), 2)
    2.12
    """
    need_probability("f_quantile", p)
    _need_dofs("f_quantile", dof_1, dof_2)
    if math.isinf(dof_2):
        return chi_square_quantile(p, dof_1) / dof_1
    if math.isinf(dof_1):
        # The reciprocal changes the tails over.
        return power_of_e("f_quantile", math.log(dof_2 / 2) - log_quantile(1 - p, p, dof_2 / 2))
    log_ratio = log_odds(p, 1 - p, dof_1 / 2, dof_2 / 2) + math.log(dof_2 / dof_1)
    return power_of_e("f_quantile", log_ratio)


def _need_dofs(who: str, dof_1: float, dof_2: float) -> None:
    for what, dof in (("dof_1", dof_1), ("dof_2", dof_2)):
        need_dof_or_inf(who, what, dof)
        if MOST < dof < math.inf:
            msg = f"{who}: {what}: expected {MOST:g} at most or inf, got {dof!r}. Give inf."
            raise ValueError(msg)
    if math.isinf(dof_1) and math.isinf(dof_2):
        msg = f"{who}: dof_1, dof_2: expected one of them finite, got inf and inf. The ratio is then exactly 1."
        raise ValueError(msg)
