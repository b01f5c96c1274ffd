"""Series in parts: which may be joined, and which must not be dropped or mixed in silence."""

import pytest

from gateway.indicators.accounting import account
from gateway.indicators.figures import Figure

MONEY, PERSONS = "tỷ đồng", "nghìn người"


def figures(series: str, values: dict[int, float], unit: str = MONEY, **more) -> list[Figure]:
    return [Figure(series=series, year=year, value=value, unit=unit, **more) for year, value in values.items()]


def growing(first: int, last: int, start: float, rate: float) -> dict[int, float]:
    return {year: start * (1 + rate) ** (year - first) for year in range(first, last + 1)}


def output_and_labour() -> list[Figure]:
    found = figures("grdp_constant", growing(2020, 2025, 1000, 0.07))
    found += figures("employed", growing(2020, 2025, 500, 0.01), PERSONS)
    return found + figures("labour_share", growing(2020, 2025, 60, 0), "%")


def with_investment(newer_from: int) -> list[Figure]:
    """Investment of 15 years in prices of 2010, then in those of 2020."""
    found = output_and_labour() + figures("depreciation_rate", {2005: 6}, "%")
    found += figures("capital_start_growth", {2005: 8}, "%")
    found += figures("investment_constant", growing(2005, 2019, 100, 0.08), price_base=2010)
    every = growing(2005, 2025, 160, 0.08)
    newer = {year: value for year, value in every.items() if year >= newer_from}
    return found + figures("investment_constant", newer, price_base=2020)


def test_investment_before_the_period_is_never_dropped_in_silence() -> None:
    refused = account(with_investment(2020), 2021, 2025)
    assert refused.total.period is None
    parts = {"series": "investment_constant", "sector": "", "older": "2010", "newer": "2020"}
    assert [(one.code, one.parts) for one in refused.problems] == [("cannot_be_linked", parts)]
    joined = account(with_investment(2019), 2021, 2025)
    assert joined.problems == ()
    assert (joined.total.capital.start, joined.links[0].factor) == (2004, pytest.approx(1.6))


def test_persons_have_no_price_base() -> None:
    found = [one for one in output_and_labour() if one.series != "employed"]
    found += figures("capital_stock", growing(2020, 2025, 3000, 0.08))
    people = growing(2020, 2025, 500, 0.01)
    for base, years in ((2010, (2020, 2021, 2022)), (2020, (2023, 2024, 2025))):
        found += figures("employed", {year: people[year] for year in years}, PERSONS, price_base=base)
    whole = account(found, 2021, 2025)
    assert whole.problems == ()
    assert whole.total.period.labour == pytest.approx(1.0)


def test_a_period_mean_over_a_gap_does_not_hide_a_merger() -> None:
    """Output and capital are joined at 2023; labour of the old boundaries has only both ends."""
    found = []
    for series in ("grdp_constant", "capital_stock"):
        found += figures(series, growing(2020, 2023, 100, 0.07), territory="A")
        found += figures(series, growing(2023, 2025, 250, 0.07), territory="B")
    found += figures("employed", {2020: 500, 2025: 520}, PERSONS, territory="A")
    whole = account(found, 2021, 2025)
    assert whole.total.period is None
    assert (whole.productivity.n, whole.productivity.growth) == (0, None)
    told = [one.parts for one in whole.problems if one.code == "territories_differ"]
    assert told == [{"sector": "", "year": "2025", "territories": "A, B"}]


def test_product_taxes_in_prices_of_another_year_are_told_as_such() -> None:
    found = figures("grdp_constant", {2020: 100, 2021: 107}, territory="A", price_base=2020)
    found += figures("product_taxes_constant", {2020: 5, 2021: 6}, territory="A", price_base=2010)
    whole = account(found, 2021, 2021)
    assert whole.taxes == ()
    told = [one.parts for one in whole.problems if one.code == "taxes_differ"]
    assert told == [{"year": "2021", "taxes": "A · 2010", "output": "A · 2020"}]


def test_the_base_of_a_price_index_is_held_to_that_of_output() -> None:
    found = [one for one in output_and_labour() if one.series != "grdp_constant"]
    found += figures("grdp_constant", growing(2020, 2025, 1000, 0.07), price_base=2020)
    found += figures("depreciation_rate", {2005: 6}, "%") + figures("capital_start_growth", {2005: 8}, "%")
    found += figures("investment_current", growing(2015, 2025, 100, 0.1))
    found += figures("investment_price_index", growing(2015, 2025, 120, 0.03), "%", price_base=2010)
    assert "bases_differ" in account(found, 2021, 2025).flags


def test_sources_of_productivity_are_not_said_where_sectors_employ_others_than_the_whole() -> None:
    found = output_and_labour()
    for sector, part in (("agriculture", 0.3), ("industry", 0.4), ("services", 0.3)):
        found += figures("grdp_constant", growing(2020, 2025, 1000 * part, 0.07), sector=sector)
        found += figures("employed", growing(2020, 2025, 500 * part, 0.0), PERSONS, sector=sector)
    whole = account(found, 2021, 2025)
    assert whole.productivity.growth == pytest.approx(100 * (1.07 / 1.01 - 1))
    assert whole.productivity.by_year == ()
    assert whole.productivity.period is None
    told = [one.parts for one in whole.problems if one.code == "sectors_do_not_add_up"]
    assert told[0] == {"series": "employed", "year": "2021", "difference": "-0.99"}
