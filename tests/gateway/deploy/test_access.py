"""The access list that is shipped, at a real broker: nobody speaks for another."""

import time
from importlib.resources import as_file, files

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway import servers

PASSWORD = "secret"
TELEMETRY, STATUS = "nhipdo/v1/s1/e1/telemetry", "nhipdo/v1/gateway/main/status"
GATEWAYS = "nhipdo/v1/gateway/+/status"


@pytest.fixture
def broker_for(debian_packages, tmp_path):
    """A broker with our access list, that knows one user."""
    with as_file(files("gateway") / "deploy" / "mosquitto.acl") as acl:

        def start(user: str) -> servers.Server:
            # It reads the list after it has dropped its rights.
            copy = tmp_path / "acl"
            copy.write_text(acl.read_text("utf-8"), "utf-8")
            extra = f"acl_file {copy}"
            return servers.mosquitto(debian_packages, tmp_path / "m", username=user, password=PASSWORD, extra=extra)

        yield start


def may_publish(broker: servers.Server, user: str, topic: str) -> bool:
    """MQTT 5 tells in its confirmation whether it was allowed."""
    told: list[int] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.username_pw_set(user, PASSWORD)
    client.on_publish = lambda _c, _u, _mid, reason, _props: told.append(reason.value)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        client.publish(topic, b"x", qos=1).wait_for_publish(10)
    finally:
        client.disconnect()
        client.loop_stop()
    return told[0] < 0x80


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [(TELEMETRY, True), ("nhipdo/v1/s1/e2/telemetry", False), ("nhipdo/v1/s1/e1/ack", False), (STATUS, False)],
)
def test_an_edge_speaks_for_itself_alone(broker_for, topic, allowed) -> None:
    with broker_for("s1/e1") as broker:
        # A topic without subscribers is answered with a success of its own (16), below the failures.
        assert may_publish(broker, "s1/e1", topic) is allowed


@pytest.mark.parametrize(("topic", "allowed"), [("nhipdo/v1/s1/e1/ack", True), (STATUS, True), (TELEMETRY, False)])
def test_the_gateway_acknowledges_and_makes_no_samples(broker_for, topic, allowed) -> None:
    with broker_for("gateway") as broker:
        assert may_publish(broker, "gateway", topic) is allowed


def test_a_gateway_of_a_group_hears_what_one_alone_would(broker_for) -> None:
    heard: list[bytes] = []
    with broker_for("gateway") as broker:
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set("gateway", PASSWORD)
        client.on_message = lambda _c, _u, message: heard.append(message.payload)
        client.on_connect = lambda client, *_: client.subscribe(f"$share/gateways/{GATEWAYS}", 1)
        client.on_subscribe = lambda client, *_: client.publish(STATUS, b"x", 1)
        client.connect("127.0.0.1", broker.port)
        deadline = time.monotonic() + 20
        while not heard and time.monotonic() < deadline:
            client.loop(0.1)
        client.disconnect()
    assert heard == [b"x"]


def test_the_settings_say_nothing_that_debians_own_says_already() -> None:
    # /etc/mosquitto/mosquitto.conf of Debian 12, which includes ours: mosquitto refuses a text that is said twice.
    debians = {"pid_file", "persistence_location", "log_dest", "include_dir"}
    lines = (files("gateway") / "deploy" / "mosquitto.conf").read_text("utf-8").splitlines()
    said = {line.split()[0] for line in lines if line and not line.startswith("#")}
    assert {"listener", "acl_file", "password_file"} <= said
    assert said & debians == set()
