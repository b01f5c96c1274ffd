"""Evidence of work units on disk, beside the outbox in one file: what a restart and a late word go back to.

Decision: what comes is written in one row for all work units, and into rows of its work unit when its bucket is
settled.
Because: a card is written by the page; ten rows a second in ten places of an index were ten pages a second.
Instead of: rows of each work unit at once.

Decision: of a settled bucket an observation is dropped that shows the same as the two before it and the one behind it,
of the same channels, unless a silence would arise.
Because: what stands still says nothing new. Two equal ones on end stay, since they confirm a reading that was not
believed at first; so does the last one before every change. Every figure does.
Instead of: all of it for five weeks, which would fill a card with sameness.
"""

import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from edge_agent.oee.evidence_rows import expand, expand_fresh, squeeze, squeeze_fresh
from edge_agent.oee.observation import Observation

log = logging.getLogger(__name__)

TABLES = (
    """CREATE TABLE IF NOT EXISTS shop_fresh (
    id INTEGER PRIMARY KEY, until INTEGER NOT NULL, body BLOB NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS shop_settled (
    id INTEGER PRIMARY KEY, work_unit TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, body BLOB NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS shop_settled_since ON shop_settled (work_unit, since)",
)
"""One statement each: a script would commit the transaction that it is run in."""
_LONGEST_ROW_NS = 3600 * 1_000_000_000
"""A row of settled evidence lies within one bucket: where one is looked for, an index tells."""


class EvidenceBook:
    """The evidence of all work units. Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        for statement in TABLES:
            db.execute(statement)
        self._db = db

    # ------------------------------------------------------------------ what is not settled yet

    def keep_fresh(self, came: dict[str, list[Observation]]) -> None:
        """Keep what came in this transaction, by work unit."""
        until = max(one.at for some in came.values() for one in some)
        self._db.execute("INSERT INTO shop_fresh (until, body) VALUES (?, ?)", (until, squeeze_fresh(came)))

    def fresh(self) -> dict[str, list[Observation]]:
        """All that is not settled yet, as it came; perhaps some that is."""
        found: dict[str, list[Observation]] = {}
        for (body,) in self._db.execute("SELECT body FROM shop_fresh ORDER BY id"):
            try:
                came = expand_fresh(body)
            except (zlib.error, msgspec.DecodeError) as error:
                _say_rotten(error)
                continue
            for work_unit, some in came.items():
                found.setdefault(work_unit, []).extend(some)
        return found

    def forget_fresh(self, before: int) -> None:
        """Every work unit has settled what lies before an instant."""
        self._db.execute("DELETE FROM shop_fresh WHERE until < ?", (before,))

    # ------------------------------------------------------------------ what is settled

    def settle(self, work_unit: str, bucket: tuple[int, int], observed: Sequence[Observation], max_gap_ns: int) -> None:
        """Keep the evidence of a bucket in place of what was kept of it, without what says nothing new."""
        self._db.execute(
            "DELETE FROM shop_settled WHERE work_unit = ? AND since >= ? AND since < ? AND until < ?",
            (work_unit, bucket[0], bucket[1], bucket[1]),
        )
        self._append(work_unit, list(telling(observed, max_gap_ns)))

    def keep_late(self, work_unit: str, came: Iterable[Observation], start_of: Callable[[int], int]) -> None:
        """Keep what came late, where it belongs."""
        by_bucket: dict[int, list[Observation]] = {}
        for one in came:
            by_bucket.setdefault(start_of(one.at), []).append(one)
        for some in by_bucket.values():
            self._append(work_unit, some)

    def _append(self, work_unit: str, observed: Sequence[Observation]) -> None:
        if not observed:
            return
        times = [one.at for one in observed]
        self._db.execute(
            "INSERT INTO shop_settled (work_unit, since, until, body) VALUES (?, ?, ?, ?)",
            (work_unit, min(times), max(times), squeeze(observed)),
        )

    def settled(self, work_unit: str, since: int, until: int) -> list[Observation]:
        """What was observed in ``[since, until)``, in order of time; of one instant the last to come is last."""
        rows = self._db.execute(
            "SELECT body FROM shop_settled WHERE work_unit = ? AND since > ? AND since < ? AND until >= ? ORDER BY id",
            (work_unit, since - _LONGEST_ROW_NS, until, since),
        )
        found = [one for (body,) in rows for one in _expand(body) if since <= one.at < until]
        found.sort(key=_at)
        return found

    def forget_before(self, instant: int) -> None:
        """Delete what lies before an instant."""
        self._db.execute("DELETE FROM shop_settled WHERE until < ?", (instant,))

    def forget_after(self, work_unit: str, instant: int) -> None:
        """Delete what lies behind an instant, also what is fresh of others: a clock that ran ahead dated it."""
        self._db.execute("DELETE FROM shop_settled WHERE work_unit = ? AND since > ?", (work_unit, instant))
        self._db.execute("DELETE FROM shop_fresh WHERE until > ?", (instant,))


def telling(observed: Sequence[Observation], max_gap_ns: int) -> Iterator[Observation]:
    """Without those that say nothing new."""
    kept = [True] * len(observed)
    by_channels: dict[tuple[object, ...], list[int]] = {}
    for k, one in enumerate(observed):
        channels = (one.state is None, one.product is None, one.boot is None, tuple(one.counts))
        by_channels.setdefault(channels, []).append(k)
    for places in by_channels.values():
        for k in _repeated([observed[place] for place in places], max_gap_ns):
            kept[places[k]] = False
    return (one for one, stays in zip(observed, kept, strict=True) if stays)


def _repeated(observed: Sequence[Observation], max_gap_ns: int) -> Iterator[int]:
    """Which of some observations of the same channels say nothing new."""
    shown = [(one.state, one.code, one.product, one.counts, one.boot) for one in observed]
    last = 0
    for k in range(1, len(observed) - 1):
        same = k > 1 and shown[k - 2] == shown[k - 1] == shown[k] == shown[k + 1]
        if same and observed[k + 1].at - observed[last].at <= max_gap_ns:
            yield k
        else:
            last = k


def _at(one: Observation) -> int:
    return one.at


def _expand(body: bytes) -> list[Observation]:
    try:
        return expand(body)
    except (zlib.error, msgspec.DecodeError) as error:
        _say_rotten(error)
        return []  # no data: the samples themselves are with the gateway


def _say_rotten(error: Exception) -> None:
    log.warning("outbox: a row of evidence is rotten, its time counts as no data: %s. Look at the card.", error)
