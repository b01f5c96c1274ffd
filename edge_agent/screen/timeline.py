"""The timeline of a shift as a drawing: stretches on a fixed width, and the table that says the same."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.oee.board import Stretch

NS = 10**9
WIDTH = 960
"""Of the drawing, in its own units; nothing finer is drawn."""
_STEPS_MIN = (15, 30, 60, 120, 240, 480, 720, 1440)
_MOST_TICKS = 8
SHAPES = {
    "RUN": "run",
    "MINOR_STOP": "minor-stop",
    "STOP": "stop",
    "FAULT": "fault",
    "SETUP": "setup",
    "PLANNED_STOP": "planned",
    "UNKNOWN": "unknown",
    "NOT_SCHEDULED": "off",
}
"""Bucket -> the name of its colour, shape and rule in the style sheet."""


class Bar(NamedTuple):
    """A bar of the drawing: from ``x``, ``width`` wide, in the colour of ``shape``."""

    x: int
    width: int
    shape: str


class Tick(NamedTuple):
    """A whole hour (or so) on the axis: where, and when, UTC ns."""

    x: int
    at: int


class Share(NamedTuple):
    """How long a bucket took of the shift."""

    bucket: str
    seconds: float


class Timeline(NamedTuple):
    """A shift drawn.

    Attributes:
        bars: What was, without gaps; stretches without data are bars of their own, drawn as gaps.
        ticks: Of the axis.
        now: Where the present is.
        shares: Time by bucket, the longest first.
        table: The last stretches as they were, the newest first.
    """

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    now: int
    shares: tuple[Share, ...]
    table: tuple[Stretch, ...]


def shape_of(bucket: str) -> str:
    """The name of a bucket's colour and shape; what we do not know looks like no data."""
    return SHAPES.get(bucket, "unknown")


def draw(stretches: Sequence[Stretch], since: int, until: int, now: int, zone: ZoneInfo, rows: int = 40) -> Timeline:
    """Draw a shift from its start to its end, of which the present may be the middle.

    Args:
        stretches: The shift so far, in order of time.
        since: Its start.
        until: Its end.
        now: The present.
        zone: Of the clock on the axis.
        rows: Of the table.
    """
    span = max(until - since, 1)
    time: dict[str, int] = {}
    for one in stretches:
        time[one.bucket] = time.get(one.bucket, 0) + one.until - one.since
    shares = sorted((Share(bucket, ns / NS) for bucket, ns in time.items() if ns), key=lambda share: -share.seconds)
    present = min(max(now, since), until)
    return Timeline(
        tuple(_bars(_columns(stretches, since, span))),
        tuple(_ticks(since, until, zone)),
        (present - since) * WIDTH // span,
        tuple(shares),
        tuple(reversed(stretches[-rows:])),
    )


def _columns(stretches: Sequence[Stretch], since: int, span: int) -> list[str]:
    """What was longest in each column; a shift of many short stretches is then still a few hundred bars at most."""
    columns: list[dict[str, int]] = [{} for _ in range(WIDTH)]
    for one in stretches:
        start, end = max(one.since - since, 0), min(one.until - since, span)
        first, last = start * WIDTH // span, min(-(-end * WIDTH // span), WIDTH)
        for column in range(first, last):
            left, right = column * span // WIDTH, (column + 1) * span // WIDTH
            here = min(end, right) - max(start, left)
            if here > 0:
                columns[column][one.bucket] = columns[column].get(one.bucket, 0) + here
    return [max(column, key=column.__getitem__) if column else "" for column in columns]


def _bars(columns: Sequence[str]) -> Iterator[Bar]:
    start = 0
    for x in range(1, len(columns) + 1):
        if x == len(columns) or columns[x] != columns[start]:
            if columns[start]:
                yield Bar(start, x - start, shape_of(columns[start]))
            start = x


def _ticks(since: int, until: int, zone: ZoneInfo) -> Iterator[Tick]:
    """Round times of the wall clock; over a change of the clock too, since each is looked up by itself."""
    minutes = (until - since) // (60 * NS)
    step_min = next((step for step in _STEPS_MIN if minutes <= step * _MOST_TICKS), _STEPS_MIN[-1])
    step = 15 * 60 * NS
    first = -(-since // step) * step
    for at in range(first, until + 1, step):
        there = _local(at, zone)
        if there % step_min == 0:
            yield Tick((at - since) * WIDTH // max(until - since, 1), at)


def _local(at: int, zone: ZoneInfo) -> int:
    """Minute of the local day."""
    there = datetime.fromtimestamp(at // NS, zone)
    return there.hour * 60 + there.minute
