"""Every operation of the OpenAPI, asked by a program that reads nothing else: it does what its description says.

Who follows its examples is answered. Sensible questions and senseless ones are made from the description, with names
that exist and names that do not: no answer is a 5xx, and every answer has a status, a media type and a form that the
description names. The questions are the same at every run.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from unittest.mock import patch

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from edge_agent.wire.entries import People, Photo
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.api.security import COOKIE
from gateway.registry.book import Book, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import SYSTEM, Grant, Role

load_all_checks()
KEPT = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
]
EXAMPLES = 600
"""Over all operations, so that more of them do not take longer; at least :data:`LEAST` for each way of asking."""
LEAST = 3
DONE = (200, 201, 204)
S = 10**9
T = 1_764_028_800 * S
PICTURE = b"no picture, but bytes"
PHOTO = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def furnished(gateway):
    """A gateway that has something to say to every question."""
    products = {"cap-38": ProductDescription(ideal_cycle_s=2.0)}
    part = Part(shift="A@2025-11-25", product="cap-38", ideal_cycle_s=2.0, ns={"RUN": 500 * S}, total=200)
    picture = b64encode(PICTURE).decode()
    gateway.keep(
        WorkUnitDescription(
            key="press-1",
            revision=1,
            at=T,
            micro_stop_s=120,
            max_gap_s=60,
            bucket_s=600,
            timezone="Asia/Ho_Chi_Minh",
            products=products,
        ),
        Elements(key=f"press-1.{T}", revision=1, work_unit="press-1", since=T, until=T + 600 * S, parts=(part,)),
        Stop(key=f"press-1.{T}", revision=1, work_unit="press-1", since=T, until=T + 90 * S, kind="STOP"),
        People(key="p", revision=1, at=T, work_unit="press-1", shift="A@2025-11-25", people=2.5),
        Photo(
            key=f"{PHOTO}.0", revision=1, at=T, sha256=PHOTO, number=0, of=1, media_type="image/png", content=picture
        ),
    )
    return gateway


@pytest.fixture
def agreement(furnished) -> Entry:
    """A draft of an enterprise."""
    book = Book(furnished.engine, lambda: furnished.now)
    province = book.find(SYSTEM, "province", code="82", until="") if book.count(SYSTEM, "province") else None
    province = province or book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"})
    firm = {"code": "1400123456", "name": "Cơ khí Sa Đéc", "kind": "enterprise", "province": province.id}
    organisation = book.make(SYSTEM, "organisation", firm).id
    book.make(SYSTEM, "site", {"name": "sa-dec", "title": "Xưởng", "organisation": organisation, "kind": "factory"})
    said = {"organisation": organisation, "partner": "Sở KH&CN", "kinds": ["stops"], "since": "2025-11-01"}
    return book.make(SYSTEM, "agreement", said)


@pytest.fixture
def questions(furnished, agreement, app) -> Iterator[TestClient]:
    """A program of somebody who may do everything, and is never too quick: a second passes at each question."""
    grants = (Grant(Role.ADMINISTRATOR), Grant(Role.MANAGER, "organisation", str(agreement.values["organisation"])))
    person = TestClient(app, follow_redirects=False, cookies={COOKIE: furnished.sign_in("mai", *grants)})
    asked = person.request

    def ask(*args, **kwargs):
        furnished.clock_s += 1.0
        return asked(*args, **kwargs)

    with person, patch.object(person, "request", ask):
        yield person


@pytest.fixture
def names(furnished, questions, agreement, app) -> dict[str, str]:
    """Names of things that exist, by parameter; a noun that is added later adds its own."""
    lan = TestClient(app, cookies={COOKIE: furnished.sign_in("lan")})
    token, of_lan = (one.post("/api/v1/tokens", json={"title": "to be taken back"}).json() for one in (questions, lan))
    return {
        "site": "sa-dec",
        "edge": "press-shop",
        "instrument": "meter-1",
        "channel": "active_power",
        "unit": "press-1",
        "plan": "dong-thap-2026-2030",
        "indicator": "dt26-training-turns",
        "noun": "people",
        "photo": PHOTO,
        "account_id": next(a["id"] for a in questions.get("/api/v1/accounts").json() if a["name"] == "lan"),
        "token_id": token["id"],
        "token_of_account": of_lan["id"],
        "agreement": agreement.id,
        "start": "2025-11-25T00:00:00Z",
        "end": "2025-11-25T01:00:00Z",
    }


def ways_of_asking(operation, names: dict[str, str]) -> Iterator:
    """Strategies: with any names, with names that exist, and against the description."""
    yield operation.as_strategy(GenerationMode.POSITIVE)
    known = {one.name for one in operation.path_parameters} & names.keys()
    query = {one.name for one in operation.query}
    yield operation.as_strategy(
        GenerationMode.POSITIVE,
        path_parameters={name: names[name] for name in known},
        query={name: names[name] for name in query & names.keys()},
    )
    if known or query or operation.body:
        yield operation.as_strategy(GenerationMode.NEGATIVE)


def example_of(schema: dict, api: dict) -> object:
    """What a reader of the OpenAPI would send: the first example, or the least that is allowed."""
    for certain in ("examples", "enum"):
        if certain in schema:
            return schema[certain][0]
    if "$ref" in schema:
        return example_of(api["components"]["schemas"][schema["$ref"].rpartition("/")[2]], api)
    if schema.get("type") == "array":
        return [example_of(schema["items"], api)] * schema.get("minItems", 0)
    if "properties" in schema:
        return {name: example_of(schema["properties"][name], api) for name in schema.get("required", ())}
    msg = f"{schema}: says no example"
    raise ValueError(msg)


def is_of_the_registry(path: str) -> bool:
    """Whether ``test_nouns_schemathesis`` asks it: the nouns' routes are made by one hand, some hundreds of them."""
    parts = f"{path.removeprefix('/api/v1/')}/".split("/")
    of_a_noun = parts[0] in {of.path() for of in NOUNS.values()} and parts[1:2] in ([""], ["{row}"])
    return of_a_noun or parts[0] in ("nouns", "imports", "templates", "exports")


