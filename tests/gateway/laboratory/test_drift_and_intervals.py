"""Drift, control lines and proposed intervals, held to numpy and to sums by hand."""

import itertools
from datetime import date, timedelta

import numpy as np
import pytest

from gateway.laboratory.drift import changes, course, courses, out_of_lines
from gateway.laboratory.history import Past, PointId, Result
from gateway.laboratory.interval_proposals import EXTEND, propose

AT = PointId("mass", 100.0, "g")
FIRST = date(2023, 6, 1)


def results(*told: tuple[int, float], expanded: float = 0.0002) -> tuple[Result, ...]:
    return tuple(
        Result(FIRST + timedelta(days=day), error, expanded, 2.0, "unadjusted", f"HC-{day}") for day, error in told
    )


def test_the_rate_is_that_of_a_straight_line_and_it_crosses_where_two_u_reach_the_mpe() -> None:
    found = course(AT, results((0, 0.0001), (365, 0.0003), (730, 0.0005), (1095, 0.0007)), (), 0.001)
    x, y = np.array([0.0, 365, 730, 1095]), np.array([1e-4, 3e-4, 5e-4, 7e-4])
    (rate, _), covariance = np.polyfit(x, y, 1), None
    design = np.column_stack([x, np.ones(4)])
    covariance = np.linalg.inv(design.T @ design) * 0.0001**2
    assert found.drift is not None
    assert found.drift.rate.value == pytest.approx(rate)
    assert found.drift.rate.u == pytest.approx(np.sqrt(covariance[0, 0]))
    assert found.crosses is not None
    day = (found.crosses - FIRST).days

    def reaches(at: float) -> float:
        row = np.array([at, 1.0])
        value, u = rate * at + 1e-4, np.sqrt(row @ covariance @ row)
        return float(value + 1.6448536 * u)  # far from the lower limit: one side counts

    assert reaches(day - 1) < 0.001 <= reaches(day) + 2e-7


def test_an_adjustment_is_no_drift() -> None:
    on = FIRST + timedelta(days=365)
    told = (
        *results((0, 0.1)),
        Result(on, 0.5, 0.02, 2.0, "as_found", "HC-2"),
        Result(on, 0.0, 0.02, 2.0, "as_left", "HC-2"),
        *results((730, 0.4)),
    )
    assert [one.change for one in changes(told)] == pytest.approx([0.4, 0.4])
    assert [one.days for one in changes(told)] == [365, 365]


def test_what_cannot_be_told_says_why() -> None:
    assert course(AT, results((0, 0.1)), (), 1.0).why_none == "one_calibration"
    assert course(AT, results((0, 0.1), (9, 0.2), expanded=0.0), (), 1.0).why_none == "without_u"
    assert course(AT, results((0, 0.1), (0, 0.2)), (), 1.0).why_none == "contradicts"


def test_a_check_beyond_three_sigma_of_its_base_is_found_and_the_lines_stay_where_they_were() -> None:
    base = [10.0, 10.2, 9.9, 10.1, 10.0, 9.8, 10.1, 10.0, 9.9, 10.2]
    told = results(*((k, value) for k, value in enumerate([*base, 10.1, 12.0])))
    (out,) = out_of_lines(told)
    # Centre and mean moving range by hand; 1.128 is d2 for two (Montgomery, appendix VI).
    ranges = [abs(a - b) for a, b in itertools.pairwise(base)]
    sigma = sum(ranges) / len(ranges) / 1.128
    assert (out.error, out.high) == (12.0, pytest.approx(sum(base) / 10 + 3 * sigma, rel=1e-4))
    assert out_of_lines(told[:10]) == []


def test_three_changes_speak_by_control_chart_two_by_staircase_one_calibration_not() -> None:
    steady = results((0, 0.0001), (360, 0.000137), (730, 0.000172), (1095, 0.00021))
    many = propose(courses(Past({AT: steady}, {}), "0.002"))
    assert (many.method, many.rests_on, many.held) == ("control_chart", 3, True)
    assert many.months == int(EXTEND * 370 / (365.25 / 12))
    few = propose(courses(Past({AT: results((0, 0.0001), (365, 0.0009))}, {}), "0.001"))
    # 0.9 of the mpe is used: kept by the staircase, 365 d are 12 months.
    assert (few.method, few.months, few.held) == ("staircase", 12, False)
    assert propose(courses(Past({AT: results((0, 0.0001))}, {}), "0.001")).why == "one_calibration"
    assert propose(courses(Past({AT: steady}, {}), "")).why == "no_mpe"


def test_one_point_beyond_what_is_permitted_speaks_for_the_instrument() -> None:
    worn = results((0, 0.0), (365, 0.0006), (730, 0.0011), (1095, 0.0015))
    fine = results((0, 0.0), (360, 0.00001), (730, 0.00003), (1095, 0.00004))
    found = propose(courses(Past({AT: worn, AT._replace(nominal=1.0): fine}, {}), "0.001"))
    assert (found.why, found.nominal, found.months) == ("nothing_left", 100.0, 0)
