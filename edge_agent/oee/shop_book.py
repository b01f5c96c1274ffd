"""What is known of the shop floor: the record in force of every key, beside the outbox in one file.

The outbox forgets what the gateway has stored; the screen needs the last days whether or not a gateway was there.
"""

import sqlite3
from pathlib import Path
from typing import TypeVar

import msgspec

from edge_agent.oee.chart_book import ChartReader
from edge_agent.outbox.schema import open_to_read
from edge_agent.wire.messages import Record
from edge_agent.wire.records import record_decoder

TABLES = (
    """CREATE TABLE IF NOT EXISTS shop_record (
    noun TEXT NOT NULL, key TEXT NOT NULL, work_unit TEXT NOT NULL, since INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (noun, key)
) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS shop_record_since ON shop_record (noun, work_unit, since)",
)
"""One statement each: a script would commit the transaction that it is run in."""
_SINCE = ("since", "made_at", "counted_at", "found_at", "came_in", "entered_at")
"""The first of these that a record has says where it stands in time."""

R = TypeVar("R", bound=Record)


class ShopBook:
    """The owner's side. Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        for statement in TABLES:
            db.execute(statement)
        self._db = db

    def keep(self, record: Record) -> None:
        """Put a record in force in place of the one with its key."""
        noun = str(record.__struct_config__.tag)
        row = (noun, record.key, getattr(record, "work_unit", ""), stands_at(record), msgspec.json.encode(record))
        self._db.execute("INSERT OR REPLACE INTO shop_record VALUES (?, ?, ?, ?, ?)", row)

    def forget_before(self, noun: str, since: int) -> None:
        """Delete the records of a noun that stand before an instant."""
        self._db.execute("DELETE FROM shop_record WHERE noun = ? AND since < ?", (noun, since))

    def reader(self) -> "ShopReader":
        """The same connection, to look."""
        return ShopReader(self._db)


class ShopReader:
    """Whoever only looks.

    Args:
        db: A connection that this thread may use.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @classmethod
    def open(cls, path: Path) -> "ShopReader":
        """A connection of one's own to the outbox at ``path``."""
        return cls(open_to_read(path))

    def record(self, kind: type[R], key: str) -> R | None:
        """The record in force, also one that is gone; None: there never was one."""
        row = self._db.execute("SELECT body FROM shop_record WHERE noun = ? AND key = ?", (_noun(kind), key)).fetchone()
        return _decode(kind, row[0]) if row else None

    def records(
        self, kind: type[R], work_unit: str | None = None, since: int = 0, until: int = 2**63 - 1, most: int = 500
    ) -> list[R]:
        """Records in force that stand in ``[since, until)``, the newest first, without those that are gone.

        Args:
            kind: Of which kind.
            work_unit: Of which work unit; None: of all.
            since: From when, UTC ns.
            until: To when, UTC ns.
            most: At most so many are looked at.
        """
        rows = self._db.execute(
            "SELECT body FROM shop_record WHERE noun = ? AND (? IS NULL OR work_unit = ?) AND since >= ? AND since < ? "
            "ORDER BY since DESC LIMIT ?",
            (_noun(kind), work_unit, work_unit, since, until, most),
        )
        found = [_decode(kind, body) for (body,) in rows]
        return [one for one in found if not getattr(one, "gone", False)]

    def charts(self) -> ChartReader:
        """The control charts in the same file."""
        return ChartReader(self._db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def stands_at(record: Record) -> int:
    """Where a record stands in time, UTC ns; 0: nowhere."""
    return next((int(getattr(record, name)) for name in _SINCE if hasattr(record, name)), 0)


def _noun(kind: type[Record]) -> str:
    return str(kind.__struct_config__.tag)


def _decode(kind: type[R], body: bytes) -> R:
    record = record_decoder.decode(body)
    assert isinstance(record, kind), "a noun has one type"
    return record
