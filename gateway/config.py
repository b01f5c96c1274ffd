"""``gateway.toml`` as frozen values. Every key has a default; all mistakes are told together, each with its place."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_agent.wire.topics import GATEWAY
from gateway.broker_config import MQTT_PORTS, BrokerConfig, ForwardConfig
from gateway.kinds import Days, Dialect, Kind, LogLevel, Megabytes, Name, Port, Seconds, Text
from gateway.tables import ConfigError, Strict, Tables, read_tables, read_toml

__all__ = [
    "MQTT_PORTS",
    "PATHS",
    "BrokerConfig",
    "ConfigError",
    "ForwardConfig",
    "GatewayConfig",
    "HttpConfig",
    "IndicatorsConfig",
    "ProcessConfig",
    "RegistryConfig",
    "RetentionConfig",
    "StoreConfig",
    "load_config",
]

_SERVED = ("postgresql", "postgres:")
PATHS = {
    "gateway": ("state_dir",),
    "broker": ("password_file", "ca_file", "cert_file", "key_file"),
    "forward": ("password_file", "ca_file", "cert_file", "key_file"),
    "registry": ("password_file",),
    "store": ("token_file", "password_file", "ca_file"),
    "http": ("secret_file",),
    "indicators": ("plans",),
}
"""Keys that name files or folders, relative to the configuration's folder."""


class ProcessConfig(Strict, frozen=True, kw_only=True):
    """The process.

    Attributes:
        name: In the topic of this gateway's status.
        state_dir: What it keeps; empty: ``$STATE_DIRECTORY``, or ``nhipdo`` in the user's folder for such.
        log: How much it tells.
        zone: IANA name of the wall clock that people read.
    """

    name: Name = "main"
    state_dir: Text = ""
    log: LogLevel = "info"
    zone: Text = "Asia/Ho_Chi_Minh"


class RegistryConfig(Strict, frozen=True, kw_only=True):
    """The registry database.

    Attributes:
        url: ``postgresql://user@host/database``, or another of SQLAlchemy's; empty: ``registry.sqlite`` in the state
            folder.
        password_file: PostgreSQL's password is its first line; not looked into when ``url`` has one.
    """

    url: Text = ""
    password_file: Text = ""


class StoreConfig(Strict, frozen=True, kw_only=True):
    """Where samples and windows are kept.

    Attributes:
        kind: ``embedded`` (a SQLite file in the state folder) or ``influx``.
        url: Of the InfluxDB.
        dialect: ``v1`` for 1.x, ``v2`` for 1.8 and newer.
        database: ``v1``: its database.
        username: ``v1``: as whom.
        password_file: ``v1``: the password is its first line.
        org: ``v2``: organisation.
        bucket: ``v2``: bucket.
        token_file: ``v2``: the token is its first line.
        ca_file: Who signed the InfluxDB's certificate, where its url is https; empty: the system's authorities.
        timeout_s: How long to wait for any one answer of it, s.
        reserve_mb: Free room on the disk below which nothing more is stored.
    """

    kind: Kind = "embedded"
    url: Text = "http://127.0.0.1:8086"
    dialect: Dialect = "v1"
    database: Text = "nhipdo"
    username: Text = ""
    password_file: Text = ""
    org: Text = "nhipdo"
    bucket: Text = "nhipdo"
    token_file: Text = ""
    ca_file: Text = ""
    timeout_s: Seconds = 10.0
    reserve_mb: Megabytes = 1000


class HttpConfig(Strict, frozen=True, kw_only=True):
    """The page and the API.

    Attributes:
        host: Loopback unless somebody decides otherwise.
        port: Where; 0 takes a free one.
        secret_file: Its first line opens page and API; made at the first start when it is absent.
        public_url: How customers reach it, ``https://lab.example``: stands in the codes of issued documents; empty: the
            address under which whoever issues has opened the page.
    """

    host: Text = "127.0.0.1"
    port: Port = 8765
    secret_file: Text = ""
    public_url: Text = ""


class RetentionConfig(Strict, frozen=True, kw_only=True):
    """How long the series are kept, days; sums by hour and day, and what the registry tells, are kept for good.

    Attributes:
        sample_days: Samples.
        window_days: Windows: means of a minute.
        status_days: How edges and their buses were, minute by minute.
    """

    sample_days: Days = 90.0
    window_days: Days = 3650.0
    status_days: Days = 400.0


