"""``nhipdo`` and ``nhipdo-edge`` where only the other one's libraries were installed."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

WITHOUT = """
import sys
sys.modules[{library!r}] = None
from {package}.program import main
sys.exit(main())
"""
ADVICE = "In the project's folder: pip install --constraint constraints.txt"


def run(root: Path, package: str, library: str) -> "subprocess.CompletedProcess[str]":
    script = WITHOUT.format(package=package, library=library)
    command = [sys.executable, "-c", script, "--help"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("package", "library", "expected"),
    [
        ("gateway", "sqlalchemy", f"nhipdo: sqlalchemy is not installed, the gateway needs it. {ADVICE} '.[gateway]'"),
        ("edge_agent", "pymodbus", f"nhipdo-edge: pymodbus is not installed, the edge needs it. {ADVICE} '.[edge]'"),
    ],
)
def test_a_library_that_was_not_installed_is_told(root: Path, package: str, library: str, expected: str) -> None:
    done = run(root, package, library)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{expected}\n")


@pytest.mark.parametrize(("package", "library"), [("gateway", "gateway.config"), ("edge_agent", "edge_agent.config")])
def test_a_module_of_our_own_that_is_gone_is_no_matter_of_installing(root: Path, package: str, library: str) -> None:
    done = run(root, package, library)
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr


def test_the_commands_begin_there(root: Path) -> None:
    scripts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"nhipdo": "gateway.program:main", "nhipdo-edge": "edge_agent.program:main"}
    for place in scripts.values():
        module, _, function = place.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
