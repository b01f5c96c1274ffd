"""Samples that never got a number, counted by instrument and reason until they become a record."""

import threading
from collections.abc import Iterable
from typing import NamedTuple

from edge_agent.wire.messages import Loss


class Lost(NamedTuple):
    """``n`` samples of an instrument (``""``: of all) between two instants of the monotonic clock, ns."""

    instrument: str
    reason: str
    since: int
    until: int
    n: int

    def record(self) -> Loss:
        """What is said of it; its instants are on the wall by then."""
        return Loss(
            key=f"{self.instrument or 'all'}.{self.reason}.{self.since}",
            instrument=self.instrument,
            since=self.since,
            until=self.until,
            n=self.n,
            reason=self.reason,
        )


class Losses:
    """Where workers count what they had to leave out. Any thread adds; the recorder takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], Lost] = {}

    def add(self, instrument: str, reason: str, since: int, until: int, n: int = 1) -> None:
        """Count ``n`` more."""
        key = (instrument, reason)
        with self._lock:
            old = self._open.get(key)
            self._open[key] = (
                Lost(instrument, reason, since, until, n)
                if old is None
                else Lost(instrument, reason, min(old.since, since), max(old.until, until), old.n + n)
            )

    def take(self) -> list[Lost]:
        """All that was counted since the last call."""
        with self._lock:
            taken, self._open = list(self._open.values()), {}
        return taken

    def give_back(self, taken: Iterable[Lost]) -> None:
        """What was taken could not be written."""
        for lost in taken:
            self.add(*lost)
