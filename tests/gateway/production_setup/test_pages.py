"""The pages of setting up production: who may do what, what comes back with its mistakes."""

import pytest

from edge_agent.wire.shop_floor import CalendarKept, WorkUnitDescription
from gateway.api.setup import PARTS
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import SYSTEM, Role

PRODUCT = {"code": "SP-250", "name_vi": "Ke góc", "ideal_cycle_s": "2,5"}
UNIT = WorkUnitDescription(
    key="press-1", revision=1, at=1, micro_stop_s=60, max_gap_s=20, bucket_s=600, timezone="Asia/Ho_Chi_Minh"
)


@pytest.fixture
def office(shared_office):
    """Of this module: each test has products of its own."""
    return shared_office


def test_every_list_and_every_form_opens_and_says_what_to_do_first(office) -> None:
    browser = office.browser(Role.MANAGER)
    for noun in PARTS:
        path = NOUNS[noun].path()
        assert "Chưa có" in browser.page(f"/setup/{path}")
        assert "<form" in browser.page(f"/setup/{path}/new")


def test_a_form_comes_back_with_what_was_typed_and_what_is_wrong_beside_it(office) -> None:
    browser = office.browser(Role.MANAGER)
    wrong = PRODUCT | {"organisation": office.organisation.id, "ideal_cycle_s": "<b>nhanh</b>"}
    answer = browser.send("/setup/products/new", "/setup/products/new", **wrong)
    assert answer.status_code == 422
    assert 'id="mistake-ideal_cycle_s"' in answer.text
    assert "Cần một số" in answer.text
    assert "SP-250" in answer.text
    assert "<b>nhanh" not in answer.text


def test_who_changes_what_somebody_else_has_changed_is_told(office, make) -> None:
    row = make("product", code="SP-3", name_vi="Ke góc", ideal_cycle_s=2.5)
    browser = office.browser(Role.MANAGER)
    at = f"/setup/products/{row.id}"
    told = PRODUCT | {"code": "SP-3", "organisation": office.organisation.id}
    assert browser.send(at, at, **(told | {"name_vi": "Ke vuông"})).status_code == 303
    assert browser.send(at, at, **(told | {"revision": "1"})).status_code == 422
    assert office.book.get(SYSTEM, "product", row.id).values["name_vi"] == "Ke vuông"
    assert browser.send(at, f"{at}/retire", why="thôi làm").status_code == 303
    assert "SP-3" not in browser.page("/setup/products")


def test_a_form_without_its_token_writes_nothing(office) -> None:
    browser = office.browser(Role.MANAGER)
    before = office.book.count(SYSTEM, "product")
    answer = browser.client.post("/setup/products/new", data=PRODUCT | {"organisation": office.organisation.id})
    assert answer.status_code == 422
    assert "Trang đã cũ" in answer.text
    assert office.book.count(SYSTEM, "product") == before


def test_a_manager_sets_up_and_sends_and_an_operator_looks(office) -> None:
    paths = ("/setup", "/setup/products/new", "/setup/send?site=sa-dec")
    roles = (Role.OPERATOR, Role.MANAGER, Role.LABORATORY_STAFF, Role.ANALYST)
    clients = {role: office.browser(role).client for role in roles}
    assert {role: [client.get(path).status_code for path in paths] for role, client in clients.items()} == {
        Role.OPERATOR: [200, 403, 403],
        Role.MANAGER: [200, 200, 200],
        Role.LABORATORY_STAFF: [403, 403, 403],
        Role.ANALYST: [200, 403, 403],
    }


def test_the_manager_of_another_enterprise_finds_nothing_and_can_write_nothing_here(office, make) -> None:
    row = make("product", code="SP-6", name_vi="Ke góc", ideal_cycle_s=2.5)
    stranger = office.browser(Role.MANAGER, office.other)
    assert stranger.client.get(f"/setup/products/{row.id}").status_code == 404
    assert stranger.client.get("/setup?site=sa-dec").status_code == 404
    assert stranger.client.post("/setup/send?site=sa-dec", data={}).status_code == 404
    assert "SP-6" not in stranger.page("/setup/products")
    told = PRODUCT | {"organisation": office.organisation.id}
    assert stranger.send("/setup/products/new", "/setup/products/new", **told).status_code == 422


def test_a_new_calendar_begins_with_what_an_edge_keeps(office) -> None:
    body = {"name": "week", "timezone": "Asia/Ho_Chi_Minh", "holidays": [], "planned_stops": []}
    shifts = [{"name": "A", "start": "06:00", "end": "14:00", "weekdays": [1, 2], "breaks": []}]
    kept = {"number": 1, "first_day": "2000-01-01", "who": "agent.toml", "why": "configured"}
    office.gateway.keep(UNIT, CalendarKept(key="1", revision=1, at=1, body=body | {"shifts": shifts}, **kept))
    browser = office.browser(Role.MANAGER)
    assert "sa-dec/press-shop/week" in browser.page("/setup/shift-calendars/new")
    page = browser.page("/setup/shift-calendars/new?like=sa-dec/press-shop/week")
    assert "A | 06:00-14:00 | 1,2" in page


def test_the_preview_shows_what_is_new_and_what_goes_and_nothing_is_sent_unseen(office, make) -> None:
    office.gateway.keep(UNIT)
    row = make("product", code="SP-8", name_vi="Ke góc", ideal_cycle_s=2.5)
    browser = office.browser(Role.MANAGER)
    send = "/setup/send?site=sa-dec"
    assert "<ins>SP-8 · 2,5 s · Ke góc</ins>" in browser.page(send)
    which = ["press-shop/products/press-1"]
    assert browser.send(send, send, which=which).status_code == 303
    assert "Đã gửi, chờ trả lời" in browser.page("/setup")
    office.book.change(SYSTEM, "product", row.id, {"ideal_cycle_s": 3.0}, None)
    page = browser.page(send)
    assert "<del>SP-8 · 2,5 s · Ke góc</del>" in page
    assert "<ins>SP-8 · 3 s · Ke góc</ins>" in page
    unseen = browser.send(send, send, which=which, digest="0" * 64)
    assert unseen.status_code == 409
    assert "Có người vừa sửa" in unseen.text
