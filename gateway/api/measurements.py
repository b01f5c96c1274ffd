"""What a channel rests on: its last value, its uncertainty over time, its certificate, its control chart, its findings.

Decision: the control chart of the page takes its lines from what it shows, and says so; it judges nothing else.
Because: lines that are kept belong to the chart that the edge keeps, whose findings stand here as its own.

Decision: uncertainty is drawn only where the samples can be read one by one.
Because: the stores sum up values, not uncertainties; a band from a few of them would be believed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from math import sqrt
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.messages import ChannelMeaning, Finding, InstrumentDescription
from edge_agent.wire.records import record_decoder
from gateway.api.charts import FULL, Chart, Tick, value_marks
from gateway.api.live import ChannelView, EdgeView, InstrumentView, state_of
from gateway.api.source import Service
from gateway.api.spans import NS, Span
from gateway.laboratory.in_force import InForce, in_force
from gateway.registry import RecordRow
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import folded
from gateway.timeseries import Bucket, ChannelId

MOST_ROWS = 8_000
"""So many samples are read one by one for a band."""
LEAST_WINDOWS, MOST_WINDOWS = 20, 40
_WHOLE = 0.5
"""A window with fewer than this share of the fullest one's samples is left out: its mean is of another kind."""


class Plotted(NamedTuple):
    """A point of a control chart: where it is drawn, what it is, which rules it completes."""

    x: float
    y: float
    at: int
    value: float
    fired: tuple[str, ...]


class ControlChart(NamedTuple):
    """Means of windows as individual values, with lines from themselves.

    Attributes:
        points: By time.
        line: SVG path through them.
        center: Their mean.
        sigma: Their standard deviation by moving ranges.
        lines: Lower limit, centre and upper limit: where they are drawn, and their values.
        out: How many of the points complete a rule.
        window_s: Length of a window, s.
    """

    points: tuple[Plotted, ...]
    line: str
    center: float
    sigma: float
    lines: tuple[Tick, ...]
    out: int
    window_s: float


class ChannelDepth(NamedTuple):
    """What stands beside the chart of a channel.

    Attributes:
        now: Its last value with quality and age; None: nothing of it is stored.
        certified: Its instrument and certificate; None: the registry does not know them.
        may_know: Whether who looks may know certificates at all.
        control: None: too few whole windows.
        findings: What stands about its instrument, as its edge says it.
    """

    now: ChannelView | None
    certified: InForce | None
    may_know: bool
    control: ControlChart | None
    findings: tuple[Finding, ...]


def sought(views: Iterable[EdgeView], site: str, search: str) -> list[EdgeView]:
    """The channels of a site in whose names all words stand; a word without marks finds those with them, too."""
    words = search.casefold().split()
    found = []
    for view in views:
        if site and view.health.site != site:
            continue
        if not words:
            found.append(view)
            continue
        instruments = tuple(_narrowed(one, words) for one in view.instruments)
        kept = tuple(one for one in instruments if one.channels)
        if kept:
            found.append(replace(view, instruments=kept))
    return found


def _narrowed(instrument: InstrumentView, words: Sequence[str]) -> InstrumentView:
    said = instrument.description
    kept = tuple(one for one in instrument.channels if fits(one.of, one.meaning, said, words))
    return replace(instrument, channels=kept)


def fits(
    of: ChannelId, meaning: ChannelMeaning | None, said: InstrumentDescription | None, words: Sequence[str]
) -> bool:
    """Whether all words stand in the names of a channel; they are in small letters."""
    titles = meaning.title.values() if meaning else ()
    text = " ".join([*of, *titles, said.model if said else ""]).casefold()
    bare = folded(text)
    return all(word in (bare if word == folded(word) else text) for word in words)


def uncertainty_band(service: Service, of: ChannelId, span: Span, width: int, chart: Chart, period_s: float) -> str:
    """SVG path around mean plus and minus standard uncertainty by stretch; empty: there is none, or it is too long."""
    if period_s <= 0 or (span.end - span.start) / NS / period_s > MOST_ROWS:
        return ""
    sums: dict[int, tuple[int, float, float]] = {}
    for row in service.timeseries.rows(of, span.start, span.end):
        if row.value is not None and row.u is not None:
            place = (row.at - span.start) // width
            n, value, square = sums.get(place, (0, 0.0, 0.0))
            sums[place] = n + 1, value + row.value, square + row.u**2
    if not sums:
        return ""

    def y(value: float) -> float:
        return min(FULL, max(0.0, FULL - (value - chart.low) / (chart.high - chart.low) * FULL))

    drawn = []
    for place, (n, value, square) in sorted(sums.items()):
        # Each stretch is a block of its own: where there are no samples, nothing is drawn.
        left, right = (k * width / (span.end - span.start) * FULL for k in (place, place + 1))
        mean, u = value / n, sqrt(square / n)
        drawn.append(f"M{left:.2f},{y(mean - u):.2f} H{right:.2f} V{y(mean + u):.2f} H{left:.2f} Z")
    return " ".join(drawn)


