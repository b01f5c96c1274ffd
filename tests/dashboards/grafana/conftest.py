"""The dashboards as they ship, and a real InfluxDB that was filled by the gateway's own writers.

What a demo writes (province, pilot, laboratory) is written by the demo; what edges tell is told as the ingest takes it;
the gateway's jobs make points of both. One moment for all: 2026-11-22, 14:00 in Viet Nam.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import urllib3
import yaml
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.messages import EdgeStatus, InstrumentDescription
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway import registry, servers
from gateway.config import GatewayConfig
from gateway.demo import account, machines, programme, province
from gateway.demo.laboratory import ZONE
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.ingest.latencies import Latencies
from gateway.ingest.records import put_record
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.rolled import mark_hours
from gateway.timeseries.influx import InfluxStore
from gateway.told.telling import Telling

S = 10**9
HOUR, DAY = 3600 * S, 86_400 * S
BUCKET = 600 * S
NOW = 1_795_330_800 * S
TODAY = datetime.fromtimestamp(NOW // S, ZONE).date()
EDGE = EdgeId("sa-dec", "press-shop")
CYCLES = {"press-1": {"cap-38": 2.0, "cap-28": 1.5}, "press-2": {"box": 4.0}}
BUILT = Path(__file__).parents[3] / "dashboards" / "grafana" / "built"
GRAFANA = BUILT.parent
LANGUAGES = ("vi", "en")
NAMES = ("site", "work_unit", "energy", "laboratory", "pilot", "province", "edges")
PREFERRED = {
    "site": "sa-dec",
    "place": "sa-dec",
    "work_unit": "press-1",
    "device": "CAN-01",
    "nominal": "100",
    "figure": "oee",
    "side": "pilot",
    "plan": "dong-thap-2026-2030",
    "channel": "active_power",
}


class Row(NamedTuple):
    """A row of an answer."""

    tags: Mapping[str, str]
    at: int
    cells: Mapping[str, Any]


@dataclass
class Filled:
    """A database and what was told to it.

    Attributes:
        url: Of the server.
        database: Its name.
        elements: All records, in order.
    """

    url: str
    database: str
    elements: list[Elements] = field(default_factory=list)
    http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def series(self, query: str) -> list[dict[str, Any]]:
        """The answer to one question; fails with InfluxDB's own word."""
        fields = {"db": self.database, "q": query, "epoch": "ms"}
        answer = json.loads(self.http.request("GET", f"{self.url}/query", fields=fields).data)
        [result] = answer.get("results", [answer])
        assert "error" not in result, f"{result}\n{query}"
        return result.get("series", [])

    def ask(self, query: str) -> list[Row]:
        """The rows of one question."""
        return [
            Row(one.get("tags", {}), cells[0], dict(zip(one["columns"], cells, strict=True)))
            for one in self.series(query)
            for cells in one["values"]
        ]


class Moment(NamedTuple):
    """What Grafana knows when it asks: the range and the interval, ms, and what the reader chose."""

    since: int
    until: int
    interval: int
    chosen: Mapping[str, str]


def expanded(query: str, at: Moment) -> str:
    """As Grafana sends it: variables by its page, macros by its server.

    Source: Grafana 11, pkg/tsdb/influxdb/models/query.go and the formats ``regex`` and ``raw`` of its page.
    """
    for name, value in at.chosen.items():
        is_all = value == ".*"
        escaped = value if is_all else re.sub(r"[\\^$*+?.()|[\]{}/]", r"\\\g<0>", value)
        query = query.replace(f"${{{name}:regex}}", escaped).replace(f"${{{name}:raw}}", value)
    query = query.replace("$timeFilter", f"time >= {at.since}ms and time <= {at.until}ms")
    query = query.replace("$__interval", _duration(at.interval))
    assert "$" not in query.replace("$/", ""), f"not expanded: {query}"
    return query


def _duration(ms: int) -> str:
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if ms % size == 0:
            return f"{ms // size}{unit}"
    return f"{ms}ms"


def milliseconds(duration: str) -> int:
    """Of ``10m``, ``1h``, ``3y``."""
    size = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 365 * 86_400}[duration[-1]]
    return int(duration[:-1]) * size * 1000


def since(said: str) -> int:
    """The begin of a range such as ``now-6d/d``, ms; days are the reader's, who is in Viet Nam."""
    back, _, rounded = said.removeprefix("now-").partition("/")
    at = datetime.fromtimestamp(NOW / S, ZONE) - timedelta(milliseconds=milliseconds(back))
    return int((datetime.combine(at.date(), clock_time(), ZONE) if rounded else at).timestamp() * 1000)


