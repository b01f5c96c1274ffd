"""Alert rules as Grafana evaluates them, on a real InfluxDB: silent of a healthy shop, they name what is wrong."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dashboards.grafana import alerts, build
from edge_agent.wire.schema import DUE, DUE_STATES, EDGE_STATUS
from edge_agent.wire.shop_floor import Elements, Part, WorkUnitDescription
from gateway import registry
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.timeseries.influx import InfluxStore
from gateway.told.mirroring import point, write
from gateway.told.shop_floor import ShopFloorPoints

S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
NOW = 1_795_330_800 * S
"""2026-11-22, 14:00 in Viet Nam."""
MIDNIGHT = NOW - 14 * HOUR
TODAY = date(2026, 11, 22)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EDGE = EdgeId("sa-dec", "press-shop")
NO_DATA, NORMAL, ALERTING = "NoData", "Normal", "Alerting"


class Result(NamedTuple):
    """Of one thing that is watched."""

    labels: dict[str, str]
    state: str
    values: dict[str, float]


# ------------------------------------------------------------------ what Grafana does


def evaluated(shop, expand, rule: dict, now: int = NOW) -> list[Result]:
    """The rule's states, as Grafana comes to them.

    A series for each group and column; reduced without what is no number; joined by equal labels; not 0 is alerting.
    Nothing at all is the state that the rule says.

    Source: Grafana 11, pkg/tsdb/influxdb/influxql/buffered, pkg/expr and pkg/services/ngalert/eval.
    """
    series, numbers = {}, {}
    for step in rule["data"]:
        model, span = step["model"], step["relativeTimeRange"]
        assert model["refId"] == step["refId"]
        if step["datasourceUid"] == "nhipdo":
            since, until = (now // 10**6 - span[name] * 1000 for name in ("from", "to"))
            asked = SimpleNamespace(since=since, until=until, interval=1000, chosen={})
            series[step["refId"]] = frames(shop.series(expand(model["query"], asked)))
        elif model["type"] == "reduce":
            assert model["settings"] == {"mode": "dropNN"}
            numbers[step["refId"]] = {
                labels: reduced(model["reducer"], values) for labels, values in series[model["expression"]].items()
            }
        else:
            condition = model["expression"]
    assert rule["condition"] == rule["data"][-1]["refId"]
    terms = [re.fullmatch(r"\$(\w) (<=|==|<|>) (-?[\d.]+)", term).groups() for term in condition.split(" && ")]
    found = []
    for labels in set.intersection(*(set(numbers[name]) for name, _, _ in terms)):
        values = {name: its[labels] for name, its in numbers.items() if labels in its}
        held = all(holds(values[name], sign, float(limit)) for name, sign, limit in terms)
        found.append(Result(dict(labels), ALERTING if held else NORMAL, values))
    return found or [Result({"datasource_uid": "nhipdo"}, {"OK": NORMAL}.get(rule["noDataState"], NO_DATA), {})]


def frames(answer: list[dict]) -> dict[tuple, list]:
    found = {}
    for one in answer:
        assert one["columns"][0] == "time"
        assert len(one["columns"]) == 2, "columns of one group have the same labels, which Grafana refuses"
        found[tuple(sorted(one["tags"].items()))] = [cells[1] for cells in one["values"]]
    return found


def reduced(reducer: str, values: list) -> float:
    kept = [value for value in values if value is not None]
    return {"last": lambda: kept[-1], "max": lambda: max(kept), "count": lambda: float(len(kept))}[reducer]()


def holds(value: float, sign: str, limit: float) -> bool:
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, "==": value == limit}[sign]


def summary(rule: dict, result: Result) -> str:
    """The text that is sent. A label that is absent is false; a value is a number of a reduced question."""
    text = rule["annotations"]["summary"]
    label, there, absent = re.fullmatch(
        r"\{\{ if \$labels\.(\w+) \}\}(.*)\{\{ else \}\}(.*)\{\{ end \}\}", text
    ).groups()
    text = there if label in result.labels else absent
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda m: result.labels[m[1]], text)
    text = re.sub(r'\{\{ printf "%\.0f" \$values\.(\w)\.Value \}\}', lambda m: f"{result.values[m[1]]:.0f}", text)
    text = re.sub(
        r"\{\{ humanizePercentage \$values\.(\w)\.Value \}\}", lambda m: f"{result.values[m[1]] * 100:.4g}%", text
    )
    assert "{" not in text, text
    return text


# ------------------------------------------------------------------ what happens on the shop floor


@pytest.fixture
def shop(database, one_influxdb, request):
    """A database of one test, and who writes to it."""
    name = re.sub(r"\W", "_", request.node.name)
    store = InfluxStore(one_influxdb.url, database=name)
    its = database(name)
    its.store = store
    write(store, [point(EDGE_STATUS, ("sa-dec", "other"), {"silent": 0, "missing": 0}, {}, NOW - DAY)])
    yield its
    its.http.clear()
    store.close()


@pytest.fixture
def fired(shop, expand, rules):
    """Who is named by a rule now: the last label of each, and the text."""

    def ask(key: str, now: int = NOW) -> dict[str, str]:
        rule = rules[f"nhipdo-{key}"]
        last = {"edges": "edge", "laboratory": "instrument", "site": "work_unit"}[
            rule["dashboardUid"].removeprefix("nhipdo-")
        ]
        its = [one for one in evaluated(shop, expand, rule, now) if one.state == ALERTING]
        return {one.labels[last]: summary(rule, one) for one in its}

    return ask


def minutes(shop, edge: str, last: int = 0, now: int = NOW, **numbers: float) -> None:
    """What is told of an edge each minute, up to some minutes ago."""
    write(
        shop.store,
        [
            point(EDGE_STATUS, ("sa-dec", edge), {"silent": 0, "missing": 0} | numbers, {}, now - k * MINUTE)
            for k in range(last, 30)
        ],
    )


def test_an_edge_that_does_not_speak_is_named_and_no_other(shop, fired) -> None:
    minutes(shop, "press-shop", outbox_used=0.1)
    assert fired("edge-silent") == {}
    minutes(shop, "paint-shop", silent=1)
    said = fired("edge-silent")
    assert list(said) == ["paint-shop"]
    assert said["paint-shop"] == (
        "sa-dec/paint-shop không báo. Xem nguồn điện và mạng. / "
        "sa-dec/paint-shop does not speak. Look at its power and network."
    )
    minutes(shop, "paint-shop", now=NOW + 2 * MINUTE)
    assert fired("edge-silent", NOW + 2 * MINUTE) == {}


def test_a_gateway_that_tells_nothing_any_more_is_news_of_one_rule_and_names_no_edge(shop, expand, rules) -> None:
    minutes(shop, "press-shop", last=5)
    assert [one.state for one in evaluated(shop, expand, rules["nhipdo-edge-silent"])] == [NORMAL]
    later = NOW + 6 * MINUTE
    states = {key: [one.state for one in evaluated(shop, expand, rule, later)] for key, rule in rules.items()}
    assert {key for key, its in states.items() if its != [NORMAL]} == {"nhipdo-edge-silent"}
    [one] = evaluated(shop, expand, rules["nhipdo-edge-silent"], later)
    assert one.state == NO_DATA
    assert summary(rules["nhipdo-edge-silent"], one) == (
        "Không có số liệu để xét. Xem máy chủ nhịp đo và InfluxDB có chạy không. / "
        "Nothing to judge by. See whether the gateway and InfluxDB run."
    )


def test_an_edge_whose_messages_are_missing_is_named_with_how_many(shop, fired) -> None:
    minutes(shop, "press-shop")
    assert fired("samples-missing") == {}
    minutes(shop, "paint-shop", missing=1_234_567)
    said = fired("samples-missing")
    assert list(said) == ["paint-shop"]
    assert said["paint-shop"].startswith("sa-dec/paint-shop thiếu 1234567 gói tin. ")


def test_an_outbox_is_told_of_above_half_and_where_the_edge_says_how_full_it_is(shop, fired) -> None:
    minutes(shop, "press-shop", outbox_used=0.5)
    minutes(shop, "old-edge")
    assert fired("outbox-half") == {}
    minutes(shop, "paint-shop", outbox_used=0.75)
    said = fired("outbox-half")
    assert list(said) == ["paint-shop"]
    assert "its outbox is 75% full" in said["paint-shop"]


# ------------------------------------------------------------------ what happens in the laboratory


def due(shop, code: str, state: str, back: int = 0, **numbers: float) -> None:
    """As of today, or of a day before."""
    tags = ("Cơ khí Sa Đéc", "", code, "calibration")
    at = MIDNIGHT - back * DAY
    write(shop.store, [point(DUE, tags, {"state_code": DUE_STATES[state]} | numbers, {"state": state}, at)])


def test_an_instrument_that_must_not_be_used_is_named_until_it_is_calibrated(shop, fired) -> None:
    for code, state in (("CAN-01", "in_order"), ("CAN-02", "soon"), ("CAN-03", "unsaid"), ("CAN-04", "at_rest")):
        due(shop, code, state)
    assert fired("certificate-expired") == {}
    due(shop, "CAN-05", "not")
    said = fired("certificate-expired")
    assert list(said) == ["CAN-05"]
    assert said["CAN-05"].startswith("CAN-05 (Cơ khí Sa Đéc) quá hạn hoặc không đạt. Ngừng dùng")
    due(shop, "CAN-05", "in_order")
    assert fired("certificate-expired") == {}


def test_what_was_so_yesterday_is_said_until_today_is_known_and_no_longer(shop, fired) -> None:
    due(shop, "CAN-05", "not", back=1)
    due(shop, "CAN-06", "in_order", back=1, drift_days_left=-3)
    soon = MIDNIGHT + 5 * MINUTE
    assert (list(fired("certificate-expired", soon)), list(fired("drift", soon))) == (["CAN-05"], ["CAN-06"])
    # Both were calibrated in the morning: one is gone from the list, of the other no drift is in sight any more.
    due(shop, "CAN-06", "in_order")
    assert (fired("certificate-expired"), fired("drift")) == ({}, {})


def test_an_error_that_has_left_what_is_permitted_is_named(shop, fired) -> None:
    due(shop, "CAN-01", "in_order")
    due(shop, "CAN-02", "in_order", drift_days_left=1)
    assert fired("drift") == {}
    due(shop, "CAN-03", "in_order", drift_days_left=0)
    due(shop, "CAN-04", "in_order", drift_days_left=-40)
    assert sorted(fired("drift")) == ["CAN-03", "CAN-04"]


# ------------------------------------------------------------------ two shifts

HOURS = {"A": 6, "B": 14, "C": 22}


class Worked:
    """Shifts of machines, from the edge's records to the points of shifts."""

    def __init__(self, engine, store) -> None:
        self.engine, self.store = engine, store

    def machine(self, name: str, **more: object) -> None:
        said = WorkUnitDescription(
            key=name, revision=1, at=1, micro_stop_s=120, max_gap_s=60, bucket_s=600, timezone=ZONE.key, **more
        )
        with registry.transaction(self.engine) as session:
            shop_floor.take_work_unit(session, EDGE, said, msgspec.json.encode(said).decode())

    def shift(self, unit: str, back: int, name: str, *oee: float, buckets: int = 8) -> None:
        """Some ten minutes from its beginning on; of each OEE a product that has the like share of the time."""
        day = TODAY - timedelta(days=back)
        begun = MIDNIGHT - back * DAY + HOURS[name] * HOUR
        parts = tuple(
            Part(shift=f"{name}@{day}", product=f"p{k}", ideal_cycle_s=1.0, ns={"RUN": 600 * S // len(oee)},
                 total=round(600 * share / len(oee)))
            for k, share in enumerate(oee)
        )  # fmt: skip
        with registry.transaction(self.engine) as session:
            for since in range(begun, begun + buckets * 600 * S, 600 * S):
                its = {"key": f"{unit}.{since}", "revision": 1, "at": since, "work_unit": unit}
                shop_floor.take_elements(
                    session, EDGE, Elements(**its, since=since, until=since + 600 * S, parts=parts)
                )

    def told(self) -> None:
        ShopFloorPoints(self.engine, self.store, ZONE).turn(NOW)


@pytest.fixture(scope="module")
def empty_registry(tmp_path_factory) -> Path:
    """Made once: its migrations take a second."""
    file = tmp_path_factory.mktemp("alerts") / "registry.sqlite"
    engine = registry.connect(f"sqlite:///{file}")
    registry.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture
def worked(shop, empty_registry, tmp_path):
    engine = registry.connect(f"sqlite:///{shutil.copy(empty_registry, tmp_path)}")
    yield Worked(engine, shop.store)
    engine.dispose()


def test_a_machine_is_named_when_its_last_two_shifts_whatever_their_names_and_days_were_low(worked, fired) -> None:
    worked.shift("over-midnight", 2, "A", 0.9)
    worked.shift("over-midnight", 2, "C", 0.5)
    worked.shift("over-midnight", 1, "A", 0.3)
    worked.shift("same-day", 1, "A", 0.5)
    worked.shift("same-day", 1, "B", 0.5)
    worked.shift("one-a-day", 2, "A", 0.55)
    worked.shift("one-a-day", 1, "A", 0.59)
    worked.shift("after-a-rest", 3, "C", 0.2)
    worked.shift("after-a-rest", 1, "A", 0.2)
    worked.told()
    said = fired("oee-low")
    assert sorted(said) == ["after-a-rest", "one-a-day", "over-midnight", "same-day"]
    assert said["over-midnight"] == (
        "over-midnight (sa-dec): hai ca liền OEE dưới mức đặt ra 60%. Ca sau đạt 30%. Xem tổn thất lớn nhất. "
        "/ over-midnight (sa-dec): OEE below its target of 60% for two shifts. The later one reached 30%. "
        "Look at the largest loss."
    )


def test_a_machine_is_not_named_for_one_low_shift_nor_for_two_with_a_good_one_between(worked, fired) -> None:
    worked.shift("good", 2, "A", 0.7)
    worked.shift("good", 1, "A", 0.7)
    worked.shift("one-shift-ever", 1, "A", 0.2)
    worked.shift("low-good-low", 2, "C", 0.2)
    worked.shift("low-good-low", 1, "A", 0.7)
    worked.shift("low-good-low", 1, "B", 0.2)
    worked.shift("good-again", 2, "A", 0.2)
    worked.shift("good-again", 2, "B", 0.2)
    worked.shift("good-again", 1, "A", 0.7)
    worked.shift("two-products", 2, "A", 0.2, 1.2)  # one of them is low, the shift is not
    worked.shift("two-products", 1, "A", 0.2, 1.2)
    worked.shift("long-ago", 6, "A", 0.2)
    worked.shift("long-ago", 5, "A", 0.2)
    worked.told()
    assert fired("oee-low") == {}


def test_a_shift_that_is_not_over_or_was_hardly_seen_says_nothing(worked, fired) -> None:
    for unit, oee in (("good", 0.7), ("low", 0.2)):
        worked.shift(unit, 1, "A", 0.7)
        worked.shift(unit, 1, "B", oee)
        worked.shift(unit, 0, "A", 0.1)  # began at six; it is fourteen
        worked.shift(unit, 1, "C", 0.1, buckets=5)
    worked.shift("low", 2, "C", 0.2)
    worked.told()
    assert fired("oee-low") == {}
    # From 19:00 on the shift of the morning counts.
    assert sorted(fired("oee-low", NOW + 5 * HOUR)) == ["low"]


def test_a_machine_is_held_to_its_own_target_and_to_none_without_counters(worked, fired) -> None:
    worked.machine("ambitious", target_oee=0.85)
    worked.machine("modest", target_oee=0.35)
    worked.machine("uncounted", target_oee=0.85, counts_pieces=False)
    for back in (2, 1):
        worked.shift("ambitious", back, "A", 0.8)
        worked.shift("modest", back, "A", 0.4)
        worked.shift("uncounted", back, "A", 0.0)
        worked.shift("nothing-said", back, "A", 0.8)
    worked.told()
    said = fired("oee-low")
    assert list(said) == ["ambitious"]
    assert "OEE below its target of 85% for two shifts. The later one reached 80%." in said["ambitious"]


# ------------------------------------------------------------------ where rules lead


def test_every_rule_leads_to_its_panel_in_either_language(boards, rules) -> None:
    assert len(rules) == len(alerts.rules()) == 6
    by_key = {f"nhipdo-{one.key}".replace("_", "-"): one for one in alerts.rules()}
    for uid, rule in rules.items():
        name = by_key[uid].panel.partition(".")[0]
        for code in ("vi", "en"):
            board = boards[code, name]
            [panel] = [one for one in board["panels"] if one["id"] == rule["panelId"]]
            assert board["uid"] == rule["dashboardUid"] == rule["annotations"]["__dashboardUid__"]
            assert str(panel["id"]) == rule["annotations"]["__panelId__"]
            assert panel["title"] == build.Language(code)(by_key[uid].panel)
            assert panel["type"] != "row"
