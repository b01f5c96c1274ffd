"""Charts of measured values: means, ranges and standard deviations of subgroups, moving ranges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calibration.control_charts.constants import c4, d2, d3
from calibration.control_charts.points import Carried, Family, Points, need
from calibration.control_charts.sigma import Sigma, need_sigma
from calibration.control_charts.subgroups import Array, Samples, Subgroups, values
from calibration.records import record


@record
class Means:
    """Means of subgroups, or individual values: limits at ``center +- width * sigma / sqrt(n_i)``.

    Attributes:
        center: Centre line, in the quantity's unit.
        sigma: Of single values.
        width: Limits, in standard deviations of the plotted mean.
        name: Whose chart this is.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.2.1, 6.3.2 (unequal sizes), 6.4.
    """

    center: float
    sigma: Sigma
    width: float = 3.0
    name: str = "x_bar"

    def __post_init__(self) -> None:
        need_sigma(self.name, self.sigma)
        need(self.name, "center", self.center)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """All run rules."""
        return "location"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Means of subgroups of any sizes; a subgroup of one is an individual value."""
        groups = Subgroups.of(self.name, samples)
        error = self.sigma.value / np.sqrt(groups.sizes)
        return Points.shewhart(groups.means, self.center, error, self.width), carried


@record
class Ranges:
    """Ranges of subgroups: centre ``d2(n_i) * sigma``, limits ``width * d3(n_i) * sigma`` from it, not below 0.

    Source:
        Montgomery, 6.2.1. Skewed, and bounded below: no zones.
    """

    sigma: Sigma
    width: float = 3.0
    name: str = "range"

    def __post_init__(self) -> None:
        need_sigma(self.name, self.sigma)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Only the rule for points beyond the limits."""
        return "lone"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Ranges of subgroups of two or more."""
        groups = Subgroups.of(self.name, samples, least=2)
        center = self.sigma.value * _each(d2, groups.sizes)
        error = self.sigma.value * _each(d3, groups.sizes)
        return Points.shewhart(groups.ranges, center, error, self.width, least=0.0), carried


@record
class StandardDeviations:
    """Standard deviations of subgroups: centre ``c4(n_i) * sigma``, error ``sqrt(1 - c4(n_i)**2) * sigma``.

    Source:
        Montgomery, 6.3.1. Skewed, and bounded below: no zones.
    """

    sigma: Sigma
    width: float = 3.0
    name: str = "s"

    def __post_init__(self) -> None:
        need_sigma(self.name, self.sigma)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Only the rule for points beyond the limits."""
        return "lone"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Standard deviations of subgroups of two or more."""
        groups = Subgroups.of(self.name, samples, least=2)
        share = _each(c4, groups.sizes)
        center, error = self.sigma.value * share, self.sigma.value * np.sqrt(1 - share**2)
        return Points.shewhart(groups.deviations, center, error, self.width, least=0.0), carried


@record
class MovingRanges:
    """Distances between neighbouring values: a range chart of n = 2 whose points share values.

    Source:
        Montgomery, 6.4. Neighbouring points are correlated: no runs.
    """

    sigma: Sigma
    width: float = 3.0
    name: str = "moving_range"

    def __post_init__(self) -> None:
        need_sigma(self.name, self.sigma)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Only the rule for points beyond the limits."""
        return "lone"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Distances from the value before; ``nan`` for the first of all."""
        row = values(self.name, samples)
        if not row.size:
            return Points.shewhart(row, 0.0, 1.0, self.width), carried
        before = np.concatenate([carried or (np.nan,), row[:-1]])
        center, error = self.sigma.value * d2(2), self.sigma.value * d3(2)
        return Points.shewhart(np.abs(row - before), center, error, self.width, least=0.0), (float(row[-1]),)


def _each(constant: Callable[[int], float], sizes: Array) -> Array:
    distinct, where = np.unique(sizes, return_inverse=True)
    return np.array([constant(int(n)) for n in distinct])[where]
