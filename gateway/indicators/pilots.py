"""What a pilot changed in a figure that is measured day by day, and whether that is more than chance.

A segmented regression (``segmented``) whose errors are AR(1) by calendar day (``car1``), fitted by restricted maximum
likelihood, with Student's t on as many degrees of freedom as the correlated days are worth; several figures are
judged together (``several``), other ways stand beside (``sensitivity``).

Decision: with too few days nothing is reckoned, not even a figure to look at.
Because: who sees an effect grow from day to day chooses the day on which to stop.

Decision: days count alike, however long they were; weights are there for who declares them beforehand.
Because: what makes days differ (orders, materials, people) holds for a whole day, so that a long day is hardly surer
than a short one; and the question is what a usual day gained.

Decision: a control line enters as a difference, day by day.
Because: what touches both lines on a day, from a power cut to a holiday's eve, then falls out, known or not.
Instead of: a column of its own, whose coefficient would have to be estimated from few days.

Source of the degrees of freedom: for a mean of AR(1), n days are worth ``n (1 - rho) / (1 + rho)`` independent ones:
G. V. Bayley, J. M. Hammersley, Suppl. J. R. Statist. Soc. 8 (1946) 184.
"""

import math
from datetime import date

import msgspec
import numpy as np

from calibration.distributions import student_t_cdf
from gateway.indicators.car1 import Car1Fit, fit_car1
from gateway.indicators.doubts import doubts, other_ways
from gateway.indicators.pilot_days import Asked, Daily, Direction, Series, Shape, Windows, difference, in_order
from gateway.indicators.pilot_effects import (
    Effect,
    Fit,
    Interval,
    Picture,
    Placebo,
    Reason,
    Sensitivity,
    Verdict,
    Warn,
)
from gateway.indicators.segmented import Bools, Design, Floats, design
from gateway.indicators.sensitivity import lag_correlation
from gateway.indicators.several import interval_of, judge_together

__all__ = [
    "Asked",
    "Daily",
    "Direction",
    "Effect",
    "Fit",
    "Interval",
    "Picture",
    "Placebo",
    "Reason",
    "Sensitivity",
    "Shape",
    "Verdict",
    "Warn",
    "Windows",
    "effect",
    "interval_of",
    "judge_together",
]

FREE = 2
"""Days beyond the columns that a fit needs."""


def effect(
    daily: Daily,
    windows: Windows,
    asked: Asked,
    *,
    control: Daily | None = None,
    rng: np.random.Generator | None = None,
) -> Effect:
    """What a pilot changed in one figure, judged alone; :func:`judge_together` judges several.

    Args:
        daily: The figure, one value for each day with planned production; days before the baseline are its history.
        windows: When.
        asked: What was declared beforehand.
        control: The same figure of lines without the pilot; the difference is judged, on days that both have.
        rng: Generator of the bootstrap; None: there is none. The same state gives the same figures.

    Returns:
        The effect with its verdict; without an effect where it is not judged, and then with the reasons.

    Raises:
        ValueError: Days stand twice, lengths differ, a value is outside its range.
    """
    series = in_order(daily, asked.figure)
    if control is not None:
        series = difference(series, in_order(control, f"{asked.figure}, control"))
    begins = windows.begins.toordinal()
    before = _between(series, windows.baseline_since, windows.baseline_until)
    after = _between(series, windows.result_since, windows.result_until)
    found = _counted(series, before, after, windows, asked, has_control=control is not None)
    if found.reasons:
        return found
    used = (before | after) & series.seen
    days, is_after = series.part(used), after[used]
    columns = design(days, is_after, begins, asked.shape, has_weekdays=asked.weekdays)
    if len(days.days) < columns.columns.shape[1] + FREE:
        return _unsaid(found, Reason.TOO_MANY_TERMS)
    if columns.confounded:
        return _unsaid(found, Reason.CONFOUNDED)
    fit = fit_car1(days.days, days.values, columns.columns, days.weights)
    if fit is None:
        return _unsaid(found, Reason.NO_VARIATION)
    judged = _judged(found, asked, days, columns, is_after, fit)
    ways = other_ways(judged, asked, series, days, columns, is_after, fit, rng)
    judged = msgspec.structs.replace(
        judged,
        sensitivity=ways.sensitivity,
        warnings=doubts(days, columns, fit, judged, is_worst=ways.is_worst),
        picture=_picture(judged, series, columns, before, after, fit),
    )
    return judge_together([judged])[0]


def dof_of(n: int, k: int, rho: float) -> float:
    """Degrees of freedom of t: ``min(n - k, max(1, n (1 - rho) / (1 + rho) - k))``.

    >>> round(dof_of(60, 2, 0.6), 6)
    13.0
    """
    return min(float(n - k), max(1.0, n * (1 - rho) / (1 + rho) - k))


