"""A body that nobody can hold is refused before anything is done with it."""

import json

import anyio
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from gateway.api.bodies import MAX_JSON, Bodies, check_json, whole
from gateway.api.conventions import keep_to_conventions
from gateway.api.problems import ProblemError

JSON = {"Content-Type": "application/json"}


class RowIn(BaseModel):
    name: str
    size: float | None = None


@pytest.fixture
def written() -> list[RowIn]:
    return []


@pytest.fixture
def client(written) -> TestClient:
    app = FastAPI()
    keep_to_conventions(app, None)

    @app.post("/api/v1/rows")
    def add(row: RowIn) -> RowIn:
        written.append(row)
        return row

    @app.post("/api/v1/files")
    async def take(request: Request) -> int:
        return len(await request.body())

    return TestClient(app)


CUT = json.dumps({"name": "máy dập", "size": 1.5}).encode()[:-6]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (
            CUT,
            400,
            (
                "body: is no JSON, expecting ':' delimiter at line 1, column 37 of 36 characters. "
                "Was it cut off? Send it whole."
            ),
        ),
        ('{"name": "á"}'.encode("utf-16"), 400, "body: is not UTF-8, it looks like UTF-16. Send JSON in UTF-8."),
        ('{"name": "á"}'.encode("latin-1"), 400, "body: is not UTF-8, byte 10 is 0xe1. Send JSON in UTF-8."),
        (b'{"name": "a", "size": NaN}', 400, "body: holds NaN, which is no JSON. Send null, or leave it out."),
        (
            b'{"name": "a", "size": -Infinity}',
            400,
            "body: holds -Infinity, which is no JSON. Send null, or leave it out.",
        ),
        (b'{"size": 1e999}', 400, "body: the number 1e999 is too large for a float64. Send one that is not."),
        (
            b'{"size": 9223372036854775808}',
            400,
            "body: the number 9223372036854775808 is too large for 64 bits. Send one that is not.",
        ),
        (
            b'{"size": %s}' % (b"9" * 9000),
            400,
            f"body: the number {'9' * 40} is too large for 64 bits. Send one that is not.",
        ),
        (
            b'{"name": "a\\u0000"}',
            400,
            "body: a text holds U+0000 or half of a surrogate pair, which cannot be stored. Send it without.",
        ),
        (
            b'{"x": [{"\\ud800": 1}]}',
            400,
            "body: a text holds U+0000 or half of a surrogate pair, which cannot be stored. Send it without.",
        ),
        (
            b"[" * 100_000,
            413,
            "body: nested more than 32 deep. Send what the OpenAPI describes, which is flatter.",
        ),
        (
            b'{"name": "%s"}' % (b"x" * MAX_JSON),
            413,
            "body: more than 1048576 bytes, which is the most that is taken here. Send less, in several requests.",
        ),
    ],
    ids=[
        "cut",
        "utf-16",
        "latin-1",
        "nan",
        "infinity",
        "1e999",
        "int64",
        "9000 digits",
        "nul",
        "half",
        "deep",
        "large",
    ],
)
def test_a_body_that_cannot_be_held_is_refused_and_nothing_is_written(client, written, body, status, detail) -> None:
    answer = client.post("/api/v1/rows", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert answer.headers["content-type"] == "application/problem+json"
    assert written == []


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        (
            {"Content-Encoding": "gzip"},
            "body: its Content-Encoding is 'gzip', expected none. Send it uncompressed.",
        ),
        (
            {"Content-Type": "application/json; charset=windows-1258"},
            "body: its charset is windows-1258, expected utf-8. Send JSON in UTF-8.",
        ),
    ],
)
def test_another_encoding_is_refused_by_its_name(client, written, headers, detail) -> None:
    answer = client.post("/api/v1/rows", content=b'{"name": "a"}', headers=JSON | headers)
    assert (answer.status_code, answer.json()["detail"]) == (415, detail)
    assert written == []


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE row; --", "<script>alert(1)</script>", '[{"}]', "mạch \\ 🏭", "[" * 99]
)
def test_what_is_only_odd_comes_through_as_it_is(client, written, name) -> None:
    assert client.post("/api/v1/rows", json={"name": name}).json()["name"] == name
    assert [row.name for row in written] == [name]


def test_what_is_no_json_is_left_to_its_route(client) -> None:
    assert (
        client.post("/api/v1/files", content=b"\xff" * 2_000_000, headers={"Content-Type": "text/csv"}).json()
        == 2_000_000
    )


@pytest.mark.parametrize("address", ["/api/v1/rows%00", "/api/v1/rows?name=a%00b"])
def test_an_address_with_a_nul_is_refused(client, address) -> None:
    answer = client.post(address, json={"name": "a"})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "address: holds the character U+0000, which no name has. Send it without.",
    )


def test_a_sender_who_goes_away_halfway_is_not_answered_and_nothing_is_done() -> None:
    messages = [{"type": "http.request", "body": b'{"na', "more_body": True}, {"type": "http.disconnect"}]
    reached = []

    async def receive():
        return messages.pop(0)

    async def app(*_):
        reached.append("the application")

    async def send(message):
        reached.append(message)

    scope = {
        "type": "http",
        "path": "/api/v1/rows",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    anyio.run(Bodies(app), scope, receive, send)
    assert reached == []


def test_a_body_that_grows_too_long_is_not_read_to_its_end() -> None:
    read = []

    async def receive():
        read.append(1)
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    with pytest.raises(ProblemError) as caught:
        anyio.run(whole, receive, 250)
    assert (caught.value.status_code, len(read)) == (413, 3)


def test_depth_is_of_brackets_outside_of_texts() -> None:
    check_json(json.dumps({"a": '"[[[\\"' * 50, "b": [[{}]]}).encode())
    check_json(b"[" * 32 + b"]" * 32)
    with pytest.raises(ProblemError):
        check_json(b"[" * 33 + b"]" * 33)


@pytest.mark.parametrize("body", [b'{"name": "a", "size": 1, "name": "b"}', b'[{"name": "a", "name": "a"}]'])
def test_a_key_that_comes_twice_is_refused(client, written, body) -> None:
    answer = client.post("/api/v1/rows", content=body, headers=JSON)
    assert (answer.status_code, written, answer.json()["detail"]) == (
        400,
        [],
        "body: says 'name' more than once in one object, so nobody knows what is meant. Say it once.",
    )


def test_a_mark_before_the_first_character_is_left_out(client, written) -> None:
    assert client.post("/api/v1/rows", content=b'\xef\xbb\xbf{"name": "a"}', headers=JSON).status_code == 200
    assert written == [RowIn(name="a")]
