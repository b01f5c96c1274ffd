"""The API says what is stored, and what is wrong with a question."""

import json
from dataclasses import replace

import pytest

from edge_agent.wire.messages import GatewayStatus
from gateway.timeseries import StoreUnavailableError

SERIES = "/api/v1/series/sa-dec/press-shop/meter-1/active_power"
AT = "site=sa-dec&edge=press-shop"
S = 10**9


def test_health_tells_by_edge_what_waits_and_what_is_missing(gateway, program) -> None:
    gateway.now += 30 * S
    assert program.get("/api/v1/health").json() == {
        "gateway": {
            "state": "online",
            "can_store": True,
            "why": "",
            "store": "f" * 32,
            "generation": 1,
            "dead_letters": 1,
            "findings": [],
            "version": "0.1.0",
            "uptime_s": 30.0,
        },
        "missing": 0,
        "waiting": 3,
        "forward": None,
        "edges": [
            {
                "site": "sa-dec",
                "edge": "press-shop",
                "admitted": True,
                "state": "online",
                "silent": False,
                "waiting": 3,
                "missing": 0,
                "declared": 2,
                "dead_letters": 1,
                "as_of": "2025-11-25T00:00:56Z",
                "findings": [],
            }
        ],
    }


def test_health_tells_why_nothing_can_be_stored(gateway, program) -> None:
    gateway.status = GatewayStatus(state="online", can_store=False, why="store: 0.50 GB free")
    told = program.get("/api/v1/health").json()["gateway"]
    assert (told["can_store"], told["why"]) == (False, "store: 0.50 GB free")


def test_one_edge_is_told_with_its_journals_and_its_last_word(program) -> None:
    told = program.get("/api/v1/edges/sa-dec/press-shop").json()
    assert told["journals"] == [
        {
            "journal": "ab" * 16,
            "state": "open",
            "first": 1,
            "last": 120,
            "stored": 115,
            "waiting": 3,
            "missing": 0,
            "declared": 2,
        }
    ]
    assert told["last_status"]["instruments"] == {"meter-1": "good"}
    assert [edge["edge"] for edge in program.get("/api/v1/edges").json()] == ["press-shop"]


def test_an_edge_that_never_spoke_is_not_found(program) -> None:
    answer = program.get("/api/v1/edges/sa-dec/nobody")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "edge sa-dec/nobody: was never heard of. Look in /api/v1/edges, or check the names in its agent.toml.",
    )


def test_a_person_admits_an_edge_by_name(gateway, program) -> None:
    gateway.edges = [replace(gateway.edges[0], admitted=False)]
    answer = program.post("/api/v1/edges/sa-dec/press-shop/admit", json={"who": "  Nguyễn Thị Mai "})
    assert answer.json()["admitted"] is True
    assert gateway.admitted_by == "Nguyễn Thị Mai"


@pytest.mark.parametrize("body", [{}, {"who": ""}, {"who": "   "}, {"who": "x" * 101}, {"who": 7}, ["who"]])
def test_nobody_admits_without_a_name(gateway, program, body) -> None:
    assert program.post("/api/v1/edges/sa-dec/press-shop/admit", json=body).status_code == 422
    assert gateway.admitted_by == ""


