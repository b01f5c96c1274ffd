"""Charts: axes that can be read, gaps that are gaps."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.api.charts import draw, spark, time_marks, value_marks
from gateway.api.spans import NS, Span
from gateway.timeseries import Bucket

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = Span(0, 60 * NS)


def filled(*values: float | None, width: int = 10 * NS) -> list[Bucket]:
    """Buckets one after the other; None is one with a bad sample only."""
    return [
        Bucket(k * width, v, v, v, 1, 0) if v is not None else Bucket(k * width, None, None, None, 0, 1)
        for k, v in enumerate(values)
    ]


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
@example(0.0, 5e-324)
@example(1e-249, 1e-300)
def test_the_axis_encloses_all_values_in_few_round_steps(low, room) -> None:
    high = low + room
    marks = value_marks(low, high)
    slack = max(abs(low), abs(high), 1e-240) * 1e-8
    assert marks[0] <= low + slack
    assert high - slack <= marks[-1]
    assert 2 <= len(marks) <= 7
    assert marks == sorted(set(marks))


def test_times_on_the_axis_are_full_hours_of_the_wall_clock() -> None:
    # 2025-11-25 00:20 UTC to 08:20 UTC: 07:20 to 15:20 in Vietnam
    start = 1_764_030_000 * NS
    step, marks = time_marks(Span(start, start + 8 * 3600 * NS), VIETNAM)
    assert step == 2 * 3600 * NS
    assert [(m // NS - start // NS) / 60 for m in marks] == [40, 160, 280, 400]
    step, marks = time_marks(Span(start, start + 7 * 86_400 * NS), VIETNAM)
    assert step == 2 * 86_400 * NS
    assert all((m // NS + 7 * 3600) % 86_400 == 0 for m in marks)


def test_a_line_goes_from_bucket_to_bucket() -> None:
    chart = draw(MINUTE, filled(0.0, 10.0, 5.0), 20 * NS, 1.0, VIETNAM)
    assert chart is not None
    assert chart.line.startswith("M166.67,1000.00 L333.33,0.00")


def test_a_gap_breaks_the_line_and_is_marked() -> None:
    buckets = [b for b in filled(1.0, 2.0, 3.0, 4.0, 5.0, 6.0) if b.at not in (20 * NS, 30 * NS)]
    chart = draw(MINUTE, buckets, 10 * NS, 1.0, VIETNAM)
    assert chart is not None
    assert chart.line.count("M") == 2
    [gap] = chart.gaps
    assert (gap.x, gap.width) == (pytest.approx(333.33), pytest.approx(333.33))


def test_a_bad_sample_breaks_the_line_too() -> None:
    chart = draw(MINUTE, filled(1.0, None, 3.0), 10 * NS, 1.0, VIETNAM)
    assert chart is not None
    assert chart.line.count("M") == 2
    assert [mark.x for mark in chart.bad] == [pytest.approx(166.67)]


def test_slow_samples_are_no_gaps() -> None:
    buckets = filled(1.0, 2.0, 3.0, width=20 * NS)
    assert spark(MINUTE, buckets, NS, 20.0).count("M") == 1
    assert spark(MINUTE, buckets, NS, 0.0).count("M") == 3


def test_a_value_that_does_not_move_is_drawn_in_the_middle() -> None:
    assert spark(MINUTE, filled(5.0, 5.0), 10 * NS, 1.0) == "M83.33,500.00 L250.00,500.00"


def test_a_value_that_stands_alone_is_a_dot() -> None:
    assert spark(MINUTE, filled(5.0), 10 * NS, 1.0) == "M83.33,500.00 L83.33,500.00"


def test_nothing_to_draw_is_no_chart() -> None:
    assert draw(MINUTE, filled(None), 10 * NS, 1.0, VIETNAM) is None
    assert spark(MINUTE, [], 10 * NS, 1.0) == ""
