"""Facts out of a registry: of which province, for whom, without names; kept while nothing was written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from shutil import copyfile
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import event

from gateway.indicators.facts import canonical
from gateway.programme.evaluating import Evaluations
from gateway.programme.gathering import gather
from gateway.programme.plan_files import load_plans
from gateway.registry import connect
from gateway.registry.book import Book
from gateway.registry.documents import Documents
from gateway.registry.roles import SYSTEM, Grant, Reader, Role
from gateway.registry.territory import write_provinces

NOW = 1_795_564_800 * 10**9
"""2026-11-25."""
DAY = date(2026, 11, 25)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n%"
PLAN = "dong-thap-2026-2030"


class House:
    """A registry with some records of Đồng Tháp and one of Đồng Nai."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.book = Book(engine, lambda: NOW)
        write_provinces(self.book)
        self.here = self.book.find(SYSTEM, "province", code="82", until="").id
        self.there = self.book.find(SYSTEM, "province", code="75", until="").id
        self.former = self.book.find(SYSTEM, "province", code="87").id
        organisation = {"code": "1400123456", "name": "Xưởng Sa Đéc", "kind": "enterprise", "province": self.here}
        self.organisation = self.make("organisation", **organisation)
        foreign = {"code": "3600123456", "name": "Xưởng Biên Hòa", "kind": "enterprise", "province": self.there}
        self.foreign = self.make("organisation", **foreign)
        person = {"code": "CB-1", "full_name": "Nguyễn Văn An", "phone": "0901234567", "province": self.here}
        self.person = self.make("person", **person, organisation=self.organisation, note="Con bà Bảy")
        training = {"province": self.here, "name": "Lớp 5S", "topic": "productivity", "begins": "2026-03-02"}
        self.training = self.make("training", **training, document_number="12/QĐ", note="Ông Ba dạy")
        self.make("attendance", training=self.training, person=self.person)
        self.support = self.make("support", **self.given(self.organisation))
        self.make("support", **self.given(self.foreign), document_number="9/QĐ")

    def given(self, organisation: str) -> dict[str, object]:
        return {"organisation": organisation, "kind": "basic_tool", "tools": ["5s", "lean"], "begins": "2026-04-01"}

    def make(self, noun: str, **values: object) -> str:
        return self.book.make(SYSTEM, noun, values).id

    def facts(self, reader: Reader = SYSTEM):
        return gather(self.engine, reader, "82", DAY, NOW, ZONE)

    def evaluations(self) -> Evaluations:
        return Evaluations(self.engine, load_plans(), ZONE)


@pytest.fixture
def own(engine) -> House:
    """One to write into."""
    return House(engine)


@pytest.fixture(scope="module")
def house(tmp_path_factory, made_file) -> Iterator[House]:
    """One to read from."""
    path = tmp_path_factory.mktemp("house") / "registry.sqlite"
    copyfile(made_file, path)
    engine = connect(f"sqlite:///{path}")
    yield House(engine)
    engine.dispose()


def at(house: House, role: Role, scope: str, of: str) -> Reader:
    return Reader("x", "X", (Grant(role, scope, of),))


def test_facts_are_those_of_the_province_and_of_what_was_merged_into_it(own) -> None:
    organisation = {"code": "1400999999", "name": "Xưởng cũ", "kind": "enterprise", "province": own.former}
    old = own.make("organisation", **organisation)
    facts = own.facts()
    assert {one.id for one in facts.records["organisation"]} == {own.organisation, old}
    assert [one.values["organisation"] for one in facts.records["support"]] == [own.organisation]
    assert {one.values["code"] for one in facts.records["province"]} == {"82", "87"}


def test_facts_have_neither_names_of_persons_nor_notes(house) -> None:
    told = canonical(house.facts()).decode()
    for name in ("Nguyễn", "0901234567", "CB-1", "Con bà Bảy", "Ông Ba"):
        assert name not in told
    (person,) = house.facts().records["person"]
    assert (person.label, person.values["organisation"]) == ("", house.organisation)


def test_choices_come_as_keys_and_files_are_counted(own) -> None:
    Documents(own.engine, lambda: NOW).add(SYSTEM, "support", own.support, PDF, file="a.pdf")
    (support,) = own.facts().records["support"]
    assert (support.values["tools"], support.attached, support.label) == (("lean", "5s"), 1, "2026-04-01")


def test_of_a_row_the_day_of_its_last_change_is_told_by_the_wall_clock(own) -> None:
    for hour, day in ((16, "2026-11-25"), (17, "2026-11-26")):  # 17:00 UTC is midnight in Viet Nam
        made = Book(own.engine, lambda hour=hour: NOW + hour * 3600 * 10**9)
        made.change(SYSTEM, "support", own.support, {"document_number": f"{hour}/QĐ"}, None)
        assert [one.changed for one in own.facts().records["support"]] == [day]


def test_rows_out_of_use_are_among_the_facts_and_say_so(own) -> None:
    own.book.retire(SYSTEM, "support", own.support, None, "sai")
    assert [bool(one.retired_at) for one in own.facts().records["support"]] == [True]


def test_facts_survive_a_file(house) -> None:
    facts = house.facts()
    assert msgspec.json.decode(msgspec.json.encode(facts), type=type(facts)) == facts


