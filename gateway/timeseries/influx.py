"""Time series in InfluxDB: written in the 1.x dialect or in that of version 2, read by InfluxQL in both.

Decision: the 1.x dialect is spoken with urllib3, version 2's with influxdb-client, in one request a call.
Because: influxdb-client has the path ``/api/v2/write`` in its code, which 1.6 has not; its batching writes from
a queue in memory and drops what fails five times. Its import costs 30 MB, so it is imported only when asked for.
Decision: bodies are compressed at level 1, by us.
Because: the client's level 9 takes ten times as long for little less.
"""

import base64
import gzip
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import urllib3

from gateway.timeseries import Bucket, ChannelId, Latest, Refused, Row, StoreUnavailableError, influxql
from gateway.timeseries.halving import write_halving
from gateway.timeseries.influx_http import Found, InfluxHttp, judge, unreachable
from gateway.timeseries.points import TAGS_OF, Point
from gateway.timeseries.reading import read_lines

log = logging.getLogger(__name__)
Dialect = Literal["v1", "v2"]
SHARD = "4w"
"""How much time lies in one shard: a year's view opens each series in each shard, which with the usual seven days are
53. Retention deletes by measurement, whatever the shards."""
_LEVEL = 1
_AT_ONCE = 10_000


class _Writer(Protocol):
    def send(self, body: bytes) -> None: ...
    def forget_before(self, measurement: str, at: int) -> None: ...
    def forget_point(self, measurement: str, tags: Mapping[str, str], at: int) -> None: ...
    def close(self) -> None: ...


class InfluxStore:
    """See :class:`gateway.timeseries.TimeSeries`. Opens nothing until something is asked of it.

    Args:
        url: ``http://host:8086``.
        dialect: ``v1`` for InfluxDB 1.x; ``v2`` for 2, 3 and what else takes ``/api/v2/write``.
        database: Of the 1.x dialect, made when absent; for version 2 the bucket.
        org: Of version 2.
        token: Of version 2.
        username: Of the 1.x dialect; empty when it asks for none.
        password: Of ``username``.
        timeout_s: For each request.
        ca_file: Certificates to trust instead of the system's.
    """

    def __init__(
        self,
        url: str,
        dialect: Dialect = "v1",
        database: str = "nhipdo",
        *,
        org: str = "",
        token: str = "",
        username: str = "",
        password: str = "",
        timeout_s: float = 10.0,
        ca_file: str = "",
    ) -> None:
        # Not urllib3's, which takes Latin letters only.
        basic = base64.b64encode(f"{username}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"} if username else {}
        if dialect == "v2" and token:
            headers = {"Authorization": f"Token {token}"}
        self._http = InfluxHttp(url, headers, timeout_s, ca_file)
        self._database = database
        self._ever = influxql.EverThere()
        self._writer: _Writer = _VersionOne(self._http, database)
        if dialect == "v2":
            self._writer = _VersionTwo(self._http.url, database, org, token, timeout_s, ca_file)

    def write(self, lines: Sequence[str]) -> list[Refused]:
        """Store lines; InfluxDB has them in its own log on disk when this returns."""
        read, refused = read_lines(lines)

        def send(some: Sequence[str]) -> None:
            self._writer.send(gzip.compress("\n".join(some).encode(), _LEVEL, mtime=0))

        return refused + write_halving([line for line, _ in read], send)

    def latest(self, site: str, edge: str) -> list[Latest]:
        return influxql.latest(self._ask, self._ever, site, edge)

    def series(self, of: ChannelId, start: int, end: int, buckets: int) -> list[Bucket]:
        return influxql.series(self._ask, of, start, end, buckets)

    def rows(self, of: ChannelId, start: int, end: int) -> Iterator[Row]:
        return influxql.rows(self._ask, of, start, end, _AT_ONCE)

    def points(self, measurement: str, site: str, edge: str, start: int, end: int) -> Iterator[Point]:
        return iter(self.told(measurement, {"site": site, "edge": edge}, start, end))

    def told(self, measurement: str, of: Mapping[str, str], start: int, end: int) -> list[Point]:
        return influxql.points(self._ask, measurement, of, start, end)

    def hours(self, measurement: str, of: Mapping[str, str], field: str, start: int, end: int) -> list[int]:
        return influxql.hours(self._ask, measurement, of, field, start, end)

    def forget_points(self, points: Sequence[Point]) -> bool:
        """One request a point: rows that are put right are few."""
        try:
            for one in points:
                tags = dict(zip(TAGS_OF[one.measurement], one.tags, strict=True))
                self._writer.forget_point(one.measurement, tags, one.at)
        except StoreUnavailableError as error:
            # Whether it is down is found out by the writing that follows.
            log.info("points that are no longer so stay: %s", error)
            return False
        return True

    def fields(self, measurement: str, site: str, edge: str) -> dict[str, frozenset[str]]:
        return influxql.fields(self._ask, measurement, site, edge)

    def forget_before(self, measurement: str, at: int) -> int:
        """Retention; InfluxDB does not say how many points went, so -1."""
        self._writer.forget_before(measurement, at)
        return -1

    def sum_up(self) -> int:
        """Nothing: InfluxDB reduces a month of one channel by itself."""
        return 0

    def why_full(self) -> str:
        """Empty: its disk is not ours to see; when it is full its server answers 5xx."""
        return ""

    def close(self) -> None:
        self._writer.close()
        self._http.close()

    def _ask(self, query: str) -> list[Found]:
        return self._http.ask(query, self._database)


