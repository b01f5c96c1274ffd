"""One application for all tests of these pages, since making it costs seconds; its registry is emptied behind each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import msgspec
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from edge_agent.wire.messages import EdgeStatus, GatewayStatus
from edge_agent.wire.shop_floor import Elements, Stop, WorkUnitDescription
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.api.app import create_app
from gateway.api.security import COOKIE
from gateway.health import edge_health, gateway_health
from gateway.ingest import shop_floor as ingest
from gateway.ingest.journals import EdgeId
from gateway.production.summing import sum_up_changed
from gateway.registry import AccountRow, Base, EdgeRow, StoreRow, connect, transaction, upgrade
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.shop_floor import ShopFloor
from gateway.timeseries.embedded import EmbeddedStore

WEB = Path(__file__).parents[3] / "dashboards" / "web"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = 1_764_036_000 * 10**9
"""2025-11-25 02:00:00 UTC, 09:00 in Vietnam."""


@dataclass
class House:
    """A gateway and all who know of it; ``now`` is its clock."""

    engine: Engine
    timeseries: EmbeddedStore
    secret: str = "a secret of this test"
    now: int = NOW
    can_store: bool = True
    app: FastAPI | None = None
    names: dict[str, str] = field(default_factory=dict)

    @property
    def shop_floor(self) -> ShopFloor:
        return ShopFloor(self.engine)

    @property
    def book(self) -> Book:
        return Book(self.engine, lambda: self.now)

    def health(self, sites=None):
        return edge_health(self.engine, self.now, sites)

    def store_health(self):
        return gateway_health(self.engine)

    def gateway_status(self) -> GatewayStatus:
        return GatewayStatus(state="online", can_store=self.can_store, why="" if self.can_store else "disk: full.")

    def descriptions(self, site: str, edge: str) -> list:
        return []

    def texts(self, site: str, edge: str) -> list:
        return []

    def keep(self, *records, site: str = "sa-dec", edge: str = "press-shop") -> None:
        """Put records in force as the ingest does, and make the sums of them."""
        of = EdgeId(site, edge)
        with Session(self.engine) as session, session.begin():
            for one in records:
                if isinstance(one, Elements):
                    ingest.take_elements(session, of, one)
                elif isinstance(one, Stop):
                    ingest.take_stop(session, of, one)
                else:
                    assert isinstance(one, WorkUnitDescription)
                    ingest.take_work_unit(session, of, one, msgspec.json.encode(one).decode())
        sum_up_changed(self.engine, HANOI)

    def speak(self, site: str = "sa-dec", edge: str = "press-shop", admitted_by: str = "Mai", **said) -> None:
        """An edge says how it is."""
        status = EdgeStatus(state="online", journal="ab" * 16, at=self.now, **said)
        with Session(self.engine) as session, session.begin():
            session.merge(
                EdgeRow(
                    site=site,
                    edge=edge,
                    first_seen=self.now,
                    admitted_by=admitted_by,
                    admitted_at=self.now,
                    status=msgspec.json.encode(status).decode(),
                    status_at=self.now,
                )
            )

    def enter(self, name: str, *grants: Grant) -> TestClient:
        """A browser in which somebody new is signed in; without grants they administer everything."""
        with transaction(self.engine) as session:
            row = make_account(session, SYSTEM, self.now, name)
            for one in grants or (Grant(Role.ADMINISTRATOR),):
                grant(session, SYSTEM, self.now, row.id, one)
            account = session.get_one(AccountRow, row.id)
            cookie = begin_session(session, account, self.now, "192.0.2.1", "a test")
        return TestClient(self.app, follow_redirects=False, cookies={COOKIE: cookie})


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    engine = connect(f"sqlite:///{folder / 'registry.sqlite'}")
    upgrade(engine)
    store = EmbeddedStore(folder / "series.sqlite", reserve_bytes=0)
    house = House(engine, store)
    house.app = create_app(house, web=WEB, clock=lambda: house.now, monotonic=lambda: 0.0)
    yield house
    store.close()
    engine.dispose()


@pytest.fixture
def house(built: House) -> Iterator[House]:
    """An empty gateway."""
    built.now, built.can_store = NOW, True
    built.app.state.looks = None
    del built.app.state.looks
    yield built
    with built.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != StoreRow.__tablename__:
                connection.execute(delete(table))


@pytest.fixture
def person(house: House) -> TestClient:
    """A browser in which ``mai``, who administers everything, is signed in."""
    return house.enter("mai")


@pytest.fixture
def program(house: House) -> TestClient:
    """A program with the gateway's own secret."""
    return TestClient(house.app, headers={"Authorization": f"Bearer {house.secret}"}, follow_redirects=False)


@pytest.fixture
def province(house: House) -> SimpleNamespace:
    """A province with two enterprises that have a site each, and an agency; ``enter`` lets somebody in at one."""
    make = house.book.make
    own = make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp", "since": "2025-07-01"})
    shared = {"kind": "enterprise", "province": own.id}
    press = make(SYSTEM, "organisation", shared | {"code": "1400123456", "name": "Cơ khí"})
    dairy = make(SYSTEM, "organisation", shared | {"code": "1400654321", "name": "Sữa"})
    agency = make(SYSTEM, "agency", {"name": "Sở Công Thương", "province": own.id})
    sites = {
        name: make(
            SYSTEM,
            "site",
            {"name": name, "title": f"Xưởng {name}", "organisation": owner.id, "kind": "factory"},
        ).id
        for name, owner in (("sa-dec", press), ("cao-lanh", dairy))
    }

    def enter(role: Role, name: str, at: str = "dairy") -> TestClient:
        scope, of = {
            "dairy": ("organisation", dairy.id),
            "press": ("organisation", press.id),
            "province": ("province", own.id),
            "agency": ("agency", agency.id),
        }[at]
        return house.enter(name, Grant(role, scope, of))

    return SimpleNamespace(id=own.id, press=press.id, dairy=dairy.id, agency=agency.id, sites=sites, enter=enter)


Enter = Callable[..., TestClient]
