"""Making a backup of a gateway that may run."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url

from gateway.backup import influx_copy, postgres_dump
from gateway.backup.copying import copy, copy_sqlite, sync, sync_folders, write
from gateway.backup.listing import (
    ASIDE,
    DUMP,
    MANIFEST,
    OF_RUN,
    READY,
    SERIES,
    SETTINGS,
    STATE,
    BackupError,
    Manifest,
    is_sqlite,
    list_files,
)
from gateway.backup.watching import mark_copied
from gateway.config import PATHS, GatewayConfig
from gateway.registry.database import REVISIONS

_NAME = "nhipdo-"
_WELL = 3
"""So many times its reserve the gateway has free where nobody is warned: old copies go before that is gone."""
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


def back_up(config: GatewayConfig, into: Path, now: datetime, keep: int = 0) -> tuple[Path, Manifest]:
    """Copy the registry, then the state folder's other files and those that the settings name, InfluxDB's series last.

    What a copy that was cut off has left behind is removed. That this one was made is marked in the state folder, for
    :func:`gateway.backup.watching.watch_copies`, unless something failed.

    Args:
        config: Of the gateway, which may run.
        into: Folder of backups; must be there.
        now: Its name; UTC.
        keep: Of the backups in ``into`` so many stay, this one included, and fewer where there is no room for them;
            the newest stays until this one is whole. 0: all of them.

    Raises:
        BackupError: It cannot be read or written, or the disk is too full.
    """
    if into.resolve().is_relative_to(config.state_dir.resolve()):
        msg = f"backup into {into}: lies in the state folder, and each copy would hold all before it. Choose another."
        raise BackupError(msg)
    path = into / f"{_NAME}{now:%Y%m%dT%H%M%SZ}"
    partial = into / f".{path.name}.partial"
    try:
        with _alone(into):
            _make_room(config, into, keep)
            manifest = _fill(config, partial, now)
            partial.rename(path)
            sync(into)
            # Not this one, also where a wrong clock has named it before the others.
            others = [one for one in backups(into) if one != path]
            for old in others[: max(0, len(others) + 1 - keep)] if keep else []:
                shutil.rmtree(old)
            if not (manifest.failed or manifest.lacks_registry):
                mark_copied(config.state_dir, now)
    except (OSError, sqlite3.Error, postgres_dump.DumpError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        msg = f"backup into {into}: {error}. Is the folder there, does it belong to the gateway's user, is there room?"
        raise BackupError(msg) from error
    return path, manifest


def _fill(config: GatewayConfig, partial: Path, now: datetime) -> Manifest:
    partial.mkdir(mode=0o700)
    without, failed = [*_copy_registry(config, partial / STATE)], False
    _copy_state(config, partial / STATE)
    _copy_settings(config, partial / SETTINGS)
    if config.store.kind == "influx":
        try:
            elsewhere = influx_copy.copy_series(config, partial / SERIES)
        except influx_copy.SeriesError as error:
            # The registry alone is worth keeping, and worth telling of.
            shutil.rmtree(partial / SERIES, ignore_errors=True)
            elsewhere, failed = str(error), True
        without += [elsewhere] if elsewhere else []
    manifest = Manifest(
        version("nhipdo"), now, list(list_files(partial)), without, tables=max(REVISIONS), failed=failed
    )
    write(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    sync_folders(partial)
    return manifest


def backups(folder: Path) -> list[Path]:
    """Whole ones, the oldest first."""
    return sorted(one for one in folder.glob(f"{_NAME}*Z") if (one / MANIFEST).is_file())


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """One copy at a time; without what those have left that the power or a signal cut off."""
    folder = os.open(into, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = "another copy is being made there; wait for it"
            raise OSError(msg) from error
        for left in into.glob(f".{_NAME}*.partial"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(folder)


def _make_room(config: GatewayConfig, into: Path, keep: int) -> None:
    """Remove old copies, where they may go, until this one fits and the gateway can still store what comes."""
    there = backups(into)
    needed = sum(file.stat().st_size for file in _of_state(config.state_dir))
    if there and config.store.kind == "influx":  # as much as last time: InfluxDB's own files nobody else may look at
        needed += sum(file.stat().st_size for file in (there[-1] / SERIES).glob("*"))
    is_same_disk = into.stat().st_dev == config.state_dir.stat().st_dev
    reserve = config.store.reserve_mb * 1_000_000 if is_same_disk else 0
    for old in there[:-1] if keep else []:
        if shutil.disk_usage(into).free >= needed + _WELL * reserve:
            break
        shutil.rmtree(old)
    free = shutil.disk_usage(into).free
    if free < needed + reserve:
        spare = f", {reserve / 1e6:.0f} MB of which the gateway needs to go on" if reserve else ""
        msg = f"{(needed + reserve) / 1e6:.0f} MB are needed{spare}, and {free / 1e6:.0f} MB free"
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
        if not file.exists():
            msg = f"no registry at {file}; is it the right gateway.toml, is STATE_DIRECTORY that of the service"
            raise OSError(msg)
        place = to / file.relative_to(config.state_dir.resolve())
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy_sqlite(file, place)
    elif (why := postgres_dump.dump(config, to / DUMP)) is not None:
        yield why


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
        ours = not place.parts[0].startswith((ASIDE, READY)) and file.name not in OF_RUN
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
