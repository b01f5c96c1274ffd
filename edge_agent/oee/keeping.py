"""How long the shop floor keeps what, and how much of the outbox's file it may take.

Decision: what is kept here for the screen and for late words takes at most a part of the outbox's size; of too much,
the oldest days go.
Because: one file holds both, and what must still be sent goes before what was said already.
Instead of: figures of last month that push out measurements of today.
"""

import sqlite3

from edge_agent.oee.unit_tail import EVIDENCE_DAYS, Books
from edge_agent.wire.entries import Entry, Photo

_DAY_NS = 86_400_000_000_000
ELEMENTS_DAYS = 100
PHOTO_DAYS = 60
RECORDS_DAYS = 400
REVISION_DAYS = EVIDENCE_DAYS + 5
"""Of elements and stops: later nothing changes them."""
SHARES = {"evidence": 0.15, "elements": 0.15, "photo": 0.05}
"""Of the outbox's size."""
_LEAST_DAYS = 2
_ROW = 80
"""What a row takes besides its body, bytes."""


class Keeping:
    """Forgets what is old. Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
        books: Where everything is kept.
        limit_bytes: Of the outbox.
    """

    def __init__(self, db: sqlite3.Connection, books: Books, limit_bytes: int) -> None:
        self._db = db
        self._books = books
        self._limit = limit_bytes
        self._tidied = 0

    def tidy(self, now: int) -> None:
        """Once a day, and when the clock was set back."""
        if 0 <= now - self._tidied < _DAY_NS:
            return
        self._tidied = now
        evidence = self._evidence_since(now)
        self._books.evidence.forget_before(evidence)
        self._books.buckets.forget_before(evidence)
        for noun, days in _days().items():
            self._books.shop.forget_before(noun, now - days * _DAY_NS)
        for noun, share in (("elements", SHARES["elements"]), ("photo", SHARES["photo"])):
            sizes = self._sizes("shop_record WHERE noun = ?", noun)
            self._books.shop.forget_before(noun, _since_when(sizes, int(share * self._limit), now))
        self._forget_revisions(now)

    def _evidence_since(self, now: int) -> int:
        sizes = self._sizes("shop_settled")
        for day, size in self._sizes("shop_bucket", body="ifnull(length(stretches), 0) + length(carry)").items():
            sizes[day] = sizes.get(day, 0) + size
        return max(now - EVIDENCE_DAYS * _DAY_NS, _since_when(sizes, int(SHARES["evidence"] * self._limit), now))

    def _sizes(self, table: str, *values: str, body: str = "length(body)") -> dict[int, int]:
        """Day -> bytes."""
        rows = self._db.execute(
            f"SELECT since / {_DAY_NS}, sum({body} + {_ROW}) FROM {table} GROUP BY 1",  # noqa: S608  no input
            values,
        )
        return dict(rows.fetchall())

    def _forget_revisions(self, now: int) -> None:
        """The numbers of revisions of what will not be said again; should it be, a later wall clock is a higher one."""
        for noun, days in (_days() | {"elements": REVISION_DAYS, "stop": REVISION_DAYS}).items():
            before_ms = (now - days * _DAY_NS) // 1_000_000
            self._db.execute("DELETE FROM revision WHERE noun = ? AND revision < ?", (noun, before_ms))


def _since_when(sizes: dict[int, int], limit: int, now: int) -> int:
    """From which day on all together takes no more than ``limit`` bytes; the last days stay in any case."""
    used = 0
    for day in sorted(sizes, reverse=True):
        used += sizes[day]
        if used > limit:
            return min((day + 1) * _DAY_NS, now - _LEAST_DAYS * _DAY_NS)
    return 0


def _days() -> dict[str, int]:
    """Noun -> how long its records are kept."""
    nouns = ["stop", *(str(kind.__struct_config__.tag) for kind in Entry.__subclasses__())]
    return dict.fromkeys(nouns, RECORDS_DAYS) | {
        "elements": ELEMENTS_DAYS,
        str(Photo.__struct_config__.tag): PHOTO_DAYS,
    }
