"""Copies of what a gateway keeps, made while it runs, and put back.

Decision: the registry is copied first, the series after it.
Because: what the registry says is stored must be in the copy of the series. The other way round that may lack what
came in between, and no edge would send it again. What the series have beyond it is sent again, and stored once.
Decision: SQLite's own backup, not a copy of the files.
Because: a file that is copied while it is written to is two halves of two states.
Decision: a folder of files with a list of their SHA-256, moved to its name when it is whole.
Because: people and rsync can look into it, and half a copy never looks like one.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url

from gateway import postgres_dump
from gateway.config import GatewayConfig

MANIFEST = "backup.json"
STATE, SETTINGS = "state", "settings"
"""Folders of a backup: what is put back, and what a person looks into."""
REGISTRY = "registry.sqlite"
DUMP = "registry.pgdump"
ASIDE = "before-restore-"
"""What was there when a backup was put back lies below the state folder under this name and a time."""
_NAME = "nhipdo-"
_FORMAT = 1
_SQLITE = b"SQLite format 3\0"
_OF_RUN = ("gateway.lock",)
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")


class BackupError(Exception):
    """No backup could be made, or this one cannot be put back; the message says why and what to do."""


class Kept(msgspec.Struct, frozen=True):
    """One file of a backup: its path within it, its size, bytes, and its SHA-256."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself.

    Attributes:
        version: Of the program that made it.
        made_at: UTC.
        files: All of them but this list.
        without: What the gateway keeps elsewhere and this backup lacks, in words.
        format: Of backups.
    """

    version: str
    made_at: datetime
    files: list[Kept]
    without: list[str]
    format: int = _FORMAT


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
    path = into / f"{_NAME}{now:%Y%m%dT%H%M%SZ}"
    partial = into / f".{path.name}.partial"
    try:
        _check_room(config, into)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        without = [*_copy_registry(config, partial / STATE), *_series_elsewhere(config)]
        _copy_state(config, partial / STATE)
        _copy_settings(config, partial / SETTINGS)
        manifest = Manifest(version("nhipdo"), now, list(_list(partial)), without)
        _write(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        partial.rename(path)
        _sync(into)
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


def look_into(backup: Path) -> Manifest:
    """Compare every file with the list, and look through every database.

    Raises:
        BackupError: It is none, or not as it was made.
    """
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        msg = f"{backup}: no backup ({error}). Name a folder that nhipdo backup has made."
        raise BackupError(msg) from error
    if manifest.format != _FORMAT:
        msg = f"{backup}: format {manifest.format}, this program knows {_FORMAT}. Use nhipdo {manifest.version}."
        raise BackupError(msg)
    wrong = [line for one in manifest.files if (line := _wrong(backup / one.path, one))]
    found = {one.path for one in _list(backup)} - {MANIFEST}
    wrong += [f"{backup / one}: is not in its list" for one in sorted(found - {one.path for one in manifest.files})]
    if wrong:
        msg = "\n".join((*wrong, f"{backup}: not as it was made. Take another one."))
        raise BackupError(msg)
    return manifest


def put_back(config: GatewayConfig, backup: Path, now: datetime) -> Path | None:
    """Put a backup into the state folder; what was there is moved aside within it.

    The gateway must not run: hold :func:`gateway.opening.sole_gateway` meanwhile. The settings are not put back.

    Returns:
        Where what was there is now; None: there was nothing.

    Raises:
        BackupError: It is not as it was made, or cannot be put back.
    """
    manifest = look_into(backup)
    aside = config.state_dir / f"{ASIDE}{now:%Y%m%dT%H%M%SZ}"
    there = [one for one in config.state_dir.iterdir() if not one.name.startswith((ASIDE, *_OF_RUN))]
    try:
        if there:
            aside.mkdir(mode=0o700)
            for one in there:
                one.rename(aside / one.name)
        for file in manifest.files:
            where = Path(file.path)
            if where.parts[0] == STATE and where.name != DUMP:
                _put(backup / where, config.state_dir / where.relative_to(STATE), config.state_dir)
        if (dump := backup / STATE / DUMP).exists():
            postgres_dump.put_back(config, dump)
    except (OSError, postgres_dump.DumpError) as error:
        msg = f"restore into {config.state_dir}: {error}. What was there is in {aside}; mend the cause, then try again."
        raise BackupError(msg) from error
    return aside if there else None


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
        if url.database and Path(url.database).exists():
            _copy_sqlite(Path(url.database), to / REGISTRY)
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
        copy = to / file.relative_to(config.state_dir)
        if copy.exists():  # the registry
            continue
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_sqlite(file):
            _copy_sqlite(file, copy)
        else:
            _copy(file, copy)


def _of_state(folder: Path) -> Iterator[Path]:
    """What is copied of the state folder; databases without their logs, which SQLite's backup has within."""
    for file in sorted(folder.rglob("*")):
        place = file.relative_to(folder)
        ours = not place.parts[0].startswith(ASIDE) and file.name not in _OF_RUN
        if ours and file.is_file() and not file.is_symlink() and not file.name.endswith(_BESIDE_SQLITE):
            yield file


def _copy_settings(config: GatewayConfig, to: Path) -> None:
    """``gateway.toml`` and the files beside it, such as passwords and certificates that it names."""
    if config.path is None:
        return
    to.mkdir(mode=0o700)
    for file in sorted(config.path.absolute().parent.iterdir()):
        if file.is_file() and os.access(file, os.R_OK):
            _copy(file, to / file.name)


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(len(_SQLITE)) == _SQLITE


def _copy_sqlite(file: Path, to: Path) -> None:
    """One state of it, whatever is written meanwhile; readers and writers go on."""
    to.touch(0o600)
    with closing(sqlite3.connect(file, timeout=60.0)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
        # A copy has one file: without this it would want a log beside it as soon as it is looked into.
        copy.execute("PRAGMA journal_mode = DELETE")
    _sync(to)


def _copy(file: Path, to: Path) -> None:
    to.touch(0o600)
    shutil.copyfile(file, to)
    _sync(to)


def _put(file: Path, to: Path, like: Path) -> None:
    """Put back one file, its owner's alone and of the owner of the state folder, whoever calls this."""
    owner = like.stat()
    for folder in (*reversed(to.relative_to(like).parents[:-1]), None):
        if folder is not None and not (like / folder).exists():
            (like / folder).mkdir(mode=0o700)
            _own(like / folder, owner)
    _copy(file, to)
    _own(to, owner)


def _own(path: Path, owner: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def _list(folder: Path) -> Iterator[Kept]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield Kept(str(file.relative_to(folder)), file.stat().st_size, _sha256(file))


def _wrong(file: Path, one: Kept) -> str:
    if not file.is_file():
        return f"{file}: is missing"
    if _sha256(file) != one.sha256:
        return f"{file}: was altered"
    if not _is_sqlite(file):
        return ""
    # Nothing is written beside it, so that a backup can be looked into where it may only be read.
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as database:
        (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    return "" if said == "ok" else f"{file}: {said}"


def _sha256(file: Path) -> str:
    with file.open("rb") as whole:
        return hashlib.file_digest(whole, "sha256").hexdigest()


def _write(path: Path, body: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(body)
    _sync(path)


def _sync(path: Path) -> None:
    """On the disk, not only on its way there."""
    at = os.open(path, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)
