"""One control chart at work: values into subgroups, subgroups into points, points before the rules.

Decision: a rule that fires anew while its trouble stands is not told a second time; what has not fired yet is.
Because: a process at the limit crosses it at every other point, and nobody reads the hundredth message.
Instead of: a message at every point that completes a rule.

Decision: a CUSUM starts from zero after it has signalled.
Because: nobody says at the edge when the cause is gone, and a sum that goes on would take as long to come back.
Instead of: a chart that stays beyond its limit for hours after the repair.

Decision: runs go on over a gap; only the open subgroup is abandoned.
Because: the lines stand, and a process that is on the same side after a break is shifted still.
Instead of: a chart that a short silence every minute keeps blind.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from calibration.control_charts import (
    LIMITS,
    NELSON,
    WESTERN_ELECTRIC,
    Chart,
    Cusum,
    Estimator,
    Ewma,
    Means,
    Plot,
    Point,
    Ranges,
    Rule,
    Sigma,
    StandardDeviations,
    Watch,
    WatchMemory,
    estimate_sigma,
)
from calibration.control_charts import Finding as Complete
from edge_agent.config.shop_tables import ChartConfig
from edge_agent.oee import chart_texts
from edge_agent.oee.chart_book import POINTS, About, ChartBook, ChartPoint, ChartState, Fired, Lines, Plotted
from edge_agent.wire.messages import Finding

NS = 10**9
QUIET = 15
"""So many points without a rule end a trouble."""
LATE_PERIODS = 3
"""A value that is later than so many periods of its instrument leaves a gap."""
KIND, BASE_KIND = "control_chart", "control_chart_base"
_SCHEMES = {"limits": LIMITS, "western_electric": WESTERN_ELECTRIC, "nelson": NELSON}


def estimator_of(chart: ChartConfig) -> Estimator:
    """By which estimator a chart takes sigma from its base."""
    if chart.kind == "xbar_s":
        return "mean_s_c4"
    return "moving_range_d2" if chart.n == 1 else "mean_range_d2"


def scheme_of(chart: ChartConfig) -> tuple[Rule, ...]:
    """The rules that were asked for."""
    return _SCHEMES[chart.rules]


def samples_of(points: Sequence[ChartPoint]) -> Any:
    """Subgroups as the library takes them: single values flat."""
    return [point.values[0] if len(point.values) == 1 else point.values for point in points]


def charts_of(chart: ChartConfig, lines: Lines) -> tuple[Chart, Chart | None]:
    """The chart of means, averages or sums, and the one of ranges or standard deviations if there is one."""
    sigma = Sigma(lines.sigma, lines.estimator, lines.dof)
    scheme = scheme_of(chart)
    if chart.kind == "ewma":
        return Chart(Ewma(lines.center, sigma), scheme), None
    if chart.kind == "cusum":
        return Chart(Cusum(lines.center, sigma), scheme), None
    if chart.kind == "individuals":
        return Chart(Means(lines.center, sigma, name="individuals"), scheme), None
    spread: Plot = Ranges(sigma) if chart.kind == "xbar_r" else StandardDeviations(sigma)
    return Chart(Means(lines.center, sigma), scheme), Chart(spread, LIMITS)


class LiveChart:
    """Belongs to the recorder, inside its transaction.

    Args:
        name: Of its rows.
        about: What it is of.
        state: Where it stands; changed in place.
        book: Where its points are written.
    """

    def __init__(self, name: str, about: About, state: ChartState, book: ChartBook) -> None:
        self.name = name
        self.about = about
        self.state = state
        self._book = book
        self._chart = about.chart
        period_ns = round(about.period_s * NS)
        # Half a period early counts as due: polls jitter, and a value would be left out now and then.
        self._every_ns = round((self._chart.every_s or 0.0) * NS)
        self._due_ns = max(self._every_ns - period_ns // 2, 1)
        self._late_ns = self._every_ns + LATE_PERIODS * period_ns
        self._place: Watch | None = None
        self._spread: Watch | None = None
        if state.lines is None and self._chart.centre is not None and self._chart.sigma is not None:
            state.lines = Lines(self._chart.centre, *_parts(Sigma.stated(self._chart.sigma)))
        if state.lines is not None:
            self._watch(state.lines)

    def is_due(self, at: int) -> bool:
        """Whether a value of this instant belongs on the chart."""
        return at - self.state.last >= self._due_ns

    def take(self, at: int, value: float) -> Iterator[Finding]:
        """The next value, which is due and good."""
        state = self.state
        gap = state.last > 0 and at - state.last > self._late_ns
        state.last = at
        if gap and state.group:
            state.abandoned += 1
            state.group = []
        if not state.group:
            state.group_since, state.group_gap = at, state.group_gap or gap
        state.group = [*state.group, value]
        if len(state.group) < self._chart.n:
            return
        point = ChartPoint(state.points, state.group_since, at, state.group, state.group_gap and state.points > 0)
        state.points += 1
        state.group, state.group_gap = [], False
        yield from self._plot(point) if state.lines else self._take_base(point)

    def step_back(self) -> None:
        """The clock was set back: go on from wherever the next value stands."""
        self.state.last, self.state.behind = 0, 0
        self.state.abandoned += bool(self.state.group)
        self.state.group, self.state.group_gap = [], True

    def remember(self) -> ChartState:
        """The state, with what the watches must not forget."""
        self.state.place = msgspec.to_builtins(self._place.memory) if self._place else None
        self.state.spread = msgspec.to_builtins(self._spread.memory) if self._spread else None
        return self.state

    # ------------------------------------------------------------------ the base

    def _take_base(self, point: ChartPoint) -> Iterator[Finding]:
        self._book.plot(self.name, [msgspec.structs.replace(point, base=True)])
        state = self.state
        if state.points - state.base_from < self._chart.base:
            return
        base = self._book.points(self.name, state.base_from)
        try:
            sigma = estimate_sigma(samples_of(base), estimator_of(self._chart))
        except ValueError as error:
            self._book.forget(self.name, state.points)
            state.base_from = state.points
            state.base_told = True
            yield self._finding(BASE_KIND, chart_texts.no_base(self.about, str(error)))
            return
        center = sum(point.mean for point in base) / len(base)  # subgroups are of one size
        lines = Lines(center, *_parts(sigma))
        yield from self._judge_base(base, lines)

    def _judge_base(self, base: Sequence[ChartPoint], lines: Lines) -> Iterator[Finding]:
        """Draw the base, say what is wrong with it, and begin to watch."""
        charts = [chart for chart in charts_of(self._chart, lines) if chart is not None]
        samples, first = samples_of(base), base[0].number
        fired: dict[int, list[Fired]] = {}
        for chart in charts:
            for one in chart.judge(samples):
                fired.setdefault(first + one.index, []).append(_fired(one, first))
        plotted = [[_plotted(point) for point in chart.points(samples)] for chart in charts]
        drawn = [
            msgspec.structs.replace(
                point,
                place=plotted[0][k],
                spread=plotted[1][k] if len(plotted) > 1 else None,
                fired=tuple(fired.get(point.number, ())),
            )
            for k, point in enumerate(base)
        ]
        self._book.plot(self.name, drawn)
        self._book.forget(self.name, self.state.points - POINTS)
        self.state.lines = msgspec.structs.replace(lines, base_broke=bool(fired))
        self._watch(lines)
        if fired:
            self.state.base_told = True
            yield self._finding(BASE_KIND, chart_texts.bad_base(self.about, [one for one in drawn if one.fired]))
        elif self.state.base_told:
            self.state.base_told = False
            yield self._finding(BASE_KIND, chart_texts.good_base(self.about, lines), over=True)

    def _watch(self, lines: Lines) -> None:
        place, spread = charts_of(self._chart, lines)
        self._place = _resume(place, self.state.place)
        self._spread = _resume(spread, self.state.spread) if spread else None

    # ------------------------------------------------------------------ after the base

    def _plot(self, point: ChartPoint) -> Iterator[Finding]:
        (sample,) = samples_of([point])
        assert self._place is not None
        judged = self._place.see(sample)
        fired = [_fired(one, point.number - judged.index) for one in judged.findings]
        if self._chart.kind == "cusum" and fired:
            self._place = Watch(self._place.chart)
        spread: Plotted | None = None
        if self._spread is not None:
            beside = self._spread.see(sample)
            spread = _plotted(beside.point)
            fired += [_fired(one, point.number - beside.index) for one in beside.findings]
        point = msgspec.structs.replace(point, place=_plotted(judged.point), spread=spread, fired=tuple(fired))
        self._book.plot(self.name, [point])
        self._book.forget(self.name, point.number + 1 - POINTS)
        yield from self._tell(point)

    def _tell(self, point: ChartPoint) -> Iterator[Finding]:
        state = self.state
        news = [one for one in point.fired if one.begins and _tag(one) not in state.told]
        state.quiet = 0 if point.fired else state.quiet + 1
        if news:
            state.told = [*state.told, *map(_tag, news)]
            starts = {one.number: one.since for one in self._book.points(self.name, min(n.start for n in news))}
            yield self._finding(KIND, chart_texts.fired(self.about, self._lines, point, news, starts))
        elif state.told and state.quiet >= QUIET:
            state.told = []
            yield self._finding(KIND, chart_texts.quiet(self.about, self._lines, point, QUIET), over=True)

    @property
    def _lines(self) -> Lines:
        assert self.state.lines is not None
        return self.state.lines

    def _finding(self, kind: str, text: str, *, over: bool = False) -> Finding:
        return Finding(key=f"{kind}.{self.about.key}", kind=kind, text=text, over=over)


def _parts(sigma: Sigma) -> tuple[float, str, float]:
    return sigma.value, sigma.estimator, sigma.dof


def _resume(chart: Chart, kept: dict[str, Any] | None) -> Watch:
    """The watch goes on; one whose memory is of another version of the rules starts with the same lines."""
    if kept is None:
        return Watch(chart)
    try:
        return Watch(chart, msgspec.convert(kept, WatchMemory))
    except ValueError:  # msgspec's errors of conversion are of this kind, too
        return Watch(chart)


def _fired(one: Complete, first: int) -> Fired:
    return Fired(one.chart, one.rule.name, one.direction, first + one.start, one.begins)


def _tag(one: Fired) -> str:
    return f"{one.on} {one.rule} {one.direction}"


def _plotted(point: Point) -> Plotted:
    return Plotted(point.value, point.low, point.center, point.lower, point.upper)
