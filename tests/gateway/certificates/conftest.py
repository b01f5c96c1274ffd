"""A calibration of an analytical balance, as the bench and the registry tell it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import pytest

from edge_agent.wire.bench import (
    BenchItem,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    Reading,
    StandardUsed,
)
from gateway.certificates.capability import ScopeLine
from gateway.certificates.composing import Competence, Sources, compose
from gateway.certificates.content import Chosen, Document, Party
from gateway.laboratory.bench_records import BenchSession

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
