"""The worked examples of ISO 5725-2:1994, annex B."""

import numpy as np
import pytest

from calibration.comparison import (
    cochran_test,
    grubbs_pair_test,
    grubbs_test,
    mandel_h,
    mandel_k,
    precision,
)

# Sulfur content of coal, % (m/m): B.2, table B.1, levels 1, 3 and 4; unequal numbers of results.
COAL = [
    (
        [
            [0.71, 0.71, 0.7, 0.71],
            [0.69, 0.67, 0.68],
            [0.66, 0.65, 0.69],
            [0.67, 0.65, 0.66],
            [0.7, 0.69, 0.66, 0.71, 0.69],
            [0.73, 0.74, 0.73],
            [0.71, 0.71, 0.69],
            [0.7, 0.65, 0.68],
        ],
        (0.690, 0.015, 0.026),
    ),
    (
        [
            [1.68, 1.7, 1.68, 1.69],
            [1.64, 1.64, 1.65],
            [1.61, 1.61, 1.62],
            [1.68, 1.66, 1.66],
            [1.64, 1.67, 1.6, 1.66, 1.68],
            [1.7, 1.73, 1.73],
            [1.69, 1.7, 1.68],
            [1.67, 1.68, 1.67],
        ],
        (1.667, 0.017, 0.035),
    ),
    (
        [
            [3.26, 3.26, 3.2, 3.24],
            [3.2, 3.2, 3.2],
            [3.37, 3.36, 3.38],
            [3.16, 3.22, 3.23],
            [3.2, 3.19, 3.18, 3.27, 3.24],
            [3.27, 3.31, 3.29],
            [3.27, 3.24, 3.23],
            [3.25, 3.26, 3.26],
        ],
        (3.250, 0.026, 0.058),
    ),
]


@pytest.mark.parametrize(("cells", "printed"), COAL)
def test_precision_of_sulfur_in_coal(cells: list[list[float]], printed: tuple[float, float, float]) -> None:
    found = precision(cells)
    assert (found.mean, found.repeatability, found.reproducibility) == pytest.approx(printed, abs=6e-4)
    assert (found.laboratories, found.results) == (8, 27)


# B.4, the final values, laboratory 1 left out everywhere and laboratory 6 at level 5.
@pytest.mark.parametrize(
    ("level", "mean", "s_r", "s_R"),
    [
        (0, 3.94, 0.092, 0.171),
        (1, 8.28, 0.179, 0.498),
        (2, 14.18, 0.127, 0.400),
        (3, 15.59, 0.337, 0.579),
        (4, 20.41, 0.393, 0.637),
    ],
)
def test_precision_of_the_titration_of_creosote(creosote, level: int, mean: float, s_r: float, s_R: float) -> None:  # noqa: N803
    left_out = {0, 5} if level == 4 else {0}
    found = precision([cell for i, cell in enumerate(creosote[level]) if i not in left_out])
    assert found.mean == pytest.approx(mean, abs=6e-3)
    assert found.repeatability == pytest.approx(s_r, abs=6e-4)
    assert found.reproducibility == pytest.approx(s_R, abs=6e-4)
    assert found.repeatability_limit == 2.8 * found.repeatability
    assert found.reproducibility_limit == 2.8 * found.reproducibility


# B.4: Cochran's test at levels 4 and 5; 5 % is 0.638 and 1 % is 0.754.
@pytest.mark.parametrize(
    ("level", "laboratory", "c", "finding"), [(3, 6, 0.667, "straggler"), (4, 5, 0.636, "consistent")]
)
def test_cochran_on_creosote(creosote, level: int, laboratory: int, c: float, finding: str) -> None:
    found = cochran_test([np.std(cell, ddof=1) for cell in creosote[level]], n=2)
    assert found.laboratories == (laboratory,)
    assert found.statistic == pytest.approx(c, abs=6e-4)
    assert found.finding == finding


