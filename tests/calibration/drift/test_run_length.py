"""Run lengths against the published tables."""

import math

import numpy as np
import pytest

from calibration.drift import cusum_run_length, design_cusum, design_ewma, ewma_run_length

SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4)

# Montgomery, Introduction to Statistical Quality Control, table 9.3: k = 1/2.
CUSUM = {
    4: (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71),
    5: (465, 139, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57, 2.01),
}
# Table 9.4, after Hawkins (1993): k and the h of an average run length of 370.
LIMITS = {0.25: 8.01, 0.5: 4.77, 0.75: 3.34, 1.0: 2.52, 1.25: 1.99, 1.5: 1.61}
# Table 9.11, after Lucas and Saccucci (1990): weight, width, run lengths at 0 to 2 sigma.
EWMA = {
    (0.40, 3.054): (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5),
    (0.25, 2.998): (500, 170, 48.2, 20.1, 11.1, 5.5, 3.6),
    (0.20, 2.962): (500, 150, 41.8, 18.2, 10.5, 5.5, 3.7),
    (0.10, 2.814): (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4),
    (0.05, 2.615): (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2),
}


@pytest.mark.parametrize("limit", CUSUM)
def test_cusum_as_published(limit):
    for shift, length in zip(SHIFTS, CUSUM[limit], strict=True):
        assert cusum_run_length(limit, 0.5, shift) == pytest.approx(length, rel=0.006)


def test_a_head_start_as_published_by_lucas_and_crosier():
    assert cusum_run_length(5, 0.5, 0, head_start=2.5) == pytest.approx(430, abs=0.5)
    assert cusum_run_length(5, 0.5, 1, head_start=2.5) == pytest.approx(6.35, abs=0.005)


@pytest.mark.parametrize("allowance", LIMITS)
def test_the_design_finds_the_published_limits(allowance):
    design = design_cusum(2 * allowance, in_control=370)
    assert design.limit == pytest.approx(LIMITS[allowance], abs=0.007)
    assert design.in_control == pytest.approx(370, rel=1e-8)
    assert design.at_shift < 30


@pytest.mark.parametrize(
    ("arguments", "length"),
    [
        # Nystroem's method with 600 nodes, a program of its own on SciPy; the first is near Siegmund's 16064.
        ((50, 0.05, 0.0), 16063.62673),
        ((100, 0.02, 0.3), 354.94991747),
        ((100, 0.01, 0.1), 1062.33678),
        ((200, 0.01, 0.2), 1044.929517),
    ],
)
def test_limits_far_apart_take_more_places(arguments, length):
    assert cusum_run_length(*arguments) == pytest.approx(length, rel=1e-8)


@pytest.mark.parametrize(
    ("arguments", "length"),
    [
        # The same with 1200 nodes.
        ((0.005, 2.5, 0.0), 2886.8972228),
        ((0.002, 2.0, 0.0), 2418.0953903),
        ((0.001, 2.0, 0.0), 4736.3212811),
        ((0.001, 2.5, 0.3), 207.40608601),
    ],
)
def test_a_small_weight_takes_more_places(arguments, length):
    assert ewma_run_length(*arguments) == pytest.approx(length, rel=1e-8)


