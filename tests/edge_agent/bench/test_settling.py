"""All indications of the last window within a band."""

import pytest

from edge_agent.bench.live import ChannelReadings
from edge_agent.bench.settling import allowed_band, mean_and_deviation, window_of
from edge_agent.wire.bench import BenchItem

S = 10**9


def shows(values: list[float], period_s: float = 1.0, every: int = S) -> ChannelReadings:
    made = ChannelReadings(period_s, 600 * S)
    for k, value in enumerate(values):
        made.add(1000 * S + k * every, value, "good")
    return made


def window(readings: ChannelReadings, window_s: float = 3.0, since: int = 0, allowed: float | None = 0.1):
    return window_of(readings, window_s, since, readings.at, allowed)


@pytest.mark.parametrize(
    ("values", "settled"),
    [
        ([1.0, 1.0, 1.0], False),  # spans two seconds
        ([1.0, 1.0, 1.0, 1.0], True),
        ([5.0, 1.0, 1.05, 1.1, 1.0], True),  # what lies before the window does not count
        ([1.0, 1.05, 1.11, 1.0], False),
    ],
)
def test_it_has_settled_when_a_whole_window_lies_within_the_band(values, settled) -> None:
    assert window(shows(values)).is_settled is settled


def test_a_band_of_one_digit_holds_two_neighbouring_digits() -> None:
    # 0.3 - 0.2 is 0.09999999999999998, and 0.8 - 0.7 is 0.10000000000000009.
    assert window(shows([0.7, 0.8, 0.7, 0.8])).is_settled


def test_a_window_shorter_than_a_period_needs_two_readings() -> None:
    slow = shows([1.0], period_s=10.0)
    assert not window(slow).is_settled
    assert window(shows([1.0, 1.05], period_s=10.0, every=10 * S)).is_settled


def test_a_gap_breaks_the_window() -> None:
    readings = shows([1.0, 1.0])
    for k in range(3):
        readings.add((1010 + k) * S, 1.0, "good")
    assert not window(readings).is_settled
    readings.add(1013 * S, 1.0, "good")
    assert window(readings).is_settled


def test_one_bad_reading_is_passed_over_and_three_are_a_gap() -> None:
    readings = shows([1.0, 1.0])
    readings.add(1002 * S, None, "bad.no_reply")
    readings.add(1003 * S, 1.0, "good")
    assert window(readings).is_settled
    assert [value for _, value in window(readings).shown] == [1.0, 1.0, 1.0]


def test_what_came_before_the_point_was_set_up_does_not_count() -> None:
    readings = shows([1.0] * 10)
    assert window(readings, since=1006 * S).is_settled
    assert not window(readings, since=1006 * S + 1).is_settled


def test_a_frozen_reading_has_not_settled() -> None:
    readings = shows([1.0] * 10)
    assert not window_of(readings, 3.0, 0, readings.at + 4 * S, 0.1).is_settled


def test_a_reading_that_comes_twice_counts_once() -> None:
    readings = shows([1.0, 1.0])
    readings.add(1001 * S, 7.0, "good")
    assert [value for _, value in readings.good] == [1.0, 1.0]


def test_the_picture_has_two_minutes_in_240_points_at_most() -> None:
    readings = shows([float(k) for k in range(3000)], every=S // 10)
    shown = readings.recent(readings.at)
    assert len(shown) <= 240
    assert shown[-1] == (readings.at, 2999.0), "the newest is there"
    assert shown[0][0] > readings.at - 121 * S


def test_the_standard_deviation_is_that_of_gum_4_2_2() -> None:
    # GUM H.6.2 is longer; this one is worked by hand: 1, 2, 3, 4 have the mean 2.5 and s2 = 5 / 3.
    assert mean_and_deviation((1.0, 2.0, 3.0, 4.0)) == (2.5, pytest.approx((5 / 3) ** 0.5, rel=1e-15))


def test_a_band_is_a_formula_of_the_item_and_the_point() -> None:
    item = BenchItem(name="x", unit="g", range_low=0.0, range_high=200.0, resolution=0.1)
    assert allowed_band("2 * d + 1e-3 * nominal + 1e-4 * high", item, 50.0) == pytest.approx(0.27)
    assert allowed_band("", item, 50.0) is None
