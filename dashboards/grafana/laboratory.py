"""Laboratory: whether instruments may be used, and how far their errors have wandered."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Choice, Line, Note, Section
from dashboards.grafana.choices import CHANNEL, INSTRUMENT, PLACE
from dashboards.grafana.energy import channel_curves
from dashboards.grafana.influxql import chosen, tag_values
from dashboards.grafana.language import Language
from dashboards.grafana.panels import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Asked,
    Limits,
    coloured_by,
    curves,
    figures,
    with_words,
)
from dashboards.grafana.panels import listing as table_of
from edge_agent.wire.schema import CALIBRATION, CHECK, DUE, DUE_STATES

_OWNER = Choice("owner", tag_values(DUE, "owner"), is_many=True)
_DEVICE = Choice("device", tag_values(CALIBRATION, "instrument", [chosen("owner")]))
_IS_DEVICE = chosen("instrument", "device")
_QUANTITY = Choice("quantity", tag_values(CALIBRATION, "channel", [chosen("owner"), _IS_DEVICE]))
_IS_QUANTITY = chosen("channel", "quantity")
_NOMINAL = Choice("nominal", tag_values(CALIBRATION, "nominal", [chosen("owner"), _IS_DEVICE, _IS_QUANTITY]))
_POINT = (chosen("owner"), _IS_DEVICE, _IS_QUANTITY, chosen("nominal"))
_DUE_COLOURS = {"not": RED, "unsaid": GREY, "soon": AMBER, "in_order": GREEN, "at_rest": BLUE}
_DRAWN = {"error": BLUE, "above": ORANGE, "below": ORANGE, "mpe_above": RED, "mpe_below": RED}


def board(say: Language) -> Board:
    """What it shows."""
    return Board(
        "laboratory",
        [_OWNER, _DEVICE, _QUANTITY, _NOMINAL, PLACE, INSTRUMENT, CHANNEL],
        [_calibrations()],
        [
            Section("laboratory.due", [_counts(say), Line(10, [(_due(say), 24)])]),
            Section("laboratory.drift", [Line(10, [(_drift(say), 24)]), Line(9, [(_checks(say), 24)])]),
            Section("laboratory.around", [Line(9, [(channel_curves(say, "laboratory.environment"), 24)])]),
        ],
        since="now-3y",
        refresh="",
    )


def _calibrations() -> Note:
    asked = influxql.rows(CALIBRATION, {'last("certificate")': "text"}, _POINT, ' GROUP BY "instrument", "run"')
    return Note("note.calibrations", asked, BLUE, text="text", tags="instrument")


def _counts(say: Language) -> Line:
    """How many instruments stand how, by the newest point of each."""
    newest = influxql.rows(
        DUE, {'last("state_code")': "code"}, [chosen("owner")], ' GROUP BY "owner", "site", "instrument", "kind"'
    )
    panels = []
    for name in ("not", "soon", "in_order"):
        word = say(f"due.{name}")
        query = f'SELECT count("code") AS "{word}" FROM ({newest}) WHERE "code" = {DUE_STATES[name]:g}'  # noqa: S608
        limits = Limits({0: GREY, 1: _DUE_COLOURS[name]})
        panel = figures(say, f"laboratory.{name}", [Asked(query, word)], "{piece}", limits, decimals=0)
        # InfluxQL gives no row where there is nothing to count; the list below tells when nothing was told at all.
        panels.append((panel.no_value("0"), 8))
    return Line(4, panels)


def _due(say: Language) -> object:
    named = {
        'last("state_code")': say("column.state"),
        '"name"': say("column.name"),
        '"days_left"': say("column.days_left"),
        '"drift_days_left"': say("column.drift_days_left"),
    }
    tail = ' GROUP BY "owner", "site", "instrument", "kind"'
    panel = table_of(say, "laboratory.list", Asked(influxql.rows(DUE, named, [chosen("owner")], tail)))
    return with_words(
        panel, say, say("column.state"), {DUE_STATES[k]: (f"due.{k}", c) for k, c in _DUE_COLOURS.items()}
    )


def _drift(say: Language) -> object:
    named = {
        '"error"': "error",
        '"error" + "expanded"': "above",
        '"error" - "expanded"': "below",
        '"mpe"': "mpe_above",
        '-1 * "mpe"': "mpe_below",
    }
    asked = []
    for expression, name in named.items():
        query = influxql.rows(CALIBRATION, {expression: name}, _POINT, ' GROUP BY "run"')
        asked.append(Asked(query, f"{say(f'figure.{name}')} $tag_run"))
    panel = curves(say, "laboratory.errors", asked, "{number}").span_nulls(span_nulls=True)
    for name, colour in _DRAWN.items():
        coloured_by(panel, f"/^{say(f'figure.{name}')} /", colour)
    return panel


def _checks(say: Language) -> object:
    named = {"value": BLUE, "centre": GREY, "low": RED, "high": RED}
    point = [chosen("owner"), _IS_DEVICE, _IS_QUANTITY]
    tail = ' GROUP BY "nominal"'
    asked = [
        Asked(influxql.rows(CHECK, {f'"{name}"': name}, point, tail), f"{say(f'figure.check_{name}')} $tag_nominal")
        for name in named
    ]
    panel = curves(say, "laboratory.checks", asked, "{number}").span_nulls(span_nulls=True)
    for name, colour in named.items():
        coloured_by(panel, f"/^{say(f'figure.check_{name}')} /", colour)
    return panel
