"""Growth of the economy as a target: by hand from output, labour and capital.

Output 100, 110, 121 at constant prices, employed persons unchanged, capital unchanged: everything is growth of TFP, so
its share is 100 % and labour productivity grows by 10 % a year.
"""

import pytest

SHARE = {"measure": {"kind": "tfp_share"}, "unit": "percent", "comparator": ">", "target": 55, "feed": "statistics"}
PRODUCTIVITY = {
    "measure": {"kind": "labour_productivity_growth"},
    "unit": "percent_per_year",
    "target": 7,
    "period": "average_per_year",
    "feed": "statistics",
}


def economy(known, output: dict[int, float], labour: float = 0.0, capital: float = 0.0) -> None:
    """Levels by year; labour and capital grow by so much each year."""
    for n, (year, value) in enumerate(output.items()):
        money = {"unit": "VND billion", "price_base": 2010}
        known.statistic("grdp_constant", year, value, **money)
        known.statistic("employed", year, 1000 * (1 + labour) ** n, unit="thousand persons")
        known.statistic("capital_stock", year, 300 * (1 + capital) ** n, **money)
        known.statistic("labour_share", year, 0.7, unit="1")


def test_when_labour_and_capital_stand_still_all_growth_is_tfp(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110, 2027: 121})
    found = asked("2027-12-31", **SHARE, until=2027)
    assert (round(found.value, 6), found.state) == (100, "met")
    beside = {one.name: one.value for one in found.beside}
    assert round(beside["last_year"], 6) == 100
    assert round(beside["output_growth"], 6) == 10
    assert [(one.year, round(one.value, 6)) for one in found.history] == [(2026, 100), (2027, 100)]
    assert {ref.noun for ref in found.rests_on} == {"statistic"}


def test_the_share_is_what_labour_and_capital_leave(known, asked) -> None:
    # Output +10 %, labour +2 %, capital +4 %: TFP = 10 - 0.7 * 2 - 0.3 * 4 = 7.4 points, 74 % of 10.
    economy(known, {2025: 100, 2026: 110}, labour=0.02, capital=0.04)
    found = asked("2026-12-31", **SHARE)
    assert round(found.value, 6) == 74
    strict = asked("2026-12-31", **{**SHARE, "target": 74})
    assert strict.state == "not_yet", "a share that equals the target is not above it"


def test_period_and_last_year_are_both_shown_and_which_one_is_judged_is_said(known, asked) -> None:
    # 2026: output +10 %, all of it TFP. 2027: output +1 % with labour +2 %: TFP = 1 - 1.4 = -0.4, a share of -40 %.
    for series, values, unit in (
        ("grdp_constant", (100, 110, 111.1), "VND billion"),
        ("employed", (1000, 1000, 1020), "persons"),
        ("capital_stock", (300, 300, 300), "VND billion"),
        ("labour_share", (0.7, 0.7, 0.7), "1"),
    ):
        for year, value in zip((2025, 2026, 2027), values, strict=True):
            known.statistic(series, year, value, unit=unit)
    period = asked("2027-12-31", **SHARE, until=2027)
    year = asked("2027-12-31", **{**SHARE, "measure": {"kind": "tfp_share", "judged": "last_year"}}, until=2027)
    assert (period.state, year.state) == ("met", "not_met")
    assert round(year.value, 6) == -40
    assert {one.name: one.value for one in period.beside} == {one.name: one.value for one in year.beside} | {
        "output_growth": period.beside[-1].value
    }
    assert "judged_by_period" in {one.code for one in period.doubts}
    assert "judged_by_last_year" in {one.code for one in year.doubts}


def test_a_share_of_falling_output_is_never_met(known, asked) -> None:
    # Output -10 %, nothing else moves: TFP -10 points, a share of 100 %.
    economy(known, {2025: 100, 2026: 90})
    found = asked("2026-12-31", **SHARE)
    assert (round(found.value, 6), found.state) == (100, "not_yet")
    assert "output_fell" in {one.code for one in found.doubts}


def test_how_a_plan_is_read_is_told_by_its_file_and_not_among_doubts(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110})
    words = {"vi": "Xét cả giai đoạn.", "en": "The period is judged."}
    told = {one.code for one in asked("2026-12-31", **SHARE, reading=words).doubts}
    assert not told & {"judged_by_period", "reading"}


def test_small_growth_is_flagged(known, asked) -> None:
    economy(known, {2025: 100, 2026: 100.05})
    assert "economy_small_growth" in {one.code for one in asked("2026-12-31", **SHARE).doubts}


