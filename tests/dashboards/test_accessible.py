"""Every page for everybody: by eye, by ear, by keyboard, on a phone and on a wall, in both languages and schemes."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import axe_core_python
import pytest
from playwright.sync_api import Browser, sync_playwright

from gateway.api.menu import MENU
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
SERIOUS = ("serious", "critical")
MOST_PAGES = 60
_AGAIN = re.compile(r"[0-9a-f]{32}|[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?|[0-9]+|.+-[0-9]{4}-[0-9]{4}|[a-z]{2}[0-9]{2}-.+")
"""An id, a day, a number, a plan, an indicator: one page of each will do."""
_NO_PAGES = ("/api/v1", "/api/openapi", "/language", "/logout", "/static", "/live")
_FILES = ("export", "template", "documents", "attachments")
_LINKS = """[...document.querySelectorAll('a[href]:not([download])')].map(one => one.href)"""
_WIDE = """[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
_RUN = """only => axe.run(document, {resultTypes: ['violations'], ...(only ? {runOnly: [only]} : {})}).then(
  found => found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html.slice(0, 160))]))"""
PASSWORD = "tre xanh sông Tiền"
PHONE, WALL = {"width": 360, "height": 800}, {"width": 1920, "height": 1080}
NAMES = ("sa-dec", "press-shop", "meter-1", "active_power", "energy", "voltage", "temperature", "mai")
_FOCUSED = """(() => { const one = document.activeElement, style = getComputedStyle(one);
  return [one.tagName, one.id || one.getAttribute('href') || one.name || one.innerText.slice(0, 40),
    style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]; })()"""
_FOCUSABLE = """[...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')].filter(one =>
  one.checkVisibility() && !one.disabled && !(one.type === 'radio' && !one.checked)).length"""


def kind_of(path: str, names: tuple[str, ...] = ()) -> str:
    """What kind of page an address is of: rows, days, sites and nouns are alike.

    >>> kind_of("/registry/sites/0123456789abcdef0123456789abcdef/change")
    '/registry/*/*/change'
    """
    parts = path.split("/")
    for k, part in enumerate(parts):
        # Forms and lists of all nouns are made by one template.
        is_noun = k == 2 and parts[1] in ("registry", "setup") and part not in ("imports", "send")
        if is_noun or _AGAIN.fullmatch(part) or part in names:
            parts[k] = "*"
    return "/".join(parts)


@dataclass
class Walk:
    """One person's browser, in one language, on one screen.

    Attributes:
        page: Of Playwright.
        home: Where the gateway stands.
        scheme: ``light`` or ``dark``.
        faults: What was found, each with its page.
        asked: Hosts that were asked for anything.
    """

    page: Any
    home: str
    scheme: str
    faults: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))
        self.page.on("pageerror", lambda error: self._found(f"script: {error}"))
        self.page.on("console", lambda said: self._found(f"console: {said.text}") if said.type == "error" else None)

    def _found(self, what: str) -> None:
        self.faults.append(f"{urlsplit(self.page.url).path}: {what}")

    def open(self, path: str) -> int:
        """Go there; the status."""
        answer = self.page.goto(self.home + path, wait_until="load")
        return int(answer.status)

    def links(self) -> list[str]:
        """Pages that this one leads to, without what is saved as a file."""
        found = []
        for address in dict.fromkeys(self.page.evaluate(_LINKS)):
            parts = urlsplit(urljoin(self.home, address))
            is_file = any(part in _FILES for part in parts.path.split("/")) or "." in parts.path.rpartition("/")[2]
            if f"{parts.scheme}://{parts.netloc}" == self.home and not parts.path.startswith(_NO_PAGES) and not is_file:
                found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        return found

    def look(self, *, in_both: bool = False) -> None:
        """What is wrong with the page that is open: by all rules in its own scheme, by contrast in the other, too."""
        self.page.evaluate(AXE)
        self._judge(self.scheme, None)
        if in_both:
            other = "light" if self.scheme == "dark" else "dark"
            self.page.emulate_media(color_scheme=other)
            self._judge(other, "color-contrast")
            self.page.emulate_media(color_scheme=self.scheme)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > self.page.viewport_size["width"]:
            self._found(f"scrolls sideways, {width} px: {self.page.evaluate(_WIDE)}")

    def _judge(self, scheme: str, only: str | None) -> None:
        for impact, rule, nodes in self.page.evaluate(_RUN, only):
            if impact in SERIOUS:
                self._found(f"{scheme}: {rule} ({impact}), {len(nodes)} times: {nodes[0]}")


