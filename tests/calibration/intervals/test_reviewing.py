import math

import pytest

from calibration.intervals import InServiceCheck, control_chart_interval, in_use_time, staircase


# ILAC-G24:2022 / OIML D 10:2022, 6.2: longer within 80 % of the mpe, shorter outside the mpe.
@pytest.mark.parametrize(
    ("error", "change", "days"),
    [(0.0, "extended", 450), (-0.4, "extended", 450), (0.41, "kept", 360), (-0.5, "kept", 360), (0.51, "reduced", 216)],
)
def test_the_staircase(error: float, change: str, days: float) -> None:
    step = staircase(360, error, 0.5, extend=1.25, reduce=0.6)
    assert (step.change, step.interval_days) == (change, days)


def test_the_staircase_keeps_to_its_users_bounds() -> None:
    assert staircase(360, 0.0, 0.5, extend=2, reduce=0.5, longest_days=400).interval_days == 400
    assert staircase(360, 0.9, 0.5, extend=2, reduce=0.5, shortest_days=300).interval_days == 300


def test_a_control_chart_interval_by_hand() -> None:
    # Rates 1, 2, 3 per 1000 d: mean 2e-3, s 1e-3; t(0.975, 2) = 4.302652730 (e-Handbook 1.3.6.7.2: 4.303).
    found = control_chart_interval([100, 200, 300], [0.1, 0.4, 0.9], mpe=2.0, error_as_left=-0.3, expanded=0.2)
    assert (found.rate_per_day, found.s_rate) == pytest.approx((2e-3, 1e-3), rel=1e-12)
    assert found.interval_days == pytest.approx(1.5 / (2e-3 + 4.302652730 * 1e-3 * math.sqrt(4 / 3)), rel=1e-9)
    assert (found.changes, found.longest_seen_days, found.extrapolated) == (3, 300, False)


def test_hours_of_use() -> None:
    assert in_use_time(500, 500, 8).due
    assert in_use_time(500, 100, 0).days_left is None
    assert in_use_time(500, 620, 8).left_h == -120


def test_a_check_in_service_is_data() -> None:
    assert not InServiceCheck("span", -0.2, 0.2).calls_for_calibration
    assert InServiceCheck("span", -0.21, 0.2).calls_for_calibration


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: staircase(360, 0.1, 0.0, extend=1.2, reduce=0.5),
            "staircase: mpe: expected a finite number above 0, got 0.0. Take it from the specification.",
        ),
        (
            lambda: staircase(360, 0.1, 0.5, extend=0.9, reduce=0.5),
            "staircase: extend: expected a finite number above 1, got 0.9. Give 1.25 for a quarter more.",
        ),
        (
            lambda: staircase(360, 0.1, 0.5, extend=1.2, reduce=0.5, shortest_days=30, longest_days=20),
            (
                "staircase: shortest_days and longest_days: expected the first not above the second, got 30 and 20. "
                "Exchange them."
            ),
        ),
        (
            lambda: staircase(360, 0.1, 0.5, extend=1.2, reduce=0.5, longest_days="400"),
            (
                "staircase: longest_days: expected a finite number, 0 or more, got '400'. "
                "Look at what it was computed from."
            ),
        ),
        (
            lambda: control_chart_interval([365], [0.1], mpe=0.5),
            (
                "control_chart_interval: changes: expected 3 or more, got 1. "
                "Calibrate 2 more times first, at the interval in use."
            ),
        ),
        (
            lambda: control_chart_interval([365] * 3, [0.1, 0.2, 0.1], mpe=0.5, error_as_left=0.4, expanded=0.1),
            (
                "control_chart_interval: error as left and U: expected less than the mpe together, got 0.5 of 0.5. "
                "Adjust the instrument."
            ),
        ),
        (
            lambda: control_chart_interval([365] * 3, [0.0, 0.0, 0.0], mpe=0.5),
            (
                "control_chart_interval: changes: expected one that is not 0, got no change at all. "
                "Read with a finer resolution, or set the interval by another method."
            ),
        ),
        (
            lambda: in_use_time(500, -1, 8),
            "in_use_time: used_h: expected a finite number, 0 or more, got -1. Read the hour meter again.",
        ),
    ],
)
def test_what_gives_no_interval_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    assert str(caught.value) == told
