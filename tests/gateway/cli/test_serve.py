"""``nhipdo serve``, a process of its own, at a real broker."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.wire.envelope import seal
from edge_agent.wire.messages import Ack, GatewayStatus, Stored
from gateway.access.signing_in import From, make_first
from gateway.registry import connect

JOURNAL = "cd" * 16
PATIENCE_S = 40.0


def until(condition, process) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "the gateway has ended"
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@pytest.fixture
def heard(mosquitto):
    words: dict[str, bytes] = {}
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda one, *_: one.subscribe("nhipdo/#", qos=1)
    client.on_message = lambda _c, _u, message: words.__setitem__(message.topic, message.payload)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    yield words, client
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def serve(mosquitto, free_port, tmp_path):
    file = tmp_path / "gateway.toml"
    file.write_text(
        f'[gateway]\nstate_dir = "state"\n[broker]\nurl = "{mosquitto.url}"\n'
        f"[http]\nport = {free_port}\n[store]\nreserve_mb = 1\n"
    )
    processes = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "gateway.cli", "serve", str(file)]
        folder = Path(__file__).parents[3]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
        processes.append(process)
        return process

    yield start, free_port, tmp_path / "state"
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_it_serves_stores_acknowledges_and_stops_in_order(serve, heard) -> None:
    start, port, state = serve
    words, client = heard
    process = start()
    until(lambda: "nhipdo/v1/gateway/main/status" in words and answers(port), process)
    line = b"sample,site=s1,edge=e1,instrument=m1 power=1.5 1790000000000000000"
    client.publish("nhipdo/v1/s1/e1/telemetry", seal(JOURNAL, 1, 1, 1, line), qos=1)
    until(lambda: "nhipdo/v1/s1/e1/ack" in words, process)
    ack = msgspec.json.decode(words["nhipdo/v1/s1/e1/ack"], type=Ack)
    assert ack.journals == {JOURNAL: Stored(floor=1)}
    assert oct((state / "api-secret").stat().st_mode)[-3:] == "600"

    second = start()
    _, complaint = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 1
    assert complaint == (
        f"{state}: another gateway runs there (process {process.pid}). Stop it, or set gateway.state_dir.\n"
    )

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    said = msgspec.json.decode(words["nhipdo/v1/gateway/main/status"], type=GatewayStatus)
    assert (said.state, said.can_store) == ("stopped", True)


def test_killed_it_is_said_to_be_lost_and_stores_on_after_its_next_start(serve, heard) -> None:
    start, port, _ = serve
    words, client = heard
    process = start()
    until(lambda: "nhipdo/v1/gateway/main/status" in words and answers(port), process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + PATIENCE_S
    while msgspec.json.decode(words["nhipdo/v1/gateway/main/status"], type=GatewayStatus).state != "lost":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    again = start()
    until(lambda: b"online" in words["nhipdo/v1/gateway/main/status"], again)
    line = b"sample,site=s1,edge=e1,instrument=m1 power=1.5 1790000000000000000"
    client.publish("nhipdo/v1/s1/e1/telemetry", seal(JOURNAL, 1, 1, 1, line), qos=1)
    until(lambda: "nhipdo/v1/s1/e1/ack" in words, again)


def test_a_port_that_is_taken_is_named(serve) -> None:
    import socket

    start, port, _ = serve
    with socket.create_server(("127.0.0.1", port)):
        process = start()
        _, complaint = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert complaint == (
        f"http: cannot listen on 127.0.0.1:{port}: Address already in use. Set http.host and http.port.\n"
    )


def test_its_first_start_prints_a_link_that_makes_the_first_administrator_and_later_ones_do_not(serve) -> None:
    start, port, state = serve
    process = start()
    said = [process.stdout.readline() for _ in range(2)]
    secret = re.fullmatch(
        rf"nobody has an account yet\. This link makes the first, once, within 24 hours: http://127\.0\.0\.1:{port}/"
        r"\?key=(\S{43})\n",
        said[1],
    )[1]
    until(lambda: answers(port), process)
    engine = connect(f"sqlite:///{state / 'registry.sqlite'}")
    assert make_first(engine, time.time_ns(), secret, "mai", "", "tre xanh sông Tiền", From("192.0.2.7")).session
    engine.dispose()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=PATIENCE_S)
    assert secret not in rest
    again = start()
    until(lambda: answers(port), again)
    again.send_signal(signal.SIGTERM)
    said_again, _ = again.communicate(timeout=PATIENCE_S)
    assert said_again.count("\n") == 1
    assert "key=" not in said_again
