"""The tables of the outbox, and how its file is opened."""

import sqlite3
from pathlib import Path

FILE = "outbox.sqlite"
LOCK = "outbox.lock"
RESERVE = "outbox.reserve"
_CACHE_KIB = 500
"""Of each connection: messages are written once and read once, so more memory would save nothing."""

TABLES = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY,
    journal TEXT NOT NULL UNIQUE,
    next_seq INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: readers remember how far they came
    journal INTEGER NOT NULL REFERENCES journal,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    made INTEGER NOT NULL,
    n INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    size INTEGER NOT NULL,
    set_aside INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS message_number ON message (journal, seq);
CREATE INDEX IF NOT EXISTS message_records ON message (id) WHERE kind != 'telemetry';
CREATE INDEX IF NOT EXISTS message_set_aside ON message (id) WHERE set_aside = 1;
CREATE TABLE IF NOT EXISTS stored (journal TEXT NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS undated (
    id INTEGER PRIMARY KEY, boot TEXT NOT NULL, guess INTEGER NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS loss (
    instrument TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (instrument, reason)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revision (
    noun TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (noun, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (
    noun TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (noun, key)
) WITHOUT ROWID;
"""


def open_to_write(path: Path) -> sqlite3.Connection:
    """The owner's connection; explicit transactions."""
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    # FULL, not NORMAL: in WAL mode NORMAL may lose the last commits in a power cut.
    db.execute("PRAGMA synchronous = FULL")
    # Debian compiles it ON, which multiplies what trimming writes by ten.
    db.execute("PRAGMA secure_delete = OFF")
    db.execute("PRAGMA journal_size_limit = 4194304")
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    db.executescript(TABLES)
    return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """A second connection, for whoever only looks."""
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5.0, check_same_thread=False
    )
    db.execute("PRAGMA query_only = ON")
    db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return db


def is_full(error: sqlite3.Error) -> bool:
    """Whether it is the disk's end that an operation met: in the file, in its log, or in the index of the log."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return "full" in str(error)
    return code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE
