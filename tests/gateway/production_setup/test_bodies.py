"""What each edge should follow, as the registry has it; and where it stands."""

import pytest

from edge_agent.wire.messages import SettingKept
from edge_agent.wire.settings import read_setting
from edge_agent.wire.shop_floor import WorkUnitDescription
from gateway.ingest.journals import EdgeId
from gateway.people import put_setting
from gateway.production_setup import ChangedMeanwhileError, Standing, digest_of, send, standing_at, wanted_at
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM

PRESS = {"micro_stop_s": 60, "max_gap_s": 20, "bucket_s": 600, "timezone": "Asia/Ho_Chi_Minh"}


@pytest.fixture
def floor(office) -> None:
    """Two presses on one edge, the first of them in a line; an oven on another."""
    line = {"press-1": "line-1"}
    for edge, names in (("press-shop", ("press-1", "press-2")), ("paint-shop", ("oven",))):
        described = [
            WorkUnitDescription(key=n, revision=1, at=1, production_line=line.get(n, ""), **PRESS) for n in names
        ]
        office.gateway.keep(*described, edge=edge)


def wanted(office) -> dict[str, dict]:
    found = wanted_at(office.book, office.gateway.shop_floor, SYSTEM, office.site)
    for one in found:
        assert read_setting(one.noun, one.key, one.body) is not None  # the edge's own reader takes all of it
    return {f"{one.edge.edge}/{one.noun}/{one.key}": one.body for one in found}


def standings(office) -> list[Standing]:
    return standing_at(office.engine, "sa-dec", wanted_at(office.book, office.gateway.shop_floor, SYSTEM, office.site))


@pytest.mark.usefixtures("floor")
def test_a_product_that_names_a_work_unit_counts_there_before_the_one_for_all(office, make) -> None:
    make("product", code="cap", name_vi="Nắp", ideal_cycle_s=2.0)
    make("product", code="cap", name_vi="Nắp", ideal_cycle_s=1.5, work_units="sa-dec/press-shop/press-2")
    make("product", code="lid", name_vi="Vung", ideal_cycle_s=4.0, work_units="sa-dec/paint-shop/oven")
    found = wanted(office)
    cycles = {at: {one["name"]: one["ideal_cycle_s"] for one in body["products"]} for at, body in found.items()}
    assert cycles == {
        "press-shop/products/press-1": {"cap": 2.0},
        "press-shop/products/press-2": {"cap": 1.5},
        "paint-shop/products/oven": {"cap": 2.0, "lid": 4.0},
    }


@pytest.mark.usefixtures("floor")
def test_the_nearest_target_counts(office, make) -> None:
    line = make("production_line", name="line-1", title="Dây chuyền 1")
    make("target", figure="oee", value=0.6)
    make("target", figure="oee", value=0.7, production_line=line.id)
    make("target", figure="oee", value=0.8, work_unit="paint-shop/oven", since="2026-01-01")
    make("target", figure="availability", value=0.9)  # an edge shows no such target
    assert {at: [one["value"] for one in body["targets"]] for at, body in wanted(office).items()} == {
        "press-shop/targets/press-1": [0.7],
        "press-shop/targets/press-2": [0.6],
        "paint-shop/targets/oven": [0.8],
    }


@pytest.mark.usefixtures("floor")
def test_reasons_stand_in_two_levels_and_checklists_where_their_machines_are(office, make) -> None:
    make("stop_reason", code="jam", name_vi="Kẹt phôi", loss="breakdown", position=2)
    make("stop_reason", code="die-jam", name_vi="Kẹt khuôn", above="jam", position=1)
    make("stop_reason", code="no-material", name_vi="Thiếu liệu", position=1)
    make("checklist", code="oven", name_vi="Lò", items="Xem nhiệt độ", work_units="sa-dec/paint-shop/oven")
    found = wanted(office)
    reasons = found["press-shop/reasons/all"]["reasons"]
    assert [(one["id"], [below["id"] for below in one.get("of", ())]) for one in reasons] == [
        ("no-material", []),
        ("jam", ["die-jam"]),
    ]
    assert sorted(found) == ["paint-shop/checklists/all", "paint-shop/reasons/all", "press-shop/reasons/all"]
    assert found["paint-shop/checklists/all"]["checklists"][0]["work_units"] == ["oven"]


@pytest.mark.usefixtures("floor")
def test_an_order_of_what_a_machine_does_not_make_cannot_be_sent(office, make) -> None:
    cap = make("product", code="cap", name_vi="Nắp", ideal_cycle_s=2.0, work_units="sa-dec/press-shop/press-1")
    lid = make("product", code="lid", name_vi="Vung", ideal_cycle_s=2.0, work_units="sa-dec/paint-shop/oven")
    order = {"work_unit": "press-shop/press-1", "quantity": 500, "state": "planned"}
    make("production_order", number="ĐH-2", product=cap.id, due="2026-12-01", **order)
    make("production_order", number="ĐH-1", product=cap.id, due="2026-11-30", **order)
    make("production_order", number="ĐH-0", product=cap.id, **(order | {"state": "done"}))
    assert [one["number"] for one in wanted(office)["press-shop/orders/press-1"]["orders"]] == ["ĐH-1", "ĐH-2"]
    make("production_order", number="ĐH-3", product=lid.id, **order)
    [told] = [one.problem for one in standings(office) if one.noun == "orders"]
    assert told == ("order ĐH-3: press-1 makes no lid. Choose another work unit, or let the product be made there.")


