"""Making a backup of a gateway that may run."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url

from gateway.backup import postgres_dump
from gateway.backup.copying import copy, copy_sqlite, sync, write
from gateway.backup.listing import (
    ASIDE,
    DUMP,
    MANIFEST,
    OF_RUN,
    SETTINGS,
    STATE,
    BackupError,
    Manifest,
    is_sqlite,
    list_files,
)
from gateway.config import PATHS, GatewayConfig

_NAME = "nhipdo-"
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


def back_up(config: GatewayConfig, into: Path, now: datetime, keep: int = 0) -> tuple[Path, Manifest]:
    """Copy the registry, then the series, then all other files of the state folder and those that the settings name.

    Args:
        config: Of the gateway, which may run.
        into: Folder of backups; must be there.
        now: Its name; UTC.
        keep: Of the backups in ``into`` so many stay, this one included; 0: all of them.

    Raises:
        BackupError: It cannot be read or written, or the disk is too full.
    """
    if into.resolve().is_relative_to(config.state_dir.resolve()):
        msg = f"backup into {into}: lies in the state folder, and each copy would hold all before it. Choose another."
        raise BackupError(msg)
    path = into / f"{_NAME}{now:%Y%m%dT%H%M%SZ}"
    partial = into / f".{path.name}.partial"
    try:
        _check_room(config, into)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        without = [*_copy_registry(config, partial / STATE), *_series_elsewhere(config)]
        _copy_state(config, partial / STATE)
        _copy_settings(config, partial / SETTINGS)
        manifest = Manifest(version("nhipdo"), now, list(list_files(partial)), without)
        write(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        partial.rename(path)
        sync(into)
    except (OSError, sqlite3.Error, postgres_dump.DumpError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        msg = f"backup into {into}: {error}. Is the folder there, does it belong to the gateway's user, is there room?"
        raise BackupError(msg) from error
    for old in backups(into)[:-keep] if keep else []:
        shutil.rmtree(old)
    return path, manifest


def backups(folder: Path) -> list[Path]:
    """Whole ones, the oldest first."""
    return sorted(one for one in folder.glob(f"{_NAME}*Z") if (one / MANIFEST).is_file())


def _check_room(config: GatewayConfig, into: Path) -> None:
    needed = sum(file.stat().st_size for file in _of_state(config.state_dir))
    free = shutil.disk_usage(into).free
    if free < needed:
        msg = f"{needed / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB free"
        raise OSError(msg)


def _copy_registry(config: GatewayConfig, to: Path) -> Iterator[str]:
    """First of all. Yields what could not be copied from here."""
    to.mkdir(mode=0o700)
    url = make_url(config.registry_url)
    if url.drivername.startswith("sqlite"):
        file = Path(url.database or "").resolve()
        if not file.is_relative_to(config.state_dir.resolve()):
            msg = f"registry.url names {file}, outside the state folder {config.state_dir}"
            raise OSError(msg)
        if file.exists():
            place = to / file.relative_to(config.state_dir.resolve())
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy_sqlite(file, place)
    elif (why := postgres_dump.dump(config, to / DUMP)) is not None:
        yield why


def _series_elsewhere(config: GatewayConfig) -> Iterator[str]:
    if config.store.kind == "influx":
        yield (
            f"the series, which are in InfluxDB at {config.store.url}. Copy them after this, never before:"
            " influxd backup -portable -db DATABASE FOLDER, or influx backup FOLDER of version 2"
        )


def _copy_state(config: GatewayConfig, to: Path) -> None:
    for file in _of_state(config.state_dir):
        place = to / file.relative_to(config.state_dir)
        if place.exists():  # the registry
            continue
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_sqlite(file):
            copy_sqlite(file, place)
        else:
            copy(file, place)


def _of_state(folder: Path) -> Iterator[Path]:
    """What is copied of the state folder; databases without their logs, which SQLite's backup has within."""
    for file in sorted(folder.rglob("*")):
        place = file.relative_to(folder)
        ours = not place.parts[0].startswith(ASIDE) and file.name not in OF_RUN
        if ours and file.is_file() and not file.is_symlink() and not file.name.endswith(_BESIDE_SQLITE):
            yield file


def _copy_settings(config: GatewayConfig, to: Path) -> None:
    """``gateway.toml`` and what it names: passwords, certificates, a province's own plans."""
    if config.path is None:
        return
    to.mkdir(mode=0o700)
    copy(config.path, to / config.path.name)
    for table, keys in PATHS.items():
        for key in keys:
            named = getattr(getattr(config, table), key)
            if named and key != "state_dir":
                _copy_named(Path(named), to / f"{table}.{key}")


def _copy_named(named: Path, to: Path) -> None:
    if named.is_file():
        to.mkdir(mode=0o700)
        copy(named, to / named.name)
    elif named.is_dir():
        to.mkdir(mode=0o700)
        for file in sorted(named.glob("*.y*ml")):
            copy(file, to / file.name)
