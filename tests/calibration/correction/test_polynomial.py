"""Corrections by a fitted curve, given as coefficients and their covariance."""

import math

import numpy as np
import pytest

from calibration.correction import Correction, ErrorPolynomial
from calibration.regression import fit_line

# JCGM 100:2008, table H.6: readings of a thermometer and their observed corrections, °C; reference 20 °C.
READINGS = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
CORRECTIONS = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]


def message(action) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        action()
    return str(refused.value)


def test_gum_h3_correction_at_30_degrees_from_its_printed_coefficients() -> None:
    # H.3.3: y1 = -0.1712, u = 0.0029; y2 = 0.00218, u = 0.00067; r = -0.930. H.3.4: b(30) = -0.1494, u = 0.0041.
    # The curve is of errors, so the coefficients change their sign and the covariance does not. The guide goes to
    # 30 °C, beyond its readings; the range is stated so here to follow it.
    r = -0.930 * 0.0029 * 0.00067
    curve = ErrorPolynomial([0.1712, -0.00218], [[0.0029**2, r], [r, 0.00067**2]], 20.0, 30.0, center=20.0)
    corrected = Correction(curve, resolution=0.0).at(30.0)
    assert corrected is not None
    assert corrected.value - 30.0 == pytest.approx(-0.1494, abs=5e-5)
    assert corrected.u == pytest.approx(0.0041, abs=5e-5)


def test_gum_h3_from_its_readings_by_a_fit() -> None:
    errors = [-correction for correction in CORRECTIONS]
    fit = fit_line(np.array(READINGS) - 20.0, errors)
    curve = ErrorPolynomial(fit.coefficients, fit.covariance, 21.521, 26.511, center=20.0)
    assert curve.coefficients == pytest.approx((0.1712, -0.00218), abs=5e-5)
    wide = ErrorPolynomial(fit.coefficients, fit.covariance, 21.521, 30.0, center=20.0)
    corrected = Correction(wide, resolution=0.0).at(30.0)
    assert corrected is not None
    assert (round(corrected.value - 30.0, 4), round(corrected.u, 4)) == (-0.1494, 0.0041)
    assert Correction(curve, resolution=0.0).at(30.0) is None


@pytest.fixture
def cubic() -> ErrorPolynomial:
    rng = np.random.default_rng(3)
    root = rng.normal(size=(4, 4)) * [1e-2, 1e-3, 1e-4, 1e-5]
    return ErrorPolynomial([0.3, -0.02, 0.05, -0.03], root.T @ root, -5.0, 25.0, center=10.0, scale=15.0, u_common=0.01)


