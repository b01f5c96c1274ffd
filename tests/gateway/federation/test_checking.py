"""What ``nhipdo check`` says of the gateway above, in words."""

from threading import Event

import paho.mqtt.client as mqtt
from federated import FORWARDER
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker_config import ForwardConfig
from gateway.federation.checking import look_above
from gateway.free_ports import free_port


def config(url: str) -> ForwardConfig:
    return ForwardConfig(url=url, site=FORWARDER.site, connect_timeout_s=2)


def test_a_broker_that_is_not_there_is_named() -> None:
    url = f"mqtt://127.0.0.1:{free_port()}"
    assert look_above(config(url)) == (
        False,
        f"broker {url}: nobody listens there. Check forward.url, and ask whether the broker runs.",
    )


def test_a_broker_without_a_gateway_behind_it_is_told_from_one_that_answers(mosquitto, province) -> None:
    assert look_above(config(mosquitto.url)) == (
        False,
        f"broker {mosquitto.url}: lets us in, but the gateway above has never been there. Ask whoever runs it.",
    )
    client = mqtt.Client(CallbackAPIVersion.VERSION2)

    def answer(_client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        province.takes((message.topic, message.payload))
        for topic, payload in province.said.by_topic.items():
            client.publish(topic, payload, 1)

    client.on_message = answer
    subscribed = Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda *_: client.subscribe("nhipdo/v1/+/+/status", 1)
    client.connect(mosquitto.host, mosquitto.port)
    client.loop_start()
    try:
        assert subscribed.wait(20)
        is_well, words = look_above(config(mosquitto.url))
    finally:
        client.disconnect()
        client.loop_stop()
    told = "is not admitted yet: nothing leaves before a person there does"
    assert words == f"{mosquitto.url} lets us in, the gateway above answers; {FORWARDER} {told}"
    assert is_well
