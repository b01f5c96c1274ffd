"""Requests: their orders in one press, and when they count as served."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from gateway.laboratory.requests import Asked, Served, make_orders, served, wanted_of
from gateway.laboratory.states import issue
from gateway.laboratory.work import open_work, turnaround
from gateway.registry.laboratory_work import CalibrationRequestRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM

ITEMS = "Cân phân tích; XS204; B123456\n\nÁp kế; 100 bar\nÁp kế; 100 bar; 9981"


@pytest.fixture
def request_id(staffed) -> str:
    values = {"laboratory": staffed.row, "number": "PYC-2026-0001", "kind": "calibration", "received": "2026-11-18"}
    values |= {"customer_name": "Công ty Cơ khí", "items": ITEMS, "decision": "taken", "decided": "2026-11-19"}
    return staffed.book.make(SYSTEM, "calibration_request", values).id


def wanted(lab, row: str) -> list[tuple[str, bool, str]]:
    with Session(lab.engine) as session:
        found = wanted_of(session, SYSTEM, session.get_one(CalibrationRequestRow, row))
    return [(one.name, bool(one.instrument), one.order) for one in found]


def made(lab, row: str, *lines: int, **values: str) -> list[str]:
    with lab.book.writing(lab.reader("Lan")) as writing:
        asked = [Asked(line, "analytical-balance", "bình thường") for line in lines]
        return [one.id for one in make_orders(writing, row, asked, lab.today, values)]


def issued(lab, order: str) -> None:
    lab.move(lab.reader("Lan"), order, "in_progress")
    lab.move(lab.reader("Lan"), order, "calculated", why="biên bản giấy")
    lab.move(lab.reader("Minh"), order, "reviewed")
    lab.move(lab.authoriser(), order, "authorised")
    with lab.book.writing(lab.authoriser()) as writing:
        issue(writing, order)


def test_one_press_makes_the_orders_finds_instruments_and_adds_those_that_are_new(staffed, request_id) -> None:
    assert wanted(staffed, request_id) == [("Cân phân tích", True, ""), ("Áp kế", False, ""), ("Áp kế", False, "")]
    orders = [staffed.get(one).values for one in made(staffed, request_id, 0, 2)]
    assert [one["number"] for one in orders] == ["PCV-2026-0001", "PCV-2026-0002"]
    assert orders[0]["instrument"] == staffed.instrument
    assert staffed.book.get(SYSTEM, "instrument", str(orders[1]["instrument"])).values["serial_number"] == "9981"
    assert wanted(staffed, request_id) == [
        ("Cân phân tích", True, "PCV-2026-0001"),
        ("Áp kế", False, ""),
        ("Áp kế", True, "PCV-2026-0002"),
    ]
    made(staffed, request_id, 1)
    assert wanted(staffed, request_id)[1] == ("Áp kế", True, "PCV-2026-0003")


def test_a_line_gets_one_order_however_often_the_button_is_pressed(staffed, request_id) -> None:
    made(staffed, request_id, 0, 1, 2)
    with pytest.raises(WrongValuesError) as caught:
        made(staffed, request_id, 0, 1, 2)
    assert str(caught.value) == "row: No instrument was chosen. Choose at least one."
    assert staffed.book.count(SYSTEM, "work_order") == 3


def test_nothing_is_made_of_a_request_that_was_declined(staffed, request_id) -> None:
    said = {"decision": "declined", "reason": "ngoài phạm vi"}
    staffed.book.change(SYSTEM, "calibration_request", request_id, said, None)
    with pytest.raises(WrongValuesError) as caught:
        made(staffed, request_id, 0)
    assert str(caught.value) == "row: The request was not taken yet. Take it first."


def test_all_orders_or_none_where_one_cannot_be_taken(staffed, request_id) -> None:
    with staffed.book.writing(staffed.reader("Lan")) as writing, pytest.raises(WrongValuesError):
        make_orders(writing, request_id, [Asked(0, "*", "tốt"), Asked(1, "not a procedure", "")], staffed.today)
    with Session(staffed.engine) as session:
        assert session.get_one(CalibrationRequestRow, request_id).number == "PYC-2026-0001"


def test_a_request_is_served_when_its_last_order_is_issued_and_counts_once(staffed, request_id) -> None:
    scope = {"laboratory": staffed.row, "kind": "calibration", "measured_field": "mass", "quantity": "Cân"}
    staffed.book.make(SYSTEM, "scope_entry", scope | {"procedure": "analytical-balance", "since": "2026-01-01"})
    first, second, third = made(staffed, request_id, 0, 1, 2)
    issued(staffed, first)
    staffed.move(staffed.reader("Lan"), second, "stopped", why="khách lấy lại")

    def found(since: date, until: date) -> list[Served]:
        with Session(staffed.engine) as session:
            return served(session, SYSTEM, staffed.zone, since, until)

    assert found(staffed.today, staffed.today) == []
    issued(staffed, third)
    expected = Served(request_id, staffed.row, "calibration", staffed.today, frozenset({"mass"}))
    assert found(staffed.today, staffed.today) == [expected]
    assert found(staffed.today + timedelta(1), staffed.today + timedelta(30)) == []


def test_the_list_has_the_late_first_and_says_whose_turn_it_is(staffed) -> None:
    staffed.order("PCV-2026-0001", promised="2026-12-01", received="2026-11-01")
    late = staffed.order("PCV-2026-0002", promised="2026-11-20").id
    staffed.order("PCV-2026-0003")
    measured = staffed.order("PCV-2026-0004", promised="2026-11-19", received="2026-11-10").id
    staffed.say(staffed.session("s1", "PCV-2026-0004"))
    staffed.move(staffed.reader("Lan"), late, "in_progress")
    staffed.move(staffed.reader("Lan"), late, "calculated", why="giấy")
    staffed.move(staffed.reader("Lan"), measured, "in_progress")
    with Session(staffed.engine) as session:
        work = open_work(session, SYSTEM, staffed.today)
        assert open_work(session, staffed.reader("Lan", organisation="f" * 32), staffed.today) == []
        assert [one.number for one in open_work(session, SYSTEM, staffed.today, "can phan tich 0003")] == [
            "PCV-2026-0003"
        ]
    assert [(one.number, one.late_days, one.turn) for one in work] == [
        ("PCV-2026-0004", 3, "take_over"),
        ("PCV-2026-0002", 2, "review"),
        ("PCV-2026-0001", 0, "measure"),
        ("PCV-2026-0003", 0, "measure"),
    ]


def test_what_was_given_back_leaves_the_list_and_its_time_is_kept(staffed) -> None:
    order = staffed.order(received="2026-11-15", promised="2026-11-21").id
    issued(staffed, order)
    with Session(staffed.engine) as session:
        assert [one.turn for one in open_work(session, SYSTEM, staffed.today)] == ["give_back"]
        took = turnaround(session, SYSTEM, staffed.zone, staffed.today, staffed.today)
    assert (took.issued, took.median_days, took.promised, took.kept) == (1, 7, 1, 0)
    staffed.book.change(SYSTEM, "work_order", order, {"returned": "2026-11-22", "returned_to": "Anh Ba"}, None)
    with Session(staffed.engine) as session:
        assert open_work(session, SYSTEM, staffed.today) == []
