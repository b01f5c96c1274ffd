"""The provinces of Viet Nam with their predecessors, written into a registry that has none."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from gateway.registry.book import Book
from gateway.registry.organisations import ProvinceRow
from gateway.registry.roles import SYSTEM

_FILE = Path(__file__).with_name("territory.toml")
_MERGED, _DAY_BEFORE = "2025-07-01", "2025-06-30"


class Former(NamedTuple):
    """A province that is no more.

    Attributes:
        code: That it had.
        name: That it had.
        successor: Code of the province that it was merged into.
    """

    code: str
    name: str
    successor: str


def provinces() -> tuple[dict[str, str], list[Former]]:
    """Code -> name of those of today, and those that were merged into them.

    >>> today, former = provinces()
    >>> len(today), len(former), today["82"]
    (34, 52, 'Đồng Tháp')
    """
    content = tomllib.loads(_FILE.read_text("utf-8"))
    return content["codes"], [Former(code, *told) for code, told in content["former"].items()]


def write_provinces(book: Book) -> int:
    """Write all provinces when there is none yet; how many were written."""
    if book.count(SYSTEM, "province"):
        return 0
    today, former = provinces()
    merged = {one.successor for one in former}
    with book.writing(SYSTEM) as writing:
        if writing.session.scalar(select(func.count()).select_from(ProvinceRow)):
            return 0  # another gateway that starts on the same registry was quicker
        ids = {}
        for code, name in today.items():
            since = _MERGED if code in merged else ""
            ids[code] = writing.make("province", {"code": code, "name": name, "since": since}, "19/2025/QĐ-TTg").id
        for one in former:
            values = {"code": one.code, "name": one.name, "until": _DAY_BEFORE, "successor": ids[one.successor]}
            writing.make("province", values, "202/2025/QH15")
    return len(today) + len(former)
