"""Quantiles and distribution functions beside mpmath (40 digits) and SciPy, at random places."""

import math

import numpy as np
import pytest

from calibration import distributions as ours

WHY = "a second opinion: make test installs it where wheels exist"
mpmath = pytest.importorskip("mpmath", reason=WHY)
stats = pytest.importorskip("scipy.stats", reason=WHY)

RANDOM = np.random.default_rng(20240711)
PLACES = [
    (float(p), float(dof)) for p, dof in zip(RANDOM.uniform(0, 1, 60), 10 ** RANDOM.uniform(0, 6, 60), strict=True)
]
TAILS = [
    (float(10.0**-e), float(dof))
    for e, dof in zip(RANDOM.uniform(1, 12, 20), 10 ** RANDOM.uniform(0, 3, 20), strict=True)
]


def exact_student_cdf(t: float, dof: float) -> "mpmath.mpf":
    with mpmath.workdps(40):
        t, dof = mpmath.mpf(t), mpmath.mpf(dof)
        tail = mpmath.betainc(dof / 2, mpmath.mpf(1) / 2, 0, dof / (dof + t * t), regularized=True) / 2
        return 1 - tail if t > 0 else tail


def refined(start: float, p: float, dof: float) -> "mpmath.mpf":
    """Student's quantile to 30 digits by Newton's steps from ours."""
    with mpmath.workdps(40):
        t, n = mpmath.mpf(start), mpmath.mpf(dof)
        height = mpmath.gamma((n + 1) / 2) / (mpmath.sqrt(n * mpmath.pi) * mpmath.gamma(n / 2))
        for _ in range(3):
            t -= (exact_student_cdf(t, dof) - mpmath.mpf(p)) / (height * (1 + t * t / n) ** (-(n + 1) / 2))
        return t


@pytest.mark.parametrize(("p", "dof"), PLACES[:30] + TAILS)
def test_students_quantile_has_eleven_digits(p: float, dof: float) -> None:
    found = ours.student_t_quantile(p, dof)
    assert abs(found - refined(found, p, dof)) <= 1e-11 * max(abs(found), 1e-3)


@pytest.mark.parametrize(("p", "dof"), PLACES + TAILS)
def test_quantiles_beside_scipy(p: float, dof: float) -> None:
    other = 1 + dof / 7
    beside = [
        (ours.student_t_quantile(p, dof), stats.t.ppf(p, dof)),
        (ours.chi_square_quantile(p, dof), stats.chi2.ppf(p, dof)),
        (ours.f_quantile(p, dof, other), stats.f.ppf(p, dof, other)),
        (ours.gamma_quantile(p, dof / 3), stats.gamma.ppf(p, dof / 3)),
        (ours.beta_quantile(p, dof / 5, other), stats.beta.ppf(p, dof / 5, other)),
        (ours.normal_quantile(p), stats.norm.ppf(p)),
    ]
    assert [one for one, _ in beside] == pytest.approx([other for _, other in beside], rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(("p", "dof"), PLACES + TAILS)
def test_both_tails_beside_scipy(p: float, dof: float) -> None:
    x, other = float(stats.chi2.ppf(p, dof)), 1 + dof / 7
    for upper, side in ((False, "cdf"), (True, "sf")):
        beside = [
            (ours.chi_square_cdf(x, dof, upper=upper), getattr(stats.chi2, side)(x, dof)),
            (ours.gamma_cdf(x / 2, dof / 2, upper=upper), getattr(stats.gamma, side)(x / 2, dof / 2)),
            (ours.f_cdf(x / dof, dof, other, upper=upper), getattr(stats.f, side)(x / dof, dof, other)),
            (ours.beta_cdf(p, 2.5, other, upper=upper), getattr(stats.beta, side)(p, 2.5, other)),
            (ours.student_t_cdf(x / dof, dof, upper=upper), getattr(stats.t, side)(x / dof, dof)),
            (ours.normal_cdf(x / dof, upper=upper), getattr(stats.norm, side)(x / dof)),
        ]
        assert [one for one, _ in beside] == pytest.approx([other for _, other in beside], rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("probability", [0.5, 0.6827, 0.9, 0.95, 0.9545, 0.99, 0.9973])
@pytest.mark.parametrize("dof", [1, 2, 3, 7.5, 18, 50, 1e3, 1e6, math.inf])
def test_coverage_factors_beside_scipy(probability: float, dof: float) -> None:
    expected = stats.norm.ppf((1 + probability) / 2) if math.isinf(dof) else stats.t.ppf((1 + probability) / 2, dof)
    assert ours.coverage_factor(probability, dof) == pytest.approx(expected, rel=1e-10)
