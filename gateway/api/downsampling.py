"""Into how many stretches a series is cut, so that a chart shows all that its pixels can, and a month is quick.

Decision: a stretch of five minutes or more is of whole minutes, and begins on one.
Because: the embedded store has sums by the minute; a month at one sample a second is then read in a tenth of a second.
Instead of: stretches of exactly one pixel, which differ from that by less than a fifth.
"""

from typing import NamedTuple

from gateway.api.charts import bucket_count
from gateway.api.spans import NS, Span

MOST_POINTS = 5000
WIDEST = 16_384
"""Pixels of the widest screen that is asked for; it gets :data:`MOST_POINTS` stretches."""
_MINUTE = 60 * NS
_WHOLE_FROM = 5 * _MINUTE


class Grid(NamedTuple):
    """``stretches`` of ``width`` ns each from ``span.start`` on."""

    span: Span
    width: int
    stretches: int


def grid_of(span: Span, pixels: int, period_s: float) -> Grid:
    """Stretches for a chart: at most one a pixel, none shorter than two samples, together covering the span.

    Args:
        span: What was asked for; the grid begins up to a minute before and ends up to a stretch after it.
        pixels: Width of the chart.
        period_s: Of the samples, s; 0 when not known.

    >>> grid_of(Span(0, 3600 * NS), 1000, 60.0)
    Grid(span=Span(start=0, end=3600000000000), width=120000000000, stretches=30)
    """
    count = bucket_count(span, period_s, min(pixels, MOST_POINTS))
    start, width = span.start, -(-(span.end - span.start) // count)
    if width >= _WHOLE_FROM:
        start -= start % _MINUTE
        # Of what is now a little longer: else there would be one stretch more than was asked for.
        width = -(-(span.end - start) // (count * _MINUTE)) * _MINUTE
    count = -(-(span.end - start) // width)
    return Grid(Span(start, start + width * count), width, count)


def exact_grid(span: Span, count: int) -> Grid:
    """At most ``count`` equal stretches of just this span; the last may be shorter."""
    return Grid(span, -(-(span.end - span.start) // count), count)
