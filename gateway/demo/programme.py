"""The demo's records of the programme: trainings, supports, awards and what else plans count; none of it happened.

Sizes are plausible for the year: some targets are met, some are not yet, some records wait for their document.
"""

from datetime import date, timedelta
from typing import NamedTuple

from gateway.demo.laboratory import MADE_UP, Row
from gateway.demo.province import PLAN, Made
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.writing import Writing

PERSONS = 160
_TRAININGS = (
    ("Năng suất cho quản lý", "productivity", 40),
    ("5S và Kaizen", "productivity", 60),
    ("Truy xuất nguồn gốc cơ bản", "traceability", 60),
    ("Truy xuất nguồn gốc cho hợp tác xã", "traceability", 55),
    ("TPM cho tổ trưởng", "productivity", 70),
    ("Đo lường trong nhà máy", "measurement", 45),
    ("ISO 9001 cho đơn vị nhỏ", "quality", 60),
    ("Chuyên gia năng suất", "expert", 8),
)
_SUPPORTS = ("basic_tool", "specific_tool", "new_system", "traceability", "standards", "smart_production")
_TASKS = (
    ("dt26-t-policy", "Sở KH&CN", "under_way", "Đang lấy ý kiến các sở."),
    ("dt26-t-a1c-handbook", "Sở KH&CN", "done", "Đã in 500 bản."),
    ("dt26-t-a1a", "Sở KH&CN", "recurring", "Sáu bài trên báo tỉnh."),
    ("dt26-t-b1a-resolution", "Sở KH&CN", "done", "Hội đồng nhân dân đã thông qua."),
    ("dt26-t-a3b-rules", "Sở KH&CN", "under_way", "Dự thảo lần hai."),
    ("dt26-t-honour", "Sở NV", "recurring", "Khen thưởng ba tập thể."),
    ("dt26-t-budget", "Sở TC", "done", "Đã thẩm định dự toán."),
)
_LISTED = ("high_risk", "key_export", "agri_food", "traceability")
_BEGINS = date(2026, 1, 5)
"""The plan's first working days."""


class _Days(NamedTuple):
    """Days from the first of the plan to today, as many as are asked for, evenly."""

    first: date
    today: date

    def at(self, number: int, of: int) -> date:
        """The day of one of several."""
        return self.first + (self.today - self.first) * number // max(1, of)


def write_programme(book: Book, made: Made, today: date) -> None:
    """All records, in one transaction.

    Args:
        book: Of the registry.
        made: What the province consists of.
        today: Nothing is later.
    """
    days = _Days(max(_BEGINS, date(today.year - 1, 1, 5)), today)
    factories = [row for code, row in made.organisations.items() if code.startswith("MAU-") and code[4:].isdigit()]
    with book.writing(SYSTEM) as writing:
        persons = _persons(writing, made, factories)
        _trainings(writing, made, days, persons)
        supports = _supports(writing, days, factories)
        _results(writing, days, factories, supports)
        _others(writing, made, days, factories)
        _traced(writing, days, factories)
        _tasks(writing, made, days)


def _numbered(number: int, day: date) -> Row:
    return {"document_number": f"NT-MẪU-{number:03}", "document_date": day.isoformat()}


def _persons(writing: Writing, made: Made, factories: list[str]) -> list[str]:
    found = []
    for number in range(PERSONS):
        its: Row = {"code": f"MAU-{number:04}", "full_name": f"Người mẫu {number} {MADE_UP}", "province": made.province}
        found.append(writing.make("person", its | {"organisation": factories[number % len(factories)]}).id)
    return found


def _trainings(writing: Writing, made: Made, days: _Days, persons: list[str]) -> None:
    turn = 0
    for number, (name, topic, turns) in enumerate(_TRAININGS):
        begins = days.at(number, len(_TRAININGS))
        its: Row = {"province": made.province, "name": f"{name} {MADE_UP}", "topic": topic, "hours": 16}
        its |= {"begins": begins.isoformat(), "ends": begins.isoformat(), "agency": made.agencies["Sở KH&CN"]}
        # The last class was held and is not accepted yet.
        proven = _numbered(number, begins) if number < len(_TRAININGS) - 1 else {}
        training = writing.make("training", its | proven).id
        for _ in range(turns):
            person = persons[turn % PERSONS]
            row = {"training": training, "person": person, "completed": True, "is_official": turn % 9 == 0}
            writing.make("attendance", row)
            if topic == "expert":
                expert: Row = {"province": made.province, "person": person, "scheme": "course", "issued": str(begins)}
                writing.make("expert", expert | {"number": f"CG-MẪU-{turn:03}", "body": f"Đơn vị mẫu {MADE_UP}"})
            turn += 1


