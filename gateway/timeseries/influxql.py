"""Questions in InfluxQL, and samples out of the answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf, nan
from time import monotonic

import numpy as np

from edge_agent.wire.schema import BAD, GOOD, SAMPLE, TAGS
from gateway.timeseries import Bucket, ChannelId, Latest, Row
from gateway.timeseries.buckets import Buckets, width_ns
from gateway.timeseries.influx_http import Cell, Found
from gateway.timeseries.points import TAGS_OF, Point
from gateway.timeseries.reading import channels_of, fields_of, is_bad

Ask = Callable[[str], list[Found]]
Cells = Sequence[Cell]
Channels = frozenset[tuple[str, str]]
"""Instrument and channel."""
_NO_ROW: Cells = (None,) * 5
_FIGURES = ("count", "mean", "min", "max")
_NO_FIGURES = (None,) * len(_FIGURES)
_STATEMENTS = 100
_AT_ONCE = 10_000
_ASK_AGAIN_S = 600.0
_LAST = "ORDER BY time DESC LIMIT 1"
_IS_BAD = rf"/^{BAD}(\.|$)/"


def name(identifier: str) -> str:
    r"""An identifier as it is written.

    >>> print(name('a"b'))
    "a\"b"
    """
    escaped = identifier.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def text(literal: str) -> str:
    r"""A text as it is written.

    >>> print(text("it's"))
    'it\'s'
    """
    escaped = literal.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def delete(measurement: str, before: int) -> str:
    """Drop the points of a measurement."""
    return f"DELETE FROM {name(measurement)} WHERE time < {before}"  # noqa: S608  quoted


class EverThere:
    """Which channels each edge ever had.

    To ask for them takes InfluxDB half a second for 10 000 channels, so it is asked every ten minutes; in between
    each look at the newest points adds to them.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Channels]] = {}

    def channels(self, ask: Ask, site: str, edge: str, newest: Channels) -> Channels:
        """Those of before, and those of the newest points."""
        asked_at, known = self._known.get((site, edge), (-inf, frozenset()))
        if monotonic() - asked_at > _ASK_AGAIN_S:
            last = ask(f"SELECT last(*) {_of_edge(site, edge)} GROUP BY instrument")
            known = frozenset((its.tags["instrument"], channel) for its in last for channel in _ever(its))
            asked_at = monotonic()
        known |= newest
        self._known[site, edge] = asked_at, known
        return known


def latest(ask: Ask, ever: EverThere, site: str, edge: str) -> list[Latest]:
    """The newest point of each instrument, and what it lacks one by one."""
    where = _of_edge(site, edge)
    newest = ask(f"SELECT * {where} GROUP BY instrument {_LAST}")
    seen = {(one.instrument, one.channel): one for its in newest for one in _newest(its)}
    missing = sorted(ever.channels(ask, site, edge, frozenset(seen)) - seen.keys())
    for some in (missing[i : i + _STATEMENTS] for i in range(0, len(missing), _STATEMENTS)):
        asked = [f"SELECT {_fields(channel)} {where} AND instrument::tag = {text(of)} {_LAST}" for of, channel in some]
        for its in ask("; ".join(asked)):
            instrument, channel = some[its.statement]
            for row in filter(None, map(_row, its.rows)):
                seen[instrument, channel] = _latest(instrument, channel, row)
    return [seen[key] for key in sorted(seen)]


def series(ask: Ask, of: ChannelId, start: int, end: int, buckets: int) -> list[Bucket]:
    """Reduced by InfluxDB; by us when a sample has both a value and a bad quality, which InfluxQL cannot part."""
    width = width_ns(start, end, buckets)
    value, _, quality = map(name, fields_of(of.channel))
    where, group = _where(of, start, end), f"GROUP BY time({width}ns, {start % width}ns) fill(none)"
    # One by one: InfluxDB reduces a single figure as it reads, several of them only after. The count comes first, so
    # that what it counts has the other figures, also while more is written.
    figures = [ask(f"SELECT {figure}({value}) {where} {group}") for figure in _FIGURES]
    refusals = ask(f"SELECT count({quality}), count({value}) {where} AND {quality} =~ {_IS_BAD} {group}")
    good = {at: row for at, row in _side_by_side(figures).items() if row[1]}
    bad = {_time(row): row for its in refusals for row in its.rows if row[1]}
    if any(row[2] for row in bad.values()):
        return _series_by_us(ask, of, start, end, buckets)
    return [_bucket(at, good.get(at, _NO_ROW), bad.get(at, _NO_ROW)) for at in sorted({*good, *bad})]


def _side_by_side(figures: Sequence[Sequence[Found]]) -> dict[int, Cells]:
    """Answers to questions for one figure each: time -> time and figures."""
    rows: dict[int, list[Cell]] = {}
    for place, found in enumerate(figures, 1):
        for row in (row for its in found for row in its.rows):
            rows.setdefault(_time(row), [row[0], *_NO_FIGURES])[place] = row[1]
    return dict(rows)


def rows(ask: Ask, of: ChannelId, start: int, end: int, limit: int) -> Iterator[Row]:
    """Some at a time."""
    while True:
        found = ask(f"SELECT {_fields(of.channel)} {_where(of, start, end)} ORDER BY time LIMIT {limit}")
        some = [row for one in found for row in one.rows]
        yield from filter(None, map(_row, some))
        if len(some) < limit:
            return
        start = _time(some[-1]) + 1