@pytest.mark.parametrize(
    "who",
    [
        "<script>alert(1)</script>",
        "Mai'; DROP TABLE edge; --",
        'Mai" OR "1"="1',
        "Mai\u0000",
        "Mai\ud800",
        "Mai\nLan",
        "{{7*7}}",
        "=1+1",
    ],
)
def test_nobody_admits_by_a_name_that_is_code(gateway, program, who) -> None:
    body = json.dumps({"who": who})
    headers = {"Content-Type": "application/json"}
    answer = program.post("/api/v1/edges/sa-dec/press-shop/admit", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.admitted_by == ""


@pytest.mark.parametrize("who", ["Nguyễn Thị Mai", "O'Brien", "Đặng-Lê (ca A)", "K'Brơi, tổ 2", "Mai & Lan"])
def test_a_name_of_any_language_admits(gateway, program, who) -> None:
    assert program.post("/api/v1/edges/sa-dec/press-shop/admit", json={"who": who}).status_code == 200
    assert gateway.admitted_by == who


def test_a_form_of_another_site_cannot_admit_by_the_api(gateway, person) -> None:
    answer = person.post(
        "/api/v1/edges/sa-dec/press-shop/admit", content='{"who": "x"}', headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415
    assert gateway.admitted_by == ""


def test_instruments_tell_what_their_channels_mean(program) -> None:
    [meter] = program.get(f"/api/v1/instruments?{AT}").json()
    assert (meter["instrument"], meter["model"], meter["period_s"]) == ("meter-1", "em-3", 1.0)
    assert meter["channels"][0] == {
        "channel": "active_power",
        "unit": "kW",
        "minimum": None,
        "maximum": None,
        "text": False,
        "title": {"vi": "Công suất", "en": "Active power"},
    }


def test_latest_carries_unit_quality_and_age(gateway, program) -> None:
    gateway.show(gateway.now, 61.5, active_power_u=0.2)
    gateway.now += 2 * S
    power, temperature = program.get(f"/api/v1/latest?{AT}").json()
    assert power == {
        "instrument": "meter-1",
        "channel": "active_power",
        "unit": "kW",
        "value": 61.5,
        "u": 0.2,
        "quality": "good",
        "recent": True,
        "at": "2025-11-25T00:01:00Z",
        "age_s": 2.0,
    }
    assert (temperature["value"], temperature["u"], temperature["age_s"]) == (20.0, None, 3.0)


def test_a_failed_reading_is_the_latest_and_has_no_value(gateway, program) -> None:
    gateway.show(gateway.now, None)
    power = program.get(f"/api/v1/latest?{AT}").json()[0]
    assert (power["value"], power["quality"]) == (None, "bad.no_reply")


def test_what_is_old_is_not_told_as_recent(gateway, program) -> None:
    gateway.now += 20 * S
    assert [c["recent"] for c in program.get(f"/api/v1/latest?{AT}").json()] == [False, False]


def test_a_series_comes_in_stretches_with_what_they_rest_on(gateway, program) -> None:
    gateway.show(gateway.now, None)
    told = program.get(f"{SERIES}?start=2025-11-25T00:00:00Z&end=2025-11-25T00:01:20Z&points=4").json()
    assert told["buckets"] == [
        {"at": "2025-11-25T00:00:00Z", "mean": 10.5, "minimum": 1.0, "maximum": 20.0, "n": 20, "bad": 0},
        {"at": "2025-11-25T00:00:20Z", "mean": 30.5, "minimum": 21.0, "maximum": 40.0, "n": 20, "bad": 0},
        {"at": "2025-11-25T00:00:40Z", "mean": 50.5, "minimum": 41.0, "maximum": 60.0, "n": 20, "bad": 0},
        {"at": "2025-11-25T00:01:00Z", "mean": None, "minimum": None, "maximum": None, "n": 0, "bad": 1},
    ]
    assert (told["unit"], told["bucket_s"], told["n"], told["bad"]) == ("kW", 20.0, 60, 1)
    assert (told["expected"], told["coverage"]) == (80, 0.75)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("-1m", "now"),
        ("2025-11-25T07:00:00%2B07:00", "2025-11-25T07:01:00%2B07:00"),
        ("2025-11-25T07:00:00+07:00", "2025-11-25T00:01:00Z"),
        ("2025-11-25 00:00Z", "2025-11-25T00:01Z"),
    ],
)
def test_a_time_may_be_written_in_several_ways(program, start, end) -> None:
    told = program.get(f"{SERIES}?start={start}&end={end}").json()
    assert (told["start"], told["end"], told["n"]) == ("2025-11-25T00:00:00Z", "2025-11-25T00:01:00Z", 60)


