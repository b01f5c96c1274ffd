"""The reader's side of the outbox: the uplink's view of what waits, and a survey for people."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from edge_agent.outbox.outbox import held, read_stored
from edge_agent.outbox.ownership import OutboxError
from edge_agent.outbox.schema import FILE, open_to_read
from edge_agent.wire.messages import Held
from edge_agent.wire.packing import TELEMETRY, RottenError, expand
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.window import Waiting

_DAY_NS = 86_400_000_000_000


class OutboxReader:
    """Reads while the recorder writes. Belongs to the uplink's thread."""

    def __init__(self, path: Path) -> None:
        self._db = open_to_read(path)

    def stored(self) -> dict[str, Ranges]:
        """What is stored of every journal, as far as we were told before."""
        return read_stored(self._db)

    def fact(self, name: str) -> object:
        """As the owner's :meth:`Outbox.fact`."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def newest(self) -> int:
        """Id of the newest message; 0 when there is none."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0])

    def oldest_unstored(self, stored: dict[str, Ranges]) -> int:
        """Id of the oldest message that may be sent and is not stored; the newest plus one when all are.

        Not the first above the floor: numbers that were declared are holes that stay, and all behind them would be
        looked through at every connection.
        """
        ids = [self.newest() + 1]
        for one in held(self._db):
            for lo, hi in stored.get(one.journal, Ranges()).absent(one.first, one.last):
                row = self._db.execute(
                    "SELECT id FROM message WHERE journal = (SELECT id FROM journal WHERE journal = ?) "
                    "AND seq BETWEEN ? AND ? AND set_aside = 0 ORDER BY seq LIMIT 1",
                    (one.journal, lo, hi),
                ).fetchone()
                if row:
                    ids += row
                    break
        return min(ids)

    def after(self, cursor: int, limit: int, *, records: bool) -> list[Waiting]:
        """Messages with an id above ``cursor``, by id; records only, or telemetry only."""
        kind = "!=" if records else "="
        rows = self._db.execute(
            "SELECT message.id, journal.journal, seq, kind, size FROM message "  # noqa: S608  no input
            "JOIN journal ON journal.id = message.journal "
            f"WHERE message.id > ? AND kind {kind} '{TELEMETRY}' AND set_aside = 0 ORDER BY message.id LIMIT ?",
            (cursor, limit),
        )
        return [Waiting(*row) for row in rows]

    def body(self, message_id: int) -> tuple[int, bytes] | None:
        """Lines and plain body of a message; None when it has left the outbox.

        Raises:
            RottenError: The disk gave back something else than was written.
        """
        row = self._db.execute("SELECT n, crc, body FROM message WHERE id = ?", (message_id,)).fetchone()
        return None if row is None else (row[0], expand(row[1], row[2]))

    def first(self, journal: str) -> int:
        """The lowest number of a journal that is still held."""
        row = self._db.execute(
            "SELECT min(seq) FROM message WHERE journal = (SELECT id FROM journal WHERE journal = ?)", (journal,)
        ).fetchone()
        return int(row[0] or 1)

    def undated(self) -> int:
        """Samples that wait for the clock."""
        return int(self._db.execute("SELECT coalesce(sum(n), 0) FROM undated").fetchone()[0])

    def held(self) -> list[Held]:
        """The journals of which messages are held."""
        return held(self._db)

    def waiting(self, stored: dict[str, Ranges]) -> tuple[int, int]:
        """Messages held and neither stored nor set aside, and when the oldest was made (0: none waits)."""
        count, oldest = 0, 0
        for one in held(self._db):
            ranges = stored.get(one.journal, Ranges())
            for lo, hi in ranges.absent(one.first, one.last):
                [n, seq] = self._db.execute(
                    "SELECT count(*), min(seq) FROM message WHERE journal = "
                    "(SELECT id FROM journal WHERE journal = ?) AND seq BETWEEN ? AND ?",
                    (one.journal, lo, hi),
                ).fetchone()
                count += n
                oldest = oldest or (self._made(one.journal, seq) if n else 0)
        [aside] = self._db.execute("SELECT count(*) FROM message WHERE set_aside = 1").fetchone()
        return max(count - aside, 0), oldest

    def _made(self, journal: str, seq: int) -> int:
        row = self._db.execute(
            "SELECT made FROM message WHERE journal = (SELECT id FROM journal WHERE journal = ?) AND seq = ?",
            (journal, seq),
        ).fetchone()
        return int(row[0])

    def messages(self) -> Iterator[tuple[Waiting, int, bytes]]:
        """Every message that is held and not stored, with its lines and body; rotten ones are left out."""
        stored = self.stored()
        for one in held(self._db):
            rows = self._db.execute(
                "SELECT id, seq, kind, size, n, crc, body FROM message WHERE journal = "
                "(SELECT id FROM journal WHERE journal = ?) ORDER BY seq",
                (one.journal,),
            )
            for ident, seq, kind, size, n, crc, body in rows:
                if seq in stored.get(one.journal, ()):
                    continue
                try:
                    plain = expand(crc, body)
                except RottenError:
                    continue
                yield Waiting(ident, one.journal, seq, kind, size), n, plain

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


