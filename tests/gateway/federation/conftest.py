"""A site's gateway with two enterprises, and the province's; what one says is carried to the other by hand."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update

sys.path.insert(0, str(Path(__file__).parent))  # federated: shared by the tests of this folder

from federated import FORWARDER, SITE, Carrier, Clock, Place, Said

from gateway import registry
from gateway.ingest.ingest import Ingest
from gateway.people import admit_edge
from gateway.registry import StoreRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.timeseries.embedded import EmbeddedStore


@pytest.fixture
def new_place(
    tmp_path: Path, new_registry_url: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Place]:
    """Gateways on stores of their own."""
    for name in ("LINGER_S", "_LOOK_S", "_RETRY_S"):
        monkeypatch.setattr(f"gateway.ingest.ingest.{name}", 0.0)
    open_ones = []

    @contextmanager
    def make(name: str) -> Iterator[Place]:
        engine = registry.connect(new_registry_url(made=True))
        with registry.transaction(engine) as session:
            session.execute(update(StoreRow).values(id=uuid4().hex))  # copies of one file have one identity
        store = EmbeddedStore(tmp_path / f"{name}.sqlite", reserve_bytes=1)
        clock, said = Clock(), Said()
        book = Book(engine, clock)
        province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp", "since": "2025-07-01"})
        enterprise = {"kind": "enterprise", "province": province.id}
        press = book.make(SYSTEM, "organisation", enterprise | {"code": "1400123456", "name": "Cơ khí Sa Đéc"})
        dairy = book.make(SYSTEM, "organisation", enterprise | {"code": "1400654321", "name": "Sữa Cao Lãnh"})
        site = {"title": "Xưởng", "kind": "factory"}
        book.make(SYSTEM, "site", site | {"name": SITE, "organisation": press.id})
        book.make(SYSTEM, "site", site | {"name": "cao-lanh", "organisation": dairy.id})
        try:
            yield Place(engine, store, clock, said, Ingest(engine, store, said, clock=clock), press, dairy)
        finally:
            store.close()
            engine.dispose()

    def made(name: str) -> Place:
        manager = make(name)
        open_ones.append(manager)
        return manager.__enter__()

    yield made
    for one in open_ones:
        one.__exit__(None, None, None)


@pytest.fixture
def site(new_place: Callable[[str], Place]) -> Place:
    return new_place("site")


@pytest.fixture
def province(new_place: Callable[[str], Place]) -> Place:
    return new_place("province")


@pytest.fixture
def carrier(site: Place, province: Place) -> Carrier:
    """A forwarder that the province has admitted."""
    carrier = Carrier(site)
    carrier.turn()
    carrier.carry(province)
    admit_edge(province.engine, FORWARDER, "Ông Bình", province.clock())
    province.ingest.step(0.01)
    carrier.hear(province)
    return carrier


@pytest.fixture
def back_up_of(each_asked: None, request: pytest.FixtureRequest) -> Callable[[Place], Callable[[], None]]:
    """Keep a copy of a gateway's registry; what is given back restores it."""

    def keep(place: Place) -> Callable[[], None]:
        name = str(place.engine.url.database)
        if place.engine.dialect.name == "sqlite":
            place.engine.dispose()
            copy = Path(name).with_suffix(".copy")
            shutil.copyfile(name, copy)

            def restore() -> None:
                place.engine.dispose()
                for more in ("-wal", "-shm"):
                    Path(name + more).unlink(missing_ok=True)
                shutil.copyfile(copy, name)

            return restore
        databases = request.getfixturevalue("databases")
        kept = databases.copy(name)
        return lambda: databases.replace(name, by=kept)

    return keep