def every_kind(walk: Walk, begin: str, names: tuple[str, ...]) -> Iterator[str]:
    """The pages of the menu and one of each kind behind them, each while it is open; the nearest first."""
    queue, known, opened = [begin], {kind_of(begin, names)}, 0
    while queue:
        path = queue.pop(0)
        status = walk.open(path)
        opened += 1
        assert status == 200, (path, status)
        assert opened <= MOST_PAGES, sorted(known)
        for link in walk.links():
            kind = kind_of(urlsplit(link).path, names)
            if kind not in known:
                known.add(kind)
                queue.append(link)
        yield path


@pytest.fixture
def chrome(chromium) -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def enterprise(site, press_shop):
    """The edge's site is registered, with an instrument and its certificate."""
    book = Book(site.service.engine, time.time_ns)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Công ty Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    place = {"name": "sa-dec", "title": "Xưởng dập Sa Đéc", "organisation": organisation, "kind": "factory"}
    its = {"organisation": organisation, "site": book.make(SYSTEM, "site", place).id, "status": "in_use"}
    meter = its | {"code": "CT-01", "name": "Công tơ điện", "edge": "press-shop", "edge_instrument": "meter-1"}
    instrument = book.make(SYSTEM, "instrument", meter).id
    paper = {"instrument": instrument, "number": "HC-118", "kind": "calibration", "issued": "2026-03-02"}
    book.make(SYSTEM, "certificate", paper | {"issued_by": "Trung tâm Kỹ thuật"})
    return site


def entered(chrome: Browser, site, language: str, screen: dict, scheme: str) -> Walk:
    """A browser in which ``mai`` has signed in by name and password."""
    page = chrome.new_context(viewport=screen, locale=language, color_scheme=scheme).new_page()
    walk = Walk(page, site.address, scheme)
    walk.open("/login")
    walk.look()
    page.fill("[name=name]", "mai")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/")
    return walk


# Some forty pages, twice: longer than other tests on a machine that does more than this.
@pytest.mark.timeout(300)
def test_every_page_is_for_everybody(chrome, enterprise) -> None:
    phone = entered(chrome, enterprise, "vi", PHONE, "light")
    wall = entered(chrome, enterprise, "en", WALL, "dark")
    walked = []
    for path in every_kind(phone, "/", NAMES):
        phone.look(in_both=True)
        wall.open(path)
        wall.look()
        walked.append(path.partition("?")[0])
    assert phone.faults + wall.faults == []
    assert phone.asked | wall.asked == {enterprise.address.partition("//")[2]}
    assert {entry.path for entry in MENU} <= set(walked)
    assert phone.page.locator("html").get_attribute("lang") == "vi"
    assert wall.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("path", ["/edges/sa-dec/press-shop", "/registry/measuring-instruments/new"])
def test_the_keyboard_reaches_everything_and_says_where_it_is(chrome, enterprise, path) -> None:
    walk = entered(chrome, enterprise, "vi", WALL, "light")
    walk.open(path)
    page = walk.page
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED) == ["A", "#main", True]
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    count = page.evaluate(_FOCUSABLE)
    for _ in range(count + 1):
        tag, name, is_seen = page.evaluate(_FOCUSED)
        if tag == "BODY":
            break
        assert is_seen, (path, tag, name)
        page.evaluate("document.activeElement.dataset.reached = '1'")
        page.keyboard.press("Tab")
    assert page.evaluate("document.querySelectorAll('[data-reached]').length") >= count
    # The first link goes past the menu.
    page.evaluate("document.querySelector('.skip').focus()")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
