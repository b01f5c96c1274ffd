import fcntl
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gateway.config import load_config
from gateway.demo.folder import LOCK, agent_toml, fresh_folder, gateway_toml, simulated_plant
from gateway.demo.processes import DemoError

SAID = """\
# a plant
[edge]
site = "elsewhere"
name = "simulated"

[[buses]]
name = "press"
url = "tcp://127.0.0.1:41000"

[[buses.instruments]]
name = "press-1"
model = "press_plc"
period_s = 1.0

[[buses]]
name = "meters"
url = "serial:///tmp/x/meter"
baud = 9600

[[buses.instruments]]
name = "meter-1"
model = "sdm630"
device_id = 1

[[work_units]]
name = "press"
title = { vi = "Máy \\"dập\\" 1", en = "Press 1" }
setup_modes = ["2", "4"]
target_oee = 0.85

[[work_units.products]]
name = "LID-10"
ideal_cycle_s = 1.8

[[calendars]]

[[calendars.shifts]]
name = "A"
start = "06:00"
end = "14:00"
weekdays = [1, 2, 3]

[[calendars.shifts.breaks]]
start = "10:00"
end = "10:15"

[[calendars.shifts]]
name = "B"
start = "14:00"
end = "22:00"
breaks = [{ start = "18:00", end = "18:15" }]

[screen]
language = "en"
port = 8480
"""


def test_a_folder_is_empty_at_each_start(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with fresh_folder(folder) as first:
        (first / "edge").mkdir()
        (first / "edge" / "outbox").write_text("old", "utf-8")
        (first / "agent.log").write_text("old", "utf-8")
    with fresh_folder(folder) as second:
        assert [entry.name for entry in second.iterdir()] == [LOCK]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    with pytest.raises(DemoError) as caught, fresh_folder(tmp_path):
        pass
    assert str(caught.value) == f"{tmp_path}: is not empty and not a demo's. Name another folder with --directory."
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "years of work"


def test_a_second_demo_does_not_empty_the_folder_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    program = (
        "import sys; from pathlib import Path; from gateway.demo.folder import fresh_folder\n"
        "with fresh_folder(Path(sys.argv[1])) as f: (f / 'kept').touch(); print('up', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(DemoError) as caught, fresh_folder(folder):
            pass
        assert (folder / "kept").exists()
        other.stdin.close()
    assert str(caught.value) == (
        f"{folder}: another demo runs there (process {other.pid}). Stop it, or name another folder with --directory."
    )


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoError) as caught, fresh_folder(tmp_path / "file" / "demo"):
        pass
    assert str(caught.value) == (
        f"{tmp_path / 'file' / 'demo'}: Not a directory. Name a folder of your own with --directory."
    )


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with fresh_folder(tmp_path / "demo"):
        pass
    with (tmp_path / "demo" / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert lock.read() == f"{os.getpid()}\n"


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    file = tmp_path / "simulated.toml"
    file.write_text(SAID, "utf-8")
    return file


def test_the_agent_reads_the_simulated_plant_as_it_was_printed(printed: Path) -> None:
    read = tomllib.loads(agent_toml("mqtt://127.0.0.1:1884", simulated_plant(printed), 8481))
    assert read.pop("broker") == {"url": "mqtt://127.0.0.1:1884"}
    assert read.pop("edge")["name"] == "press-shop"
    assert read.pop("clock") == {"trust": "always"}
    said = tomllib.loads(SAID)
    del said["edge"]
    said["screen"] = {"language": "en", "port": 8481}
    assert read == said


def test_the_gateway_keeps_to_loopback_and_to_the_demos_folder(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(gateway_toml("mqtt://127.0.0.1:1884", 8081, ""), "utf-8")
    config = load_config(tmp_path / "gateway.toml")
    assert (config.broker.url, config.http.host, config.http.port) == ("mqtt://127.0.0.1:1884", "127.0.0.1", 8081)
    assert (config.store.kind, config.state_dir) == ("embedded", tmp_path / "gateway")
    assert config.secret_file == tmp_path / "api-secret"


def test_the_gateway_writes_to_influxdb_when_asked(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(gateway_toml("mqtt://127.0.0.1:1", 8081, "http://127.0.0.1:8087"), "utf-8")
    store = load_config(tmp_path / "gateway.toml").store
    assert (store.kind, store.dialect, store.url) == ("influx", "v1", "http://127.0.0.1:8087")
