"""Computed critical values against the tables of ISO 5725-2:1994 and ASTM E691."""

import numpy as np
import pytest

from calibration.comparison import (
    cochran_critical,
    grubbs_critical,
    grubbs_pair_critical,
    mandel_h_critical,
    mandel_k_critical,
)


# ISO 5725-2:1994, table 4: p, n, 1 %, 5 %.
@pytest.mark.parametrize(
    ("p", "n", "at_1", "at_5"),
    [(8, 2, 0.794, 0.680), (8, 3, 0.615, 0.516), (9, 2, 0.754, 0.638), (20, 2, 0.480, 0.389), (40, 2, 0.294, 0.237)],
)
def test_cochran_agrees_with_table_4(p: int, n: int, at_1: float, at_5: float) -> None:
    assert cochran_critical(p, n, 0.01) == pytest.approx(at_1, abs=6e-4)
    assert cochran_critical(p, n, 0.05) == pytest.approx(at_5, abs=6e-4)


# ISO 5725-2:1994, table 5: p, one outlier 1 % and 5 %, two outliers 1 % and 5 %.
@pytest.mark.parametrize(
    ("p", "one_1", "one_5", "two_1", "two_5"),
    [
        (4, 1.496, 1.481, 0.0000, 0.0002),
        (5, 1.764, 1.715, 0.0018, 0.0090),
        (6, 1.973, 1.887, 0.0116, 0.0349),
        (7, 2.139, 2.020, 0.0308, 0.0708),
        (8, 2.274, 2.126, 0.0563, 0.1101),
        (9, 2.387, 2.215, 0.0851, 0.1492),
        (10, 2.482, 2.290, 0.1150, 0.1864),
        (20, 3.001, 2.709, 0.3585, 0.4391),
        (40, 3.381, 3.036, 0.5862, 0.6445),
    ],
)
def test_grubbs_agrees_with_table_5(p: int, one_1: float, one_5: float, two_1: float, two_5: float) -> None:
    assert grubbs_critical(p, 0.01) == pytest.approx(one_1, abs=1.1e-3)
    assert grubbs_critical(p, 0.05) == pytest.approx(one_5, abs=1.1e-3)
    assert grubbs_pair_critical(p, 0.01) == pytest.approx(two_1, abs=1e-4)
    assert grubbs_pair_critical(p, 0.05) == pytest.approx(two_5, abs=1e-4)


def test_a_stable_set_is_called_a_pair_of_outliers_as_often_as_alpha_says() -> None:
    rounds, p = 200_000, 12
    x = np.sort(np.random.default_rng(7).normal(size=(rounds, p)), axis=1)
    total = x.var(axis=1) * p
    smaller = np.minimum(x[:, 2:].var(axis=1), x[:, :-2].var(axis=1)) * (p - 2) / total
    assert np.mean(smaller < grubbs_pair_critical(p, 0.05)) == pytest.approx(0.05, abs=0.0025)  # 5 sigma


# ASTM E691, table 5 (0.5 %): p, h, and k for 2, 3 and 4 results.
@pytest.mark.parametrize(("p", "h", "k_2", "k_3", "k_4"), [(7, 2.05, 2.30, 2.03, 1.87), (8, 2.15, 2.36, 2.06, 1.90)])
def test_mandel_agrees_with_astm_e691(p: int, h: float, k_2: float, k_3: float, k_4: float) -> None:
    assert mandel_h_critical(p, 0.005) == pytest.approx(h, abs=6e-3)
    for n, k in ((2, k_2), (3, k_3), (4, k_4)):
        assert mandel_k_critical(p, n, 0.005) == pytest.approx(k, abs=6e-3)


# ISO 5725-2:1994, tables 6 (1 %) and 7 (5 %): Mandel's h.
@pytest.mark.parametrize(("p", "at_1", "at_5"), [(3, 1.15, 1.15), (8, 2.06, 1.75), (9, 2.13, 1.78), (30, 2.45, 1.91)])
def test_mandel_h_agrees_with_tables_6_and_7(p: int, at_1: float, at_5: float) -> None:
    assert mandel_h_critical(p, 0.01) == pytest.approx(at_1, abs=6e-3)
    assert mandel_h_critical(p, 0.05) == pytest.approx(at_5, abs=6e-3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: grubbs_critical(2, 0.05),
            "grubbs_critical: p: expected a whole number, 3 or more, got 2. Look at what it was computed from.",
        ),
        (
            lambda: grubbs_pair_critical(1_000_000, 0.05),
            (
                "grubbs_pair_critical: p: expected at most 400, got 1000000. "
                "Among so many, two are found one by one: use the test of one outlier."
            ),
        ),
        (
            lambda: grubbs_pair_critical(8, 5),
            "grubbs_pair_critical: alpha: expected a probability between 0 and 1, got 5. Give 0.05 for 5 %.",
        ),
    ],
)
def test_too_few_laboratories_have_no_critical_value(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
