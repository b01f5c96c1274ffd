"""What leaves the outbox: the acknowledged after its days, and under pressure the oldest telemetry, declared."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from edge_agent.outbox.outbox import Outbox
from edge_agent.wire.messages import Declared
from edge_agent.wire.packing import RECORD, TELEMETRY
from edge_agent.wire.ranges import Ranges

_STEP = 500
_AIM = 0.95
_MARGIN = 1_000_000
"""Empty pages that a file which cannot grow keeps for what comes next, bytes."""


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
    [free], [size] = (outbox.db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_size"))
    return file_bytes(outbox) - int(free * size)


def file_bytes(outbox: Outbox) -> int:
    """Bytes of the file, with its empty pages."""
    [pages], [size] = (outbox.db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * size)


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
        self._outbox.db.execute("DELETE FROM stored WHERE journal NOT IN (SELECT journal FROM journal)")

    def make_room(self, *, growing: bool = True) -> list[Declared]:
        """Bring the file under its limit; give back what must be declared for it.

        First what is stored, oldest first; then the oldest telemetry; records last; what tells of a loss never.

        Args:
            growing: Whether the file may grow. On a full disk it must do with the pages that it has.
        """
        limit, aim = self._limit, int(self._limit * _AIM)
        if not growing:
            whole = file_bytes(self._outbox)
            margin = min(_MARGIN, whole // 10)
            limit, aim = min(limit, whole - margin), min(aim, whole - 2 * margin)
        if used_bytes(self._outbox) <= limit:
            return []
        stored = self._outbox.stored()
        for one in self._outbox.held():
            for lo, hi in stored.get(one.journal, ()):
                if hi >= one.first:
                    self._let_go(aim, "journal.journal = ? AND seq BETWEEN ? AND ? ORDER BY seq", one.journal, lo, hi)
        return [
            *self._let_go(aim, f"kind = '{TELEMETRY}' ORDER BY message.id"),
            *self._let_go(aim, f"kind = '{RECORD}' AND kind != '{TELEMETRY}' ORDER BY message.id"),
        ]

    def _let_go(self, aim: int, where: str, *values: str | int) -> list[Declared]:
        """Drop rows in this order until no more than ``aim`` bytes are used; what that would declare."""
        declared: list[Declared] = []
        while (excess := used_bytes(self._outbox) - aim) > 0:
            leaving: list[Row] = []
            for row in self._rows(f"{where} LIMIT {_STEP}", *values):
                if excess <= 0:
                    break
                leaving.append(row)
                excess -= row.size
            if not leaving:
                break
            self._drop(leaving)
            declared += declare(leaving, "evicted")
        return join(declared)

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
        return self._rows(f"message.id > ? ORDER BY message.id LIMIT {_STEP}", after)

    def _rows(self, where: str, *values: str | int) -> list[Row]:
        rows = self._outbox.db.execute(
            "SELECT message.id, journal.journal, seq, kind, made, n, length(body) FROM message "  # noqa: S608  no input
            f"JOIN journal ON journal.id = message.journal WHERE {where}",
            values,
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


def join(declared: Iterable[Declared]) -> list[Declared]:
    """One record a journal and reason: these are never evicted, so let them be few."""
    joined: dict[tuple[str, str], Declared] = {}
    for one in declared:
        at = (one.journal, one.reason)
        known = joined.get(at)
        joined[at] = one if known is None else _both(known, one)
    return list(joined.values())


def _both(one: Declared, other: Declared) -> Declared:
    return msgspec.structs.replace(
        one,
        ranges=tuple(Ranges((*one.ranges, *other.ranges))),
        lines=one.lines + other.lines,
        since=min(one.since, other.since),
        until=max(one.until, other.until),
    )
