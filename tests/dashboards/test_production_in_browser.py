"""Production in a real browser: from a month to one stop and its samples, on an old phone and on the wall."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.production.summing import sum_up_changed
from gateway.registry import NominalBucketRow, transaction

S = 10**9
HOUR = 3600 * S
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SCREENS = [(360, 800), (1920, 1080)]
JAM = {"vi": "Kẹt khuôn dập", "en": "Die jammed"}
WIDE = """[...document.querySelectorAll('main *, header *')]
    .filter((e) => !e.closest('.plot, .times, .columns, .unseen') && e.getBoundingClientRect().right > innerWidth + 0.5)
    .map((e) => e.outerHTML.slice(0, 100))"""
TINY = """[...document.querySelectorAll('body *')]
    .filter((e) => e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 16)
    .map((e) => e.outerHTML.slice(0, 100))"""
COVERED = """(() => {
    const places = (of) => [...document.querySelectorAll(of)].map((e) => [e, e.getBoundingClientRect()]);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const covered = (some, others) => some.filter(([e, r]) => others.some(([f, s]) => e !== f && meet(r, s)));
    const [axis, names] = [places('.columns text:not(.target-name)'), places('.columns + .times text')];
    return [...covered(axis, places('.columns .column')), ...covered(names, names)].map(([e]) => e.textContent);
})()"""
"""What the axis says that lies on a column, and names below that lie on each other."""


def described(name: str, title: str) -> WorkUnitDescription:
    return WorkUnitDescription(
        key=name,
        title={"vi": title},
        production_line="Dây chuyền dập",
        micro_stop_s=120,
        max_gap_s=60,
        bucket_s=3600,
        timezone=HANOI.key,
        products={"cap": ProductDescription(ideal_cycle_s=2.0, title={"vi": "Nắp 38 mm"})},
        channels={"total": "meter-1.active_power"},
        target_oee=0.7,
    )


def hours(name: str, yesterday: datetime, lost_s: int) -> list[Elements]:
    """An hour at eight of yesterday and of the two days before; yesterday's with a breakdown."""
    said = []
    for back in (2, 1, 0):
        day = yesterday - timedelta(days=back)
        since = int(day.replace(hour=8).timestamp()) * S
        fault = 0 if back else lost_s
        part = Part(
            shift=f"sáng@{day:%Y-%m-%d}",
            product="cap",
            ideal_cycle_s=2.0,
            ns={"RUN": HOUR - fault * S, "FAULT": fault * S},
            total=(3600 - fault) // 2 * 8 // 10,
        )
        said.append(Elements(key=f"{name}.{since}", work_unit=name, since=since, until=since + HOUR, parts=(part,)))
    return said


@pytest.fixture
def yesterday(site, press_shop, wait_until) -> datetime:
    """Two presses, of which one broke down yesterday for a quarter of an hour; its meter went on."""
    day = datetime.fromtimestamp(time.time(), HANOI).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    since = int(day.replace(hour=8).timestamp()) * S + HOUR // 2
    until = since + 900 * S
    jam = Stop(
        key=f"press-1.{since}",
        work_unit="press-1",
        since=since,
        until=until,
        kind="FAULT",
        planned_ns=900 * S,
        shift=f"sáng@{day:%Y-%m-%d}",
        reason="jam",
        title=JAM,
    )
    told = [*hours("press-1", day, 900), *hours("press-2", day, 0)]
    press_shop.say(described("press-1", "Máy dập 1"), described("press-2", "Máy dập nắp hộp cá tra số 2"), *told, jam)
    for k in range(30):
        press_shop.show("meter-1", since - 300 * S + k * 60 * S, active_power=5.0 if 5 <= k < 20 else 40.0 + k % 4)

    def stored() -> bool:
        with transaction(site.service.engine) as session:
            return session.query(NominalBucketRow).count() == len(told)

    wait_until(stored, "the elements")
    wait_until(lambda: sum_up_changed(site.service.engine, HANOI) or True, "the sums")
    return day


@pytest.fixture
def inside(browser, site, yesterday):
    browser.look(1280, 800)
    browser.open(f"{site.address}/?key={site.key}")
    return browser


