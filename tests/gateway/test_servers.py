import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from gateway import servers
from gateway.debian import DebianPackages, Program, ProgramMissingError
from gateway.servers import Server, ServerError


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(seen, within_s: float = 20.0):
    end = time.monotonic() + within_s
    while not (found := seen()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def said_by_broker(server: Server, username: str = "", password: str = "", ca: Path | None = None) -> str:
    """The broker's answer to a CONNECT."""
    answers: list[str] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(str(reason))
    if username:
        client.username_pw_set(username, password)
    if ca:
        client.tls_set(ca_certs=str(ca))
    client.connect(server.host, server.port)
    client.loop_start()
    until(lambda: answers)
    client.disconnect()
    client.loop_stop()
    return answers[0]


def test_a_broker_answers_after_start_and_not_after_stop(mosquitto):
    assert said_by_broker(mosquitto) == "Success"
    assert alive(mosquitto.pid)
    assert mosquitto.url == f"mqtt://127.0.0.1:{mosquitto.port}"
    mosquitto.stop()
    assert mosquitto.pid == 0
    assert not connects(mosquitto.port)


def test_a_killed_broker_starts_again_on_the_same_port(mosquitto):
    port = mosquitto.port
    mosquitto.kill()
    mosquitto.start()
    assert mosquitto.port == port
    assert said_by_broker(mosquitto) == "Success"


def test_what_a_broker_retains_survives_a_stop_and_goes_with_a_wipe(mosquitto):
    def retained() -> list[bytes]:
        got: list[bytes] = []
        subscribed: list[int] = []
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.on_message = lambda _c, _u, message: got.append(message.payload)
        client.on_subscribe = lambda *_: subscribed.append(1)
        client.on_connect = lambda c, *_: c.subscribe("a/#", 1)
        client.connect(mosquitto.host, mosquitto.port)
        client.loop_start()
        until(lambda: subscribed)
        client.publish("a/end", b"end", qos=1).wait_for_publish(10)
        until(lambda: b"end" in got)
        client.disconnect()
        client.loop_stop()
        return got[:-1]

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect(mosquitto.host, mosquitto.port)
    client.loop_start()
    client.publish("a/kept", b"kept", qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    mosquitto.stop()
    mosquitto.start()
    assert retained() == [b"kept"]
    mosquitto.stop()
    mosquitto.wipe()
    mosquitto.start()
    assert retained() == []


@pytest.mark.usefixtures("mosquitto")  # says when mosquitto cannot be had
def test_a_broker_with_a_password_lets_only_its_owner_in(debian_packages, tmp_path):
    with servers.mosquitto(debian_packages, tmp_path / "locked", username="edge", password="mật khẩu") as locked:
        assert said_by_broker(locked, "edge", "mật khẩu") == "Success"
        assert said_by_broker(locked, "edge", "guess") == "Not authorized"
        assert said_by_broker(locked) == "Not authorized"


@pytest.mark.usefixtures("mosquitto")
def test_a_broker_speaks_tls(debian_packages, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {key} -out {certificate} -subj /CN=localhost"
    subprocess.run([*made.split(), "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with servers.mosquitto(debian_packages, tmp_path / "tls", tls=servers.Tls(certificate, key)) as secret:
        assert secret.url.startswith("mqtts://")
        assert said_by_broker(secret, ca=certificate) == "Success"


def test_influxdb_answers_a_ping_and_only_on_loopback(influxdb):
    with urllib.request.urlopen(f"{influxdb.url}/ping") as answer:
        assert answer.headers["X-Influxdb-Version"].startswith("1.6")
    psutil = pytest.importorskip("psutil")
    listening = {c.laddr.ip for c in psutil.Process(influxdb.pid).net_connections() if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


def test_victoria_metrics_is_healthy(victoria_metrics):
    with urllib.request.urlopen(f"{victoria_metrics.url}/health") as answer:
        assert answer.read() == b"OK"


def test_a_running_server_is_not_wiped(mosquitto):
    with pytest.raises(ServerError) as caught:
        mosquitto.wipe()
    assert str(caught.value) == (
        f"mosquitto: runs (process {mosquitto.pid}). Stop it before wiping {mosquitto.directory}."
    )


def test_a_taken_port_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            Server("sleeper", tmp_path / "s", lambda _: ["sleep", "60"], lambda _: {}, port).start()
    assert str(caught.value) == (
        f"sleeper: port {port} is taken by another program. Stop that, or choose another port."
    )


def test_a_server_that_ends_at_once_leaves_its_last_words(tmp_path, free_port):
    server = Server(
        "broken", tmp_path / "b", lambda _: ["sh", "-c", "echo no licence; exit 3"], lambda _: {}, free_port
    )
    with pytest.raises(ServerError) as caught:
        server.start()
    assert str(caught.value) == (
        f"broken: ended with 3 on port {free_port}; it said: no licence. Read {tmp_path / 'b.log'}."
    )
    assert server.pid == 0


PARENT = """
import sys
from pathlib import Path
from gateway.servers import Server
listen = "import socket,sys,time; s=socket.create_server(('127.0.0.1',int(sys.argv[1]))); time.sleep(600)"
command = lambda port: [sys.executable, "-c", listen, str(port)]
server = Server("child", Path(sys.argv[1]), command, lambda _: {}).start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def test_a_server_does_not_outlive_a_killed_parent(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path / "child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    until(lambda: not alive(child))


def test_a_server_that_ignores_the_polite_word_is_ended_by_force(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "_STOP_S", 0.2)
    listen = (
        "import signal,socket,sys,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "s=socket.create_server(('127.0.0.1',int(sys.argv[1]))); time.sleep(600)"
    )
    server = Server("deaf", tmp_path / "d", lambda p: [sys.executable, "-c", listen, str(p)], lambda _: {}).start()
    pid = server.pid
    server.stop()
    assert not alive(pid)


def test_an_installed_program_is_taken_before_apt_is_asked(tmp_path, monkeypatch):
    binary = tmp_path / "bin" / "influxd"
    binary.parent.mkdir()
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", str(binary.parent))
    packages = DebianPackages(tmp_path / "cache", pytest.fail)
    assert packages.program("influxd") == Program(binary, {})


def test_without_apt_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kw: None)
    with pytest.raises(ProgramMissingError) as caught:
        DebianPackages(tmp_path / "cache", pytest.fail).program("influxd")
    assert str(caught.value) == (
        "influxd: not installed, and here is no apt to fetch it with. Install influxd by hand."
    )


def test_a_failing_apt_is_quoted_by_its_last_line(tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, script in {"apt-get": "echo E: no network >&2; exit 100", "dpkg-deb": "exit 0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr("gateway.debian._SBIN", ())
    told: list[str] = []
    with pytest.raises(ProgramMissingError) as caught:
        DebianPackages(tmp_path / "cache", told.append).program("victoria-metrics")
    assert told == ["fetching victoria-metrics from Debian's packages (once) ..."]
    assert str(caught.value) == (
        "victoria-metrics: apt-get failed (E: no network). Look at the network, or install victoria-metrics by hand."
    )


def test_an_interrupted_unpacking_is_not_taken_for_a_program(tmp_path, monkeypatch):
    half = tmp_path / "cache" / "root" / "usr" / "bin" / "influxd"
    half.parent.mkdir(parents=True)
    half.touch()
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kw: None)
    with pytest.raises(ProgramMissingError):
        DebianPackages(tmp_path / "cache", pytest.fail).program("influxd")
    (tmp_path / "cache" / "root" / ".influxd").touch()
    assert DebianPackages(tmp_path / "cache", pytest.fail).program("influxd").path == half


def test_ctrl_c_at_the_terminal_does_not_reach_a_server(mosquitto):
    assert os.getpgid(mosquitto.pid) != os.getpgid(0)


def test_a_server_that_ended_by_itself_starts_again(mosquitto):
    os.kill(mosquitto.pid, signal.SIGTERM)
    until(lambda: mosquitto.pid == 0)
    mosquitto.start()
    assert alive(mosquitto.pid)
