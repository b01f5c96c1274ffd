"""Corrections by straight lines between the points of a certificate."""

import math

import numpy as np
import pytest

from calibration.certificate import Certificate, ChannelResults, Point
from calibration.correction import Correction, Interpolated

# MSL Technical Guide 40, version 2 (January 2020), table 1: a digital thermometer. Reading, correction, U (k = 2), °C.
TG40 = [
    (-19.88, 0.05, 0.02),
    (0.07, 0.01, 0.02),
    (20.16, -0.03, 0.02),
    (39.88, -0.06, 0.03),
    (60.00, -0.08, 0.03),
    (80.10, -0.08, 0.03),
    (100.09, -0.07, 0.03),
    (119.89, -0.03, 0.04),
    (139.87, 0.03, 0.04),
]


def certified(points: list[Point], resolution: float | None = None) -> Certificate:
    results = ChannelResults("t", "Temperature", "Cel", tuple(points), resolution=resolution)
    return Certificate("K-1", results=(results,))


@pytest.fixture
def thermometer() -> Certificate:
    return certified([Point(x, x + correction, expanded, 2.0) for x, correction, expanded in TG40], 0.01)


def message(action) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        action()
    return str(refused.value)


def test_the_guides_line_gives_its_correction(thermometer: Certificate) -> None:
    # TG 40, its equation of a line segment at a reading of 28.5 °C.
    expected = -0.06 * (28.5 - 20.16) / (39.88 - 20.16) + -0.03 * (39.88 - 28.5) / (39.88 - 20.16)
    corrected = Correction.interpolated(thermometer, "t").at(28.5)
    assert corrected is not None
    assert corrected.value - 28.5 == pytest.approx(expected, abs=1e-12)
    assert round(corrected.value - 28.5, 2) == -0.04


def test_at_a_point_the_certificates_own_figures_come_back(thermometer: Certificate) -> None:
    correction = Correction.interpolated(thermometer, "t", resolution=0.0)
    for reading, added, expanded in TG40:
        corrected = correction.at(reading)
        assert corrected is not None
        assert corrected.value == pytest.approx(reading + added, abs=1e-12)
        assert corrected.u == pytest.approx(expanded / 2, rel=1e-12)


def test_the_sign_is_that_of_the_vocabulary() -> None:
    # It shows 2 too much: the error is +2, the correction -2.
    curve = Interpolated([Point(12.0, 10.0, 0.1, 2.0), Point(22.0, 20.0, 0.1, 2.0)], bow=0.0)
    assert Correction(curve, resolution=0.0).at(15.0) == pytest.approx((13.0, 0.05))


@pytest.mark.parametrize(
    ("correlation", "half_way"),
    [
        (1.0, (0.3 + 0.4) / 2),
        (0.0, math.hypot(0.3, 0.4) / 2),
        (-1.0, abs(0.3 - 0.4) / 2),
        (0.5, math.sqrt(0.3**2 + 0.4**2 + 0.3 * 0.4) / 2),
    ],
)
def test_neighbours_are_combined_by_their_correlation(correlation: float, half_way: float) -> None:
    points = [Point(0.0, 0.0, 0.6, 2.0), Point(10.0, 10.0, 0.8, 2.0)]
    curve = Interpolated(points, correlation=correlation, bow=0.0)
    assert math.sqrt(curve.at(5.0)[2]) == pytest.approx(half_way, rel=1e-12)


def test_each_points_own_coverage_factor_is_used() -> None:
    points = [Point(0.0, 0.0, 0.6, 2.0), Point(10.0, 10.0, 0.6, 3.0)]
    curve = Interpolated(points, bow=0.0)
    assert math.sqrt(curve.at(0.0)[2]) == pytest.approx(0.3)
    assert math.sqrt(curve.at(10.0)[2]) == pytest.approx(0.2)


def test_full_correlation_is_the_safe_choice() -> None:
    points = [Point(0.0, 0.0, 0.6, 2.0), Point(10.0, 10.0, 0.8, 2.0)]
    x = np.linspace(0, 10, 101)
    safe = Interpolated(points, bow=0.0).over(x)[2]
    for correlation in (-1.0, -0.3, 0.0, 0.7):
        assert (Interpolated(points, correlation=correlation, bow=0.0).over(x)[2] <= safe + 1e-15).all()


def test_what_the_line_misses_of_a_parabola_is_known_exactly() -> None:
    # e(x) = 0.002 * x**2: between 10 and 20 the line misses it by 0.002 * (x - 10) * (20 - x), 0.05 at most.
    x = [0.0, 10.0, 20.0, 40.0]
    points = [Point(at, at - 0.002 * at * at, 0.0, 2.0) for at in x]
    curve = Interpolated(points)
    for at in (12.0, 15.0, 31.0):
        error, _, variance = curve.at(at)
        missed = error - 0.002 * at * at
        assert math.sqrt(3 * variance) == pytest.approx(missed, rel=1e-9)
    assert math.sqrt(3 * curve.at(15.0)[2]) == pytest.approx(0.05)
    assert curve.at(20.0)[2] == 0.0


