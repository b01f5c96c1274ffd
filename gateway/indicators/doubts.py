"""What speaks against believing an effect at once: other ways of reckoning it, made-up dates, a worst baseline."""

import math
from typing import NamedTuple

import numpy as np

from calibration.distributions import student_t_quantile
from gateway.indicators.car1 import Car1Fit, whiten
from gateway.indicators.orthogonal import beside, factor
from gateway.indicators.pilot_days import Asked, Direction, Series
from gateway.indicators.pilot_effects import Effect, Interval, Placebo, Sensitivity, Warn
from gateway.indicators.segmented import Bools, Design, design
from gateway.indicators.sensitivity import (
    BY_CHANCE,
    bandwidth,
    block_bootstrap,
    block_length,
    lag_correlation,
    newey_west,
    worst_stretch,
)

WANDERING = 0.95
ALTERNATING = 0.2
FEW_FREE = 5.0
PLACEBO_DAYS = 10
"""Days that each side of a made-up date needs."""
PLACEBO_DATES = 100
"""More of them are taken evenly: neighbours say nearly the same."""


class OtherWays(NamedTuple):
    """The same question by other ways.

    Attributes:
        sensitivity: What they say.
        is_worst: The baseline is the worst stretch of the history.
    """

    sensitivity: Sensitivity
    is_worst: bool


def other_ways(
    one: Effect,
    asked: Asked,
    series: Series,
    days: Series,
    columns: Design,
    is_after: Bools,
    fit: Car1Fit,
    rng: np.random.Generator | None,
) -> OtherWays:
    """Least squares with Newey-West, the block bootstrap, made-up dates, the baseline among its history.

    Args:
        one: The effect as the model has it.
        asked: What was declared.
        series: All days, with those before the baseline.
        days: Days that were fitted.
        columns: Their columns.
        is_after: Which of them are in the result window.
        fit: The model.
        rng: Generator of the bootstrap.
    """
    n, k = columns.columns.shape
    mean = np.mean(columns.change(columns.columns)[is_after], axis=0)
    root = np.sqrt(days.weights / np.mean(days.weights))
    weighted, seen = columns.columns * root[:, None], days.values * root
    basis, triangle = factor(weighted)
    inverse = np.linalg.solve(triangle, basis.T)
    errors = seen - weighted @ (inverse @ seen)
    plain = float(mean @ inverse @ seen)
    lags, block = bandwidth(n, fit.rho), block_length(n, fit.rho)
    variance = float(mean @ newey_west(days.days, errors, weighted, lags) @ mean)
    half = student_t_quantile((1 + asked.confidence) / 2, float(n - k)) * math.sqrt(max(variance, 0.0))
    drawn = None
    if rng is not None:
        spread = block_bootstrap(errors * math.sqrt(n / (n - k)), mean @ inverse, block, rng)
        low, high = np.quantile(spread, [(1 - asked.confidence) / 2, (1 + asked.confidence) / 2])
        drawn = Interval(asked.confidence, plain - float(high), plain - float(low))
    since, until = one.windows.baseline_since.toordinal(), one.windows.baseline_until.toordinal()
    past = series.part(series.seen & (series.days <= until))
    sign = 1 if asked.direction is Direction.UP else -1
    history, is_worst = worst_stretch(past.days, past.values, since, until, sign)
    sensitivity = Sensitivity(
        least_squares=plain,
        newey_west=Interval(asked.confidence, plain - half, plain + half),
        lags=lags,
        bootstrap=drawn,
        block=block,
        placebo=_placebo(one, asked, days.part(~is_after), fit.rho),
        history=history,
    )
    return OtherWays(sensitivity, is_worst)


def doubts(days: Series, columns: Design, fit: Car1Fit, one: Effect, *, is_worst: bool) -> tuple[Warn, ...]:
    """Warnings of the model itself; those that hang on the verdict come with it."""
    if one.fit is None:
        return ()
    n = one.fit.n
    _, is_strong = lag_correlation(days.days, fit.normalised, 2)
    said = {
        Warn.LAG_2: is_strong,
        Warn.WANDERS: fit.rho > WANDERING,
        Warn.ALTERNATES: fit.rho < -max(ALTERNATING, BY_CHANCE / math.sqrt(n)),
        Warn.WORST_BASELINE: is_worst,
        Warn.TERMS_DROPPED: bool(columns.dropped),
        Warn.CLOSE_TERMS: columns.is_close,
        Warn.FEW_FREE_DAYS: one.fit.dof < FEW_FREE,
    }
    return tuple(warn for warn, holds in said.items() if holds)


def _placebo(one: Effect, asked: Asked, baseline: Series, rho: float) -> Placebo | None:
    windows = one.windows
    washout = (windows.result_since - windows.begins).days
    whole = np.arange(baseline.days[0], baseline.days[-1] + 1)
    left = np.searchsorted(baseline.days, whole)
    right = len(baseline.days) - np.searchsorted(baseline.days, whole + washout)
    fits = whole[(left >= PLACEBO_DAYS) & (right >= PLACEBO_DAYS)].tolist()
    if not fits or one.effect is None:
        return None
    step = max(1, math.ceil(len(fits) / PLACEBO_DATES))
    effects = [_placebo_at(day, washout, asked, baseline, rho) for day in fits[::step]]
    sizes = np.array([found for found in effects if found is not None])
    if not len(sizes):
        return None
    return Placebo(
        dates=len(sizes),
        share=float(np.mean(np.abs(sizes) >= abs(one.effect))),
        largest=float(sizes[np.argmax(np.abs(sizes))]),
    )


def _placebo_at(day: int, washout: int, asked: Asked, baseline: Series, rho: float) -> float | None:
    """The model at a made-up date, with the correlation that the whole series has."""
    days = baseline.part((baseline.days < day) | (baseline.days >= day + washout))
    is_after = days.days >= day + washout
    columns = design(days, is_after, day, asked.shape, has_weekdays=asked.weekdays)
    n, k = columns.columns.shape
    if columns.confounded or n <= k:
        return None
    root = np.sqrt(days.weights)[:, None]
    white = whiten(days.days, np.column_stack([columns.columns, days.values]) * root, rho)
    basis, triangle = factor(white[:, :k])
    found = np.linalg.solve(triangle, beside(basis, white[:, k])[1])
    return float(np.mean(columns.change(columns.columns)[is_after], axis=0) @ found)
