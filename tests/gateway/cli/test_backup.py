"""``nhipdo backup`` and ``nhipdo restore``."""

import re
import shutil
from pathlib import Path

import pytest

from gateway.config import load_config
from gateway.opening import sole_gateway


@pytest.fixture
def copy(nhipdo, tmp_path: Path, made_file: Path) -> Path:
    """A backup of a gateway with one account."""
    (tmp_path / "state").mkdir()
    shutil.copyfile(made_file, tmp_path / "state" / "registry.sqlite")
    assert nhipdo("user", "add", "mai", "--role", "administrator", "--link")[0] == 0
    (tmp_path / "copies").mkdir()
    code, out, err = nhipdo("backup", tmp_path / "copies")
    assert (code, err) == (0, "")
    [path] = (tmp_path / "copies").iterdir()
    assert re.fullmatch(rf"{re.escape(str(path))}: \d+ files, \d+\.\d MB\n", out)
    return path


def test_an_account_that_was_lost_is_there_again(nhipdo, copy: Path, tmp_path: Path, made_file: Path) -> None:
    (tmp_path / "state").rename(tmp_path / "burnt")
    (tmp_path / "state").mkdir()
    shutil.copyfile(made_file, tmp_path / "state" / "registry.sqlite")
    assert "mai" not in nhipdo("user", "list")[1]
    code, out, err = nhipdo("restore", copy)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{copy} is put back into {tmp_path / 'state'}"
    assert out.splitlines()[-1] == ("start the gateway: edges send again what they still hold and this copy lacks")
    assert "mai" in nhipdo("user", "list")[1]


def test_looking_changes_nothing(nhipdo, copy: Path, tmp_path: Path) -> None:
    code, out, err = nhipdo("restore", copy, "--only-look")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"{re.escape(str(copy))}: whole, made [0-9 :-]+ UTC by nhipdo [0-9.]+\n", out)
    (copy / "state" / "registry.sqlite").write_bytes(b"x")
    code, _, err = nhipdo("restore", copy, "--only-look")
    assert (code, err.splitlines()[-1]) == (1, f"{copy}: not as it was made. Take another one.")
    assert not list((tmp_path / "state").glob("before-restore-*"))


def test_nothing_is_put_back_into_a_gateway_that_runs(nhipdo, config: Path, copy: Path) -> None:
    with sole_gateway(load_config(config)):
        code, out, err = nhipdo("restore", copy)
    assert (code, out) == (1, "")
    assert "another gateway runs there" in err


def test_at_least_one_copy_stays(nhipdo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        nhipdo("backup", tmp_path, "--keep", "0")
    said = capsys.readouterr().err
    assert said.splitlines()[-1].endswith("argument --keep: 0: expected 1 or more. Leave --keep out to keep all.")