@pytest.fixture(scope="session")
def boards() -> dict[tuple[str, str], dict[str, Any]]:
    """Language and name -> dashboard as it ships."""
    return {
        (code, name): json.loads((BUILT / code / f"{name}.json").read_text("utf-8"))
        for code in LANGUAGES
        for name in NAMES
    }


@pytest.fixture(scope="session")
def moment(filled: Filled) -> Callable[..., Moment]:
    """What Grafana would know of a dashboard just opened; every variable's question is asked."""

    def know(board: dict[str, Any], every: str = "1m", **chosen: str) -> Moment:
        begin, until = since(board["time"]["from"]), NOW // 10**6
        interval = max(milliseconds(every), (until - begin) // 1000 // 60_000 * 60_000, 1000)
        known = Moment(begin, until, interval, {})
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                values = values_of(filled, variable, known)
                preferred = PREFERRED.get(variable["name"])
                usual = ".*" if variable["multi"] else preferred if preferred in values else values[0]
                value = chosen.get(variable["name"], usual)
                assert value in {*values, ".*"}, f"{board['title']}: {variable['name']}: {value} is not among {values}"
                known = known._replace(chosen={**known.chosen, variable["name"]: value})
        return known

    return know


def values_of(filled: Filled, variable: dict[str, Any], at: Moment) -> list[str]:
    """What a variable offers; there must be something."""
    rows = filled.ask(expanded(variable["query"], at))
    found = [str(row.cells.get("value", row.cells.get("fieldKey"))) for row in rows]
    if variable["regex"]:
        pattern = re.compile(variable["regex"].strip("/"))
        found = [match[1] for match in map(pattern.fullmatch, found) if match]
    assert found, f"{variable['name']}: nothing to choose from"
    return found


@pytest.fixture(scope="session")
def filled(one_influxdb: servers.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """All measurements of the schema, by those who write them in the field."""
    folder = tmp_path_factory.mktemp("dashboards")
    engine = registry.connect(f"sqlite:///{folder / 'registry.sqlite'}")
    registry.upgrade(engine)
    store = InfluxStore(one_influxdb.url, database="dashboards")
    its = Filled(one_influxdb.url, "dashboards", [*_elements()])
    _province(engine)
    _laboratory(Book(engine, lambda: NOW))
    _shop_floor(engine, store, its.elements)
    _windows(engine, store)
    latencies = Latencies()
    telling = Telling(engine, store, GatewayConfig(state_dir=folder), latencies.take)
    _edges(engine)
    telling.edges(NOW - 2 * HOUR)
    latencies.stored([(EDGE, [f"sample,site=sa-dec,edge=press-shop,instrument=m power=1 {NOW - 3 * S}"])], NOW)
    telling.shop_floor(NOW)
    # paint-shop has just spoken, and then is silent since.
    telling.edges(NOW - 2 * HOUR + 60 * S)
    telling.edges(NOW)
    telling.registry(NOW)
    yield its
    its.http.clear()
    store.close()
    engine.dispose()


def _province(engine: Engine) -> None:
    """The demo's province with one of its pilots."""
    then = int(datetime.combine(province.first_day(TODAY), clock_time(), ZONE).timestamp()) * S
    before, book = Book(engine, lambda: then), Book(engine, lambda: NOW)
    made = province.set_up(before, account._register(before), TODAY)
    pilot = province.PILOTS[0]
    of = province.windows(TODAY, is_over=True)
    told = machines.Told(of.baseline_since - timedelta(days=6), TODAY - timedelta(days=1), of.begins)
    for number, machine in enumerate((*pilot.machines, *pilot.control)):
        machines.tell(engine, machine, told._replace(begins=of.begins if number == 0 else TODAY), 2026 + number)
    machines.sum_up(engine)
    days = programme._Days(TODAY - timedelta(days=300), TODAY)
    with book.writing(SYSTEM) as writing:
        programme._tasks(writing, made, days)


def _laboratory(book: Book) -> None:
    """A balance that drifts, with a check standard; one that is overdue, one that soon is."""
    firm = book.find(SYSTEM, "organisation", code="DEMO").id
    its = {"organisation": firm, "status": "in_use", "unit": "g", "resolution": 0.0001, "interval_months": 12}
    its |= {"range_low": 0, "range_high": 220, "needs_certificate": True}
    rows = {
        code: book.make(SYSTEM, "instrument", its | {"code": code, "name": f"Cân {code}", "mpe_formula": formula}).id
        for code, formula in (("CAN-01", "0.001 + 1e-6 * abs(x)"), ("CAN-02", ""), ("CAN-03", ""))
    }
    days = [("CAN-01", f"{year}-06-01") for year in (2023, 2024, 2025, 2026)]
    for number, (code, day) in enumerate([*days, ("CAN-02", "2025-06-01"), ("CAN-03", "2025-12-01")], 1):
        paper = {"instrument": rows[code], "number": f"HC-{code}-{day}", "kind": "calibration", "issued": day}
        made = book.make(SYSTEM, "certificate", paper | {"calibrated": day, "issued_by": "Trung tâm"}).id
        point = {"certificate": made, "run": "as_found", "channel": "mass", "number": 1, "unit": "g", "nominal": 100.0}
        point |= {"reference": 100.0, "indication": 100.0 + number * 1e-4, "expanded": 0.0004, "coverage_factor": 2.0}
        book.make(SYSTEM, "calibration_point", point)
    for k, error in enumerate((10.0, 10.2, 9.9, 10.1, 10.0, 9.8, 10.1, 10.0, 9.9, 10.2, 10.1, 12.0)):
        check = {"instrument": rows["CAN-01"], "channel": "mass", "date": f"2026-0{1 + k // 3}-{1 + k % 3:02}"}
        check |= {"number": 1, "unit": "g", "indication": 100.0 + error, "reference": 100.0}
        book.make(SYSTEM, "check_measurement", check)


def _elements() -> Iterator[Elements]:
    """Two days and a morning: two machines, shifts and products, with rates that differ between all of these."""
    for back in (2, 1, 0):
        midnight = int(datetime.combine(TODAY - timedelta(days=back), clock_time(), ZONE).timestamp()) * S
        for since_ns in range(midnight + 5 * HOUR, min(midnight + 22 * HOUR, NOW), BUCKET):
            hour = (since_ns - midnight) / HOUR
            for unit in CYCLES:
                yield _bucket(unit, since_ns, hour, back)


def _bucket(unit: str, since_ns: int, hour: float, back: int) -> Elements:
    day = (TODAY - timedelta(days=back)).isoformat()
    number = since_ns // BUCKET
    whole = {"key": f"{unit}.{since_ns}", "revision": 1, "at": since_ns, "work_unit": unit, "since": since_ns}
    if hour < 6:
        part = Part(ns={"NOT_SCHEDULED": BUCKET}, energy_wh={"NOT_SCHEDULED": 40.0} if unit == "press-1" else {})
        return Elements(**whole, until=since_ns + BUCKET, parts=(part,))
    shift = "A" if hour < 14 else "B"
    products = list(CYCLES[unit])
    product = products[int(hour // 3) % len(products)]
    lost = (60 + 37 * (number % 5) + 45 * back * (shift == "B")) * S
    ns = {"FAULT": lost if number % 3 == 0 else 0, "SETUP": lost if number % 3 == 1 else 0, "MINOR_STOP": 20 * S}
    ns |= {"STOP": lost if number % 3 == 2 else 0, "UNKNOWN": 90 * S if number % 11 == 0 else 0}
    ns |= {"PLANNED_STOP": 120 * S if number % 7 == 0 else 0}
    ns["RUN"] = BUCKET - sum(ns.values())
    total = int(ns["RUN"] / S / CYCLES[unit][product] * (0.95 - 0.05 * back))
    energy = {"RUN": 300.0 + number % 13, "FAULT": 25.0, "STOP": 20.0} if unit == "press-1" else {}
    part = Part(
        shift=f"{shift}@{day}",
        product=product,
        ideal_cycle_s=CYCLES[unit][product],
        ns={name: value for name, value in ns.items() if value},
        total=total,
        reject=total // (20 + number % 9),
        failures=int(number % 3 == 0),
        failing_ns=ns["FAULT"],
        energy_wh=energy,
    )
    return Elements(**whole, until=since_ns + BUCKET, parts=(part,))


def _stops() -> Iterator[Stop]:
    kinds = (("FAULT", "jam", {"vi": "Kẹt khuôn", "en": "Die jammed"}), ("SETUP", "setup", {"vi": "Đổi khuôn"}))
    for number in range(8):
        kind, reason, title = kinds[number % 2]
        begin = NOW - (number * 7 + 3) * HOUR
        unit = list(CYCLES)[number // 2 % 2]
        said = {"kind": kind, "reason": reason, "title": title, "who": "Lan", "shift": "A", "product": "cap-38"}
        until = begin + (300 + 60 * number) * S
        whole = {"key": f"{unit}.{begin}", "revision": 1, "at": begin, "work_unit": unit, "since": begin}
        yield Stop(**whole, until=until, planned_ns=until - begin, **said)


def _shop_floor(engine: Engine, store: InfluxStore, elements: list[Elements]) -> None:
    lines = []
    with registry.transaction(engine) as session:
        for unit, products in CYCLES.items():
            described = {name: ProductDescription(ideal_cycle_s=cycle_s) for name, cycle_s in products.items()}
            said = WorkUnitDescription(
                key=unit, revision=1, at=1, micro_stop_s=120, max_gap_s=60, bucket_s=600, timezone=ZONE.key,
                products=described, target_oee=0.7 if unit == "press-1" else None,
            )  # fmt: skip
            shop_floor.take_work_unit(session, EDGE, said, msgspec.json.encode(said).decode())
        for one in elements:
            shop_floor.take_elements(session, EDGE, one)
        session.flush()
        lines += [x for one in elements for x in shop_floor.element_lines(session, EDGE, one.work_unit, one.since)]
        for stop in _stops():
            shop_floor.take_stop(session, EDGE, stop)
            session.flush()
            lines.append(shop_floor.stop_line(session, EDGE, stop.work_unit, stop.since))
    assert store.write(lines) == []


def _windows(engine: Engine, store: InfluxStore) -> None:
    begin = NOW - NOW % HOUR - 6 * HOUR
    lines = [
        f"window,site=sa-dec,edge=press-shop,instrument=meter-1 expected=60.0,active_power_mean={1500.0 + k},"
        f"active_power_min={1400.0 - k},active_power_max={1600.0 + k},active_power_n={60.0 - k % 3} "
        f"{begin + k * 60 * S}"
        for k in range(300)
    ]
    assert store.write(lines) == []
    hours = {int(line.rpartition(" ")[2]) // HOUR * HOUR for line in lines}
    with registry.ingesting(engine) as session:
        mark_hours(session, {(*EDGE, hour): 1 for hour in hours})


def _edges(engine: Engine) -> None:
    status = EdgeStatus(
        state="online", journal="a" * 32, period_s=10.0, at=NOW - 2 * S, instruments={"meter-1": "good"},
        bus_load={"line-1": 0.25}, disk_free=25, disk_size=100, outbox_used=0.5, autonomy_s=3600.0,
        certificates={"broker": NOW + 40 * DAY},
    )  # fmt: skip
    said = InstrumentDescription(
        key="meter-1", revision=1, bus="line-1", model="em-3", model_sha256="a", period_s=1.0, channels={}
    )
    with Session(engine) as session, session.begin():
        row = registry.EdgeRow(site=EDGE.site, edge=EDGE.edge, first_seen=NOW - DAY)
        row.status, row.status_at = msgspec.json.encode(status).decode(), NOW - S
        session.add(row)
        silent = registry.EdgeRow(site=EDGE.site, edge="paint-shop", first_seen=NOW - DAY)
        silent.status, silent.status_at = row.status, NOW - 2 * HOUR
        session.add(silent)
        put_record(session, EDGE, "instrument", said, msgspec.json.encode(said).decode())


@pytest.fixture(scope="session")
def database(one_influxdb: servers.Server) -> Callable[[str], Filled]:
    """A database of the server by its name; nothing is written to it."""
    return lambda name: Filled(one_influxdb.url, name)


@pytest.fixture(scope="session")
def expand() -> Callable[[str, Moment], str]:
    """See :func:`expanded`."""
    return expanded


@pytest.fixture(scope="session")
def grafana_folder() -> Path:
    """Where dashboards are written and built."""
    return GRAFANA


@pytest.fixture(scope="session")
def rules() -> dict[str, dict[str, Any]]:
    """Uid -> alert rule as it ships."""
    said = yaml.safe_load((GRAFANA / "provisioning" / "alerting" / "nhipdo.yaml").read_text("utf-8"))
    return {rule["uid"]: rule for group in said["groups"] for rule in group["rules"]}
