"""Capital by perpetual inventory, sectors, reallocation and shift-share, held to worked examples."""

import math

import pytest

from gateway.indicators.accounting import account
from gateway.indicators.accounts import Options
from gateway.indicators.capital import MID_YEAR, perpetual_inventory
from gateway.indicators.economy import economy_of
from gateway.indicators.facts import Record
from gateway.indicators.figures import SECTORS, Figure
from gateway.indicators.productivity import Sector, labour_productivity, shift_share

MONEY, PERSONS = "VND billion", "thousand persons"


def figures(series: str, values: dict[int, float], unit: str = MONEY, **more) -> list[Figure]:
    return [Figure(series=series, year=year, value=value, unit=unit, **more) for year, value in values.items()]


def test_the_stock_is_the_sum_of_what_is_left_of_every_investment() -> None:
    investment = {2015 + k: 10.0 + 3 * k for k in range(8)}
    stocks = perpetual_inventory(investment, depreciation=0.06, start_growth=0.09)
    # A second method: the stock at the start and each investment, written down on their own.
    for last in range(2015, 2023):
        left = 10 / 0.15 * 0.94 ** (last - 2014)
        left += sum(value * 0.94 ** (last - year) for year, value in investment.items() if year <= last)
        assert stocks[last] == pytest.approx(left)
    middle = perpetual_inventory(investment, depreciation=0.06, start_growth=0.09, timing=MID_YEAR)
    assert middle[2016] == pytest.approx((stocks[2015] + stocks[2016]) / 2)
    assert min(middle) == 2015


@pytest.mark.parametrize(
    ("investment", "depreciation", "growth"),
    [({}, 0.05, 0.05), ({2020: 1.0, 2022: 1.0}, 0.05, 0.05), ({2020: 1.0}, 1.0, 0.05), ({2020: 1.0}, 0.05, -0.05)],
)
def test_an_inventory_over_a_gap_or_without_rates_is_refused(investment, depreciation, growth) -> None:
    with pytest.raises(ValueError, match=r"must have every year|need 0 <= d"):
        perpetual_inventory(investment, depreciation=depreciation, start_growth=growth)


def test_capital_comes_from_deflated_investment_and_its_rates_are_told() -> None:
    found = figures("grdp_constant", {2020: 100.0, 2021: 106.0}) + figures("employed", {2020: 9.0, 2021: 9.0}, PERSONS)
    found += figures("investment_current", {2019: 20.0, 2020: 22.0, 2021: 25.2})
    found += figures("investment_price_index", {2019: 98.0, 2020: 100.0, 2021: 105.0}, "%", price_base=2020)
    found += figures("depreciation_rate", {2019: 6.0}, "%") + figures("capital_start_growth", {2019: 4.0}, "%")
    whole = account(found, 2021, 2021)
    start = 20 / 0.98 / 0.10
    k2020 = start * 0.94**2 + 20 / 0.98 * 0.94 + 22
    k2021 = k2020 * 0.94 + 24
    assert whole.total.steps[0].capital == pytest.approx(100 * (k2021 / k2020 - 1))
    basis = whole.total.capital
    assert (basis.source, basis.start, basis.depreciation, basis.start_growth) == ("inventory", 2018, 0.06, 0.04)
    assert basis.start_stock == pytest.approx(start)
    assert (whole.options.depreciation, whole.options.start_growth) == (0.06, 0.04)


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ([], "no_rate"),
        (figures("depreciation_rate", {2019: 6, 2020: 7}, "%"), "several_rates"),
        (
            figures("depreciation_rate", {2019: 100}, "%") + figures("capital_start_growth", {2019: 4}, "%"),
            "rate_outside",
        ),
    ],
)
def test_an_inventory_without_its_rates_gives_no_capital_and_no_tfp(extra, code) -> None:
    found = figures("grdp_constant", {2020: 100.0, 2021: 106.0}) + figures("employed", {2020: 9.0, 2021: 9.0}, PERSONS)
    found += figures("investment_constant", {2019: 20.0, 2020: 22.0, 2021: 24.0})
    whole = account([*found, *extra], 2021, 2021)
    assert code in [one.code for one in whole.problems]
    assert "no_series" not in [one.code for one in whole.problems]
    assert whole.total.period is None
    assert whole.productivity.growth == pytest.approx(6.0)


def test_an_index_against_the_year_before_is_not_taken_for_one_of_a_base_year() -> None:
    found = figures("investment_current", {2019: 20.0, 2020: 22.0})
    found += figures("investment_price_index", {2019: 103.0, 2020: 104.0}, "%", price_base=2020)
    whole = account(found, 2020, 2020)
    assert [one.parts for one in whole.problems if one.code == "index_base"] == [{"year": "2020", "value": "104"}]


