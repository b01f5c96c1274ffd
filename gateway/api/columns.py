"""A chart of columns, one for each part of a period, in per cent of its surface.

Decision: charts of production are SVG drawn here, not Plotly's.
Because: tried with Plotly 4.1.1 in Chromium under our Content-Security-Policy, each of its style elements is refused
(69 complaints for two small traces) and the layers of the chart lie beside each other; with the hash of the empty style
sheet allowed it draws, and an inline style is still refused. It is 4.8 MB for a phone to read, shows nothing without
script, and its columns are no links, by which people drill down here.
Instead of: ``plotly.min.js`` from its Python package, and a hole in the policy.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.production.judging import Judged
from gateway.production.looking import Column
from gateway.production.periods import Period

_GAP = 0.18
"""Share of a column's place that stays free."""
_LABELS = 5
"""So many labels have room below on a phone."""
_STEPS = (0.25, 0.5, 0.75, 1.0)
_SEEN = 1e-4
"""Bounds closer together than this are one line."""


class Bar(NamedTuple):
    """One column.

    Attributes:
        period: What it is of, and where it leads.
        judged: Its figures.
        x: Its left side, %.
        width: Its width, %.
        y: Its upper side, % from above; 100 where there is no figure.
        height: Its height, %.
        low: Upper side of what it would be if all that was not observed was lost, %; None: all was observed.
        high: The same if it was perfect.
        is_labelled: Whether its name stands below it.
    """

    period: Period
    judged: Judged
    x: float
    width: float
    y: float
    height: float
    low: float | None
    high: float | None
    is_labelled: bool

    @property
    def middle(self) -> float:
        """Of its width, %."""
        return round(self.x + self.width / 2, 3)


class Mark(NamedTuple):
    """A line across the chart: where it is, %, and what it stands for, a share of one."""

    y: float
    value: float


class Columns(NamedTuple):
    """The chart.

    Attributes:
        bars: By time.
        marks: Of the axis, from zero.
        target: Where the target is; None: there is none.
    """

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    target: Mark | None


def draw_columns(columns: Sequence[Column], target: float | None) -> Columns | None:
    """The chart of some parts of a period; None where none of them has a figure.

    Args:
        columns: By time.
        target: What is aimed at, 0 to 1; None: nothing.
    """
    shown = [one.judged.main for one in columns if one.judged.main is not None]
    if not shown:
        return None
    top = max(1.0, *shown, *(one.judged.figures.oee_high or 0.0 for one in columns))
    place = 100 / len(columns)
    every = -(-len(columns) // _LABELS)

    def y(value: float) -> float:
        return round(100 - value / top * 100, 2)

    bars = []
    for k, column in enumerate(columns):
        value, low, high = column.judged.main, column.judged.figures.oee_low, column.judged.figures.oee_high
        is_bounded = column.judged.counts_pieces and low is not None and high is not None and high - low > _SEEN
        bars.append(
            Bar(
                period=column.period,
                judged=column.judged,
                x=round((k + _GAP / 2) * place, 3),
                width=round((1 - _GAP) * place, 3),
                y=100.0 if value is None else y(value),
                height=0.0 if value is None else round(100 - y(value), 2),
                low=y(low) if is_bounded and low is not None else None,
                high=y(high) if is_bounded and high is not None else None,
                is_labelled=k % every == 0,
            )
        )
    marks = tuple(Mark(y(value), value) for value in (0.0, *_STEPS))
    return Columns(tuple(bars), marks, None if target is None else Mark(y(target), target))
