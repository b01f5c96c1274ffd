"""One file, copied so that it is on the disk when that is said."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_sqlite(file: Path, to: Path) -> None:
    """One state of it, whatever is written meanwhile; readers and writers go on.

    Raises:
        sqlite3.Error: It cannot be read, or is damaged: such a copy must not take the place of an older whole one.
    """
    to.touch(0o600)
    with closing(sqlite3.connect(file, timeout=60.0)) as source, closing(sqlite3.connect(to)) as new:
        source.backup(new)
        # A copy has one file: without this it would want a log beside it as soon as it is looked into.
        new.execute("PRAGMA journal_mode = DELETE")
        (said,) = new.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            msg = f"{file} is damaged: {said}"
            raise sqlite3.DatabaseError(msg)
    sync(to)


def copy(file: Path, to: Path) -> None:
    """Its owner's alone, whatever the first one's rights are."""
    to.touch(0o600)
    shutil.copyfile(file, to)
    sync(to)


def write(path: Path, body: bytes) -> None:
    """A new file."""
    path.touch(0o600)
    path.write_bytes(body)
    sync(path)


def sync(path: Path) -> None:
    """On the disk, not only on its way there."""
    at = os.open(path, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)


def sync_folders(top: Path) -> None:
    """The names of what is in it too: without them a power cut leaves files that are in no folder."""
    for folder in (top, *(one for one in top.rglob("*") if one.is_dir())):
        sync(folder)
