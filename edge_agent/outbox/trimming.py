"""What leaves the outbox: the acknowledged after its days, and under pressure the oldest telemetry, declared."""

from collections.abc import Iterable
from typing import NamedTuple

from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.packing import RECORD, TELEMETRY
from edge_agent.wire.messages import Declared
from edge_agent.wire.ranges import Ranges

_STEP = 500
_AIM = 0.95


class Row(NamedTuple):
    """What trimming needs to know of a message."""

    id: int
    journal: str
    seq: int
    kind: str
    made: int
    n: int
    size: int


def used_bytes(outbox: Outbox) -> int:
    """Bytes of the file that hold something."""
    [pages], [free], [size] = (
        outbox.db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


class Trimmer:
    """Keeps the outbox inside its limits. Same thread and same transaction as the outbox's owner.

    Args:
        outbox: Whose rows.
        limit_bytes: What the file may use.
        keep_s: How long acknowledged messages are kept for a gateway that is restored.
    """

    def __init__(self, outbox: Outbox, limit_bytes: int, keep_s: float) -> None:
        self._outbox = outbox
        self._limit = limit_bytes
        self._keep_ns = int(keep_s * 1e9)
        self._cursor = 0

    def tidy(self, now: int) -> None:
        """Drop acknowledged messages that are older than ``keep_s``; some hundred at a call."""
        rows = self._oldest(self._cursor)
        old = [row for row in rows if row.made < now - self._keep_ns]
        stored = self._outbox.stored()
        self._drop(row for row in old if row.seq in stored.get(row.journal, ()))
        self._cursor = old[-1].id if old and len(old) == len(rows) == _STEP else 0
        self._outbox.db.execute(
            "DELETE FROM journal WHERE journal != ? AND id NOT IN (SELECT DISTINCT journal FROM message)",
            (self._outbox.journal,),
        )

    def make_room(self, limit_bytes: int | None = None) -> list[Declared]:
        """Bring the file under its limit; give back what must be declared for it.

        First what is stored, oldest first; then the oldest telemetry; records last; what tells of a loss never.
        """
        limit = min(self._limit, self._limit if limit_bytes is None else limit_bytes)
        if used_bytes(self._outbox) <= limit:
            return []
        stored = self._outbox.stored()
        declared: list[Declared] = []
        for kinds, even_unstored in (((), False), ((TELEMETRY,), True), ((RECORD,), True)):
            cursor = 0
            while (excess := used_bytes(self._outbox) - int(limit * _AIM)) > 0:
                rows = self._oldest(cursor)
                if not rows:
                    break
                leaving = []
                for row in rows:
                    if excess <= 0:
                        break
                    cursor = row.id
                    if row.seq in stored.get(row.journal, ()) or (even_unstored and row.kind in kinds):
                        leaving.append(row)
                        excess -= row.size
                declared += declare((r for r in leaving if r.seq not in stored.get(r.journal, ())), "evicted")
                self._drop(leaving)
        return declared

    def give_up(self, ids: Iterable[int], reason: str) -> list[Declared]:
        """Never send these again; give back what must be declared.

        ``set_aside``: they end the connection, and are kept to be looked at. ``rotten``: they go.
        """
        rows = [row for one in ids for row in self._rows("message.id = ?", one)]
        if reason == "set_aside":
            self._outbox.db.executemany("UPDATE message SET set_aside = 1 WHERE id = ?", ((row.id,) for row in rows))
        else:
            self._drop(rows)
        return declare(rows, reason)

    def _oldest(self, after: int) -> list[Row]:
        return self._rows("message.id > ? ORDER BY message.id LIMIT 500", after)

    def _rows(self, where: str, value: int) -> list[Row]:
        rows = self._outbox.db.execute(
            "SELECT message.id, journal.journal, seq, kind, made, n, length(body) FROM message "  # noqa: S608  no input
            f"JOIN journal ON journal.id = message.journal WHERE {where}",
            (value,),
        )
        return [Row(*row) for row in rows]

    def _drop(self, rows: Iterable[Row]) -> None:
        self._outbox.db.executemany("DELETE FROM message WHERE id = ?", ((row.id,) for row in rows))


def declare(rows: Iterable[Row], reason: str) -> list[Declared]:
    """One record a journal for messages that will never be stored."""
    by_journal: dict[str, list[Row]] = {}
    for row in rows:
        by_journal.setdefault(row.journal, []).append(row)
    return [
        Declared(
            key=f"{journal}.{some[0].seq}.{reason}",
            journal=journal,
            ranges=tuple(Ranges((row.seq, row.seq) for row in some)),
            lines=sum(row.n for row in some),
            since=min(row.made for row in some),
            until=max(row.made for row in some),
            reason=reason,
        )
        for journal, some in by_journal.items()
    ]
