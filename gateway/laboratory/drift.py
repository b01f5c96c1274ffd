"""How the error of an instrument drifts, and until when it stays within what is permitted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from math import fsum
from typing import NamedTuple, cast

from calibration.control_charts import LIMITS, individuals_chart
from calibration.drift import Calibrated, Drift, NoDrift, State, fit_drift
from gateway.laboratory.history import AS_LEFT, Past, PointId, Result, mpe_at

PROBABILITY = 0.95
"""Probability with which the error has to be within the maximum permissible one."""
BASE = 10
"""Occasions of a check standard that fix the lines of its chart; they never move by themselves."""
ONE_CALIBRATION, WITHOUT_U, CONTRADICTS = "one_calibration", "without_u", "contradicts"


@dataclass(frozen=True, slots=True)
class Course:
    """The errors of one point over the years.

    Attributes:
        at: Which point.
        mpe: Maximum permissible error there, in its unit; None: none is known.
        results: Of calibrations, by day.
        checks: Of check measurements, by day.
        drift: Since the last adjustment; None: it cannot be told.
        why_none: Key of the reason; empty: there is a drift.
        crosses: First day on which the error is within the mpe with less than :data:`PROBABILITY`; None: it is not in
            sight, or cannot be told.
    """

    at: PointId
    mpe: float | None
    results: tuple[Result, ...]
    checks: tuple[Result, ...]
    drift: Drift | None
    why_none: str
    crosses: date | None


class Change(NamedTuple):
    """What happened between two calibrations.

    Attributes:
        days: From one to the next.
        change: Error as found at the next less error as left at the one before, in the point's unit.
    """

    days: int
    change: float


class OutOfLines(NamedTuple):
    """An occasion of a check standard beyond the lines.

    Attributes:
        on: Its day.
        error: Mean of its errors.
        low: Lower line.
        high: Upper line.
    """

    on: date
    error: float
    low: float
    high: float


def courses(past: Past, mpe_formula: str) -> list[Course]:
    """Every point of an instrument, the one that crosses first in front, then by channel and nominal value."""
    every = sorted(past.points.keys() | past.checks.keys())
    found = [course(at, past.points.get(at, ()), past.checks.get(at, ()), mpe_at(mpe_formula, at[1])) for at in every]
    return sorted(found, key=lambda one: (one.crosses or date.max, one.at))


def course(at: PointId, results: Sequence[Result], checks: Sequence[Result], mpe: float | None) -> Course:
    """One point: its drift by :func:`calibration.drift.fit_drift`, and when it crosses."""
    usable = [one for one in results if one.expanded > 0]
    drift, why = _fitted(usable) if usable else (None, WITHOUT_U if results else ONE_CALIBRATION)
    crosses = None
    if drift is not None and mpe is not None and drift.ends is None:
        crosses = cast("date | None", drift.first_day_below(mpe, PROBABILITY))
    return Course(at, mpe, tuple(results), tuple(checks), drift, why, crosses)


def changes(results: Iterable[Result]) -> list[Change]:
    """From each calibration to the next: as found at the next against as left at the one before.

    >>> on = date(2024, 1, 1), date(2025, 1, 1)
    >>> changes([Result(on[0], 0.5, 0.1, 2, "as_found"), Result(on[0], 0.1, 0.1, 2, "as_left"),
    ...          Result(on[1], 0.3, 0.1, 2, "unadjusted")])
    [Change(days=366, change=0.19999999999999998)]
    """
    days = [(day, list(ones)) for day, ones in groupby(results, key=lambda one: one.on)]
    # Of one day the first is as found, the last as left; where nothing was adjusted they are one.
    return [Change((b - a).days, after[0].error - before[-1].error) for (a, before), (b, after) in pairwise(days)]


def out_of_lines(checks: Sequence[Result]) -> list[OutOfLines]:
    """Occasions beyond the lines that the first :data:`BASE` occasions fixed; none before there are more than those.

    Individuals chart: centre and 3 sigma of the base, sigma by its mean moving range
    (:func:`calibration.control_charts.individuals_chart`).
    """
    occasions = [(day, [one.error for one in ones]) for day, ones in groupby(checks, key=lambda one: one.on)]
    means = [(day, fsum(errors) / len(errors)) for day, errors in occasions]
    if len(means) <= BASE:
        return []
    values = [mean for _, mean in means]
    try:
        chart = individuals_chart(values[:BASE], sigma="moving_range_d2", rules=LIMITS)
    except ValueError:
        return []  # a base that never moved fixes no lines
    points, later = chart.points(values), {one.index for one in chart.judge(values)}
    return [
        OutOfLines(day, mean, float(points.lower[k]), float(points.upper[k]))
        for k, (day, mean) in enumerate(means)
        if k >= BASE and k in later
    ]


def _fitted(results: Sequence[Result]) -> tuple[Drift | None, str]:
    history = [Calibrated(one.on, one.error, one.u, cast("State", one.state)) for one in results]
    try:
        drift = fit_drift(history)
    except ValueError:
        return None, CONTRADICTS
    return (None, ONE_CALIBRATION) if isinstance(drift, NoDrift) else (drift, "")


def newest_error(results: Sequence[Result]) -> Result | None:
    """What the last calibration left."""
    return max(results, key=lambda one: (one.on, one.state == AS_LEFT), default=None)
