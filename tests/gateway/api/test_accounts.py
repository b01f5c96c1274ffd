"""Accounts and tokens by the API; one's own account as a page; links that choose a password."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from gateway.access.links import make_link
from gateway.access.sessions import sessions_of
from gateway.access.tokens import make_token, tokens_of
from gateway.api.security import COOKIE, LINK_COOKIE
from gateway.registry import AuditRow, transaction
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

PASSWORD, OTHER = "tre xanh sông Tiền", "sen hồng tháng mười"
ENGLISH = {"Accept-Language": "en"}


def token_of(page: str) -> str:
    return re.search(r'name="token" value="([0-9a-f]+)"', page)[1]


@pytest.fixture
def firm(gateway) -> str:
    """The id of an organisation."""
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    values = {"code": "1400123456", "name": "Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    return book.make(SYSTEM, "organisation", values).id


@pytest.fixture
def manager(app, gateway, firm) -> TestClient:
    """A browser in which the manager of the firm is signed in."""
    cookie = gateway.sign_in("huong", Grant(Role.MANAGER, "organisation", firm))
    return TestClient(app, follow_redirects=False, cookies={COOKIE: cookie})


def test_a_manager_makes_an_operator_whose_link_chooses_the_password(gateway, app, manager, firm) -> None:
    asked = {"name": "Lan", "grants": [{"role": "operator", "scope": "organisation", "of": firm}]}
    answer = manager.post("/api/v1/accounts", json=asked)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["account"]["name"], made["account"]["has_password"], made["hours"]) == ("lan", False, 24.0)

    phone = TestClient(app, follow_redirects=False)
    assert phone.get(made["path"]).headers["location"] == "/enter"
    page = phone.get("/enter").text
    assert "Mật khẩu mới cho lan" in page
    assert 'name="name"' not in page
    assert phone.post("/enter", data={"password": PASSWORD, "again": PASSWORD}).headers["location"] == "/"
    assert phone.get("/api/v1/me").json()["name"] == "lan"
    assert phone.get(made["path"]).headers["location"] == "/login?problem=link"
    assert [one["name"] for one in manager.get("/api/v1/accounts").json()] == ["huong", "lan"]


def test_who_may_not_give_a_role_is_told_and_nothing_is_made(manager, firm) -> None:
    asked = {"name": "lan", "grants": [{"role": "laboratory_authoriser", "scope": "organisation", "of": firm}]}
    answer = manager.post("/api/v1/accounts", json=asked)
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        (
            "huong: may not give or take the role laboratory_authoriser there, not having all of its rights. "
            "Ask an administrator."
        ),
    )
    assert [one["name"] for one in manager.get("/api/v1/accounts").json()] == ["huong"]


def test_a_name_that_is_in_use_is_said_at_its_place(manager, firm) -> None:
    asked = {"name": "huong", "grants": [{"role": "operator", "scope": "organisation", "of": firm}]}
    told = manager.post("/api/v1/accounts", json=asked).json()
    assert told["errors"] == [
        {"in": "body", "pointer": "#/name", "detail": "The name huong is in use. Choose another."}
    ]


def test_an_account_that_was_closed_can_be_given_nothing_more(person, manager, firm) -> None:
    role = {"role": "operator", "scope": "organisation", "of": firm}
    account = manager.post("/api/v1/accounts", json={"name": "lan", "grants": [role]}).json()["account"]["id"]
    assert manager.post(f"/api/v1/accounts/{account}/close", json={"why": "left"}).json()["closed_at"]
    answer = person.post(f"/api/v1/accounts/{account}/grants", json=role)
    assert (answer.status_code, answer.json()["detail"]) == (409, "account lan: was closed. Make another.")


def test_roles_elsewhere_are_not_shown_to_who_has_no_business_there(gateway, manager, firm) -> None:
    account = gateway.account("lan", Grant(Role.OPERATOR, "organisation", firm), Grant(Role.ANALYST))
    told = manager.get(f"/api/v1/accounts/{account}").json()
    assert told["grants"] == [{"role": "operator", "scope": "organisation", "of": firm}]
    answer = manager.post(f"/api/v1/accounts/{account}/link")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "account lan: has rights that who asks has not. Ask an administrator.",
    )


def test_a_token_is_made_told_once_used_and_taken_back(app, person) -> None:
    made = person.post("/api/v1/tokens", json={"title": "Power BI", "limits": ["edge:read"], "days": 7}).json()
    assert (made["title"], made["limits"], made["ends_at"]) == ("Power BI", ["edge:read"], "2025-12-02T00:01:00Z")
    [listed] = person.get("/api/v1/tokens").json()
    assert "token" not in listed
    program = TestClient(app, headers={"Authorization": f"Bearer {made['token']}"})
    assert program.get("/api/v1/edges").status_code == 200
    answer = program.post("/api/v1/tokens", json={"title": "another"})
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "mai: has no account of its own here. Sign in by name and password.",
    )
    assert person.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/edges").status_code == 401
    assert person.delete(f"/api/v1/tokens/{'0' * 32}").json()["detail"] == (
        f"token {'0' * 32}: you have none such. Look in /api/v1/tokens."
    )


def test_a_token_without_limits_makes_none_that_outlives_it(app, person) -> None:
    made = person.post("/api/v1/tokens", json={"title": "a script", "days": 1}).json()
    program = TestClient(app, headers={"Authorization": f"Bearer {made['token']}"})
    answer = program.post("/api/v1/tokens", json={"title": "another", "days": 730})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "A token makes no other tokens. Sign in with the password.",
    )


def test_one_token_of_somebody_else_is_taken_back_and_the_other_stays(gateway, app, manager, firm) -> None:
    account = gateway.account("lan", Grant(Role.OPERATOR, "organisation", firm))
    reader = Reader(account, "lan", (Grant(Role.OPERATOR, "organisation", firm),))
    with transaction(gateway.engine) as session:
        first, second, third = (make_token(session, reader, gateway.now, title, None, 30) for title in "abc")
    address = f"/api/v1/accounts/{account}/tokens"
    assert sorted(one["title"] for one in manager.get(address).json()) == ["a", "b", "c"]
    assert "token" not in manager.get(address).json()[0]
    assert manager.delete(f"{address}/{first[0]}").status_code == 204
    page = manager.get(f"/administration/accounts/{account}").text
    assert f"/administration/accounts/{account}/tokens/{second[0]}/revoke" in page
    form = {"token": token_of(page)}
    answer = manager.post(f"/administration/accounts/{account}/tokens/{second[0]}/revoke", data=form)
    assert answer.headers["location"] == f"/administration/accounts/{account}"
    with Session(gateway.engine) as session:
        assert [one.id for one in tokens_of(session, account) if one.holds(gateway.now)] == [third[0]]
        done = [(row.action, row.name) for row in session.query(AuditRow).filter(AuditRow.row == account)]
    assert done[-2:] == [("revoke_token", "huong")] * 2
    answer = manager.delete(f"{address}/{'0' * 32}")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"token {'0' * 32}: account lan has none such. Look in /api/v1/accounts/{account}/tokens.",
    )


# ------------------------------------------------------------------ the first account


@pytest.fixture
def first(gateway, stranger) -> TestClient:
    """A browser that has opened the link of the first start."""
    with transaction(gateway.engine) as session:
        secret = make_link(session, SYSTEM, gateway.now, "")
    answer = stranger.get("/", params={"key": secret})
    assert answer.headers["location"] == "/enter"
    assert answer.headers["set-cookie"].startswith(f"{LINK_COOKIE}={secret}; HttpOnly; Max-Age=3600; Path=/enter")
    return stranger


def test_the_first_account_is_an_administrator_with_a_name_and_password_of_their_choice(first) -> None:
    assert "Tài khoản đầu tiên" in first.get("/enter").text
    sent = {"name": "Mai", "full_name": "Nguyễn Thị Mai", "password": PASSWORD, "again": PASSWORD}
    answer = first.post("/enter", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert first.get("/api/v1/me").json()["grants"] == [{"role": "administrator", "scope": "", "of": ""}]
    assert "<h1>Nguyễn Thị Mai</h1>" in first.get("/account").text
    assert first.get("/enter").headers["location"] == "/login?problem=link"


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"again": "x"}, "again", "The two are not the same. Type both again."),
        ({"name": "a b"}, "name", "A name has 2 to 63 small letters, digits, dots, hyphens; got &#39;a b&#39;."),
        ({"password": "short", "again": "short"}, "password", "A password has 10 to 200 characters, got 5."),
        ({"full_name": "a\x01b"}, "full_name", "Has characters that cannot be printed"),
    ],
)
def test_a_first_account_that_cannot_be_comes_back_with_the_mistake_beside_its_field(
    first, changed, field, told
) -> None:
    sent = {"name": "mai", "full_name": "Mai", "password": PASSWORD, "again": PASSWORD} | changed
    answer = first.post("/enter", data=sent, headers=ENGLISH)
    assert answer.status_code == 422
    assert told in re.search(rf'id="{field}-problem" role="alert">(.*?)</p>', answer.text)[1]
    assert f'value="{sent["name"]}"' in answer.text
    assert PASSWORD not in answer.text
    assert (
        first.post(
            "/enter", data=sent | {"name": "mai", "full_name": "Mai", "password": PASSWORD, "again": PASSWORD}
        ).status_code
        == 303
    )


# ------------------------------------------------------------------ one's own account


@pytest.fixture
def own(app, gateway) -> TestClient:
    """A browser in which ``mai``, who has a password, is signed in."""
    gateway.account("mai", password=PASSWORD)
    client = TestClient(app, follow_redirects=False, headers=ENGLISH)
    assert client.post("/login", data={"name": "mai", "password": PASSWORD}).status_code == 303
    return client


def send(client: TestClient, path: str, **fields) -> object:
    return client.post(f"/account{path}", data={"token": token_of(client.get("/account").text), **fields})


def test_nobody_names_themselves_as_somebody_who_signs_at_a_laboratory(gateway, firm, own) -> None:
    """Else whoever measured reviews their own work by another's name."""
    book = Book(gateway.engine, lambda: gateway.now)
    laboratory = book.make(SYSTEM, "laboratory", {"organisation": firm, "name": "Phòng Đo lường"}).id
    its = {"laboratory": laboratory, "signs_as": "Trần Thị Bình", "procedure": "*", "duties": ["review"]}
    book.make(SYSTEM, "competence", its | {"since": "2026-01-01"})
    before = own.get("/account").text
    answer = send(own, "/name", full_name="trần  thị Bình")
    assert answer.status_code == 422
    assert "competences have this name. Ask an administrator for an account that bears it." in answer.text
    assert re.search("<h1>.*</h1>", own.get("/account").text)[0] == re.search("<h1>.*</h1>", before)[0]
    assert send(own, "/name", full_name="Trần Thị Bính").status_code == 303


