"""Where the errors of a calibration, their U and the permissible band go: geometry only, in per cent of the plot.

Decision: earlier calibrations stand beside the present one, a little to the right, each by its own shape.
Because: bars of U that lie on each other cannot be read, and colour alone is not seen by everybody.

Decision: the permissible band takes part in the scale only while the errors keep a sixth of the height.
Because: an item a hundred times better than its limit would be a flat line; the limit is then told in words.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

FULL = 100.0
_MARGIN = 0.08
_SIDE = 5.0
"""Free on both sides, per cent of the width."""
_APART = 1.6
"""Between the present calibration and an earlier one at the same point, per cent of the width."""
_LEAST_SHARE = 1 / 6
_TICKS = 5
_MOST_NAMES = 7
_NAMES_APART = 11.0
"""Between two figures below the plot, per cent of the width."""


class Measured(NamedTuple):
    """A point of an error curve.

    Attributes:
        x: Where: its reference value.
        error: Of the indication.
        expanded: U.
        mpe: Maximum permissible error there; None: none was asked for.
        verdict: As in the result.
        nominal: What the point was to be: the figure below it.
    """

    x: float
    error: float
    expanded: float
    mpe: float | None = None
    verdict: str = ""
    nominal: float = 0.0


class Bar(NamedTuple):
    """A point with its U.

    Attributes:
        x: Of the point.
        y: Of the error.
        top: Of error + U.
        bottom: Of error - U.
        look: ``now``, ``now-bad``, or ``before-1`` to ``before-3``, the newest first.
        point: What it shows.
    """

    x: float
    y: float
    top: float
    bottom: float
    look: str
    point: Measured


class Tick(NamedTuple):
    """A figure of an axis."""

    at: float
    value: float


class ErrorPicture(NamedTuple):
    """The whole plot.

    Attributes:
        bars: Earlier calibrations first, so that the present one lies on top.
        band: SVG path of the permissible band in a box of 100 by 100; empty: there is none, or it does not fit.
        zero: Where no error is.
        across: Figures below.
        up: Figures at the side.
        mpe_outside: There is a limit, and it lies far outside.
    """

    bars: tuple[Bar, ...]
    band: str
    zero: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    mpe_outside: bool = False


def draw_errors(now: Sequence[Measured], before: Sequence[Sequence[Measured]] = ()) -> ErrorPicture | None:
    """Draw the errors of one calibration.

    Args:
        now: Its points.
        before: Points of earlier ones, the newest first.

    Returns:
        None when there is nothing to draw.
    """
    if not now:
        return None
    own = sorted(now, key=lambda one: one.x)
    every = [*own, *(point for series in before for point in series)]
    left, right = min(one.x for one in every), max(one.x for one in every)
    low, high, fits = _height(every, [one.mpe for one in own if one.mpe is not None])

    def x(value: float) -> float:
        return round(_SIDE + (value - left) / ((right - left) or 1) * (FULL - 3 * _SIDE), 2)

    def y(value: float) -> float:
        return round((high - value) / (high - low) * FULL, 2)

    bars = [
        Bar(x(p.x) + n * _APART, y(p.error), y(p.error + p.expanded), y(p.error - p.expanded), f"before-{n}", p)
        for n, series in reversed(list(enumerate(before, 1)))
        for p in series
    ]
    bars += [
        Bar(x(p.x), y(p.error), y(p.error + p.expanded), y(p.error - p.expanded), _look(p.verdict), p) for p in own
    ]
    limited = [(x(one.x), one.mpe) for one in own if one.mpe is not None] if fits else []
    return ErrorPicture(
        bars=tuple(bars),
        band=_band([(at, y(mpe), y(-mpe)) for at, mpe in limited]),
        zero=y(0.0),
        across=_named([Tick(x(one.x), one.nominal) for one in own]),
        up=tuple(Tick(y(value), value) for value in nice_ticks(low, high)),
        mpe_outside=not fits,
    )


def nice_ticks(low: float, high: float) -> list[float]:
    """About five round figures between two.

    >>> nice_ticks(-0.9, 1.1)
    [-0.5, 0.0, 0.5, 1.0]
    """
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough * (1 - 1e-9))
    return [float(f"{k * step:.12g}") for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _height(every: Sequence[Measured], limits: Sequence[float]) -> tuple[float, float, bool]:
    """Lowest and highest of the axis, and whether the limits find room."""
    low = min(0.0, *(one.error - one.expanded for one in every))
    high = max(0.0, *(one.error + one.expanded for one in every))
    widest = max(limits, default=0.0)
    fits = not limits or high == low or (high - low) >= _LEAST_SHARE * 2 * widest
    if fits:
        low, high = min(low, -widest), max(high, widest)
    span = (high - low) or 1.0
    return low - _MARGIN * span, high + _MARGIN * span, fits


def _look(verdict: str) -> str:
    return "now-bad" if verdict in ("fail", "conditionalFail") else "now"


def _band(edges: Sequence[tuple[float, float, float]]) -> str:
    """From point to point; it reaches a little over the first and the last one."""
    if not edges:
        return ""
    first, last = edges[0], edges[-1]
    wide = [(first[0] - _SIDE / 2, *first[1:]), *edges, (last[0] + _SIDE / 2 + 3 * _APART, *last[1:])]
    corners = [(at, upper) for at, upper, _ in wide] + [(at, lower) for at, _, lower in reversed(wide)]
    return "M" + "L".join(f"{at:g} {value:g}" for at, value in corners) + "Z"


def _named(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    """Those that find room beside each other; the last one always does."""
    kept: list[Tick] = []
    for tick in reversed(ticks):
        if not kept or kept[-1].at - tick.at >= _NAMES_APART:
            kept.append(tick)
    return tuple(reversed(kept[: 2 * _MOST_NAMES]))