FORMS = "-15m, -1h, -7d, now, or ISO 8601 with its offset, as 2026-11-25T07:00:00+07:00 or 2026-11-25T00:00:00Z"


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("start=yesterday", f"start: got 'yesterday', which is no time. Write {FORMS}."),
        ("end=", f"end: got '', which is no time. Write {FORMS}."),
        ("start=2025-11-25T07:00", f"start: got '2025-11-25T07:00', a time without an offset. Write {FORMS}."),
        (
            "start=1900-01-01T00:00Z",
            f"start: got '1900-01-01T00:00Z', expected a year from 1970 to 2199. Write {FORMS}.",
        ),
        ("start=now", "start: got 'now', which is not before end, 'now'. Write an earlier start or a later end."),
        (
            "start=-401d",
            (
                "start: got '-401d' to 'now', more than 400 days. "
                "Ask for a shorter stretch, or for several one after the other."
            ),
        ),
        (
            "points=0",
            "points: Input should be greater than or equal to 1, got '0'. Look in /api/docs for what is expected.",
        ),
        (
            "points=5001",
            "points: Input should be less than or equal to 5000, got '5001'. Look in /api/docs for what is expected.",
        ),
        (
            "points=many",
            (
                "points: Input should be a valid integer, unable to parse string as an integer, got 'many'. "
                "Look in /api/docs for what is expected."
            ),
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_told_what_to_do(program, query, detail) -> None:
    answer = program.get(f"{SERIES}?{query}")
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)


@pytest.mark.parametrize(
    "path", ["Sa-Dec/e/i/c", "a/e/i/No", "a/e/-i/c", "a/e/i/c%00", "..%2f/e/i/c", "a/e/i/" + "c" * 99]
)
def test_a_name_that_cannot_be_one_is_refused(program, path) -> None:
    assert program.get(f"/api/v1/series/{path}").status_code in (400, 404, 422)


def test_a_channel_that_never_spoke_is_not_found(program) -> None:
    answer = program.get(SERIES.replace("active_power", "voltage"))
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        (
            "channel voltage of sa-dec/press-shop/meter-1: was never heard of. "
            "Look in /api/v1/instruments?site=sa-dec&edge=press-shop."
        ),
    )


def test_a_channel_that_was_never_described_is_told_without_unit(gateway, program) -> None:
    gateway.described = []
    told = program.get(f"{SERIES}?start=-1h").json()
    assert (told["unit"], told["n"], told["expected"], told["coverage"]) == ("", 60, None, None)


def test_a_store_that_is_down_is_said(gateway, program, monkeypatch) -> None:
    def down(*_args):
        msg = "store: refused. Start it."
        raise StoreUnavailableError(msg)

    for name in ("series", "latest", "rows"):
        monkeypatch.setattr(type(gateway.timeseries), name, down)
    detail = (
        "time series store: cannot be reached now (store: refused. Start it.). "
        "Try again in a minute; edges keep what they have."
    )
    for path in (SERIES, f"{SERIES}.csv", f"/api/v1/latest?{AT}"):
        answer = program.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (503, detail)
    assert program.get("/measurements").status_code == 503


def test_a_path_that_does_not_exist_is_told_where_to_look(program) -> None:
    answer = program.get("/api/v2/health")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "/api/v2/health: there is no such path. Look in /api/docs.",
    )


def test_the_description_for_machines_has_every_noun_and_loads_nothing(program) -> None:
    api = program.get("/api/openapi.json").json()
    assert {path.split("/")[3].partition("?")[0] for path in api["paths"]} >= {
        "accounts",
        "health",
        "edges",
        "instruments",
        "latest",
        "series",
        "sites",
    }
    for path, calls in api["paths"].items():
        for call in calls.values():
            assert call["summary"], path
            assert call["description"], path
    page = program.get("/api/docs").text
    assert all(path in page for path in api["paths"])
