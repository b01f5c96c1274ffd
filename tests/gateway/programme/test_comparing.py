"""Like indicators of plans, and figures of countries side by side."""

import pytest

from gateway.programme.comparing import CountryFigure, countries, families
from gateway.programme.plan_files import load_plans
from gateway.registry.book import Entry
from gateway.registry.roles import Place

PLANS = load_plans()


def statistic(territory: str, year: int, value: float, **said: object) -> Entry:
    usual = {"series": "labour_productivity_ppp", "unit": "USD 1000", "price_base": 2017, "source": "APO"}
    values = {**usual, "sector": "", "is_estimate": False, "territory": territory, "year": year, "value": value, **said}
    return Entry(
        noun="statistic",
        id=f"{territory}{year}",
        revision=1,
        label="",
        values=values,
        labels={},
        hidden=frozenset(),
        place=Place(),
        made_at=0,
        changed_at=0,
        changed_by="",
        retired_at=0,
    )


def names(found: list[CountryFigure]) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(one.country, one.year, one.apart) for one in found]


@pytest.fixture(scope="module")
def alike():
    return families(list(PLANS.values()))


def test_like_indicators_are_of_one_unit_and_of_two_plans_at_least(alike) -> None:
    assert alike
    for family in alike:
        assert {one.indicator.unit for one in family.members} == {family.unit}
        assert len({one.plan.id for one in family.members}) > 1
        assert family.unit not in ("milestone", "qualitative")


def test_the_quality_award_stands_beside_that_of_the_plan_before_and_its_years_are_told_apart(alike) -> None:
    [award] = [one for one in alike if "dt26-quality-award" in [member.indicator.id for member in one.members]]
    assert "dt21-quality-award" in [member.indicator.id for member in award.members]
    assert "years" in award.apart


def test_no_indicator_stands_in_two_families(alike) -> None:
    every = [member.indicator.id for family in alike for member in family.members]
    assert len(every) == len(set(every))


def test_what_only_one_plan_has_is_left_out_and_one_plan_is_like_none() -> None:
    [plan, *_] = PLANS.values()
    assert families([plan]) == []
    assert families([]) == []


def test_a_family_stands_alike_whatever_the_order_of_the_plans(alike) -> None:
    back = families(list(reversed(PLANS.values())))
    assert {frozenset(m.indicator.id for m in one.members) for one in back} == {
        frozenset(m.indicator.id for m in one.members) for one in alike
    }


def test_countries_are_compared_in_the_newest_year_that_most_of_them_have() -> None:
    rows = [statistic(code, year, value) for code, value in (("VN", 22.0), ("TH", 36.0)) for year in (2021, 2022)]
    rows += [statistic("SG", 2021, 160.0), statistic("SG", 2022, 165.0), statistic("SG", 2023, 170.0)]
    [found] = countries(rows).values()
    assert names(found) == [("SG", 2022, ()), ("TH", 2022, ()), ("VN", 2022, ())]


def test_a_country_without_that_year_shows_its_newest_and_says_so() -> None:
    rows = [statistic("VN", 2022, 22.0), statistic("TH", 2022, 36.0), statistic("ID", 2020, 28.0)]
    [found] = countries(rows).values()
    assert names(found) == [("TH", 2022, ()), ("ID", 2020, ("year",)), ("VN", 2022, ())]


def test_another_unit_or_price_base_than_that_of_most_is_told() -> None:
    rows = [statistic("VN", 2022, 22.0), statistic("TH", 2022, 36.0), statistic("MY", 2022, 60.0, price_base=2021)]
    rows.append(statistic("SG", 2022, 170.0, unit="USD"))
    [found] = countries(rows).values()
    assert {one.country: one.apart for one in found} == {"VN": (), "TH": (), "MY": ("price_base",), "SG": ("unit",)}


def test_a_sector_of_a_country_is_not_taken_for_the_country() -> None:
    rows = [statistic("VN", 2022, 22.0), statistic("VN", 2022, 8.0, sector="A"), statistic("TH", 2022, 36.0)]
    [found] = countries(rows).values()
    assert [(one.country, one.value) for one in found] == [("TH", 36.0), ("VN", 22.0)]


def test_provinces_are_no_countries_and_one_country_alone_is_no_comparison() -> None:
    assert countries([statistic("82", 2022, 1.0), statistic("75", 2022, 2.0), statistic("VN", 2022, 22.0)]) == {}
