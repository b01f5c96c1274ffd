"""The pages in a real browser: at a real agent with a simulated balance, from the order to the result."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from bench_floor import ITEM, KEY, NOW, ORDER, WEIGHTS, S, captures_of, session_of, shown_now
from msgspec.structs import replace
from walked_bench import TRUE_GAIN, WalkedBench

import drivers.simulators
from edge_agent.wire.bench import CalibrationResult
from edge_agent.wire.bench_settings import BENCH_ORDERS, BENCH_STANDARDS, BenchOrdersSet, BenchStandardsSet

LOOKS = [(360, 800), (1280, 800)]
PAGES = ["/bench", "/bench/begin?order=P-118", "/bench/begin/analytical-balance?order=P-118"]
PAGES += [f"/bench/{KEY}", f"/bench/{KEY}/result", f"/bench/{KEY}/captures"]
NARROW = """(() => {
  const wide = document.scrollingElement.scrollWidth - innerWidth;
  const seen = [...document.querySelectorAll("main a, main button, main input, main select, main summary")];
  const small = seen.filter((one) => one.checkVisibility() && one.type !== "hidden")
    .map((one) => ["radio", "checkbox"].includes(one.type) ? one.closest("label") : one)
    .filter((one) => one.getBoundingClientRect().height < 55.5)
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`);
  return JSON.stringify({ wide, small });
})()"""


def until(ask: Any, what: str) -> Any:
    return sys.modules["driven_browser"].until(ask, what)


@pytest.fixture
def address(bench, free_port: int) -> Iterator[str]:
    app = bench.app()
    config = uvicorn.Config(app, port=free_port, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, "the server")
        yield f"http://127.0.0.1:{free_port}"
    finally:
        app.state.screen.closing.set()
        server.should_exit = True
        thread.join()


@pytest.fixture
def walked(tmp_path: Path, free_port: int, monkeypatch) -> Iterator[WalkedBench]:
    drivers.simulators.register()
    place = "drivers.simulators.protocol_sim.serial_speaker"
    walked = WalkedBench(tmp_path, free_port, lambda made: monkeypatch.setattr(place, made))
    yield walked
    walked.close()


def test_no_page_scrolls_sideways_and_every_thing_to_tap_is_large(browser, bench, address) -> None:
    session = session_of()
    captures = captures_of(session)
    bench.lay(shown_now(session, 30), *captures)
    bench.finish(session_of(key="1" * 32, started_at=NOW - 400 * 86400 * S))
    for page in PAGES:
        browser.open(address + page)
        for width, height in LOOKS:
            browser.look(width, height)
            assert json.loads(browser.run(NARROW)) == {"wide": 0, "small": []}, (page, width)
    assert browser.complaints == []


def test_the_page_moves_on_with_the_step_and_never_throws_away_what_is_typed(browser, bench, address) -> None:
    session = session_of()
    captures = captures_of(session)
    bench.lay(shown_now(session, 10), *captures[:10])
    browser.look(1280, 800)
    browser.open(f"{address}/bench/{KEY}")
    assert browser.text("h1").endswith("giữa.")
    bench.now += S
    bench.lay(shown_now(session, 13), *captures[10:13])
    until(lambda: browser.text("h1").endswith("phía trước bên trái."), "the next step")
    browser.run("document.querySelector('#around-humidity').value = '51'")
    bench.now += S
    bench.lay(shown_now(session, 16), *captures[13:16])
    until(lambda: browser.text("#moved").startswith("Điểm này đã đo xong"), "the word that it has moved on")
    assert browser.run("document.querySelector('#around-humidity').value") == "51"
    assert browser.complaints == []


def test_a_calibration_from_the_order_to_the_result(browser, walked) -> None:
    """A person with a balance that shows 4e-5 too much: both errors contain it within U."""
    item = replace(ITEM, range_high=200.0, resolution=0.001, mpe="0.005 + 4e-5 * abs(x)")
    order = replace(ORDER, procedure="quick-balance", item=item, promised="2036-01-01", note="")
    walked.set(BENCH_STANDARDS, BenchStandardsSet(standards=(replace(WEIGHTS, due="2036-12-31"),)))
    walked.set(BENCH_ORDERS, BenchOrdersSet(orders=(order,)))
    browser.look(1280, 800)
    until(lambda: _serves(browser, f"{walked.address}/bench"), "the screen")
    until(lambda: _after_reload(browser, ".bench-row .bench-what"), "the order")
    browser.click(".bench-row")
    browser.run("document.querySelector('[name=read_by]').click()")
    browser.run("document.querySelector('[name=standard-weights-QC-01]').click()")
    browser.run("document.querySelector('[name=operator]').value = 'Lan'")
    browser.click("button.bench-main")
    until(lambda: _after_reload(browser, "h1.bench-do") == "Đặt 100 g vào vị trí: giữa.", "the first step")
    browser.run("document.querySelector('#around-temperature').value = '22,5'")
    browser.click("#around button")
    for words, load in (("giữa.", 100.0), ("phía sau bên phải.", 99.998), ("100 g vào giữa đĩa cân.", 100.0)):
        _put_on(browser, walked, words, load)
    _put_on(browser, walked, "200 g vào giữa đĩa cân.", 200.0)
    until(lambda: browser.text("h1.bench-do") == "Đã đo xong như khi nhận", "the end of the run")
    browser.click("form[action$=finish] button")
    assert browser.text("h1") == "Cân phân tích XA-200 · Số máy B723"
    assert browser.text(".bench-verdict-all .bench-verdict") == "Đạt"
    assert browser.complaints == []
    key = browser.run("location.pathname.split('/')[2]")
    bench = walked.agent._screen._bench
    results = {(one.test, one.point): one for one in bench.calibration(key).results}
    errors = [one for one in results.values() if one.kind == "error"]
    assert [one.nominal for one in errors] == [100.0, 200.0]
    assert all(abs(one.error - TRUE_GAIN * one.nominal) <= one.expanded for one in errors)
    assert _eccentricity(results) == pytest.approx(-0.002, abs=1e-9)


def _put_on(browser: Any, walked: WalkedBench, words: str, load: float) -> None:
    """What a person does at a point: reads, puts it on, presses the button; the rest comes by itself."""
    until(lambda: browser.text("h1.bench-do").endswith(words), words)
    walked.scale.load_g = load
    browser.click("button.bench-main")


def _eccentricity(results: dict[tuple[str, int], CalibrationResult]) -> float:
    return next(one.error for one in results.values() if one.kind == "eccentricity")


def _serves(browser: Any, address: str) -> bool:
    browser.open(address)
    return bool(browser.text("h1") == "Hiệu chuẩn")


def _after_reload(browser: Any, selector: str) -> str:
    browser.reload()
    return str(browser.text(selector))
