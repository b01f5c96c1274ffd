"""Opening what the gateway keeps: its state folder, the registry, the series, the secret."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from gateway import registry
from gateway.config import ConfigError, GatewayConfig
from gateway.timeseries import TimeSeries
from gateway.timeseries.embedded import EmbeddedStore


class Stores(NamedTuple):
    """The registry and the series."""

    engine: Engine
    timeseries: TimeSeries


class RunsAlreadyError(Exception):
    """Another gateway runs on the same state folder."""


@contextmanager
def opened(config: GatewayConfig) -> Iterator[Stores]:
    """The stores, with tables as this version needs them.

    Raises:
        ConfigError: The state folder or a secret file cannot be used.
        gateway.registry.RegistryError: The registry cannot be opened.
        gateway.timeseries.StoreUnavailableError: The embedded store cannot be opened.
    """
    with opened_registry(config) as engine:
        timeseries = open_timeseries(config)
        try:
            yield Stores(engine, timeseries)
        finally:
            timeseries.close()


@contextmanager
def opened_registry(config: GatewayConfig) -> Iterator[Engine]:
    """The registry alone, with tables as this version needs them."""
    make_state_dir(config)
    engine = registry.connect(config.registry_url, first_line(config.registry.password_file))
    try:
        registry.upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def open_timeseries(config: GatewayConfig) -> TimeSeries:
    """The series as the configuration says."""
    store = config.store
    if store.kind == "embedded":
        return EmbeddedStore(config.state_dir / "series.sqlite", store.reserve_mb * 1_000_000)
    from gateway.timeseries.influx import InfluxStore  # noqa: PLC0415  its libraries are large

    is_v2 = store.dialect == "v2"
    return InfluxStore(
        store.url,
        store.dialect,
        store.bucket if is_v2 else store.database,
        org=store.org,
        token=first_line(store.token_file),
        username=store.username,
        password=first_line(store.password_file),
        timeout_s=store.timeout_s,
        ca_file=store.ca_file,
    )


def make_state_dir(config: GatewayConfig) -> None:
    """The folder of what the gateway keeps."""
    try:
        config.state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{config.state_dir}: cannot be made: {error.strerror}. Set gateway.state_dir, or mend its permissions."
        raise ConfigError(msg) from error


@contextmanager
def sole_gateway(config: GatewayConfig) -> Iterator[None]:
    """Hold the state folder: two gateways on it would be two answers to every edge.

    Raises:
        ConfigError: The folder cannot be written to.
        RunsAlreadyError: Somebody else holds it.
    """
    make_state_dir(config)
    path = config.state_dir / "gateway.lock"
    try:
        lock = path.open("a+")
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror}. Run this as the gateway's user, or set gateway.state_dir."
        raise ConfigError(msg) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            msg = (
                f"{config.state_dir}: another gateway runs there (process {holder}). Stop it, or set gateway.state_dir."
            )
            raise RunsAlreadyError(msg) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def read_secret(config: GatewayConfig) -> str:
    """What opens page and API; made at the first start, readable by its owner alone."""
    path = config.secret_file
    if not path.exists():
        make_state_dir(config)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(secrets.token_urlsafe(16) + "\n")
    secret = first_line(str(path))
    if not secret:
        msg = f"{path}: its first line is empty, expected the secret of page and API. Write one, or remove the file."
        raise ConfigError(msg)
    return secret


def first_line(path: str) -> str:
    """Of a file that holds a secret; empty for no file.

    Raises:
        ConfigError: It cannot be read.
    """
    if not path:
        return ""
    try:
        # utf-8-sig: editors on Windows write a mark at the start that is no part of the secret.
        return Path(path).read_text("utf-8-sig").partition("\n")[0].strip()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}). Check the path in gateway.toml and its permissions."
        raise ConfigError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path}: not UTF-8. Save it as UTF-8, the secret alone on its first line."
        raise ConfigError(msg) from error
