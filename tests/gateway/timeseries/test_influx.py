"""What only InfluxDB has: its dialects, its refusals, its absence."""

import base64
import gzip
import json
import threading
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.timeseries import Bucket, ChannelId, Refused, Row, StoreUnavailableError
from gateway.timeseries.influx import InfluxStore
from gateway.timeseries.points import Point

T = 1_760_000_000_000_000_000
HEAD = "sample,site=sa-dec,edge=e1,instrument=meter-1"
POWER = ChannelId("sa-dec", "e1", "meter-1", "power")
EVER = (0, 2**62)
PARTIAL = b'{"code":"unprocessable entity","message":"failure writing points to database: partial write: dropped=1"}'


class Answers:
    """A server that gives recorded answers to writes and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, list[str]], dict[str, str], list[str]]] = []
        self.answer = lambda _lines: (204, b"")

    def asked(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        url, lines = urlsplit(path), body.decode().splitlines()
        self.requests.append((url.path, parse_qs(url.query), headers, lines))
        return self.answer(lines)


@contextmanager
def serving(answers: Answers):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {key.lower(): value for key, value in self.headers.items()}
            status, said = answers.asked(self.path, headers, body)
            self.send_response(status)
            if said.startswith(b"{"):
                self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(said)))
            with suppress(BrokenPipeError):  # who asked has stopped waiting
                self.end_headers()
                self.wfile.write(said)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture(params=["v1", "v2"])
def store(request, answers):
    with serving(answers) as url:
        made = InfluxStore(
            url, request.param, "workshop", org="firm", token="secret", username="edge", password="mật", timeout_s=2.0
        )
        with closing(made):
            made.dialect, made.url = request.param, url
            yield made


def power(*values: float) -> list[str]:
    return [f"{HEAD} power={value!r} {T + i}" for i, value in enumerate(values)]


def test_a_write_says_where_in_what_unit_and_who(store, answers):
    lines = power(1.0, 2.0)
    assert store.write(lines) == []
    ((path, query, headers, sent),) = answers.requests
    assert sent == lines
    assert headers["content-encoding"] == "gzip"
    if store.dialect == "v1":
        assert (path, query) == ("/write", {"db": ["workshop"], "precision": ["ns"]})
        assert base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode() == "edge:mật"
    else:
        assert (path, query) == ("/api/v2/write", {"bucket": ["workshop"], "org": ["firm"], "precision": ["ns"]})
        assert headers["authorization"] == "Token secret"
        assert headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, b'{"code":"invalid","message":"unable to parse it"}'),
        (400, b'{"error":"partial write: field type conflict dropped=1"}'),
        (422, PARTIAL),
        (413, b"<html>Request Entity Too Large</html>"),
    ],
)
def test_a_refusal_is_halved_until_the_line_stands_alone(store, answers, status, word):
    lines = power(*range(100))
    bad = {lines[13], lines[77]}
    stored = []

    def answer(sent):
        if bad & set(sent):
            return status, word
        stored.extend(sent)
        return 204, b""

    answers.answer = answer
    reason = json.loads(word) if word.startswith(b"{") else {"error": word.decode()}
    why = f"{status}: {reason.get('error') or reason.get('message')}"
    assert store.write(lines) == [Refused(lines[13], why), Refused(lines[77], why)]
    assert set(stored) == set(lines) - bad


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (401, b'{"code":"unauthorized","message":"unauthorized access"}',
         "does not let us in (401: unauthorized access). Check username and password, or the token."),
        (403, b'{"error":"forbidden"}',
         "does not let us in (403: forbidden). Check username and password, or the token."),
        (404, b'{"code":"not found","message":"bucket \\"workshop\\" not found"}',
         'does not know what we ask for (404: bucket "workshop" not found). Check url, dialect, org and bucket.'),
        (400, b"HTTP request to an HTTPS server.\n",
         "does not know what we ask for (400: HTTP request to an HTTPS server.). Check url, dialect, org and bucket."),
        (429, b'{"code":"too many requests","message":"slow down"}',
         "cannot store now (429: slow down). Look at its disk and its log."),
        (500, b'{"error":"engine: cache-max-memory-size\\nexceeded"}',
         "cannot store now (500: engine: cache-max-memory-size exceeded). Look at its disk and its log."),
        (503, b"", "cannot store now (503). Look at its disk and its log."),
    ],
)  # fmt: skip
def test_what_is_no_refusal_of_lines_keeps_them(store, answers, status, body, text):
    answers.answer = lambda _lines: (status, body)
    with pytest.raises(StoreUnavailableError) as caught:
        store.write(power(1.0, 2.0))
    assert str(caught.value) == f"InfluxDB at {store.url}: {text}"


def test_the_library_neither_queues_nor_tries_again_by_itself(store, answers):
    answers.answer = lambda _lines: (503, b'{"code":"unavailable","message":"busy"}')
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            store.write(power(1.0))
    answers.answer = lambda _lines: (204, b"")
    assert store.write(power(2.0)) == []
    assert [lines for *_, lines in answers.requests] == [power(1.0), power(1.0), power(2.0)]


def test_a_server_that_does_not_answer_in_time_is_unavailable(answers):
    late = threading.Event()
    answers.answer = lambda _lines: (late.wait(20), (204, b""))[1]
    with serving(answers) as url:
        for dialect in ("v1", "v2"):
            said = pytest.raises(StoreUnavailableError, match=r"no answer \(.*[Tt]imed out.*\)\. Check that it runs")
            with closing(InfluxStore(url, dialect, timeout_s=0.05)) as store, said:
                store.write(power(1.0))
        late.set()


def test_nobody_at_the_port_is_said_in_one_line(free_port):
    for dialect in ("v1", "v2"):
        with closing(InfluxStore(f"http://127.0.0.1:{free_port}", dialect, timeout_s=1.0)) as store:
            for ask in (lambda: store.write(power(1.0)), lambda: store.latest("a", "b")):
                with pytest.raises(StoreUnavailableError) as caught:
                    ask()
                said = str(caught.value)
                assert said.startswith(f"InfluxDB at http://127.0.0.1:{free_port}: no answer (")
                assert said.endswith("Connection refused). Check that it runs and that the url is right.")
                assert "\n" not in said


def test_retention_of_version_2_deletes_up_to_the_last_ns_before(answers):
    with serving(answers) as url, closing(InfluxStore(url, "v2", "workshop", org="firm", token="secret")) as store:
        assert store.forget_before("sample", T) == -1
    ((path, query, _, (body,)),) = answers.requests
    assert (path, query) == ("/api/v2/delete", {"bucket": ["workshop"], "org": ["firm"]})
    assert json.loads(body) == {
        "start": "1970-01-01T00:00:00Z",
        "stop": "2025-10-09T08:53:19.999999999Z",
        "predicate": '_measurement="sample"',
    }


def test_a_point_of_version_2_is_dropped_by_all_its_tags(answers):
    one = Point("plan", ("82", 'Kế "hoạch"'), {"met": 1.0}, {}, T)
    with serving(answers) as url, closing(InfluxStore(url, "v2", "workshop", org="firm", token="secret")) as store:
        assert store.forget_points([one])
    ((_, _, _, (body,)),) = answers.requests
    assert json.loads(body) == {
        "start": "2025-10-09T08:53:20.000000000Z",
        "stop": "2025-10-09T08:53:20.000000000Z",
        "predicate": '_measurement="plan" AND "province"="82" AND "plan"="Kế \\"hoạch\\""',
    }


def test_a_store_that_cannot_drop_points_keeps_them(answers):
    answers.answer = lambda _lines: (404, b'{"error": "not found"}')
    with serving(answers) as url, closing(InfluxStore(url, "v2", "workshop", org="firm", token="secret")) as store:
        assert not store.forget_points([Point("plan", ("82", "p"), {"met": 1.0}, {}, T)])


# ---------------------------------------------------------------- InfluxDB 1.6 itself


def test_the_database_is_made_when_it_is_absent_even_later(influxdb):
    with closing(InfluxStore(influxdb.url, database="a \"b' c")) as store:
        assert store.write(power(1.0)) == []
        influxdb.stop()
        influxdb.wipe()
        influxdb.start()
        assert list(store.rows(POWER, *EVER)) == []
        assert store.write(power(2.0)) == []
        assert list(store.rows(POWER, *EVER)) == [Row(T, 2.0, None, "good")]


def test_a_stopped_influxdb_is_unavailable_and_works_again_when_started(influxdb):
    with closing(InfluxStore(influxdb.url, timeout_s=5.0)) as store:
        assert store.write(power(1.0)) == []
        influxdb.kill()
        for ask in (lambda: store.write(power(1.0, 2.0)), lambda: store.latest("sa-dec", "e1")):
            with pytest.raises(StoreUnavailableError, match="Connection refused"):
                ask()
        influxdb.start()
        assert store.write(power(1.0, 2.0)) == []
        assert [row.value for row in store.rows(POWER, *EVER)] == [1.0, 2.0]


def test_lines_of_another_type_are_refused_alone_and_with_influxdb_s_word(influxdb):
    with closing(InfluxStore(influxdb.url)) as store:
        good = power(*range(50))
        bad = [f'{HEAD} power="bad.text" {T + 100}', f'{HEAD} power="bad.text" {T + 101}']
        assert store.write(good[:1]) == []
        refused = store.write([*good[:20], bad[0], *good[20:], bad[1]])
        assert [one.line for one in refused] == bad
        assert refused[0].why == (
            '400: partial write: field type conflict: input field "power" on measurement "sample" is type string, '
            "already exists as type float dropped=1"
        )
        assert [row.value for row in store.rows(POWER, *EVER)] == list(range(50))


def test_a_second_look_at_the_latest_values_is_one_question(influxdb, monkeypatch):
    with closing(InfluxStore(influxdb.url)) as store:
        store.write([f'{HEAD} power=1.0,mass=2.0,flow_q="bad.no_reply" {T}'])
        first = store.latest("sa-dec", "e1")
        asked = []
        ask = store._http.ask
        monkeypatch.setattr(store._http, "ask", lambda *question: asked.append(question) or ask(*question))
        assert store.latest("sa-dec", "e1") == first
        assert len(asked) == 1
        assert len(first) == 3


def test_a_foreign_field_with_the_name_of_a_tag_hides_nothing(influxdb):
    with closing(InfluxStore(influxdb.url)) as store:
        store.write(power(1.0))
        foreign = f"{HEAD} site=5.0,edge=6.0,instrument=7.0 {T + 1}".encode()
        with urllib.request.urlopen(f"{influxdb.url}/write?db=nhipdo", data=foreign) as answer:
            assert answer.status == 204
        assert list(store.rows(POWER, *EVER)) == [Row(T, 1.0, None, "good")]
        assert ("power", 1.0) in [(one.channel, one.value) for one in store.latest("sa-dec", "e1")]
        assert store.series(POWER, T, T + 10, 1) == [Bucket(T, 1.0, 1.0, 1.0, 1, 0)]


def test_an_error_of_the_server_while_reading_is_said(influxdb):
    with closing(InfluxStore(influxdb.url)) as store:
        store.write(power(1.0))
        with pytest.raises(StoreUnavailableError) as caught:
            store._ask("SELECT nonsense(power) FROM sample")
    assert str(caught.value) == (
        f"InfluxDB at {influxdb.url}: could not answer (undefined function nonsense()). Look at its log."
    )


# ---------------------------------------------------------------- VictoriaMetrics: the v2 dialect for real


def exported(url: str) -> dict[str, list[tuple[float, int]]]:
    with urllib.request.urlopen(f"{url}/internal/force_flush") as flushed:
        flushed.read()
    with urllib.request.urlopen(f"{url}/api/v1/export?match[]=%7Bsite%3D%22sa-dec%22%7D") as answer:
        found = [json.loads(line) for line in answer.read().splitlines()]
    return {
        f"{one['metric']['__name__']} {one['metric']['instrument']}": list(
            zip(one["values"], one["timestamps"], strict=True)
        )
        for one in found
    }


def test_victoria_metrics_stores_what_the_second_dialect_writes(victoria_metrics):
    now_ms = int(time.time() * 1000) - 60_000
    lines = [f'{HEAD} power={i}.5,mass=2.0,power_q="uncertain.x" {(now_ms + i * 1000) * 10**6}' for i in range(30)]
    with closing(InfluxStore(victoria_metrics.url, "v2", "workshop", org="firm", token="any")) as store:
        for _ in range(2):
            refused = store.write([*lines, "garbage"])
            assert [one.line for one in refused] == ["garbage"]
        found = exported(victoria_metrics.url)
        assert sorted(set(found["sample_power meter-1"])) == [(i + 0.5, now_ms + i * 1000) for i in range(30)]
        assert set(found["sample_mass meter-1"]) == {(2.0, now_ms + i * 1000) for i in range(30)}


def test_reading_from_what_speaks_no_influxql_says_so(victoria_metrics):
    with closing(InfluxStore(victoria_metrics.url, "v2", "workshop", org="firm", token="any")) as store:
        for ask in (
            lambda: store.latest("sa-dec", "e1"),
            lambda: list(store.rows(POWER, *EVER)),
            lambda: store.series(POWER, T, T + 10, 2),
        ):
            with pytest.raises(StoreUnavailableError) as caught:
                ask()
            assert str(caught.value) == (
                f"InfluxDB at {victoria_metrics.url}: its /query does not answer InfluxQL "
                "(it answers another question). Reading needs InfluxDB 1.x or 2."
            )
