"""The screen in a real browser: on a phone, on the wall, without script, while the edge goes away."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from msgspec.structs import replace
from screen_floor import MIN, NOW, SHIFT, WEB, Floor, S, shop, stop_of, stretches, unit_board, unit_config

from edge_agent.config.shop_tables import OperatorConfig
from edge_agent.kpi.buckets import BUCKETS
from edge_agent.screen.rendering import load_screen_words
from edge_agent.wire.entries import LateScrap, StopReason
from edge_agent.wire.shop_floor import Elements, Part

PHONE, WALL = (360, 800), (1920, 1080)
AT = SHIFT + 100 * MIN
CALENDAR_PAGES = ("/calendar", "/calendar/2026-03-01")
NAMES = ("press", "oven", "packer", "lathe-4")
COURSES = {
    "packer": stretches((120, "RUN"), (60, "UNKNOWN"), (30, "RUN"), (30, "PLANNED_STOP"), (12, "FAULT")),
    "lathe-4": stretches((20, "SETUP"), (190, "RUN"), (30, "PLANNED_STOP"), (12, "RUN")),
}


def until(ask: Callable[[], Any], what: str, within_s: float = 20.0) -> Any:
    end = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < end, f"waited {within_s:g} s in vain for {what}"
        time.sleep(0.02)
    return answer


class Site:
    """A screen that is served, and where."""

    def __init__(self, floor: Floor, port: int) -> None:
        self.floor, self.address, self.port = floor, f"http://127.0.0.1:{port}", port
        self.units = NAMES
        self.operators: tuple[OperatorConfig, ...] = ()

    def start(self) -> None:
        app = self.floor.app(shop(*(unit_config(name) for name in self.units), operators=self.operators))
        config = uvicorn.Config(app, port=self.port, log_config=None, ws="none", timeout_graceful_shutdown=10)
        self._screen, self._server = app.state.screen, uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started, "the server")

    def stop(self) -> None:
        self._screen.closing.set()
        self._server.should_exit = True
        self._thread.join()

    def show(self, count: int) -> None:
        """So many machines, each in another state, with what all of them have."""
        stop = stop_of("press", AT, 41, "FAULT", planned_ns=41 * MIN, code="E-17")
        boards = [
            unit_board(
                name,
                *([COURSES[name]] if name in COURSES else []),
                stops=(stop,) if name == "press" else (),
                total=6400 if name == "lathe-4" else 4718,
            )
            for name in NAMES[:count]
        ]
        self.floor.show(*boards)


@pytest.fixture
def site(floor: Floor, free_port: int) -> Iterator[Site]:
    site = Site(floor, free_port)
    site.show(4)
    part = Part(shift="A@2026-03-02", product="P-100", total=250, reject=2)
    floor.keep(
        *(
            Elements(key=f"press.{at}", work_unit="press", since=at, until=at + 10 * MIN, parts=(part,))
            for at in range(SHIFT, NOW, 10 * MIN)
        )
    )
    site.start()
    yield site
    site.stop()


def sizes(browser: Any) -> tuple[int, int]:
    return tuple(browser.run("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"))


def cut_off(browser: Any) -> list[str]:
    """What is drawn beyond the edges of its card: hidden, so nobody would read it."""
    return browser.run(
        """[...document.querySelectorAll('.card')].flatMap((card) => {
          const box = card.getBoundingClientRect();
          return [...card.querySelectorAll('h2, p, dt, dd, li, span, figcaption, text')]
            .filter((one) => one.checkVisibility())
            .filter((one) => {
              const its = one.getBoundingClientRect();
              const beyond = its.right > box.right + 1 || its.bottom > box.bottom + 1 || its.left < box.left - 1;
              return beyond || (one.clientWidth && one.scrollWidth > one.clientWidth + 1);
            }).map((one) => card.id + ': ' + one.textContent.trim());
        })"""
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_scrolls_sideways_on_a_phone_and_no_card_is_cut(site, browser, dark) -> None:
    browser.look(*PHONE, dark=dark)
    for path in ("/", "/stops", f"/stops/press/{AT}", "/enter?unit=press", *CALENDAR_PAGES, "/who", "/nix"):
        browser.open(site.address + path)
        assert sizes(browser)[0] <= PHONE[0], path
        assert cut_off(browser) == [], path
    assert [c for c in browser.complaints if "404" not in c] == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("states", [tuple(BUCKETS)[:4], tuple(BUCKETS)[4:]], ids=["first", "last"])
def test_no_word_of_a_state_and_no_coverage_is_cut_on_a_phone(site, browser, language, states) -> None:
    site.floor.show(
        *(unit_board(name, bucket=state.name, coverage=0.099) for name, state in zip(NAMES, states, strict=True))
    )
    browser.look(*PHONE)
    browser.open(f"{site.address}/language/{language}?next=/")
    words = browser.run("[...document.querySelectorAll('.unit-word')].map((one) => one.textContent)")
    assert words == [load_screen_words(WEB, language)[f"bucket.{state.name}"] for state in states]
    assert browser.text(".figure-basis strong").startswith(
        {"vi": "Độ phủ 9,9 %, dưới 95 %", "en": "Data coverage 9.9 %, below 95 %"}[language]
    )
    assert cut_off(browser) == []
    assert sizes(browser)[0] <= PHONE[0]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_menu_of_a_phone_is_two_lines_at_most(site, browser, language) -> None:
    browser.look(*PHONE)
    for person in ("", "Lan", "Nguyễn Thị Phương Lan"):
        site.operators = (OperatorConfig(name=person or "Lan"),)
        site.stop()
        site.start()
        browser.open(f"{site.address}/language/{language}?next=/who")
        if person:
            browser.run(f"document.querySelector('#operator').value = {person!r}")
            browser.click("main form button")
            assert browser.text(".person") == person
        assert browser.run("document.querySelector('.top').getBoundingClientRect().height") <= 2 * 44 + 1
        browser.call("Network.clearBrowserCookies")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_wall_shows_one_to_four_machines_without_scrolling(site, browser, count) -> None:
    site.show(count)
    browser.look(*WALL)
    browser.open(site.address)
    assert sizes(browser) == WALL
    assert browser.run("document.querySelectorAll('.card').length") == count
    assert cut_off(browser) == []
    # Readable from five metres: the figure is an eighth of the wall's height.
    height = browser.run("parseFloat(getComputedStyle(document.querySelector('.figure-main .figure-value')).fontSize)")
    assert height >= 0.12 * WALL[1] - 0.1


@pytest.mark.parametrize("now", [NOW, SHIFT + 30 * MIN], ids=["one", "two"])
def test_strips_take_their_room_from_the_cards_not_from_the_screen(site, browser, now) -> None:
    site.floor.now = now  # half an hour into the shift it is also asked who works
    site.show(4)
    units = (replace(unit, status=replace(unit.status, heard_at=now)) for unit in site.floor.board.units.values())
    site.floor.show(*units, broker=False, waiting_since=now - 60 * MIN)
    browser.look(*WALL)
    browser.open(site.address)
    assert "Mất đường truyền" in browser.text(".strip-lost:not([hidden])")
    assert sizes(browser) == WALL
    assert cut_off(browser) == []


def test_a_small_television_is_a_wall_when_it_is_told(site, browser) -> None:
    browser.look(1366, 768)
    browser.open(f"{site.address}/?wall=1")
    assert sizes(browser) == (1366, 768)
    assert cut_off(browser) == []


def test_whatever_is_pressed_is_large_enough_for_a_glove(site, browser) -> None:
    browser.look(*PHONE)
    for path in ("/", "/stops", f"/stops/press/{AT}", "/enter?unit=press", "/calendar"):
        browser.open(site.address + path)
        small = browser.run(
            """[...document.querySelectorAll('a, button, select, input:not([type=hidden]), summary')]
              .filter((one) => one.checkVisibility() && !one.closest('p'))
              .filter((one) => one.getBoundingClientRect().height < (one.matches('.reasons *') ? 48 : 44))
              .map((one) => one.outerHTML)"""
        )
        assert small == [], path


def test_a_change_of_state_appears_without_a_reload_and_what_is_open_stays_open(site, browser) -> None:
    browser.look(*PHONE)
    browser.open(site.address)
    browser.run("window.same = true, document.querySelector('#table-press').open = true")
    site.floor.now += S
    site.show(4)
    course = (*COURSES["packer"][:-1], *stretches((12, "SETUP"), since=COURSES["packer"][-1].since))
    site.floor.show(unit_board("press", bucket="FAULT", heard_at=site.floor.now), unit_board("packer", course))
    until(lambda: browser.text("#unit-press .unit-word") == "Hỏng máy", "the new state")
    assert browser.run("window.same && document.querySelector('#table-press').open")
    assert browser.run("document.querySelectorAll('.card').length") == 2
    assert browser.complaints == []


def test_an_edge_that_went_away_is_told_and_found_again(site, browser) -> None:
    browser.look(*PHONE)
    browser.open(site.address)
    until(lambda: browser.run("events.readyState") == 1, "the stream")
    browser.run("heard -= 14000")
    site.stop()
    strip = until(lambda: browser.text("#lost"), "the strip")
    assert "Màn hình mất liên lạc với thiết bị biên từ 10:12:00." in strip
    assert browser.run("document.body.classList.contains('stale')")
    site.start()
    until(lambda: not browser.text("#lost"), "the edge")
    assert not browser.run("document.body.classList.contains('stale')")


def test_a_reason_is_one_tap(site, browser) -> None:
    browser.look(*PHONE)
    browser.open(f"{site.address}/stops?unit=press")
    assert browser.text("h1") == "1 lần dừng chờ lý do"
    browser.click(".stop button[value=material]")
    assert browser.text("h1") == "Không lần dừng nào chờ lý do"
    [entry] = site.floor.entered
    assert isinstance(entry, StopReason)
    assert (entry.key, entry.reason) == (f"press.{AT}", "material")
    browser.click(".strip-saved button")
    assert browser.text("h1") == "1 lần dừng chờ lý do"


def test_all_of_it_works_without_script(site, browser) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.look(*PHONE)
    browser.call("Page.navigate", url=f"{site.address}/")
    page = until(lambda: (text := content(browser)) and "Máy dập 1" in text and text, "the page")
    assert "Đang chạy" in page
    assert 'http-equiv="refresh" content="10"' in page


def content(browser: Any) -> str:
    """The page's source, which needs no script to be asked; empty while it changes."""
    try:
        root = browser.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        return browser.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]
    except AssertionError:
        return ""


