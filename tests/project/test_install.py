"""The way in: the Makefile, the installer and the pins."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Where every one of them is offered ready-made, in the versions of constraints.txt.
WHEELS = {(version, machine) for version in ((3, 11), (3, 12), (3, 13), (3, 14)) for machine in ("x86_64", "aarch64")}


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


def extra(root: Path, name: str) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(line) for line in project["optional-dependencies"][name]]


@pytest.mark.skipif("CI" not in os.environ, reason="at a desk the second opinions may be missing; CI asks for them")
@pytest.mark.skipif(
    (sys.version_info[:2], platform.machine()) not in WHEELS, reason="nobody offers the second opinions ready-made here"
)
def test_the_second_opinions_are_there_where_wheels_exist(root: Path) -> None:
    assert [each.name for each in extra(root, "second-opinion") if importlib.util.find_spec(each.name) is None] == []


def test_make_test_asks_for_the_second_opinions(root: Path) -> None:
    recipes = re.findall(r"^\t.*install\.py.*\btest\b.*$", (root / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipes
    assert [recipe for recipe in recipes if "--where-wheels second-opinion" not in recipe] == []


def test_without_wheels_all_else_is_installed_and_it_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("install", root / ".ci" / "install.py")
    assert spec
    assert spec.loader
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    monkeypatch.chdir(tmp_path)
    for name, text in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(name, text)
    Path("constraints.txt").touch()
    Path("pyproject.toml").write_text('[project.optional-dependencies]\nopinions = ["no-wheel-here"]\n', "utf-8")
    program._install_where_wheels(Path(sys.prefix), "opinions")
    assert capfd.readouterr().err == (
        "Left out opinions, its tests will be skipped: "
        "ERROR: Could not find a version that satisfies the requirement no-wheel-here (from versions: none)\n"
    )
