"""Bytes that came, and when each of them did."""

import math

SETTLE_S = 0.05
"""What comes sooner after opening may be the tail of a line whose beginning nobody heard."""
UNREAD_MOST = 65_536
STRANGE_MOST = 256


class Received:
    """What a connection has given and nobody has taken yet.

    Attributes:
        bytes: All of it, oldest first.
        cut: Whether the first message in it may lack its beginning.
        strange: What was nobody's since the last request: told when that request gets no reply.
    """

    def __init__(self) -> None:
        self.bytes = b""
        self.cut = False
        self.strange = b""
        # (how many bytes there were up to and with this chunk, when it came): seldom more than one entry.
        self._chunks: list[tuple[int, float]] = []
        self._opened_at = -math.inf

    def opened(self, now: float) -> None:
        """The connection is new."""
        self.clear()
        self.cut = False
        self.strange = b""
        self._opened_at = now

    def add(self, chunk: bytes, at: float) -> None:
        """Append what came at ``at``, s."""
        if not self.bytes and at < self._opened_at + SETTLE_S:
            self.cut = True
        self.bytes = self.bytes + chunk if self.bytes else chunk
        self._chunks.append((len(self.bytes), at))

    def at(self, index: int) -> float:
        """When byte ``index`` came, s."""
        return next(at for end, at in self._chunks if index < end)

    def drop(self, count: int, *, strange: bool = False) -> None:
        """Forget the first ``count`` bytes, because they were taken or because they are nobody's."""
        if strange:
            self.strange = (self.strange + self.bytes[:count])[-STRANGE_MOST:]
        if count >= len(self.bytes):
            self.clear()
            return
        self.bytes = self.bytes[count:]
        self._chunks = [(end - count, at) for end, at in self._chunks if end > count]

    def forget(self) -> None:
        """Forget all that came up to here, perhaps in mid-message."""
        self.cut = self.cut or bool(self.bytes)
        self.clear()

    def trim(self) -> None:
        """Keep what nobody reads within bounds."""
        if len(self.bytes) > UNREAD_MOST:
            self.forget()

    def clear(self) -> None:
        """Nothing has come."""
        self.bytes = b""
        self._chunks.clear()
