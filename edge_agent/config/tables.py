"""The tables of ``agent.toml`` about the collector as frozen values; :mod:`shop_tables` has those of the shop floor."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from drivers.bus import BusSpec
from drivers.instrument import Instrument, Line
from drivers.models import Model
from edge_agent.config.bench_tables import BenchConfig
from edge_agent.config.drift_tables import DriftCheckConfig
from edge_agent.config.errors import ConfigError
from edge_agent.config.kinds import (
    Baud,
    Count,
    Days,
    DeviceId,
    Folder,
    Form,
    Framing,
    Keepalive,
    LogLevel,
    Megabytes,
    Parallel,
    Pause,
    Seconds,
    Trust,
)
from edge_agent.config.shop_tables import ShopConfig
from edge_agent.wire.table_kinds import Name, Strict, Text

MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
"""Scheme of a broker's url -> its default port."""
FILE_KEYS = ("password_file", "ca_file", "cert_file", "key_file")
"""Keys of the broker that name files, relative to the configuration's folder."""


class InstrumentConfig(Strict, frozen=True, kw_only=True):
    """One instrument on a bus.

    Attributes:
        name: Unique on the edge.
        model: Name of a shipped model, or the path of a map beside the file.
        device_id: Whom a Modbus request addresses; meaningless for text instruments.
        period_s: How often it is read, s.
        timeout_s: How long to wait for one reply of it, s; None is the bus's.
        loaded: The model, loaded. Not a key of the file.
    """

    name: Name
    model: Text
    device_id: DeviceId = 1
    period_s: Seconds = 1.0
    timeout_s: Seconds | None = None
    loaded: Model

    def instrument(self) -> Instrument:
        """A new instrument of this model, ready to be polled."""
        return self.loaded.instrument(self.name, self.device_id)


class BusConfig(Strict, frozen=True, kw_only=True):
    """One serial bus or TCP connection, and the instruments that share it.

    Attributes:
        name: Unique on the edge.
        url: ``serial:///dev/ttyUSB0``, ``tcp://host:502``, or ``sim://model``.
        timeout_s: How long to wait for any one reply, s.
        framing: ``mbap``, ``rtu``, ``ascii`` or ``plain``; None: chosen by model and url.
        baud: Speed of the serial line, bit/s. Also of the line behind a converter (``rtu`` over tcp).
        form: Data bits, parity, stop bits.
        parallel: Most requests in flight on a connection; many devices forbid more than one.
        pause_s: Least silence between two requests, s, beyond what the framing demands.
        instruments: What hangs on it.
    """

    name: Name
    url: Text
    timeout_s: Seconds = 1.0
    framing: Framing | None = None
    baud: Baud = 9600
    form: Form = "8N1"
    parallel: Parallel = 1
    pause_s: Pause = 0.0
    instruments: tuple[InstrumentConfig, ...] = ()

    @property
    def over_tcp(self) -> bool:
        """Whether it is a connection of ours; else it is a serial port, real, remote or simulated."""
        return self.url.lower().startswith("tcp://")

    @property
    def chosen_framing(self) -> str:
        """The framing as written, or the one that model and url call for."""
        if self.framing is not None:
            return self.framing
        if not any(instrument.loaded.is_modbus for instrument in self.instruments):
            return "plain"
        return "mbap" if self.over_tcp else "rtu"

    def spec(self) -> BusSpec:
        """What a bus needs to know."""
        return BusSpec(
            name=self.name,
            url=self.url,
            timeout_s=self.timeout_s,
            framing=self.chosen_framing,
            line=Line(self.baud, self.form),
            parallel=self.parallel,
            pause_s=self.pause_s,
        )