def test_the_page_says_who_one_is_and_where_one_is_signed_in(own) -> None:
    page = own.get("/account", headers={"User-Agent": "<b>Chrome</b>"}).text
    assert "<h1>mai</h1>" in page
    assert "Administrator: everywhere" in page
    assert "this device" in page
    assert "<b>" not in page


def test_name_and_language_are_changed(gateway, own) -> None:
    assert send(own, "/name", full_name="Nguyễn Thị Mai").status_code == 303
    assert "<h1>Nguyễn Thị Mai</h1>" in own.get("/account").text
    own.get("/language/vi?next=/account")
    own.cookies.delete("nhipdo_language")
    assert "Tài khoản của tôi" in own.get("/account").text  # the account remembers it


def test_the_password_is_changed_and_mistakes_stand_beside_their_fields(own) -> None:
    for fields, told in (
        ({"old": "x", "password": OTHER, "again": OTHER}, "The present password is wrong. Type it again."),
        ({"old": PASSWORD, "password": OTHER, "again": "x"}, "The two are not the same. Type both again."),
        ({"old": PASSWORD, "password": "mai", "again": "mai"}, "A password has 10 to 200 characters, got 3."),
    ):
        answer = send(own, "/password", **fields)
        assert answer.status_code == 422
        assert told in answer.text
    assert send(own, "/password", old=PASSWORD, password=OTHER, again=OTHER).status_code == 303
    assert own.get("/account").status_code == 200
    assert own.post("/login", data={"name": "mai", "password": PASSWORD}).status_code == 401


