"""The uplink against a real mosquitto; the gateway's part is played here, word by word."""

import logging
import shutil
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.clock import Clock
from edge_agent.collect import Sample
from edge_agent.config import load_config
from edge_agent.losses import Losses
from edge_agent.outbox import Outbox, OutboxReader
from edge_agent.record import Recorder
from edge_agent.uplink import Uplink
from edge_agent.uplink_beside import Committed, Stop
from edge_agent.uplink_probe import probe_broker
from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.messages import Ack, Declared, EdgeStatus, GatewayStatus, Stored
from edge_agent.wire.records import record_decoder
from gateway import servers

AGENT = """
[edge]
site = "sa-dec"
name = "e1"
status_period_s = 0.3
[clock]
trust = "always"
[broker]
url = "{url}"
reconnect_s = 0.1
resend_s = 0.4
connect_timeout_s = 2
{broker}
[[buses]]
name = "scale"
url = "sim://mt_sics_balance"
[[buses.instruments]]
name = "balance-1"
model = "mt_sics_balance"
"""
EDGE = "nhipdo/v1/sa-dec/e1"


class Gateway:
    """A client that listens to the edge and says what a gateway would."""

    def __init__(self, server: servers.Server) -> None:
        self.came: list[tuple[str, bytes]] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _c, _u, m: self.came.append((m.topic, bytes(m.payload)))
        ready = threading.Event()
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.connect(server.host, server.port)
        self.client.loop_start()
        self.client.subscribe(f"{EDGE}/#", 1)
        assert ready.wait(5)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def numbers(self) -> list[int]:
        return [open_sealed(p).seq for t, p in self.came if t.endswith(("/telemetry", "/record"))]

    def statuses(self) -> list[EdgeStatus]:
        return [msgspec.json.decode(p, type=EdgeStatus) for t, p in self.came if t.endswith("/status")]

    def acknowledge(self, journal: str, floor: int, generation: int = 1) -> None:
        ack = Ack(store="s1", generation=generation, at=time.time_ns(), journals={journal: Stored(floor=floor)})
        self.say(f"{EDGE}/ack", msgspec.json.encode(ack))

    def can_store(self, *, can: bool) -> None:
        status = GatewayStatus(state="online", can_store=can, why="" if can else "disk full")
        self.say("nhipdo/v1/gateway/main/status", msgspec.json.encode(status))

    def say(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1, retain=True).wait_for_publish(5)


class Edge:
    """A recorder that is stepped by hand, and a running uplink."""

    def __init__(self, path: Path, url: str, broker: str = "") -> None:
        (path / "agent.toml").write_text(AGENT.format(url=url, broker=broker), "utf-8")
        self.config = load_config(path / "agent.toml")
        clock = Clock("always", self.config.state_dir)
        self.outbox = Outbox(self.config.state_dir, machine="m1")
        self.recorder = Recorder(self.config, clock, self.outbox, Losses(), "boot")
        self.uplink = Uplink(
            self.config, self.config.broker, clock, self.outbox.journal, self.outbox.path, self.recorder
        )
        self.thread = threading.Thread(target=self.uplink.run)
        self.thread.start()

    def second(self) -> None:
        self.recorder.samples.put(Sample("balance-1", time.monotonic_ns(), [("mass", 1.0)], []))
        self.recorder.record()
        self.uplink.events.put(Committed())

    def stop(self) -> None:
        self.uplink.events.put(Stop())
        self.thread.join(10)
        self.outbox.close()

    def waiting(self) -> int:
        self.recorder.record()
        reader = OutboxReader(self.outbox.path)
        count, _ = reader.waiting(reader.stored())
        reader.close()
        return count


