"""Putting a backup back."""

import os
from datetime import datetime
from pathlib import Path

from gateway.backup import postgres_dump
from gateway.backup.copying import copy
from gateway.backup.listing import ASIDE, DUMP, OF_RUN, STATE, BackupError, look_into
from gateway.config import GatewayConfig


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
    there = [one for one in config.state_dir.iterdir() if not one.name.startswith((ASIDE, *OF_RUN))]
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


def _put(file: Path, to: Path, like: Path) -> None:
    """Put back one file, its owner's alone and of the owner of the state folder, whoever calls this."""
    owner = like.stat()
    for folder in (*reversed(to.relative_to(like).parents[:-1]), None):
        if folder is not None and not (like / folder).exists():
            (like / folder).mkdir(mode=0o700)
            _own(like / folder, owner)
    copy(file, to)
    _own(to, owner)


def _own(path: Path, owner: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
