import math

import numpy as np
import pytest

from calibration.comparison import algorithm_a, algorithm_s, median_and_mad, q_hampel
from calibration.comparison.robust import limit_and_factor


# ISO 5725-5:1998, 6.4: creosote, level 5; x* as the R package metRology's algA quotes it.
def test_algorithm_a_on_creosote(creosote) -> None:
    found = algorithm_a([np.mean(cell) for cell in creosote[4]])
    assert found.mean == pytest.approx(20.412, abs=5e-4)
    assert found.s == pytest.approx(1.0698, abs=5e-4)
    assert found.u == pytest.approx(1.25 * found.s / 3, rel=1e-13)


def test_algorithm_a_is_where_its_equations_hold() -> None:
    x = np.array([0.2640, 0.2670, 0.2960, 0.3110, 0.3310, 0.4246])
    found = algorithm_a(x)
    clipped = np.clip(x, found.mean - 1.5 * found.s, found.mean + 1.5 * found.s)
    assert found.mean == pytest.approx(np.mean(clipped), rel=1e-12)
    assert found.s == pytest.approx(1.134 * np.std(clipped, ddof=1), rel=1e-12)


# ISO 13528:2022, table C.1.
@pytest.mark.parametrize(
    ("dof", "eta", "xi"),
    [(1, 1.645, 1.097), (2, 1.517, 1.054), (3, 1.444, 1.039), (5, 1.359, 1.027), (9, 1.277, 1.018)],
)
def test_factors_of_algorithm_s_agree_with_the_table(dof: int, eta: float, xi: float) -> None:
    assert limit_and_factor(dof) == pytest.approx((eta, xi), abs=6e-4)


def test_algorithm_s_on_the_ranges_of_creosote() -> None:
    # ISO 5725-5:1998, level 5, as the R package metRology's algS quotes the ranges; the figure is where its equation
    # w* = xi * rms(min(w, eta * w*)) holds, with eta 1.645 and xi 1.097 of the standard's table for dof 1.
    ranges = [0.28, 0.49, 0.40, 0.00, 0.35, 1.98, 0.80, 0.32, 0.95]
    found = algorithm_s(ranges, dof=1)
    assert found == pytest.approx(0.6858, abs=5e-4)
    rms = math.sqrt(np.mean(np.minimum(ranges, 1.645 * found) ** 2))
    assert found == pytest.approx(1.097 * rms, abs=5e-4)
    assert algorithm_s(np.array(ranges) / math.sqrt(2), dof=1) == pytest.approx(found / math.sqrt(2), rel=1e-12)


def test_algorithm_s_pools_and_is_not_moved_by_one_wild_laboratory() -> None:
    generator = np.random.default_rng(3)
    s = np.sqrt(generator.chisquare(4, 4000) / 4) * 0.5
    assert algorithm_s(s, dof=4) == pytest.approx(0.5, abs=0.008)
    wild = np.append(s[:30], 50.0)
    assert algorithm_s(wild, dof=4) < 1.15 * algorithm_s(s[:30], dof=4)


@pytest.mark.parametrize("estimate", [algorithm_a, q_hampel, median_and_mad])
def test_robust_estimates_are_those_of_a_normal_series_and_bear_a_tenth_of_outliers(estimate) -> None:
    x = np.random.default_rng(5).normal(10, 2, 800)
    clean = estimate(x)
    assert (clean.mean, clean.s) == pytest.approx((10, 2), abs=0.2)
    x[:80] = 1000
    spoilt = estimate(x)
    assert abs(spoilt.mean - clean.mean) < 0.5
    assert spoilt.s < 1.5 * clean.s


def test_q_by_hand() -> None:
    # Differences 1, 2, 3 of 0, 1, 3: H = 1/3, 2/3, 1; G = 0, 1/6, 1/2, 5/6 at 0, 1, 2, 3; G(1.25) = 0.25.
    z = 0.31863936396437514  # standard normal quantile of 0.625
    assert q_hampel([0.0, 1.0, 3.0]).s == pytest.approx(1.25 / (math.sqrt(2) * z), rel=1e-12)


def test_hampel_leaves_far_results_out_and_keeps_the_median_where_nothing_else_is_known() -> None:
    assert q_hampel([9.8, 10.0, 10.2, 10.1, 9.9, 1e6]).mean == pytest.approx(10.0, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: algorithm_a([1.0, 1.0, 1.0, 2.0]),
            (
                "algorithm_a: values: expected less than half of them equal, got a median absolute "
                "deviation of 0 of 4. "
                "Use q_hampel."
            ),
        ),
        (lambda: algorithm_a([1.0, 2.0]), "algorithm_a: values: expected 3 values or more, got 2. Give more values."),
        (
            lambda: algorithm_s([0.0, 0.0, 0.1], dof=2),
            (
                "algorithm_s: deviations: expected at least half of them above 0, got a median of 0. "
                "Look at their resolution."
            ),
        ),
        (
            lambda: q_hampel(np.arange(1e6)),
            "q_hampel: values: expected at most 3000, got 1000000. Use algorithm_a, which does not compare every pair.",
        ),
        (
            lambda: q_hampel([1.0, 1.0, 1.0]),
            "q_hampel: values: expected results that differ, got 100% of pairs equal. Look at their resolution.",
        ),
    ],
)
def test_results_without_spread_are_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
