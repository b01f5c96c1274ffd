"""Every error is a problem document: the same form, whoever finds it."""

import json
from typing import Annotated

import pytest
from fastapi import FastAPI, Form, HTTPException, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from gateway.api import problems
from gateway.api.conventions import keep_to_conventions
from gateway.api.problems import KINDS, ProblemError, mistake, pointer
from gateway.timeseries import StoreUnavailableError


class RowIn(BaseModel):
    name: str = Field(min_length=1)
    sizes: list[int] = []
    password: int = 0


def make_app() -> FastAPI:
    app = FastAPI(openapi_url="/api/openapi.json")
    keep_to_conventions(app, None)

    @app.get("/api/v1/refused/{status}")
    def refuse(status: int) -> None:
        raise HTTPException(status, "press-1: will not. Ask again.", {"X-Why": "because"})

    @app.get("/api/v1/changed")
    def change() -> None:
        raise ProblemError(412, "a: b. C.", mistakes=[mistake("header", "#/If-Match", "old")], in_force={"a": 1})

    @app.get("/api/v1/broken/{what}")
    def break_down(what: str) -> None:
        raise {
            "store": StoreUnavailableError("store: down. Start it."),
            "registry": OperationalError("SELECT secret", {}, RuntimeError("password=hunter2")),
        }.get(what, RuntimeError("hunter2"))

    @app.post("/api/v1/rows")
    def add(row: RowIn, limit: Annotated[int, Query(ge=1)] = 1) -> RowIn:
        return row

    @app.post("/api/v1/forms")
    def fill(name: Annotated[str, Form()]) -> str:
        return name

    return app


@pytest.fixture
def client() -> TestClient:
    return TestClient(make_app(), raise_server_exceptions=False)


@pytest.mark.parametrize("status", sorted(KINDS))
def test_a_refusal_says_its_kind_in_words_and_for_programs(client, status) -> None:
    answer = client.get(f"/api/v1/refused/{status}?key=secret")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["x-why"] == "because"
    assert answer.json() == {
        "type": f"/api/docs#{KINDS[status].anchor}",
        "title": KINDS[status].title,
        "status": status,
        "detail": "press-1: will not. Ask again.",
        "instance": f"/api/v1/refused/{status}",
    }


def test_a_status_without_a_kind_is_told_by_its_phrase(client) -> None:
    told = client.get("/api/v1/refused/418").json()
    assert (told["type"], told["title"]) == ("about:blank", "I'm a Teapot")


def test_what_is_in_force_and_what_is_wrong_come_along(client) -> None:
    told = client.get("/api/v1/changed").json()
    assert told["in_force"] == {"a": 1}
    assert told["errors"] == [{"in": "header", "pointer": "#/If-Match", "detail": "old"}]


def test_a_path_and_a_method_that_do_not_exist_say_what_does(client) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "/api/v1/nothing: there is no such path. Look in /api/docs.",
    )
    answer = client.put("/api/v1/rows")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["detail"] == "/api/v1/rows: PUT is not possible here. Use POST."


def test_every_place_that_is_not_valid_is_named(client) -> None:
    answer = client.post("/api/v1/rows?limit=0", json={"sizes": [1, "x"], "password": "hunter2"})
    assert answer.status_code == 422
    told = answer.json()
    assert told["detail"] == (
        "limit: Input should be greater than or equal to 1, got '0'; name: is missing; "
        "sizes.1: Input should be a valid integer, unable to parse string as an integer, got 'x'; "
        "password: Input should be a valid integer, unable to parse string as an integer. "
        "Look in /api/docs for what is expected."
    )
    assert [(one["in"], one["pointer"]) for one in told["errors"]] == [
        ("query", "#/limit"),
        ("body", "#/name"),
        ("body", "#/sizes/1"),
        ("body", "#/password"),
    ]
    assert told["errors"][1]["detail"] == "is missing"


@pytest.mark.parametrize(
    ("path", "sent", "wanted"),
    [
        ("rows", "text/plain", "application/json"),
        ("rows", "application/x-www-form-urlencoded", "application/json"),
        ("forms", "application/json", "application/x-www-form-urlencoded"),
    ],
)
def test_another_media_type_is_told_which_one_is_taken(client, path, sent, wanted) -> None:
    answer = client.post(f"/api/v1/{path}", content="{}", headers={"Content-Type": sent})
    assert (answer.status_code, answer.json()["detail"]) == (
        415,
        f"body: its Content-Type is {sent!r}, expected {wanted}. Send it as that.",
    )


@pytest.mark.parametrize(
    ("what", "status", "detail"),
    [
        (
            "store",
            503,
            (
                "time series store: cannot be reached now (store: down. Start it.). "
                "Try again in a minute; edges keep what they have."
            ),
        ),
        (
            "registry",
            503,
            (
                "registry: cannot be reached now (RuntimeError). Try again in a minute; edges keep what they have, "
                "and the gateway's log says more."
            ),
        ),
        ("all", 500, "gateway: RuntimeError while answering. Its log says where; please report it."),
    ],
)
def test_a_failure_of_ours_is_said_without_our_secrets(client, what, status, detail) -> None:
    answer = client.get(f"/api/v1/broken/{what}")
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text


def test_what_cannot_be_written_is_written_all_the_same() -> None:
    answer = problems.answer("/api/v1/\udcff é", 404, "half \ud800 a pair")
    assert json.loads(answer.body)["detail"] == "half ? a pair"
    assert json.loads(answer.body)["instance"] == "/api/v1/%3F%20%C3%A9"


def test_a_pointer_escapes_what_it_must() -> None:
    assert pointer(("a/b", 0, "~")) == "#/a~1b/0/~0"


def test_the_openapi_tells_of_problems_at_every_operation(client) -> None:
    api = client.get("/api/openapi.json").json()
    post = api["paths"]["/api/v1/rows"]["post"]
    assert list(post["responses"]) == [
        *("200", "400", "401", "403", "404", "405", "406", "409"),
        *("411", "413", "415", "422", "429", "500", "503"),
    ]
    assert post["responses"]["422"] == {"$ref": "#/components/responses/problem-invalid"}
    assert [one["name"] for one in post["parameters"]] == ["limit", "Idempotency-Key"]
    told = api["components"]["responses"]["problem-invalid"]["content"]["application/problem+json"]
    assert told["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "HTTPValidationError" not in json.dumps(api)
