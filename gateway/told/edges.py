"""How edges and their buses are, once a minute: what alerts on edges are made of."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.messages import EdgeStatus
from edge_agent.wire.schema import BUS_STATUS, EDGE_STATUS, GOOD
from gateway.health import EdgeHealth, edge_health
from gateway.ingest.journals import EdgeId
from gateway.ingest.latencies import Latency
from gateway.ingest.records import descriptions
from gateway.timeseries import Analysed
from gateway.timeseries.points import Point
from gateway.told.mirroring import point, write

MINUTE = 60 * 10**9
_DAY_NS = 86_400 * 10**9
_MOST_WAITING = 20_000
"""Points that are kept while the store is away: a day of a dozen edges."""
Latencies = Callable[[], Mapping[EdgeId, Latency]]


class EdgePoints:
    """Tells of edges. Belongs to the thread of the job.

    Args:
        engine: Of the registry.
        store: Whom it is told to.
        latencies: Gives those since it was asked last.
    """

    def __init__(self, engine: Engine, store: Analysed, latencies: Latencies = dict) -> None:
        self._engine = engine
        self._store = store
        self._latencies = latencies
        self._waiting: deque[Point] = deque(maxlen=_MOST_WAITING)

    def turn(self, now: int) -> int:
        """Tell of this minute, and of those that could not be told; how many points.

        Args:
            now: UTC ns.

        Raises:
            gateway.timeseries.StoreUnavailableError: They are told the next time.
        """
        latencies = self._latencies()
        for health in edge_health(self._engine, now):
            edge = EdgeId(health.site, health.edge)
            with Session(self._engine) as session:
                buses = {one.key: one.bus for one in descriptions(session, edge)}
            self._waiting += edge_points(health, buses, latencies.get(edge), now)
        points = list(self._waiting)
        write(self._store, points)
        self._waiting.clear()
        return len(points)


def edge_points(health: EdgeHealth, buses: Mapping[str, str], latency: Latency | None, now: int) -> list[Point]:
    """The points of one edge, of the minute in which it was looked at.

    Args:
        health: How it is.
        buses: Instrument -> bus.
        latency: Of what was stored since the last time; None: nothing was.
        now: UTC ns.
    """
    at = now - now % MINUTE
    numbers: dict[str, float | None] = {
        "waiting": health.waiting,
        "missing": health.missing,
        "declared": health.declared,
        "rejected": health.dead_letters,
        "findings": len(health.findings),
        "silent": health.silent,
        "latency_s": latency.least_s if latency else None,
        "latency_max_s": latency.greatest_s if latency else None,
    }
    status = health.status
    if status is not None:
        numbers |= _said(status, health.status_at, now)
    found = [point(EDGE_STATUS, (health.site, health.edge), numbers, {"state": health.state}, at)]
    if status is not None and not health.silent:
        found += _buses(health, status, buses, at)
    return found


def _said(status: EdgeStatus, came_at: int, now: int) -> dict[str, float | None]:
    """What the edge said of itself last."""
    ends = min(status.certificates.values(), default=None)
    used = 1 - status.disk_free / status.disk_size if status.disk_size else None
    return {
        "clock_offset_s": (status.at - came_at) / 1e9 if status.at else None,
        "clock_unsure": status.clock == "unsure",
        "undated": status.undated,
        "disk_used": used,
        "outbox_used": status.outbox_used,
        "autonomy_s": status.autonomy_s,
        "instruments": len(status.instruments),
        "instruments_failing": _failing(status.instruments.values()),
        "certificate_days_left": None if ends is None else (ends - now) / _DAY_NS,
    }


def _buses(health: EdgeHealth, status: EdgeStatus, buses: Mapping[str, str], at: int) -> list[Point]:
    grades: defaultdict[str, list[str]] = defaultdict(list)
    for instrument, grade in status.instruments.items():
        if instrument in buses:
            grades[buses[instrument]].append(grade)
    found = []
    for bus in sorted(grades.keys() | status.bus_load.keys()):
        numbers: dict[str, float | None] = {
            "utilisation": status.bus_load.get(bus),
            "instruments": len(grades[bus]),
            "failures": _failing(grades[bus]),
        }
        found.append(point(BUS_STATUS, (health.site, health.edge, bus), numbers, {}, at))
    return found


def _failing(grades: Iterable[str]) -> int:
    return sum(grade != GOOD for grade in grades)
