"""Two people edit one thing: the second is told, and nothing of the first is lost."""

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from gateway.api.conventions import keep_to_conventions
from gateway.api.revisions import NOT_MODIFIED, IfMatch, IfNoneMatch, etag, not_modified, require_match


class ProductOut(BaseModel):
    name: str
    revision: int


@pytest.fixture
def product() -> ProductOut:
    return ProductOut(name="cap", revision=7)


@pytest.fixture
def client(product) -> TestClient:
    app = FastAPI(openapi_url="/api/openapi.json")
    keep_to_conventions(app, None)

    @app.get("/api/v1/product", response_model=ProductOut, responses={**NOT_MODIFIED})
    def read(request: Request, response: Response, _given: IfNoneMatch = None) -> ProductOut | Response:
        response.headers["ETag"] = etag(product.revision)
        return not_modified(request, etag(product.revision)) or product

    @app.put("/api/v1/product", responses={412: {}, 428: {}})
    def change(name: str, request: Request, response: Response, _given: IfMatch = None) -> ProductOut:
        require_match(request, "product cap", etag(product.revision), product.model_dump())
        product.name, product.revision = name, product.revision + 1
        response.headers["ETag"] = etag(product.revision)
        return product

    return TestClient(app)


def test_a_change_of_what_was_read_is_made(client) -> None:
    tag = client.get("/api/v1/product").headers["etag"]
    assert tag == '"7"'
    answer = client.put("/api/v1/product?name=lid", headers={"If-Match": tag})
    assert (answer.json(), answer.headers["etag"]) == ({"name": "lid", "revision": 8}, '"8"')


def test_the_second_of_two_is_told_what_is_in_force(client, product) -> None:
    client.put("/api/v1/product?name=lid", headers={"If-Match": '"7"'})
    answer = client.put("/api/v1/product?name=box", headers={"If-Match": '"7"'})
    assert (answer.status_code, answer.headers["etag"]) == (412, '"8"')
    assert answer.json()["detail"] == (
        'product cap: was changed meanwhile, If-Match is "7", in force is "8". '
        "Look at in_force, and make your change to that."
    )
    assert answer.json()["in_force"] == {"name": "lid", "revision": 8}
    assert product.name == "lid"


def test_a_change_without_a_condition_is_not_made(client, product) -> None:
    answer = client.put("/api/v1/product?name=lid")
    assert (answer.status_code, answer.json()["detail"]) == (
        428,
        "product cap: the change came without If-Match. Read it, and send its ETag with the change.",
    )
    assert answer.json()["errors"] == [{"in": "header", "pointer": "#/If-Match", "detail": "is missing"}]
    assert product.name == "cap"


@pytest.mark.parametrize(
    ("given", "status"),
    [("*", 200), ('"6", "7"', 200), ('W/"7"', 412), ("7", 412), ('"77"', 412), ('"', 412), ("", 428)],
)
def test_a_condition_is_compared_strongly(client, given, status) -> None:
    assert client.put("/api/v1/product?name=lid", headers={"If-Match": given}).status_code == status


@pytest.mark.parametrize(("given", "status"), [('"7"', 304), ('W/"7"', 304), ("*", 304), ('"6"', 200), ("", 200)])
def test_who_has_what_is_in_force_is_not_sent_it_again(client, given, status) -> None:
    answer = client.get("/api/v1/product", headers={"If-None-Match": given})
    assert (answer.status_code, answer.headers["etag"]) == (status, '"7"')


def test_tags_of_several_rows_are_of_all_of_them() -> None:
    assert etag("a", 1, "b", 2) != etag("a", 1, "b", 3)
    assert etag("a", 1) != etag("a1")


def test_the_openapi_says_both_headers_and_both_refusals(client) -> None:
    change = client.get("/api/openapi.json").json()["paths"]["/api/v1/product"]["put"]
    assert change["responses"]["412"] == {"$ref": "#/components/responses/problem-changed"}
    assert change["responses"]["428"] == {"$ref": "#/components/responses/problem-unconditional"}
    assert "If-Match" in [one["name"] for one in change["parameters"]]
