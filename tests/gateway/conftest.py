"""Registries on both databases: a SQLite file, and a database of a real PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from gateway import registry
from gateway.postgres import Postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_BOTH = {"access", "ingest", "production", "registry", "shop_floor"}
"""Folders whose tests of the registry run on both."""
_numbers = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # With new_gateway a generated example takes databases of its own: of PostgreSQL's hundreds of MB.
    asks = "backend" in metafunc.fixturenames and "new_gateway" not in metafunc.fixturenames
    says = any(mark.args[0] == "backend" for mark in metafunc.definition.iter_markers("parametrize"))
    if asks and not says and Path(metafunc.definition.path).parent.name in _BOTH:
        metafunc.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return getattr(request, "param", SQLITE)


class Databases:
    """Databases of one PostgreSQL, each for one test."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = ""

    def make(self, template: str = "template0") -> str:
        name = f"test_{next(_numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def template(self) -> str:
        """One with the tables of today, which costs more to make than to copy."""
        if not self._template:
            self._template = self.make()
            engine = registry.connect(self.url(self._template))
            registry.upgrade(engine)
            engine.dispose()
        return self._template

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
    names: list[str] = []

    def make(*, made: bool = False) -> str:
        if backend == SQLITE:
            path = tmp_path / f"registry-{next(files)}.sqlite"
            if made:
                shutil.copyfile(request.getfixturevalue("made_file"), path)
            return f"sqlite:///{path}"
        databases: Databases = request.getfixturevalue("databases")
        names.append(databases.make(databases.template() if made else "template0"))
        return databases.url(names[-1])

    yield make
    for name in names:
        request.getfixturevalue("databases").drop(name)


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
def back_up(engine: Engine, request: pytest.FixtureRequest) -> Callable[[], Callable[[], None]]:
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
