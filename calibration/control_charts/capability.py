"""Process capability: how the spread of a stable process compares with what is allowed."""

from __future__ import annotations

import math

import numpy as np

from calibration.checks import finite, positive, probability, refuse, whole
from calibration.control_charts.chart import Chart
from calibration.control_charts.from_base import (
    individuals_chart,
    range_chart,
    s_chart,
    x_bar_chart,
)
from calibration.control_charts.rules import WESTERN_ELECTRIC, Finding, Rule
from calibration.control_charts.sigma import Estimator, Sigma, estimate_sigma
from calibration.control_charts.subgroups import Samples, Subgroups
from calibration.distributions import chi_square_quantile, normal_quantile
from calibration.records import record

MOST_TOLD = 5
ESTIMATED = "Take it from the standard deviation, or state inf for one that is known."


class UnstableError(ValueError):
    """The process was not stable, so it has no capability to speak of.

    Attributes:
        findings: The rules that its points complete.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(message)
        self.findings = findings


@record
class Index:
    """A capability index with its two-sided confidence limits, dimensionless."""

    value: float
    low: float
    high: float


@record
class Capability:
    """Capability of a process that was stable.

    Attributes:
        cp: Allowed width over the process's own, by ``within``; None with one limit only.
        cpk: Distance of the mean from the nearer limit over half the process's own width, by ``within``.
        pp: As ``cp``, by ``overall``.
        ppk: As ``cpk``, by ``overall``.
        mean: Of all values, in the quantity's unit.
        n: Number of values.
        within: Standard deviation within subgroups, or between neighbours, by the estimator that was named.
        overall: Standard deviation of all values.
        confidence: Of the limits, as 0.95.
    """

    cp: Index | None
    cpk: Index
    pp: Index | None
    ppk: Index
    mean: float
    n: int
    within: Sigma
    overall: Sigma
    confidence: float


def capability(
    samples: Samples,
    *,
    sigma: Estimator,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
    rules: tuple[Rule, ...] = WESTERN_ELECTRIC,
) -> Capability:
    """Cp, Cpk, Pp and Ppk with confidence limits, if the samples are of a stable process.

    ::

        Cp  = (upper - lower) / (6 * within)     Cpk = min(upper - mean, mean - lower) / (3 * within)
        Pp  = (upper - lower) / (6 * overall)    Ppk = min(upper - mean, mean - lower) / (3 * overall)

    Args:
        samples: Individual values in time order, shape (m,), or subgroups.
        sigma: Estimator of ``within``. For individual values ``moving_range_d2``; for subgroups
            ``mean_range_d2``, ``mean_s_c4`` or ``pooled_s_c4``.
        lower: Lower specification limit, in the quantity's unit; None where there is none.
        upper: Upper specification limit.
        confidence: Of the confidence limits, in (0, 1).
        rules: What counts as stable: no point completes one of them, on the chart of means and on that of ranges
            or standard deviations; on the chart of individual values alone where there are no subgroups.
            A stable normal process is refused by chance, too (25 subgroups of 5; 30 values; 100 values):
            ``LIMITS`` 13, 8, 23 %; ``WESTERN_ELECTRIC`` 21, 21, 61 %; ``NELSON`` 27, 26, 70 %, by simulation.

    Raises:
        UnstableError: A rule fired.
        ValueError: No specification limit, or the samples do not give a standard deviation.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 8.3; AIAG, Statistical Process Control (2nd ed.).

    >>> found = capability([9.9, 10.1, 10.0, 10.2, 9.8, 10.0], sigma="moving_range_d2", lower=9.0, upper=11.0)
    >>> round(found.cpk.value, 2), round(found.ppk.value, 2)
    (1.71, 2.36)
    """
    groups = Subgroups.of("capability", samples)
    _need_specification(lower, upper)
    _alpha(confidence)
    _need_stable(_charts(samples, groups, sigma, rules), samples)
    within, overall = estimate_sigma(samples, sigma), estimate_sigma(samples, "s")
    n, mean = int(np.sum(groups.sizes)), groups.grand_mean

    def width(by: Sigma) -> Index | None:
        if lower is None or upper is None:
            return None
        return cp_with_limits((upper - lower) / (6 * by.value), by.dof, confidence)

    def distance(by: Sigma) -> Index:
        rooms = [mean - lower] if lower is not None else []
        rooms += [upper - mean] if upper is not None else []
        return cpk_with_limits(min(rooms) / (3 * by.value), n, by.dof, confidence)

    return Capability(
        width(within), distance(within), width(overall), distance(overall), mean, n, within, overall, confidence
    )


def cp_with_limits(cp: float, dof: float, confidence: float = 0.95) -> Index:
    """Confidence limits of Cp or Pp.

    ::

        cp * sqrt(chi2(alpha / 2, dof) / dof)   and   cp * sqrt(chi2(1 - alpha / 2, dof) / dof)

    Args:
        cp: The index, above 0.
        dof: Degrees of freedom of the standard deviation in it, above 0.
        confidence: 1 - alpha.

    Raises:
        ValueError: A value is outside its range.

    Source:
        Montgomery, 8.3.4; NIST/SEMATECH e-Handbook, 6.1.6. Exact for a pooled or overall s, an
        approximation (Patnaik) for ranges.

    >>> found = cp_with_limits(1.33, dof=49)
    >>> round(found.low, 2), round(found.high, 2)
    (1.07, 1.59)
    """
    alpha = _alpha(confidence)
    positive("cp_with_limits", "cp", cp)
    if dof == math.inf:
        return Index(cp, cp, cp)
    positive("cp_with_limits", "dof", dof, ESTIMATED)
    low, high = (math.sqrt(chi_square_quantile(p, dof) / dof) for p in (alpha / 2, 1 - alpha / 2))
    return Index(cp, cp * low, cp * high)


def cpk_with_limits(cpk: float, n: int, dof: float, confidence: float = 0.95) -> Index:
    """Confidence limits of Cpk or Ppk, by a normal approximation.

    ::

        cpk +- z(1 - alpha / 2) * sqrt(1 / (9 * n) + cpk**2 / (2 * dof))

    Args:
        cpk: The index; below 0 when the mean is outside the specification.
        n: Values in the mean.
        dof: Degrees of freedom of the standard deviation in it.
        confidence: 1 - alpha.

    Raises:
        ValueError: A value is outside its range.

    Source:
        Bissell, Applied Statistics 39 (1990) 331; Montgomery, 8.3.4. Good from some 30 values on.

    >>> found = cpk_with_limits(1.33, n=50, dof=49)
    >>> round(found.low, 2), round(found.high, 2)
    (1.05, 1.61)
    """
    who = "cpk_with_limits"
    finite(who, "cpk", cpk)
    whole(who, "n", n, least=1)
    if dof != math.inf:
        positive(who, "dof", dof, ESTIMATED)
    half = normal_quantile(1 - _alpha(confidence) / 2) * math.sqrt(1 / (9 * n) + cpk**2 / (2 * dof))
    return Index(cpk, cpk - half, cpk + half)


def _alpha(confidence: float) -> float:
    return 1 - probability("capability", "confidence", confidence)


def _need_specification(lower: float | None, upper: float | None) -> None:
    who, what, advice = "capability", "specification", "Take them from the drawing."
    given = [finite(who, what, limit, advice) for limit in (lower, upper) if limit is not None]
    if not given or (lower is not None and upper is not None and lower >= upper):
        expected = "a lower limit below an upper one, or one of them"
        raise refuse(who, what, expected, f"{lower!r} and {upper!r}", advice)


def _charts(samples: Samples, groups: Subgroups, sigma: Estimator, rules: tuple[Rule, ...]) -> tuple[Chart, ...]:
    """The charts that the samples must pass: of location and of spread."""
    if np.all(groups.sizes == 1):
        # A moving-range chart would refuse one stable process in two (100 values): a larger spread shows here too.
        return (individuals_chart(groups.means, sigma=sigma, rules=rules),)
    spread = range_chart if sigma == "mean_range_d2" else s_chart
    return x_bar_chart(samples, sigma=sigma, rules=rules), spread(samples, sigma=sigma, rules=rules)


def _need_stable(charts: tuple[Chart, ...], samples: Samples) -> None:
    findings = tuple(finding for chart in charts for finding in chart.judge(samples))
    if findings:
        told = "; ".join(map(str, findings[:MOST_TOLD]))
        more = f"; and {len(findings) - MOST_TOLD} more" if len(findings) > MOST_TOLD else ""
        msg = (
            f"capability: the process was not stable: {told}{more}. "
            "Find the cause of each, leave out only samples whose cause is known and gone, and try again."
        )
        raise UnstableError(msg, findings)
