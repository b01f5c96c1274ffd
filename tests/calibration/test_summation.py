import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from calibration.summation import mean_and_sd

STRD = Path(__file__).parent / "reference" / "strd"
CERTIFIED = json.loads((STRD / "certified.json").read_text("utf-8"))["univariate"]


def digits(got: float, certified: float) -> float:
    return 16.0 if got == certified else -math.log10(abs(got - certified) / abs(certified))


@pytest.mark.parametrize("name", CERTIFIED)
def test_a_series_of_nist_has_its_certified_mean_and_standard_deviation(name):
    values = np.loadtxt(STRD / f"{name}.csv", skiprows=1)
    mean, sd = mean_and_sd(values)
    assert digits(mean, CERTIFIED[name][0]) >= 14
    assert digits(sd, CERTIFIED[name][1]) >= (8 if name == "NumAcc4" else 9)


def test_a_spread_far_from_zero_is_that_of_exact_arithmetic():
    values = [1e15 + 0.125 * k for k in (0, 3, 8, 1, 7)]
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / 5
    got_mean, got_sd = mean_and_sd(values)
    assert got_mean == float(mean)
    assert got_sd == pytest.approx(math.sqrt(sum((value - mean) ** 2 for value in exact) / 4), rel=1e-15)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([1.0], "mean_and_sd: values: expected 2 values or more, got 1. Give more values."),
        ([[1.0, 2.0]], "mean_and_sd: values: expected a vector, got an array of shape (1, 2). Give them as one row."),
        (
            [1.0, math.inf],
            (
                "mean_and_sd: values: expected finite numbers, got inf at index 1. "
                "Leave it out, and say so, or measure again."
            ),
        ),
    ],
)
def test_what_has_no_spread_is_refused(values, says):
    with pytest.raises(ValueError, match="mean_and_sd") as caught:
        mean_and_sd(values)
    assert str(caught.value) == says


def test_sums_beyond_what_a_float_holds_are_refused():
    for values in ([1e308, 1e308], [1e200, -1e200]):
        with pytest.raises(ValueError, match="sum") as caught:
            mean_and_sd(values)
        assert (
            str(caught.value)
            == "sum: values: expected a result below 1e308, got a larger one. Give them in a larger unit."
        )
