"""What is to be done, in order."""

import msgspec
import pytest

from edge_agent.bench.loading import load_procedure
from edge_agent.bench.steps import next_step, nominal_values, steps
from edge_agent.wire.bench import BenchItem, CalibrationCapture, Reading

GAUGE = load_procedure("pressure-gauge").procedure
ITEM = BenchItem(name="g", unit="bar", range_low=0.0, range_high=10.0, resolution=0.05)


def test_a_gauge_goes_up_and_down_twice_and_hysteresis_asks_for_nothing_more():
    found = steps(GAUGE, ITEM, "k")
    cycle = [(0.0, "up"), (2.0, "up"), (4.0, "up"), (6.0, "up"), (8.0, "up"), (10.0, "up")]
    cycle += [(8.0, "down"), (6.0, "down"), (4.0, "down"), (2.0, "down"), (0.0, "down")]
    assert [(one.nominal, one.direction) for one in found] == cycle * 2
    assert [one.repeat for one in found] == [1] * 11 + [2] * 11
    assert {one.test for one in found} == {"errors"}
    assert len({(one.test, one.point, one.repeat, one.direction) for one in found}) == len(found)


def test_a_random_order_is_the_same_whenever_it_is_asked_for():
    test = msgspec.structs.replace(GAUGE.tests[0], order="random", cycles=1)
    procedure = msgspec.structs.replace(GAUGE, tests=(test,))
    orders = [[one.point for one in steps(procedure, ITEM, key)] for key in ("a", "a", "b", "c")]
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) > 1
    assert all(sorted(order) == [0, 1, 2, 3, 4, 5] for order in orders)


def test_points_are_rounded_to_what_can_be_set_and_may_be_chosen():
    balance = load_procedure("technical-balance").procedure
    scale = BenchItem(name="b", unit="g", range_low=0.0, range_high=660.0, resolution=0.1)
    assert nominal_values(balance.tests[2], scale) == (33.0, 165.0, 330.0, 495.0, 660.0)
    assert nominal_values(balance.tests[2], scale, (20.0, 500.0)) == (20.0, 500.0)


def test_no_point_is_rounded_out_of_the_range():
    bath = load_procedure("digital-thermometer").procedure
    fine = BenchItem(name="t", unit="Cel", range_low=-0.4, range_high=99.8, resolution=0.1)
    assert nominal_values(bath.tests[0], fine) == (0.0, 25.0, 50.0, 75.0, 99.8)
    cold = BenchItem(name="t", unit="Cel", range_low=-19.6, range_high=-0.4, resolution=0.1)
    assert nominal_values(bath.tests[0], cold) == (-19.6, -15.0, -10.0, -5.0, -0.4)


def test_a_point_that_needs_a_range_which_nobody_stated_is_told():
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the whole text is compared)
        steps(GAUGE, msgspec.structs.replace(ITEM, range_low=None), "k")
    assert str(caught.value) == (
        "test errors: the point 'low' needs low of the item, which is not stated. "
        "Enter the item's range, or the points themselves."
    )


def test_the_next_step_is_the_first_without_an_accepted_capture():
    wanted = steps(GAUGE, ITEM, "k")

    def capture(step, **more):
        return CalibrationCapture(
            **{
                "key": "c",
                "session": "k",
                "number": 1,
                "run": "as_found",
                "test": step.test,
                "point": step.point,
                "repeat": step.repeat,
                "direction": step.direction,
                "nominal": step.nominal,
                "since": 1,
                "captured_at": 2,
                "indication": Reading(value=0.0, unit="bar"),
            }
            | more
        )

    done = [capture(step) for step in wanted[:3]]
    assert next_step(wanted, done) == wanted[3]
    assert next_step(wanted, [*done, capture(wanted[3], is_accepted=False)]) == wanted[3]
    assert next_step(wanted, [done[0], capture(wanted[1], gone=True), done[2]]) == wanted[1]
    assert next_step(wanted, [capture(step) for step in wanted]) is None