def test_somebody_of_another_province_gathers_nothing(house) -> None:
    facts = house.facts(at(house, Role.PROVINCIAL_OFFICER, "province", house.there))
    assert set(facts.records) == {"province"}


def test_who_may_not_see_persons_still_counts_attendances(house) -> None:
    facts = house.facts(at(house, Role.ANALYST, "province", house.here))
    assert "person" not in facts.records
    assert len(facts.records["attendance"]) == 1


def test_an_indicator_counts_what_was_gathered(house) -> None:
    found = house.evaluations().of(SYSTEM, PLAN, DAY, NOW).result
    by_id = {one.indicator: one for one in found.indicators}
    turns = by_id["dt26-productivity-classes"]
    assert (turns.value, [ref.id for ref in turns.rests_on]) == (1, [house.training])
    supports = by_id["dt26-supported-enterprises"]
    assert (supports.value, [(one.ref.id, one.why.code) for one in supports.not_counted]) == (
        0,
        [(house.support, "no_document")],
    )


def test_an_evaluation_is_kept_until_something_is_written_or_time_has_passed(own) -> None:
    kept = own.evaluations()
    first = kept.of(SYSTEM, PLAN, DAY, NOW)
    assert kept.of(SYSTEM, PLAN, DAY, NOW + 10**9) is first
    assert kept.of(SYSTEM, PLAN, date(2026, 11, 24), NOW) is not first
    assert kept.of(SYSTEM, PLAN, DAY, NOW + 301 * 10**9) is not first
    own.book.change(SYSTEM, "support", own.support, {"document_number": "10/QĐ"}, None)
    again = kept.of(SYSTEM, PLAN, DAY, NOW)
    assert again is not first
    assert again.result.indicators[9].value == 1


def test_an_evaluation_is_kept_for_who_asked(house) -> None:
    kept = house.evaluations()
    officer = at(house, Role.PROVINCIAL_OFFICER, "province", house.there)
    mine = kept.of(SYSTEM, PLAN, DAY, NOW)
    theirs = kept.of(officer, PLAN, DAY, NOW)
    narrow = kept.of(replace(SYSTEM, limits=frozenset()), PLAN, DAY, NOW)
    assert "training" in mine.facts.records
    assert "training" not in {**theirs.facts.records, **narrow.facts.records}


def test_plans_of_one_province_share_their_facts(house) -> None:
    kept = house.evaluations()
    assert kept.of(SYSTEM, PLAN, DAY, NOW).facts is kept.of(SYSTEM, "dong-thap-2021-2025", DAY, NOW).facts


def test_a_plan_that_nobody_knows_is_a_key_error(house) -> None:
    with pytest.raises(KeyError):
        house.evaluations().of(SYSTEM, "nothing", DAY, NOW)


def test_made_up_facts_say_so(house) -> None:
    made_up = Evaluations(house.engine, load_plans(), ZONE, made_up=True).of(SYSTEM, PLAN, DAY, NOW)
    assert (made_up.facts.made_up, made_up.result.made_up) == (True, True)


def test_the_laboratories_years_are_told(own) -> None:
    centre = {"code": "TT-1", "name": "Trung tâm", "kind": "testing_centre", "province": own.here}
    owner = own.make("organisation", **centre)
    laboratory = own.make("laboratory", organisation=owner, name="Phòng đo lường")
    scope = {"kind": "calibration", "measured_field": "mass", "quantity": "Cân", "unit": "g"}
    line = own.make("scope_entry", laboratory=laboratory, **scope, since="2025-06-01")
    instrument = {"code": "C-1", "name": "Cân", "kind": "Cân", "unit": "g", "status": "in_use"}
    item = own.make("instrument", organisation=own.organisation, **instrument)
    ids = []
    for number, issued in (("1", "2025-07-01"), ("2", "2026-02-01"), ("3", "2026-12-24")):
        certificate = {"kind": "calibration", "issued": issued, "issued_by": "Trung tâm", "laboratory": laboratory}
        ids.append(own.make("certificate", instrument=item, number=number, **certificate))
    facts = own.facts()
    years = {one.year: one for one in facts.capacity}
    assert [(years[y].documents, years[y].fields) for y in (2024, 2025, 2026)] == [(0, 0), (1, 1), (1, 1)]
    assert years[2026].certificates == (ids[1],)
    assert [(one.id, one.field) for one in facts.scope] == [(line, "mass")]
    assert {one.values["organisation"] for one in facts.records["certificate"]} == {own.organisation}


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_facts_are_of_one_moment_whatever_is_entered_meanwhile(own) -> None:
    entered: list[str] = []

    def enter(_connection, _cursor, statement, *_more) -> None:
        # Attendances are read before their classes.
        if "FROM attendance" in statement and not entered:
            entered.append("")
            training = {"province": own.here, "name": "Lớp mới", "topic": "productivity", "begins": "2026-05-05"}
            entered.append(own.make("training", **training))

    event.listen(own.engine, "after_cursor_execute", enter)
    facts = own.facts()
    event.remove(own.engine, "after_cursor_execute", enter)
    assert entered[1:]
    assert [one.id for one in facts.records["training"]] == [own.training]
    assert {one.id for one in own.facts().records["training"]} == {own.training, *entered[1:]}
