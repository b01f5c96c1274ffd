"""``nhipdo deploy``: the folder for containers, and its passwords at real servers."""

import os
import re
import subprocess
import tarfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway import servers
from gateway.cli import main
from gateway.commands import deploying
from gateway.deploy.folder import FolderError, told, write_folder
from gateway.timeseries import StoreUnavailableError
from gateway.timeseries.influx import InfluxStore
from gateway.timeseries.influx_http import InfluxHttp

EDGE = "sa-dec/press-shop"
UPTIME = "$SYS/broker/uptime"
LINE = "sample,site=sa-dec,edge=press-shop,instrument=meter-1 power=1 1"


@pytest.fixture
def grafana(tmp_path: Path) -> Path:
    for place in ("provisioning/datasources/one.yaml", "built/vi/site.json", "built/en/site.json"):
        file = tmp_path / "shipped" / place
        file.parent.mkdir(parents=True)
        file.write_text("{}\n", "utf-8")
    return tmp_path / "shipped"


@pytest.fixture
def folder(tmp_path: Path, grafana: Path) -> Path:
    write_folder(tmp_path / "there", grafana, "0.1.0", [EDGE])
    return tmp_path / "there"


def secret(folder: Path, name: str) -> str:
    return (folder / "secrets" / name).read_text("utf-8").strip()


def test_passwords_are_all_different_and_only_the_owner_reaches_them(folder: Path) -> None:
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    names = [file.relative_to(folder / "secrets") for file in (folder / "secrets").rglob("*") if file.is_file()]
    every = [secret(folder, str(one)) for one in names if "mosquitto" not in one.name]
    assert len(every) == len(set(every)) == 9
    assert all(re.fullmatch(r"[\w-]{32}", one) for one in every)
    # Compose mounts a file as it is, and each container is another user.
    assert {(folder / "secrets" / one).stat().st_mode & 0o777 for one in names} == {0o644}
    outside = (file for file in folder.rglob("*") if file.is_file() and "secrets" not in file.parts)
    assert not [file for file in outside for one in every if one in file.read_text("utf-8")]


def test_again_it_brings_the_program_up_to_date_and_leaves_people_theirs(folder: Path, grafana: Path) -> None:
    before = {name: secret(folder, name) for name in ("registry", "grafana-admin", f"edges/{EDGE}")}
    toml, env = folder / "gateway" / "gateway.toml", folder / ".env"
    toml.write_text("# mine\n", "utf-8")
    env.write_text(env.read_text("utf-8") + "NHIPDO_HTTP_PORT=9000\n", "utf-8")
    (folder / "compose.yaml").write_text("# old\n", "utf-8")
    (folder / "grafana" / "built" / "vi" / "gone.json").write_text("{}", "utf-8")
    written = write_folder(folder, grafana, "0.2.0", ["sa-dec/lathe"])
    assert {name: secret(folder, name) for name in before} == before
    assert toml.read_text("utf-8") == "# mine\n"
    assert "NHIPDO_VERSION=0.2.0\n" in env.read_text("utf-8")
    assert "NHIPDO_HTTP_PORT=9000\n" in env.read_text("utf-8")
    assert "services:" in (folder / "compose.yaml").read_text("utf-8")
    assert not (folder / "grafana" / "built" / "vi" / "gone.json").exists()
    assert "secrets/edges/sa-dec/lathe" in written.made
    assert written.renewed == ["compose.yaml"]
    assert list(told(written))[-1].startswith("kept      secrets/broker-gateway, ")


def test_containers_read_what_is_mounted_whatever_the_umask(tmp_path: Path, grafana: Path) -> None:
    before = os.umask(0o077)
    try:
        write_folder(tmp_path / "there", grafana, "0.1.0")
    finally:
        os.umask(before)
    for part in ("certs", "gateway", "grafana", "mosquitto", "mosquitto-tls", "nginx"):
        top = tmp_path / "there" / part
        for one in (top, *top.rglob("*")):
            assert one.stat().st_mode & 0o777 == (0o755 if one.is_dir() else 0o644), one


