"""Where the lines of a chart go: geometry only, in thousandths of its width and height; templates draw it.

A gap is a gap: a line joins two buckets only when no sample can have been between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import floor, log10
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.api.spans import NS, Span
from gateway.timeseries import Bucket

FULL = 1000.0
"""Width and height of a chart in its own unit."""
_SECOND_STEPS = (1, 2, 5, 10, 15, 30)
_MINUTE_STEPS = tuple(60 * n for n in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720))
_DAY_STEPS = tuple(86_400 * n for n in (1, 2, 7, 14, 30, 61, 122))
_MOST_TICKS = 5
_ALMOST = 1e-9
_LEAST = 1e-300
"""Below this a number is as good as none: its steps could not be told apart."""


class Tick(NamedTuple):
    """A mark on an axis: where, and of what."""

    place: float
    value: float


class Mark(NamedTuple):
    """A stretch of the time axis, from ``x`` on."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one series.

    Attributes:
        line: SVG path of the means.
        band: SVG path around lowest and highest values.
        low: Of the vertical axis, in the channel's unit.
        high: Of the vertical axis.
        values: Marks of the vertical axis; 0 is at the top.
        times: Marks of the horizontal axis; values are UTC ns.
        step: Distance of the horizontal marks, ns.
        bad: Stretches in which a sample was bad.
        gaps: Stretches without any sample.
    """

    line: str
    band: str
    low: float
    high: float
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    step: int
    bad: tuple[Mark, ...]
    gaps: tuple[Mark, ...]


def bucket_count(span: Span, period_s: float, most: int) -> int:
    """In how many stretches to draw: at most ``most``, and none so short that it can fall between two samples.

    >>> bucket_count(Span(0, 3600 * NS), 1.0, 240), bucket_count(Span(0, 3600 * NS), 60.0, 240)
    (240, 30)
    """
    longest = (span.end - span.start) / NS
    return max(1, min(most, floor(longest / (2 * period_s)))) if period_s > 0 else most


def draw(span: Span, buckets: Sequence[Bucket], width: int, period_s: float, zone: ZoneInfo) -> Chart | None:
    """The chart of a series.

    Args:
        span: What it shows.
        buckets: By time; without those that hold no sample.
        width: Of a bucket, ns.
        period_s: Of the samples, s; 0 when not known.
        zone: Whose midnight the marks of the time axis keep to.

    Returns:
        None when there is no value to draw.
    """
    lows = [b.minimum for b in buckets if b.minimum is not None]
    highs = [b.maximum for b in buckets if b.maximum is not None]
    if not lows or not highs:
        return None
    values = value_marks(min(lows), max(highs))
    low, high = values[0], values[-1]
    runs = unbroken(buckets, _reach(width, period_s))
    step, times = time_marks(span, zone)

    def x(at: float) -> float:
        return min(FULL, max(0.0, (at - span.start) / (span.end - span.start) * FULL))

    def y(value: float) -> float:
        return FULL - (value - low) / (high - low) * FULL

    def marks(stretches: Sequence[tuple[int, int]]) -> tuple[Mark, ...]:
        return tuple(Mark(round(x(a), 2), round(x(b) - x(a), 2)) for a, b in stretches)

    middle = width / 2
    return Chart(
        line=" ".join(_path([(x(b.at + middle), y(b.mean or 0.0)) for b in run]) for run in runs),
        band=" ".join(_around(run, x, y, middle) for run in runs),
        low=low,
        high=high,
        values=tuple(Tick(round(y(value), 2), value) for value in values),
        times=tuple(Tick(round(x(at), 2), at) for at in times),
        step=step,
        bad=marks([(b.at, b.at + width) for b in buckets if b.bad]),
        gaps=marks(gaps_of(span, buckets, width, period_s)),
    )


def spark(span: Span, buckets: Sequence[Bucket], width: int, period_s: float) -> str:
    """SVG path of the means alone, over its own lowest and highest value; empty when there is none."""
    means = [b.mean for b in buckets if b.mean is not None]
    if not means:
        return ""
    low, room = min(means), max(means) - min(means)

    def place(bucket: Bucket) -> tuple[float, float]:
        x = (bucket.at + width / 2 - span.start) / (span.end - span.start) * FULL
        # A series that does not move is a line in the middle, not at the bottom.
        return x, FULL - ((bucket.mean or 0.0) - low) / room * FULL if room else FULL / 2

    return " ".join(_path([place(b) for b in run]) for run in unbroken(buckets, _reach(width, period_s)))


def unbroken(buckets: Sequence[Bucket], reach: float) -> list[list[Bucket]]:
    """Runs of buckets with values in which none is farther than ``reach`` ns from the one before.

    >>> b = [Bucket(at, 1.0, 1.0, 1.0, 1, 0) for at in (0, 10, 30)]
    >>> [[bucket.at for bucket in run] for run in unbroken(b, 15)]
    [[0, 10], [30]]
    """
    runs: list[list[Bucket]] = []
    last: Bucket | None = None
    for bucket in buckets:
        if bucket.mean is not None:
            if last is None or last.mean is None or bucket.at - last.at > reach:
                runs.append([])
            runs[-1].append(bucket)
        last = bucket
    return runs


def value_marks(low: float, high: float) -> list[float]:
    """Round values (1, 2 or 5 times a power of ten apart) that enclose ``low`` to ``high``, at least two.

    >>> value_marks(0.3, 4.1), value_marks(230.0, 230.0)
    ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [229.5, 230.0, 230.5])
    >>> value_marks(0.0, 5e-324)
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    if high - low <= max(abs(high) * _ALMOST, _LEAST):
        room = abs(high) * 0.002 if abs(high) > _LEAST else 1.0
        low, high = low - room, high + room
    rough = (high - low) / (_MOST_TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * (1 - _ALMOST))
    first, last = floor(low / step + _ALMOST), -floor(-high / step + _ALMOST)
    # Rounding keeps 0.30000000000000004 off the axis.
    decimals = max(0, 1 - floor(log10(step)))
    return [round(n * step, decimals) for n in range(first, max(last, first + 1) + 1)]


