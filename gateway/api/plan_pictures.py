"""Where the bars and lines of a plan's pictures go: geometry only, in per cent; templates draw it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.api.charts import value_marks
from gateway.indicators.results import Evaluated, State
from gateway.indicators.schema import Indicator

_EDGE = 8.0
"""Room at the left for the figures of the axis, per cent."""
_WIDE = 0.6
"""Of the room of a year the bar takes this share."""


class Bar(NamedTuple):
    """A year.

    Attributes:
        year: Which.
        x: Left edge.
        middle: Of the bar.
        width: Of the bar.
        y: Top.
        height: Of the bar; 0: there is no value, or it is zero.
        value: What it stands for; None: it cannot be said.
        is_full: The year is over.
        state: How it stands; empty: it is not judged.
        estimate_y: Top of the estimate of the whole year; None: there is none.
        estimate_height: Of the estimate.
        estimate: The estimate.
    """

    year: int
    x: float
    middle: float
    width: float
    y: float
    height: float
    value: float | None
    is_full: bool
    state: str
    estimate_y: float | None = None
    estimate_height: float = 0.0
    estimate: float | None = None


class Level(NamedTuple):
    """A line across: where, and of what."""

    place: float
    value: float


class Bars(NamedTuple):
    """A picture of years.

    Attributes:
        bars: The years.
        targets: Lines of the target: one, of a range both ends; none: there is no number.
        marks: Of the vertical axis.
        zero: Where zero is.
        is_cumulated: Each bar holds the years before it.
    """

    bars: tuple[Bar, ...]
    targets: tuple[Level, ...]
    marks: tuple[Level, ...]
    zero: float
    is_cumulated: bool


class _Year(NamedTuple):
    year: int
    value: float | None
    is_full: bool = True
    state: str = ""
    estimate: float | None = None


def of_history(indicator: Indicator, its: Evaluated) -> Bars | None:
    """The years of an indicator with its target; None: there is nothing to draw."""
    is_cumulated = any(one.value_of is not None for one in its.history)
    years = [
        _Year(
            one.year,
            one.value_of if is_cumulated else one.value,
            one.is_full,
            State(one.state).value if one.state else "",
            one.estimate,
        )
        for one in its.history
    ]
    return _drawn(years, targets_of(indicator), is_cumulated=is_cumulated)


def of_component(values: Mapping[int, float | None]) -> Bars | None:
    """A series of a wish without a number."""
    return _drawn([_Year(year, value) for year, value in sorted(values.items())], (), is_cumulated=False)


def targets_of(indicator: Indicator) -> tuple[float, ...]:
    """The numbers of its target."""
    if isinstance(indicator.target, tuple):
        return indicator.target
    if indicator.target is None or isinstance(indicator.target, bool):
        return ()
    return (float(indicator.target),)


def _drawn(years: Sequence[_Year], targets: tuple[float, ...], *, is_cumulated: bool) -> Bars | None:
    shown: Iterable[float | None] = [value for one in years for value in (one.value, one.estimate)]
    values = [value for value in shown if value is not None]
    if not values:
        return None
    marks = value_marks(min(0.0, *values, *targets), max(0.0, *values, *targets))
    low, high = marks[0], marks[-1]

    def y(value: float) -> float:
        return round(100 - (value - low) / (high - low) * 100, 2)

    room = (100 - _EDGE) / len(years)
    bars = []
    for k, one in enumerate(years):
        middle = _EDGE + (k + 0.5) * room
        top, height = _between(y(0.0), y(one.value)) if one.value is not None else (y(0.0), 0.0)
        above = _between(y(0.0), y(one.estimate)) if one.estimate is not None else (None, 0.0)
        width = room * _WIDE
        bars.append(
            Bar(
                *(one.year, round(middle - width / 2, 2), round(middle, 2), round(width, 2), top, height),
                *(one.value, one.is_full, one.state, *above, one.estimate),
            )
        )
    return Bars(
        tuple(bars),
        tuple(Level(y(value), value) for value in targets),
        tuple(Level(y(value), value) for value in marks),
        y(0.0),
        is_cumulated,
    )


def _between(zero: float, place: float) -> tuple[float, float]:
    return min(zero, place), round(abs(zero - place), 2)