def sectors_and_whole() -> list[Figure]:
    """Two years of three sectors, product taxes, and their sums."""
    added = {"agriculture": (300.0, 309.0), "industry": (400.0, 440.0), "services": (250.0, 270.0)}
    capital = {"agriculture": (500.0, 510.0), "industry": (900.0, 990.0), "services": (600.0, 660.0)}
    people = {"agriculture": (500.0, 480.0), "industry": (250.0, 270.0), "services": (250.0, 260.0)}
    shares = {"agriculture": 0.8, "industry": 0.5, "services": 0.55}
    found = []
    for sector in SECTORS:
        for series, values, unit in (
            ("grdp_constant", added[sector], MONEY),
            ("capital_stock", capital[sector], MONEY),
            ("employed", people[sector], PERSONS),
            ("labour_share", (shares[sector],) * 2, "1"),
        ):
            found += figures(series, {2020: values[0], 2021: values[1]}, unit, sector=sector)
    found += figures("product_taxes_constant", {2020: 50.0, 2021: 61.0})
    found += figures("grdp_constant", {2020: 1000.0, 2021: 1080.0})
    found += figures("capital_stock", {2020: 2000.0, 2021: 2160.0})
    found += figures("employed", {2020: 1000.0, 2021: 1010.0}, PERSONS)
    return found + figures("labour_share", {2020: 0.6, 2021: 0.6}, "1")


def test_reallocation_is_total_tfp_less_the_weighted_tfp_of_the_sectors() -> None:
    whole = account(sectors_and_whole(), 2021, 2021)
    assert whole.problems == ()
    yearly, period = whole.reallocation
    # By hand: agriculture 3 - 0.2 * 2 + 0.8 * 4 = 5.8, weight 0.3; industry 10 - 0.5 * 10 - 0.5 * 8 = 1, weight 0.4;
    # services 8 - 0.45 * 10 - 0.55 * 4 = 1.3, weight 0.25; total 8 - 0.4 * 8 - 0.6 * 1 = 4.2.
    assert yearly.by_sector == pytest.approx({"agriculture": 1.74, "industry": 0.4, "services": 0.325})
    assert (yearly.total, yearly.reallocation, yearly.taxes) == pytest.approx((4.2, 1.735, 1.1))
    assert period.reallocation == pytest.approx(yearly.reallocation)
    taxes, over_period = whole.taxes
    assert (taxes.growth, taxes.contribution, over_period.contribution) == pytest.approx((22.0, 1.1, 1.1))


def test_contributions_of_sectors_and_taxes_add_up_to_growth() -> None:
    whole = account(sectors_and_whole(), 2021, 2021)
    weights = {"agriculture": 0.3, "industry": 0.4, "services": 0.25}
    grown = sum(weights[one.sector] * one.steps[0].output for one in whole.sectors) + whole.taxes[0].contribution
    assert grown == pytest.approx(whole.total.steps[0].output)


def test_sectors_that_do_not_add_up_to_the_whole_are_told() -> None:
    found = [one for one in sectors_and_whole() if (one.series, one.sector, one.year) != ("grdp_constant", "", 2021)]
    whole = account([*found, *figures("grdp_constant", {2021: 1100.0})], 2021, 2021)
    assert [one.parts for one in whole.problems] == [{"series": "grdp_constant", "year": "2021", "difference": "-1.82"}]


def test_the_sources_of_labour_productivity_add_up_and_taxes_are_one_of_them() -> None:
    whole = account(sectors_and_whole(), 2021, 2021)
    [one] = whole.productivity.by_year
    assert one.within + one.static + one.dynamic + one.taxes == pytest.approx(one.growth)
    assert one.growth == pytest.approx(100 * (1080 / 1010 / 1 - 1))
    # By hand, agriculture: p 0.6 -> 0.64375, l 0.5 -> 480/1010, S0 0.95.
    shift = 480 / 1010 - 0.5
    by_hand = (0.5 * 0.04375, shift * 0.6, shift * 0.04375)
    assert one.by_sector["agriculture"] == pytest.approx([100 * part / 0.95 for part in by_hand])
    without_taxes = 100 * ((1019 / 1010) / 0.95 - 1)
    assert one.within + one.static + one.dynamic == pytest.approx(without_taxes)


def test_without_product_taxes_the_factor_is_nothing() -> None:
    first = {"a": Sector(60, 30), "b": Sector(40, 10)}
    second = {"a": Sector(66, 28), "b": Sector(55, 13)}
    one = shift_share((2020, 2021), (first, second), (100, 121))
    assert one.taxes == pytest.approx(0)
    assert one.growth == pytest.approx(100 * ((121 / 41) / (100 / 40) - 1))


