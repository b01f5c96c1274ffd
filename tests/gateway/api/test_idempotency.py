"""A POST that a script sends again is carried out once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.api.conventions import keep_to_conventions
from gateway.api.idempotency import keep_no_answer
from gateway.registry import connect
from gateway.registry.idempotency import KEEP_S, IdempotencyRow

S = 10**9
KEY_NAMED = "Idempotency-Key '5f0c1f0e-6a55'"
KEY = {"Idempotency-Key": "5f0c1f0e-6a55"}


class RowIn(BaseModel):
    name: str


class Place:
    """What the routes below have done, and the clock."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.now = 1_764_028_800 * S
        self.wait = threading.Event()
        self.begun = threading.Event()
        self.wait.set()


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def engine(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    IdempotencyRow.metadata.tables["idempotency"].create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def client(place, engine) -> TestClient:
    app = FastAPI()
    keep_to_conventions(app, engine, clock=lambda: place.now)

    @app.post("/api/v1/rows", status_code=201)
    def add(row: RowIn, response: Response) -> dict[str, object]:
        place.begun.set()
        place.wait.wait(10)
        if row.name == "taken":
            raise HTTPException(409, "row taken: is there already. Choose another name.")
        if row.name == "later":
            raise HTTPException(503, "store: full. Make room.")
        place.made.append(row.name)
        if row.name == "half":
            raise RuntimeError
        response.headers["Location"] = f"/api/v1/rows/{len(place.made)}"
        return {"name": row.name, "number": len(place.made)}

    @app.post("/api/v1/tokens", status_code=201)
    def make_token(request: Request) -> dict[str, str]:
        keep_no_answer(request)
        place.made.append("token")
        return {"token": "hunter2"}

    @app.put("/api/v1/rows")
    def put(row: RowIn) -> RowIn:
        place.made.append(row.name)
        return row

    return TestClient(app, headers={"Authorization": "Bearer a"}, raise_server_exceptions=False)


def test_the_same_request_again_gets_the_same_answer_and_is_not_carried_out(client, place) -> None:
    first = client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    again = client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    assert (first.status_code, first.json()) == (201, {"name": "a", "number": 1})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for name in ("content-type", "location"):
        assert again.headers[name] == first.headers[name]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert place.made == ["a"]


@pytest.mark.parametrize(("path", "name"), [("/api/v1/rows", "b"), ("/api/v1/rows?x=1", "a"), ("/api/v1/tokens", "a")])
def test_a_key_with_another_request_is_refused(client, place, path, name) -> None:
    client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    answer = client.post(path, json={"name": name}, headers=KEY)
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "Idempotency-Key '5f0c1f0e-6a55': came before with another request. Send a new key with each new request.",
    )
    assert place.made == ["a"]


def test_without_a_key_or_with_a_new_one_it_is_done_again(client, place) -> None:
    for headers in ({}, {}, {"Idempotency-Key": "1"}, {"Idempotency-Key": "2"}):
        client.post("/api/v1/rows", json={"name": "a"}, headers=headers)
    client.put("/api/v1/rows", json={"name": "p"}, headers=KEY)
    client.put("/api/v1/rows", json={"name": "p"}, headers=KEY)
    assert place.made == ["a"] * 4 + ["p"] * 2


def test_a_key_of_one_caller_means_nothing_to_another(client, place) -> None:
    client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    answer = client.post("/api/v1/rows", json={"name": "b"}, headers={**KEY, "Authorization": "Bearer b"})
    assert (answer.status_code, place.made) == (201, ["a", "b"])


def test_a_refusal_is_answered_the_same_again(client) -> None:
    answers = [client.post("/api/v1/rows", json={"name": "taken"}, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["content-type"] == "application/problem+json"


def test_what_could_not_be_done_now_is_tried_when_it_comes_again(client, place) -> None:
    assert client.post("/api/v1/rows", json={"name": "later"}, headers=KEY).status_code == 503
    assert client.post("/api/v1/rows", json={"name": "a"}, headers=KEY).status_code == 201
    assert place.made == ["a"]


def test_what_broke_halfway_is_not_done_a_second_time(client, place) -> None:
    assert client.post("/api/v1/rows", json={"name": "half"}, headers=KEY).status_code == 500
    answer = client.post("/api/v1/rows", json={"name": "half"}, headers=KEY)
    assert (answer.status_code, answer.headers["retry-after"], place.made) == (409, "5", ["half"])
    assert answer.json()["detail"] == (
        "Idempotency-Key '5f0c1f0e-6a55': the first request of this key has not ended, or the gateway stopped "
        "meanwhile. Look whether it was done; if not, send it with a new key."
    )


def test_of_two_at_once_one_is_carried_out(client, place) -> None:
    place.wait.clear()
    with ThreadPoolExecutor(1) as pool, client:
        first = pool.submit(client.post, "/api/v1/rows", json={"name": "a"}, headers=KEY)
        assert place.begun.wait(10)
        second = client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
        place.wait.set()
        assert (first.result().status_code, second.status_code, place.made) == (201, 409, ["a"])


def test_an_answer_with_a_secret_is_not_kept(client, place, engine) -> None:
    assert client.post("/api/v1/tokens", headers=KEY).json() == {"token": "hunter2"}
    answer = client.post("/api/v1/tokens", headers=KEY)
    assert (answer.status_code, answer.json()["detail"], place.made) == (
        409,
        f"{KEY_NAMED}: was carried out, and its answer is not kept. If it is lost, do it again anew.",
        ["token"],
    )
    with Session(engine) as session:
        assert session.scalar(select(IdempotencyRow.answer)) is None


def test_a_key_is_kept_for_a_day_and_then_forgotten(client, place, engine) -> None:
    client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    place.now += (KEEP_S - 1) * S
    client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    assert place.made == ["a"]
    place.now += 2 * S
    client.post("/api/v1/rows", json={"name": "a"}, headers={"Idempotency-Key": "other"})
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyRow)) == 1
    client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    assert place.made == ["a"] * 3


@pytest.mark.parametrize(("key", "length"), [("", 0), (" ", 0), ("x" * 256, 256), ("á".encode(), 2)])
def test_a_key_that_is_none_is_refused(client, place, key, length) -> None:
    answer = client.post("/api/v1/rows", json={"name": "a"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        f"Idempotency-Key: expected 1 to 255 printable ASCII characters, got {length}. Send a UUID.",
    )
    assert place.made == []


def test_a_registry_that_cannot_be_reached_is_said_and_nothing_is_done(client, place, engine) -> None:
    IdempotencyRow.metadata.tables["idempotency"].drop(engine)
    answer = client.post("/api/v1/rows", json={"name": "a"}, headers=KEY)
    assert (answer.status_code, place.made) == (503, [])
    assert answer.json()["detail"] == "registry: cannot be reached now (OperationalError). Try again in a minute."
