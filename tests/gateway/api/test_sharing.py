"""The page of what is shared: a manager agrees, sees what left, withdraws; an officer sees who shares what."""

import re
from html import unescape
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.origin import Origin
from edge_agent.wire.sharing import AgreementKept, RegistryEntry
from gateway.api.security import COOKIE
from gateway.broker_config import ForwardConfig
from gateway.federation import outbox
from gateway.federation.keeping import Keeping
from gateway.registry import EdgeRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.registry.sharing import AgreementRow, ForwardDayRow

VIETNAMESE = {"Accept-Language": "vi"}


@pytest.fixture
def town(gateway):
    """Two enterprises of one province."""
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "99", "name": "Đồng Tháp", "since": "2025-07-01"})
    enterprise = {"kind": "enterprise", "province": province.id}
    press = book.make(SYSTEM, "organisation", enterprise | {"code": "1400123456", "name": "Cơ khí Sa Đéc"})
    dairy = book.make(SYSTEM, "organisation", enterprise | {"code": "1400654321", "name": "Sữa Cao Lãnh"})
    site = {"name": "sa-dec", "title": "Xưởng", "organisation": press.id, "kind": "factory"}
    book.make(SYSTEM, "site", site)
    return SimpleNamespace(province=province, press=press, dairy=dairy)


@pytest.fixture
def browser(app, gateway):
    def open_as(name: str, role: Role, scope: str, of: str) -> TestClient:
        session = gateway.sign_in(name, Grant(role, scope, of))
        return TestClient(app, follow_redirects=False, cookies={COOKIE: session}, headers=VIETNAMESE)

    return open_as


def words(page) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text).split()))


def send(client: TestClient, path: str, **form: object):
    token = re.search(r'name="token" value="([^"]+)"', client.get("/sharing").text)[1]
    return client.post(path, data={"token": token, **form})


def agreed(client: TestClient, town, **form: object):
    said = {"organisation": town.press.id, "partner": "Sở KH&CN", "kinds": ["elements"], "since": "2025-11-01"}
    return send(client, "/sharing", **{**said, **form})


def rows(gateway, table: type) -> list:
    with Session(gateway.engine) as session:
        return list(session.scalars(select(table)))


def test_what_is_ticked_at_first_is_everything_usual_and_no_samples(town, browser) -> None:
    page = browser("hoa", Role.MANAGER, "organisation", town.press.id).get("/sharing")
    ticked = re.findall(r'name="kinds" value="([a-z]+)" checked', page.text)
    assert ticked == ["elements", "stops", "evaluations", "certificates"]
    assert 'value="samples"' in page.text
    assert "Không số liệu nào rời doanh nghiệp." in words(page)
    assert "Máy chủ này chưa gửi đi đâu." in words(page)


def test_a_manager_agrees_and_withdraws_and_says_why(town, browser, gateway) -> None:
    manager = browser("hoa", Role.MANAGER, "organisation", town.press.id)
    assert agreed(manager, town).status_code == 303
    [row] = rows(gateway, AgreementRow)
    assert (row.agreed_by, row.agreed_revision, row.kinds) == ("hoa", 1, '["elements"]')
    assert "Đang có hiệu lực · Cơ khí Sa Đéc · mọi cơ sở · số liệu từ 01/11/2025" in words(manager.get("/sharing"))
    refused = send(manager, f"/sharing/{row.id}/withdraw", why="  ")
    assert refused.status_code == 422
    assert "Hãy ghi lý do rút lại." in words(refused)
    assert send(manager, f"/sharing/{row.id}/withdraw", why="hết dự án").status_code == 303
    [row] = rows(gateway, AgreementRow)
    assert (row.withdrawn_by, row.withdrawn_why, row.withdrawn_at > 0) == ("hoa", "hết dự án", True)
    assert "Thoả thuận đã kết thúc" in words(manager.get("/sharing"))
    again = send(manager, f"/sharing/{row.id}/withdraw", why="hết dự án")
    assert (again.status_code, "Thoả thuận này đã rút lại rồi." in words(again)) == (422, True)


def test_what_was_typed_comes_back_with_what_is_wrong_beside_it(town, browser, gateway) -> None:
    manager = browser("hoa", Role.MANAGER, "organisation", town.press.id)
    page = agreed(manager, town, sites="cao-lanh", partner="Sở Công Thương")
    assert page.status_code == 422
    assert "«cao-lanh» không phải cơ sở của tổ chức này. Có: sa-dec." in words(page)
    assert 'value="Sở Công Thương"' in unescape(page.text)
    page = agreed(manager, town, until="2025-10-01")
    assert "Kết thúc 01/10/2025 trước khi bắt đầu 01/11/2025." in words(page)
    assert rows(gateway, AgreementRow) == []


