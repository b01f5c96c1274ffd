"""Registries on both databases: a SQLite file, and a database of a real PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, insert

from gateway import registry
from gateway.postgres import Postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_BOTH = {
    "federation/test_forwarding.py",
    "ingest/test_dead_letters.py",
    "ingest/test_receipts.py",
    "ingest/test_records.py",
    "ingest/test_shared.py",
    "ingest/test_statuses.py",
    "registry/test_database.py",
    "registry/test_migrations.py",
    "shop_floor/test_figures.py",
    "told/test_windows.py",
}
"""Where the registry's tests run on both."""
_numbers = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # With new_gateway a generated example takes databases of its own: of PostgreSQL's hundreds of MB.
    asks = "backend" in metafunc.fixturenames and "new_gateway" not in metafunc.fixturenames
    says = any(mark.args[0] == "backend" for mark in metafunc.definition.iter_markers("parametrize"))
    if asks and not says and "/".join(metafunc.definition.path.parts[-2:]) in _BOTH:
        metafunc.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return getattr(request, "param", SQLITE)


class Databases:
    """Databases of one PostgreSQL, each for one test."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._free: list[str] = []

    def make(self, template: str = "template0") -> str:
        name = f"test_{next(_numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def lend(self) -> str:
        """One with the tables of today, and nothing in them."""
        if self._free:
            return self._free.pop()
        name = self.make()
        engine = registry.connect(self.url(name))
        registry.upgrade(engine)
        engine.dispose()
        return name

    def give_back(self, name: str) -> None:
        """Empty it: to make one takes hundreds of files."""
        engine = registry.connect(self.url(name))
        tables = [table.name for table in registry.Base.metadata.sorted_tables]
        with engine.begin() as connection:
            asked = " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in tables)
            full = [f'"{one}"' for one in connection.exec_driver_sql(asked).scalars()]
            if full:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # also what is never deleted
                connection.exec_driver_sql(f"TRUNCATE {', '.join(full)} RESTART IDENTITY CASCADE")
            new = {"one": 1, "id": uuid4().hex, "generation": 1, "changes": 0, "created_at": 1}
            connection.execute(insert(registry.StoreRow).values(**new))
        engine.dispose()
        self._free.append(name)

    def url(self, name: str) -> str:
        return self._server.database(name)

    def drop(self, name: str) -> None:
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def copy(self, name: str) -> str:
        """Nobody may be connected to either."""
        self._say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        return self.make(name)

    def replace(self, name: str, by: str) -> None:
        self.drop(name)
        self._say(f"ALTER DATABASE {by} RENAME TO {name}")

    def _say(self, words: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(words)  # type: ignore[call-overload]  # names of ours


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    return Databases(postgres)


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite registry with the tables of today, to be copied."""
    path = tmp_path_factory.mktemp("registry") / "made.sqlite"
    engine = registry.connect(f"sqlite:///{path}")
    registry.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def new_registry_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """URLs of new databases: empty, or with the tables of today when ``made``."""
    files = count(1)
    names: list[tuple[str, bool]] = []

    def make(*, made: bool = False) -> str:
        if backend == SQLITE:
            path = tmp_path / f"registry-{next(files)}.sqlite"
            if made:
                shutil.copyfile(request.getfixturevalue("made_file"), path)
            return f"sqlite:///{path}"
        databases: Databases = request.getfixturevalue("databases")
        names.append((databases.lend() if made else databases.make(), made))
        return databases.url(names[-1][0])

    yield make
    for name, is_made in names:
        databases = request.getfixturevalue("databases")
        (databases.give_back if is_made else databases.drop)(name)


@pytest.fixture
def registry_url(new_registry_url: Callable[..., str]) -> str:
    """Of an empty database."""
    return new_registry_url()


@pytest.fixture
def engine(new_registry_url: Callable[..., str]) -> Iterator[Engine]:
    """A registry with the tables of today."""
    engine = registry.connect(new_registry_url(made=True))
    yield engine
    engine.dispose()


@pytest.fixture
def each_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is asked each time whether it still is one: here a database goes from one moment to the next."""
    monkeypatch.setattr("gateway.registry.database._RESTED_S", 0.0)


@pytest.fixture
def back_up(engine: Engine, each_asked: None, request: pytest.FixtureRequest) -> Callable[[], Callable[[], None]]:
    """Keep a copy of the registry; what is given back restores it."""

    def on_postgresql() -> Callable[[], None]:
        databases: Databases = request.getfixturevalue("databases")
        name = str(engine.url.database)
        copy = databases.copy(name)
        return lambda: databases.replace(name, by=copy)

    def on_sqlite() -> Callable[[], None]:
        engine.dispose()  # the last connection brings the write-ahead log home
        path = Path(str(engine.url.database))
        copy = path.with_suffix(".copy")
        shutil.copyfile(path, copy)

        def restore() -> None:
            engine.dispose()
            shutil.copyfile(copy, path)

        return restore

    return on_sqlite if engine.dialect.name == SQLITE else on_postgresql
