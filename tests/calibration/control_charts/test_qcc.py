"""Against R's qcc 2.7, which rounds d2 to 2.326 and 1.128: it is given the sigma that follows from that."""

from typing import Any

import numpy as np
import pytest

from calibration.control_charts import (
    LIMITS,
    Chart,
    Cusum,
    Ewma,
    Means,
    Sigma,
    c_chart,
    cp_with_limits,
    cpk_with_limits,
    d2,
    d3,
    estimate_sigma,
    individuals_chart,
    np_chart,
    p_chart,
    range_chart,
    s_chart,
    u_chart,
    x_bar_chart,
)


def lines(chart: Chart, samples: Any) -> np.ndarray:
    points = chart.points(samples)
    return np.column_stack([points.lower, points.upper])


def beyond(chart: Chart, samples: Any) -> list[int]:
    return [finding.index + 1 for finding in Chart(chart.plot, LIMITS).judge(samples)]


def rounded(rings: np.ndarray) -> Sigma:
    return Sigma.stated(estimate_sigma(rings[:25], "mean_range_d2").value * d2(5) / 2.326)


@pytest.mark.parametrize(
    ("estimator", "case"), [("mean_s_c4", "piston_xbar_UWAVE_SD"), ("pooled_s_c4", "piston_xbar_RMSDF")]
)
def test_means_of_piston_rings(estimator, case: str, rings, qcc) -> None:
    chart = x_bar_chart(rings[:25], sigma=estimator)
    assert chart.plot.center == pytest.approx(qcc[case]["center"], rel=1e-13)
    assert lines(chart, rings[:25]) == pytest.approx(np.tile(qcc[case]["limits"][0], (25, 1)), rel=1e-13)
    assert chart.points(rings[:25]).value == pytest.approx(qcc[case]["stats"], rel=1e-13)


def test_the_base_of_piston_rings_is_stable_and_what_comes_after_is_not(rings, qcc) -> None:
    case = qcc["piston_xbar_UWAVE_R"]
    exact = x_bar_chart(rings[:25], sigma="mean_range_d2")
    assert exact.judge(rings[:25]) == ()
    assert beyond(exact, rings) == case["beyond"]
    as_qcc = Chart(Means(exact.plot.center, rounded(rings)))
    assert lines(as_qcc, rings[:1]) == pytest.approx(np.array(case["limits"]), rel=1e-13)


def test_ranges_of_piston_rings(rings, qcc) -> None:
    chart = range_chart(rings[:25])
    points = chart.points(rings[:25])
    assert points.center == pytest.approx(np.full(25, qcc["piston_R"]["center"]), rel=1e-11)
    assert points.value == pytest.approx(qcc["piston_R"]["stats"], abs=1e-12)
    assert points.lower == pytest.approx(np.zeros(25))
    # qcc's table has d3(5) / d2(5) with five figures.
    width = qcc["piston_R"]["limits"][0][1] - qcc["piston_R"]["center"]
    assert (points.upper - points.center)[0] == pytest.approx(width, rel=5e-5)
    assert points.error[0] == pytest.approx(points.center[0] * d3(5) / d2(5), rel=1e-12)
    assert chart.judge(rings[:25]) == ()


def test_standard_deviations_of_piston_rings(rings, qcc) -> None:
    chart = s_chart(rings[:25])
    points = chart.points(rings[:25])
    assert points.center == pytest.approx(np.full(25, qcc["piston_S"]["center"]), rel=1e-12)
    assert lines(chart, rings[:25]) == pytest.approx(np.tile(qcc["piston_S"]["limits"][0], (25, 1)), rel=1e-12)
    assert points.value == pytest.approx(qcc["piston_S"]["stats"], rel=1e-11)


def test_fractions_of_orange_juice_cans(published, qcc) -> None:
    cans = np.array([[count, 50] for count in published["data"]["orangejuice"]["D"]])
    chart = p_chart(cans)
    assert chart.plot.fraction == pytest.approx(qcc["oj_p_trial"]["center"], rel=1e-13)
    assert lines(chart, cans[:1]) == pytest.approx(np.array(qcc["oj_p_trial"]["limits"]), rel=1e-13)
    assert beyond(chart, cans) == qcc["oj_p_trial"]["beyond"]
    kept = np.delete(cans, [14, 22], axis=0)
    again = p_chart(kept)
    assert lines(again, kept[:1]) == pytest.approx(np.array(qcc["oj_p_trial_drop15_23"]["limits"]), rel=1e-13)
    assert beyond(again, kept) == qcc["oj_p_trial_drop15_23"]["beyond"]


