"""Counts of records: what documents prove, turns and distinct things, what stands out with its reason."""

import msgspec
import pytest

SUPPORTS = {"kind": "records", "sources": [{"of": "support"}], "count": "organisation"}
TURNS = {"kind": "records", "sources": [{"of": "support"}], "beside": ["organisation"]}
PILOTS = {
    "kind": "records",
    "sources": [{"of": "pilot", "where": {"state": ["running", "closed"]}, "least": {"tools": 2}}],
}


def reasons(found) -> dict[str, str]:
    return {one.ref.id: one.why.code for one in found.not_counted}


def test_what_a_document_proves_is_counted_and_the_rest_stands_out_with_its_reason(known, asked) -> None:
    known.organisations("a", "b", "c", "d", "e", "f")
    known.support("s1", "a", "2026-03-01")
    known.support("s2", "b", "2026-03-01", proof="")
    known.add("support", "s3", organisation="c", begins="2026-03-01", document_number="", attached=1)
    known.support("s4", "d", "2026-12-01")
    known.support("s5", "e", "2025-12-31")
    known.add("support", "s6", organisation="f", begins="2026-03-01", document_number="1", retired=True)
    found = asked("2026-11-25", measure=SUPPORTS)
    assert (found.value, found.state, found.progress) == (2, "met", 1)
    assert [ref.id for ref in found.rests_on] == ["s1", "s3"]
    assert reasons(found) == {"s2": "no_document", "s4": "in_the_future", "s6": "out_of_use"}
    assert found.coverage == 2 / 3


def test_what_went_out_of_use_and_would_not_have_counted_is_not_told(known, asked) -> None:
    known.support("s1", "a", "2025-03-01", retired=True)
    known.support("s2", "a", "2026-03-01", kind="guidance", retired=True)
    known.support("s3", "a", "2026-03-01", proof="", retired=True)
    measure = {"kind": "records", "sources": [{"of": "support", "where": {"kind": ["basic_tool"]}}]}
    assert reasons(asked("2026-11-25", measure=measure)) == {"s3": "out_of_use"}


def test_a_record_that_lacks_what_is_asked_for_is_told_with_the_field(known, asked) -> None:
    for row, amount, day in (("s1", 5.0, "2026-03-01"), ("s2", None, "2026-03-01"), ("s3", None, "2025-03-01")):
        known.support(row, "a", day, amount=amount)
    known.support("s4", "b", "2026-03-01", kind="guidance", amount=None)
    paid = {"of": "support", "where": {"kind": ["basic_tool"], "amount": "*"}}
    found = asked("2026-11-25", measure={"kind": "records", "sources": [paid]})
    assert [(one.ref.id, one.why.code, dict(one.why.parts)) for one in found.not_counted] == [
        ("s2", "lacks_field", {"field": "support.amount"})
    ]
    # What another source counts lacks nothing.
    either = {"kind": "records", "sources": [paid, {"of": "support", "where": {"kind": ["basic_tool"]}}]}
    assert asked("2026-11-25", measure=either).not_counted == ()


def test_records_that_were_changed_behind_the_day_are_told(known, asked) -> None:
    known.support("s1", "a", "2026-03-01")
    known.support("s2", "b", "2026-04-01")
    known.rows[1] = msgspec.structs.replace(known.rows[1], changed="2026-08-02")
    told = {day: asked(day, measure=SUPPORTS).doubts for day in ("2026-03-31", "2026-08-01", "2026-08-02")}
    assert {day: [(one.code, dict(one.parts)) for one in doubts] for day, doubts in told.items()} == {
        "2026-03-31": [],
        "2026-08-01": [("changed_since", {"n": "1", "day": "2026-08-01"})],
        "2026-08-02": [],
    }


def test_turns_are_rows_and_enterprises_are_counted_once(known, asked) -> None:
    known.organisations("a", "b")
    for row, organisation in (("s1", "a"), ("s2", "a"), ("s3", "b")):
        known.support(row, organisation, f"2026-0{row[1]}-01")
    turns, distinct = asked("2026-06-01", measure=TURNS), asked("2026-06-01", measure=SUPPORTS)
    assert (turns.value, [(one.name, one.value) for one in turns.beside]) == (3, [("organisation", 2)])
    assert distinct.value == 2


