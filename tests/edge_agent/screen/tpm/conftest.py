"""A shop with two machines, a time study, and a browser that has their pages of TPM open."""

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace
from screen_floor import Floor, shop, unit_board, unit_config

from edge_agent.config.shop_tables import OperatorConfig, ShopConfig, TimeStudyConfig

sys.path.insert(0, str(Path(__file__).parent))  # tpm_floor: shared by the tests of this folder

STUDY = TimeStudyConfig(id="sample", title={"vi": "Mẫu xét nghiệm", "en": "Laboratory sample"})


@pytest.fixture
def tpm_shop() -> ShopConfig:
    return replace(shop(unit_config("press"), unit_config("oven")), time_studies=(STUDY,))


@pytest.fixture
def with_people(tpm_shop: ShopConfig) -> ShopConfig:
    return replace(tpm_shop, operators=(OperatorConfig(name="Lan"), OperatorConfig(name="Minh", role="manager")))


@pytest.fixture
def opened(floor: Floor, tpm_shop: ShopConfig) -> Iterator[Callable[..., TestClient]]:
    """A browser at the screen; it follows no redirect."""
    floor.show(unit_board("press"), unit_board("oven"))
    clients: list[TestClient] = []

    def browser(config: ShopConfig | None = None, language: str = "vi") -> TestClient:
        client = TestClient(floor.app(config or tpm_shop), follow_redirects=False)
        client.__enter__()
        clients.append(client)
        client.cookies.set("nhipdo_language", language)
        return client

    yield browser
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def visitor(opened: Callable[..., Any]) -> TestClient:
    return opened()


@pytest.fixture(scope="module")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real one; it starts once, since that takes longer than what it is asked."""
    spec = spec_from_file_location("driven_browser", Path(__file__).parents[3] / "dashboards" / "conftest.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    browser = module.Browser(chromium, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()