class BrokerConfig(Strict, frozen=True, kw_only=True):
    """The MQTT broker.

    Attributes:
        url: ``mqtt://host[:1883]``, or ``mqtts://host[:8883]`` with TLS.
        username: Whom to log in as; empty: nobody.
        password_file: A file that holds the password; nobody else should be able to read it.
        password_text: The password itself (key ``password``); a file is better.
        ca_file: Certificates to trust, PEM; empty: the machine's own.
        cert_file: Our certificate, PEM.
        key_file: Its key, PEM.
        keepalive_s: Silence after which a connection is asked whether it lives, s.
        connect_timeout_s: How long to wait for a connection, s.
        reconnect_s: First wait before connecting again, s; it doubles.
        reconnect_max_s: Longest wait before connecting again, s.
        window_messages: Most messages that are sent and not yet stored.
        window_bytes: Most bytes that are sent and not yet stored.
        resend_s: First wait for the gateway's word before sending again, s; it doubles.
        resend_max_s: Longest such wait, s.
    """

    url: Text
    username: Text = ""
    password_file: Text = ""
    password_text: Text = msgspec.field(default="", name="password")
    ca_file: Text = ""
    cert_file: Text = ""
    key_file: Text = ""
    keepalive_s: Keepalive = 30
    connect_timeout_s: Seconds = 5.0
    reconnect_s: Seconds = 1.0
    reconnect_max_s: Seconds = 60.0
    window_messages: Count = 50
    window_bytes: Count = 1_000_000
    resend_s: Seconds = 10.0
    resend_max_s: Seconds = 300.0

    def __repr__(self) -> str:
        """Without the password."""
        return f"BrokerConfig(url={self.url!r}, username={self.username!r})"

    @property
    def host(self) -> str:
        """Name or address of the broker."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """TCP port of the broker."""
        parts = urlsplit(self.url)
        return parts.port or MQTT_PORTS[parts.scheme]

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return urlsplit(self.url).scheme == "mqtts"

    def password(self) -> str:
        """The password, read now, so that a changed file counts at the next connect; empty when none.

        Raises:
            ConfigError: The file cannot be read.
        """
        if not self.password_file:
            return self.password_text
        try:
            # utf-8-sig: editors on Windows write a mark at the start that is no part of the password.
            return Path(self.password_file).read_text("utf-8-sig").partition("\n")[0]
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            msg = f"broker.password_file: {self.password_file}: {why}. Let the agent's user read it."
            raise ConfigError([msg]) from error


class OutboxConfig(Strict, frozen=True, kw_only=True):
    """How much is kept on the edge.

    Attributes:
        size_limit_mb: Largest size of the outbox, 10**6 bytes.
        keep_days: How long stored messages are kept in case the gateway is restored, days.
    """

    size_limit_mb: Megabytes = 2048
    keep_days: Days = 7.0


class ClockConfig(Strict, frozen=True, kw_only=True):
    """When the machine's clock is believed.

    Attributes:
        trust: ``ntp``: once it is synchronised; ``always``: from the start (a machine with a clock of its own).
        undated_max_s: How long samples wait for the clock before they go out as unsure, s.
    """

    trust: Trust = "ntp"
    undated_max_s: Annotated[
        float, msgspec.Meta(gt=0, le=864_000, description="a number of seconds above 0, at most 864000")
    ] = 86_400.0


class AgentConfig(Strict, frozen=True, kw_only=True):
    """The whole file. The scalars are the keys of its ``[edge]`` table.

    Attributes:
        site: The place.
        edge: This agent (key ``name``).
        state_dir: Where the outbox lives; absolute. In the file relative to the file's folder.
        record_period_s: How often samples are committed, s: what a power cut can cost.
        window_s: Length of a window, s.
        status_period_s: How often the edge says how it is, s.
        queue_limit: Most values that wait in memory for the disk, at some 150 bytes each.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        broker: Where to send; None: a site without network, by USB stick.
        outbox: How much is kept.
        clock: When the clock is believed.
        buses: What is read.
        shop: The shop floor: work units, calendars, reasons, people, lists.
        bench: A laboratory's bench; None: this edge has none.
        drift_checks: What instruments are watched against.
        path: The file.
        sha256: Of the file's content, in hexadecimal.
    """

    site: Name
    edge: Name = msgspec.field(name="name")
    state_dir: Folder = Path("state")
    record_period_s: Seconds = 1.0
    window_s: Seconds = 60.0
    status_period_s: Seconds = 10.0
    queue_limit: Count = 300_000
    log_level: LogLevel = "info"
    broker: BrokerConfig | None = None
    outbox: OutboxConfig = OutboxConfig()
    clock: ClockConfig = ClockConfig()
    buses: tuple[BusConfig, ...] = ()
    shop: ShopConfig = ShopConfig()
    bench: BenchConfig | None = None
    drift_checks: tuple[DriftCheckConfig, ...] = ()
    path: Path
    sha256: str