@pytest.mark.parametrize(("day", "value"), [("2026-03-04", 0), ("2026-03-05", 1), ("2026-03-06", 1)])
def test_a_record_counts_from_its_day_on(known, asked, day, value) -> None:
    known.support("s1", "a", "2026-03-05")
    assert asked(day, measure=SUPPORTS).value == value


def test_a_person_who_attends_twice_is_two_turns_and_one_person(known, asked) -> None:
    known.training("t1", "2026-03-01")
    known.training("t2", "2026-04-01")
    known.training("t3", "2026-04-01", proof="")
    for n, training in enumerate(("t1", "t2", "t3")):
        known.attendance(f"a{n}", training, "p1")
    measure = {"kind": "records", "sources": [{"of": "attendance"}], "beside": ["person"]}
    found = asked("2026-12-31", measure=measure, unit="person_turns")
    assert (found.value, found.beside[0].value, reasons(found)) == (2, 1, {"a2": "no_document"})


def test_an_attendance_without_its_organisation_is_that_of_the_persons(known, asked) -> None:
    known.add("person", "p1", organisation="a")
    known.add("person", "p2", organisation=None)
    known.training("t1", "2026-03-01")
    known.attendance("a1", "t1", "p1")
    known.attendance("a2", "t1", "p2")
    known.attendance("a3", "t1", "p1", "b")
    measure = {"kind": "records", "sources": [{"of": "attendance"}], "count": "organisation"}
    assert asked("2026-12-31", measure=measure).value == 2


def test_an_attendance_of_a_class_out_of_use_counts_for_nothing(known, asked) -> None:
    known.training("t1", "2026-03-01")
    known.add("training", "t2", begins="2026-03-01", document_number="1", retired=True)
    known.attendance("a1", "t1", "p1")
    known.attendance("a2", "t2", "p1")
    found = asked("2026-12-31", measure={"kind": "records", "sources": [{"of": "attendance"}]})
    assert (found.value, found.not_counted) == (1, ())


def test_a_source_chooses_by_fields_tools_and_what_stands_behind_links(known, asked) -> None:
    known.organisations("a", "b")
    known.organisations("c", kind="school")
    known.support("s1", "a", "2026-01-01", kind="new_system", tools=("5s", "iso_21001"))
    known.support("s2", "b", "2026-01-01", kind="new_system", tools=("5s",))
    known.support("s3", "c", "2026-01-01", kind="new_system", tools=("5s", "iso_21001"))
    known.support("s4", "a", "2026-01-01", kind="guidance", tools=("5s", "iso_21001"))
    where = {"kind": ["new_system"], "organisation.kind": ["enterprise"]}
    measure = {
        "kind": "records",
        "sources": [{"of": "support", "where": where, "has_all": {"tools": ["5s", "iso_21001"]}}],
    }
    assert [ref.id for ref in asked("2026-02-01", measure=measure).rests_on] == ["s1"]


def test_a_record_that_two_sources_mean_counts_once(known, asked) -> None:
    known.support("s1", "a", "2026-01-01")
    measure = {"kind": "records", "sources": [{"of": "support"}, {"of": "support", "where": {"kind": ["basic_tool"]}}]}
    assert asked("2026-02-01", measure=measure).value == 1


@pytest.mark.parametrize(
    ("success", "row"),
    [
        ("certification", ("certification", {"organisation": "a", "issued": "2026-06-01"})),
        ("inhouse_standard", ("inhouse_standard", {"organisation": "a", "declared": "2026-06-01"})),
        ("lot", ("traceability", {"organisation": "a", "published": "2026-06-01", "valid_events": 4})),
        (
            "accepted_lot",
            (
                "traceability",
                {"organisation": "a", "published": "2026-05-01", "accepted": "2026-06-01", "valid_events": 4},
            ),
        ),
    ],
)
def test_successful_asks_for_a_result_within_the_same_days(known, asked, success, row) -> None:
    known.organisations("a", "b")
    known.support("s1", "a", "2026-01-01")
    known.support("s2", "b", "2026-01-01")
    known.add(row[0], "r1", **row[1])
    measure = {"kind": "records", "sources": [{"of": "support", "also_has": [success]}], "count": "organisation"}
    before, after = asked("2026-05-31", measure=measure), asked("2026-06-01", measure=measure)
    assert (before.value, after.value) == (0, 1)
    assert {(ref.noun, ref.id) for ref in after.rests_on} == {("support", "s1"), (row[0], "r1")}
    assert reasons(after) == {"s2": "no_result"}


