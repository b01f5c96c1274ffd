"""The law of propagation beside MSL's GTC and beside ``uncertainties``, on random models."""

from types import ModuleType

import numpy as np
import pytest

from calibration.uncertainty import (
    effective_dof,
    mean,
    means_together,
    normal,
    one_way,
    parse_model,
    propagate,
    propagate_together,
)

WHY = "a second opinion: make test installs it where wheels exist"
GTC = pytest.importorskip("GTC", reason=WHY)
uncertainties = pytest.importorskip("uncertainties", reason=WHY)
unumpy_math = pytest.importorskip("uncertainties.umath", reason=WHY)
stats = pytest.importorskip("scipy.stats", reason=WHY)

MODELS = [
    "a * b / c",
    "a + b - 2 * c",
    "sqrt(a ** 2 + b ** 2) * exp(-c / 10)",
    "a * (1 + b * (c - 2)) / (1 - 0.001 * a)",
    "log(a) + sin(b) * cos(c)",
    "(a - b) / (a + b) + c ** 3",
    "atan(a / b) * c",
    "a ** b / c",
]
SEEDS = range(6)


def numbers(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Values, uncertainties, degrees of freedom and a correlation matrix of three inputs."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(3, 5))
    covariance = root @ root.T
    scale = np.sqrt(np.diag(covariance))
    return (
        random.uniform(1, 3, 3),
        10.0 ** random.uniform(-6, -1, 3),
        random.uniform(2, 50, 3),
        covariance / np.outer(scale, scale),
    )


def named(functions: ModuleType) -> dict[str, object]:
    return {name: getattr(functions, name) for name in ("sqrt", "exp", "log", "sin", "cos", "atan")}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("text", MODELS)
def test_independent_inputs_beside_gtc(text: str, seed: int) -> None:
    x, u, dof, _ = numbers(seed)
    found = propagate(
        parse_model(text),
        [normal(n, float(v), float(s), dof=float(d)) for n, v, s, d in zip("abc", x, u, dof, strict=True)],
    )
    theirs = {n: GTC.ureal(v, s, d, label=n) for n, v, s, d in zip("abc", x, u, dof, strict=True)}
    y = eval(text, named(GTC), theirs)
    assert found.value == pytest.approx(GTC.value(y), rel=1e-14)
    assert found.u == pytest.approx(GTC.uncertainty(y), rel=1e-13)
    assert found.dof == pytest.approx(GTC.dof(y), rel=1e-11)
    contributions = [abs(row.contribution) for row in found.rows]
    assert contributions == pytest.approx([GTC.component(y, theirs[name]) for name in "abc"], rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("text", MODELS)
def test_correlated_inputs_beside_uncertainties(text: str, seed: int) -> None:
    x, u, _, r = numbers(seed)
    found = propagate(
        parse_model(text), [normal(n, float(v), float(s)) for n, v, s in zip("abc", x, u, strict=True)], r
    )
    theirs = uncertainties.correlated_values(x, r * np.outer(u, u))
    y = eval(text, named(unumpy_math), dict(zip("abc", theirs, strict=True)))
    assert found.value == pytest.approx(y.nominal_value, rel=1e-14)
    # Theirs diagonalises the covariance matrix, and loses digits where one variance is far below another.
    assert found.u == pytest.approx(y.std_dev, rel=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_results_that_share_inputs_are_correlated_as_in_gtc(seed: int) -> None:
    x, u, _, r = numbers(seed)
    inputs = [normal(n, float(v), float(s)) for n, v, s in zip("abc", x, u, strict=True)]
    joint = propagate_together({text: parse_model(text, "abc") for text in MODELS[:4]}, inputs, r)
    theirs = {n: GTC.ureal(v, s, independent=False) for n, v, s in zip("abc", x, u, strict=True)}
    for i, j in ((0, 1), (0, 2), (1, 2)):
        GTC.set_correlation(float(r[i, j]), theirs["abc"[i]], theirs["abc"[j]])
    ys = [eval(text, named(GTC), theirs) for text in MODELS[:4]]
    assert [budget.u for budget in joint.budgets.values()] == pytest.approx([GTC.uncertainty(y) for y in ys], rel=1e-11)
    expected = [[GTC.get_correlation(one, other) for other in ys] for one in ys]
    assert joint.correlation == pytest.approx(np.array(expected), abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_readings_beside_gtc(seed: int) -> None:
    readings = np.random.default_rng(seed).normal(1e4, 1e-3, 9)
    theirs = GTC.type_a.estimate(readings.tolist())
    found = mean("m", readings)
    assert (found.value, found.dof) == (pytest.approx(GTC.value(theirs), rel=1e-15), GTC.dof(theirs))
    assert found.u == pytest.approx(GTC.uncertainty(theirs), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_readings_taken_together_beside_gtc(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(2, 7)).cumsum(axis=1)
    together = means_together({"a": rows[0], "b": rows[1]})
    a, b = GTC.type_a.multi_estimate_real(rows.tolist())
    assert [each.u for each in together.inputs] == pytest.approx([GTC.uncertainty(a), GTC.uncertainty(b)], rel=1e-13)
    assert together.correlation[0, 1] == pytest.approx(GTC.get_correlation(a, b), rel=1e-12)
    ours = propagate(lambda a, b: a * b, *together)
    assert (ours.u, ours.dof) == (
        pytest.approx(GTC.uncertainty(a * b), rel=1e-12),
        pytest.approx(GTC.dof(a * b), rel=1e-9),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_effective_degrees_of_freedom_beside_gtc(seed: int) -> None:
    _, u, dof, _ = numbers(seed)
    y = sum(GTC.ureal(0, s, d) for s, d in zip(u, dof, strict=True))
    assert effective_dof(u, dof.tolist()) == pytest.approx(GTC.dof(y), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_analysis_of_variance_beside_scipy(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = [random.normal(random.normal(50, 0.4), 0.3, int(n)) for n in random.integers(3, 9, 5)]
    found, theirs = one_way(groups), stats.f_oneway(*groups)
    assert (found.ratio, found.p) == (
        pytest.approx(theirs.statistic, rel=1e-10),
        pytest.approx(theirs.pvalue, rel=1e-9),
    )