def test_numbers_of_orange_juice_cans(published, qcc) -> None:
    numbers = published["data"]["orangejuice"]["D"]
    chart = np_chart(numbers, size=50)
    assert lines(chart, numbers[:1]) == pytest.approx(np.array(qcc["oj_np_trial"]["limits"]), rel=1e-13)
    assert beyond(chart, numbers) == qcc["oj_np_trial"]["beyond"]


def test_nonconformities_of_circuit_boards(published, qcc) -> None:
    boards = published["data"]["circuit"]["x"]
    chart = c_chart(boards)
    assert lines(chart, boards[:1]) == pytest.approx(np.array(qcc["circuit_c_trial"]["limits"]), rel=1e-13)
    assert beyond(chart, boards) == qcc["circuit_c_trial"]["beyond"]
    kept = np.delete(boards, [5, 19])
    again = c_chart(kept)
    assert lines(again, kept[:1]) == pytest.approx(np.array(qcc["circuit_c_drop6_20"]["limits"]), rel=1e-13)
    assert beyond(again, kept) == []


@pytest.mark.parametrize(("data", "case"), [("pcmanufact", "pc_u"), ("dyedcloth", "dyed_u")])
def test_nonconformities_a_unit(data: str, case: str, published, qcc) -> None:
    pairs = np.column_stack([published["data"][data]["x"], published["data"][data]["size"]])
    chart = u_chart(pairs)
    expected = np.array(qcc[case]["limits"])
    assert chart.plot.mean == pytest.approx(qcc[case]["center"], rel=1e-13)
    assert chart.points(pairs).value == pytest.approx(qcc[case]["stats"], rel=1e-13)
    assert lines(chart, pairs) == pytest.approx(np.broadcast_to(expected, (len(pairs), 2)), rel=1e-12)
    assert beyond(chart, pairs) == []


def test_viscosity(published, qcc) -> None:
    row = published["data"]["viscosity"]
    by_s = individuals_chart(row, sigma="s_c4")
    assert lines(by_s, row[:1]) == pytest.approx(np.array(qcc["viscosity_i_SD"]["limits"]), rel=1e-13)
    by_range = individuals_chart(row, sigma="moving_range_d2")
    as_qcc = Means(by_range.plot.center, Sigma.stated(by_range.plot.sigma.value * d2(2) / 1.128))
    assert lines(Chart(as_qcc), row[:1]) == pytest.approx(np.array(qcc["viscosity_i_MR"]["limits"]), rel=1e-13)


def test_ewma_of_piston_rings(rings, qcc) -> None:
    case = qcc["piston_ewma_l02_k27"]
    chart = Chart(Ewma(float(np.mean(rings[:25])), rounded(rings), weight=0.2, width=2.7))
    points = chart.points(rings)
    assert points.value == pytest.approx(case["y"], rel=1e-13)
    assert points.error == pytest.approx(case["sigma"], rel=1e-11)
    assert lines(chart, rings) == pytest.approx(np.array(case["limits"]), rel=1e-13)
    assert beyond(chart, rings) == case["violations"]


def test_cusum_of_piston_rings(rings, qcc) -> None:
    case = qcc["piston_cusum_h5_k05"]
    chart = Chart(Cusum(float(np.mean(rings[:25])), rounded(rings), limit=5, allowance=0.5))
    points = chart.points(rings)
    # Means of 74 mm have 1e-14 mm of rounding: 1e-11 sigma a sample.
    assert points.value == pytest.approx(case["pos"], abs=1e-9)
    assert points.low == pytest.approx(case["neg"], abs=1e-9)
    assert beyond(chart, rings) == case["upper"]


# qcc's Cp_l and Cp_u are one-sided: they are not ours.
@pytest.mark.parametrize(("case", "half_width"), [("piston_cap_sym", 0.05), ("piston_cap_tight", 0.01)])
def test_capability_of_piston_rings(case: str, half_width: float, rings, qcc) -> None:
    indices = qcc[case]["indices"]
    sigma, mean = rounded(rings).value, float(np.mean(rings[:25]))
    cp = cp_with_limits(2 * half_width / (6 * sigma), dof=124)
    cpk = cpk_with_limits((74 + half_width - mean) / (3 * sigma), n=125, dof=124)
    for index, name in ((cp, "Cp"), (cpk, "Cpk")):
        expected = [indices[name][key] for key in ("value", "lo95", "hi95")]
        assert [index.value, index.low, index.high] == pytest.approx(expected, rel=1e-10)