def by_example(client: TestClient, label: str, api: dict, names: dict[str, str]) -> int:
    """The status that an operation answers to who follows its examples."""
    method, path = label.split(" ")
    call = api["paths"][path][method.lower()]
    needed = {p["name"] for p in call.get("parameters", ()) if p["in"] == "query" and p["required"]}
    request: dict[str, object] = {"params": {name: names[name] for name in needed}}
    if "requestBody" in call:
        request["json"] = example_of(call["requestBody"]["content"]["application/json"]["schema"], api)
    its = {"token_id": names["token_of_account"]} if "{account_id}" in path else {}
    address = path.format(**names | its)
    if any(p["name"] == "If-Match" for p in call.get("parameters", ())):
        request["headers"] = {"If-Match": client.get(address).headers["ETag"]}
    return client.request(method, address, **request).status_code


def request_of(case) -> dict[str, object]:
    """What schemathesis would send, as this client takes it."""
    parts = case.as_transport_kwargs("http://testserver")
    if isinstance(parts.get("data"), str | bytes):
        parts["content"] = parts.pop("data")
    return {name: part for name, part in parts.items() if name != "cookies"}


class Interview:
    """Asks operations, and remembers how they answered."""

    def __init__(self, client: TestClient, examples: int) -> None:
        self._client = client
        self._examples = examples
        self._checks = CHECKS.get_by_names(KEPT)

    def ask(self, operation, strategy) -> str:
        """What is wrong with it; empty: nothing."""

        @seed(2025)
        @settings(
            max_examples=self._examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def ask(case) -> None:
            answer = self._client.request(**request_of(case))
            case.validate_response(answer, checks=self._checks)

        try:
            ask()
        except (AssertionError, BaseExceptionGroup) as error:
            return f"{operation.label}: {error}"
        return ""


def test_every_operation_does_what_its_description_says(questions, names) -> None:
    api = questions.get("/api/openapi.json").json()
    del api["security"]  # whoever may do what is tested elsewhere; this program may do everything
    api["paths"] = {path: calls for path, calls in api["paths"].items() if not is_of_the_registry(path)}
    schema = schemathesis.openapi.from_dict(api)
    operations = [found.ok() for found in schema.get_all_operations()]
    interview = Interview(questions, max(LEAST, EXAMPLES // (3 * len(operations))))
    first = sorted(operations, key=lambda one: not one.label.startswith("DELETE"))  # while it is there
    answers = {one.label: by_example(questions, one.label, api, names) for one in first}
    assert {label: status for label, status in answers.items() if status not in DONE} == {}
    wrong = [interview.ask(operation, way) for operation in operations for way in ways_of_asking(operation, names)]
    assert "\n".join(filter(None, wrong)) == ""
