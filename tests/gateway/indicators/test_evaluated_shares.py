"""Percentages: what they are taken of, and what is said when nobody knows."""

import pytest

LISTED = {"of": "listed", "where": {"kind": ["high_risk"]}}
SHARE = {
    "kind": "share",
    "numerator": {"sources": [{"of": "support"}], "count": "organisation"},
    "denominator": {"kind": "records", "sources": [LISTED], "count": "organisation"},
    "within": True,
}
SCHOOLS = {
    "kind": "share",
    "numerator": {"sources": [{"of": "support"}], "count": "organisation"},
    "denominator": {"kind": "statistic", "series": "schools"},
}
HALF = {"unit": "percent", "target": 50}


def listed(known, *organisations: str, since: str = "", until: str = "") -> None:
    for one in organisations:
        known.add("listed", f"l-{one}-{since}", organisation=one, kind="high_risk", since=since, until=until)


@pytest.mark.parametrize(
    ("supported", "value", "state", "strict"),
    [
        ("ab", 50, "met", "not_yet"),
        ("a", 25, "not_yet", "not_yet"),
        ("abc", 75, "exceeded", "met"),
        ("abcd", 100, "exceeded", "met"),
    ],
)
def test_a_share_is_held_to_its_target(known, asked, supported, value, state, strict) -> None:
    listed(known, *"abcd")
    for one in supported:
        known.support(f"s-{one}", one, "2026-03-01")
    found = asked("2026-12-31", measure=SHARE, **HALF)
    assert (found.value, found.state) == (value, state)
    assert asked("2026-12-31", measure=SHARE, **HALF, comparator=">").state == strict
    assert [(one.name, one.value) for one in found.beside] == [("numerator", len(supported)), ("denominator", 4)]
    assert [ref.noun for ref in found.rests_on].count("listed") == 4


def test_only_what_is_on_the_list_is_counted_of_the_list(known, asked) -> None:
    listed(known, "a", "b")
    known.support("s1", "a", "2026-03-01")
    known.support("s2", "z", "2026-03-01")
    assert asked("2026-12-31", measure=SHARE, **HALF).value == 50
    without = asked("2026-12-31", measure={**SHARE, "within": False}, **HALF)
    assert (without.value, [one.code for one in without.doubts]) == (100, [])


GTINS = {
    "kind": "share",
    "numerator": {"sources": [{"of": "traceability"}], "count": "gtin"},
    "denominator": {"kind": "records", "sources": [{"of": "listed"}], "count": "gtin"},
    "within": True,
}


def test_a_listed_product_without_its_number_counts_as_one_and_is_told(known, asked) -> None:
    for row, gtin in (("l1", "8930000000011"), ("l2", "8930000000011"), ("l3", ""), ("l4", None)):
        known.add("listed", row, gtin=gtin, kind="high_risk", since="", until="")
    known.add("traceability", "t1", gtin="8930000000011", published="2026-02-02")
    found = asked("2026-12-31", measure=GTINS, **HALF)
    assert [(one.name, one.value) for one in found.beside] == [("numerator", 1), ("denominator", 3)]
    assert [(one.code, dict(one.parts)) for one in found.doubts] == [
        ("denominator_unnamed", {"n": "2", "field": "listed.gtin"})
    ]
    assert [ref.id for ref in found.rests_on if ref.noun == "listed"] == ["l1", "l2", "l3", "l4"]


def test_without_its_denominator_a_share_cannot_be_said(known, asked) -> None:
    known.support("s1", "a", "2026-03-01")
    found = asked("2026-12-31", measure=SHARE, **HALF)
    assert (found.value, found.state, found.progress) == (None, "cannot_be_said", None)
    assert [(one.code, dict(one.parts)) for one in found.missing] == [("no_denominator", {"of": "listed"})]


@pytest.mark.parametrize("value", [0, None])
def test_a_statistic_that_is_0_or_missing_is_no_denominator(known, asked, value) -> None:
    known.support("s1", "a", "2026-03-01")
    if value is not None:
        known.statistic("schools", 2026, value)
    found = asked("2026-12-31", measure=SCHOOLS, **HALF)
    assert (found.value, [(one.code, dict(one.parts)) for one in found.missing]) == (
        None,
        [("no_denominator", {"of": "schools"})],
    )


