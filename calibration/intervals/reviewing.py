"""The simple methods of reviewing an interval, after each calibration or by the hour meter."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import finite, non_negative, positive, positives, probability, refuse, same_length, vector
from calibration.distributions import coverage_factor
from calibration.records import record

Change = Literal["extended", "kept", "reduced"]

LEAST_CHANGES = 3
SPECIFIED = "Take it from the specification."


@record
class Step:
    """The next interval by the staircase.

    Attributes:
        interval_days: Next interval, d.
        change: ``extended``, ``kept`` or ``reduced``.
        used: Share of the maximum permissible error that the error as found took up.
    """

    interval_days: float
    change: Change
    used: float


def staircase(
    interval_days: float,
    error_as_found: float,
    mpe: float,
    *,
    extend: float,
    reduce: float,
    extend_below: float = 0.8,
    shortest_days: float = 0.0,
    longest_days: float = math.inf,
) -> Step:
    """Automatic adjustment of the interval after one calibration: method 1, "staircase".

    ::

        |error| <= extend_below * mpe      next = interval * extend
        |error| > mpe                      next = interval * reduce
        else                               next = interval

    Args:
        interval_days: Interval that ends with this calibration, d, above 0.
        error_as_found: Largest error as found, in the unit of ``mpe``.
        mpe: Maximum permissible error, above 0.
        extend: Factor, above 1.
        reduce: Factor, in (0, 1).
        extend_below: Share of the mpe up to which the interval is extended, in (0, 1); the document's example is 0.8.
        shortest_days: Never below, d.
        longest_days: Never above, d.

    Returns:
        It rests on one calibration: it reacts at once, and never settles.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ILAC-G24:2022 / OIML D 10:2022, 6.2, method 1. The factors are the user's.

    >>> staircase(365, 0.3, 0.5, extend=1.25, reduce=0.6)
    Step(interval_days=456.25, change='extended', used=0.6)
    """
    who = "staircase"
    interval = positive(who, "interval_days", interval_days)
    used = abs(finite(who, "error_as_found", error_as_found)) / positive(who, "mpe", mpe, SPECIFIED)
    probability(who, "reduce", reduce, "Give 0.6 for an interval that is to be 40 % shorter.")
    probability(who, "extend_below", extend_below, "Give 0.8 for 80 % of the maximum permissible error.")
    if not 1 < finite(who, "extend", extend, "Give 1.25 for a quarter more.") < math.inf:
        raise refuse(who, "extend", "a finite number above 1", extend, "Give 1.25 for a quarter more.")
    non_negative(who, "shortest_days", shortest_days)
    if longest_days != math.inf and non_negative(who, "longest_days", longest_days) < shortest_days:
        got = f"{shortest_days!r} and {longest_days!r}"
        raise refuse(who, "shortest_days and longest_days", "the first not above the second", got, "Exchange them.")
    change: Change = "extended" if used <= extend_below else "reduced" if used > 1 else "kept"
    wished = interval * {"extended": extend, "kept": 1.0, "reduced": reduce}[change]
    # The user's own bounds, which he gave for this.
    return Step(min(max(wished, shortest_days), longest_days), change, used)


@record
class DriftInterval:
    """An interval from the chart of changes between calibrations.

    Attributes:
        interval_days: Until the error may reach the maximum permissible one, d.
        rate_per_day: Mean drift, in the quantity's unit per day.
        s_rate: Standard deviation of one interval's drift.
        changes: Number of changes that it rests on.
        longest_seen_days: Longest interval among them, d.
        extrapolated: Whether ``interval_days`` is longer than that.
    """

    interval_days: float
    rate_per_day: float
    s_rate: float
    changes: int
    longest_seen_days: float
    extrapolated: bool


def control_chart_interval(
    elapsed_days: ArrayLike,
    changes: ArrayLike,
    mpe: float,
    *,
    error_as_left: float = 0.0,
    expanded: float = 0.0,
    confidence: float = 0.95,
) -> DriftInterval:
    """Interval from drift and dispersion between successive calibrations: method 2, control chart.

    With r_i = change_i / elapsed_i, their mean r and standard deviation s::

        interval = (mpe - |error as left| - U) / (|r| + t * s * sqrt(1 + 1 / n))

    so that the drift of the next interval, too, stays within what is left with the confidence asked for.

    Args:
        elapsed_days: Days from each calibration to the next, shape (n,), above 0.
        changes: Error as found at the next minus error as left at the one before, shape (n,), in the unit of ``mpe``.
        mpe: Maximum permissible error, above 0.
        error_as_left: Error as left now.
        expanded: Expanded uncertainty of calibration, 0 or more.
        confidence: Of t, Student's quantile for both sides.

    Raises:
        ValueError: Fewer than 3 changes, lengths that differ, a value outside its range, nothing left of the maximum
            permissible error, or no change at all, which gives no interval.

    Source:
        ILAC-G24:2022 / OIML D 10:2022, 6.3, method 2, which asks for mean drift and dispersion and leaves the formula
        to the user; the limit is a prediction interval (JCGM 100:2008, G.3 and H.3.5 in kind).

    >>> round(control_chart_interval([360, 370, 365], [0.036, 0.037, 0.0365], mpe=0.2).interval_days)
    2000
    """
    who = "control_chart_interval"
    days, change = positives(who, "elapsed_days", elapsed_days), vector(who, "changes", changes)
    n = same_length(who, elapsed_days=days, changes=change)
    if n < LEAST_CHANGES:
        advice = f"Calibrate {LEAST_CHANGES - n} more times first, at the interval in use."
        raise refuse(who, "changes", f"{LEAST_CHANGES} or more", n, advice)
    probability(who, "confidence", confidence)
    error, spent = finite(who, "error_as_left", error_as_left), non_negative(who, "expanded", expanded)
    left = positive(who, "mpe", mpe, SPECIFIED) - abs(error) - spent
    if left <= 0:
        got = f"{abs(error) + spent:g} of {mpe:g}"
        raise refuse(who, "error as left and U", "less than the mpe together", got, "Adjust the instrument.")
    rates = change / days
    rate, s = float(np.mean(rates)), float(np.std(rates, ddof=1))
    worst = abs(rate) + coverage_factor(confidence, n - 1) * s * math.sqrt(1 + 1 / n)
    if worst == 0:
        advice = "Read with a finer resolution, or set the interval by another method."
        raise refuse(who, "changes", "one that is not 0", "no change at all", advice)
    longest = float(np.max(days))
    return DriftInterval(left / worst, rate, s, n, longest, extrapolated=left / worst > longest)


@record
class InUse:
    """How much of an interval in hours of use is left.

    Attributes:
        left_h: Hours of use until the calibration is due; below 0 when it is overdue.
        days_left: The same in days at the present rate of use; None when the instrument is not used.
        due: Whether nothing is left.
    """

    left_h: float
    days_left: float | None
    due: bool


def in_use_time(interval_h: float, used_h: float, hours_per_day: float) -> InUse:
    """What is left of an interval that is counted in hours of use: method 3.

    Args:
        interval_h: Hours of use (or operations) between calibrations, above 0.
        used_h: Of them since the last one, by the hour meter, 0 or more.
        hours_per_day: Present rate of use, 0 or more.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ILAC-G24:2022 / OIML D 10:2022, 6.4, method 3.

    >>> in_use_time(500, 420, 8)
    InUse(left_h=80.0, days_left=10.0, due=False)
    """
    who = "in_use_time"
    left = positive(who, "interval_h", interval_h) - non_negative(who, "used_h", used_h, "Read the hour meter again.")
    rate = non_negative(who, "hours_per_day", hours_per_day)
    return InUse(left, left / rate if rate > 0 else None, due=left <= 0)


@record
class InServiceCheck:
    """A check of critical parameters between calibrations, with a portable standard: method 4. Data only.

    Attributes:
        parameter: What was checked.
        found: Deviation found, in the unit of ``limit``.
        limit: Largest deviation with which the instrument stays in use, above 0.

    Raises:
        ValueError: A value is outside its range.

    Source:
        ILAC-G24:2022 / OIML D 10:2022, 6.5, method 4.

    >>> InServiceCheck("zero", 0.3, 0.2).calls_for_calibration
    True
    """

    parameter: str
    found: float
    limit: float

    def __post_init__(self) -> None:
        finite("InServiceCheck", "found", self.found)
        positive("InServiceCheck", "limit", self.limit, "Take it from the procedure of the check.")

    @property
    def calls_for_calibration(self) -> bool:
        """Whether the deviation is beyond the limit, so that the whole calibration is due now."""
        return abs(self.found) > self.limit
