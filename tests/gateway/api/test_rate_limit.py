"""One caller's loop does not take the gateway from the others."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway.api.conventions import keep_to_conventions
from gateway.api.rate_limit import _CALLERS, Rate, Taken, TokenBuckets


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock) -> TestClient:
    app = FastAPI()
    keep_to_conventions(app, None, rate=Rate(burst=3, per_s=0.5), monotonic=clock)

    @app.get("/api/v1/rows")
    @app.get("/live")
    def read() -> list[str]:
        return []

    return TestClient(app, headers={"Authorization": "Bearer a"})


def test_who_asks_too_often_is_told_how_long_to_wait(client, clock) -> None:
    left = [client.get("/api/v1/rows").headers["ratelimit"] for _ in range(3)]
    assert left == ['"caller";r=2;t=0', '"caller";r=1;t=0', '"caller";r=0;t=0']
    answer = client.get("/api/v1/rows")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert (answer.headers["ratelimit"], answer.headers["ratelimit-policy"]) == (
        '"caller";r=0;t=2',
        '"caller";q=3;w=6',
    )
    assert answer.json()["detail"] == (
        "API: 3 requests at once and 0.5 a second are yours, and you sent more. "
        "Try again in 2 s, and ask for more at once rather than more often."
    )
    clock.now_s += 2.0
    assert client.get("/api/v1/rows").status_code == 200
    assert client.get("/api/v1/rows").status_code == 429


def test_each_caller_has_its_own(client) -> None:
    for _ in range(4):
        last = client.get("/api/v1/rows")
    assert last.status_code == 429
    assert client.get("/api/v1/rows", headers={"Authorization": "Bearer b"}).status_code == 200


def test_pages_are_not_counted(client) -> None:
    for _ in range(10):
        answer = client.get("/live")
    assert (answer.status_code, "ratelimit" in answer.headers) == (200, False)


def test_a_rest_fills_a_bucket_to_its_brim_and_no_further(clock) -> None:
    buckets = TokenBuckets(Rate(burst=2, per_s=1.0), clock)
    assert buckets.take("a") == Taken(may=True, left=1, wait_s=0)
    clock.now_s += 1000.0
    assert [buckets.take("a").may for _ in range(3)] == [True, True, False]


def test_many_callers_do_not_fill_the_memory(clock) -> None:
    buckets = TokenBuckets(Rate(burst=1, per_s=1.0), clock)
    for k in range(_CALLERS + 1):
        buckets.take(str(k))
    assert len(buckets._held) == _CALLERS
    assert buckets.take("0").may  # the longest silent was forgotten
    assert not buckets.take(str(_CALLERS)).may
