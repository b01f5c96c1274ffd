"""What is shipped to run broker, gateway and agent on one box."""

import shutil
import subprocess
import time
from configparser import ConfigParser
from importlib.resources import files

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway import servers

SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
UNITS = {
    "nhipdo-box.target": "gateway",
    "nhipdo-gateway.service": "gateway",
    "nhipdo-edge.service": "edge_agent",
}
TOPIC = "nhipdo/v1/gateway/main/status"


def shipped(name: str) -> str:
    package = UNITS.get(name, "gateway")
    return (files(package) / "deploy" / name).read_text("utf-8")


def said(name: str, key: str) -> list[str]:
    """What a unit says of a key, comments left out."""
    lines = [line for line in shipped(name).splitlines() if not line.startswith("#")]
    return [word for line in lines if line.startswith(f"{key}=") for word in line.partition("=")[2].split()]


def test_the_target_starts_all_three_and_stops_what_is_ours() -> None:
    assert said("nhipdo-box.target", "Wants") == ["mosquitto.service", "nhipdo-gateway.service", "nhipdo-edge.service"]
    assert said("nhipdo-gateway.service", "PartOf") == ["nhipdo-box.target"]
    assert said("nhipdo-edge.service", "PartOf") == ["nhipdo-box.target"]


def test_none_of_them_needs_another_one_to_run() -> None:
    for name in UNITS:
        assert said(name, "Requires") + said(name, "BindsTo") + said(name, "Requisite") == []


def test_systemd_takes_the_units(tmp_path) -> None:
    for name in UNITS:
        # Not strict: of some keys a unit may have several lines, which systemd reads one after the other.
        parsed = ConfigParser(interpolation=None, strict=False, comment_prefixes=("#",))
        parsed.optionxform = str
        parsed.read_string(shipped(name))
        assert parsed["Install"]["WantedBy"] == "multi-user.target"
        # The programs are not installed where the units expect them: any that there is will do.
        text = shipped(name).replace("/opt/nhipdo/bin/nhipdo-edge", "/bin/true")
        (tmp_path / name).write_text(text.replace("/opt/nhipdo/bin/nhipdo", "/bin/true"), "utf-8")
    (tmp_path / "mosquitto.service").write_text("[Service]\nExecStart=/bin/true\n", "utf-8")
    if SYSTEMD_ANALYZE is not None:  # a machine without it cannot run them either
        units = [str(tmp_path / name) for name in UNITS]
        done = subprocess.run([SYSTEMD_ANALYZE, "verify", *units], capture_output=True, text=True, check=False)
        ours = [line for line in done.stderr.splitlines() if "nhipdo" in line]
        assert (done.returncode, ours) == (0, [])


@pytest.fixture
def box_broker(debian_packages, tmp_path):
    """A broker with the box's settings; its listener and the files of Debian are those of the test's own."""
    ours = ("listener", "allow_anonymous", "password_file")
    lines = [line for line in shipped("mosquitto-box.conf").splitlines() if not line.startswith(ours)]
    acl = tmp_path / "nhipdo.acl"
    acl.write_text(shipped("mosquitto.acl"), "utf-8")
    extra = "\n".join(lines).replace("/etc/mosquitto/nhipdo.acl", str(acl)).replace("autosave_interval", "# ")
    with servers.mosquitto(debian_packages, tmp_path / "m", username="gateway", password="secret", extra=extra) as one:
        yield one


def test_mosquitto_takes_the_settings_and_lets_the_gateway_speak(box_broker) -> None:
    heard: list[bytes] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gateway", "secret")
    client.on_message = lambda _c, _u, message: heard.append(message.payload)
    client.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
    client.on_subscribe = lambda client, *_: client.publish(TOPIC, b"x", 1)
    client.connect("127.0.0.1", box_broker.port)
    deadline = time.monotonic() + 20
    while not heard and time.monotonic() < deadline:
        client.loop(0.1)
    client.disconnect()
    assert heard == [b"x"]


def test_the_box_keeps_its_broker_to_itself_and_repeats_nothing_of_debians() -> None:
    lines = [line for line in shipped("mosquitto-box.conf").splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if line.startswith("listener")] == ["listener 1883 127.0.0.1"]
    assert "allow_anonymous false" in lines
    # /etc/mosquitto/mosquitto.conf of Debian 12, which includes ours: mosquitto refuses a text that is said twice.
    assert {line.split()[0] for line in lines} & {
        "pid_file",
        "persistence_location",
        "log_dest",
        "include_dir",
    } == set()
