import math
from datetime import date

import numpy as np
import pytest

from calibration.control_charts import LIMITS, Chart, Cusum, Sigma
from calibration.drift import (
    CheckMeans,
    check_standard_chart,
    components,
    design_cusum,
    drift_of_check_standard,
)

# Montgomery, Design and Analysis of Experiments, example 3.10 (looms): 6.96 between, 1.90 within.
LOOMS = [[98, 97, 99, 96], [91, 90, 93, 92], [96, 95, 97, 95], [95, 96, 99, 98]]


def test_components_of_the_looms():
    found = components(LOOMS)
    assert found.within**2 == pytest.approx(1.90, abs=0.005)
    assert found.between_variance == pytest.approx(6.96, abs=0.005)
    assert (found.dof_within, found.dof_between) == (12, 3)


def test_occasions_closer_together_than_their_readings_have_no_component_and_it_is_told():
    found = components([[1.0, 3.0], [1.1, 2.9], [0.9, 3.1]])
    assert found.between == 0.0
    assert found.between_variance < 0


def test_unequal_occasions_by_hand():
    # Means 1, 4, 2 of 2, 1, 3 readings: within 4 / 3; between 8 / 2 over n_0 = (6 - 14 / 6) / 2 = 11 / 6.
    found = components([[0, 2], [4], [1, 2, 3]])
    assert found.within**2 == pytest.approx(4 / 3)
    means, sizes = np.array([1, 4, 2]), np.array([2, 1, 3])
    grand = np.sum(means * sizes) / 6
    between = np.sum(sizes * (means - grand) ** 2) / 2
    assert found.between_variance == pytest.approx((between - 4 / 3) / (11 / 6))


def test_limits_hold_both_components_for_any_number_of_readings():
    chart = Chart(CheckMeans(10.0, within=0.3, between=0.4), LIMITS)
    one, nine = chart.points([[10.0], [10.0] * 9])
    assert one.upper == pytest.approx(10 + 3 * 0.5)
    assert nine.upper == pytest.approx(10 + 3 * math.sqrt(0.16 + 0.01))


def test_a_base_fixes_the_lines_and_what_comes_after_is_judged():
    chart = check_standard_chart(LOOMS, rules=LIMITS)
    assert [str(f) for f in chart.judge([[95, 96], [110, 111]])] == [
        "check_standard: point 2: a point beyond the limits, above (limits)"
    ]


def test_a_cusum_made_to_measure_watches_a_check_standard():
    design = design_cusum(1.0, in_control=500)
    plot = Cusum(target=0.0, sigma=Sigma.stated(1.0), limit=design.limit, allowance=design.allowance)
    assert Chart(plot, LIMITS).judge([0.1, -0.2, 0.3]) == ()
    assert Chart(plot, LIMITS).judge([1.5] * 8)


def test_two_occasions_and_a_base_give_a_drift_with_its_honest_width():
    base = components(LOOMS)
    drift = drift_of_check_standard([0, 50], [[95.0, 97.0], [99.0]], reference_value=95.0, base=base)
    first, last = math.sqrt(base.between**2 + base.within**2 / 2), math.hypot(base.between, base.within)
    assert drift.rate.value == pytest.approx(3 / 50)
    assert drift.rate.u == pytest.approx(math.hypot(first, last) / 50)


def test_without_a_base_the_scatter_gives_the_width_and_student_the_probability():
    drift = drift_of_check_standard(
        [date(2024, 1, 1), date(2024, 1, 11), date(2024, 2, 10), date(2024, 3, 31)], [0.0, 0.2, 0.3, 1.0]
    )
    assert drift.rate.dof == 2
    assert isinstance(drift.first_day_below(2.0), date)
    # numpy.polyfit's covariance of the slope, scaled by the residuals.
    _, cov = np.polyfit([0, 10, 40, 90], [0.0, 0.2, 0.3, 1.0], 1, cov=True)
    assert drift.rate.u == pytest.approx(math.sqrt(cov[0, 0]), rel=1e-9)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda: drift_of_check_standard([0, 1], [1.0, 2.0]),
            (
                "drift: occasions: expected 3 or more, one for each of 2 days, got 2. "
                "Measure it again, or give the components of a base: then two occasions are enough."
            ),
        ),
        (
            lambda: drift_of_check_standard([0, 5, 5], [1.0, 2.0, 3.0]),
            ("drift: days: expected days in order, no two alike, got others. Put the readings of one day together."),
        ),
        (
            lambda: components([[1.0], [2.0]]),
            (
                "drift: occasions: expected 2 or more, one of them with 2 readings or more, got 2 with 2 readings. "
                "Measure the check standard on more occasions, at least once more than once."
            ),
        ),
    ],
)
def test_too_little_is_refused(ask, says):
    with pytest.raises(ValueError, match="drift") as caught:
        ask()
    assert str(caught.value) == says