class IndicatorsConfig(Strict, frozen=True, kw_only=True):
    """Plans of provinces.

    Attributes:
        plans: Folder with ``*.yaml`` of a province's own plans; one of a packaged plan's id replaces it; empty: none.
        made_up: What the registry holds is made up, as that of the demo: pages and reports say so.
    """

    plans: Text = ""
    made_up: bool = False


class GatewayConfig(Strict, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        path: Of the file; None: there is none, everything is as usual.
        state_dir: The folder of what the gateway keeps, absolute.
    """

    gateway: ProcessConfig = ProcessConfig()
    broker: BrokerConfig = BrokerConfig()
    registry: RegistryConfig = RegistryConfig()
    store: StoreConfig = StoreConfig()
    http: HttpConfig = HttpConfig()
    retention: RetentionConfig = RetentionConfig()
    forward: ForwardConfig = ForwardConfig()
    indicators: IndicatorsConfig = IndicatorsConfig()
    path: Path | None = None
    state_dir: Path = Path()

    @property
    def registry_url(self) -> str:
        """Of the registry database."""
        return self.registry.url or f"sqlite:///{self.state_dir / 'registry.sqlite'}"

    @property
    def plans(self) -> Path | None:
        """The folder of a province's own plans; None: there are none."""
        return Path(self.indicators.plans) if self.indicators.plans else None

    @property
    def secret_file(self) -> Path:
        """Where the secret of page and API is."""
        return Path(self.http.secret_file) if self.http.secret_file else self.state_dir / "api-secret"


_TABLES: Tables = {
    "gateway": ProcessConfig,
    "broker": BrokerConfig,
    "registry": RegistryConfig,
    "store": StoreConfig,
    "http": HttpConfig,
    "retention": RetentionConfig,
    "forward": ForwardConfig,
    "indicators": IndicatorsConfig,
}


def load_config(path: Path | None) -> GatewayConfig:
    """Read a file; without one everything is as usual.

    Raises:
        ConfigError: One line for each mistake.
    """
    if path is None:
        return GatewayConfig(state_dir=_usual_state_dir())
    mistakes: list[str] = []
    tables = read_tables(read_toml(path), _TABLES, PATHS, path.absolute().parent, mistakes)
    mistakes += _contradictions(tables)
    if mistakes:
        raise ConfigError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    state_dir = tables.get("gateway", ProcessConfig()).state_dir
    return GatewayConfig(path=path, state_dir=Path(state_dir) if state_dir else _usual_state_dir(), **tables)


def _contradictions(tables: Mapping[str, Any]) -> Iterator[str]:
    """What each type alone does not say."""
    zone = tables.get("gateway", ProcessConfig()).zone
    if not _is_zone(zone):
        yield f'gateway.zone: expected an IANA name such as Asia/Ho_Chi_Minh, got "{zone}"'
    broker = tables.get("broker", BrokerConfig())
    if urlsplit(broker.url).scheme not in MQTT_PORTS or not _has_host(broker.url):
        yield f'broker.url: expected mqtt://HOST or mqtts://HOST:PORT, got "{broker.url}"'
    public = tables.get("http", HttpConfig()).public_url
    if public and not (urlsplit(public).scheme in ("http", "https") and _has_host(public)):
        yield f'http.public_url: expected https://HOST, got "{public}"'
    yield from _forward(tables.get("forward", ForwardConfig()))
    if not broker.shared:
        return
    if tables.get("gateway", ProcessConfig()).name == ProcessConfig().name:
        yield "gateway.name: each process of a group has a name of its own; set it, the same at every start"
    # What one process keeps for itself the others of its group would not know.
    if tables.get("store", StoreConfig()).kind == "embedded":
        yield 'broker.shared: several processes cannot share the embedded store; set store.kind = "influx"'
    if not tables.get("registry", RegistryConfig()).url.startswith(_SERVED):
        yield "broker.shared: several processes need one registry; set registry.url = postgresql://USER@HOST/DATABASE"


def _forward(forward: ForwardConfig) -> Iterator[str]:
    if not forward.url:
        return
    if urlsplit(forward.url).scheme not in MQTT_PORTS or not _has_host(forward.url):
        yield f'forward.url: expected mqtt://HOST or mqtts://HOST:PORT, got "{forward.url}"'
    if forward.site == GATEWAY:
        yield f'forward.site: "{GATEWAY}" is what topics of gateways begin with; choose another name'
    if not forward.site:
        yield "forward.site: missing; give the name by which the gateway above knows this enterprise, e.g. sa-dec"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:
        return False


def _usual_state_dir() -> Path:
    given = os.environ.get("STATE_DIRECTORY")
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return (Path(given) if given else Path(home) / "nhipdo").absolute()
