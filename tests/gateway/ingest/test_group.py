"""Processes that share the edges' messages, at a real broker, with both versions of MQTT."""

import threading
import time
from itertools import chain

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.config import BrokerConfig
from gateway.ingest.subscription import Subscription

PATIENCE_S = 20.0
TELEMETRY, STATUS = "nhipdo/v1/s1/e1/telemetry", "nhipdo/v1/s1/e1/status"


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.there = threading.Event()

    def put(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))

    def connected(self) -> None:
        self.there.set()

    def of(self, topic: str) -> list[bytes]:
        return [payload for heard, payload in list(self.heard) if heard == topic]


@pytest.fixture
def edge(mosquitto):
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()

    def say(topic: str, payload: bytes, *, retain: bool = False) -> None:
        client.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE_S)

    yield say
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def joined(mosquitto):
    """Members of a group."""
    members: list[Subscription] = []

    def join(name: str, protocol: MQTTProtocolVersion) -> Ear:
        ear = Ear()
        config = BrokerConfig(url=mosquitto.url, shared="gateways")
        member = Subscription(config, name, (f"nhipdo/v1/gateway/{name}/status", b""))
        member._protocol = protocol
        members.append(member)
        member.start(ear)
        assert ear.there.wait(PATIENCE_S)
        return ear

    yield join
    for member in members:
        member.stop()


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_each_message_goes_to_one_of_a_group_and_what_edges_said_last_to_all(edge, joined, protocol) -> None:
    edge(STATUS, b"stopped while nobody listened", retain=True)
    ears = [joined(name, protocol) for name in ("g-1", "g-2", "g-3")]
    for ear in ears:
        until(lambda ear=ear: b"stopped while nobody listened" in ear.of(STATUS))
    # The last member may still be subscribing: what comes to somebody comes to the group.
    until(lambda: edge(TELEMETRY, b"first") or any(ear.of(TELEMETRY) for ear in ears))
    for ear in ears:
        ear.heard.clear()
    until(lambda: edge(STATUS, b"all are there") or all(ear.of(STATUS) for ear in ears))
    for ear in ears:
        ear.heard.clear()
    numbers = [b"%d" % k for k in range(60)]
    for number in numbers:
        edge(TELEMETRY, number)
    until(lambda: sum(len(ear.of(TELEMETRY)) for ear in ears) >= len(numbers))
    assert sorted(chain.from_iterable(ear.of(TELEMETRY) for ear in ears)) == sorted(numbers)
    assert all(ear.of(TELEMETRY) for ear in ears)
