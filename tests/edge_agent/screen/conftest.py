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
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path / "outbox.sqlite")


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


@pytest.fixture
def browser(chromium: str, tmp_path: Path) -> Iterator[Any]:
    """A real one, driven as the tests of the gateway's pages drive theirs."""
    spec = spec_from_file_location("driven_browser", Path(__file__).parents[2] / "dashboards" / "conftest.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    browser = module.Browser(chromium, tmp_path / "profile")
    yield browser
    browser.close()
