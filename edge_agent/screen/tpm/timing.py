"""What a time study says: how long one took, how far they differ, how many are inside. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from edge_agent.wire.entries import TimeStudy

NS = 10**9
ENOUGH = 10
"""A 90th percentile of fewer than this is only the longest one: it is not given."""


class Timing(NamedTuple):
    """A study, summed up.

    Attributes:
        n: How many have gone out.
        median_s: Of their times, s; None without any.
        lower_s: First quartile, s.
        upper_s: Third quartile, s: half of them lie between the two.
        p90_s: Nine of ten took at most this, s; None below :data:`ENOUGH`.
        inside: Those that have not gone out, who came first foremost.
        wrong: How many went out before they came in: clocks or taps went wrong, they are left out.
    """

    n: int
    median_s: float | None
    lower_s: float | None
    upper_s: float | None
    p90_s: float | None
    inside: tuple[TimeStudy, ...]
    wrong: int = 0

    @property
    def spread_s(self) -> float | None:
        """Interquartile range, s."""
        return None if self.upper_s is None or self.lower_s is None else self.upper_s - self.lower_s


def time_of(one: TimeStudy) -> float | None:
    """How long it took, s; None while it is inside, or when it went out before it came in."""
    if one.went_out is None or one.went_out < one.came_in:
        return None
    return (one.went_out - one.came_in) / NS


def summarise(studied: Sequence[TimeStudy]) -> Timing:
    """Median, quartiles and 90th percentile of those that have gone out.

    Quantiles lie between the two nearest values, linearly by rank (Hyndman and Fan's definition 7).

    Source:
        R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American Statistician 50 (1996) 361.
    """
    inside = tuple(sorted((one for one in studied if one.went_out is None), key=lambda one: one.came_in))
    times = [time for one in studied if (time := time_of(one)) is not None]
    wrong = len(studied) - len(inside) - len(times)
    if not times:
        return Timing(0, None, None, None, None, inside, wrong)
    lower, median, upper, p90 = (float(q) for q in np.quantile(times, [0.25, 0.5, 0.75, 0.9]))
    return Timing(len(times), median, lower, upper, p90 if len(times) >= ENOUGH else None, inside, wrong)
