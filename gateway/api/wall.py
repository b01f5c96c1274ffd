"""What the Andon of a site shows, before it is worded: every machine of every edge, now and over its shift.

Decision: a machine whose edge is silent is shown without data, with what was last known of it in grey.
Because: a wall that goes on showing green for a machine nobody hears of is worse than no wall.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.kpi.losses import losses
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Stop, WorkUnitDescription
from gateway.api.charts import Tick, time_marks
from gateway.api.source import Service
from gateway.api.spans import NS, Span
from gateway.health import EdgeHealth
from gateway.shop_floor import ENOUGH, Asked, NominalBucket, ShopFloor, Stretch, UnitId, timeline
from gateway.shop_floor.figures import OF_TIME, sum_of

FACES = {
    "RUN": "run",
    "MINOR_STOP": "minor-stop",
    "STOP": "stop",
    "FAULT": "fault",
    "SETUP": "setup",
    "PLANNED_STOP": "planned",
    "UNKNOWN": "unknown",
    "NOT_SCHEDULED": "off",
}
"""Bucket of the time model -> the name of its colour and shape."""
UNKNOWN = "UNKNOWN"
TOP_LOSSES = 3


class Figure(NamedTuple):
    """A figure of the shift; ``low`` and ``high`` are None where all of it was observed."""

    name: str
    value: float | None
    low: float | None
    high: float | None


class Bar(NamedTuple):
    """A bar of the timeline: per cent of the shift, and its colour."""

    x: float
    width: float
    face: str


@dataclass(frozen=True, slots=True)
class ShiftView:
    """The shift as it went.

    Attributes:
        stretches: By time.
        bars: The same, drawn.
        ticks: Round times of the wall clock; places in per cent.
        told_until: How far the edge told of it, UTC ns; 0: not yet.
        lost: The largest losses up to then, name and seconds.
    """

    stretches: tuple[Stretch, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    told_until: int
    lost: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class UnitView:
    """One machine on the wall.

    Attributes:
        id: Which.
        title: Language -> what people call it; empty: never described.
        line: The line that it belongs to; empty: none.
        bucket: What is shown: the state, or ``UNKNOWN`` where nobody hears of it.
        status: Its last word; None: there is none.
        stale: Why nobody hears of it: ``silent``, ``lost``, ``stopped``, ``never``; empty: its edge speaks.
        status_at: When its edge last spoke, our clock, UTC ns; 0: never.
        figures: OEE first, where it has one, then its factors.
        grey: Why the figures are grey or absent: ``no_shift``, ``nothing_planned``, ``coverage``, ``no_pieces``,
            ``no_figure``; empty: they are good.
        product: Titles of the product in force.
        counts_pieces: Whether it has counters.
        shift: None outside every shift.
    """

    id: UnitId
    title: Mapping[str, str]
    line: str
    bucket: str
    status: WorkUnitStatus | None
    stale: str
    status_at: int
    figures: tuple[Figure, ...]
    grey: str
    product: Mapping[str, str]
    counts_pieces: bool
    shift: ShiftView | None

    @property
    def face(self) -> str:
        """The name of its colour and shape; what we do not know looks like no data."""
        return FACES.get(self.bucket, FACES[UNKNOWN])

    @property
    def behind(self) -> float | None:
        """Pieces that lack to what is asked for by now; below zero: ahead; None: nothing is asked for."""
        if self.status is None or self.status.expected is None:
            return None
        return self.status.expected - self.status.total

    @property
    def is_too_fast(self) -> bool:
        """It makes more than its ideal cycle allows: the planned cycle is wrong."""
        return any(figure.name == "effectiveness" and (figure.value or 0.0) > 1 for figure in self.figures)


def figures_of(status: WorkUnitStatus, *, counts_pieces: bool) -> tuple[Figure, ...]:
    """OEE and its factors with their bounds; a machine without counters has availability alone.

    The unseen share of planned time adds to a denominator alone, or to both, as for OEE itself.

    >>> low = WorkUnitStatus(at=1, bucket="RUN", availability=0.8, coverage=0.9)
    >>> [(one.name, round(one.low, 2), round(one.high, 2)) for one in figures_of(low, counts_pieces=False)]
    [('availability', 0.72, 0.82)]
    """
    observed = 0.0 if status.coverage is None else status.coverage
    unseen = 1 - observed
    producing = (status.availability or 0.0) * observed
    ideal = (status.effectiveness or 0.0) * producing
    good = (status.quality_ratio or 0.0) * ideal

    def bounded(name: str, value: float | None, above: float, below: float) -> Figure:
        if value is None or status.coverage is None or unseen <= 0:
            return Figure(name, value, None, None)
        return Figure(
            name, value, min(above / (below + unseen), value), max((above + unseen) / (below + unseen), value)
        )

    availability = bounded("availability", status.availability, producing, observed)
    if not counts_pieces:
        return (availability,)
    bounds = (status.oee_low, status.oee_high) if unseen > 0 else (None, None)
    return (
        Figure("oee", status.oee, *bounds),
        availability,
        bounded("effectiveness", status.effectiveness, ideal, producing),
        bounded("quality_ratio", status.quality_ratio, good, ideal),
    )


class _Seen(NamedTuple):
    """A machine, as its edge described it and as the edge stands with us."""

    id: UnitId
    said: WorkUnitDescription | None
    health: EdgeHealth | None

    @property
    def status(self) -> WorkUnitStatus | None:
        return self.health.status.work_units.get(self.id.work_unit) if self.health and self.health.status else None

    @property
    def stale(self) -> str:
        if self.health is None or self.health.status is None or self.status is None:
            return "never"
        if self.health.state in ("lost", "stopped"):
            return self.health.state
        return "silent" if self.health.silent else ""


class _Told(NamedTuple):
    """The shift of a machine: where it ends, how far it is looked at, what the registry knows of it."""

    until: int
    end: int
    buckets: list[NominalBucket]
    stops: list[Stop]


def units_of(service: Service, health: Iterable[EdgeHealth], site: str, now: int, zone: ZoneInfo) -> list[UnitView]:
    """The machines of a site, in an order that does not change with what they do: by line, edge and name."""
    described = {unit.id: unit.description for unit in service.shop_floor.work_units(site)}
    edges = {one.edge: one for one in health if one.site == site}
    live = {UnitId(site, edge, name) for edge, one in edges.items() if one.status for name in one.status.work_units}
    seen = [_Seen(one, described.get(one), edges.get(one.edge)) for one in live.union(described)]
    told = _told(service.shop_floor, seen, now)
    views = [_unit(one, told.get(one.id), zone) for one in seen]
    return sorted(views, key=lambda view: (view.line == "", view.line, view.id))


def _told(shop_floor: ShopFloor, seen: Iterable[_Seen], now: int) -> dict[UnitId, _Told]:
    """What the registry knows of the shifts, asked for all machines at once: a wall asks every three seconds."""
    shifts: dict[UnitId, tuple[int, int]] = {}
    around, shown = list[Asked](), list[Asked]()
    for of, status, stale in ((one.id, one.status, one.stale) for one in seen):
        if status is None or not status.shift:
            continue
        start, until = status.shift_since, max(status.shift_until, status.shift_since + 1)
        # What it does now is known up to its last word; a silent edge's machine may long do something else.
        shifts[of] = until, (end := min(status.at if stale else now, until))
        # A nominal bucket may begin before the shift does: what belongs to the shift lies behind its start.
        around.append(Asked(of, start - _longest_bucket(start, until), until + (until - start), status.shift))
        shown.append(Asked(of, start, end))
    buckets, stops = shop_floor.buckets_of(around), shop_floor.stops_of(shown)
    return {of: _Told(*shift, buckets[of], stops[of]) for of, shift in shifts.items()}


def _unit(seen: _Seen, told: _Told | None, zone: ZoneInfo) -> UnitView:
    status, said = seen.status, seen.said
    counts = said.counts_pieces if said else status is not None and status.oee is not None
    product = said.products.get(status.product) if said and status else None
    return UnitView(
        id=seen.id,
        title=said.title if said else {},
        line=said.production_line if said else "",
        bucket=UNKNOWN if seen.stale or status is None else status.bucket,
        status=status,
        stale=seen.stale,
        status_at=seen.health.status_at if seen.health else 0,
        figures=figures_of(status, counts_pieces=counts) if status else (),
        grey=_grey(status, counts_pieces=counts),
        product=product.title if product else {},
        counts_pieces=counts,
        shift=_shift(status, told, zone, counts=counts) if status and told else None,
    )


def _grey(status: WorkUnitStatus | None, *, counts_pieces: bool) -> str:
    """The first reason that holds."""
    if status is None:
        return "no_figure"
    if not status.shift:
        return "no_shift"
    if status.coverage is None:
        return "nothing_planned"
    if status.coverage < ENOUGH:
        return "coverage"
    if not counts_pieces:
        return "no_pieces"
    return "no_figure" if status.oee is None else ""


def _shift(status: WorkUnitStatus, told: _Told, zone: ZoneInfo, *, counts: bool) -> ShiftView:
    start, until, end = status.shift_since, told.until, told.end
    buckets = [one._replace(since=max(one.since, start)) for one in told.buckets if one.parts]
    found = timeline(buckets, told.stops, status, start, end)
    parts = [part for bucket in buckets for part in bucket.parts]
    lost = [
        (name, ns / NS)
        for name, ns in losses(sum_of(parts)).largest_first()
        if ns >= NS and (counts or name in OF_TIME)
    ]
    return ShiftView(
        stretches=tuple(found),
        bars=_bars(found, start, until),
        ticks=tuple(
            Tick(round((at - start) * 100 / (until - start), 2), at) for at in time_marks(Span(start, until), zone)[1]
        ),
        told_until=min(max((bucket.until for bucket in buckets), default=0), end),
        lost=tuple(lost[:TOP_LOSSES]),
    )


def _longest_bucket(start: int, until: int) -> int:
    return min(3600 * NS, until - start)


def _bars(stretches: Sequence[Stretch], start: int, until: int) -> tuple[Bar, ...]:
    scale = 100 / (until - start)
    return tuple(
        Bar(round((one.since - start) * scale, 3), round((one.until - one.since) * scale, 3), FACES[one.bucket])
        for one in stretches
        if one.bucket in FACES
    )


def sites_of(service: Service, edges: Sequence[EdgeHealth] | None = None) -> list[str]:
    """Every site that has an Andon; ``edges``: all, where somebody has asked for them already."""
    live = {
        health.site
        for health in (service.health() if edges is None else edges)
        if health.status is not None and health.status.work_units
    }
    return sorted(live.union(service.shop_floor.sites()))
