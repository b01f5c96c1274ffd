"""Fits beside MSL's GTC, SciPy (orthogonal distance regression) and normal equations solved with 60 digits."""

import numpy as np
import pytest

from calibration.regression import fit_columns, fit_line, fit_polynomial

WHY = "a second opinion: make test installs it where wheels exist"
mpmath = pytest.importorskip("mpmath", reason=WHY)
GTC = pytest.importorskip("GTC", reason=WHY)
stats = pytest.importorskip("scipy.stats", reason=WHY)
optimize = pytest.importorskip("scipy.optimize", reason=WHY)

SEEDS = range(8)


def points(seed: int, n: int = 9) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y and their standard uncertainties, about a line that lies far from zero."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1) * 10.0 ** random.integers(0, 5) + np.sort(random.uniform(0, 10, n))
    u_x, u_y = random.uniform(0.01, 0.1, n), random.uniform(0.01, 0.5, n)
    return x, 3 - 1.7 * x + random.normal(0, u_y), u_x, u_y


def exact(columns: np.ndarray, y: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and their covariance by generalised least squares, the normal equations in 60 digits."""
    with mpmath.workdps(60):
        a, v = mpmath.matrix(columns.tolist()), mpmath.matrix(covariance.tolist())
        weight = v**-1
        inner = (a.T * weight * a) ** -1
        found = inner * (a.T * weight * mpmath.matrix(y.tolist()))
        size = len(found)
        square = [[float(inner[i, j]) for j in range(size)] for i in range(size)]
        return np.array([float(each) for each in found]), np.array(square)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_line_without_uncertainties_beside_gtc_and_scipy(seed: int) -> None:
    x, y, _, _ = points(seed)
    found, theirs, third = fit_line(x, y), GTC.type_a.line_fit(x.tolist(), y.tolist()), stats.linregress(x, y)
    a, b = theirs.a_b
    assert found.coefficients == pytest.approx([GTC.value(a), GTC.value(b)], rel=1e-7)
    assert found.coefficients == pytest.approx([third.intercept, third.slope], rel=1e-7)
    assert found.u == pytest.approx([third.intercept_stderr, third.stderr], rel=1e-7)
    assert found.u == pytest.approx([GTC.uncertainty(a), GTC.uncertainty(b)], rel=1e-6)
    check = found.student(1, -1.7)
    assert check.probability == pytest.approx(
        2 * stats.t.sf(abs((third.slope + 1.7) / third.stderr), len(x) - 2), rel=1e-5
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_reading_back_beside_gtc(seed: int) -> None:
    x, y, _, _ = points(seed)
    x -= x.mean()
    found, theirs = fit_line(x, y), GTC.type_a.line_fit(x.tolist(), y.tolist())
    back = theirs.x_from_y([float(y[3])])
    ours = found.inverse(float(y[3]))
    assert (ours.value, ours.u) == (
        pytest.approx(GTC.value(back), rel=1e-9),
        pytest.approx(GTC.uncertainty(back), rel=1e-9),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_weighted_line_beside_gtc(seed: int) -> None:
    x, y, _, u_y = points(seed)
    theirs = GTC.type_a.line_fit_wls(x.tolist(), y.tolist(), u_y.tolist())
    a, b = theirs.a_b
    found = fit_line(x, y, u_y=u_y)
    # GTC sums without centring, and loses digits where x is far from zero; the test below has sixty.
    assert found.coefficients == pytest.approx([GTC.value(a), GTC.value(b)], rel=1e-6)
    assert found.u == pytest.approx([GTC.uncertainty(a), GTC.uncertainty(b)], rel=1e-6)
    assert found.squares == pytest.approx(theirs.ssr, rel=1e-6)
    assert found.adequacy().quantile == pytest.approx(stats.chi2.ppf(0.95, len(x) - 2), rel=1e-12)


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", SEEDS[:4])
def test_polynomials_with_correlated_y_beside_sixty_digits(seed: int, degree: int) -> None:
    x, y, _, u_y = points(seed, 11)
    random = np.random.default_rng(seed)
    root = random.normal(size=(11, 15))
    covariance = root @ root.T * np.outer(u_y, u_y)
    coefficients, square = exact(np.vander(x, degree + 1, increasing=True), y, covariance)
    found = fit_polynomial(x, y, degree, cov_y=covariance)
    scale = np.sqrt(np.diag(square))
    # Coefficients far from zero are strongly correlated: what counts is the error beside the uncertainty.
    assert (found.coefficients - coefficients) / scale == pytest.approx(np.zeros(degree + 1), abs=1e-6)
    assert found.u == pytest.approx(scale, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_columns_beside_sixty_digits(seed: int) -> None:
    x, y, _, u_y = points(seed)
    columns = np.column_stack([np.ones_like(x), np.sin(x), np.exp(-((x - x.mean()) ** 2) / 20)])
    coefficients, square = exact(columns, y, np.diag(u_y**2))
    found = fit_columns(columns, y, u_y=u_y)
    assert found.coefficients == pytest.approx(coefficients, rel=1e-10)
    assert found.covariance == pytest.approx(square, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_errors_in_both_beside_a_minimum_found_by_scipy(seed: int) -> None:
    x, y, u_x, u_y = points(seed)
    middle = x.mean()
    x, y = x - middle, y - y.mean()

    def squares(line: np.ndarray) -> float:
        return float(np.sum((y - line[0] - line[1] * x) ** 2 / (u_y**2 + line[1] ** 2 * u_x**2)))

    theirs = optimize.minimize(squares, [0.0, -1.7], method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-14})
    found = fit_line(x, y, u_y=u_y, u_x=u_x)
    assert found.squares <= theirs.fun * (1 + 1e-12)
    assert found.squares == pytest.approx(theirs.fun, rel=1e-10)
    assert found.coefficients == pytest.approx(theirs.x, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_errors_in_both_beside_gtc(seed: int) -> None:
    x, y, u_x, u_y = points(seed)
    x, y = x - x.mean(), y - y.mean()
    xs = [GTC.ureal(*pair) for pair in zip(x.tolist(), u_x.tolist(), strict=True)]
    ys = [GTC.ureal(*pair) for pair in zip(y.tolist(), u_y.tolist(), strict=True)]
    a, b = GTC.type_b.line_fit_wtls(xs, ys).a_b
    found = fit_line(x, y, u_y=u_y, u_x=u_x)
    assert found.coefficients == pytest.approx([GTC.value(a), GTC.value(b)], abs=1e-5)
    # GTC's uncertainties are of first order in x and y, ISO/TS 28037's of the weights at the solution.
    assert found.u == pytest.approx([GTC.uncertainty(a), GTC.uncertainty(b)], rel=0.02)
