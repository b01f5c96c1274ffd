"""A calibration of an analytical balance, as the bench and the registry tell it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile, copytree
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from edge_agent.wire.bench import (
    BenchItem,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    Reading,
    StandardUsed,
)
from edge_agent.wire.messages import Record
from gateway.certificates.capability import ScopeLine
from gateway.certificates.checking import check_documents
from gateway.certificates.choosing import Chosen
from gateway.certificates.composing import Competence, Sources, compose
from gateway.certificates.content import Document, Party
from gateway.certificates.issuing import Issuing
from gateway.laboratory.bench_records import BenchSession
from gateway.registry import RecordRow, connect, transaction
from gateway.registry.book import Book
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
T = 1_795_330_800_000_000_000
"""2026-11-22 14:00 in Vietnam, UTC ns."""
DAY = "2026-11-22"
MINUTE = 60 * 10**9
POINTS = ((10.0, 0.00003), (50.0, 0.00011), (100.0, 0.00021), (150.0, 0.00034), (200.0, 0.00046))
"""Nominal value and error, g."""
U = 0.00027

ITEM = BenchItem(
    code="CAN-01",
    name="Cân phân tích",
    maker="Mettler Toledo",
    model="XS205",
    serial_number="B123456789",
    owner="Công ty Cơ khí Sa Đéc",
    condition="bình thường",
    unit="g",
    range_low=0.0,
    range_high=220.0,
    resolution=0.0001,
    mpe="0.001",
    specification="OIML R 76, cấp I",
    accuracy_class="I",
    supplied=("code",),
)
WEIGHTS = StandardUsed(
    role="weights",
    code="F-E2-01",
    name="Bộ quả cân E2, 1 mg đến 200 g",
    maker="Häfner",
    serial_number="4711",
    certificate="V01.CN1.0123.26",
    issuer="Viện Đo lường Việt Nam",
    due="2027-05-31",
)


def session_of_balance(**other: object) -> CalibrationSession:
    values = {
        "key": "5e55",
        "who": "Lê Văn An",
        "state": "finished",
        "work_order": "PCV-2026-0001",
        "procedure": "analytical-balance",
        "procedure_version": "1",
        "procedure_sha256": "ab" * 32,
        "software": "0.6.0",
        "item": ITEM,
        "standards": (WEIGHTS,),
        "decision_rule": "guard_band",
        "started_at": T,
        "ended_at": T + 40 * MINUTE,
    }
    return CalibrationSession(**values | other)


def capture(number: int, **other: object) -> CalibrationCapture:
    values = {
        "key": f"5e55.{number}",
        "session": "5e55",
        "number": number,
        "run": "as_found",
        "test": "errors",
        "point": number - 1,
        "nominal": 100.0,
        "since": T + number * MINUTE,
        "captured_at": T + number * MINUTE,
        "indication": Reading(value=100.0002, unit="g"),
        "environment": {
            "temperature": Reading(value=22.0 + 0.1 * number, unit="Cel"),
            "humidity": Reading(value=55.0, corrected=54.0 + number, unit="%"),
        },
        "who": "Lê Văn An",
    }
    return CalibrationCapture(**values | other)


def result(point: int, nominal: float, error: float, **other: object) -> CalibrationResult:
    values = {
        "session": "5e55",
        "run": "as_found",
        "test": "errors",
        "point": point,
        "channel": "mass",
        "quantity": {"vi": "Khối lượng", "en": "Mass"},
        "unit": "g",
        "nominal": nominal,
        "indication": nominal + error,
        "reference": nominal,
        "error": error,
        "u": U / 2,
        "expanded": U,
        "k": 2.0,
        "probability": 0.9545,
        "mpe": 0.001,
        "verdict": "pass",
        "risk": 0.0001,
        "decision_rule": "guard_band",
    } | other
    values.setdefault("key", f"5e55.{values['run']}.{values['test']}.{point}")
    return CalibrationResult(**values)


def single(kind: str, value: float, **other: object) -> CalibrationResult:
    figure = {"test": kind, "kind": kind, "indication": 100.0, "reference": 100.0, "u": 0.0, "expanded": 0.0}
    judged = {"mpe": None, "verdict": "", "risk": None}
    point = int(other.pop("point", 0))
    return result(point, 100.0, value, **figure | judged | other)


def bench(session: CalibrationSession | None = None, results: tuple = (), captures: tuple = ()) -> BenchSession:
    usual = (
        *(result(n, nominal, error) for n, (nominal, error) in enumerate(POINTS)),
        *(
            single("eccentricity", 0.0001 * n, point=n, position=p, key=f"e{n}")
            for n, p in enumerate(("centre", "front_left"))
        ),
        single("repeatability", 0.00006),
    )
    captures = captures or tuple(capture(number) for number in range(1, 6))
    return BenchSession("lab", "bench", session or session_of_balance(), captures, {}, results or usual)


ORDER = {
    "number": "PCV-2026-0001",
    "kind": "calibration",
    "state": "authorised",
    "received": "2026-11-20",
    "condition": "bình thường, sạch",
    "place_of_work": "laboratory",
    "address": "",
    "procedure": "analytical-balance",
    "method": "ĐLVN 284:2015",
    "decision_rule": "guard_band",
    "next_due_agreed": False,
    "external": "",
    "seals": "",
    "calculated_by": "Lê Văn An",
    "reviewed_by": "Trần Thị Bình",
    "authorised_by": "Nguyễn Văn Cường",
}
INSTRUMENT = {
    **{name: getattr(ITEM, name) for name in ("code", "name", "maker", "model", "serial_number", "unit")},
    **{name: getattr(ITEM, name) for name in ("range_low", "range_high", "resolution", "accuracy_class")},
    "mpe": "± 0,001 g",
    "next_due": "2027-11-22",
    "metrology_group": "1",
    "legal_use": False,
    "legal_term": "",
}
SCOPE = (
    ScopeLine(
        kind="calibration",
        quantity="Cân phân tích",
        procedure="analytical-balance",
        low=0.0,
        high=220.0,
        unit="g",
        cmc="0.0002 + 1e-7 * abs(x)",
        accredited=True,
    ),
)
PEOPLE = tuple(
    Competence(signs_as=name, procedure="*", duties=frozenset({duty}), since="2020-01-01", until="")
    for name, duty in (("Lê Văn An", "perform"), ("Trần Thị Bình", "review"), ("Nguyễn Văn Cường", "authorise"))
)
DESIGNATION = {"number": "1234/QĐ-TĐC", "issued": "2025-03-01", "issued_by": "Tổng cục TCĐLCL", "expires": "2030-03-01"}
TERM = {"months": 12, "source": "Thông tư 03/2024/TT-BKHCN", "verifications": ["initial", "periodic"]}
USUAL = Sources(
    order=ORDER,
    request=None,
    instrument=INSTRUMENT,
    laboratory=Party(
        name="Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng Đồng Tháp",
        address="Đường Nguyễn Huệ, phường Cao Lãnh, Đồng Tháp",
        code="VILAS 123",
    ),
    customer=Party(name="Công ty Cơ khí Sa Đéc", address="Khóm 3, phường Sa Đéc, Đồng Tháp", contact="0277 3 861 000"),
    bench=bench(),
    scope=SCOPE,
    competences=PEOPLE,
    zone=ZONE,
)
NUMBER = "HC-2026-0001"
ADDRESS = "https://lab.example/verify/00112233445566778899aabbccddeeff"


def verified(sources: Sources = USUAL) -> Sources:
    """The same work as a verification."""
    return replace(
        sources,
        order={**sources.order, "kind": "verification", "method": "ĐLVN 16:2021", "seals": "TK-0457"},
        scope=tuple(replace(one, kind="verification") for one in sources.scope),
        designation=DESIGNATION,
        term=TERM,
    )


def as_kind(kind: str) -> Sources:
    if kind == "verification":
        return verified()
    scope = tuple(replace(one, kind=kind) for one in USUAL.scope)
    return replace(USUAL, order={**ORDER, "kind": kind}, scope=scope)


def document(sources: Sources = USUAL, languages: str = "vi_en", **chosen: object) -> Document:
    values = {"stamp": "DT-118"} | chosen
    return compose(sources, Chosen(languages=languages, **values), DAY, number=NUMBER, address=ADDRESS)


def with_order(sources: Sources = USUAL, **values: object) -> Sources:
    return replace(sources, order={**sources.order, **values})


def with_session(sources: Sources = USUAL, **values: object) -> Sources:
    assert sources.bench is not None
    return replace(
        sources, bench=replace(sources.bench, session=msgspec.structs.replace(sources.bench.session, **values))
    )


@pytest.fixture
def usual() -> Sources:
    """The calibration as it should be."""
    return USUAL


@pytest.fixture(scope="session")
def usual_document() -> Document:
    """What it says, with its number."""
    return document()


@pytest.fixture(scope="session")
def balance() -> dict:
    """All of it, for who keeps it in a registry."""
    return {
        "now": T + 60 * MINUTE,
        "zone": ZONE,
        "order": ORDER,
        "instrument": {name: value for name, value in INSTRUMENT.items() if name != "legal_term"},
        "people": PEOPLE,
        "scope": SCOPE,
        "bench": bench(),
    }


@pytest.fixture
def verification() -> Sources:
    """The same work as a verification."""
    return verified()


@pytest.fixture
def report() -> Sources:
    """The same work as a test."""
    return as_kind("test")


BASE = "https://lab.example"


@dataclass
class House:
    """A laboratory with a balance that was calibrated."""

    engine: Engine
    folder: Path
    balance: dict
    laboratory: str
    instrument: str
    order: str
    authoriser: Reader
    staff: Reader
    stranger: Reader

    def __post_init__(self) -> None:
        self.now = self.balance["now"]
        self.issuing = Issuing(self.engine, lambda: self.now, self.balance["zone"], self.folder)

    def another_order(self, number: str) -> str:
        order = self.balance["order"]
        signed = ("state", "calculated_by", "reviewed_by", "authorised_by")
        values = {name: value for name, value in order.items() if name not in signed}
        values |= {"number": number, "laboratory": self.laboratory, "instrument": self.instrument, "state": "received"}
        made = Book(self.engine, lambda: self.now).make(SYSTEM, "work_order", values).id
        with transaction(self.engine) as session:
            row = session.get_one(WorkOrderRow, made)
            for name in signed:
                setattr(row, name, order[name])
            say(session, self.balance["bench"], number)
        return made

    def issue(self, order: str = "", amends: str = "", **chosen: str) -> str:
        draft = self.issuing.begin(self.staff, order or self.order, Chosen(**chosen), amends)
        return self.issuing.issue(self.authoriser, draft, BASE)

    def problems(self) -> list[str]:
        with Session(self.engine) as session:
            return [one.words for one in check_documents(session, self.issuing.sealer)]


def say(session: Session, bench: BenchSession, order: str) -> None:
    key = f"s{order[-4:]}"
    told = [msgspec.structs.replace(bench.session, key=key, work_order=order)]
    told += [msgspec.structs.replace(c, key=f"{key}.{c.number}", session=key) for c in bench.captures]
    told += [
        msgspec.structs.replace(r, key=f"{key}.{r.key.partition('.')[2] or r.key}", session=key) for r in bench.results
    ]
    for one in told:
        assert isinstance(one, Record)
        noun, body = str(type(one).__struct_config__.tag), msgspec.json.encode(one).decode()
        session.add(RecordRow(site="trung-tam", edge="bench", noun=noun, key=one.key, revision=1, at=1, body=body))


@pytest.fixture(scope="session")
def built(made_file, balance, tmp_path_factory) -> tuple[Path, House]:
    """A registry with all of it, to be copied."""
    folder = tmp_path_factory.mktemp("house")
    path = folder / "house.sqlite"
    copyfile(made_file, path)
    engine = connect(f"sqlite:///{path}")
    house = build(engine, folder, balance)
    engine.dispose()
    return path, house


@pytest.fixture
def house(built, tmp_path) -> Iterator[House]:
    path = tmp_path / "house.sqlite"
    copyfile(built[0], path)
    engine = connect(f"sqlite:///{path}")
    yield replace(built[1], engine=engine, folder=tmp_path / "secret")
    engine.dispose()


@pytest.fixture
def served(engine, balance, tmp_path) -> House:
    """The same registry in whichever database."""
    return build(engine, tmp_path / "secret", balance)


@pytest.fixture(scope="session")
def two_issued(built, tmp_path_factory) -> Path:
    """The same folder, with two documents issued."""
    folder = tmp_path_factory.mktemp("two")
    copyfile(built[0], folder / "house.sqlite")
    engine = connect(f"sqlite:///{folder / 'house.sqlite'}")
    house = replace(built[1], engine=engine, folder=folder / "secret")
    house.issue()
    house.issue(house.another_order("PCV-2026-0002"))
    engine.dispose()
    return folder


@pytest.fixture
def with_two(two_issued, built, tmp_path) -> Iterator[House]:
    copytree(two_issued, tmp_path / "two")
    engine = connect(f"sqlite:///{tmp_path / 'two' / 'house.sqlite'}")
    yield replace(built[1], engine=engine, folder=tmp_path / "two" / "secret")
    engine.dispose()


def build(engine: Engine, folder: Path, balance: dict) -> House:
    book = Book(engine, lambda: balance["now"])

    def make(noun: str, **values: object) -> str:
        return book.make(SYSTEM, noun, values).id

    province = make("province", code="82", name="Đồng Tháp")
    commune = make("commune", province=province, code="29869", name="phường Cao Lãnh", since="2025-07-01")
    centre = make(
        "organisation", code="1400000001", name="Trung tâm Kỹ thuật", kind="testing_centre", province=province
    )
    owner = make("organisation", code="1400000002", name="Công ty Cơ khí Sa Đéc", kind="enterprise", province=province)
    for organisation in (centre, owner):
        make("placement", organisation=organisation, commune=commune, address="12 Nguyễn Huệ", since="2025-07-01")
    make("site", name="trung-tam", title="Trung tâm", organisation=centre, kind="laboratory")
    laboratory = make("laboratory", organisation=centre, name="Phòng Đo lường", accreditation="VILAS 123")
    for one in balance["people"]:
        values = {
            "signs_as": one.signs_as,
            "procedure": one.procedure,
            "duties": sorted(one.duties),
            "since": one.since,
        }
        make("competence", laboratory=laboratory, **values)
    scope = balance["scope"][0]
    make(
        "scope_entry",
        laboratory=laboratory,
        kind="calibration",
        measured_field="mass",
        quantity=scope.quantity,
        procedure=scope.procedure,
        range_low=scope.low,
        range_high=scope.high,
        unit=scope.unit,
        cmc=scope.cmc,
        accredited=True,
        since="2025-01-01",
    )
    weights = make("instrument", organisation=centre, code="F-E2-01", name="Bộ quả cân E2", status="in_use")
    its = {"instrument": weights, "number": "V01.CN1.0123.26", "kind": "calibration", "issued": "2026-05-31"}
    make("certificate", **its, issued_by="Viện Đo lường Việt Nam")
    instrument = make("instrument", organisation=owner, status="in_use", **balance["instrument"])
    inside = {"organisation": centre}
    made = House(
        engine,
        folder,
        balance,
        laboratory,
        instrument,
        "",
        Reader("a", "Nguyễn Văn Cường", (Grant(Role.LABORATORY_AUTHORISER, "organisation", centre), _reads(owner))),
        Reader("s", "Trần Thị Bình", (Grant(Role.LABORATORY_STAFF, **_scope(inside)), _reads(owner))),
        Reader("x", "Người lạ", (Grant(Role.LABORATORY_AUTHORISER, "organisation", owner),)),
    )
    made.order = made.another_order("PCV-2026-0001")
    return made


def _scope(inside: dict) -> dict:
    return {"scope": "organisation", "of": inside["organisation"]}


def _reads(organisation: str) -> Grant:
    return Grant(Role.ANALYST, "organisation", organisation)


@pytest.fixture(scope="session")
def web() -> Path:
    """Templates, styles and words."""
    return Path(__file__).parents[3] / "dashboards" / "web"
