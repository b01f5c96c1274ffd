"""Scrap found later, product and order, people, work in progress: entered, refused, taken back."""

# ruff: noqa: RUF001  a dash is a dash

import re

import pytest
from screen_floor import MIN, NOW, SHIFT, H, S, post, unit_board, unit_config, words_of

from edge_agent.config.shop_tables import OperatorConfig, WorkUnitConfig
from edge_agent.wire.entries import LateScrap, People, ProductChoice, WorkInProgress
from edge_agent.wire.shop_floor import Elements, Part

HOUR_7 = f"{SHIFT + H + 5 * MIN}|P-100"


@pytest.fixture
def shown(floor) -> None:
    """A shift that has made 250 pieces in each bucket of ten minutes, two of them bad."""
    part = Part(shift="A@2026-03-02", product="P-100", total=250, reject=2)
    floor.show(unit_board("press"))
    floor.keep(
        *(
            Elements(key=f"press.{at}", work_unit="press", since=at, until=at + 10 * MIN, parts=(part,))
            for at in range(SHIFT, NOW, 10 * MIN)
        )
    )


pytestmark = pytest.mark.usefixtures("shown")


def options(page: str, name: str) -> list[str]:
    [select] = re.findall(rf'<select id="[a-z]+-{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'value="([^"]*)"', select)


def test_late_scrap_is_booked_where_the_pieces_were_made(visit, floor) -> None:
    client = visit()
    page = client.get("/enter").text
    assert "07:00–08:00 · 1.500 sản phẩm · ca A · Nắp hộp 100" in page
    answer = post(client, "/enter", "/enter/scrap", unit="press", scrap="12", rework="3", made=HOUR_7, reason="xước")
    assert (answer.status_code, answer.headers["location"]) == (303, "/enter?unit=press#scrap")
    [entry] = floor.entered
    assert isinstance(entry, LateScrap)
    assert (entry.made_at, entry.product, entry.scrap, entry.rework) == (SHIFT + H + 5 * MIN, "P-100", 12, 3)
    assert (entry.reason, entry.entered_at) == ("xước", NOW)
    assert "07:05:00: 12 phế phẩm, 3 hàng sửa · xước" in words_of(client.get("/enter").text)


def test_a_form_that_is_sent_twice_is_one_record(visit, floor) -> None:
    client = visit()
    page = client.get("/enter").text
    scrap = page[page.index('action="/enter/scrap"') :]
    key = re.search(r'name="key" value="([0-9a-f]{32})"', scrap)[1]
    token = re.search(r'name="token" value="([0-9a-f]+)"', scrap)[1]
    told = {"token": token, "key": key, "unit": "press", "scrap": "12", "made": HOUR_7}
    assert [client.post("/enter/scrap", data=told).status_code for _ in range(2)] == [303, 303]
    assert {entry.key for entry in floor.entered} == {key}


def test_every_form_of_a_page_has_a_key_of_its_own(visit) -> None:
    keys = re.findall(r'name="key" value="([0-9a-f]{32})"', visit().get("/enter").text)
    assert len(set(keys)) == len(keys) == 4