def press(browser, selector: str) -> None:
    """Press what has no click() of its own, with the mouse, and wait for the next page."""
    browser.run(f"window.left = true, document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
    middle = "((r) => [r.x + r.width / 2, r.y + r.height / 2])"
    place = browser.run(f"{middle}(document.querySelector({selector!r}).getBoundingClientRect())")
    for what in ("mousePressed", "mouseReleased"):
        browser.call("Input.dispatchMouseEvent", type=what, x=place[0], y=place[1], button="left", clickCount=1)
    browser.arrived()


@pytest.mark.parametrize("size", SCREENS, ids=str)
def test_from_a_month_to_a_stop_and_the_samples_around_it(inside, site, yesterday, size, tmp_path: Path) -> None:
    inside.look(*size)
    inside.open(f"{site.address}/production?period={yesterday:%Y-%m}")
    assert inside.text(".answer-figure").endswith(" %")
    largest = """[...document.querySelectorAll('main *')].filter((e) => e.innerText?.trim())
        .reduce((a, b) => parseFloat(getComputedStyle(a).fontSize) >= parseFloat(getComputedStyle(b).fontSize) ? a : b)
        .className"""
    assert inside.run(largest) == "answer-figure"
    week = yesterday.isocalendar()
    for step in (f"period={week[0]}-W{week[1]:02d}", f"period={yesterday:%Y-%m-%d}"):
        inside.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert inside.run(WIDE) == [], step
        assert inside.run(TINY) == [], step
        assert inside.run(COVERED) == [], step
        inside.picture(tmp_path / "production.png")
        inside.click(f"tbody a[href*='{step}']")
    assert inside.text("#losses h2") == "Chạy chậm lấy mất 21 phút (17,5 %)"
    assert inside.text("#reasons h2") == "Kẹt khuôn dập: 1 lần, 15 phút"
    assert inside.text("#members h2") == "Từng phần"
    inside.click("#members tbody a")
    assert inside.text("#members h2") == "Máy dập 1 thấp nhất: 60 %"
    inside.click("#members tbody a")
    assert inside.text("#change h2") == "Giảm 20 điểm, nhiều nhất do hỏng máy (25 điểm)"
    assert inside.run(COVERED) == []
    press(inside, "#trend .columns a")
    assert inside.text(".periods strong").endswith("ca sáng")
    inside.click("#stops tbody a")
    assert inside.text("h1") == "Hỏng máy: Máy dập 1"
    assert inside.text(".answer-name") == "Kẹt khuôn dập"
    assert inside.text(".answer-figure") == "15 phút"
    assert inside.run("document.querySelector('.plot .line').getBBox().width") > 0
    assert inside.run(WIDE) == []
    inside.click(".chart .button")
    assert inside.text("h1") == "Công suất tác dụng"
    assert inside.text(".finding").startswith("Trung bình ")
    assert inside.complaints == []


@pytest.mark.parametrize("size", SCREENS, ids=str)
def test_the_first_page_fits_and_leads_to_why_yesterday_fell(inside, site, size) -> None:
    inside.look(*size)
    inside.open(f"{site.address}/")
    assert inside.text("h1").startswith("Hôm nay có ")
    assert inside.text("#yesterday-sa-dec .answer-figure") == "70 %"
    assert inside.run("document.documentElement.scrollWidth") <= size[0]
    assert inside.run(WIDE) == []
    assert inside.run(TINY) == []
    inside.click("#yesterday-sa-dec a")
    assert "nhiều nhất do hỏng máy" in inside.text("#change h2")
    assert inside.complaints == []


def test_the_tables_stand_without_script_and_a_column_is_reached_by_the_keyboard(inside, site, yesterday) -> None:
    inside.call("Emulation.setScriptExecutionDisabled", value=True)
    inside.open(f"{site.address}/production?period={yesterday:%Y-%m-%d}")
    assert "Hỏng máy" in inside.text("#losses table")
    assert inside.text(".answer-figure") == "70 %"
    inside.call("Emulation.setScriptExecutionDisabled", value=False)
    inside.open(f"{site.address}/production?period={yesterday:%Y-%m-%d}")
    inside.run("document.querySelector('#trend .columns a').focus()")
    assert inside.run("document.activeElement.getAttribute('aria-label')").endswith("ca sáng: 70 %")