def _supports(writing: Writing, days: _Days, factories: list[str]) -> list[str]:
    """26 turns, of which two wait for their document."""
    found = []
    for number in range(26):
        begins = days.at(number, 26)
        its: Row = {"organisation": factories[number % 20], "kind": _SUPPORTS[number % len(_SUPPORTS)]}
        its |= {"begins": begins.isoformat(), "amount": 40_000_000, "tools": ["5s"] if number % 2 else ["lean", "tpm"]}
        proven = _numbered(100 + number, begins) if number % 13 else {}
        found.append(writing.make("support", its | proven | {"note": MADE_UP}).id)
    return found


def _results(writing: Writing, days: _Days, factories: list[str], supports: list[str]) -> None:
    for number in range(9):
        issued = days.at(number, 9)
        its: Row = {"organisation": factories[number], "standard": "ISO 9001:2015", "number": f"CN-MẪU-{number:02}"}
        its |= {"issued": issued.isoformat(), "body": f"Tổ chức mẫu {MADE_UP}", "support": supports[number]}
        writing.make("certification", its)
        its = {
            "organisation": factories[number + 3],
            "number": f"TCCS 0{number}:MẪU",
            "name": f"Sản phẩm mẫu {MADE_UP}",
        }
        writing.make("inhouse_standard", its | {"declared": issued.isoformat(), "support": supports[number]})
    for number in range(4):
        its = {"organisation": factories[number], "name": f"Giải thưởng Chất lượng {MADE_UP}", "year": days.today.year}
        writing.make("award", its | {"state": "filed"} | (_numbered(200 + number, days.today) if number else {}))


def _others(writing: Writing, made: Made, days: _Days, factories: list[str]) -> None:
    province = made.province
    for number in range(2):
        founded = days.at(number, 4)
        its: Row = {"province": province, "name": f"Câu lạc bộ mẫu {number + 1} {MADE_UP}", "founded": str(founded)}
        club = writing.make("club", its | _numbered(300 + number, founded)).id
        done: Row = {"club": club, "name": f"Họp mặt {MADE_UP}", "date": str(days.at(number + 2, 4)), "attended": 30}
        writing.make("club_activity", done)
    for number in range(30):
        received = days.at(number, 30)
        asked: Row = {"province": province, "number": f"YC-MẪU-{number:03}", "kind": "standards", "note": MADE_UP}
        asked |= {"received": received.isoformat(), "organisation": factories[number % len(factories)]}
        answered = min(received + timedelta(days=3), days.today)
        writing.make("information_request", asked | ({"answered": str(answered)} if number < 29 else {}))  # noqa: PLR2004
    estimated: Row = {"province": province, "plan": PLAN, "indicator": "dt26-training-turns", "note": MADE_UP}
    writing.make("year_estimate", estimated | {"year": days.today.year, "value": 520, "estimated": str(days.today)})
    reached: Row = {"province": province, "plan": PLAN, "indicator": "dt26-traceability-system", "note": MADE_UP}
    writing.make("milestone", reached | {"reached": str(days.at(3, 4))} | _numbered(400, days.at(3, 4)))


def _traced(writing: Writing, days: _Days, factories: list[str]) -> None:
    for number, owner in enumerate(factories[:16]):
        listed: Row = {"organisation": owner, "kind": _LISTED[number % len(_LISTED)], "since": str(days.first)}
        listed |= {"product": f"Sản phẩm mẫu {number} {MADE_UP}", "gtin": _gtin(number)}
        writing.make("listed", listed)
    for number, owner in enumerate(factories[:6]):
        made = days.at(number, 6)
        lot: Row = {"organisation": owner, "gtin": _gtin(number), "lot": f"L{number:03}", "made": str(made)}
        writing.make("traceability", lot | {"valid_events": 12, "published": str(made), "note": MADE_UP})


def _tasks(writing: Writing, made: Made, days: _Days) -> None:
    for number, (task, agency, state, told) in enumerate(_TASKS):
        its: Row = {"province": made.province, "agency": made.agencies[agency], "plan": PLAN, "task": task}
        said: Row = {"date": str(days.at(number + 1, len(_TASKS))), "state": state, "told": f"{told} {MADE_UP}"}
        writing.make("task_progress", its | said)
        money: Row = {"year": days.today.year, "source": "provincial", "planned": 500_000_000 + 50_000_000 * number}
        writing.make("task_money", its | money | {"allocated": 400_000_000, "disbursed": 120_000_000 * (number % 4)})


def _gtin(number: int) -> str:
    """Of 13 digits, with its check digit; 893 is Viet Nam's prefix.

    >>> _gtin(0)
    '8930000000002'
    """
    body = f"893{number:09}"
    digits = [int(letter) for letter in body]
    check = -sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10
    return f"{body}{check}"
