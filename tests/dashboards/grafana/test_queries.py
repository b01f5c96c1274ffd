"""Every question of every dashboard and rule, asked of a real InfluxDB as Grafana would ask it, has an answer."""

import pytest

NOW_MS = 1_795_330_800_000
NAMES = ("site", "work_unit", "energy", "laboratory", "pilot", "province", "edges")
EACH = [(code, name) for code in ("vi", "en") for name in NAMES]
RULES = ("edge-silent", "samples-missing", "outbox-half", "certificate-expired", "drift", "oee-low")


def has_rows(filled, query: str) -> bool:
    return any(value is not None for row in filled.ask(query) for name, value in row.cells.items() if name != "time")


@pytest.mark.parametrize(("code", "name"), EACH)
def test_every_panel_gives_rows(filled, boards, moment, expand, code, name) -> None:
    board = boards[code, name]
    known = moment(board)
    empty = []
    for panel in board["panels"]:
        if panel["type"] == "row":
            continue
        interval = max(known.interval, _ms(panel.get("interval", "1s")))
        for target in panel["targets"]:
            query = expand(target["query"], known._replace(interval=interval))
            if not has_rows(filled, query):
                empty.append(f"{panel['title']}: {query}")
    assert empty == []


@pytest.mark.parametrize("name", ["site", "work_unit", "energy", "laboratory", "pilot"])
def test_every_annotation_marks_something_and_names_the_column_that_is_read(filled, boards, moment, expand, name):
    for code in ("vi", "en"):
        board = boards[code, name]
        for note in board["annotations"]["list"]:
            target = note["target"]
            # Where Grafana's page asks by itself it puts the range in once only.
            assert target["query"].count("$timeFilter") == 1, note["name"]
            rows = filled.ask(expand(target["query"], moment(board)))
            assert rows, f"{note['name']}: {target['query']}"
            for row in rows:
                assert {target["textColumn"], target["tagsColumn"]} <= row.cells.keys() | row.tags.keys()


def test_a_product_is_marked_where_it_comes_into_force(filled, boards, moment, expand) -> None:
    board = boards["vi", "work_unit"]
    [note] = [one for one in board["annotations"]["list"] if one["name"] == "Đổi sản phẩm"]
    found = [(row.tags["product"], row.at) for row in filled.ask(expand(note["target"]["query"], moment(board)))]
    begun = []
    before: dict[str, set[str]] = {}
    for one in filled.elements:
        if one.work_unit == "press-1":
            there = {part.product for part in one.parts if part.product}
            begun += [(product, one.since // 10**6) for product in there - before.get("press-1", set())]
            before["press-1"] = there
    # A product in force in a bucket, and not in the one before; nights have no buckets, so mornings begin anew.
    since = moment(board).since
    assert sorted(x for x in found if x[1] > since) == sorted(x for x in begun if x[1] > since)
    assert len(begun) > 8


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_series_to_watch(filled, rules, moment, boards, expand, name) -> None:
    rule = rules[f"nhipdo-{name}"]
    asked = rule["data"][0]
    span = asked["relativeTimeRange"]
    at = moment(boards["vi", "edges"])._replace(since=NOW_MS - span["from"] * 1000, until=NOW_MS - span["to"] * 1000)
    assert has_rows(filled, expand(asked["model"]["query"], at._replace(chosen={})))


def test_all_rules_are_those_that_are_asked(rules) -> None:
    assert set(rules) == {f"nhipdo-{name}" for name in RULES}


def test_several_choices_and_names_with_signs_of_their_own_are_asked_for_as_they_are(filled, boards, moment, expand):
    board = boards["vi", "site"]
    known = moment(board)
    query = board["panels"][1]["targets"][0]["query"]
    one = filled.ask(expand(query, known._replace(chosen={**known.chosen, "work_unit": "press-1"})))
    assert one
    assert filled.ask(expand(query, known._replace(chosen={**known.chosen, "work_unit": "press.1"}))) == []


def test_a_machine_without_planned_time_has_no_oee_and_not_an_oee_of_zero(filled, boards, moment, expand) -> None:
    board = boards["vi", "work_unit"]
    query = next(p for p in board["panels"] if p.get("targets"))["targets"][0]["query"]
    at = moment(board)
    # Before six everything is outside of the shifts.
    five = NOW_MS - 9 * 3_600_000
    assert filled.ask(f'SELECT sum("not_scheduled_s") FROM "element" WHERE time >= {five}ms AND time < {five + 1}ms')
    assert filled.ask(expand(query, at._replace(since=five, until=five + 3_599_000))) == []


def _ms(duration: str) -> int:
    return int(duration[:-1]) * {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}[duration[-1]]
