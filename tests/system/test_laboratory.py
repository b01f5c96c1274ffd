"""From a request to a corrected sample, and back: every step by the person who does it, on its page."""

import json
import urllib.request
from io import BytesIO
from typing import Any

import pytest
from chain import SECRET, Chain, wait_for
from laboratory_at_work import (
    GIANG,
    LAN,
    MINH,
    ON_THE_BENCH,
    PROCEDURE,
    TRUTH,
    AtWork,
    at_work,
    load_of,
)
from pypdf import PdfReader

from calibration.dcc import read_dcc
from drivers.simulators.imperfections import Imperfections
from drivers.simulators.mt_sics_answers import SERIAL_NUMBER
from gateway.demo.laboratory import MADE_UP, Person

SHOP_LOAD_G = 160.0
"""Between two points of the calibration."""
TYPE = """(([selector, value]) => {{
  const one = document.querySelector(selector);
  one.value = value;
  one.dispatchEvent(new Event("input", {{ bubbles: true }}));
}})({told})"""

STEP = """[
  document.querySelector("#bench-live")?.dataset.stage ?? "",
  document.querySelector("h1.bench-do")?.innerText ?? "",
  !!document.querySelector("form[action$=ready] button") && document.readyState === "complete",
]"""


class Hand:
    """A person at pages, in Chromium."""

    def __init__(self, browser: Any, work: AtWork) -> None:
        self.browser, self.work = browser, work

    def sign_in(self, person: Person) -> None:
        """At the gateway, as somebody who was never here."""
        self.browser.begin()
        self.browser.speak("vi")
        self.browser.look(1280, 800)
        self.open(f"/?key={self.work.keys[person.name]}")

    def open(self, path: str) -> None:
        self.browser.open(self.work.gateway + path)

    def type(self, selector: str, value: str) -> None:
        self.browser.run(TYPE.format(told=json.dumps([selector, value])))

    def tick(self, selector: str) -> None:
        self.browser.run(f"document.querySelector({selector!r}).click()")

    def press(self, selector: str) -> None:
        self.browser.click(selector)

    def reads(self, selector: str = "main") -> str:
        return str(self.browser.text(selector))

    def path(self) -> str:
        return str(self.browser.run("location.pathname"))

    def is_there(self, selector: str) -> bool:
        return bool(self.browser.run(f"!!document.querySelector({selector!r})"))


@pytest.fixture
def work(chain: Chain) -> Any:
    with at_work(chain) as running:
        yield running


@pytest.mark.timeout(300)  # on a busy desk; half a minute on one that is not
def test_the_loop_closes_from_the_request_to_the_corrected_sample_and_opens_again(work: AtWork, browser: Any) -> None:
    hand = Hand(browser, work)
    work.balance.put(SHOP_LOAD_G)
    raw = work.wait_for_sample("uncertain.uncalibrated")
    assert raw["value"] == pytest.approx(SHOP_LOAD_G + TRUTH.error(SHOP_LOAD_G), abs=0.002)
    order = ask_and_take_in(hand)
    calibrate(hand)
    review(hand, order)
    document = issue(hand, order)
    check_files(work, document)
    samples_are_right(work)
    adjust(hand, work)
    withdraw(hand, document)


def ask_and_take_in(hand: Hand) -> str:
    """Lan writes the request down, takes it and makes its order; path of that order's page."""
    hand.sign_in(LAN)
    hand.open("/laboratory/requests/new")
    hand.type("#customer_name", "Công ty Cơ khí Sa Đéc")
    hand.type("#customer_contact", "Khóm 3, phường Sa Đéc; 0277 3 861 000")
    hand.type("#items", f"Cân mẫu {MADE_UP}; XS204; {SERIAL_NUMBER}")
    hand.type("#kind", "calibration")
    hand.type("#decision_rule", "guard_band")
    hand.press("main form.fields button")
    assert hand.reads("h1").startswith("PYC-"), hand.reads()
    for box in ("wanted", "able", "method", "rule"):
        hand.tick(f"[name=point][value={box}]")
    hand.tick("[name=decision][value=taken]")
    hand.press("form[action$=decide] button")
    hand.type("[name='procedure.0']", PROCEDURE)
    hand.type("[name=method]", "EURAMET cg-18")
    hand.press("form[action$=orders] button")
    hand.press("#orders ~ ul a, .records a")
    assert hand.path().startswith("/laboratory/work/"), hand.reads()
    assert SERIAL_NUMBER in hand.reads()
    return hand.path()


