"""Figures of a work unit, three times: from the samples that are stored, from the registry, from the time series."""

import json
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from chain import EDGE, SITE, Chain, Listener
from ledger import Channel, Stored
from press import IDEAL_CYCLE_S, S

from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.evaluation import Evaluation, ProductSpan, evaluate
from edge_agent.kpi.evidence import Counter, Evidence
from edge_agent.kpi.inference import infer_states
from edge_agent.kpi.timeline import Limits, Plan
from edge_agent.wire import topics
from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.records import record_decoder
from edge_agent.wire.schema import SECONDS
from edge_agent.wire.shop_floor import Elements
from gateway.timeseries.points import TAGS_OF, Point

MINUTE = 60 * S
MICRO_STOP_S, MAX_GAP_S, STOP_AFTER_S = 2.0, 0.6, 1.0
LIMITS = Limits(int(MICRO_STOP_S * S), int(MAX_GAP_S * S))
COUNTS = ("total", "reject", "rework", "unplanned", "unattributed", "no_product", "failures")
_EVER = 2**61


class Figures(NamedTuple):
    """All that adds up of one nominal bucket: ns by bucket of the time model, pieces, failures."""

    ns: tuple[int, ...]
    counts: Mapping[str, int]
    failing_ns: int


class Unit(NamedTuple):
    """A work unit of the press: role -> channel of its counters, and the channels of its state, if it has any."""

    counters: Mapping[str, str]
    running: str = ""
    fault: str = ""


# ------------------------------------------------------------------ from samples


def good_rows(chain: Chain, channel: str, until: int) -> list[Stored]:
    """What is stored of a channel of the press until an instant, without what could not be read."""
    rows = chain.rows(Channel("press-1", channel))
    return [row for row in rows if row.value is not None and row.at < until]


def at_once(chain: Chain, unit: Unit, until: int) -> Evaluation:
    """What the time model makes of all samples that are stored until an instant, without having seen any before."""
    readings = {role: good_rows(chain, channel, until) for role, channel in unit.counters.items()}
    heard = _times(next(iter(readings.values())))
    rate = Fraction(3) / Fraction(str(IDEAL_CYCLE_S))
    counters = tuple(
        Counter(role, role, _times(rows), np.array([round(row.value or 0) for row in rows]), rate, 2**32)
        for role, rows in readings.items()
    )
    if unit.running:
        event_at, states = heard, _reported(chain, unit, until)
    else:
        [rows] = readings.values()
        pieces = np.array([b.at for a, b in pairwise(rows) if a.value != b.value])
        event_at, states = infer_states(pieces, int(STOP_AFTER_S * S), int(heard[0]), int(heard[-1]))
    always = np.array([(-_EVER, _EVER)])
    evidence = Evidence(event_at=event_at, event_state=states, counters=counters, heartbeat_at=heard)
    plan = Plan(always, np.empty((0, 2), dtype=np.int64))
    return evaluate(evidence, plan, [ProductSpan("LID-10", -_EVER, _EVER, IDEAL_CYCLE_S)], LIMITS)


def of_minutes(evaluation: Evaluation, minutes: Sequence[int]) -> dict[int, Figures]:
    """The figures of nominal buckets, by their start."""
    found = evaluation.elements(np.array([(start, start + MINUTE) for start in minutes]))
    return {
        start: Figures(one.ns, {name: getattr(one, name) for name in COUNTS}, one.failing_ns)
        for start, one in zip(minutes, found, strict=True)
    }


class Stopped(NamedTuple):
    """A stop that is over and no minor one."""

    since: int
    until: int
    kind: str


def stops_at_once(evaluation: Evaluation) -> list[Stopped]:
    """What of the timeline is a stop that somebody is asked about, in order of time."""
    stops = evaluation.timeline.stops
    return [
        Stopped(int(since), int(until), "FAULT" if fault else "STOP")
        for since, until, fault, minor in zip(stops.since, stops.until, stops.has_fault, stops.is_minor, strict=True)
        if not minor
    ]


