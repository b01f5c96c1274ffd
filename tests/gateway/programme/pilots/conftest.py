"""A registry with a workshop whose machines are known exactly: days with a memory, and a change of a known size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, WorkUnitDescription
from gateway import registry
from gateway.indicators.facts import PilotJudged
from gateway.ingest.journals import EdgeId
from gateway.ingest.receipts import Draft, Receipts
from gateway.ingest.records import take_records
from gateway.production.summing import COUNTS, TIMES, sum_up_changed
from gateway.programme.pilots_judged import judged_pilots
from gateway.registry import ProductionDayRow
from gateway.registry.book import Book, Entry
from gateway.registry.roles import SYSTEM

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
H = 3600 * 10**9
BASELINE = date(2026, 3, 1)
BEGINS = date(2026, 5, 1)
RESULT = date(2026, 5, 11)
ENDS = date(2026, 7, 10)
"""61 days before, 10 left out, 61 after."""
AFTER = date(2026, 7, 15)
PILOT: dict[str, Any] = {
    "name": "TPM máy dập",
    "version": 1,
    "tools": ["tpm"],
    "work_units": "press-shop/press-1",
    "baseline_since": BASELINE.isoformat(),
    "baseline_until": "2026-04-30",
    "begins": BEGINS.isoformat(),
    "washout_until": "2026-05-10",
    "result_since": RESULT.isoformat(),
    "result_until": ENDS.isoformat(),
    "figures": ["oee"],
    "state": "running",
    "is_fixed": True,
}


def at(day: date, hour: int = 0) -> int:
    """UTC ns of a wall clock."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).timestamp()) * 10**9


@dataclass
class Workshop:
    """A registry, and a clock that a test sets."""

    engine: Engine
    site: str
    organisation: str
    now: int = at(date(2026, 2, 20))
    zone: ZoneInfo = ZONE

    def judged(self, as_of: date = AFTER) -> PilotJudged:
        """The only pilot, as the facts have it."""
        [one] = self.every(as_of)
        return one

    def every(self, as_of: date = AFTER) -> tuple[PilotJudged, ...]:
        """Asked on the day after."""
        return judged_pilots(self.engine, SYSTEM, as_of, max(self.now, at(as_of + timedelta(days=1))), ZONE)

    def ran(self, unit: str, day: date, share: float) -> dict[str, Any]:
        return ran(unit, day, share)

    @property
    def book(self) -> Book:
        return Book(self.engine, lambda: self.now)

    def keep(self, *records: Record) -> None:
        with Session(self.engine) as session, session.begin():
            receipts = Draft(Receipts(self.engine), self.now)
            said = [(one, msgspec.json.encode(one).decode()) for one in records]
            take_records(session, receipts, EdgeId("sa-dec", "press-shop"), said)

    def describe(self, unit: str, **other: Any) -> None:
        told = {"key": unit, "revision": 1, "at": self.now, "micro_stop_s": 120, "max_gap_s": 60, "bucket_s": 3600}
        told |= {"timezone": ZONE.key, "products": {"cap": ProductDescription(ideal_cycle_s=2.0)}}
        self.keep(WorkUnitDescription(**told | other))

    def pilot(self, **other: Any) -> Entry:
        return self.book.make(SYSTEM, "pilot", PILOT | {"site": self.site} | other)

    def run(self, unit: str, gain: float, seed: int, since: date = BASELINE, until: date = ENDS, **other: Any) -> None:
        """Ten planned hours a day: the share that it ran wanders about 0.6 (AR 0.5, sd 0.04), and gains with BEGINS."""
        chance, off, rows, day = Random(seed), 0.0, [], since
        while day <= until:
            off = 0.5 * off + chance.gauss(0, 0.04 * 0.75**0.5)
            rows.append(ran(unit, day, 0.6 + off + (gain if day >= BEGINS else 0.0)) | other)
            day += timedelta(days=1)
        self.add(rows)

    def at_end(self) -> int:
        """Five days after the result was over, UTC ns."""
        return at(AFTER)

    def tell_elements(self, unit: str, days: int) -> None:
        """Ten hours a day as an edge tells them, summed by the gateway's own job; the last is in no shift."""
        for k in range(days):
            day = BASELINE + timedelta(days=k)
            for hour in range(10):
                since = at(day, 14 + hour)
                shift = f"C@{day.isoformat()}" if hour < 9 else ""
                part = Part(shift=shift, product="cap", ideal_cycle_s=2.0, ns={"RUN": H // 2, "STOP": H // 2})
                told = msgspec.structs.replace(part, total=700 + hour, reject=hour, energy_wh={"RUN": 0.1, "STOP": 0.2})
                key = f"{unit}.{since}"
                self.keep(
                    Elements(
                        key=key, revision=1, at=since + H, work_unit=unit, since=since, until=since + H, parts=(told,)
                    )
                )
        sum_up_changed(self.engine, ZONE)

    def add(self, rows: list[dict[str, Any]]) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(insert(ProductionDayRow), rows)


def ran(unit: str, day: date, share: float) -> dict[str, Any]:
    """A day of ten planned hours, all of it seen: so much of it ran at the ideal cycle of 2 s; 1 Wh a piece."""
    pieces = round(share * 18_000)
    row: dict[str, Any] = dict.fromkeys((*TIMES, *COUNTS), 0)
    row |= {"site": "sa-dec", "edge": "press-shop", "work_unit": unit, "utc_day": at(day) // (24 * H), "number": 0}
    row |= {"day": day.isoformat(), "date": day.isoformat(), "shift": "A", "product": "cap", "ideal_cycle_s": 2.0}
    row |= {"since": at(day, 7), "until": at(day, 17), "total": pieces, "energy_wh": float(pieces)}
    return row | {"run_ns": pieces * 2 * 10**9, "stop_ns": 10 * H - pieces * 2 * 10**9}


@pytest.fixture(scope="session")
def made_registry(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A registry with the tables of today."""
    path = tmp_path_factory.mktemp("workshop") / "registry.sqlite"
    engine = registry.connect(f"sqlite:///{path}")
    registry.upgrade(engine)
    engine.dispose()
    return path.read_bytes()


@pytest.fixture(scope="session")
def make_workshop() -> Iterator[Callable[[Path], Workshop]]:
    """Makes an enterprise with one press, of which nothing was told yet, in a registry with the tables of today."""
    engines: list[Engine] = []

    def make(path: Path) -> Workshop:
        engines.append(engine := registry.connect(f"sqlite:///{path}"))
        book = Book(engine, lambda: at(date(2026, 2, 1)))
        province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
        firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
        organisation = book.make(SYSTEM, "organisation", firm).id
        place = {"name": "sa-dec", "title": "Xưởng dập", "organisation": organisation, "kind": "factory"}
        made = Workshop(engine, book.make(SYSTEM, "site", place).id, organisation)
        made.describe("press-1")
        return made

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def workshop(made_registry: bytes, make_workshop: Callable[[Path], Workshop], tmp_path: Path) -> Workshop:
    path = tmp_path / "registry.sqlite"
    path.write_bytes(made_registry)
    return make_workshop(path)
