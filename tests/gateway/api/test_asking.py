"""What a question to the API may be, asked of the gateway's own routes."""

import csv
import io

import pytest

from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

EDGES = "/api/v1/edges"
FIRMS = "/api/v1/organisations"
SERIES = "/api/v1/series/sa-dec/press-shop/meter-1/active_power"


@pytest.mark.parametrize(
    ("address", "detail", "pointer"),
    [
        (
            f"{EDGES}?limt=5",
            "limt: there is no such parameter, limit is alike. Here are cursor, limit; look in /api/docs.",
            "#/limt",
        ),
        (
            f"{EDGES}?limit=1&limit=2",
            "limit: came more than once. Here are cursor, limit; look in /api/docs.",
            "#/limit",
        ),
        (
            "/api/v1/health?x%2Fy=1",
            "x/y: there is no such parameter. Here are none; look in /api/docs.",
            "#/x~1y",
        ),
        (
            f"{FIRMS}?provnice=82&kind=school&retired=true&limit=1&search=a&why=x",
            (
                "provnice: there is no such parameter, province is alike; why: there is no such parameter. "
                "Here are code, cursor, is_high_risk, is_key_export, is_key_product, is_ocop, is_special_product, "
                "kind, limit, province, retired, search; look in /api/docs."
            ),
            "#/provnice",
        ),
    ],
)
def test_a_parameter_that_is_unknown_or_doubled_is_refused(program, address, detail, pointer) -> None:
    answer = program.get(address)
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert (answer.json()["errors"][0]["in"], answer.json()["errors"][0]["pointer"]) == ("query", pointer)


@pytest.mark.parametrize(
    ("address", "accept", "status"),
    [
        (EDGES, "application/xml", 406),
        (EDGES, "application/json;q=0, text/csv;q=0", 406),
        (EDGES, "", 200),
        (EDGES, "text/csv", 200),
        (EDGES, "text/html, application/xhtml+xml, */*;q=0.1", 200),
        ("/api/v1/nouns", "text/csv", 406),
        ("/api/v1/nouns", "text/csv, application/*;q=0.5", 200),
        (f"{SERIES}.csv?start=-1s", "application/xml", 200),  # a file is what its address says
    ],
)
def test_a_form_that_cannot_be_given_is_said(program, address, accept, status) -> None:
    assert program.get(address, headers={"Accept": accept}).status_code == status


def test_the_forms_that_can_be_given_are_named(program) -> None:
    answer = program.get(EDGES, headers={"Accept": "application/xml"}).json()
    assert answer["detail"] == (
        "/api/v1/edges: is given as application/json or text/csv, Accept is 'application/xml'. Ask for that."
    )
    assert answer["type"] == "/api/docs#problem-form"


@pytest.mark.parametrize(
    ("method", "address", "allow"),
    [
        ("PUT", FIRMS, "GET, HEAD, POST"),
        ("PATCH", "/api/v1/tokens", "GET, HEAD, POST"),
        ("DELETE", f"{FIRMS}/{'0' * 32}", "GET, HEAD, PATCH"),
        ("OPTIONS", f"{FIRMS}/{'0' * 32}/retire", "POST"),
    ],
)
def test_allow_names_the_methods_of_every_route_of_an_address(program, method, address, allow) -> None:
    answer = program.request(method, address)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.json()["detail"] == f"{address}: {method} is not possible here. Use {allow}."


@pytest.mark.parametrize("address", [EDGES, f"{SERIES}.csv?start=-2s", "/healthz", "/", "/api/v1/nothing"])
def test_a_head_is_that_of_get_without_its_body(person, address) -> None:
    head, whole = person.head(address), person.get(address)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "content-length"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_a_key_that_a_body_does_not_know_makes_no_mightier_token(person) -> None:
    answer = person.post("/api/v1/tokens", json={"title": "chart", "limit": ["series:read"]})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "limit: there is no such field. Look in /api/docs for what is expected.",
    )
    assert person.get("/api/v1/tokens").json() == []


def test_no_body_of_the_api_takes_what_it_does_not_know(program) -> None:
    api = program.get("/api/openapi.json").json()
    open_ones = []
    for path, calls in api["paths"].items():
        for method, call in calls.items():
            schema = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if schema is not None:
                named = schema.get("$ref", "").rpartition("/")[2]
                schema = api["components"]["schemas"].get(named, schema)
                open_ones += [] if schema.get("additionalProperties") is False else [f"{method} {path}"]
    assert open_ones == []


@pytest.mark.parametrize("place", ["start", "end"])
def test_a_stretch_that_is_none_says_which_end_of_it(program, place) -> None:
    answer = program.get(SERIES, params={"start": "-1h", place: "2025-11-25T07:00:00"}).json()
    assert [(one["in"], one["pointer"]) for one in answer["errors"]] == [("query", f"#/{place}")]
    assert answer["detail"].startswith(f"{place}: got '2025-11-25T07:00:00', a time without an offset. Write ")


def test_each_page_of_a_list_has_the_same_columns(gateway, program) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    empty = program.get("/api/v1/provinces", headers={"Accept": "text/csv"}).text
    merged = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    book.make(SYSTEM, "province", {"code": "87", "name": "Tiền Giang", "until": "2025-06-30", "successor": merged})
    pages = [program.get("/api/v1/provinces?limit=1", headers={"Accept": "text/csv"})]
    pages.append(program.get(pages[0].links["next"]["url"], headers={"Accept": "text/csv"}))
    headings = [next(csv.reader(io.StringIO(text))) for text in (empty, *(page.text for page in pages))]
    assert headings[0] == headings[1] == headings[2]
    assert [one for one in headings[0] if one.startswith("labels")] == ["labels.successor"]


def test_what_a_repeat_would_be_told_goes_with_the_person(program, gateway) -> None:
    new, key = {"code": "CB-7", "full_name": "Lan"}, {"Idempotency-Key": "a"}
    new["province"] = Book(gateway.engine, lambda: gateway.now).make(SYSTEM, "province", {"code": "82", "name": "A"}).id
    made = program.post("/api/v1/persons", json=new, headers=key)
    assert program.post("/api/v1/persons", json=new, headers=key).json()["values"]["full_name"] == "Lan"
    program.post(f"/api/v1/persons/{made.json()['id']}/erase", json={"why": "asked for it"})
    again = program.post("/api/v1/persons", json=new, headers=key)
    assert (again.status_code, "Lan" in again.text) == (409, False)
