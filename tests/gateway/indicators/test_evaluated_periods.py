"""Comparators and periods: what is met when, on the days on which it changes."""

import pytest

ROWS = {"kind": "records", "sources": [{"of": "support"}]}


def filled(known, **per_day: int) -> None:
    for day, number in per_day.items():
        for n in range(number):
            known.support(f"{day}-{n}", f"o{n}", day[1:].replace("_", "-"))


@pytest.mark.parametrize(
    ("comparator", "target", "values"),
    [
        (">=", 3, {2: "not_yet", 3: "met", 4: "exceeded"}),
        (">", 3, {2: "not_yet", 3: "not_yet", 4: "met", 9: "met"}),
        ("range", [2, 4], {1: "not_yet", 2: "met", 4: "met", 5: "exceeded"}),
        ("about", 3, {2: "not_yet", 3: "met", 4: "exceeded"}),
    ],
)
def test_a_value_is_held_to_its_target_as_the_plan_words_it(known, asked, comparator, target, values) -> None:
    told = {}
    for value in values:
        known.rows.clear()
        filled(known, d2026_01_01=value)
        told[value] = asked("2026-06-30", measure=ROWS, comparator=comparator, target=target).state
    assert told == values


def test_about_is_told_unless_the_plans_file_says_how_it_is_read(asked) -> None:
    about = {"measure": ROWS, "comparator": "about"}
    assert [one.code for one in asked("2026-06-30", **about).doubts] == ["about"]
    words = {"vi": "“Khoảng 2” đọc là ít nhất 2.", "en": '"About 2" is read as at least 2.'}
    assert asked("2026-06-30", **about, reading=words, ambiguity=words).doubts == ()
    assert asked("2025-06-30", **about, reading=words).doubts == ()


def test_a_mean_of_years_is_of_the_full_ones_and_met_when_the_last_is_over(known, asked) -> None:
    filled(known, d2026_05_01=1, d2027_05_01=6, d2028_05_01=9)
    mean = {"measure": ROWS, "period": "average_per_year", "target": 3, "until": 2028}
    told = {day: asked(day, **mean) for day in ("2026-06-30", "2027-06-30", "2028-06-30", "2028-12-31")}
    assert [(one.value, one.state) for one in told.values()] == [
        (None, "not_yet"),
        (1, "not_yet"),
        (3.5, "not_yet"),
        (16 / 3, "exceeded"),
    ]
    assert [[gap.code for gap in one.missing] for one in told.values()] == [
        ["no_full_year", "no_records"] if not known.rows else ["no_full_year"],
        ["below_so_far", "years_so_far"],
        ["ahead_so_far", "years_so_far"],
        [],
    ]


@pytest.mark.parametrize(
    ("period", "day", "state", "year"),
    [
        ("per_year", "2025-12-31", "not_begun", None),
        ("per_year", "2026-01-01", "not_yet", 2026),
        ("per_year", "2026-12-30", "not_yet", 2026),
        ("per_year", "2026-12-31", "not_met", 2026),
        ("per_year", "2027-01-01", "not_yet", 2027),
        ("per_year", "2031-05-05", "not_met", 2030),
        ("whole_period", "2025-12-31", "not_begun", None),
        ("whole_period", "2030-12-30", "not_yet", None),
        ("whole_period", "2030-12-31", "not_met", None),
        ("by_year", "2030-12-30", "not_yet", None),
        ("by_year", "2030-12-31", "not_met", None),
    ],
)
def test_a_target_is_not_met_when_its_time_is_over_and_never_before(asked, period, day, state, year) -> None:
    found = asked(day, measure=ROWS, period=period)
    assert (found.state, found.year) == (state, year)


def test_per_year_runs_from_1_january_to_31_december(known, asked) -> None:
    filled(known, d2025_12_31=1, d2026_01_01=2, d2026_12_31=3, d2027_01_01=4)
    found = asked("2027-06-30", measure=ROWS, period="per_year", target=5)
    assert [(one.year, one.value, one.state, one.is_full) for one in found.history] == [
        (2026, 5, "met", True),
        (2027, 4, "not_yet", False),
    ]
    assert (found.value, found.since, found.until, found.progress) == (4, "2027-01-01", "2027-06-30", 0.8)


def test_a_full_year_above_its_target_stays_exceeded_in_the_history(known, asked) -> None:
    filled(known, d2026_05_01=6, d2027_05_01=2)
    found = asked("2028-01-01", measure=ROWS, period="per_year", target=5)
    assert [(one.year, one.state) for one in found.history] == [
        (2026, "exceeded"),
        (2027, "not_met"),
        (2028, "not_yet"),
    ]
    assert found.trend == "down"


def test_the_whole_period_is_cumulated(known, asked) -> None:
    filled(known, d2026_05_01=1, d2027_05_01=2, d2028_05_01=3)
    found = asked("2028-12-31", measure=ROWS, target=6)
    assert [(one.year, one.value, one.value_of, one.state) for one in found.history] == [
        (2026, 1, 1, None),
        (2027, 2, 3, None),
        (2028, 3, 6, None),
    ]
    assert (found.value, found.state, found.trend) == (6, "met", "up")


def test_an_enterprise_of_two_years_counts_once_in_the_period_and_once_in_each_year(known, asked) -> None:
    known.support("s1", "a", "2026-05-01")
    known.support("s2", "a", "2027-05-01")
    found = asked("2027-12-31", measure={**ROWS, "count": "organisation"})
    assert [(one.value, one.value_of) for one in found.history] == [(1, 1), (1, 1)]


def test_an_estimate_is_the_one_entered_by_the_day_and_never_an_extrapolation(known, asked) -> None:
    filled(known, d2026_05_01=1)
    for row, day, value, year in (
        ("e1", "2026-10-01", 7, 2026),
        ("e2", "2026-11-01", 8, 2026),
        ("e3", "2026-12-01", 9, 2026),
        ("e4", "2026-10-01", 70, 2027),
    ):
        known.add("year_estimate", row, plan="own-plan", indicator="own-plan-0", year=year, value=value, estimated=day)
    known.add("year_estimate", "e5", plan="x", indicator="own-plan-0", year=2026, value=1, estimated="2026-11-02")
    found = asked("2026-11-25", measure=ROWS, period="per_year")
    assert (found.value, found.estimate, found.history[0].estimate) == (1, 8, 8)
    over = asked("2026-12-31", measure=ROWS, period="per_year")
    assert (over.estimate, over.history[0].estimate) == (None, None)
    assert asked("2026-09-30", measure=ROWS, period="per_year").estimate is None


def test_a_target_of_all_is_met_and_never_exceeded(known, asked) -> None:
    known.add("programme_check", "c1", plan="own-plan", is_integrated=True, document_number="1")
    checks = {"of": "programme_check"}
    measure = {
        "kind": "share",
        "numerator": {"sources": [{**checks, "where": {"is_integrated": [True]}}]},
        "denominator": {"kind": "records", "sources": [checks]},
    }
    assert asked("2026-06-30", measure=measure, unit="percent", target=100).state == "met"
    assert asked("2026-06-30", measure=measure, unit="percent", target=90).state == "exceeded"
