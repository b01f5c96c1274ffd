"""What a person reads off a control chart: what stands, how capable the process is. By SQLite alone, from any thread.

Imports the library of control charts; the screen imports this where there are charts to show.
"""

from collections.abc import Sequence
from typing import NamedTuple

from calibration.control_charts import Capability, Rule, UnstableError, capability
from edge_agent.oee.chart_book import About, ChartPoint, ChartReader, ChartState, Fired
from edge_agent.oee.chart_texts import rule_of
from edge_agent.oee.live_chart import estimator_of, samples_of, scheme_of

NEEDED, NEEDED_SINGLE = 25, 30
"""Points without a rule, of subgroups and of single values, before capability is spoken of."""
CONFIDENCE = 0.95


class Trouble(NamedTuple):
    """A rule that a point completes.

    Attributes:
        on: Name of the plot.
        rule: Its test, how many of how many, beyond how many sigma.
        direction: On which side, or which way.
        since: Time of the pattern's first point that is still known, UTC ns.
        at: Time of the point that completes it.
    """

    on: str
    rule: Rule
    direction: str
    since: int
    at: int


class Refusal(NamedTuple):
    """Why nothing is said of capability.

    Attributes:
        why: ``no_specification``, ``no_lines``, ``fired`` (too few points since), ``too_few``, ``unstable``
            (judged by its own lines, since those of the chart come from a bad base) or ``no_spread``.
        points: Points that there are.
        needed: Points that there must be.
    """

    why: str
    points: int = 0
    needed: int = 0


class ChartPicture(NamedTuple):
    """One control chart as it stands.

    Attributes:
        about: What it is of.
        state: Where it stands.
        points: Its last points; those of a base that gives no lines yet have none.
        estimator: How sigma was found, or will be.
        troubles: By number of the point: the rules that it completes.
        capability: Of the points since the last rule fired; None: ``refusal`` says why.
        refusal: None: there is a capability.
    """

    about: About
    state: ChartState
    points: list[ChartPoint]
    estimator: str
    troubles: dict[int, list[Trouble]]
    capability: Capability | None
    refusal: Refusal | None

    @property
    def standing(self) -> list[Trouble]:
        """What is wrong now: the rules that the last point with any completes; empty: nothing."""
        last = max(self.troubles, default=None)
        return self.troubles[last] if self.state.told and last is not None else []

    @property
    def late_s(self) -> float:
        """After so long without a value it is worth a word, s."""
        return (self.about.chart.every_s or 0.0) + max(10 * self.about.period_s, 60.0)


def read_charts(reader: ChartReader) -> list[ChartPicture]:
    """All control charts of an edge, in the order of its configuration."""
    return [_picture(*one) for one in reader.charts()]


def _picture(about: About, state: ChartState, points: list[ChartPoint]) -> ChartPicture:
    times = {point.number: point.since for point in points}
    troubles = {point.number: [_trouble(one, point, times) for one in point.fired] for point in points if point.fired}
    found = capability_of(about, state, points)
    return ChartPicture(
        about,
        state,
        points,
        state.lines.estimator if state.lines else estimator_of(about.chart),
        troubles,
        found if isinstance(found, Capability) else None,
        found if isinstance(found, Refusal) else None,
    )


def _trouble(one: Fired, point: ChartPoint, times: dict[int, int]) -> Trouble:
    return Trouble(one.on, rule_of(one.rule), one.direction, times.get(one.start, point.since), point.at)


def capability_of(about: About, state: ChartState, points: Sequence[ChartPoint]) -> Capability | Refusal:
    """Capability of the points since the last that broke a rule.

    Decision: stable is what the chart itself saw: no rule at the last 25 points (30 of single values), by its lines.
    Because: judged anew by lines of their own, two of three stable stretches of 100 values are refused by chance.
    Instead of: a capability that comes and goes by itself. Only where a rule fired on the base are they judged anew.
    """
    chart = about.chart
    if chart.lower is None and chart.upper is None:
        return Refusal("no_specification")
    needed = NEEDED_SINGLE if chart.n == 1 else NEEDED
    if state.lines is None:
        return Refusal("no_lines", state.points - state.base_from, chart.base)
    broken = max((k for k, point in enumerate(points) if point.fired), default=-1)
    stretch = points[broken + 1 :]
    if len(stretch) < needed:
        return Refusal("fired" if broken >= 0 else "too_few", len(stretch), needed)
    rules = scheme_of(chart) if state.lines.base_broke else ()
    try:
        return capability(
            samples_of(stretch),
            sigma=estimator_of(chart),
            lower=chart.lower,
            upper=chart.upper,
            confidence=CONFIDENCE,
            rules=rules,
        )
    except UnstableError:
        return Refusal("unstable", len(stretch), needed)
    except ValueError:
        return Refusal("no_spread", len(stretch), needed)
