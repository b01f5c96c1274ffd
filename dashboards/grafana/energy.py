"""Energy: what machines take, what of it makes nothing, and how much a piece costs."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Line, Section
from dashboards.grafana.choices import CHANNEL, INSTRUMENT, PLACE, SITE, WORK_UNITS, changeovers, products, stops
from dashboards.grafana.elements import (
    BUCKETS,
    DAY,
    ENERGY_PER_PIECE,
    ENERGY_STANDING,
    METERED,
    STANDING,
    UNITS,
)
from dashboards.grafana.influxql import INTERVAL, Ratio, chosen
from dashboards.grafana.language import Language
from dashboards.grafana.panels import Asked, bars, by_channel, coloured, curves, figures, ranking
from dashboards.grafana.site import STATE_COLOURS
from edge_agent.wire.schema import ALL_ENERGY, ELEMENT_DAY, ENERGY, WINDOW_HOUR, WINDOW_HOUR_FIELDS

CHOSEN = (chosen("site", "place"), chosen("instrument"))
"""What the reader chose of instruments."""
_METERS = (*UNITS, METERED)
_KILO = 1e-3


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "energy",
        [SITE, WORK_UNITS, PLACE, INSTRUMENT, CHANNEL],
        [stops(say, is_shown=False), changeovers(say, is_shown=False), products(is_by_day=True)],
        [
            Section("energy.now", [_figures(say)]),
            Section("energy.use", [Line(9, [(_by_state(say), 12), (_by_machine(say), 12)])]),
            Section("energy.pieces", [Line(9, [(_per_piece(say), 12), (_standing(say), 12)])]),
            Section("energy.power", [Line(9, [(channel_curves(say, "energy.channel"), 24)])]),
        ],
        since="now-29d/d",
    )


def of(say: Language, asked: Ratio, *dimensions: str, alias: str = "") -> Asked:
    """A ratio of the chosen machines.

    Machines without a meter have no energy and so no share in sums of energy; what counts pieces too must leave them
    out, which costs time.
    """
    where = _METERS if asked is ENERGY_PER_PIECE else UNITS
    return Asked(influxql.ratio(ELEMENT_DAY, asked, where, dimensions), alias or say(f"figure.{asked.name}"))


def _figures(say: Language) -> Line:
    whole = {say("figure.energy"): (ALL_ENERGY,), say("figure.energy_standing"): STANDING}
    used = [Asked(influxql.sums(ELEMENT_DAY, whole, UNITS, factor=_KILO), "$col")]
    return Line(
        5,
        [
            (figures(say, "energy.whole", used, "kW.h"), 10),
            (figures(say, "energy.per_piece", [of(say, ENERGY_PER_PIECE)], "W.h"), 7),
            (figures(say, "energy.standing", [of(say, ENERGY_STANDING)], "1"), 7),
        ],
    )


def _by_state(say: Language) -> object:
    named = {say(f"state.{bucket}"): (ENERGY[bucket],) for bucket in BUCKETS}
    query = influxql.sums(ELEMENT_DAY, named, UNITS, [DAY], factor=_KILO)
    panel = bars(say, "energy.by_state", [Asked(query, "$col")], "kW.h", is_stacked=True)
    return coloured(panel, {say(f"state.{bucket}"): STATE_COLOURS[bucket] for bucket in BUCKETS})


def _by_machine(say: Language) -> object:
    name, used = say("column.work_unit"), say("figure.energy")
    inner = influxql.sums(ELEMENT_DAY, {used: (ALL_ENERGY,)}, UNITS, ["work_unit"], factor=_KILO)
    query = f'SELECT "work_unit" AS "{name}", "{used}" AS "{used}" FROM ({inner})'  # noqa: S608  our own
    return ranking(say, "energy.by_machine", Asked(query, is_table=True), "kW.h", by=name)


def _per_piece(say: Language) -> object:
    asked = [of(say, ENERGY_PER_PIECE, DAY, "work_unit", alias="$tag_work_unit")]
    return curves(say, "energy.per_piece_by_day", asked, "W.h", every="1d")


def _standing(say: Language) -> object:
    asked = [of(say, ENERGY_STANDING, DAY, "work_unit", alias="$tag_work_unit")]
    return curves(say, "energy.standing_by_day", asked, "1", every="1d", is_share=True)


def channel_curves(say: Language, key: str) -> object:
    """Mean, least and greatest of a channel: the mean from sums and numbers of samples."""
    total, least, greatest, number = (f"${{channel:raw}}{end}" for end in WINDOW_HOUR_FIELDS)
    mean = Ratio((total,), (number,), "mean")
    # A mean may be below zero: only the number of samples must not be.
    queries = [
        (influxql.ratio(WINDOW_HOUR, mean, CHOSEN, [INTERVAL, "instrument"]), "figure.mean"),
        (_extreme("min", least), "figure.least"),
        (_extreme("max", greatest), "figure.greatest"),
    ]
    asked = [Asked(query, f"$tag_instrument ${{channel:raw}} {say(word)}") for query, word in queries]
    return by_channel(curves(say, key, asked, "{number}", every="1h", is_from_zero=False))


def _extreme(function: str, field: str) -> str:
    tail = influxql.group([INTERVAL, "instrument"], fill="null")
    return influxql.rows(WINDOW_HOUR, {f'{function}("{field}")': function}, CHOSEN, tail)
