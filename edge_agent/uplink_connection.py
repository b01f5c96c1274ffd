"""One connection to the broker, from connect to its end. The only edge module, with the uplink, that knows paho.

Decision: a new paho client for each connection.
Because: paho queues and sends again on its own what it holds; the outbox does that, by the gateway's word.
Instead of: one client that reconnects.

Decision: MQTT 3.1.1.
Because: no promise rests on the broker, and every broker speaks it; the gateway's word alone counts.
Instead of: MQTT 5 where it is offered, and two ways to test.
"""

import ssl
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.config.tables import BrokerConfig


class BrokerError(Exception):
    """The broker cannot be used; the message says who, what, and what to do."""


class Connected(NamedTuple):
    """The broker let us in."""


class Ended(NamedTuple):
    """The connection ended, or was never made."""

    why: str


class Heard(NamedTuple):
    """The broker has confirmed a message."""

    mid: int


class Came(NamedTuple):
    """A message of the contract came to us."""

    topic: str
    payload: bytes
    retained: bool


_ROOM_FOR_STATUS = 20
Event = Connected | Ended | Heard | Came
REFUSALS = {
    "Unspecified error": "refused the connection",
    "Bad user name or password": "refused the user name or password. Check broker.username and broker.password_file",
    "Not authorized": "does not authorise this user. Check broker.username, broker.password_file and its access list",
    "Client identifier not valid": "refused the client id. Check its settings",
}


class Connection:
    """Made at once, ends once; what happens comes as :data:`Event` values through ``events``.

    Args:
        broker: Where, as whom.
        client_id: Unique at the broker.
        events: Filled from paho's own thread.
        will: Topic and payload that the broker says for us when we vanish.

    Raises:
        BrokerError: Not reachable, or TLS is not as it should be.
    """

    def __init__(
        self,
        broker: BrokerConfig,
        client_id: str,
        events: "SimpleQueue[Any]",
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._events = events
        self._was_let_in = False
        self._broker = broker
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=True,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(broker.window_messages + _ROOM_FOR_STATUS)
        client.connect_timeout = broker.connect_timeout_s
        if broker.username:
            client.username_pw_set(broker.username, broker.password() or None)
        if will:
            client.will_set(*will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = lambda _c, _u, mid, *_: events.put(Heard(mid))
        client.on_message = lambda _c, _u, m: events.put(Came(m.topic, bytes(m.payload), m.retain))
        self._client = client
        context: _Context | None = None
        try:
            if broker.tls:
                context = _tls(broker)
                client.tls_set_context(context)
            client.connect(broker.host, broker.port, keepalive=broker.keepalive_s)
        except (OSError, ValueError) as error:
            if context is not None:
                context.close_what_it_made()
            raise BrokerError(unreachable(broker, error)) from error
        client.loop_start()

    def subscribe(self, *topics: str) -> None:
        """Ask for topics, QoS 1."""
        self._client.subscribe([(topic, 1) for topic in topics])

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Send, QoS 1; the number under which the broker will confirm it."""
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    def certificate_until(self) -> int:
        """Until when the certificate is valid that the broker has shown, UTC ns; 0: it has shown none."""
        sock, shown = self._client.socket(), None
        with suppress(OSError, ValueError):  # the connection may be ending just now
            shown = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
        return int(ssl.cert_time_to_seconds(str(shown["notAfter"]))) * 1_000_000_000 if shown else 0

    def close(self, farewell: tuple[str, bytes] | None = None, timeout_s: float = 1.0) -> None:
        """End it in order, so that the will is not said; ``farewell`` is published first."""
        if farewell:
            info = self._client.publish(*farewell, qos=1, retain=True)
            if info.rc == mqtt.MQTT_ERR_SUCCESS:
                info.wait_for_publish(timeout_s)
        self._client.disconnect()
        self._client.loop_stop()

    def abandon(self) -> None:
        """It has ended: let go of its thread and socket."""
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: object, _userdata: object, _flags: object, reason: object, _props: object) -> None:
        if getattr(reason, "is_failure", False):
            text = REFUSALS.get(str(reason), f"refused the connection: {reason}. Check its settings")
            self._events.put(Ended(f"broker {self._broker.url}: {text}."))
        else:
            self._was_let_in = True
            self._events.put(Connected())

    def _on_disconnect(self, _c: object, _u: object, _flags: object, reason: object, _props: object) -> None:
        what = f"the connection ended ({reason})."
        if not self._was_let_in:
            what = f"it closed the connection ({reason}). Is it an MQTT broker, and is this its port "
            what += "with TLS?" if self._broker.tls else "without TLS? (mqtts:// is with TLS.)"
        self._events.put(Ended(f"broker {self._broker.url}: {what}"))


def unreachable(broker: BrokerConfig, error: Exception) -> str:
    """In words, why no connection came about."""
    where = f"broker {broker.url}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where}: its certificate is not trusted ({error.verify_message}). Check broker.ca_file and the clock."
    if isinstance(error, ssl.SSLError) or (broker.tls and isinstance(error, ConnectionResetError)):
        return f"{where}: no TLS there ({error}). Use mqtt:// or the broker's TLS port."
    words: dict[type[Exception], str] = {
        FileNotFoundError: f"{getattr(error, 'filename', '')}: no such file. Check ca_file, cert_file and key_file.",
        ConnectionRefusedError: "nobody listens there. Start the broker or correct broker.url.",
        TimeoutError: f"no answer within {broker.connect_timeout_s:g} s. Check the network, address and firewall.",
    }
    return f"{where}: {words.get(type(error), f'{error}. Check the network and broker.url.')}"


class _Context(ssl.SSLContext):
    """Remembers the socket that it made: paho leaves it open when the handshake fails."""

    _made: ssl.SSLSocket | None = None

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        self._made = super().wrap_socket(*args, **kwargs)
        return self._made

    def close_what_it_made(self) -> None:
        if self._made is not None:
            self._made.close()


def _tls(broker: BrokerConfig) -> _Context:
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    if broker.ca_file:
        context.load_verify_locations(broker.ca_file)
    else:
        context.load_default_certs()
    if broker.cert_file:
        context.load_cert_chain(broker.cert_file, broker.key_file or None)
    return context
