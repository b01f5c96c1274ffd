"""Slopes where the estimate is far larger than its uncertainty, or the model goes in steps."""

import math

import numpy as np
import pytest

from calibration.uncertainty import normal, parse_model, propagate


def slope(model, value: float, u: float) -> float:
    return propagate(model, [normal("x", value, u)]).rows[0].sensitivity


@pytest.mark.parametrize(
    ("model", "digits"), [(lambda x: np.sin(1 * x), 1e-14), (lambda x: math.sin(1 * x), 1e-5)], ids=["complex", "plain"]
)
@pytest.mark.parametrize("value", [1e3, 1e6, 1e9])
def test_a_phase_of_many_turns_is_looked_at_within_its_uncertainty(model, digits: float, value: float) -> None:
    assert slope(model, value, 1e-3) == pytest.approx(math.cos(value), rel=digits)


DIFFERENCES = {
    "quotient": (parse_model("1 / (a - b)"), lambda a, b: 1 / float(a - b), lambda d: -1 / d**2),
    "root": (parse_model("sqrt(a - b)"), lambda a, b: math.sqrt(a - b), lambda d: 0.5 / math.sqrt(d)),
    "logarithm": (parse_model("log(a - b)"), lambda a, b: math.log(a - b), lambda d: 1 / d),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_small_difference_of_large_values_keeps_to_its_side(name: str) -> None:
    """As of two masses or temperatures: the difference is 1000 u, and 3e-6 of the values."""
    expression, plain, derivative = DIFFERENCES[name]
    given = [normal("a", 300.001, 1e-6), normal("b", 300.0, 1e-6)]
    expected = derivative(300.001 - 300.0)
    assert propagate(expression, given).rows[0].sensitivity == pytest.approx(expected, rel=1e-12)
    assert propagate(plain, given).rows[0].sensitivity == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("scale", [1e-307, 1e-280, 1e-30, 1e30, 1e290])
def test_a_slope_is_found_at_the_ends_of_what_a_float_holds(scale: float) -> None:
    assert slope(lambda x: 3 * x, 0.0, scale) == pytest.approx(3.0, rel=1e-14)
    assert slope(lambda x: 3 * x, scale, scale / 10) == pytest.approx(3.0, rel=1e-14)


@pytest.mark.parametrize(
    ("model", "value", "u"),
    [
        (lambda x: round(x, 2), 3.5, 0.01),
        (lambda x: math.floor(1 * x), 3.5, 1.0),
        (lambda x: int(x * 100 + 0.5) / 100, 3.5, 0.02),
    ],
)
def test_a_model_that_goes_in_steps_is_refused(model, value: float, u: float) -> None:
    with pytest.raises(ValueError, match="flat") as caught:
        slope(model, value, u)
    assert str(caught.value) == (
        f"propagate: model: expected a smooth one, got one that is flat at x = {value!r} and not within u of it. "
        "It goes in steps, as rounding does; leave that out, or propagate the distributions by Monte Carlo."
    )


@pytest.mark.parametrize(
    ("model", "value", "u"),
    [
        (lambda x: 7.0, 1.0, 0.1),
        (lambda x: math.cos(1 * x), 0.0, 1e-6),  # A cosine error, which first order does not see.
        (lambda x: math.cos(1 * x), 0.0, 0.1),
        (lambda x: 100.0 + x * x, 0.0, 1e-3),
        (lambda x: math.floor(1 * x), 3.5, 0.01),
        (lambda x: 1 - math.sqrt(1 - x * x), 0.0, 2.0),  # The domain ends within u.
        (
            lambda x: math.atan2(0.0, 1 * x),
            0.001,
            0.01,
        ),  # JCGM 102, 9.3: what lies beyond a jump, the law does not see.
        (lambda x: max(x, 0.0), -0.5, 1.0),
    ],
)
def test_a_model_that_is_flat_all_over_or_at_its_top_has_no_slope(model, value: float, u: float) -> None:
    assert slope(model, value, u) == 0.0


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (lambda y, x: math.atan2(y, 1 * x), 0.16),
        (lambda y, x: np.arctan2(y, 1 * x), 0.16),
        (lambda y, x: math.hypot(y, 1 * x), 0.6),
        (lambda y, x: np.hypot(y, 1 * x), 0.6),
        (lambda y, x: np.maximum(y, 0 * x), 1.0),
        (lambda y, x: np.minimum(y, x) * x, 4.0),
        (lambda y, x: np.cbrt(y * 9 + 0 * x), 1 / 3),
        (lambda y, x: abs(complex(y, x)) if not isinstance(y + x, complex) else math.nan, 0.6),
        (lambda y, x: np.where(y > 0, y * x, 0.0), 4.0),
    ],
)
def test_functions_that_know_no_complex_numbers_have_their_slope_too(model, expected: float) -> None:
    budget = propagate(model, [normal("y", 3.0, 0.01), normal("x", 4.0, 0.01)])
    assert budget.rows[0].sensitivity == pytest.approx(expected, rel=1e-8)
