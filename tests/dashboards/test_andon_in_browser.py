"""The Andon of a site in a real browser: on an old phone, on a desk, on the wall, in light and in dark."""

import time
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import delete

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.registry import WorkUnitRow, transaction

S = 10**9
MIN = 60 * S
HOUR = 60 * MIN
TITLES = {
    "press-1": ("Máy dập 1", "Press 1"),
    "press-2": ("Máy dập nắp hộp cá tra 2", "Press 2"),
    "filler": ("Máy chiết rót", "Filler"),
    "capper": ("Máy đóng nắp", "Capper"),
    "labeller": ("Máy dán nhãn", "Labeller"),
    "dryer": ("Lò sấy", "Dryer"),
    "washer": ("Máy giặt bệnh viện", "Washer"),
    "packer": ("Máy đóng gói", "Packer"),
}
STATES = ("RUN", "MINOR_STOP", "STOP", "FAULT", "SETUP", "PLANNED_STOP", "NOT_SCHEDULED", "UNKNOWN")
JAM = {"vi": "Kẹt khuôn dập, chờ thợ sửa chữa", "en": "Die jammed, waits for the mechanic"}


CUT = """[...document.querySelectorAll('.machine')].filter((e) => e.scrollHeight > e.clientHeight + 1)
    .map((e) => `${e.id} ${e.scrollHeight} ${e.clientHeight}`)"""
"""Machines of which something is not seen."""


def described(name: str) -> WorkUnitDescription:
    vi, en = TITLES[name]
    return WorkUnitDescription(
        key=name,
        title={"vi": vi, "en": en},
        production_line="chuyen-2" if name != "washer" else "",
        counts_pieces=name != "washer",
        micro_stop_s=120,
        max_gap_s=60,
        bucket_s=600,
        timezone="Asia/Ho_Chi_Minh",
        products={"nap-38": ProductDescription(ideal_cycle_s=2.0, title={"vi": "Nắp 38 mm xanh", "en": "Cap 38 mm"})},
        target_oee=0.65,
    )


def status(name: str, k: int, now: int) -> WorkUnitStatus:
    counts = name != "washer"
    stopped = STATES[k] in {"STOP", "FAULT", "SETUP"}
    return WorkUnitStatus(
        at=now,
        bucket=STATES[k],
        since=now - (7 + 13 * k) * MIN,
        heard_at=now,
        reason=JAM if STATES[k] == "FAULT" else {},
        shift="ngay@2026-11-22",
        shift_since=now - 5 * HOUR,
        shift_until=now + 3 * HOUR,
        product="nap-38" if counts else "",
        ideal_cycle_s=2.0 if counts else None,
        oee=0.782 - k * 0.05 if counts else None,
        oee_low=0.741 - k * 0.05 if counts else None,
        oee_high=0.812 - k * 0.05 if counts else None,
        availability=0.911 - k * 0.04,
        effectiveness=0.87 if counts and k != 4 else 1.083 if counts else None,
        quality_ratio=0.987 if counts else None,
        coverage=0.962 if k != 5 else 0.099,
        total=6_893 - 310 * k if counts else 0,
        good=6_802 - 310 * k if counts else 0,
        reject=91 if counts else 0,
        expected=7_120.0 if counts else None,
        takt_s=2.4 if counts else None,
        target_oee=0.65,
        without_reason=3 if stopped else 0,
    )


def bucket(name: str, since: int, *, stop_s: int) -> Elements:
    part = Part(
        shift="ngay@2026-11-22",
        product="nap-38",
        ideal_cycle_s=2.0,
        ns={"RUN": (560 - stop_s) * S, "STOP": stop_s * S, "MINOR_STOP": 20 * S, "UNKNOWN": 20 * S},
        total=(560 - stop_s) // 2 - 20,
        reject=3,
    )
    return Elements(key=f"{name}.{since}", work_unit=name, since=since, until=since + 10 * MIN, parts=(part,))


@pytest.fixture
def shop(site, wait_until):
    """An edge with eight machines, five hours into their shift; its status can be said again."""
    edge = site.edge()
    edge.describe()
    now = time.time_ns()
    first = (now - 5 * HOUR) // (10 * MIN) * 10 * MIN
    for k, name in enumerate(TITLES):
        edge.say(described(name))
        edge.say(*(bucket(name, first + n * 10 * MIN, stop_s=300 if n % 9 == k else 0) for n in range(29)))
        since = first + (9 + k) * 10 * MIN
        edge.say(
            Stop(key=f"{name}.{since}", work_unit=name, since=since, until=since + 5 * MIN, kind="STOP", title=JAM),
        )
    names = tuple(TITLES)

    def say(count: int = 8, state: str = "online") -> None:
        at = time.time_ns()
        edge.status(state, work_units={name: status(name, k, at) for k, name in enumerate(names[:count])})

    say()
    wait_until(lambda: len(site.service.shop_floor.work_units("sa-dec")) == 8, "the machines")
    wait_until(lambda: site.service.health()[0].status, "the status")
    return say


@pytest.fixture
def wall(browser, site, shop):
    """A browser before the Andon of the site."""
    browser.look(1920, 1080)
    browser.open(f"{site.address}/?key={site.key}")
    browser.open(f"{site.address}/andon/sa-dec")
    return browser


