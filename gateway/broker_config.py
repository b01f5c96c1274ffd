"""Brokers that ``gateway.toml`` names: the one of the edges, and the one of the gateway above."""

from urllib.parse import urlsplit

from gateway.kinds import Count, Days, Megabytes, Name, Seconds, Shared, Text
from gateway.tables import Strict

MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
"""Scheme of a broker's url -> its default port."""


class MqttConfig(Strict, frozen=True, kw_only=True):
    """How a broker is reached.

    Attributes:
        url: ``mqtt://host`` or, with TLS, ``mqtts://host:8883``.
        username: As whom; empty: nobody in particular.
        password_file: The password is its first line.
        ca_file: Who signed the broker's certificate; empty: the system's authorities.
        cert_file: Our own certificate, where the broker asks for one.
        key_file: Its key.
        keepalive_s: After this silence the connection is tried, s.
        connect_timeout_s: How long to wait for the broker, s.
    """

    url: Text = ""
    username: Text = ""
    password_file: Text = ""
    ca_file: Text = ""
    cert_file: Text = ""
    key_file: Text = ""
    keepalive_s: Seconds = 30.0
    connect_timeout_s: Seconds = 5.0

    @property
    def host(self) -> str:
        """Where it listens."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Where it listens."""
        parts = urlsplit(self.url)
        return parts.port or MQTT_PORTS[parts.scheme]

    @property
    def tls(self) -> bool:
        """Whether it is spoken to in secret."""
        return urlsplit(self.url).scheme == "mqtts"


class BrokerConfig(MqttConfig, frozen=True, kw_only=True):
    """The broker of the edges.

    Attributes:
        url: As of any broker.
        shared: Group of the gateway processes that share the edges' messages; empty: this one hears them all.
    """

    url: Text = "mqtt://127.0.0.1:1883"
    shared: Shared = ""


class ForwardConfig(MqttConfig, frozen=True, kw_only=True):
    """The broker of the gateway above, such as the province's, and how what was agreed is forwarded to it.

    Attributes:
        url: As of any broker; empty: nothing is forwarded.
        site: The name by which the gateway above knows this enterprise; in topics there.
        edge: The name of this gateway there.
        every_s: How often what has changed is gathered into messages, s.
        window_messages: Messages that may be sent and not stored.
        window_kb: Their bodies together, kB.
        resend_s: First wait for the word that a message is stored, s; it doubles.
        resend_max_s: Longest wait, s.
        reconnect_s: First wait after a lost connection, s; it doubles.
        reconnect_max_s: Longest wait, s.
        status_period_s: How often the gateway above is told how this one is, s.
        keep_days: How long what is stored above is kept to be sent again, should it be restored from a back-up.
        keep_mb: How much may lie in the queue, MB on the disk; beyond it what is stored above is dropped before its
            days are over, and then the oldest waiting samples, which is declared.
    """

    site: Shared = ""
    edge: Name = "gateway"
    every_s: Seconds = 5.0
    window_messages: Count = 100
    window_kb: Count = 4_000
    resend_s: Seconds = 10.0
    resend_max_s: Seconds = 300.0
    reconnect_s: Seconds = 1.0
    reconnect_max_s: Seconds = 60.0
    status_period_s: Seconds = 10.0
    keep_days: Days = 30.0
    keep_mb: Megabytes = 1000

    @property
    def is_set(self) -> bool:
        """Whether anything is forwarded at all."""
        return bool(self.url)
