"""Work unit: one machine, minute by minute, and whether its cycle is in control."""

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.models import common as looks

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Line, Section
from dashboards.grafana.choices import SITE, WORK_UNIT, changeovers, products, stops
from dashboards.grafana.elements import BUCKETS, COVERAGE, CYCLE, IDEAL_CYCLE, NOMINAL_S, RATIOS, UNITS, of_buckets
from dashboards.grafana.influxql import INTERVAL
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
    transformation,
)
from dashboards.grafana.site import ENOUGH, STATE_COLOURS, STATES, ratio_of, stops_of
from edge_agent.wire.schema import ELEMENT, SECONDS, WORK_UNIT_STATE

_BUCKET = f"time({NOMINAL_S}s)"
_EVERY = "10m"
_LIMIT = 2.66
"""3 / 1.128: three standard deviations from the mean moving range of two (Montgomery, individuals chart)."""


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "work_unit",
        [SITE, WORK_UNIT],
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
    asked = {'last("state_code")': "state"}
    query = influxql.rows(WORK_UNIT_STATE, asked, UNITS, influxql.group([INTERVAL, "work_unit"]))
    return states(say, "work_unit.state", [Asked(query, "$tag_work_unit")], STATES)


def _minutes(say: Language) -> object:
    named = {say(f"state.{bucket}"): (SECONDS[bucket],) for bucket in BUCKETS}
    query = influxql.sums(ELEMENT, named, UNITS, [INTERVAL], factor=1 / 60)
    panel = bars(say, "work_unit.minutes", [Asked(query, "$col")], "min", every=_EVERY, is_stacked=True)
    return coloured(panel, {say(f"state.{bucket}"): STATE_COLOURS[bucket] for bucket in BUCKETS})


def _oee(say: Language) -> object:
    asked = [ratio_of(say, one, ELEMENT, INTERVAL) for one in RATIOS]
    return curves(say, "work_unit.ratios", asked, "1", every="1h", is_share=True)


def _cycle(say: Language) -> object:
    asked = [ratio_of(say, one, ELEMENT, INTERVAL) for one in _CYCLES]
    panel = curves(say, "work_unit.cycle", asked, "s", every=_EVERY)
    return coloured(panel, {say("figure.cycle_s"): GREEN, say("figure.ideal_cycle_s"): BLUE})


def _chart(say: Language) -> timeseries.Panel:
    """Individuals chart of the cycle time; Grafana draws the lines from the second question's only row."""
    each = influxql.ratio(ELEMENT, of_buckets(CYCLE), UNITS, [_BUCKET])
    panel = curves(say, "work_unit.chart", [Asked(each, say("figure.cycle_s")), limits()], "s", every=_EVERY)
    lines = [("low", RED), ("centre", GREY), ("high", RED)]
    mappings = [
        {"fieldName": name, "handlerKey": "threshold1", "handlerArguments": {"threshold": {"color": colour}}}
        for name, colour in lines
    ]
    panel.with_transformation(transformation("configFromData", configRefId="B", mappings=mappings))
    style = common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
    return panel.thresholds_style(style)


def limits() -> Asked:
    """Centre and limits of the cycle time over the whole range, s, in one row.

    The centre is a ratio of sums; the limits stand :data:`_LIMIT` mean moving ranges from it. Each of the two is asked
    for by itself, since InfluxQL mixes no step between points with the points.
    """
    cycle = of_buckets(CYCLE)
    parts = {"busy": cycle.above, "pieces": cycle.below}
    whole = influxql.sums(ELEMENT, parts, UNITS, [_BUCKET])
    each = influxql.ratio(ELEMENT, cycle, UNITS, [_BUCKET])
    steps = f'SELECT difference("{CYCLE.name}") AS "step" FROM ({each})'  # noqa: S608  our own
    centre, spread = 'sum("busy") / sum("pieces")', f'{_LIMIT} * mean("range")'
    named = {f"{centre} - {spread}": "low", centre: "centre", f"{centre} + {spread}": "high"}
    sources = (
        f'(SELECT "busy", "pieces" FROM ({whole}) WHERE "pieces" > 0), (SELECT abs("step") AS "range" FROM ({steps}))'  # noqa: S608
    )
    return Asked(f"SELECT {influxql.columns(named)} FROM {sources} WHERE {influxql.TIME}", is_table=True)  # noqa: S608
