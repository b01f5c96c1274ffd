import math

import numpy as np
import pytest

from calibration import checks


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: checks.finite("fit", "x", math.nan),
            "fit: x: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: checks.finite("fit", "x", "3"),
            "fit: x: expected a finite number, got '3'. Look at what it was computed from.",
        ),
        (
            lambda: checks.finite("fit", "x", True),
            "fit: x: expected a finite number, got True. Look at what it was computed from.",
        ),
        (
            lambda: checks.finite("fit", "x", None),
            "fit: x: expected a finite number, got None. Look at what it was computed from.",
        ),
        (
            lambda: checks.positive("conformity", "mpe", 0.0),
            "conformity: mpe: expected a finite number above 0, got 0.0. Look at what it was computed from.",
        ),
        (
            lambda: checks.non_negative("input", "u", -1),
            "input: u: expected a finite number, 0 or more, got -1. Look at what it was computed from.",
        ),
        (
            lambda: checks.probability("expand", "p", 95),
            "expand: p: expected a probability between 0 and 1, got 95. Give 0.95 for 95 %.",
        ),
        (
            lambda: checks.degrees_of_freedom("input", "dof", 0.5),
            (
                "input: dof: expected 1 or more, or inf, got 0.5. "
                "Take another reading, or state inf for a value that is exactly known."
            ),
        ),
        (
            lambda: checks.whole("pool", "n", 2.5),
            "pool: n: expected a whole number, 0 or more, got 2.5. Look at what it was computed from.",
        ),
        (
            lambda: checks.limits("conformity", 1.0, -1.0),
            (
                "conformity: limits: expected lower below upper, got lower 1.0 and upper -1.0. "
                "Exchange them, or look at where they were written."
            ),
        ),
        (
            lambda: checks.limits("conformity", -math.inf, math.inf),
            (
                "conformity: limits: expected lower below upper, got lower -inf and upper inf. "
                "Exchange them, or look at where they were written."
            ),
        ),
        (
            lambda: checks.one_of("report", "language", "fr", ("vi", "en")),
            "report: language: expected one of vi, en, got 'fr'. Choose one of these.",
        ),
        (
            lambda: checks.vector("mean", "readings", [[1.0]]),
            "mean: readings: expected a vector, got an array of shape (1, 1). Give them as one row.",
        ),
        (
            lambda: checks.vector("mean", "readings", [1.0], 2),
            "mean: readings: expected 2 values or more, got 1. Give more values.",
        ),
        (
            lambda: checks.vector("mean", "readings", [1.0, math.inf]),
            "mean: readings: expected finite numbers, got inf at index 1. Leave it out, and say so, or measure again.",
        ),
        (
            lambda: checks.vector("mean", "readings", ["1", "2"]),
            "mean: readings: expected numbers, got ['1', '2']. Give equally long rows of numbers.",
        ),
        (
            lambda: checks.matrix("fit", "v", [[1.0], [1.0, 2.0]]),
            "fit: v: expected numbers, got rows of different lengths. Give equally long rows of numbers.",
        ),
        (
            lambda: checks.matrix("fit", "v", [[1.0, 2.0]], (2, None)),
            "fit: v: expected a matrix, 2 x any, got an array of shape (1, 2). Look at rows and columns.",
        ),
        (
            lambda: checks.matrix("fit", "v", [[1.0, math.nan]]),
            "fit: v: expected finite numbers, got nan at index (0, 1). Leave it out, and say so, or measure again.",
        ),
        (
            lambda: checks.non_negatives("fit", "u_y", [0.1, -0.2]),
            "fit: u_y: expected 0 or more, got -0.2 at index 1. Look at what it was computed from.",
        ),
        (
            lambda: checks.positives("fit", "u_y", [0.1, 0.0]),
            "fit: u_y: expected numbers above 0, got 0.0 at index 1. Look at what it was computed from.",
        ),
        (
            lambda: checks.increasing("correct", "points", [1, 2, 2]),
            "correct: points: expected numbers that increase, got 2.0 at index 2. Look at what it was computed from.",
        ),
        (
            lambda: checks.same_length("fit", x=[1, 2], y=[1]),
            "fit: x, y: expected one length, got 2 (x) and 1 (y). Give one value of each for every point.",
        ),
        (
            lambda: checks.correlation_matrix("propagate", "correlation", [[1.0, 0.5], [0.4, 1.0]], 2),
            (
                "propagate: correlation: expected a symmetric matrix, got 0.5 at (0, 1) and 0.4 at (1, 0). "
                "Write both halves alike."
            ),
        ),
        (
            lambda: checks.correlation_matrix("propagate", "correlation", [[1.0, 0.5], [0.5, 2.0]], 2),
            "propagate: correlation, diagonal: expected ones, got 2.0 at index 1. Look at what it was computed from.",
        ),
        (
            lambda: checks.correlation_matrix(
                "propagate", "correlation", [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], 3
            ),
            (
                "propagate: correlation: expected a positive semidefinite matrix, got a least eigenvalue of -0.8. "
                "No quantities are correlated so; give more digits of the coefficients or look for a wrong one."
            ),
        ),
        (
            lambda: checks.covariance_matrix("fit", "covariance", [[1e-12, 2e-6], [2e-6, 1.0]], 2),
            (
                "fit: covariance: expected a positive semidefinite matrix, got a least eigenvalue of -1. "
                "No quantities are correlated so; give more digits of the coefficients or look for a wrong one."
            ),
        ),
        (
            lambda: checks.covariance_matrix("fit", "covariance", [[1.0, 0.0], [0.0, -1.0]], 2),
            "fit: covariance, diagonal: expected 0 or more, got -1.0 at index 1. Look at what it was computed from.",
        ),
    ],
)
def test_what_is_refused_says_who_what_and_what_to_do(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told


def test_what_a_computed_correlation_lost_by_rounding_is_let_pass() -> None:
    rows = np.random.default_rng(1).normal(size=(8, 5))
    matrix = np.corrcoef(rows)  # rank 4 of 8: eigenvalues of -1e-16
    assert checks.correlation_matrix("fit", "r", matrix, 8) is matrix


def test_a_covariance_with_a_constant_quantity_is_one() -> None:
    checks.covariance_matrix("fit", "v", [[0.0, 0.0], [0.0, 4.0]], 2)
    with pytest.raises(ValueError, match="positive semidefinite"):
        checks.covariance_matrix("fit", "v", [[0.0, 0.1], [0.1, 4.0]], 2)


def test_a_long_list_is_cut_in_the_message() -> None:
    assert len(str(checks.refuse("fit", "x", "numbers", list(range(1000)), "Look."))) < 200