def control_chart(buckets: Sequence[Bucket], span: Span, width: int) -> ControlChart | None:
    """The chart of window means; None: too few of them hold enough samples, or they do not differ at all.

    Neighbouring buckets are joined to at most ``MOST_WINDOWS`` windows, weighted by their samples.
    """
    # NumPy comes with it: who only looks at other pages does not pay for it.
    from calibration.control_charts import individuals_chart  # noqa: PLC0415

    windows, length = _windows(buckets, span, width)
    means = [mean for _, mean in windows]
    if len(means) < LEAST_WINDOWS or max(means) == min(means):
        return None
    chart = individuals_chart(means, sigma="moving_range_d2")
    fired: dict[int, list[str]] = {}
    for finding in chart.judge(means):
        fired.setdefault(finding.index, []).append(finding.rule.name)
    points = list(chart.points(means))
    lower, center, upper = points[0].lower, points[0].center, points[0].upper
    marks = value_marks(min(*means, lower), max(*means, upper))

    def y(value: float) -> float:
        return round(FULL - (value - marks[0]) / (marks[-1] - marks[0]) * FULL, 2)

    plotted = tuple(
        Plotted(
            round((at + length / 2 - span.start) / (span.end - span.start) * FULL, 2),
            *(y(mean), at, mean, tuple(fired.get(k, ()))),
        )
        for k, (at, mean) in enumerate(windows)
    )
    return ControlChart(
        points=plotted,
        line="M" + " L".join(f"{one.x},{one.y}" for one in plotted),
        center=center,
        sigma=(upper - center) / 3,
        lines=tuple(Tick(y(value), value) for value in (lower, center, upper)),
        out=len(fired),
        window_s=length / NS,
    )


def _windows(buckets: Sequence[Bucket], span: Span, width: int) -> tuple[list[tuple[int, float]], int]:
    count = max(1, round((span.end - span.start) / width))
    joined = max(1, -(-count // MOST_WINDOWS))
    sums: dict[int, tuple[int, float]] = {}
    for bucket in buckets:
        if bucket.mean is not None:
            place = (bucket.at - span.start) // (width * joined)
            n, total = sums.get(place, (0, 0.0))
            sums[place] = n + bucket.n, total + bucket.mean * bucket.n
    fullest = max((n for n, _ in sums.values()), default=0)
    length = width * joined
    return [
        (span.start + place * length, total / n) for place, (n, total) in sorted(sums.items()) if n >= fullest * _WHOLE
    ], length


def channel_depth(
    service: Service, reader: Reader, of: ChannelId, drawn: tuple[Sequence[Bucket], Span, int], now: int, day: date
) -> ChannelDepth:
    """What stands beside the chart of a channel.

    Args:
        service: The gateway.
        reader: Who looks.
        of: Which channel.
        drawn: The buckets that the chart shows, their span and width.
        now: UTC ns.
        day: Today by the wall clock.
    """
    may_know = reader.may(Action.READ, "laboratory")
    with Session(service.engine, expire_on_commit=False) as session:
        certified = in_force(session, reader, of.site, of.edge, of.instrument, day) if may_know else None
        findings = _findings(session, of)
    return ChannelDepth(_last(service, of, now), certified, may_know, control_chart(*drawn), findings)


def _last(service: Service, of: ChannelId, now: int) -> ChannelView | None:
    described = {one.key: one for one in service.descriptions(of.site, of.edge)}.get(of.instrument)
    for last in service.timeseries.latest(of.site, of.edge):
        if (last.instrument, last.channel) == (of.instrument, of.channel):
            meaning = described.channels.get(of.channel) if described else None
            state, reason = state_of(last, described.period_s if described else 30.0, now)
            return ChannelView(of, meaning, last, state, reason, now - last.at)
    return None


def _findings(session: Session, of: ChannelId) -> tuple[Finding, ...]:
    its = RecordRow
    rows = session.scalars(
        select(its.body).where(its.site == of.site, its.edge == of.edge, its.noun == "finding").order_by(its.at.desc())
    )
    said = [record_decoder.decode(body) for body in rows]
    return tuple(
        one for one in said if isinstance(one, Finding) and not one.over and of.instrument in one.key.split(".")[1:]
    )
