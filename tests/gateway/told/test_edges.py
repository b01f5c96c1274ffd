"""How edges are, as points of a minute."""

import msgspec
import pytest

from edge_agent.wire.messages import EdgeStatus, InstrumentDescription
from edge_agent.wire.schema import BUS_STATUS, BUS_STATUS_NUMBERS, EDGE_STATUS, EDGE_STATUS_NUMBERS, PLAN
from gateway.config import RetentionConfig
from gateway.ingest.journals import EdgeId
from gateway.ingest.latencies import Latencies
from gateway.ingest.records import put_record
from gateway.jobs import forget_old
from gateway.registry import EdgeRow, transaction
from gateway.timeseries import StoreUnavailableError
from gateway.told.edges import MINUTE, EdgePoints

S = 10**9
NOW = 1_795_194_007 * S
EDGE = EdgeId("sa-dec", "press-shop")
ALL = (0, 2**62)


@pytest.fixture
def speaks(engine):
    def say(at: int, **said: object) -> None:
        status = EdgeStatus(**{"state": "online", "journal": "a" * 32, "period_s": 10.0, "at": at, **said})
        with transaction(engine) as session:
            row = session.get(EdgeRow, tuple(EDGE)) or EdgeRow(site=EDGE.site, edge=EDGE.edge, first_seen=at)
            row.status, row.status_at = msgspec.json.encode(status).decode(), at + S // 2
            session.add(row)

    return say


def describe(engine, instrument: str, bus: str) -> None:
    said = InstrumentDescription(
        key=instrument, revision=1, bus=bus, model="em-3", model_sha256="a", period_s=1.0, channels={}
    )
    with transaction(engine) as session:
        put_record(session, EDGE, "instrument", said, msgspec.json.encode(said).decode())


def test_an_edge_that_speaks_tells_all_there_is(engine, store, speaks) -> None:
    describe(engine, "meter-1", "line-1")
    describe(engine, "meter-2", "line-1")
    describe(engine, "scale-1", "usb-0")
    grades = {"meter-1": "good", "meter-2": "bad.no_reply", "scale-1": "good"}
    speaks(
        NOW - 2 * S,
        instruments=grades,
        bus_load={"line-1": 0.25, "spare": 0.0},
        clock="unsure",
        undated=4,
        disk_free=25,
        disk_size=100,
        outbox_used=0.5,
        autonomy_s=3600.0,
        certificates={"broker": NOW + 40 * 86_400 * S, "edge": NOW + 10 * 86_400 * S},
    )
    latencies = Latencies()
    sample = "sample,site=sa-dec,edge=press-shop,instrument=meter-1 power=1"
    latencies.stored([(EDGE, [f"{sample} {NOW - 9 * S}", f"{sample} {NOW - 3 * S}", "window,x y=1 5"])], NOW)
    latencies.stored([(EDGE, [f"{sample} {NOW - 60 * S}"]), (EDGE, [])], NOW)
    points = EdgePoints(engine, store, latencies.take)
    assert points.turn(NOW) == 4
    [told] = store.told(EDGE_STATUS, {}, *ALL)
    assert (told.tags, told.at, told.texts) == (tuple(EDGE), NOW - 7 * S, {"state": "online"})
    assert told.numbers == {
        **dict.fromkeys(("waiting", "missing", "declared", "rejected", "findings", "silent"), 0.0),
        "clock_offset_s": -0.5,
        "clock_unsure": 1.0,
        "undated": 4.0,
        "disk_used": 0.75,
        "outbox_used": 0.5,
        "autonomy_s": 3600.0,
        "latency_s": 3.0,
        "latency_max_s": 60.0,
        "instruments": 3.0,
        "instruments_failing": 1.0,
        "certificate_days_left": 10.0,
    }
    assert told.numbers.keys() == set(EDGE_STATUS_NUMBERS)
    assert {one.tags[2]: one.numbers for one in store.told(BUS_STATUS, {}, *ALL)} == {
        "line-1": {"utilisation": 0.25, "instruments": 2.0, "failures": 1.0},
        "spare": {"utilisation": 0.0, "instruments": 0.0, "failures": 0.0},
        "usb-0": {"instruments": 1.0, "failures": 0.0},
    }
    assert {name for one in store.told(BUS_STATUS, {}, *ALL) for name in one.numbers} == set(BUS_STATUS_NUMBERS)
    assert latencies.take() == {}


def test_an_edge_that_falls_silent_is_told_of_every_minute(engine, store, speaks) -> None:
    speaks(NOW, instruments={"meter-1": "good"}, bus_load={"line-1": 0.25})
    points = EdgePoints(engine, store)
    for k in range(3):
        points.turn(NOW + k * MINUTE)
    points.turn(NOW + 2 * MINUTE)
    assert [one.numbers["silent"] for one in store.told(EDGE_STATUS, {}, *ALL)] == [0.0, 1.0, 1.0]
    assert len(store.told(BUS_STATUS, {}, *ALL)) == 1  # nobody knows how its buses are


def test_minutes_that_could_not_be_told_are_told_later(engine, store, speaks, monkeypatch) -> None:
    speaks(NOW)
    points = EdgePoints(engine, store)

    def away(_lines: object) -> None:
        raise StoreUnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", away)
        with pytest.raises(StoreUnavailableError):
            points.turn(NOW)
    points.turn(NOW + MINUTE)
    assert len(store.told(EDGE_STATUS, {}, *ALL)) == 2


def test_statuses_are_dropped_after_their_days_and_roll_ups_never(store) -> None:
    day = 86_400 * S
    old, new = NOW - 401 * day, NOW - 399 * day
    store.write([f"edge_status,site=a,edge=b silent=0.0 {at}" for at in (old, new)])
    store.write([f"bus_status,site=a,edge=b,bus=c failures=0.0 {at}" for at in (old, new)])
    store.write([f"plan,province=82,plan=p met=1.0 {at}" for at in (old, new)])
    forget_old(store, RetentionConfig(), NOW)
    kept = {name: [one.at for one in store.told(name, {}, *ALL)] for name in (EDGE_STATUS, BUS_STATUS, PLAN)}
    assert kept == {EDGE_STATUS: [new], BUS_STATUS: [new], PLAN: [old, new]}
