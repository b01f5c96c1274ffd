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
