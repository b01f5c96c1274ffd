"""Nobody sees anything without an account, a token or the gateway's secret, and guessing does not pay."""

import re

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from gateway.access.links import make_link
from gateway.access.sessions import IDLE_S, LONGEST_S
from gateway.access.throttle import WRONG_ATTEMPTS, WRONG_OF_ADDRESS
from gateway.access.tokens import make_token
from gateway.api.app import create_app
from gateway.api.guard import PUBLIC, PUBLIC_UNDER, SAY_WHO
from gateway.api.permission import routes_of
from gateway.api.security import COOKIE, SESSION_S
from gateway.registry import AttemptRow, transaction
from gateway.registry.roles import SYSTEM, Action, Grant, Reader, Role

SECRET = "a secret of this test"
PASSWORD = "tre xanh sông Tiền"
NAMES = {
    "site": "sa-dec",
    "edge": "press-shop",
    "instrument": "meter-1",
    "channel": "active_power",
    "unit": "press-1",
    "noun": "people",
    "photo": "0" * 64,
    "mark": "0" * 16,
    "token_id": "0" * 32,
    "account_id": "0" * 32,
}


class Names(dict):
    """Whatever else a path asks for is a name too."""

    def __missing__(self, key):
        return "x"


def paths_of(app):
    """Every path that the application serves, with names filled in, and a method."""
    found = [(method, path) for method, path, _ in routes_of(app) if method != "HEAD"]
    closed = [(m, p) for m, p in found if p not in PUBLIC and not f"{p}/".startswith(PUBLIC_UNDER)]
    return [(method, path.format_map(Names(NAMES))) for method, path in closed]


@pytest.fixture
def mai(gateway) -> str:
    """The account of somebody with a password."""
    return gateway.account("mai", password=PASSWORD)


def test_every_path_but_the_public_ones_is_closed_to_a_stranger(app, stranger) -> None:
    paths = paths_of(app)
    assert {"/", "/measurements", "/live", "/production", "/api/v1/health", "/api/docs"} <= {path for _, path in paths}
    for method, path in [*paths, ("GET", "/api/openapi.json"), ("GET", "/no/such/page")]:
        answer = stranger.request(method, path)
        assert answer.headers["x-frame-options"] == "DENY"
        if path.startswith("/api/"):
            assert (answer.status_code, answer.json()["detail"]) == (401, SAY_WHO), path
            assert answer.headers["www-authenticate"] == "Bearer"
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login?next=%2F")


def test_a_process_watcher_needs_no_secret_and_learns_only_that_we_answer(stranger) -> None:
    assert stranger.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "Bearer nhipdo_wrong", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "Bearer ünïcödé", SECRET],
)
def test_a_wrong_secret_is_refused(stranger, header) -> None:
    answer = stranger.get("/api/v1/health", headers={"Authorization": header.encode()})
    assert (answer.status_code, answer.json()["detail"]) == (401, SAY_WHO)


def test_a_program_of_the_gateways_own_user_comes_in_with_the_secret(program) -> None:
    assert program.get("/api/v1/me").json() == {
        "name": "nhipdo",
        "account": "",
        "grants": [{"role": "administrator", "scope": "", "of": ""}],
        "limits": None,
    }


def test_a_browser_does_not_come_in_with_the_secret(stranger) -> None:
    assert stranger.get("/", params={"key": SECRET}).headers["location"] == "/login?problem=link"
    assert stranger.post("/login", data={"name": "nhipdo", "password": SECRET}).status_code == 401


def test_a_token_acts_for_its_account_within_its_limits_until_it_is_taken_back(gateway, stranger, mai) -> None:
    reader = Reader(mai, "mai", (Grant(Role.ADMINISTRATOR),))
    with transaction(gateway.engine) as session:
        _, token = make_token(session, reader, gateway.now, "Power BI", frozenset({("series", Action.READ)}), 30)
    stranger.headers["Authorization"] = f"Bearer {token}"
    assert stranger.get("/api/v1/me").json()["limits"] == ["series:read"]
    assert stranger.get("/api/v1/latest?site=sa-dec&edge=press-shop").status_code == 200
    answer = stranger.get("/api/v1/edges")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "mai: has no role that may read edge. Ask an administrator for one.",
    )
    gateway.now += 31 * 86_400 * 10**9
    assert stranger.get("/api/v1/me").status_code == 401


