"""How long the dashboards' queries take, of a month of one site at 10 million points, and of a year of roll-ups.

::

    python benchmarks/queries.py [--days 30] [--repeats 7] [--above 0]

A real InfluxDB 1.6 is filled with what ``queries_given.py`` makes up. Every query of every panel, variable and
annotation of ``dashboards/grafana/built/vi`` is then asked of a month, and those of roll-ups and told points of a year
too; those of alert rules are asked of the range that each looks back over. Prints the median and the greatest time of
each, ms. The interval is the one that Grafana takes for a panel of 1000 points.
"""

import argparse
import http.client
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import yaml
from queries_given import DAY, MIN, Span, minutes, month, year

from gateway.debian import DebianPackages
from gateway.servers import influxd
from gateway.timeseries.influx import SHARD
from gateway.timeseries.points import TOLD

ROOT = Path(__file__).parent.parent
BUILT = ROOT / "dashboards" / "grafana" / "built" / "vi"
BATCH = 20_000
POINTS = 1000
"""Of a panel: as many as it is wide, in pixels."""
STEPS_S = (60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800)
ALERTS = BUILT.parents[1] / "provisioning" / "alerting" / "nhipdo.yaml"
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Asked(NamedTuple):
    """A query of a dashboard: where it stands, and the least interval that its panel has set, s."""

    where: str
    query: str
    least_s: int


class Server:
    """One connection to an InfluxDB."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def write(self, lines: list[str]) -> None:
        """Store lines.

        Raises:
            RuntimeError: It refused some.
        """
        self._http.request("POST", "/write?db=bench&precision=ns", "\n".join(lines).encode())
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != http.client.NO_CONTENT:
            raise RuntimeError(body[:300])

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The series of an answer.

        Raises:
            RuntimeError: The query is wrong.
        """
        self._http.request("GET", "/query?" + urlencode({"db": "bench", "q": query, "epoch": "ms"}))
        body = self._http.getresponse().read()
        answer = json.loads(body)
        wrong = answer.get("error") or next((one["error"] for one in answer["results"] if "error" in one), "")
        if wrong:
            msg = f"{wrong}: {query}"
            raise RuntimeError(msg)
        return [series for one in answer["results"] for series in one.get("series", [])]

    def make(self) -> None:
        """An empty database."""
        self._http.request("POST", "/query?" + urlencode({"q": f"CREATE DATABASE bench WITH SHARD DURATION {SHARD}"}))
        self._http.getresponse().read()


def main() -> int:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30, help="of samples; 30 are 10.4 million")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--above", type=float, default=0.0, help="print only what takes longer, ms")
    args = parser.parse_args()
    now = time.time_ns() // MIN * MIN
    packages = DebianPackages(ROOT / ".cache" / "servers")
    with tempfile.TemporaryDirectory() as folder, influxd(packages, Path(folder) / "influxdb") as process:
        server = Server(process.port)
        server.make()
        fill(server, month(Span(now - args.days * DAY, now)), f"{args.days} days as they come")
        fill(server, year(Span(now - 365 * DAY, now)), "a year of roll-ups and told points")
        fill(server, minutes(Span(now - 365 * DAY, now - args.days * DAY)), "statuses of the year before, as they come")
        dashboards = [json.loads(path.read_text("utf-8")) for path in sorted(BUILT.glob("*.json"))]
        for name, days, budget_ms in (("month", args.days, 500), ("year", 365, 1000)):
            found = [row for one in dashboards for row in measured(server, one, Span(now - days * DAY, now), args)]
            show(name, [row for row in found if name == "month" or is_of_a_year(row.query)], budget_ms, args.above)
        show("alert rules", list(watched(server, now, args.repeats)), 500, args.above)
    return 0


class Timed(NamedTuple):
    """A query that was asked: median and greatest time, ms, and how many rows it gave."""

    where: str
    query: str
    median_ms: float
    greatest_ms: float
    rows: int


def fill(server: Server, batches: Iterable[list[str]], what: str) -> None:
    """Write, some batches at once."""
    begun, lines, waiting = time.monotonic(), 0, list[str]()
    for batch in batches:
        waiting += batch
        if len(waiting) >= BATCH:
            server.write(waiting)
            lines, waiting = lines + len(waiting), []
    if waiting:
        server.write(waiting)
    lines += len(waiting)
    took_s = time.monotonic() - begun
    print(f"{what}: {lines:,} points in {took_s:.0f} s, {lines / took_s:,.0f} a second", flush=True)


def measured(server: Server, dashboard: dict[str, Any], span: Span, args: argparse.Namespace) -> Iterator[Timed]:
    """Every query of a dashboard over a span."""
    values: dict[str, str] = {}
    for one in variables(dashboard):
        values[one["name"]] = value_of(server, one, values, span)
    for asked in queries(dashboard):
        yield timed(server, asked.where, expanded(asked.query, values, span, asked.least_s), args.repeats)


