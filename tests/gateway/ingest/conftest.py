"""A gateway on real stores, and edges that speak to it; only the broker is left out where it does not matter."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from edge_agent.wire import topics
from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack, EdgeStatus, GatewayStatus, Held
from edge_agent.wire.records import AnyRecord
from gateway import registry
from gateway.health import EdgeHealth, edge_health
from gateway.ingest.ingest import Ingest
from gateway.ingest.journals import EdgeId
from gateway.timeseries import ChannelId, Refused, StoreUnavailableError
from gateway.timeseries.embedded import EmbeddedStore

T0 = 1_790_000_000_000_000_000
SECOND = 10**9


@dataclass
class Clock:
    """Our clock; every look at it takes a microsecond."""

    now: int = T0

    def __call__(self) -> int:
        self.now += 1000
        return self.now


@dataclass
class Said:
    """What the gateway has published, by topic the last."""

    by_topic: dict[str, bytes] = field(default_factory=dict)
    count: int = 0
    broken: Exception | None = None

    def publish(self, topic: str, payload: bytes) -> None:
        if self.broken:
            raise self.broken
        self.by_topic[topic] = payload
        self.count += 1

    def ack(self, edge: str = "e1", site: str = "s1") -> Ack:
        return msgspec.json.decode(self.by_topic[f"nhipdo/v1/{site}/{edge}/ack"], type=Ack)

    def acks(self) -> set[str]:
        return {topic for topic in self.by_topic if topic.endswith("/ack")}

    def gateway(self) -> GatewayStatus:
        return msgspec.json.decode(self.by_topic["nhipdo/v1/gateway/main/status"], type=GatewayStatus)


class ShakyStore(EmbeddedStore):
    """The embedded store, which can be taken away, be full, and refuse lines with a word in them."""

    down = ""
    full = ""
    refuses = "\0"

    def write(self, lines: Sequence[str]) -> list[Refused]:
        if self.down:
            raise StoreUnavailableError(self.down)
        refused = [Refused(line, f"store: {self.refuses} refused") for line in lines if self.refuses in line]
        return refused + super().write([line for line in lines if self.refuses not in line])

    def why_full(self) -> str:
        return self.full or super().why_full()


@dataclass
class Run:
    """One run of an edge, as its agent would speak."""

    journal: str
    site: str = "s1"
    edge: str = "e1"
    seq: int = 0
    first: int = 1

    @property
    def id(self) -> EdgeId:
        return EdgeId(self.site, self.edge)

    def topic(self, kind: str) -> str:
        return str(topics.EdgeTopic(self.site, self.edge, kind))

    def sealed(
        self, kind: str, lines: Sequence[str], seq: int | None = None, n: int | None = None
    ) -> tuple[str, bytes]:
        if seq is None:
            self.seq += 1
            seq = self.seq
        body = "\n".join(lines).encode()
        return self.topic(kind), seal(self.journal, seq, self.first, len(lines) if n is None else n, body)

    def sample(self, seq: int | None = None, value: float | None = None) -> tuple[str, bytes]:
        number = self.seq + 1 if seq is None else seq
        return self.sealed("telemetry", [self.line(number, value)], seq)

    def line(self, number: int, value: float | None = None) -> str:
        shown = float(number) if value is None else value
        return f"sample,site={self.site},edge={self.edge},instrument=m1 power={shown!r} {T0 + number * SECOND}"

    def records(self, *said: AnyRecord, seq: int | None = None) -> tuple[str, bytes]:
        return self.sealed("record", [msgspec.json.encode(one).decode() for one in said], seq)

    def status(self, at: int, state: str = "online", held: Sequence[Held] = (), **more: object) -> tuple[str, bytes]:
        own = Held(journal=self.journal, first=self.first, last=self.seq)
        said = EdgeStatus(state=state, journal=self.journal, at=T0 + at * SECOND, held=(*held, own), **more)
        return self.topic("status"), msgspec.json.encode(said)


@dataclass
class Gateway:
    """The ingest without its thread: each step by hand."""

    engine: Engine
    store: ShakyStore
    said: Said
    clock: Clock
    ingest: Ingest

    def takes(self, *messages: tuple[str, bytes]) -> None:
        for topic, payload in messages:
            self.ingest.put(topic, payload)
        self.ingest.step(0.01)

    def health(self, edge: str = "e1") -> EdgeHealth:
        return next(one for one in edge_health(self.engine, self.clock()) if one.edge == edge)

    def values(self, edge: str = "e1") -> list[float | None]:
        of = ChannelId("s1", edge, "m1", "power")
        return [row.value for row in self.store.rows(of, 0, 2**62)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lingering, and looking beside at every step."""
    monkeypatch.setattr("gateway.ingest.ingest.LINGER_S", 0.0)
    monkeypatch.setattr("gateway.ingest.ingest._LOOK_S", 0.0)
    monkeypatch.setattr("gateway.ingest.ingest._RETRY_S", 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ShakyStore]:
    store = ShakyStore(tmp_path / "series.sqlite", reserve_bytes=1)
    yield store
    store.close()


@pytest.fixture
def restarted(engine: Engine, store: ShakyStore, quick: None) -> Callable[..., Gateway]:
    """A new process on the same stores; with ``is_shared`` one of several."""

    def make(*, is_shared: bool = False) -> Gateway:
        said, clock = Said(), Clock()
        return Gateway(engine, store, said, clock, Ingest(engine, store, said, clock=clock, is_shared=is_shared))

    return make


@pytest.fixture
def gateway(restarted: Callable[..., Gateway]) -> Gateway:
    return restarted()


@pytest.fixture
def new_gateway(
    tmp_path: Path, new_registry_url: Callable[..., str], quick: None
) -> Callable[[], AbstractContextManager[Gateway]]:
    """A gateway on empty stores, as often as one is wanted."""
    numbers = count()

    @contextmanager
    def make() -> Iterator[Gateway]:
        folder = tmp_path / f"new-{next(numbers)}"
        folder.mkdir()
        engine = registry.connect(new_registry_url(made=True))
        store = ShakyStore(folder / "series.sqlite", reserve_bytes=1)
        said, clock = Said(), Clock()
        try:
            yield Gateway(engine, store, said, clock, Ingest(engine, store, said, clock=clock))
        finally:
            store.close()
            engine.dispose()

    return make


@pytest.fixture
def run() -> Run:
    return Run("a" * 32)


@pytest.fixture
def run_of() -> type[Run]:
    return Run
