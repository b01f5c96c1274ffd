"""The gateway at a real broker."""

import logging
import threading
import time

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.wire.messages import Ack, GatewayStatus, Stored
from gateway.config import BrokerConfig
from gateway.ingest.ingest import Ingest
from gateway.ingest.subscription import Subscription
from gateway.timeseries import ChannelId

STATUS = "nhipdo/v1/gateway/main/status"
WILL = (STATUS, msgspec.json.encode(GatewayStatus(state="lost", can_store=False)))
PATIENCE_S = 20.0


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


class Listener:
    """A client that hears everything, retained words too, and can speak."""

    def __init__(self, port: int) -> None:
        self.heard: dict[str, bytes] = {}
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        subscribed = threading.Event()
        self.client.on_connect = lambda client, *_: client.subscribe("nhipdo/#", qos=1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = lambda _c, _u, message: self.heard.__setitem__(message.topic, message.payload)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(PATIENCE_S)

    def says(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)

    def status(self) -> GatewayStatus | None:
        heard = self.heard.get(STATUS)
        return msgspec.json.decode(heard, type=GatewayStatus) if heard else None

    def ack(self) -> Ack | None:
        heard = self.heard.get("nhipdo/v1/s1/e1/ack")
        return msgspec.json.decode(heard, type=Ack) if heard else None

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def listener(mosquitto):
    one = Listener(mosquitto.port)
    yield one
    one.close()


@pytest.fixture
def gateway_at(engine, store):
    """A gateway with its threads at a broker."""
    started = []

    def start(url: str, **more: object) -> Ingest:
        subscription = Subscription(BrokerConfig(url=url, **more), "main", WILL)
        ingest = Ingest(engine, store, subscription)
        ingest.start()
        subscription.start(ingest)
        started.append((ingest, subscription))
        return ingest

    yield start
    for ingest, subscription in started:
        ingest.stop()
        subscription.stop()


def test_what_is_published_is_stored_and_acknowledged(gateway_at, mosquitto, listener, run, store) -> None:
    gateway_at(mosquitto.url)
    until(listener.status)
    assert listener.status().can_store
    for _ in range(5):
        listener.says(*run.sample())
    until(lambda: listener.ack() and listener.ack().journals == {run.journal: Stored(floor=5)})
    rows = store.rows(ChannelId("s1", "e1", "m1", "power"), 0, 2**62)
    assert [row.value for row in rows] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_broker_that_forgot_everything_is_told_again(gateway_at, mosquitto, listener, run) -> None:
    gateway_at(mosquitto.url)
    until(listener.status)
    listener.says(*run.sample())
    until(listener.ack)
    mosquitto.stop()
    mosquitto.wipe()
    mosquitto.start()
    fresh = Listener(mosquitto.port)
    until(lambda: fresh.status() and fresh.ack())
    assert fresh.ack().journals == {run.journal: Stored(floor=1)}
    fresh.close()


def test_a_status_that_the_broker_kept_is_taken_at_the_start(gateway_at, mosquitto, listener, run) -> None:
    listener.says(*run.status(at=1), retain=True)
    gateway_at(mosquitto.url)
    until(listener.ack)
    assert listener.ack().store


def test_in_order_it_says_stopped_and_what_was_in_hand_is_acknowledged(engine, store, mosquitto, listener, run) -> None:
    subscription = Subscription(BrokerConfig(url=mosquitto.url), "main", WILL)
    ingest = Ingest(engine, store, subscription)
    topics = []
    put = ingest.put
    ingest.put = lambda topic, payload: (put(topic, payload), topics.append(topic))
    ingest.start()
    subscription.start(ingest)
    until(listener.status)
    message = run.sample()

    def came() -> bool:
        # Its status may be out before the broker has its subscription: as an edge does, say it again until heard.
        listener.says(*message)
        return message[0] in topics  # and not merely the gateway's own status, which it hears too

    until(came)
    ingest.stop()
    subscription.stop()
    until(lambda: listener.status().state == "stopped" and listener.ack())
    assert listener.ack().journals == {run.journal: Stored(floor=1)}


def test_a_broker_that_refuses_the_password_is_named_once(engine, store, debian_packages, tmp_path, caplog) -> None:
    from gateway import servers

    with servers.mosquitto(debian_packages, tmp_path / "m", username="gw", password="right") as broker:
        wrong = tmp_path / "wrong"
        wrong.write_text("wrong\n")
        config = BrokerConfig(url=broker.url, username="gw", password_file=str(wrong))
        subscription = Subscription(config, "main", WILL)
        with caplog.at_level(logging.WARNING):
            subscription.start(Ingest(engine, store, subscription))
            until(lambda: caplog.messages)
            subscription.stop()
    assert caplog.messages == [
        (
            f"broker {broker.url}: does not authorise this user. Check broker.username, broker.password_file and its"
            " access list."
        )
    ]


def test_a_broker_that_is_not_there_is_named_once_and_found_when_it_comes(
    gateway_at, mosquitto, listener, caplog
) -> None:
    url = mosquitto.url
    mosquitto.stop()
    with caplog.at_level(logging.WARNING, "gateway.ingest.subscription"):
        gateway_at(url)
        until(lambda: caplog.messages)
    assert caplog.messages[0] == f"broker {url}: nobody listens there. Start the broker or correct broker.url."
    mosquitto.start()
    until(listener.status)


def test_a_broker_of_mqtt_3_1_1_only_will_do(gateway_at, free_port, run) -> None:
    import subprocess
    import sys

    broker = subprocess.Popen([sys.executable, "-m", "gateway.demo.broker", "--port", str(free_port)])
    try:
        until(lambda: _listens(free_port))
        gateway_at(f"mqtt://127.0.0.1:{free_port}")
        listener = Listener(free_port)
        until(listener.status)
        listener.says(*run.sample())
        until(listener.ack)
        listener.close()
    finally:
        broker.terminate()
        broker.wait(PATIENCE_S)


def _listens(port: int) -> bool:
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
