"""An enterprise with a site, and browsers of its people."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from gateway.api.app import create_app
from gateway.api.security import COOKIE
from gateway.registry import connect, upgrade
from gateway.registry.book import Book, Entry
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.timeseries.embedded import EmbeddedStore

_spec = spec_from_file_location("api_gateway", Path(__file__).parents[1] / "api" / "conftest.py")
assert _spec
assert _spec.loader
api_gateway = module_from_spec(_spec)
sys.modules[_spec.name] = api_gateway
_spec.loader.exec_module(api_gateway)


class Browser:
    """Somebody's browser: gets pages, and sends the forms that stand on them."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, page: str, to: str, **fields: Any) -> Any:
        """Send a form with the hidden fields that stand on its page."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page(page)))
        return self.client.post(to, data=hidden | fields)


@dataclass
class Office:
    """The gateway of an enterprise, with its registry."""

    gateway: Any
    book: Book
    organisation: Entry
    other: Entry
    site: Entry
    _browsers: dict[Any, Browser] = field(default_factory=dict)

    @cached_property
    def app(self) -> FastAPI:
        """Made once: that costs more than most tests."""
        return create_app(self.gateway, web=api_gateway.WEB, clock=lambda: self.gateway.now)

    @property
    def engine(self) -> Engine:
        return self.gateway.engine

    def browser(self, role: Role | None = None, organisation: Entry | None = None) -> Browser:
        """Of somebody with this role at the enterprise; without one they administer everything."""
        at = (role, organisation is None)
        if at not in self._browsers:
            self._browsers[at] = self._signed_in(role, organisation)
        return self._browsers[at]

    def _signed_in(self, role: Role | None, organisation: Entry | None) -> Browser:
        grants = [Grant(role, "organisation", (organisation or self.organisation).id)] if role else []
        name = f"{role or 'administrator'}-{'other' if organisation else 'own'}"
        cookie = self.gateway.sign_in(name, *grants)
        headers = {"accept-language": "vi"}
        return Browser(TestClient(self.app, cookies={COOKIE: cookie}, headers=headers, follow_redirects=False))


def open_office(folder: Path) -> Office:
    """An office on the registry that stands in this folder."""
    engine = connect(f"sqlite:///{folder / 'registry.sqlite'}")
    gateway = api_gateway.Gateway(EmbeddedStore(folder / "series.sqlite", reserve_bytes=0), engine)
    book = Book(engine, lambda: gateway.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"})
    enterprise = {"kind": "enterprise", "province": province.id}
    own = book.make(SYSTEM, "organisation", enterprise | {"code": "1400123456", "name": "Cơ khí Sa Đéc"})
    other = book.make(SYSTEM, "organisation", enterprise | {"code": "1400654321", "name": "Sữa Cao Lãnh"})
    site = book.make(
        SYSTEM, "site", {"name": "sa-dec", "title": "Xưởng dập", "organisation": own.id, "kind": "factory"}
    )
    return Office(gateway, book, own, other, site)


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the tables of today, which costs more to make than to copy."""
    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def office(tmp_path: Path, empty_registry: Path) -> Iterator[Office]:
    copyfile(empty_registry, tmp_path / "registry.sqlite")
    made = open_office(tmp_path)
    yield made
    made.gateway.timeseries.close()
    made.engine.dispose()


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory, empty_registry: Path) -> Iterator[Office]:
    """One for all tests of a module: its application takes longer to make than they take."""
    folder = tmp_path_factory.mktemp("office")
    copyfile(empty_registry, folder / "registry.sqlite")
    made = open_office(folder)
    yield made
    made.gateway.timeseries.close()
    made.engine.dispose()


@pytest.fixture
def make(office: Office) -> Callable[..., Entry]:
    """A row of the enterprise or of its site."""

    def row(noun: str, **values: Any) -> Entry:
        owner = (
            "site" if noun in ("shift_calendar", "target", "production_order", "production_line") else "organisation"
        )
        return office.book.make(SYSTEM, noun, {owner: getattr(office, owner).id, **values})

    return row
