"""The pages in a real browser: on an old phone and on the screen on the wall."""

# ruff: noqa: RUF001  a dash is a dash

import time

import pytest

from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription

S = 10**9
PASSWORD = "tre xanh sông Tiền"
POWER = r"#c-sa-dec\.press-shop\.meter-1\.active_power"
SERIES = "/series/sa-dec/press-shop/meter-1/active_power"
SCREENS = [(360, 800), (1920, 1080)]


@pytest.fixture
def inside(browser, site, press_shop):
    """A browser that has come in by the printed address."""
    browser.look(1280, 800)
    browser.open(f"{site.address}/?key={site.key}")
    browser.open(f"{site.address}/measurements")
    return browser


def test_live_values_appear_and_change_without_a_reload(inside, press_shop, wait_until) -> None:
    assert inside.run("location.search") == ""
    assert inside.text(f"{POWER} .figure") == "1.059 kW"
    assert inside.text(f"{POWER} .state").startswith("tốt ")
    inside.run("window.same = true")
    press_shop.show("meter-1", time.time_ns(), active_power=2345.5)
    wait_until(lambda: inside.text(f"{POWER} .figure") == "2.345,5 kW", "the new value")
    press_shop.show("meter-1", time.time_ns(), "uncertain.out_of_range", active_power=9999.0)
    wait_until(lambda: inside.text(f"{POWER} .state").startswith("chưa chắc chắn: ngoài khoảng cho phép"), "the doubt")
    press_shop.show("meter-1", time.time_ns(), "bad.no_reply", active_power=0.0)
    wait_until(lambda: inside.text(f"{POWER} .state").startswith("không dùng được: không trả lời"), "the failure")
    assert inside.text(f"{POWER} .figure") == "–"
    assert inside.run("window.same") is True
    assert inside.complaints == []


def test_a_page_that_lost_its_server_says_so_and_recovers_its_senses(inside, site, wait_until) -> None:
    assert inside.run("document.getElementById('lost').hidden") is True
    inside.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    wait_until(lambda: inside.text("#lost").startswith("Mất liên lạc với máy chủ từ "), "the strip")
    assert inside.run("document.body.className") == "stale"
    inside.call(
        "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1
    )
    wait_until(lambda: inside.text("#lost") == "", "the strip to go")
    site.stop_serving()
    wait_until(lambda: inside.text("#lost").startswith("Mất liên lạc với máy chủ từ "), "the strip")


def test_what_is_typed_is_kept_while_figures_change(inside, site, press_shop, wait_until) -> None:
    who = "document.getElementById('who-sa-dec.press-shop')"
    inside.run(f"{who}.focus(), {who}.value = 'Nguyễn Thị'")
    site.edge("a-first-one", "cd" * 16).status()  # it comes to stand above
    press_shop.show("meter-1", time.time_ns(), active_power=7.0)
    wait_until(lambda: inside.text(f"{POWER} .figure") == "7 kW", "the new value")
    wait_until(lambda: "a-first-one" in inside.text("main"), "the new edge")
    assert inside.run(f"{who}.value") == "Nguyễn Thị"
    assert inside.run(f"{who}.form.action").endswith("/edges/sa-dec/press-shop/admit")


def test_a_person_admits_an_edge(inside, site) -> None:
    assert "Thiết bị biên mới, chưa được chấp nhận." in inside.text("main")
    inside.run("document.getElementById('who-sa-dec.press-shop').value = 'Nguyễn Thị Mai'")
    inside.click(".notice button")
    assert "chưa được chấp nhận" not in inside.text("main")
    assert site.service.health()[0].admitted


def test_the_language_is_chosen_and_kept(inside) -> None:
    inside.click(".top a[hreflang=en]")
    assert inside.text("h1") == "Live values"
    assert inside.text(f"{POWER} .figure") == "1,059 kW"
    inside.reload()
    assert inside.text("h1") == "Live values"


@pytest.mark.usefixtures("press_shop")
def test_a_person_signs_in_by_hand_and_leaves(browser, site) -> None:
    browser.open(f"{site.address}{SERIES}")
    assert browser.text("h1") == "Đăng nhập"
    browser.run("document.getElementById('name').value = 'mai', document.getElementById('password').value = 'wrong'")
    browser.click("main button")
    assert browser.text(".mistake") == "Tên hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."
    assert browser.run("document.getElementById('name').value") == "mai"
    browser.run(f"document.getElementById('password').value = '{PASSWORD}'")
    browser.click("main button")
    assert browser.text("h1") == "Công suất tác dụng"
    browser.click(".top form button")
    assert browser.text("h1") == "Đăng nhập"


