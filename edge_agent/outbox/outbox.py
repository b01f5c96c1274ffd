"""The owner's side of the outbox: append, acknowledge, keep undated, count losses."""

import hashlib
import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from edge_agent.losses import Lost
from edge_agent.outbox.ownership import Lock, OutboxError, machine_serial
from edge_agent.outbox.reserve import Reserve
from edge_agent.outbox.schema import FILE, RESERVE, open_to_write
from edge_agent.wire.messages import Declared, Held, Loss, Record, Run, Setting
from edge_agent.wire.packing import KEPT, RECORD, Body, pack, squeeze
from edge_agent.wire.ranges import Ranges

_NEVER_EVICTED = (Run, Loss, Declared)


class Outbox:
    """What this edge has said and may be wanted again: one SQLite file.

    Belongs to the recorder's thread. When :meth:`transaction` has ended, what was appended in it survives a
    power cut.

    Args:
        state_dir: Where the file lies.
        machine: This machine's serial, as :func:`machine_serial` gives it.
        adopting: Take it over from another machine.

    Raises:
        OutboxError: In use by another process, made on another machine, or not to be opened.
    """

    def __init__(self, state_dir: Path, machine: str | None = None, *, adopting: bool = False) -> None:
        self._lock = Lock(state_dir)
        self.path = state_dir / FILE
        self.reserve = Reserve(state_dir / RESERVE)
        self.machine = machine or machine_serial()
        self.journal = secrets.token_hex(16)
        self._journal_id: int | None = None
        try:
            self._db = self._open()
            self._check_machine(adopting=adopting)
            last, clean = self.fact("last_commit"), self.fact("clean")
            self._previous_run = (last if isinstance(last, int) else 0), clean != 0
        except sqlite3.Error as error:
            self._lock.release()
            msg = f"{self.path}: {error}. Is the disk full or the file damaged? Move it away to begin a new one."
            raise OutboxError(msg) from error
        except OutboxError:
            self._db.close()
            self._lock.release()
            raise
        self.reserve.make()

    def _open(self) -> sqlite3.Connection:
        try:
            return open_to_write(self.path)
        except sqlite3.Error:
            # On a full disk there is no room even for the index of the log.
            if not self.reserve.spend():
                raise
            return open_to_write(self.path)

    def _check_machine(self, *, adopting: bool) -> None:
        made_on = self.fact("machine")
        if made_on is None or adopting:
            self._set_fact("machine", self.machine)
        elif made_on != self.machine:
            msg = (
                f"{self.path}: made on machine {made_on}, this is {self.machine}. If the card was moved here and the "
                "other machine is out of use, run: nhipdo-edge adopt agent.toml"
            )
            raise OutboxError(msg)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and on disk when it ends."""
        journal_id = self._journal_id
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._journal_id = journal_id
            raise

    # ------------------------------------------------------------------ facts

    def fact(self, name: str) -> object:
        """A small thing that is remembered over restarts; None when it never was."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set_fact(self, name: str, value: str | int) -> None:
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def committed(self, now: int, *, clean: bool = False) -> None:
        """Remember when this run committed last, and whether it stopped in order."""
        self._set_fact("last_commit", now)
        self._set_fact("last_run", self.journal)
        self._set_fact("clean", int(clean))

    def mark_unclean(self, *, unclean: bool = True) -> None:
        """From now on a power cut costs something; or, not ``unclean``: it would not have."""
        self._set_fact("clean", int(not unclean))

    def previous_run(self) -> tuple[int, bool]:
        """When the run before committed last (0: never), and whether it stopped in order."""
        return self._previous_run

    def previous_journal(self) -> str:
        """The run that committed last, which is not this one before its first commit; empty when none ever did."""
        return str(self.fact("last_run") or "")

    # ------------------------------------------------------------------ messages

    def append(self, bodies: Iterable[Body], now: int) -> None:
        """Number and keep. The body is sealed when it is sent, since ``first`` moves."""
        journal_id, seq = self._next_number()
        rows = []
        for body in bodies:
            crc, squeezed = squeeze(body.plain)
            rows.append((journal_id, seq, body.kind, now, body.n, crc, len(body.plain), squeezed))
            seq += 1
        self._db.executemany(
            "INSERT INTO message (journal, seq, kind, made, n, crc, size, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
        self._db.execute("UPDATE journal SET next_seq = ? WHERE id = ?", (seq, journal_id))

    def _next_number(self) -> tuple[int, int]:
        if self._journal_id is None:
            self._db.execute("INSERT INTO journal (journal) VALUES (?)", (self.journal,))
        row = self._db.execute("SELECT id, next_seq FROM journal WHERE journal = ?", (self.journal,)).fetchone()
        self._journal_id = int(row[0])
        return self._journal_id, int(row[1])

    def say(self, records: Iterable[Record], now: int) -> None:
        """Give each record its revision, and append all. What was said before in the same words is not said again."""
        lines: dict[str, list[str]] = {KEPT: [], RECORD: []}
        for record in records:
            line = self._revise(record, now)
            if line:
                lines[KEPT if isinstance(record, _NEVER_EVICTED) else RECORD].append(line)
        self.append((body for kind, some in lines.items() for body in pack(kind, some)), now)

    def _revise(self, record: Record, now: int) -> str:
        if isinstance(record, _NEVER_EVICTED):  # said once: their keys never come again
            return _dated(record, now // 1_000_000, now)
        noun = str(record.__struct_config__.tag)
        sha = hashlib.sha256(msgspec.json.encode(record)).hexdigest()
        row = self._db.execute("SELECT revision, sha256 FROM revision WHERE noun = ? AND key = ?", (noun, record.key))
        previous, said = row.fetchone() or (0, "")
        if sha == said:
            return ""
        revision = max(previous + 1, now // 1_000_000)
        self._db.execute("INSERT OR REPLACE INTO revision VALUES (?, ?, ?, ?)", (noun, record.key, revision, sha))
        return _dated(record, revision, now)

    def forget_said(self) -> None:
        """From now on everything is said again: a new run began, or another store listens."""
        self._db.execute("UPDATE revision SET sha256 = ''")

    def held(self) -> list[Held]:
        """The journals of which messages are held, oldest first."""
        return held(self._db)

    # ------------------------------------------------------------------ what the gateway and the disk say

    def acknowledge(self, store: str, generation: int, stored: Mapping[str, Ranges]) -> None:
        """Remember what is stored; another store, or a restored one, begins from nothing."""
        if (store, generation) != self.store():
            self._db.execute("DELETE FROM stored")
            self._set_fact("store", store)
            self._set_fact("generation", generation)
        known, held = self.stored(), {one.journal for one in self.held()}
        for journal in held.intersection(stored):
            before, now = set(known.get(journal, ())), set(stored[journal])
            for lo, hi in before - now:
                self._db.execute("DELETE FROM stored WHERE journal = ? AND lo = ? AND hi = ?", (journal, lo, hi))
            self._db.executemany("INSERT INTO stored VALUES (?, ?, ?)", ((journal, lo, hi) for lo, hi in now - before))

    def store(self) -> tuple[str, int]:
        """The store whose word we have, and its generation."""
        store, generation = self.fact("store"), self.fact("generation")
        return str(store or ""), generation if isinstance(generation, int) else 0

    def stored(self) -> dict[str, Ranges]:
        """What is stored of every journal, as far as we were told."""
        return read_stored(self._db)

    def keep_setting(self, noun: str, key: str, setting: Setting) -> bool:
        """Keep what the gateway set; False when we have that or a later revision already."""
        row = self._db.execute("SELECT revision FROM setting WHERE noun = ? AND key = ?", (noun, key)).fetchone()
        if row and row[0] >= setting.revision:
            return False
        body = msgspec.json.encode(setting.body).decode()
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?, ?, ?)", (noun, key, setting.revision, body))
        return True

    def settings(self) -> list[tuple[str, str, Setting]]:
        """Noun, id and what the gateway set, of all that is kept."""
        rows = self._db.execute("SELECT noun, key, revision, body FROM setting ORDER BY noun, key")
        return [(noun, key, Setting(revision=n, body=msgspec.json.decode(body))) for noun, key, n, body in rows]

    # ------------------------------------------------------------------ undated samples, losses

    def keep_undated(self, boot: str, guess: int, samples: bytes, n: int) -> None:
        """Keep samples that have only monotonic times; ``guess`` is wall minus monotonic as the system has it."""
        row = (boot, guess, n, zlib.compress(samples, 1))
        self._db.execute("INSERT INTO undated (boot, guess, n, body) VALUES (?, ?, ?, ?)", row)

    def undated(self) -> Iterator[tuple[int, str, int, int, bytes]]:
        """Undated rows, the oldest first, one by one: id, boot, guess, number of samples, samples (empty: rotten)."""
        for ident, boot, guess, n, body in self._db.execute("SELECT id, boot, guess, n, body FROM undated ORDER BY id"):
            try:
                yield ident, boot, guess, n, zlib.decompress(body)
            except zlib.error:
                yield ident, boot, guess, n, b""

    def forget_undated(self, ids: Iterable[int]) -> None:
        """They have been dated."""
        self._db.executemany("DELETE FROM undated WHERE id = ?", ((one,) for one in ids))

    def count_losses(self, lost: Iterable[Lost]) -> None:
        """Add to the open counts; ``since`` and ``until`` are wall time here."""
        self._db.executemany(
            "INSERT INTO loss VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n, "
            "since = min(since, excluded.since), until = max(until, excluded.until)",
            lost,
        )

    def open_losses(self) -> list[Lost]:
        """The counts that have not become records yet."""
        return [Lost(*row) for row in self._db.execute("SELECT instrument, reason, since, until, n FROM loss")]

    def close_losses(self, lost: Iterable[Lost]) -> None:
        """They have become records."""
        self._db.executemany("DELETE FROM loss WHERE instrument = ? AND reason = ?", (one[:2] for one in lost))

    # ------------------------------------------------------------------ the file

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for :mod:`edge_agent.outbox.trimming` in the same thread."""
        return self._db

    def checkpoint(self, *, shrink: bool = True) -> None:
        """Fold the write-ahead log into the file; without ``shrink`` the log keeps its place on the disk.

        Raises:
            sqlite3.Error: The disk would not take it; nothing is lost by that.
        """
        self._db.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if shrink else 'RESTART'})").fetchone()

    def close(self) -> None:
        """Let go of the file and the lock."""
        self._db.close()
        self._lock.release()


def _dated(record: Record, revision: int, now: int) -> str:
    return msgspec.json.encode(msgspec.structs.replace(record, revision=revision, at=now)).decode()


def held(db: sqlite3.Connection) -> list[Held]:
    """The journals of which messages are held, oldest first."""
    rows = db.execute(
        "SELECT journal, (SELECT min(seq) FROM message WHERE message.journal = journal.id), next_seq - 1 "
        "FROM journal ORDER BY id"
    )
    return [Held(journal=name, first=first, last=last) for name, first, last in rows if first is not None]


def read_stored(db: sqlite3.Connection) -> dict[str, Ranges]:
    """What is stored of every journal, as far as the edge was told."""
    stored: dict[str, Ranges] = {}
    for journal, lo, hi in db.execute("SELECT journal, lo, hi FROM stored"):
        stored.setdefault(journal, Ranges()).add(lo, hi)
    return stored