def time_marks(span: Span, zone: ZoneInfo) -> tuple[int, list[int]]:
    """Full seconds, minutes, hours or days of the wall clock, and how far they are apart, ns."""
    length_s = (span.end - span.start) / NS
    steps = (*_SECOND_STEPS, *_MINUTE_STEPS, *_DAY_STEPS)
    step_s = next((s for s in steps if length_s / s <= _MOST_TICKS), 366 * 86_400)
    offset_s = _offset_s(span.start, zone)
    first_s = -(-(span.start // NS + offset_s) // step_s) * step_s - offset_s
    return step_s * NS, [at_s * NS for at_s in range(first_s, span.end // NS + 1, step_s) if at_s * NS >= span.start]


def _offset_s(at: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(at // NS, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def gaps_of(span: Span, buckets: Sequence[Bucket], width: int, period_s: float) -> list[tuple[int, int]]:
    """Stretches of ``span`` in which samples are absent: from the end of one bucket to the start of another, ns.

    Args:
        span: Where to look; no gap at its end is one that is still being filled.
        buckets: By time; without those that hold no sample.
        width: Of a bucket, ns.
        period_s: Of the samples, s; 0 when not known.
    """
    reach = _reach(width, period_s)
    if not buckets:
        return [(span.start, span.end)]
    gaps = [(a.at + width, b.at) for a, b in pairwise(buckets) if b.at - a.at > reach]
    if buckets[0].at - span.start > reach:
        gaps.insert(0, (span.start, buckets[0].at))
    # The newest bucket may still be filling, and its samples on their way.
    if span.end - buckets[-1].at - width > reach:
        gaps.append((buckets[-1].at + width, span.end))
    return gaps


def _reach(width: int, period_s: float) -> float:
    """How far apart, ns, two buckets may be when no sample is absent between them."""
    return max(width * 1.5, period_s * 2.5 * NS)


def _path(points: Sequence[tuple[float, float]]) -> str:
    x, y = points[0]
    # A line of no length, drawn with a round cap, is a dot: a value that stands alone is seen.
    rest = " ".join(f"{x:.2f},{y:.2f}" for x, y in points[1:]) or f"{x:.2f},{y:.2f}"
    return f"M{x:.2f},{y:.2f} L{rest}"


def _around(run: Sequence[Bucket], x: Callable[[float], float], y: Callable[[float], float], middle: float) -> str:
    above = [(x(b.at + middle), y(b.maximum or 0.0)) for b in run]
    below = [(x(b.at + middle), y(b.minimum or 0.0)) for b in reversed(run)]
    return f"{_path([*above, *below])} Z"
