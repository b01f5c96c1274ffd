"""Opening the registry, and bringing its tables to what this version needs."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from gateway.registry.models import Base, StoreRow

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_MS = 10_000


class RegistryError(Exception):
    """The registry cannot be used; the message says which, and what to do."""


class StaleError(Exception):
    """What we remember of the registry is no longer so."""


def connect(url: str) -> Engine:
    """An engine for ``url``; a SQLite file is made durable (WAL, FULL) and patient (10 s for a lock).

    Raises:
        RegistryError: The URL makes no sense, or names a database whose driver is not installed.
    """
    try:
        engine = create_engine(make_url(url))
    except (ArgumentError, ModuleNotFoundError) as error:
        msg = f"registry {url.rpartition('@')[2]!r}: {error}. Check database in gateway.toml, e.g. sqlite:////srv/r.sqlite."
        raise RegistryError(msg) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _make_durable)
    return engine


def _make_durable(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {_BUSY_MS}", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to ``revision`` and make the store's identity when there is none.

    Raises:
        RegistryError: The database cannot be opened, or was made by a newer version.
    """
    with _reported(engine), engine.connect() as connection:
        config = _config(connection)
        now = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        if now is not None and now not in known:
            msg = f"registry {engine.url}: made by a newer version (revision {now}). Install that version of nhipdo."
            raise RegistryError(msg)
        connection.rollback()
        command.upgrade(config, revision)
        connection.commit()
    if revision == "head":
        _identify(engine)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the tables back to ``revision``; what later ones held is gone."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def differences(engine: Engine) -> list[Any]:
    """What the models say and the tables do not; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


@contextmanager
def transaction(engine: Engine, expected: int | None = None) -> Iterator[Session]:
    """One writing transaction: it holds the write lock from its first statement on.

    Args:
        engine: Of the registry.
        expected: The ``changes`` that the caller's memory rests on; None when it rests on nothing.

    Raises:
        StaleError: Somebody else has written since; read again.
    """
    with Session(engine) as session, session.begin():
        raising = update(StoreRow).values(changes=StoreRow.changes + 1)
        if expected is not None:
            raising = raising.where(StoreRow.changes == expected)
        if session.connection().execute(raising).rowcount != 1:
            msg = "the registry was changed beside us"
            raise StaleError(msg)
        yield session


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _identify(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        if session.scalar(select(StoreRow)) is None:
            session.add(StoreRow(one=1, id=uuid4().hex, generation=1, changes=0, created_at=time.time_ns()))


@contextmanager
def _reported(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        msg = f"registry {engine.url}: cannot be opened ({error.orig}). Check the path, its permissions, the server."
        raise RegistryError(msg) from error
