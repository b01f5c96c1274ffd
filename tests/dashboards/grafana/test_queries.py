"""Every question of every dashboard and rule, asked of a real InfluxDB as Grafana would ask it, has an answer."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.elements import Elements as Sums
from edge_agent.kpi.elements import Figures, ProductPieces, figures

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


@pytest.mark.parametrize("name", NAMES)
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
    found = [(row.cells["text"], row.at) for row in filled.ask(expand(note["target"]["query"], moment(board)))]
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


# ------------------------------------------------------------------ ratios, held to edge_agent.kpi on the same records

RATIOS = {"oee", "availability", "effectiveness", "quality_ratio", "coverage", "mtbf_s", "mttr_s"}
ZONE_MS = 7 * 3_600_000
NS = 10**6


def kpi_of(parts) -> Figures:
    """What the edge and the pages would say of some parts."""
    total = Sums()
    for part in parts:
        ns = tuple(part.ns.get(bucket.name, 0) for bucket in Bucket)
        key = (part.product, part.ideal_cycle_s or 0.0)
        pieces = {key: ProductPieces(key[1], part.total, part.reject)} if part.product else {}
        total += Sums(ns, pieces, failures=part.failures, failing_ns=part.failing_ns)
    return figures(total)


def told(filled, measurement: str, at, row, chosen: str):
    """The parts that a row speaks of: by the range, the row's own stretch and its tags."""
    day = "time(1d" in measurement
    for one in filled.elements:
        for part in one.parts:
            shift, _, began = part.shift.partition("@")
            if not began:
                began = f"{datetime.fromtimestamp((one.since // NS + ZONE_MS) / 1000, UTC):%Y-%m-%d}"
            midnight = int(datetime.fromisoformat(f"{began}T00:00:00+07:00").timestamp() * 1000)
            time = midnight if "element_day" in measurement else one.since // NS
            tags = {"work_unit": one.work_unit, "shift": shift, "site": "sa-dec", "edge": "press-shop"}
            width = 86_400_000 if day else at.interval
            is_its = "GROUP BY time(" not in measurement or row.at <= time < row.at + width
            in_range = at.since <= time <= at.until
            is_chosen = chosen in (".*", one.work_unit) and all(tags[name] == value for name, value in row.tags.items())
            if is_its and in_range and is_chosen:
                yield part


def asked_ratios(boards, name: str):
    for panel in boards["vi", name]["panels"]:
        for target in panel.get("targets", ()):
            column = re.match(r'SELECT "above" / "below" AS "(\w+)"', target["query"])
            if column and column[1] in RATIOS:
                yield panel, target["query"], column[1]


@pytest.mark.parametrize(("name", "panels"), [("site", 8), ("work_unit", 3)])
def test_every_panel_with_a_ratio_says_what_the_pages_say(filled, boards, moment, expand, name, panels) -> None:
    known = moment(boards["vi", name])
    seen = set()
    for panel, query, column in asked_ratios(boards, name):
        at = known._replace(interval=max(known.interval, _ms(panel.get("interval", "1s"))))
        rows = filled.ask(expand(query, at))
        assert rows, panel["title"]
        for row in rows:
            parts = list(told(filled, query, at, row, at.chosen["work_unit"]))
            assert row.cells[column] == pytest.approx(getattr(kpi_of(parts), column), rel=1e-9), panel["title"]
        seen.add(panel["title"])
    assert len(seen) == panels


def test_a_mean_of_ratios_would_say_something_else_of_these_records(filled, boards, moment, expand) -> None:
    board = boards["vi", "site"]
    at = moment(board)
    panels = {panel["title"]: panel["targets"][0]["query"] for panel in board["panels"] if "targets" in panel}
    [whole] = filled.ask(expand(panels["OEE và ba thành phần"], at))
    days = [row.cells["oee"] for row in filled.ask(expand(panels["OEE từng máy theo ngày"], at))]
    assert abs(sum(days) / len(days) - whole.cells["oee"]) > 1e-3


