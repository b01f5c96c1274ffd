"""Wishes without a number: each series against the full year before, and never met."""

import pytest

from gateway.indicators.facts import CapacityYear


def wish(*components: dict) -> dict:
    told = [{"id": f"c{n}", "vi": "Chuỗi", "en": "Series", **one} for n, one in enumerate(components)]
    return {
        "measure": {"kind": "trend", "components": told},
        "unit": "qualitative",
        "comparator": "trend",
        "target": None,
    }


CLASSES = {"measure": {"kind": "records", "sources": [{"of": "training"}]}}


def classes(known, **by_year: int) -> None:
    for year, number in by_year.items():
        for n in range(number):
            known.training(f"{year}-{n}", f"{year[1:]}-05-0{n + 1}")


@pytest.mark.parametrize(
    ("first", "second", "better", "direction", "state"),
    [
        (1, 2, "up", "up", "up"),
        (2, 1, "up", "down", "down"),
        (2, 2, "up", "unchanged", "unchanged"),
        (2, 1, "down", "down", "up"),
        (1, 2, "down", "up", "down"),
    ],
)
def test_a_series_is_held_to_the_full_year_before(known, asked, first, second, better, direction, state) -> None:
    classes(known, y2026=first, y2027=second, y2028=9)
    found = asked("2028-06-30", **wish({**CLASSES, "better": better}))
    (one,) = found.components
    assert (one.before, one.now, one.direction) == (first, second, direction)
    assert (found.state, found.value, found.progress) == (state, None, None)
    assert one.values == {2025: None, 2026: first, 2027: second, 2028: 9}


def test_on_31_december_the_year_is_full(known, asked) -> None:
    classes(known, y2026=1, y2027=2)
    assert asked("2027-12-30", **wish(CLASSES)).components[0].now == 1
    assert asked("2027-12-31", **wish(CLASSES)).components[0].now == 2


def test_before_two_full_years_nothing_can_be_said(known, asked) -> None:
    classes(known, y2026=1)
    found = asked("2027-06-30", **wish(CLASSES))
    assert found.state == "cannot_be_said"
    assert [(one.code, one.parts["year"]) for one in found.missing] == [("no_value_of_year", "2025")]


def test_when_some_rise_and_others_fall_the_whole_cannot_be_said(known, asked) -> None:
    classes(known, y2026=1, y2027=2)
    known.support("s1", "a", "2026-01-01")
    known.support("s2", "a", "2026-01-02")
    known.support("s3", "a", "2027-01-02")
    supports = {"measure": {"kind": "records", "sources": [{"of": "support"}]}}
    found = asked("2028-06-30", **wish(CLASSES, supports))
    assert [one.direction for one in found.components] == ["up", "down"]
    assert (found.state, [one.code for one in found.missing]) == ("cannot_be_said", ["some_up_some_down"])


@pytest.mark.parametrize(
    ("figure", "before", "now"),
    [
        ("documents", 10, 12),
        ("fields", 3, 4),
        ("in_order", 80.0, 90.0),
        ("turnaround", 9.0, 5.0),
        ("requests_served", 50.0, 75.0),
    ],
)
def test_the_laboratories_figures_are_series(known, asked, figure, before, now) -> None:
    for year, value in ((2026, before), (2027, now)):
        known.capacity.append(CapacityYear(year=year, **{figure: value}, certificates=(f"c{year}",)))
    better = "down" if figure == "turnaround" else "up"
    found = asked("2028-01-01", **wish({"measure": {"kind": "capacity", "figure": figure}, "better": better}))
    assert (found.components[0].before, found.components[0].now, found.state) == (before, now, "up")
    assert [ref.id for ref in found.rests_on] == (["c2026", "c2027"] if figure == "documents" else [])


def test_a_laboratory_of_which_a_figure_is_not_known_has_no_value(known, asked) -> None:
    known.capacity += [CapacityYear(year=2026, in_order=None), CapacityYear(year=2027, in_order=80)]
    found = asked("2028-01-01", **wish({"measure": {"kind": "capacity", "figure": "in_order"}}))
    assert (found.state, found.components[0].before) == ("cannot_be_said", None)


def test_pilots_are_told_by_the_median_of_those_judged_in_the_year(known, asked) -> None:
    known.organisations("a")
    known.add("site", "x", organisation="a", kind="factory")
    for n, (day, change) in enumerate([("2026-06-30", 0.1), ("2027-03-31", 0.1), ("2027-06-30", 0.2)]):
        known.pilot(f"p{n}", "x", "2026-01-01")
        known.judge(f"p{n}", "improved", day, before=0.5, change=change)
    found = asked("2028-01-01", **wish({"measure": {"kind": "pilot_change", "figure": "oee"}}))
    assert (found.components[0].before, round(found.components[0].now, 6)) == (20, 30)


def test_a_statistic_is_linked_across_a_merger_at_a_year_that_both_give(known, asked) -> None:
    known.statistic("exports", 2025, 50, territory="trước sáp nhập")
    known.statistic("exports", 2026, 60, territory="trước sáp nhập")
    known.statistic("exports", 2026, 120, territory="sau sáp nhập")
    known.statistic("exports", 2027, 130, territory="sau sáp nhập")
    found = asked("2028-01-01", **wish({"measure": {"kind": "statistic", "series": "exports"}}))
    assert found.components[0].values == {2025: 100, 2026: 120, 2027: 130, 2028: None}


def test_without_a_year_that_both_give_only_the_newer_series_is_used(known, asked) -> None:
    known.statistic("exports", 2026, 60, territory="trước sáp nhập")
    known.statistic("exports", 2027, 130, territory="sau sáp nhập")
    found = asked("2028-01-01", **wish({"measure": {"kind": "statistic", "series": "exports"}}))
    assert (found.state, found.components[0].values[2026]) == ("cannot_be_said", None)


def test_a_share_and_the_growth_of_tfp_are_series_too(known, asked) -> None:
    classes(known, y2026=1, y2027=2)
    for year, output in ((2025, 100), (2026, 110), (2027, 132)):
        known.statistic("schools", year, 4)
        known.statistic("grdp_constant", year, output, unit="VND billion", price_base=2010)
        known.statistic("employed", year, 1000, unit="persons")
        known.statistic("capital_stock", year, 300, unit="VND billion", price_base=2010)
        known.statistic("labour_share", year, 0.7, unit="1")
    share = {
        "kind": "share",
        "numerator": {"sources": [{"of": "training"}]},
        "denominator": {"kind": "statistic", "series": "schools"},
    }
    found = asked("2028-01-01", **wish({"measure": share}, {"measure": {"kind": "tfp_growth"}}))
    of_share, of_tfp = found.components
    assert (of_share.before, of_share.now) == (25, 50)
    assert (round(of_tfp.before, 6), round(of_tfp.now, 6)) == (10, 20)
    assert found.state == "up"
