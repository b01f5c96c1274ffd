"""A gateway whose store is a real file and whose edges are what a test says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copyfile

import msgspec
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import ChannelMeaning, EdgeStatus, GatewayStatus, InstrumentDescription, Record, Text
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.access.sites import Sites, is_within
from gateway.api.app import create_app
from gateway.api.security import COOKIE
from gateway.health import EdgeHealth, JournalHealth, StoreHealth
from gateway.ingest.journals import EdgeId
from gateway.ingest.receipts import Draft, Receipts
from gateway.ingest.records import take_records
from gateway.registry import AccountRow, connect, transaction, upgrade
from gateway.registry.roles import SYSTEM, Grant, Reader, Role
from gateway.shop_floor import ShopFloor
from gateway.timeseries.embedded import EmbeddedStore

WEB = Path(__file__).parents[3] / "dashboards" / "web"
SECRET = "a secret of this test"
S = 10**9
START = 1_764_028_800 * S
"""2025-11-25 00:00:00 UTC, 07:00 in Vietnam."""

PRESS = EdgeHealth(
    site="sa-dec",
    edge="press-shop",
    admitted=True,
    state="online",
    status=EdgeStatus(state="online", version="0.1.0", clock="synchronised", instruments={"meter-1": "good"}),
    status_at=START + 56 * S,
    waiting=3,
    missing=0,
    declared=2,
    dead_letters=1,
    journals=(JournalHealth("ab" * 16, "open", 1, 120, 115, 3, 0, 2),),
    silent=False,
    findings=(),
)
METER = InstrumentDescription(
    key="meter-1",
    revision=1,
    bus="rtu",
    model="em-3",
    model_sha256="0" * 64,
    period_s=1.0,
    channels={
        "active_power": ChannelMeaning(unit="kW", title={"vi": "Công suất", "en": "Active power"}),
        "temperature": ChannelMeaning(unit="Cel", minimum=-40.0, title={"vi": "Nhiệt độ"}),
        "serial_number": ChannelMeaning(unit="1", text=True),
    },
)


@dataclass
class Gateway:
    """What the API is given; ``now`` is its clock, ``clock_s`` the one that counts wrong guesses."""

    timeseries: EmbeddedStore
    engine: Engine
    secret: str = SECRET
    now: int = START + 60 * S
    clock_s: float = 0.0
    edges: list[EdgeHealth] = field(default_factory=lambda: [PRESS])
    described: list[InstrumentDescription] = field(default_factory=lambda: [METER])
    status: GatewayStatus = field(default_factory=lambda: GatewayStatus(state="online", can_store=True))
    store: StoreHealth = field(default_factory=lambda: StoreHealth("f" * 32, 1, 1, ()))
    said: list[Text] = field(default_factory=list)
    admitted_by: str = ""

    @property
    def shop_floor(self) -> ShopFloor:
        return ShopFloor(self.engine)

    def keep(self, *records: Record, edge: str = "press-shop", site: str = "sa-dec") -> None:
        """Put records in force, as the ingest does."""
        with Session(self.engine) as session, session.begin():
            receipts = Draft(Receipts(self.engine), self.now)
            said = [(one, msgspec.json.encode(one).decode()) for one in records]
            take_records(session, receipts, EdgeId(site, edge), said)

    def health(self, sites: Sites = None) -> list[EdgeHealth]:
        return [one for one in self.edges if is_within(one.site, sites)]

    def store_health(self) -> StoreHealth:
        return self.store

    def gateway_status(self) -> GatewayStatus:
        return self.status

    def descriptions(self, site: str, edge: str) -> list[InstrumentDescription]:
        return self.described if (site, edge) == ("sa-dec", "press-shop") else []

    def texts(self, site: str, edge: str) -> list[Text]:
        return self.said if (site, edge) == ("sa-dec", "press-shop") else []

    def admit(self, site: str, edge: str, who: str, reader: Reader = SYSTEM) -> None:
        self.admitted_by = who
        self.edges = [replace(e, admitted=True) if (e.site, e.edge) == (site, edge) else e for e in self.edges]

    def account(self, name: str = "mai", *grants: Grant, password: str = "") -> str:
        """The id of a new account; without grants it administers everything."""
        with transaction(self.engine) as session:
            row = make_account(session, SYSTEM, self.now, name, password=password)
            for one in grants or (Grant(Role.ADMINISTRATOR),):
                grant(session, SYSTEM, self.now, row.id, one)
            return row.id

    def sign_in(self, name: str = "mai", *grants: Grant) -> str:
        """What the cookie of a new account's browser holds."""
        account = self.account(name, *grants)
        with transaction(self.engine) as session:
            return begin_session(session, session.get_one(AccountRow, account), self.now, "192.0.2.1", "a test")

    def show(self, at: int, power: float | None, edge: str = "press-shop", **numbers: float) -> None:
        """Store one line of the meter; no power is a bad sample."""
        head = line_head("sample", "sa-dec", edge, "meter-1")
        values = dict(numbers) if power is None else {"active_power": power, **numbers}
        texts = [("active_power_q", "bad.no_reply")] if power is None else []
        assert self.timeseries.write([format_line(head, values.items(), texts, at)]) == []


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the tables of today, which costs more to make than to copy."""
    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def gateway(tmp_path: Path, empty_registry: Path) -> Iterator[Gateway]:
    """One edge with a meter that has shown 1, 2 ... 60 kW at 1 s, the last one second ago."""
    store = EmbeddedStore(tmp_path / "series.sqlite", reserve_bytes=0)
    copyfile(empty_registry, tmp_path / "registry.sqlite")
    engine = connect(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    gateway = Gateway(store, engine)
    for k in range(60):
        gateway.show(START + k * S, float(k + 1), temperature=20.0)
    yield gateway
    store.close()
    engine.dispose()


@pytest.fixture
def app(gateway: Gateway) -> FastAPI:
    return create_app(gateway, web=WEB, clock=lambda: gateway.now, monotonic=lambda: gateway.clock_s)


Browse = Callable[..., TestClient]


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    """Somebody who is not signed in."""
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def program(app: FastAPI) -> TestClient:
    """A program with the gateway's own secret."""
    return TestClient(app, headers={"Authorization": f"Bearer {SECRET}"}, follow_redirects=False)


@pytest.fixture
def person(app: FastAPI, gateway: Gateway) -> TestClient:
    """A browser in which ``mai``, who administers everything, is signed in."""
    return TestClient(app, follow_redirects=False, cookies={COOKIE: gateway.sign_in()})
