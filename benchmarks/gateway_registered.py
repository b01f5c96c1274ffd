"""Who and what benchmarks/gateway.py is measured on: organisations, sites, edges, machines, people signed in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from benchmarks.gateway_given import DAY, EDGES_OF_SITE, PRODUCTS, REASONS, UNITS_OF_EDGE, ZONE, S, Unit
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import ChannelMeaning, EdgeStatus, InstrumentDescription
from edge_agent.wire.shop_floor import ProductDescription, WorkUnitDescription
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.registry import EdgeRow, RecordRow, WorkUnitRow, transaction
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role
from gateway.registry.territory import write_provinces

SITES_OF_ORGANISATION = 2
CHANNELS_OF_UNIT, INSTRUMENTS_OF_UNIT = 25, 5


class Visitor(NamedTuple):
    """Somebody who is signed in.

    Attributes:
        name: Short name.
        role: Of the account.
        cookie: What their browser shows.
        site: One of theirs.
    """

    name: str
    role: Role
    cookie: str
    site: str


def write_registry(engine: Engine, some: list[Unit], now: int) -> dict[str, str]:
    """Organisations, sites, edges with their channels, machines; site -> id of the organisation."""
    book = Book(engine, lambda: now)
    write_provinces(book)
    province = book.find(SYSTEM, "province", code="82", until="").id
    owners: dict[str, str] = {}
    organisation = ""
    with book.writing(SYSTEM) as writing:
        for k, site in enumerate(sorted({unit.site for unit in some})):
            number = int(site[-2:])
            if k % SITES_OF_ORGANISATION == 0:
                said = {"code": f"14{number:08}", "name": f"Công ty số {number}", "kind": "enterprise"}
                organisation = writing.make("organisation", said | {"province": province}).id
            values = {"name": site, "title": f"Xưởng {number}", "organisation": organisation, "kind": "factory"}
            place = writing.make("site", values).id
            owners[site] = organisation
            for line in ("line-1", "line-2"):
                writing.make("production_line", {"site": place, "name": line, "title": f"Dây chuyền {line[-1]}"})
            for product, cycle_s in PRODUCTS.items():
                if k % SITES_OF_ORGANISATION == 0:
                    code = {"code": product, "name_vi": f"Nắp {product}", "ideal_cycle_s": cycle_s}
                    writing.make("product", code | {"organisation": organisation})
    with transaction(engine) as session:
        session.add_all(_described(some, now))
    return owners


def _described(some: list[Unit], now: int) -> Iterator[object]:
    by_edge: dict[tuple[str, str], list[Unit]] = {}
    for unit in some:
        by_edge.setdefault((unit.site, unit.edge), []).append(unit)
    for (site, edge), its in by_edge.items():
        status = EdgeStatus(
            state="online", at=now, started=now - DAY, period_s=86_400.0, clock="synchronised", disk_free=20 * 10**9,
            disk_size=30 * 10**9, version="0.1.0", work_units={unit.name: _status(now) for unit in its},
            instruments={f"{unit.name}-i{k}": "good" for unit in its for k in range(INSTRUMENTS_OF_UNIT)},
        )  # fmt: skip
        yield EdgeRow(
            site=site, edge=edge, first_seen=now - DAY, admitted_by="bench", admitted_at=now,
            status=msgspec.json.encode(status).decode(), status_at=now,
        )  # fmt: skip
        for unit in its:
            yield _machine(unit, now)
            yield from _instruments(unit, now)


def _status(now: int) -> WorkUnitStatus:
    at = now // DAY * DAY
    shift = f"A@{datetime.fromtimestamp(at // S, UTC).date().isoformat()}"
    return WorkUnitStatus(
        at=now, bucket="RUN", since=now - 600 * S, heard_at=now, shift=shift, shift_since=now - 4 * 3600 * S,
        shift_until=now + 4 * 3600 * S, product="LID-10", ideal_cycle_s=1.8, oee=0.7, oee_low=0.69, oee_high=0.71,
        availability=0.9, effectiveness=0.8, quality_ratio=0.98, coverage=0.99, total=6000, good=5900, reject=100,
        expected=6100.0, takt_s=2.1, target_oee=0.75, without_reason=1,
    )  # fmt: skip


def _machine(unit: Unit, now: int) -> WorkUnitRow:
    said = WorkUnitDescription(
        key=unit.name, revision=1, at=now, title={"vi": f"Máy dập {unit.k}", "en": f"Press {unit.k}"},
        production_line=f"line-{unit.k // UNITS_OF_EDGE % EDGES_OF_SITE + 1}",
        channels={"total": f"{unit.name}-i0.c0", "good": f"{unit.name}-i0.c1", "running": f"{unit.name}-i0.c2"},
        micro_stop_s=60.0, max_gap_s=10.0, bucket_s=600.0, timezone=ZONE.key,
        products={name: ProductDescription(ideal_cycle_s=s, title={"vi": name}) for name, s in PRODUCTS.items()},
        reasons=REASONS, target_oee=0.75,
    )  # fmt: skip
    return WorkUnitRow(
        site=unit.site, edge=unit.edge, work_unit=unit.name, production_line=said.production_line, revision=1, at=now,
        description=msgspec.json.encode(said).decode(),
    )  # fmt: skip


def _instruments(unit: Unit, now: int) -> Iterator[RecordRow]:
    for k in range(INSTRUMENTS_OF_UNIT):
        meanings = {
            f"c{c}": ChannelMeaning(
                unit="kW", minimum=0.0, maximum=500.0, title={"vi": f"Kênh {c}", "en": f"Channel {c}"}
            )
            for c in range(CHANNELS_OF_UNIT // INSTRUMENTS_OF_UNIT)
        }
        said = InstrumentDescription(
            key=f"{unit.name}-i{k}", revision=1, at=now, bus="bus", model="bench", model_sha256="0" * 64, period_s=1.0,
            channels=meanings,
        )  # fmt: skip
        body = msgspec.json.encode(said).decode()
        yield RecordRow(site=unit.site, edge=unit.edge, noun="instrument", key=said.key, revision=1, at=now, body=body)


def write_visitors(engine: Engine, owners: dict[str, str], now: int, count: int = 20) -> list[Visitor]:
    """Accounts that are signed in: most belong to one enterprise, a quarter see the whole province."""
    sites = sorted(owners)
    found = []
    with transaction(engine) as session:
        for k in range(count):
            site = sites[k % len(sites)]
            role = (Role.MANAGER, Role.OPERATOR, Role.MANAGER, Role.ADMINISTRATOR)[k % 4]
            what = Grant(role) if role is Role.ADMINISTRATOR else Grant(role, "organisation", owners[site])
            row = make_account(session, SYSTEM, now, f"{role}-{len(sites)}-{k}", full_name=f"Người {k}", language="vi")
            grant(session, SYSTEM, now, row.id, what)
            found.append(Visitor(row.name, role, begin_session(session, row, now, "127.0.0.1", "bench"), site))
    return found
