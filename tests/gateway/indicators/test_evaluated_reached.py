"""Milestones, signed calculations, new fields, and one plan held to another."""

from datetime import date

import pytest

from gateway.indicators.facts import ScopeHeld
from gateway.indicators.plans import evaluate_plan

MILESTONE = {"unit": "milestone", "comparator": "=", "target": True, "feed": "traceability"}


def milestone(known, row: str, day: str, proof: str = "5/QĐ", indicator: str = "own-plan-0") -> None:
    known.add("milestone", row, plan="own-plan", indicator=indicator, reached=day, document_number=proof)


@pytest.mark.parametrize(
    ("day", "proof", "state", "why"),
    [
        ("2026-06-30", "5/QĐ", "met", []),
        ("2025-06-30", "5/QĐ", "met", []),
        ("2026-06-30", "", "not_yet", ["no_document"]),
        ("2026-12-01", "5/QĐ", "not_yet", ["in_the_future"]),
        ("2031-01-01", "5/QĐ", "not_yet", ["too_late"]),
        ("", "5/QĐ", "not_yet", ["no_day"]),
    ],
)
def test_a_milestone_is_reached_on_its_day_with_its_document(known, asked, day, proof, state, why) -> None:
    milestone(known, "m1", day, proof)
    found = asked("2026-11-25", measure={"kind": "milestone"}, **MILESTONE)
    assert (found.state, [one.why.code for one in found.not_counted]) == (state, why)
    assert found.progress == (1 if state == "met" else 0)


def test_a_milestone_of_another_indicator_is_none_of_this_one(known, asked) -> None:
    milestone(known, "m1", "2026-06-30", indicator="other")
    found = asked("2030-12-31", measure={"kind": "milestone"}, **MILESTONE)
    assert (found.state, [one.code for one in found.missing]) == ("not_met", ["no_milestone"])


def test_beside_a_milestone_stand_counts_that_can_be_proven(known, asked) -> None:
    known.add("traceability", "l1", organisation="a", published="2026-03-01", valid_events=3)
    known.add("traceability", "l2", organisation="a", published="2027-03-01", valid_events=3)
    beside = {"lots": {"sources": [{"of": "traceability"}], "vi": "Lô", "en": "Lots"}}
    found = asked("2026-11-25", measure={"kind": "milestone", "beside": beside}, **MILESTONE)
    assert [(one.name, one.value) for one in found.beside] == [("lots", 1)]


RUN = {"since": 2026, "until": 2030, "computed": "2031-03-01", "signed": "2031-04-01", "is_signed": True}


@pytest.mark.parametrize(
    ("changed", "day", "state", "why"),
    [
        ({}, "2031-04-01", "met", ""),
        ({}, "2031-03-31", "not_met", "in_the_future"),
        ({"is_signed": False}, "2031-04-01", "not_met", "not_signed"),
        ({"is_complete": False}, "2031-04-01", "not_met", "not_complete"),
        ({"since": 2027}, "2031-04-01", "not_met", "other_years"),
        ({"since": 2021, "until": 2030}, "2031-04-01", "met", ""),
    ],
)
def test_tfp_is_computed_when_a_complete_run_over_the_years_is_signed(known, asked, changed, day, state, why) -> None:
    known.add("tfp_run", "t1", **{**RUN, "is_complete": True, **changed})
    found = asked(day, measure={"kind": "signed_tfp"}, **{**MILESTONE, "feed": "statistics"})
    assert (found.state, [one.why.code for one in found.not_counted]) == (state, [why] if why else [])