@pytest.mark.parametrize(
    ("second", "output"),
    [({"a": Sector(1, 1), "c": Sector(1, 1)}, (2, 2)), ({"a": Sector(1, 0), "b": Sector(1, 1)}, (2, 2))],
)
def test_sectors_that_differ_or_employ_nobody_are_refused(second, output) -> None:
    with pytest.raises(ValueError, match=r"same sectors|employed > 0"):
        shift_share((2020, 2021), ({"a": Sector(1, 1), "b": Sector(1, 1)}, second), output)


@pytest.mark.parametrize("employed", [0.0, -1.0, math.nan, math.inf])
def test_productivity_of_nobody_is_refused(employed) -> None:
    with pytest.raises(ValueError, match="employed must be finite and > 0"):
        labour_productivity(1.0, employed)


def test_tornqvist_reallocation_weighs_by_the_mean_of_both_years() -> None:
    whole = account(sectors_and_whole(), 2021, 2021, Options(method="tornqvist"))
    steps = {one.sector: one.steps[0] for one in whole.sectors}
    weight = (400 / 1000 + 440 / 1080) / 2
    assert whole.reallocation[0].by_sector["industry"] == pytest.approx(weight * steps["industry"].tfp)
    assert whole.taxes[0].contribution == pytest.approx((50 / 1000 + 61 / 1080) / 2 * 100 * math.log(61 / 50))


def statistic(row: str, series: str, year: int, value: float, unit: str, **more) -> Record:
    values = {"province": "p", "series": series, "year": year, "value": value, "unit": unit, **more}
    retired = values.pop("retired_at", 0)
    return Record(noun="statistic", id=row, values=values, retired_at=retired)


def rows() -> list[Record]:
    found = []
    for k, (year, output, capital, labour) in enumerate(((2025, 100, 300, 50), (2026, 108, 330, 50.5))):
        found.append(statistic(f"y{k}", "grdp_constant", year, output, "tỷ đồng", price_base=2010))
        found.append(statistic(f"k{k}", "capital_stock", year, capital, "tỷ đồng", price_base=2010))
        found.append(statistic(f"l{k}", "employed", year, labour, "nghìn người"))
        found.append(statistic(f"s{k}", "labour_share", year, 60, "%"))
    return [*found, statistic("other", "ocop_products", 2026, -5, "products")]


def test_an_economy_comes_from_the_registrys_statistics_with_what_it_rests_on() -> None:
    economy = economy_of(rows(), 2026, 2026)
    assert (economy.n, economy.is_complete, economy.problems) == (1, True, ())
    assert (economy.output, economy.tfp, economy.tfp_share) == pytest.approx((8.0, 3.4, 42.5))
    assert economy.labour_productivity == pytest.approx(100 * (108 / 50.5 / 2 - 1))
    assert economy.rests_on == ("k0", "k1", "l0", "l1", "s0", "s1", "y0", "y1")
    [year] = economy.years
    assert (year.capital, year.labour, year.tfp_share) == pytest.approx((4.0, 0.6, 42.5))


def test_a_row_out_of_use_counts_for_nothing() -> None:
    wrong = statistic("old", "grdp_constant", 2026, -1, "tỷ đồng", retired_at=5)
    assert economy_of([*rows(), wrong], 2026, 2026) == economy_of(rows(), 2026, 2026)


def test_productivity_is_said_where_capital_ends_before_and_tfp_is_not() -> None:
    more = [statistic("y2", "grdp_constant", 2027, 113.4, "tỷ đồng", price_base=2010)]
    more.append(statistic("l2", "employed", 2027, 50.5, "nghìn người"))
    economy = economy_of([*rows(), *more], 2026, 2027)
    assert (economy.n, economy.tfp_share, economy.is_complete) == (2, None, False)
    assert economy.labour_productivity == pytest.approx(100 * (math.sqrt(113.4 / 50.5 / 2) - 1))
    assert {one.code for one in economy.problems} == {"missing_year", "capital_ends_before"}
    assert [(one.year, one.tfp is None) for one in economy.years] == [(2026, False), (2027, True)]


def test_falling_output_is_flagged_in_its_year_and_in_the_period() -> None:
    fell = [
        one if one.id != "y1" else statistic("y1", "grdp_constant", 2026, 96, "tỷ đồng", price_base=2010)
        for one in rows()
    ]
    economy = economy_of(fell, 2026, 2026)
    assert "output_fell" in economy.flags
    assert "output_fell" in economy.years[0].flags
    assert economy.tfp_share > 100
