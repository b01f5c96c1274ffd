"""Where bars of contributions to growth and the line of growth go: geometry only, in per cent; templates draw it."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.api.charts import value_marks
from gateway.indicators.tfp import Step

_WIDE = 0.62
"""Of the room of a year the bar takes this share."""
_MOST_YEARS_NAMED = 8
PARTS = ("capital", "labour", "tfp")


class Segment(NamedTuple):
    """A part of a bar.

    Attributes:
        part: ``capital``, ``labour``, ``tfp``.
        x: Left edge.
        width: Of the bar.
        y: Top.
        height: Of the part.
        value: Percentage points.
        year: Of which.
    """

    part: str
    x: float
    width: float
    y: float
    height: float
    value: float
    year: int


class Mark(NamedTuple):
    """A mark on an axis: where, and of what."""

    place: float
    value: float


class GrowthPicture(NamedTuple):
    """Contributions by year.

    Attributes:
        segments: Parts of the bars.
        line: Path of growth, in a box of 1000 by 1000; broken where a year is missing.
        dots: Growth of each year: across, down, value.
        marks: Of the vertical axis.
        years: Of the horizontal axis; every second or third where there are many.
        zero: Where zero is.
    """

    segments: tuple[Segment, ...]
    line: str
    dots: tuple[tuple[float, float, float], ...]
    marks: tuple[Mark, ...]
    years: tuple[Mark, ...]
    zero: float


def picture_of(steps: Sequence[Step]) -> GrowthPicture | None:
    """The picture of some years; None: there are none."""
    if not steps:
        return None
    first, last = steps[0].year, steps[-1].year
    room = 100 / (last - first + 1)
    ends = [end for one in steps for end in (*_stack(one)[1:], one.output)]
    marks = value_marks(min(0.0, *ends), max(0.0, *ends))
    low, high = marks[0], marks[-1]

    def y(value: float) -> float:
        return round(100 - (value - low) / (high - low) * 100, 3)

    def x(year: int) -> float:
        return round((year - first + 0.5) * room, 3)

    segments = []
    for one in steps:
        above = below = 0.0
        for part, value in zip(PARTS, _stack(one)[0], strict=True):
            start = above if value >= 0 else below
            top, bottom = max(start, start + value), min(start, start + value)
            left = round(x(one.year) - room * _WIDE / 2, 3)
            height = round(y(bottom) - y(top), 3)
            segments.append(Segment(part, left, round(room * _WIDE, 3), y(top), height, value, one.year))
            if value >= 0:
                above += value
            else:
                below += value
    every = -(-(last - first + 1) // _MOST_YEARS_NAMED)
    return GrowthPicture(
        segments=tuple(segments),
        line=_line(steps, x, y),
        dots=tuple((x(one.year), y(one.output), one.output) for one in steps),
        marks=tuple(Mark(y(value), value) for value in marks),
        years=tuple(Mark(x(year), year) for year in range(first, last + 1, every)),
        zero=y(0.0),
    )


def _stack(one: Step) -> tuple[tuple[float, float, float], float, float]:
    """The parts, and how far they reach up and down."""
    parts = (one.capital_contribution, one.labour_contribution, one.tfp)
    return parts, sum(max(0.0, part) for part in parts), sum(min(0.0, part) for part in parts)


def _line(steps: Sequence[Step], x, y) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001  places of a year and a value
    told = []
    for k, one in enumerate(steps):
        begins = k == 0 or steps[k - 1].year != one.year - 1
        told.append(f"{'M' if begins else 'L'}{x(one.year) * 10:.1f},{y(one.output) * 10:.1f}")
    return " ".join(told)
