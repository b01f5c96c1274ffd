"""What calibrations found: how many instruments were in tolerance after which time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, positives, refuse, same_length, vector
from calibration.records import record


@record
class Observed:
    """How many instruments were in tolerance after which time.

    Attributes:
        time: Times since calibration, shape (k,), in any one unit.
        in_tolerance: Found in tolerance after each, shape (k,).
        calibrations: Calibrated after each, shape (k,).
    """

    time: Array
    in_tolerance: Array
    calibrations: Array


def from_histories(time: ArrayLike, in_tolerance: Iterable[bool]) -> Observed:
    """Individual calibrations, gathered by equal times.

    Args:
        time: Time since the calibration before, of each, shape (n,), above 0.
        in_tolerance: Whether it found the instrument in tolerance, shape (n,).

    Raises:
        ValueError: The lengths differ, a time is not above 0, or an outcome is neither True nor False (nor 1 nor 0).

    Source:
        NCSLI RP-1 (2010), method S2. No bins are needed: the likelihood takes single calibrations as they are.

    >>> from_histories([12, 6, 12], [True, True, False]).in_tolerance.tolist()
    [1.0, 1.0]
    """
    who = "from_histories"
    times, outcomes = positives(who, "time", time), _outcomes(who, in_tolerance)
    same_length(who, time=times, in_tolerance=outcomes)
    distinct, place = np.unique(times, return_inverse=True)
    good, every = (np.bincount(place, weights=weights) for weights in (outcomes, np.ones(len(times))))
    return Observed(distinct, np.asarray(good, dtype=np.float64), np.asarray(every, dtype=np.float64))


def _outcomes(who: str, in_tolerance: Iterable[bool]) -> Array:
    outcomes = list(in_tolerance)
    for k, outcome in enumerate(outcomes):
        # A text such as "False" is true to Python, and so is nan.
        if isinstance(outcome, str | bytes) or np.ndim(outcome) != 0 or outcome not in (0, 1):
            advice = "Leave out calibrations whose outcome is not known."
            raise refuse(who, "in_tolerance", "True or False", f"{outcome!r} at index {k}", advice)
    return np.array(outcomes, dtype=np.float64)


def from_groups(time: ArrayLike, in_tolerance: ArrayLike, calibrations: ArrayLike) -> Observed:
    """Calibrations that were counted by time already.

    Args:
        time: Times since calibration, shape (k,), above 0.
        in_tolerance: Whole numbers, shape (k,), 0 to ``calibrations``.
        calibrations: Whole numbers, shape (k,), 1 or more.

    Raises:
        ValueError: The lengths differ, or a number is outside its range.

    Source:
        NCSLI RP-1 (2010), method S2.

    >>> from_groups([6, 12], [5, 3], [5, 4]).time.tolist()
    [6.0, 12.0]
    """
    who = "from_groups"
    t, n = positives(who, "time", time), positives(who, "calibrations", calibrations)
    g = vector(who, "in_tolerance", in_tolerance)
    same_length(who, time=t, in_tolerance=g, calibrations=n)
    bad = (g < 0) | (g > n) | (g % 1 != 0) | (n % 1 != 0)
    if bad.any():
        k = int(np.argmax(bad))
        got = f"{g[k]:g} of {n[k]:g} at index {k}"
        raise refuse(who, "in_tolerance", "whole numbers from 0 to that of calibrations", got, "Count them again.")
    return Observed(t, g, n)
