"""The coverage factor of a budget: by degrees of freedom, or by the shape of what outweighs all else."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from calibration.uncertainty import Budget
from calibration.uncertainty.budget import Row

MOST_OF_REST = 0.3
"""Above this share of the dominant terms the rest is no longer left out of the shape."""


class Coverage(NamedTuple):
    """How an expanded uncertainty is made.

    Attributes:
        k: Coverage factor.
        dof: Effective degrees of freedom; ``inf`` where k is by shape.
    """

    k: float
    dof: float


def coverage(budget: Budget, probability: float, by: Literal["student", "shape"]) -> Coverage:
    """The coverage factor of a budget.

    ``student``: Student's t of the effective degrees of freedom. ``shape``: where one rectangular input, or two,
    outweigh the rest (its root sum of squares is at most 0.3 of theirs), that of their distribution::

        one   k = p * sqrt(3)
        two   k = (1 - sqrt((1 - p) * (1 - b**2))) / sqrt((1 + b**2) / 6)    b = |a_1 - a_2| / (a_1 + a_2)

    with the half-widths a. The second is a trapezoid's, as long as its quantile lies on a slope; else the top's:
    ``k = p * (1 + b) / 2 / sqrt((1 + b**2) / 6)``.

    Args:
        budget: Carried out.
        probability: Coverage probability p.
        by: As the procedure has it.

    Raises:
        ValueError: Of the budget's degrees of freedom.

    Source:
        JCGM 100:2008, G.4 (Student); EA-4/02 (1999), supplement 2, S9 and S10 (rectangle and trapezoid).
    """
    shaped = _by_shape(budget, probability) if by == "shape" else None
    if shaped is not None:
        return Coverage(shaped, math.inf)
    expanded = budget.expand(probability)
    return Coverage(expanded.k, math.inf if expanded.dof is None else expanded.dof)


def _by_shape(budget: Budget, p: float) -> float | None:
    rows = sorted(budget.rows, key=lambda row: -abs(row.contribution))
    for count in (1, 2):
        dominant, rest = rows[:count], rows[count:]
        if len(dominant) == count and all(row.distribution == "rectangular" for row in dominant):
            whole = math.hypot(*(row.contribution for row in dominant))
            if whole > 0 and math.hypot(*(row.contribution for row in rest)) <= MOST_OF_REST * whole:
                return trapezoid_factor(_half_widths(dominant), p)
    return None


def _half_widths(rows: Sequence[Row]) -> list[float]:
    return [abs(row.contribution) * math.sqrt(3) for row in rows]


def trapezoid_factor(half_widths: Sequence[float], p: float) -> float:
    """Coverage factor of the sum of one or two rectangular quantities: see :func:`coverage`.

    >>> round(trapezoid_factor([0.05], 0.95), 2), round(trapezoid_factor([0.05, 0.025], 0.95), 2)
    (1.65, 1.83)
    """
    a, b = (*half_widths, 0.0)[:2]
    shape = abs(a - b) / (a + b)
    tails = (1 - p) * (1 - shape * shape)
    # The slopes hold the outer (1 - b) / (1 + b) of the probability.
    on_a_slope = (1 - p) <= (1 - shape) / (1 + shape)
    reach = 1 - math.sqrt(tails) if on_a_slope else p * (1 + shape) / 2
    return reach / math.sqrt((1 + shape * shape) / 6)
