"""Every question that docs/grafana.md shows is one that InfluxDB answers, and says what the page says of it."""

import re
from pathlib import Path

import pytest

NOW_MS = 1_795_330_800_000
PAGE = (Path(__file__).parents[3] / "docs" / "grafana.md").read_text("utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
TYPED = re.findall(r'-execute "(.*?)"\n', PAGE)


def test_the_page_shows_questions() -> None:
    assert (len(BLOCKS), len(TYPED)) == (2, 1)


@pytest.mark.parametrize("query", [*BLOCKS, *TYPED])
def test_every_question_of_the_page_is_answered(filled, query) -> None:
    rows = filled.ask(query.replace("now()", f"{NOW_MS}ms"))
    assert rows
    assert all(None not in row.cells.values() for row in rows)


def test_the_question_of_two_shifts_is_the_one_of_the_alert_rule(rules) -> None:
    asked = rules["nhipdo-oee-low"]["data"][0]
    assert asked["relativeTimeRange"] == {"from": 4 * 86_400, "to": 13 * 3600}
    of_rule = asked["model"]["query"].replace("$timeFilter", "time > now() - 4d AND time < now() - 13h")
    assert " ".join(BLOCKS[1].split()) == of_rule


def test_every_rule_is_in_the_table_of_alerts(rules) -> None:
    for rule in rules.values():
        vi, en = rule["title"].split(" · ")
        assert re.search(rf"^\| {re.escape(vi)} \|.*\| {re.escape(en)} \|", PAGE, re.MULTILINE | re.IGNORECASE), vi
