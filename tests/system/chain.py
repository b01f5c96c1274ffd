"""The whole chain as processes: agents, broker, gateway, store; asked from outside, by API and database."""

import csv
import io
import json
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple, Self

import paho.mqtt.client as mqtt
from ledger import Absent, Channel, Ledger, Stored, undeclared
from paho.mqtt.enums import CallbackAPIVersion
from processes import PATIENCE_S, Process, wait_for

from edge_agent.wire import topics
from edge_agent.wire.messages import Loss
from edge_agent.wire.records import record_decoder
from gateway.free_ports import free_port
from gateway.servers import HOST, Server

SITE, EDGE = "sa-dec", "press-shop"
SECRET = "a secret of the tests"
STATE = "state"
S = 10**9

AGENT = """
[edge]
site = "{site}"
name = "{edge}"
state_dir = "{state}"
record_period_s = {record_period_s}
status_period_s = 0.5
window_s = 5
log_level = "info"
{more}
[clock]
trust = "{trust}"
{broker}
{buses}
"""
BROKER = """
[broker]
url = "{url}"
connect_timeout_s = 2
reconnect_s = 0.2
reconnect_max_s = 0.5
resend_s = 1.0
resend_max_s = 2.0
"""
GATEWAY = """
[gateway]
state_dir = "gateway-state"
[broker]
url = "{url}"
connect_timeout_s = 2
[store]
{store}
[http]
port = {port}
secret_file = "secret"
"""


def bus(name: str, url: str, instruments: Mapping[str, int], model: str, period_s: float, more: str = "") -> str:
    """A bus of agent.toml: instrument -> device id."""
    lines = [f'[[buses]]\nname = "{name}"\nurl = "{url}"\n{more}']
    lines += [
        f'[[buses.instruments]]\nname = "{one}"\nmodel = "{model}"\ndevice_id = {unit}\nperiod_s = {period_s}'
        for one, unit in instruments.items()
    ]
    return "\n".join(lines)


