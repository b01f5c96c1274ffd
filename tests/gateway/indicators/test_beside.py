"""Figures beside a value are called as the plan calls them."""

from gateway.indicators.beside import words_beside
from gateway.programme.plan_files import load_plans

DT26 = load_plans()["dong-thap-2026-2030"]


def test_what_a_plan_names_has_words_in_both_languages() -> None:
    words = words_beside(DT26.indicator("dt26-traceability-system").measure)
    assert {name: (one.vi, one.en) for name, one in words.items()} == {
        "published_lots": ("Lô hàng đã công bố", "Lots published"),
        "publishing_organisations": ("Đơn vị có lô hàng công bố", "Organisations that publish"),
        "accepted_lots": ("Lô hàng được cổng quốc gia tiếp nhận", "Lots that the national portal accepted"),
    }


def test_pilots_beside_the_growth_of_labour_productivity_have_words() -> None:
    words = words_beside(DT26.indicator("dt26-labour-productivity-growth").measure)
    assert words["pilots_labour_productivity"].en == "Labour productivity at pilots (median change, %)"


def test_a_count_names_nothing_of_its_own() -> None:
    assert words_beside(DT26.indicator("dt26-training-turns").measure) == {}
