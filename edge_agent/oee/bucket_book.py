"""Settled buckets of work units on disk: how each begins, how it went, what has to be judged again."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from edge_agent.kpi.evidence import CounterState
from edge_agent.oee.board import Stretch
from edge_agent.oee.unit_rules import RulesHistory, UnitRules

TABLES = (
    """CREATE TABLE IF NOT EXISTS shop_bucket (
    work_unit TEXT NOT NULL, since INTEGER NOT NULL, carry BLOB NOT NULL, stretches BLOB, PRIMARY KEY (work_unit, since)
) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS shop_again (
    work_unit TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL
) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS shop_rules (
    work_unit TEXT NOT NULL, since INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (work_unit, since)
) WITHOUT ROWID""",
)
"""One statement each: a script would commit the transaction that it is run in."""


class Edge(NamedTuple):
    """What the buckets before an instant were judged by, and what comes behind it may show to be otherwise.

    Attributes:
        state: Just before it, a code of :class:`Bucket`: of a silence it is known only behind it.
        stop_since: Start of the stop that lasts there; None: none does.
        is_minor: Whether that is a minor one.
        has_fault: Whether that contains FAULT, before the instant or behind it.
    """

    state: int
    stop_since: int | None = None
    is_minor: bool = False
    has_fault: bool = False


class StoredCarry(msgspec.Struct, frozen=True, array_like=True):
    """What must be known at the start of a bucket to go on exactly.

    Attributes:
        state: That was told last.
        state_since: Since when it holds, after a silence if it held before one; None: nothing was told.
        episode_since: Start of the stop that lasts; None: none does.
        episode_has_fault: Whether it contains FAULT, so far.
        heard_at: Last evidence; None: there was none.
        counters: Role -> where its counter stands.
        reject_deficit: Pieces that good is ahead of total.
        piece_at: Reading that showed the last piece, or the first one of all; None: there was none.
        stood_since: Start of the stop that this piece came out of; None: none. A lone piece interrupts nothing.
        product: That the machine showed last; None: it shows none.
        silent_until: End of the last silence, before the state that holds; None: there was none.
        unknown_until: The same of planned time without data.
        edge: What was supposed when what lies before was settled; None: nothing that could turn out otherwise.
    """

    state: int = 2
    state_since: int | None = None
    episode_since: int | None = None
    episode_has_fault: bool = False
    heard_at: int | None = None
    counters: dict[str, CounterState] = {}
    reject_deficit: int = 0
    piece_at: int | None = None
    stood_since: int | None = None
    product: str | None = None
    silent_until: int | None = None
    unknown_until: int | None = None
    edge: Edge | None = None


class Span(NamedTuple):
    """A stretch of settled time, UTC ns, half-open."""

    since: int
    until: int

    def with_more(self, more: "Span | None") -> "Span":
        """The least that holds both."""
        return self if more is None else Span(min(self.since, more.since), max(self.until, more.until))


_carry = msgspec.msgpack.Decoder(StoredCarry)
_stretches = msgspec.msgpack.Decoder(list[Stretch])
_rules = msgspec.msgpack.Decoder(UnitRules)
_encode = msgspec.msgpack.Encoder().encode


class BucketBook:
    """The buckets of all work units. Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        for statement in TABLES:
            db.execute(statement)
        self._db = db

    def keep_carry(self, work_unit: str, since: int, carry: StoredCarry) -> None:
        """Remember how a bucket begins."""
        self._db.execute(
            "INSERT INTO shop_bucket (work_unit, since, carry) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET carry = excluded.carry",
            (work_unit, since, _encode(carry)),
        )

    def keep_stretches(self, work_unit: str, since: int, stretches: Sequence[Stretch]) -> None:
        """Remember how a bucket went."""
        row = (_encode(stretches), work_unit, since)
        self._db.execute("UPDATE shop_bucket SET stretches = ? WHERE work_unit = ? AND since = ?", row)

    def last_carry(self, work_unit: str, at: int = 2**62) -> tuple[int, StoredCarry] | None:
        """The last bucket that begins at an instant or before, and how it begins; None: there is none.

        One that is rotten is passed over: from the one before it all is found again.
        """
        rows = self._db.execute(
            "SELECT since, carry FROM shop_bucket WHERE work_unit = ? AND since <= ? ORDER BY since DESC",
            (work_unit, at),
        )
        return next(((since, carry) for since, body in rows if (carry := _decoded(body)) is not None), None)

    def first_start(self, work_unit: str, since: int = 0) -> int | None:
        """The first bucket that begins at an instant or behind it; None: there is none."""
        row = self._db.execute(
            "SELECT min(since) FROM shop_bucket WHERE work_unit = ? AND since >= ?", (work_unit, since)
        ).fetchone()
        return None if row is None else row[0]

    def starts(self, work_unit: str, since: int, until: int) -> list[int]:
        """The buckets that begin in ``[since, until)``."""
        rows = self._db.execute(
            "SELECT since FROM shop_bucket WHERE work_unit = ? AND since >= ? AND since < ? ORDER BY since",
            (work_unit, since, until),
        )
        return [row[0] for row in rows]

    def stretches(self, work_unit: str, since: int, until: int) -> list[Stretch]:
        """How the settled buckets went that begin in ``[since, until)``."""
        rows = self._db.execute(
            "SELECT stretches FROM shop_bucket WHERE work_unit = ? AND since >= ? AND since < ? AND stretches NOT NULL "
            "ORDER BY since",
            (work_unit, since, until),
        )
        return [one for (body,) in rows for one in _decoded_stretches(body)]

    def forget_before(self, instant: int) -> None:
        """Delete what lies before an instant."""
        self._db.execute("DELETE FROM shop_bucket WHERE since < ?", (instant,))

    def forget_after(self, work_unit: str, instant: int) -> None:
        """Delete the buckets of a work unit that begin behind an instant."""
        self._db.execute("DELETE FROM shop_bucket WHERE work_unit = ? AND since > ?", (work_unit, instant))

    # ------------------------------------------------------------------ what has to be judged again

    def keep_again(self, work_unit: str, span: Span | None) -> None:
        """Remember what settled time has to be judged again; None: nothing."""
        self._db.execute("DELETE FROM shop_again WHERE work_unit = ?", (work_unit,))
        if span is not None:
            self._db.execute("INSERT INTO shop_again VALUES (?, ?, ?)", (work_unit, *span))

    def again(self, work_unit: str) -> Span | None:
        """What settled time has to be judged again; None: nothing."""
        row = self._db.execute("SELECT since, until FROM shop_again WHERE work_unit = ?", (work_unit,)).fetchone()
        return Span(*row) if row else None

    # ------------------------------------------------------------------ what held when

    def keep_rules(self, work_unit: str, versions: Iterable[tuple[int, UnitRules]]) -> None:
        """Remember what held from when on."""
        self._db.execute("DELETE FROM shop_rules WHERE work_unit = ?", (work_unit,))
        rows = ((work_unit, since, _encode(rules)) for since, rules in versions)
        self._db.executemany("INSERT INTO shop_rules VALUES (?, ?, ?)", rows)

    def rules(self, work_unit: str) -> RulesHistory | None:
        """What held from when on; None: nothing is known of it."""
        rows = self._db.execute(
            "SELECT since, body FROM shop_rules WHERE work_unit = ? ORDER BY since", (work_unit,)
        ).fetchall()
        versions = [(since, rules) for since, body in rows if (rules := _decoded_rules(body)) is not None]
        return RulesHistory(versions) if versions else None

    def work_units(self) -> list[str]:
        """Of which anything is known."""
        return [name for (name,) in self._db.execute("SELECT DISTINCT work_unit FROM shop_rules")]

    def forget(self, work_unit: str) -> None:
        """Delete all but settled evidence of a work unit that is no longer configured."""
        for table in ("shop_bucket", "shop_again", "shop_rules"):
            self._db.execute(f"DELETE FROM {table} WHERE work_unit = ?", (work_unit,))  # noqa: S608  no input


def _decoded(body: bytes) -> StoredCarry | None:
    try:
        return _carry.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _decoded_stretches(body: bytes) -> list[Stretch]:
    try:
        return _stretches.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def _decoded_rules(body: bytes) -> UnitRules | None:
    try:
        return _rules.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