def until(condition, timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


@pytest.fixture
def gateway(mosquitto):
    made = Gateway(mosquitto)
    yield made
    made.close()


@pytest.fixture
def edge(mosquitto, tmp_path, gateway):
    made = Edge(tmp_path, mosquitto.url)
    yield made
    made.stop()


def test_a_message_is_sent_until_the_gateway_says_that_it_is_stored(edge, gateway) -> None:
    edge.second()
    until(lambda: gateway.numbers().count(3) >= 2)
    assert edge.waiting() == 3
    gateway.acknowledge(edge.outbox.journal, 3)
    until(lambda: edge.waiting() == 0)
    sent = len(gateway.numbers())
    edge.second()
    until(lambda: 4 in gateway.numbers())
    assert set(gateway.numbers()[sent:]) == {4}


def test_the_status_says_what_waits_and_stays_at_the_broker(edge, gateway) -> None:
    edge.second()
    until(lambda: any(s.waiting == 3 for s in gateway.statuses()))
    status = gateway.statuses()[-1]
    assert (status.state, status.journal, status.clock) == ("online", edge.outbox.journal, "synchronised")
    assert [(h.journal, h.first, h.last) for h in status.held] == [(edge.outbox.journal, 1, 3)]
    edge.uplink.events.put(Stop())
    edge.thread.join(10)
    until(lambda: gateway.statuses()[-1].state == "stopped")


def test_nothing_is_sent_while_the_gateway_cannot_store(edge, gateway) -> None:
    edge.second()
    until(lambda: 3 in gateway.numbers())
    gateway.can_store(can=False)
    until(lambda: not edge.uplink._may_send())
    sent = len(gateway.numbers())
    edge.second()
    time.sleep(1.2)  # three times resend_s
    assert len(gateway.numbers()) == sent
    gateway.can_store(can=True)
    until(lambda: {1, 2, 3, 4} <= set(gateway.numbers()[sent:]))


def test_a_gateway_that_was_restored_gets_what_it_lacks(edge, gateway) -> None:
    for _ in range(3):
        edge.second()
    until(lambda: 5 in gateway.numbers())
    gateway.acknowledge(edge.outbox.journal, 5)
    until(lambda: edge.waiting() == 0)
    sent = len(gateway.numbers())
    gateway.acknowledge(edge.outbox.journal, 2, generation=2)
    until(lambda: {3, 4, 5} <= set(gateway.numbers()[sent:]))
    assert not {1, 2} & set(gateway.numbers()[sent:])
    gateway.acknowledge(edge.outbox.journal, 5, generation=1)  # an old word, late
    assert edge.waiting() >= 3


def test_words_that_cannot_be_read_change_nothing(edge, gateway, caplog) -> None:
    for topic in (f"{EDGE}/ack", "nhipdo/v1/gateway/main/status", f"{EDGE}/setting/product/p1"):
        for garbage in (b"\xff\xfe", b"{}", b"[1]", b'{"store": 7}'):
            gateway.say(topic, garbage)
    edge.second()
    until(lambda: 3 in gateway.numbers())
    gateway.acknowledge(edge.outbox.journal, 3)
    until(lambda: edge.waiting() == 0)
    assert "cannot be read" in caplog.text


def test_a_rotten_row_is_declared_and_the_others_go_on(edge, gateway) -> None:
    gateway.can_store(can=False)
    until(lambda: not edge.uplink._may_send())
    edge.second()
    edge.second()
    with edge.outbox.transaction():
        edge.outbox.db.execute("UPDATE message SET body = x'00' WHERE seq = 3")
    gateway.can_store(can=True)

    def declared() -> list[tuple[tuple[int, int], ...]]:
        edge.recorder.record()
        edge.second()
        lines = [
            line
            for topic, payload in gateway.came
            if topic.endswith("/record")
            for line in open_sealed(payload).body.split(b"\n")
        ]
        return [r.ranges for r in map(record_decoder.decode, lines) if isinstance(r, Declared)]

    until(lambda: ((3, 3),) in declared())
    assert 4 in gateway.numbers()
    assert 3 not in gateway.numbers()


def test_a_disk_that_fails_for_a_moment_does_not_end_the_uplink(edge, gateway, monkeypatch, caplog) -> None:
    edge.second()
    until(lambda: 3 in gateway.numbers())
    reader = edge.uplink._reader
    left = [2]

    def shaky(name):
        right = getattr(reader, name)

        def fail(*args, **kwargs):
            if left[0]:
                left[0] -= 1
                msg = "disk I/O error"
                raise sqlite3.OperationalError(msg)
            return right(*args, **kwargs)

        return fail

    for name in ("after", "waiting", "newest", "held", "first", "oldest_unstored"):
        monkeypatch.setattr(reader, name, shaky(name))
    edge.second()
    until(lambda: not left[0])
    edge.second()
    until(lambda: 5 in gateway.numbers())
    assert "outbox: cannot be read now (disk I/O error). Trying again; samples are kept meanwhile." in caplog.text
    gateway.acknowledge(edge.outbox.journal, 5)
    until(lambda: edge.waiting() == 0)


def test_a_broker_that_comes_back_with_nothing_gets_everything_again(mosquitto, tmp_path, caplog) -> None:
    caplog.set_level(logging.INFO)
    edge = Edge(tmp_path, mosquitto.url)
    edge.second()
    until(lambda: "reachable" in caplog.text)
    mosquitto.kill()
    mosquitto.wipe()
    edge.second()
    until(lambda: "the connection ended" in caplog.text)
    mosquitto.start()
    gateway = Gateway(mosquitto)
    until(lambda: {1, 2, 3, 4} <= set(gateway.numbers()))
    gateway.close()
    edge.stop()


# ------------------------------------------------------------------ TLS, passwords


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("certificates")
    openssl = shutil.which("openssl")
    assert openssl, "openssl: not installed. Install Debian's package openssl."

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=path, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    for name in ("ca", "stranger"):
        run("req", "-x509", *new, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    run("req", *new[:-2], "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=broker")
    (path / "names").write_text("subjectAltName=IP:127.0.0.1")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    run("x509", "-req", "-in", "broker.csr", "-out", "broker.pem", *signing)
    return path


@pytest.fixture
def tls_broker(debian_packages, certificates, tmp_path):
    tls = servers.Tls(certificates / "broker.pem", certificates / "broker.key")
    with servers.mosquitto(debian_packages, tmp_path / "tls", username="e1", password="right", tls=tls) as server:
        yield server


def settings(certificates: Path, ca: str = "ca.pem", password: str = "right") -> str:
    secret = certificates / f"password-{password}"
    secret.write_text(password + "\n", "utf-8")
    secret.chmod(0o600)
    return f'username = "e1"\npassword_file = "{secret}"\nca_file = "{certificates / ca}"'


def test_it_speaks_tls_with_a_password(tls_broker, certificates, tmp_path, caplog) -> None:
    caplog.set_level(logging.INFO)
    edge = Edge(tmp_path, tls_broker.url, settings(certificates))
    until(lambda: "reachable" in caplog.text)
    edge.stop()


@pytest.mark.parametrize(
    ("ca", "password", "told"),
    [
        (
            "stranger.pem",
            "right",
            (
                "broker {url}: its certificate is not trusted (unable to get local issuer certificate). "
                "Check broker.ca_file and the clock."
            ),
        ),
        (
            "ca.pem",
            "wrong",
            (
                "broker {url}: does not authorise this user. Check broker.username, broker.password_file "
                "and its access list."
            ),
        ),
        ("absent.pem", "right", None),
    ],
)
def test_a_broker_that_refuses_is_said_once_with_what_to_do(
    tls_broker, certificates, tmp_path, caplog, ca, password, told
) -> None:
    if told is None:
        with pytest.raises(Exception, match=r"absent\.pem"):
            Edge(tmp_path, tls_broker.url, settings(certificates, ca, password))
        return
    edge = Edge(tmp_path, tls_broker.url, settings(certificates, ca, password))
    until(lambda: "Trying again" in caplog.text)
    time.sleep(0.5)
    edge.stop()
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert warnings == [f"{told.format(url=tls_broker.url)} Trying again; samples are kept meanwhile."]


def test_tls_where_there_is_none_is_said_so(mosquitto, certificates, tmp_path) -> None:
    (tmp_path / "agent.toml").write_text(AGENT.format(url=mosquitto.url.replace("mqtt:", "mqtts:"), broker=""), "utf-8")
    [step] = probe_broker(load_config(tmp_path / "agent.toml"), 3.0)
    assert not step.went_well
    assert step.words.startswith(f"broker {mosquitto.url.replace('mqtt:', 'mqtts:')}: no TLS there")


# ------------------------------------------------------------------ check --connect


def steps(tmp_path: Path, url: str, timeout_s: float = 1.0) -> list[tuple[str, bool]]:
    (tmp_path / "agent.toml").write_text(AGENT.format(url=url, broker=""), "utf-8")
    return [(s.words, s.went_well) for s in probe_broker(load_config(tmp_path / "agent.toml"), timeout_s)]


def test_the_probe_says_that_nobody_listens(tmp_path, free_port) -> None:
    url = f"mqtt://127.0.0.1:{free_port}"
    assert steps(tmp_path, url) == [
        (f"broker {url}: nobody listens there. Start the broker or correct broker.url.", False)
    ]


def test_the_probe_says_that_no_gateway_answers(tmp_path, mosquitto) -> None:
    assert steps(tmp_path, mosquitto.url) == [
        (f"{mosquitto.url} lets us in, without TLS", True),
        ("no acknowledgement within 1 s; it has never been at this broker. Start it: nhipdo serve", False),
    ]


def test_the_probe_asks_for_the_access_list_when_a_gateway_is_there_and_silent(tmp_path, mosquitto, gateway) -> None:
    gateway.can_store(can=True)
    gateway.say(f"{EDGE}/ack", b"garbage")
    assert steps(tmp_path, mosquitto.url)[-1] == (
        (
            "no acknowledgement within 1 s; it is online. "
            "Does the broker's access list let this user read and write nhipdo/v1/sa-dec/e1/# ?"
        ),
        False,
    )


def test_the_probe_says_that_the_port_wants_tls(tmp_path, tls_broker) -> None:
    [(words, went_well)] = steps(tmp_path, tls_broker.url.replace("mqtts:", "mqtt:"))
    assert not went_well
    assert "Is it an MQTT broker, and is this its port without TLS? (mqtts:// is with TLS.)" in words


def test_the_probe_says_that_the_gateway_cannot_store(tmp_path, mosquitto, gateway) -> None:
    gateway.can_store(can=False)
    assert steps(tmp_path, mosquitto.url)[-1] == ("is there but cannot store: disk full", False)


def test_the_probe_asks_for_an_acknowledgement(tmp_path, mosquitto, gateway) -> None:
    found: list[tuple[str, bool]] = []
    thread = threading.Thread(target=lambda: found.extend(steps(tmp_path, mosquitto.url, 5.0)))
    thread.start()
    until(lambda: any(s.state == "checking" for s in gateway.statuses()))
    gateway.acknowledge("0" * 32, 0)
    thread.join(10)
    assert found[-1] == (
        "store s1 acknowledges; this edge is not admitted yet: a person does that at the gateway",
        True,
    )
