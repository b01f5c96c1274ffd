"""Growth accounting held to a published index, to hand-worked examples and to a second method."""

import csv
import math
import re
import tomllib
from pathlib import Path

import pytest

from gateway.indicators.accounting import account
from gateway.indicators.accounts import (
    ASSUMED_SHARE,
    BASES_DIFFER,
    ESTIMATE,
    KEPT_SHARE,
    LINKED,
    YEAR_FELL,
    Options,
)
from gateway.indicators.figures import Figure
from gateway.indicators.tfp import OUTPUT_FELL, SMALL_GROWTH, growth_step, is_share_met, rate
from gateway.programme import telling
from gateway.reports import growth_told

PWT = Path(__file__).with_name("pwt110_usa.csv")
MONEY, PERSONS = "tỷ đồng", "nghìn người"


def figures(series: str, values: dict[int, float], unit: str = MONEY, **more) -> list[Figure]:
    return [Figure(series=series, year=year, value=value, unit=unit, **more) for year, value in values.items()]


def economy(output, capital, labour, share=None, **more) -> list[Figure]:
    """An economy whose first year is 2020."""
    years = range(2020, 2020 + len(output))
    found = figures("grdp_constant", dict(zip(years, output, strict=True)), **more)
    found += figures("capital_stock", dict(zip(years, capital, strict=True)), **more)
    found += figures("employed", dict(zip(years, labour, strict=True)), PERSONS, **more)
    if share is not None:
        found += figures("labour_share", dict.fromkeys(years, share), "1", **more)
    return found


def codes(accounting) -> list[str]:
    return [one.code for one in accounting.problems]


def test_the_tornqvist_variant_reproduces_the_index_of_the_penn_world_table() -> None:
    rows = list(csv.DictReader(line for line in PWT.read_text("utf-8").splitlines() if not line.startswith("#")))
    found, index = [], {}
    for row in rows:
        year = int(row["year"])
        one = {name: float(value) for name, value in row.items()}
        index[year] = one["rtfpna"]
        found += figures("grdp_constant", {year: one["rgdpna"]}, "USD million")
        found += figures("capital_stock", {year: one["rkna"]}, "USD million")
        found += figures("employed", {year: one["emp"] * one["avh"] * one["hc"]}, "hours")
        found += figures("labour_share", {year: one["labsh"]}, "1")
    whole = account(found, 2004, 2023, Options(method="tornqvist"))
    level = index[2003]
    for step in whole.total.steps:
        level *= math.exp(step.tfp / 100)
        assert level == pytest.approx(index[step.year], abs=2e-7)
    assert [step.year for step in whole.total.steps] == list(range(2004, 2024))
    assert whole.total.period.tfp * 20 / 100 == pytest.approx(math.log(index[2023] / index[2003]), abs=2e-7)
    assert whole.problems == ()


def test_the_discrete_variant_takes_plain_rates_and_the_share_of_the_year() -> None:
    # By hand: output 8 %, capital 10 %, labour 2 %, labour share 0.6: 8 - 0.4 * 10 - 0.6 * 2 = 2.8; 2.8 / 8 = 35 %.
    found = economy([100, 108], [300, 330], [50, 51])
    found += figures("labour_share", {2020: 50, 2021: 60}, "%")
    [step] = account(found, 2021, 2021).total.steps
    assert step.capital_contribution == pytest.approx(4.0)
    assert step.labour_contribution == pytest.approx(1.2)
    assert (step.tfp, step.tfp_share) == pytest.approx((2.8, 35.0))
    assert step.tfp_share + step.capital_part + step.labour_part == pytest.approx(100)


def test_of_a_period_the_mean_rates_come_first_and_the_mean_of_yearly_shares_stands_beside() -> None:
    output, capital, labour = [100, 104, 112.32], [100, 110, 118.8], [100, 101, 103.02]
    whole = account(economy(output, capital, labour, 0.5), 2021, 2022)
    # A second method: everything from the end years at once.
    mean = [100 * (math.sqrt(one[2] / one[0]) - 1) for one in (output, capital, labour)]
    tfp = mean[0] - 0.5 * mean[1] - 0.5 * mean[2]
    period = whole.total.period
    assert (period.n, period.output, period.tfp) == pytest.approx((2, mean[0], tfp))
    assert period.tfp_share == pytest.approx(100 * tfp / mean[0])
    yearly = [100 * (4 - 5 - 0.5) / 4, 100 * (8 - 4 - 1) / 8]
    assert [step.tfp_share for step in whole.total.steps] == pytest.approx(yearly)
    assert whole.total.mean_of_shares == pytest.approx(sum(yearly) / 2)
    assert whole.total.mean_of_shares != pytest.approx(period.tfp_share, abs=1)