def points(ask: Ask, measurement: str, of: Mapping[str, str], start: int, end: int) -> list[Point]:
    """All series with some tags at once: an edge has some work units, a month some thousand points of each."""
    where = " AND ".join([*_with_tags(of), f"time >= {start}", f"time < {end}"])
    found = ask(f"SELECT * FROM {name(measurement)} WHERE {where} GROUP BY *")  # noqa: S608  quoted
    gathered = []
    for its in found:
        tags = tuple(its.tags[one] for one in TAGS_OF.get(measurement, TAGS))
        for row in its.rows:
            cells = {field: cell for field, cell in zip(its.columns[1:], row[1:], strict=True) if cell is not None}
            texts = {field: cell for field, cell in cells.items() if isinstance(cell, str)}
            numbers = {field: float(cell) for field, cell in cells.items() if not isinstance(cell, str)}
            gathered.append(Point(measurement, tags, numbers, texts, _time(row)))
    return sorted(gathered, key=lambda point: (point.at, point.tags))


def hours(ask: Ask, measurement: str, of: Mapping[str, str], field: str, start: int, end: int) -> list[int]:
    """Counted by InfluxDB."""
    where = " AND ".join([*_with_tags(of), f"time >= {start}", f"time < {end}"])
    found = ask(f"SELECT count({name(field)}) FROM {name(measurement)} WHERE {where} GROUP BY time(1h) fill(none)")  # noqa: S608  quoted
    return sorted(_time(row) for its in found for row in its.rows if row[1])


def forget(measurement: str, tags: Mapping[str, str], at: int) -> str:
    """Drop one point."""
    where = " AND ".join([*(f"{name(tag)} = {text(value)}" for tag, value in tags.items()), f"time = {at}"])
    return f"DELETE FROM {name(measurement)} WHERE {where}"  # noqa: S608  quoted


def fields(ask: Ask, measurement: str, site: str, edge: str) -> dict[str, frozenset[str]]:
    """By the last value of each: InfluxDB lists the names of fields for all edges together only."""
    found = ask(f"SELECT last(*) {_of_edge(site, edge, measurement)} GROUP BY instrument")
    return {its.tags["instrument"]: frozenset(_ever_fields(its)) for its in found}


def _with_tags(of: Mapping[str, str]) -> list[str]:
    return [f"{name(tag)}::tag = {text(value)}" for tag, value in of.items()]


def _series_by_us(ask: Ask, of: ChannelId, start: int, end: int, buckets: int) -> list[Bucket]:
    gathered = Buckets(start, end, buckets)
    for row in rows(ask, of, start, end, _AT_ONCE):
        value = nan if row.value is None else row.value
        gathered.add(np.array([row.at]), np.array([value]), np.array([is_bad(row.quality)]))
    return gathered.result()


def _of_edge(site: str, edge: str, measurement: str = SAMPLE) -> str:
    return f"FROM {name(measurement)} WHERE site::tag = {text(site)} AND edge::tag = {text(edge)}"


def _where(of: ChannelId, start: int, end: int) -> str:
    tags = " AND ".join(f"{tag}::tag = {text(value)}" for tag, value in zip(TAGS, of, strict=False))
    return f"FROM {name(of.measurement)} WHERE {tags} AND time >= {start} AND time < {end}"


def _fields(channel: str) -> str:
    return ", ".join(map(name, fields_of(channel)))


def _newest(its: Found) -> Iterator[Latest]:
    """The channels of an instrument's newest point."""
    for row in its.rows:
        cells = {field: cell for field, cell in zip(its.columns, row, strict=True) if cell is not None}
        texts = [field for field, cell in cells.items() if isinstance(cell, str)]
        numbers = cells.keys() - {*texts, "time"}
        for channel in channels_of(numbers, texts):
            sample = _row([row[0], *map(cells.get, fields_of(channel))])
            if sample:
                yield _latest(its.tags["instrument"], channel, sample)


def _latest(instrument: str, channel: str, row: Row) -> Latest:
    return Latest(instrument, channel, row.at, row.value, row.u, row.quality)


def _ever(its: Found) -> frozenset[str]:
    """The channels that an instrument ever had."""
    ever = _ever_fields(its)
    return channels_of(ever, ever)


def _ever_fields(its: Found) -> list[str]:
    (row,) = its.rows
    cells = list(zip(its.columns, row, strict=True))[1:]  # the first is the time
    return [column.removeprefix("last_") for column, cell in cells if cell is not None]


def _row(cells: Cells) -> Row | None:
    """Time, value, u and quality; None when the point says nothing of the channel."""
    at, value, u, said = cells
    if value is None and said is None:
        return None
    quality = GOOD if said is None else str(said)
    counts = value is not None and not is_bad(quality)
    return Row(int(at or 0), _number(value) if counts else None, _number(u) if counts else None, quality)


def _bucket(at: int, good: Cells, bad: Cells) -> Bucket:
    mean, low, high = map(_number, good[2:5])
    return Bucket(at, mean, low, high, int(good[1] or 0), int(bad[1] or 0))


def _number(cell: Cell) -> float | None:
    return None if cell is None else float(cell)


def _time(cells: Cells) -> int:
    return int(cells[0] or 0)