def test_limits_of_the_control_chart_are_those_of_an_individuals_chart(filled, boards, moment, expand) -> None:
    board = boards["vi", "work_unit"]
    [panel] = [one for one in board["panels"] if one["title"] == "Biểu đồ kiểm soát của chu kỳ"]
    at = moment(board)
    each, limits = (filled.ask(expand(one["query"], at)) for one in panel["targets"])
    cycles = [row.cells["cycle_s"] for row in each]
    spread = 3 / 1.128 * sum(abs(b - a) for a, b in pairwise(cycles)) / (len(cycles) - 1)
    parts = [
        part
        for one in filled.elements
        for part in one.parts
        if one.work_unit == "press-1" and at.since <= one.since // NS <= at.until and part.total
    ]
    busy = sum(part.ns.get("RUN", 0) + part.ns.get("MINOR_STOP", 0) for part in parts) / 1e9
    centre = busy / sum(part.total for part in parts)
    assert len(limits) > 20
    for row in limits:
        # 2.66 is 3 / 1.128 as the tables round it.
        assert row.cells["Đường giữa"] == pytest.approx(centre, rel=1e-9)
        assert row.cells["Giới hạn trên"] - centre == pytest.approx(spread, rel=1e-3)
        assert centre - row.cells["Giới hạn dưới"] == pytest.approx(spread, rel=1e-3)


def test_a_chart_of_one_product_has_limits_of_its_own(filled, boards, moment, expand) -> None:
    board = boards["vi", "work_unit"]
    [panel] = [one for one in board["panels"] if one["title"] == "Biểu đồ kiểm soát của chu kỳ"]
    ranges = {}
    for product in (".*", "cap-38", "cap-28"):
        at = moment(board, product=product)
        low, high = (
            filled.ask(expand(panel["targets"][1]["query"], at))[0].cells[f"Giới hạn {k}"] for k in ("dưới", "trên")
        )
        ranges[product] = high - low
    # Two products with two ideal cycles are not one process: together their limits are wider than those of either.
    assert ranges[".*"] > max(ranges["cap-38"], ranges["cap-28"])


def test_energy_of_a_piece_counts_only_machines_whose_energy_is_measured(filled, boards, moment, expand) -> None:
    board = boards["vi", "energy"]
    [panel] = [one for one in board["panels"] if one["title"] == "Suất tiêu hao năng lượng"]
    at = moment(board)
    [row] = filled.ask(expand(panel["targets"][0]["query"], at))
    parts = [part for one in filled.elements if one.work_unit == "press-1" for part in one.parts]
    used = sum(sum(part.energy_wh.values()) for part in parts)
    assert row.cells["wh_per_piece"] == pytest.approx(used / sum(part.total - part.reject for part in parts), rel=1e-9)


def test_the_mean_of_a_channel_weighs_its_hours_by_their_samples(filled, boards, moment, expand) -> None:
    board = boards["vi", "energy"]
    [panel] = [one for one in board["panels"] if one["title"] == "Kênh đo đã chọn"]
    at = moment(board)._replace(interval=86_400_000)
    found = filled.ask(expand(panel["targets"][0]["query"], at))
    samples = filled.ask('SELECT "active_power_mean" AS "mean", "active_power_n" AS "n" FROM "window"')
    # One day holds them all but for those after midnight in UTC, of which the mean is taken by hand too.
    for row in found:
        its = [one.cells for one in samples if row.at <= one.at < row.at + 86_400_000]
        wanted = sum(one["mean"] * one["n"] for one in its) / sum(one["n"] for one in its)
        assert row.cells["mean"] == pytest.approx(wanted, rel=1e-9)
    assert found


def test_the_question_in_the_page_for_analysts_is_answered_as_the_dashboard_answers(filled, boards, moment, expand):
    page = (Path(__file__).parents[3] / "docs" / "grafana.md").read_text("utf-8")
    query, *_ = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    at = moment(boards["vi", "site"])
    at = at._replace(chosen={**at.chosen, "work_unit": "press-1"})
    rows = filled.ask(query.replace("time > now() - 7d", f"time > {at.since}ms"))
    panels = {panel["title"]: panel for panel in boards["vi", "site"]["panels"]}
    shown = filled.ask(expand(panels["OEE theo ca"]["targets"][0]["query"], at))
    assert rows == shown
    assert len(rows) == 5


# ------------------------------------------------------------------ what must add up, and what must stay empty


def panel_of(boards, name: str, title: str):
    [found] = [one for one in boards["vi", name]["panels"] if one["title"] == title]
    return found


