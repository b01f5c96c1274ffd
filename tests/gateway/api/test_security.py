"""Nobody sees anything without the secret, and guessing it does not pay."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from gateway.api import andon, login, pages
from gateway.api.app import create_app
from gateway.api.guard import PUBLIC, PUBLIC_UNDER
from gateway.api.security import COOKIE, RENEW_S, SESSION_S, WRONG_GUESSES

SAY_WHO = (
    "API: no valid secret came. Send the header 'Authorization: Bearer SECRET'; the secret is in the gateway's file "
    "api-secret; nhipdo serve prints its path."
)
SECRET = "a secret of this test"


def paths_of(app: FastAPI) -> list[tuple[str, str]]:
    """Every path that the application serves, with names filled in, and a method."""
    names = {"site": "sa-dec", "edge": "press-shop", "instrument": "meter-1", "channel": "active_power", "code": "vi"}
    names |= {"unit": "press-1", "noun": "people", "photo": "0" * 64}
    shown = [*pages.router.routes, *andon.router.routes, *login.router.routes]
    found = [(next(iter(r.methods)), r.path) for r in shown if isinstance(r, APIRoute)]
    found += [(method.upper(), path) for path, calls in app.openapi()["paths"].items() for method in calls]
    closed = [(m, p) for m, p in found if p not in PUBLIC and not p.startswith(PUBLIC_UNDER)]
    return [(method, path.format(**names)) for method, path in closed]


def test_every_path_but_the_public_ones_is_closed_to_a_stranger(app, stranger) -> None:
    paths = paths_of(app)
    assert {"/", "/live", "/api/v1/health", "/api/docs"} <= {path for _, path in paths}
    for method, path in [*paths, ("GET", "/api/openapi.json"), ("GET", "/no/such/page")]:
        answer = stranger.request(method, path)
        if path.startswith("/api/"):
            assert (answer.status_code, answer.json()["detail"]) == (401, SAY_WHO), path
            assert answer.headers["www-authenticate"] == "Bearer"
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login?next=%2F")


def test_a_process_watcher_needs_no_secret_and_learns_only_that_we_answer(stranger) -> None:
    assert stranger.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "Bearer ünïcödé", SECRET]
)
def test_a_wrong_secret_is_refused(stranger, header) -> None:
    answer = stranger.get("/api/v1/health", headers={"Authorization": header.encode()})
    assert (answer.status_code, answer.json()["detail"]) == (401, SAY_WHO)


def test_a_program_comes_in_with_the_secret(program) -> None:
    assert program.get("/api/v1/health").status_code == 200


def test_after_too_many_wrong_secrets_even_the_right_one_has_to_wait(gateway, stranger) -> None:
    for _ in range(WRONG_GUESSES):
        assert stranger.get("/api/v1/health", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = stranger.get("/api/v1/health", headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "301"
    assert answer.json() == {
        "detail": "API: too many wrong secrets from your address. Try again in 301 s with the right one."
    }
    gateway.clock_s = 301.0
    assert stranger.get("/api/v1/health", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200


def test_who_guesses_does_not_lock_out_those_who_are_in(person, stranger) -> None:
    for _ in range(WRONG_GUESSES + 1):
        stranger.post("/login", data={"key": "wrong"})
    assert stranger.post("/login", data={"key": SECRET}).status_code == 429
    assert person.get("/api/v1/health").status_code == 200


def test_asking_without_any_secret_is_not_a_guess(stranger, program) -> None:
    for _ in range(2 * WRONG_GUESSES):
        stranger.get("/api/v1/health")
    assert program.get("/api/v1/health").status_code == 200


def test_a_person_logs_in_by_the_form_and_gets_where_they_wanted(stranger) -> None:
    assert "/live" in stranger.get("/login?next=/live").text
    answer = stranger.post("/login", data={"key": f" {SECRET} ", "next": "/live"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/live")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(
        rf"{COOKIE}=[0-9]+\.[0-9a-f]+\.[0-9a-f]{{64}}; Max-Age={SESSION_S}; Path=/; HttpOnly; SameSite=Strict", cookie
    )
    assert SECRET not in cookie
    assert stranger.get("/").status_code == 200


def test_over_https_the_cookie_is_for_https_only(app) -> None:
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    assert client.post("/login", data={"key": SECRET}).headers["set-cookie"].endswith("; Secure")


def test_a_wrong_key_in_the_form_is_said_beside_the_field(stranger) -> None:
    answer = stranger.post("/login", data={"key": "wrong"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 401
    assert "The key is wrong. Check it and type it again." in answer.text
    assert "set-cookie" not in answer.headers


def test_the_printed_address_lets_in_and_loses_its_key(stranger) -> None:
    answer = stranger.get("/", params={"key": SECRET})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert stranger.get("/").status_code == 200


def test_a_wrong_key_in_the_address_leads_to_the_form(stranger) -> None:
    answer = stranger.get("/?key=wrong")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?problem=wrong")
    for _ in range(WRONG_GUESSES):
        answer = stranger.get("/?key=wrong")
    assert answer.headers["location"] == "/login?problem=wait"
    assert "Nhập sai quá nhiều lần" in stranger.get("/login?problem=wait").text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(stranger, to) -> None:
    assert stranger.post("/login", data={"key": SECRET, "next": to}).headers["location"] == "/"
    assert stranger.get("/language/en", params={"next": to}).headers["location"] == "/"


@pytest.mark.parametrize("session", ["", "1.2.3", "x" * 5000, "9999999999.00." + "0" * 64, "é.é.é"])
def test_a_made_up_session_is_no_session(stranger, session) -> None:
    cookie = f"{COOKIE}={session}".encode()
    assert stranger.get("/api/v1/health", headers={"Cookie": cookie}).status_code == 401


def test_a_session_ends_by_itself_and_is_renewed_while_it_is_used(gateway, person) -> None:
    gateway.now += (SESSION_S - RENEW_S + 1) * 10**9
    assert person.get("/").headers["set-cookie"].startswith(COOKIE)
    gateway.now += (SESSION_S - 1) * 10**9
    assert person.get("/").status_code == 200
    gateway.now += (SESSION_S + 1) * 10**9
    assert person.get("/").status_code == 303


def test_a_session_of_another_secret_is_no_session(gateway, person, app) -> None:
    gateway.secret = "a new secret, after the old one was told"
    other = create_app(gateway, web=app.state.web, clock=lambda: gateway.now)
    client = TestClient(other, cookies=dict(person.cookies))
    assert client.get("/api/v1/health").status_code == 401


def test_leaving_ends_the_session_of_this_browser(person) -> None:
    token = re.search(r'name="token" value="([0-9a-f]+)"', person.get("/").text)[1]
    assert person.post("/logout", data={"token": "of another site"}).headers["location"] == "/login"
    assert person.get("/").status_code == 200
    person.post("/logout", data={"token": token})
    assert person.get("/").status_code == 303


def test_every_answer_carries_its_security_headers(person, stranger) -> None:
    for answer in (
        person.get("/"),
        stranger.get("/"),
        stranger.get("/api/v1/health"),
        stranger.get("/static/nhipdo.css"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert person.get("/").headers["cache-control"] == "no-store"


def test_no_page_holds_a_script_or_style_of_its_own_or_loads_from_elsewhere(person) -> None:
    for path in ("/", "/login", "/api/docs", "/series/sa-dec/press-shop/meter-1/active_power"):
        page = person.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), path


def test_a_body_that_nobody_needs_to_send_is_refused(stranger) -> None:
    answer = stranger.post("/login", data={"key": "x" * 20_000})
    assert answer.status_code == 413
    assert re.fullmatch(r"body: [0-9]+ bytes, more than 16384\. Send less\.", answer.text)
    answer = stranger.post("/login", content=iter([b"key=", b"x"]))
    assert (answer.status_code, answer.text) == (411, "body: its length is not told. Send Content-Length.")


def test_a_gateway_without_a_secret_does_not_start(gateway, app) -> None:
    gateway.secret = ""
    with pytest.raises(ValueError, match="secret") as caught:
        create_app(gateway, web=app.state.web)
    assert str(caught.value) == ("secret of the API: is empty, anybody could look. Write one into the configuration.")
