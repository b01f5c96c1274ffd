"""Edges: whether readings come whole, in time, and by a clock that can be believed."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Choice, Line, Section
from dashboards.grafana.choices import silences
from dashboards.grafana.influxql import INTERVAL, chosen, tag_values
from dashboards.grafana.language import Language
from dashboards.grafana.panels import (
    AMBER,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Asked,
    Limits,
    bars,
    curves,
    figures,
    states,
)
from dashboards.grafana.tables import in_words, listing
from edge_agent.wire.schema import BUS_STATUS, EDGE_STATUS

_SITES = Choice("site", tag_values(EDGE_STATUS, "site"), is_many=True)
_EDGES = Choice("edge", tag_values(EDGE_STATUS, "edge", [chosen("site")]), is_many=True)
_CHOSEN = (chosen("site"), chosen("edge"))
_BY_EDGE = ("site", "edge")
_BY_BUS = (*_BY_EDGE, "bus")
_EDGE, _BUS = "$tag_site/$tag_edge", "$tag_site/$tag_edge $tag_bus"
_NONE = Limits({0: GREEN, 1: RED})
_HALF = Limits({0.5: ORANGE, 0.8: RED})
_SPOKEN = {0.0: ("edge.speaks", GREEN), 1.0: ("edge.silent", RED)}


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "edges",
        [_SITES, _EDGES],
        [silences()],
        [
            Section("edges.now", [_figures(say), Line(8, [(_silence(say), 24)]), Line(9, [(_list(say), 24)])]),
            Section("edges.kept", [Line(9, [(_outbox(say), 12), (_waiting(say), 12)]), Line(8, [(_lost(say), 24)])]),
            Section("edges.time", [Line(9, [(_latency(say), 12), (_clock(say), 12)])]),
            Section("edges.lines", [Line(9, [(_buses(say), 12), (_failures(say), 12)])]),
        ],
        since="now-24h",
        refresh="1m",
    )


def _course(field: str, function: str, *, of_bus: bool = False, alias: str = "") -> Asked:
    """A field over time, for each edge or bus."""
    measurement, by = (BUS_STATUS, _BY_BUS) if of_bus else (EDGE_STATUS, _BY_EDGE)
    tail = influxql.group([INTERVAL, *by], fill="null")
    query = influxql.rows(measurement, {f'{function}("{field}")': field}, _CHOSEN, tail)
    return Asked(query, alias or (_BUS if of_bus else _EDGE))


def _newest(say: Language, field: str) -> Asked:
    """The newest value of a field of every edge, added up."""
    word = say(f"edge.{field}")
    inner = influxql.rows(EDGE_STATUS, {f'last("{field}")': field}, _CHOSEN, influxql.group(_BY_EDGE))
    return Asked(f'SELECT sum("{field}") AS "{word}" FROM ({inner})', word)  # noqa: S608  our own


def _figures(say: Language) -> Line:
    shown = ("silent", "missing", "rejected", "instruments_failing")
    panels = [
        (figures(say, f"edges.{field}", [_newest(say, field)], "{piece}", _NONE, decimals=0), 6) for field in shown
    ]
    return Line(4, panels)


def _silence(say: Language) -> object:
    return states(say, "edges.silence", [_course("silent", "max")], _SPOKEN)


def _list(say: Language) -> object:
    fields = {
        "waiting": "{piece}",
        "missing": "{piece}",
        "declared": "{piece}",
        "outbox_used": "1",
        "disk_used": "1",
        "autonomy_s": "s",
        "findings": "{piece}",
        "certificate_days_left": "d",
    }
    named = {'last("silent")': say("edge.silent")} | {f'"{field}"': say(f"edge.{field}") for field in fields}
    query = influxql.rows(EDGE_STATUS, named, _CHOSEN, influxql.group(_BY_EDGE))
    units = {say(f"edge.{field}"): unit for field, unit in fields.items()}
    return in_words(listing(say, "edges.list", Asked(query), units, tags=_BY_EDGE), say, say("edge.silent"), _SPOKEN)


def _outbox(say: Language) -> object:
    return curves(say, "edges.outbox", [_course("outbox_used", "max")], "1", limits=_HALF, is_share=True)


def _waiting(say: Language) -> object:
    return curves(say, "edges.waiting", [_course("waiting", "max")], "{piece}")


def _lost(say: Language) -> object:
    asked = [
        _course(field, "max", alias=f"{_EDGE} {say(f'edge.{field}')}") for field in ("missing", "declared", "rejected")
    ]
    return bars(say, "edges.lost", asked, "{piece}", every="1m")


def _latency(say: Language) -> object:
    asked = [
        _course(field, function, alias=f"{_EDGE} {say(f'edge.{field}')}")
        for field, function in (("latency_s", "min"), ("latency_max_s", "max"))
    ]
    return curves(say, "edges.latency", asked, "s")


def _clock(say: Language) -> object:
    asked = [_course("clock_offset_s", "last")]
    return curves(say, "edges.clock", asked, "s", is_from_zero=False, limits=Limits({-1: GREY, 1: AMBER}, below=AMBER))


def _buses(say: Language) -> object:
    return curves(say, "edges.buses", [_course("utilisation", "max", of_bus=True)], "1", limits=_HALF, is_share=True)


def _failures(say: Language) -> object:
    return bars(say, "edges.failures", [_course("failures", "max", of_bus=True)], "{piece}", every="1m")
