"""The gateway's connection to the broker. With ``gateway.ingest`` the only gateway module that knows paho.

Decision: a new paho client for each connection, driven by a thread of ours; a clean session.
Because: no promise rests on what a client or a broker queues; edges send again what was not acknowledged.
Instead of: paho's own reconnection, which keeps one protocol version for ever.

Decision: MQTT 5 is tried first, 3.1.1 after a connection that did not come about, in turns.
Because: 3.1.1 must do, and a broker that knows only that answers a 5 with a refusal or with silence.
"""

import logging
import math
import random
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Protocol
from uuid import uuid4

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge_agent.wire import topics
from gateway.broker_access import password_of, tls_of
from gateway.config import BrokerConfig

log = logging.getLogger(__name__)

_KINDS = (topics.TELEMETRY, topics.RECORD, topics.STATUS)
_LOOK_S = 0.5
_FIVE_S = 2.0
"""How long a broker may take to answer an MQTT 5 before it is taken to know none."""
_WAIT_S, _MAX_WAIT_S = 0.5, 15.0
_QUEUED = 5000
"""Retained words that may wait for the broker's confirmation; the next connection says all of them again."""
_FAREWELL_S = 2.0
_REFUSALS = {
    "Bad user name or password": "refused the user name or password. Check broker.username and broker.password_file.",
    "Not authorized": "does not authorise this user. Check broker.username, broker.password_file and its access list.",
}


class Receiver(Protocol):
    """Who takes what comes; called from this connection's thread, and must not wait."""

    def put(self, topic: str, payload: bytes) -> None:
        """A message."""
        ...

    def connected(self) -> None:
        """The broker let us in."""
        ...


