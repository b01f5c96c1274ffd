"""Samples, samples reduced to equal stretches, recomputed samples, and windows, out of the time series."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from edge_agent.wire.schema import EXPECTED, WINDOW_FIELDS
from gateway.exporting.choosing import Channel, Recomputed, Span
from gateway.exporting.tables import CHANNEL, EDGE, INSTRUMENT, SITE, TIME, UNIT, Cells, Column, Kind, Progress, Table
from gateway.registry.texts import Title
from gateway.timeseries import Bucket, ChannelId, TimeSeries, WindowId

STRETCHES_AT_ONCE = 5000
"""Of reduced samples, so many are asked for at a time."""
_FEW_PARTS, _PARTS_AT_ONCE = 20, 1000
"""Where there are more parts than a few, those that hold samples are looked for first, so many at a time."""
_WHOSE = (SITE, EDGE, INSTRUMENT, CHANNEL)
_MEAN, _MINIMUM, _MAXIMUM = (
    Column("mean", Kind.NUMBER, Title("Trung bình", "Mean")),
    Column("minimum", Kind.NUMBER, Title("Nhỏ nhất", "Lowest value")),
    Column("maximum", Kind.NUMBER, Title("Lớn nhất", "Highest value")),
)
_N = Column("n", Kind.WHOLE, Title("Số mẫu có giá trị", "Samples with a value"))
_U = Column("u", Kind.NUMBER, Title("Độ không đảm bảo đo chuẩn", "Standard uncertainty"))
_QUALITY = Column("quality", Kind.LABEL, Title("Chất lượng", "Quality"))
SAMPLES = (
    TIME,
    *_WHOSE,
    Column("value", Kind.NUMBER, Title("Giá trị đo; trống: mẫu hỏng", "Measured value; empty: a bad sample")),
    _U,
    UNIT,
    _QUALITY,
)
RECOMPUTED = (
    TIME,
    *_WHOSE,
    Column("certificate", Kind.LABEL, Title("Số giấy đã chọn", "Number of the certificate that was chosen")),
    Column("value", Kind.NUMBER, Title("Giá trị theo giấy này", "Value by this certificate")),
    _U,
    UNIT,
    _QUALITY,
)
REDUCED = (
    TIME,
    *_WHOSE,
    _MEAN,
    _MINIMUM,
    _MAXIMUM,
    _N,
    Column("bad", Kind.WHOLE, Title("Số mẫu hỏng", "Bad samples")),
    UNIT,
)
WINDOWS = (
    TIME,
    *_WHOSE,
    _MEAN,
    _MINIMUM,
    _MAXIMUM,
    _N,
    Column("expected", Kind.WHOLE, Title("Số mẫu khi không thiếu", "Samples of a window without gaps")),
    UNIT,
)


def samples(timeseries: TimeSeries, channels: Sequence[Channel], span: Span) -> Table:
    """Every stored sample, channel by channel, by time.

    A bad sample has no value and no uncertainty, as everywhere in the gateway; its quality says why.
    """
    progress = Progress()

    def rows() -> Iterator[Cells]:
        for whose, place in _one_by_one(channels, progress):
            for row in timeseries.rows(whose.id, *span):
                progress.share = place(row.at, span)
                yield row.at, *whose.id, row.value, row.u, whose.unit, row.quality

    return Table("samples", SAMPLES, rows(), progress)


def recomputed(timeseries: TimeSeries, series: Sequence[Recomputed], span: Span) -> Table:
    """Samples as they would be by a certificate that somebody chose later; their times are those of the samples."""
    progress = Progress()

    def rows() -> Iterator[Cells]:
        for number, (source, of, certificate) in enumerate(series):
            place = _Place(number, len(series))
            for row in timeseries.rows(of, *span):
                progress.share = place(row.at, span)
                yield row.at, *source.id, certificate, row.value, row.u, source.unit, row.quality

    return Table("recomputed", RECOMPUTED, rows(), progress)


def reduced(timeseries: TimeSeries, channels: Sequence[Channel], span: Span, every_ns: int) -> Table:
    """Samples in stretches of ``every_ns`` from the start of the span on; the last one may be shorter.

    A stretch without any sample is left out: it is a gap, not a zero.
    """
    progress = Progress()

    def rows() -> Iterator[Cells]:
        for whose, place in _one_by_one(channels, progress):
            for one in _stretches(timeseries, whose.id, span, every_ns):
                progress.share = place(one.at, span)
                yield one.at, *whose.id, one.mean, one.minimum, one.maximum, one.n, one.bad, whose.unit

    return Table("samples", REDUCED, rows(), progress)


def windows(timeseries: TimeSeries, channels: Sequence[Channel], span: Span) -> Table:
    """Every stored window, channel by channel, by its start."""
    progress = Progress()

    def rows() -> Iterator[Cells]:
        for whose, place in _one_by_one(channels, progress):
            for at, (mean, low, high, n, expected) in _windows(timeseries, whose.id, span):
                progress.share = place(at, span)
                yield at, *whose.id, mean, low, high, _whole(n), _whole(expected), whose.unit

    return Table("windows", WINDOWS, rows(), progress)


class _Place:
    """Of a time within a channel, how much of the whole lies before it."""

    def __init__(self, number: int, of: int) -> None:
        self._number, self._of = number, of

    def __call__(self, at: int, span: Span) -> float:
        return (self._number + (at - span.start) / (span.end - span.start)) / self._of


def _one_by_one(channels: Sequence[Channel], progress: Progress) -> Iterator[tuple[Channel, _Place]]:
    for number, channel in enumerate(channels):
        progress.share = number / len(channels)
        yield channel, _Place(number, len(channels))


def _stretches(timeseries: TimeSeries, of: ChannelId, span: Span, every_ns: int) -> Iterator[Bucket]:
    whole_end = span.end - (span.end - span.start) % every_ns
    for start, end in _parts(timeseries, of, Span(span.start, whole_end), every_ns * STRETCHES_AT_ONCE):
        yield from timeseries.series(of, start, end, (end - start) // every_ns)
    if whole_end < span.end:
        yield from timeseries.series(of, whole_end, span.end, 1)


def _parts(timeseries: TimeSeries, of: ChannelId, span: Span, width: int) -> Iterator[Span]:
    """A span cut at every ``width``; of very many parts only those that hold samples.

    Whoever asks for seconds from 1970 on would else wait for half a million answers that are all empty.
    """
    many = -((span.start - span.end) // width)
    step = width * -(-many // _PARTS_AT_ONCE)
    if many <= _FEW_PARTS:
        yield from (Span(at, min(at + width, span.end)) for at in range(span.start, span.end, width))
        return
    count = -((span.start - span.end) // step)
    for one in timeseries.series(of, span.start, span.start + count * step, count):
        part = Span(one.at, min(one.at + step, span.end))
        yield from [part] if step == width else _parts(timeseries, of, part, width)


def _windows(timeseries: TimeSeries, of: ChannelId, span: Span) -> Iterator[tuple[int, list[float | None]]]:
    """Start and figures of each window that tells of a channel: its fields side by side, never all at once."""
    names = [*(of.channel + end for end in WINDOW_FIELDS), EXPECTED]
    streams = [_field(timeseries, of, name, number, span) for number, name in enumerate(names)]
    for at, cells in groupby(heapq.merge(*streams), key=itemgetter(0)):
        figures: list[float | None] = [None] * len(names)
        for _, number, value in cells:
            figures[number] = value
        if figures[:-1] != [None] * len(WINDOW_FIELDS):
            yield at, figures


def _field(
    timeseries: TimeSeries, of: ChannelId, name: str, number: int, span: Span
) -> Iterator[tuple[int, int, float]]:
    for row in timeseries.rows(WindowId(of.site, of.edge, of.instrument, name), *span):
        if row.value is not None:
            yield row.at, number, row.value


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