def test_late_scrap_is_entered_with_a_slip_first(site, browser) -> None:
    browser.look(*PHONE)
    browser.open(f"{site.address}/enter?unit=press")
    browser.run(
        "document.querySelector('#scrap-scrap').value = '12x', document.querySelector('#scrap-reason').value='lõm'"
    )
    browser.click("#scrap form button")
    assert browser.text("#scrap-mistake-scrap").startswith("Hãy ghi bằng chữ số")
    assert browser.run("document.querySelector('#scrap-reason').value") == "lõm"
    browser.run("document.querySelector('#scrap-scrap').value = '12'")
    browser.click("#scrap form button")
    [entry] = site.floor.entered
    assert isinstance(entry, LateScrap)
    assert (entry.scrap, entry.reason) == (12, "lõm")


def test_a_kiosk_without_keyboard_has_a_pad_of_digits(site, browser) -> None:
    browser.look(1280, 800)
    browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "pointer", "value": "coarse"}])
    browser.open(f"{site.address}/enter?unit=press")
    browser.run("document.querySelector('#people-people').focus()")
    press = """(sign) => [...document.querySelectorAll('.pad button')].find((key) => key.textContent === sign)
      .dispatchEvent(new PointerEvent('pointerdown', {bubbles: true, cancelable: true}))"""
    for sign in ("1", "2", "\N{ERASE TO THE LEFT}", ",", "5"):
        browser.run(f"({press})('{sign}')")
    assert browser.run("document.querySelector('#people-people').value") == "1,5"


def test_a_past_day_is_changed_by_two_presses(site, browser) -> None:
    site.operators = (OperatorConfig(name="Lan", role="manager"),)
    site.stop()
    site.start()
    browser.look(*PHONE)
    browser.open(f"{site.address}/calendar")
    browser.click(".day-name")
    assert browser.text("h1") == "Chủ nhật 01/03/2026"
    browser.run(
        "document.querySelector('#shift_1_end').value = '18:00', document.querySelector('#why').value = 'Mất điện',"
        "document.querySelector('#operator').value = 'Lan'"
    )
    browser.click("button[value=look]")
    assert "15 giờ 30 phút → 11 giờ 30 phút" in browser.text("#preview")
    # What will change is in view, above the form.
    assert 0 <= browser.run("document.querySelector('#preview').getBoundingClientRect().top") < PHONE[1] / 2
    assert sizes(browser)[0] <= PHONE[0]
    assert site.floor.entered == []
    browser.click("#preview button")
    assert browser.text("#saved").startswith("Đã ghi.")
    [change] = site.floor.entered
    assert (change.first_day, change.who, change.why) == ("2026-03-01", "Lan", "Mất điện")
    assert [one["end"] for one in change.body["shifts"]] == ["14:00", "18:00"]
