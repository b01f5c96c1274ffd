"""What a backup says of itself, and whether it is still as it was made."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from gateway.backup.watching import MARK
from gateway.registry.database import REVISIONS

MANIFEST = "backup.json"
STATE, SETTINGS, SERIES = "state", "settings", "series"
"""Folders of a backup: what is put back, what a person looks into, and what InfluxDB's own program puts back."""
DUMP = "registry.pgdump"
NO_REGISTRY = "the registry: "
ASIDE = "before-restore-"
"""What was there when a backup was put back lies below the state folder under this name and a time."""
READY = "restore-ready"
"""Below the state folder: what is about to be put back."""
OF_RUN = ("gateway.lock", MARK)
_FORMAT = 1
_SQLITE = b"SQLite format 3\0"


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
        tables: The newest revision of the registry's tables that its program knows; empty: it was not written down yet.
        failed: Something of ``without`` ought to be in it.
    """

    version: str
    made_at: datetime
    files: list[Kept]
    without: list[str]
    format: int = _FORMAT
    tables: str = ""
    failed: bool = False

    @property
    def lacks_registry(self) -> bool:
        """Whether what matters most is not in it."""
        return any(words.startswith(NO_REGISTRY) for words in self.without)


def look_into(backup: Path) -> Manifest:
    """Compare every file with the list, and look through every database.

    Raises:
        BackupError: It is none, or not as it was made.
    """
    manifest = read_manifest(backup)
    if manifest.format != _FORMAT:
        msg = f"{backup}: format {manifest.format}, this program knows {_FORMAT}. Use nhipdo {manifest.version}."
        raise BackupError(msg)
    if manifest.tables and manifest.tables not in REVISIONS:
        msg = (
            f"{backup}: its tables are of revision {manifest.tables}, this program knows {max(REVISIONS)}."
            f" Use nhipdo {manifest.version}, which made it, or a newer one."
        )
        raise BackupError(msg)
    try:
        wrong = [line for one in manifest.files if (line := _wrong(backup / one.path, one))]
        found = {str(file.relative_to(backup)) for file in backup.rglob("*") if file.is_file()} - {MANIFEST}
    except OSError as error:
        msg = f"{backup}: cannot be read ({error}). Run this as its owner or as root, or take another one."
        raise BackupError(msg) from error
    wrong += [f"{backup / one}: is not in its list" for one in sorted(found - {one.path for one in manifest.files})]
    if wrong:
        msg = "\n".join((*wrong, f"{backup}: not as it was made. Take another one."))
        raise BackupError(msg)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """What it says of itself, believed.

    Raises:
        BackupError: It is none.
    """
    try:
        return msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        msg = f"{backup}: no backup ({error}). Name a folder that nhipdo backup has made."
        raise BackupError(msg) from error


def list_files(folder: Path) -> Iterator[Kept]:
    """Every file below a folder."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield Kept(str(file.relative_to(folder)), file.stat().st_size, _sha256(file))


def _wrong(file: Path, one: Kept) -> str:
    if Path(one.path).is_absolute() or ".." in Path(one.path).parts:
        return f"{one.path}: leads out of the backup"
    if not file.is_file():
        return f"{file}: is missing"
    if _sha256(file) != one.sha256:
        return f"{file}: was altered"
    if not is_sqlite(file):
        return ""
    # Nothing is written beside it, so that a backup can be looked into where it may only be read.
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as database:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        said = str(error)
    return "" if said == "ok" else f"{file}: {said}"


def _sha256(file: Path) -> str:
    with file.open("rb") as whole:
        return hashlib.file_digest(whole, "sha256").hexdigest()


def is_sqlite(file: Path) -> bool:
    """Whether a file is a database of SQLite."""
    with file.open("rb") as start:
        return start.read(len(_SQLITE)) == _SQLITE
