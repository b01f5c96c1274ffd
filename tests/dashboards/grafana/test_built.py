"""What ships is what the Python says, and keeps to Grafana's model and to our own rules."""

import json
import re
from itertools import combinations

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import units

from dashboards.grafana import build
from dashboards.grafana.language import LANGUAGES, Language, words
from dashboards.grafana.units import CHANNELS, GRAFANA, grafana_unit
from edge_agent.wire import schema

NAMES = tuple(build.BOARDS)
EACH = [(code, name) for code in LANGUAGES for name in NAMES]
PANELS = {"barchart", "row", "stat", "state-timeline", "table", "timeseries"}
"""Of those that Grafana brings."""
STEPS = {"groupBy", "organize", "reduce", "renameByRegex", "sortBy"}
TEXTS = {
    schema.STOP: set(schema.STOP_TEXTS),
    schema.CALIBRATION: {"certificate", "unit"},
    schema.DUE: {"state", "urgency", "name"},
    schema.INDICATOR: {"state", "unit"},
    schema.PILOT: {"name"},
    schema.EDGE_STATUS: {"state"},
    schema.WORK_UNIT_STATE: {"state", "reason_vi", "reason_en"},
}
"""Texts of measurements; the schema names them in its docstrings."""
ELEMENTS = {*schema.SECONDS.values(), *schema.ENERGY.values(), *schema.ELEMENT_FIELDS}
ROLLED = {
    *schema.SECONDS.values(),
    *schema.ENERGY.values(),
    *schema.ROLLED_FIELDS,
    *schema.ROLLED_SUMS,
    schema.TARGET,
    schema.WANTED,
}
FIELDS = {
    schema.ELEMENT: {*ELEMENTS, *schema.ELEMENT_TAGS},
    schema.ELEMENT_HOUR: {*ROLLED, *schema.ELEMENT_TAGS},
    schema.ELEMENT_DAY: {*ROLLED, *schema.ELEMENT_TAGS},
    schema.ELEMENT_SHIFT: {*ROLLED, schema.TARGET_OEE, *schema.ELEMENT_SHIFT_TAGS},
    schema.STOP: {*schema.STOP_NUMBERS, *schema.STOP_TAGS},
    schema.WORK_UNIT_STATE: {"state_code", *schema.WORK_UNIT_STATE_TAGS},
    schema.WINDOW_HOUR: {*schema.TAGS, *(f"${{channel:raw}}{end}" for end in schema.WINDOW_HOUR_FIELDS)},
    schema.INDICATOR: {*schema.INDICATOR_NUMBERS, *schema.INDICATOR_TAGS},
    schema.PLAN: {*schema.PLAN_NUMBERS, *schema.PLAN_TAGS},
    schema.CALIBRATION: {*schema.CALIBRATION_NUMBERS, *schema.CALIBRATION_TAGS},
    schema.CHECK: {*schema.CHECK_NUMBERS, *schema.CHECK_TAGS},
    schema.DUE: {*schema.DUE_NUMBERS, *schema.DUE_TAGS},
    schema.PILOT: {*schema.PILOT_NUMBERS, *schema.PILOT_TAGS},
    schema.EDGE_STATUS: {*schema.EDGE_STATUS_NUMBERS, *schema.EDGE_STATUS_TAGS},
    schema.BUS_STATUS: {*schema.BUS_STATUS_NUMBERS, *schema.BUS_STATUS_TAGS},
}
TOKEN = re.compile(r"""\s+|"(?P<name>[^"]*)"|'[^']*'|/(?:[^/\\]|\\.)*/(?=[\s)]|$)|(?P<word>[$\w.:{}]+)|[^\w\s]""")
"""Of InfluxQL: quoted names, texts, regular expressions, words and numbers, signs."""
ABSOLUTE = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d|\b1[0-9]{9}\b|https?://|localhost|\b\d+\.\d+\.\d+\.\d+\b")


def panels_of(board) -> list:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries_of(board) -> list[str]:
    asked = [target["query"] for panel in panels_of(board) for target in panel["targets"]]
    asked += [note["target"]["query"] for note in board["annotations"]["list"]]
    return asked + [one["query"] for one in board["templating"]["list"] if one["type"] == "query"]


def foreign(query: str) -> set[str]:
    """Names in a question that the schema lacks."""
    said = [match for match in TOKEN.finditer(query) if match[0].strip()]
    quoted = [(said[place - 1]["word"], match["name"]) for place, match in enumerate(said) if match["name"] is not None]
    ours = {name for before, name in quoted if before == "AS"}
    measured = {name for before, name in quoted if before == "FROM"}
    known = set().union(*(FIELDS.get(one, set()) | TEXTS.get(one, set()) for one in measured))
    return measured - FIELDS.keys() | {name for before, name in quoted if before not in ("AS", "FROM")} - ours - known