def watched(server: Server, now: int, repeats: int) -> Iterator[Timed]:
    """Every query of every alert rule, over the range that it looks back over."""
    for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]:
        for rule in group["rules"]:
            for one in rule["data"]:
                back = one["relativeTimeRange"]
                if "query" in one["model"]:
                    span = Span(now - back["from"] * 10**9, now - back["to"] * 10**9)
                    yield timed(server, rule["uid"], expanded(one["model"]["query"], {}, span, 0), repeats)


def timed(server: Server, where: str, query: str, repeats: int) -> Timed:
    """Ask some times."""
    times_ms, rows = [], 0
    for _ in range(repeats):
        begun = time.monotonic()
        rows = sum(len(series.get("values", ())) for series in server.ask(query))
        times_ms.append((time.monotonic() - begun) * 1000)
    return Timed(where, query, statistics.median(times_ms), max(times_ms), rows)


def queries(dashboard: dict[str, Any]) -> Iterator[Asked]:
    """Of its panels, annotations and variables."""
    title = dashboard["title"]
    for panel in panels(dashboard["panels"]):
        for target in panel.get("targets", ()):
            if target.get("query"):
                yield Asked(f"{title} / {panel.get('title', '')}", target["query"], seconds(panel.get("interval")))
    for note in dashboard.get("annotations", {}).get("list", ()):
        query = note.get("target", {}).get("query")
        if query:
            yield Asked(f"{title} / note {note['name']}", query, 0)
    for one in variables(dashboard):
        if one["type"] == "query":
            yield Asked(f"{title} / variable {one['name']}", text_of(one), 0)


def panels(among: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those in rows too."""
    for panel in among:
        yield panel
        yield from panels(panel.get("panels", ()))


def variables(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return list(dashboard.get("templating", {}).get("list", ()))


def text_of(variable: dict[str, Any]) -> str:
    query = variable.get("query", "")
    return str(query.get("query", "") if isinstance(query, dict) else query)


def value_of(server: Server, variable: dict[str, Any], values: dict[str, str], span: Span) -> str:
    """What Grafana puts in: all where all may be chosen, else the first."""
    if variable.get("includeAll"):
        return str(variable.get("allValue") or ".*")
    if variable["type"] != "query":
        current = variable.get("current") or {}
        return str(current.get("value") or text_of(variable).split(",", maxsplit=1)[0])
    pattern = re.compile(variable.get("regex", "").strip("/") or "(.*)")
    column = 1 if "TAG VALUES" in text_of(variable) else 0
    for series in server.ask(expanded(text_of(variable), values, span, 0)):
        for row in series["values"]:
            match = pattern.search(str(row[column]))
            if match:
                return match[1] if match.groups() else match[0]
    return ""


def expanded(query: str, values: dict[str, str], span: Span, least_s: int) -> str:
    """As Grafana sends it."""
    wanted_s = max((span.until - span.since) / 1e9 / POINTS, least_s)
    interval_s = next((step for step in STEPS_S if step >= wanted_s), STEPS_S[-1])
    query = query.replace("$timeFilter", f"time >= {span.since // 10**6}ms and time <= {span.until // 10**6}ms")
    query = query.replace("$__interval_ms", str(interval_s * 1000)).replace("$__interval", f"{interval_s}s")
    return re.sub(r"\$\{(\w+)(?::\w+)?\}", lambda match: values.get(match[1], match[0]), query)


def seconds(text: str | None) -> int:
    """Of an interval as a panel has it, such as ``10m``."""
    match = re.fullmatch(r">?(\d+)([smhd])", text or "")
    return int(match[1]) * UNITS_S[match[2]] if match else 0


def is_of_a_year(query: str) -> bool:
    """Whether it asks only for what is there for a year, and made for it."""
    named = set(re.findall(r'FROM "(\w+)"', query))
    return bool(named) and named <= TOLD.keys()


def show(name: str, found: list[Timed], budget_ms: float, above_ms: float) -> None:
    """A table, the slowest first."""
    late = [row for row in found if row.median_ms > budget_ms]
    empty = [row for row in found if not row.rows]
    print(f"\n{name}: {len(found)} queries, {len(late)} above {budget_ms} ms, {len(empty)} without rows")
    print(f"{'median':>8} {'greatest':>8} {'rows':>7}  ms; where, what")
    for row in sorted(found, key=lambda row: -row.median_ms):
        if row.median_ms >= above_ms:
            print(f"{row.median_ms:8.1f} {row.greatest_ms:8.1f} {row.rows:7}  {row.where}: {row.query[:110]}")
    for row in empty:
        print(f"without rows: {row.where}: {row.query[:300]}")


if __name__ == "__main__":
    sys.exit(main())