def test_a_year_of_falling_output_is_told_of_the_period_too() -> None:
    whole = account(economy([100, 96, 110], [100, 104, 108], [10, 10, 10], 0.5), 2021, 2022)
    assert OUTPUT_FELL in whole.total.steps[0].flags
    assert whole.flags == ("year_fell",)


def test_output_and_capital_in_prices_of_two_years_are_flagged() -> None:
    found = figures("grdp_constant", {2020: 100, 2021: 105}, price_base=2020)
    found += figures("capital_stock", {2020: 100, 2021: 104}, price_base=2010)
    found += figures("employed", {2020: 10, 2021: 10}, PERSONS) + figures("labour_share", {2021: 0.5}, "1")
    assert account(found, 2021, 2021).flags == ("bases_differ",)


def test_sensitivity_shifts_the_labour_share_of_every_year() -> None:
    whole = account(economy([100, 108], [100, 112], [100, 102], 0.6), 2021, 2021)
    low, high = whole.sensitivity
    assert (low.change, high.change) == (-0.05, 0.05)
    assert low.period.tfp == pytest.approx(8 - 0.45 * 12 - 0.55 * 2)
    assert high.period.tfp == pytest.approx(8 - 0.35 * 12 - 0.65 * 2)
    edge = account(economy([100, 108], [100, 112], [100, 102], 0.97), 2021, 2021)
    assert [one.period is None for one in edge.sensitivity] == [False, True]


def test_over_a_missing_year_only_the_mean_between_both_ends_is_said_with_its_n() -> None:
    found = [one for one in economy([100, 105, 110.25], [100, 105, 110.25], [10, 10, 10], 0.5) if one.year != 2021]
    whole = account(found, 2021, 2022)
    assert whole.total.steps == ()
    assert whole.total.period.n == 2
    assert whole.total.period.output == pytest.approx(5.0)
    assert whole.total.mean_of_shares is None
    assert not whole.is_complete
    missing = [one.parts for one in whole.problems if one.code == "missing_year"]
    assert {(one["series"], one["year"]) for one in missing} == {
        ("grdp_constant", "2021"),
        ("capital", "2021"),
        ("employed", "2021"),
    }


def test_without_the_year_before_the_first_no_period_is_said() -> None:
    found = [one for one in economy([100, 105, 110], [100, 105, 110], [10, 10, 10], 0.5) if one.year != 2020]
    whole = account(found, 2021, 2022)
    assert whole.total.period is None
    assert [step.year for step in whole.total.steps] == [2022]


def test_a_period_that_goes_on_is_said_up_to_its_last_year_and_is_not_complete() -> None:
    whole = account(economy([100, 105], [100, 104], [10, 10], 0.5), 2021, 2025)
    assert whole.total.period.n == 1
    assert codes(whole) == ["years_to_come"]
    assert whole.problems[0].parts == {"since": "2022", "until": "2025"}
    assert not whole.is_complete


@pytest.mark.parametrize(
    ("rates", "share", "flags", "met"),
    [
        ((8.0, 4.0, 2.0), 62.5, (), True),
        ((8.0, 8.0, 2.0), 37.5, (), False),
        ((-4.0, 2.0, -1.0), 112.5, (OUTPUT_FELL,), False),  # both negative: the share is positive, and no success
        ((-4.0, -10.0, -2.0), -50.0, (OUTPUT_FELL,), False),  # TFP grew while output fell
        ((0.05, -1.0, 0.0), 1100.0, (SMALL_GROWTH,), True),
        ((0.0, 1.0, 1.0), None, (SMALL_GROWTH,), None),
    ],
)
def test_a_share_of_falling_output_never_counts_as_met(rates, share, flags, met) -> None:
    step = growth_step(2020, 2021, rates, 0.5)
    assert step.tfp_share == (None if share is None else pytest.approx(share))
    assert step.flags == flags
    assert is_share_met(step, 55) is met


