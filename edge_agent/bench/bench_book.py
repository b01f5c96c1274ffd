"""What the bench keeps beside the outbox: sessions, captures, judgements and results."""

import sqlite3

from edge_agent.bench.calibrations import captures_of, is_same_item, judged_of
from edge_agent.oee.shop_book import ShopBook
from edge_agent.wire.bench import OPEN, BenchItem, CalibrationCapture, CalibrationSession, CaptureJudged
from edge_agent.wire.messages import Record


class BenchBook:
    """Belongs to the recorder, inside its transaction.

    Args:
        db: The outbox's connection.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._book = ShopBook(db)

    def keep(self, record: Record) -> None:
        """Put a record in force in place of the one with its key."""
        self._book.keep(record)

    def session(self, key: str) -> CalibrationSession | None:
        """A session by its key; None: there is none."""
        return self._book.reader().record(CalibrationSession, key)

    def open_sessions(self) -> list[CalibrationSession]:
        """Those that are neither finished nor abandoned, the oldest first."""
        found = [one for one in self._book.reader().below(CalibrationSession, "") if one.state == OPEN]
        return sorted(found, key=lambda one: one.started_at)

    def captures(self, session: str) -> tuple[CalibrationCapture, ...]:
        """Of a session, by number."""
        return captures_of(self._book.reader(), session)

    def judged(self, session: str) -> tuple[CaptureJudged, ...]:
        """Of a session, by number."""
        return judged_of(self._book.reader(), session)

    def forget_captures_before(self, instant: int) -> None:
        """Delete what was captured in sessions that ended before an instant; the sessions and their results stay."""
        for session in self._book.reader().below(CalibrationSession, ""):
            if session.ended_at and session.ended_at < instant:
                for kind in (CalibrationCapture, CaptureJudged):
                    self._book.forget_below(kind, f"{session.key}.")


def open_with(sessions: list[CalibrationSession], instrument: str, item: BenchItem) -> CalibrationSession | None:
    """The open session that has this item or this instrument on the bench already; None: there is none."""
    return next(
        (one for one in sessions if (instrument and one.instrument == instrument) or is_same_item(one.item, item)),
        None,
    )
