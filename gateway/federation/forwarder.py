"""The forwarding thread: what was agreed, from the journal to the gateway above, until that has stored it."""

import logging
import queue
import random
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from edge_agent.wire import topics
from edge_agent.wire.acknowledged import merge
from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack, EdgeStatus, GatewayStatus
from edge_agent.wire.packing import TELEMETRY, RottenError
from edge_agent.wire.topics import EdgeTopic, GatewayTopic
from edge_agent.wire.window import Waiting, Window
from gateway.broker_config import ForwardConfig
from gateway.federation.connection import CannotConnectError, Closed, Confirmed, Connection, Event, Heard, Opened
from gateway.federation.keeping import Keeping
from gateway.federation.outbox import ROTTEN, SET_ASIDE
from gateway.federation.rows import Rows
from gateway.federation.status import forwarder_status
from gateway.registry import collided

log = logging.getLogger(__name__)
_IDLE_S, _TROUBLE_S = 5.0, 2.0
CONNECTED, AWAY = "connected", "away"


class Forwarder:
    """Sends what was agreed, as an edge sends what it has measured.

    Args:
        engine: Of the registry.
        config: Where to, as whom.
        zone: Whose days count.
        clock: UTC, ns.
        is_shared: Whether other processes might forward the same.
    """

    def __init__(
        self,
        engine: Engine,
        config: ForwardConfig,
        zone: ZoneInfo,
        clock: Callable[[], int] = time.time_ns,
        *,
        is_shared: bool = False,
    ) -> None:
        self._config, self._clock = config, clock
        self._keeping = Keeping(engine, config, zone, clock, is_shared=is_shared)
        self._rows = Rows(engine)
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._window: Window | None = None
        self._connection: Connection | None = None
        self._online, self._stopping = False, False
        self._journal, self._started = "", clock()
        self._turn_at = self._connect_at = self._status_at = 0.0
        self._wait_s = config.reconnect_s
        self._gateways: dict[str, GatewayStatus] = {}
        self._mids: dict[int, int] = {}
        self._said = ""
        self._thread = Thread(target=self.run, name="forwarder")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Say that we go, and end; what waits stays in the journal."""
        self._stopping = True
        self._events.put(None)
        self._thread.join()

    # ------------------------------------------------------------------ the thread

    def run(self) -> None:
        """Gather, connect, send, listen, until stopped."""
        while not self._stopping:
            try:
                self.step()
            except DBAPIError as error:
                if not collided(error):  # else another transaction was in the way: begun again
                    self._fail(f"registry: cannot be used now ({error.orig}). Forwarding goes on when it can.")
            except Exception:
                log.exception("forwarding: a step failed; it is tried again")
                self._fail("forwarding: a step failed. Look in the log.")
        self._end()

    def _fail(self, why: str) -> None:
        self._lose(why)
        self._turn_at = time.monotonic() + _TROUBLE_S

    def step(self) -> None:
        """One look at everything."""
        now = time.monotonic()
        if now >= self._turn_at:
            self._turn(now)
        if self._window is not None:
            if self._connection is None and now >= self._connect_at:
                self._connect(now)
            if self._online:
                self._speak(self._window)
        self._listen()

    def _turn(self, now: float) -> None:
        turn = self._keeping.turn()
        self._turn_at = now if turn.is_more else now + self._config.every_s
        if not turn.is_ours:
            self._window = None
            self._lose("")
            return
        if turn.journal != self._journal:
            self._journal, self._started, self._window = turn.journal, self._clock(), None
            self._lose("")  # a run has a connection of its own: its will names the journal
        if self._window is None:
            config = self._config
            kb = config.window_kb * 1000
            self._window = Window(
                self._rows, self._keeping.stored(), config.window_messages, kb, config.resend_s, config.resend_max_s
            )
        self._admit(self._window)
        self._window.added()

    def _admit(self, window: Window) -> None:
        if self._rows.only_own == self._keeping.admitted:
            self._rows.only_own = not self._keeping.admitted
            window.begin_anew()

    def _listen(self) -> None:
        """Wait for the next thing to happen, and take all that has."""
        with suppress(queue.Empty):
            event = self._events.get(timeout=self._patience_s())
            while True:
                self._react(event)
                event = self._events.get_nowait()

    def _patience_s(self) -> float:
        now = time.monotonic()
        due = [now + _IDLE_S, self._turn_at]
        if self._connection is None:
            due.append(self._connect_at if self._window else now + _IDLE_S)
        elif not self._online:
            due.append(self._connect_at)
            if now > self._connect_at:
                self._events.put(Closed(f"broker {self._config.url}: said nothing. Is it an MQTT broker?"))
        elif self._window is not None:
            due += [self._status_at, self._window.next_time_s() if self._may_send() else now + _IDLE_S]
        return max(min(due) - now, 0.001)

    def _react(self, event: Event | None) -> None:
        window = self._window
        if isinstance(event, Opened):
            self._arrive()
        elif isinstance(event, Closed) and self._connection is not None:
            self._lose(event.why)
        elif isinstance(event, Confirmed) and window is not None:
            ident = self._mids.pop(event.mid, None)
            window.proved() if ident is None else window.heard(ident)
        elif isinstance(event, Heard) and window is not None:
            self._take(event, window)

    # ------------------------------------------------------------------ connection

    def _topic(self, kind: str) -> str:
        return str(EdgeTopic(self._config.site, self._config.edge, kind))

    def _connect(self, now: float) -> None:
        will = msgspec.json.encode(EdgeStatus(state="lost", journal=self._journal, at=self._clock()))
        client_id = f"nhipdo-{self._config.site}-{self._config.edge}-{self._journal[:8]}"
        self._connect_at = now + self._config.connect_timeout_s
        try:
            self._connection = Connection(self._config, client_id, self._events.put, (self._topic(topics.STATUS), will))
        except CannotConnectError as error:
            self._lose(str(error))

    def _arrive(self) -> None:
        if self._connection is None or self._window is None:
            return
        self._connection.subscribe(self._topic(topics.ACK), topics.EVERY_GATEWAY)
        self._online, self._wait_s, self._status_at = True, self._config.reconnect_s, 0.0
        self._window.begin_anew()
        waiting, _ = self._rows.waiting(self._window.stored)
        log.info("forwarding: broker %s reachable, %d messages wait", self._config.url, waiting)
        self._said = ""
        self._keeping.say_state(CONNECTED, "")

    def _lose(self, why: str) -> None:
        """The connection is gone; an empty ``why``: we ended it ourselves."""
        now = time.monotonic()
        if self._connection is not None:
            self._connection.abandon()
            self._connection = None
        was_online, self._online = self._online, False
        self._mids.clear()
        self._gateways.clear()
        # Events of a connection that is gone say nothing of the next one.
        self._events = queue.SimpleQueue()
        aside = self._window.disconnected(now) if was_online and self._window is not None else []
        self._connect_at = now + self._wait_s * random.uniform(0.5, 1.0)
        self._wait_s = min(self._wait_s * 2, self._config.reconnect_max_s)
        if why and why != self._said:
            log.warning("forwarding: %s What is to be sent is kept.", why)
            self._said = why
            with suppress(DBAPIError):
                self._keeping.say_state(AWAY, why)
        if aside:
            self._keeping.give_up([message.id for message in aside], SET_ASIDE)

    def _end(self) -> None:
        with suppress(DBAPIError):
            if self._connection is not None and self._online:
                self._connection.close((self._topic(topics.STATUS), self._status("stopped")))
                self._connection = None
            self._keeping.let_go()
        if self._connection is not None:
            self._connection.abandon()

    # ------------------------------------------------------------------ speaking and listening

    def _may_send(self) -> bool:
        """Not while every gateway above that we know of says that it cannot store, or has gone."""
        return not self._gateways or any(map(_stores, self._gateways.values()))

    def _speak(self, window: Window) -> None:
        now = time.monotonic()
        if self._may_send():
            for message in window.next_to_send(now):
                self._send(message, window)
        if now >= self._status_at and self._connection is not None:
            self._status_at = now + self._config.status_period_s
            window.keep_only({one.journal for one in self._rows.held()})
            self._connection.publish(self._topic(topics.STATUS), self._status("online"), retain=True)

    def _send(self, message: Waiting, window: Window) -> None:
        try:
            content = self._rows.content(message)
        except RottenError:
            self._keeping.give_up([message.id], ROTTEN)
            content = None
        if content is None or self._connection is None:
            window.drop(message.id)
            return
        payload = seal(message.journal, message.seq, content.first, content.n, content.body)
        kind = topics.TELEMETRY if message.kind == TELEMETRY else topics.RECORD
        self._mids[self._connection.publish(self._topic(kind), payload)] = message.id

    def _status(self, state: str) -> bytes:
        stored = self._window.stored if self._window else {}
        status = forwarder_status(state, self._journal, self._rows, stored, self._keeping.store)
        now, period_s = self._clock(), self._config.status_period_s
        return msgspec.json.encode(msgspec.structs.replace(status, at=now, started=self._started, period_s=period_s))

    def _take(self, heard: Heard, window: Window) -> None:
        try:
            topic = topics.parse(heard.topic)
            if isinstance(topic, GatewayTopic):
                status = msgspec.json.decode(heard.payload, type=GatewayStatus)
                self._gateway_says(topic.process, status, window, retained=heard.retained)
            elif topic.kind == topics.ACK and heard.payload:
                self._acknowledged(msgspec.json.decode(heard.payload, type=Ack), window)
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            log.warning("forwarding: %s: cannot be read: %s. Is the gateway above newer?", heard.topic, error)

    def _gateway_says(self, process: str, status: GatewayStatus, window: Window, *, retained: bool) -> None:
        could, before = self._may_send(), self._gateways.get(process)
        self._gateways[process] = status
        # One that has just come heard nothing of what was sent before; a retained word is older than our connection.
        has_come = not retained and _stores(status) and not (before and _stores(before))
        if self._may_send() and (has_come or not could):
            window.resume(time.monotonic())

    def _acknowledged(self, ack: Ack, window: Window) -> None:
        store = self._keeping.store
        stored = merge(store, window.stored, ack)
        if stored is None:
            return
        stored = self._keeping.believable(ack, stored)
        now_store = (ack.store, ack.generation)
        if store[0] and store != now_store:
            log.warning("forwarding: the store above is new or was restored; what it lacks is sent again")
        window.hold(ack.on_hold)
        is_other = now_store != store or ack.admitted != self._keeping.admitted
        if is_other or stored != window.stored:
            self._keeping.acknowledged(ack, stored)
            window.acknowledged(stored)
        if is_other:
            self._admit(window)
            self._turn_at = 0.0


def _stores(gateway: GatewayStatus) -> bool:
    return gateway.state == "online" and gateway.can_store
