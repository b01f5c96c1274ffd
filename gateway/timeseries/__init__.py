"""Where samples and windows are kept: InfluxDB (``influx``) or SQLite (``embedded``), behind one protocol.

Decision: a line is stored as it came, and storing it twice changes nothing.
Because: after a crash between storing and acknowledging the same message comes again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from edge_agent.wire.schema import RECOMPUTED, SAMPLE, WINDOW
from gateway.timeseries.points import Point


class StoreUnavailableError(Exception):
    """The store cannot take anything now (down, full, refused our password); try again later."""


class ChannelId(NamedTuple):
    """Which channel of all."""

    site: str
    edge: str
    instrument: str
    channel: str

    @property
    def measurement(self) -> str:
        """Where its samples are."""
        return SAMPLE


class RecomputedId(ChannelId):
    """What a certificate that was chosen later makes of a channel's samples; ``channel`` says which one does."""

    @property
    def measurement(self) -> str:
        """Where they are."""
        return RECOMPUTED


class WindowId(ChannelId):
    """A field of an instrument's windows, such as ``power_mean``; it has neither uncertainty nor quality."""

    @property
    def measurement(self) -> str:
        """Where they are."""
        return WINDOW


class Refused(NamedTuple):
    """A line that the store will never take, and its word why."""

    line: str
    why: str


class Latest(NamedTuple):
    """What a channel showed last. ``value`` is None when its last sample was bad; times are UTC ns."""

    instrument: str
    channel: str
    at: int
    value: float | None
    u: float | None
    quality: str


class Bucket(NamedTuple):
    """A stretch of a series: the values of its good and uncertain samples, and how many samples were bad.

    ``mean``, ``minimum`` and ``maximum`` are None when ``n`` is 0. ``at`` is the stretch's start, UTC ns.
    """

    at: int
    mean: float | None
    minimum: float | None
    maximum: float | None
    n: int
    bad: int


class Row(NamedTuple):
    """One stored sample of one channel; ``value`` is None when it was bad."""

    at: int
    value: float | None
    u: float | None
    quality: str


class TimeSeries(Protocol):
    """A store of lines. Called from one ingesting thread and many reading ones."""

    def write(self, lines: Sequence[str]) -> list[Refused]:
        """Store every line, durably when it returns; give back those that it will never take.

        On 400, 413 or 422 the batch is halved until the refused lines stand alone.

        Raises:
            StoreUnavailableError: Nothing is sure to be stored; call again with the same lines.
        """
        ...

    def latest(self, site: str, edge: str) -> list[Latest]:
        """The last sample of every channel of an edge, sorted by instrument and channel."""
        ...

    def series(self, of: ChannelId, start: int, end: int, buckets: int) -> list[Bucket]:
        """``[start, end)`` in at most ``buckets`` equal stretches; stretches without any sample are left out."""
        ...

    def fields(self, measurement: str, site: str, edge: str) -> dict[str, frozenset[str]]:
        """Instrument of an edge -> the names of the fields that its samples or windows ever had."""
        ...

    def sum_up(self) -> int:
        """Prepare for long series what is complete by now; how much was done, 0: nothing is left, or wanted."""
        ...

    def rows(self, of: ChannelId, start: int, end: int) -> Iterator[Row]:
        """Every stored sample in ``[start, end)`` by time, without loading all of them at once."""
        ...

    def points(self, measurement: str, site: str, edge: str, start: int, end: int) -> Iterator[Point]:
        """Points of the shop floor (``element``, ``stop``) in ``[start, end)``, by time and tags."""
        ...

    def forget_before(self, measurement: str, at: int) -> int:
        """Retention: drop every point of a measurement before ``at``; how many went, -1 when not known."""
        ...

    def why_full(self) -> str:
        """Why nothing more should be stored (disk below its reserve); empty when there is room."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@runtime_checkable
class Analysed(TimeSeries, Protocol):
    """A store that analysts ask by themselves, through Grafana or by hand: it is told what else lives in SQL only.

    Decision: the embedded store is none.
    Because: nobody asks it but our pages, and those read the registry.
    """

    def told(self, measurement: str, of: Mapping[str, str], start: int, end: int) -> list[Point]:
        """Points in ``[start, end)``, by time and tags.

        Args:
            measurement: Of ``TAGS_OF``, or ``window``.
            of: Tag -> value that they have.
            start: UTC ns.
            end: UTC ns.
        """
        ...

    def hours(self, measurement: str, of: Mapping[str, str], field: str, start: int, end: int) -> list[int]:
        """The hours of UTC of ``[start, end)`` in which points have a field: their starts, ascending.

        Args:
            measurement: Of ``TAGS_OF``, or ``window``.
            of: Tag -> value that they have.
            field: Which field.
            start: UTC ns, a whole hour.
            end: UTC ns, a whole hour.
        """
        ...

    def forget_points(self, points: Sequence[Point]) -> bool:
        """Drop these points; False: this store cannot (InfluxDB 3 Core), and they stay."""
        ...
