"""Where the points and lines of a control chart go: geometry only, in per cent of width and height.

Decision: points stand side by side by their number; a gap is one empty place.
Because: that is how a control chart is read, and a night without values would else squeeze the day.
Instead of: an axis of time.

Decision: specification limits are drawn on charts of single values only.
Because: they hold for single values; beside the limits of means or sums they are read as if all were well.
Instead of: every line on every chart. The others name them in words.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from edge_agent.oee.chart_book import ChartPoint, Plotted

FULL = 100.0
LEAST_PLACES = 30
"""Fewer points do not fill the width."""
_MARGIN = 0.08
_LEAST_SHARE = 0.25
"""Of the height that control limits keep; specification limits that would take more are told in words."""
_APART = 9.0
"""Between the middles of two labels, per cent of the height."""
_MOST_TICKS = 4


class Dot(NamedTuple):
    """A point: where, and whether it is ``good``, ``base`` or ``out``."""

    x: float
    y: float
    look: str


class Line(NamedTuple):
    """A named line.

    Attributes:
        name: ``upper``, ``center``, ``lower``, ``spec_upper``, ``spec_lower``; before there are any limits
            ``highest`` and ``lowest``, for scale.
        value: Of its last point.
        path: SVG path; empty: only its label is shown.
        y: Where its label stands.
    """

    name: str
    value: float
    path: str
    y: float


class Mark(NamedTuple):
    """A stretch of the axis."""

    x: float
    width: float


class Tick(NamedTuple):
    """A time on the axis: where, and when, UTC ns."""

    x: float
    at: int


class Drawing(NamedTuple):
    """One plot.

    Attributes:
        paths: SVG paths of the points, broken at gaps; of a CUSUM both sums.
        dots: The points.
        lines: Centre, limits, specification limits.
        gaps: Where values are missing.
        ticks: Of the axis.
        outside: Names of the specification limits that do not fit.
    """

    paths: tuple[str, ...]
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    gaps: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    outside: tuple[str, ...] = ()


class _Place(NamedTuple):
    x: float
    point: ChartPoint
    shown: Plotted | None

    @property
    def value(self) -> float:
        return self.shown.value if self.shown else self.point.mean


def draw(
    points: Sequence[ChartPoint],
    shown: Callable[[ChartPoint], Plotted | None],
    on: Iterable[str],
    specification: tuple[float | None, float | None] = (None, None),
) -> Drawing | None:
    """Draw one plot of a chart.

    Args:
        points: Of the chart.
        shown: What is plotted of a point; None: it has no lines yet, and its mean is shown.
        on: Names of the plot: a point is out where a rule fired on one of them.
        specification: Lower and upper limit, where they are to be drawn.

    Returns:
        None when there is nothing to draw.
    """
    if not points:
        return None
    places, gaps = _places(points, shown)
    names = frozenset(on)
    within = [value for place in places for value in _extent(place)]
    limits = {"spec_lower": specification[0], "spec_upper": specification[1]}
    low, high, fit = _range(within, limits)

    def y(value: float) -> float:
        return round(min(FULL, max(0.0, FULL - (value - low) / (high - low) * FULL)), 2)

    runs = _runs(places)
    paths = [_path([(one.x, y(one.value)) for one in run]) for run in runs]
    sums = any(one.shown and one.shown.low != one.shown.value for one in places)
    if sums:
        paths += [_path([(one.x, y(one.shown.low)) for one in run if one.shown]) for run in runs]
    lines = [*_lines(places, y), *(Line(name, value, f"M0 {y(value)}H100", y(value)) for name, value in fit.items())]
    dots = [dot for one in places for dot in _dots(one, names, y, sums=sums)]
    return Drawing(
        tuple(path for path in paths if path),
        tuple(dots),
        tuple(_apart(lines)),
        gaps,
        tuple(_ticks(places)),
        tuple(name for name, value in limits.items() if value is not None and name not in fit),
    )


def _places(
    points: Sequence[ChartPoint], shown: Callable[[ChartPoint], Plotted | None]
) -> tuple[list[_Place], tuple[Mark, ...]]:
    count = max(len(points) + sum(one.gap for one in points[1:]), LEAST_PLACES)
    width = FULL / count
    places, gaps, k = [], [], 0
    for number, point in enumerate(points):
        if point.gap and number:
            gaps.append(Mark(round(k * width, 3), round(width, 3)))
            k += 1
        places.append(_Place(round((k + 0.5) * width, 3), point, shown(point)))
        k += 1
    return places, tuple(gaps)


def _extent(place: _Place) -> tuple[float, ...]:
    if place.shown is None:
        return (place.value,)
    return place.value, place.shown.low, place.shown.lower, place.shown.upper


def _range(within: Sequence[float], limits: dict[str, float | None]) -> tuple[float, float, dict[str, float]]:
    """Lowest and highest of the axis, and the specification limits that find room on it."""
    low, high = min(within), max(within)
    span = high - low or abs(high) or 1.0
    fit: dict[str, float] = {}
    for name, value in limits.items():
        if value is not None and max(high, value) - min(low, value) <= span / _LEAST_SHARE:
            fit[name] = value
            low, high = min(low, value), max(high, value)
    room = (high - low or span) * _MARGIN
    return low - room, high + room, fit


def _runs(places: Sequence[_Place]) -> list[list[_Place]]:
    runs: list[list[_Place]] = []
    for one in places:
        if one.point.gap or not runs:
            runs.append([])
        runs[-1].append(one)
    return runs


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) if len(corners) > 1 else ""


def _lines(places: Sequence[_Place], y: Callable[[float], float]) -> list[Line]:
    """Centre and limits as steps: they differ from point to point on an EWMA chart."""
    lined = [(one.x, one.shown) for one in places if one.shown]
    if not lined:
        values = [one.value for one in places]
        ends = {"highest": max(values), "lowest": min(values)} if len(values) > 1 else {"highest": values[0]}
        return [Line(name, value, "", y(value)) for name, value in ends.items()]
    edges = [0.0 if lined[0][0] == places[0].x else lined[0][0]]
    edges += [round((a + b) / 2, 3) for (a, _), (b, _) in pairwise(lined)] + [FULL]
    lines = []
    for name in ("upper", "center", "lower"):
        levels = [(edges[k], edges[k + 1], float(getattr(shown, name))) for k, (_, shown) in enumerate(lined)]
        steps = [(value, list(run)) for value, run in groupby(levels, key=lambda level: level[2])]
        path = "".join(f"{'L' if k else 'M'}{run[0][0]:g} {y(v)}H{run[-1][1]:g}" for k, (v, run) in enumerate(steps))
        lines.append(Line(name, levels[-1][2], path, y(levels[-1][2])))
    return lines


def _apart(lines: Sequence[Line]) -> list[Line]:
    """Labels moved apart, each as near to its line as may be."""
    ordered = sorted(lines, key=lambda line: line.y)
    at = [min(max(line.y, _APART / 2), FULL - _APART / 2) for line in ordered]
    for k in range(1, len(at)):
        at[k] = max(at[k], at[k - 1] + _APART)
    ceiling = FULL - _APART / 2
    for k in reversed(range(len(at))):
        at[k] = min(at[k], ceiling)
        ceiling = at[k] - _APART
    return [line._replace(y=round(y, 2)) for line, y in zip(ordered, at, strict=True)]


def _dots(place: _Place, on: frozenset[str], y: Callable[[float], float], *, sums: bool) -> list[Dot]:
    ways = {one.direction for one in place.point.fired if one.on in on}
    quiet = "base" if place.point.base else "good"
    # Of the two sums of a CUSUM the one is out that went beyond.
    dots = [Dot(place.x, y(place.value), "out" if ways and not (sums and ways == {"below"}) else quiet)]
    if sums and place.shown:
        dots.append(Dot(place.x, y(place.shown.low), "out" if "below" in ways else quiet))
    return dots


def _ticks(places: Sequence[_Place]) -> list[Tick]:
    step = max(-(-len(places) // _MOST_TICKS), 1)
    return [Tick(one.x, one.point.at) for one in places[::step]]
