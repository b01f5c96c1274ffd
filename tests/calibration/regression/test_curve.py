import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.regression import Adequacy, Estimate, fit_columns, fit_line, fit_polynomial


def test_residuals_are_what_the_curve_leaves():
    x, y = np.arange(6.0), np.array([0.1, 1.2, 3.8, 9.1, 16.2, 24.8])
    curve = fit_polynomial(x, y, 2, u_y=[0.1, 0.1, 0.2, 0.2, 0.3, 0.3])
    fitted = np.array([curve.mean_response(v).value for v in x])
    assert curve.residuals == pytest.approx(y - fitted, abs=1e-14)
    assert np.sum(curve.weighted_residuals**2) == pytest.approx(curve.squares, rel=1e-14)


def test_standardised_residuals_are_those_of_a_textbook():
    # Internally studentised, computed from the hat matrix: r / (s * sqrt(1 - h)).
    x, y = np.array([1.0, 2, 3, 4, 5, 9]), np.array([1.1, 1.9, 3.2, 3.8, 5.3, 8.7])
    line = fit_line(x, y)
    table = np.column_stack([np.ones(6), x])
    hat = np.diag(table @ np.linalg.inv(table.T @ table) @ table.T)
    assert line.standardised_residuals == pytest.approx(line.residuals / (line.residual_sd * np.sqrt(1 - hat)))


def test_a_point_that_alone_fixes_the_curve_has_no_standardised_residual():
    line = fit_line([0, 0, 0, 5], [1.0, 1.2, 0.8, 3.0], u_y=0.1)
    assert line.standardised_residuals[3] == 0.0
    assert np.isfinite(line.standardised_residuals).all()


def test_standardised_residuals_scatter_by_one_whatever_the_covariances():
    # Seed 7: 1000 sets of points drawn by the very covariances that the fit is told.
    random = np.random.default_rng(7)
    x = np.array([0.0, 1, 2, 3, 5])
    cov_y = 0.04 * np.eye(5) + 0.02 * np.ones((5, 5))
    drawn = random.multivariate_normal(1 + 2 * x, cov_y, size=1000)
    fits = [fit_line(x, y, cov_y=cov_y) for y in drawn]
    assert np.std([fit.standardised_residuals for fit in fits], axis=0) == pytest.approx(np.ones(5), abs=0.08)
    assert np.mean([fit.squares for fit in fits]) == pytest.approx(3, abs=0.3)
    assert np.std([fit.coefficients for fit in fits], axis=0) == pytest.approx(fits[0].u, rel=0.08)


def test_a_line_is_inverted_anywhere_and_says_whether_it_was_measured_there():
    line = fit_line([1, 2, 3], [2.0, 4.0, 6.0], u_y=0.1)
    assert line.inverse(10.0, u_y=0.1).value == pytest.approx(5)
    assert not line.covers(5)
    assert line.covers(3)


def test_a_curve_of_degree_10_is_inverted_where_it_was_measured():
    x = np.linspace(-9, -3, 40)
    curve = fit_polynomial(x, x + 0.01 * np.sin(x), 10, u_y=0.01)
    for place in (-8.9, -6.1, -3.0):
        there = curve.mean_response(place).value
        assert curve.inverse(there, u_y=0.0).value == pytest.approx(place, rel=1e-11)


def test_of_two_places_the_named_one():
    curve = fit_polynomial([-2, -1, 0, 1, 2], [4, 1, 0, 1, 4], 2, u_y=0.1)
    assert curve.inverse(1, u_y=0.1, near=-1).value == pytest.approx(-1)
    assert curve.inverse(1, u_y=0.1, near=0.4).value == pytest.approx(1)


def test_a_fixed_intercept_other_than_zero():
    line = fit_line([1.0, 2, 3], [5.1, 5.9, 7.2], u_y=0.1, intercept=4.0)
    moved = fit_line([1.0, 2, 3], [1.1, 1.9, 3.2], u_y=0.1, intercept=0.0)
    assert line.coefficients == pytest.approx([4.0, moved.coefficients[1]])
    assert line.mean_response(0).value == 4.0
    assert line.mean_response(0).u == 0.0
    assert line.inverse(6.0, u_y=0.1).value == pytest.approx(2.0 / line.coefficients[1])


def test_student_asks_whether_a_coefficient_is_what_it_should_be():
    line = fit_line([1, 2, 3, 4, 5, 6], [3.014, 5.225, 7.004, 9.061, 11.201, 12.762])
    check = line.student(1, expected=2.0)
    assert check.t == pytest.approx((1.96357142857143 - 2) / 0.0407953578791729)
    assert check.dof == 4
    assert not check.differs()
    assert line.student(1).differs(0.999)


def test_the_expanded_uncertainty_takes_student_where_the_scatter_was_estimated():
    assert Estimate(0.0, 1.0, dof=4).expanded(0.95) == pytest.approx(2.7764451051977934, rel=1e-10)
    assert Estimate(0.0, 1.0).expanded(0.95) == pytest.approx(1.959963984540054, rel=1e-10)


