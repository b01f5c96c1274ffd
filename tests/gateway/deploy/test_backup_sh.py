"""``backup.sh`` beside the containers: what stays, who hears of it, and what happens when a container fails.

There is no container engine here: a program called docker stands in for it, writes down what it was asked, and answers
with some bytes.
"""

import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

DOCKER = """#!/bin/sh
echo "$*" | tr '\\n' ' ' >> "$SAID"; echo >> "$SAID"
case "$*" in *"$FAILS"*) exit 1;; esac
echo bytes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "nhipdo"
    for name in ("gateway", "secrets", "certs", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / ".env").write_text("A=1\n", "ascii")
    (folder / "bin" / "docker").write_text(DOCKER, "ascii")
    (folder / "bin" / "docker").chmod(0o755)
    shutil.copyfile(str(files("gateway") / "deploy" / "backup.sh"), folder / "backup.sh")
    return folder


def run(folder: Path, *words: str, fails: str = "nothing fails") -> "subprocess.CompletedProcess[str]":
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SAID": str(folder / "said"), "FAILS": fails}
    command = ["/bin/sh", str(folder / "backup.sh"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_gateway_hears_of_a_copy_that_is_whole(folder: Path, tmp_path: Path) -> None:
    done = run(folder, str(tmp_path / "copies"))
    assert (done.returncode, done.stderr) == (0, "")
    asked = (folder / "said").read_text("utf-8").splitlines()
    assert asked[-1].split()[-2:] == ["touch", "/var/lib/nhipdo/last-copy"]
    [copy] = (tmp_path / "copies").iterdir()
    assert done.stdout == f"{copy}\n"
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=copy, check=False).returncode == 0


def test_the_newest_stay_and_what_was_cut_off_goes(folder: Path, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    for name in ("nhipdo-20200101T000000Z", "nhipdo-20200102T000000Z", "nhipdo-20200103T000000Z.partial", "other"):
        (copies / name).mkdir(parents=True)
    done = run(folder, str(copies), "2")
    assert done.returncode == 0
    assert {one.name for one in copies.iterdir()} == {
        "nhipdo-20200102T000000Z",
        "other",
        Path(done.stdout.strip()).name,
    }


def test_a_container_that_fails_leaves_no_copy_and_takes_no_old_one(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "copies" / "nhipdo-20200101T000000Z"
    old.mkdir(parents=True)
    assert run(folder, str(old.parent), "1", fails="influxd backup").returncode == 1
    assert list(old.parent.iterdir()) == [old]
    assert "last-copy" not in (folder / "said").read_text("utf-8").splitlines()[-1]
