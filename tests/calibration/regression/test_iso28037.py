"""Worked examples of ISO/TS 28037:2010, as GTC's and ggmr's documentation and tests quote them, and York's line."""

from fractions import Fraction

import numpy as np
import pytest

from calibration.regression import fit_columns, fit_line, fit_polynomial

X = [1, 2, 3, 4, 5, 6]
X_7 = [1.2, 1.9, 2.9, 4.0, 4.7, 5.9]
Y_7 = [3.4, 4.4, 7.2, 8.5, 10.8, 13.5]
U_Y_7 = [0.2, 0.2, 0.2, 0.4, 0.4, 0.4]

COV_X_10 = [
    [0.50, 0.00, 0.25, 0.00, 0.25, 0.00, 0.25],
    [0.00, 1.25, 1.00, 0.00, 0.00, 1.00, 1.00],
    [0.25, 1.00, 1.50, 0.00, 0.25, 1.00, 1.25],
    [0.00, 0.00, 0.00, 1.25, 1.00, 1.00, 1.00],
    [0.25, 0.00, 0.25, 1.00, 1.50, 1.00, 1.25],
    [0.00, 1.00, 1.00, 1.00, 1.00, 2.25, 2.00],
    [0.25, 1.00, 1.25, 1.00, 1.25, 2.00, 2.50],
]

PEARSON_X = [0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4]
PEARSON_Y = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5]
YORK_X = np.array([1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1]) ** -0.5
YORK_Y = np.array([1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500]) ** -0.5


