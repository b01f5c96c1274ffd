"""Reminders of reports: once a stage, to whoever works for the province, until it is signed off."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.indicators.deadlines import Deadline
from gateway.overview import ACT, FINE, LOOK
from gateway.overview.programme import reports_due
from gateway.production.looking import Asked
from gateway.programme.plan_files import load_plans
from gateway.programme.plan_reminders import OVER, remind_of_plans, stage_of
from gateway.registry import connect, transaction, upgrade
from gateway.registry.book import Book
from gateway.registry.plan_records import PlanReportRow
from gateway.registry.roles import SYSTEM, Grant, Role

PLAN = "dong-thap-2026-2030"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 3, tzinfo=UTC).timestamp()) * 10**9


@pytest.fixture(scope="module")
def plans():
    return load_plans()


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """A registry with the tables of today, which costs more to make than to copy."""
    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def engine(empty: Path, tmp_path: Path):
    engine = connect(f"sqlite:///{copyfile(empty, tmp_path / 'registry.sqlite')}")
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine) -> Book:
    return Book(engine, lambda: at(date(2026, 11, 1)))


@pytest.fixture
def province(engine, book) -> str:
    """With an officer; the other province of whose plans we know has nobody."""
    row = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    book.make(SYSTEM, "province", {"code": "75", "name": "Đồng Nai"})
    with transaction(engine) as session:
        account = make_account(session, SYSTEM, at(date(2026, 11, 1)), "hoa")
        grant(session, SYSTEM, at(date(2026, 11, 1)), account.id, Grant(Role.PROVINCIAL_OFFICER, "province", row))
    return row


def due(last: date, ready: date) -> Deadline:
    words = {"vi": ("x",), "en": ("x",)}
    return Deadline(
        plan="x", duty="x", section="", title={"vi": "x", "en": "x"}, reporter=words, recipients=words,
        is_inferred=False, last=last, ready=ready, how="yearly",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2026, 10, 27), None),
        (date(2026, 10, 28), 30),
        (date(2026, 11, 12), 30),
        (date(2026, 11, 13), 14),
        (date(2026, 11, 20), 7),
        (date(2026, 11, 27), 0),  # the Friday on which it is to be ready
        (date(2026, 11, 29), 0),  # the Sunday that is its last day
        (date(2026, 11, 30), OVER),
    ],
)
def test_stages_count_back_from_the_last_working_day(today, stage) -> None:
    assert stage_of(due(date(2026, 11, 29), date(2026, 11, 27)), today, is_done=False) == stage
    assert stage_of(due(date(2026, 11, 29), date(2026, 11, 27)), today, is_done=True) is None


def test_each_stage_is_written_once_with_who_was_told_and_only_where_somebody_works(engine, book, province, plans):
    day = date(2026, 11, 20)
    assert remind_of_plans(engine, plans, at(day), day) == 2
    assert remind_of_plans(engine, plans, at(day), day) == 0
    told = {
        (one.values["duty"], one.values["stage"], one.values["told_to"]) for one in book.all(SYSTEM, "plan_reminder")
    }
    assert told == {("dt26-r-agencies", 7, "hoa"), ("dt26-r-dost", 30, "hoa")}
    later = date(2026, 11, 25)
    assert remind_of_plans(engine, plans, at(later), later) == 1
    assert {str(one.values["ready_day"]) for one in book.all(SYSTEM, "plan_reminder")} == {"2026-11-25", "2026-12-10"}


def test_what_is_late_is_told_until_the_report_is_signed_off(engine, book, province, plans) -> None:
    late = date(2026, 12, 11)
    remind_of_plans(engine, plans, at(late), late)
    # What agencies handed in on paper nobody knows here: no false alarm of it.
    assert [(one.values["duty"], one.values["stage"]) for one in book.all(SYSTEM, "plan_reminder")] == [
        ("dt26-r-dost", OVER)
    ]
    need = reports_due(Asked(engine, ZONE, at(late)), SYSTEM)
    assert (need.urgency, need.count) == (ACT, 1)
    assert need.items[0].titles["vi"].endswith("(10/12/2026)")
    signed = {"is_signed": True, "signed": "2026-12-11", "signed_by": "An", "facts_sha256": "0" * 64}
    key = {"province": province, "plan": PLAN, "kind": "yearly", "as_of": "2026-12-09"}
    row = book.make(SYSTEM, "plan_report", key).id
    with transaction(engine) as session:  # past its files, of which tests of reports are
        session.execute(update(PlanReportRow).where(PlanReportRow.id == row).values(**signed))
    assert reports_due(Asked(engine, ZONE, at(late)), SYSTEM).urgency == FINE


def test_what_comes_near_stands_on_the_first_page_and_is_gone_when_its_day_is_over(engine, book, province, plans):
    day = date(2026, 11, 20)
    remind_of_plans(engine, plans, at(day), day)
    need = reports_due(Asked(engine, ZONE, at(day)), SYSTEM)
    assert (need.urgency, need.count) == (LOOK, 2)
    assert reports_due(Asked(engine, ZONE, at(date(2026, 12, 1))), SYSTEM).count == 1