def calibrate(hand: Hand) -> None:
    """Lan at the bench, from the order that came by itself to the result."""
    browser, work = hand.browser, hand.work
    to_the_order(hand)
    begin(hand)
    stage, words = next_step(browser, "")
    while stage:
        work.balance.put(*load_of(words))
        browser.click("form[action$=ready] button.bench-main")
        stage, words = next_step(browser, stage)
    assert words == "Đã đo xong như khi nhận"
    browser.click("form[action$=finish] button")
    assert SERIAL_NUMBER in browser.text("h1")
    assert browser.text(".bench-verdict-all .bench-verdict") == "Đạt"
    assert browser.complaints == []


def next_step(browser: Any, last: str) -> tuple[str, str]:
    """Stage and words of the step after ``last``, once the page has moved on to it by itself; no stage: all done."""

    def asks() -> Any:
        try:
            stage, words, is_ready = browser.run(STEP)
        except AssertionError as error:
            if "navigated" not in str(error):
                raise
            return None  # just moving on
        is_over = words.startswith("Đã đo xong")
        return ("" if is_over else stage, words) if is_over or (is_ready and stage != last) else None

    found: tuple[str, str] = wait_for("the next step", asks)
    return found


def to_the_order(hand: Hand) -> None:
    """From the bench's list to the form that puts the order's item on the bench."""

    def is_there() -> bool:
        hand.browser.open(f"{hand.work.screen}/bench")
        return hand.is_there("a.bench-row[href*='order=']")

    wait_for("the order at the bench", is_there)
    hand.press("a.bench-row[href*='order=']")


def begin(hand: Hand) -> None:
    form = str(hand.browser.run("location.href"))

    def has_standards() -> bool:  # which come in a message of their own, a moment after the orders
        hand.browser.open(form)
        return hand.is_there("[name=standard-weights-QC-MAU-01]")

    wait_for("the standards at the bench", has_standards)
    hand.tick(f"[name=read_by][value^='{ON_THE_BENCH} ']")
    hand.tick("[name=standard-weights-QC-MAU-01]")
    if hand.is_there("[name=operator]"):
        hand.browser.run(f"document.querySelector('[name=operator]').value = {json.dumps(LAN.full_name)}")
    hand.press("button.bench-main")
    assert hand.reads("h1.bench-do"), hand.reads()


def review(hand: Hand, order: str) -> None:
    """Lan takes the results over, Minh reviews, Giang authorises; nobody of them can do another's part."""
    hand.open(order)

    def is_there() -> bool:
        hand.browser.reload()
        return hand.is_there("form[action$=move] input[name=session]:not([value='']):not(:disabled)")

    wait_for("the session at its order", is_there)
    hand.tick("form[action$=move] input[name=session]:not([value=''])")
    hand.press("form[action$=move] button:not(.quiet)")
    assert "Bạn đã thực hiện phép đo này" in hand.reads() or "Chưa có quyết định" in hand.reads(), hand.reads()
    assert not hand.is_there("form[action$=move] input[name=to][value=reviewed]")
    for person, state in ((MINH, "reviewed"), (GIANG, "authorised")):
        hand.sign_in(person)
        hand.open(order)
        assert hand.is_there(f"input[name=to][value={state}]"), hand.reads()
        hand.press(f"form:has(input[name=to][value={state}]) button")
    assert not hand.is_there("input[name=to][value=issued]")


def issue(hand: Hand, order: str) -> str:
    """Giang draws up the document and issues it; its page."""
    hand.open("/laboratory/documents")
    hand.press("form[action='/laboratory/documents'] button")
    assert "/drafts/" in hand.path(), hand.reads()
    assert hand.is_there("form[action$=issue] button"), hand.reads()
    hand.press("form[action$=issue] button")
    assert hand.path().startswith("/laboratory/documents/"), hand.reads()
    assert hand.is_there("a[href$='document.xml']"), hand.reads()
    document = hand.path()
    hand.open(order)
    assert "Đã cấp" in hand.reads()
    return document