class _VersionOne:
    """``/write`` of 1.x. Its ``precision=us`` would be taken for ns; we always write ns."""

    def __init__(self, http: InfluxHttp, database: str) -> None:
        self._http = http
        self._database = database

    def send(self, body: bytes) -> None:
        status, answer = self._post(body)
        if status == 404:  # noqa: PLR2004  its database is gone, or was never there
            self._http.ask(f"CREATE DATABASE {influxql.name(self._database)} WITH SHARD DURATION {SHARD}")
            status, answer = self._post(body)
        judge(self._http.url, status, answer)

    def forget_before(self, measurement: str, at: int) -> None:
        self._http.ask(influxql.delete(measurement, at), self._database)

    def forget_point(self, measurement: str, tags: Mapping[str, str], at: int) -> None:
        self._http.ask(influxql.forget(measurement, tags, at), self._database)

    def close(self) -> None:
        pass

    def _post(self, body: bytes) -> tuple[int, bytes]:
        fields = {"db": self._database, "precision": "ns"}
        return self._http.post("/write", fields, body, {"Content-Encoding": "gzip"})


class _VersionTwo:
    """``/api/v2/write`` by influxdb-client: its service for one request, which neither queues nor retries."""

    def __init__(self, url: str, bucket: str, org: str, token: str, timeout_s: float, ca_file: str) -> None:
        import influxdb_client  # noqa: PLC0415  30 MB

        library: Any = influxdb_client
        self._url, self._bucket, self._org = url, bucket, org
        self._refusal: type[Any] = library.rest.ApiException
        timeout_ms = int(timeout_s * 1000)
        self._client = library.InfluxDBClient(
            url, token or None, org=org, timeout=timeout_ms, ssl_ca_cert=ca_file or None
        )
        self._service = library.WriteService(self._client.api_client)

    def send(self, body: bytes) -> None:
        with self._judged():
            self._service.post_write(self._org, self._bucket, body, precision="ns", content_encoding="gzip")

    def forget_before(self, measurement: str, at: int) -> None:
        self._delete("1970-01-01T00:00:00Z", _rfc3339(at - 1), f'_measurement="{measurement}"')

    def forget_point(self, measurement: str, tags: Mapping[str, str], at: int) -> None:
        wanted = [f"{influxql.name(tag)}={influxql.name(value)}" for tag, value in tags.items()]
        self._delete(_rfc3339(at), _rfc3339(at), " AND ".join([f'_measurement="{measurement}"', *wanted]))

    def _delete(self, since: str, until: str, predicate: str) -> None:
        """The end of a deletion is deleted too."""
        with self._judged():
            self._client.delete_api().delete(since, until, predicate, self._bucket, self._org)

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """Turn the library's exceptions into ours."""
        try:
            yield
        except self._refusal as error:
            if not error.status:
                raise unreachable(self._url, error) from error
            judge(self._url, error.status, str(error.body or "").encode())
        except urllib3.exceptions.HTTPError as error:
            raise unreachable(self._url, error) from error


def _rfc3339(at: int) -> str:
    seconds, ns = divmod(at, 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns:09}Z"
