"""The pages of the laboratory's work: the request, its orders, the way of one, its papers."""

import re
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from gateway.api.security import COOKIE
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role

EN = {"Accept-Language": "en"}


@pytest.fixture
def house(gateway, app):
    """A laboratory with staff, a reviewer, two authorisers, and an authoriser of another one."""
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firms = [
        book.make(SYSTEM, "organisation", {"code": code, "name": name, "kind": "enterprise", "province": province}).id
        for code, name in (("1400000001", "Trung tâm"), ("1400000002", "Phòng khác"))
    ]
    laboratory = book.make(SYSTEM, "laboratory", {"organisation": firms[0], "name": "Phòng Khối lượng"}).id
    duties = {"lan": ["perform", "review"], "minh": ["perform", "review"], "giang": ["authorise"], "hoa": ["authorise"]}
    for name, may in duties.items():
        its = {"laboratory": laboratory, "signs_as": name, "procedure": "*", "duties": may}
        book.make(SYSTEM, "competence", its | {"since": "2025-01-01"})
    roles = {
        name: Role.LABORATORY_STAFF if "perform" in may else Role.LABORATORY_AUTHORISER for name, may in duties.items()
    }
    people = {name: TestClient(app, follow_redirects=False, headers=EN) for name in (*roles, "foreign")}
    for name, client in people.items():
        at = firms[1] if name == "foreign" else firms[0]
        role = roles.get(name, Role.LABORATORY_AUTHORISER)
        client.cookies.set(COOKIE, gateway.sign_in(name, Grant(role, "organisation", at)))
    return book, people


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def send(client, page: str, path: str, **fields):
    """Press a button of a page."""
    shown = client.get(page)
    hidden = dict(re.findall(r'name="(token|revision)" value="([^"]+)"', shown.text))
    body = urlencode(hidden | fields, doseq=True)
    return client.post(path, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})


@pytest.fixture
def request_path(house) -> str:
    said = {"customer_name": "Bệnh viện", "kind": "calibration", "items": "Cân; XS204; B123\nÁp kế", "wanted_by": ""}
    answer = send(house[1]["lan"], "/laboratory/requests/new", "/laboratory/requests/new", **said)
    assert answer.status_code == 303
    return answer.headers["location"]


@pytest.fixture
def order_path(house, request_path) -> str:
    """An order of a request that was taken."""
    lan = house[1]["lan"]
    decided = send(lan, request_path, f"{request_path}/decide", decision="taken", point=["able", "method"])
    assert decided.status_code == 303
    lines = {"line": ["0", "1"], "condition.0": "normal", "condition.1": "normal", "procedure.0": "analytical-balance"}
    assert send(lan, request_path, f"{request_path}/orders", **lines).status_code == 303
    return re.findall(r'href="(/laboratory/work/[0-9a-f]{32})"', lan.get(request_path).text)[0]


def step(client, order: str, to: str, **fields):
    return send(client, order, f"{order}/move", to=to, **fields)


def test_a_request_is_answered_and_becomes_orders(house, request_path, order_path) -> None:
    text = plain(house[1]["lan"].get(request_path).text)
    assert "PYC-2025-0001 · Bệnh viện" in text
    assert "✓ We have the people, equipment and scope for it" in text
    assert [number in text for number in ("PCV-2025-0001", "PCV-2025-0002")] == [True, True]
    assert "PCV-2025-0001 Cân · B123" in plain(house[1]["lan"].get("/laboratory/work").text)


def test_what_is_declined_needs_a_reason_and_what_was_ticked_stays(house, request_path) -> None:
    answer = send(house[1]["lan"], request_path, f"{request_path}/decide", decision="declined", point="able")
    assert answer.status_code == 422
    assert "What is declined or forwarded needs a reason. Enter it." in answer.text
    assert 'value="declined" checked' in answer.text


def test_a_request_without_a_customer_is_told_beside_its_field(house) -> None:
    answer = send(house[1]["lan"], "/laboratory/requests/new", "/laboratory/requests/new", items="Cân", kind="test")
    assert answer.status_code == 422
    assert 'id="customer_name-problem"' in answer.text
    assert "Cân</textarea>" in answer.text


def test_an_order_walks_from_hand_to_hand_and_a_foreign_laboratory_sees_nothing(house, order_path) -> None:
    _, people = house
    lan, minh, giang, foreign = (people[name] for name in ("lan", "minh", "giang", "foreign"))
    assert step(lan, order_path, "in_progress").status_code == 303
    assert step(lan, order_path, "calculated", session="", why="paper record 12").status_code == 303
    refused = step(lan, order_path, "reviewed")
    assert refused.status_code == 422
    assert "You performed this work. Somebody else has to review and authorise it." in refused.text
    assert step(minh, order_path, "reviewed").status_code == 303
    assert "You have no role for this step. Ask somebody who has." in step(minh, order_path, "authorised").text
    assert step(giang, order_path, "authorised").status_code == 303
    text = plain(lan.get(order_path).text)
    assert "Calculated by lan Reviewed by minh Authorised by giang" in text
    assert "Calculated · lan" in text
    assert "paper record 12" in text
    for path in (order_path, f"{order_path}/paper/label", f"{order_path}/qr.svg"):
        assert foreign.get(path).status_code == 404
    assert send(foreign, "/laboratory/work", f"{order_path}/move", to="stopped").status_code == 404
    assert "PCV-2025" not in foreign.get("/laboratory/work").text


def test_of_two_authorisers_at_once_the_second_is_told(house, order_path) -> None:
    _, people = house
    step(people["lan"], order_path, "in_progress")
    step(people["lan"], order_path, "calculated", session="", why="paper")
    step(people["minh"], order_path, "reviewed")
    seen = people["hoa"].get(order_path).text
    revision = re.search(r'name="revision" value="(\d+)"', seen)
    assert revision is not None
    assert step(people["giang"], order_path, "authorised").status_code == 303
    late = step(people["hoa"], order_path, "authorised", revision=revision[1])
    assert late.status_code == 409
    assert "Somebody else has just moved or changed this order. Look at it again, then decide." in late.text
    assert "Authorised by giang" in plain(people["hoa"].get(order_path).text)


def test_its_papers_have_a_code_that_leads_back(house, order_path) -> None:
    lan = house[1]["lan"]
    receipt = plain(lan.get(f"{order_path}/paper/receipt").text)
    assert "PCV-2025-0001 · PYC-2025-0001" in receipt
    assert "Customer Bệnh viện" in receipt
    code = lan.get(f"{order_path}/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.text.startswith("<svg ")
    assert lan.get(f"{order_path}/paper/poster").status_code == 404
    step(lan, order_path, "stopped", why="taken back")
    given = send(lan, order_path, f"{order_path}/give-back", returned="2025-11-26", returned_to="Anh Ba")
    assert given.headers["location"] == f"{order_path}/paper/return"
    assert "Handed to Anh Ba" in plain(lan.get(f"{order_path}/paper/return").text)


def test_the_first_page_says_what_waits_in_the_laboratory(house, order_path, request_path) -> None:
    _, people = house
    assert "No work order is late" in people["lan"].get("/").text
    book = house[0]
    order = order_path.rpartition("/")[2]
    book.change(SYSTEM, "work_order", order, {"received": "2025-11-01", "promised": "2025-11-20"}, None)
    assert "1 work orders are late" in plain(people["lan"].get("/").text)
    assert "work orders are late" not in people["foreign"].get("/").text
