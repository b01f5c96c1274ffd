"""The picture of a session's errors: places follow from the values, channel by channel."""

import pytest

from edge_agent.wire.bench import CalibrationResult
from gateway.api.laboratory_work_curve import curves_of


def result(nominal: float, error: float, **other: object) -> CalibrationResult:
    values = {"key": f"s.{nominal}", "who": "An", "session": "s", "run": "as_found", "test": "errors", "point": 0}
    values |= {"channel": "mass", "unit": "g", "nominal": nominal, "indication": nominal + error, "reference": nominal}
    values |= {"error": error, "u": 0.001, "expanded": 0.002, "k": 2.0, "mpe": 0.01}
    return CalibrationResult(**values | other)


def test_a_point_at_its_limit_lies_on_the_line_of_its_limit() -> None:
    [curve] = curves_of([result(0.0, 0.0), result(100.0, 0.01, run="as_left")])
    first, last = curve.marks
    assert (first.is_found, last.is_found) == (True, False)
    assert first.y == curve.zero
    above = [piece for piece in curve.limits if piece[2] == 100.0 and piece[3] < curve.zero]
    assert [piece[3] for piece in above] == [last.y]
    assert last.low - last.high == pytest.approx(first.low - first.high)
    # U is 0.002 on the same scale on which the error is 0.01.
    assert (last.low - last.high) / 2 == pytest.approx((curve.zero - last.y) * 0.2, abs=0.02)
    assert 0 < first.x < last.x < 100


def test_every_channel_and_unit_has_its_own_and_single_figures_have_none() -> None:
    curves = curves_of(
        [result(1.0, 0.0), result(2.0, 0.1, channel="b", mpe=None), result(1.0, 0.0, kind="repeatability", channel="c")]
    )
    assert [(one.channel, len(one.marks), bool(one.limits)) for one in curves] == [("mass", 1, True), ("b", 1, False)]
    assert 20 < curves[0].marks[0].x < 80
    assert curves_of([]) == []


def test_everything_lies_within_the_picture() -> None:
    [curve] = curves_of([result(float(n), 0.003 * n - 0.02) for n in range(10)])
    assert all(0 <= place <= 100 for one in curve.marks for place in (one.x, one.y, one.low, one.high))
    assert all(0 <= place <= 100 for piece in curve.limits for place in piece)