def test_clause_6_equal_uncertainties_of_y():
    line = fit_line(X, [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
    assert line.coefficients == pytest.approx([1.86666666666667, 1.75714285714286], rel=1e-14)
    assert line.u == pytest.approx([0.465474668125631, 0.119522860933439], rel=1e-14)
    assert line.covariance[0, 1] == pytest.approx(-0.05, rel=1e-13)
    assert line.adequacy().words == (
        "chi-square 1.665 with 4 degrees of freedom does not exceed its 95 % quantile 9.488: the model is adequate."
    )


def test_clause_11_from_y_to_x_and_back():
    line = fit_line(X, [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
    back = line.inverse(10.5, u_y=0.5)
    forth = line.mean_response(3.5, u_x=0.2)
    assert (back.value, back.u) == pytest.approx((4.91327913279133, 0.32203556012891), rel=1e-13)
    assert (forth.value, forth.u) == pytest.approx((8.01666666666667, 0.406409531732455), rel=1e-13)


def test_clause_6_unequal_uncertainties_of_y():
    line = fit_line(X, [3.2, 4.3, 7.6, 8.6, 11.7, 12.8], u_y=[0.5, 0.5, 0.5, 1, 1, 1])
    assert line.coefficients == pytest.approx([0.885232067510549, 2.05696202531646], rel=1e-14)
    assert line.u == pytest.approx([0.529708143508836, 0.177892016741205], rel=1e-14)
    assert line.covariance[0, 1] == pytest.approx(-0.0822784810126582, rel=1e-13)
    assert line.squares == pytest.approx(4.131, abs=5e-4)
    assert line.inverse(10.5, u_y=1.0).u == pytest.approx(0.533180902231294, rel=1e-13)


def test_clause_7_uncertainties_of_x_and_y():
    line = fit_line(X_7, Y_7, u_x=0.2, u_y=U_Y_7)
    # Published: 0.5788, 2.1597; the digits are the minimum of the distance, found with 40 digits by mpmath.
    assert line.coefficients == pytest.approx([0.57882212214949840, 2.1596565673992932], rel=1e-12)
    assert line.u == pytest.approx([0.4764, 0.1355], abs=5e-5)
    assert line.covariance[0, 1] == pytest.approx(-0.0577, abs=5e-5)
    assert line.squares == pytest.approx(2.7426767897309672, rel=1e-12)


def test_clause_7_has_the_uncertainties_of_the_standard_and_not_those_of_all_derivatives():
    # ISO/TS 28037:2010, 7.4, NPL's software for it and GTC's line_fit_odr: 0.4764, 0.1355, -0.0577. Derivatives of the
    # estimates by every x and y, as GTC's line_fit_wtls has them, give 0.4804, 0.1362 and -0.0586 from the same line.
    line = fit_line(X_7, Y_7, u_x=0.2, u_y=U_Y_7)
    assert [round(u, 4) for u in line.u.tolist()] == [0.4764, 0.1355]
    assert round(line.covariance[0, 1], 4) == -0.0577
    assert round(line.adequacy().quantile, 3) == 9.488


def test_clause_8_covariances_of_pairs():
    line = fit_line(X_7, Y_7, u_x=0.2, u_y=U_Y_7, cov_xy=[0.036] * 6)
    # The standard's data (NPL's software, TS28037_GDR2); the minimum of the distance by mpmath, 40 digits, from the
    # covariance of y - a - b x; u by NPL's steps 2 to 6, from variances of y - b x at the end.
    assert line.coefficients == pytest.approx([0.58159186766906026, 2.1699954665949587], rel=1e-12)
    assert line.squares == pytest.approx(6.4826913144006936, rel=1e-12)
    by_steps = _steps_of_clause_8(line.coefficients)
    assert line.covariance.ravel() == pytest.approx(by_steps, rel=1e-12)


def test_clause_9_covariances_of_y():
    # ISO/TS 28037:2010, clause 9, example: data from NPL's software, results as GTC's tests quote them.
    cov_y = np.eye(10)
    cov_y[:5, :5] += 1
    cov_y[5:, 5:] += 4
    line = fit_line(range(1, 11), [1.3, 4.1, 6.9, 7.5, 10.2, 12.0, 14.5, 17.1, 19.5, 21.0], cov_y=cov_y)
    assert line.coefficients == pytest.approx([-0.6456, 2.2014], abs=5e-5)
    assert line.u == pytest.approx([1.2726, 0.2015], abs=5e-5)
    assert line.squares == pytest.approx(2.07395, abs=5e-6)
    assert line.adequacy().holds


def test_clause_9_covariances_of_y_give_what_exact_fractions_give():
    x, y = [10, 20, 30, 40], [Fraction(101, 5), Fraction(409, 10), Fraction(598, 10), Fraction(807, 10)]
    cov = [[Fraction(1 + (i == j) * (i + 2), 8) for j in range(4)] for i in range(4)]
    inverse = _inverse(cov)
    table = [[Fraction(1), Fraction(v)] for v in x]
    normal = [[_form(inverse, _column(table, i), _column(table, j)) for j in range(2)] for i in range(2)]
    right = [_form(inverse, _column(table, i), y) for i in range(2)]
    covariance = _inverse(normal)
    expected = [sum(c * r for c, r in zip(row, right, strict=True)) for row in covariance]
    line = fit_line(x, [float(v) for v in y], cov_y=np.array(cov, dtype=float))
    assert line.coefficients == pytest.approx([float(v) for v in expected], rel=1e-14)
    assert line.covariance.ravel() == pytest.approx([float(v) for row in covariance for v in row], rel=1e-13)


def test_clause_10_all_covariances():
    line = fit_line(
        [50.4, 99.0, 149.9, 200.4, 248.5, 299.7, 349.1],
        [52.3, 97.8, 149.7, 200.1, 250.4, 300.9, 349.2],
        cov_x=COV_X_10,
        cov_y=np.ones((7, 7)) + 4 * np.eye(7),
    )
    assert line.coefficients == pytest.approx([0.3424, 1.0012], abs=5e-5)
    assert line.u == pytest.approx([2.0569, 0.0090], abs=5e-5)
    assert line.covariance[0, 1] == pytest.approx(-0.0129, abs=5e-5)
    assert line.squares == pytest.approx(1.772, abs=5e-4)
    assert line.adequacy().quantile == pytest.approx(11.070, abs=5e-4)


def test_annex_e_unknown_equal_weights():
    line = fit_line(X, [3.014, 5.225, 7.004, 9.061, 11.201, 12.762])
    assert line.coefficients == pytest.approx([1.172, 1.96357142857143], rel=1e-14)
    assert line.u == pytest.approx([0.158875093196181, 0.0407953578791729], rel=1e-13)
    assert line.covariance[0, 1] == pytest.approx(-0.00582491428571429, rel=1e-13)
    assert line.inverse(10.5).value == pytest.approx(4.751, abs=5e-4)
    assert line.inverse(10.5).u == pytest.approx(0.097, abs=5e-4)
    assert line.single_response(3.5).u == pytest.approx(0.18, abs=5e-3)
    assert line.mean_response(3.5).u == pytest.approx(0.070, abs=5e-4)
    assert line.adequacy() is None


def test_weights_known_up_to_a_factor_as_r_has_them():
    weights = np.array([0.2, 0.2, 0.2, 0.4, 0.4, 0.4]) ** -2
    line = fit_line(X, [3.014, 5.225, 7.004, 9.061, 11.201, 12.762], weights=weights)
    assert line.coefficients == pytest.approx([1.13754, 1.97264], rel=1e-5)
    assert line.u == pytest.approx([0.12261, 0.04118], rel=1e-4)
    assert line.covariance[0, 1] == pytest.approx(-0.004408553, rel=1e-5)


def test_pearsons_points_with_yorks_weights():
    # Intercept 5.47991022, slope -0.480533407: Neri et al., J. Phys. E 22 (1989) 215; u and chi-square / 8: R's bfsl.
    line = fit_line(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y)
    assert line.coefficients == pytest.approx([5.4799102240, -0.48053340745], rel=1e-10)
    assert line.u == pytest.approx([0.294970735, 0.0579850090], rel=1e-8)
    assert line.squares / 8 == pytest.approx(1.483294149, rel=1e-9)


def test_the_line_is_the_same_with_x_and_y_exchanged():
    forth = fit_line(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y)
    back = fit_line(PEARSON_Y, PEARSON_X, u_x=YORK_Y, u_y=YORK_X)
    assert back.coefficients[1] == pytest.approx(1 / forth.coefficients[1], rel=1e-11)
    assert back.squares == pytest.approx(forth.squares, rel=1e-11)


def test_a_line_that_made_others_stop_early():
    # Tromans' points, from GTC's tests; the minimum of the distance with 40 digits by mpmath.
    line = fit_line(
        [0.1, 0.2, 0.5, 1.0, 2.0],
        [2319, 4620, 12784, 21705, 45952],
        u_x=[0.007421502, 0.014840599, 0.037099814, 0.074199146, 0.148398052],
        u_y=[150, 340.71, 553.54, 956.76, 1649.68],
    )
    assert line.coefficients == pytest.approx([7.37719198515694, 23317.2054527335], rel=1e-10)
    assert line.squares == pytest.approx(1.90720680159126, rel=1e-10)


def test_a_parabola_with_uncertainties_of_x_and_y():
    # scipy.odr 1.x, explicit, absolute: coefficients, sqrt(diag(cov_beta)), sum_square.
    curve = fit_polynomial(
        [0.1, 1.2, 1.9, 3.1, 4.0, 5.2],
        [1.05, 2.9, 5.1, 11.4, 17.9, 29.8],
        2,
        u_x=[0.02, 0.02, 0.03, 0.03, 0.05, 0.05],
        u_y=[0.1, 0.1, 0.1, 0.2, 0.2, 0.3],
    )
    assert curve.coefficients == pytest.approx([1.03739362, 0.28689519, 0.99481609], rel=2e-7)
    assert curve.u == pytest.approx([0.10771702, 0.1447576, 0.03763381], rel=1e-6)
    assert curve.squares == pytest.approx(1.5188582354512, rel=1e-12)


def test_exact_x_said_by_zeros_is_the_fit_without_u_x():
    plain = fit_line(X_7, Y_7, u_y=U_Y_7)
    said = fit_line(X_7, Y_7, u_x=0.0, u_y=U_Y_7)
    assert said.coefficients == pytest.approx(plain.coefficients, rel=1e-14)
    assert said.covariance.ravel() == pytest.approx(plain.covariance.ravel(), rel=1e-14)


def test_columns_1_and_x_are_a_straight_line():
    line = fit_line(X_7, Y_7, u_y=U_Y_7)
    fit = fit_columns(np.column_stack([np.ones(6), X_7]), Y_7, u_y=U_Y_7)
    assert fit.coefficients.tolist() == line.coefficients.tolist()
    assert fit.response([1, 2.5]).u == pytest.approx(line.mean_response(2.5).u, rel=1e-14)
    assert fit.r_squared == pytest.approx(line.r_squared, rel=1e-14)


def _steps_of_clause_8(coefficients):
    """Covariance matrix of a and b for cov(x_i, y_i), by the standard's own steps."""
    b = coefficients[1]
    x, y, u_y = np.array(X_7), np.array(Y_7), np.array(U_Y_7)
    variances = u_y**2 - 2 * b * 0.036 + b**2 * 0.2**2
    adjusted = x - (0.036 - b * 0.2**2) / variances * (y - coefficients[0] - b * x)
    weights = 1 / variances
    middle = np.sum(weights * adjusted) / np.sum(weights)
    u2_b = 1 / np.sum(weights * (adjusted - middle) ** 2)
    return [1 / np.sum(weights) + middle**2 * u2_b, -middle * u2_b, -middle * u2_b, u2_b]


def _column(table, k):
    return [row[k] for row in table]


def _form(matrix, left, right):
    return sum(a * m * b for a, row in zip(left, matrix, strict=True) for m, b in zip(row, right, strict=True))


def _inverse(matrix):
    size = len(matrix)
    table = [list(row) + [Fraction(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for k in range(size):
        table[k] = [value / table[k][k] for value in table[k]]
        for i in range(size):
            if i != k:
                table[i] = [a - table[i][k] * b for a, b in zip(table[i], table[k], strict=True)]
    return [row[size:] for row in table]
