"""Routes of nouns and files, asked by a program that reads nothing but the OpenAPI.

One noun stands for all, because one hand makes their routes; it has documents, links, choices, flags. The person stands
for those with personal fields. Whatever is asked, no answer is a 5xx, and each is one that the description names.
"""

from unittest.mock import patch

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

load_all_checks()
KEPT = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
EACH = 3
ASKED = (
    "/api/v1/organisations",
    "/api/v1/persons",
    "/api/v1/nouns",
    "/api/v1/imports",
    "/api/v1/templates",
    "/api/v1/exports",
)


@pytest.fixture
def questions(gateway, program):
    """A program that is never too quick."""
    asked = program.request

    def ask(*args, **named):
        gateway.clock_s += 1.0
        return asked(*args, **named)

    with program, patch.object(program, "request", ask):
        yield program


@pytest.fixture
def rows(gateway) -> dict[str, str]:
    """Path of a noun -> a row of it."""
    book = Book(gateway.engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400123456", "name": "A", "kind": "enterprise", "province": province}
    person = {"code": "CB-1", "full_name": "Lan", "province": province}
    return {
        "organisations": book.make(SYSTEM, "organisation", firm).id,
        "persons": book.make(SYSTEM, "person", person).id,
    }


def as_file(drawn: object) -> object:
    if isinstance(drawn, tuple):
        return (drawn[0], as_file(drawn[1]), *drawn[2:])
    return drawn if isinstance(drawn, bytes) or drawn is None else str(drawn).encode()


def request_of(case) -> dict[str, object]:
    parts = case.as_transport_kwargs("http://testserver")
    if isinstance(parts.get("data"), str | bytes):
        parts["content"] = parts.pop("data")
    if "files" in parts:  # a file is bytes, whatever was drawn for it
        files = parts["files"].items() if isinstance(parts["files"], dict) else parts["files"]
        parts["files"] = [(name, as_file(one)) for name, one in files]
    return {name: part for name, part in parts.items() if name != "cookies"}


def ways_of_asking(operation, rows):
    yield operation.as_strategy(GenerationMode.POSITIVE)
    row = rows.get(operation.path.split("/")[3])
    if row and "{row}" in operation.path:
        yield operation.as_strategy(GenerationMode.POSITIVE, path_parameters={"row": row})
    # A client has no way to send a number where a form has a file.
    has_file = any("multipart" in one.media_type for one in operation.body)
    if not has_file and (list(operation.path_parameters) or list(operation.query) or list(operation.body)):
        yield operation.as_strategy(GenerationMode.NEGATIVE)


def test_every_operation_does_what_its_description_says(app, questions, rows) -> None:
    api = questions.get("/api/openapi.json").json()
    del api["security"]
    api["paths"] = {path: calls for path, calls in api["paths"].items() if path.startswith(ASKED)}
    operations = [found.ok() for found in schemathesis.openapi.from_dict(api).get_all_operations()]
    assert len(operations) >= 25
    checks = CHECKS.get_by_names(list(KEPT))
    wrong = []
    for operation in operations:
        for strategy in ways_of_asking(operation, rows):

            @seed(2026)
            @settings(
                max_examples=EACH,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def ask(case) -> None:
                answer = questions.request(**request_of(case))
                answer.request.read()  # a form with a file is a stream; whoever compares wants it whole
                case.validate_response(answer, checks=checks)

            try:
                ask()
            except (AssertionError, BaseExceptionGroup) as error:
                wrong.append(f"{operation.label}: {error}")
    for job in questions.get("/api/v1/imports").json():
        app.state.imports.wait(job["id"], 30)
    assert "\n".join(wrong) == ""
