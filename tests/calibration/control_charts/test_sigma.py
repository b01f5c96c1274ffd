import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibration.control_charts import ESTIMATORS, Sigma, d2, estimate_sigma


@pytest.mark.parametrize(
    ("estimator", "case"),
    [("mean_s_c4", "piston_xbar_UWAVE_SD"), ("pooled_s_c4", "piston_xbar_RMSDF")],
)
def test_piston_rings_as_qcc_has_them(estimator, case: str, rings, qcc) -> None:
    assert estimate_sigma(rings[:25], estimator).value == pytest.approx(qcc[case]["std_dev"], rel=1e-12)


def test_piston_rings_by_ranges_differ_from_qcc_by_its_rounded_d2(rings, qcc) -> None:
    sigma = estimate_sigma(rings[:25], "mean_range_d2").value
    assert sigma * d2(5) / 2.326 == pytest.approx(qcc["piston_xbar_UWAVE_R"]["std_dev"], rel=1e-12)


def test_viscosity_as_qcc_has_it(published, qcc) -> None:
    viscosity = published["data"]["viscosity"]
    by_range = estimate_sigma(viscosity, "moving_range_d2").value
    assert by_range * d2(2) / 1.128 == pytest.approx(qcc["viscosity_i_MR"]["std_dev"], rel=1e-12)
    assert estimate_sigma(viscosity, "s_c4").value == pytest.approx(qcc["viscosity_i_SD"]["std_dev"], rel=1e-12)


# Effective degrees of freedom of a mean range, n = 2 to 10: Duncan, Quality Control and Industrial Statistics
# (Patnaik's values); the AIAG's MSA manual prints the same.
@pytest.mark.parametrize(
    ("subgroups", "dof"),
    [
        (1, [1.0, 2.0, 2.9, 3.8, 4.7, 5.5, 6.3, 7.0, 7.7]),
        (2, [1.9, 3.8, 5.7, 7.5, 9.2, 10.8, 12.3, 13.8, 15.1]),
        (3, [2.8, 5.7, 8.4, 11.1, 13.6, 16.0, 18.3, 20.5, 22.6]),
    ],
)
def test_degrees_of_freedom_of_a_mean_range(subgroups: int, dof: list[float]) -> None:
    base = np.random.default_rng(1).normal(size=(subgroups, 10))
    computed = [estimate_sigma(base[:, :n], "mean_range_d2").dof for n in range(2, 11)]
    assert computed == pytest.approx(dof, abs=0.08)


@pytest.mark.parametrize("estimator", ["moving_range_d2", "s_c4", "s"])
def test_degrees_of_freedom_of_a_row_of_values_by_simulation(estimator) -> None:
    generator = np.random.default_rng(20)
    found = np.array([estimate_sigma(row, estimator).value for row in generator.normal(size=(4000, 20))])
    relative = float(np.std(found) / np.mean(found))
    dof = estimate_sigma(generator.normal(size=20), estimator).dof
    # The coefficient of variation of a chi variable; 4000 repetitions know it to 1.1 % (one sigma).
    expected = math.sqrt(dof / 2) * math.exp(math.lgamma(dof / 2) - math.lgamma((dof + 1) / 2))
    assert relative == pytest.approx(math.sqrt(expected**2 - 1), rel=0.045)


def test_a_moving_range_is_as_good_as_six_tenths_of_the_values() -> None:
    # Cryer and Ryan, J. Quality Technology 22 (1990) 187: asymptotic relative efficiency 0.605.
    row = np.random.default_rng(3).normal(size=20_000)
    assert estimate_sigma(row, "moving_range_d2").dof / row.size == pytest.approx(0.605, abs=0.0005)


@pytest.mark.parametrize("estimator", ["mean_range_d2", "mean_s_c4", "pooled_s_c4", "s_c4"])
def test_each_estimator_hits_sigma_in_the_mean_also_with_unequal_subgroups(estimator) -> None:
    generator = np.random.default_rng(4)
    sizes = (2, 3, 7)
    found = [estimate_sigma([generator.normal(5, 2, n) for n in sizes], estimator).value for _ in range(4000)]
    assert np.mean(found) == pytest.approx(2, abs=4 * np.std(found) / math.sqrt(4000))


@given(
    base=arrays(float, (6, 4), elements=st.floats(-100, 100).map(lambda x: round(x, 3))),
    factor=st.floats(0.01, 100),
    shift=st.floats(-1000, 1000),
)
def test_sigma_scales_and_does_not_mind_a_shift(base, factor: float, shift: float) -> None:
    base[:, 0] += 300  # never all alike
    for estimator in ESTIMATORS:
        rows = base.ravel() if estimator == "moving_range_d2" else base
        one, other = estimate_sigma(rows, estimator), estimate_sigma(rows * factor + shift, estimator)
        assert other.value == pytest.approx(one.value * factor, rel=1e-8)
        assert other.dof == one.dof


@pytest.mark.parametrize("estimator", ["mean_range_d2", "mean_s_c4", "pooled_s_c4", "s_c4", "s"])
def test_a_block_and_its_rows_are_the_same_samples(estimator, rings) -> None:
    rows = [list(row) for row in rings]
    ragged = [*rows[:-1], rows[-1][:4]]
    assert estimate_sigma(rows, estimator) == estimate_sigma(rings, estimator)
    assert estimate_sigma(ragged, estimator).value == pytest.approx(estimate_sigma(rings, estimator).value, rel=0.02)


def test_an_unknown_estimator_is_told_the_names() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        estimate_sigma([1.0, 2.0], "r_bar")
    assert str(caught.value) == (
        "sigma: estimator: expected one of mean_range_d2, mean_s_c4, pooled_s_c4, moving_range_d2, s_c4, s, "
        "got 'r_bar'. Choose one of these."
    )


def test_readings_that_never_differ_give_no_sigma() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        estimate_sigma([[7.0, 7.0], [7.0, 7.0]], "pooled_s_c4")
    assert str(caught.value) == (
        "sigma (pooled_s_c4): expected a finite number above 0, got 0.0. "
        "Readings that never differ need a finer resolution before they need a chart."
    )


def test_one_value_is_no_base() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        estimate_sigma([7.0], "moving_range_d2")
    assert str(caught.value) == "sigma (moving_range_d2): expected 2 or more values, got 1. Take a longer base."


def test_a_subgroup_of_one_has_no_range() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        estimate_sigma([[1.0, 2.0], [3.0]], "mean_range_d2")
    assert str(caught.value) == (
        "sigma: sample 2: expected a row of 2 or more values, got 1. "
        "Leave the sample out, or choose a chart for single values."
    )


def test_a_missing_value_is_not_a_value() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        estimate_sigma([1.0, math.nan, 3.0], "s_c4")
    assert str(caught.value) == (
        "sigma (s): sample 2: expected finite values, got nan or inf. Leave out what was not measured."
    )


def test_a_stated_sigma_is_exactly_known() -> None:
    assert Sigma.stated(0.2) == Sigma(0.2, "stated", math.inf)