# B.4: Grubbs' test of laboratory means; 5 % is 2.215 and 1 % is 2.387.
@pytest.mark.parametrize(("level", "finding"), [(0, "consistent"), (1, "consistent"), (2, "outlier"), (3, "outlier")])
def test_grubbs_on_creosote_finds_laboratory_1(creosote, level: int, finding: str) -> None:
    means = [np.mean(cell) for cell in creosote[level]]
    found = grubbs_test(means)
    assert found.laboratories == (0,)
    assert found.finding == finding
    assert abs(mandel_h(means).statistics[0]) == pytest.approx(found.statistic, rel=1e-13)


def test_two_outliers_hide_each_other_from_the_single_test_but_not_from_that_of_pairs() -> None:
    means = [10.0, 10.1, 9.9, 10.0, 10.2, 9.8, 10.1, 12.0, 12.1]
    assert grubbs_test(means).finding == "consistent"
    pair = grubbs_pair_test(means)
    assert (pair.laboratories, pair.finding) == ((7, 8), "outlier")
    assert grubbs_pair_test([-x for x in means]).laboratories == (7, 8)


def test_mandels_k_squares_to_a_mean_of_one(creosote) -> None:
    found = mandel_k([np.std(cell, ddof=1) for cell in creosote[4]], n=2)
    assert np.mean(np.square(found.statistics)) == pytest.approx(1, rel=1e-13)
    assert max(found.statistics) == found.statistics[5]
    assert found.critical_5 < found.statistics[5]


@pytest.mark.parametrize("factor", [1e-200, 1e200])
def test_outliers_are_told_in_any_unit(factor: float) -> None:
    means = np.array([10.0, 10.1, 9.9, 10.0, 10.2, 9.8, 10.1, 12.0, 12.1])
    for test in (grubbs_test, grubbs_pair_test):
        assert test(means * factor).statistic == pytest.approx(test(means).statistic, rel=1e-12)
    s = np.array([1.0, 2.0, 4.0])
    assert cochran_test(s * factor, n=2).statistic == pytest.approx(cochran_test(s, n=2).statistic, rel=1e-12)
    assert mandel_k(s * factor, n=2).statistics == pytest.approx(mandel_k(s, n=2).statistics, rel=1e-12)


def test_a_large_offset_leaves_grubbs_his_digits() -> None:
    near = grubbs_test([1.0, 2.0, 3.0, 4.0, 9.0])
    far = grubbs_test(2.0**40 + np.array([1.0, 2.0, 3.0, 4.0, 9.0]))
    assert far.statistic == pytest.approx(near.statistic, rel=1e-13)


def test_a_variance_between_laboratories_below_zero_is_zero_and_said_to_be() -> None:
    found = precision([[1.0, 3.0], [1.1, 2.9], [0.9, 3.1]])
    assert (found.between, found.between_was_negative) == (0.0, True)
    assert found.reproducibility == found.repeatability


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: precision([[1.0, 2.0]]),
            "precision: cells: expected 2 laboratories or more, got 1. Ask more laboratories.",
        ),
        (
            lambda: precision([[1.0], [2.0]]),
            (
                "precision: cells: expected a laboratory with 2 results or more, got one result of each. "
                "Repeat measurements."
            ),
        ),
        (
            lambda: cochran_test([0.0, 0.0, 0.0], n=2),
            (
                "cochran_test: deviations: expected one above 0 at least, got all 0. Look at the "
                "resolution of the results."
            ),
        ),
        (
            lambda: grubbs_test([1.0, 1.0, 1.0]),
            "grubbs_test: values: expected values that differ, got equal ones. Look at the resolution of the results.",
        ),
        (
            lambda: mandel_k([0.1, float("nan")], n=2),
            (
                "mandel_k: deviations: expected finite numbers, got nan at index 1. "
                "Leave it out, and say so, or measure again."
            ),
        ),
    ],
)
def test_results_that_say_nothing_are_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
