"""Time series in one SQLite file: what the gateway keeps them in when there is no InfluxDB.

Decision: one row a line. A row is a vector of float64, whose places are the instrument's fields in the order in
which they first came; an absent field is NaN, and a row that is shorter than the list is older than the field.
Because: ingest of lines of 100 fields then costs some 0.6 CPU-s per million values, reading the text included, on
the machine where a row for each value costs 2.3 without it; 11 bytes of disk a value instead of 25, and some 140
written instead of 700. A day of one channel at 1 s is read in 0.3 s.
Instead of: blobs of many samples of one series, which are smaller yet, but to store a line twice, or late, is
then to take a blob apart.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from gateway.timeseries import Bucket, ChannelId, Latest, Refused, Row, StoreUnavailableError, minutes, series_sql
from gateway.timeseries.keeping import Keeper
from gateway.timeseries.points import Point
from gateway.timeseries.reading import read_lines

SCHEMA = """
CREATE TABLE IF NOT EXISTS instrument (
    id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, site TEXT NOT NULL, edge TEXT NOT NULL,
    instrument TEXT NOT NULL, UNIQUE (site, edge, instrument, measurement)
);
CREATE TABLE IF NOT EXISTS field (
    instrument INTEGER NOT NULL, kind TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (instrument, kind, place), UNIQUE (instrument, kind, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS departed (
    instrument INTEGER NOT NULL, channel TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (instrument, channel)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS point (
    instrument INTEGER NOT NULL, at INTEGER NOT NULL, numbers BLOB NOT NULL, texts BLOB,
    PRIMARY KEY (instrument, at)
) WITHOUT ROWID;
"""
"""``numbers`` float64, ``texts`` uint32 ids of ``word`` (0 absent), little-endian; ``departed``: channels that
later rows of their instrument lack, and when they were last there."""

VERSION = 2
"""2: minutes."""
_PAGE = 8192
"""Bytes: a row of up to 250 fields lies in its page; of 4096 only one of 120 would."""
_CHECKPOINT_PAGES = 4000
_BUSY_S = 5.0
_AT_ONCE = 5000


class EmbeddedStore:
    """See :class:`gateway.timeseries.TimeSeries`. One connection writes, each reading opens its own.

    Args:
        path: Of the file; made when absent, with its folder.
        reserve_bytes: Free room on the disk below which :meth:`why_full` says so.

    Raises:
        StoreUnavailableError: The file cannot be opened, is no database, or is of another version.
    """

    def __init__(self, path: Path, reserve_bytes: int = 1_000_000_000) -> None:
        self._path = path
        self._reserve_bytes = reserve_bytes
        self._lock = Lock()
        with self._unavailable():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        db = self._db
        db.execute(f"PRAGMA page_size = {_PAGE}")
        db.execute("PRAGMA journal_mode = WAL")
        # FULL, not NORMAL: what is acknowledged must be on the disk, and in WAL mode NORMAL leaves that to chance.
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        db.execute("PRAGMA secure_delete = OFF")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version not in range(VERSION + 1):
            msg = f"store {self._path}: format {version}, this program knows {VERSION}. Use the program that wrote it."
            raise StoreUnavailableError(msg)
        if version < VERSION:
            db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} {minutes.SCHEMA}")
            minutes.mark_all(db)
            db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute("COMMIT")
        self._keeper = Keeper(db)

    def write(self, lines: Sequence[str]) -> list[Refused]:
        """Store lines in one transaction; it is on the disk when this returns."""
        read, refused = read_lines(lines)
        with self._lock, self._unavailable(), self._transaction(self._db):
            return refused + self._keeper.keep(read)

    def latest(self, site: str, edge: str) -> list[Latest]:
        with self._reading() as db:
            return series_sql.latest(db, site, edge)

    def series(self, of: ChannelId, start: int, end: int, buckets: int) -> list[Bucket]:
        with self._reading() as db:
            return series_sql.series(db, of, start, end, buckets)

    def rows(self, of: ChannelId, start: int, end: int) -> Iterator[Row]:
        # Between two looks nothing is held open: a reader that dawdles would keep the log from being trimmed.
        while True:
            with self._reading() as db:
                some = series_sql.rows(db, of, start, end, _AT_ONCE)
            yield from some.rows
            if some.next_at is None:
                return
            start = some.next_at

    def points(self, measurement: str, site: str, edge: str, start: int, end: int) -> Iterator[Point]:
        with self._reading() as db:
            yield from series_sql.points(db, measurement, site, edge, start, end)

    def fields(self, measurement: str, site: str, edge: str) -> dict[str, frozenset[str]]:
        with self._reading() as db:
            return series_sql.fields(db, measurement, site, edge)

    def forget_before(self, measurement: str, at: int) -> int:
        """Retention, some thousand rows at a time, so that the ingest gets its turn."""
        gone = 0
        with self._unavailable(), closing(self._connect()) as db:
            for (instrument,) in db.execute(
                "SELECT id FROM instrument WHERE measurement = ?", [measurement]
            ).fetchall():
                while True:
                    with self._lock, self._transaction(db):
                        n = series_sql.forget(db, instrument, at, _AT_ONCE)
                    gone += n
                    if n < _AT_ONCE:
                        break
        return gone

    def sum_up(self, most: int = 100_000) -> int:
        """Sum up hours that are over, one at a time, so that the ingest gets its turn."""
        with self._reading() as db:
            due = minutes.due(db, most)
        with self._unavailable(), closing(self._connect()) as db:
            db.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes is summed up again
            for instrument, hour in due:
                with self._lock, self._transaction(db):
                    minutes.sum_up(db, instrument, hour)
        return len(due)

    def why_full(self) -> str:
        """See the protocol; pages that retention has emptied count as room while the disk is not near its end."""
        free = shutil.disk_usage(self._path.parent).free
        if free >= self._reserve_bytes:
            return ""
        with self._reading() as db:
            pages, size = (db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("freelist_count", "page_size"))
        if free + pages * size >= self._reserve_bytes and free >= self._reserve_bytes // 10:
            return ""
        return (
            f"store {self._path}: {free / 1e9:.2f} GB free on its disk, less than the reserve of "
            f"{self._reserve_bytes / 1e9:.2f} GB. Free some space or keep samples for a shorter time."
        )

    def close(self) -> None:
        self._db.close()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = OFF")
        return db

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._unavailable(), closing(self._connect()) as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")  # all that one call sees is of one moment
            yield db

    @contextmanager
    def _transaction(self, db: sqlite3.Connection) -> Iterator[None]:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            self._keeper.forget_what_it_knows()
            raise

    @contextmanager
    def _unavailable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            msg = f"store {self._path}: {error}. Look at the disk and at who else uses the file."
            raise StoreUnavailableError(msg) from error