def test_other_browsers_are_signed_out_one_by_one_or_all(app, gateway, own) -> None:
    other = TestClient(app, follow_redirects=False)
    other.post("/login", data={"name": "mai", "password": PASSWORD})
    [mark] = re.findall(r'action="/account/sessions/([0-9a-f]{16})/end"', own.get("/account").text)
    assert send(own, f"/sessions/{mark}/end").status_code == 303
    assert (other.get("/account").status_code, own.get("/account").status_code) == (303, 200)
    assert send(own, "/sign-out-everywhere").status_code == 303
    assert own.get("/account").headers["location"] == "/login?next=%2Faccount"


def test_a_token_is_made_on_the_page_and_shown_once(gateway, own) -> None:
    page = send(own, "/tokens", title="<Power BI>", limits=["series:read", "edge:read"], days="90").text
    secret = re.search(r"<code>(nhipdo_\S{43})</code>", page)[1]
    listed = own.get("/account").text
    assert secret not in listed
    assert "&lt;Power BI&gt;" in listed
    assert "Edges: read; Measurements: read" in listed
    assert send(own, "/tokens", title="", days="30").status_code == 422
    token_id = re.search(r'action="/account/tokens/([0-9a-f]{32})/revoke"', listed)[1]
    assert send(own, f"/tokens/{token_id}/revoke").status_code == 303
    assert "No tokens yet." in own.get("/account").text


@pytest.mark.parametrize("path", ["/name", "/password", "/sign-out-everywhere", "/tokens"])
def test_a_form_without_its_token_does_nothing(gateway, own, path) -> None:
    fields = {"full_name": "Eve", "old": PASSWORD, "password": OTHER, "again": OTHER, "title": "x", "token": "0" * 64}
    answer = own.post(f"/account{path}", data=fields)
    assert answer.status_code == 422
    assert "The page was old. Press this button again." in answer.text
    with Session(gateway.engine) as session:
        account = own.get("/api/v1/me").json()["account"]
        assert tokens_of(session, account) == []
        assert len(sessions_of(session, account, gateway.now)) == 1
    assert own.post("/login", data={"name": "mai", "password": PASSWORD}).status_code == 303
