import numpy as np
import pytest

from calibration.control_charts import LIMITS, NELSON, UnstableError, capability, cp_with_limits, cpk_with_limits


# Montgomery's rings: how Cp hangs on the estimator alone.
@pytest.mark.parametrize(
    ("estimator", "cp", "dof"),
    [("mean_range_d2", 1.703, 90.8), ("mean_s_c4", 1.695, 95.1), ("pooled_s_c4", 1.686, 100.0)],
)
def test_piston_rings_have_three_cps_and_one_pp(estimator, cp: float, dof: float, rings) -> None:
    found = capability(rings[:25], sigma=estimator, lower=73.95, upper=74.05, rules=NELSON)
    assert found.cp is not None
    assert found.pp is not None
    assert found.cp.value == pytest.approx(cp, abs=5e-4)
    assert found.within.estimator == estimator
    assert found.within.dof == pytest.approx(dof, abs=0.05)
    s = np.std(rings[:25], ddof=1)
    assert found.pp.value == pytest.approx(0.1 / (6 * s), rel=1e-12)
    assert found.ppk.value == pytest.approx((74.05 - np.mean(rings[:25])) / (3 * s), rel=1e-11)
    assert (found.n, found.overall.estimator, found.overall.dof) == (125, "s", 124)


def test_an_unstable_process_has_no_capability(rings) -> None:
    with pytest.raises(UnstableError) as caught:
        capability(rings, sigma="mean_range_d2", lower=73.95, upper=74.05, rules=LIMITS)
    assert str(caught.value) == (
        "capability: the process was not stable: x_bar: point 38: a point beyond the limits, above (limits); "
        "x_bar: point 39: a point beyond the limits, above (limits). "
        "Find the cause of each, leave out only samples whose cause is known and gone, and try again."
    )
    assert [finding.index for finding in caught.value.findings] == [37, 38]


def test_a_process_of_unstable_spread_has_no_capability_either() -> None:
    row = [0.1, -0.1] * 20 + [2.0, -2.0] + [0.1, -0.1] * 20
    base = np.array(row).reshape(-1, 2)
    with pytest.raises(UnstableError, match=r"^capability: the process was not stable: s: point 21: ") as caught:
        capability(base, sigma="pooled_s_c4", lower=-5, upper=5)
    assert {finding.chart for finding in caught.value.findings} == {"s"}


def test_single_values_of_a_larger_spread_for_a_while_have_no_capability() -> None:
    row = [0.1, -0.1] * 20 + [2.0, -2.0] + [0.1, -0.1] * 20
    with pytest.raises(UnstableError, match="not stable: individuals: point 41: ") as caught:
        capability(row, sigma="moving_range_d2", lower=-5, upper=5)
    assert [finding.index for finding in caught.value.findings] == [40, 41]


def test_of_many_findings_the_first_five_are_told() -> None:
    with pytest.raises(UnstableError, match=r"; and \d+ more\. Find the cause") as caught:
        capability(np.arange(30.0), sigma="moving_range_d2", lower=0, upper=30)
    assert len(caught.value.findings) > 5
    assert str(caught.value).count("individuals: point") == 5


def test_with_one_limit_there_is_no_cp(rings) -> None:
    both = capability(rings[:25], sigma="pooled_s_c4", lower=73.95, upper=74.05)
    upper = capability(rings[:25], sigma="pooled_s_c4", upper=74.05)
    lower = capability(rings[:25], sigma="pooled_s_c4", lower=73.95)
    assert (upper.cp, upper.pp) == (None, None)
    assert upper.cpk == both.cpk
    assert lower.cpk.value > upper.cpk.value


def test_a_mean_outside_the_specification_has_a_negative_cpk(rings) -> None:
    found = capability(rings[:25], sigma="pooled_s_c4", lower=74.01, upper=74.05)
    assert found.cpk.value < 0
    assert found.cpk.low < found.cpk.value < found.cpk.high


def test_confidence_limits_hold_as_often_as_they_say() -> None:
    generator = np.random.default_rng(11)
    lower, upper, rounds = -5.0, 4.0, 3000
    true_cp, true_cpk = 9 / 6, 3.5 / 3  # sigma 1, mean 0.5
    base = generator.normal(0.5, 1.0, size=(rounds, 100))
    held = {"cp": 0, "cpk": 0}
    for mean, s in zip(base.mean(axis=1), base.std(axis=1, ddof=1), strict=True):
        cp = cp_with_limits((upper - lower) / (6 * s), dof=99, confidence=0.9)
        cpk = cpk_with_limits(min(upper - mean, mean - lower) / (3 * s), n=100, dof=99, confidence=0.9)
        held["cp"] += cp.low <= true_cp <= cp.high
        held["cpk"] += cpk.low <= true_cpk <= cpk.high
    assert held["cp"] / rounds == pytest.approx(0.9, abs=0.02)  # 0.0055 is one sigma of 3000 rounds
    assert held["cpk"] / rounds == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("specification", [{}, {"lower": 5.0, "upper": 5.0}, {"lower": 6.0, "upper": 5.0}])
def test_a_specification_is_needed(specification: dict[str, float], rings) -> None:
    with pytest.raises(ValueError, match="specification") as caught:
        capability(rings[:25], sigma="pooled_s_c4", **specification)
    assert str(caught.value) == (
        "capability: specification: expected a lower limit below an upper one, or one of them, got "
        f"{specification.get('lower')!r} and {specification.get('upper')!r}. Take them from the drawing."
    )


def test_confidence_is_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="confidence") as caught:
        cp_with_limits(1.3, dof=50, confidence=95)
    assert str(caught.value) == (
        "capability: confidence: expected a probability between 0 and 1, got 95. Give 0.95 for 95 %."
    )
