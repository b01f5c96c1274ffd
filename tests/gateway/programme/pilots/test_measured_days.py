"""Figures by day against sums that were worked out by hand."""

from typing import Any

import pytest

from gateway.programme.measured_days import MEASURED, DaySum, days_of
from gateway.registry.pilots import FIGURES

H = 3600 * 10**9
DAY = "2026-03-02"


def row(**other: Any) -> DaySum:
    """A press: 8 h planned of which 0.5 h nobody saw; 5 h run, 0.5 h minor stops, 1 h fault, 0.25 h stop, 0.75 h setup.

    7 500 pieces of 2 s, 300 of them rejects, 150 repaired; 15 kWh.
    """
    values: dict[str, Any] = {
        "edge": "press-shop",
        "work_unit": "press-1",
        "day": DAY,
        "product": "cap",
        "ideal_cycle_s": 2.0,
        "ns": tuple(int(h * H) for h in (15.5, 0.5, 0.5, 5, 0.5, 1, 0.25, 0.75)),
        "counts": (7500, 300, 150, 0, 0, 0, 1, H),
        "energy_wh": 15_000.0,
    }
    return DaySum(**values | other)


def test_a_day_s_figures_are_those_of_its_sums() -> None:
    [day] = days_of([row()], {DAY: 20.0})
    observed = 7.5
    ideal, good = 7500 * 2 / 3600, 7200 * 2 / 3600  # h
    wanted = {
        "oee": good / observed,
        "availability": 5.5 / observed,
        "effectiveness": ideal / 5.5,
        "quality_ratio": 0.96,
        "labour_productivity": 4.0 / 20,
        "energy_per_unit": 2.0,
        "first_pass_yield": 7050 / 7500,
        "breakdown": 1 / observed,
        "stops": 0.25 / observed,
        "setup": 0.75 / observed,
        "minor_stops": 0.5 / observed,
        "reduced_speed": (5 - ideal) / observed,
        "defects": (ideal - good) / observed,
    }
    assert day.values == pytest.approx(wanted, rel=1e-12)
    assert (day.coverage, day.mix) == (7.5 / 8, {"cap": 1.0})
    assert day.counts


def test_oee_and_its_losses_make_one() -> None:
    [day] = days_of([row()])
    losses = ("breakdown", "stops", "setup", "minor_stops", "reduced_speed", "defects")
    assert sum(day.values[name] or 0.0 for name in ("oee", *losses)) == pytest.approx(1, abs=1e-12)


def test_machines_are_added_before_they_are_divided_and_their_order_does_not_matter() -> None:
    # The second ran 1 h of 1 h with perfect parts: the mean of both OEE would be (0.533 + 1) / 2.
    other = row(
        work_unit="press-2",
        product="lid",
        ideal_cycle_s=3.0,
        ns=(0, 0, 0, H, 0, 0, 0, 0),
        counts=(1200, 0, 0, 0, 0, 0, 0, 0),
        energy_wh=0.1,
    )
    one, again = days_of([row(), other]), days_of([other, row()])
    assert one == again
    assert one[0].values["oee"] == pytest.approx((4.0 + 1.0) / 8.5)
    assert one[0].mix == pytest.approx({"cap": 15_000 / 18_600, "lid": 3_600 / 18_600})


def test_what_was_not_told_is_not_zero() -> None:
    [day] = days_of([row(energy_wh=0.0)], {"2026-03-03": 20.0})
    assert (day.values["energy_per_unit"], day.values["labour_productivity"]) == (None, None)


@pytest.mark.parametrize(
    ("unknown_h", "counts"),
    [(1.6, True), (1.61, False)],  # of 8 h planned: 0.8 of coverage, and less
)
def test_a_day_with_less_than_four_fifths_of_its_time_told_is_left_out(unknown_h, counts) -> None:
    [day] = days_of([row(ns=(0, 0, int(unknown_h * H), int((8 - unknown_h) * H), 0, 0, 0, 0))])
    assert (day.is_productive, day.counts) == (True, counts)


def test_a_day_on_which_nothing_ran_is_not_productive() -> None:
    stood = row(ns=(0, 0, 0, 0, 0, 8 * H, 0, 0), counts=(0,) * 8)
    free = row(day="2026-03-08", ns=(24 * H, 0, 0, 0, 0, 0, 0, 0), counts=(0,) * 8)
    assert [(one.is_productive, one.is_idle) for one in days_of([stood, free])] == [(False, True), (False, False)]


def test_machines_without_counters_have_availability_and_losses_of_time_only() -> None:
    [day] = days_of([row(counts=(0,) * 8)], counts_pieces=False)
    told = {name for name, value in day.values.items() if value is not None}
    assert told == {"availability", "breakdown", "stops", "setup", "minor_stops"}


def test_every_figure_of_the_registry_is_measured_and_has_its_better_side() -> None:
    assert set(MEASURED) == set(FIGURES)
    assert {name for name, one in MEASURED.items() if one.better < 0} == {
        "energy_per_unit",
        "breakdown",
        "stops",
        "setup",
        "minor_stops",
        "reduced_speed",
        "defects",
    }
