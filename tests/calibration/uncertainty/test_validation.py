"""JCGM 101:2008, 7.9.2 and 8, on the intervals of its examples."""

import math

import pytest

from calibration.uncertainty import numerical_tolerance, validate_law


@pytest.mark.parametrize(
    ("u", "digits", "tolerance"),
    [
        (0.35e-5, 2, 0.5e-7),  # example 1: 35e-7
        (2.0, 1, 0.5),
        (2.0, 2, 0.05),
        (0.0754, 1, 0.005),
        (0.0754, 2, 0.0005),
        (2.0e-3, 1, 0.5e-3),
        (9.96, 2, 0.5),  # is 10, and so 10e0
        (9.94, 2, 0.05),
        (32.0, 2, 0.5),
        (1e-300, 1, 5e-301),
    ],
)
def test_the_numerical_tolerance_is_half_a_step_of_the_last_digit(u: float, digits: int, tolerance: float) -> None:
    assert numerical_tolerance(u, digits) == pytest.approx(tolerance, rel=1e-12)


def test_9_3_the_mass_calibration_is_valid_with_terms_of_second_order_only() -> None:
    monte_carlo = (1.0834, 1.3825)
    first = validate_law((1.1285, 1.3395), monte_carlo, 0.0754)
    assert (round(first.d_low, 4), round(first.d_high, 4), first.valid) == (0.0451, 0.0430, False)
    second = validate_law((1.0870, 1.3810), monte_carlo, 0.0754)
    assert (round(second.d_low, 4), round(second.d_high, 4), second.valid) == (0.0036, 0.0015, True)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: numerical_tolerance(0.0),
            "numerical_tolerance: u: expected a finite number above 0, got 0.0. Look at what it was computed from.",
        ),
        (
            lambda: numerical_tolerance(1.0, 0),
            (
                "numerical_tolerance: digits: expected a whole number, 1 or more, got 0. "
                "Look at what it was computed from."
            ),
        ),
        (
            lambda: validate_law((1.0, -1.0), (-1.0, 1.0), 1.0),
            (
                "validate_law: limits: expected lower below upper, got lower 1.0 and upper -1.0. "
                "Exchange them, or look at where they were written."
            ),
        ),
        (
            lambda: validate_law((-1.0, 1.0), (-1.0, math.inf), 1.0),
            "validate_law: limits: expected finite ends, got inf. Look at what it was computed from.",
        ),
    ],
)
def test_what_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told
