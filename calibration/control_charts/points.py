"""What stands on a chart: points, and the lines that they are held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import finite, refuse
from calibration.control_charts.subgroups import Array, Samples
from calibration.records import record

Family = Literal["location", "counts", "lone"]
"""What run rules suit: all; those without zones; only the one for points beyond the limits."""

COMPUTED = "Look at what it was computed from."

Carried = tuple[float, ...]
"""What a plot must remember of the past; empty before the first point."""


class Point(NamedTuple):
    """One point of a chart.

    Attributes:
        value: What is plotted; ``nan`` where there is nothing yet (the first moving range).
        low: What is held against the lower limit: the same, but on a CUSUM chart the sum of falls, 0 or less.
        center: Centre line.
        error: Standard deviation of ``value`` while the process is stable.
        lower: Lower limit; a point on it is not beyond it.
        upper: Upper limit.
    """

    value: float
    low: float
    center: float
    error: float
    lower: float
    upper: float

    @property
    def z(self) -> float:
        """Distance from the centre in standard deviations of the plotted value."""
        return (self.value - self.center) / self.error


@record(eq=False)
class Points:
    """All points of a chart as columns, shape (m,) each; see ``Point`` for their meaning."""

    value: Array
    low: Array
    center: Array
    error: Array
    lower: Array
    upper: Array

    @property
    def z(self) -> Array:
        """Distance from the centre in standard deviations of the plotted value, shape (m,)."""
        return (self.value - self.center) / self.error

    def __len__(self) -> int:
        return self.value.size

    def __iter__(self) -> Iterator[Point]:
        columns = (self.value, self.low, self.center, self.error, self.lower, self.upper)
        return map(Point._make, zip(*(column.tolist() for column in columns), strict=True))

    @classmethod
    def shewhart(
        cls,
        value: Array,
        center: ArrayLike,
        error: ArrayLike,
        width: float,
        least: float = -np.inf,
        most: ArrayLike = np.inf,
    ) -> Points:
        """Points with limits at ``center`` +- ``width * error``, but never where no point can be.

        >>> import numpy as np
        >>> Points.shewhart(np.array([10.5]), 10.0, 0.25, 3.0).z.tolist()
        [2.0]
        """
        middle = np.broadcast_to(np.asarray(center, dtype=float), value.shape)
        spread = np.broadcast_to(np.asarray(error, dtype=float), value.shape)
        lower = np.maximum(middle - width * spread, least)
        upper = np.minimum(middle + width * spread, most)
        return cls(value, value, middle, spread, lower, upper)


class Plot(Protocol):
    """A kind of chart with its parameters: turns samples into points.

    Attributes:
        name: Whose chart this is, for findings and errors.
        family: Which run rules suit it.
    """

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> Family: ...

    def points(self, samples: Samples, carried: Carried = ()) -> tuple[Points, Carried]:
        """Points of these samples, which follow those that left ``carried``, and what to carry on."""
        ...


def need(who: str, what: str, value: float, least: float = -np.inf, most: float = np.inf) -> None:
    """Refuse a parameter that is not a finite number strictly between ``least`` and ``most``.

    Raises:
        ValueError: It is not.
    """
    if not least < finite(who, what, value) < most:
        between = f"above {least:g}" if np.isinf(most) else f"between {least:g} and {most:g}"
        raise refuse(who, what, f"a number {between}", value, COMPUTED)
