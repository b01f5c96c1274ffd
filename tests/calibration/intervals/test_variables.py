"""Variables data: NASA-HDBK-8739.19-5 (2010), tables 7-2 to 7-7, as suncal's test_interval.py quotes them."""

import pytest

from calibration.decision import Limits
from calibration.intervals import ChangeModel, change_model, interval_by_limits, interval_by_uncertainty

DAYS = [70.0, 86.0, 104.0, 135.0, 167.0, 173.0]
CHANGES = [0.1, 0.11, 0.251, 0.299, 0.403, 0.615]


@pytest.fixture
def model() -> ChangeModel:
    return change_model(DAYS, CHANGES, degree=2)


def test_the_curve_of_table_7_3(model: ChangeModel) -> None:
    assert model.fit.coefficients.tolist() == pytest.approx([0.00015741, 0.00001674], abs=5e-9)
    covariance = model.fit.covariance
    assert covariance[0, 0] == pytest.approx(1.01e-6, rel=5e-3)
    assert covariance[1, 1] == pytest.approx(4.549e-11, rel=2e-4)
    assert covariance[0, 1] == pytest.approx(-6.607e-9, rel=1e-4)
    assert model.s == pytest.approx(0.0708, abs=5e-5)
    assert (model.dof, model.changes, model.longest_seen) == (4, 6, 173)


def test_the_intervals_of_tables_7_4_and_7_5(model: ChangeModel) -> None:
    both = interval_by_limits(model, 10.03, 0.28, Limits(9, 11), target=0.9, longest=1000)
    assert both.interval == pytest.approx(140.1, abs=0.05)
    assert both.value == pytest.approx(10.38, abs=5e-3)
    assert (both.reached, both.extrapolated) == (True, False)
    one = interval_by_limits(model, 10.03, 0.28, Limits(upper=11), target=0.9, longest=1000)
    assert one.interval == pytest.approx(171.75, abs=5e-3)


def test_the_interval_of_table_7_7_is_beyond_its_data_and_says_so(model: ChangeModel) -> None:
    found = interval_by_uncertainty(model, 0.28, 0.5, longest=1000)
    assert found.interval == pytest.approx(327.15, abs=5e-3)
    assert 10.03 + model.change(found.interval)[0] == pytest.approx(11.87, abs=5e-3)
    assert found.extrapolated
    assert found.u == pytest.approx(0.5, rel=1e-9)


def test_what_is_not_reached_by_the_longest_interval_is_told(model: ChangeModel) -> None:
    found = interval_by_limits(model, 10.03, 0.28, Limits(9, 11), target=0.9, longest=100)
    assert (found.interval, found.reached) == (100, False)


# The handbook's table 7-6 starts where the lower limit is passed from the first day.
@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda model: interval_by_limits(model, 9.03, 0.28, Limits(lower=9), target=0.9, longest=1000),
            (
                "interval_by_limits: start: expected within its limits with 0.9, got 9.03 with u = 0.28. "
                "Adjust first, or lower u."
            ),
        ),
        (
            lambda model: interval_by_limits(model, 10, 0.28, Limits(9, 11), target=0.4, longest=1000),
            "interval_by_limits: target: expected a probability above 0.5, got 0.4. Give 0.9 for 90 %.",
        ),
        (
            lambda model: interval_by_uncertainty(model, 0.5, 0.5, longest=1000),
            (
                "interval_by_uncertainty: u_target: expected above 0.504992, which is there from "
                "the first day, got 0.5. "
                "Calibrate better, or allow more."
            ),
        ),
        (
            lambda _: change_model(DAYS[:3], CHANGES[:3], degree=2),
            (
                "change_model: changes: expected 4 or more for degree 2, got 3. "
                "Calibrate 1 more times first, or fit a lower degree."
            ),
        ),
        (
            lambda _: change_model([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]),
            (
                "change_model: changes: expected changes that scatter, got changes on the curve. "
                "Read with a finer resolution: changes that fit exactly tell nothing of their spread."
            ),
        ),
    ],
)
def test_what_gives_no_interval_is_refused(call, told: str, model: ChangeModel) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call(model)
    assert str(caught.value) == told
