"""How long samples take from their reading to our store, by edge, since it was asked last."""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from edge_agent.wire.schema import SAMPLE
from gateway.ingest.journals import EdgeId

_SAMPLE = f"{SAMPLE},"


class Latency(NamedTuple):
    """Of the newest sample of each message that was stored: the least and the greatest latency, s.

    The least is that of what an edge sends live; the greatest, while it catches up, that of what had waited.
    """

    least_s: float
    greatest_s: float


class Latencies:
    """Written by the ingesting thread, read by a job."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: dict[EdgeId, Latency] = {}

    def stored(self, messages: Iterable[tuple[EdgeId, Sequence[str]]], now: int) -> None:
        """Messages were stored.

        Args:
            messages: Whose, and their lines.
            now: UTC ns.
        """
        for edge, lines in messages:
            newest = next((line for line in reversed(lines) if line.startswith(_SAMPLE)), "")
            if newest:
                latency_s = (now - int(newest[newest.rindex(" ") + 1 :])) / 1e9
                with self._lock:
                    least, greatest = self._of.get(edge, (latency_s, latency_s))
                    self._of[edge] = Latency(min(least, latency_s), max(greatest, latency_s))

    def take(self) -> dict[EdgeId, Latency]:
        """What was seen since the last call."""
        with self._lock:
            taken, self._of = self._of, {}
        return taken
