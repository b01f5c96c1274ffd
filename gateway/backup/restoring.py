"""Putting a backup back.

Decision: all of it lies ready beside its place, and PostgreSQL has taken the registry, before anything is moved.
Because: a disk that fills or a server that refuses then leaves the gateway as it was, not half of two.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path

from gateway.backup import postgres_dump
from gateway.backup.copying import copy, sync, sync_folders
from gateway.backup.listing import ASIDE, DUMP, OF_RUN, READY, STATE, BackupError, Manifest, look_into
from gateway.config import GatewayConfig


def put_back(config: GatewayConfig, backup: Path, now: datetime) -> Path | None:
    """Put a backup into the state folder; what was there is moved aside within it.

    The gateway must not run: hold :func:`gateway.opening.sole_gateway` meanwhile. Settings and the series of InfluxDB
    are not put back.

    Returns:
        Where what was there is now, a registry in PostgreSQL as a dump; None: there was nothing.

    Raises:
        BackupError: It is not as it was made, or cannot be put back; all is as it was.
    """
    manifest, state = look_into(backup), config.state_dir
    dump = backup / STATE / DUMP
    _check_kind(config, backup, is_dump=dump.exists())
    ready, aside = state / READY, state / f"{ASIDE}{now:%Y%m%dT%H%M%SZ}"
    there = [one for one in state.iterdir() if not one.name.startswith((ASIDE, READY, *OF_RUN))]
    try:
        shutil.rmtree(ready, ignore_errors=True)
        _lay_ready(manifest, backup, ready)
        aside.mkdir(mode=0o700)
        if dump.exists():
            postgres_dump.put_back(config, dump, before=aside / DUMP)
    except (OSError, postgres_dump.DumpError) as error:
        shutil.rmtree(ready, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)
        msg = f"restore into {state}: {error}. All is as it was; mend the cause, then try again."
        raise BackupError(msg) from error
    for one in there:
        one.rename(aside / one.name)
    for one in ready.iterdir():
        one.rename(state / one.name)
    ready.rmdir()
    _own(state)
    sync(state)
    if any(aside.iterdir()):
        return aside
    aside.rmdir()
    return None


def _check_kind(config: GatewayConfig, backup: Path, *, is_dump: bool) -> None:
    """A registry goes into a database of its own kind, or would not be seen by anybody."""
    is_file = config.registry_url.startswith("sqlite")
    if is_file and is_dump:
        msg = f"{backup}: its registry was in PostgreSQL, registry.url names a SQLite file. Set registry.url as it was."
        raise BackupError(msg)
    if not is_file and (backup / STATE / "registry.sqlite").exists():
        msg = f"{backup}: its registry was a SQLite file, registry.url names PostgreSQL. Set registry.url as it was."
        raise BackupError(msg)


def _lay_ready(manifest: Manifest, backup: Path, ready: Path) -> None:
    ready.mkdir(mode=0o700)
    for file in manifest.files:
        where = Path(file.path)
        if where.parts[0] == STATE and where.name != DUMP:
            to = ready / where.relative_to(STATE)
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copy(backup / where, to)
    sync_folders(ready)


def _own(state: Path) -> None:
    """All of it is the owner's of the state folder, also when root has put it back."""
    if os.geteuid() == 0:
        owner = state.stat()
        for path in state.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
