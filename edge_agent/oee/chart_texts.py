"""What a control chart tells a person: who, what, which value against which lines, what to do."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from calibration.control_charts import LIMITS, NELSON, WESTERN_ELECTRIC, Rule
from edge_agent.oee.chart_book import About, ChartPoint, Fired, Lines, Plotted

_RULES: Mapping[str, Rule] = {rule.name: rule for rule in (*LIMITS, *WESTERN_ELECTRIC, *NELSON)}
_SHOWN = {
    "individuals": "the value",
    "x_bar": "the mean",
    "range": "the range",
    "s": "the standard deviation",
    "ewma": "the moving average",
    "cusum": "the cumulative sum (in standard deviations)",
}
_SPREADS = ("range", "s")
_ADVICE = {
    "limits": "Look for what happened just then: tool, material, setting, measurement.",
    "side": "Look for what has shifted since {since}: tool, material, setting, measurement.",
    "trend": "Look for what wears, warms up or clogs since {since}.",
    "alternating": "Look for two sources that take turns, or for somebody who corrects after every value.",
    "within": "Look for two sources mixed in one subgroup, an instrument that sticks, or a spread that became smaller.",
    "both_sides": "Look for two sources on one chart: machines, cavities, batches.",
}
_ADVICE_SPREAD = {
    "above": "Look for what makes values scatter: loose parts, mixed material, measurement.",
    "below": "Look for an instrument that sticks, or for what made the process steadier.",
}
_ADVICE_SHIFT = "Look for a small shift that lasts; it began before this point."
_MOST_TOLD = 8


def rule_of(name: str) -> Rule:
    """A rule by its name."""
    return _RULES[name]


def fired(
    about: About, lines: Lines, point: ChartPoint, news: Sequence[Fired], starts: Mapping[int, int] | None = None
) -> str:
    """Rules that a point completes.

    Args:
        about: Whose chart.
        lines: Its lines.
        point: The point.
        news: Those of its rules that are told.
        starts: Number of a point -> its time, UTC ns, for those that are still known.
    """
    what = "; ".join(_rule(one) for one in news)
    shown = "; ".join(dict.fromkeys(_against(one.on, point) for one in news))
    since = min((starts or {}).get(one.start, point.since) for one in news)
    do = " ".join(dict.fromkeys(_advice(one).format(since=moment(since)) for one in news))
    return f"{_who(about)}: {what}. At {moment(point.at)} {shown}{_sigma(lines)}. {do}"


def quiet(about: About, lines: Lines, point: ChartPoint, points: int) -> str:
    """A trouble has ended."""
    on = {"individuals": "individuals", "ewma": "ewma", "cusum": "cusum"}.get(about.chart.kind, "x_bar")
    return (
        f"{_who(about)}: no rule fired at the last {points} points. At {moment(point.at)} {_against(on, point)}"
        f"{_sigma(lines)}. Write down what the cause was and what was done."
    )


def no_base(about: About, why: str) -> str:
    """The base gives no lines."""
    return f"{_who(about)}: its base gives no lines: {why} A new base is being taken."


def bad_base(about: About, broken: Sequence[ChartPoint]) -> str:
    """The base itself is out of control."""
    told = "; ".join(f"{moment(point.at)} {', '.join(map(_rule, point.fired))}" for point in broken[:_MOST_TOLD])
    more = f"; and {len(broken) - _MOST_TOLD} more" if len(broken) > _MOST_TOLD else ""
    points = "1 point" if len(broken) == 1 else f"{len(broken)} points"
    return (
        f"{_who(about)}: {points} of the base broke a rule, so its lines may be wrong: {told}{more}. "
        "Find the cause, then state centre and sigma, or take another base; where neighbours are alike, raise every_s."
    )


def good_base(about: About, lines: Lines) -> str:
    """A base gives lines after one did not."""
    return f"{_who(about)}: has its lines now: centre {lines.center:.6g}{_sigma(lines)}."


def begun_anew(about: About) -> str:
    """The chart whose trouble was told is no more."""
    return f"{_who(about)}: its control chart ({about.chart.kind}) was set up anew, so what it told before is over."


def moment(at: int) -> str:
    """A time in UTC.

    >>> moment(1_772_406_000_000_000_000)
    '2026-03-01T23:00:00Z'
    """
    return f"{datetime.fromtimestamp(at // 10**9, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _who(about: About) -> str:
    unit = f" ({about.unit})" if about.unit not in ("", "1") else ""
    return about.chart.channel + unit


def _rule(one: Fired) -> str:
    rule = _RULES[one.rule]
    way = f", {one.direction}" if rule.test in ("limits", "side", "trend") else ""
    where = {"range": " on the chart of ranges", "s": " on the chart of standard deviations"}.get(one.on, "")
    return f"{rule}{way}{where} ({rule.name})"


def _against(on: str, point: ChartPoint) -> str:
    plotted: Plotted | None = point.spread if on in _SPREADS else point.place
    assert plotted is not None, "only a point with lines is told of"
    value = f"{plotted.value:.6g}"
    if on == "cusum":
        value = f"{plotted.value:.6g} up, {plotted.low:.6g} down"
    return f"{_SHOWN[on]} is {value}, limits {plotted.lower:.6g} to {plotted.upper:.6g} around {plotted.center:.6g}"


def _sigma(lines: Lines) -> str:
    return f" (sigma {lines.sigma:.6g}, {lines.estimator})"


def _advice(one: Fired) -> str:
    if one.on in _SPREADS:
        return _ADVICE_SPREAD[one.direction]
    return _ADVICE_SHIFT if one.on in ("ewma", "cusum") else _ADVICE[_RULES[one.rule].test]
