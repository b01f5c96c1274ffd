"""Type A with two sources of scatter: within groups of readings, and between the groups."""

from __future__ import annotations

import math
from collections.abc import Sequence

from numpy.typing import ArrayLike

from calibration.checks import non_negatives, refuse, same_length, vector, whole
from calibration.distributions import f_cdf
from calibration.records import record
from calibration.summation import average, squares_about
from calibration.uncertainty.inputs import Input
from calibration.uncertainty.type_a import Deviation

TWO = 2


@record
class OneWay:
    """One-way analysis of variance of groups of readings: days, operators, set-ups.

    Attributes:
        mean: Of all readings, in the quantity's unit.
        n: Number of all readings.
        within: Repeatability: standard deviation of single readings within groups.
        between: Standard deviation of single readings as the group means show it, sqrt(mean square between).
        component: Standard deviation that the groups add, sqrt((MS_between - MS_within) / n_0); 0 where the
            means scatter less than the readings say.
        ratio: F = MS_between / MS_within.
        p: Probability of such a ratio, or a larger one, when groups add nothing.
        share: Sum of squared group sizes over ``n**2``; 1 / (number of groups) for equal groups.
        size: n_0, the mean group size that the component is seen through.

    Source:
        JCGM 100:2008, H.5.2; unequal groups: Searle, Variance Components (1992), 3.6.
    """

    mean: float
    n: int
    within: Deviation
    between: Deviation
    component: float
    ratio: float
    p: float
    share: float
    size: float

    def as_input(self, name: str, *, between: bool, unit: str = "1") -> Input:
        """The mean of all readings as an input quantity.

        ::

            equal groups, between:      u**2 = MS_between / n                       dof = groups - 1
            not between:                u**2 = (SS_between + SS_within) / (n - 1) / n     dof = n - 1

        Args:
            name: What the model calls it.
            between: True where groups differ, by ``p`` or by knowledge of the procedure; the scatter of the
                group means then counts. False pools all.
            unit: UCUM code.

        Raises:
            ValueError: The name is not one; with ``between``, groups of very unequal sizes scatter less than their
                readings say, so that nothing is left of the variance.

        Source:
            JCGM 100:2008, H.5.2.4, equations (H.27) to (H.28b), and H.5.2.5.

        >>> one_way([[1.0, 1.2], [2.0, 2.2], [0.0, 0.2]]).as_input("m", between=True).dof
        2.0
        """
        ms_between, ms_within = self.between.value**2, self.within.value**2
        if not between:
            dof = self.between.dof + self.within.dof
            variance = (self.between.dof * ms_between + self.within.dof * ms_within) / dof / self.n
            return Input(name, self.mean, math.sqrt(variance), "student", dof, unit, evaluation="A")
        # For equal groups the second term is zero and dof that of the means.
        first = self.share / self.size * ms_between
        second = (1 / self.n - self.share / self.size) * ms_within
        variance = first + second
        spread = first**2 / self.between.dof + second**2 / self.within.dof
        dof = variance**2 / spread if variance > 0 else 0.0
        if dof < 1:
            who, got = f"input {name!r}", f"{variance:.3g} with {dof:.2g}"
            expected = "one above 0 with 1 degree of freedom or more"
            raise refuse(who, "variance", expected, got, "Groups add nothing: give between=False.")
        return Input(name, self.mean, math.sqrt(variance), "student", dof, unit, evaluation="A")


def one_way(groups: Sequence[ArrayLike]) -> OneWay:
    """Repeatability and between-group scatter of readings in groups.

    Args:
        groups: Readings of each group, in one unit; two groups or more, one of them of two readings or more.

    Raises:
        ValueError: Too few groups or readings, or one is not finite.

    Source:
        JCGM 100:2008, H.5.2.

    >>> round(one_way([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]).ratio, 6)
    1.5
    """
    series = [vector("one_way", f"group {i + 1}", group) for i, group in enumerate(groups)]
    # Differences from one reading are exact where readings lie far from zero; their means keep their digits.
    origin = float(series[0][0]) if series else 0.0
    near = [values - origin for values in series]
    means = [average(values) for values in near]
    squares = [squares_about(values, middle) for values, middle in zip(near, means, strict=True)]
    return _analysed("one_way", means, [values.size for values in near], math.fsum(squares), origin)


def one_way_of_summary(means: ArrayLike, deviations: ArrayLike, sizes: Sequence[int]) -> OneWay:
    """The same from each group's mean, standard deviation and number of readings.

    Args:
        means: Of each group, shape (m,), m of 2 or more.
        deviations: Standard deviation of each group's readings, shape (m,); 0 for a group of one.
        sizes: Readings in each group, shape (m,).

    Raises:
        ValueError: The lengths differ, or a value is outside its range.

    Source:
        JCGM 100:2008, H.5, table H.9.

    >>> round(one_way_of_summary([2.0, 3.0], [1.0, 1.0], [3, 3]).ratio, 6)
    1.5
    """
    who = "one_way_of_summary"
    middles = vector(who, "means", means).tolist()
    spreads = non_negatives(who, "deviations", deviations).tolist()
    counts = [whole(who, "sizes", size, 1) for size in sizes]
    same_length(who, means=middles, deviations=spreads, sizes=counts)
    squares = math.fsum((n - 1) * s * s for n, s in zip(counts, spreads, strict=True))
    return _analysed(who, [middle - middles[0] for middle in middles], counts, squares, middles[0])


def _analysed(who: str, means: list[float], sizes: list[int], ss_within: float, origin: float) -> OneWay:
    """Of the groups' means, less an origin near to them."""
    groups, n = len(means), sum(sizes)
    if groups < TWO or n == groups:
        got = f"{groups} groups of {n} readings in all"
        advice = "Take readings on another day, and more than one on a day."
        raise refuse(who, "groups", "two or more, and more readings than groups", got, advice)
    grand = math.fsum(size * middle for size, middle in zip(sizes, means, strict=True)) / n
    off = [middle - grand for middle in means]
    ss_between = math.fsum(size * d * d for size, d in zip(sizes, off, strict=True))
    within, between = Deviation(math.sqrt(ss_within / (n - groups)), n - groups), ss_between / (groups - 1)
    share = sum(size * size for size in sizes) / n**2
    size = n * (1 - share) / (groups - 1)
    ms_within = within.value**2
    if ms_within == 0:
        advice = "Use a finer resolution, or the mean of the groups' means."
        raise refuse(who, "readings", "some that differ within groups", "equal ones", advice)
    ratio = between / ms_within
    return OneWay(
        mean=origin + grand,
        n=n,
        within=within,
        between=Deviation(math.sqrt(between), groups - 1),
        component=math.sqrt(max(between - ms_within, 0.0) / size),
        ratio=ratio,
        p=f_cdf(ratio, groups - 1, n - groups, upper=True),
        share=share,
        size=size,
    )