def test_the_first_page_leads_to_the_andon(wall, site) -> None:
    wall.open(site.address + "/")
    wall.click("#andons a")
    assert wall.text("h1") == "Tình trạng máy sa-dec"
    assert wall.complaints == []


def test_eight_machines_fill_the_wall_without_scrolling(wall, tmp_path: Path) -> None:
    assert wall.run("document.querySelectorAll('.machine').length") == 8
    assert wall.run("document.documentElement.scrollHeight") <= 1080
    assert wall.run(CUT) == []
    wall.picture(tmp_path / "wall.png")
    assert (tmp_path / "wall.png").stat().st_size > 20_000


def test_the_state_and_the_figure_can_be_read_from_five_metres(wall) -> None:
    """A sign must be as high as a two-hundredth of its distance: 25 mm, or 40 px on a screen of 55 inches."""
    shapes = "[...document.querySelectorAll('.machine-state .shape')].map((e) => e.getBoundingClientRect().height)"
    assert min(wall.run(shapes)) >= 40
    sizes = "[...document.querySelectorAll({!r})].map((e) => parseFloat(getComputedStyle(e).fontSize))"
    assert min(wall.run(sizes.format(".figure-main .figure-value"))) * 0.7 >= 40  # a digit is 0.7 of its font
    assert min(wall.run(sizes.format(".machine-word"))) >= 28  # beside its shape and colour


def test_fewer_machines_fill_the_wall_too(wall, site, shop, wait_until) -> None:
    for count in range(8, 0, -1):  # one site for all: to set it up takes longer than to look at it
        with transaction(site.service.engine) as session:
            session.execute(delete(WorkUnitRow).where(WorkUnitRow.work_unit.not_in(list(TITLES)[:count])))
        shop(count)
        wait_until(lambda: len(site.service.health()[0].status.work_units) == count, "the status")  # noqa: B023
        wall.open(f"{site.address}/andon/sa-dec")
        assert wall.run("document.querySelectorAll('.machine').length") == count
        assert wall.run("document.documentElement.scrollHeight") <= 1080, count
        assert wall.run("document.documentElement.scrollWidth") <= 1920, count
        assert (count, wall.run(CUT)) == (count, [])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_never_scrolls_sideways_and_nothing_is_smaller_than_16_px(wall, site, language) -> None:
    for size, dark in product([(360, 800), (768, 1024), (1280, 800), (1920, 1080)], [False, True]):
        wall.look(*size, dark=dark)
        wall.speak(language)
        wall.open(f"{site.address}/andon/sa-dec")
        wall.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert wall.run("document.documentElement.scrollWidth") <= size[0]
        wide = """[...document.querySelectorAll('main *, header *')]
            .filter((e) => !e.closest('svg, figcaption') && e.getBoundingClientRect().right > innerWidth + 0.5)
            .map((e) => e.outerHTML.slice(0, 100))"""
        assert wall.run(wide) == []
        tiny = """[...document.querySelectorAll('body *')]
            .filter((e) => e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 16)
            .map((e) => e.outerHTML.slice(0, 100))"""
        assert wall.run(tiny) == []
        spilt = """[...document.querySelectorAll('.machine *')].filter((e) => !e.closest('svg, figcaption')
            && e.getBoundingClientRect().right > e.closest('.machine').getBoundingClientRect().right + 0.5)
            .map((e) => e.outerHTML.slice(0, 100))"""
        assert wall.run(spilt) == []
        assert wall.run("document.querySelectorAll('.machine-word').length") == 8
        cut = """[...document.querySelectorAll('.machine p, .machine span, .machine strong, .machine dd')]
            .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""
        assert size[0] > 768 or wall.run(cut) == []


def test_the_timeline_is_drawn_in_the_colours_of_the_states(wall) -> None:
    fill = "getComputedStyle(document.querySelector('.bar.bucket-{}')).fill"
    assert wall.run(fill.format("run")) == "rgb(47, 191, 113)"
    assert wall.run(fill.format("stop")) == "rgb(240, 118, 26)"
    assert "hatch-unknown" in wall.run(fill.format("unknown"))
    widths = """[...document.querySelector('.shift-bar').children].map((e) => e.getBBox().width)
        .reduce((a, b) => a + b) / document.querySelector('.shift-bar').clientWidth"""
    assert 0.5 < wall.run(widths) < 0.7  # five hours of eight


def test_a_state_changes_without_a_reload_and_a_silent_edge_is_said(wall, shop, wait_until) -> None:
    word = "#unit-press-shop\\.press-1 .machine-word"
    wall.run("window.same = true")
    assert wall.text(word) == "Đang chạy"
    shop(state="lost")
    wait_until(lambda: wall.text(word) == "Không có dữ liệu", "the loss")
    assert wall.text("#strips").startswith("Thiết bị biên press-shop im lặng từ ")
    assert "Thiết bị biên mất liên lạc · Đang chạy lúc " in wall.text("#unit-press-shop\\.press-1 .machine-since")
    assert wall.run("document.querySelector('.machine-state').className").endswith("bucket-unknown")
    assert wall.run("window.same") is True
    assert wall.complaints == []


def test_without_script_it_shows_the_same(wall, site) -> None:
    wall.call("Emulation.setScriptExecutionDisabled", value=True)
    wall.open(f"{site.address}/andon/sa-dec")
    assert wall.text("#unit-press-shop\\.press-1 .figure-main .figure-value") == "78,2 %"
