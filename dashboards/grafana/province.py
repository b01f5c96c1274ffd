"""Province: how far the indicators of a plan are, and on what they rest."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Choice, Line, Section
from dashboards.grafana.choices import pilots
from dashboards.grafana.influxql import chosen, tag_values
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
    states,
)
from dashboards.grafana.tables import in_words, listing
from edge_agent.wire.schema import INDICATOR, INDICATOR_STATES, PLAN

_PROVINCE = Choice("province", tag_values(PLAN, "province"))
_PLAN = Choice("plan", tag_values(PLAN, "plan", [chosen("province")]))
_OF_PLAN = (chosen("province"), chosen("plan"))
_INDICATOR = Choice("indicator", tag_values(INDICATOR, "indicator", _OF_PLAN), is_many=True)
_CHOSEN = (*_OF_PLAN, chosen("indicator"))
_COUNTED = {
    "exceeded": BLUE,
    "met": GREEN,
    "not_yet": AMBER,
    "not_met": RED,
    "cannot_be_said": GREY,
    "not_begun": PALE,
}
_COLOURS = {**_COUNTED, "up": GREEN, "down": ORANGE, "unchanged": VIOLET}
_STATES = {INDICATOR_STATES[name]: (f"indicator.{name}", colour) for name, colour in _COLOURS.items()}
_SOON = Limits({0: AMBER, 14: GREEN}, below=RED)
_BY = ("indicator", "feed")
_TAIL = influxql.group(_BY)


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "province",
        [_PROVINCE, _PLAN, _INDICATOR],
        [pilots()],
        [
            Section("province.now", [_figures(say)]),
            Section("province.indicators", [Line(12, [(_list(say), 24)]), Line(10, [(_states(say), 24)])]),
            Section(
                "province.course", [Line(10, [(_progress(say), 12), (_coverage(say), 12)]), Line(9, [(_plan(say), 24)])]
            ),
        ],
        since="now-89d/d",
        refresh="",
    )


def _figures(say: Language) -> Line:
    counted = {f'last("{name}")': say(f"indicator.{name}") for name in _COUNTED}
    done = {f'last("{name}")': say(f"figure.{name}") for name in ("tasks_done", "tasks_late")}
    deadline = {'last("days_to_deadline")': say("figure.days_to_deadline")}
    asked = [Asked(influxql.rows(PLAN, named, _OF_PLAN), "$col") for named in (counted, done, deadline)]
    states_now = coloured(
        figures(say, "province.counts", asked[:1], "{piece}", decimals=0),
        {say(f"indicator.{name}"): colour for name, colour in _COUNTED.items()},
    )
    return Line(
        5,
        [
            (states_now, 14),
            (figures(say, "province.tasks", asked[1:2], "{piece}", decimals=0), 6),
            (figures(say, "province.deadline", asked[2:], "d", _SOON, decimals=0), 4),
        ],
    )


def _list(say: Language) -> object:
    named = {
        'last("state_code")': say("column.state"),
        '"value"': say("column.value"),
        '"target"': say("column.target"),
        '"unit"': say("column.unit"),
        '"progress"': say("column.progress"),
        '"coverage"': say("column.coverage"),
    }
    shares = {say("column.progress"): "1", say("column.coverage"): "1"}
    panel = listing(say, "province.list", Asked(influxql.rows(INDICATOR, named, _CHOSEN, _TAIL)), shares, tags=_BY)
    return in_words(panel, say, say("column.state"), _STATES)


def _states(say: Language) -> object:
    query = influxql.rows(INDICATOR, {'"state_code"': "state"}, _CHOSEN, _TAIL)
    return states(say, "province.states", [Asked(query, "$tag_indicator · $tag_feed")], _STATES, every="1d")


def _progress(say: Language) -> object:
    query = influxql.rows(INDICATOR, {'"progress"': "progress"}, _CHOSEN, _TAIL)
    asked = [Asked(query, "$tag_indicator · $tag_feed")]
    return curves(say, "province.progress", asked, "1", every="1d", limits=Limits({1: GREEN}), is_share=True)


def _coverage(say: Language) -> object:
    query = influxql.rows(INDICATOR, {'"coverage"': "coverage"}, _CHOSEN, _TAIL)
    return curves(
        say, "province.coverage", [Asked(query, "$tag_indicator · $tag_feed")], "1", every="1d", is_share=True
    )


def _plan(say: Language) -> object:
    asked = [Asked(influxql.rows(PLAN, {f'"{name}"': name}, _OF_PLAN), say(f"indicator.{name}")) for name in _COUNTED]
    panel = bars(say, "province.over_time", asked, "{piece}", is_stacked=True)
    return coloured(panel, {say(f"indicator.{name}"): colour for name, colour in _COUNTED.items()})