class Survey(NamedTuple):
    """How an outbox is, for a person.

    Attributes:
        messages: Held.
        waiting: Of these, not stored yet.
        bytes: What the file uses.
        limit_bytes: What it may use.
        oldest_waiting: When the oldest of the waiting was made, ns; 0 when none waits.
        bytes_per_day: How fast it grew over the last day that is held.
        undated: Samples that wait for the clock.
        journals: Which journals are held.
        disk_free: Free bytes of its disk.
    """

    messages: int
    waiting: int
    bytes: int
    limit_bytes: int
    oldest_waiting: int
    bytes_per_day: float
    undated: int
    journals: tuple[Held, ...]
    disk_free: int


def survey(state_dir: Path, limit_bytes: int = 0) -> Survey:
    """Look at an outbox while its agent runs or rests.

    Raises:
        OutboxError: There is none.
    """
    path = state_dir / FILE
    if not path.exists():
        msg = f"{path}: no outbox there yet. Start the agent first: nhipdo-edge run agent.toml"
        raise OutboxError(msg)
    reader = OutboxReader(path)
    try:
        db = reader._db  # noqa: SLF001  the same module
        [pages], [free], [page] = (
            db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
        )
        [messages] = db.execute("SELECT count(*) FROM message").fetchone()
        since = time.time_ns() - _DAY_NS
        size, oldest = db.execute(
            "SELECT coalesce(sum(length(body)), 0), coalesce(min(made), 0) FROM message WHERE made > ?", (since,)
        ).fetchone()
        span = max(time.time_ns() - max(oldest, since), 1) if oldest else 1
        waiting, oldest_waiting = reader.waiting(reader.stored())
        return Survey(
            messages,
            waiting,
            (pages - free) * page,
            limit_bytes,
            oldest_waiting,
            size * _DAY_NS / span if oldest else 0.0,
            reader.undated(),
            tuple(reader.held()),
            shutil.disk_usage(state_dir).free,
        )
    finally:
        reader.close()


def autonomy_days(found: Survey) -> float | None:
    """How long the edge can do without a gateway from now on before it must drop samples, days.

    Up to the size limit or the end of the disk, whichever is nearer. What is stored may be dropped for
    it; its share is taken from the count of messages. None while the rate is not known.
    """
    if found.bytes_per_day <= 0:
        return None
    waiting = _waiting_bytes(found)
    room = min(found.limit_bytes - waiting, found.disk_free + found.bytes - waiting)
    return max(room, 0.0) / found.bytes_per_day


def used_share(found: Survey) -> float:
    """Share of the outbox's room that messages take which are not stored yet, 0 to 1.

    The room ends at the size limit or at the end of the disk, whichever is nearer.
    """
    room = min(found.limit_bytes, found.disk_free + found.bytes)
    return min(_waiting_bytes(found) / room, 1.0) if room > 0 else 1.0


def _waiting_bytes(found: Survey) -> float:
    """Of the file, by their share of the messages."""
    return found.bytes * found.waiting / max(found.messages, 1)
