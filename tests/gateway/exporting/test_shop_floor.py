"""Elements, stops and daily sums as files: held to the points of the series, to the pages' sums and to other ways."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Engine

from edge_agent.kpi.elements import figures
from edge_agent.wire.schema import ELEMENT, ELEMENT_FIELDS, ENERGY, SECONDS, STOP, STOP_NUMBERS, STOP_TEXTS
from edge_agent.wire.shop_floor import Stop
from gateway.exporting import shop_floor
from gateway.exporting.choosing import Span, Wanted
from gateway.exporting.shop_floor_columns import PRODUCTION
from gateway.ingest.journals import EdgeId
from gateway.ingest.shop_floor import take_elements
from gateway.production.periods import Kind, Period
from gateway.production.reading import Selection, by_machine, machines_of
from gateway.production.summing import sum_up_changed
from gateway.registry import connect, ingesting
from gateway.shop_floor import UnitId

S = 10**9
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN = 1_764_003_600 * S
DAY, BUCKET, STEP = 86_400 * S, 600 * S, 2400 * S
"""Every fourth bucket is told of."""
IN_A_FILE = pytest.mark.parametrize("store", ["embedded"], indirect=True)
EVER = ("--since", "2025-11-24", "--until", "2025-12-01")
NUMBERS = (*SECONDS.values(), *ENERGY.values(), *ELEMENT_FIELDS)


@pytest.fixture
def told(shop, bucket):
    """Three days of two machines: every bucket another, one of them put right, one without energy, one shift twice."""
    buckets = []
    for name in ("press-1", "máy ép, số 2"):
        shop.machine(name)
        for i in range(40):
            made = {"RUN": (300 + i) * S, "FAULT": (300 - i) * S}
            day = f"2025-11-{25 + i // 36}"
            its = {"shift": f"A@{day}", "ns": made, "total": 100 + i, "reject": i % 7}
            buckets.append(bucket(BEGIN + i * STEP, name, **its))
    buckets.append(bucket(BEGIN + 5 * STEP, revision=2, total=1, reject=0, energy_wh={}))
    nothing = {"shift": "", "product": "", "ideal_cycle_s": None, "total": 0, "reject": 0}
    buckets.append(bucket(BEGIN + 6 * STEP, revision=2, **nothing))
    shop.tell(*buckets)
    return shop


def test_elements_are_the_points_of_the_series_of_either_store(told):
    """The second way: what analysts read from InfluxDB was written by other code, point by point."""
    table = pd.read_parquet(told.export("elements", *EVER))
    assert len(table) == 80
    points = {
        (point.tags, point.at): point.numbers
        for point in told.stores.timeseries.points(ELEMENT, "sa-dec", "press-shop", 0, 2**62)
        if any(number for field, number in point.numbers.items() if field in SECONDS.values())
    }
    assert len(points) == 80
    for row in table.to_dict("records"):
        tags = tuple(row[name] for name in ("site", "edge", "work_unit", "product", "shift"))
        # A bucket that had energy once has zeros there in InfluxDB for ever; a file tells that there is none.
        file = {name: 0.0 if pd.isna(row[name]) else float(row[name]) for name in NUMBERS}
        assert file == pytest.approx(points[tags, row["time"].value], rel=1e-15)
    assert table["shift_day"].value_counts().to_dict() == {date(2025, 11, 25): 71, date(2025, 11, 26): 8}


@IN_A_FILE
def test_a_part_without_energy_has_none_and_is_not_zero(told):
    table = pd.read_parquet(told.export("elements", *EVER, "--work-unit", "press-1")).set_index("time")
    fifth = table.loc[pd.Timestamp(BEGIN + 5 * STEP, tz="UTC")]
    assert fifth[list(ENERGY.values())].isna().all()
    assert table.iloc[0]["run_wh"] == 500.0
    assert table.iloc[0]["setup_wh"] == 0.0
    assert table["work_unit"].unique().tolist() == ["press-1"]


@IN_A_FILE
def test_two_ranges_that_meet_hold_every_element_once(told):
    whole = pd.read_parquet(told.export("elements", *EVER))
    for border in ("2025-11-25T10:00", "2025-11-25T17:00:00Z", "2025-11-26T01:05", "2025-11-26"):
        halves = [
            pd.read_parquet(told.export("elements", "--since", "2025-11-24", "--until", border)),
            pd.read_parquet(told.export("elements", "--since", border, "--until", "2025-12-01")),
        ]
        assert sum(map(len, halves)) == len(whole)
        keys = ["time", "work_unit"]
        both = pd.concat([half.astype({"work_unit": str})[keys] for half in halves])
        assert not both.duplicated().any()


@IN_A_FILE
def test_daily_sums_are_those_of_elements_and_of_the_pages(told):
    day = pd.read_parquet(told.export("production", *EVER))
    parts = pd.read_parquet(told.export("elements", *EVER))
    parts["day"] = parts["shift_day"].fillna(date(2025, 11, 25))
    parts["energy_wh"] = parts[list(ENERGY.values())].sum(axis=1)
    keys = ["work_unit", "day", "shift", "product"]
    sums = [*SECONDS.values(), "total", "reject", "failing_s", "ideal_s", "ideal_reject_s", "energy_wh"]
    by_hand = parts.groupby(keys, observed=True)[sums].sum().sort_index()
    pd.testing.assert_frame_equal(
        day.set_index(keys)[sums].sort_index(), by_hand, check_index_type=False, check_exact=False, rtol=1e-12
    )
    whose = Selection(tuple(machines_of(told.stores.engine, None)), is_all=True)
    period = Period(Kind.DAY, date(2025, 11, 26), date(2025, 11, 26))
    shown = by_machine(told.stores.engine, whose, period)[UnitId("sa-dec", "press-shop", "press-1")]
    its = day[(day["work_unit"] == "press-1") & (day["day"] == date(2025, 11, 26))]
    observed = its[["run_s", "minor_stop_s", "fault_s", "stop_s", "setup_s"]].sum().sum()
    assert (its["ideal_s"] - its["ideal_reject_s"]).sum() / observed == pytest.approx(figures(shown.elements).oee)


@IN_A_FILE
def test_a_day_is_the_whole_day_whatever_the_hour_that_is_asked_for(told):
    for since, until, days in (
        ("2025-11-25", "2025-11-26", [date(2025, 11, 25)]),
        ("2025-11-25T08:00", "2025-11-26T00:00:01", [date(2025, 11, 25), date(2025, 11, 26)]),
    ):
        table = pd.read_parquet(told.export("production", "--since", since, "--until", until))
        assert sorted(table["day"].unique()) == days


@IN_A_FILE
def test_what_a_gateway_below_has_forwarded_is_exported_too(shop, bucket):
    """Its edge has never spoken here itself: it is known by its machines alone."""
    edge = EdgeId("lai-vung", "kiln")
    shop.machine("kiln-1", edge)
    shop.tell(bucket(BEGIN, "kiln-1"), edge=edge)
    table = pd.read_parquet(shop.export("elements", *EVER, "--site", "lai-vung"))
    assert table[["site", "edge", "work_unit"]].to_numpy().tolist() == [["lai-vung", "kiln", "kiln-1"]]


def stop(since: int, **said: object) -> Stop:
    its = {"key": f"press-1.{since}", "revision": 1, "at": since, "work_unit": "press-1", "since": since}
    its |= {"until": since + 90 * S, "kind": "FAULT", "planned_ns": 60 * S}
    return Stop(**(its | said))


def test_stops_are_the_points_of_the_series_but_for_those_that_are_gone(shop):
    shop.machine()
    title = {"vi": "Kẹt phôi", "en": "Jammed"}
    reason = {"reason": "jam", "title": title, "who": "Lan", "note": '=1+1; "kẹt"', "code": "E-7", "entered_at": BEGIN}
    shop.tell(stop(BEGIN, shift="A@2025-11-25", product="cap", **reason))
    shop.tell(stop(BEGIN + DAY - 1, until=None), stop(BEGIN + DAY, until=None))
    shop.tell(stop(BEGIN + 7 * S), stop(BEGIN + 7 * S, revision=2, gone=True))
    table = pd.read_parquet(shop.export("stops", "--in", "2025-11-25", "--people"))
    points = [one for one in shop.stores.timeseries.points(STOP, "sa-dec", "press-shop", BEGIN, BEGIN + DAY)
              if not one.numbers["gone"]]  # fmt: skip
    assert [row.value for row in table["time"]] == [point.at for point in points] == [BEGIN, BEGIN + DAY - 1]
    for row, point in zip(table.to_dict("records"), points, strict=True):
        numbers = [name for name in STOP_NUMBERS if name != "gone" and not pd.isna(row[name])]
        assert {name: row[name] for name in numbers} == {
            name: point.numbers[name] for name in point.numbers if name != "gone"
        }
        of_files = {"shift": point.texts["shift"].partition("@")[0] or "-", "product": point.texts["product"] or "-"}
        assert {name: row[name] for name in STOP_TEXTS} == point.texts | of_files
    assert table["until"].isna().tolist() == [False, True]
    assert table.iloc[0]["shift_day"] == date(2025, 11, 25)
    without = shop.export("stops", "--in", "2025-11-25")
    assert set(table) - set(pd.read_parquet(without)) == {"who", "note"}
    assert b"Lan" not in without.read_bytes()


@pytest.fixture
def on_postgresql(databases) -> Iterator[Engine]:
    """A registry in the server of all tests."""
    name = databases.lend()
    engine = connect(databases.url(name))
    yield engine
    engine.dispose()
    databases.give_back(name)


def test_a_registry_in_postgresql_gives_the_same(on_postgresql, bucket):
    edge = EdgeId("sa-dec", "press-shop")
    with ingesting(on_postgresql) as session:
        for i in range(4):
            take_elements(session, edge, bucket(BEGIN + i * BUCKET))
    sum_up_changed(on_postgresql, ZONE)
    span = Span(BEGIN + BUCKET, BEGIN + 4 * BUCKET)
    rows = list(shop_floor.elements(on_postgresql, [edge], Wanted(work_units=("press-1",)), span).rows)
    assert [row[0] for row in rows] == [BEGIN + i * BUCKET for i in (1, 2, 3)]
    assert {row[2:8] for row in rows} == {("sa-dec", "press-shop", "press-1", "cap", "A", "2025-11-25")}
    [day] = shop_floor.production(on_postgresql, [edge], Wanted(), span, ZONE).rows
    of = dict(zip((column.name for column in PRODUCTION), day, strict=True))
    assert (of["day"], of["run_s"], of["total"], of["ideal_s"], of["energy_wh"]) == (
        "2025-11-25",
        1600.0,
        720,
        1440.0,
        2050.0,
    )