def test_new_fields_are_those_in_the_scope_now_and_not_on_the_base_day(known, asked) -> None:
    known.scope += [
        ScopeHeld(id="1", kind="calibration", field="mass"),
        ScopeHeld(id="2", kind="calibration", field="length", since="2020-12-31"),
        ScopeHeld(id="3", kind="calibration", field="pressure", since="2021-01-01"),
        ScopeHeld(id="4", kind="verification", field="mass", since="2022-01-01"),
        ScopeHeld(id="5", kind="calibration", field="force", since="2022-01-01", until="2022-12-31"),
        ScopeHeld(id="6", kind="test", field="chemical_test", since="2027-01-01"),
    ]
    known.add("certificate", "c1", kind="verification", field="mass", issued="2023-01-01", status="")
    measure = {"kind": "new_fields", "base": "2020-12-31"}
    found = asked("2026-06-30", measure=measure, unit="fields", feed="calibration")
    assert (found.value, found.measured, found.state) == (2, 1, "met")
    assert [ref.id for ref in found.rests_on] == ["3", "4"]


def test_without_any_scope_new_fields_cannot_be_said(asked) -> None:
    found = asked("2026-06-30", measure={"kind": "new_fields", "base": "2020-12-31"}, unit="fields", feed="calibration")
    assert (found.state, [one.code for one in found.missing]) == ("cannot_be_said", ["no_scope"])


def over(
    known, plan_with, earlier: int, later: int, *, pairs: dict[str, str] | None = None, others: bool = True, year=2030
):
    for n in range(earlier):
        known.support(f"e{n}", f"o{n}", "2022-01-01")
    for n in range(later):
        known.support(f"l{n}", f"o{n}", "2027-01-01")
    rows = {"kind": "records", "sources": [{"of": "support"}]}
    measure = {"kind": "over_plan", "plan": "later", "pairs": {"own-plan-0": "later-0"} if pairs is None else pairs}
    target = {"unit": "percent", "comparator": "range", "target": [10, 15]}
    plan = plan_with({"measure": rows, "since": 2021, "until": 2025}, {"measure": measure, **target})
    after = plan_with({"measure": rows}, name="later")
    plans = {"later": after} if others else {}
    return evaluate_plan(plan, known.facts(), date(year, 12, 31), others=plans).indicators[1]


@pytest.mark.parametrize(
    ("later", "value", "state"),
    [(20, 0, "not_met"), (22, 10, "met"), (23, 15, "met"), (24, 20, "exceeded"), (10, -50, "not_met")],
)
def test_a_later_plan_is_held_to_the_results_of_the_earlier(known, plan_with, later, value, state) -> None:
    found = over(known, plan_with, 20, later)
    assert (found.value, found.state) == (value, state)
    assert [(one.name, one.value) for one in found.beside] == [("own-plan-0", value)]


@pytest.mark.parametrize(
    ("asked_for", "code"),
    [
        ({"others": False}, "no_other_plan"),
        ({"pairs": {}}, "no_like_indicators"),
        ({"pairs": {"own-plan-0": "nothing"}}, "no_such_pair"),
        ({"pairs": {"own-plan-1": "later-0"}}, "no_such_pair"),
    ],
)
def test_without_a_pair_nothing_can_be_compared(known, plan_with, asked_for, code) -> None:
    found = over(known, plan_with, 1, 1, **asked_for)
    assert (found.state, [one.code for one in found.missing]) == ("cannot_be_said", [code])


def test_a_plan_without_results_is_nothing_to_compare_with(known, plan_with) -> None:
    found = over(known, plan_with, 0, 5)
    told = {"first_vi": "Chữ", "first_en": "Words", "second_vi": "Chữ", "second_en": "Words"}
    assert (found.state, [(one.code, dict(one.parts)) for one in found.missing]) == (
        "cannot_be_said",
        [("pair_without_value", told)],
    )


@pytest.mark.parametrize(("later", "code"), [(23, "ahead_so_far"), (5, "below_so_far")])
def test_before_the_later_plan_is_over_it_is_ahead_or_below_so_far(known, plan_with, later, code) -> None:
    found = over(known, plan_with, 20, later, year=2029)
    assert (found.state, [(one.code, dict(one.parts)) for one in found.missing]) == (
        "not_yet",
        [(code, {"year": "2030"})],
    )