def test_only_the_manager_of_that_enterprise_decides(town, browser, gateway) -> None:
    manager = browser("hoa", Role.MANAGER, "organisation", town.press.id)
    assert agreed(manager, town).status_code == 303
    [row] = rows(gateway, AgreementRow)
    rival = browser("minh", Role.MANAGER, "organisation", town.dairy.id)
    assert "Sở KH&CN" not in words(rival.get("/sharing"))
    assert agreed(rival, town).status_code == 422
    assert send(rival, f"/sharing/{row.id}/withdraw", why="x").status_code == 404
    for name, role, scope, of in (
        ("binh", Role.PROVINCIAL_OFFICER, "province", town.province.id),
        ("quan", Role.ADMINISTRATOR, "organisation", town.press.id),
        ("tri", Role.ADMINISTRATOR, "", ""),
    ):
        other = browser(name, role, scope, of)
        assert "Sở KH&CN" in words(other.get("/sharing"))
        assert "Lập thoả thuận" not in words(other.get("/sharing"))
        assert other.post("/sharing", data={}).status_code == 403
        assert other.post(f"/sharing/{row.id}/withdraw", data={"why": "x"}).status_code == 403
    assert browser("an", Role.OPERATOR, "organisation", town.press.id).get("/sharing").status_code == 403
    assert len(rows(gateway, AgreementRow)) == 1


def test_what_was_changed_after_it_was_agreed_to_holds_again_only_when_it_is_agreed_to_again(
    town, browser, gateway
) -> None:
    manager = browser("hoa", Role.MANAGER, "organisation", town.press.id)
    agreed(manager, town)
    [row] = rows(gateway, AgreementRow)
    Book(gateway.engine, lambda: gateway.now).change(SYSTEM, "agreement", row.id, {"kinds": ["samples"]}, None)
    assert "Chờ người quản lý đồng ý" in words(manager.get("/sharing"))
    assert send(manager, f"/sharing/{row.id}/agree").status_code == 303
    assert "Đang có hiệu lực" in words(manager.get("/sharing"))


def test_a_form_that_another_site_made_is_refused(town, browser, gateway) -> None:
    manager = browser("hoa", Role.MANAGER, "organisation", town.press.id)
    page = manager.post("/sharing", data={"token": "x", "partner": "Sở KH&CN"})
    assert (page.status_code, "Trang đã cũ." in words(page)) == (422, True)
    assert rows(gateway, AgreementRow) == []


def test_the_page_counts_what_left_by_kind_and_day_and_what_waits(town, browser, gateway) -> None:
    manager = browser("hoa", Role.MANAGER, "organisation", town.press.id)
    agreed(manager, town)
    [row] = rows(gateway, AgreementRow)
    config = ForwardConfig(url="mqtt://127.0.0.1:1", site="sa-dec")
    keeping = Keeping(gateway.engine, config, manager.app.state.zone, lambda: gateway.now)
    keeping.turn()
    keeping.say_state("connected", "")
    with Session(gateway.engine) as session, session.begin():
        session.add(
            ForwardDayRow(
                agreement=row.id,
                kind="elements",
                day="2025-11-24",
                messages=3,
                lines=144,
                bytes=9000,
                withdrawn=2,
                last_at=gateway.now,
            )
        )
        assert outbox.missing(session) == 0
    page = words(manager.get("/sharing"))
    assert "Đã nối, chờ nơi nhận chấp nhận" in page
    assert "2 tin đang chờ gửi" in page  # the run's record and the agreement
    assert "0 tin bị thiếu" in page
    assert re.search(r"Machine time|Thời gian máy và sản lượng theo từng khoảng 144 .* 0 2", page)
    assert "24/11/2025" in page


def test_an_officer_sees_which_enterprises_of_the_province_share_what(town, browser, gateway) -> None:
    kept = {"partner": "Sở KH&CN", "kinds": ("elements", "stops"), "since": "2025-11-01", "agreed_at": 1}
    origin = Origin(organisation="1400123456", agreement="a" * 32)
    odd = {"name": "<b>TPM</b>", "result_since": "2026-05-16", "result_until": {"not": "a day"}, "number": 7}
    gateway.keep(
        AgreementKept(key="a" * 32, revision=1, organisation="1400123456", **kept),
        AgreementKept(key="b" * 32, revision=1, organisation="1400654321", withdrawn_at=5, **kept),
        AgreementKept(key="c" * 32, revision=1, organisation="0300000000", name="Xa lạ", **kept),
        RegistryEntry(key="pilot.1", revision=1, at=1, kind="pilot", values=odd, origin=origin),
        RegistryEntry(key="odd.1", revision=1, at=1, kind="constructor", origin=origin),
        edge="gateway",
        site="khu-cn",
    )
    with Session(gateway.engine) as session, session.begin():
        speaks_for = "1400123456,1400654321"
        its = {"first_seen": 1, "admitted_by": "Ông Bình", "admitted_at": 1, "status": "", "status_at": 0}
        session.add(EdgeRow(site="khu-cn", edge="gateway", speaks_for=speaks_for, **its))
    officer = browser("binh", Role.PROVINCIAL_OFFICER, "province", town.province.id)
    page = words(officer.get("/sharing"))
    assert "Cơ khí Sa Đéc Đang có hiệu lực Thời gian máy và sản lượng theo từng khoảng; Lần dừng máy và lý do" in page
    assert "Sữa Cao Lãnh Đã kết thúc" in page
    assert "Xa lạ" not in page
    assert "2 mô hình điểm và giấy chứng nhận constructor: odd.1 Mô hình điểm: <b>TPM</b> · 16/05/2026" in page
    everybody = words(browser("tri", Role.ADMINISTRATOR, "", "").get("/sharing"))
    assert "Xa lạ mã 0300000000 chưa có trong danh sách tổ chức do khu-cn/gateway báo" in everybody
