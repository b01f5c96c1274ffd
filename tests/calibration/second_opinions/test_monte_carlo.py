"""Drawn distributions and coverage intervals beside SciPy's."""

import numpy as np
import pytest

from calibration.monte_carlo import shortest_interval, simulate, symmetric_interval
from calibration.uncertainty import arcsine, normal, rectangular, trapezoidal, triangular

WHY = "a second opinion: make test installs it where wheels exist"
stats = pytest.importorskip("scipy.stats", reason=WHY)
optimize = pytest.importorskip("scipy.optimize", reason=WHY)

TRIALS, QUANTILES = 200_000, 20_000
SHAPES = [
    (normal("x", 1.0, 0.3), stats.norm(1.0, 0.3)),
    (normal("x", 1.0, 0.3, dof=4), stats.t(4, 1.0, 0.3)),
    (rectangular("x", 1.0, 0.3), stats.uniform(0.7, 0.6)),
    (triangular("x", 1.0, 0.3), stats.triang(0.5, 0.7, 0.6)),
    (trapezoidal("x", 1.0, 0.3, top=0.5), stats.trapezoid(0.25, 0.75, 0.7, 0.6)),
    (arcsine("x", 1.0, 0.3), stats.arcsine(0.7, 0.6)),
]


@pytest.mark.parametrize(("given", "theirs"), SHAPES, ids=[given.distribution for given, _ in SHAPES])
def test_what_is_drawn_has_the_distribution(given: object, theirs: object) -> None:
    found = simulate(lambda x: x, [given], np.random.default_rng(7), trials=TRIALS)
    assert stats.kstest(found.values, theirs.cdf).pvalue > 1e-3
    assert found.u == pytest.approx(theirs.std(), rel=0.02)
    assert found.symmetric(0.95) == pytest.approx(theirs.interval(0.95), abs=0.01)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(
    "theirs", [stats.gamma(2.0), stats.beta(1.2, 4), stats.norm(5, 2)], ids=["gamma", "beta", "normal"]
)
def test_intervals_of_quantiles_in_order(theirs: object, p: float) -> None:
    values = theirs.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES)
    assert symmetric_interval(values, p) == pytest.approx(theirs.interval(p), abs=0.01)
    low = optimize.minimize_scalar(
        lambda q: theirs.ppf(q + p) - theirs.ppf(q),
        bounds=(1e-9, 1 - p - 1e-9),
        method="bounded",
        options={"xatol": 1e-10},
    ).x
    found = shortest_interval(values, p)
    assert found[1] - found[0] == pytest.approx(theirs.ppf(low + p) - theirs.ppf(low), rel=1e-3)


@pytest.mark.parametrize("r", [-0.9, 0.3, 1.0])
def test_a_product_of_correlated_inputs_has_its_known_moments(r: float) -> None:
    found = simulate(
        lambda a, b: a * b,
        [normal("a", 2.0, 0.3), normal("b", 5.0, 0.8)],
        np.random.default_rng(3),
        [[1, r], [r, 1]],
        trials=TRIALS,
    )
    covariance = r * 0.3 * 0.8
    mean, square = (
        10 + covariance,
        (2 * 0.8) ** 2 + (5 * 0.3) ** 2 + 2 * 2 * 5 * covariance + (0.3 * 0.8) ** 2 + covariance**2,
    )
    assert (found.value, found.u) == (
        pytest.approx(mean, abs=5 * (square / TRIALS) ** 0.5),
        pytest.approx(square**0.5, rel=0.01),
    )
