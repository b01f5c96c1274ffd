"""A copy is put back whole, or all stays as it was."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from gateway.backup import BackupError, back_up, look_into, put_back
from gateway.config import GatewayConfig, load_config
from gateway.opening import Stores
from gateway.registry.database import REVISIONS

NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def made(config: GatewayConfig, stores: Stores, copies: Path) -> Path:
    assert stores
    return back_up(config, copies, NOW)[0]


def tree(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*")}


def rewrite(copy: Path, **what: object) -> None:
    file = copy / "backup.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **what}), "utf-8")


def test_a_disk_that_fills_meanwhile_leaves_all_as_it_was(
    config: GatewayConfig, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, left = tree(config.state_dir), [1, 1, 0]

    def copy(file: Path, to: Path) -> None:
        if not left.pop(0):
            raise OSError(28, "No space left on device")
        shutil.copyfile(file, to)

    monkeypatch.setattr("gateway.backup.restoring.copy", copy)
    with pytest.raises(BackupError) as caught:
        put_back(config, made, LATER)
    assert str(caught.value) == (
        f"restore into {config.state_dir}: [Errno 28] No space left on device. All is as it was; mend the cause, then"
        " try again."
    )
    assert tree(config.state_dir) == before


def test_what_a_restore_left_ready_that_was_cut_off_is_neither_copied_nor_put_back(
    config: GatewayConfig, made: Path, copies: Path
) -> None:
    (config.state_dir / "restore-ready").mkdir()
    (config.state_dir / "restore-ready" / "half").write_text("x", "ascii")
    again, _ = back_up(config, copies, LATER)
    assert not any("restore-ready" in name for name in tree(again))
    put_back(config, made, LATER)
    assert not any("restore-ready" in name for name in tree(config.state_dir))


def test_a_copy_of_a_newer_version_is_refused(made: Path) -> None:
    rewrite(made, tables="9999", version="9.9.9")
    with pytest.raises(BackupError) as caught:
        look_into(made)
    assert str(caught.value) == (
        f"{made}: its tables are of revision 9999, this program knows {max(REVISIONS)}. Use nhipdo 9.9.9, which"
        " made it, or a newer one."
    )


def test_a_list_that_leads_out_of_the_copy_is_refused(config: GatewayConfig, made: Path, tmp_path: Path) -> None:
    body = (tmp_path / "settings" / "gateway.toml").read_bytes()
    (made.parent / "out").write_bytes(body)
    files = json.loads((made / "backup.json").read_text("utf-8"))["files"]
    known = next(file for file in files if file["path"] == "settings/gateway.toml")
    rewrite(made, files=[*files, {**known, "path": "state/../../out"}])
    with pytest.raises(BackupError) as caught:
        put_back(config, made, LATER)
    assert str(caught.value).splitlines() == [
        "state/../../out: leads out of the backup",
        f"{made}: not as it was made. Take another one.",
    ]


def test_a_registry_does_not_go_into_a_database_of_another_kind(config: GatewayConfig, made: Path) -> None:
    assert config.path is not None
    text = config.path.read_text("utf-8") + '[registry]\nurl = "postgresql://nhipdo@127.0.0.1/nhipdo"\n'
    config.path.write_text(text, "utf-8")
    with pytest.raises(BackupError) as caught:
        put_back(load_config(config.path), made, LATER)
    assert str(caught.value) == (
        f"{made}: its registry was a SQLite file, registry.url names PostgreSQL. Set registry.url as it was."
    )


@pytest.fixture
def served(databases, tmp_path: Path) -> Iterator[GatewayConfig]:
    """A gateway whose registry is in PostgreSQL."""
    name, file = databases.lend(), tmp_path / "gateway.toml"
    (tmp_path / "pg").mkdir()
    file.write_text(f'[gateway]\nstate_dir = "{tmp_path / "pg"}"\n[registry]\nurl = "{databases.url(name)}"\n', "utf-8")
    yield load_config(file)
    databases.drop(name)


def test_what_a_newer_version_made_in_postgresql_goes_and_lies_aside(served: GatewayConfig, copies: Path) -> None:
    path, _ = back_up(served, copies, NOW)
    with closing(psycopg.connect(served.registry_url, autocommit=True)) as database:
        database.execute("CREATE TABLE newer (site TEXT, edge TEXT, FOREIGN KEY (site, edge) REFERENCES edge)")
        database.execute("CREATE FUNCTION newer() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        database.execute("DELETE FROM store")
    aside = put_back(served, path, LATER)
    assert aside == served.state_dir / "before-restore-20261122T214500Z"
    assert tree(aside) == {"registry.pgdump"}
    with closing(psycopg.connect(served.registry_url, autocommit=True)) as database:
        gone = database.execute("SELECT to_regclass('newer'), to_regproc('newer')").fetchone()
        assert gone == (None, None)
        assert database.execute("SELECT count(*) FROM store").fetchone() == (1,)


def test_a_dump_that_postgresql_does_not_take_leaves_all_as_it_was(served: GatewayConfig, copies: Path) -> None:
    path, _ = back_up(served, copies, NOW)
    dump = path / "state" / "registry.pgdump"
    whole = json.loads((path / "backup.json").read_text("utf-8"))
    dump.write_bytes(dump.read_bytes()[:-2000])
    # Listed as it is now: damaged before it was copied here.

    digest = hashlib.sha256(dump.read_bytes()).hexdigest()
    rewrite(
        path, files=[{**one, "sha256": digest} if one["path"].endswith("pgdump") else one for one in whole["files"]]
    )
    with pytest.raises(BackupError, match=r"pg_restore failed: .*All is as it was; mend the cause, then try again\.$"):
        put_back(served, path, LATER)
    assert tree(served.state_dir) == {"last-copy"}
    with closing(psycopg.connect(served.registry_url, autocommit=True)) as database:
        assert database.execute("SELECT count(*) FROM store").fetchone() == (1,)
