"""Charts of counts: nonconforming items (p, np) and nonconformities (c, u).

Their limits come from the binomial and the Poisson distribution, so there is no sigma to estimate.
"""

from __future__ import annotations

import math

import numpy as np

from calibration.checks import whole
from calibration.control_charts.points import Carried, Family, Points, need
from calibration.control_charts.subgroups import Array, Samples, numbers, values
from calibration.records import record


@record
class Fractions:
    """Fraction nonconforming: limits at ``p +- width * sqrt(p * (1 - p) / n_i)``, within 0 and 1.

    Samples are pairs (nonconforming items, items looked at), shape (m, 2).

    Attributes:
        fraction: Centre line p, in (0, 1), dimensionless.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 7.2.1 and 7.2.2.
    """

    fraction: float
    width: float = 3.0
    name: str = "p"

    def __post_init__(self) -> None:
        need(self.name, "fraction", self.fraction, 0, 1)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Run rules without zones."""
        return "counts"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Fractions of samples of any sizes."""
        counts, sizes = counts_and_sizes(self.name, samples, items=True)
        error = np.sqrt(self.fraction * (1 - self.fraction) / sizes)
        return Points.shewhart(counts / sizes, self.fraction, error, self.width, 0.0, 1.0), carried


@record
class Nonconforming:
    """Number nonconforming in samples of one size: ``n*p +- width * sqrt(n * p * (1 - p))``, within 0 and n.

    Samples are numbers, shape (m,).

    Attributes:
        fraction: p, in (0, 1), dimensionless.
        size: Items in every sample. Where it varies, use ``Fractions``.

    Source:
        Montgomery, 7.2.1.
    """

    fraction: float
    size: int
    width: float = 3.0
    name: str = "np"

    def __post_init__(self) -> None:
        need(self.name, "fraction", self.fraction, 0, 1)
        whole(self.name, "size", self.size, least=1)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Run rules without zones."""
        return "counts"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """The numbers themselves."""
        counts = values(self.name, samples)
        counts_and_sizes(self.name, np.column_stack([counts, np.full(counts.shape, self.size)]), items=True)
        center = self.size * self.fraction
        error = math.sqrt(center * (1 - self.fraction))
        return Points.shewhart(counts, center, error, self.width, 0.0, float(self.size)), carried


@record
class Counts:
    """Nonconformities in equal inspection units: limits at ``c +- width * sqrt(c)``, not below 0.

    Samples are numbers, shape (m,).

    Attributes:
        mean: Centre line c, above 0.

    Source:
        Montgomery, 7.3.1.
    """

    mean: float
    width: float = 3.0
    name: str = "c"

    def __post_init__(self) -> None:
        need(self.name, "mean", self.mean, 0)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Run rules without zones."""
        return "counts"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """The numbers themselves."""
        counts = values(self.name, samples)
        counts_and_sizes(self.name, np.column_stack([counts, np.ones(counts.shape)]))
        return Points.shewhart(counts, self.mean, math.sqrt(self.mean), self.width, 0.0), carried


@record
class Rates:
    """Nonconformities per inspection unit: limits at ``u +- width * sqrt(u / n_i)``, not below 0.

    Samples are pairs (nonconformities, inspection units), shape (m, 2); units may be fractions.

    Attributes:
        mean: Centre line u, above 0, per inspection unit.

    Source:
        Montgomery, 7.3.1 and 7.3.2.
    """

    mean: float
    width: float = 3.0
    name: str = "u"

    def __post_init__(self) -> None:
        need(self.name, "mean", self.mean, 0)
        need(self.name, "width", self.width, 0)

    @property
    def family(self) -> Family:
        """Run rules without zones."""
        return "counts"

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Nonconformities per inspection unit, of samples of any sizes."""
        counts, sizes = counts_and_sizes(self.name, samples)
        return Points.shewhart(counts / sizes, self.mean, np.sqrt(self.mean / sizes), self.width, 0.0), carried


def counts_and_sizes(who: str, samples: Samples, *, items: bool = False) -> tuple[Array, Array]:
    """Columns of pairs (count, size), shape (m,) each.

    Args:
        who: Whose samples these are.
        samples: Shape (m, 2).
        items: Whether size counts the items among which the count was found, so that it is whole and not less.

    Raises:
        ValueError: A count is not a whole number of 0 or more, or a size is not possible.
    """
    pairs = numbers(who, samples)
    if pairs.size == 0:
        pairs = pairs.reshape(0, 2)
    if pairs.shape[1:] != (2,):
        msg = f"{who}: samples: expected pairs (count, size), got an array of shape {pairs.shape}. Give the sizes too."
        raise ValueError(msg)
    counts, sizes = pairs.T
    possible = (counts >= 0) & (counts == np.floor(counts)) & (sizes > 0) & np.isfinite(pairs).all(axis=1)
    expected = "a whole count of 0 or more and a size above 0"
    if items:
        possible &= (counts <= sizes) & (sizes == np.floor(sizes))
        expected = "a whole count of 0 or more among a whole number of items"
    bad = np.flatnonzero(~possible)
    if bad.size:
        first = int(bad[0])
        msg = (
            f"{who}: sample {first + 1}: expected {expected}, got {counts[first]:g} of {sizes[first]:g}. "
            "Count again or leave the sample out."
        )
        raise ValueError(msg)
    return counts, sizes