def test_after_too_many_wrong_tokens_even_the_right_one_has_to_wait(gateway, stranger) -> None:
    for _ in range(WRONG_ATTEMPTS):
        assert stranger.get("/api/v1/health", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = stranger.get("/api/v1/health", headers={"Authorization": f"Bearer {SECRET}"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    assert answer.json()["detail"] == (
        "API: too many wrong tokens from your address. Try again in 300 s with the right one."
    )
    gateway.now += 300 * 10**9
    assert stranger.get("/api/v1/health", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200


def test_a_script_with_a_token_that_is_over_keeps_nobody_out_beside_it(gateway, stranger, mai) -> None:
    reader = Reader(mai, "mai", (Grant(Role.ADMINISTRATOR),))
    with transaction(gateway.engine) as session:
        _, over = make_token(session, reader, gateway.now, "a forgotten script", None, 1)
        _, good = make_token(session, reader, gateway.now, "another", None, 30)
    gateway.now += 2 * 86_400 * 10**9
    for _ in range(WRONG_OF_ADDRESS + 1):
        assert stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {over}"}).status_code == 401
    for _ in range(WRONG_ATTEMPTS):
        stranger.get("/api/v1/me", headers={"Authorization": "Bearer guess"})
    assert stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 429
    assert stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    assert stranger.post("/login", data={"name": "mai", "password": PASSWORD}).status_code == 303


def test_attempts_count_on_after_a_restart(gateway, app, stranger) -> None:
    for _ in range(WRONG_ATTEMPTS):
        stranger.get("/api/v1/health", headers={"Authorization": "Bearer wrong"})
    again = TestClient(create_app(gateway, web=app.state.web, clock=lambda: gateway.now))
    assert again.get("/api/v1/health", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 429


def test_who_guesses_does_not_lock_out_those_who_are_in(person, stranger) -> None:
    for _ in range(WRONG_ATTEMPTS + 1):
        answer = stranger.post("/login", data={"name": "mai", "password": "wrong"})
    assert answer.status_code == 429
    assert person.get("/api/v1/health").status_code == 200


def test_asking_without_any_secret_is_not_a_guess(gateway, stranger, program) -> None:
    for _ in range(2 * WRONG_ATTEMPTS):
        stranger.get("/api/v1/health")
        stranger.get("/enter")
    assert program.get("/api/v1/health").status_code == 200
    with Session(gateway.engine) as session:
        assert session.query(AttemptRow).count() == 0


@pytest.mark.usefixtures("mai")
def test_a_person_signs_in_by_the_form_and_gets_where_they_wanted(stranger) -> None:
    assert 'value="/live"' in stranger.get("/login?next=/live").text
    answer = stranger.post("/login", data={"name": " Mai ", "password": PASSWORD, "next": "/live"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/live")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}; HttpOnly; Max-Age={SESSION_S}; Path=/; SameSite=lax", cookie)
    assert stranger.get("/").status_code == 200


@pytest.mark.usefixtures("mai")
def test_over_https_the_cookie_is_for_https_only(app) -> None:
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    answer = client.post("/login", data={"name": "mai", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"].split("; ")


@pytest.mark.usefixtures("mai")
@pytest.mark.parametrize("name", ["mai", "nobody"])
def test_a_wrong_password_is_said_beside_the_field_and_the_name_stays(stranger, name) -> None:
    answer = stranger.post("/login", data={"name": name, "password": "wrong"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 401
    assert "Name or password is wrong. Check both and type them again." in answer.text
    assert f'value="{name}"' in answer.text
    assert "set-cookie" not in answer.headers


def test_a_shared_link_signs_in_and_loses_its_key(gateway, app, stranger, mai) -> None:
    with transaction(gateway.engine) as session:
        secret = make_link(session, SYSTEM, gateway.now, mai, uses=2)
    for client in (stranger, TestClient(app, follow_redirects=False)):
        answer = client.get("/", params={"key": secret})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.get("/").status_code == 200
    third = TestClient(app, follow_redirects=False)
    assert third.get("/", params={"key": secret}).headers["location"] == "/login?problem=link"
    assert "Liên kết này không còn dùng được." in third.get("/login?problem=link").text


def test_a_wrong_key_in_the_address_leads_to_the_form(stranger) -> None:
    for _ in range(WRONG_OF_ADDRESS):
        answer = stranger.get("/?key=wrong")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?problem=link")
    assert stranger.get("/?key=wrong").headers["location"] == "/login?problem=wait"
    assert "Nhập sai quá nhiều lần" in stranger.get("/login?problem=wait").text


@pytest.mark.usefixtures("mai")
@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "//["]
)
def test_nobody_is_sent_to_another_site(stranger, to) -> None:
    answer = stranger.post("/login", data={"name": "mai", "password": PASSWORD, "next": to})
    assert answer.headers["location"] == "/"
    assert stranger.get("/language/en", params={"next": to}).headers["location"] == "/"


@pytest.mark.parametrize("session", ["", "1.2.3", "x" * 5000, "0" * 43, "é.é.é"])
def test_a_made_up_session_is_no_session(stranger, session) -> None:
    cookie = f"{COOKIE}={session}".encode()
    assert stranger.get("/api/v1/health", headers={"Cookie": cookie}).status_code == 401


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_some_months(gateway, person) -> None:
    for _ in range(LONGEST_S // IDLE_S):
        gateway.now += (IDLE_S - 1) * 10**9
        assert person.get("/live").status_code == 200
    gateway.now += (IDLE_S - 1) * 10**9
    assert person.get("/live").status_code == 303


def test_a_session_that_is_not_used_ends(gateway, person) -> None:
    gateway.now += IDLE_S * 10**9
    assert person.get("/live").status_code == 303


def test_leaving_ends_the_session_also_for_who_has_copied_the_cookie(app, person) -> None:
    copied = dict(person.cookies)
    token = re.search(r'name="token" value="([0-9a-f]+)"', person.get("/").text)[1]
    assert person.post("/logout", data={"token": "of another site"}).headers["location"] == "/login"
    assert person.get("/").status_code == 200
    person.post("/logout", data={"token": token})
    assert person.get("/").status_code == 303
    assert TestClient(app, cookies=copied, follow_redirects=False).get("/").status_code == 303


@pytest.mark.parametrize("path", ["/login", "/logout", "/account/sign-out-everywhere", "/api/v1/tokens"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_says_another_site_sent_is_refused(person, path, site) -> None:
    answer = person.post(path, headers={"Sec-Fetch-Site": site})
    told = answer.json()["detail"] if path.startswith("/api/") else answer.text
    assert (answer.status_code, told) == (403, "form: was sent by another site. Open the page here and send it again.")


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


def test_a_failure_is_kept_by_no_cache_either(app, gateway, monkeypatch) -> None:
    client = TestClient(app, cookies={COOKIE: gateway.sign_in()}, raise_server_exceptions=False)
    monkeypatch.setattr(type(gateway), "health", None)
    for path in ("/live", "/api/v1/edges"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/live/", "/registry/", "/api/v1/edges/", "/registry/sites/new/", "/static"])
def test_nobody_is_sent_to_where_the_header_host_says(person, path) -> None:
    answer = person.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)
    assert "evil.example" not in answer.text


def test_no_page_holds_a_script_or_style_of_its_own_or_loads_from_elsewhere(person) -> None:
    for path in ("/", "/login", "/account", "/api/docs", "/series/sa-dec/press-shop/meter-1/active_power"):
        page = person.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), path


def test_a_body_that_nobody_needs_to_send_is_refused(stranger) -> None:
    answer = stranger.post("/login", data={"name": "x" * 20_000})
    assert answer.status_code == 413
    assert re.fullmatch(r"body: [0-9]+ bytes, more than 16384\. Send less\.", answer.text)
    answer = stranger.post("/login", content=iter([b"name=", b"x"]))
    assert (answer.status_code, answer.text) == (411, "body: its length is not told. Send Content-Length.")


def test_a_gateway_without_a_secret_does_not_start(gateway, app) -> None:
    gateway.secret = ""
    with pytest.raises(ValueError, match="secret") as caught:
        create_app(gateway, web=app.state.web)
    assert str(caught.value) == ("secret of the API: is empty, anybody could look. Write one into the configuration.")


def test_an_application_with_a_route_that_says_nobody_who_may_use_it_does_not_start(gateway, app, monkeypatch) -> None:
    router = APIRouter()
    router.add_api_route("/andon/all", lambda: "", methods=["GET"])
    monkeypatch.setattr("gateway.api.app.every_route", lambda: router.routes)
    with pytest.raises(RuntimeError) as caught:
        create_app(gateway, web=app.state.web)
    assert str(caught.value) == (
        "routes /andon/all: say nobody who may use them. Add Depends(allow(Action.READ, GROUP)), "
        "or make them public in gateway.api.guard."
    )
