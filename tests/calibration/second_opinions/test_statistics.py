"""Critical values, constants of control charts, run lengths and reliability beside SciPy."""

import numpy as np
import pytest

from calibration import comparison, control_charts, drift, intervals

WHY = "a second opinion: make test installs it where wheels exist"
stats = pytest.importorskip("scipy.stats", reason=WHY)
special = pytest.importorskip("scipy.special", reason=WHY)
integrate = pytest.importorskip("scipy.integrate", reason=WHY)
optimize = pytest.importorskip("scipy.optimize", reason=WHY)


@pytest.mark.parametrize("alpha", [0.01, 0.05])
@pytest.mark.parametrize("p", [3, 4, 8, 15, 40])
def test_grubbs_and_mandel_h_are_functions_of_students_quantile(p: int, alpha: float) -> None:
    t = stats.t.isf(alpha / (2 * p), p - 2)
    assert comparison.grubbs_critical(p, alpha) == pytest.approx(
        (p - 1) / p**0.5 * (t * t / (p - 2 + t * t)) ** 0.5, rel=1e-10
    )
    t = stats.t.isf(alpha / 2, p - 2)
    assert comparison.mandel_h_critical(p, alpha) == pytest.approx(
        (p - 1) * t / (p * (t * t + p - 2)) ** 0.5, rel=1e-10
    )


@pytest.mark.parametrize("alpha", [0.01, 0.05])
@pytest.mark.parametrize(("p", "n"), [(3, 2), (8, 3), (15, 6), (30, 2)])
def test_cochran_and_mandel_k_are_functions_of_fishers_quantile(p: int, n: int, alpha: float) -> None:
    f = stats.f.isf(alpha / p, n - 1, (p - 1) * (n - 1))
    assert comparison.cochran_critical(p, n, alpha) == pytest.approx(f / (p - 1 + f), rel=1e-10)
    f = stats.f.isf(alpha, n - 1, (p - 1) * (n - 1))
    assert comparison.mandel_k_critical(p, n, alpha) == pytest.approx((p * f / (p - 1 + f)) ** 0.5, rel=1e-10)


@pytest.mark.parametrize("seed", range(6))
def test_a_weighted_mean_and_its_chi_square(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, u = 1e5 + random.normal(0, 0.2, 8), random.uniform(0.05, 0.4, 8)
    found = comparison.weighted_mean(x, u)
    middle = 1e5 + np.average(x - 1e5, weights=u**-2)
    chi_square = float(np.sum(((x - middle) / u) ** 2))
    assert (found.value, found.u) == (pytest.approx(middle, rel=1e-14), pytest.approx(np.sum(u**-2) ** -0.5, rel=1e-12))
    assert found.p_value == pytest.approx(stats.chi2.sf(chi_square, 7), rel=1e-6)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 25])
def test_constants_of_control_charts_by_quadrature(n: int) -> None:
    below = stats.norm.cdf
    range_mean = integrate.quad(lambda z: 1 - below(z) ** n - (1 - below(z)) ** n, -12, 12, epsabs=1e-13, limit=200)[0]
    assert control_charts.d2(n) == pytest.approx(range_mean, rel=1e-10)
    square = (
        2 * integrate.quad(lambda w: w * stats.studentized_range.sf(w, n, np.inf), 0, 14, epsrel=1e-9, limit=200)[0]
    )
    assert control_charts.d3(n) == pytest.approx((square - range_mean**2) ** 0.5, rel=1e-5)
    assert control_charts.c4(n) == pytest.approx(stats.chi.mean(n - 1) / (n - 1) ** 0.5, rel=1e-12)


