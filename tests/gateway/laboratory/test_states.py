"""The way of a work order: who may bring it where, and who may not."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.states import issue, steps_from
from gateway.laboratory.work_taken_up import take_up_sessions
from gateway.registry.audit import AuditRow
from gateway.registry.laboratory_work import WORK_STATES
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, StaleRowError, WrongValuesError
from gateway.registry.roles import SYSTEM, Role


def calculated(lab, number: str = "PCV-2026-0001") -> str:
    """An order whose results Lan has taken over from her session."""
    order = lab.order(number).id
    lab.say(lab.session("s1", number), lab.capture("s1", 1))
    lab.move(lab.reader("Lan"), order, "in_progress")
    lab.move(lab.reader("Lan"), order, "calculated", bench_session="s1")
    return order


def refused(lab, who, order: str, to: str, **given: str) -> str:
    with pytest.raises(WrongValuesError) as caught:
        lab.move(who, order, to, **given)
    return str(caught.value)


def test_an_order_goes_its_way_and_the_audit_says_who_brought_it_where(staffed) -> None:
    order = calculated(staffed)
    staffed.move(staffed.reader("Minh"), order, "reviewed")
    staffed.move(staffed.authoriser(), order, "authorised")
    with staffed.book.writing(staffed.authoriser()) as writing:
        issue(writing, order)
    values = staffed.get(order).values
    signed = ("state", "session", "calculated_by", "reviewed_by", "authorised_by")
    assert [values[name] for name in signed] == ["issued", "s1", "Lan", "Minh", "Giang"]
    with Session(staffed.engine) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.row == order, AuditRow.action == "move")).all()
    assert [(one.name, json.loads(one.after)["state"], one.at) for one in rows] == [
        ("Lan", "in_progress", staffed.now),
        ("Lan", "calculated", staffed.now),
        ("Minh", "reviewed", staffed.now),
        ("Giang", "authorised", staffed.now),
        ("Giang", "issued", staffed.now),
    ]


def test_who_signed_at_the_bench_or_took_the_results_over_neither_reviews_nor_authorises(staffed) -> None:
    order = staffed.order().id
    staffed.say(staffed.session("s1", "PCV-2026-0001"), staffed.capture("s1", 1, who="Giang"))
    staffed.move(SYSTEM, order, "in_progress")
    staffed.move(staffed.reader("Minh"), order, "calculated", bench_session="s1")
    four_eyes = "state: You performed this work. Somebody else has to review and authorise it."
    for who in ("Lan", " LAN", "Minh"):
        assert refused(staffed, staffed.reader(who), order, "reviewed") == four_eyes
    staffed.competent("Hoa", "review", "authorise")
    staffed.move(staffed.reader("Hoa"), order, "reviewed")
    assert refused(staffed, staffed.authoriser("Giang"), order, "authorised") == four_eyes
    staffed.move(staffed.authoriser("Hoa"), order, "authorised")
    assert staffed.get(order).values["authorised_by"] == "Hoa"


def test_who_reviews_needs_the_duty_for_the_procedure_on_that_day(lab) -> None:
    lab.competent("Lan", "perform", procedure="analytical-balance")
    lab.competent("Hoa", "review", until="2026-11-21")
    lab.competent("Nam", "review", since="2026-11-23")
    lab.competent("Minh", "review", procedure="pressure-gauge")
    lab.competent("Mai", "perform", "authorise")
    order = calculated(lab)
    for who in ("Hoa", "Nam", "Minh", "Mai"):
        assert refused(lab, lab.reader(who), order, "reviewed") == (
            "state: Nobody has authorised you to review this procedure today. Ask the laboratory's head to enter it."
        )
    lab.competent("Minh", "review", procedure="analytical-balance")
    lab.move(lab.reader("Minh"), order, "reviewed")


def test_what_staff_entered_as_their_own_competence_counts_for_nothing(lab) -> None:
    lab.competent("Lan", "perform")
    order = calculated(lab)
    its = {"laboratory": lab.row, "signs_as": "Minh", "procedure": "*", "duties": ["review"], "since": "2026-01-01"}
    row = lab.book.make(lab.reader("Minh"), "competence", its)
    assert refused(lab, lab.reader("Minh"), order, "reviewed") == (
        "state: Nobody has authorised you to review this procedure today. Ask the laboratory's head to enter it."
    )
    lab.book.change(lab.authoriser(), "competence", row.id, {"document": "12/QĐ"}, None)
    lab.move(lab.reader("Minh"), order, "reviewed")


def test_an_order_that_is_calculated_keeps_the_number_by_which_the_bench_names_it(staffed) -> None:
    """Under another number nobody would be known to have measured."""
    order = calculated(staffed)
    with pytest.raises(WrongValuesError) as caught:
        staffed.book.change(staffed.reader("Lan"), "work_order", order, {"number": "PCV-2026-0009"}, None)
    assert str(caught.value) == (
        "number: The results rest on this field. Take the order back a step first, then change it."
    )


def test_an_authoriser_has_the_role_and_the_duty(staffed) -> None:
    order = calculated(staffed)
    staffed.move(staffed.reader("Minh"), order, "reviewed")
    no_role = "state: You have no role for this step. Ask somebody who has."
    assert refused(staffed, staffed.reader("Giang"), order, "authorised") == no_role
    assert "Nobody has authorised you to sign" in refused(staffed, staffed.authoriser("Minh"), order, "authorised")
    assert refused(staffed, SYSTEM, order, "authorised").startswith("state: Nobody has authorised you to sign")
    with pytest.raises(ForbiddenError):
        staffed.move(staffed.reader("Giang", Role.MANAGER), order, "authorised")
    with pytest.raises(NoSuchRowError):
        staffed.move(staffed.reader("Giang", Role.LABORATORY_AUTHORISER, "f" * 32), order, "authorised")


def test_of_two_who_authorise_at_once_one_wins_and_the_other_is_told(staffed) -> None:
    order = calculated(staffed)
    seen = staffed.move(staffed.reader("Minh"), order, "reviewed")
    staffed.competent("Hoa", "authorise")
    staffed.move(staffed.authoriser("Giang"), order, "authorised", revision=seen)
    with pytest.raises(StaleRowError):
        staffed.move(staffed.authoriser("Hoa"), order, "authorised", revision=seen)
    assert refused(staffed, staffed.authoriser("Hoa"), order, "authorised") == (
        "state: The order cannot go there from where it is. Look at its state again."
    )
    assert staffed.get(order).values["authorised_by"] == "Giang"


def test_going_back_needs_a_reason_and_takes_back_what_was_signed(staffed) -> None:
    order = calculated(staffed)
    staffed.move(staffed.reader("Minh"), order, "reviewed")
    staffed.move(staffed.authoriser(), order, "authorised")
    no_role = "state: You have no role for this step. Ask somebody who has."
    assert refused(staffed, staffed.reader("Minh"), order, "reviewed", why="sai số") == no_role
    assert refused(staffed, staffed.authoriser(), order, "reviewed") == "why: This step needs a reason. Enter it."
    signed = ("state", "session", "calculated_by", "reviewed_by", "authorised_by")
    for to, left in (
        ("reviewed", ["s1", "Lan", "Minh", ""]),
        ("calculated", ["s1", "Lan", "", ""]),
        ("in_progress", ["", "", "", ""]),
    ):
        staffed.move(staffed.authoriser(), order, to, why="điểm 100 g ghi nhầm")
        values = staffed.get(order).values
        assert [values[name] for name in signed] == [to, *left]


def test_results_without_the_bench_need_a_word_on_where_they_come_from(staffed) -> None:
    order = staffed.order().id
    staffed.move(staffed.reader("Lan"), order, "in_progress")
    assert refused(staffed, staffed.reader("Lan"), order, "calculated") == "why: This step needs a reason. Enter it."
    staffed.move(staffed.reader("Lan"), order, "calculated", why="biên bản giấy số 12")


def test_nobody_jumps_and_nobody_issues_without_a_document(staffed) -> None:
    order = staffed.order().id
    no_way = "state: The order cannot go there from where it is. Look at its state again."
    for to in ("calculated", "reviewed", "authorised", "received"):
        assert refused(staffed, staffed.authoriser(), order, to, why="x") == no_way
    by_document = "state: An order is issued by its document. Draw up the document and issue it."
    assert refused(staffed, staffed.authoriser(), order, "issued") == by_document
    with staffed.book.writing(staffed.authoriser()) as writing, pytest.raises(WrongValuesError):
        issue(writing, order)


def test_it_is_stopped_from_everywhere_before_it_is_issued_and_then_from_nowhere(staffed) -> None:
    assert [state for state in WORK_STATES if ("stopped", True) in steps_from(state)] == [
        "received",
        "in_progress",
        "calculated",
        "reviewed",
        "authorised",
    ]
    assert steps_from("issued") == []
    order = calculated(staffed)
    staffed.move(staffed.reader("Minh"), order, "stopped", why="khách lấy lại")
    staffed.move(staffed.reader("Minh"), order, "received", why="khách gửi lại")
    assert staffed.get(order).values["calculated_by"] == ""


def test_a_form_writes_no_state_and_nothing_that_results_rest_on(staffed) -> None:
    by_system = "The system writes this field. Use the buttons on the work order's page."
    with pytest.raises(WrongValuesError) as caught:
        staffed.order("PCV-2026-0002", state="authorised", authorised_by="Giang")
    assert str(caught.value) == f"authorised_by: {by_system}; state: {by_system}"
    order = calculated(staffed)
    who = staffed.authoriser()
    with pytest.raises(WrongValuesError) as caught:
        staffed.book.change(who, "work_order", order, {"state": "issued", "calculated_by": "Hoa"}, None)
    assert str(caught.value) == f"calculated_by: {by_system}; state: {by_system}"
    with pytest.raises(WrongValuesError) as caught:
        staffed.book.change(who, "work_order", order, {"procedure": "pressure-gauge"}, None)
    assert str(caught.value) == (
        "procedure: The results rest on this field. Take the order back a step first, then change it."
    )
    assert staffed.book.change(who, "work_order", order, {"seals": "0123"}, None).values["seals"] == "0123"


def test_an_order_is_in_progress_as_soon_as_its_own_bench_has_begun(staffed) -> None:
    order, other = staffed.order().id, staffed.order("PCV-2026-0002").id
    staffed.say(staffed.session("s1", "PCV-2026-0002", state="open"), site="another-laboratory")
    assert take_up_sessions(staffed.engine, staffed.now, staffed.zone) == []
    staffed.say(staffed.session("s2", "PCV-2026-0001", state="open"))
    assert take_up_sessions(staffed.engine, staffed.now, staffed.zone) == ["PCV-2026-0001"]
    assert [staffed.get(one).values["state"] for one in (order, other)] == ["in_progress", "received"]
    assert take_up_sessions(staffed.engine, staffed.now, staffed.zone) == []