def check_files(work: AtWork, document: str) -> None:
    """PDF and XML say the same number, and every error of the XML contains the simulator's true one within U."""
    pdf, xml = (fetched(work, f"{document}/document.{kind}") for kind in ("pdf", "xml"))
    certificate = read_dcc(xml).certificate
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert certificate.number in words
    assert SERIAL_NUMBER in words
    [mass] = [one for one in certificate.results if one.channel == "mass"]
    assert (len(mass.as_found), mass.as_left) == (5, ())
    for one in mass.as_found:
        assert abs(one.error - TRUTH.error(one.reference)) <= one.expanded, one


def fetched(work: AtWork, path: str) -> bytes:
    request = urllib.request.Request(work.gateway + path, headers={"Authorization": f"Bearer {SECRET}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        body: bytes = answer.read()
    return body


def samples_are_right(work: AtWork) -> None:
    """The shop's next samples are corrected by the true error within U, and carry u."""
    for load in (SHOP_LOAD_G, 70.0):
        work.balance.put(load)
        wait_for("the balance has come to rest", lambda load=load: abs(work.shown()["value"] - load) < 0.02)
        sample = work.wait_for_sample("good")
        assert sample["u"] > 0
        assert abs(sample["value"] - load) <= 2 * sample["u"], sample
        shown = work.balance.weight(work.clock()).mass_g
        # One loading scatters by 0.3 mg: what was taken off is the true error.
        assert shown - sample["value"] == pytest.approx(TRUTH.error(load), abs=2 * sample["u"])


def adjust(hand: Hand, work: AtWork) -> None:
    """A second order; at the bench the balance is adjusted: from then on nobody knows how far the shop's is right."""
    ask_and_take_in(hand)
    to_the_order(hand)
    begin(hand)
    work.balance.adjust(Imperfections(resolution=0.001))
    hand.type("form[action$=adjust] [name=what]", "Chỉnh độ nhạy bằng quả cân trong")
    hand.type("form[action$=adjust] [name=without]", "Khách chỉ yêu cầu số liệu sau hiệu chỉnh")
    hand.press("form[action$=adjust] button:last-of-type")
    assert hand.is_there("h1.bench-do"), hand.reads()
    work.balance.put(SHOP_LOAD_G)
    sample = work.wait_for_sample("uncertain.adjusted_uncertified")
    assert sample["u"] is None
    wait_for("raw", lambda: work.shown()["value"] == pytest.approx(SHOP_LOAD_G, abs=0.0011))


def withdraw(hand: Hand, document: str) -> None:
    """Giang withdraws the certificate: the edge is told, and whoever scans its code."""
    work = hand.work
    hand.sign_in(GIANG)
    hand.open(document)
    public = str(hand.browser.run("document.querySelector(`a[href^='/verify/']`).href"))
    hand.browser.open(public)
    assert "còn giá trị" in hand.reads().lower() or "đã cấp" in hand.reads().lower(), hand.reads()
    hand.open(document)
    hand.type("form[action$=withdraw] [name=why]", "Bộ quả cân dùng khi đo bị phát hiện sai")
    hand.press("form[action$=withdraw] button")
    hand.browser.open(public)
    assert "thu hồi" in hand.reads().lower(), hand.reads()
    sent = "SELECT body FROM setting WHERE noun = 'certificate' AND key = 'balance-1'"
    wait_for("the setting has no certificate", lambda: json.loads(work.chain.asked(sent)[0][0])["certificates"] == [])
    [(revision,)] = work.chain.asked("SELECT revision FROM setting WHERE noun = 'certificate' AND key = 'balance-1'")
    answer = "SELECT body FROM record WHERE noun = 'setting' AND key = 'certificate/balance-1'"
    wait_for(
        "the edge has taken it up", lambda: json.loads(work.chain.asked(answer)[0][0])["in_force_revision"] == revision
    )