@pytest.mark.usefixtures("floor")
def test_a_setting_goes_from_never_sent_to_in_force_and_on_to_changed(office, make) -> None:
    row = make("product", code="cap", name_vi="Nắp", ideal_cycle_s=2.0, work_units="sa-dec/paint-shop/oven")
    assert [str(one.state) for one in standings(office)] == ["never"]
    sent = send(office.engine, SYSTEM, standings(office), digest_of(standings(office)), office.gateway.now)
    assert [(one.edge.edge, one.noun, one.key) for one in sent] == [("paint-shop", "products", "oven")]
    [one] = standings(office)
    assert (str(one.state), one.sent_by, one.sent_at) == ("waiting", "nhipdo", office.gateway.now)
    answer = {"key": "products/oven", "setting_revision": one.revision, "at": office.gateway.now}
    office.gateway.keep(SettingKept(revision=1, accepted=False, why="oven: no.", **answer), edge="paint-shop")
    assert [str(one.state) for one in standings(office)] == ["refused"]
    office.gateway.keep(SettingKept(revision=2, accepted=True, **answer), edge="paint-shop")
    assert [str(one.state) for one in standings(office)] == ["in_force"]
    office.book.change(SYSTEM, "product", row.id, {"ideal_cycle_s": 3.0}, None)
    assert [str(one.state) for one in standings(office)] == ["changed"]
    office.book.retire(SYSTEM, "product", row.id, None, "")
    [gone] = standings(office)
    assert (str(gone.state), gone.wanted) == ("changed", {})  # given back to the edge's own file


@pytest.mark.usefixtures("floor")
def test_what_was_changed_since_it_was_seen_is_not_sent(office, make) -> None:
    make("product", code="cap", name_vi="Nắp", ideal_cycle_s=2.0)
    seen = digest_of(standings(office))
    make("product", code="lid", name_vi="Vung", ideal_cycle_s=2.0)
    with pytest.raises(ChangedMeanwhileError, match="Look at it again, then send"):
        send(office.engine, SYSTEM, standings(office), seen, office.gateway.now)
    assert {one.revision for one in standings(office)} == {0}


def test_settings_of_others_are_left_alone(office) -> None:
    edge = EdgeId("sa-dec", "press-shop")
    put_setting(office.engine, edge, "certificate", "k-1", {"a": 1}, "Lan", office.gateway.now)
    assert standings(office) == []


WRONG = [
    ({"shifts": "A | 6-14"}, "shifts", "Line 1: Expected hours such as 06:00-14:00, got '6-14'. Correct it."),
    (
        {"shifts": "A | 06:00-14:00\nB | 13:00-22:00"},
        "shifts",
        (
            "shifts[1]: 13:00 to 22:00 overlaps shifts[0], A, 06:00 to 14:00. "
            "A moment belongs to one shift: correct start, end or weekdays."
        ),
    ),
    (
        {"shifts": "A | 06:00-14:00 | 1-6 | 15:00-15:10"},
        "shifts",
        "shifts[0].breaks[0]: 15:00 to 15:10 is not within the shift, 06:00 to 14:00. Correct one of them.",
    ),
    ({"timezone": "Asia/Saigonn"}, "timezone", 'timezone: "Asia/Saigonn" is no time zone; did you mean "Asia/Saigon"?'),
    ({"holidays": "2026-02-30"}, "holidays", 'holidays[0].day: "2026-02-30" is no day of any year. Correct it.'),
    (
        {"planned_stops": "2026-05-01T10:00 - 2026-05-01T06:00"},
        "planned_stops",
        'planned_stops[0].to: "2026-05-01T06:00" is not after from, "2026-05-01T10:00". Correct it.',
    ),
]


@pytest.mark.parametrize(("change", "where", "why"), WRONG, ids=[f"{one[1]}-{k}" for k, one in enumerate(WRONG)])
def test_a_calendar_that_an_edge_would_refuse_is_not_even_written(make, change, where, why) -> None:
    right = {"name": "week", "timezone": "Asia/Ho_Chi_Minh", "shifts": "A | 06:00-14:00"}
    with pytest.raises(WrongValuesError) as caught:
        make("shift_calendar", **(right | change))
    assert {name: title.en for name, title in caught.value.problems.items()} == {where: why}
    assert all(title.vi for title in caught.value.problems.values())
