"""What a pilot is judged from: its windows, what was asked beforehand, and a figure day by day."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

FEWEST = 5
"""Of days a side, whatever is asked for."""
LARGEST = 1e100
"""No figure is as large; its square must still be a number."""


class Shape(StrEnum):
    """What a pilot may change."""

    LEVEL = "level"
    """The level; before and after it stands still."""
    LEVEL_OVER_TREND = "level_over_trend"
    """The level of a line that rises or falls alike before and after."""
    LEVEL_AND_SLOPE = "level_and_slope"
    """The level, and how the line rises or falls."""


class Direction(StrEnum):
    """Which way is better; declared before the result is looked at."""

    UP = "up"
    DOWN = "down"


class Windows(msgspec.Struct, frozen=True, kw_only=True):
    """When a pilot is looked at; every last day is included.

    Attributes:
        baseline_since: First day before.
        baseline_until: Last day before, ahead of ``begins``.
        begins: The first day of the pilot.
        washout_until: Last day that is left out after the beginning; None: none is.
        result_since: First day after.
        result_until: Last day after.

    Raises:
        ValueError: Days do not follow one another.
    """

    baseline_since: date
    baseline_until: date
    begins: date
    result_since: date
    result_until: date
    washout_until: date | None = None

    def __post_init__(self) -> None:
        days = (self.baseline_since, self.baseline_until, self.begins, self.result_since, self.result_until)
        told = " ".join(day.isoformat() for day in days)
        if list(days) != sorted(days) or self.baseline_until == self.begins:
            msg = f"windows of a pilot: {told}, expected each day after the one before. Correct the days."
            raise ValueError(msg)
        if self.washout_until and not self.begins <= self.washout_until < self.result_since:
            msg = (
                f"windows of a pilot: washout until {self.washout_until}, expected from {self.begins} to before "
                f"{self.result_since}. Correct the days."
            )
            raise ValueError(msg)


class Daily(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure, one value for each day on which production was planned.

    Attributes:
        days: In any order, each once. A day without planned production is not among them.
        values: Of each day; None (or NaN): it could not be measured, and stays a gap.
        coverage: Share of each day's planned time that was measured, 0 to 1; empty: 1 with a value, 0 without.
        weights: Relative precision of each day, above 0, such as its planned time; empty: all alike.
        mix: Product -> share of each day's output, 0 to 1; a day that lacks one is left out.
    """

    days: tuple[date, ...]
    values: tuple[float | None, ...]
    coverage: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    mix: Mapping[str, tuple[float | None, ...]] = {}


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was declared before the result was looked at.

    Attributes:
        figure: Its key, such as ``oee``.
        direction: Which way is better.
        shape: What the pilot may change.
        weekdays: Weekdays may differ.
        confidence: Of the interval, all figures together, in (0, 1).
        least_days: Productive days that each side needs.
        least_coverage: Share of planned time that each side must have measured.

    Raises:
        ValueError: A limit is outside its range.
    """

    figure: str
    direction: Direction
    shape: Shape = Shape.LEVEL
    weekdays: bool = False
    confidence: float = 0.95
    least_days: int = 30
    least_coverage: float = 0.8

    def __post_init__(self) -> None:
        if not (0 < self.confidence < 1 and self.least_days >= FEWEST and 0 <= self.least_coverage <= 1):
            msg = (
                f"{self.figure}: confidence {self.confidence:g}, least_days {self.least_days}, least_coverage "
                f"{self.least_coverage:g}, expected between 0 and 1, at least {FEWEST}, 0 to 1. Correct what is asked."
            )
            raise ValueError(msg)


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A figure in order of days, as arrays.

    Attributes:
        days: Ordinals of days, rising.
        values: NaN: a gap.
        coverage: As in :class:`Daily`, filled in.
        weights: As in :class:`Daily`, filled in.
        mix: One column for each product, NaN where it is not known.
        products: Names of the columns.
    """

    days: NDArray[np.int64]
    values: NDArray[np.float64]
    coverage: NDArray[np.float64]
    weights: NDArray[np.float64]
    mix: NDArray[np.float64]
    products: tuple[str, ...]

    def part(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Series":
        """Some of its days, or the same in another order."""
        return Series(
            days=self.days[keep],
            values=self.values[keep],
            coverage=self.coverage[keep],
            weights=self.weights[keep],
            mix=self.mix[keep],
            products=self.products,
        )

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Days that can be reckoned with: a value, and a mix where one is given."""
        return np.asarray(np.isfinite(self.values) & np.all(np.isfinite(self.mix), axis=1))


def in_order(daily: Daily, who: str) -> Series:
    """A figure's days as arrays, sorted.

    Args:
        daily: What was measured.
        who: Name of the figure, for messages.

    Raises:
        ValueError: A day stands twice, lengths differ, or a value is infinite or outside its range.
    """
    n = len(daily.days)
    ordinals = np.array([day.toordinal() for day in daily.days], dtype=np.int64)
    order = np.argsort(ordinals, kind="stable")
    sorted_days = ordinals[order]
    twice = sorted_days[1:][np.diff(sorted_days) == 0]
    if len(twice):
        day = date.fromordinal(int(twice[0]))
        msg = f"{who}: day {day} stands twice, expected each day once. Sum what one day has before."
        raise ValueError(msg)
    values = _column(daily.values, n, f"{who}: values")
    seen = np.isfinite(values)
    coverage = _column(daily.coverage, n, f"{who}: coverage") if daily.coverage else seen.astype(float)
    weights = _column(daily.weights, n, f"{who}: weights") if daily.weights else np.ones(n)
    _need_range(coverage, 0.0, 1.0, f"{who}: coverage")
    _need_range(weights, np.finfo(float).tiny, np.inf, f"{who}: weights")
    columns = [_column(shares, n, f"{who}: mix of {name}") for name, shares in daily.mix.items()]
    mix = np.array(columns).T if columns else np.empty((n, 0))
    series = Series(
        days=ordinals, values=values, coverage=coverage, weights=weights, mix=mix, products=tuple(daily.mix)
    )
    return series.part(order)


def difference(pilot: Series, control: Series) -> Series:
    """Pilot less control, on days that both have; on other days of the pilot a gap."""
    _, here, there = np.intersect1d(pilot.days, control.days, assume_unique=True, return_indices=True)
    other, covered = np.full(len(pilot.days), np.nan), np.zeros(len(pilot.days))
    other[here], covered[here] = control.values[there], control.coverage[there]
    return Series(
        days=pilot.days,
        values=pilot.values - other,
        coverage=np.minimum(pilot.coverage, covered),
        weights=pilot.weights,
        mix=pilot.mix,
        products=pilot.products,
    )


def _column(values: Sequence[float | None], n: int, who: str) -> NDArray[np.float64]:
    if len(values) != n:
        msg = f"{who}: {len(values)} values for {n} days, expected one for each. Give None where there is none."
        raise ValueError(msg)
    column = np.array([math.nan if value is None else value for value in values], dtype=float)
    if np.any(np.abs(column) > LARGEST):
        msg = f"{who}: a value beyond {LARGEST:g}, expected a number or None. Look at what it was divided by."
        raise ValueError(msg)
    return column


def _need_range(column: NDArray[np.float64], least: float, most: float, who: str) -> None:
    if not np.all((column >= least) & (column <= most)):
        wrong = float(column[~((column >= least) & (column <= most))][0])
        wanted = "a number above 0" if most == np.inf else f"{least:g} to {most:g}"
        msg = f"{who}: {wrong:g}, expected {wanted}. Correct it."
        raise ValueError(msg)