def test_again_a_running_container_sees_what_is_new(folder: Path, grafana: Path) -> None:
    # It keeps the folder or file that it was given, not what takes its name later.
    mounted = [folder / one for one in ("grafana/built", "grafana/provisioning", "mosquitto", "certs")]
    mounted += [folder / "secrets" / one for one in ("mosquitto-passwords", "mosquitto_sub")]
    before = [one.stat().st_ino for one in mounted]
    with (folder / "secrets" / "mosquitto-passwords").open(encoding="utf-8") as held:
        write_folder(folder, grafana, "0.1.0", ["sa-dec/lathe"])
        assert "sa-dec/lathe:" in held.read()
    assert [one.stat().st_ino for one in mounted] == before
    assert (folder / "grafana" / "built" / "vi" / "site.json").is_file()


def test_an_edge_whose_password_was_removed_is_no_user_and_leftovers_are_none(folder: Path, grafana: Path) -> None:
    edges = folder / "secrets" / "edges" / "sa-dec"
    (edges / "press-shop").rename(edges / "press-shop~")
    (edges / ".lathe.swp").write_text("x\n", "utf-8")
    write_folder(folder, grafana, "0.1.0")
    users = [line.partition(":")[0] for line in (folder / "secrets" / "mosquitto-passwords").read_text().splitlines()]
    assert users == ["gateway", "health"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, grafana: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "compose.yaml").write_text("services: {}\n", "utf-8")
    with pytest.raises(FolderError) as caught:
        write_folder(tmp_path / "shop", grafana, "0.1.0")
    assert str(caught.value) == (
        f"{tmp_path / 'shop'}: has compose.yaml, but no .env with NHIPDO_VERSION, so nhipdo deploy did not write it. "
        "Choose an empty folder, or write the line NHIPDO_VERSION= into .env there if it is yours."
    )
    assert [one.name for one in (tmp_path / "shop").iterdir()] == ["compose.yaml"]


def test_settings_from_a_copy_and_a_disk_of_its_own_are_taken(tmp_path: Path, grafana: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / ".env").write_text("NHIPDO_LANGUAGE=en\nNHIPDO_VERSION=0.0.9", "utf-8")
    write_folder(tmp_path, grafana, "0.1.0")
    assert (tmp_path / ".env").read_text("utf-8") == "NHIPDO_LANGUAGE=en\nNHIPDO_VERSION=0.1.0"


def test_a_version_that_is_missing_is_written(tmp_path: Path, grafana: Path) -> None:
    (tmp_path / ".env").write_text("NHIPDO_LANGUAGE=en", "utf-8")
    write_folder(tmp_path, grafana, "0.1.0")
    assert (tmp_path / ".env").read_text("utf-8") == "NHIPDO_VERSION=0.1.0\nNHIPDO_LANGUAGE=en"


@pytest.mark.parametrize("name", ["broker-gateway", "influxdb-grafana", f"edges/{EDGE}"])
def test_a_password_that_was_emptied_is_told(folder: Path, grafana: Path, name: str) -> None:
    file = folder / "secrets" / name
    file.write_text("\n", "utf-8")
    with pytest.raises(FolderError) as caught:
        write_folder(folder, grafana, "0.1.0", [EDGE])
    assert (
        str(caught.value)
        == f"{file}: its first line is empty, expected a password. Write one there, or remove the file."
    )


def test_dashboards_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as caught:
        write_folder(tmp_path / "there", tmp_path / "none", "0.1.0")
    where = tmp_path / "none" / "provisioning"
    assert str(caught.value) == f"{where}: not there, expected Grafana's provisioning. Install nhipdo again, whole."