def test_of_two_bends_the_greater_one_counts() -> None:
    # Slopes 0, 0.1, 0: both inner points bend; second differences over 10 + 10 and 10 + 30.
    points = [
        Point(0.0, 0.0, 0.0, 2.0),
        Point(10.0, 10.0, 0.0, 2.0),
        Point(20.0, 19.0, 0.0, 2.0),
        Point(50.0, 49.0, 0.0, 2.0),
    ]
    curve = Interpolated(points)
    assert [piece.bend for piece in curve.pieces] == pytest.approx([0.005, 0.005, 0.0025])


def test_a_stated_bow_is_reached_half_way() -> None:
    points = [Point(0.0, 0.0, 0.0, 2.0), Point(10.0, 10.0, 0.0, 2.0)]
    curve = Interpolated(points, bow=0.3)
    assert math.sqrt(3 * curve.at(5.0)[2]) == pytest.approx(0.3)
    assert curve.at(10.0)[2] == 0.0


def test_all_four_parts_are_combined(thermometer: Certificate) -> None:
    # Calculated by hand for the piece from 0.07 to 20.16 at x = 10.115, half way: slope (0.03 + 0.01) / 20.09.
    correction = Correction.interpolated(thermometer, "t", resolution=0.1, drift=0.02, u_drift=0.015)
    corrected = correction.at(10.115)
    assert corrected is not None
    slope = 0.04 / 20.09
    left = (slope - 0.04 / 19.95) / (20.16 + 19.88)
    right = (0.03 / 19.72 - slope) / (39.88 - 0.07)
    missed = max(abs(left), abs(right)) * (20.09 / 2) ** 2 / math.sqrt(3)
    parts = (0.01, missed, 0.015, (1 - slope) * 0.1 / math.sqrt(12))
    assert corrected.u == pytest.approx(math.sqrt(sum(part**2 for part in parts)), rel=1e-9)
    assert corrected.value == pytest.approx(10.115 - 0.01 - 0.02)


def test_outside_there_is_no_value(thermometer: Certificate) -> None:
    correction = Correction.interpolated(thermometer, "t")
    assert correction.at(-19.89) is None
    assert correction.at(139.88) is None
    assert correction.at(math.inf) is None
    corrected = correction.over([-19.89, -19.88, 139.87, 139.88, math.inf])
    assert corrected.outside.tolist() == [True, False, False, True, True]
    assert np.isnan(corrected.value).tolist() == np.isnan(corrected.u).tolist() == corrected.outside.tolist()
    assert correction.why_outside(143.2) == (
        "certificate K-1: t: covers -19.88..139.87 Cel, asked at 143.2 Cel. "
        "Recalibrate over a wider range or flag the value."
    )


def test_one_by_one_is_what_all_at_once_is(thermometer: Certificate) -> None:
    correction = Correction.interpolated(thermometer, "t", drift=-0.01, u_drift=0.02, correlation=0.4)
    x = np.random.default_rng(4).uniform(-25, 145, 500)
    x[:9] = [reading for reading, *_ in TG40]
    corrected = correction.over(x)
    for index, reading in enumerate(x.tolist()):
        one = correction.at(reading)
        assert (one is None) == bool(corrected.outside[index])
        if one is not None:
            assert one.value == pytest.approx(corrected.value[index], rel=1e-14)
            assert one.u == pytest.approx(corrected.u[index], rel=1e-14)


def test_readings_may_be_of_any_kind_of_number(thermometer: Certificate) -> None:
    correction = Correction.interpolated(thermometer, "t")
    wide = correction.over(np.array([1.0, 25.0]))
    for readings in ([1, 25], np.array([1, 25], dtype=np.uint16), np.array([1, 25], dtype=np.float32)):
        assert correction.over(readings).value.tolist() == wide.value.tolist()
    assert correction.over([]).value.shape == (0,)


def test_the_way_back_is_the_way_there(thermometer: Certificate) -> None:
    correction = Correction.interpolated(thermometer, "t", drift=0.3, u_drift=0.01)
    x = np.linspace(-19.88, 139.87, 1001)
    back = correction.indications_for(correction.over(x).value)
    inner = ~back.outside
    # At both ends rounding decides whether the value still belongs to the range.
    assert inner[1:-1].all()
    np.testing.assert_allclose(back.value[inner], x[inner], rtol=0, atol=1e-12)
    assert (back.value[inner] >= -19.88).all()
    assert (back.value[inner] <= 139.87).all()


def test_the_way_back_says_outside_too(thermometer: Certificate) -> None:
    back = Correction.interpolated(thermometer, "t").indications_for([-19.84, 50.0, 139.91, math.inf])
    assert back.outside.tolist() == [True, False, True, True]
    assert np.isnan(back.value).tolist() == [True, False, True, True]