def test_losses_and_fully_productive_time_make_up_observed_time(filled, boards, moment, expand) -> None:
    at = moment(boards["vi", "site"])
    panel = panel_of(boards, "site", "Thời gian mất theo loại tổn thất")
    [row] = filled.ask(expand(panel["targets"][0]["query"], at))
    losses = sum(value for name, value in row.cells.items() if name != "time")
    [whole] = filled.ask(
        'SELECT sum("observed_s") AS "observed", sum("ideal_s") - sum("ideal_reject_s") AS "productive" '
        f'FROM "element_day" WHERE "site" = \'sa-dec\' AND time >= {at.since}ms AND time <= {at.until}ms'
    )
    assert losses == pytest.approx(whole.cells["observed"] - whole.cells["productive"], rel=1e-9)
    assert losses > 0


def test_a_machine_of_which_nobody_told_at_night_has_no_state_then(filled, boards, moment, expand) -> None:
    at = moment(boards["vi", "site"])._replace(interval=600_000)
    panel = panel_of(boards, "site", "Trạng thái của từng máy")
    # Elements are told from 5 to 22 o'clock, and stops whenever they are.
    found = {
        (row.tags["work_unit"], row.at): row.cells["state"]
        for row in filled.ask(expand(panel["targets"][0]["query"], at))
    }
    told = {(one.work_unit, one.since // NS) for one in filled.elements}
    assert all(found[one] is not None for one in told)
    night = NOW_MS - 15 * 3_600_000
    assert [found["press-1", night + k * 600_000] for k in range(12)] == [None] * 12


def test_pieces_are_held_against_what_is_wanted_of_the_same_machines(filled, boards, moment, expand) -> None:
    at = moment(boards["vi", "site"])._replace(interval=86_400_000)
    panel = panel_of(boards, "site", "Sản phẩm đạt từng giờ và theo nhịp")
    good, wanted = (
        sum(row.cells[name] for row in filled.ask(expand(target["query"], at)))
        for target, name in zip(panel["targets"], ("Sản phẩm đạt", "Sản phẩm cần có"), strict=True)
    )
    # Only press-1 aims at something: an OEE of 0.7, which wants 0.7 pieces in each ideal cycle of planned time.
    parts = [part for one in filled.elements if one.work_unit == "press-1" for part in one.parts if part.product]
    assert good == sum(part.total - part.reject for part in parts)
    planned = [(sum(part.ns.values()) - part.ns.get("PLANNED_STOP", 0), part.ideal_cycle_s) for part in parts]
    assert wanted == pytest.approx(sum(0.7 * ns / 1e9 / cycle_s for ns, cycle_s in planned), rel=1e-9)


def test_the_target_of_a_day_is_drawn_of_machines_that_have_one(filled, boards, moment, expand) -> None:
    panel = panel_of(boards, "site", "OEE từng máy theo ngày")
    rows = filled.ask(expand(panel["targets"][1]["query"], moment(boards["vi", "site"])))
    assert [row.cells["target"] for row in rows] == pytest.approx([0.7] * 3, rel=1e-9)


def test_hours_told_of_are_those_of_the_nominal_buckets(filled, boards, moment, expand) -> None:
    at = moment(boards["vi", "site"])
    panel = panel_of(boards, "site", "Số giờ có tin mỗi ngày")
    found = {
        (row.tags["work_unit"], row.at): row.cells["told"]
        for row in filled.ask(expand(panel["targets"][0]["query"], at))
    }
    # From 5 to 22 on two days, until 14 on the third.
    assert [round(hours, 6) for hours in found.values()] == [17.0, 17.0, 9.0] * 2


def test_a_machine_without_a_meter_has_no_share_and_no_energy(filled, boards, moment, expand) -> None:
    at = moment(boards["vi", "energy"])
    for title in ("Phần điện khi máy không làm", "Suất tiêu hao từng ngày"):
        rows = filled.ask(expand(panel_of(boards, "energy", title)["targets"][0]["query"], at))
        assert {row.tags["work_unit"] for row in rows} == {"press-1"}, title
    rows = filled.ask(expand(panel_of(boards, "energy", "Điện năng theo máy")["targets"][0]["query"], at))
    assert [row.cells["Máy"] for row in rows] == ["press-1"]
