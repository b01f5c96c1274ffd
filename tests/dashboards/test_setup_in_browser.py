"""Setting up production and improvement in a real browser, on a phone and on a wide screen."""

import time

import pytest

from edge_agent.wire.entries import Audit5S, ImprovementAction
from edge_agent.wire.shop_floor import WorkUnitDescription
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

PATHS = ("/setup", "/setup/products", "/setup/shift-calendars/new", "/setup/send?site=sa-dec", "/improvement")
MORE = ("/improvement/actions", "/improvement/audits")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("width", "height"), [(360, 800), (1920, 1080)], ids=["phone", "wide"])
def test_no_page_of_setting_up_or_improvement_scrolls_sideways(site, press_shop, browser, wait_until, width, height):
    book, now = Book(site.service.engine, time.time_ns), time.time_ns()
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"})
    own = {"code": "1400123456", "name": "Cơ khí Sa Đéc", "kind": "enterprise", "province": province.id}
    own_id = book.make(SYSTEM, "organisation", own).id
    told = {"name": "sa-dec", "title": "Xưởng dập", "organisation": own_id, "kind": "factory"}
    place = book.make(SYSTEM, "site", told)
    product = {"organisation": own_id, "code": "SP-250", "name_vi": "Ke góc", "ideal_cycle_s": 2.5}
    book.make(SYSTEM, "product", product)
    shifts = {"shifts": "A | 06:00-14:00 | 1-6 | 10:00-10:15 | Ca sáng"}
    book.make(SYSTEM, "shift_calendar", {"site": place.id, "name": "week", "timezone": "Asia/Ho_Chi_Minh"} | shifts)
    unit = {"micro_stop_s": 60, "max_gap_s": 20, "bucket_s": 600, "timezone": "Asia/Ho_Chi_Minh"}
    press_shop.say(
        WorkUnitDescription(key="press-1", **unit),
        ImprovementAction(
            key="1" * 32, work_unit="press-1", loss="setup", what="Bàn xe khuôn", owner="Anh Bảy", due="2025-01-01"
        ),
        Audit5S(key="kho.1", area="kho", scores={"a": 3}, entered_at=now),
    )
    wait_until(lambda: site.service.shop_floor.entries("sa-dec", "audit_5s", 0, 2**62), "what was said to be stored")
    browser.look(width, height)
    browser.open(f"{site.address}/?key={site.key}")
    for path in (*PATHS, *MORE):
        browser.open(f"{site.address}{path}")
        assert browser.run(WIDER) == 0, path
    assert browser.complaints == []
