"""Alert rules, as a file that Grafana provisions.

Decision: rules are said in both languages at once.
Because: a rule exists once, whoever is called by it.

Decision: the YAML is written here.
Because: it is made of tables, lists, numbers and texts only, and a text in YAML may stand as JSON writes it.

Decision: a dollar stands in questions, expressions and annotations only.
Because: Grafana takes what begins with one from its environment in every other field of such a file.

Decision: a summary says something else where there is no label.
Because: Grafana fills in the same words when InfluxDB does not answer or has nothing, and then nobody is named.

Decision: shifts are asked for that began at least 13 hours ago, the newest two of each machine, whatever their names.
Because: a shift lasts at most twelve hours, and one that is not over yet says nothing. The points of shifts stand at
their beginnings, so that InfluxQL can order them; points by day it cannot.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.grafana import influxql
from dashboards.grafana.board import DATASOURCE, PREFIX, Board, dashboard_of, uid
from dashboards.grafana.elements import IDEAL, IDEAL_REJECT
from dashboards.grafana.language import LANGUAGES, Language
from edge_agent.wire.schema import DUE, DUE_STATES, EDGE_STATUS, ELEMENT_SHIFT, OBSERVED, TARGET_OEE

FOLDER = "Nhịp đo"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_EXPRESSION = "__expr__"
_BY_EDGE = ("site", "edge")
_BY_INSTRUMENT = ("owner", "site", "instrument", "kind")
_BY_MACHINE = ("site", "edge", "work_unit")
_OEE = f'("{IDEAL}" - "{IDEAL_REJECT}") / "{OBSERVED}"'
_JUDGED = (f'"{OBSERVED}" >= {_HOUR}', f'"{TARGET_OEE}" > 0')
"""Shifts of machines that count pieces, with an hour of data at least."""


class Asked(NamedTuple):
    """A question, and the number that its answer becomes for each thing that is watched.

    Attributes:
        query: Gives a series of one column for each of them.
        reducer: How a series becomes the number.
    """

    query: str
    reducer: str = "last"


class Rule(NamedTuple):
    """One rule.

    Attributes:
        key: Of its words, and its uid.
        asked: Name of a number -> how it is asked for.
        of: The label that names what is watched.
        since: Seconds before now from which it asks.
        condition: An expression of the numbers; not zero: something is wrong.
        lasts: For how long it must be so.
        panel: Key of the panel to look at; its dashboard's name is before the point.
        until: Seconds before now up to which it asks.
        severity: ``critical``: somebody must act today.
        silence: State when there is nothing at all: for one rule that is news, for the others its consequence.
    """

    key: str
    asked: Mapping[str, Asked]
    of: str
    since: int
    condition: str
    lasts: str
    panel: str
    until: int = 0
    severity: str = "warning"
    silence: str = "OK"


def rules() -> list[Rule]:
    """All of them."""
    return [*_of_edges(), *_of_instruments(), _of_machines()]


def _of_edges() -> Iterator[Rule]:
    ten = 10 * _MINUTE
    yield Rule(
        "edge_silent", _edge("silent"), "edge", ten, "$B > 0", "3m", "edges.silence",
        severity="critical", silence="NoData",
    )  # fmt: skip
    yield Rule("samples_missing", _edge("missing"), "edge", ten, "$B > 0", "10m", "edges.lost", severity="critical")
    yield Rule("outbox_half", _edge("outbox_used"), "edge", ten, "$B > 0.5", "10m", "edges.outbox")


def _of_instruments() -> Iterator[Rule]:
    # A point a day, at midnight: that of yesterday counts until that of today is there, and no longer. What is no
    # longer so would else be said of an instrument for another day.
    day = 26 * _HOUR
    state, drift = _due("state_code"), _due("drift_days_left")
    not_in_order = f"$B == {DUE_STATES['not']:g}"
    yield Rule("certificate_expired", state, "instrument", day, not_in_order, "0s", "laboratory.list")
    yield Rule("drift", drift, "instrument", day, "$B <= 0", "0s", "laboratory.errors")


def _of_machines() -> Rule:
    newest = influxql.group(_BY_MACHINE) + " ORDER BY time DESC LIMIT "
    margins = influxql.rows(ELEMENT_SHIFT, {f'{_OEE} - "{TARGET_OEE}"': "margin"}, _JUDGED, f"{newest}2")
    asked = {
        "B": Asked(margins, "max"),
        "C": Asked(margins, "count"),
        "D": Asked(influxql.rows(ELEMENT_SHIFT, {_OEE: "oee"}, _JUDGED, f"{newest}1")),
        "E": Asked(influxql.rows(ELEMENT_SHIFT, {f'"{TARGET_OEE}"': "target"}, _JUDGED, f"{newest}1")),
    }
    condition = "$B < 0 && $C > 1"
    return Rule("oee_low", asked, "work_unit", 4 * _DAY, condition, "0s", "site.oee_by_shift", until=13 * _HOUR)


def yaml(boards: Mapping[str, Callable[[Language], Board]]) -> str:
    """The file.

    Args:
        boards: Name -> dashboard, which its rules lead to.
    """
    speak = [Language(code) for code in LANGUAGES]
    groups = [
        {
            "orgId": 1,
            "name": f"{PREFIX}-{name}",
            "folder": FOLDER,
            "interval": interval,
            "rules": [_said(rule, speak, boards) for rule in rules() if rule.panel.partition(".")[0] in watched],
        }
        for name, interval, watched in (("edges", "1m", {"edges"}), ("daily", "1h", {"site", "laboratory"}))
    ]
    head = "# Written by `make dashboards` from dashboards/grafana/alerts.py; what is changed here is lost.\n"
    return head + "\n".join(_lines({"apiVersion": 1, "groups": groups})) + "\n"


def _edge(field: str) -> dict[str, Asked]:
    return {"B": Asked(influxql.rows(EDGE_STATUS, {f'last("{field}")': field}, [], influxql.group(_BY_EDGE)))}


def _due(field: str) -> dict[str, Asked]:
    return {"B": Asked(influxql.rows(DUE, {f'last("{field}")': "value"}, [], influxql.group(_BY_INSTRUMENT)))}


def _said(rule: Rule, speak: Sequence[Language], boards: Mapping[str, Callable[[Language], Board]]) -> dict[str, Any]:
    title, *others = (say(f"alert.{rule.key}") for say in speak)
    about, unanswered = (
        " / ".join(say(f"alert.{key}") for say in speak) for key in (f"{rule.key}_about", "unanswered")
    )
    data = [*_questions(rule), *_numbers(rule)]
    data.append(_data("Z", _EXPRESSION, {"refId": "Z", "type": "math", "expression": rule.condition}))
    board = rule.panel.partition(".")[0]
    summary = f"{{{{ if $labels.{rule.of} }}}}{about}{{{{ else }}}}{unanswered}{{{{ end }}}}"
    leads_to, panel = uid(board), _panel_id(boards[board], speak[0], rule.panel)
    return {
        "uid": f"{PREFIX}-{rule.key}".replace("_", "-"),
        "title": f"{title} · {' · '.join(others)}",
        "condition": "Z",
        "for": rule.lasts,
        "noDataState": rule.silence,
        "execErrState": "Error",
        # Said twice, as Grafana keeps it: the fields are what its file asks for, the annotations what its page reads.
        "dashboardUid": leads_to,
        "panelId": panel,
        "annotations": {"summary": summary, "__dashboardUid__": leads_to, "__panelId__": str(panel)},
        "labels": {"severity": rule.severity, "source": PREFIX},
        "data": data,
    }


def _questions(rule: Rule) -> Iterator[dict[str, Any]]:
    for name, query in _named(rule):
        model = {"refId": name, "query": query, "rawQuery": True, "resultFormat": "time_series"}
        yield _data(name, DATASOURCE, model, rule.since, rule.until)


def _numbers(rule: Rule) -> Iterator[dict[str, Any]]:
    names = {query: name for name, query in _named(rule)}
    for name, asked in rule.asked.items():
        model = {"refId": name, "type": "reduce", "reducer": asked.reducer, "expression": names[asked.query]}
        yield _data(name, _EXPRESSION, model | {"settings": {"mode": "dropNN"}})


def _named(rule: Rule) -> list[tuple[str, str]]:
    """Each question once, as ``A``, ``A2`` ..."""
    found = dict.fromkeys(asked.query for asked in rule.asked.values())
    return [(f"A{number}" if number > 1 else "A", query) for number, query in enumerate(found, 1)]


def _panel_id(board: Callable[[Language], Board], say: Language, key: str) -> int:
    """The number of the panel with these words."""
    found = [panel.id_val for panel in dashboard_of(board(say), say).panels or () if panel.title == say(key)]
    return next(number for number in found if number is not None)


def _data(name: str, source: str, model: Mapping[str, Any], since: int = 0, until: int = 0) -> dict[str, Any]:
    return {
        "refId": name,
        "relativeTimeRange": {"from": since, "to": until},
        "datasourceUid": source,
        "model": dict(model),
    }


def _lines(value: Any, indent: str = "") -> list[str]:
    """Tables and lists as blocks, all else as JSON, which is YAML too."""
    if isinstance(value, dict) and value:
        lines = []
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                lines += [f"{indent}{key}:", *_lines(inner, indent + "  ")]
            else:
                lines.append(f"{indent}{key}: {json.dumps(inner, ensure_ascii=False)}")
        return lines
    if isinstance(value, list) and value:
        lines = []
        for inner in value:
            first, *others = _lines(inner, indent + "  ")
            lines += [f"{indent}- {first.strip()}", *others]
        return lines
    return [indent + json.dumps(value, ensure_ascii=False)]
