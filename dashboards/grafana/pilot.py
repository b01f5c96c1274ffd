"""Pilot: how days of the result stand against the baseline and against what would have been."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Choice, Line, Note, Section
from dashboards.grafana.influxql import chosen, tag_values
from dashboards.grafana.language import Language
from dashboards.grafana.panels import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VIOLET,
    Asked,
    banded,
    coloured,
    curves,
    figures,
    states,
)
from dashboards.grafana.tables import listing
from edge_agent.wire.schema import PILOT, PILOT_WINDOWS

_SITE = Choice("site", tag_values(PILOT, "site"))
_PILOT = Choice("pilot", tag_values(PILOT, "pilot", [chosen("site")]))
_FIGURE = Choice("figure", tag_values(PILOT, "figure", [chosen("site"), chosen("pilot")]))
_SIDE = Choice("side", tag_values(PILOT, "side", [chosen("site"), chosen("pilot"), chosen("figure")]))
_CHOSEN = (chosen("site"), chosen("pilot"), chosen("figure"), chosen("side"))
_COLOURS = {"history": GREY, "baseline": BLUE, "washout": AMBER, "result": GREEN, "after": VIOLET}
_COUNTS = '"counts" = 1'
_JUDGED = (chosen("site"), chosen("pilot"), chosen("figure"), '"fitted" = "fitted"')
"""Days of the side that is judged: of the machines, or of their difference to those for comparison. The last condition
holds wherever the model says anything."""


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "pilot",
        [_SITE, _PILOT, _FIGURE, _SIDE],
        [_beginnings()],
        [
            Section("pilot.effect", [_figures(say), Line(11, [(_days(say), 24)])]),
            Section("pilot.model", [Line(10, [(_model(say), 24)])]),
            Section(
                "pilot.basis", [Line(5, [(_windows(say), 24)]), Line(8, [(_coverage(say), 12), (_spread(say), 12)])]
            ),
        ],
        since="now-1y",
        refresh="",
    )


def _beginnings() -> Note:
    asked = influxql.rows(
        PILOT, {'"name"': "text", '"pilot"': "tags", '"begins"': "begins"}, [*_CHOSEN, '"begins" = 1']
    )
    return Note("note.pilots", asked, ORANGE)


def _is(window: str) -> str:
    return f'"window_code" = {PILOT_WINDOWS[window]:g}'


def _figures(say: Language) -> Line:
    panels = []
    for window in ("baseline", "result"):
        word = say(f"window.{window}")
        query = influxql.rows(PILOT, {'median("value")': word}, [*_CHOSEN, _is(window), _COUNTS])
        panels.append((figures(say, f"pilot.{window}", [Asked(query, word)], "{number}", decimals=3), 8))
    word = say("figure.effect")
    inner = influxql.rows(PILOT, {'"value" - "counterfactual"': "effect"}, [*_JUDGED, _is("result")])
    query = f'SELECT mean("effect") AS "{word}" FROM ({inner})'  # noqa: S608  our own
    return Line(4, [*panels, (figures(say, "pilot.difference", [Asked(query, word)], "{number}", decimals=3), 8)])


def _days(say: Language) -> object:
    asked = [
        Asked(influxql.rows(PILOT, {'"value"': window}, [*_CHOSEN, _is(window)]), say(f"window.{window}"))
        for window in PILOT_WINDOWS
    ]
    panel = curves(say, "pilot.days", asked, "{number}", every="1d")
    return coloured(panel, {say(f"window.{window}"): colour for window, colour in _COLOURS.items()})


def _model(say: Language) -> object:
    named = {"value": GREEN, "fitted": BLUE, "counterfactual": ORANGE, "low": GREY, "high": GREY}
    asked = [Asked(influxql.rows(PILOT, {f'"{name}"': name}, _JUDGED), say(f"figure.pilot_{name}")) for name in named]
    panel = curves(say, "pilot.judged", asked, "{number}", every="1d", is_from_zero=False)
    banded(panel, say("figure.pilot_high"), say("figure.pilot_low"))
    return coloured(panel, {say(f"figure.pilot_{name}"): colour for name, colour in named.items()})


def _windows(say: Language) -> object:
    query = influxql.rows(PILOT, {'"window_code"': "window"}, _CHOSEN)
    named = {PILOT_WINDOWS[window]: (f"window.{window}", colour) for window, colour in _COLOURS.items()}
    return states(say, "pilot.windows", [Asked(query, say("figure.window"))], named, every="1d")


def _coverage(say: Language) -> object:
    query = influxql.rows(PILOT, {'"coverage"': "coverage"}, _CHOSEN)
    return curves(say, "pilot.coverage", [Asked(query, say("figure.coverage"))], "1", every="1d", is_share=True)


def _spread(say: Language) -> object:
    """Days of one figure, from the least to the greatest; nothing is averaged over machines here."""
    named = {
        'count("value")': say("column.days"),
        'min("value")': say("column.least"),
        'percentile("value", 25)': say("column.quarter"),
        'median("value")': say("column.median"),
        'percentile("value", 75)': say("column.three_quarters"),
        'max("value")': say("column.greatest"),
    }
    query = influxql.rows(PILOT, named, [*_CHOSEN, _COUNTS, _is("result")])
    return listing(say, "pilot.spread", Asked(query), hides_time=True)