def _between(series: Series, since: date, until: date) -> Bools:
    return np.asarray((series.days >= since.toordinal()) & (series.days <= until.toordinal()))


def _counted(
    series: Series, before: Bools, after: Bools, windows: Windows, asked: Asked, *, has_control: bool
) -> Effect:
    """How many days there are, and what of it is too little."""
    reasons: list[Reason] = []
    few = (Reason.FEW_DAYS_BEFORE, Reason.FEW_DAYS_AFTER)
    low = (Reason.LOW_COVERAGE_BEFORE, Reason.LOW_COVERAGE_AFTER)
    counts, coverages = [], []
    for side, few_days, low_coverage in zip((before, after), few, low, strict=True):
        counts.append(int(np.sum(side & series.seen)))
        coverages.append(float(np.mean(series.coverage[side])) if np.any(side) else None)
        if counts[-1] < asked.least_days:
            reasons.append(few_days)
        if coverages[-1] is not None and coverages[-1] < asked.least_coverage:
            reasons.append(low_coverage)
    seen_before = series.values[before & series.seen]
    return Effect(
        figure=asked.figure,
        direction=asked.direction,
        shape=asked.shape,
        windows=windows,
        verdict=Verdict.NOT_YET,
        reasons=tuple(reasons),
        n_before=counts[0],
        n_after=counts[1],
        coverage_before=coverages[0],
        coverage_after=coverages[1],
        has_control=has_control,
        before=float(np.mean(seen_before)) if len(seen_before) else None,
        picture=_seen_only(series, windows),
    )


def _unsaid(found: Effect, reason: Reason) -> Effect:
    return msgspec.structs.replace(found, verdict=Verdict.CANNOT_BE_SAID, reasons=(reason,))


def _judged(found: Effect, asked: Asked, days: Series, columns: Design, is_after: Bools, fit: Car1Fit) -> Effect:
    n, k = columns.columns.shape
    changes = columns.change(columns.columns)[is_after]
    mean = np.mean(changes, axis=0)
    size = float(mean @ fit.coefficients)
    u = math.sqrt(float(mean @ fit.covariance @ mean))
    dof = dof_of(n, k, fit.rho)
    lag_2, _ = lag_correlation(days.days, fit.normalised, 2)
    without = (columns.columns[is_after] - changes) @ fit.coefficients
    one = msgspec.structs.replace(
        found,
        counterfactual=float(np.mean(without)),
        effect=size,
        u=u,
        p=min(1.0, 2 * student_t_cdf(abs(size) / u, dof, upper=True)),
        fit=Fit(
            names=columns.names,
            coefficients=tuple(fit.coefficients.tolist()),
            u=tuple(np.sqrt(np.diag(fit.covariance)).tolist()),
            n=n,
            k=k,
            rho=fit.rho,
            sigma=fit.sigma,
            dof=dof,
            log_likelihood=fit.log_likelihood,
            dropped=columns.dropped,
            lag_2=lag_2,
        ),
    )
    return msgspec.structs.replace(one, interval=interval_of(one, asked.confidence))


def _seen_only(series: Series, windows: Windows) -> Picture:
    shown = series.part(_between(series, windows.baseline_since, windows.result_until))
    nothing = (None,) * len(shown.days)
    return Picture(
        days=tuple(date.fromordinal(day) for day in shown.days.tolist()),
        observed=_numbers(shown.values),
        fitted=nothing,
        counterfactual=nothing,
        low=nothing,
        high=nothing,
    )


def _picture(one: Effect, series: Series, columns: Design, before: Bools, after: Bools, fit: Car1Fit) -> Picture:
    keep = _between(series, one.windows.baseline_since, one.windows.result_until)
    shown, is_before, is_after = series.part(keep), before[keep], after[keep]
    begins = one.windows.begins.toordinal()
    rows = columns.rows(shown, is_after, begins)
    changes = columns.change(rows)
    fitted = rows @ fit.coefficients
    without = fitted - changes @ fit.coefficients
    u = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", changes, fit.covariance, changes), 0.0))
    if one.interval is None or one.u is None:
        return one.picture
    half = (one.interval.high - one.interval.low) / 2 / one.u * u
    since = shown.days >= begins
    return msgspec.structs.replace(
        one.picture,
        fitted=_numbers(np.where(is_before | is_after, fitted, np.nan)),
        counterfactual=_numbers(np.where(since, without, np.nan)),
        low=_numbers(np.where(is_after, fitted - half, np.nan)),
        high=_numbers(np.where(is_after, fitted + half, np.nan)),
    )


def _numbers(values: Floats) -> tuple[float | None, ...]:
    return tuple(value if math.isfinite(value) else None for value in values.tolist())