@pytest.mark.parametrize(("limit", "allowance", "shift"), [(4, 0.5, 0), (5, 0.5, 1), (10, 0.1, 0), (2, 1, 0.5)])
def test_siegmunds_approximation_is_near(limit, allowance, shift):
    # Siegmund, Sequential Analysis (1985): b = h + 1.166, D = shift - k (Montgomery, equation 9.6).
    def one_side(d):
        return (math.exp(-2 * d * b) + 2 * d * b - 1) / (2 * d * d)

    b = limit + 1.166
    both = 1 / (1 / one_side(shift - allowance) + 1 / one_side(-shift - allowance))
    assert cusum_run_length(limit, allowance, shift) == pytest.approx(both, rel=0.03)


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_charts_that_are_run_signal_as_often_as_is_said(shift):
    # Seed 20: 4000 runs each of a CUSUM and an EWMA, point by point.
    random = np.random.default_rng(20)
    high, low, average = np.zeros((3, 4000))
    lengths = np.zeros((2, 4000))
    bound = 2.0 * math.sqrt(0.2 / 1.8)
    for point in range(1, 1200):
        z = random.normal(shift, size=4000)
        high, low = np.maximum(0, high + z - 0.5), np.maximum(0, low - z - 0.5)
        average = 0.8 * average + 0.2 * z
        for row, signal in enumerate((np.maximum(high, low) > 3.0, np.abs(average) > bound)):
            lengths[row][(lengths[row] == 0) & signal] = point
    expected = [cusum_run_length(3.0, 0.5, shift), ewma_run_length(0.2, 2.0, shift)]
    assert lengths.min() > 0
    assert lengths.mean(axis=1) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("design", [design_cusum, design_ewma])
def test_false_alarms_may_be_as_rare_as_is_allowed(design):
    assert design(3.0, in_control=1e9).in_control == pytest.approx(1e9, rel=1e-6)


@pytest.mark.parametrize("scheme", EWMA)
def test_ewma_as_published(scheme):
    for shift, length in zip(SHIFTS, EWMA[scheme], strict=False):
        assert ewma_run_length(*scheme, shift) == pytest.approx(length, rel=0.012)


def test_an_ewma_of_weight_1_is_a_shewhart_chart():
    assert ewma_run_length(1.0, 3.0) == pytest.approx(370.3983, rel=1e-6)


def test_the_best_ewma_beats_its_neighbours():
    best = design_ewma(1.0, in_control=500)
    assert best.in_control == pytest.approx(500, rel=1e-8)
    for weight, width in EWMA:
        assert best.at_shift <= ewma_run_length(weight, width, 1.0)


def test_a_far_shift_is_found_at_the_first_point():
    assert cusum_run_length(5, 0.5, 40) == pytest.approx(1)
    assert ewma_run_length(0.5, 3, 40) == pytest.approx(1)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda: cusum_run_length(5, 0.5, head_start=5),
            "run length: head_start: expected below the limit 5, got 5. Half of the limit is usual.",
        ),
        (
            lambda: ewma_run_length(1.5, 3),
            "run length: weight: expected above 0, up to 1, got 1.5. 0.05 to 0.3 are usual.",
        ),
        (
            lambda: design_cusum(1.0, in_control=1),
            "run length: in_control: expected above 2 points, up to 1e9, got 1. 370 is what three sigma give.",
        ),
        (
            lambda: cusum_run_length(60.0, 0.5),
            (
                "run length: limits: expected ones that are reached some day, got a run length beyond 1e+12 points. "
                "Such a chart never signals: lower its limits."
            ),
        ),
        (
            lambda: ewma_run_length(0.2, 12.0),
            (
                "run length: limits: expected ones that are reached some day, got a run length beyond 1e+12 points. "
                "Such a chart never signals: lower its limits."
            ),
        ),
        (
            lambda: cusum_run_length(500.0, 0.005, 0.1),
            (
                "run length: limits: expected up to 426.7 steps of one point from end to end, got 500. "
                "Lower the limits, or take a greater weight or allowance."
            ),
        ),
        (
            lambda: ewma_run_length(0.2, 3.0, 1e308),
            "run length: shift: expected up to 1e+06 standard deviations, got 1e+308. Look at its unit.",
        ),
        (
            lambda: design_cusum(-1.0),
            "run length: shift: expected a finite number above 0, got -1.0. Look at what it was computed from.",
        ),
    ],
)
def test_parameters_out_of_range_are_refused(ask, says):
    with pytest.raises(ValueError, match="run length") as caught:
        ask()
    assert str(caught.value) == says
