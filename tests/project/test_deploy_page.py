"""docs/deploy.md names files that are shipped and commands that are known."""

import re
import shlex
from importlib.metadata import version
from pathlib import Path

import pytest

from edge_agent.cli import build_parser as edge_parser
from gateway.cli import _parser as gateway_parser

PROGRAM = re.compile(r"(?:/opt/nhipdo/bin/|exec gateway |nhipdo:[0-9.]+ )(nhipdo(?:-edge)?) ([^`#|;\n]+)")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "deploy.md").read_text("utf-8")


def test_the_files_that_it_names_are_shipped(page: str, root: Path) -> None:
    named = set(re.findall(r"(?:gateway|edge_agent)/deploy/[\w.-]*\w", page))
    assert len(named) >= 10
    assert [name for name in sorted(named) if not (root / name).is_file()] == []


def test_every_file_for_people_is_named(page: str, root: Path) -> None:
    folder = root / "gateway" / "deploy"
    shipped = {file.name for kind in ("*.service", "*.timer", "compose*.yaml", "*.sh") for file in folder.glob(kind)}
    assert [name for name in sorted(shipped) if name not in page] == []


def test_the_commands_that_it_gives_are_known(page: str) -> None:
    found = [(program, words.strip()) for program, words in PROGRAM.findall("\n".join(commands(page)))]
    assert len(found) >= 8
    for program, words in found:
        parser = edge_parser() if program == "nhipdo-edge" else gateway_parser()
        assert callable(parser.parse_args(shlex.split(words)).run), words


def commands(page: str) -> list[str]:
    """Lines of its shell blocks, without what one should see."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line.partition("   #")[0].rstrip() for block in blocks for line in block.splitlines()]


def test_its_first_commands_are_of_this_version(page: str) -> None:
    assert f"docker build -t nhipdo:{version('nhipdo')} " in page
    assert f"/opt/nhipdo-{version('nhipdo')}/bin/pip" in page


def test_no_command_for_containers_counts_as_a_stop_by_hand(page: str) -> None:
    # After `docker compose kill`, whatever the signal, Docker does not start a container after a power cut.
    assert [line for line in commands(page) if "compose kill" in line] == []
    assert "docker compose exec broker kill -HUP 1" in commands(page)


def test_one_box_gives_commands_that_are_known_and_files_that_are_shipped(root: Path) -> None:
    box = (root / "docs" / "one-box.md").read_text("utf-8")
    named = set(re.findall(r"(?:gateway|edge_agent)/deploy/[\w.-]*\w", box))
    assert {Path(name).suffix for name in named} == {".conf", ".acl", ".service", ".timer", ".target"}
    assert [name for name in sorted(named) if not (root / name).is_file()] == []
    assert f"/opt/nhipdo-{version('nhipdo')}/bin/pip install --constraint constraints.txt" in box
    # What a unit, a broker or a configuration asks for is made by a command of the page.
    made = "\n".join(line for line in box.splitlines() if line.strip().startswith("sudo "))
    for place in ("/var/backups/nhipdo", "/var/lib/nhipdo-gateway", "edge-broker-password", "gateway-broker-password"):
        assert place in made


def test_what_the_units_need_is_made_on_the_page(page: str) -> None:
    made = [line for line in commands(page) if line.startswith("sudo install -d") and "nhipdo-gateway" in line]
    assert [line.split()[-1] for line in made] == ["/etc/nhipdo", "/var/lib/nhipdo-gateway", "/var/backups/nhipdo"]
    # Programs that its commands call and that a small Debian lacks.
    [programs] = [line for line in commands(page) if line.startswith("sudo apt-get install") and "postgresql" in line]
    assert {"curl", "openssl", "influxdb-client"} <= set(programs.split())
