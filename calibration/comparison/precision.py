"""Repeatability and reproducibility of a measurement method."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import refuse, vector
from calibration.records import record

LIMIT_FACTOR = 2.8


@record
class Precision:
    """Precision of a method at one level.

    Attributes:
        mean: General mean, in the results' unit.
        repeatability: Standard deviation s_r, under repeatability conditions.
        between: Standard deviation between laboratories, s_L; 0 where its variance was estimated below 0.
        reproducibility: Standard deviation s_R.
        laboratories: How many.
        results: How many.
        between_was_negative: Whether the estimate of the variance between laboratories was below 0.
    """

    mean: float
    repeatability: float
    between: float
    reproducibility: float
    laboratories: int
    results: int
    between_was_negative: bool

    @property
    def repeatability_limit(self) -> float:
        """Two results of one laboratory differ by more in 5 % of cases: ``r = 2.8 * s_r`` (ISO 5725-6:1994, 4.1.4)."""
        return LIMIT_FACTOR * self.repeatability

    @property
    def reproducibility_limit(self) -> float:
        """Two results of two laboratories differ by more in 5 % of cases: ``R = 2.8 * s_R``."""
        return LIMIT_FACTOR * self.reproducibility


def precision(cells: Sequence[ArrayLike]) -> Precision:
    """Repeatability and reproducibility from a uniform-level experiment, with unequal numbers of results or not.

    ::

        s_r**2 = sum((n_i - 1) * s_i**2) / sum(n_i - 1)
        s_d**2 = sum(n_i * (mean_i - mean)**2) / (p - 1)        mean = sum(n_i * mean_i) / sum(n_i)
        n      = (sum(n_i) - sum(n_i**2) / sum(n_i)) / (p - 1)
        s_L**2 = (s_d**2 - s_r**2) / n                          0 where that is negative
        s_R**2 = s_r**2 + s_L**2

    Args:
        cells: Results of each laboratory at one level, p >= 2 rows; at least one with two results.

    Raises:
        ValueError: There are fewer than two laboratories, nothing is repeated, or a result is not finite.

    Source:
        ISO 5725-2:2019, 8.4.4 and 8.4.5; ISO 5725-2:1994, 7.4.

    >>> found = precision([[4.44, 4.39], [4.03, 4.23], [3.70, 3.70]])
    >>> round(found.repeatability, 4), round(found.reproducibility, 4)
    (0.0842, 0.3648)
    """
    who = "precision"
    rows = [vector(who, f"laboratory {i}", cell) for i, cell in enumerate(cells)]
    if len(rows) < 2:  # noqa: PLR2004
        raise refuse(who, "cells", "2 laboratories or more", len(rows), "Ask more laboratories.")
    n = np.array([len(row) for row in rows], dtype=float)
    dof = float(np.sum(n - 1))
    if dof == 0:
        raise refuse(who, "cells", "a laboratory with 2 results or more", "one result of each", "Repeat measurements.")
    means = np.array([np.mean(row) for row in rows])
    total = float(np.sum(n))
    mean = float(np.sum(n * means)) / total
    within = sum(float(np.sum((row - np.mean(row)) ** 2)) for row in rows) / dof
    groups = len(rows) - 1
    between_means = float(np.sum(n * (means - mean) ** 2)) / groups
    replicates = (total - float(np.sum(n**2)) / total) / groups
    between = (between_means - within) / replicates
    # The standard's own rule: a variance between laboratories that was estimated below 0 is 0.
    kept = max(between, 0.0)
    return Precision(
        mean=mean,
        repeatability=math.sqrt(within),
        between=math.sqrt(kept),
        reproducibility=math.sqrt(within + kept),
        laboratories=len(rows),
        results=int(total),
        between_was_negative=between < 0,
    )
