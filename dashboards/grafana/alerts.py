"""Alert rules, as a file that Grafana provisions.

Decision: rules are said in both languages at once.
Because: a rule exists once, whoever is called by it.

Decision: the YAML is written here.
Because: it is made of tables, lists, numbers and texts only, and a text in YAML may stand as JSON writes it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.grafana import influxql
from dashboards.grafana.board import DATASOURCE, PREFIX, Board, dashboard_of, uid
from dashboards.grafana.elements import DAY, IN_SHIFT, OEE
from dashboards.grafana.language import LANGUAGES, Language
from edge_agent.wire.schema import DUE, DUE_STATES, EDGE_STATUS, ELEMENT_DAY

OEE_TARGET = 0.6
"""What OEE should not stay below; a machine's own target is not among the points."""
FOLDER = "Nhịp đo"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_EXPRESSION = "__expr__"
_BY_EDGE = ("site", "edge")
_BY_INSTRUMENT = ("owner", "site", "instrument", "kind")
_BY_SHIFT = ("site", "work_unit", "shift")


class Rule(NamedTuple):
    """One rule.

    Attributes:
        key: Of its words, and its uid.
        query: Gives a series for each thing that is watched.
        since: Seconds before now from which it asks.
        until: Seconds before now up to which it asks.
        reducers: Name -> how a series becomes one number.
        condition: An expression of these; not zero: something is wrong.
        lasts: For how long it must be so.
        panel: Key of the panel to look at; its dashboard's name is before the point.
        severity: ``critical``: somebody must act today.
        silence: State when there is nothing at all: for one rule that is news, for the others its consequence.
    """

    key: str
    query: str
    since: int
    until: int
    reducers: Mapping[str, str]
    condition: str
    lasts: str
    panel: str
    severity: str = "warning"
    silence: str = "OK"


def rules() -> list[Rule]:
    """All of them."""
    last = {"B": "last"}
    return [
        Rule(
            "edge_silent", _edge("silent"), 10 * _MINUTE, 0, last, "$B > 0", "3m", "edges.silence", "critical", "NoData"
        ),
        Rule("samples_missing", _edge("missing"), 10 * _MINUTE, 0, last, "$B > 0", "10m", "edges.lost", "critical"),
        Rule("outbox_half", _edge("outbox_used"), 10 * _MINUTE, 0, last, "$B > 0.5", "10m", "edges.outbox"),
        Rule(
            "certificate_expired",
            _due('last("state_code")'),
            2 * _DAY,
            0,
            last,
            _not_in_order(),
            "0s",
            "laboratory.list",
        ),
        Rule("drift", _due('last("drift_days_left")'), 2 * _DAY, 0, last, "$B <= 0", "0s", "laboratory.errors"),
        # Two whole days: a night shift ends by 30 h after the midnight of its day, then its elements come.
        Rule(
            "oee_low",
            influxql.ratio(ELEMENT_DAY, OEE, [IN_SHIFT], [DAY, *_BY_SHIFT]),
            80 * _HOUR,
            32 * _HOUR,
            {"B": "max", "C": "count"},
            f"$B < {OEE_TARGET} && $C > 1",
            "0s",
            "site.oee_by_shift",
        ),
    ]


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


def _edge(field: str) -> str:
    return influxql.rows(EDGE_STATUS, {f'last("{field}")': field}, [], influxql.group(_BY_EDGE))


def _due(expression: str) -> str:
    return influxql.rows(DUE, {expression: "value"}, [], influxql.group(_BY_INSTRUMENT))


def _not_in_order() -> str:
    return f"$B == {DUE_STATES['not']:g}"


def _said(rule: Rule, speak: Sequence[Language], boards: Mapping[str, Callable[[Language], Board]]) -> dict[str, Any]:
    title, *others = (say(f"alert.{rule.key}") for say in speak)
    about = " / ".join(say(f"alert.{rule.key}_about") for say in speak)
    query = {"refId": "A", "query": rule.query, "rawQuery": True, "resultFormat": "time_series"}
    data = [_data("A", DATASOURCE, query, rule.since, rule.until)]
    for name, reducer in rule.reducers.items():
        reduced = {"type": "reduce", "reducer": reducer, "expression": "A", "settings": {"mode": "dropNN"}}
        data.append(_data(name, _EXPRESSION, {"refId": name, **reduced}))
    data.append(_data("Z", _EXPRESSION, {"refId": "Z", "type": "math", "expression": rule.condition}))
    board = rule.panel.partition(".")[0]
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
        "annotations": {"summary": about, "__dashboardUid__": leads_to, "__panelId__": str(panel)},
        "labels": {"severity": rule.severity, "source": PREFIX},
        "data": data,
    }


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
