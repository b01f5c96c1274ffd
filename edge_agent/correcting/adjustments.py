"""When instruments were adjusted, as this edge was told: kept beside the outbox in one file, over restarts."""

import sqlite3

from edge_agent.wire.bench import Adjusted

_TABLE = """CREATE TABLE IF NOT EXISTS adjustment (
    key TEXT PRIMARY KEY, instrument TEXT NOT NULL, adjusted_at INTEGER NOT NULL
) WITHOUT ROWID"""


class Adjustments:
    """Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        # Made with the first row: an edge must be able to start on a full disk.
        self._is_there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'adjustment'").fetchone() is not None

    def keep(self, record: Adjusted) -> None:
        """Put an adjustment in the place of the one with its key; one that was taken back goes."""
        self._db.execute(_TABLE)
        self._is_there = True
        if record.gone:
            self._db.execute("DELETE FROM adjustment WHERE key = ?", (record.key,))
            return
        row = (record.key, record.instrument, record.adjusted_at)
        self._db.execute("INSERT OR REPLACE INTO adjustment VALUES (?, ?, ?)", row)

    def of(self, instrument: str) -> frozenset[int]:
        """When an instrument was adjusted, UTC ns."""
        if not self._is_there:
            return frozenset()
        rows = self._db.execute("SELECT adjusted_at FROM adjustment WHERE instrument = ?", (instrument,))
        return frozenset(at for (at,) in rows)

    def instruments(self) -> list[str]:
        """Those that ever were."""
        if not self._is_there:
            return []
        return [name for (name,) in self._db.execute("SELECT DISTINCT instrument FROM adjustment ORDER BY 1")]
