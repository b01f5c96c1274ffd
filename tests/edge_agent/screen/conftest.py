"""A screen, a browser that visits it, and a Chromium."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))  # screen_floor: shared by the tests of this folder

from screen_floor import Floor, shop

from edge_agent.config.shop_tables import WorkUnitConfig


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path / "outbox.sqlite")
    yield floor
    floor.close()


@pytest.fixture
def visit(floor: Floor) -> Iterator[Callable[..., TestClient]]:
    """A browser that keeps cookies and follows no redirect, at a screen of these work units."""
    open_clients: list[TestClient] = []

    def browser(*units: WorkUnitConfig, **more: Any) -> TestClient:
        client = TestClient(floor.app(shop(*units, **more)), follow_redirects=False)
        client.__enter__()
        open_clients.append(client)
        return client

    yield browser
    for client in open_clients:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def chromium_window(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real browser, driven as the tests of the gateway's pages drive theirs; its start takes longer than a test."""
    spec = spec_from_file_location("driven_browser", Path(__file__).parents[2] / "dashboards" / "conftest.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    window = module.Browser(chromium, tmp_path_factory.mktemp("browser") / "profile")
    yield window
    window.close()


@pytest.fixture
def browser(chromium_window: Any) -> Iterator[Any]:
    """That browser as if it had just been installed; it leaves the page before the server ends."""
    chromium_window.call("Network.clearBrowserCookies")
    chromium_window.complaints.clear()
    yield chromium_window
    chromium_window.call("Emulation.setScriptExecutionDisabled", value=False)
    chromium_window.call("Emulation.setTouchEmulationEnabled", enabled=False)
    chromium_window.call("Page.navigate", url="about:blank")