def test_more_scrap_than_good_pieces_of_that_hour_is_a_slip(visit, floor) -> None:
    client = visit()
    answer = post(client, "/enter", "/enter/scrap", unit="press", scrap="1489", made=HOUR_7)
    assert answer.status_code == 422
    assert "Nhiều hơn số sản phẩm đạt của giờ đó. Hãy chia ra các giờ." in answer.text
    assert post(client, "/enter", "/enter/scrap", unit="press", scrap="1488", made=HOUR_7).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field", "mistake"),
    [
        ({"scrap": "twelve"}, "scrap", "Hãy ghi bằng chữ số, ví dụ 12 hoặc 2,5."),
        ({"scrap": "1.5"}, "scrap", "Hãy ghi số nguyên."),
        ({"scrap": "-1"}, "scrap", "Số nằm ngoài khoảng cho phép."),
        ({"scrap": "1e3"}, "scrap", "Hãy ghi bằng chữ số, ví dụ 12 hoặc 2,5."),
        ({"scrap": "1.000.000"}, "scrap", "Hãy ghi bằng chữ số, ví dụ 12 hoặc 2,5."),
        ({"scrap": "99999999999"}, "scrap", "Số nằm ngoài khoảng cho phép."),
        ({"scrap": "0"}, "scrap", "Hãy điền ô này."),
        ({}, "scrap", "Hãy điền ô này."),
        ({"scrap": "1", "made": "17|P-100"}, "made", "Hãy chọn trong danh sách."),
        ({"scrap": "1", "reason": "x" * 201}, "reason", "Dài quá. Hãy viết ngắn hơn."),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(visit, floor, fields, field, mistake) -> None:
    told = {"unit": "press", "made": HOUR_7, "rework": "", "reason": "xước", **fields}
    answer = post(visit(), "/enter", "/enter/scrap", **told)
    assert answer.status_code == 422
    assert re.search(rf'id="scrap-mistake-{field}" role="alert">{re.escape(mistake)}<', answer.text)
    for name, typed in told.items():
        if name in ("scrap", "reason") and typed:
            assert f'name="{name}" value="{typed}"' in answer.text
    assert floor.entered == []


def test_late_scrap_is_taken_back_by_the_button_beside_it(visit, floor) -> None:
    client = visit()
    post(client, "/enter", "/enter/scrap", unit="press", scrap="12", made=HOUR_7)
    [entry] = floor.entered
    floor.now += S
    post(client, "/enter", "/enter/scrap/back", unit="press", entry=entry.key)
    assert (floor.entered[-1].key, floor.entered[-1].gone) == (entry.key, True)
    assert "12 phế phẩm" not in client.get("/enter").text
    again = post(client, "/enter", "/enter/scrap/back", unit="press", entry=entry.key)
    assert "Mục này đã được sửa sau đó" in again.text
    post(client, "/enter", "/undo", next="/enter")  # taking back is undone as all else
    assert "12 phế phẩm" in client.get("/enter").text


def test_without_counters_the_hours_of_the_shifts_are_offered(visit, floor) -> None:
    floor.show(unit_board("oven"))
    client = visit(unit_config("oven"))
    hours = options(client.get("/enter").text, "made")
    assert hours[0] == f"{SHIFT + 4 * H + 6 * MIN}|"
    assert post(client, "/enter", "/enter/scrap", unit="oven", scrap="99999", made=hours[0]).status_code == 303


def test_a_product_is_chosen_with_its_order_from_some_minutes_ago(visit, floor) -> None:
    client = visit()
    fields = {"unit": "press", "product": "P-200", "order": "ĐH-7", "quantity": "5000", "earlier": "10"}
    assert post(client, "/enter", "/enter/product", **fields).status_code == 303
    since = NOW - 10 * MIN
    assert floor.entered == [
        ProductChoice(
            key=f"press.{since}",
            work_unit="press",
            since=since,
            product="P-200",
            order="ĐH-7",
            quantity=5000,
            entered_at=NOW,
        )
    ]
    assert "Đang làm Nắp hộp 200 từ 10:02:00 · đơn ĐH-7 · 5.000" in words_of(client.get("/enter").text)


def test_no_product_can_be_chosen_too_but_none_that_does_not_exist(visit, floor) -> None:
    client = visit()
    assert post(client, "/enter", "/enter/product", unit="press", product="", earlier="0").status_code == 303
    assert floor.entered[-1].product == ""
    wrong = post(client, "/enter", "/enter/product", unit="press", product="P-9", earlier="0", order="ĐH-7")
    assert wrong.status_code == 422
    assert 'name="order" value="ĐH-7"' in wrong.text


def test_people_are_half_numbers_with_yesterdays_as_default(visit, floor) -> None:
    yesterday = People(key="press.A@2026-03-01", work_unit="press", shift="A@2026-03-01", people=2.5)
    floor.keep(yesterday, People(key="press.B@2026-03-01", work_unit="press", shift="B@2026-03-01", people=9.0))
    client = visit()
    page = client.get("/enter").text
    assert 'name="people" value="2,5"' in page
    assert "Như lần trước của ca này." in page
    post(client, "/enter", "/enter/people", unit="press", shift="A@2026-03-02", people="3,5")
    assert floor.entered == [
        People(key="press.A@2026-03-02", work_unit="press", shift="A@2026-03-02", people=3.5, entered_at=NOW)
    ]
    assert 'name="people" value="3,5"' in client.get("/enter").text


def test_people_of_an_earlier_shift_can_be_corrected_but_not_of_one_to_come(visit, floor) -> None:
    client = visit()
    assert post(client, "/enter", "/enter/people", unit="press", shift="B@2026-03-01", people="2").status_code == 303
    assert post(client, "/enter", "/enter/people", unit="press", shift="B@2026-03-02", people="2").status_code == 422
    assert post(client, "/enter", "/enter/people", unit="press", shift="A@2026-03-02", people="").status_code == 422


def test_work_in_progress_is_counted_now(visit, floor) -> None:
    client = visit()
    post(client, "/enter", "/enter/wip", unit="press", pieces="340")
    assert floor.entered == [
        WorkInProgress(key=f"press.{NOW}", work_unit="press", counted_at=NOW, pieces=340, entered_at=NOW)
    ]
    assert "Lần trước: 340, 10:12:00." in words_of(client.get("/enter").text)


def test_a_unit_without_products_has_no_form_for_one(visit, floor) -> None:
    floor.show(unit_board("oven", product="", oee=None))
    page = visit(WorkUnitConfig(name="oven", running="oven.on")).get("/enter").text
    assert 'action="/enter/product"' not in page
    assert 'action="/enter/people"' in page


def test_an_unknown_unit_is_told_and_an_unknown_address_shows_the_first(visit, floor) -> None:
    client = visit()
    assert post(client, "/enter", "/enter/wip", unit="ghost", pieces="1").status_code == 404
    assert "Máy dập 1" in client.get("/enter?unit=ghost").text


def test_who_entered_it_is_kept(visit, floor) -> None:
    client = visit(operators=(OperatorConfig(name="Lan"),))
    page = client.get("/enter").text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "each of the four forms asks"
    post(client, "/enter", "/enter/wip", unit="press", pieces="5", operator="Lan")
    assert floor.entered[-1].who == "Lan"
