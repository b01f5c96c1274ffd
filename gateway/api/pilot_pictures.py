"""The picture of a pilot's figure: days, model, what would have been without it, and how sure that is. Geometry only.

Places are per cent of width and height; lines and bands are paths in a box of 1000 by 1000; templates draw them.
A day without a value is a gap: lines are drawn within a window and never across one.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from gateway.api.charts import value_marks
from gateway.indicators.pilots import Effect, Windows

_EDGE = 1.5
"""Room at both sides, per cent: a mark on the first day is whole."""
_MOST_DAYS = 4
_ONE = timedelta(days=1)


class Tick(NamedTuple):
    """A mark on an axis."""

    place: float
    value: float


class DayTick(NamedTuple):
    """A day on the axis below."""

    place: float
    day: str


class Stretch(NamedTuple):
    """A window.

    Attributes:
        kind: ``baseline``, ``washout``, ``result``.
        x: Where it begins.
        width: How wide it is.
    """

    kind: str
    x: float
    width: float


class Dot(NamedTuple):
    """A day with its value."""

    x: float
    y: float
    day: str
    value: float


class Row(NamedTuple):
    """A day of the table behind it; None: nothing to say."""

    day: str
    observed: float | None
    fitted: float | None
    without: float | None


class Picture(NamedTuple):
    """A drawn figure of a pilot.

    Attributes:
        values: Marks of the vertical axis.
        across: Days below.
        stretches: Windows.
        begins: Where the pilot begins.
        dots: Days with a value.
        fitted: Path of the model in both windows.
        without: Path of the model without the pilot.
        band: Path about the model in the result: how sure the effect is; empty: it was not judged.
        rows: The table behind it.
    """

    values: tuple[Tick, ...]
    across: tuple[DayTick, ...]
    stretches: tuple[Stretch, ...]
    begins: float
    dots: tuple[Dot, ...]
    fitted: str
    without: str
    band: str
    rows: tuple[Row, ...]


def draw_effect(one: Effect) -> Picture | None:
    """The picture of a figure; None: no day has a value.

    Args:
        one: The figure, judged or not.
    """
    seen, windows = one.picture, one.windows
    every = [v for part in (seen.observed, seen.fitted, seen.counterfactual, seen.low, seen.high) for v in part]
    known = [value for value in every if value is not None]
    if not any(value is not None for value in seen.observed):
        return None
    marks = value_marks(min(known), max(known))
    low, high = marks[0], marks[-1]
    first, last = windows.baseline_since, windows.result_until + _ONE

    def x(day: date, part: float = 0.5) -> float:
        share = ((day - first).days + part) / (last - first).days
        return round(_EDGE + share * (100 - 2 * _EDGE), 2)

    def y(value: float) -> float:
        return round(100 - (value - low) / (high - low) * 100, 2)

    spans, days = _spans(windows), seen.days
    return Picture(
        values=tuple(Tick(y(value), value) for value in marks),
        across=tuple(DayTick(x(day), day.isoformat()) for day in _days(first, windows.result_until)),
        stretches=tuple(
            Stretch(kind, x(since, 0.0), round(x(until, 1.0) - x(since, 0.0), 2)) for kind, since, until in spans
        ),
        begins=x(windows.begins, 0.0),
        dots=tuple(
            Dot(x(day), y(value), day.isoformat(), value)
            for day, value in zip(days, seen.observed, strict=True)
            if value is not None
        ),
        fitted=_lines(days, seen.fitted, spans, x, y),
        without=_lines(days, seen.counterfactual, [("after", windows.begins, windows.result_until)], x, y),
        band=_band(days, seen.low, seen.high, x, y),
        rows=tuple(
            Row(day.isoformat(), *values)
            for day, *values in zip(days, seen.observed, seen.fitted, seen.counterfactual, strict=True)
        ),
    )


_At = Callable[[date], float]
_Down = Callable[[float], float]


def _spans(windows: Windows) -> list[tuple[str, date, date]]:
    """The windows by name, with the first and the last day of each."""
    spans = [("baseline", windows.baseline_since, windows.baseline_until)]
    if windows.washout_until:
        spans.append(("washout", windows.begins, windows.washout_until))
    return [*spans, ("result", windows.result_since, windows.result_until)]


def _lines(
    days: Sequence[date], values: Sequence[float | None], spans: Iterable[tuple[str, date, date]], x: _At, y: _Down
) -> str:
    """One line a window, none across two."""
    parts = []
    for _, since, until in spans:
        known = [(x(d), y(v)) for d, v in zip(days, values, strict=True) if v is not None and since <= d <= until]
        if known:
            parts.append("M" + _points(known))
    return " ".join(parts)


def _band(days: Sequence[date], low: Sequence[float | None], high: Sequence[float | None], x: _At, y: _Down) -> str:
    every = zip(days, low, high, strict=True)
    known = [(x(day), y(a), y(b)) for day, a, b in every if a is not None and b is not None]
    if not known:
        return ""
    return f"M{_points([*((at, up) for at, _, up in known), *((at, down) for at, down, _ in reversed(known))])} Z"


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " L".join(f"{across * 10:.1f},{down * 10:.1f}" for across, down in places)


def _days(first: date, last: date) -> list[date]:
    """A few days, evenly spread: what fits across a telephone."""
    length = (last - first).days
    return sorted({first + timedelta(days=round(length * k / (_MOST_DAYS - 1))) for k in range(_MOST_DAYS)})
