"""The whole chain: real processes, a real broker, a real InfluxDB; simulated instruments that keep a ledger."""

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # chain, ledger, machines, processes: shared by the tests of this folder

from chain import Chain

from gateway.servers import Server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """A failure shows what the processes said at last."""
    report = yield
    for chain in getattr(item, "funcargs", {}).values():
        if report.failed and isinstance(chain, Chain):
            report.sections.append(("the processes' last words", chain.last_words()))
    return report


@pytest.fixture
def chain(tmp_path: Path, mosquitto: Server) -> Iterator[Chain]:
    """A broker, and what writes into an embedded store."""
    chain = Chain(tmp_path, mosquitto)
    yield chain
    chain.close()


@pytest.fixture
def influx_chain(tmp_path: Path, mosquitto: Server, influxdb: Server) -> Iterator[Chain]:
    """As ``chain``, with InfluxDB."""
    chain = Chain(tmp_path, mosquitto, influxdb)
    yield chain
    chain.close()


@pytest.fixture
def browser(chromium: str, tmp_path: Path) -> Iterator[Any]:
    """A real browser, driven as the tests of the pages drive theirs."""
    spec = spec_from_file_location("driven_browser", Path(__file__).parents[1] / "dashboards" / "conftest.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    window = module.Browser(chromium, tmp_path / "browser")
    window.speak("vi")
    yield window
    window.close()
