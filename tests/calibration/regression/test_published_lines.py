"""Lines of textbooks and guides, fitted, predicted and inverted."""

import math

import numpy as np
import pytest

from calibration.regression import Adequacy, fit_line, fit_polynomial

# Miller and Miller, Statistics and Chemometrics for Analytical Chemistry, table 5.1 and section 5.4: fluorescence of
# fluorescein at 0 to 12 pg/ml.
CONTENT = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
FLUORESCENCE = [2.1, 5.0, 9.0, 12.6, 17.3, 21.0, 24.7]
# The same book, example 5.10.1: absorbance and its standard deviations.
ABSORBANCE = [0.009, 0.158, 0.301, 0.472, 0.577, 0.739]
DEVIATIONS = np.array([0.001, 0.004, 0.010, 0.013, 0.017, 0.022])
# Eurachem/CITAC QUAM:2012, example A5, cadmium: five standards, read three times each.
CADMIUM = [0.028, 0.029, 0.029, 0.084, 0.083, 0.081, 0.135, 0.131, 0.133, 0.180, 0.181, 0.183, 0.215, 0.230, 0.216]
PEARSON_X = [0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4]
PEARSON_Y = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5]


def test_miller_and_millers_fluorescence():
    line = fit_line(CONTENT, FLUORESCENCE)
    assert line.coefficients == pytest.approx([1.518, 1.930], abs=5e-4)
    assert line.u == pytest.approx([0.2949, 0.0409], abs=5e-5)
    assert line.residual_sd == pytest.approx(0.4329, abs=1e-4)
    assert math.sqrt(line.r_squared) == pytest.approx(0.9989, abs=5e-5)
    assert line.coefficient(0).expanded() == pytest.approx(0.76, abs=5e-3)
    assert line.coefficient(1).expanded() == pytest.approx(0.11, abs=6e-3)


@pytest.mark.parametrize(("signal", "content", "u"), [(2.9, 0.72, 0.26), (13.5, 6.21, 0.24), (23.0, 11.13, 0.26)])
def test_its_samples_read_once(signal, content, u):
    found = fit_line(CONTENT, FLUORESCENCE).inverse(signal)
    assert (found.value, found.u) == (pytest.approx(content, abs=5e-3), pytest.approx(u, abs=5e-3))
    assert found.dof == 5


def test_its_sample_read_four_times():
    line = fit_line(CONTENT, FLUORESCENCE)
    assert line.inverse(13.5, u_y=line.residual_sd / 2).u == pytest.approx(0.14, abs=5e-3)


def test_its_weighted_line():
    line = fit_line([0, 2, 4, 6, 8, 10], ABSORBANCE, weights=DEVIATIONS**-2)
    assert line.coefficients == pytest.approx([0.0091, 0.0738], abs=5e-5)
    assert fit_line([0, 2, 4, 6, 8, 10], ABSORBANCE).coefficients == pytest.approx([0.0133, 0.0725], abs=5e-5)


def test_cadmium_of_the_eurachem_guide():
    line = fit_line(np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 3), CADMIUM)
    assert line.coefficients == pytest.approx([0.0087, 0.2410], abs=5e-5)
    assert line.u == pytest.approx([0.0029, 0.0050], abs=5e-5)
    assert line.residual_sd == pytest.approx(0.005486, abs=1e-6)
    # Read twice.
    found = line.inverse(0.0712, u_y=line.residual_sd / math.sqrt(2))
    assert (round(found.value, 2), round(found.u, 3)) == (0.26, 0.018)


def test_thermometer_of_the_gum():
    # JCGM 100:2008, H.3: (H.14), (H.15).
    shown = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
    corrections = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]
    line = fit_line(np.array(shown) - 20, corrections)
    assert line.coefficients == pytest.approx([-0.1712, 0.00218], abs=5e-5)
    assert [round(line.u[0], 4), round(line.u[1], 5), round(line.correlation[0, 1], 3)] == [0.0029, 0.00067, -0.930]
    at_30 = line.mean_response(10.0)
    assert (round(at_30.value, 4), round(at_30.u, 4), at_30.dof) == (-0.1494, 0.0041, 9)


