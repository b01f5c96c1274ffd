"""Probabilities of conformity and of wrong decisions beside SciPy's integrals."""

from collections.abc import Callable

import numpy as np
import pytest

from calibration.decision import (
    Limits,
    Process,
    global_risks,
    guard_band_for_global_risk,
    guard_band_for_specific_risk,
    probability_of_conformity,
    specific_risk,
)

WHY = "a second opinion: make test installs it where wheels exist"
stats = pytest.importorskip("scipy.stats", reason=WHY)
integrate = pytest.importorskip("scipy.integrate", reason=WHY)

RANDOM = np.random.default_rng(20240713)
CASES = [tuple(float(each) for each in RANDOM.uniform((-2, 0.05, 0.05, -0.4), (2, 2, 1, 0.4))) for _ in range(40)]


@pytest.mark.parametrize(("value", "s", "u", "guard"), CASES)
@pytest.mark.parametrize("dof", [2.0, 9.5, float("inf")])
def test_conformity_beside_scipy(value: float, s: float, u: float, guard: float, dof: float) -> None:
    at = stats.norm(value, u) if dof == float("inf") else stats.t(dof, value, u)
    assert probability_of_conformity(value, u, Limits(-1, 1), dof) == pytest.approx(at.cdf(1) - at.cdf(-1), abs=1e-13)
    assert specific_risk(value, u, Limits(upper=1), dof) == pytest.approx(at.sf(1), rel=1e-10)
    assert specific_risk(value, u, Limits(lower=-1), dof) == pytest.approx(at.cdf(-1), rel=1e-10)


@pytest.mark.parametrize(("mean", "s", "u", "guard"), CASES)
def test_global_risks_beside_quadrature(mean: float, s: float, u: float, guard: float) -> None:
    limits, acceptance = Limits(-1, 1), Limits(-1 + guard, 1 - guard)
    process = stats.norm(mean, s)

    def accepted(at: float) -> float:
        return float(stats.norm.cdf((acceptance.upper - at) / u) - stats.norm.cdf((acceptance.lower - at) / u))

    def over(low: float, high: float, share: Callable[[float], float]) -> float:
        low, high = max(low, mean - 12 * s), min(high, mean + 12 * s)
        if low >= high:
            return 0.0
        breaks = [each for each in (mean, acceptance.lower, acceptance.upper) if low < each < high] or None
        found = integrate.quad(
            lambda at: share(at) * process.pdf(at), low, high, points=breaks, epsabs=1e-13, limit=400
        )
        return float(found[0])

    risks = global_risks(Process(mean, s), u, limits, acceptance)
    wrongly_in = over(-np.inf, -1, accepted) + over(1, np.inf, accepted)
    assert risks.false_acceptance == pytest.approx(wrongly_in, abs=2e-10)
    assert risks.false_rejection == pytest.approx(over(-1, 1, lambda at: 1 - accepted(at)), abs=2e-10)
    assert risks.conforming == pytest.approx(process.cdf(1) - process.cdf(-1), abs=1e-13)


@pytest.mark.parametrize(("mean", "s", "u", "guard"), CASES[:10])
def test_a_guard_band_gives_the_risk_that_was_asked_for(mean: float, s: float, u: float, guard: float) -> None:
    del guard
    limits, process = Limits(-1, 1), Process(mean / 4, 0.2 + s / 4)
    wide = global_risks(process, u / 2, limits).false_acceptance
    band = guard_band_for_global_risk(wide / 2, process, u / 2, limits)
    assert global_risks(process, u / 2, limits, limits.guarded(band)).false_acceptance == pytest.approx(
        wide / 2, rel=1e-6
    )


@pytest.mark.parametrize("risk", [0.001, 0.023, 0.05, 0.2])
@pytest.mark.parametrize("dof", [3.0, 60.0, float("inf")])
def test_a_guard_band_for_one_limit_is_a_quantile(risk: float, dof: float) -> None:
    quantile = stats.norm.isf(risk) if dof == float("inf") else stats.t.isf(risk, dof)
    assert guard_band_for_specific_risk(risk, 0.3, Limits(upper=1), dof) == pytest.approx(0.3 * quantile, rel=1e-9)
