"""A laboratory with a bench, three people who sign, and an instrument; its bench says what a test lets it say."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.bench import BenchItem, CalibrationCapture, CalibrationSession, Reading
from edge_agent.wire.messages import Record
from gateway.laboratory.states import move
from gateway.registry import RecordRow
from gateway.registry.book import Book, Entry
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

NOW = 1_795_330_800_000_000_000
"""2026-11-22 07:00 UTC."""
TODAY = date(2026, 11, 22)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class Laboratory:
    """The registry of one laboratory, and its bench."""

    engine: Engine
    book: Book
    organisation: str
    row: str
    instrument: str
    now: int = NOW
    today: date = TODAY
    zone: ZoneInfo = ZONE

    def reader(self, name: str, role: Role = Role.LABORATORY_STAFF, organisation: str = "") -> Reader:
        """Somebody in a role at the laboratory's organisation."""
        account = name.strip().casefold().ljust(32, "0")
        return Reader(account, name, (Grant(role, "organisation", organisation or self.organisation),))

    def authoriser(self, name: str = "Giang") -> Reader:
        return self.reader(name, Role.LABORATORY_AUTHORISER)

    def order(self, number: str = "PCV-2026-0001", **values: object) -> Entry:
        """A new work order."""
        its = {"laboratory": self.row, "number": number, "kind": "calibration", "instrument": self.instrument}
        its |= {"state": "received", "received": "2026-11-20", "condition": "bình thường"}
        its |= {"place_of_work": "laboratory", "procedure": "analytical-balance"}
        return self.book.make(SYSTEM, "work_order", its | values)

    def competent(self, name: str, *duties: str, procedure: str = "*", **values: object) -> None:
        its = {"laboratory": self.row, "signs_as": name, "procedure": procedure, "duties": list(duties)}
        self.book.make(SYSTEM, "competence", its | {"since": "2026-01-01"} | values)

    def move(self, who: Reader, order: str, to: str, why: str = "", **values: object) -> int:
        """The revision that is in force then."""
        with self.book.writing(who) as writing:
            return move(writing, order, to, today=TODAY, why=why, **values).revision  # type: ignore[arg-type]

    def get(self, order: str) -> Entry:
        return self.book.get(SYSTEM, "work_order", order)

    def say(self, *records: Record, site: str = "lab") -> None:
        """What the bench says."""
        with Session(self.engine) as session, session.begin():
            for one in records:
                noun = str(type(one).__struct_config__.tag)
                body = msgspec.json.encode(one).decode()
                session.add(RecordRow(site=site, edge="bench", noun=noun, key=one.key, revision=1, at=NOW, body=body))

    def session(self, key: str, work_order: str, **values: object) -> CalibrationSession:
        """A finished session of the instrument by Lan."""
        item = BenchItem(name="Cân", unit="g", resolution=0.0001, serial_number="B123456", registry_id=self.instrument)
        its = {"procedure": "analytical-balance", "procedure_version": "1", "procedure_sha256": "ab" * 32}
        its |= {"software": "0.5.0", "item": item, "started_at": NOW, "who": "Lan", "state": "finished"}
        return CalibrationSession(key=key, work_order=work_order, **(its | values))  # type: ignore[arg-type]

    def capture(self, session: str, number: int, **values: object) -> CalibrationCapture:
        its = {"session": session, "number": number, "run": "as_found", "test": "errors", "point": 0, "nominal": 100.0}
        its |= {"since": NOW, "captured_at": NOW, "indication": Reading(value=100.0001, unit="g"), "who": "Lan"}
        return CalibrationCapture(key=f"{session}.{number}", **(its | values))  # type: ignore[arg-type]


@pytest.fixture
def lab(engine) -> Laboratory:
    book = Book(engine, lambda: NOW)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Trung tâm Kỹ thuật", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    site = {"name": "lab", "title": "Phòng đo", "organisation": organisation, "kind": "laboratory"}
    book.make(SYSTEM, "site", site)
    row = book.make(SYSTEM, "laboratory", {"organisation": organisation, "name": "Phòng Khối lượng"}).id
    its = {"organisation": organisation, "code": "CAN-01", "name": "Cân phân tích", "status": "in_use"}
    its |= {"serial_number": "B123456", "unit": "g", "resolution": 0.0001, "range_low": 0, "range_high": 220}
    return Laboratory(engine, book, organisation, row, book.make(SYSTEM, "instrument", its).id)


@pytest.fixture
def staffed(lab: Laboratory) -> Laboratory:
    """Lan performs, Minh reviews too, Giang does everything."""
    lab.competent("Lan", "perform", "review")
    lab.competent("Minh", "perform", "review")
    lab.competent("Giang", "perform", "review", "authorise")
    return lab