@dataclass
class Chain:
    """One site with its gateway.

    Attributes:
        folder: Of all files.
        broker: Between edges and gateway; None: by stick.
        influx: Where series go; None: the embedded store.
    """

    folder: Path
    broker: Server | None
    influx: Server | None = None
    record_period_s: float = 0.25
    ledger: Ledger = field(default_factory=Ledger)
    processes: list[Process] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        (self.folder / "secret").write_text(SECRET + "\n", "utf-8")
        self.servers += filter(None, (self.broker, self.influx))

    # ------------------------------------------------------------------ processes

    def process(self, module: str, *words: str, log: str) -> Process:
        one = Process(module, words, self.folder / f"{log}.log")
        self.processes.append(one)
        return one

    def agent(
        self,
        buses: str,
        *,
        name: str = "agent",
        state: str = STATE,
        trust: str = "always",
        more: str = "",
        at: tuple[str, str] = (SITE, EDGE),
    ) -> Process:
        """An agent, not yet started; ``more`` belongs to its table ``edge`` or is tables; ``at``: site and edge."""
        file = self.folder / f"{name}.toml"
        broker = BROKER.format(url=self.broker.url) if self.broker else ""
        text = AGENT.format(
            site=at[0],
            edge=at[1],
            state=state,
            record_period_s=self.record_period_s,
            trust=trust,
            broker=broker,
            buses=buses,
            more=more,
        )
        file.write_text(text, "utf-8")
        return self.process("edge_agent.cli", "run", str(file), log=name)

    def gateway(self, *, reserve_mb: int = 1) -> Process:
        """The gateway, not yet started."""
        file = self.folder / "gateway.toml"
        store = f'kind = "influx"\nurl = "{self.influx.url}"' if self.influx else f"reserve_mb = {reserve_mb}"
        url = self.broker.url if self.broker else f"mqtt://{HOST}:{free_port()}"
        file.write_text(GATEWAY.format(url=url, store=store, port=self.port), "utf-8")
        return self.process("gateway.cli", "serve", str(file), log="gateway")

    def close(self) -> None:
        for process in self.processes:
            if process.alive:
                process.kill()

    def last_words(self) -> str:
        logs = dict.fromkeys(process.log for process in self.processes)
        return "\n".join(Process("", (), log).tail() for log in [*logs, *(server.log for server in self.servers)])

    # ------------------------------------------------------------------ the API

    def api(self, path: str) -> Any:
        """JSON, or text; None while the gateway does not answer, or says that there is no such thing yet."""
        request = urllib.request.Request(f"http://{HOST}:{self.port}/api/v1/{path}")
        request.add_header("Authorization", f"Bearer {SECRET}")
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                body: str = response.read().decode("utf-8-sig")
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in (404, 503):
                    raise AssertionError(path, error.code, error.read()) from error
            return None
        except OSError:
            return None
        return body if ".csv" in path else json.loads(body)

    def health(self) -> Any:
        return self.api("health")

    def edge(self) -> Any:
        return self.api(f"edges/{SITE}/{EDGE}")

    def wait_until_up(self) -> None:
        wait_for("the gateway answers", self.health)

    def wait_until_drained(self) -> Any:
        """Until an edge that runs has said, from now on, that nothing waits."""
        now = time.time()

        def drained() -> Any:
            edge = self.edge()
            if not edge or edge["state"] != "online" or edge["as_of"] is None:
                return None
            is_new = _seconds(edge["as_of"]) > now and edge["journals"][0]["stored"] > 0
            return edge if is_new and edge["waiting"] == 0 else None

        return wait_for("all is stored", drained)

    def drain(self, buses: str, *, name: str = "agent") -> Any:
        """Send all that an outbox holds: an agent that reads once a day, until nothing waits."""
        agent = self.agent(buses, name=f"{name}-quiet").start()
        try:
            self.wait_until_drained()
            return self.end(agent)
        finally:
            if agent.alive:
                agent.kill()

    def end(self, agent: Process) -> Any:
        """Stop an agent in order, until what it said last, and what it read last, is stored too."""
        assert agent.stop() == 0

        def told() -> Any:
            edge = self.edge()
            return edge if edge and edge["state"] == "stopped" and edge["waiting"] == 0 else None

        return wait_for("what it said last is stored", told)

    def rows(self, of: Channel) -> list[Stored]:
        """Every stored sample of a channel."""
        text = self.api(f"series/{SITE}/{EDGE}/{of.instrument}/{of.channel}.csv?start=-1h")
        if text is None:
            return []
        found = csv.DictReader(io.StringIO(text))
        return [
            Stored(_ns(row["time"]), float(row["value"]) if row["value"] else None, row["quality"]) for row in found
        ]

    # ------------------------------------------------------------------ the registry

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Of the registry's file."""
        path = self.folder / "gateway-state" / "registry.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def losses(self) -> list[Loss]:
        said = [record_decoder.decode(body) for (body,) in self.asked("SELECT body FROM record WHERE noun = 'loss'")]
        return [one for one in said if isinstance(one, Loss)]

    def findings(self) -> dict[str, str]:
        """Kind -> text, of those that stand."""
        return dict(self.asked("SELECT kind, text FROM finding WHERE over_at = 0"))

    # ------------------------------------------------------------------ the books

    def absent(self, tolerance_s: float = 1.0, channels: Sequence[Channel] = ()) -> list[Absent]:
        """What was shown and is not stored; that all that is stored was shown, once, and when, is asserted."""
        return self.ledger.compare(self.rows, tolerance_s, channels)

    def undeclared(self, absent: Sequence[Absent]) -> list[Absent]:
        """Of what is absent, that of which nobody said so."""
        bad = {
            one.of.instrument: [row.at for row in self.rows(one.of) if row.value is None]
            for one in {one.of.instrument: one for one in absent}.values()
        }
        return undeclared(absent, self.losses(), bad)

    def assert_complete(self, tolerance_s: float = 1.0) -> None:
        """Every value shown is stored, once, with its time; nothing is missing, nothing was declared lost."""
        assert self.undeclared(self.absent(tolerance_s)) == []
        assert [one for one in self.losses() if one.reason not in ("skipped", "back_off")] == []
        assert self.edge()["missing"] == 0


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _ns(text: str) -> int:
    """Of ``2026-11-25T00:00:00.123456789Z``."""
    whole, _, part = text.rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * S + int(part.ljust(9, "0") or 0)


class Heard(NamedTuple):
    """A message as the broker gave it; ``at`` is on the monotonic clock, s."""

    at: float
    topic: str
    payload: bytes


class Listener:
    """Somebody else at the broker, who hears everything and may say anything."""

    def __init__(self, broker: Server | None) -> None:
        assert broker is not None
        self.heard: list[Heard] = []
        self._broker = broker
        self._subscribed = Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("nhipdo/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _userdata, message: self.heard.append(
            Heard(time.monotonic(), message.topic, bytes(message.payload))
        )

    def __enter__(self) -> Self:
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Until the broker has it."""
        self._client.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE_S)

    def of(self, kind: str) -> list[Heard]:
        """What was said of one kind about the edge."""
        topic = str(topics.EdgeTopic(SITE, EDGE, kind))
        return [one for one in list(self.heard) if one.topic == topic]


__all__ = ["EDGE", "PATIENCE_S", "SITE", "STATE", "Chain", "Heard", "Listener", "bus", "wait_for"]
