"""The demo's laboratory: nothing in it exists, and every name says so.

A testing centre with three people, a set of reference weights with its certificate, an instrument of the press shop
with a certificate that corrects its samples, and a bench that waits for the next one.

Decision: the centre's people have a role at the enterprise too.
Because: the instrument stands in the enterprise's list, and an order that is to correct its samples must name it; who
leads an enterprise appoints the laboratory's staff that may see it.

Decision: the error in the shop's certificate is what the simulated balance shows too much.
Because: whoever looks at the demo is to see corrected values that are right.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.registry import transaction
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MADE_UP = "(mô phỏng)"
NATIONAL = f"Viện đo lường mẫu {MADE_UP}"
CENTRE = f"Trung tâm đo lường mẫu {MADE_UP}"
WEIGHTS = (1.0, 2.0, 2.0, 5.0, 10.0, 20.0, 20.0, 50.0, 100.0, 200.0)
"""Pieces of the set, g."""
SHOP_POINTS = (0.0, 50.0, 100.0, 150.0, 200.0)
"""At which the shop's balance was calibrated, g."""
_U_SHARE = 5e-6
"""U of a piece, as a share of its nominal value; but 0.00006 g at least (class F1 and better)."""
_U_LEAST = 0.00006
Row = dict[str, object]


class Person(NamedTuple):
    """Somebody of the laboratory who does not exist.

    Attributes:
        name: Of the account.
        full_name: By which they sign, at the bench too.
        role: At the centre and at the enterprise.
        duties: What they may do with every procedure.
    """

    name: str
    full_name: str
    role: Role
    duties: tuple[str, ...]


PEOPLE = (
    Person("lan", f"Trần Thị Lan {MADE_UP}", Role.LABORATORY_STAFF, ("perform",)),
    Person("minh", f"Lê Văn Minh {MADE_UP}", Role.LABORATORY_STAFF, ("perform", "review")),
    Person("giang", f"Phạm Thu Giang {MADE_UP}", Role.LABORATORY_AUTHORISER, ("review", "authorise")),
)


class Read(NamedTuple):
    """An instrument that an edge reads.

    Attributes:
        site: Of the edge.
        edge: Its name.
        instrument: Its name there.
    """

    site: str
    edge: str
    instrument: str


class Laboratory(NamedTuple):
    """Ids of the rows that were made.

    Attributes:
        centre: Organisation.
        row: Laboratory.
        instrument: The balance of the shop.
        accounts: Name of an account -> its id.
    """

    centre: str
    row: str
    instrument: str
    accounts: Mapping[str, str]


