"""The README is tried: its files load, its commands do what it says."""

import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import certifi
import pytest

from drivers.models import load_model
from edge_agent.config import load_config
from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.lines import parse_line
from edge_agent.wire.messages import Ack
from edge_agent.wire.records import record_decoder
from gateway.config import load_config as load_gateway

EDGE = [sys.executable, "-m", "edge_agent.cli"]
START_S = 30.0


class Block(NamedTuple):
    """A fenced block: what stands behind the fence, and what is in it."""

    kind: str
    text: str


def blocks(page: Path) -> list[Block]:
    found = re.findall(r"^```([^\n]*)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(kind.strip(), text) for kind, text in found]


def files(page: Path) -> dict[str, str]:
    """The TOML files of a page, by the name in their first line."""
    named = {}
    for block in blocks(page):
        if block.kind == "toml":
            first = re.match(r"# ([a-z-]+\.toml)\b", block.text)
            assert first, f"{page.name}: a toml block without the file's name in its first line: {block.text[:60]!r}"
            named[first[1]] = block.text
    return named


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Path:
    """A folder with the files that a reader of the README has written."""
    for name, text in files(root / "README.md").items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_its_agent_file_is_one(written: Path) -> None:
    config = load_config(written / "agent.toml")
    assert [(bus.url, [i.model for i in bus.instruments]) for bus in config.buses] == [
        ("serial:///dev/ttyUSB0", ["sdm630"])
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_its_gateway_file_is_one(page: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(files(root / page)["gateway.toml"], "utf-8")
    config = load_gateway(tmp_path / "gateway.toml")
    assert (config.broker.tls, config.store.kind, config.store.dialect) == (True, "influx", "v1")


def test_its_broker_with_password_fits_into_the_agent_file(written: Path) -> None:
    agent, broker = ((written / name).read_text("utf-8") for name in ("agent.toml", "broker.toml"))
    plain = re.search(r"\[broker\]\n.*\n", agent)
    assert plain
    (written / "broker-password").write_text("secret\n", "utf-8")
    shutil.copy(certifi.where(), written / "ca.pem")
    (written / "agent.toml").write_text(agent.replace(plain[0], broker), "utf-8")
    config = load_config(written / "agent.toml")
    assert config.broker
    assert (config.broker.tls, config.broker.username, config.broker.password()) == (
        True,
        "sa-dec/press-shop",
        "secret",
    )


def test_its_register_map_is_one(written: Path) -> None:
    model = load_model("./my-meter.toml", written)
    assert {name: meaning.unit for name, meaning in model.meanings.items()} == {"active_power": "W"}


@pytest.fixture
def simulated_meter(tmp_path: Path) -> Iterator[str]:
    """The url of a simulated meter, served by the program that the README names."""
    printed, log = tmp_path / "simulated.toml", tmp_path / "simulate.log"
    command = [*EDGE, "simulate", "--directory", str(tmp_path / "plant")]
    with printed.open("w") as answer, log.open("w") as words:
        simulator = subprocess.Popen(command, stdout=answer, stderr=words)
    try:
        end = time.monotonic() + START_S
        while "Serving" not in log.read_text("utf-8"):
            assert simulator.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.05)
        buses = tomllib.loads(printed.read_text("utf-8"))["buses"]
        yield next(bus["url"] for bus in buses if bus["instruments"][0]["model"] == "sdm630")
    finally:
        simulator.terminate()
        simulator.wait(30)


def test_its_commands_do_what_it_says(root: Path, written: Path, simulated_meter: str) -> None:
    agent = written / "agent.toml"
    agent.write_text(agent.read_text("utf-8").replace("serial:///dev/ttyUSB0", simulated_meter), "utf-8")
    said = ""
    for block in blocks(root / "README.md"):
        if block.kind != "sh test":
            continue
        for line in block.text.splitlines():
            program, *words = line.split()
            assert program == "nhipdo-edge"
            done = subprocess.run([*EDGE, *words], cwd=written, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            said += done.stdout
    assert "no mistakes" in said
    assert re.search(r"^meter-1 +voltage_l1 +[0-9.]+ +V +good", said, re.MULTILINE), said


def help_of(program: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    try:
        code = import_module(program).main([*words, "--help"])
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out


@pytest.mark.parametrize("program", ["edge_agent.cli", "gateway.cli"])
def test_help_names_every_command(
    program: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    listed = help_of(program, [], capsys)
    commands = re.findall(r"^    ([a-z-]+(?: [a-z-]+)?)  ", listed, re.MULTILINE)
    assert len(commands) > 5
    for command in commands:
        assert help_of(program, command.split(), capsys).startswith("usage: nhipdo")


@pytest.mark.parametrize("script", ["nhipdo", "nhipdo-edge"])
def test_the_programs_are_installed_under_their_names(script: str) -> None:
    there = Path(sys.executable).with_name(script)
    done = subprocess.run([str(there), "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: {script} ")


def test_every_make_target_of_the_readme_exists(root: Path) -> None:
    asked = set(re.findall(r"\bmake ([a-z]+)", (root / "README.md").read_text("utf-8")))
    there = set(re.findall(r"^([a-z]+):.*## ", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert asked - there == set()


def test_the_messages_of_the_contract_page_are_messages(root: Path) -> None:
    telemetry, record = (block.text for block in blocks(root / "docs" / "contract.md") if block.kind == "message")
    opened = open_sealed(telemetry.rstrip("\n").encode())
    points = [parse_line(line) for line in opened.body.decode().splitlines()]
    assert (opened.seq, len(points), points[1].texts) == (7, 2, {"mass_q": "bad.no_reply"})
    described = record_decoder.decode(open_sealed(record.rstrip("\n").encode()).body)
    assert described.key == "meter-1"


def test_the_acknowledgement_of_the_contract_page_is_one(root: Path) -> None:
    import msgspec

    [word] = [block.text for block in blocks(root / "docs" / "contract.md") if block.kind == "json"]
    [stored] = msgspec.json.decode(word, type=Ack).journals.values()
    assert (stored.floor, stored.ranges) == (7, ((9, 12),))
