"""Charts whose lines are fixed by a base: samples of a time when the process was as it should be.

Phase I judges the base by its own chart, leaves out what has an assignable cause and fixes the lines again; phase II
judges by those lines what comes after. Charts with lines that somebody states are made from the plots themselves:
``Chart(Means(center=10.0, sigma=Sigma.stated(0.2)))``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import whole
from calibration.control_charts.accumulating import Cusum, Ewma
from calibration.control_charts.chart import Chart
from calibration.control_charts.counted import Counts, Fractions, Nonconforming, Rates, counts_and_sizes
from calibration.control_charts.measured import Means, MovingRanges, Ranges, StandardDeviations
from calibration.control_charts.rules import WESTERN_ELECTRIC, Rule
from calibration.control_charts.sigma import Estimator, Sigma, estimate_sigma
from calibration.control_charts.subgroups import Samples, Subgroups, values

Rules = tuple[Rule, ...]


def individuals_chart(
    base: ArrayLike, *, sigma: Estimator, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0
) -> Chart:
    """Individual values: centre at the base's mean.

    Args:
        base: Values in time order, shape (m,), m >= 2.
        sigma: Estimator: ``moving_range_d2``, or ``s_c4``.
        rules: Run rules.
        width: Limits, in sigma.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.4; NIST/SEMATECH e-Handbook, 6.3.2.2.

    >>> chart = individuals_chart([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1], sigma="moving_range_d2")
    >>> round(chart.plot.center, 2)
    50.81
    """
    center = float(np.mean(_some("individuals", values("individuals", base))))
    return Chart(Means(center, estimate_sigma(base, sigma), width, name="individuals"), rules)


def moving_range_chart(base: ArrayLike, *, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0) -> Chart:
    """Distances between neighbours: centre at the base's mean moving range.

    Args:
        base: Values in time order, shape (m,), m >= 2.
        rules: Run rules; only the one for the limits is used.
        width: Limits, in standard deviations of the range.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.4.

    >>> chart = moving_range_chart([9.9, 10.1, 10.0, 10.3, 9.8])
    >>> round(chart.plot.sigma.value, 4)
    0.2437
    """
    return Chart(MovingRanges(estimate_sigma(base, "moving_range_d2"), width), rules)


def x_bar_chart(base: Samples, *, sigma: Estimator, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0) -> Chart:
    """Means of subgroups: centre at the mean of all values of the base.

    Args:
        base: Shape (m, n) with n >= 2, or m rows of two or more values.
        sigma: Estimator: ``mean_range_d2``, ``mean_s_c4`` or ``pooled_s_c4``.
        rules: Run rules.
        width: Limits, in standard deviations of the mean.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.2.1 and 6.3.1.

    >>> chart = x_bar_chart([[9.9, 10.1], [10.0, 10.3], [9.8, 10.2]], sigma="mean_range_d2")
    >>> [round(float(line[0]), 2) for line in (chart.points([[10, 10]]).lower, chart.points([[10, 10]]).upper)]
    [9.49, 10.61]
    """
    return Chart(Means(_grand_mean("x_bar", base), estimate_sigma(base, sigma), width), rules)


def range_chart(
    base: Samples, *, sigma: Estimator = "mean_range_d2", rules: Rules = WESTERN_ELECTRIC, width: float = 3.0
) -> Chart:
    """Ranges of subgroups: see ``Ranges``; arguments as of ``x_bar_chart``.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.2.1.

    >>> chart = range_chart([[9.9, 10.1], [10.0, 10.3], [9.8, 10.2]])
    >>> round(float(chart.points([[10, 11]]).center[0]), 2), len(chart.judge([[10, 11]]))
    (0.3, 1)
    """
    return Chart(Ranges(estimate_sigma(base, sigma), width), rules)


def s_chart(
    base: Samples, *, sigma: Estimator = "mean_s_c4", rules: Rules = WESTERN_ELECTRIC, width: float = 3.0
) -> Chart:
    """Standard deviations of subgroups: see ``StandardDeviations``; arguments as of ``x_bar_chart``.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.3.1.

    >>> chart = s_chart([[9.9, 10.1, 10.0], [10.0, 10.3, 10.1], [9.8, 10.2, 9.9]])
    >>> round(float(chart.points([[9, 10, 11]]).center[0]), 4)
    0.1536
    """
    return Chart(StandardDeviations(estimate_sigma(base, sigma), width), rules)


def p_chart(base: ArrayLike, *, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0) -> Chart:
    """Fraction nonconforming: centre at all nonconforming over all items.

    Args:
        base: Pairs (nonconforming items, items looked at), shape (m, 2).
        rules: Run rules; those with zones are not used.
        width: Limits, in standard deviations of the fraction.

    Raises:
        ValueError: The base does not fix the lines: nothing, or everything, was nonconforming.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 7.2.1 and 7.2.2.

    >>> len(p_chart([(2, 50), (3, 50), (1, 50)]).judge([(9, 50)]))
    1
    """
    counts, sizes = counts_and_sizes("p", base, items=True)
    return Chart(Fractions(_ratio("p", counts, sizes), width), rules)


def np_chart(base: ArrayLike, *, size: int, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0) -> Chart:
    """Number nonconforming in samples of one size.

    Args:
        base: Numbers, shape (m,).
        size: Items in every sample.
        rules: Run rules; those with zones are not used.
        width: Limits, in standard deviations of the number.

    Raises:
        ValueError: The base does not fix the lines: nothing, or everything, was nonconforming.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 7.2.1.

    >>> np_chart([2, 3, 1], size=50).plot.fraction
    0.04
    """
    counts, size = values("np", base), whole("np", "size", size, least=1)
    counts, sizes = counts_and_sizes("np", np.column_stack([counts, np.full(counts.shape, size)]), items=True)
    return Chart(Nonconforming(_ratio("np", counts, sizes), size, width), rules)


def c_chart(base: ArrayLike, *, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0) -> Chart:
    """Nonconformities in equal inspection units: centre at the base's mean.

    Args:
        base: Numbers, shape (m,).
        rules: Run rules; those with zones are not used.
        width: Limits, in standard deviations of the number.

    Raises:
        ValueError: The base does not fix the lines: there was no nonconformity.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 7.3.1.

    >>> c_chart([4, 6, 5]).points([5]).upper.round(3).tolist()
    [11.708]
    """
    counts = values("c", base)
    counts, sizes = counts_and_sizes("c", np.column_stack([counts, np.ones(counts.shape)]))
    return Chart(Counts(_ratio("c", counts, sizes), width), rules)


def u_chart(base: ArrayLike, *, rules: Rules = WESTERN_ELECTRIC, width: float = 3.0) -> Chart:
    """Nonconformities per inspection unit: centre at all nonconformities over all units.

    Args:
        base: Pairs (nonconformities, inspection units), shape (m, 2).
        rules: Run rules; those with zones are not used.
        width: Limits, in standard deviations of the rate.

    Raises:
        ValueError: The base does not fix the lines: there was no nonconformity.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 7.3.1 and 7.3.2.

    >>> u_chart([(4, 2.0), (6, 2.0), (5, 1.0)]).plot.mean
    3.0
    """
    return Chart(Rates(_ratio("u", *counts_and_sizes("u", base)), width), rules)


def ewma_chart(
    base: Samples,
    *,
    sigma: Estimator | Sigma,
    center: float | None = None,
    weight: float = 0.2,
    width: float = 3.0,
    settled: bool = False,
) -> Chart:
    """Exponentially weighted moving average: see ``Ewma``.

    Args:
        base: Individual values, shape (m,), or subgroups.
        sigma: Estimator, or the standard deviation of single values where it is known otherwise.
        center: Centre line; None: the mean of the base.
        weight: Weight of the newest value, in (0, 1].
        width: Limits, in standard deviations of the average.
        settled: Whether the limits start where they end.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 9.2.

    >>> chart = ewma_chart([9.9, 10.1, 10.0, 10.3, 9.8], sigma="s_c4", center=10.0)
    >>> chart.points([10.5, 10.5]).value.round(3).tolist()
    [10.1, 10.18]
    """
    middle = _grand_mean("ewma", base) if center is None else center
    return Chart(Ewma(middle, _sigma(base, sigma), weight, width, settled))


def cusum_chart(
    base: Samples,
    *,
    sigma: Estimator | Sigma,
    target: float | None = None,
    limit: float = 5.0,
    allowance: float = 0.5,
    head_start: float = 0.0,
) -> Chart:
    """Tabular cumulative sum: see ``Cusum``.

    Args:
        base: Individual values, shape (m,), or subgroups.
        sigma: Estimator, or the standard deviation of single values where it is known otherwise.
        target: What the process should be at; None: the mean of the base.
        limit: Decision interval h, in standard deviations of the plotted mean.
        allowance: Reference value k, in the same.
        head_start: Where both sums start, in the same.

    Raises:
        ValueError: The base does not fix the lines.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 9.1.2.

    >>> chart = cusum_chart([9.9, 10.1, 10.0, 10.3, 9.8], sigma=Sigma.stated(0.25), target=10.0)
    >>> chart.points([10.5, 10.5]).value.tolist()
    [1.5, 3.0]
    """
    middle = _grand_mean("cusum", base) if target is None else target
    return Chart(Cusum(middle, _sigma(base, sigma), limit, allowance, head_start))


def _sigma(base: Samples, sigma: Estimator | Sigma) -> Sigma:
    return sigma if isinstance(sigma, Sigma) else estimate_sigma(base, sigma)


def _grand_mean(who: str, base: Samples) -> float:
    groups = Subgroups.of(who, base)
    _some(who, groups.means)
    return groups.grand_mean


def _ratio(who: str, counts: np.ndarray, sizes: np.ndarray) -> float:
    return float(np.sum(_some(who, counts)) / np.sum(sizes))


def _some(who: str, samples: np.ndarray) -> np.ndarray:
    if not samples.size:
        msg = f"{who}: base: expected samples, got none. Take a base first."
        raise ValueError(msg)
    return samples
