"""Where messages wait between the broker's thread and the ingesting one: bounded, and never blocking the former."""

from collections import deque
from threading import Condition
from typing import NamedTuple

MAX_MESSAGES = 20_000
MAX_BYTES = 32_000_000


class Came(NamedTuple):
    """A message as the broker gave it; ``at`` is our clock, ns."""

    topic: str
    payload: bytes
    at: int


class Inbox:
    """A queue between two threads. What does not fit is dropped: its edge sends it again.

    Args:
        max_messages: How many may wait.
        max_bytes: How large they may be together.
    """

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._max_messages, self._max_bytes = max_messages, max_bytes
        self._waiting: deque[Came] = deque()
        self._bytes = 0
        self._changed = Condition()
        self._woken = False
        self._dropped = 0

    def put(self, came: Came) -> bool:
        """From the broker's thread; False when it was dropped."""
        with self._changed:
            if len(self._waiting) >= self._max_messages or self._bytes + len(came.payload) > self._max_bytes:
                self._dropped += 1
                return False
            self._waiting.append(came)
            self._bytes += len(came.payload)
            # A sleeper is woken by the first; for the others it lingers on purpose.
            if len(self._waiting) == 1:
                self._changed.notify_all()
            return True

    def wake(self) -> None:
        """End a wait at once: something else has happened."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def take(self, wait_s: float, linger_s: float, max_messages: int, max_bytes: int) -> list[Came]:
        """What waits, after waiting for the first at most ``wait_s``, and for its neighbours ``linger_s``."""
        with self._changed:
            if self._changed.wait_for(lambda: self._waiting or self._woken, wait_s) and not self._woken:
                self._changed.wait_for(lambda: self._woken, linger_s)
            self._woken = False
            taken: list[Came] = []
            size = 0
            while self._waiting and len(taken) < max_messages and (not taken or size < max_bytes):
                came = self._waiting.popleft()
                size += len(came.payload)
                taken.append(came)
            self._bytes -= size
            return taken

    def take_dropped(self) -> int:
        """How many were dropped since this was last asked."""
        with self._changed:
            dropped, self._dropped = self._dropped, 0
            return dropped

    def __len__(self) -> int:
        return len(self._waiting)
