"""What a Monte Carlo calculation found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

import numpy as np

from calibration.checks import Array, refuse
from calibration.monte_carlo.coverage import inside, shortest_of_sorted, symmetric_of_sorted
from calibration.records import record

PORTION = 10_000


@record(eq=False)
class Simulation:
    """One output, its distribution propagated.

    Attributes:
        value: Estimate: mean of the values, in ``unit``.
        u: Standard uncertainty: standard deviation of the values, with M - 1.
        trials: How many were made, M.
        converged: True where mean, u and both ends of the interval stand still within ``tolerance``; False where the
            greatest number of trials came before; None where the number was given.
        tolerance: Numerical tolerance delta that was sought, in ``unit``; 0 where none was.
        unit: UCUM code.
        values: Values of the output in rising order, shape (M,): its distribution function.

    Source:
        JCGM 101:2008, 7.5 to 7.7.

    >>> import numpy as np
    >>> from calibration.monte_carlo import simulate
    >>> from calibration.uncertainty import rectangular
    >>> found = simulate(lambda x: x**2, [rectangular("x", 0.0, 1.0)], np.random.default_rng(1), trials=100_000)
    >>> round(found.value, 2), [round(end, 2) for end in found.shortest(0.95)]
    (0.33, [0.0, 0.9])
    """

    value: float
    u: float
    trials: int
    converged: bool | None
    tolerance: float
    unit: str
    values: Array = field(repr=False)

    def symmetric(self, probability: float = 0.95) -> tuple[float, float]:
        """Probabilistically symmetric coverage interval: see :func:`symmetric_interval`.

        >>> import numpy as np
        >>> from calibration.monte_carlo import simulate
        >>> from calibration.uncertainty import normal
        >>> found = simulate(lambda x: x, [normal("x", 0.0, 1.0)], np.random.default_rng(1), trials=100_000)
        >>> [round(end) for end in found.symmetric(0.95)]
        [-2, 2]
        """
        return symmetric_of_sorted(self.values, probability)

    def shortest(self, probability: float = 0.95) -> tuple[float, float]:
        """Shortest coverage interval: see :func:`shortest_interval`."""
        return shortest_of_sorted(self.values, probability)


@record(eq=False)
class JointSimulation:
    """Several outputs of the same inputs, their joint distribution propagated.

    Attributes:
        outputs: By name.
        covariance: Of the outputs, shape (m, m), in the products of their units.
        values: Values of the outputs in the order of the trials, shape (m, M).

    Source:
        JCGM 102:2011, 7.5 to 7.7.

    >>> import numpy as np
    >>> from calibration.monte_carlo import simulate_together
    >>> from calibration.uncertainty import normal
    >>> both = {"sum": lambda a, b: a + b, "difference": lambda a, b: a - b}
    >>> inputs = [normal("a", 1.0, 3.0), normal("b", 1.0, 4.0)]
    >>> found = simulate_together(both, inputs, np.random.default_rng(1), trials=100_000)
    >>> found.covariance.round(0).tolist(), round(found.region_factor(0.95) ** 2)
    ([[25.0, -7.0], [-7.0, 25.0]], 6)
    """

    outputs: Mapping[str, Simulation]
    covariance: Array
    values: Array = field(repr=False)

    @property
    def converged(self) -> bool | None:
        """True where every output has converged; None where the number of trials was given."""
        found = [each.converged for each in self.outputs.values()]
        return None if None in found else all(found)

    @property
    def correlation(self) -> Array:
        """Coefficients of correlation of the outputs, shape (m, m); zeros beside an output without uncertainty."""
        u = np.asarray([each.u for each in self.outputs.values()])
        over = np.divide(1.0, u, out=np.zeros_like(u), where=u > 0)
        matrix: Array = self.covariance * np.outer(over, over)
        np.fill_diagonal(matrix, 1.0)
        return matrix

    def region_factor(self, probability: float = 0.95) -> float:
        """Coverage factor k_p of the elliptical coverage region of the outputs.

        ::

            (eta - y)^T U_y^-1 (eta - y) <= k_p**2

        Raises:
            ValueError: The probability is not in (0, 1), there are too few trials, or an output follows from the
                others.

        Source:
            JCGM 102:2011, 7.7.2.
        """
        who = "region_factor"
        count = self.values.shape[1]
        q = inside(who, count, probability)
        least = float(np.linalg.eigvalsh(self.correlation)[0])
        if least < 1e-12:  # noqa: PLR2004  (what rounding leaves of zero)
            got = f"a correlation matrix with a least eigenvalue of {least:.3g}"
            raise refuse(who, "outputs", "none that follows from others", got, "Leave one of them out.")
        u = np.asarray([each.u for each in self.outputs.values()])
        centre = np.asarray([each.value for each in self.outputs.values()])
        scaled = (self.values - centre[:, None]) / u[:, None]
        whitened = np.linalg.solve(np.linalg.cholesky(self.correlation), scaled)
        squares = np.sum(whitened**2, axis=0)
        return float(np.sqrt(np.partition(squares, q - 1)[q - 1]))


def covariance_of(values: Array, outputs: Iterable[Simulation]) -> Array:
    """Covariance of the outputs, over portions of trials: copies of all values would take more room than they do.

    Source:
        JCGM 102:2011, 7.6.
    """
    centre = np.asarray([[each.value] for each in outputs])
    squares = np.zeros((len(values), len(values)))
    with np.errstate(over="ignore", under="ignore"):  # Variances of u beyond 1e154 are beyond what a float holds.
        for start in range(0, values.shape[1], PORTION):
            apart = values[:, start : start + PORTION] - centre
            squares += apart @ apart.T
    squares /= values.shape[1] - 1
    return squares