def test_labour_productivity_grows_by_the_geometric_mean(known, asked) -> None:
    # +21 % over two years is 10 % a year; the arithmetic mean of 5 % and 15.238 % is above 10.
    economy(known, {2025: 100, 2026: 105, 2027: 121})
    found = asked("2027-12-31", **PRODUCTIVITY, until=2027)
    assert (round(found.value, 6), found.state) == (10, "exceeded")
    assert [(one.year, round(one.value, 3)) for one in found.history] == [(2026, 5), (2027, 15.238)]


def test_years_that_are_there_so_far_are_said(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110})
    found = asked("2028-06-30", **PRODUCTIVITY)
    assert (round(found.value, 6), found.state) == (10, "not_yet")
    gaps = {one.code: dict(one.parts) for one in found.missing}
    assert gaps["years_so_far"] == {"since": "2026", "until": "2026"}
    assert gaps["ahead_so_far"] == {"year": "2030"}


@pytest.mark.parametrize("indicator", [SHARE, PRODUCTIVITY])
@pytest.mark.parametrize(("output", "code"), [(110, "ahead_so_far"), (100.01, "below_so_far")])
@pytest.mark.parametrize(
    ("day", "state"), [("2027-06-30", "not_yet"), ("2030-12-31", "not_yet"), ("2031-01-01", "cannot_be_said")]
)
def test_a_mean_that_lacks_years_is_ahead_or_below_so_far_and_neither_met_nor_missed(
    known, asked, indicator, output, code, day, state
) -> None:
    economy(known, {2025: 100, 2026: output}, labour=0.0001)
    found = asked(day, **indicator)
    assert found.state == state
    assert [one.code for one in found.missing if one.code.endswith("_so_far")] == sorted(["years_so_far", code])


def test_the_last_year_of_a_share_is_not_met_before_it_is_there(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110})
    measure = {"kind": "tfp_share", "judged": "last_year"}
    found = asked("2027-12-31", **{**SHARE, "measure": measure})
    assert (round(found.value, 6), found.state) == (100, "not_yet")
    assert "ahead_so_far" in {one.code for one in found.missing}


@pytest.mark.parametrize("series", ["grdp_constant", "capital_stock"])
def test_a_newest_year_that_is_an_estimate_is_not_met(known, asked, series) -> None:
    economy(known, {2025: 100, 2026: 110, 2027: 121})
    (at,) = (n for n, one in enumerate(known.rows) if one.values["series"] == series and one.values["year"] == 2027)
    known.rows[at].values["is_estimate"] = True
    states = [asked("2027-12-31", **one, until=2027).state for one in (SHARE, PRODUCTIVITY)]
    # Growth of output per person knows nothing of capital.
    assert states == (["not_yet"] * 2 if series == "grdp_constant" else ["not_yet", "exceeded"])
    found = asked("2028-06-30", **SHARE, until=2027)
    gaps = {one.code: dict(one.parts) for one in found.missing}
    assert (found.state, gaps) == (
        "cannot_be_said",
        {"newest_estimated": {"year": "2027"}, "ahead_so_far": {"year": "2027"}},
    )


def test_a_share_of_falling_output_is_neither_ahead_nor_below(known, asked) -> None:
    economy(known, {2025: 100, 2026: 90})
    codes = {one.code for one in asked("2026-12-31", **SHARE).missing}
    assert "years_so_far" in codes
    assert not codes & {"ahead_so_far", "below_so_far"}


def test_once_the_period_is_over_a_mean_that_lacks_years_cannot_be_said(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110})
    found = asked("2031-06-30", **PRODUCTIVITY)
    assert (round(found.value, 6), found.state) == (10, "cannot_be_said")


def test_statistics_of_later_years_are_not_used(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110, 2027: 220})
    assert round(asked("2026-12-31", **PRODUCTIVITY).value, 6) == 10


@pytest.mark.parametrize("indicator", [SHARE, PRODUCTIVITY])
def test_without_statistics_growth_cannot_be_said(asked, indicator) -> None:
    found = asked("2028-06-30", **indicator)
    assert (found.value, found.state) == (None, "cannot_be_said")
    assert found.missing


def test_what_pilots_changed_stands_beside_the_growth_and_is_not_in_it(known, asked) -> None:
    economy(known, {2025: 100, 2026: 110})
    for n, change in enumerate((1.0, 3.0, 9.0)):
        known.pilot(f"p{n}", "x", "2026-01-01")
        known.judge(f"p{n}", "improved", "2026-06-30", "labour_productivity", before=20, change=change)
    beside = {"pilots": {"figure": "labour_productivity", "vi": "Mô hình", "en": "Pilots"}}
    found = asked("2026-12-31", **{**PRODUCTIVITY, "measure": {**PRODUCTIVITY["measure"], "beside": beside}})
    assert round(found.value, 6) == 10
    assert {one.name: one.value for one in found.beside}["pilots"] == 15, "the median of 5, 15 and 45 per cent"
