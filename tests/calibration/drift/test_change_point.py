import math

import numpy as np
import pytest

from calibration.drift import change_point

# Annual flow of the Nile at Aswan, 1871 to 1970, 10**8 m3 (Cobb, Biometrika 65 (1978) 243).
# fmt: off
NILE = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
    781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
    744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
]
# fmt: on


def test_the_nile_fell_after_1898():
    found = change_point(NILE)
    assert 1870 + found.before == 1898
    assert found.shift.value == pytest.approx(849.97 - 1097.75, abs=0.01)
    assert found.probability < 1e-9
    assert not found.exact


def test_with_stated_uncertainties_it_falls_in_the_same_year():
    found = change_point(NILE, u=[125.0] * 100)
    assert found.before == 28
    assert found.shift.u == pytest.approx(125 * math.sqrt(1 / 28 + 1 / 72))


# scipy.stats.multivariate_normal.cdf of the chain's correlation matrix over the box, abseps 1e-9 (good to 1e-6).
@pytest.mark.parametrize(
    ("u", "statistic", "probability"),
    [
        ([1, 1], 1.96, 0.0499957903),
        ([1, 1, 1, 1, 1], 2.0, 0.1399883),
        ([1, 2, 0.5, 1, 3, 1], 2.5, 0.0444901),
        ([1] * 10, 2.8, 0.0328970),
    ],
)
def test_the_probability_is_that_of_the_largest_of_correlated_differences(u, statistic, probability):
    u = np.array(u, dtype=float)
    weights = u**-2
    # A step after the first value, of the height that gives the statistic.
    height = statistic * math.sqrt(1 / weights[0] + 1 / np.sum(weights[1:]))
    values = np.where(np.arange(u.size) < 1, 0.0, height)
    found = change_point(values, u)
    assert (found.before, found.exact) == (1, True)
    assert found.statistic == pytest.approx(statistic)
    assert found.probability == pytest.approx(probability, abs=1e-6)


def test_false_alarms_come_as_often_as_is_said():
    # Seed 11: 2000 series of 8 values with unequal uncertainties and nothing in them.
    random = np.random.default_rng(11)
    u = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 0.7, 3.0, 1.0])
    series = random.normal(5.0, u, size=(2000, 8))
    assert np.mean([change_point(row, u).is_significant(0.95) for row in series]) == pytest.approx(0.05, abs=0.012)
    assert np.mean([change_point(row).is_significant(0.95) for row in random.normal(size=(2000, 8))]) < 0.06


def test_two_values_are_compared_and_three_are_enough_without_u():
    assert change_point([0.0, 1.0], u=[0.1, 0.1]).is_significant(0.999)
    assert change_point([0.0, 0.1, 1.0]).before == 2


def test_a_value_that_is_hardly_known_is_no_place():
    found = change_point([0.0, 900.0, 0.1, 1.0, 1.1], u=[0.1, 1e6, 0.1, 0.1, 0.1])
    assert found.shift.value == pytest.approx(1.0, abs=0.02)


def test_a_step_without_any_scatter_is_sure():
    found = change_point([1.0, 1.0, 2.0, 2.0])
    assert (found.before, found.statistic, found.probability) == (2, math.inf, 0.0)


def test_a_long_series_is_judged_by_the_bound():
    found = change_point([0.0, 0.1] * 400, u=[1.0] * 800)
    assert (found.exact, found.is_significant()) == (False, False)


def test_the_finding_in_words():
    assert change_point([1.0, 1.1, 0.9, 1.3, 1.2], u=[0.1] * 5).words == (
        "between values 3 and 4 the level changes by 0.25 (u = 0.091); if nothing changed, so much would be seen with "
        "probability 0.022."
    )


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda: change_point([1.0, 2.0]),
            "change point: values: expected 3 values or more, got 2. Give more values.",
        ),
        (
            lambda: change_point([2.0, 2.0, 2.0]),
            ("change point: values: expected ones that differ, got 3 alike. Readings need a finer resolution."),
        ),
        (
            lambda: change_point([1e308, 1e308, -1e308]),
            "change point: values: expected magnitudes up to 1e+50, got 1e+308. Choose a unit that suits them.",
        ),
        (
            lambda: change_point([1.0, 2.0], u=[1e-320, 1.0]),
            "change point: u: expected 1e-50 to 1e+50, got 9.99989e-321 to 1. Choose a unit that suits them.",
        ),
        (
            lambda: change_point([1.0, 2.0], u=[0.1]),
            "change point: u: expected 2 values, one for each, got 1. Give one for each value.",
        ),
        (
            lambda: change_point([1.0, 2.0], u=[0.1, 0.0]),
            ("change point: u: expected numbers above 0, got 0.0 at index 1. Look at what it was computed from."),
        ),
    ],
)
def test_a_series_that_cannot_be_judged_is_refused(ask, says):
    with pytest.raises(ValueError, match="change point") as caught:
        ask()
    assert str(caught.value) == says
