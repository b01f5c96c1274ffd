"""Corrections by a curve that was fitted to a certificate's errors."""

import math

import numpy as np
import pytest

from calibration.certificate import Certificate, ChannelResults, Point
from calibration.correction import Correction, ErrorPolynomial
from calibration.regression import fit_line, fit_polynomial

# JCGM 100:2008, table H.6: readings of a thermometer and their corrections, °C.
READINGS = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
CORRECTIONS = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]


def certified(x, errors, u=0.0) -> Certificate:
    points = tuple(Point(a, a - e, 2 * u, 2.0, error=e) for a, e in zip(x, errors, strict=True))
    return Certificate("K-1", results=(ChannelResults("t", "Temperature", "Cel", points, resolution=0.1),))


def test_the_guides_thermometer_within_its_range() -> None:
    # GUM H.3: b(t) = -0.1712 + 0.00218 (t - 20), s = 0.0035, u(y_1) = 0.0029, u(y_2) = 0.00067, r = -0.930.
    errors = [-correction for correction in CORRECTIONS]
    curve = fit_line(READINGS, errors)
    value, u = Correction.fitted(certified(READINGS, errors), "t", curve, resolution=0.0).at(25.0)
    assert value - 25.0 == pytest.approx(-0.1712 + 0.00218 * 5, abs=1e-4)
    cross = 2 * 5 * 0.0029 * 0.00067 * -0.930
    assert u == pytest.approx(math.sqrt(0.0029**2 + (5 * 0.00067) ** 2 + cross), rel=0.03)
    mean = curve.mean_response(25.0)
    assert (25.0 - value, u) == pytest.approx((mean.value, mean.u), rel=1e-13)


def test_far_from_zero_a_cubic_keeps_its_digits() -> None:
    x = np.linspace(101_000.0, 101_400.0, 9)
    errors = (0.2 * ((x - 101_200) / 200) ** 3 - 0.1).tolist()
    curve = fit_polynomial(x, errors, 3, u_y=0.01)
    correction = Correction.fitted(certified(x.tolist(), errors, 0.01), "t", curve, resolution=0.0)
    for at in (101_000.0, 101_137.5, 101_399.0):
        value, u = correction.at(at)
        mean = curve.mean_response(at)
        assert at - value == pytest.approx(mean.value, abs=2e-11)  # an ulp of the value is 1.5e-11
        assert u == pytest.approx(mean.u, rel=1e-12)


def test_what_all_points_share_is_not_averaged_away() -> None:
    x, errors = [0.0, 10.0, 20.0, 30.0], [0.1, 0.2, 0.2, 0.3]
    shared = np.full((4, 4), 0.03**2) + 0.01**2 * np.eye(4)
    told = Correction.fitted(certified(x, errors), "t", fit_line(x, errors, cov_y=shared), resolution=0.0).at(12.0)
    added = Correction.fitted(
        certified(x, errors), "t", fit_line(x, errors, u_y=0.01), u_common=0.03, resolution=0.0
    ).at(12.0)
    assert told == pytest.approx(added, rel=1e-12)
    assert told.u > 0.03


def test_a_fixed_intercept_a_drift_and_a_resolution() -> None:
    x, errors = [10.0, 20.0, 30.0], [0.1, 0.21, 0.29]
    curve = fit_line(x, errors, u_y=0.02, intercept=0.0)
    correction = Correction.fitted(certified(x, errors), "t", curve, drift=0.05, u_drift=0.01)
    value, u = correction.at(20.0)
    slope = curve.coefficients[1]
    assert value == pytest.approx(20.0 - 20 * slope - 0.05)
    assert u == pytest.approx(math.hypot(20 * curve.u[1], 0.01, (1 - slope) * 0.1 / math.sqrt(12)))
    assert correction.at(9.9) is None


def test_a_curve_of_other_points_is_refused() -> None:
    certificate = certified([10.0, 20.0, 30.0], [0.1, 0.2, 0.3])
    curve = fit_line([10.0, 20.0, 40.0], [0.1, 0.2, 0.3], u_y=0.1)
    with pytest.raises(ValueError, match="curve: expected") as refused:
        Correction.fitted(certificate, "t", curve, resolution=0.0)
    assert str(refused.value) == (
        "certificate K-1: t: curve: expected one over indications from 10 to 30, got one from 10 to 40. "
        "Fit the errors of the points in force over their indications."
    )


def test_one_point_serves_over_the_range_that_its_user_answers_for() -> None:
    correction = Correction(ErrorPolynomial([0.3], [[0.02**2]], 95.0, 105.0), resolution=0.0)
    assert correction.at(101.0) == pytest.approx((100.7, 0.02))
    assert correction.at(106.0) is None


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (
            lambda: ErrorPolynomial([0.1, 0.2], np.eye(2), 0.0, 10.0, scale=5e-324),
            (
                "error polynomial: curve: expected finite errors and variances over its range, got others. "
                "Look at the unit, and give center and scale of the range."
            ),
        ),
        (
            lambda: Correction(ErrorPolynomial([0.1], [[0.0]], 0.0, 1.0), resolution=1e308),
            "correction: resolution, drift and u_drift: expected up to 1e+100, got 1e+308. Look at the unit.",
        ),
    ],
)
def test_numbers_that_no_float_holds_are_refused(action, says: str) -> None:
    with pytest.raises(ValueError, match=": expected ") as refused:
        action()
    assert str(refused.value) == says
