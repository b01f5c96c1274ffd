"""docs/measurements.md names what there is: every field, every tag, every table, every call."""

import re
import time
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from edge_agent.wire import schema
from edge_agent.wire.shop_floor import Elements, Part
from gateway.api import elements, entries, oee, stops, work_units
from gateway.ingest.journals import EdgeId
from gateway.ingest.shop_floor import element_lines
from gateway.registry import ElementRow, NominalBucketRow, StopRow, WorkUnitRow
from gateway.shop_floor import oee_over
from gateway.timeseries.influx import InfluxStore

S = 10**9
MIN = 60 * S
HOUR = 60 * MIN
PAGE = (Path(__file__).parents[3] / "docs" / "measurements.md").read_text("utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
ALL_BUT_THE_ENDS = {field for bucket, field in schema.ENERGY.items() if bucket not in ("NOT_SCHEDULED", "SETUP")}


@pytest.mark.parametrize(
    "name",
    [
        schema.ELEMENT,
        schema.STOP,
        *schema.ELEMENT_TAGS,
        *schema.SECONDS.values(),
        *sorted(set(schema.ENERGY.values()) - ALL_BUT_THE_ENDS),
        *schema.ELEMENT_FIELDS,
        *schema.STOP_NUMBERS,
        *schema.STOP_TEXTS,
        schema.NOTHING,
        *(row.__tablename__ for row in (WorkUnitRow, NominalBucketRow, ElementRow, StopRow)),
    ],
)
def test_the_page_names(name) -> None:
    assert name in CODE


def test_the_page_names_every_call() -> None:
    routers = (work_units, elements, stops, oee, entries)
    paths = {f"GET /api/v1{route.path}" for module in routers for route in module.router.routes}
    files = {path for path in paths if path.endswith(".csv")}
    assert paths - files <= CODE
    assert {path.rpartition("/")[2] for path in files} <= CODE


def test_the_query_on_the_page_names_fields_that_there_are() -> None:
    query = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)[1]
    fields = set(re.findall(r'sum\("([a-z_]+)"\)', query))
    assert fields <= {*schema.SECONDS.values(), *schema.ELEMENT_FIELDS}
    assert len(fields) == 7


def test_the_query_on_the_page_gives_the_oee_that_the_api_gives(influxdb, told, engine, shop_floor, unit) -> None:
    query = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)[1]
    hour = time.time_ns() // HOUR * HOUR - HOUR
    parts = [
        Part(shift="A@2026-11-22", product="cap", ideal_cycle_s=2.0, ns=ns, total=total, reject=reject)
        for ns, total, reject in [
            ({"RUN": 500 * S, "FAULT": 40 * S, "UNKNOWN": 60 * S}, 230, 7),
            ({"RUN": 200 * S, "STOP": 50 * S, "SETUP": 50 * S, "PLANNED_STOP": 300 * S}, 70, 0),
        ]
    ]
    said = [
        Elements(
            key=f"press-1.{since}", revision=1, work_unit="press-1", since=since, until=since + 10 * MIN, parts=(part,)
        )
        for since, part in zip((hour, hour + 10 * MIN), parts, strict=True)
    ]
    told(*said)
    edge = EdgeId("sa-dec", "press-shop")
    with Session(engine) as session:
        lines = [line for one in said for line in element_lines(session, edge, "press-1", one.since)]
    store = InfluxStore(influxdb.url, database="nhipdo")
    try:
        assert store.write(lines) == []
        [found] = store._ask(" ".join(query.split()))
    finally:
        store.close()
    answers = {row[0]: row[1] for row in found.rows if row[1] is not None}
    over = oee_over(shop_floor.buckets(unit, hour, hour + HOUR), HOUR)
    assert answers == {hour: pytest.approx(over.figures.oee)}
