"""Gateways that share one broker, with PostgreSQL and InfluxDB; edges that speak the contract and check every word."""

import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
import psycopg
from chain import SITE, Chain
from paho.mqtt.enums import CallbackAPIVersion
from processes import PATIENCE_S, Process

from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.topics import ACK, TELEMETRY, EdgeTopic
from gateway.free_ports import free_port
from gateway.servers import Server

S = 10**9
_RESEND_S = 1.0
GATEWAY = """
[gateway]
name = "{name}"
state_dir = "{name}-state"
[broker]
url = "{broker}"
shared = "gateways"
connect_timeout_s = 2
[registry]
url = "{registry}"
[store]
kind = "influx"
url = "{influx}"
[http]
port = {port}
secret_file = "secret"
"""


@dataclass
class Group(Chain):
    """As a chain, with several gateways.

    Attributes:
        registry: URL of their database.
        gateways: Name -> process.
        ports: Name -> of page and API.
    """

    registry: str = ""
    gateways: dict[str, Process] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def make_gateways(self, names: Sequence[str]) -> None:
        assert self.broker is not None
        assert self.influx is not None
        for name in names:
            self.ports[name] = free_port()
            urls = {"broker": self.broker.url, "registry": self.registry, "influx": self.influx.url}
            file = self.folder / f"{name}.toml"
            file.write_text(GATEWAY.format(name=name, port=self.ports[name], **urls), "utf-8")
            self.gateways[name] = self.process("gateway.cli", "serve", str(file), log=name)

    def api(self, path: str) -> Any:
        """Of the first that answers: all of them know the same."""
        for name, gateway in self.gateways.items():
            self.port = self.ports[name]
            if gateway.alive and (answer := super().api(path)) is not None:
                return answer
        return None

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.registry) as db:
            return db.execute(query).fetchall()  # type: ignore[call-overload]  # queries of the tests


class Edge:
    """One edge that sends until all is stored, as the contract says, and holds every word against the registry.

    Attributes:
        wrong: What an acknowledgement said and the registry did not know.
        resent: How many messages were sent more than once.
        stored: What it was told.
    """

    def __init__(self, broker: Server, registry: str, name: str, messages: int) -> None:
        self.name, self.journal = name, f"{sum(name.encode()):032x}"
        self.messages = messages
        self.wrong: list[str] = []
        self.resent = 0
        self.stored = Ranges()
        self._began = time.time_ns()
        self._registry = registry
        self._acks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(str(EdgeTopic(SITE, name, ACK)), 1)
        self._client.on_message = lambda _client, _userdata, message: self._acks.put(message.payload)
        self._client.connect(broker.host, broker.port)
        self._thread = threading.Thread(target=self._run, name=name)
        self._until = time.monotonic() + 2 * PATIENCE_S

    def start(self) -> None:
        self._client.loop_start()
        self._thread.start()

    def finish(self) -> None:
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def time_of(self, seq: int) -> int:
        return self._began + seq * S // 1000

    def _run(self) -> None:
        sent_at: dict[int, float] = {}
        with psycopg.connect(self._registry, autocommit=True) as db:
            while self.stored.floor(1) < self.messages and time.monotonic() < self._until:
                now = time.monotonic()
                due = [seq for seq, at in sent_at.items() if now - at > _RESEND_S and seq not in self.stored]
                self.resent += len(due)
                if len(sent_at) < self.messages:
                    due.append(len(sent_at) + 1)
                for seq in due:
                    sent_at[seq] = now
                    self._send(seq)
                self._listen(db, 0.02)

    def _send(self, seq: int) -> None:
        line = f"sample,site={SITE},edge={self.name},instrument=m power={seq}.0 {self.time_of(seq)}"
        payload = seal(self.journal, seq, 1, 1, line.encode())
        self._client.publish(str(EdgeTopic(SITE, self.name, TELEMETRY)), payload, 1)

    def _listen(self, db: "psycopg.Connection[Any]", wait_s: float) -> None:
        try:
            ack = msgspec.json.decode(self._acks.get(timeout=wait_s), type=Ack)
        except queue.Empty:
            return
        said = ack.journals.get(self.journal)
        if said is None:
            return
        known = Ranges(db.execute(_RECEIPTS, (self.name, self.journal)).fetchall())
        for lo, hi in ((1, said.floor), *said.ranges):
            if hi >= lo:
                self.stored.add(lo, hi)
                if known.absent(lo, hi):
                    self.wrong.append(f"{self.name}: {lo}..{hi} acknowledged, known are {list(known)}")


_RECEIPTS = """
SELECT lo, hi FROM receipt JOIN journal ON journal.id = receipt.journal_id
WHERE edge = %s AND journal = %s
"""