def test_verdicts_in_words():
    assert Adequacy.of(30.0, 4, 0.95).words == (
        "chi-square 30 with 4 degrees of freedom exceeds its 95 % quantile 9.488: the model or the stated "
        "uncertainties do not hold. Look at the standardised residuals."
    )
    assert Adequacy.of(0.0001, 1, 0.95).words == (
        "chi-square 0.0001 with 1 degree of freedom is below its 5 % quantile: the model is adequate, and the points "
        "lie closer to it than the stated uncertainties let expect. They may be too large."
    )


def test_two_points_with_u_give_a_line_and_nothing_to_judge_it_by():
    line = fit_line([0, 10], [0.0, 1.0], u_y=0.1)
    assert line.u == pytest.approx([0.1, 0.1 * 2**0.5 / 10])
    assert line.adequacy() is None
    assert line.residual_sd is None


def test_nobody_can_write_into_a_fit():
    fit = fit_columns([[1], [1], [1]], [1.0, 2, 3])
    with pytest.raises(ValueError, match="read-only"):
        fit.coefficients[0] = 5
    assert fit.r_squared == pytest.approx(0, abs=1e-15)


def test_y_that_never_differs_has_nothing_to_explain():
    assert fit_line([1, 2, 3], [0.0, 0.0, 0.0], u_y=0.1).r_squared is None
    assert fit_line([1, 2, 3], [0.1, 0.1, 0.1], u_y=[0.1, 0.2, 0.3]).r_squared is None


@settings(max_examples=40, deadline=None)
@given(
    x=st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=9, unique=True),
    y_unit=st.sampled_from([1e-9, 1.0, 1e6]),
    x_unit=st.sampled_from([1e-6, 1.0, 1e9]),
)
def test_units_change_the_figures_by_their_powers_only(x, y_unit, x_unit):
    place = np.array(x)
    if np.ptp(place) < 1 or np.diff(np.sort(place)).min() < 1e-3:
        return
    y = 2 + 0.5 * place + 0.1 * np.sin(place)
    plain = fit_line(place, y, u_y=0.1, u_x=0.05)
    other = fit_line(place * x_unit, y * y_unit, u_y=0.1 * y_unit, u_x=0.05 * x_unit)
    assert other.coefficients * [1, x_unit] / y_unit == pytest.approx(plain.coefficients, rel=1e-8, abs=1e-8)
    assert other.u * [1, x_unit] / y_unit == pytest.approx(plain.u, rel=1e-8)
    assert other.squares == pytest.approx(plain.squares, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("intercept", [None, 3.0])
@pytest.mark.parametrize("degree", [1, 2, 4])
def test_centred_it_is_the_same_curve(degree, intercept):
    x = np.linspace(1000, 1004, 9)
    curve = fit_polynomial(x, 3 + np.sin(x), degree, u_y=0.01, intercept=intercept)
    coefficients, covariance, center, scale = curve.centred()
    assert (center, scale) == (1002.0, 2.0)
    for place in (1000.0, 1001.3, 1003.9):
        z = ((place - center) / scale) ** np.arange(degree + 1)
        mean = curve.mean_response(place)
        assert z @ coefficients == pytest.approx(mean.value, rel=1e-12)
        assert z @ covariance @ z == pytest.approx(mean.u**2, rel=1e-11)


def test_centred_coefficients_are_those_of_a_fit_to_centred_places():
    x = np.linspace(1000, 1004, 9)
    centred, plain = (
        fit_polynomial(x, np.sin(x), 3, u_y=0.01).centred(),
        fit_polynomial((x - 1002) / 2, np.sin(x), 3, u_y=0.01),
    )
    assert centred.coefficients == pytest.approx(plain.coefficients, rel=1e-13)
    assert centred.covariance.ravel() == pytest.approx(plain.covariance.ravel(), rel=1e-12, abs=1e-19)


def test_points_as_uncertain_as_their_range_come_to_rest_too():
    # Whole steps go to and fro here for ever.
    x, y = np.array([4.1, 5.5, 8.7, 6.3, 5.2, 4.6]), np.array([7.1, 7.5, 9.0, 3.3, 4.7, 5.9])
    u_x, u_y = np.array([1, 4, 4, 3, 2, 1]), np.array([4, 3, 3, 1, 1, 2])

    def distance(slope):
        weights = 1 / (u_y**2 + slope**2 * u_x**2)
        offset = np.sum(weights * (y - slope * x)) / np.sum(weights)
        return np.sum(weights * (y - offset - slope * x) ** 2)

    line = fit_line(x, y, u_x=u_x, u_y=u_y)
    slope = line.coefficients[1]
    assert line.squares == pytest.approx(distance(slope), rel=1e-10)
    assert distance(slope + 1e-3) > line.squares < distance(slope - 1e-3)
