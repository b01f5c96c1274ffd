"""What guards the screen: tokens of forms, headers, sizes, the secret on disk."""

import re
import stat

import pytest
from screen_floor import MIN, SHIFT, S, post, stop_of, token_of, unit_board

from edge_agent.screen.forms import Form
from edge_agent.screen.security import Access, keep_secret

STOP = f"/stops/press/{SHIFT}"


@pytest.fixture(autouse=True)
def board(floor) -> None:
    floor.show(unit_board("press", stops=(stop_of("press", SHIFT, 5, planned_ns=5 * MIN),)))


def test_every_answer_carries_the_security_headers(visit) -> None:
    client = visit()
    for path in ("/", "/stops", "/nix", "/healthz", "/static/nhipdo.css"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert client.get("/static/nhipdo.css").headers["Cache-Control"] == "no-cache"


def test_pages_hold_no_script_or_style_of_their_own(visit) -> None:
    client = visit()
    for path in ("/", "/stops", STOP, "/enter", "/who"):
        page = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), path


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_of_another_site_enters_nothing(visit, floor, token) -> None:
    client = visit()
    client.get("/stops")
    answer = client.post(STOP, data={"token": token, "reason": "waiting"})
    assert answer.status_code == 422
    assert "Trang đã cũ, chưa ghi. Hãy bấm lại." in answer.text
    assert floor.entered == []


def test_a_token_of_another_browser_enters_nothing(visit, floor) -> None:
    here, there = visit(), visit()
    token = token_of(there.get(STOP).text)
    here.get(STOP)
    assert here.post(STOP, data={"token": token, "reason": "waiting"}).status_code == 422
    assert floor.entered == []


def test_a_browser_without_cookies_is_told_that_its_page_is_old(visit, floor) -> None:
    client = visit()
    token = token_of(client.get(STOP).text)
    client.cookies.clear()
    assert client.post(STOP, data={"token": token, "reason": "waiting"}).status_code == 422
    assert floor.entered == []


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(visit) -> None:
    cookie = visit().get("/").headers["set-cookie"]
    assert re.fullmatch(r"nhipdo_screen=[0-9a-f]{32}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Strict", cookie)


def test_programs_that_only_ask_get_no_cookie(visit) -> None:
    client = visit()
    for path in ("/metrics", "/healthz", "/static/nhipdo.css"):
        assert "set-cookie" not in client.get(path).headers


def test_a_body_without_length_or_too_large_is_refused(visit) -> None:
    client = visit()
    assert client.post("/who", content=iter([b"x"])).status_code == 411
    answer = client.post("/who", content=b"x" * 65_537)
    assert (answer.status_code, answer.text) == (413, "body: 65537 bytes, more than 65536. Send less.")


def test_a_page_that_does_not_exist_leads_back(visit) -> None:
    answer = visit().get("/nix")
    assert answer.status_code == 404
    assert "/nix: there is no such page. Go back to the Andon." in answer.text
    assert 'href="/"' in answer.text


def test_the_secret_is_made_once_and_only_its_user_reads_it(tmp_path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    first = keep_secret(folder)
    assert keep_secret(folder) == first
    assert len(first) == 32
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_half_a_secret_of_a_power_cut_is_replaced(tmp_path) -> None:
    (tmp_path / "screen-secret").write_bytes(b"half")
    assert len(keep_secret(tmp_path)) == 32


def test_a_restart_keeps_who_is_signed_in(tmp_path) -> None:
    def access() -> Access:
        return Access(keep_secret(tmp_path), lambda: 10**18, lambda: 0.0)

    browser = Access.new_browser()
    cookie = access().sign_in(browser, "Nguyễn Thị Lan")
    assert access().signed_in(browser, cookie) == "Nguyễn Thị Lan"
    for spoilt in ("", "x", cookie[:-1], cookie.replace(".", "..", 1), "é.é.é"):
        assert access().signed_in(browser, spoilt) == ""


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12.0), ("2,5", 2.5), ("2.5", 2.5), (" 1 000 ", 1000.0), ("+3", 3.0), ("0", 0.0), (",5", 0.5)],
)
def test_numbers_are_read_as_people_write_them(typed, number) -> None:
    form = Form({"n": typed})
    assert (form.number("n"), form.mistakes) == (number, {})


@pytest.mark.parametrize("typed", ["nan", "inf", "1e5", "0x1", "1_0", "1,2,3", "\uff11\uff12", "--1", "."])
def test_what_is_no_number_is_none(typed) -> None:
    form = Form({"n": typed})
    assert form.number("n") is None
    assert form.mistakes == {"n": "mistake.number"}


def test_a_sign_in_ends(visit, floor) -> None:
    access = Access(b"k" * 32, lambda: floor.now, lambda: 0.0)
    cookie = access.sign_in("b", "Lan")
    floor.now += 35_999 * S
    assert access.signed_in("b", cookie) == "Lan"
    floor.now += 2 * S
    assert access.signed_in("b", cookie) == ""


def test_undo_needs_the_token_too(visit, floor) -> None:
    client = visit()
    post(client, STOP, STOP, reason="waiting")
    assert client.post("/undo", data={"next": "/"}).status_code == 422
    assert len(floor.entered) == 1