def test_a_target_that_must_be_exceeded_is_not_met_at_its_number() -> None:
    step = growth_step(2020, 2021, (10.0, 9.0, 0.0), 0.5)
    assert step.tfp_share == pytest.approx(55)
    exact = growth_step(2020, 2021, (8.0, 8.0, 0.0), 0.5)
    assert (is_share_met(exact, 50), is_share_met(exact, 50, strictly=False)) == (False, True)
    assert is_share_met(None, 50) is None


@pytest.mark.parametrize("levels", [(0.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf)])
def test_a_rate_between_levels_that_are_none_is_refused(levels) -> None:
    with pytest.raises(ValueError, match="levels must be finite and > 0"):
        rate(*levels)


@pytest.mark.parametrize("share", [-0.1, 1.2, math.nan])
def test_a_weight_outside_0_to_1_is_refused(share) -> None:
    with pytest.raises(ValueError, match="labour_share must be 0 to 1"):
        growth_step(2020, 2021, (1.0, 1.0, 1.0), share)


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (figures("grdp_constant", {2021: 105.0}), "duplicate_year"),
        (figures("grdp_constant", {2019: 99.0}, "triệu đồng"), "mixed_units"),
        (figures("grdp_constant", {2019: -99.0}), "not_positive"),
        (figures("grdp_constant", {2019: math.nan}), "not_finite"),
        (figures("grdp_constant", {2019: math.inf}), "not_finite"),
        (figures("employed", {2019: 0.0}, PERSONS), "not_positive"),
        (figures("employed", {2019: 9.0}), "mixed_units"),
        (figures("labour_share", {2019: 1.2}, "1"), "share_outside"),
        (figures("labour_share", {2019: 60}, MONEY), "mixed_units"),
        (figures("capital_share", {2020: 0.6, 2021: 0.6}, "1"), "shares_do_not_sum"),
        (figures("investment_current", {2020: 5.0}, "triệu đồng"), "units_differ"),
        (figures("grdp_constant", {2021: 105.0}, sector="mining"), "unknown_sector"),
        (figures("grdp_constant", {2022: 90.0}, price_base=2020), "cannot_be_linked"),
        (figures("grdp_constant", {2022: 90.0}, territory="sau sáp nhập"), "cannot_be_linked"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
def test_what_is_wrong_with_figures_is_refused_by_name(extra, code) -> None:
    whole = account([*economy([100, 105], [100, 104], [10, 10], 0.5), *extra], 2021, 2022)
    assert code in codes(whole)


def test_a_refused_series_is_not_used_and_the_others_still_are() -> None:
    whole = account(
        [*economy([100, 105], [100, 104], [10, 10], 0.5), *figures("capital_stock", {2019: -1})], 2021, 2021
    )
    assert whole.total.period is None
    assert codes(whole) == ["not_positive"]
    assert whole.productivity.growth == pytest.approx(5.0)


def test_a_change_of_base_is_linked_at_the_year_that_both_give() -> None:
    found = economy([100, 110], [100, 104], [10, 10], 0.5, price_base=2010)
    found += figures("grdp_constant", {2021: 220.0, 2022: 231.0}, price_base=2020)
    found += figures("capital_stock", {2022: 108.16}, price_base=2010)
    found += figures("employed", {2022: 10.0}, PERSONS, price_base=2010)
    whole = account(found, 2021, 2022)
    [link] = whole.links
    assert (link.year, link.factor, link.older, link.newer) == (2021, 2.0, "2010", "2020")
    assert [step.output for step in whole.total.steps] == pytest.approx([10.0, 5.0])
    assert LINKED in whole.total.steps[0].flags
    assert LINKED not in whole.total.steps[1].flags
    assert LINKED in whole.flags


def test_growth_never_mixes_boundaries_before_and_after_a_merger() -> None:
    found = economy([100, 105, 110], [100, 104, 108], [10, 10, 10], 0.5, territory="trước")
    merged = [one for one in found if one.series != "employed"]
    merged += figures("employed", {2020: 25.0, 2021: 26.0, 2022: 27.0}, PERSONS, territory="sau")
    whole = account(merged, 2021, 2022)
    assert whole.total.steps == ()
    assert whole.total.period is None
    assert set(codes(whole)) == {"territories_differ"}
    assert whole.productivity.growth is None


def test_the_share_of_the_accounts_is_that_of_the_year_and_an_assumption_is_named() -> None:
    found = economy([100, 105], [100, 104], [10, 12])
    found += figures("grdp_current", {2021: 200.0})
    found += figures("employee_compensation", {2021: 60.0}) + figures("employees", {2021: 6.0}, PERSONS)
    whole = account(found, 2021, 2021)
    # 60 / 6 employees = 10 each, times 12 employed = 120 of 200.
    assert whole.total.period.labour_share == pytest.approx(0.6)
    assert {one.year: one.source for one in whole.total.shares} == {2020: "kept", 2021: "by_compensation"}
    income = account([*found, *figures("labour_income", {2021: 130.0})], 2021, 2021)
    assert income.total.period.labour_share == pytest.approx(0.65)
    entered = [*found, *figures("labour_share", {2020: 0.55}, "1")]
    assert account(entered, 2021, 2021).total.period.labour_share == pytest.approx(0.6)
    first = account(entered, 2021, 2021, Options(labour_share="entered"))
    assert first.total.period.labour_share == pytest.approx(0.6)  # nothing was entered of 2021
    bare = account(economy([100, 105], [100, 104], [10, 12]), 2021, 2021)
    assert bare.total.period.labour_share == pytest.approx(0.7)
    assert ASSUMED_SHARE in bare.flags
    kept = account([*economy([100, 105], [100, 104], [10, 12]), *figures("labour_share", {2020: 0.5}, "1")], 2021, 2021)
    assert (kept.total.period.labour_share, kept.flags) == (0.5, (KEPT_SHARE,))


def test_a_share_by_accounts_above_1_is_refused() -> None:
    found = economy([100, 105], [100, 104], [10, 12]) + figures("grdp_current", {2021: 200.0})
    whole = account([*found, *figures("labour_income", {2021: 240.0})], 2021, 2021)
    assert [(one.code, one.parts["value"]) for one in whole.problems] == [("share_outside", "1.2")]


def test_an_estimate_is_flagged_wherever_it_goes_in() -> None:
    found = economy([100, 105], [100, 104], [10, 10], 0.5)
    last = [one for one in found if (one.series, one.year) == ("capital_stock", 2021)]
    found = [one for one in found if one not in last] + figures("capital_stock", {2021: 104.0}, is_estimate=True)
    whole = account(found, 2021, 2021)
    assert whole.flags == (ESTIMATE,)
    assert whole.total.steps[0].flags == (ESTIMATE,)
    assert not whole.is_complete


def test_two_hundred_years_are_no_burden() -> None:
    growth = [1.01**k for k in range(200)]
    found = []
    for k, value in enumerate(growth):
        year = 1900 + k
        found += figures("grdp_constant", {year: 100 * value}) + figures("capital_stock", {year: 200 * value})
        found += figures("employed", {year: 10.0}, PERSONS)
    whole = account(found, 1901, 2099)
    assert (len(whole.total.steps), whole.total.period.n) == (199, 199)
    assert whole.total.period.output == pytest.approx(1.0)


def test_the_years_and_options_must_make_sense() -> None:
    with pytest.raises(ValueError, match="the last year 2020 lies before the first 2021"):
        account([], 2021, 2020)
    with pytest.raises(ValueError, match="name what is not there"):
        account([], 2021, 2022, Options(method="translog"))


def test_of_nothing_nothing_is_said_and_what_is_missing_is() -> None:
    whole = account([], 2021, 2022)
    assert [(one.code, one.parts["series"]) for one in whole.problems] == [
        ("no_series", "grdp_constant"),
        ("no_series", "capital"),
        ("no_series", "employed"),
    ]
    assert whole.total.period is None


def test_there_are_words_for_every_flag_and_every_problem() -> None:
    words = tomllib.loads((Path(growth_told.__file__).with_name("growth_words.toml")).read_text("utf-8"))
    modules = (Path(growth_told.__file__).parents[1] / "indicators").glob("*.py")
    ours = ("figures", "linking", "labour_shares", "levels", "accounting", "sector_accounts", "economy")
    text = "".join(one.read_text("utf-8") for one in modules if one.stem in ours)
    codes = set(re.findall(r'(?:code=|\.say\()\s*"([a-z_]+)"', text)) | {"several_rates", "no_rate"}
    assert codes == set(words["gap"])
    flags = {OUTPUT_FELL, SMALL_GROWTH, ESTIMATE, LINKED, ASSUMED_SHARE, KEPT_SHARE, BASES_DIFFER, YEAR_FELL}
    assert set(words["flag"]) == flags
    assert {f"economy_{flag}" for flag in flags} <= telling.codes()
    assert codes <= telling.codes()
