"""From an edge's messages to what analysts see: the ingest marks what is due, and the turns tell it."""

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire import schema, topics
from edge_agent.wire.envelope import seal
from gateway.config import GatewayConfig
from gateway.ingest.ingest import Ingest
from gateway.ingest.journals import EdgeId
from gateway.registry import WindowHourRow
from gateway.timeseries.embedded import EmbeddedStore
from gateway.told.telling import Telling

S = 10**9
HOUR = 3600 * S
T = 1_795_194_000 * S
EDGE = EdgeId("sa-dec", "press-shop")
ALL = (0, 2**62)
TAGS = "site=sa-dec,edge=press-shop,instrument=meter-1"
WINDOWS = [
    f"window,{TAGS} expected=60.0,x_mean={k}.0,x_min=0.0,x_max=9.0,x_n=10.0 {T + k * HOUR // 2}" for k in (1, 2, 3)
]
SAMPLE = f"sample,{TAGS} x=1.0 {T + 2 * HOUR}"


class Silent:
    """A way back on which nobody listens."""

    def publish(self, _topic: str, _payload: bytes) -> None: ...


def sealed(kind: str, seq: int, lines: list[str]) -> tuple[str, bytes]:
    return str(topics.EdgeTopic(*EDGE, kind)), seal("ab" * 16, seq, 1, len(lines), "\n".join(lines).encode())


def bucket(floor) -> str:
    return msgspec.json.encode(floor.bucket(T, 1, floor.part(total=12))).decode()


def marks(engine) -> list[tuple[int, int, int]]:
    its = WindowHourRow
    with Session(engine) as session:
        return [tuple(row) for row in session.execute(select(its.hour, its.changes, its.told).order_by(its.hour))]


def test_windows_and_elements_of_messages_are_rolled_up_and_messages_that_come_again_change_nothing(
    engine, store, floor, tmp_path
) -> None:
    ingest = Ingest(engine, store, Silent(), clock=lambda: T + 2 * HOUR + 3 * S)
    messages = [
        sealed("telemetry", 1, [*WINDOWS, SAMPLE]),
        sealed("telemetry", 2, [WINDOWS[0]]),
        sealed("record", 3, [bucket(floor)]),
    ]
    for _ in range(2):
        for one in messages:
            ingest.put(*one)
        ingest.step(0.01)
    assert marks(engine) == [(T, 2, 0), (T + HOUR, 1, 0)]
    latency = ingest.latencies.take()[EDGE]
    assert (latency.least_s, latency.greatest_s) == (3.0, 3.0)
    telling = Telling(engine, store, GatewayConfig(state_dir=tmp_path))
    telling.shop_floor(T + 3 * HOUR)
    assert marks(engine) == [(T, 2, 2), (T + HOUR, 1, 1)]
    assert [one.numbers["x_sum"] for one in store.told(schema.WINDOW_HOUR, {}, *ALL)] == [10.0, 50.0]
    [hour] = store.told(schema.ELEMENT_HOUR, {}, *ALL)
    [raw] = store.told(schema.ELEMENT, {}, *ALL)
    sums = {"actual_production_s": 600.0, "observed_s": 600.0, "planned_busy_s": 600.0}
    assert hour.numbers == {name: value for name, value in raw.numbers.items() if name != "revision"} | sums
    assert hour.numbers["total"] == 12.0


def test_where_nobody_asks_the_store_nothing_is_marked(engine, tmp_path) -> None:
    store = EmbeddedStore(tmp_path / "series.sqlite", reserve_bytes=1)
    ingest = Ingest(engine, store, Silent(), clock=lambda: T + 3 * HOUR)
    ingest.put(*sealed("telemetry", 1, WINDOWS))
    ingest.step(0.01)
    store.close()
    assert marks(engine) == []
