"""PostgreSQL as a server that anybody, root too, can start."""

import os
from pathlib import Path

import psycopg
import pytest

from gateway import postgres as module
from gateway.debian import Program
from gateway.postgres import Postgres
from gateway.servers import ServerError


def test_it_runs_as_somebody_else_when_root_starts_it(postgres) -> None:
    [owner] = [line for line in Path(f"/proc/{postgres.pid}/status").read_text().splitlines() if line[:4] == "Uid:"]
    assert "0" not in owner.split()[1:]
    assert os.geteuid() != 0 or int(owner.split()[1]) == postgres.directory.stat().st_uid


def test_it_is_ready_when_it_has_started_and_listens_on_loopback_only(postgres) -> None:
    psutil = pytest.importorskip("psutil")
    with psycopg.connect(postgres.database("postgres")) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    listening = {c.laddr.ip for c in psutil.Process(postgres.pid).net_connections("inet") if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


def test_a_password_goes_into_the_url_as_it_must(tmp_path) -> None:
    server = Postgres(Program(Path("postgres"), {}), tmp_path / "p", 5, password="a/b@c")
    assert server.database("x") == "postgresql://nhipdo:a%2Fb%40c@127.0.0.1:5/x"


def test_what_initdb_says_is_told(tmp_path, monkeypatch) -> None:
    failing = tmp_path / "bin" / "initdb"
    failing.parent.mkdir()
    failing.write_text("#!/bin/sh\necho initdb: error: no room >&2; exit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(module, "_someone_else", dict)
    with pytest.raises(ServerError) as caught:
        Postgres(Program(failing.with_name("postgres"), {}), tmp_path / "cluster").start()
    assert str(caught.value) == (
        f"postgres: initdb failed in {tmp_path / 'cluster'} (initdb: error: no room)."
        " May other users go there? Take another folder."
    )


def test_on_a_machine_without_another_account_root_is_told(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(module, "_ACCOUNTS", ("no-such-account",))
    with pytest.raises(ServerError) as caught:
        Postgres(Program(Path("postgres"), {}), tmp_path / "p")
    assert str(caught.value) == (
        "postgres: refuses to run as root, and here is neither of no-such-account. Start it as another user."
    )