def test_a_lot_without_a_valid_event_is_no_success(known, asked) -> None:
    known.support("s1", "a", "2026-01-01")
    known.add("traceability", "r1", organisation="a", published="2026-06-01", valid_events=0)
    measure = {"kind": "records", "sources": [{"of": "support", "also_has": ["lot"]}]}
    assert asked("2026-12-31", measure=measure).value == 0


def test_an_improved_pilot_of_the_enterprise_is_a_success_and_one_that_did_not_improve_is_none(known, asked) -> None:
    known.organisations("a", "b")
    for n, organisation in enumerate("ab"):
        known.add("site", f"site-{organisation}", organisation=organisation, kind="factory")
        known.support(f"s{n}", organisation, "2026-01-01")
        known.pilot(f"p{n}", f"site-{organisation}", "2026-01-01")
    known.judge("p0", "improved", "2026-07-31")
    known.judge("p1", "not_improved", "2026-07-31")
    measure = {"kind": "records", "sources": [{"of": "support", "also_has": ["improvement"]}], "count": "organisation"}
    found = asked("2026-12-31", measure=measure, feed="registry", also_feed="measured")
    assert (found.value, found.measured) == (1, 1)


def test_measured_stands_beside_the_official_value_and_never_reduces_it(known, asked) -> None:
    known.add("site", "x", organisation="a", kind="factory")
    for row, state in (("p1", "improved"), ("p2", "not_improved"), ("p3", "not_yet"), ("p4", "cannot_be_said")):
        known.pilot(row, "x", "2026-03-01")
        known.judge(row, state, "2026-07-31")
    known.pilot("p5", "x", "2026-03-01", proof="")
    known.pilot("p6", "x", "2026-03-01", tools=("5s",))
    found = asked("2026-12-31", measure=PILOTS, unit="models", feed="measured")
    assert (found.value, found.measured, reasons(found)) == (4, 2, {"p5": "no_document"})


def test_of_a_pilot_in_two_versions_the_newer_counts(known, asked) -> None:
    known.pilot("p1", "x", "2026-03-01")
    known.pilot("p2", "x", "2026-04-01", replaces="p1")
    found = asked("2026-12-31", measure=PILOTS, unit="models", feed="measured")
    assert [ref.id for ref in found.rests_on] == ["p2"]


def test_measured_by_asks_for_its_own_evidence(known, asked) -> None:
    known.support("s1", "a", "2026-01-01")
    known.support("s2", "b", "2026-01-01")
    known.add("traceability", "r1", organisation="a", published="2026-06-01", valid_events=4)
    found = asked("2026-12-31", measure={**SUPPORTS, "measured_by": ["lot"]}, feed="traceability")
    assert (found.value, found.measured) == (2, 1)


def test_of_what_calibration_feeds_those_with_a_certificate_are_measured(known, asked) -> None:
    known.support("s1", "a", "2026-01-01")
    known.support("s2", "b", "2026-01-01")
    known.add("certificate", "c1", organisation="a", issued="2026-02-01", status="", kind="test", field="mass")
    known.add("certificate", "c2", organisation="b", issued="2026-02-01", status="withdrawn", kind="test", field="mass")
    found = asked("2026-12-31", measure=SUPPORTS, also_feed="calibration")
    assert (found.value, found.measured) == (2, 1)


def test_what_nobody_can_measure_has_no_share_that_is_measured(known, asked) -> None:
    known.support("s1", "a", "2026-01-01")
    assert asked("2026-12-31", measure=SUPPORTS).measured is None