class Subscription:
    """Listens to every edge; says retained words.

    Args:
        config: The broker.
        name: Of this gateway.
        will: Topic and payload that the broker says for us when we vanish.
    """

    def __init__(self, config: BrokerConfig, name: str, will: tuple[str, bytes]) -> None:
        self._config, self._name, self._will = config, name, will
        self._client: mqtt.Client | None = None
        self._receiver: Receiver | None = None
        self._protocol = MQTTProtocolVersion.MQTTv5
        self._online = Event()
        self._answered, self._ended, self._stopping = Event(), Event(), Event()
        self._last: mqtt.MQTTMessageInfo | None = None
        self._refused = ""
        self._said = ""
        self._thread = Thread(target=self._run, name="subscription")

    @property
    def online(self) -> bool:
        """Whether the broker has let us in."""
        return self._online.is_set()

    def start(self, receiver: Receiver) -> None:
        """Connect, and stay so."""
        self._receiver = receiver
        self._thread.start()

    def publish(self, topic: str, payload: bytes) -> None:
        """Say something, retained, QoS 1; forgotten when the broker cannot be reached."""
        client = self._client
        if client is not None and self._online.is_set():
            self._last = client.publish(topic, payload, qos=1, retain=True)

    def stop(self) -> None:
        """Send what was published, and end in order, so that the will is not said."""
        if self.online and self._last is not None:
            with suppress(RuntimeError, ValueError):  # the connection ended meanwhile
                self._last.wait_for_publish(_FAREWELL_S)
        self._stopping.set()
        self._answered.set()
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        wait_s = _WAIT_S
        while not self._stopping.is_set():
            began = self._connection()
            if self._stopping.is_set():
                return
            wait_s = _WAIT_S if began else min(wait_s * 2, _MAX_WAIT_S)
            # Jitter, so that gateways and edges do not all come back in one instant.
            self._stopping.wait(wait_s * random.uniform(0.5, 1.0))

    def _connection(self) -> bool:
        """One connection, from its beginning to its end; whether it came about."""
        self._refused = ""
        self._answered.clear()
        self._ended.clear()
        try:
            client = self._make_client()
            self._client = client
            client.connect(self._config.host, self._config.port, keepalive=round(self._config.keepalive_s))
        except (OSError, ValueError) as error:
            self._say_once(_unreachable(self._config, error))
            return False
        came_about = self._listen(client)
        if self._stopping.is_set():
            return came_about
        if came_about:
            self._say_once(f"broker {self._config.url}: the connection ended. Trying again; edges keep what they have.")
            return True
        if self._refused:
            self._say_once(f"broker {self._config.url}: {self._refused}")
        elif self._protocol == MQTTProtocolVersion.MQTTv5:
            self._protocol = MQTTProtocolVersion.MQTTv311
        else:
            self._protocol = MQTTProtocolVersion.MQTTv5
            self._say_once(f"broker {self._config.url}: did not answer. Is it an MQTT broker? Check broker.url.")
        return False

    def _listen(self, client: mqtt.Client) -> bool:
        """Until the connection ends; whether it came about."""
        client.loop_start()
        try:
            most_s = _FIVE_S if self._protocol == MQTTProtocolVersion.MQTTv5 else math.inf
            self._answered.wait(min(self._config.connect_timeout_s, most_s))
            came_about = self._online.is_set()
            while came_about and not self._stopping.is_set() and not self._ended.wait(_LOOK_S):
                pass
            return came_about
        finally:
            self._online.clear()
            client.on_disconnect = None
            client.disconnect()
            client.loop_stop()

    def _make_client(self) -> mqtt.Client:
        config = self._config
        five = self._protocol == MQTTProtocolVersion.MQTTv5
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"nhipdo-gateway-{self._name}-{uuid4().hex[:8]}",
            clean_session=None if five else True,
            protocol=self._protocol,
            reconnect_on_failure=False,
        )
        client.connect_timeout = config.connect_timeout_s
        client.max_queued_messages_set(_QUEUED)
        if config.username:
            client.username_pw_set(config.username, password_of(config))
        if config.tls:
            client.tls_set_context(tls_of(config))
        client.will_set(*self._will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        assert self._receiver is not None
        put: Callable[[str, bytes], None] = self._receiver.put
        client.on_message = lambda _client, _userdata, message: put(message.topic, bytes(message.payload))
        return client

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, _flags: object, reason: object, _more: object
    ) -> None:
        if getattr(reason, "is_failure", False):
            self._refused = _REFUSALS.get(str(reason), f"refused the connection: {reason}. Check its settings.")
            if str(reason) == "Unsupported protocol version":
                self._refused = ""
            self._answered.set()
            return
        self._subscribe(client)
        self._said = ""
        self._online.set()
        self._answered.set()
        log.info("broker %s reachable, MQTT %s", self._config.url, "5" if self._protocol == 5 else "3.1.1")  # noqa: PLR2004
        assert self._receiver is not None
        self._receiver.connected()

    def _subscribe(self, client: mqtt.Client) -> None:
        if not self._config.shared:
            client.subscribe([(topics.every_edge(kind), 1) for kind in _KINDS])
            return
        # To a group brokers give nothing that is retained. The edges' last statuses are wanted all the same: an edge
        # that went while nobody listened says nothing more.
        every_status = topics.every_edge(topics.STATUS)
        client.subscribe(every_status, 1)
        client.unsubscribe(every_status)
        client.subscribe([(f"$share/{self._config.shared}/{topics.every_edge(kind)}", 1) for kind in _KINDS])

    def _on_disconnect(self, *_: object) -> None:
        self._ended.set()
        self._answered.set()

    def _say_once(self, text: str) -> None:
        if text != self._said:
            log.warning("%s", text)
            self._said = text


def _unreachable(config: BrokerConfig, error: Exception) -> str:
    where = f"broker {config.url}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where}: its certificate is not trusted ({error.verify_message}). Check broker.ca_file and the clock."
    if isinstance(error, FileNotFoundError):
        return f"{where}: {error.filename}: no such file. Check broker.password_file, ca_file, cert_file and key_file."
    if isinstance(error, ConnectionRefusedError):
        return f"{where}: nobody listens there. Start the broker or correct broker.url."
    if isinstance(error, TimeoutError):
        return f"{where}: no answer within {config.connect_timeout_s:g} s. Check the network, address and firewall."
    return f"{where}: {error}. Check the network and broker.url."
