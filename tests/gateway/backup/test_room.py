"""Copies that are cut off, that find no room, or that would be of something damaged."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.backup import BackupError, back_up, backups
from gateway.config import GatewayConfig

NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)
HINT = "Is the folder there, does it belong to the gateway's user, is there room?"
pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """A disk that holds so many copies of a folder and then some bytes."""

    def make(copies: Path, free: int) -> None:
        def usage(_: Path) -> object:
            used = sum(file.stat().st_size for file in copies.rglob("*") if file.is_file())
            return shutil._ntuple_diskusage(1 << 40, used, max(0, free - used))

        monkeypatch.setattr(shutil, "disk_usage", usage)

    return make


def size(copy: Path) -> int:
    return sum(file.stat().st_size for file in copy.rglob("*") if file.is_file())


def test_what_a_copy_left_behind_that_was_cut_off_is_removed(config: GatewayConfig, copies: Path) -> None:
    left = copies / ".nhipdo-20261121T204500Z.partial"
    left.mkdir()
    (left / "state").write_bytes(b"x")
    path, _ = back_up(config, copies, NOW)
    assert list(copies.iterdir()) == [path]


def test_two_copies_are_not_made_at_once(config: GatewayConfig, copies: Path) -> None:
    other = os.open(copies, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BackupError) as caught:
            back_up(config, copies, NOW)
    finally:
        os.close(other)
    assert str(caught.value) == f"backup into {copies}: another copy is being made there; wait for it. {HINT}"


def test_old_copies_make_room_for_a_new_one_and_for_the_gateway(
    config: GatewayConfig, copies: Path, disk: Callable[[Path, int], None]
) -> None:
    made = [back_up(config, copies, NOW + timedelta(days=day))[0] for day in range(3)]
    # Room for three and the gateway's reserve of 1 MB three times.
    disk(copies, 3 * size(made[0]) + 3_100_000)
    last, _ = back_up(config, copies, NOW + timedelta(days=3), keep=14)
    assert backups(copies) == [made[1], made[2], last]


def test_the_newest_copy_stays_until_there_is_another_one(
    config: GatewayConfig, copies: Path, disk: Callable[[Path, int], None]
) -> None:
    made = [back_up(config, copies, NOW + timedelta(days=day))[0] for day in range(2)]
    disk(copies, size(made[0]) + 1_100_000)
    with pytest.raises(BackupError, match=r"MB are needed, 1 MB of which the gateway needs to go on, and"):
        back_up(config, copies, NOW + timedelta(days=2), keep=14)
    assert backups(copies) == made[1:]


def test_without_a_number_to_keep_nothing_is_removed(
    config: GatewayConfig, copies: Path, disk: Callable[[Path, int], None]
) -> None:
    made = [back_up(config, copies, NOW + timedelta(days=day))[0] for day in range(2)]
    disk(copies, 2 * size(made[0]))
    with pytest.raises(BackupError, match="MB are needed"):
        back_up(config, copies, NOW + timedelta(days=2))
    assert backups(copies) == made


def test_a_damaged_database_never_takes_the_place_of_a_whole_copy(config: GatewayConfig, copies: Path) -> None:
    whole, _ = back_up(config, copies, NOW, keep=1)
    file = config.state_dir / "more.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a)")
        database.executemany("INSERT INTO t VALUES (?)", [(f"{n:040}",) for n in range(2000)])
        database.commit()
    body = bytearray(file.read_bytes())
    body[3 * 4096 : 3 * 4096 + 64] = b"\xff" * 64
    file.write_bytes(body)
    with pytest.raises(BackupError, match=r"more\.sqlite is damaged: "):
        back_up(config, copies, NOW + timedelta(days=1), keep=1)
    assert list(copies.iterdir()) == [whole]


def test_a_gateway_without_a_registry_is_no_copy(config: GatewayConfig, copies: Path, tmp_path: Path) -> None:
    config.state_dir.rename(tmp_path / "elsewhere")
    config.state_dir.mkdir()
    with pytest.raises(BackupError) as caught:
        back_up(config, copies, NOW)
    assert str(caught.value) == (
        f"backup into {copies}: no registry at {config.state_dir / 'registry.sqlite'}; is it the right gateway.toml, is"
        f" STATE_DIRECTORY that of the service. {HINT}"
    )
    assert list(copies.iterdir()) == []
