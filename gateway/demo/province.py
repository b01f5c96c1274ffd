"""The demo's province: sites, enterprises and pilots that do not exist, and every name says so.

Six sites, of which the live line is one, and three pilots: one improves, one does not, one is too early.

Decision: the province is set up as if that had been done half a year ago.
Because: a pilot counts only when it was fixed before its result began.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from gateway.demo.folder import SITE
from gateway.demo.laboratory import MADE_UP, NATIONAL, Row
from gateway.demo.machines import EDGE, METER, Machine, Told, is_worked, sum_up, tell
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.writing import Writing

CODE = "82"
PLAN = "dong-thap-2026-2030"
BASELINE, WASHOUT, RESULT, SLACK = 56, 14, 56, 5
"""Days of the windows of the pilots that are over, and how many days ago they ended."""
EARLY = 12
"""Days of the result that the early pilot has."""
METER_AGE = 40
"""Days before the first baseline at which the meters of the pilots were calibrated."""
HISTORY = 20
"""Days before the baseline of which machines tell too."""
AGENCIES = (
    ("Sở Khoa học và Công nghệ", "Sở KH&CN"),
    ("Sở Công Thương", "Sở CT"),
    ("Sở Nông nghiệp và Môi trường", "Sở NN&MT"),
    ("Sở Y tế", "Sở YT"),
    ("Sở Giáo dục và Đào tạo", "Sở GD&ĐT"),
    ("Sở Nội vụ", "Sở NV"),
    ("Sở Tài chính", "Sở TC"),
)
FACTORY_NAMES = ("Chế biến cá", "Xay xát gạo", "May", "Cơ khí", "Bao bì", "Thức ăn thủy sản", "Sấy trái cây", "Gỗ")


class Made(NamedTuple):
    """Ids of the rows that were made.

    Attributes:
        province: Row of the province.
        agencies: Abbreviation -> id.
        organisations: Code -> id.
        sites: Short name -> id.
        pilots: Name -> id.
    """

    province: str
    agencies: dict[str, str]
    organisations: dict[str, str]
    sites: dict[str, str]
    pilots: dict[str, str]


class Pilot(NamedTuple):
    """A pilot that does not exist.

    Attributes:
        name: What people call it.
        site: Short name of its site.
        tools: What is tried.
        machines: In it.
        control: Machines beside it that stay as they are.
        is_over: Its result window is over.
    """

    name: str
    site: str
    tools: tuple[str, ...]
    machines: tuple[Machine, ...]
    control: tuple[Machine, ...] = ()
    is_over: bool = True


def _machine(site: str, name: str, title: str, availability: float, gain: float = 0.0) -> Machine:
    return Machine(site, name, f"{title} {MADE_UP}", 2.0, availability, gain)


PILOTS = (
    Pilot(
        f"TPM máy dập {MADE_UP}",
        "mau-co-khi",
        ("tpm", "5s"),
        (_machine("mau-co-khi", "press-2", "Máy dập 2", 0.68, 0.10),),
        (_machine("mau-co-khi", "press-3", "Máy dập 3", 0.70),),
    ),
    Pilot(
        f"5S chuyền đóng gói {MADE_UP}",
        "mau-bao-bi",
        ("5s", "kaizen"),
        (_machine("mau-bao-bi", "packer-1", "Máy đóng gói 1", 0.72),),
    ),
    Pilot(
        f"Lean chuyền phi lê {MADE_UP}",
        "mau-ca",
        ("lean", "kpi"),
        (_machine("mau-ca", "fillet-1", "Chuyền phi lê 1", 0.66, 0.05),),
        is_over=False,
    ),
)
_SITES = (
    ("mau-co-khi", "Xưởng cơ khí", "MAU-03", "factory"),
    ("mau-bao-bi", "Xưởng bao bì", "MAU-04", "factory"),
    ("mau-ca", "Nhà máy cá", "MAU-00", "factory"),
    ("mau-gao", "Nhà máy gạo", "MAU-01", "factory"),
    ("mau-benh-vien", "Bệnh viện", "MAU-BV", "hospital"),
)


class Windows(NamedTuple):
    """Days of a pilot."""

    baseline_since: date
    baseline_until: date
    begins: date
    washout_until: date
    result_since: date
    result_until: date


def windows(today: date, *, is_over: bool) -> Windows:
    """Baseline, washout and result of a pilot that is over, or that has only begun.

    >>> of = windows(date(2026, 11, 22), is_over=True)
    >>> of.result_until.isoformat(), (of.result_until - of.result_since).days + 1
    ('2026-11-17', 56)
    """
    result = today - timedelta(days=SLACK + RESULT - 1 if is_over else EARLY)
    begins = result - timedelta(days=WASHOUT)
    return Windows(
        baseline_since=begins - timedelta(days=BASELINE),
        baseline_until=begins - timedelta(days=1),
        begins=begins,
        washout_until=result - timedelta(days=1),
        result_since=result,
        result_until=result + timedelta(days=RESULT - 1),
    )


def set_up(book: Book, owner: str, today: date) -> Made:
    """Agencies, organisations, sites and pilots, of which the time of the book is the time that they say.

    Args:
        book: Of the registry, with a clock of half a year ago.
        owner: Id of the enterprise of the live line, which is there already with its site.
        today: The day from which the windows are reckoned.
    """
    province = book.find(SYSTEM, "province", code=CODE, until="").id
    live = book.find(SYSTEM, "site", name=SITE).id
    with book.writing(SYSTEM) as writing:
        agencies = {
            short: writing.make("agency", {"name": f"{name} {MADE_UP}", "abbreviation": short, "province": province}).id
            for name, short in AGENCIES
        }
        organisations = _organisations(writing, province)
        sites = {SITE: live}
        for name, title, code, kind in _SITES:
            its: Row = {"name": name, "title": f"{title} {MADE_UP}", "organisation": organisations[code], "kind": kind}
            sites[name] = writing.make("site", its).id
        for one in PILOTS:
            code = next(code for name, _, code, _ in _SITES if name == one.site)
            _meter(writing, one.site, sites[one.site], organisations[code], today)
        pilots = {one.name: _pilot(writing, one, sites[one.site], today) for one in PILOTS}
    return Made(province, agencies, organisations | {"DEMO": owner}, sites, pilots)


def _meter(writing: Writing, site: str, row: str, organisation: str, today: date) -> None:
    """The energy meter behind the machines of a site, with a certificate that holds in all windows of its pilot."""
    issued = windows(today, is_over=True).baseline_since - timedelta(days=METER_AGE)
    its: Row = {"organisation": organisation, "code": f"CT-{site}", "name": f"Công tơ điện {MADE_UP}", "site": row}
    its |= {"kind": "Công tơ điện", "unit": "W.h", "status": "in_use", "needs_certificate": True, "interval_months": 24}
    its |= {"edge": EDGE, "edge_instrument": METER}
    paper: Row = {"instrument": writing.make("instrument", its).id, "number": f"HC-MẪU-{site}", "kind": "calibration"}
    paper |= {"issued": issued.isoformat(), "calibrated": issued.isoformat(), "issued_by": NATIONAL}
    certificate = writing.make("certificate", paper).id
    for place, nominal in enumerate((1_000.0, 5_000.0), 1):
        point: Row = {
            "certificate": certificate,
            "run": "as_found",
            "channel": "energy",
            "number": place,
            "unit": "W.h",
        }
        point |= {"nominal": nominal, "reference": nominal, "indication": nominal, "expanded": nominal * 0.002}
        writing.make("calibration_point", point | {"coverage_factor": 2})


def tell_of_machines(engine: Engine, book: Book, made: Made, today: date) -> None:
    """What the machines of the pilots did, and the hours that people worked at them."""
    for number, pilot in enumerate(PILOTS):
        of = windows(today, is_over=pilot.is_over)
        told = Told(of.baseline_since - timedelta(days=HISTORY), today - timedelta(days=1), of.begins)
        for place, machine in enumerate((*pilot.machines, *pilot.control)):
            # An edge without power on two days: a gap that stays one.
            silent = frozenset(of.baseline_since + timedelta(days=k) for k in (9, 10)) if place == 0 else frozenset()
            gain = of.begins if machine in pilot.machines else date.max
            worked = tell(engine, machine, told._replace(begins=gain, missing=silent), 2026 + 10 * number + place)
            _hours(book, made.sites[pilot.site], machine, worked)
    sum_up(engine)


def close_pilots(book: Book, made: Made, today: date) -> None:
    """What is over is closed, with the document that accepts it."""
    with book.writing(SYSTEM) as writing:
        for number, pilot in enumerate(PILOTS, 1):
            if pilot.is_over:
                accepted: Row = {
                    "state": "closed",
                    "document_number": f"BB-MẪU-{number:02}",
                    "document_date": str(today),
                }
                writing.change("pilot", made.pilots[pilot.name], accepted, None, "nghiệm thu (mô phỏng)")


def _organisations(writing: Writing, province: str) -> dict[str, str]:
    found = {}
    for number, name in enumerate(FACTORY_NAMES * 4):
        code = f"MAU-{number:02}"
        its: Row = {"code": code, "name": f"Công ty mẫu {name} {number + 1} {MADE_UP}", "kind": "enterprise"}
        its |= {"province": province, "is_key_product": number % 3 == 0, "is_key_export": number % 5 == 0}
        its |= {"is_high_risk": number % 4 == 0, "is_ocop": number % 6 == 0, "industry": "C10"}
        found[code] = writing.make("organisation", its).id
    others = (
        ("MAU-BV", "Bệnh viện mẫu", "hospital", "Q8610"),
        ("MAU-TH1", "Trường THPT mẫu 1", "school", "P8523"),
        ("MAU-TH2", "Trường THPT mẫu 2", "school", "P8523"),
        ("MAU-CD1", "Trường cao đẳng mẫu", "school", "P8533"),
        ("MAU-HTX", "Hợp tác xã mẫu", "cooperative", "A01"),
    )
    for code, name, kind, industry in others:
        its = {"code": code, "name": f"{name} {MADE_UP}", "kind": kind, "province": province, "industry": industry}
        found[code] = writing.make("organisation", its).id
    return found


def _pilot(writing: Writing, pilot: Pilot, site: str, today: date) -> str:
    of = windows(today, is_over=pilot.is_over)
    days: Mapping[str, object] = {name: day.isoformat() for name, day in of._asdict().items()}
    its: Row = {"site": site, "name": pilot.name, "version": 1, "tools": list(pilot.tools), "state": "running"}
    its |= {"work_units": ", ".join(f"{EDGE}/{one.name}" for one in pilot.machines), "is_fixed": True}
    its |= {"control_work_units": ", ".join(f"{EDGE}/{one.name}" for one in pilot.control)}
    its |= {"figures": ["oee", "labour_productivity", "energy_per_unit", "first_pass_yield"]}
    return writing.make("pilot", its | dict(days)).id


def _hours(book: Book, site: str, machine: Machine, worked: list[date]) -> None:
    with book.writing(SYSTEM) as writing:
        for day in worked:
            its: Row = {"site": site, "date": day.isoformat(), "work_units": f"{EDGE}/{machine.name}"}
            writing.make("labour_hours", its | {"hours": machine.crew * 7.5, "note": MADE_UP})


def first_day(today: date) -> date:
    """From when on anything of the pilots is told: by then the province must be set up.

    >>> is_worked(first_day(date(2026, 11, 22)))
    True
    """
    day = windows(today, is_over=True).baseline_since - timedelta(days=HISTORY + 1)
    while not is_worked(day):
        day -= timedelta(days=1)
    return day