def furnish(
    engine: Engine,
    now: int,
    *,
    owner: str,
    bench_site: str,
    room: Read,
    balance: Read,
    balance_values: Mapping[str, object],
    procedure: str = "*",
    gain: float | None = None,
) -> Laboratory:
    """Make the centre with its people and standards, and the balance of an enterprise.

    Args:
        engine: Of the registry.
        now: UTC ns.
        owner: Id of the enterprise's row.
        bench_site: Short name of the laboratory's site, as its bench's edge says it; made here.
        room: Thermometer of the laboratory, as its edge reads it.
        balance: The enterprise's, as its edge reads it.
        balance_values: More fields of that row: serial number, range, resolution.
        procedure: Of the line of the scope.
        gain: What the balance shows too much, as a share; None: it has no certificate yet.
    """
    book = Book(engine, lambda: now)
    day = datetime.fromtimestamp(now // 10**9, ZONE).date()
    province = book.find(SYSTEM, "province", code="82", until="").id
    centre = _centre(book, province, bench_site)
    row = book.make(SYSTEM, "laboratory", {"organisation": centre, "name": f"Phòng Khối lượng mẫu {MADE_UP}"}).id
    _scope(book, row, procedure)
    _standards(book, centre, room, day)
    accounts = _people(engine, now, book, row, (centre, owner))
    site = book.find(SYSTEM, "site", name=balance.site).id
    its: Row = {"organisation": owner, "code": "CAN-MAU-01", "name": f"Cân mẫu {MADE_UP}", "kind": "Cân kỹ thuật"}
    its |= {"unit": "g", "status": "in_use", "needs_certificate": True, "interval_months": 12, "site": site}
    its |= {"edge": balance.edge, "edge_instrument": balance.instrument}
    instrument = book.make(SYSTEM, "instrument", its | dict(balance_values)).id
    if gain is not None:
        points = [(nominal, nominal, nominal * (1 + gain), 0.006) for nominal in SHOP_POINTS]
        certificate(book, instrument, "MAU-2026-001", CENTRE, day - timedelta(days=30), "mass", "g", points)
    return Laboratory(centre, row, instrument, accounts)


def put_on_the_bench(engine: Engine, now: int, made: Laboratory, owner: str) -> None:
    """A second balance of the enterprise, which was brought in, and its order, which waits at the bench."""
    book = Book(engine, lambda: now)
    day = datetime.fromtimestamp(now // 10**9, ZONE).date()
    its: Row = {"organisation": owner, "code": "CAN-MAU-02", "name": f"Cân trên bàn đo {MADE_UP}", "unit": "g"}
    its |= {"kind": "Cân kỹ thuật", "serial_number": "MAU-200", "range_low": 0, "range_high": 200, "resolution": 0.001}
    its |= {"status": "away", "mpe_formula": "0.02 + 5e-5 * abs(x)"}
    order: Row = {"laboratory": made.row, "instrument": book.make(SYSTEM, "instrument", its).id, "kind": "calibration"}
    order |= {"number": f"PCV-{day.year}-0001", "state": "received", "received": day.isoformat()}
    order |= {"condition": "bình thường", "place_of_work": "laboratory", "procedure": "technical-balance"}
    order |= {"method": "EURAMET cg-18", "promised": (day + timedelta(days=3)).isoformat()}
    book.make(SYSTEM, "work_order", order)


def _centre(book: Book, province: str, bench_site: str) -> str:
    its: Row = {"code": "MAU-DL", "name": CENTRE, "kind": "testing_centre", "province": province}
    centre = book.make(SYSTEM, "organisation", its).id
    commune: Row = {"code": "99999", "name": f"Phường mẫu {MADE_UP}", "province": province, "since": "2025-07-01"}
    placed: Row = {"organisation": centre, "commune": book.make(SYSTEM, "commune", commune).id, "since": "2025-07-01"}
    book.make(SYSTEM, "placement", placed | {"address": "Số 1, đường Mẫu"})
    site: Row = {"name": bench_site, "title": f"Phòng đo mẫu {MADE_UP}", "organisation": centre, "kind": "laboratory"}
    book.make(SYSTEM, "site", site)
    return centre


def _scope(book: Book, laboratory: str, procedure: str) -> None:
    its: Row = {"laboratory": laboratory, "kind": "calibration", "measured_field": "mass", "quantity": "Cân"}
    its |= {"procedure": "" if procedure == "*" else procedure, "range_low": 0, "range_high": 220, "unit": "g"}
    book.make(SYSTEM, "scope_entry", its | {"cmc": "0.0005", "accredited": False, "since": "2026-01-01"})


def _standards(book: Book, centre: str, room: Read, day: date) -> None:
    weights: Row = {"organisation": centre, "code": "QC-MAU-01", "name": f"Bộ quả cân mẫu {MADE_UP}", "kind": "Quả cân"}
    weights |= {"serial_number": "4711", "unit": "g", "range_low": 1, "range_high": 200, "status": "in_use"}
    weights |= {"standard_kind": "reference", "interval_months": 24, "accuracy_class": "F1"}
    pieces = [(nominal, nominal, nominal, max(_U_LEAST, _U_SHARE * nominal)) for nominal in WEIGHTS]
    row = book.make(SYSTEM, "instrument", weights).id
    certificate(book, row, "VMAU-2026-0123", NATIONAL, day - timedelta(days=60), "mass", "g", pieces, national=True)
    site = book.find(SYSTEM, "site", name=room.site).id
    thermometer: Row = {
        "organisation": centre,
        "code": "NK-MAU-01",
        "name": f"Nhiệt kế phòng mẫu {MADE_UP}",
        "unit": "Cel",
    }
    thermometer |= {"serial_number": "T-0815", "resolution": 0.001, "range_low": 0, "range_high": 50}
    thermometer |= {"status": "in_use", "standard_kind": "working", "interval_months": 12, "site": site}
    thermometer |= {"edge": room.edge, "edge_instrument": room.instrument}
    row = book.make(SYSTEM, "instrument", thermometer).id
    points = [(at, at, at + 0.01, 0.02) for at in (10.0, 20.0, 30.0)]
    certificate(
        book, row, "VMAU-2026-0456", NATIONAL, day - timedelta(days=60), "temperature", "Cel", points, national=True
    )


def certificate(
    book: Book,
    instrument: str,
    number: str,
    issued_by: str,
    day: date,
    channel: str,
    unit: str,
    points: Iterable[Sequence[float]],
    *,
    national: bool = False,
) -> None:
    """One with its points: nominal value, reference value, indication, U with k = 2."""
    its: Row = {"instrument": instrument, "number": number, "kind": "calibration", "issued": day.isoformat()}
    its |= {"calibrated": day.isoformat(), "issued_by": issued_by, "is_national": national}
    row = book.make(SYSTEM, "certificate", its).id
    for place, (nominal, reference, indication, expanded) in enumerate(points, start=1):
        point: Row = {"certificate": row, "run": "as_found", "channel": channel, "number": place, "unit": unit}
        point |= {"nominal": nominal, "reference": reference, "indication": indication}
        book.make(SYSTEM, "calibration_point", point | {"expanded": expanded, "coverage_factor": 2})


def _people(engine: Engine, now: int, book: Book, laboratory: str, organisations: Sequence[str]) -> Mapping[str, str]:
    accounts = {}
    for one in PEOPLE:
        with transaction(engine) as session:
            row = make_account(session, SYSTEM, now, one.name, full_name=one.full_name, language="vi")
            for organisation in organisations:
                grant(session, SYSTEM, now, row.id, Grant(one.role, "organisation", organisation))
            accounts[one.name] = row.id
        its: Row = {"laboratory": laboratory, "signs_as": one.full_name, "procedure": "*", "duties": list(one.duties)}
        book.make(SYSTEM, "competence", its | {"since": "2026-01-01", "document": f"QĐ-MẪU {MADE_UP}"})
    return accounts