@pytest.mark.parametrize("weight", [0.05, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("shift", [0.0, 0.5, 1.5])
def test_run_lengths_of_an_ewma_by_a_markov_chain(weight: float, shift: float) -> None:
    limit, cells = 2.7 * (weight / (2 - weight)) ** 0.5, 801
    step = 2 * limit / cells
    middles = -limit + step * (np.arange(cells) + 0.5)
    edges = np.append(middles - step / 2, limit)
    moves = np.diff(
        stats.norm.cdf((edges[np.newaxis, :] - (1 - weight) * middles[:, np.newaxis]) / weight - shift), axis=1
    )
    lengths = np.linalg.solve(np.eye(cells) - moves, np.ones(cells))
    assert drift.ewma_run_length(weight, 2.7, shift) == pytest.approx(lengths[cells // 2], rel=2e-3)


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0, 2.0])
def test_run_lengths_of_a_cusum_by_a_markov_chain(shift: float) -> None:
    limit, allowance, cells = 4.0, 0.5, 1201

    def one_sided(mean: float) -> float:
        step = 2 * limit / (2 * cells - 1)
        middles = step * np.arange(cells)
        reach = middles[np.newaxis, :] - middles[:, np.newaxis] + allowance - mean
        moves = stats.norm.cdf(reach + step / 2) - stats.norm.cdf(reach - step / 2)
        moves[:, 0] = stats.norm.cdf(reach[:, 0] + step / 2)
        return float(np.linalg.solve(np.eye(cells) - moves, np.ones(cells))[0])

    both = 1 / (1 / one_sided(shift) + 1 / one_sided(-shift))
    assert drift.cusum_run_length(limit, allowance, shift) == pytest.approx(both, rel=2e-3)


@pytest.mark.parametrize(("good", "of"), [(15, 20), (1, 3), (40, 41), (5, 30)])
@pytest.mark.parametrize("confidence", [0.5, 0.9])
def test_the_reliability_of_an_interval_is_clopper_and_pearsons(good: int, of: int, confidence: float) -> None:
    found = intervals.interval_test(good, of, 365, target=0.9, confidence=confidence)
    exact = stats.binomtest(good, of).proportion_ci(confidence, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), rel=1e-9)


@pytest.mark.parametrize(("model", "start"), [("exponential", [3.0]), ("weibull", [3.0, 1.0])])
def test_reliability_models_at_the_maximum_that_scipy_finds(model: str, start: list[float]) -> None:
    time = np.array([4, 7, 10, 13, 21, 28, 40, 48.0])
    good, of = np.array([4, 5, 9, 8, 12, 20, 9, 2]), np.array([4, 6, 14, 13, 22, 49, 18, 6])

    def loss(parameters: np.ndarray) -> float:
        scale, shape = np.exp(parameters[0]), parameters[1] if len(parameters) > 1 else 1.0
        reliability = np.clip(np.exp(-((time / scale) ** shape)), 1e-12, 1 - 1e-12)
        return -float(np.sum(good * np.log(reliability) + (of - good) * np.log1p(-reliability)))

    found = intervals.reliability_fits(intervals.from_groups(time, good, of), 0.75, models=[model])[0]
    best = optimize.minimize(
        loss, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000}
    )
    scale, shape = np.exp(best.x[0]), best.x[1] if len(best.x) > 1 else 1.0
    assert found.interval == pytest.approx(scale * (-np.log(0.75)) ** (1 / shape), rel=1e-5)
    binomials = float(np.sum(special.gammaln(of + 1) - special.gammaln(good + 1) - special.gammaln(of - good + 1)))
    assert found.log_likelihood in (pytest.approx(-best.fun, rel=1e-8), pytest.approx(-best.fun + binomials, rel=1e-8))


@pytest.mark.parametrize("seed", range(4))
def test_a_change_point_between_two_levels_beside_the_largest_of_all_t_tests(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = np.concatenate([random.normal(0, 1, 7), random.normal(2, 1, 6)])
    found = drift.change_point(values)
    ts = [abs(stats.ttest_ind(values[:k], values[k:]).statistic) for k in range(1, len(values))]
    assert found.before == int(np.argmax(ts)) + 1
    assert found.statistic == pytest.approx(max(ts), rel=1e-9)
