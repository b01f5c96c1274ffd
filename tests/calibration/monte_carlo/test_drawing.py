"""Each distribution against its cdf, its moments and its correlation; tolerances are of five standard deviations."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from calibration.distributions import normal_cdf, student_t_cdf
from calibration.monte_carlo import JointSimulation, simulate, simulate_together
from calibration.uncertainty import Input, arcsine, normal, rectangular, trapezoidal, triangular

N = 100_000
# Kolmogorov: an empirical cdf of n values is farther off than this in one case of ten million.
FAR = 2.9 / math.sqrt(N)

Cdf = Callable[[float], float]


def trapezoid(x: float, top: float) -> float:
    if x > 0:
        return 1 - trapezoid(-x, top)
    if x < -top:
        return max(0.0, 1 + x) ** 2 / (2 * (1 - top * top))
    return 0.5 + x / (1 + top)


def inexact(x: float, part: float) -> float:
    """Rectangle of unit half width, known within +- part: mean over the half width."""
    widths = 1 + part * (2 * (np.arange(2000) + 0.5) / 2000 - 1)
    return float(np.mean(np.clip((x / widths + 1) / 2, 0, 1)))


SHAPES: list[tuple[Input, Cdf, float]] = [
    (normal("x", 5.0, 2.0), lambda t: normal_cdf((t - 5) / 2), 2.0),
    (normal("x", 5.0, 2.0, dof=8), lambda t: student_t_cdf((t - 5) / 2, 8), 2 * math.sqrt(8 / 6)),
    (Input("x", 5.0, 2.0, "normal", 8.5), lambda t: student_t_cdf((t - 5) / 2, 8.5), 2 * math.sqrt(8.5 / 6.5)),
    (Input("x", 5.0, 2.0, "student"), lambda t: normal_cdf((t - 5) / 2), 2.0),
    (rectangular("x", 5.0, 2.0), lambda t: trapezoid((t - 5) / 2, 1), 2 / math.sqrt(3)),
    (triangular("x", 5.0, 2.0), lambda t: trapezoid((t - 5) / 2, 0), 2 / math.sqrt(6)),
    (trapezoidal("x", 5.0, 2.0, 0.4), lambda t: trapezoid((t - 5) / 2, 0.4), 2 * math.sqrt(1.16 / 6)),
    (arcsine("x", 5.0, 2.0), lambda t: 0.5 + math.asin(max(-1, min(1, (t - 5) / 2))) / math.pi, math.sqrt(2)),
    # JCGM 101, 6.4.3: u**2 = a**2 / 3 + d**2 / 9, here with d = a / 2.
    (rectangular("x", 5.0, 2.0, dof=2), lambda t: inexact((t - 5) / 2, 0.5), math.sqrt(4 / 3 + 1 / 9)),
]


def farthest(values: np.ndarray, cdf: Cdf) -> float:
    at = values[:: len(values) // 400]
    below = np.searchsorted(values, at, side="right") / len(values)
    return max(abs(float(b) - cdf(float(t))) for b, t in zip(below, at, strict=True))


@pytest.mark.parametrize(("given", "cdf", "u"), SHAPES, ids=lambda it: getattr(it, "distribution", ""))
def test_draws_follow_their_distribution(given: Input, cdf: Cdf, u: float) -> None:
    found = simulate(lambda x: x, [given], np.random.default_rng(11), trials=N)
    assert farthest(found.values, cdf) < FAR
    assert found.value == pytest.approx(5, abs=5 * u / math.sqrt(N))
    assert found.u == pytest.approx(u, rel=0.02)


@pytest.mark.parametrize(("given", "cdf", "u"), SHAPES, ids=lambda it: getattr(it, "distribution", ""))
def test_correlated_draws_keep_their_distribution(given: Input, cdf: Cdf, u: float) -> None:
    """Tied to an arcsine one, so that none is multivariate normal."""
    models = {"x": lambda x, y: x, "y": lambda x, y: y}
    inputs = [given, arcsine("y", 0.0, 1.0)]
    found = simulate_together(models, inputs, np.random.default_rng(12), {("x", "y"): 0.8}, trials=N)
    assert farthest(found.outputs["x"].values, cdf) < FAR
    assert found.outputs["x"].u == pytest.approx(u, rel=0.02)
    assert 0.65 < found.correlation[0, 1] < 0.8


@pytest.mark.parametrize("given", [each for each, _, _ in SHAPES if each.dof == math.inf])
def test_what_has_limits_stays_within(given: Input) -> None:
    found = simulate(lambda x: x, [given], np.random.default_rng(13), trials=N)
    half = given.half_width
    assert 5 - half <= found.values[0]
    assert found.values[-1] <= 5 + half


def pair(one: Input, other: Input, r: float, seed: int = 14) -> JointSimulation:
    models = {"x": lambda x, y: x, "y": lambda x, y: y}
    return simulate_together(models, [one, other], np.random.default_rng(seed), {("x", "y"): r}, trials=N)


@pytest.mark.parametrize("r", [-0.9, -0.3, 0.5, 0.95])
def test_normal_inputs_correlate_as_stated(r: float) -> None:
    found = pair(normal("x", 1.0, 3.0), normal("y", 2.0, 4.0), r)
    assert found.correlation[0, 1] == pytest.approx(r, abs=5 * (1 - r * r) / math.sqrt(N))
    assert found.covariance[0, 1] == pytest.approx(12 * r, abs=0.15)


@pytest.mark.parametrize("r", [-0.9, 0.5])
def test_rectangular_inputs_correlate_as_the_copula_says(r: float) -> None:
    found = pair(rectangular("x", 1.0, 3.0), rectangular("y", 2.0, 4.0), r)
    assert found.correlation[0, 1] == pytest.approx(6 / math.pi * math.asin(r / 2), abs=0.01)


def test_t_inputs_of_the_same_dof_share_their_spread() -> None:
    found = pair(normal("x", 0.0, 1.0, dof=9), normal("y", 0.0, 1.0, dof=9), 0.6)
    assert found.correlation[0, 1] == pytest.approx(0.6, abs=0.015)
    # Of the multivariate t: x - r y and y do not correlate, but are not independent: their squares do.
    x, y = found.values
    assert np.corrcoef((x - 0.6 * y) ** 2, y**2)[0, 1] > 0.1


@pytest.mark.parametrize("r", [-1.0, 1.0])
def test_wholly_correlated_inputs_move_as_one(r: float) -> None:
    found = pair(normal("x", 1.0, 3.0), normal("y", 2.0, 4.0), r)
    x, y = found.values
    assert np.allclose((x - 1) / 3, r * (y - 2) / 4, atol=1e-7)


def test_three_inputs_that_sum_to_a_constant() -> None:
    """Their correlation matrix is singular."""
    matrix = [[1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1]]
    inputs = [normal(name, 1.0, 0.1) for name in "abc"]
    found = simulate(lambda a, b, c: a + b + c, inputs, np.random.default_rng(15), matrix, trials=1000)
    assert found.value == pytest.approx(3, abs=1e-9)
    assert found.u < 1e-7


def test_inputs_that_correlate_by_way_of_a_third_are_drawn_together() -> None:
    models = {name: lambda name=name, **all_of: all_of[name] for name in "abcd"}
    inputs = [normal(name, 0.0, 1.0) for name in "abcd"]
    r = {("a", "c"): 0.6, ("c", "b"): 0.6}
    found = simulate_together(models, inputs, np.random.default_rng(16), r, trials=N)
    expected = [[1, 0, 0.6, 0], [0, 1, 0.6, 0], [0.6, 0.6, 1, 0], [0, 0, 0, 1]]
    assert np.allclose(found.correlation, expected, atol=0.012)


def test_constants_stay_what_they_are_beside_a_correlation() -> None:
    inputs = [normal("a", 2.0, 0.0), normal("b", 0.0, 1.0)]
    found = simulate(lambda a, b: a + 0 * b, inputs, np.random.default_rng(1), {("a", "b"): 0.5}, trials=1000)
    assert (found.value, found.u) == (2.0, 0.0)
