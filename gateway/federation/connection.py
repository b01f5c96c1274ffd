"""One connection to the broker of the gateway above, from connect to its end.

With gateway.ingest.subscription the only gateway module that knows paho: that one listens to all edges and answers
them, this one speaks as an edge does.

Decision: a new paho client for each connection, MQTT 3.1.1.
Because: what is sent again is decided by the word from above alone; every broker speaks 3.1.1.
"""

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker_access import password_of, tls_of
from gateway.broker_config import ForwardConfig

_FAREWELL_S = 2.0
_ROOM = 20
"""For statuses beside the window's messages."""


class Opened(NamedTuple):
    """The broker let us in."""


class Closed(NamedTuple):
    """The connection ended, or was never made; ``why`` says who, what, and what to do."""

    why: str


class Confirmed(NamedTuple):
    """The broker has a message; that says nothing of who stores it."""

    mid: int


class Heard(NamedTuple):
    """A message came to us."""

    topic: str
    payload: bytes
    retained: bool


Event = Opened | Closed | Confirmed | Heard
_REFUSED = {
    "Bad user name or password": "refused the user name or password. Check forward.username and forward.password_file.",
    "Not authorized": (
        "does not authorise this user. Check forward.username and forward.password_file, and ask for its rights there."
    ),
}


class CannotConnectError(Exception):
    """The broker cannot be reached; the message says who, what, and what to do."""


class Connection:
    """Made at once, ends once.

    Args:
        config: Where, as whom.
        client_id: Unique at the broker.
        happens: Called with what happens, from paho's thread.
        will: Topic and payload that the broker says for us when we vanish; None: nothing.

    Raises:
        CannotConnectError: Not reachable, or TLS is not as it should be.
    """

    def __init__(
        self,
        config: ForwardConfig,
        client_id: str,
        happens: Callable[[Event], None],
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._config, self._happens, self._was_let_in = config, happens, False
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=True,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(config.window_messages + _ROOM)
        client.connect_timeout = config.connect_timeout_s
        if will:
            client.will_set(*will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = lambda _client, _userdata, m: happens(Heard(m.topic, bytes(m.payload), m.retain))
        self._client = client
        try:
            if config.username:
                client.username_pw_set(config.username, password_of(config))
            if config.tls:
                client.tls_set_context(tls_of(config))
            client.connect(config.host, config.port, keepalive=round(config.keepalive_s))
        except (OSError, ValueError) as error:
            raise CannotConnectError(_unreachable(config, error)) from error
        client.loop_start()

    def subscribe(self, *topics: str) -> None:
        """Ask for topics, QoS 1."""
        self._client.subscribe([(topic, 1) for topic in topics])

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Send, QoS 1; the number under which the broker will confirm it."""
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    def close(self, farewell: tuple[str, bytes] | None = None) -> None:
        """End it in order, so that the will is not said; ``farewell`` is published first."""
        if farewell:
            with suppress(RuntimeError, ValueError):  # the connection ended meanwhile
                self._client.publish(*farewell, qos=1, retain=True).wait_for_publish(_FAREWELL_S)
        self.abandon()

    def abandon(self) -> None:
        """Let go of its thread and socket."""
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: object, _userdata: object, _flags: object, reason: object, _more: object) -> None:
        if getattr(reason, "is_failure", False):
            text = _REFUSED.get(str(reason), f"refused the connection: {reason}. Ask who runs it.")
            self._happens(Closed(f"broker {self._config.url}: {text}"))
            return
        self._was_let_in = True
        self._happens(Opened())

    def _on_publish(self, _client: object, _userdata: object, mid: int, *_: object) -> None:
        self._happens(Confirmed(mid))

    def _on_disconnect(self, _client: object, _userdata: object, _flags: object, reason: Any, _more: object) -> None:
        what = f"the connection ended ({reason}). It is tried again."
        if not self._was_let_in:
            what = f"closed the connection ({reason}). Is it an MQTT broker, and is forward.url's scheme right?"
        self._happens(Closed(f"broker {self._config.url}: {what}"))


def _unreachable(config: ForwardConfig, error: Exception) -> str:
    where = f"broker {config.url}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where}: its certificate is not trusted ({error.verify_message}). Check forward.ca_file and the clock."
    if isinstance(error, FileNotFoundError):
        return f"{where}: {error.filename}: no such file. Check the paths in the table forward of gateway.toml."
    if isinstance(error, ConnectionRefusedError):
        return f"{where}: nobody listens there. Check forward.url, and ask whether the broker runs."
    if isinstance(error, TimeoutError):
        return f"{where}: no answer within {config.connect_timeout_s:g} s. Check the network, address and firewall."
    return f"{where}: {error}. Check the network and forward.url."
