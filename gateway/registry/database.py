"""Opening the registry, and bringing its tables to what this version needs.

Decision: Alembic is loaded when tables have to be changed, and not before.
Because: with what it brings along it takes 11 MB, which a gateway on a Raspberry Pi would hold for ever, and most
starts find the tables as they should be.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.registry.models import Base, StoreRow

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = frozenset(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v????_*.py"))
"""Of the tables, by the names of their scripts: the one that sorts last is today's."""
_BUSY_MS = 10_000
_RESTED_S = 0.1
"""No server starts again in less."""
_POSTGRES = ("postgresql", "postgres")
_CONNECTION = {
    "connect_timeout": 5,
    "application_name": "nhipdo",
    # A lock is waited for as long as SQLite's. Who holds one and has vanished with his machine, without a word on
    # the network, loses it after a minute; a process that was only killed loses it at once.
    "options": f"-c lock_timeout={_BUSY_MS} -c idle_in_transaction_session_timeout=60000",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_ONE_AT_A_TIME = 0x6E68_6970_646F
"""Key of PostgreSQL's advisory lock for changes to the tables: the name of this project in ASCII."""
_COLLISIONS = {"40001", "40P01", "23505"}
"""SQLSTATE of a serialisation failure, a deadlock, and a row that another has put there meanwhile."""


class RegistryError(Exception):
    """The registry cannot be used; the message says which, and what to do."""


class StaleError(Exception):
    """What we remember of the registry is no longer so."""


def connect(url: str, password: str = "") -> Engine:
    """An engine for ``url``; nothing is opened yet.

    A SQLite file is made durable (WAL, FULL) and patient (10 s for a lock). PostgreSQL may be named with or without
    its driver (``postgresql://``); a connection that has died, as all do when its server starts again, is replaced
    before it is used.

    Args:
        url: Of the database.
        password: For PostgreSQL, where the URL has none.

    Raises:
        RegistryError: The URL makes no sense, or names a database whose driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in _POSTGRES:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if password and parsed.password is None:
            parsed = parsed.set(password=password)
        engine = create_engine(parsed, **_options(parsed))
    except ModuleNotFoundError as error:
        extra = "Run: pip install 'nhipdo[postgres]'" if "psycopg" in str(error) else "Check registry.url."
        msg = f"registry {_shown(url)!r}: its driver is not installed ({error}). {extra}"
        raise RegistryError(msg) from error
    except (ArgumentError, ValueError) as error:
        msg = f"registry {_shown(url)!r}: {error}. Check registry.url in gateway.toml, e.g. postgresql://nhipdo@db/nhipdo."
        raise RegistryError(msg) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _make_durable)
    else:
        _ask_whether_it_lives(engine)
    return engine


def _ask_whether_it_lives(engine: Engine) -> None:
    """A connection that has rested is asked whether it lives before it is used; one that was just used is not.

    A page takes ten from the pool one after the other: to ask each time was a quarter of what it waited for.
    """

    def rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def wake(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.get("rests_since")
        if since is None or time.monotonic() - since < _RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # All that rest are from before whatever happened.
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", rest)
    event.listen(engine, "checkout", wake)


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() != "postgresql":
        return {}
    # What the URL itself says wins.
    usual = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    return {"pool_size": 5, "max_overflow": 15, "connect_args": usual}


def _shown(url: str) -> str:
    return url.rpartition("@")[2]


def _make_durable(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {_BUSY_MS}", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def is_unreachable(error: Exception) -> bool:
    """Whether something failed for want of the database, and not for what was asked of it."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, NoConnectionError)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to ``revision`` and make the store's identity when there is none.

    Raises:
        RegistryError: The database cannot be opened, or was made by a newer version.
    """
    with _reported(engine), _alone(engine), engine.connect() as connection:
        now = _revision(connection)
        if now is not None and now not in REVISIONS:
            msg = f"registry {engine.url}: made by a newer version (revision {now}). Install that version of nhipdo."
            raise RegistryError(msg)
        connection.rollback()
        if now != (max(REVISIONS) if revision == "head" else revision):
            from alembic import command  # noqa: PLC0415  see the top of this file

            command.upgrade(_config(connection), revision)
            connection.commit()
        if revision == "head":
            _identify(engine)


def _revision(connection: Connection) -> str | None:
    """Where the tables stand; None: at nothing."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the tables back to ``revision``; what later ones held is gone."""
    from alembic import command  # noqa: PLC0415  see the top of this file

    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def differences(engine: Engine) -> list[Any]:
    """What the models say and the tables do not; empty when they agree."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  see the top of this file
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


@contextmanager
def transaction(engine: Engine, expected: int | None = None) -> Iterator[Session]:
    """One writing transaction of people, commands and jobs: it holds the write lock from its first statement on.

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


@contextmanager
def ingesting(engine: Engine) -> Iterator[Session]:
    """One writing transaction of the ingest: on PostgreSQL it holds only what it locks itself.

    So that several processes can store at once, each for other edges. SQLite has one lock, which is taken here.
    """
    with Session(engine) as session, session.begin():
        if engine.dialect.name == "sqlite":
            session.execute(update(StoreRow).values(changes=StoreRow.changes))
        yield session


def collided(error: DBAPIError) -> bool:
    """Whether a transaction failed only because another one was beside it: begun again, it may well go through."""
    return getattr(error.orig, "sqlstate", None) in _COLLISIONS


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  see the top of this file

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _identify(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        if session.scalar(select(StoreRow)) is None:
            session.add(StoreRow(one=1, id=uuid4().hex, generation=1, changes=0, created_at=time.time_ns()))


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Of several processes that start at once only one changes the tables; SQLite's file is one gateway's anyhow."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(_ONE_AT_A_TIME)))
        connection.commit()
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_ONE_AT_A_TIME)))
            connection.commit()


@contextmanager
def _reported(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        why = str(error.orig).partition("\n")[0]
        what = "the path, its permissions, the server"
        if engine.dialect.name == "postgresql":
            what = "that PostgreSQL runs there and lets this user in, and registry.url and registry.password_file"
        msg = f"registry {engine.url}: cannot be opened ({why}). Check {what}."
        raise RegistryError(msg) from error