def test_the_way_back_has_its_own_uncertainty() -> None:
    # It shows 1.25 of each unit: what is uncertain in the value is 1.25 times as much in the indication.
    points = [Point(0.0, 0.0, 0.2, 2.0), Point(12.5, 10.0, 0.2, 2.0)]
    correction = Correction(Interpolated(points, bow=0.0), resolution=0.6)
    back = correction.indications_for([4.0])
    assert back.value.tolist() == [5.0]
    assert back.u.tolist() == pytest.approx([math.hypot(0.1 * 1.25, 0.6 / math.sqrt(12))])


def test_an_error_as_steep_as_the_indication_has_no_way_back() -> None:
    points = [Point(0.0, 0.0, 0.1, 2.0), Point(10.0, 0.0, 0.1, 2.0)]
    correction = Correction(Interpolated(points, bow=0.0), resolution=0.0)
    assert correction.at(5.0) is not None
    assert message(lambda: correction.indications_for([0.0])) == (
        "interpolation: error: expected a slope below 1, got a slope of 1 from 0.0 on. "
        "One value belongs to several indications; look at these points."
    )


def test_points_may_come_in_any_order(thermometer: Certificate) -> None:
    points = thermometer.of("t").as_found
    there, back = Interpolated(points), Interpolated(points[::-1])
    assert there.pieces == back.pieces


def test_another_drift_makes_another_correction(thermometer: Certificate) -> None:
    correction = Correction.interpolated(thermometer, "t")
    later = correction.drifted(0.05, 0.02)
    before, after = correction.at(50.0), later.at(50.0)
    assert before is not None
    assert after is not None
    assert after.value == pytest.approx(before.value - 0.05)
    assert after.u == pytest.approx(math.hypot(before.u, 0.02))
    assert later.why_outside(200) == correction.why_outside(200)


POINT = Point(0.0, 0.0, 0.1, 2.0)
OTHER = Point(10.0, 10.0, 0.1, 2.0)


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (
            lambda: Interpolated([POINT]),
            (
                "interpolation: points: expected two or more, got 1. "
                "Calibrate at more, or state over which range its error holds: ErrorPolynomial([error], [[u**2]], ...)."
            ),
        ),
        (
            lambda: Interpolated([POINT, OTHER, POINT]),
            "interpolation: points: expected one at each indication, got two at 0.0. Take their mean, or fit a curve.",
        ),
        (
            lambda: Interpolated([POINT, OTHER]),
            (
                "interpolation: bow: expected a number where two points show no bend, got none. "
                "State bow, the greatest departure from a straight line by the specification; 0.0 where it has none."
            ),
        ),
        (
            lambda: Interpolated([POINT, OTHER], correlation=1.1, bow=0.0),
            "interpolation: correlation: expected -1 to 1, got 1.1. 1 is the safe choice.",
        ),
        (
            lambda: Interpolated([POINT, OTHER], bow=-0.1),
            "interpolation: bow: expected a finite number, 0 or more, got -0.1. Look at what it was computed from.",
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER]), "t", bow=0.0),
            (
                "certificate K-1: t: resolution: expected a number, got none stated. "
                "State that of the indications, as they are read; 0.0 where they have none."
            ),
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER], 0.1), "t", bow=0.0, u_drift=-1),
            (
                "certificate K-1: t: u_drift: expected a finite number, 0 or more, got -1. "
                "Look at what it was computed from."
            ),
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER], 0.1), "t", bow=0.0, drift=math.nan),
            "certificate K-1: t: drift: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER], 0.1), "t", bow=0.0).at(math.nan),
            "certificate K-1: t: indication: expected a number, got nan. Say that the reading is missing.",
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER], 0.1), "t", bow=0.0).over([1.0, math.nan]),
            (
                "certificate K-1: t: indications: expected numbers, got nan at index 1. "
                "Leave out what is missing, and say so."
            ),
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER], 0.1), "t", bow=0.0).over([[1.0]]),
            "certificate K-1: t: indications: expected a vector, got an array of shape (1, 1). Give them as one row.",
        ),
        (
            lambda: Correction.interpolated(certified([POINT, OTHER], 0.1), "p"),
            "certificate K-1: channel: expected one of: t, got 'p'. Choose one of these.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(action, says: str) -> None:
    assert message(action) == says


def test_what_was_left_is_what_is_corrected_by() -> None:
    found = (Point(0.0, -1.0, 0.1, 2.0), Point(10.0, 9.0, 0.1, 2.0))
    left = (Point(0.0, 0.0, 0.1, 2.0), Point(10.0, 10.0, 0.1, 2.0))
    results = ChannelResults("t", "Temperature", "Cel", found, left, resolution=0.1)
    correction = Correction.interpolated(Certificate("K-1", results=(results,)), "t", bow=0.0)
    corrected = correction.at(5.0)
    assert corrected is not None
    assert corrected.value == 5.0
