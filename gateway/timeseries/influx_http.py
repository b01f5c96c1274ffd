"""HTTP to an InfluxDB: one request at a time, and what its answers mean."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
import urllib3

from edge_agent.wire.schema import RECOMPUTED, SAMPLE, WINDOW
from gateway.timeseries import StoreUnavailableError
from gateway.timeseries.halving import RefusedBatchError
from gateway.timeseries.points import TAGS_OF

_NEVER = (400, 413, 422)
_PASSWORD = (401, 403)
_TOO_LARGE = 413
_NOT_FOUND = 404
_OK = range(200, 300)
_WORD = 300
_OURS = frozenset((SAMPLE, RECOMPUTED, WINDOW, *TAGS_OF))


Cell = float | str | int | bool | None


class Found(NamedTuple):
    """One series of an answer.

    Attributes:
        statement: Which of the statements asked it answers, from 0.
        tags: Of ``GROUP BY``.
        columns: Names; the first is ``time``.
        rows: Values in the columns' order.
    """

    statement: int
    tags: dict[str, str]
    columns: list[str]
    rows: list[list[Cell]]


class _Series(msgspec.Struct):
    name: str
    columns: list[str]
    values: list[list[Cell]] = []
    tags: dict[str, str] = {}


class _Result(msgspec.Struct):
    statement_id: int = 0
    series: list[_Series] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Result]


class InfluxHttp:
    """A few kept connections to one server.

    Args:
        url: ``http://host:8086``.
        headers: Of every request: who we are.
        timeout_s: For connecting, and then for each wait for an answer.
        ca_file: Certificates to trust instead of the system's.
    """

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float, ca_file: str = "") -> None:
        self.url = url.rstrip("/")
        self._headers = dict(headers)
        # No retries here: the ingest calls again with the same lines, and says meanwhile that it cannot store.
        self._pool = urllib3.PoolManager(
            maxsize=8,
            retries=False,
            timeout=urllib3.Timeout(connect=timeout_s, read=timeout_s),
            ca_certs=ca_file or None,
        )

    def post(self, path: str, fields: Mapping[str, str], body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """One POST: status and body of the answer.

        Raises:
            StoreUnavailableError: No answer.
        """
        try:
            answer = self._pool.request(
                "POST", f"{self.url}{path}?{urlencode(fields)}", body=body, headers={**self._headers, **headers}
            )
        except urllib3.exceptions.HTTPError as error:
            raise unreachable(self.url, error) from error
        return answer.status, answer.data

    def ask(self, query: str, database: str = "") -> list[Found]:
        """InfluxQL; times come as UTC ns. A database that is not there yet holds nothing.

        Ask for one thing first: of several statements a failure says "not executed" and not why.

        Raises:
            StoreUnavailableError: No answer, or one that is none to InfluxQL.
        """
        form = urlencode({"q": query, "db": database, "epoch": "ns"} if database else {"q": query, "epoch": "ns"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = self.post("/query", {}, form.encode(), kind)
        try:
            judge(self.url, status, body)
            answer = msgspec.json.decode(body, type=_Answer)
        except (RefusedBatchError, msgspec.MsgspecError) as error:
            raise self._no_influxql(str(error)) from error
        wrong = next((result.error for result in answer.results if result.error), "")
        if wrong.startswith("database not found"):
            return []
        if wrong:
            msg = f"InfluxDB at {self.url}: could not answer ({wrong}). Look at its log."
            raise StoreUnavailableError(msg)
        if any(one.name not in _OURS for result in answer.results for one in result.series):
            why = "it answers another question"  # VictoriaMetrics lists databases, whatever it is asked
            raise self._no_influxql(why)
        return [
            Found(result.statement_id, one.tags, one.columns, one.values)
            for result in answer.results
            for one in result.series
        ]

    def close(self) -> None:
        """Close its connections."""
        self._pool.clear()

    def _no_influxql(self, why: str) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"InfluxDB at {self.url}: its /query does not answer InfluxQL ({why}). Reading needs InfluxDB 1.x or 2."
        )


def judge(url: str, status: int, body: bytes) -> None:
    """What the status of a write means: nothing when it is stored.

    A 400 or 422 is taken as the store's word about our lines only when it comes in the store's form (JSON):
    a proxy, or a server that expected TLS, says 400 to everything, and that is no reason to give lines up.

    Raises:
        RefusedBatchError: It will never take all of these lines.
        StoreUnavailableError: It takes nothing now.
    """
    if status in _OK:
        return
    word, from_store = _word(body)
    if status == _TOO_LARGE or (status in _NEVER and from_store):
        msg = f"{status}: {word}"
        raise RefusedBatchError(msg)
    said = f"{status}: {word}" if word else f"{status}"
    if status in _PASSWORD:
        msg = f"InfluxDB at {url}: does not let us in ({said}). Check username and password, or the token."
    elif status == _NOT_FOUND or status in _NEVER:
        msg = f"InfluxDB at {url}: does not know what we ask for ({said}). Check url, dialect, org and bucket."
    else:
        msg = f"InfluxDB at {url}: cannot store now ({said}). Look at its disk and its log."
    raise StoreUnavailableError(msg)


def unreachable(url: str, error: Exception) -> StoreUnavailableError:
    """No answer, in one line."""
    text = str(error).replace("\n", " ")
    return StoreUnavailableError(
        f"InfluxDB at {url}: no answer ({text}). Check that it runs and that the url is right."
    )


def _word(body: bytes) -> tuple[str, bool]:
    """The reason in an answer, in one line, and whether it has the form in which InfluxDB gives reasons."""
    try:
        said = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.MsgspecError:
        said = {}
    reason = said.get("error") or said.get("message")
    text = str(reason) if reason else body.decode("utf-8", "replace")
    return " ".join(text.split())[:_WORD], bool(reason)
