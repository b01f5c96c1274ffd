"""What is no number, or no possible one, is refused by charts and indices: never a nan, never numpy's own words."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration.control_charts import (
    Chart,
    Cusum,
    Means,
    Nonconforming,
    Sigma,
    c4,
    c_chart,
    capability,
    cp_with_limits,
    cpk_with_limits,
    d2,
    estimate_sigma,
    individuals_chart,
    np_chart,
)

ONE = Sigma.stated(1.0)
READINGS = [10.1, 9.9, 10.0, 10.2, 9.8, 10.1, 9.9, 10.0]
FROM = "Look at what it was computed from."


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: cpk_with_limits(1.3, n=0, dof=9),
            f"cpk_with_limits: n: expected a whole number, 1 or more, got 0. {FROM}",
        ),
        (
            lambda: cpk_with_limits(math.nan, n=9, dof=8),
            f"cpk_with_limits: cpk: expected a finite number, got nan. {FROM}",
        ),
        (
            lambda: cpk_with_limits(1.3, n=9, dof=-1),
            (
                "cpk_with_limits: dof: expected a finite number above 0, got -1. "
                "Take it from the standard deviation, or state inf for one that is known."
            ),
        ),
        (
            lambda: cp_with_limits(math.nan, dof=8),
            f"cp_with_limits: cp: expected a finite number above 0, got nan. {FROM}",
        ),
        (
            lambda: cp_with_limits(1.3, dof=0),
            (
                "cp_with_limits: dof: expected a finite number above 0, got 0. "
                "Take it from the standard deviation, or state inf for one that is known."
            ),
        ),
        (
            lambda: cp_with_limits(1.3, dof=9, confidence="0.95"),
            "capability: confidence: expected a probability between 0 and 1, got '0.95'. Give 0.95 for 95 %.",
        ),
        (
            lambda: capability(READINGS, sigma="s", upper=math.inf),
            "capability: specification: expected a finite number, got inf. Take them from the drawing.",
        ),
        (
            lambda: capability(READINGS, sigma="s", upper="11"),
            "capability: specification: expected a finite number, got '11'. Take them from the drawing.",
        ),
        (lambda: Means("10", ONE), f"x_bar: center: expected a finite number, got '10'. {FROM}"),
        (lambda: Means(10, ONE, width=None), f"x_bar: width: expected a finite number, got None. {FROM}"),
        (lambda: Cusum(10, ONE, limit=-4), f"cusum: limit: expected a number above 0, got -4. {FROM}"),
        (lambda: Nonconforming(0.1, 50.5), f"np: size: expected a whole number, 1 or more, got 50.5. {FROM}"),
        (lambda: np_chart([1, 2], size=0), f"np: size: expected a whole number, 1 or more, got 0. {FROM}"),
        (
            lambda: Sigma.stated("0.2"),
            (
                "sigma: stated: expected a finite number, got '0.2'. "
                "Readings that never differ need a finer resolution before they need a chart."
            ),
        ),
        (
            lambda: Sigma(0.2, "s", dof=math.nan),
            (
                "sigma: dof: expected a finite number above 0, got nan. "
                "State inf for a standard deviation that is known."
            ),
        ),
        (
            lambda: Means(10, 0.2),  # type: ignore[arg-type]
            "x_bar: sigma: expected a Sigma, got 0.2. Use Sigma.stated(0.2) for one that is known, or estimate_sigma.",
        ),
        (lambda: c4(math.inf), f"c4: n: expected a finite number, got inf. {FROM}"),
        (
            lambda: d2(2**40),
            (
                "d2: n: expected at most 1000000, got 1099511627776. "
                "Use standard deviations: a range says little of so many."
            ),
        ),
        (
            lambda: individuals_chart(["10.1", "9.9"], sigma="s_c4"),
            "individuals: samples: expected numbers, got ['10.1', '9.9']. Give one row of numbers, or rows of numbers.",
        ),
        (
            lambda: estimate_sigma([[1.0, 2.0], ["3", "4", "5"]], "mean_range_d2"),
            "sigma: samples: expected numbers, got ['3', '4', '5']. Give one row of numbers, or rows of numbers.",
        ),
        (
            lambda: Chart(Means(10, ONE)).judge(np.ma.array(READINGS, mask=[1, 0, 0, 0, 0, 0, 0, 0])),
            "x_bar: samples: expected numbers, got masked ones. Leave out what was not measured.",
        ),
        (
            lambda: c_chart([True, False]),
            "c: samples: expected numbers, got [True, False]. Give one row of numbers, or rows of numbers.",
        ),
        (
            lambda: c_chart([[1, 2], [3]]),
            (
                "c: samples: expected numbers, got rows of different lengths. "
                "Give one row of numbers, or rows of numbers."
            ),
        ),
    ],
)
def test_what_is_no_number_is_refused_with_what_to_do(call: Callable[[], Any], told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told


def test_an_index_by_a_known_sigma_has_no_uncertainty_from_it() -> None:
    assert cp_with_limits(1.3, dof=math.inf) == cp_with_limits(1.3, dof=math.inf, confidence=0.5)
    found = cpk_with_limits(1.3, n=25, dof=math.inf)
    assert found.high - found.value == pytest.approx(1.959963984540054 / 15, rel=1e-12)
