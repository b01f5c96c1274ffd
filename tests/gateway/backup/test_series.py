"""Series in InfluxDB are in the copy, made by InfluxDB's own program, after the registry."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import servers
from gateway.backup import back_up, influx_copy, look_into
from gateway.backup.watching import copied_at
from gateway.config import GatewayConfig, load_config
from gateway.debian import DebianPackages
from gateway.free_ports import free_port
from gateway.opening import Stores, open_timeseries
from gateway.timeseries import StoreUnavailableError

NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)


@dataclass
class Influx:
    """A server, the program beside it, and how that reaches the server."""

    server: servers.Server
    program: Path
    address: str


@pytest.fixture
def influx(debian_packages: DebianPackages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Influx]:
    port = free_port()
    program = debian_packages.program("influxd")
    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(program.path.parent), prepend=":")
    monkeypatch.setattr(influx_copy, "SERVED_AT", f"127.0.0.1:{port}")
    with servers.influxd(debian_packages, tmp_path / "influx", backup_port=port) as server:
        yield Influx(server, program.path, f"127.0.0.1:{port}")


@pytest.fixture
def served(config: GatewayConfig, stores: Stores, influx: Influx) -> GatewayConfig:
    assert stores
    assert config.path is not None
    text = config.path.read_text("utf-8").replace("reserve_mb = 1", f'kind = "influx"\nurl = "{influx.server.url}"')
    config.path.write_text(text, "utf-8")
    return load_config(config.path)


def points_once_opened(config: GatewayConfig) -> list[int]:
    """After a restore: InfluxDB opens what it was given only after its program has ended.

    Until then, for some hundredths of a second, it refuses or answers that there is nothing.
    """
    series = open_timeseries(config)
    deadline = time.monotonic() + 20
    found: list[int] = []
    while not found and time.monotonic() < deadline:
        with suppress(StoreUnavailableError):
            found = [point.at for point in series.points("sample", "sa-dec", "press-shop", 0, 1 << 62)]
    series.close()
    return found


def test_series_are_in_the_copy_and_put_back_by_influxdb(served: GatewayConfig, influx: Influx, copies: Path) -> None:
    series = open_timeseries(served)
    assert series.write([f"sample,site=sa-dec,edge=press-shop,instrument=m1 power={at} {at}" for at in (1, 2, 3)]) == []
    series.close()
    path, manifest = back_up(served, copies, NOW)
    assert (manifest.without, manifest.failed) == ([], False)
    assert look_into(path) == manifest
    assert any(file.path.startswith("series/") and file.path.endswith(".tar.gz") for file in manifest.files)
    influx.server.kill()
    influx.server.wipe()
    influx.server.start()
    words = [influx.program, "restore", "-portable", "-host", influx.address, "-db", "nhipdo", path / "series"]
    subprocess.run(list(map(str, words)), check=True, capture_output=True)
    assert points_once_opened(served) == [1, 2, 3]


def test_a_copy_that_lacks_the_series_is_kept_and_is_a_failure(
    served: GatewayConfig, influx: Influx, copies: Path
) -> None:
    influx.server.kill()
    path, manifest = back_up(served, copies, NOW)
    assert manifest.failed
    why = f"InfluxDB does not answer at {influx.address} (Connection refused)"
    assert manifest.without == [f"the series: {why}. Start it, then make a copy again"]
    assert "state/registry.sqlite" in {file.path for file in look_into(path).files}
    assert copied_at(served.state_dir) == 0


def test_whoever_knows_the_password_is_told_what_to_run(config: GatewayConfig) -> None:
    assert config.path is not None
    config.path.write_text('[store]\nkind = "influx"\nusername = "gateway"\n', "utf-8")
    ask = "influx -username admin -password PASSWORD -execute"
    assert influx_copy.how_to_put_back(load_config(config.path), Path("/copies/one/series")) == [
        f"{ask} 'DROP DATABASE \"nhipdo\"'",
        "sudo influxd restore -portable -db nhipdo /copies/one/series",
        f'{ask} \'GRANT ALL ON "nhipdo" TO "gateway"\'',
    ]