def test_error_slope_and_uncertainty_are_those_of_numpys_polynomial(cubic: ErrorPolynomial) -> None:
    root = np.random.default_rng(3).normal(size=(4, 4)) * [1e-2, 1e-3, 1e-4, 1e-5]
    covariance = root.T @ root
    x = np.linspace(-5, 25, 31)
    z = (x - 10.0) / 15.0
    powers = np.vander(z, 4, increasing=True)
    error, slope, variance = cubic.over(x)
    np.testing.assert_allclose(error, np.polyval([-0.03, 0.05, -0.02, 0.3], z), rtol=1e-13)
    np.testing.assert_allclose(slope, np.polyval([-0.09, 0.10, -0.02], z) / 15.0, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(variance, np.einsum("ij,jk,ik->i", powers, covariance, powers) + 1e-4, rtol=1e-12)
    for index, at in enumerate(x.tolist()):
        assert cubic.at(at) == pytest.approx((error[index], slope[index], variance[index]), rel=1e-13)


def test_coefficients_of_very_different_size_keep_their_digits() -> None:
    # Uncorrelated, 1 and 1e-12: at x = 1e6 they weigh the same.
    curve = ErrorPolynomial([0.0, 0.0, 0.0], np.diag([1.0, 0.0, 1e-24]), 0.0, 1e6)
    assert curve.at(1e6)[2] == pytest.approx(2.0, rel=1e-12)


def test_resolution_and_drift_are_combined_with_the_curves(cubic: ErrorPolynomial) -> None:
    corrected = Correction(cubic, resolution=0.5, drift=0.2, u_drift=0.1).at(17.0)
    assert corrected is not None
    error, slope, variance = cubic.at(17.0)
    assert corrected.value == 17.0 - error - 0.2
    assert corrected.u == pytest.approx(math.sqrt(variance + 0.1**2 + (1 - slope) ** 2 * 0.25 / 12), rel=1e-14)


def test_the_way_back_is_the_way_there(cubic: ErrorPolynomial) -> None:
    correction = Correction(cubic, resolution=0.01, drift=0.1)
    x = np.linspace(-4.99, 24.99, 997)
    back = correction.indications_for(correction.over(x).value)
    assert not back.outside.any()
    np.testing.assert_allclose(back.value, x, rtol=0, atol=1e-11)


def test_the_way_back_finds_its_way_where_the_curve_is_nearly_level() -> None:
    # x - e(x) = x - 0.999 * x**2 / 2 on 0..1: the slope falls from 1 to 0.001.
    curve = ErrorPolynomial([0.0, 0.0, 0.999 / 2], np.zeros((3, 3)), 0.0, 1.0)
    x = np.linspace(0.001, 0.999, 500)
    back = Correction(curve, resolution=0.0).indications_for(x - 0.4995 * x * x)
    np.testing.assert_allclose(back.value, x, rtol=0, atol=1e-9)


def test_the_way_back_says_outside(cubic: ErrorPolynomial) -> None:
    back = Correction(cubic, resolution=0.0).indications_for([-6.0, 10.0, 30.0])
    assert back.outside.tolist() == [True, False, True]
    assert np.isnan(back.value).tolist() == [True, False, True]


def test_a_curve_that_turns_has_no_way_back() -> None:
    curve = ErrorPolynomial([0.0, 0.0, 0.1], np.zeros((3, 3)), 0.0, 10.0)
    assert message(lambda: Correction(curve, resolution=0.0).indications_for([1.0])) == (
        "error polynomial: error: expected a slope below 1, got a slope of 1 at 5. "
        "One value belongs to several indications; fit the points with a lower degree."
    )


def test_a_turn_between_two_rising_ends_is_found() -> None:
    # Slope of the error: 1.05 - 0.1 * z**2 in the middle, 0.05 at z = ±sqrt(10).
    curve = ErrorPolynomial([0.0, 1.05, 0.0, -0.1 / 3], np.zeros((4, 4)), -3.1, 3.1)
    assert message(lambda: curve.indications(np.array([0.0]))).startswith(
        "error polynomial: error: expected a slope below 1, got a slope of 1 at -0.707107."
    )


def test_a_constant_error_is_a_curve_too() -> None:
    correction = Correction(ErrorPolynomial([0.5], [[0.25]], 0.0, 10.0), resolution=0.0)
    assert correction.at(4.0) == (3.5, 0.5)
    assert correction.indications_for([3.5]).value.tolist() == [4.0]


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (
            lambda: ErrorPolynomial([1.0, 2.0], [[1.0]], 0, 1),
            (
                "error polynomial: covariance: expected a matrix, 2 x 2, got an array of shape (1, 1). "
                "Look at rows and columns."
            ),
        ),
        (
            lambda: ErrorPolynomial([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], 0, 1),
            (
                "error polynomial: covariance: expected a positive semidefinite matrix, got a least eigenvalue of -1. "
                "No quantities are correlated so; give more digits of the coefficients or look for a wrong one."
            ),
        ),
        (
            lambda: ErrorPolynomial([1.0], [[1.0]], 1, 0),
            (
                "error polynomial: limits: expected lower below upper, got lower 1.0 and upper 0.0. "
                "Exchange them, or look at where they were written."
            ),
        ),
        (
            lambda: ErrorPolynomial([1.0], [[1.0]], 0, math.inf),
            "error polynomial: high: expected a finite number, got inf. Look at what it was computed from.",
        ),
        (
            lambda: ErrorPolynomial([math.nan], [[1.0]], 0, 1),
            (
                "error polynomial: coefficients: expected finite numbers, got nan at index 0. "
                "Leave it out, and say so, or measure again."
            ),
        ),
        (
            lambda: ErrorPolynomial([1.0], [[1.0]], 0, 1, scale=0),
            "error polynomial: scale: expected a finite number above 0, got 0. Look at what it was computed from.",
        ),
        (
            lambda: ErrorPolynomial([1.0], [[1.0]], 0, 1, u_common=-1),
            (
                "error polynomial: u_common: expected a finite number, 0 or more, got -1. "
                "Look at what it was computed from."
            ),
        ),
    ],
)
def test_what_makes_no_sense_is_refused(action, says: str) -> None:
    assert message(action) == says
