"""What a correction asks of the curve that it is given."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Fitted(Protocol):
    """Errors fitted over indications: ``calibration.regression.Curve`` is one."""

    @property
    def x_range(self) -> tuple[float, float]:
        """Lowest and highest indication of its points."""

    def centred(self) -> tuple[Array, Array, float, float]:
        """Coefficients, their covariance matrix, center and scale."""


class Curve(Protocol):
    """Error of indication over a range; ``Interpolated`` and ``ErrorPolynomial`` are two."""

    low: float
    high: float

    def at(self, x: float) -> tuple[float, float, float]:
        """Error, its slope and its variance at one indication within the range."""

    def over(self, x: Array) -> tuple[Array, Array, Array]:
        """Errors, their slopes and variances at indications within the range."""

    def indications(self, values: Array) -> Array:
        """Indications x at which x - e(x) has these values; nan where none in the range has."""
