"""Run lengths against the published tables."""

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
            lambda: design_cusum(-1.0),
            "run length: shift: expected a finite number above 0, got -1.0. Look at what it was computed from.",
        ),
    ],
)
def test_parameters_out_of_range_are_refused(ask, says):
    with pytest.raises(ValueError, match="run length") as caught:
        ask()
    assert str(caught.value) == says