def test_an_account_changes_its_password_without_script(inside, site) -> None:
    inside.call("Emulation.setScriptExecutionDisabled", value=True)
    inside.look(360, 800)
    inside.open(site.address + "/account")
    assert inside.text("h1") == "mai"
    for name, value in (("old", PASSWORD), ("password", "sen hồng tháng mười"), ("again", "sen hồng tháng mười")):
        inside.run(f"document.getElementById('{name}').value = '{value}'")
    inside.click("form[action='/account/password'] button")
    assert inside.text("h1") == "mai"
    assert inside.text(".mistake") == ""
    assert inside.complaints == []


def test_a_channel_over_time_has_its_chart_its_table_and_its_file(inside) -> None:
    inside.click(f"{POWER} a")
    assert inside.text(".finding").startswith("Trung bình 1.0")
    assert inside.run("document.querySelector('.plot .line').getBBox().width") > 0
    assert inside.run("document.querySelectorAll('#table tbody tr').length") > 1
    file = inside.run("fetch(document.querySelector('a[download]').href).then((answer) => answer.text())")
    assert len(file.splitlines()) == 61
    inside.click(".ranges a[href='?range=10m']")
    assert inside.text(".ranges [aria-current]") == "10 phút"
    assert inside.complaints == []


@pytest.mark.parametrize("size", SCREENS, ids=str)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_scrolls_sideways(inside, site, size, dark) -> None:
    for path in (
        "/",
        "/measurements",
        "/production",
        "/production/stops",
        SERIES,
        f"{SERIES}?start=2020-01-01T00:00&end=2019-01-01T00:00",
        "/api/docs",
        "/login",
        "/account",
        "/nowhere",
    ):
        inside.look(*size, dark=dark)
        inside.open(site.address + path)
        inside.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert inside.run("window.innerWidth") == size[0]
        assert inside.run("document.documentElement.scrollWidth") <= size[0], path
        wide = """[...document.querySelectorAll('main *, header *')]
            .filter((e) => !e.closest('.plot, .times, .spark') && e.getBoundingClientRect().right > innerWidth + 0.5)
            .map((e) => e.outerHTML.slice(0, 100))"""
        assert inside.run(wide) == [], path


def test_whatever_can_be_pressed_is_large_enough_for_a_glove(inside, site) -> None:
    inside.look(360, 800)
    for path in ("/", "/measurements", "/production", "/production/stops", SERIES, "/login", "/account"):
        inside.open(site.address + path)
        small = """[...document.querySelectorAll('button, input:not([type=hidden]), .ranges a, .button, summary')]
            .filter((e) => e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().height < 44)
            .map((e) => e.outerHTML)"""
        assert inside.run(small) == [], path
        tiny = """[...document.querySelectorAll('body *')]
            .filter((e) => e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 16)
            .map((e) => e.outerHTML.slice(0, 100))"""
        assert inside.run(tiny) == [], path


def test_the_wall_screen_shows_a_shop_without_scrolling(inside, site, press_shop, wait_until) -> None:
    sizes = {"balance-1": 1, "meter-1": 11, "press-1": 12}  # and the four that it has shown before
    for name, size in sizes.items():
        meanings = {f"c{k}": ChannelMeaning(unit="kW", title={"vi": f"Công suất tác dụng {k}"}) for k in range(size)}
        press_shop.describe(
            InstrumentDescription(key=name, bus="b", model="a_model", model_sha256="0", period_s=1.0, channels=meanings)
        )
        press_shop.show(name, time.time_ns(), **{f"c{k}": 1234.5 for k in range(size)})
    wait_until(lambda: len(site.service.timeseries.latest("sa-dec", "press-shop")) == 28, "the samples")
    site.service.admit("sa-dec", "press-shop", "Nguyễn Thị Mai")
    inside.look(1920, 1080)
    inside.reload()
    assert inside.run("document.querySelectorAll('.channel').length") == 28
    assert inside.run("document.documentElement.scrollHeight") <= 1080


def test_without_script_the_page_shows_the_same(inside, site) -> None:
    inside.call("Emulation.setScriptExecutionDisabled", value=True)
    inside.open(site.address + "/measurements")
    assert inside.text(f"{POWER} .figure") == "1.059 kW"
