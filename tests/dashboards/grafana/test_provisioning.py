"""Provisioning files as Grafana reads them: what it takes from its environment, and what stays as it is written."""

import re
from collections.abc import Iterator

import pytest
import yaml

ENVIRONMENT = {
    "NHIPDO_DASHBOARDS": "/etc/nhipdo/dashboards/vi",
    "NHIPDO_INFLUXDB_URL": "http://influxdb:8086",
    "NHIPDO_INFLUXDB_DATABASE": "nhipdo",
    "NHIPDO_INFLUXDB_USER": "grafana",
    "NHIPDO_INFLUXDB_PASSWORD": "a$b #'\"${NHIPDO_INFLUXDB_USER}$$",
}
RAW = {"annotations", "model"}
"""What Grafana keeps as it is written of a rule; everything else of any file is expanded."""
SECRET = {
    "datasources": ("password", ENVIRONMENT["NHIPDO_INFLUXDB_PASSWORD"]),
    "datasources-2": ("httpHeaderValue1", f"Token {ENVIRONMENT['NHIPDO_INFLUXDB_PASSWORD']}"),
    "datasources-3": ("httpHeaderValue1", f"Bearer {ENVIRONMENT['NHIPDO_INFLUXDB_PASSWORD']}"),
}


def expanded(text: str) -> str:
    """One text of a file. ``${NAME}`` first, and then again what has come of it; ``$$`` is a dollar.

    Source: Grafana 11, pkg/services/provisioning/values/values.go and pkg/setting/expanders.go.
    """
    parts = []
    for part in text.split("$$"):
        braced = re.sub(r"\$\{([^}]+)\}", lambda found: ENVIRONMENT.get(found[1], ""), part)
        parts.append(re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda m: ENVIRONMENT.get(m[1] or m[2], ""), braced))
    return "$".join(parts)


def texts(value: object, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, *path, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, *path)
    elif isinstance(value, str):
        yield path, value


@pytest.fixture
def provisioned(grafana_folder):
    return lambda name: yaml.safe_load((grafana_folder / "provisioning" / name).read_text("utf-8"))


@pytest.mark.parametrize("folder", SECRET)
def test_a_source_is_what_the_environment_says_whatever_signs_a_password_has(provisioned, folder) -> None:
    [source] = provisioned(f"{folder}/influxdb.yaml")["datasources"]
    read = dict(texts(source))
    name, secret = SECRET[folder]
    assert expanded(read["secureJsonData", name]) == secret
    assert expanded(read["url",]) == ENVIRONMENT["NHIPDO_INFLUXDB_URL"]
    assert expanded(read["jsonData", "dbName"]) == "nhipdo"
    assert {name for text in read.values() for name in re.findall(r"\$\{?(\w+)", text)} <= ENVIRONMENT.keys()
    assert read["jsonData", "version"] == "InfluxQL"
    assert read["jsonData", "httpMode"] in {"GET", "POST"}
    assert (source["uid"], source["access"], source["editable"]) == ("nhipdo", "proxy", False)


def test_a_braced_name_would_expand_a_password_twice() -> None:
    """Why files say ``$NAME``: the rule that the test above rests on."""
    assert expanded("${NHIPDO_INFLUXDB_PASSWORD}") != ENVIRONMENT["NHIPDO_INFLUXDB_PASSWORD"]


def test_nothing_of_a_rule_is_taken_from_the_environment(provisioned) -> None:
    said = list(texts(provisioned("alerting/nhipdo.yaml")))
    assert [path for path, text in said if "$" in text and not RAW & set(path)] == []
    # Later versions expand braces in annotations, so there are none.
    assert [text for path, text in said if "annotations" in path and "${" in text] == []
    assert {"$timeFilter", "$B"} <= {word for _, text in said for word in re.findall(r"\$\w+", text)}


def test_rules_and_dashboards_are_in_one_folder(provisioned) -> None:
    """Grafana makes that of the rules first, by its name; a uid for the other would make a second of the same name."""
    [provider] = provisioned("dashboards/nhipdo.yaml")["providers"]
    assert {group["folder"] for group in provisioned("alerting/nhipdo.yaml")["groups"]} == {provider["folder"]}
    assert "folderUid" not in provider
    assert expanded(provider["options"]["path"]) == "/etc/nhipdo/dashboards/vi"
    assert (provider["allowUiUpdates"], provider["disableDeletion"]) == (False, False)


def test_uids_of_rules_are_those_that_grafana_takes_and_one_each(provisioned) -> None:
    rules = [rule for group in provisioned("alerting/nhipdo.yaml")["groups"] for rule in group["rules"]]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,40}", rule["uid"]) and len(rule["title"]) <= 190 for rule in rules)
    assert len({rule["uid"] for rule in rules}) == len({rule["title"] for rule in rules}) == len(rules)
    for rule in rules:
        names = [step["refId"] for step in rule["data"]]
        assert len(set(names)) == len(names)
        spans = {
            tuple(step["relativeTimeRange"].values()) for step in rule["data"] if step["datasourceUid"] == "nhipdo"
        }
        # Grafana puts the range of the first question into all of one source.
        assert len(spans) == 1
