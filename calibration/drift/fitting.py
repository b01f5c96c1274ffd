"""Drift as a straight line through the errors that successive calibrations found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from calibration.checks import Array, non_negative, refuse
from calibration.drift.history import WHO, Calibrated, Day, Segment, covariance, number_of, segments
from calibration.drift.prediction import Drift
from calibration.records import record
from calibration.regression import ColumnFit, fit_columns

LEAST = 2
DOUBLINGS = 60
STEPS = 100
CLOSE = 1e-12


@record
class NoDrift:
    """There is no figure of the drift, and why.

    Attributes:
        reason: A sentence for the one who asked.
        last: The newest result, which is all there is to say of the error.
    """

    reason: str
    last: Calibrated


def fit_drift(history: Iterable[Calibrated], *, instability: float = 0.0) -> Drift | NoDrift:
    """Drift since the last adjustment.

    A straight line through the errors of the newest segment, weighted with all covariances::

        error(t) = offset + rate * t        cov = cov(errors) + instability**2 on the diagonal

    Args:
        history: Results of one instrument at one point, in any order; see :func:`segments`.
        instability: Standard deviation of what the instrument itself varies from calibration to calibration about
            its line, in the quantity's unit; see :func:`estimate_instability`.

    Returns:
        The drift. Two results give one whose width comes from their stated uncertainties alone. One gives none.

    Raises:
        ValueError: The history contradicts itself, or ``instability`` is negative.

    Source:
        ISO/TS 28037:2010, clauses 6 and 9, with time for x.

    >>> drift = fit_drift([Calibrated(0.0, 0.10, 0.02), Calibrated(400.0, 0.18, 0.02)])
    >>> round(drift.rate.value, 6), round(drift.rate.u, 6)
    (0.0002, 7.1e-05)
    """
    newest = segments(history)[-1]
    last = newest.results[-1]
    if len(newest.results) < LEAST:
        return NoDrift(
            f"{WHO}: results since the last adjustment: expected 2 or more, got 1, of {last.on}. "
            "Calibrate again, or take the rate of earlier segments (fit_common_drift).",
            last,
        )
    return _drift([newest], non_negative(WHO, "instability", instability))


def fit_common_drift(history: Iterable[Calibrated], *, instability: float = 0.0) -> Drift | NoDrift:
    """Drift with one rate for all segments and an offset for each: an adjustment shifts, and does not mend the cause.

    ::

        error(t) = offset_segment + rate * t

    Arguments as of :func:`fit_drift`. The adequacy of the fit tells whether one rate holds for all.

    Returns:
        The drift; none when no segment has two results.

    Raises:
        ValueError: The history contradicts itself, or ``instability`` is negative.

    Source:
        ISO/TS 28037:2010, clause 9, with a column for each segment; Draper and Smith, Applied Regression Analysis,
        14.1, for such columns.

    >>> drift = fit_common_drift([Calibrated(0.0, 0.0, 0.1, "as_left"), Calibrated(100.0, 1.0, 0.1, "as_found"),
    ...                           Calibrated(100.0, 0.2, 0.1, "as_left")])
    >>> round(drift.predict(200.0).value, 3)
    1.2
    """
    cut = segments(history)
    last = cut[-1].results[-1]
    if all(len(segment.results) < LEAST for segment in cut):
        return NoDrift(
            f"{WHO}: results between adjustments: expected 2 or more in one segment, got 1 in each. Calibrate again.",
            last,
        )
    return _drift(cut, non_negative(WHO, "instability", instability))


def estimate_instability(history: Iterable[Calibrated]) -> float:
    """What the instrument varies from calibration to calibration beyond the stated uncertainties and its drift.

    The instability that makes chi-square equal to its degrees of freedom, with one rate for all segments.

    Args:
        history: As of :func:`fit_drift`.

    Returns:
        Standard deviation, in the quantity's unit; 0 when the stated uncertainties explain all the scatter.

    Raises:
        ValueError: The history contradicts itself, or has no result to spare: there is nothing to judge by.

    Source:
        Paule and Mandel, Journal of Research of the NBS 87 (1982) 377.

    >>> wild = [Calibrated(100.0 * k, error, 0.01) for k, error in enumerate([0.0, 0.5, -0.4, 0.1])]
    >>> 0.3 < estimate_instability(wild) < 0.5
    True
    """
    cut = segments(history)
    spare = sum(len(segment.results) for segment in cut) - len(cut) - 1
    if spare < 1 or all(len(segment.results) < LEAST for segment in cut):
        advice = "Calibrate again, or state what is known of instruments of this kind."
        raise refuse(WHO, "history", "more results than offsets and a rate take up", f"{spare} to spare", advice)

    def off(instability: float) -> float:
        return _fit(cut, instability).squares / spare - 1

    below = off(0.0)
    if below <= 0:
        return 0.0
    low, high = 0.0, max(result.u for segment in cut for result in segment.results)
    above = off(high)
    for _ in range(DOUBLINGS):
        if above <= 0:
            break
        low, below, high = high, above, 2 * high
        above = off(high)
    return _crossing(off, (low, below), (high, above))


def _crossing(off: Callable[[float], float], low: tuple[float, float], high: tuple[float, float]) -> float:
    """Where a falling function is zero: false position (Illinois) between two places with their values."""
    for _ in range(STEPS):
        middle = high[0] - high[1] * (high[0] - low[0]) / (high[1] - low[1])
        found = off(middle)
        if abs(found) <= CLOSE:
            break
        if found > 0:
            # The other end has not moved: half of its value draws the next place towards it.
            low, high = (middle, found), (high[0], high[1] / 2)
        else:
            low, high = (low[0], low[1] / 2), (middle, found)
    return middle


def _drift(cut: Sequence[Segment], instability: float) -> Drift:
    last = cut[-1].results[-1]
    ends: Day | None = last.on if cut[-1].closed else None
    first = cut[-1].results[0]
    begins: Day | None = first.on if first.state == "as_left" else None
    return Drift(_fit(cut, instability), last.on, ends, instability, begins)


def _fit(cut: Sequence[Segment], instability: float) -> ColumnFit:
    """Columns: an offset for each segment, the newest last but one; then days since the newest result."""
    results = [result for segment in cut for result in segment.results]
    sizes = [len(segment.results) for segment in cut]
    origin = number_of(results[-1].on)
    days = np.array([number_of(result.on) - origin for result in results])
    matrix = covariance(results) + np.diag([instability * instability] * len(results))
    errors = [result.error for result in results]
    return fit_columns(np.column_stack([_belongs(sizes), days]), errors, cov_y=matrix)


def _belongs(sizes: Sequence[int]) -> Array:
    return np.repeat(np.eye(len(sizes)), sizes, axis=0)