def test_the_command_says_what_to_do_next(
    tmp_path: Path, grafana: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploying, "grafana_files", lambda: grafana)
    assert main(["deploy", str(tmp_path / "there"), "--edge", EDGE]) == 0
    out = capsys.readouterr().out
    assert f"new       secrets/edges/{EDGE}" in out
    assert f"docker build -t nhipdo:{version('nhipdo')} -f gateway/deploy/Dockerfile ." in out
    assert secret(tmp_path / "there", "grafana-admin") not in out
    assert main(["deploy", str(tmp_path / "other"), "--edge", "press shop"]) == 2
    assert (
        capsys.readouterr().err == "edge 'press shop': expected SITE/EDGE, e.g. sa-dec/press-shop. See nhipdo edges.\n"
    )
    assert main(["deploy", str(tmp_path / "other"), "--edge", "gateway/main"]) == 2
    assert capsys.readouterr().err == (
        "edge 'gateway/main': \"gateway\" is what topics of gateways begin with. Choose another name for the site.\n"
    )
    assert not (tmp_path / "other").exists()


def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, grafana: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploying, "grafana_files", lambda: grafana)
    (tmp_path / "file").write_text("", "utf-8")
    assert main(["deploy", str(tmp_path / "file" / "there")]) == 1
    assert re.fullmatch(
        r"\S+: cannot be written: Not a directory\. Choose a folder that is yours\.\n", capsys.readouterr().err
    )


@pytest.fixture
def broker(debian_packages, folder: Path, tmp_path: Path) -> Iterator[servers.Server]:
    """A real mosquitto with the folder's own settings; only where things are is another place."""
    program = debian_packages.program("mosquitto")
    (tmp_path / "data").mkdir()
    conf = (folder / "mosquitto" / "mosquitto.conf").read_text("utf-8")
    for inside, outside in (
        ("/run/secrets", folder / "secrets"),
        ("/mosquitto/config", folder / "mosquitto"),
        ("/mosquitto/data", tmp_path / "data"),
    ):
        conf = conf.replace(inside, str(outside))

    def command(port: int) -> list[str]:
        file = tmp_path / "mosquitto.conf"
        who = "user root\n" if os.geteuid() == 0 else ""
        file.write_text(conf.replace("listener 1883", f"listener {port} 127.0.0.1") + who, "utf-8")
        return [str(program.path), "-c", str(file)]

    with servers.Server("broker", tmp_path / "m", command, lambda _: program.environment, scheme="mqtt") as one:
        yield one


def answer(broker: servers.Server, user: str, password: str, topic: str = "") -> tuple[str, list[bytes]]:
    """What the broker says to who comes in, and the first message of a topic."""
    said: list[str] = []
    heard: list[bytes] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    client.on_connect = lambda client, _data, _flags, reason, _props: (
        said.append(str(reason)),
        client.subscribe(topic, 1) if topic else None,
    )
    client.on_message = lambda _client, _data, message: heard.append(message.payload)
    client.connect("127.0.0.1", broker.port)
    deadline = time.monotonic() + 20
    while not (heard if topic else said) and time.monotonic() < deadline:
        client.loop(0.1)
    client.disconnect()
    return said[0], heard


def test_the_broker_lets_in_whom_the_folder_names_and_nobody_else(broker: servers.Server, folder: Path) -> None:
    for user, name in (("gateway", "broker-gateway"), ("health", "broker-health"), (EDGE, f"edges/{EDGE}")):
        assert answer(broker, user, secret(folder, name)) == ("Success", [])
    assert answer(broker, "gateway", "gateway") == ("Not authorized", [])
    assert answer(broker, "", "") == ("Not authorized", [])


def test_the_brokers_health_check_gets_its_answer(broker: servers.Server, folder: Path) -> None:
    words = dict(line.split(" ", 1) for line in secret(folder, "mosquitto_sub").splitlines())
    assert words["-h"] == "127.0.0.1"
    said, heard = answer(broker, words["-u"], words["-P"], UPTIME)
    assert said == "Success"
    assert re.fullmatch(rb"\d+ seconds", heard[0])