def test_the_newest_statistic_up_to_the_day_is_used_with_its_year(known, asked) -> None:
    known.support("s1", "a", "2026-03-01")
    for year, value in ((2024, 10), (2025, 4), (2028, 1)):
        known.statistic("schools", year, value)
    found = asked("2026-12-31", measure=SCHOOLS, **HALF)
    assert (found.value, [(one.name, one.value) for one in found.beside][-1]) == (25, ("denominator_year", 2025))
    assert [(one.code, dict(one.parts)) for one in found.doubts] == [("denominator_of_year", {"year": "2025"})]
    assert [(one.year, one.value) for one in found.history] == [(2026, 25)]


def test_more_than_all_is_flagged(known, asked) -> None:
    known.statistic("schools", 2026, 1)
    known.support("s1", "a", "2026-03-01")
    known.support("s2", "b", "2026-03-01")
    found = asked("2026-12-31", measure=SCHOOLS, **HALF)
    assert (found.value, [(one.code, dict(one.parts)) for one in found.doubts]) == (
        200,
        [("more_than_all", {"numerator": "2", "denominator": "1"})],
    )


def test_a_list_is_taken_as_it_was_on_the_last_day(known, asked) -> None:
    listed(known, "a", "b", until="2026-06-30")
    listed(known, "c", since="2026-07-01")
    listed(known, "d", since="2027-01-01")
    known.support("s1", "c", "2026-03-01")
    found = asked("2026-12-31", measure=SHARE, **HALF)
    assert (found.value, found.beside[1].value) == (100, 1)


def test_what_is_asked_and_answered_later_is_not_answered_yet(known, asked) -> None:
    for row, received, answered in (
        ("r1", "2026-01-05", "2026-01-06"),
        ("r2", "2026-02-05", "2026-04-01"),
        ("r3", "2026-03-05", ""),
    ):
        known.add("information_request", row, received=received, answered=answered, kind="standards")
    requests = {"of": "information_request"}
    measure = {
        "kind": "share",
        "numerator": {"sources": [{**requests, "where": {"answered": "*"}}]},
        "denominator": {"kind": "records", "sources": [requests]},
    }
    before, after = (asked(day, measure=measure, unit="percent", target=100) for day in ("2026-03-31", "2026-04-01"))
    assert (round(before.value, 6), round(after.value, 6)) == (33.333333, 66.666667)
    assert [(one.ref.id, one.why.code) for one in before.not_counted] == [
        ("r2", "in_the_future"),
        ("r3", "lacks_field"),
    ]


def test_a_denominator_needs_no_document_and_a_numerator_does(known, asked) -> None:
    for row, is_integrated, number in (("c1", True, "1"), ("c2", True, ""), ("c3", False, "")):
        known.add("programme_check", row, is_integrated=is_integrated, document_number=number)
    checks = {"of": "programme_check"}
    measure = {
        "kind": "share",
        "numerator": {"sources": [{**checks, "where": {"is_integrated": [True]}}]},
        "denominator": {"kind": "records", "sources": [checks]},
    }
    found = asked("2026-12-31", measure=measure, unit="percent", target=100)
    assert (round(found.value, 6), [one.ref.id for one in found.not_counted]) == (33.333333, ["c2"])


def test_a_single_statistic_can_be_a_target(known, asked) -> None:
    known.statistic("exports", 2025, 7)
    known.statistic("exports", 2026, 9, is_estimate=True)
    measure = {"kind": "statistic", "series": "exports"}
    found = asked("2026-12-31", measure=measure, period="by_year", target=8)
    assert (found.value, found.state, [one.code for one in found.doubts]) == (9, "not_yet", ["estimate"])
    assert [(one.code, dict(one.parts)) for one in found.missing] == [("ahead_so_far", {"year": "2030"})]
    in_year = asked("2026-12-31", measure=measure, period="per_year", target=8)
    assert (in_year.state, in_year.history[0].state) == ("not_yet", "not_yet"), "an estimate is no result"
    before = asked("2025-12-31", measure=measure, period="by_year", target=7, since=2025, until=2025)
    assert (before.state, before.missing) == ("met", ())
    later = asked("2027-06-30", measure=measure, period="per_year", target=8)
    assert (later.value, later.state, [one.code for one in later.missing]) == (None, "cannot_be_said", ["no_statistic"])


def test_a_series_in_two_units_is_refused(known, asked) -> None:
    known.statistic("schools", 2025, 7, unit="trường")
    known.statistic("schools", 2026, 9, unit="nghìn trường")
    found = asked("2026-12-31", measure={"kind": "statistic", "series": "schools"}, period="by_year")
    assert [one.code for one in found.missing] == ["mixed_units", "no_statistic"]