@pytest.mark.parametrize(
    ("day", "value", "why"),
    [("2026-05-31", 0, "in_the_future"), ("2026-06-01", 1, ""), ("2027-05-31", 1, ""), ("2027-06-01", 0, "expired")],
)
def test_a_registration_counts_while_it_is_in_force(known, asked, day, value, why) -> None:
    known.add("certification_activity", "r1", organisation="a", issued="2026-06-01", expires="2027-05-31")
    found = asked(day, measure={"kind": "records", "sources": [{"of": "certification_activity"}]})
    assert (found.value, reasons(found).get("r1", "")) == (value, why)


def test_a_registration_from_before_the_plan_counts_as_long_as_it_is_in_force(known, asked) -> None:
    known.add("certification_activity", "r1", organisation="a", issued="2019-06-01", expires="")
    assert asked("2026-01-01", measure={"kind": "records", "sources": [{"of": "certification_activity"}]}).value == 1


def test_a_club_is_active_in_the_years_in_which_it_did_something(known, asked) -> None:
    for row, founded in (("c1", "2026-01-05"), ("c2", "2026-02-05")):
        known.add("club", row, founded=founded, document_number="7")
    for n, (club, day) in enumerate([("c1", "2026-03-01"), ("c2", "2026-03-01"), ("c1", "2027-03-01")]):
        known.add("club_activity", f"x{n}", club=club, date=day)
    measure = {"kind": "records", "sources": [{"of": "club_activity"}], "count": "club"}
    found = asked("2027-12-31", measure=measure, period="by_year", unit="clubs")
    assert (found.value, [(one.year, one.value) for one in found.history]) == (1, [(2026, 2), (2027, 1)])


def test_a_year_without_a_day_counts_in_its_year(known, asked) -> None:
    known.add("award", "w1", organisation="a", year=2026, document_number="1")
    known.add("award", "w2", organisation="b", year=2027, document_number="1")
    found = asked("2026-02-01", measure={"kind": "records", "sources": [{"of": "award"}]})
    assert (found.value, reasons(found)) == (1, {"w2": "in_the_future"})


def test_a_second_count_from_an_earlier_year_stands_beside(known, asked) -> None:
    known.support("s1", "a", "2023-01-01")
    known.support("s2", "b", "2026-01-01")
    found = asked("2026-12-31", measure={**SUPPORTS, "also_since": 2021}, period="by_year")
    assert (found.value, [(one.name, one.value) for one in found.beside]) == (1, [("since_2021", 2)])


def test_organisations_that_may_be_one_are_a_doubt(known, asked) -> None:
    known.add("organisation", "a", name="Công ty TNHH MTV Thương mại Á Châu", code="1400000001")
    known.add("organisation", "b", name="CTY TNHH Một thành viên TM Á CHÂU", code="1400000002")
    known.add("organisation", "c", name="HTX Tân Bình", code="1400000003")
    known.add("organisation", "d", name="Chi nhánh Sa Đéc", code="1400000003001")
    for n, one in enumerate("abcd"):
        known.support(f"s{n}", one, "2026-01-01")
    found = asked("2026-12-31", measure=SUPPORTS)
    assert found.value == 4
    assert [(one.code, dict(one.parts)) for one in found.doubts] == [
        (
            "one_under_two_names",
            {
                "first": "Công ty TNHH MTV Thương mại Á Châu (1400000001)",
                "second": "CTY TNHH Một thành viên TM Á CHÂU (1400000002)",
            },
        ),
        ("one_under_two_names", {"first": "HTX Tân Bình (1400000003)", "second": "Chi nhánh Sa Đéc (1400000003001)"}),
    ]


def test_what_the_system_does_not_hold_is_said(known, asked) -> None:
    hospitals = {"kind": "records", "sources": [{"of": "pilot", "where": {"site.kind": ["hospital"]}}]}
    found = asked("2026-12-31", measure=hospitals, unit="models", feed="measured")
    assert [(one.code, dict(one.parts)) for one in found.missing] == [
        ("hospital_times_not_held", {}),
        ("no_records", {"of": "pilot"}),
    ]
