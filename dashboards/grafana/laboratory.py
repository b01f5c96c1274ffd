"""Laboratory: whether instruments may be used, and how far their errors have wandered."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Board, Choice, Line, Note, Section
from dashboards.grafana.choices import CHANNEL, INSTRUMENT, PLACE
from dashboards.grafana.elements import DAY
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
    banded,
    coloured,
    coloured_by,
    curves,
    figures,
    transformation,
)
from dashboards.grafana.tables import in_words, listing
from edge_agent.wire.schema import CALIBRATION, CHECK, DUE, DUE_STATES, DUE_TAGS

_OWNER = Choice("owner", tag_values(DUE, "owner"), is_many=True)
_DEVICE = Choice("device", tag_values(CALIBRATION, "instrument", [chosen("owner")]))
_IS_DEVICE = chosen("instrument", "device")
_QUANTITY = Choice("quantity", tag_values(CALIBRATION, "channel", [chosen("owner"), _IS_DEVICE]))
_IS_QUANTITY = chosen("channel", "quantity")
_NOMINAL = Choice("nominal", tag_values(CALIBRATION, "nominal", [chosen("owner"), _IS_DEVICE, _IS_QUANTITY]))
_POINT = (chosen("owner"), _IS_DEVICE, _IS_QUANTITY, chosen("nominal"))
_DUE_COLOURS = {"not": RED, "unsaid": GREY, "soon": AMBER, "in_order": GREEN, "at_rest": BLUE}
_RUNS = ("as_found", "as_left", "unadjusted")
_KINDS = {kind: (f"kind.{kind}", BLUE) for kind in ("verification", "calibration")}
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
    """Each calibration of the chosen instrument and point; one mark where it was adjusted too."""
    each = influxql.rows(CALIBRATION, {'last("certificate")': "number"}, _POINT, influxql.group([DAY, "instrument"]))
    asked = f'SELECT "number" AS "text", "instrument" AS "tags" FROM ({each})'  # noqa: S608  our own
    return Note("note.calibrations", asked, BLUE)


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
    query = influxql.rows(DUE, named, [chosen("owner")], influxql.group(DUE_TAGS))
    panel = listing(say, "laboratory.list", Asked(query), tags=DUE_TAGS)
    panel = in_words(panel, say, say("column.kind"), _KINDS, is_coloured=False)
    return in_words(panel, say, say("column.state"), {DUE_STATES[k]: (f"due.{k}", c) for k, c in _DUE_COLOURS.items()})


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
    for run in _RUNS:
        said = {name: f"{say(f'figure.{name}')} {say(f'run.{run}')}" for name in _DRAWN}
        panel.with_transformation(transformation("renameByRegex", regex=f"{run}$", renamePattern=say(f"run.{run}")))
        coloured(panel, {said[name]: colour for name, colour in _DRAWN.items()})
        banded(panel, said["above"], said["below"])
    return panel


def _checks(say: Language) -> object:
    named = {"value": BLUE, "centre": GREY, "low": RED, "high": RED}
    point = [chosen("owner"), _IS_DEVICE, _IS_QUANTITY]
    tail = ' GROUP BY "nominal"'
    asked = [
        Asked(influxql.rows(CHECK, {f'"{name}"': name}, point, tail), f"{say(f'figure.check_{name}')} $tag_nominal")
        for name in named
    ]
    panel = curves(say, "laboratory.checks", asked, "{number}", is_from_zero=False).span_nulls(span_nulls=True)
    for name, colour in named.items():
        coloured_by(panel, say(f"figure.check_{name}"), colour)
    return panel
