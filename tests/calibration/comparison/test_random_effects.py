"""Consensus values: published data, with statsmodels' combine_effects as the second opinion on each figure."""

import numpy as np
import pytest

from calibration.comparison import dersimonian_laird, mandel_paule, weighted_mean

# PCB 105 and PCB 28 in sediment, ng/g: key comparison CCQM-K25; data as the R package metRology (dsl) and NIST's
# course notes on consensus values quote them.
PCB_105 = ([10.21, 10.9, 10.94, 10.58, 10.81, 9.62, 10.8], [0.381, 0.250, 0.130, 0.410, 0.445, 0.196, 0.093])
PCB_28 = ([34.3, 32.9, 34.53, 32.42, 31.9, 35.8], [1.03, 0.69, 0.83, 0.29, 0.4, 0.38])
# Paule and Mandel (1982): heat of vaporization of cadmium, kcal/mol, by variances of means; and two sets of 6 and 2.
CADMIUM = ([27.044, 26.022, 26.340, 26.787, 26.796], [v**0.5 for v in (0.003, 0.076, 0.464, 0.003, 0.014)])
TWO_SETS = ([201.533, 216.55], [0.154 / 6**0.5, 0.25 / 2**0.5])
# 13 trials of BCG vaccine: log relative risks by (cases, others) of treated and control, the data set of metafor.
BCG = np.array(
    [
        [4, 119, 11, 128],
        [6, 300, 29, 274],
        [3, 228, 11, 209],
        [62, 13536, 248, 12619],
        [33, 5036, 47, 5761],
        [180, 1361, 372, 1079],
        [8, 2537, 10, 619],
        [505, 87886, 499, 87892],
        [29, 7470, 45, 7232],
        [17, 1699, 65, 1600],
        [186, 50448, 141, 27197],
        [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    dtype=float,
)


# statsmodels 0.14: combine_effects(method_re="chi2").
@pytest.mark.parametrize(
    ("results", "value", "u", "between"),
    [
        (PCB_105, 10.557083301959, 0.197073213270, 0.444788304209),
        (PCB_28, 33.600432624156, 0.744997909663, 1.711415400884),
        (CADMIUM, 26.767482329463, 0.116423259544, 0.203149972838),
        (TWO_SETS, 209.040591118954, 7.508499944992, 10.617793705224),
    ],
)
def test_dersimonian_and_laird(results, value: float, u: float, between: float) -> None:
    found = dersimonian_laird(*results)
    assert (found.value, found.u, found.between) == pytest.approx((value, u, between), rel=1e-11)
    assert sum(found.weights) == pytest.approx(1, rel=1e-14)


# statsmodels 0.14: combine_effects(method_re="iterated"), which settles on the first three only; of two results
# alone both methods have the same tau, by hand: tau**2 = d**2 / 2 - (u_1**2 + u_2**2) / 2.
@pytest.mark.parametrize(
    ("results", "value", "u", "between"),
    [
        (PCB_105, 10.557735603994, 0.191624575464, 0.428785424041),
        (PCB_28, 33.585340899753, 0.627564004655, 1.405184874859),
        (CADMIUM, 26.712128748259, 0.171136963619, 0.324375381693),
        (TWO_SETS, 209.040591118954, 7.508499944992, 10.617793705224),
    ],
)
def test_mandel_and_paule(results, value: float, u: float, between: float) -> None:
    found = mandel_paule(*results)
    assert (found.value, found.u, found.between) == pytest.approx((value, u, between), rel=1e-11)
    x, s = (np.array(part) for part in results)
    scatter = np.sum((x - found.value) ** 2 / (s**2 + found.between**2))
    assert scatter == pytest.approx(len(x) - 1, rel=1e-12)


# Viechtbauer, J. Statistical Software 36 (2010) 3 and metafor's documentation: DL 0.3088, -0.7141 (0.1787);
# PM 0.3181, -0.7150 (0.1809).
@pytest.mark.parametrize(
    ("method", "tau_2", "value", "u"),
    [(dersimonian_laird, 0.3088, -0.7141, 0.1787), (mandel_paule, 0.3181, -0.7150, 0.1809)],
)
def test_the_trials_of_a_vaccine_as_in_metafor(method, tau_2: float, value: float, u: float) -> None:
    a, b, c, d = BCG.T
    log_risk = np.log(a / (a + b) / (c / (c + d)))
    found = method(log_risk, np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))
    assert (found.between**2, found.value, found.u) == pytest.approx((tau_2, value, u), abs=6e-5)
    assert found.chi_square == pytest.approx(152.2330, abs=6e-5)
    assert found.birge_ratio == pytest.approx((152.2330 / 12) ** 0.5, rel=1e-6)


@pytest.mark.parametrize("method", [dersimonian_laird, mandel_paule])
def test_laboratories_that_agree_have_the_weighted_mean(method) -> None:
    x, u = [10.0, 10.1, 9.9], [0.1, 0.1, 0.2]
    found, plain = method(x, u), weighted_mean(x, u)
    assert (found.between, found.p_value) == (0.0, pytest.approx(plain.p_value, rel=1e-12))
    assert (found.value, found.u) == pytest.approx((plain.value, plain.u), rel=1e-14)


@pytest.mark.parametrize("method", [dersimonian_laird, mandel_paule])
def test_no_digits_are_lost_to_an_offset_or_a_scale(method) -> None:
    x, u = np.array([0.0, 0.5, 2.0, -1.0]), np.array([0.25, 0.5, 0.125, 1.0])
    near, far = method(x, u), method(2.0**20 + x * 2.0**-10, u * 2.0**-10)
    assert far.between == pytest.approx(near.between * 2.0**-10, rel=1e-12)
    assert far.u == pytest.approx(near.u * 2.0**-10, rel=1e-12)


def test_the_spread_between_laboratories_is_found_again() -> None:
    generator = np.random.default_rng(31)
    u = generator.uniform(0.5, 2.0, 4000)
    x = generator.normal(100.0, np.hypot(u, 1.5))
    for method in (dersimonian_laird, mandel_paule):
        found = method(x, u)
        assert found.between == pytest.approx(1.5, abs=0.08)
        assert abs(found.value - 100) < 4 * found.u


def test_uncertainties_of_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="mandel_paule") as caught:
        mandel_paule([1.0, 2.0], [0.1, 0.0])
    assert str(caught.value) == (
        "mandel_paule: u: expected numbers above 0, got 0.0 at index 1. Look at what it was computed from."
    )