@pytest.fixture
def guarded_influxdb(debian_packages, folder: Path, tmp_path: Path, monkeypatch) -> Iterator[servers.Server]:
    """A real InfluxDB that asks for passwords, with the users that the image of 1.8 makes at its first start."""
    monkeypatch.setenv("INFLUXDB_HTTP_AUTH_ENABLED", "true")
    with servers.influxd(debian_packages, tmp_path / "influxd") as one:
        InfluxHttp(one.url, {}, 10).ask(
            f"CREATE USER admin WITH PASSWORD '{secret(folder, 'influxdb-admin')}' WITH ALL PRIVILEGES"
        )
        admin = InfluxStore(one.url, username="admin", password=secret(folder, "influxdb-admin"))
        for words in (
            "CREATE DATABASE nhipdo WITH SHARD DURATION 4w",
            f"CREATE USER gateway WITH PASSWORD '{secret(folder, 'influxdb-gateway')}'",
            "GRANT ALL ON nhipdo TO gateway",
            f"CREATE USER grafana WITH PASSWORD '{secret(folder, 'influxdb-grafana')}'",
            "GRANT READ ON nhipdo TO grafana",
        ):
            admin._http.ask(words)
        yield one


def test_the_gateway_may_do_in_influxdb_what_it_does_and_grafana_only_reads(
    guarded_influxdb: servers.Server, folder: Path
) -> None:
    def store(user: str, password: str) -> InfluxStore:
        return InfluxStore(guarded_influxdb.url, username=user, password=password)

    gateway = store("gateway", secret(folder, "influxdb-gateway"))
    grafana = store("grafana", secret(folder, "influxdb-grafana"))
    assert gateway.write([LINE]) == []
    assert [one.at for one in grafana.points("sample", "sa-dec", "press-shop", 0, 10)] == [1]
    with pytest.raises(StoreUnavailableError, match="does not let us in"):
        grafana.write([LINE])
    gateway.forget_before("sample", 10)
    assert list(gateway.points("sample", "sa-dec", "press-shop", 0, 10)) == []
    with pytest.raises(StoreUnavailableError, match="does not let us in"):
        store("gateway", "gateway").write([LINE])


DOCKER = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in *pg_dump*) [ -z "$FAIL" ] || exit 3;; esac
echo content
"""


def run_backup(folder: Path, tmp_path: Path, fail: str = "") -> "subprocess.CompletedProcess[str]":
    """The script, with a stand-in for docker that writes down what it was asked."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    (tmp_path / "bin" / "docker").write_text(DOCKER, "utf-8")
    (tmp_path / "bin" / "docker").chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LOG": str(tmp_path / "asked"), "FAIL": fail}
    words = [str(folder / "backup.sh"), str(tmp_path / "copies")]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_the_script_copies_the_registry_before_the_series(folder: Path, tmp_path: Path) -> None:
    done = run_backup(folder, tmp_path)
    [copy] = (tmp_path / "copies").iterdir()
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{copy}\n", "")
    asked = [line.split()[3] for line in (tmp_path / "asked").read_text("utf-8").splitlines() if "exec" in line]
    assert asked == ["postgres", "gateway", "influxdb", "gateway"]  # at last that a copy was made
    names = {"registry.pgdump", "gateway.tar", "influxdb.tar", "settings.tar", "SHA256SUMS"}
    assert {file.name for file in copy.iterdir()} == names
    assert {file.stat().st_mode & 0o077 for file in copy.iterdir()} == {0}
    with tarfile.open(copy / "settings.tar") as settings:
        assert {".env", "gateway/gateway.toml", "secrets/registry", f"secrets/edges/{EDGE}"} <= set(settings.getnames())


def test_half_a_copy_does_not_stay(folder: Path, tmp_path: Path) -> None:
    assert run_backup(folder, tmp_path, fail="yes").returncode == 3
    assert list((tmp_path / "copies").iterdir()) == []
