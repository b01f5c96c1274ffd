"""What the page of live values shows, before it is worded: edges, their instruments, their channels.

Decision: a sparkline is asked for once in ``SPARK_STEP_S`` and kept, at most ``SPARKS_AT_ONCE`` of them a request.
Because: the page asks again every two seconds, and an edge may have a thousand channels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription, Text
from edge_agent.wire.schema import BAD, GOOD, UNCERTAIN
from gateway.api.charts import spark
from gateway.api.source import Service
from gateway.api.spans import NS, Span
from gateway.health import EdgeHealth
from gateway.timeseries import ChannelId, Latest, TimeSeries

NO_DATA = "none"
STATES = (GOOD, UNCERTAIN, BAD, NO_DATA)
OLD_PERIODS, OLD_AT_LEAST_S = 3, 15
"""A figure is old after so many periods, and not before so many seconds: a forwarded message takes its time."""
UNKNOWN_PERIOD_S = 30.0
SPARK_S, SPARK_STEP_S = 600, 10
SPARKS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel as it stands.

    Attributes:
        of: Which.
        meaning: None when the edge never described it.
        latest: None when nothing of it is stored.
        state: ``good``, ``uncertain``, ``bad``, or ``none`` when there is nothing, or nothing recent.
        reason: What stands after the grade in its quality; empty when there is none.
        age: Of the last sample, ns.
        spark: SVG path of the last ten minutes.
        text: What a text channel shows; it is said when it changes, so it does not age.
    """

    of: ChannelId
    meaning: ChannelMeaning | None
    latest: Latest | None
    state: str
    reason: str
    age: int
    spark: str = ""
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class InstrumentView:
    """One instrument; ``description`` is None when the edge never described it."""

    name: str
    description: InstrumentDescription | None
    channels: tuple[ChannelView, ...]


@dataclass(frozen=True, slots=True)
class EdgeView:
    """One edge and what hangs on it."""

    health: EdgeHealth
    instruments: tuple[InstrumentView, ...]


def state_of(latest: Latest | None, period_s: float, now: int) -> tuple[str, str]:
    """State and reason of a last sample.

    >>> state_of(Latest("m", "power", 0, None, None, "bad.no_reply"), 1.0, 10**9)
    ('bad', 'no_reply')
    >>> state_of(Latest("m", "power", 0, 1.0, None, "good"), 1.0, 60 * 10**9)
    ('none', 'old')
    """
    if latest is None:
        return NO_DATA, ""
    if now - latest.at > max(OLD_PERIODS * period_s, OLD_AT_LEAST_S) * NS:
        return NO_DATA, "old"
    grade, _, reason = latest.quality.partition(".")
    return (grade, reason) if grade in STATES else (UNCERTAIN, latest.quality)


def edge_view(service: Service, health: EdgeHealth, now: int, sparks: "Sparks | None" = None) -> EdgeView:
    """All that the page says about one edge."""
    latest: dict[str, dict[str, Latest]] = {}
    for last in service.timeseries.latest(health.site, health.edge):
        latest.setdefault(last.instrument, {})[last.channel] = last
    described = {d.key: d for d in service.descriptions(health.site, health.edge)}
    texts = {text.key: text for text in service.texts(health.site, health.edge)}
    names = [*described, *sorted(latest.keys() - described.keys())]
    drawn = sparks.of_edge(service.timeseries, health, described, latest, now) if sparks else {}
    return EdgeView(
        health,
        tuple(
            _instrument(health, name, described.get(name), latest.get(name, {}), texts, now, drawn) for name in names
        ),
    )


def _instrument(
    health: EdgeHealth,
    name: str,
    description: InstrumentDescription | None,
    latest: Mapping[str, Latest],
    texts: Mapping[str, Text],
    now: int,
    drawn: Mapping[ChannelId, str],
) -> InstrumentView:
    meanings = description.channels if description else {}
    period_s = description.period_s if description else UNKNOWN_PERIOD_S
    channels = []
    for channel in [*meanings, *sorted(latest.keys() - meanings.keys())]:
        last = latest.get(channel)
        state, reason = state_of(last, period_s, now)
        of = ChannelId(health.site, health.edge, name, channel)
        age = now - last.at if last else 0
        text = texts.get(f"{name}.{channel}")
        if text:
            # It does not age; but nobody knows what a silent edge's instrument shows now.
            state, reason = (NO_DATA, "old") if health.silent else (GOOD, "")
            age = now - text.at
        channels.append(ChannelView(of, meanings.get(channel), last, state, reason, age, drawn.get(of, ""), text))
    return InstrumentView(name, description, tuple(channels))


class Sparks:
    """Sparklines that were drawn a moment ago; any thread may ask."""

    def __init__(self) -> None:
        self._drawn: dict[ChannelId, tuple[int, str]] = {}
        self._lock = Lock()

    def of_edge(
        self,
        timeseries: TimeSeries,
        health: EdgeHealth,
        described: Mapping[str, InstrumentDescription],
        latest: Mapping[str, Mapping[str, Latest]],
        now: int,
    ) -> dict[ChannelId, str]:
        """Channel -> SVG path; a channel whose turn has not come yet shows its last one, or none."""
        step = SPARK_STEP_S * NS
        end = (now // step + 1) * step
        span = Span(end - SPARK_S * NS, end)
        every = [ChannelId(health.site, health.edge, i, c) for i, channels in latest.items() for c in channels]
        with self._lock:
            due = [(self._drawn.get(of, (0, ""))[0], of) for of in every]
        for drawn_to, of in sorted(due)[:SPARKS_AT_ONCE]:
            if drawn_to == end:
                break
            period_s = described[of.instrument].period_s if of.instrument in described else 0.0
            path = self._draw(timeseries, of, span, period_s)
            with self._lock:
                self._drawn[of] = (end, path)
        with self._lock:
            return {of: self._drawn[of][1] for of in every if of in self._drawn}

    @staticmethod
    def _draw(timeseries: TimeSeries, of: ChannelId, span: Span, period_s: float) -> str:
        buckets = timeseries.series(of, span.start, span.end, SPARK_S // SPARK_STEP_S)
        return spark(span, buckets, SPARK_STEP_S * NS, period_s)


def unit_of(descriptions: Sequence[InstrumentDescription], of: ChannelId) -> str:
    """UCUM code of a channel; empty when the edge never described it."""
    for description in descriptions:
        if description.key == of.instrument and of.channel in description.channels:
            return description.channels[of.channel].unit
    return ""
