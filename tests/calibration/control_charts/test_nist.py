"""Figures of the worked examples in the NIST/SEMATECH e-Handbook of Statistical Methods."""

import numpy as np
import pytest

from calibration.control_charts import (
    LIMITS,
    Chart,
    Cusum,
    Ewma,
    Sigma,
    c_chart,
    capability,
    individuals_chart,
    moving_range_chart,
)


def test_individuals_and_moving_ranges_6_3_2_2() -> None:
    flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    chart = individuals_chart(flow, sigma="moving_range_d2")
    point = next(iter(chart.points(flow)))
    # The handbook divides by 1.128.
    assert [point.center, point.lower, point.upper] == pytest.approx([50.81, 45.8159, 55.8041], abs=0.002)
    assert chart.judge(flow) == ()
    ranges = moving_range_chart(flow).points(flow)
    assert ranges.value[1:] == pytest.approx([2.0, 2.3, 1.4, 3.5, 3.4, 1.4, 0.2, 1.2, 1.5])
    assert np.isnan(ranges.value[0])
    assert ranges.center == pytest.approx(np.full(10, 1.8778), abs=5e-5)
    assert ranges.upper == pytest.approx(np.full(10, 3.267 * 1.8778), rel=2e-4)  # D4 of n = 2


def test_ewma_6_3_2_4() -> None:
    row = """52.0 47.0 53.0 49.3 50.1 47.0 51.0 50.1 51.2 50.5 49.6 47.6 49.9 51.3 47.8 51.2 52.6 52.4 53.6 52.1"""
    averages = """50.60 49.52 50.56 50.18 50.16 49.21 49.75 49.85 50.26 50.33 50.11 49.36 49.52 50.05 49.38 49.92
                  50.73 51.23 51.94 51.99"""
    chart = Chart(Ewma(50.0, Sigma.stated(2.0539), weight=0.3, settled=True))
    points = chart.points([float(x) for x in row.split()])
    assert points.value == pytest.approx([float(x) for x in averages.split()], abs=0.0051)
    assert points.upper == pytest.approx(np.full(20, 52.5884), abs=1e-4)
    assert points.lower == pytest.approx(np.full(20, 47.4115), abs=1e-4)
    assert chart.judge([float(x) for x in row.split()]) == ()


def test_cusum_6_3_2_3() -> None:
    row = """324.925 324.675 324.725 324.350 325.350 325.225 324.125 324.525 325.225 324.600 324.625 325.150 328.325
             327.250 327.825 328.500 326.675 327.775 326.875 328.350"""
    rises = [0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04]
    falls = [0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.25, 0.31, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    means, sigma = [float(x) for x in row.split()], 0.635  # standard deviation of the means
    # The handbook works in the unit of the values: k = 0.3175, h = 4.1959.
    chart = Chart(Cusum(325.0, Sigma.stated(sigma), limit=4.1959 / sigma, allowance=0.3175 / sigma))
    points = chart.points(means)
    assert points.value * sigma == pytest.approx(rises, abs=0.0051)
    assert -points.low * sigma == pytest.approx(falls, abs=0.0051)
    assert [finding.index + 1 for finding in chart.judge(means)] == [14, 15, 16, 17, 18, 19, 20]


def test_counts_of_particles_on_wafers_6_3_3_1() -> None:
    counts = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
    chart = c_chart(counts)
    point = next(iter(chart.points(counts)))
    assert [point.center, point.lower, point.upper] == [16, 4, 28]
    assert [str(finding) for finding in chart.judge(counts)] == [
        "c: point 24: a point beyond the limits, above (western_electric_1)"
    ]


def test_capability_6_1_6() -> None:
    row = np.random.default_rng(6).uniform(size=100)
    row = 16 + 2 * (row - row.mean()) / row.std(ddof=1)  # the handbook gives mean 16 and s 2, not the values
    found = capability(row, sigma="s", lower=8, upper=20, rules=LIMITS)
    assert found.cp is not None
    assert found.cp.value == pytest.approx(1.0)
    assert found.cpk.value == pytest.approx(0.6667, abs=5e-5)
    assert (found.pp, found.ppk) == (found.cp, found.cpk)
