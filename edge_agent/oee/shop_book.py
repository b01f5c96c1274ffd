"""What is known of the shop floor: the record in force of every key, beside the outbox in one file.

The outbox forgets what the gateway has stored; the screen needs the last days whether or not a gateway was there.
"""

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from edge_agent.oee.chart_book import ChartReader
from edge_agent.outbox.schema import open_to_read
from edge_agent.wire.messages import Record
from edge_agent.wire.records import record_decoder

log = logging.getLogger(__name__)

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
_FAR = 2**63 - 1
_MOST = 20_000
_MOST_REMEMBERED = 500

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
        self._reader = ShopReader(db)
        self._remembered: dict[tuple[object, ...], tuple[int, Sequence[Any]]] = {}
        self._changes: dict[tuple[str, str], int] = {}

    def keep(self, record: Record) -> None:
        """Put a record in force in place of the one with its key."""
        noun, work_unit = _noun(type(record)), getattr(record, "work_unit", "")
        row = (noun, record.key, work_unit, stands_at(record), msgspec.json.encode(record))
        self._db.execute("INSERT OR REPLACE INTO shop_record VALUES (?, ?, ?, ?, ?)", row)
        self._changes[noun, work_unit] = self.changes(type(record), work_unit) + 1

    def changes(self, kind: type[Record], work_unit: str) -> int:
        """How often records of a kind were kept for a work unit since the start: who remembers some asks."""
        return self._changes.get((_noun(kind), work_unit), 0)

    def since(self, kind: type[R], work_unit: str, since: int, *, with_one_before: bool = False) -> Sequence[R]:
        """Records in force that stand at an instant or behind it, in order of time, without those that are gone.

        They are remembered: asking every second costs nothing while nothing changes.

        Args:
            kind: Of which kind.
            work_unit: Of which work unit.
            since: From when, UTC ns.
            with_one_before: Also the last one before it.
        """
        key, changes = (kind, work_unit, since, with_one_before), self.changes(kind, work_unit)
        known = self._remembered.get(key)
        if known is not None and known[0] == changes:
            return known[1]
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        found = self._reader.records(kind, work_unit, since, most=_MOST)[::-1]
        before = self._reader.last_before(kind, work_unit, since) if with_one_before else None
        found = found if before is None else [before, *found]
        self._remembered[key] = changes, found
        return found

    def forget_remembered(self) -> None:
        """What was kept last was not written after all."""
        self._remembered.clear()

    def forget_before(self, noun: str, since: int) -> None:
        """Delete the records of a noun that stand before an instant."""
        self._db.execute("DELETE FROM shop_record WHERE noun = ? AND since < ?", (noun, since))

    def forget_below(self, kind: type[Record], prefix: str) -> None:
        """Delete the records of a kind whose key begins with ``prefix``."""
        row = (_noun(kind), prefix, prefix + chr(0x10FFFF))
        self._db.execute("DELETE FROM shop_record WHERE noun = ? AND key >= ? AND key < ?", row)

    def reader(self) -> "ShopReader":
        """The same connection, to look."""
        return self._reader


class ShopReader:
    """Whoever only looks.

    A record that is rotten, or that another program wrote, is passed over.

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
        self, kind: type[R], work_unit: str | None = None, since: int = 0, until: int = _FAR, most: int = 500
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
        return [one for one in found if one is not None and not getattr(one, "gone", False)]

    def below(self, kind: type[R], prefix: str) -> list[R]:
        """Records in force whose key begins with ``prefix``, by key, without those that are gone."""
        rows = self._db.execute(
            "SELECT body FROM shop_record WHERE noun = ? AND key >= ? AND key < ? ORDER BY key",
            (_noun(kind), prefix, prefix + chr(0x10FFFF)),
        )
        found = (_decode(kind, body) for (body,) in rows)
        return [one for one in found if one is not None and not getattr(one, "gone", False)]

    def last_before(self, kind: type[R], work_unit: str, instant: int) -> R | None:
        """The last record in force that stands before an instant; None: there is none."""
        rows = self._db.execute(
            "SELECT body FROM shop_record WHERE noun = ? AND work_unit = ? AND since < ? ORDER BY since DESC",
            (_noun(kind), work_unit, instant),
        )
        found = (_decode(kind, body) for (body,) in rows)
        return next((one for one in found if one is not None and not getattr(one, "gone", False)), None)

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


def _decode(kind: type[R], body: bytes) -> R | None:
    try:
        record = record_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning(
            "outbox: a record of the shop floor cannot be read and is passed over: %s. Look at the card.", error
        )
        return None
    return record if isinstance(record, kind) else None
