"""The way in: the Makefile, the installer and the pins."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pins(root: Path) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def test_every_requirement_is_pinned_within_its_bounds(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    pinned = pins(root)
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name), "")
        assert version, f"{requirement.name}: not in constraints.txt. Run make constraints."
        assert requirement.specifier.contains(version), f"{requirement}: constraints.txt has {version}"


def make(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    found = shutil.which("make")
    assert found, "make: not installed"
    # What a make above us has set would speak to this one too.
    environment = {key: text for key, text in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "ARGS"))}
    return subprocess.run([found, *words], cwd=root, capture_output=True, text=True, check=True, env=environment)


def test_make_alone_lists_every_target_with_a_sentence(root: Path) -> None:
    listed = dict(re.findall(r"^make ([a-z]+) +(\S.*)$", make(root).stdout, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", (root / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    assert set(listed) == set(phony[1].split())


@pytest.mark.parametrize(("words", "flags"), [(["demo"], 0), (["demo", "INFLUX=1"], 1)])
def test_the_demo_takes_a_real_influxdb_when_asked(words: list[str], flags: int, root: Path) -> None:
    said = make(root, "--dry-run", *words).stdout
    assert "nhipdo demo" in said
    assert said.count("--influx") == flags


def install(root: Path, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(root / ".ci" / "install.py"), "venv", "edge"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_python_that_cannot_make_environments_is_told_in_one_line(root: Path, tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError\n", "utf-8")
    done = install(root, tmp_path, PYTHONPATH=str(tmp_path))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 1
    assert done.stderr == (
        f"Python {sys.version.split()[0]} ({sys.executable}): cannot make virtual environments. "
        f"Have somebody with root run: apt-get install python{version}-venv, then try again.\n"
    )
    assert not (tmp_path / "venv").exists()


def test_when_pip_fails_its_log_is_named(root: Path, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "constraints.txt").write_text("msgspec==0.0.1\n", "utf-8")
    done = install(root, tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1
    assert done.stderr.startswith("pip could not install what nhipdo needs:\n  ERROR: ")
    assert (
        "All that pip said is in venv/install.log. Check the network and pip's settings, then try again." in done.stderr
    )
    assert "ERROR: " in (tmp_path / "venv" / "install.log").read_text("utf-8")
    assert not list((tmp_path / "venv").glob("*.stamp"))
