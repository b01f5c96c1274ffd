"""The demo's accounts and links, the enterprise of the live line, its laboratory, and the province around them.

Decision: what must have been there before the machines began is written with the time of half a year ago.
Because: a pilot counts only when it was fixed before its result began.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from datetime import time as clock_time
from pathlib import Path

from sqlalchemy import Engine

from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.links import make_link
from gateway.config import load_config
from gateway.demo.folder import BENCH, EDGE, LAB_SITE, SITE
from gateway.demo.laboratory import MADE_UP, PEOPLE, ZONE, Read, furnish, put_on_the_bench
from gateway.demo.laboratory_past import furnish_past
from gateway.demo.programme import write_programme
from gateway.demo.province import Made, close_pilots, first_day, set_up, tell_of_machines
from gateway.demo.statistics import write_statistics
from gateway.ingest.journals import EdgeId
from gateway.opening import opened_registry
from gateway.people import admit_edge
from gateway.registry import transaction
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.registry.territory import write_provinces

NAME = "demo"
SHOP_GAIN = 3e-4
"""What the simulated balance of the press shop shows too much, as ``nhipdo-edge simulate --laboratory`` has it."""
OFFICER = f"Nguyễn Thu Hương, chuyên viên Sở KH&CN {MADE_UP}"
_HOURS = 30 * 24
NS = 10**9
_USES = 10_000
"""A demo is opened by everybody who looks on."""


def demo_link(gateway: Path) -> str:
    """As :func:`demo_links`; the secret of the one that administers everything."""
    return next(iter(demo_links(gateway).values()))


def demo_links(gateway: Path) -> dict[str, str]:
    """Make the demo's accounts, and give secrets of links that open them.

    Args:
        gateway: The demo's gateway.toml; nothing serves on it yet.

    Returns:
        Who -> secret; the first administers everything, the second is the province's officer, the others are the
        laboratory's people.
    """
    now = time.time_ns()
    with opened_registry(load_config(gateway)) as engine:
        owner, province = _settle(engine, now)
        made = furnish(
            engine,
            now,
            owner=owner,
            bench_site=LAB_SITE,
            room=Read(LAB_SITE, BENCH, "room-1"),
            balance=Read(SITE, EDGE, "balance-1"),
            balance_values={"serial_number": "B021002593", "resolution": 0.01, "range_low": 0, "range_high": 220},
            gain=SHOP_GAIN,
        )
        furnish_past(engine, now, made, owner, SHOP_GAIN)
        put_on_the_bench(engine, now, made, owner)
        with transaction(engine) as session:
            row = make_account(session, SYSTEM, now, NAME)
            grant(session, SYSTEM, now, row.id, Grant(Role.ADMINISTRATOR))
            officer = make_account(session, SYSTEM, now, "huong", full_name=OFFICER, language="vi")
            grant(session, SYSTEM, now, officer.id, Grant(Role.PROVINCIAL_OFFICER, "province", province.province))
            accounts = {NAME: row.id, OFFICER: officer.id} | {one.full_name: made.accounts[one.name] for one in PEOPLE}
            return {
                name: make_link(session, SYSTEM, now, account, hours=_HOURS, uses=_USES)
                for name, account in accounts.items()
            }


def admit_edges(gateway: Path, edges: Iterable[EdgeId]) -> None:
    """What a person does once at a real gateway: say that these edges, which have spoken, belong here."""
    with opened_registry(load_config(gateway)) as engine:
        for edge in edges:
            admit_edge(engine, edge, "nhipdo demo", time.time_ns())


def _settle(engine: Engine, now: int) -> tuple[str, Made]:
    """The enterprise's row, and the province with half a year behind it."""
    today = datetime.fromtimestamp(now // NS, ZONE).date()
    then = int(datetime.combine(first_day(today), clock_time(), ZONE).timestamp()) * NS
    before, book = Book(engine, lambda: then), Book(engine, lambda: now)
    owner = _register(before)
    made = set_up(before, owner, today)
    tell_of_machines(engine, book, made, today)
    close_pilots(book, made, today)
    write_programme(book, made, today)
    write_statistics(book, made, today.year)
    return owner, made


def _register(book: Book) -> str:
    """Whose machines these are: somebody who does not exist, and says so; id of the row."""
    write_provinces(book)
    province = book.find(SYSTEM, "province", code="82", until="")
    organisation = {"code": "DEMO", "name": "Công ty mẫu (mô phỏng)", "kind": "enterprise", "province": province.id}
    owner = book.make(SYSTEM, "organisation", organisation)
    site = {"name": SITE, "title": "Xưởng mẫu (mô phỏng)", "organisation": owner.id, "kind": "factory"}
    book.make(SYSTEM, "site", site)
    return owner.id
