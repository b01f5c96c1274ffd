"""Real servers and a real browser. In CI nothing is skipped: what cannot be had there fails."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway import servers
from gateway.debian import DebianPackages, ProgramMissingError

CACHE = Path(__file__).parent.parent / ".cache" / "servers"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def cannot(why: str) -> None:
    """Skip at a desk, fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def debian_packages() -> DebianPackages:
    return DebianPackages(CACHE)


def started(make: Callable[[], servers.Server]) -> Iterator[servers.Server]:
    try:
        server = make()
    except ProgramMissingError as error:
        cannot(str(error))
    with server:
        yield server


@pytest.fixture
def mosquitto(debian_packages: DebianPackages, tmp_path: Path) -> Iterator[servers.Server]:
    """A broker that lets everybody in."""
    yield from started(lambda: servers.mosquitto(debian_packages, tmp_path / "mosquitto"))


@pytest.fixture
def influxdb(debian_packages: DebianPackages, tmp_path: Path) -> Iterator[servers.Server]:
    """An empty InfluxDB 1.6."""
    yield from started(lambda: servers.influxd(debian_packages, tmp_path / "influxdb"))


@pytest.fixture
def victoria_metrics(debian_packages: DebianPackages, tmp_path: Path) -> Iterator[servers.Server]:
    """An empty VictoriaMetrics; it speaks the v2 write dialect, keeps ms and knows no InfluxQL."""
    yield from started(lambda: servers.victoria_metrics(debian_packages, tmp_path / "victoria-metrics"))


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody listens on; for a server that is started later, or never."""
    return servers.free_port()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        cannot("chromium: not installed. Install Debian's package chromium.")
    return found or ""
