"""What a fit refuses, and in which words."""

import math

import numpy as np
import pytest

from calibration.regression import fit_columns, fit_line, fit_polynomial

X, Y = [1.0, 2.0, 3.0], [1.0, 2.0, 3.5]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda: fit_line([1, 1, 1], Y),
            (
                "regression: x: expected 2 or more different values for degree 1, got 1. "
                "Measure at more different places, or fit a lower degree."
            ),
        ),
        (
            lambda: fit_line([0, 0, 0], Y, intercept=0),
            (
                "regression: x: expected 1 or more different values other than 0 for degree 1, got 0. "
                "Measure at more different places, or fit a lower degree."
            ),
        ),
        (
            lambda: fit_line([1, 2], [1, 2]),
            (
                "regression: points: expected more than 2 for 2 coefficients, got 2. "
                "Give u_y: without it only further points can tell how far off they are."
            ),
        ),
        (
            lambda: fit_line([1], [1], u_y=1),
            (
                "regression: points: expected 2 or more for 2 coefficients, got 1. "
                "Measure at more places, or fit fewer coefficients."
            ),
        ),
        (
            lambda: fit_line([1e308, 1e308, -1e308], Y),
            (
                "regression: x: expected a greatest magnitude of 1e-50 to 1e+50, or 0, got 1e+308. "
                "Choose a unit that suits it."
            ),
        ),
        (
            lambda: fit_polynomial([1e40, 2e40, 3e40, 4e40, 5e40], [1, 2, 3, 4, 5], 4, u_y=1),
            (
                "regression: x: expected a greatest magnitude whose power 4 has up to 150 digits before or after its "
                "point, got 5e+40. Choose a unit that suits it."
            ),
        ),
        (
            lambda: fit_line(X, [1e-200, 2e-200, 1e-200]),
            (
                "regression: y: expected a greatest magnitude of 1e-50 to 1e+50, or 0, got 2e-200. "
                "Choose a unit that suits it."
            ),
        ),
        (
            lambda: fit_line(X, Y, u_y=[[1, 2], [3]]),
            "regression: u_y: expected numbers, got rows of different lengths. Give equally long rows of numbers.",
        ),
        (
            lambda: fit_line(X, Y, u_y=1e308),
            "regression: u_y: expected a magnitude up to 1e+50, got 1e+308. Choose a unit that suits it.",
        ),
        (
            lambda: fit_line(X, Y).coefficient(2),
            "regression: which: expected a whole number from 0 to 1, got 2. Count coefficients from 0.",
        ),
        (
            lambda: fit_line(X, Y).slope(math.nan),
            "regression: x: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: fit_polynomial([-2, -1, 0, 1, 2], [4, 1, 0, 1, 4], 2, u_y=0.1).inverse(1, 0.1, near=math.nan),
            "regression: near: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: fit_line(X, [1, 2]),
            "regression: x: expected 2 values, as many as y, got 3. Give one for each point.",
        ),
        (
            lambda: fit_line(X, [1, 2, math.nan]),
            "regression: y: expected finite numbers, got nan at index 2. Leave it out, and say so, or measure again.",
        ),
        (
            lambda: fit_line(X, Y, u_y=-1),
            "regression: u_y: expected 0 or more, got -1.0 at index 0. Look at what it was computed from.",
        ),
        (
            lambda: fit_line(X, Y, u_y=[1, 0, 1]),
            (
                "regression: u_y or cov_y: expected above 0 at every point, got 0 at index 1. "
                "Say how well it is known: a point without any uncertainty outweighs all others."
            ),
        ),
        (
            lambda: fit_line(X, Y, u_x=1),
            "regression: u_y: expected one beside what is said of x, got none. Give u_y too; 0 where y is exact.",
        ),
        (
            lambda: fit_line(X, Y, u_y=1, cov_xy=[0, 0, 0]),
            "regression: cov_xy: expected it together with u_x or cov_x, got neither. Give the uncertainties of x.",
        ),
        (
            lambda: fit_line(X, Y, u_y=0.1, weights=[1, 1, 1]),
            (
                "regression: weights: expected either them or uncertainties, got both. "
                "Leave the weights out: the uncertainties weigh the points."
            ),
        ),
        (
            lambda: fit_line(X, Y, weights=[1, 0, 1]),
            "regression: weights: expected numbers above 0, got 0.0 at index 1. Look at what it was computed from.",
        ),
        (
            lambda: fit_line(X, Y, u_y=0.1, cov_y=np.eye(3)),
            "regression: u_y: expected either it or cov_y, got both. Leave u_y out: cov_y has it on its diagonal.",
        ),
        (
            lambda: fit_line(X, Y, cov_y=[[1, 2, 0], [2, 1, 0], [0, 0, 1]]),
            (
                "regression: cov_y: expected a positive semidefinite matrix, got a least eigenvalue of -1. "
                "No quantities are correlated so; give more digits of the coefficients or look for a wrong one."
            ),
        ),
        (
            lambda: fit_line(X, Y, cov_y=[[1, 1, 0], [1, 1, 0], [0, 0, 1]]),
            (
                "regression: u_y or cov_y: expected a positive definite covariance matrix, got one by which some "
                "combination of points is exactly known. Add what each point has of its own, its repeatability."
            ),
        ),
        (
            lambda: fit_line(X, Y, u_y=0.1, u_x=0.1, cov_xy=[0.02] * 3),
            (
                "regression: cov_x, cov_xy and cov_y together: expected a positive semidefinite matrix, got a least "
                "eigenvalue of -1. No quantities are correlated so; give more digits of the coefficients or look for a "
                "wrong one."
            ),
        ),
        (
            lambda: fit_columns([[1, 2], [2, 4], [3, 6]], Y),
            (
                "regression: column 2: expected one that the columns before it do not give, got one of which they "
                "leave 0. Leave the column out, or measure at more different places."
            ),
        ),
        (
            lambda: fit_columns([[1, 2], [2, 5]], Y),
            "regression: columns: expected a matrix, 3 x any, got an array of shape (2, 2). Look at rows and columns.",
        ),
        (
            lambda: fit_columns([[1], [2], [3]], Y).response([1, 2]),
            "regression: columns: expected 1 values, got 2. Give one for each coefficient.",
        ),
        (
            lambda: fit_polynomial(X, Y, 0),
            "regression: degree: expected a whole number, 1 or more, got 0. Look at what it was computed from.",
        ),
        (
            lambda: fit_line(X, Y, u_y=0.1).inverse(2),
            (
                "regression: u_y: expected one, since the uncertainties of the points were stated, got none. "
                "Give that of this y; 0 where it is exact."
            ),
        ),
        (
            lambda: fit_polynomial([1, 2, 3, 4], [1, 4, 9, 16], 2, u_y=0.1).inverse(20, 0.1),
            (
                "regression: y: expected a value that the curve takes once within 1 .. 4, got y = 20 nowhere. "
                "Calibrate over a wider range or flag the value."
            ),
        ),
        (
            lambda: fit_polynomial([-2, -1, 0, 1, 2], [4, 1, 0, 1, 4], 2, u_y=0.1).inverse(1, 0.1),
            (
                "regression: y: expected a value that the curve takes once within -2 .. 2, got y = 1 at x = -1, 1. "
                "Say near which x it is."
            ),
        ),
        (
            lambda: fit_line(X, [1, 1, 1], u_y=0.1).inverse(1, 0.1),
            (
                "regression: y: expected a value at which the curve is not level, got 1. "
                "Measure y where the curve rises or falls."
            ),
        ),
        (
            lambda: fit_line(X, Y, u_y=0.1, intercept=0).student(0),
            (
                "student check: u: expected above 0, got 0.0. "
                "What is fixed, or fits exactly, needs no test: compare the numbers."
            ),
        ),
    ],
)
def test_a_mistake_is_named_with_what_to_do(ask, says):
    with pytest.raises(ValueError, match=": expected ") as caught:
        ask()
    assert str(caught.value) == says
