"""Intervals from the changes themselves, not only from in or out of tolerance: variables data."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import (
    finite,
    non_negative,
    positive,
    positives,
    probability,
    refuse,
    same_length,
    vector,
    whole,
)
from calibration.decision.limits import Limits
from calibration.distributions import student_t_quantile
from calibration.records import record
from calibration.regression import ColumnFit, fit_columns

SPARE = 2
STEPS = 2000
BISECTIONS = 100


@record
class ChangeModel:
    """How much the quantity changes with time since calibration: a polynomial through zero.

    Attributes:
        fit: Coefficients of t, t**2 ..., with their covariance.
        s: Standard deviation of one change about the curve.
        dof: Its degrees of freedom.
        degree: Of the polynomial.
        changes: Number of changes that it rests on.
        longest_seen: Longest time among them, in the unit of the times.
    """

    fit: ColumnFit
    s: float
    dof: int
    degree: int
    changes: int
    longest_seen: float

    def change(self, time: float) -> tuple[float, float]:
        """Expected change after a time, and the standard uncertainty of one such change.

        ::

            change = b_1 * t + b_2 * t**2 + ...          u**2 = s**2 + c @ covariance @ c

        Args:
            time: 0 or more, in the unit of the times.

        Raises:
            ValueError: The time is outside its range.
        """
        t = non_negative("ChangeModel", "time", time)
        mean = self.fit.response([t**power for power in range(1, self.degree + 1)])
        return mean.value, math.hypot(mean.u, self.s)


@record
class VariablesInterval:
    """An interval from variables data.

    Attributes:
        interval: In the unit of the times; ``longest`` when nothing is reached before.
        reached: Whether the limit or the target is reached there.
        value: Expected value at the end of the interval; None where only the uncertainty was followed.
        u: Standard uncertainty of the value at the end of the interval.
        changes: Number of changes that it rests on.
        extrapolated: Whether the interval is longer than the longest time seen.
    """

    interval: float
    reached: bool
    value: float | None
    u: float
    changes: int
    extrapolated: bool


def change_model(elapsed: ArrayLike, changes: ArrayLike, degree: int = 1) -> ChangeModel:
    """Fit changes between calibrations by a polynomial that starts at zero.

    Args:
        elapsed: Time from each calibration to the next, shape (n,), above 0, in any one unit.
        changes: Value as found at the next minus value as left at the one before, shape (n,).
        degree: Of the polynomial, 1 or more.

    Raises:
        ValueError: The lengths differ, a value is outside its range, or there are fewer than degree + 2 changes.

    Source:
        NASA-HDBK-8739.19-5 (2010), 7.3; Castrup, Calibration intervals from variables data, NCSLI (2005).

    >>> round(change_model([100, 200, 300], [1.0, 2.1, 2.9]).change(150)[0], 4)
    1.4893
    """
    who = "change_model"
    t, d, degree = positives(who, "elapsed", elapsed), vector(who, "changes", changes), whole(who, "degree", degree, 1)
    n = same_length(who, elapsed=t, changes=d)
    if n < degree + SPARE:
        advice = f"Calibrate {degree + SPARE - n} more times first, or fit a lower degree."
        raise refuse(who, "changes", f"{degree + SPARE} or more for degree {degree}", n, advice)
    fit = fit_columns(t[:, None] ** np.arange(1, degree + 1), d)
    s = fit.residual_sd
    if s is None or s == 0:
        advice = "Read with a finer resolution: changes that fit exactly tell nothing of their spread."
        raise refuse(who, "changes", "changes that scatter", "changes on the curve", advice)
    return ChangeModel(fit, s, n - degree, degree, n, float(t.max()))


def interval_by_limits(
    model: ChangeModel, start: float, u_start: float, limits: Limits, *, target: float, longest: float
) -> VariablesInterval:
    """Interval until the value may leave its limits: reliability target.

    With the value y(t) = start + change(t), its uncertainty u(t)**2 = u_start**2 + u(change)**2 and Student's t_p for
    the model's degrees of freedom, the first t at which::

        y(t) + t_p * u(t) > upper      or      y(t) - t_p * u(t) < lower

    p is (1 + target) / 2 with two limits, target with one.

    Args:
        model: How the value changes.
        start: Value as left.
        u_start: Its standard uncertainty, 0 or more.
        limits: Tolerance limits of the value.
        target: Probability with which the value is still within its limits, in (0.5, 1).
        longest: Longest interval to consider, above 0, in the unit of the times.

    Raises:
        ValueError: A value is outside its range, or the value as left may be outside its limits already.

    Source:
        NASA-HDBK-8739.19-5 (2010), 7.4, tables 7-4 and 7-5.

    >>> model = change_model([70, 86, 104, 135, 167, 173], [0.1, 0.11, 0.251, 0.299, 0.403, 0.615], degree=2)
    >>> round(interval_by_limits(model, 10.03, 0.28, Limits(9, 11), target=0.9, longest=1000).interval, 1)
    140.1
    """
    who = "interval_by_limits"
    finite(who, "start", start)
    non_negative(who, "u_start", u_start)
    if not 0.5 < probability(who, "target", target) < 1:  # noqa: PLR2004
        raise refuse(who, "target", "a probability above 0.5", target, "Give 0.9 for 90 %.")
    both = limits.lower is not None and limits.upper is not None
    factor = student_t_quantile((1 + target) / 2 if both else target, model.dof)

    def room(time: float) -> float:
        change, u = model.change(time)
        spread = factor * math.hypot(u_start, u)
        up = math.inf if limits.upper is None else limits.upper - (start + change + spread)
        down = math.inf if limits.lower is None else start + change - spread - limits.lower
        return min(up, down)

    if room(0.0) < 0:
        got = f"{start:g} with u = {u_start:g}"
        raise refuse(who, "start", f"within its limits with {target:g}", got, "Adjust first, or lower u.")
    interval, reached = _first(room, positive(who, "longest", longest))
    change, u = model.change(interval)
    total = math.hypot(u_start, u)
    return VariablesInterval(
        interval, reached, start + change, total, model.changes, extrapolated=interval > model.longest_seen
    )


def interval_by_uncertainty(
    model: ChangeModel, u_start: float, u_target: float, *, longest: float
) -> VariablesInterval:
    """Interval until the uncertainty of the value has grown to a target.

    ::

        u(t)**2 = u_start**2 + u(change)**2 = u_target**2

    Args:
        model: How the value changes.
        u_start: Standard uncertainty of the value as left, 0 or more.
        u_target: Target of the standard uncertainty, above 0.
        longest: Longest interval to consider, above 0, in the unit of the times.

    Raises:
        ValueError: A value is outside its range, or the uncertainty is beyond its target from the beginning.

    Source:
        NASA-HDBK-8739.19-5 (2010), 7.5, table 7-7.

    >>> model = change_model([70, 86, 104, 135, 167, 173], [0.1, 0.11, 0.251, 0.299, 0.403, 0.615], degree=2)
    >>> round(interval_by_uncertainty(model, 0.28, 0.5, longest=1000).interval, 2)
    327.15
    """
    who = "interval_by_uncertainty"
    non_negative(who, "u_start", u_start)
    positive(who, "u_target", u_target)

    def room(time: float) -> float:
        return u_target - math.hypot(u_start, model.change(time)[1])

    if room(0.0) <= 0:
        expected = f"above {math.hypot(u_start, model.s):g}, which is there from the first day"
        raise refuse(who, "u_target", expected, f"{u_target:g}", "Calibrate better, or allow more.")
    interval, reached = _first(room, positive(who, "longest", longest))
    u = math.hypot(u_start, model.change(interval)[1])
    return VariablesInterval(interval, reached, None, u, model.changes, extrapolated=interval > model.longest_seen)


def _first(room: Callable[[float], float], longest: float) -> tuple[float, bool]:
    """First time at which no room is left, and whether there is one."""
    before = 0.0
    for step in range(1, STEPS + 1):
        after = longest * step / STEPS
        if room(after) < 0:
            break
        before = after
    else:
        return longest, False
    for _ in range(BISECTIONS):
        middle = (before + after) / 2
        if not before < middle < after:
            break
        before, after = (middle, after) if room(middle) >= 0 else (before, middle)
    return before, True
