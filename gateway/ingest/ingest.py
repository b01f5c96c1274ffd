"""Broker to stores to acknowledgement: one thread that takes what waits, stores it, and says so.

Decision: while a store cannot take anything, what came is kept up to a bound, and the rest is dropped.
Because: nothing dropped was acknowledged, so it comes again; a gateway without memory left helps nobody.
Instead of: the broker's queue, which no contract of ours rests on.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from edge_agent.wire import topics
from edge_agent.wire.envelope import UnreadableError
from edge_agent.wire.messages import GatewayStatus
from gateway.ingest.inbox import Came, Inbox
from gateway.ingest.journals import EdgeId
from gateway.ingest.latencies import Latencies
from gateway.ingest.reading import Arrival, read_message
from gateway.ingest.receipts import Receipts
from gateway.ingest.saying import Publisher, WayBack
from gateway.ingest.statuses import StatusWord, take_statuses
from gateway.ingest.storing import Outcome, Storing
from gateway.timeseries import StoreUnavailableError, TimeSeries

log = logging.getLogger(__name__)

LINGER_S = 0.2
"""How long the first of a batch waits for its neighbours, s."""
_LOOK_S = 1.0
_MAX_MESSAGES, _MAX_BYTES = 1000, 8_000_000
_MAX_HELD_BYTES = 16_000_000
_RETRY_S, _MAX_RETRY_S = 0.5, 30.0


@dataclass(slots=True)
class Counters:
    """What the ingest has done since it began.

    Attributes:
        messages: That came, statuses too.
        damaged: Without a header of the contract, or with a wrong CRC.
        foreign: On topics that are none of the contract.
        dropped: That did not fit while a store could not take them, or while we were too slow.
        failures: Batches that failed in a way that nobody foresaw.
        outcome: What became of the numbered ones.
    """

    messages: int = 0
    damaged: int = 0
    foreign: int = 0
    dropped: int = 0
    failures: int = 0
    outcome: Outcome = field(default_factory=Outcome)


class Ingest:
    """The ingesting thread; it owns the receipts.

    Args:
        engine: Of the registry.
        timeseries: Samples and windows.
        publisher: The way back to the edges.
        name: Of this gateway, in its status's topic.
        clock: UTC, ns.
        inbox: Where the broker's thread puts what came.
        is_shared: Whether other processes hear and answer the same edges.
    """

    def __init__(
        self,
        engine: Engine,
        timeseries: TimeSeries,
        publisher: Publisher,
        name: str = "main",
        clock: Callable[[], int] = time.time_ns,
        inbox: Inbox | None = None,
        *,
        is_shared: bool = False,
    ) -> None:
        self.counters = Counters()
        self.latencies = Latencies()
        self._engine = engine
        self._publisher = publisher
        self._topic = str(topics.GatewayTopic(name))
        self._clock = clock
        self._inbox = inbox or Inbox()
        self._receipts = Receipts(engine)
        self._storing = Storing(engine, timeseries, self._receipts, is_shared=is_shared)
        self._way_back = WayBack(engine, self._receipts, publisher, clock, is_shared=is_shared)
        self._held: list[Arrival] = []
        self._held_bytes = 0
        self._statuses: list[StatusWord] = []
        self._damaged: Counter[EdgeId] = Counter()
        self._retry_s, self._retry_at = _RETRY_S, 0.0
        self._looked_at = 0.0
        self._why = ""
        self._state = "online"
        self._connected, self._stopping = Event(), Event()
        self._thread = Thread(target=self.run, name="ingest")

    # ------------------------------------------------------------------ from other threads

    def put(self, topic: str, payload: bytes) -> None:
        """A message came; from the broker's thread."""
        self._inbox.put(Came(topic, payload, self._clock()))

    def connected(self) -> None:
        """The broker has let us in: what it retained for us may be gone or old."""
        self._connected.set()
        self._inbox.wake()

    def status(self) -> GatewayStatus:
        """How this process is, now."""
        return GatewayStatus(
            state=self._state, can_store=not self._why, why=self._why, at=self._clock(), store=self._receipts.store
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Store and acknowledge what is in hand, say that we go, and end."""
        self._stopping.set()
        self._inbox.wake()
        self._thread.join()

    # ------------------------------------------------------------------ the thread

    def run(self) -> None:
        """Take, store, acknowledge, until stopped."""
        while not (self._stopping.is_set() and not len(self._inbox)):
            try:
                self.step(_LOOK_S)
            except Exception:
                # The next batch may fare better, and nothing of this one was acknowledged.
                self.counters.failures += 1
                self._held.clear()
                self._held_bytes = 0
                log.exception("ingest: a batch failed; its messages will come again")
        self._retry_at = 0.0
        self._store_held()
        self._state = "stopped"
        self._say_status()

    def step(self, wait_s: float) -> None:
        """Take what waits, at most ``wait_s`` for the first, and store it."""
        if self._held or self._why:
            wait_s = min(wait_s, max(self._retry_at - time.monotonic(), 0.01))
        linger_s = 0.0 if self._stopping.is_set() else LINGER_S
        came = self._inbox.take(wait_s, linger_s, _MAX_MESSAGES, _MAX_BYTES)
        for one in came:
            self._sort(one)
        self._take_statuses()
        self._store_held()
        self._look_beside()

    def _sort(self, came: Came) -> None:
        self.counters.messages += 1
        try:
            topic = topics.parse(came.topic)
        except ValueError:
            self.counters.foreign += 1
            return
        if not isinstance(topic, topics.EdgeTopic) or not came.payload:
            return
        edge = EdgeId(topic.site, topic.edge)
        if topic.kind == topics.STATUS:
            self._statuses.append(StatusWord(edge, came.payload, came.at))
        elif self._held_bytes > _MAX_HELD_BYTES:
            self.counters.dropped += 1
        elif topic.kind in (topics.TELEMETRY, topics.RECORD):
            self._open(topic, came.payload)

    def _open(self, topic: topics.EdgeTopic, payload: bytes) -> None:
        try:
            self._held.append(read_message(topic, payload))
            self._held_bytes += len(payload)
        except UnreadableError as error:
            self.counters.damaged += 1
            edge = EdgeId(topic.site, topic.edge)
            if not self._damaged[edge]:
                log.warning("%s: %s", edge, error)
            self._damaged[edge] += 1

    def _take_statuses(self) -> None:
        if not self._statuses and not self._damaged:
            return
        try:
            due = take_statuses(self._engine, self._receipts, self._statuses, self._damaged, self._clock())
        except DBAPIError as error:
            self._cannot_store(f"registry: cannot be written ({error.orig}). Check its disk, or its server.")
            return
        finally:
            self._statuses.clear()
            self._damaged.clear()
        self._way_back.acknowledge(due, time.monotonic())

    def _store_held(self) -> None:
        # With nothing in hand we still try: edges are silent until we say that we can store again.
        if not (self._held or self._why) or time.monotonic() < self._retry_at:
            return
        try:
            outcome = self._storing.store(self._held, self._clock()) if self._held else self._storing.probe()
        except StoreUnavailableError as error:
            self._cannot_store(str(error))
            return
        self.latencies.stored(((one.whose, one.lines) for one in self._held), self._clock())
        self._held.clear()
        self._held_bytes = 0
        self.counters.outcome.add(outcome)
        self._retry_s = _RETRY_S
        if self._why:
            self._why = ""
            log.info("the stores can be written again")
            self._say_status()
        self._way_back.acknowledge(outcome.edges, time.monotonic())

    def _cannot_store(self, why: str) -> None:
        self._retry_at = time.monotonic() + self._retry_s
        self._retry_s = min(self._retry_s * 2, _MAX_RETRY_S)
        if why != self._why:
            log.warning("nothing is stored or acknowledged: %s", why)
            self._why = why
            self._say_status()

    def _look_beside(self) -> None:
        """Whether a command has written to the registry meanwhile, and whether everything is to be said again."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_S and not (self._connected.is_set() and now >= self._retry_at):
            return
        self._looked_at = now
        self.counters.dropped += self._inbox.take_dropped()
        try:
            due = self._receipts.reload() if self._receipts.changed_beside_us() else None
            if self._connected.is_set():
                self._say_status()
                self._way_back.say_all()
                self._connected.clear()
            elif due is not None:
                self._way_back.acknowledge(due, now)
                self._way_back.say_settings()
            self._way_back.settle(now)
        except DBAPIError as error:
            self._connected.set()  # what was to be said is said with all else, as soon as it can be
            self._cannot_store(f"registry: cannot be read ({error.orig}). Check its disk, or its server.")

    def _say_status(self) -> None:
        self._publisher.publish(self._topic, msgspec.json.encode(self.status()))
