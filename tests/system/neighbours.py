"""A site's gateway that forwards to a province's, and an edge that says an hour of ten work units at once."""

import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from chain import SITE, Chain, Heard, Listener
from processes import Process
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.envelope import open_sealed, seal
from edge_agent.wire.messages import Record
from edge_agent.wire.records import record_decoder
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from edge_agent.wire.topics import EdgeTopic
from gateway import registry
from gateway.federation import agreements, outbox
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

S = 10**9
BUCKET, HOUR = 600 * S, 3600 * S
UNITS, HOURLY_STOPS, REVISIONS = 10, 24, 3
SHOP = "shop"
FORWARDER = SITE
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TABLES = ("work_unit", "nominal_bucket", "element", "stop")
FORWARD = """
[forward]
url = "{url}"
site = "{site}"
every_s = 0.2
connect_timeout_s = 2
reconnect_s = 0.1
reconnect_max_s = 0.3
resend_s = 1.0
resend_max_s = 2.0
status_period_s = 0.3
"""
_AT_HOME = {"who", "note", "description", "aims"}
"""Columns that are each gateway's own: names, and what a machine aimed at as the gateway then knew it."""


class Site(Chain):
    """A site whose gateway forwards to the broker at ``above``."""

    above = ""

    def gateway(self, *, reserve_mb: int = 1) -> Process:
        process = super().gateway(reserve_mb=reserve_mb)
        file = self.folder / "gateway.toml"
        file.write_text(file.read_text("utf-8") + FORWARD.format(url=self.above, site=FORWARDER), "utf-8")
        return process


# ------------------------------------------------------------------ what people do, beside the gateways that run


@contextmanager
def _registry(chain: Chain) -> Iterator[Engine]:
    engine = registry.connect(f"sqlite:///{chain.folder / 'gateway-state' / 'registry.sqlite'}")
    try:
        yield engine
    finally:
        engine.dispose()


def register(chain: Chain) -> str:
    """Somebody enters the enterprise and its site; the enterprise's id."""
    with _registry(chain) as engine:
        book = Book(engine, time.time_ns)
        place = book.find(SYSTEM, "province", code="82", until="")  # a gateway is born with the provinces
        enterprise = {"kind": "enterprise", "province": place.id, "code": "1400123456", "name": "Cơ khí Sa Đéc"}
        press = book.make(SYSTEM, "organisation", enterprise)
        book.make(SYSTEM, "site", {"name": SITE, "title": "Xưởng", "organisation": press.id, "kind": "factory"})
        return press.id


def _manager(organisation: str) -> Reader:
    return Reader("m", "Bà Hoa", (Grant(Role.MANAGER, "organisation", organisation),))


def agree(chain: Chain, organisation: str) -> str:
    """Its manager agrees to share what is usually shared; the agreement's id."""
    values = {
        "organisation": organisation,
        "partner": "Sở KH&CN",
        "kinds": ["elements", "stops"],
        "since": "2020-01-01",
    }
    with _registry(chain) as engine, registry.transaction(engine) as session:
        return agreements.agree(session, _manager(organisation), time.time_ns(), ZONE, values).id


def withdraw(chain: Chain, organisation: str, agreement: str) -> None:
    """Its manager takes it back."""
    with _registry(chain) as engine, registry.transaction(engine) as session:
        agreements.withdraw(session, _manager(organisation), time.time_ns(), ZONE, agreement, "dự án đã xong")


def missing_at_home(site: Chain) -> int:
    """By the forwarder's own books."""
    with _registry(site) as engine, Session(engine) as session:
        return outbox.missing(session)


# ------------------------------------------------------------------ an hour of ten work units


def _unit(name: str, since: int, revision: int, k: int) -> Iterator[Record]:
    """What one work unit says in an hour; with a later revision other figures, and stops that are over."""
    for at in range(since, since + HOUR, BUCKET):
        part = Part(shift="A@2026-11-22", product="cap-38", ideal_cycle_s=2.0, ns={"RUN": BUCKET}, total=100 * revision)
        until, key = at + BUCKET, f"{name}.{at}"
        yield Elements(key=key, revision=revision, at=at, work_unit=name, since=at, until=until, parts=(part,))
    for n in range(HOURLY_STOPS):
        at = since + n * 150 * S + k
        over = at + 30 * S if revision > 1 else None
        stop = Stop(key=f"{name}.{at}", revision=revision, at=at, work_unit=name, since=at, until=over, kind="STOP")
        yield msgspec.structs.replace(stop, who="Lan", note="thiếu phôi")


def an_hour(since: int, revision: int) -> list[Record]:
    said: list[Record] = []
    for k in range(UNITS):
        name = f"press-{k}"
        limits = {"micro_stop_s": 60.0, "max_gap_s": 30.0, "bucket_s": 600.0, "timezone": "Asia/Ho_Chi_Minh"}
        said += [WorkUnitDescription(key=name, revision=1, **limits), *_unit(name, since, revision, k)]
    return said


def replay(site: Chain, since: int, journal: str) -> None:
    """Say all of an hour at once: late revisions before early ones, some of it twice."""
    records = [record for revision in range(1, REVISIONS + 1) for record in an_hour(since, revision)]
    parts = [records[k : k + 40] for k in range(0, len(records), 40)]
    messages = [
        seal(journal, k, 1, len(some), b"\n".join(map(msgspec.json.encode, some))) for k, some in enumerate(parts, 1)
    ]
    random.Random(7).shuffle(messages)
    with Listener(site.broker) as edge:
        for payload in (*messages, *messages[:5]):
            edge.say(str(EdgeTopic(SITE, SHOP, "record")), payload)


# ------------------------------------------------------------------ what came of it


def rows(chain: Chain, table: str, since: int = 0) -> list[dict[str, Any]]:
    """What a gateway keeps of that edge; without what stays at home."""
    path = chain.folder / "gateway-state" / "registry.sqlite"
    where = f"edge = '{SHOP}'" + (f" AND since >= {since}" if since else "")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        found = [dict(row) for row in db.execute(f"SELECT * FROM {table} WHERE {where}")]
    kept = [{name: value for name, value in row.items() if name not in _AT_HOME} for row in found]
    return sorted(kept, key=repr)


def is_same(one: Chain, other: Chain) -> bool:
    return all(rows(one, table) == rows(other, table) != [] for table in TABLES)


def records_in(heard: Sequence[Heard]) -> list[Any]:
    bodies = [open_sealed(one.payload).body for one in heard if one.topic.endswith("/record")]
    return [record_decoder.decode(line) for body in bodies for line in body.split(b"\n")]
