"""Copies of a gateway that runs, and put back: whole, in the right order, and refused when they are not as made."""

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from gateway.backup import BackupError, back_up, backups, look_into, postgres_dump, put_back
from gateway.config import GatewayConfig, load_config
from gateway.opening import Stores, opened

NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LINE = "sample,site=sa-dec,edge=press-shop,instrument=meter-1 power={at} {at}"


def points(config: GatewayConfig) -> list[int]:
    with opened(config) as stores:
        return [point.at for point in stores.timeseries.points("sample", "sa-dec", "press-shop", 0, 1 << 62)]


def rows(file: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


def test_what_was_lost_is_there_again(config: GatewayConfig, stores: Stores, copies: Path) -> None:
    with stores.engine.begin() as connection:
        connection.execute(text("CREATE TABLE mark (word TEXT)"))
        connection.execute(text("INSERT INTO mark VALUES ('Sa Đéc')"))
    path, manifest = back_up(config, copies, NOW)
    assert path == copies / "nhipdo-20261122T204500Z"
    assert manifest.without == []
    secret = (config.state_dir / "api-secret").read_text("utf-8")
    shutil.rmtree(config.state_dir)
    config.state_dir.mkdir()
    assert put_back(config, path, LATER) is None
    assert points(config) == [1, 2, 3]
    assert rows(config.state_dir / "registry.sqlite", "SELECT word FROM mark") == [("Sa Đéc",)]
    assert (config.state_dir / "api-secret").read_text("utf-8") == secret
    assert (config.state_dir / "documents" / "document-seal.key").read_text("ascii") == "key\n"


@pytest.mark.usefixtures("stores")
def test_a_copy_holds_the_settings_and_is_its_owners_alone(config: GatewayConfig, copies: Path) -> None:
    path, manifest = back_up(config, copies, NOW)
    held = {file.path for file in manifest.files}
    assert {
        "settings/gateway.toml",
        "settings/broker.password_file/broker-password",
        "settings/indicators.plans/ours.yaml",
        "state/registry.sqlite",
        "state/series.sqlite",
    } <= held
    assert not any(name.endswith(("-wal", "-shm", ".lock")) for name in held)
    assert {file.stat().st_mode & 0o077 for file in (path, *path.rglob("*"))} == {0}


def test_a_copy_made_while_much_is_written_has_no_receipt_without_its_sample(
    config: GatewayConfig, stores: Stores, copies: Path
) -> None:
    with stores.engine.begin() as connection:
        connection.execute(text("CREATE TABLE receipt_of (at INTEGER)"))
    stop, begun = threading.Event(), threading.Event()

    def ingest() -> None:
        at = 10
        while not stop.is_set():
            assert (
                stores.timeseries.write([LINE.format(at=at)]) == []
            )  # the series first, then the word that it is stored
            with stores.engine.begin() as connection:
                connection.execute(text("INSERT INTO receipt_of VALUES (:at)"), {"at": at})
            at += 1
            if at > 30:
                begun.set()

    thread = threading.Thread(target=ingest)
    thread.start()
    try:
        assert begun.wait(20)
        path, _ = back_up(config, copies, NOW)
    finally:
        stop.set()
        thread.join()
    look_into(path)
    receipts = {at for (at,) in rows(path / "state" / "registry.sqlite", "SELECT at FROM receipt_of")}
    samples = {at for (at,) in rows(path / "state" / "series.sqlite", "SELECT at FROM point")}
    assert len(receipts) >= 20
    assert receipts - samples == set()


@pytest.mark.usefixtures("stores")
def test_what_was_there_is_moved_aside_and_not_copied_next_time(config: GatewayConfig, copies: Path) -> None:
    path, _ = back_up(config, copies, NOW)
    (config.state_dir / "left").write_text("x", "ascii")
    aside = put_back(config, path, LATER)
    assert aside == config.state_dir / "before-restore-20261122T214500Z"
    assert (aside / "left").read_text("ascii") == "x"
    assert (aside / "registry.sqlite").exists()
    assert not (config.state_dir / "left").exists()
    again, _ = back_up(config, copies, LATER)
    assert not [file for file in again.rglob("*") if "before-restore" in str(file)]


@pytest.mark.usefixtures("stores")
def test_so_many_stay_as_are_wanted_and_half_ones_do_not_count(config: GatewayConfig, copies: Path) -> None:
    (copies / "nhipdo-20200101T000000Z").mkdir()  # somebody's folder, without a list: not ours to remove
    made = [back_up(config, copies, NOW + timedelta(days=day), keep=2)[0] for day in range(4)]
    assert backups(copies) == made[2:]
    assert (copies / "nhipdo-20200101T000000Z").exists()


@pytest.fixture
def made(config: GatewayConfig, stores: Stores, copies: Path) -> Path:
    assert stores
    return back_up(config, copies, NOW)[0]


def test_what_is_wrong_with_a_copy_is_told_and_nothing_is_put_back(config: GatewayConfig, made: Path) -> None:
    (made / "state" / "api-secret").write_text("other\n", "utf-8")
    (made / "settings" / "gateway.toml").unlink()
    (made / "state" / "more").write_text("x", "ascii")
    with pytest.raises(BackupError) as caught:
        put_back(config, made, LATER)
    assert str(caught.value).splitlines() == [
        f"{made}/settings/gateway.toml: is missing",
        f"{made}/state/api-secret: was altered",
        f"{made}/state/more: is not in its list",
        f"{made}: not as it was made. Take another one.",
    ]
    assert not list(config.state_dir.glob("before-restore-*"))


def test_a_folder_that_is_none_or_of_another_format_is_told(made: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"no backup \(.*\)\. Name a folder that nhipdo backup has made\.$"):
        look_into(tmp_path)
    listed = made / "backup.json"
    listed.write_text(listed.read_text("utf-8").replace('"format": 1', '"format": 9'), "utf-8")
    with pytest.raises(BackupError, match=r"format 9, this program knows 1\. Use nhipdo \d"):
        look_into(made)


def test_a_disk_that_is_too_full_is_told_and_leaves_nothing(
    config: GatewayConfig, stores: Stores, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stores
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(
        BackupError, match=r"MB are needed, 1 MB of which the gateway needs to go on, and 0 MB free\. Is "
    ):
        back_up(config, copies, NOW)
    assert list(copies.iterdir()) == []


def test_a_folder_that_is_not_there_or_within_the_state_is_told(config: GatewayConfig, stores: Stores) -> None:
    assert stores
    with pytest.raises(BackupError, match=r"^backup into /nowhere: .*No such file or directory.*is there room\?$"):
        back_up(config, Path("/nowhere"), NOW)
    within = config.state_dir / "copies"
    within.mkdir()
    with pytest.raises(BackupError) as caught:
        back_up(config, within, NOW)
    assert str(caught.value) == (
        f"backup into {within}: lies in the state folder, and each copy would hold all before it. Choose another."
    )


def test_series_in_influxdb_are_told_with_their_order(config: GatewayConfig, stores: Stores, copies: Path) -> None:
    assert stores
    file = config.path
    assert file is not None
    file.write_text(file.read_text("utf-8").replace("reserve_mb = 1", 'kind = "influx"'), "utf-8")
    _, manifest = back_up(load_config(file), copies, NOW)
    assert manifest.without == [
        (
            "the series, which are in InfluxDB at http://127.0.0.1:8086. Copy them after this, never before:"
            " influxd backup -portable -db DATABASE FOLDER, or influx backup FOLDER of version 2"
        )
    ]
    assert not manifest.lacks_registry


def test_a_registry_in_postgresql_is_dumped_and_put_back(
    config: GatewayConfig, databases, copies: Path, tmp_path: Path
) -> None:
    file, name = config.path, databases.lend()
    assert file is not None
    url = databases.url(name)
    (tmp_path / "pg").mkdir()
    file.write_text(f'[gateway]\nstate_dir = "{tmp_path / "pg"}"\n[registry]\nurl = "{url}"\n', "utf-8")
    served = load_config(file)
    with closing(psycopg.connect(url, autocommit=True)) as database:
        database.execute("CREATE TABLE mark (word TEXT)")
        database.execute("INSERT INTO mark VALUES ('Sa Đéc')")
        before = database.execute("SELECT id FROM store").fetchall()
    path, manifest = back_up(served, copies, NOW)
    assert "state/registry.pgdump" in {one.path for one in manifest.files}
    with closing(psycopg.connect(url, autocommit=True)) as database:
        database.execute("DELETE FROM mark")
        database.execute("DELETE FROM store")
    put_back(served, path, LATER)
    with closing(psycopg.connect(url, autocommit=True)) as database:
        assert database.execute("SELECT word FROM mark").fetchall() == [("Sa Đéc",)]
        assert database.execute("SELECT id FROM store").fetchall() == before
    databases.drop(name)


def test_without_pg_dump_it_is_told_what_to_run(
    config: GatewayConfig, copies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_dump, "_BESIDE_SERVERS", "nowhere/*")
    monkeypatch.setenv("PATH", str(tmp_path))
    file = config.path
    assert file is not None
    state = f'[gateway]\nstate_dir = "{tmp_path / "pg"}"\n'
    (tmp_path / "pg").mkdir()
    file.write_text(state + '[registry]\nurl = "postgresql://nhipdo:pw@db/nhipdo"\n', "utf-8")
    _, manifest = back_up(load_config(file), copies, NOW)
    assert manifest.without == [
        (
            "the registry: pg_dump is not installed here. Run where it is: "
            "pg_dump --format=custom --file=registry.pgdump --dbname=postgresql://nhipdo@db/nhipdo"
        )
    ]
    assert manifest.lacks_registry
