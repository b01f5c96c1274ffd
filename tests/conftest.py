"""Real servers and a real browser. In CI nothing is skipped: what cannot be had there fails."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from gateway import free_ports, servers
from gateway.debian import DebianPackages, ProgramMissingError
from gateway.postgres import Postgres
from gateway.postgres import postgres as make_postgres

AnyServer = TypeVar("AnyServer", bound=servers.Server)
CACHE = Path(__file__).parent.parent / ".cache" / "servers"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Helpers of tests/system: an assertion that fails in them shows its values, as in a test.
pytest.register_assert_rewrite("chain", "ledger", "group", "press", "figures")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: Python's collector neither looks through it meanwhile nor ever again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def cannot(why: str) -> None:
    """Skip at a desk, fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def debian_packages() -> DebianPackages:
    return DebianPackages(CACHE)


def started(make: Callable[[], AnyServer]) -> Iterator[AnyServer]:
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


@pytest.fixture(scope="session")
def one_influxdb(debian_packages: DebianPackages) -> Iterator[servers.Server]:
    """An InfluxDB 1.6 for all tests of a process: whoever writes takes a database of their own."""
    with tempfile.TemporaryDirectory(prefix="nhipdo-", ignore_cleanup_errors=True) as folder:
        yield from started(lambda: servers.influxd(debian_packages, Path(folder) / "influxdb"))


@pytest.fixture
def victoria_metrics(debian_packages: DebianPackages, tmp_path: Path) -> Iterator[servers.Server]:
    """An empty VictoriaMetrics; it speaks the v2 write dialect, keeps ms and knows no InfluxQL."""
    yield from started(lambda: servers.victoria_metrics(debian_packages, tmp_path / "victoria-metrics"))


@pytest.fixture(scope="session")
def postgres(debian_packages: DebianPackages) -> Iterator[Postgres]:
    """A PostgreSQL without databases; one for all tests of a process, since making its cluster takes a second."""
    # Not below pytest's folders, where the user that it runs as may not go.
    with tempfile.TemporaryDirectory(prefix="nhipdo-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield from started(lambda: make_postgres(debian_packages, Path(folder) / "postgres"))


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody listens on; for a server that is started later, or never."""
    return free_ports.free_port()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        cannot("chromium: not installed. Install Debian's package chromium.")
    return found or ""
