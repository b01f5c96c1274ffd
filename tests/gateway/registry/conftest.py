"""A province with two enterprises, as its administrator has entered them."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine

from gateway.registry.book import Book, Entry
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

NOW = 1_795_000_000 * 10**9


@dataclass
class Province:
    """What stands in the registry, and its clock."""

    book: Book
    province: Entry
    press: Entry
    dairy: Entry
    site: Entry
    now: list[int] = field(default_factory=list)

    def of(self, role: Role, organisation: Entry | None = None) -> Reader:
        """Somebody with one role: at an enterprise, or else at the province."""
        if organisation is None:
            return Reader("p", "Bà Hoa", (Grant(role, "province", self.province.id),))
        return Reader("o", "Ông Nam", (Grant(role, "organisation", organisation.id),))


@pytest.fixture
def world(engine: Engine) -> Province:
    now = [NOW]
    book = Book(engine, lambda: now[0])
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp", "since": "2025-07-01"})
    enterprise = {"kind": "enterprise", "province": province.id}
    press = book.make(SYSTEM, "organisation", enterprise | {"code": "1400123456", "name": "Công ty Cơ khí Sa Đéc"})
    dairy = book.make(SYSTEM, "organisation", enterprise | {"code": "1400654321", "name": "Công ty Sữa Cao Lãnh"})
    site = book.make(
        SYSTEM,
        "site",
        {"name": "sa-dec", "title": "Xưởng dập Sa Đéc", "organisation": press.id, "kind": "factory"},
    )
    return Province(book, province, press, dairy, site, now)
