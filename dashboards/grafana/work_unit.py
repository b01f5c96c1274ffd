"""Work unit: one machine, minute by minute, and whether its cycle is in control."""

from grafana_foundation_sdk.builders import timeseries

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Choice, Line, Section
from dashboards.grafana.choices import SITE, WORK_UNIT, changeovers, products, stops
from dashboards.grafana.elements import (
    BUCKETS,
    COVERAGE,
    CYCLE,
    IDEAL_CYCLE,
    NOMINAL_S,
    RATIOS,
    TOTAL,
    UNITS,
    of_buckets,
)
from dashboards.grafana.influxql import INTERVAL, TIME, chosen, tag_values
from dashboards.grafana.language import Language
from dashboards.grafana.panels import (
    BLUE,
    GREEN,
    GREY,
    RED,
    Asked,
    bars,
    coloured,
    curves,
    figures,
    states,
)
from dashboards.grafana.site import ENOUGH, STATE_COLOURS, STATES, ratio_of, stops_of
from edge_agent.wire.schema import ELEMENT, SECONDS, WORK_UNIT_STATE

_BUCKET = f"time({NOMINAL_S}s)"
_EVERY = "10m"
_UNTOLD_MS = 11 * 60 * 1000
"""A work unit that is told of has a state every ten minutes at least, `WORK_UNIT_STATE` of the schema."""
_PRODUCT = Choice("product", tag_values(ELEMENT, "product", UNITS), is_many=True)
_OF_PRODUCT = (*UNITS, chosen("product"))
_LIMIT = 2.66
"""3 / 1.128: three standard deviations from the mean moving range of two (Montgomery, individuals chart)."""


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "work_unit",
        [SITE, WORK_UNIT, _PRODUCT],
        [stops(say), changeovers(say), products()],
        [
            Section("work_unit.now", [_figures(say), Line(5, [(_state(say), 24)]), Line(9, [(_minutes(say), 24)])]),
            Section("work_unit.rate", [Line(9, [(_oee(say), 12), (_cycle(say), 12)]), Line(9, [(_chart(say), 24)])]),
            Section("work_unit.why", [Line(10, [(stops_of(say, "work_unit.stops"), 24)])]),
        ],
        since="now-24h",
        refresh="1m",
    )


def _figures(say: Language) -> Line:
    ratios = [ratio_of(say, one, ELEMENT) for one in RATIOS]
    return Line(
        5,
        [
            (figures(say, "work_unit.oee", ratios, "1"), 14),
            (figures(say, "work_unit.coverage", [ratio_of(say, COVERAGE, ELEMENT)], "1", ENOUGH), 4),
            (figures(say, "work_unit.cycles", [ratio_of(say, one, ELEMENT) for one in _CYCLES], "s"), 6),
        ],
    )


_CYCLES = (CYCLE, IDEAL_CYCLE)


def _state(say: Language) -> object:
    query = influxql.rows(WORK_UNIT_STATE, {'"state_code"': "state"}, UNITS, influxql.group(["work_unit"]))
    return states(say, "work_unit.state", [Asked(query, "$tag_work_unit")], STATES, longest_ms=_UNTOLD_MS)


def _minutes(say: Language) -> object:
    named = {say(f"state.{bucket}"): (SECONDS[bucket],) for bucket in BUCKETS}
    query = influxql.sums(ELEMENT, named, UNITS, [INTERVAL], factor=1 / 60)
    panel = bars(say, "work_unit.minutes", [Asked(query, "$col")], "min", every=_EVERY, is_stacked=True)
    return coloured(panel, {say(f"state.{bucket}"): STATE_COLOURS[bucket] for bucket in BUCKETS})


def _oee(say: Language) -> object:
    asked = [ratio_of(say, one, ELEMENT, INTERVAL) for one in RATIOS]
    return curves(say, "work_unit.ratios", asked, "1", every="1h", is_share=True)


def _cycle(say: Language) -> object:
    queries = [(one, influxql.ratio(ELEMENT, of_buckets(one), _OF_PRODUCT, [INTERVAL])) for one in _CYCLES]
    asked = [Asked(query, say(f"figure.{one.name}")) for one, query in queries]
    panel = curves(say, "work_unit.cycle", asked, "s", every=_EVERY)
    return coloured(panel, {say("figure.cycle_s"): GREEN, say("figure.ideal_cycle_s"): BLUE})


def _chart(say: Language) -> timeseries.Panel:
    """Individuals chart of the cycle time."""
    asked = [Asked(_cycles(), say("figure.cycle_s")), Asked(lines(say), "$col")]
    panel = curves(say, "work_unit.chart", asked, "s", every=_EVERY, is_from_zero=False)
    named = {name: say(f"figure.check_{name}") for name in ("centre", "low", "high")}
    colours = {say("figure.cycle_s"): BLUE, named["centre"]: GREY, named["low"]: RED, named["high"]: RED}
    return coloured(panel, colours)


def limits() -> str:
    """Centre of the cycle time over the whole range, and how far its limits are from there, s; at the range's begin.

    The centre is a ratio of sums; the limits stand :data:`_LIMIT` mean moving ranges from it. Each of the two is asked
    for by itself, since InfluxQL mixes no step between points with the points.
    """
    steps = f'SELECT difference("{CYCLE.name}") AS "step" FROM ({_cycles()})'  # noqa: S608  our own
    named = {'sum("busy") / sum("pieces")': "centre", f'{_LIMIT} * mean("range")': "spread"}
    sources = f'({_made()}), (SELECT abs("step") AS "range" FROM ({steps}))'  # noqa: S608
    return f"SELECT {influxql.columns(named)} FROM {sources} WHERE {TIME}"  # noqa: S608


def lines(say: Language) -> str:
    """Centre and limits wherever there are pieces: InfluxQL repeats no row, but a sum to which zeros are added stays.

    Grafana would draw a threshold only where the points' own axis reaches it, which it does not while all is well.
    """
    grid = influxql.sums(ELEMENT, {"pieces": (TOTAL,)}, _OF_PRODUCT, [INTERVAL])
    zeros = '0 * "pieces" AS "centre", 0 * "pieces" AS "spread"'
    added = influxql.columns({f'cumulative_sum("{name}")': name for name in ("centre", "spread")})
    grown = f"SELECT {added} FROM ({limits()}), (SELECT {zeros} FROM ({grid})) WHERE {TIME}"  # noqa: S608
    drawn = {'"centre"': "centre", '"centre" - "spread"': "low", '"centre" + "spread"': "high"}
    shown = influxql.columns({expression: say(f"figure.check_{name}") for expression, name in drawn.items()})
    return f'SELECT {shown} FROM ({grown}) WHERE "centre" > 0'  # noqa: S608


def _made() -> str:
    """Time and pieces of each nominal bucket with pieces."""
    cycle = of_buckets(CYCLE)
    whole = influxql.sums(ELEMENT, {"busy": cycle.above, "pieces": cycle.below}, _OF_PRODUCT, [_BUCKET])
    return f'SELECT "busy", "pieces" FROM ({whole}) WHERE "pieces" > 0'  # noqa: S608


def _cycles() -> str:
    return influxql.ratio(ELEMENT, of_buckets(CYCLE), _OF_PRODUCT, [_BUCKET])
