"""The way back to the edges: acknowledgements and settings, retained; each said again when it may be gone or old.

Decision: of processes that share the edges' messages each says once more, from the registry, what it has said last of
an edge that it has heard nothing new of for some seconds.
Because: their words overtake each other, and the broker keeps the one that came last. No edge loses anything by an
older one, since it only ever adds what it is told; but one that was away would send again what had been stored.
Instead of: every process listening to the words of all others.
"""

from collections.abc import Callable, Collection
from typing import Protocol

import msgspec
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire import topics
from gateway.ingest.acknowledge import ack_topic, acknowledgement
from gateway.ingest.journals import EdgeId
from gateway.ingest.receipts import Receipts
from gateway.people import all_settings

SETTLED_S = 3.0
"""After so long without a message of an edge a process of a group says its last word on it again, s."""


class Publisher(Protocol):
    """Says something, retained, while the broker can be reached; else forgets it."""

    def publish(self, topic: str, payload: bytes) -> None:
        """From the ingesting thread."""
        ...


class WayBack:
    """What is said to edges. Belongs to the ingesting thread.

    Args:
        engine: Of the registry.
        receipts: What is stored.
        publisher: To the broker.
        clock: UTC, ns.
        is_shared: Whether other processes answer the same edges.
    """

    def __init__(
        self,
        engine: Engine,
        receipts: Receipts,
        publisher: Publisher,
        clock: Callable[[], int],
        *,
        is_shared: bool = False,
    ) -> None:
        self._engine = engine
        self._receipts = receipts
        self._publisher = publisher
        self._clock = clock
        self._is_shared = is_shared
        self._settings: dict[topics.EdgeTopic, int] = {}
        self._unsettled: dict[EdgeId, float] = {}

    def acknowledge(self, edges: Collection[EdgeId], now_s: float) -> None:
        """Tell edges what is stored of theirs; what this process has committed or read, never more."""
        self._say(edges)
        if self._is_shared:
            self._unsettled.update(dict.fromkeys(edges, now_s))

    def say_all(self) -> None:
        """Retained topics are caches: say everything again."""
        self._settings.clear()
        self.say_settings()
        self._say(self._receipts.edges)

    def say_settings(self) -> None:
        """Those that were put, or put again, since they were said last."""
        for edge, noun, key, setting in all_settings(self._engine):
            topic = topics.EdgeTopic(edge.site, edge.edge, topics.SETTING, noun, key)
            if self._settings.get(topic) != setting.revision:
                self._publisher.publish(str(topic), msgspec.json.encode(setting))
                self._settings[topic] = setting.revision

    def settle(self, now_s: float) -> None:
        """Say the last word again of edges that have been quiet, as the registry has it now."""
        due = {edge for edge, at in self._unsettled.items() if now_s - at >= SETTLED_S}
        if not due:
            return
        with Session(self._engine) as session:
            self._receipts.look(session, due)
        self._say(due)
        for edge in due:
            del self._unsettled[edge]

    def _say(self, edges: Collection[EdgeId]) -> None:
        now = self._clock()
        for edge in sorted(edges):
            ack = acknowledgement(self._receipts, edge, now)
            self._publisher.publish(ack_topic(edge), msgspec.json.encode(ack))