def stops_in_registry(chain: Chain, unit: str) -> list[Stopped]:
    """The stops of a work unit that are over and in force."""
    rows = chain.asked(
        f"SELECT since, until, kind FROM stop WHERE work_unit = '{unit}' AND NOT gone AND until NOT NULL ORDER BY since"
    )
    return [Stopped(*row) for row in rows]


def silent_ns(times: Sequence[int], since: int, until: int) -> int:
    """How much of a stretch lies in silences, and before the first sample."""
    gaps = [(since, times[0]), *((a, b) for a, b in pairwise(times) if b - a > MAX_GAP_S * S)]
    return sum(max(min(b, until) - max(a, since), 0) for a, b in gaps)


def _times(rows: Sequence[Stored]) -> np.ndarray:
    return np.array([row.at for row in rows], dtype=np.int64)


def _reported(chain: Chain, unit: Unit, until: int) -> np.ndarray:
    running, fault = good_rows(chain, unit.running, until), good_rows(chain, unit.fault, until)
    states = [
        Bucket.FAULT if broken.value else Bucket.RUN if runs.value else Bucket.STOP
        for runs, broken in zip(running, fault, strict=True)
    ]
    return np.array(states, dtype=np.int8)


# ------------------------------------------------------------------ from the registry and from points


def in_registry(chain: Chain, unit: str) -> dict[int, Figures]:
    """The elements of a work unit, its parts summed by nominal bucket."""
    times = ", ".join(f"sum({bucket.name.lower()}_ns)" for bucket in BUCKETS)
    counts = ", ".join(f"sum({name})" for name in COUNTS)
    rows = chain.asked(
        f"SELECT since, sum(failing_ns), {times}, {counts} FROM element WHERE work_unit = '{unit}' GROUP BY since"
    )
    n = 2 + len(BUCKETS)
    return {row[0]: Figures(row[2:n], dict(zip(COUNTS, row[n:], strict=True)), row[1]) for row in rows}


def in_points(points: Iterable[Point], unit: str) -> dict[int, Figures]:
    """The same from points of the measurement ``element``."""
    fields = [*(SECONDS[bucket.name] for bucket in BUCKETS), *COUNTS, "failing_s"]
    sums: defaultdict[int, dict[str, float]] = defaultdict(lambda: dict.fromkeys(fields, 0.0))
    for point in points:
        if point.tags[2] == unit:
            for name in fields:
                sums[point.at][name] += point.numbers[name]
    return {
        at: Figures(
            tuple(round(one[SECONDS[bucket.name]] * S) for bucket in BUCKETS),
            {name: round(one[name]) for name in COUNTS},
            round(one["failing_s"] * S),
        )
        for at, one in sums.items()
    }


def said(listener: Listener) -> dict[str, list[Elements]]:
    """Key -> every revision of a nominal bucket that went over the broker, each once, in their order."""
    found: defaultdict[str, dict[int, Elements]] = defaultdict(dict)
    for heard in listener.of(topics.RECORD):
        for line in open_sealed(heard.payload).body.split(b"\n"):
            record = record_decoder.decode(line)
            if isinstance(record, Elements):
                known = found[record.key].setdefault(record.revision, record)
                assert known.parts == record.parts, f"{SITE}/{EDGE}: two revisions {record.revision} of {record.key}"
    return {key: [one[revision] for revision in sorted(one)] for key, one in found.items()}


def points_in_influx(url: str, measurement: str) -> list[Point]:
    """All points of a measurement, asked as Grafana asks."""
    query = urllib.parse.urlencode({"db": "nhipdo", "epoch": "ns", "q": f'SELECT * FROM "{measurement}" GROUP BY *'})
    with urllib.request.urlopen(f"{url}/query?{query}", timeout=20) as answer:
        [result] = json.loads(answer.read())["results"]
    points = []
    for one in result.get("series", ()):
        tags = tuple(one["tags"][name] for name in TAGS_OF[measurement])
        for at, *cells in one["values"]:
            row = {name: cell for name, cell in zip(one["columns"][1:], cells, strict=True) if cell is not None}
            texts = {name: cell for name, cell in row.items() if isinstance(cell, str)}
            numbers = {name: float(cell) for name, cell in row.items() if name not in texts}
            points.append(Point(measurement, tags, numbers, texts, at))
    return points
