"""Site: how the machines of a site did, and what was lost."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Line, Section, linked
from dashboards.grafana.choices import SITE, WORK_UNITS, changeovers, products, stops
from dashboards.grafana.elements import (
    BUCKETS,
    COVERAGE,
    DAY,
    GOOD,
    IN_SHIFT,
    LOSSES,
    MTBF,
    MTTR,
    OEE,
    RATIOS,
    REJECT,
    TARGET_OEE,
    TOLD,
    UNITS,
    WITH_DEMAND,
    WITH_TARGET,
    of_buckets,
)
from dashboards.grafana.influxql import INTERVAL, Ratio
from dashboards.grafana.language import Language
from dashboards.grafana.panels import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    RED,
    VIOLET,
    Asked,
    Limits,
    bars,
    coloured,
    curves,
    figures,
    ranking,
    states,
)
from dashboards.grafana.tables import in_words, listing
from edge_agent.wire.schema import ELEMENT, ELEMENT_DAY, ELEMENT_HOUR, STATE_CODES, STOP, WANTED, WORK_UNIT_STATE

STATE_COLOURS = dict(zip(BUCKETS, (GREEN, AMBER, ORANGE, RED, BLUE, VIOLET, GREY, PALE), strict=True))
STATES = {STATE_CODES[bucket]: (f"state.{bucket}", STATE_COLOURS[bucket]) for bucket in BUCKETS}
ENOUGH = Limits({0.0: ORANGE, 0.95: GREEN})
"""Coverage from which an indicator may rest on it."""
_SCRAP = (REJECT,)
_KEYS = {OEE: "site.oee_by_shift"}


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "site",
        [SITE, WORK_UNITS],
        [stops(say, is_shown=False), changeovers(say, is_shown=False), products(is_by_day=True, is_shown=False)],
        [
            Section("site.now", [_figures(say), Line(9, [(_states(say), 24)])]),
            Section("site.shifts", _shifts(say)),
            Section("site.losses", [_losses(say), Line(10, [(_stops(say), 24)])]),
            Section("site.pieces", [_pieces(say)]),
        ],
    )


def ratio_of(say: Language, asked: Ratio, measurement: str, *dimensions: str, alias: str = "") -> Asked:
    """A ratio of the chosen machines."""
    told = of_buckets(asked) if measurement == ELEMENT else asked
    query = influxql.ratio(measurement, told, [*UNITS, *([IN_SHIFT] if "shift" in dimensions else [])], dimensions)
    return Asked(query, alias or say(f"figure.{asked.name}"))


def _figures(say: Language) -> Line:
    ratios = [ratio_of(say, one, ELEMENT_DAY) for one in RATIOS]
    coverage = [ratio_of(say, COVERAGE, ELEMENT_DAY)]
    repairs = [ratio_of(say, one, ELEMENT_DAY) for one in (MTBF, MTTR)]
    made = {say("figure.good"): GOOD, say("figure.reject"): _SCRAP}
    pieces = [Asked(influxql.sums(ELEMENT_DAY, made, UNITS), "$col")]
    return Line(
        5,
        [
            (figures(say, "site.oee", ratios, "1"), 10),
            (figures(say, "site.coverage", coverage, "1", ENOUGH), 4),
            (figures(say, "site.made", pieces, "{piece}", decimals=0), 5),
            (figures(say, "site.repairs", repairs, "s"), 5),
        ],
    )


def _states(say: Language) -> object:
    # There is a point every ten minutes at least: a shorter interval would hold nothing between two of them, and
    # without the nulls a machine that nobody tells of would keep its last state.
    tail = influxql.group([INTERVAL, "work_unit"], fill="null")
    query = influxql.rows(WORK_UNIT_STATE, {'last("state_code")': "state"}, UNITS, tail)
    panel = states(say, "site.states", [Asked(query, "$tag_work_unit")], STATES, every="10m")
    return linked(panel, say, "work_unit", "site.open", site="${site}", work_unit="${__field.labels.work_unit}")


def _shifts(say: Language) -> list[Line]:
    alias = say("figure.of_shift")
    panels = [
        bars(say, _KEYS.get(one, f"site.{one.name}"), [ratio_of(say, one, ELEMENT_DAY, DAY, "shift", alias=alias)], "1")
        for one in RATIOS
    ]
    machines = [ratio_of(say, RATIOS[0], ELEMENT_DAY, DAY, "work_unit", alias="$tag_work_unit")]
    aim = Asked(influxql.ratio(ELEMENT_DAY, TARGET_OEE, [*UNITS, WITH_TARGET], [DAY]), say("figure.target"))
    by_machine = curves(say, "site.oee_by_machine", [*machines, aim], "1", every="1d", is_share=True)
    coloured(by_machine, {say("figure.target"): GREY})
    hours = influxql.sums(ELEMENT_DAY, {"told": TOLD}, UNITS, [DAY, "work_unit"], factor=1 / 3600)
    told = curves(say, "site.told", [Asked(hours, "$tag_work_unit")], "h", every="1d").axis_soft_max(24)
    return [
        Line(9, [(panels[0], 9), (by_machine, 9), (told, 6)]),
        Line(8, [(panel, 8) for panel in panels[1:]]),
    ]


def _losses(say: Language) -> Line:
    six = {say(f"loss.{name}"): terms for name, terms in LOSSES.items()}
    lost = ranking(say, "site.six_losses", Asked(influxql.sums(ELEMENT_DAY, six, UNITS), "$col"), "s")
    title, seconds = say("column.reason"), say("column.lost")
    names = {f'"title_{say.code}"': title, '"seconds"': seconds}
    query = influxql.rows(STOP, names, [*UNITS, '"gone" = 0', '"seconds" > 0'])
    return Line(10, [(lost, 12), (ranking(say, "site.reasons", Asked(query, is_table=True), "s", by=title), 12)])


def stop_columns(say: Language) -> dict[str, str]:
    """Columns of a table of stops."""
    asked = ("work_unit", "kind", f"title_{say.code}", "seconds", "planned_s", "shift", "product", "who", "note")
    named = ("work_unit", "kind", "reason", "lasted", "planned", "shift", "product", "who", "note")
    return {f'"{field}"': say(f"column.{name}") for field, name in zip(asked, named, strict=True)}


def stops_of(say: Language, key: str) -> object:
    """The latest stops of the chosen machines, the newest first."""
    query = influxql.rows(STOP, stop_columns(say), [*UNITS, '"gone" = 0'], " ORDER BY time DESC LIMIT 500")
    panel = listing(say, key, Asked(query), {say("column.lasted"): "s", say("column.planned"): "s"})
    kinds = {bucket: (f"state.{bucket}", STATE_COLOURS[bucket]) for bucket in ("FAULT", "STOP", "MINOR_STOP", "SETUP")}
    return in_words(panel, say, say("column.kind"), kinds)


def _stops(say: Language) -> object:
    return stops_of(say, "site.stops")


def _pieces(say: Language) -> Line:
    asked = {say("figure.good"): GOOD, say("figure.wanted"): (WANTED,)}
    both = [
        influxql.sums(ELEMENT_HOUR, {name: terms}, [*UNITS, WITH_DEMAND], [INTERVAL]) for name, terms in asked.items()
    ]
    running = [
        f'SELECT cumulative_sum("{name}") AS "{name}" FROM ({query})'  # noqa: S608  our own
        for name, query in zip(asked, both, strict=True)
    ]
    each = bars(say, "site.by_hour", [Asked(one, "$col") for one in both], "{piece}", every="1h")
    added = curves(say, "site.added_up", [Asked(one, "$col") for one in running], "{piece}", every="1h")
    colours = dict(zip(asked, (GREEN, BLUE), strict=True))
    return Line(9, [(coloured(each, colours), 12), (coloured(added, colours), 12)])
