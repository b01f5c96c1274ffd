"""Outbox to broker: a sliding window, trimmed by the gateway's acknowledgement.

One thread. It reads the outbox and never writes it: what the gateway has said goes to the recorder, into its
next transaction. Everything that happens comes through one queue.
"""

import logging
import queue
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from edge_agent.asked import Acknowledged, SettingCame, Unsendable
from edge_agent.clock import Clock
from edge_agent.config import AgentConfig
from edge_agent.config.tables import BrokerConfig
from edge_agent.endurance import Endurance
from edge_agent.outbox import OutboxReader
from edge_agent.status import edge_status
from edge_agent.uplink_beside import Beside, Committed, Stop
from edge_agent.uplink_connection import BrokerError, Came, Connected, Connection, Ended, Event, Heard
from edge_agent.wire import topics
from edge_agent.wire.acknowledged import merge
from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack, EdgeStatus, GatewayStatus, Setting
from edge_agent.wire.packing import TELEMETRY, RottenError
from edge_agent.wire.topics import EdgeTopic, GatewayTopic
from edge_agent.wire.window import Waiting, Window

log = logging.getLogger(__name__)

_IDLE_S = 5.0


class Uplink:
    """Sends what waits until it is stored.

    Args:
        config: Site, edge, and how often the edge says how it is.
        broker: Where.
        clock: When is now.
        journal: Of this run.
        path: The outbox's file.
        recorder: Gets what the gateway has said.
    """

    def __init__(
        self, config: AgentConfig, broker: BrokerConfig, clock: Clock, journal: str, path: Path, recorder: Beside
    ) -> None:
        self.events: queue.SimpleQueue[Event | Committed | Stop] = queue.SimpleQueue()
        self._config = config
        self._broker = broker
        self._clock = clock
        self._journal = journal
        self._recorder = recorder
        self._reader = OutboxReader(path)
        self._started = clock.now()
        self._endurance = Endurance(config)
        self._store = (str(self._reader.fact("store") or ""), _whole(self._reader.fact("generation")))
        self._window = Window(
            self._reader,
            self._reader.stored(),
            broker.window_messages,
            broker.window_bytes,
            broker.resend_s,
            broker.resend_max_s,
        )
        self._connection: Connection | None = None
        self._online, self._stopping = False, False
        self._wait_s = broker.reconnect_s
        self._connect_at = 0.0
        self._lost_since = time.monotonic()
        self._said_lost = False
        self._oldest_waiting = self._reader.waiting(self._window.stored)[1]
        self._next_status = 0.0
        self._gateways: dict[str, GatewayStatus] = {}
        self._mids: dict[int, int] = {}

    @property
    def is_online(self) -> bool:
        """Whether the broker can be reached now. Any thread may ask."""
        return self._online

    def waiting_since(self) -> int:
        """When the oldest message was made that was not stored at the last look, UTC ns; 0: none waited."""
        return self._oldest_waiting

    # ------------------------------------------------------------------ the thread

    def run(self) -> None:
        """Connect, send, listen, until :class:`Stop` comes."""
        try:
            while not self._stopping:
                try:
                    if self._connection is None and time.monotonic() >= self._connect_at:
                        self._connect()
                    self._listen()
                    if self._online:
                        self._speak()
                except (sqlite3.Error, OSError) as error:
                    self._lose(f"outbox: cannot be read now ({error}).")  # no reason to end the agent
        finally:
            self._end()

    def _listen(self) -> None:
        """Wait for the next thing to happen, and take all that has."""
        try:
            event = self.events.get(timeout=self._patience_s())
            while True:
                self._react(event)
                event = self.events.get_nowait()
        except queue.Empty:
            pass

    def _patience_s(self) -> float:
        now = time.monotonic()
        due = [now + _IDLE_S]
        if self._connection is None or not self._online:
            due.append(self._connect_at)
        else:
            due += [self._window.next_time_s() if self._may_send() else now + _IDLE_S, self._next_status]
        if not self._online and self._connection is not None and now > self._connect_at:
            self.events.put(Ended(f"broker {self._broker.url}: said nothing. Is it an MQTT broker? Check broker.url."))
        return max(min(due) - now, 0.001)

    def _react(self, event: Event | Committed | Stop) -> None:
        if isinstance(event, Heard):
            ident = self._mids.pop(event.mid, None)
            self._window.proved() if ident is None else self._window.heard(ident)
        elif isinstance(event, Came):
            self._take(event)
        elif isinstance(event, Connected):
            self._arrive()
        elif isinstance(event, Ended) and self._connection is not None:
            self._lose(event.why)
        elif isinstance(event, Committed):
            self._window.added()
        elif isinstance(event, Stop):
            self._stopping = True

    # ------------------------------------------------------------------ connection

    def _connect(self) -> None:
        topic = str(EdgeTopic(self._config.site, self._config.edge, topics.STATUS))
        will = msgspec.json.encode(EdgeStatus(state="lost", journal=self._journal, at=self._clock.now()))
        client_id = f"nhipdo-{self._config.site}-{self._config.edge}-{self._journal[:8]}"
        self._connect_at = time.monotonic() + self._broker.connect_timeout_s
        try:
            self._connection = Connection(self._broker, client_id, self.events, (topic, will))
        except (BrokerError, ValueError) as error:
            self._lose(str(error))

    def _arrive(self) -> None:
        if self._connection is None:
            return
        site, edge = self._config.site, self._config.edge
        self._connection.subscribe(
            str(EdgeTopic(site, edge, topics.ACK)), topics.every_setting(site, edge), topics.EVERY_GATEWAY
        )
        away_s = time.monotonic() - self._lost_since
        n, _ = self._reader.waiting(self._window.stored)
        log.info("broker %s reachable after %.0f s, %d messages waiting", self._broker.url, away_s, n)
        self._online = True
        self._said_lost = False
        self._wait_s = self._broker.reconnect_s
        self._next_status = 0.0
        self._window.begin_anew()

    def _lose(self, why: str) -> None:
        now = time.monotonic()
        if self._connection is not None:
            self._connection.abandon()
            self._connection = None
        if self._online:
            self._lost_since = now
            self._oldest_waiting = self._oldest_waiting or self._clock.now()
            aside = self._window.disconnected(now)
            if aside:
                self._recorder.asked.put(Unsendable([message.id for message in aside], "set_aside"))
        self._online = False
        self._mids.clear()
        self._gateways.clear()
        if not self._said_lost:
            self._said_lost = True
            log.warning("%s Trying again; samples are kept meanwhile.", why)
        # Jitter, so that many edges do not come back in one instant.
        self._connect_at = now + self._wait_s * random.uniform(0.5, 1.0)
        self._wait_s = min(self._wait_s * 2, self._broker.reconnect_max_s)

    def _end(self) -> None:
        if self._connection is not None:
            farewell = None
            with suppress(sqlite3.Error, OSError):
                farewell = self._status("stopped") if self._online else None
            self._connection.close(farewell) if farewell else self._connection.abandon()
        self._reader.close()

    # ------------------------------------------------------------------ speaking

    def _speak(self) -> None:
        now = time.monotonic()
        if self._may_send():
            for message in self._window.next_to_send(now):
                self._send(message)
        if now >= self._next_status:
            self._next_status = now + self._config.status_period_s
            self._window.added()
            self._window.keep_only({one.journal for one in self._reader.held()})
            self._publish(*self._status("online"), retain=True)

    def _may_send(self) -> bool:
        """Not while every gateway that we know of says that it cannot store, or has gone."""
        known = self._gateways.values()
        return not known or any(map(_stores, known))

    def _send(self, message: Waiting) -> None:
        try:
            held = self._reader.body(message.id)
        except RottenError:
            self._recorder.asked.put(Unsendable([message.id], "rotten"))
            held = None
        except sqlite3.Error as error:
            log.warning("outbox: %s. Trying again later.", error)
            return
        if held is None:
            self._window.drop(message.id)
            return
        n, body = held
        kind = topics.TELEMETRY if message.kind == TELEMETRY else topics.RECORD
        payload = seal(message.journal, message.seq, self._reader.first(message.journal), n, body)
        mid = self._publish(str(EdgeTopic(self._config.site, self._config.edge, kind)), payload)
        self._mids[mid] = message.id

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        return self._connection.publish(topic, payload, retain=retain) if self._connection else 0

    def _status(self, state: str) -> tuple[str, bytes]:
        of = (self._config, self._clock, self._reader, self._window.stored, self._store, self._recorder.grades)
        status = edge_status(state, *of)
        self._oldest_waiting = status.oldest_waiting
        ahead = self._endurance.told(self._connection.certificate_until() if self._connection else 0)
        ahead["work_units"] = self._recorder.desk.statuses()
        said = msgspec.structs.replace(status, journal=self._journal, started=self._started, **ahead)
        return str(EdgeTopic(self._config.site, self._config.edge, topics.STATUS)), msgspec.json.encode(said)

    # ------------------------------------------------------------------ listening

    def _take(self, came: Came) -> None:
        try:
            topic = topics.parse(came.topic)
            if isinstance(topic, GatewayTopic):
                status = msgspec.json.decode(came.payload, type=GatewayStatus)
                self._gateway_says(topic.process, status, retained=came.retained)
            elif topic.kind == topics.ACK:
                self._acknowledged(msgspec.json.decode(came.payload, type=Ack), retained=came.retained)
            elif topic.kind == topics.SETTING and came.payload:
                setting = msgspec.json.decode(came.payload, type=Setting)
                self._recorder.asked.put(SettingCame(topic.noun, topic.key, setting))
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            log.warning("%s: cannot be read: %s. Is the gateway of the same version?", came.topic, error)

    def _gateway_says(self, process: str, status: GatewayStatus, *, retained: bool) -> None:
        could = self._may_send()
        before = self._gateways.get(process)
        self._gateways[process] = status
        can = self._may_send()
        if could and not can:
            log.warning("gateway %s cannot store (%s); samples are kept meanwhile", process, status.why or status.state)
        elif can and not could:
            log.info("gateway %s can store again", process)
        # One that has just come heard nothing of what was sent before; a retained word is older than our connection.
        has_come = not retained and _stores(status) and not (before and _stores(before))
        if can and (has_come or not could):
            self._window.resume(time.monotonic())

    def _acknowledged(self, ack: Ack, *, retained: bool) -> None:
        stored = merge(self._store, self._window.stored, ack)
        if stored is None:
            return
        if not retained:
            self._clock.told(ack.at)
        if (ack.store, ack.generation) != self._store and self._store[0]:
            log.warning("gateway: store %s is new or was restored; what it lacks is sent again", ack.store)
        self._store = (ack.store, ack.generation)
        self._window.hold(ack.on_hold)
        if stored != self._window.stored:
            self._recorder.asked.put(Acknowledged(ack.store, ack.generation, stored))
            self._window.acknowledged(stored)


def _stores(gateway: GatewayStatus) -> bool:
    return gateway.state == "online" and gateway.can_store


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