def test_pearsons_own_line_of_equal_uncertainties():
    # Pearson, Philosophical Magazine 2 (1901) 559: slope -0.5456, through the centroid; Deming's closed form.
    line = fit_line(PEARSON_X, PEARSON_Y, u_x=0.3, u_y=0.3)
    (sxx, sxy), (_, syy) = np.cov(PEARSON_X, PEARSON_Y)
    slope = (syy - sxx + math.hypot(syy - sxx, 2 * sxy)) / (2 * sxy)
    assert line.coefficients[1] == pytest.approx(slope, rel=1e-12)
    assert line.coefficients == pytest.approx([5.7840, -0.5456], abs=5e-5)
    assert line.mean_response(np.mean(PEARSON_X)).value == pytest.approx(np.mean(PEARSON_Y), rel=1e-13)


@pytest.mark.parametrize("ratio", [1e-3, 0.5, 2.0, 30.0])
def test_demings_line_for_any_ratio_of_uncertainties(ratio):
    line = fit_line(PEARSON_X, PEARSON_Y, u_x=0.1, u_y=0.1 * ratio)
    (sxx, sxy), (_, syy) = np.cov(PEARSON_X, PEARSON_Y)
    left = syy - ratio**2 * sxx
    assert line.coefficients[1] == pytest.approx((left + math.hypot(left, 2 * ratio * sxy)) / (2 * sxy), rel=1e-9)


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_bands_and_tests_are_those_of_the_normal_equations(degree, weighted):
    """By another way: normal equations, and Student's distribution of scipy; statsmodels gave the same."""
    stats = pytest.importorskip("scipy.stats", reason="a second opinion")
    # Seed 2: 14 points with weights between 0.1 and 10.
    random = np.random.default_rng(2)
    x, weights = 10 * random.normal(size=14), random.uniform(0.1, 10, 14) if weighted else np.ones(14)
    y = 3 + 2 * x + random.normal(size=14)
    powers, dof = np.vander(x, degree + 1, increasing=True), 13 - degree
    inverse = np.linalg.inv(powers.T @ (weights[:, None] * powers))
    theirs = inverse @ powers.T @ (weights * y)
    left = weights @ (y - powers @ theirs) ** 2
    ours = fit_polynomial(x, y, degree, weights=weights if weighted else None)
    for place in (-25.0, 1.0, 12.0):
        at = place ** np.arange(degree + 1)
        spread = left / dof * (at @ inverse @ at)
        for found, variance in ((ours.mean_response, spread), (ours.single_response, spread + left / dof)):
            half = stats.t.ppf(0.975, dof) * math.sqrt(variance)
            assert (found(place).value, found(place).expanded()) == pytest.approx((at @ theirs, half), rel=1e-9)
    t = theirs / np.sqrt(left / dof * np.diag(inverse))
    checks = [ours.student(i) for i in range(degree + 1)]
    assert [check.t for check in checks] == pytest.approx(t, rel=1e-9)
    assert [check.probability for check in checks] == pytest.approx(2 * stats.t.sf(abs(t), dof), rel=1e-7, abs=1e-12)
    about_mean = weights @ (y - np.average(y, weights=weights)) ** 2
    assert ours.r_squared == pytest.approx(1 - left / about_mean, rel=1e-12)


def test_chi_square_is_that_of_scipy():
    stats = pytest.importorskip("scipy.stats", reason="a second opinion")
    for dof, chi_square, p in [(1, 1e-4, 0.5), (4, 9.488, 0.95), (9, 60.0, 0.999), (400, 431.0, 0.9)]:
        found = Adequacy.of(chi_square, dof, p)
        assert found.quantile == pytest.approx(stats.chi2.ppf(p, dof), rel=1e-10)
        assert found.probability == pytest.approx(stats.chi2.sf(chi_square, dof), rel=1e-9)