def test_what_ships_is_what_the_python_says(grafana_folder) -> None:
    assert {name for name, text in build.files().items() if (grafana_folder / name).read_text("utf-8") != text} == set()
    shipped = {str(file.relative_to(grafana_folder)) for file in (grafana_folder / "built").rglob("*.json")}
    assert shipped == {name for name in build.files() if name.startswith("built")}


@pytest.mark.parametrize(("code", "name"), EACH)
def test_the_json_keeps_to_grafanas_model(boards, code, name) -> None:
    register_default_plugins()
    board = boards[code, name]
    again = json.loads(json.dumps(models.Dashboard.from_json(board), cls=JSONEncoder))
    # The model knows annotations of Grafana's own store only; ours ask InfluxDB.
    for before, after in zip(board["annotations"]["list"], again["annotations"]["list"], strict=True):
        after["target"] = before["target"]
    assert again == board


@pytest.mark.parametrize(("code", "name"), EACH)
def test_every_panel_has_its_words_a_unit_and_a_place_of_its_own(boards, code, name) -> None:
    board = boards[code, name]
    for panel in panels_of(board):
        assert panel["title"], panel["id"]
        assert panel["description"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == {"type": "influxdb", "uid": "${datasource}"}
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for one, other in combinations([panel["gridPos"] for panel in board["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"], (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in board["panels"])


@pytest.mark.parametrize(("code", "name"), EACH)
def test_no_absolute_time_host_or_plugin_that_grafana_does_not_bring(boards, code, name) -> None:
    board = boards[code, name]
    assert ABSOLUTE.findall(json.dumps(board)) == []
    assert {panel["type"] for panel in board["panels"]} <= PANELS
    assert {step["id"] for panel in panels_of(board) for step in panel.get("transformations", ())} <= STEPS
    assert board["time"]["from"].startswith("now-")
    assert board["time"]["to"] == "now"
    assert "id" not in board or board["id"] is None


@pytest.mark.parametrize(("code", "name"), EACH)
def test_every_name_in_every_question_is_in_the_schema(boards, code, name) -> None:
    assert {query: foreign(query) for query in queries_of(boards[code, name]) if foreign(query)} == {}


def test_every_name_in_every_rule_is_in_the_schema_and_each_is_linked_to_a_dashboard(rules, boards) -> None:
    panels = {(board["uid"], panel["id"]) for board in boards.values() for panel in panels_of(board)}
    for rule in rules.values():
        assert [foreign(one["model"]["query"]) for one in rule["data"] if foreign(one["model"].get("query", ""))] == []
        assert (rule["dashboardUid"], rule["panelId"]) in panels
        noted = rule["annotations"]
        assert (noted["__dashboardUid__"], noted["__panelId__"]) == (rule["dashboardUid"], str(rule["panelId"]))
        names = {one["refId"] for one in rule["data"]}
        asking = {one["refId"] for one in rule["data"] if "query" in one["model"]}
        assert rule["condition"] in names
        said = rule["data"][-1]["model"]["expression"] + noted["summary"]
        assert set(re.findall(r"\$(?:values\.)?([A-Z])\b", said)) == names - asking - {"Z"}


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ('SELECT sum("run_s") FROM "element" WHERE "site" =~ /^a$/', set()),
        ('SELECT sum("running_s") FROM "element"', {"running_s"}),
        ('SELECT "value" FROM "elements"', {"elements", "value"}),
        ('SELECT "total" AS "x" FROM "element" WHERE "shift" != \'-\' GROUP BY "line"', {"line"}),
        ('SHOW TAG VALUES FROM "due" WITH KEY = "oven"', {"oven"}),
    ],
)
def test_a_name_that_the_schema_lacks_is_found(query, wrong) -> None:
    assert foreign(query) == wrong


def test_texts_of_measurements_are_named_by_the_schema(grafana_folder) -> None:
    told = (grafana_folder.parents[1] / "edge_agent" / "wire" / "schema.py").read_text("utf-8")
    assert {text for texts in TEXTS.values() for text in texts if not re.search(rf'["`]{text}["`]', told)} == set()


def test_both_languages_have_the_same_panels_and_questions(boards) -> None:
    for name in NAMES:
        vi, en = (boards[code, name] for code in LANGUAGES)
        assert vi["uid"] == en["uid"]
        assert [panel["gridPos"] for panel in vi["panels"]] == [panel["gridPos"] for panel in en["panels"]]
        assert vi["tags"] == ["nhipdo", "vi"]
        assert [x["title"] != y["title"] for x, y in zip(vi["panels"], en["panels"], strict=True)].count(False) <= 1


def test_every_word_is_there_in_both_languages_and_is_used() -> None:
    said: set[str] = set()
    for code in LANGUAGES:
        say = Language(code)
        for board in build.BOARDS.values():
            build.json_of(board, say)
        said |= say.said
    written = words()
    assert all(len(both) == len(LANGUAGES) and all(both) for both in written.values())
    assert {key for key in written.keys() - said if not key.startswith("alert.")} == set()


def test_sentences_have_at_most_fifteen_words_in_english_and_are_short_in_vietnamese() -> None:
    """A Vietnamese word of two syllables is written as two, so more of them fit."""
    for key, (vi, en) in words().items():
        for text, most in ((en, 15), (vi, 24)):
            for sentence in re.split(r"[.;:] ", text.replace("{{ ", "").replace(" }}", "")):
                assert len(sentence.split()) <= most, (key, sentence)


def test_a_word_that_nobody_wrote_says_so() -> None:
    with pytest.raises(KeyError) as caught:
        Language("vi")("site.nothing")
    assert caught.value.args[0] == "words.toml: site.nothing: absent, expected one line a language. Add it."


def test_units_are_those_that_grafana_has_a_name_for() -> None:
    known = {value for name, value in vars(units).items() if name[0].isupper() and isinstance(value, str)}
    assert set(GRAFANA.values()) <= known
    assert all(grafana_unit(ucum) in known for ucum in CHANNELS.values())


def test_every_channel_of_a_register_map_has_its_unit_or_none(grafana_folder) -> None:
    """What a channel is drawn in is what its map says; a name that tells nothing is drawn as a number."""
    import tomllib

    from edge_agent.wire.schema import is_channel

    for file in (grafana_folder.parents[1] / "drivers" / "maps").rglob("*.toml"):
        for register in tomllib.loads(file.read_text("utf-8")).get("register", ()):
            name, unit = register["channel"], register.get("unit", "1")
            drawn = [ucum for pattern, ucum in CHANNELS.items() if re.search(pattern, name)]
            assert not is_channel(name) or not drawn or drawn[-1] == unit, (file.name, name, unit)


def test_provisioned_sources_are_one_at_a_time_and_take_all_from_the_environment(grafana_folder) -> None:
    import yaml

    for folder in ("datasources", "datasources-2", "datasources-3"):
        [file] = (grafana_folder / "provisioning" / folder).iterdir()
        [source] = yaml.safe_load(file.read_text("utf-8"))["datasources"]
        assert (source["uid"], source["type"], source["jsonData"]["version"]) == ("nhipdo", "influxdb", "InfluxQL")
        assert source["url"] == "$NHIPDO_INFLUXDB_URL"
        assert source["jsonData"]["dbName"] == "$NHIPDO_INFLUXDB_DATABASE"
        assert all("$NHIPDO_INFLUXDB_PASSWORD" in secret for secret in source["secureJsonData"].values())
    [provider] = yaml.safe_load((grafana_folder / "provisioning/dashboards/nhipdo.yaml").read_text("utf-8"))[
        "providers"
    ]
    assert provider["options"]["path"] == "$NHIPDO_DASHBOARDS"


@pytest.mark.parametrize(("code", "name"), EACH)
def test_every_column_of_a_table_has_its_place_and_a_word(boards, code, name) -> None:
    """Grafana's server puts tags in another order at every turn."""
    for panel in panels_of(boards[code, name]):
        if panel["type"] == "table":
            [target], [step] = panel["targets"], panel["transformations"]
            grouped = re.findall(r'"(\w+)"', target["query"].partition(" GROUP BY ")[2])
            said = re.findall(r'AS "([^"]+)"', target["query"])
            places = step["options"]["indexByName"]
            assert sorted(places, key=places.__getitem__) == ["Time", *grouped, *said]
            assert len(set(places.values())) == len(places)
            assert set(grouped) <= step["options"]["renameByName"].keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_series_of_the_drift_has_one_colour_and_its_band(boards, code) -> None:
    say = Language(code)
    [panel] = [one for one in panels_of(boards[code, "laboratory"]) if one["title"] == say("laboratory.errors")]
    drawn = {
        (rule["matcher"]["options"], one["id"]): one["value"]
        for rule in panel["fieldConfig"]["overrides"]
        for one in rule["properties"]
    }
    names = [
        f"{say(f'figure.{figure}')} {say(f'run.{run}')}"
        for figure in ("error", "above", "below", "mpe_above")
        for run in ("as_found", "as_left", "unadjusted")
    ]
    assert [drawn[name, "color"]["fixedColor"] for name in names] == ["#1550e0"] * 3 + ["#f0761a"] * 6 + ["#b00414"] * 3
    assert all(drawn[above, "custom.fillBelowTo"] == below for above, below in zip(names[3:6], names[6:9], strict=True))
