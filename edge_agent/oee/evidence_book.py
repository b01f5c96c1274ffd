"""Evidence of work units on disk, beside the outbox in one file: what a restart and a late word go back to.

Decision: an observation that shows the same as its neighbours on both sides is dropped when its bucket is settled,
unless a silence would arise.
Because: what stands still says nothing new; the reading just before every change stays, so every figure does.
Instead of: all of it for five weeks, which would fill a card with sameness.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from edge_agent.kpi.evidence import CounterState
from edge_agent.oee.board import Stretch
from edge_agent.oee.observation import Observation

TABLES = (
    """CREATE TABLE IF NOT EXISTS shop_evidence (
    id INTEGER PRIMARY KEY, work_unit TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS shop_evidence_since ON shop_evidence (work_unit, since)",
    """CREATE TABLE IF NOT EXISTS shop_bucket (
    work_unit TEXT NOT NULL, since INTEGER NOT NULL, carry BLOB NOT NULL, stretches BLOB, PRIMARY KEY (work_unit, since)
) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS shop_redo (work_unit TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID",
)
"""One statement each: a script would commit the transaction that it is run in."""
_DAY_NS = 86_400_000_000_000
_MOST_SPAN_NS = _DAY_NS
"""No row of evidence is longer: where one is looked for, an index tells."""


class StoredCarry(msgspec.Struct, frozen=True, array_like=True):
    """What must be known at the start of a bucket to go on exactly.

    Attributes:
        state: That holds.
        state_since: Since when; None: not known.
        episode_since: Start of the stop that lasts; None: none does.
        episode_has_fault: Whether it contains FAULT.
        heard_at: Last evidence; None: there was none.
        counters: Role -> where its counter stands.
        reject_deficit: Pieces that good is ahead of total.
        piece_at: Reading that showed the last piece; None: there was none.
        product: That the machine showed last; None: it shows none.
    """

    state: int
    state_since: int | None = None
    episode_since: int | None = None
    episode_has_fault: bool = False
    heard_at: int | None = None
    counters: dict[str, CounterState] = {}
    reject_deficit: int = 0
    piece_at: int | None = None
    product: str | None = None


_observations = msgspec.msgpack.Decoder(list[Observation])
_carry = msgspec.msgpack.Decoder(StoredCarry)
_stretches = msgspec.msgpack.Decoder(list[Stretch])
_encode = msgspec.msgpack.Encoder().encode


class EvidenceBook:
    """The evidence of all work units. Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        for statement in TABLES:
            db.execute(statement)
        self._db = db

    def append(self, work_unit: str, observations: Sequence[Observation]) -> None:
        """Keep what came."""
        ends = [one.at for one in observations]
        row = (work_unit, min(ends), max(ends), _squeeze(observations))
        if row[2] - row[1] < _MOST_SPAN_NS:
            self._db.execute("INSERT INTO shop_evidence (work_unit, since, until, body) VALUES (?, ?, ?, ?)", row)
            return
        half = len(observations) // 2
        self.append(work_unit, observations[:half])
        self.append(work_unit, observations[half:])

    def observations(self, work_unit: str, since: int, until: int) -> list[Observation]:
        """What was observed in ``[since, until)``, in order of time; of one instant the last to come is last."""
        rows = self._db.execute(
            "SELECT body FROM shop_evidence WHERE work_unit = ? AND since > ? AND since < ? AND until >= ? ORDER BY id",
            (work_unit, since - _MOST_SPAN_NS, until, since),
        )
        found = [one for (body,) in rows for one in _expand(body) if since <= one.at < until]
        found.sort(key=_at)
        return found

    def condense(self, work_unit: str, since: int, until: int, max_gap_ns: int) -> None:
        """Put the rows that lie in ``[since, until)`` into one, without what says nothing new."""
        rows = self._db.execute(
            "SELECT id, body FROM shop_evidence WHERE work_unit = ? AND since >= ? AND since < ? AND until < ? "
            "ORDER BY id",
            (work_unit, since, until, until),
        ).fetchall()
        if len(rows) < 2:  # noqa: PLR2004  nothing to put together
            return
        observations = sorted((one for _, body in rows for one in _expand(body)), key=_at)
        self._db.executemany("DELETE FROM shop_evidence WHERE id = ?", ((ident,) for ident, _ in rows))
        self.append(work_unit, list(telling(observations, max_gap_ns)))

    # ------------------------------------------------------------------ buckets

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
        """The last bucket that begins at an instant or before, and how it begins; None: there is none."""
        row = self._db.execute(
            "SELECT since, carry FROM shop_bucket WHERE work_unit = ? AND since <= ? ORDER BY since DESC LIMIT 1",
            (work_unit, at),
        ).fetchone()
        return (row[0], _carry.decode(row[1])) if row else None

    def carries(self, work_unit: str, since: int, until: int) -> list[int]:
        """The buckets that begin in ``[since, until)`` and of which it is known how."""
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
        return [one for (body,) in rows for one in _stretches.decode(body)]

    def keep_redo(self, work_unit: str, since: int | None) -> None:
        """Remember from when on settled time has to be evaluated anew; None: it need not be."""
        self._db.execute("DELETE FROM shop_redo WHERE work_unit = ?", (work_unit,))
        if since is not None:
            self._db.execute("INSERT INTO shop_redo VALUES (?, ?)", (work_unit, since))

    def redo(self, work_unit: str) -> int | None:
        """From when on settled time has to be evaluated anew; None: it need not be."""
        row = self._db.execute("SELECT since FROM shop_redo WHERE work_unit = ?", (work_unit,)).fetchone()
        return row[0] if row else None

    def forget_before(self, instant: int) -> None:
        """Delete what lies before an instant."""
        self._db.execute("DELETE FROM shop_evidence WHERE until < ?", (instant,))
        self._db.execute("DELETE FROM shop_bucket WHERE since < ?", (instant,))


def telling(observations: Sequence[Observation], max_gap_ns: int) -> Iterator[Observation]:
    """Without those that show the same as the ones before and after them, unless a silence would arise."""
    if not observations:
        return
    last = observations[0]
    yield last
    for one, after in pairwise(observations[1:]):
        same = _shows(last) == _shows(one) == _shows(after)
        if not same or after.at - last.at > max_gap_ns:
            yield one
            last = one
    if len(observations) > 1:
        yield observations[-1]


def _shows(one: Observation) -> tuple[object, ...]:
    return one.state, one.code, one.product, one.counts, one.boot


def _at(one: Observation) -> int:
    return one.at


def _squeeze(observations: Sequence[Observation]) -> bytes:
    return zlib.compress(_encode(observations), 6)


def _expand(body: bytes) -> list[Observation]:
    try:
        return _observations.decode(zlib.decompress(body))
    except (zlib.error, msgspec.DecodeError):
        return []  # a rotten row: the samples themselves are in the outbox
