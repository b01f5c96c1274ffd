"""A registry that cannot be reached: told to programs and to people, wherever it is noticed."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from gateway.registry.database import is_unreachable


@pytest.fixture
def down(gateway):
    """The registry's connections break at every statement, as when its server has stopped."""

    broken = OperationalError("SELECT secret", {}, ConnectionRefusedError("password=hunter2"))

    def refuse(*_: object) -> None:
        raise broken

    event.listen(gateway.engine, "before_cursor_execute", refuse)
    yield
    event.remove(gateway.engine, "before_cursor_execute", refuse)


SAID = (
    "registry: cannot be reached now (ConnectionRefusedError). Try again in a minute; edges keep what they have, "
    "and the gateway's log says more."
)


def test_a_program_gets_a_problem_document(person, down) -> None:
    answer = person.get("/api/v1/edges")
    assert (answer.status_code, answer.json()["detail"]) == (503, SAID)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "60"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_person_gets_a_page_though_nobody_can_say_who_it_is(person, down) -> None:
    answer = person.get("/measurements", headers={"Accept-Language": "vi"})
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "cannot be reached now (ConnectionRefusedError)" in answer.text
    assert "hunter2" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_needs_no_registry_is_answered_meanwhile(stranger, down) -> None:
    assert stranger.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (OperationalError("SELECT 1", {}, RuntimeError()), True),
        (InterfaceError("SELECT 1", {}, RuntimeError()), True),
        (DBAPIError("SELECT 1", {}, RuntimeError(), connection_invalidated=True), True),
        (NoConnectionError(), True),
        (IntegrityError("INSERT", {}, RuntimeError()), False),
        (ValueError(), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_only_the_want_of_the_database_counts(error, is_so) -> None:
    assert is_unreachable(error) is is_so


def test_a_statement_that_is_wrong_is_a_failure_of_ours(gateway, app) -> None:
    wrong = IntegrityError("INSERT", {}, RuntimeError("hunter2"))

    def refuse(*_: object) -> None:
        raise wrong

    event.listen(gateway.engine, "before_cursor_execute", refuse)
    try:
        with TestClient(app, raise_server_exceptions=False) as client:
            answer = client.get("/api/v1/edges", headers={"Authorization": f"Bearer {gateway.secret}"})
    finally:
        event.remove(gateway.engine, "before_cursor_execute", refuse)
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
