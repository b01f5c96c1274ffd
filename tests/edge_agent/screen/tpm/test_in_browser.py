"""The pages in a real browser: on a phone of 360 px and on a desk, without scrolling sideways, with thumbs."""

import json
import struct
import zlib
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest
import uvicorn
from screen_floor import Floor, unit_board
from tpm_floor import KEY, much, until

from edge_agent.screen.tpm.photos import media_type_of
from edge_agent.screen.tpm.tag_photos import read_photo
from edge_agent.wire.entries import AbnormalityTag

LOOKS = [(360, 800), (1280, 800)]
PAGES = [
    "/tpm",
    "/tpm/checklist/press/autonomous-maintenance",
    "/tpm/tags",
    "/tpm/tags/new",
    "/tpm/maintenance",
    "/tpm/maintenance/new",
    "/tpm/5s",
    "/tpm/5s/production",
    "/tpm/5s/production/new",
    "/tpm/changeover",
    f"/tpm/changeover/{KEY}",
    f"/tpm/changeover/{'e' * 32}",
    "/tpm/time-study/sample",
    "/tpm/actions",
    "/tpm/actions/new",
    f"/tpm/actions/{'a' * 32}",
]
NARROW = """(() => {
  const wide = document.scrollingElement.scrollWidth - innerWidth;
  const seen = [...document.querySelectorAll("main a, main button, main input, main select, main textarea, summary")];
  const small = seen.filter((one) => one.checkVisibility() && one.type !== "hidden")
    .map((one) => one.type === "radio" ? one.closest("label") : one)
    .filter((one) => one.getBoundingClientRect().height < 47.5)
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`);
  return JSON.stringify({ wide, small });
})()"""


@pytest.fixture
def address(floor: Floor, tpm_shop, free_port: int) -> Iterator[str]:
    floor.show(unit_board("press"), unit_board("oven"))
    config = uvicorn.Config(floor.app(tpm_shop), port=free_port, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, "the server")
        yield f"http://127.0.0.1:{free_port}"
    finally:
        server.should_exit = True
        thread.join()


def test_no_page_scrolls_sideways_and_every_thing_to_tap_is_large(browser, floor, address) -> None:
    much(floor)
    for page in PAGES:
        browser.open(address + page)
        for width, height in LOOKS:
            browser.look(width, height)
            assert json.loads(browser.run(NARROW)) == {"wide": 0, "small": []}, (page, width)
    assert browser.complaints == []


def test_a_large_photo_is_made_small_before_it_is_sent(browser, floor, address, tmp_path) -> None:
    """A camera's photo, far above what is taken, hung on a tag by thumb."""
    photo = tmp_path / "camera.png"
    photo.write_bytes(noise_png(2400, 1800))
    assert photo.stat().st_size > 5_000_000
    browser.look(360, 800)
    browser.open(f"{address}/tpm/tags/new?unit=press")
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    found = browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=found, files=[str(photo)])
    until(lambda: browser.run("document.querySelector('#file').dataset.bytes"), "the small photo")
    assert int(browser.run("document.querySelector('#file').dataset.bytes")) <= 120_000
    browser.run("document.querySelector('#what').value = 'Rò dầu'")
    browser.click("button.big")
    [tag] = [one for one in floor.entered if isinstance(one, AbnormalityTag)]
    reader = floor.reader()
    content, media_type = read_photo(reader, tag.photo)
    reader.close()
    assert (media_type, media_type_of(content)) == ("image/jpeg", "image/jpeg")
    assert len(content) <= 120_000
    shown = "document.querySelector('img.thumb').complete && document.querySelector('img.thumb').naturalWidth"
    until(lambda: browser.run(shown), "the photo in the list")
    assert browser.complaints == []


def test_a_changeover_goes_on_after_a_reload(browser, floor, address) -> None:
    browser.look(360, 800)
    browser.open(f"{address}/tpm/changeover")
    browser.run("document.querySelector('#unit').value = 'press'")
    browser.click("button.big-internal")
    floor.now += 90 * 10**9
    browser.reload()
    assert browser.text("[data-clock]").startswith("1:3")
    browser.run("document.querySelector('#what').value = 'Tháo khuôn'")
    browser.click("button.big-external")
    floor.now += 30 * 10**9
    browser.click("button.big-end")
    assert browser.text(".large-figure") == "1 phút máy dừng"
    study = floor.entered[-1]
    assert [(step.what, step.internal, (step.until - step.since) / 10**9) for step in study.steps] == [
        ("Tháo khuôn", True, 90.0),
        ("", False, 30.0),
    ]


def noise_png(width: int, height: int) -> bytes:
    """A picture that no coder can make small without losing something; its seed is fixed."""
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 256, (height, width * 3), dtype=np.uint8)
    raw = np.insert(rows, 0, 0, axis=1).tobytes()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 0)) + chunk(b"IEND", b"")
