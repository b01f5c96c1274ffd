"""Every public function of ``calibration`` is asked with each of its numbers spoilt in turn.

It must refuse in words of its own, or answer without a NaN, and may never warn. A new public function wants a row in
CALLS: one valid call, every number of it by name.
"""

import dataclasses
import importlib
import inspect
import math
import pkgutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import calibration
from calibration import (
    certificate,
    comparison,
    control_charts,
    correction,
    decision,
    distributions,
    drift,
    intervals,
    monte_carlo,
    regression,
    summation,
    uncertainty,
)

HOME = Path(calibration.__file__).parent
NAN, INF = math.nan, math.inf
SEED = 20240701


def generator() -> np.random.Generator:
    return np.random.default_rng(SEED)


READINGS = [10.1, 10.4, 9.8, 10.2, 9.9, 10.0]
SERIES = [*READINGS, 10.3, 9.7]
MEANS = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 201.57]
SPREAD = [0.16, 0.2, 0.6, 0.1, 0.24, 0.16, 0.3, 0.19]
U = [0.1, 0.2, 0.1, 0.3, 0.1, 0.2]
SAMPLES = [[1.0, 1.2, 0.9], [1.3, 1.1, 1.0], [0.9, 1.0, 1.2], [1.1, 1.0, 1.05]]
X, Y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3.3, 5.6, 7.1, 9.3, 10.7, 12.1]
COUNTS = [4.0, 7.0, 5.0, 6.0, 3.0, 5.0]
SHARES = [[4.0, 100.0], [7.0, 100.0], [5.0, 100.0], [6.0, 90.0]]
LIMITS = decision.Limits(9.0, 11.0)
SIGMA = control_charts.Sigma.stated(0.2)
STEPS = [70.0, 86.0, 104.0, 135.0, 167.0, 173.0]
CHANGES = [0.1, 0.11, 0.251, 0.299, 0.403, 0.615]
INPUTS = [uncertainty.normal("a", 2.0, 0.3), uncertainty.normal("b", 5.0, 0.8)]
BUDGET = uncertainty.propagate(lambda a, b: a * b, [uncertainty.normal("a", 2.0, 0.3, dof=9), INPUTS[1]])
LINE = regression.fit_line(X, Y, u_y=0.5)
COLUMNS = regression.fit_columns([[1, 0], [1, 1], [1, 2]], [1.0, 3.0, 5.5], u_y=0.1)
HISTORY = [drift.Calibrated(0.0, 0.10, 0.02), drift.Calibrated(400.0, 0.18, 0.02), drift.Calibrated(800.0, 0.22, 0.02)]
DRIFT = drift.fit_drift(HISTORY)
COMPONENTS = drift.components(SAMPLES)
FOUND = drift.change_point([1.0, 1.1, 0.9, 2.0, 2.1], u=[0.1] * 5)
POINTS = [certificate.Point(x, x, 0.2, 2.0) for x in (0.0, 10.0, 20.0)]
CURVE = correction.ErrorPolynomial([0.5, 0.01], [[0.04, 0.0], [0.0, 0.001]], 0.0, 10.0)
CORRECTION = correction.Correction(CURVE, resolution=0.1)
PAPER = certificate.Certificate("K-1", results=(certificate.ChannelResults("t", "Temperature", "Cel", tuple(POINTS)),))
MODEL = intervals.change_model(STEPS, CHANGES, degree=2)
OBSERVED = intervals.from_groups([4, 7, 10, 13, 21, 28], [4, 5, 9, 8, 12, 20], [4, 6, 14, 13, 22, 49])
FIT = intervals.reliability_fits(OBSERVED, 0.75, models=["exponential"])[0]
DRAWN = monte_carlo.simulate(lambda a, b: a + b, INPUTS, generator(), trials=2000)
JOINT = monte_carlo.simulate_together({"y": lambda a, b: a + b}, INPUTS, generator(), trials=2000)
EXPANDED = uncertainty.Expanded(1.0, 0.1, 2.0, None, None, "g")
GROUPED = uncertainty.one_way(SAMPLES)

Arguments = Mapping[str, Any]
SCALED = {"weight": 0.2, "width": 3.0}
# fmt: off
CALLS: list[tuple[Callable[..., Any], Arguments]] = [
    (certificate.Amendment, {"number": "K-1"}),
    (certificate.ChannelResults, {"channel": "t", "quantity": "T", "unit": "Cel", "low": 0.0, "high": 9.0,
     "resolution": 0.1}),
    (certificate.Condition, {"name": "t", "unit": "Cel", "value": 23.1, "u": 0.3}),
    (certificate.Condition, {"name": "t", "unit": "Cel", "low": 20.0, "high": 24.0}),
    (certificate.Point, {"indication": 20.16, "reference": 20.13, "expanded": 0.02, "k": 2.0, "probability": 0.95,
     "dof": 9.0}),
    (comparison.algorithm_a, {"values": READINGS}),
    (comparison.algorithm_s, {"deviations": SPREAD, "dof": 2}),
    (comparison.cochran_critical, {"p": 9, "n": 2, "alpha": 0.05}),
    (comparison.cochran_test, {"deviations": SPREAD, "n": 2}),
    (comparison.dersimonian_laird, {"values": READINGS, "u": U}),
    (comparison.mandel_paule, {"values": READINGS, "u": U}),
    (comparison.en_scores, {"values": [10.5, 11.0], "expanded": [0.3, 0.3], "assigned": 10.0,
     "expanded_assigned": 0.4}),
    (comparison.grubbs_critical, {"p": 8, "alpha": 0.05}),
    (comparison.grubbs_pair_critical, {"p": 8, "alpha": 0.05}),
    (comparison.grubbs_pair_test, {"values": MEANS}),
    (comparison.grubbs_test, {"values": MEANS}),
    (comparison.is_negligible, {"u_assigned": 0.1, "sigma_pt": 0.5}),
    (comparison.largest_consistent_subset, {"values": READINGS, "u": U, "alpha": 0.05}),
    (comparison.mandel_h, {"means": MEANS}),
    (comparison.mandel_h_critical, {"p": 7, "alpha": 0.005}),
    (comparison.mandel_k, {"deviations": SPREAD, "n": 3}),
    (comparison.mandel_k_critical, {"p": 7, "n": 3, "alpha": 0.005}),
    (comparison.median_and_mad, {"values": READINGS}),
    (comparison.pair_equivalence, {"values": READINGS, "u": U, "i": 0, "j": 1}),
    (comparison.precision, {"cells": [[4.44, 4.39], [4.03, 4.23], [3.7, 3.75]]}),
    (comparison.q_hampel, {"values": READINGS}),
    (comparison.weighted_mean, {"values": READINGS, "u": U, "alpha": 0.05}),
    (comparison.z_prime_scores, {"values": READINGS, "assigned": 10.0, "sigma_pt": 0.4, "u_assigned": 0.3}),
    (comparison.z_scores, {"values": READINGS, "assigned": 10.0, "sigma_pt": 0.4}),
    (comparison.zeta_scores, {"values": READINGS, "u": U, "assigned": 10.0, "u_assigned": 0.3}),
    (control_charts.Chart(control_charts.Means(10.0, SIGMA)).judge, {"samples": READINGS}),
    (control_charts.Chart(control_charts.Means(1.0, SIGMA)).points, {"samples": SAMPLES}),
    (lambda sample: control_charts.Watch(control_charts.Chart(control_charts.Means(10.0, SIGMA))).see(sample),
     {"sample": [10.0]}),
    (control_charts.Counts, {"mean": 4.0, "width": 3.0}),
    (control_charts.Cusum, {"target": 10.0, "sigma": SIGMA, "limit": 5.0, "allowance": 0.5, "head_start": 0.0}),
    (control_charts.Ewma, {"center": 10.0, "sigma": SIGMA, **SCALED}),
    (control_charts.Fractions, {"fraction": 0.1, "width": 3.0}),
    (control_charts.Means, {"center": 10.0, "sigma": SIGMA, "width": 3.0}),
    (control_charts.MovingRanges, {"sigma": SIGMA, "width": 3.0}),
    (control_charts.Nonconforming, {"fraction": 0.1, "size": 50, "width": 3.0}),
    (control_charts.Ranges, {"sigma": SIGMA, "width": 3.0}),
    (control_charts.Rates, {"mean": 4.0, "width": 3.0}),
    (control_charts.Rule, {"name": "r", "test": "side", "need": 2, "of": 3, "zone": 1.0}),
    (control_charts.Sigma, {"value": 1.0, "estimator": "stated", "dof": 9.0}),
    (control_charts.Sigma.stated, {"value": 1.0}),
    (control_charts.StandardDeviations, {"sigma": SIGMA, "width": 3.0}),
    (control_charts.c4, {"n": 5}),
    (control_charts.d2, {"n": 5}),
    (control_charts.d3, {"n": 5}),
    (control_charts.c_chart, {"base": COUNTS, "width": 3.0}),
    (control_charts.np_chart, {"base": COUNTS, "size": 100, "width": 3.0}),
    (control_charts.p_chart, {"base": SHARES, "width": 3.0}),
    (control_charts.u_chart, {"base": SHARES, "width": 3.0}),
    (control_charts.capability, {"samples": SAMPLES, "sigma": "pooled_s_c4", "lower": 0.0, "upper": 2.0,
     "confidence": 0.95}),
    (control_charts.cp_with_limits, {"cp": 1.3, "dof": 20.0, "confidence": 0.95}),
    (control_charts.cpk_with_limits, {"cpk": 1.3, "n": 21, "dof": 20.0, "confidence": 0.95}),
    (control_charts.cusum_chart, {"base": SAMPLES, "sigma": "pooled_s_c4", "target": 1.0, "limit": 5.0,
     "allowance": 0.5, "head_start": 0.0}),
    (control_charts.estimate_sigma, {"samples": SAMPLES, "estimator": "pooled_s_c4"}),
    (control_charts.ewma_chart, {"base": SAMPLES, "sigma": "pooled_s_c4", "center": 1.0, **SCALED}),
    (control_charts.individuals_chart, {"base": READINGS, "sigma": "moving_range_d2", "width": 3.0}),
    (control_charts.moving_range_chart, {"base": READINGS, "width": 3.0}),
    (control_charts.range_chart, {"base": SAMPLES, "width": 3.0}),
    (control_charts.s_chart, {"base": SAMPLES, "width": 3.0}),
    (control_charts.x_bar_chart, {"base": SAMPLES, "sigma": "pooled_s_c4", "width": 3.0}),
    (correction.Correction, {"curve": CURVE, "resolution": 0.1, "drift": 0.01, "u_drift": 0.01}),
    (correction.Correction.interpolated, {"certificate": PAPER, "channel": "t", "resolution": 0.1, "drift": 0.1,
     "u_drift": 0.1, "correlation": 0.5, "bow": 0.1}),
    (CORRECTION.drifted, {"drift": 0.1, "u_drift": 0.1}),
    (CORRECTION.at, {"indication": 4.0}),
    (CORRECTION.over, {"indications": [4.0, 5.0]}),
    (CORRECTION.indications_for, {"values": [4.0, 5.0]}),
    (correction.ErrorPolynomial, {"coefficients": [0.5, 0.01], "covariance": [[0.04, 0.0], [0.0, 0.001]], "low":
     0.0, "high": 10.0, "center": 5.0, "scale": 2.0, "u_common": 0.1}),
    (correction.Interpolated, {"points": POINTS, "correlation": 0.5, "bow": 0.1}),
    (decision.DecisionRule, {"name": "r", "r": 1.0}),
    (decision.Limits, {"lower": 9.0, "upper": 11.0}),
    (decision.Limits.of_mpe, {"mpe": 0.5, "about": 20.0}),
    (LIMITS.contains, {"value": 10.0}),
    (LIMITS.guarded, {"w": 0.1}),
    (decision.Process, {"mean": 10.0, "s": 0.5}),
    (decision.accuracy_ratio, {"limits": LIMITS, "standard_mpe": 0.1}),
    (decision.agreed_rule, {"r": 0.5}),
    (decision.decide, {"value": 10.5, "expanded": 0.2, "limits": LIMITS, "rule": decision.GUARD_BAND, "k": 2.0,
     "dof": 30.0}),
    (decision.global_risks, {"process": decision.Process(10.0, 0.5), "u": 0.1, "limits": LIMITS}),
    (decision.guard_band_for_global_risk, {"risk": 0.008, "process": decision.Process(10.0, 0.5), "u": 0.25,
     "limits": LIMITS}),
    (decision.guard_band_for_specific_risk, {"risk": 0.05, "u": 0.1, "limits": LIMITS, "dof": 30.0}),
    (decision.managed_guard_band, {"limits": LIMITS, "expanded": 0.4, "method": "method_6"}),
    (decision.probability_of_conformity, {"value": 10.0, "u": 0.4, "limits": LIMITS, "dof": 30.0}),
    (decision.process_in_tolerance, {"probability": 0.95, "limits": LIMITS}),
    (decision.specific_risk, {"value": 10.0, "u": 0.4, "limits": LIMITS, "dof": 30.0}),
    (decision.uncertainty_ratio, {"limits": LIMITS, "expanded": 0.25}),
    (distributions.beta_cdf, {"x": 0.5, "a": 2.0, "b": 1.0}),
    (distributions.beta_quantile, {"p": 0.25, "a": 2.0, "b": 1.0}),
    (distributions.chi_square_cdf, {"x": 2.0, "dof": 3.0}),
    (distributions.chi_square_quantile, {"p": 0.95, "dof": 3.0}),
    (distributions.coverage_factor, {"probability": 0.95, "dof": 9.0}),
    (distributions.f_cdf, {"x": 1.0, "dof_1": 7.0, "dof_2": 6.0}),
    (distributions.f_quantile, {"p": 0.95, "dof_1": 7.0, "dof_2": 6.0}),
    (distributions.gamma_cdf, {"x": 1.0, "shape": 2.0}),
    (distributions.gamma_quantile, {"p": 0.5, "shape": 2.0}),
    (distributions.normal_cdf, {"z": 1.0}),
    (distributions.normal_quantile, {"p": 0.9}),
    (distributions.student_t_cdf, {"t": 1.0, "dof": 5.0}),
    (distributions.student_t_quantile, {"p": 0.9, "dof": 5.0}),
    (drift.Calibrated, {"on": 10.0, "error": 0.1, "u": 0.02, "reference": "R", "u_reference": 0.01}),
    (FOUND.is_significant, {"p": 0.95}),
    (drift.CheckMeans, {"center": 1.0, "within": 0.1, "between": 0.1, "width": 3.0}),
    (DRIFT.drifts, {"p": 0.95}),
    (DRIFT.adequacy, {"p": 0.95}),
    (DRIFT.predict, {"on": 900.0}),
    (DRIFT.probability_within, {"on": 900.0, "mpe": 0.5}),
    (DRIFT.first_day_below, {"mpe": 0.5, "p": 0.95, "within_days": 36525.0}),
    (drift.change_point, {"values": [1.0, 1.1, 0.9, 2.0, 2.1], "u": [0.1] * 5}),
    (drift.change_point, {"values": [1.0, 1.1, 0.9, 2.0, 2.1]}),
    (drift.check_standard_chart, {"base": SAMPLES, "center": 1.0, "width": 3.0}),
    (drift.components, {"occasions": SAMPLES}),
    (drift.cusum_run_length, {"limit": 5.0, "allowance": 0.5, "shift": 1.0, "head_start": 2.0}),
    (drift.design_cusum, {"shift": 1.0, "in_control": 370.0}),
    (drift.design_ewma, {"shift": 1.0, "in_control": 370.0}),
    (drift.drift_of_check_standard, {"days": [0, 10, 40, 90], "occasions": [1.0, 1.1, 1.4, 1.9],
     "reference_value": 1.0}),
    (drift.ewma_run_length, {"weight": 0.1, "width": 2.8, "shift": 1.0}),
    (drift.fit_common_drift, {"history": HISTORY, "instability": 0.1}),
    (drift.fit_drift, {"history": HISTORY, "instability": 0.1}),
    (MODEL.change, {"time": 150.0}),
    (intervals.InServiceCheck, {"parameter": "zero", "found": 0.3, "limit": 0.2}),
    (FIT.reliability, {"time": 5.0}),
    (intervals.change_model, {"elapsed": STEPS, "changes": CHANGES, "degree": 2}),
    (intervals.control_chart_interval, {"elapsed_days": [360, 370, 365], "changes": [0.036, 0.037, 0.0365], "mpe":
     0.2, "error_as_left": 0.01, "expanded": 0.01, "confidence": 0.95}),
    (intervals.from_groups, {"time": [6.0, 12.0], "in_tolerance": [5, 3], "calibrations": [5, 4]}),
    (intervals.from_histories, {"time": [12.0, 6.0, 12.0], "in_tolerance": [True, True, False]}),
    (intervals.in_use_time, {"interval_h": 500.0, "used_h": 420.0, "hours_per_day": 8.0}),
    (intervals.interval_by_limits, {"model": MODEL, "start": 10.03, "u_start": 0.28, "limits": LIMITS, "target":
     0.9, "longest": 1000.0}),
    (intervals.interval_by_uncertainty, {"model": MODEL, "u_start": 0.28, "u_target": 0.5, "longest": 1000.0}),
    (intervals.interval_test, {"in_tolerance": 15, "calibrations": 20, "interval_days": 365.0, "target": 0.95,
     "confidence": 0.5}),
    (intervals.reliability_fits, {"observed": OBSERVED, "target": 0.75, "confidence": 0.9, "models":
     ("exponential",)}),
    (intervals.staircase, {"interval_days": 365.0, "error_as_found": 0.3, "mpe": 0.5, "extend": 1.25, "reduce":
     0.6, "extend_below": 0.8, "shortest_days": 30.0, "longest_days": 900.0}),
    (DRAWN.symmetric, {"probability": 0.95}),
    (DRAWN.shortest, {"probability": 0.95}),
    (JOINT.region_factor, {"probability": 0.95}),
    (lambda **given: monte_carlo.check_law(lambda a, b: a + b, INPUTS, generator(), **given), {"correlation": [[1,
     0.5], [0.5, 1]], "probability": 0.95, "digits": 1, "most_trials": 20000}),
    (lambda **given: monte_carlo.simulate(lambda a, b: a + b, INPUTS, generator(), **given), {"correlation": [[1,
     0.5], [0.5, 1]], "probability": 0.95, "digits": 1, "tolerance": 0.1, "most_trials": 20000}),
    (lambda **given: monte_carlo.simulate(lambda a, b: a + b, INPUTS, generator(), **given), {"trials": 2000}),
    (lambda **given: monte_carlo.simulate_together({"y": lambda a, b: a + b}, INPUTS, generator(), **given),
     {"correlation": [[1, 0.5], [0.5, 1]], "probability": 0.95, "digits": 1, "tolerances": {"y": 0.1},
     "most_trials": 20000}),
    (monte_carlo.shortest_interval, {"values": np.linspace(0.0, 1.0, 2001), "p": 0.95}),
    (monte_carlo.symmetric_interval, {"values": np.linspace(0.0, 1.0, 2001), "p": 0.95}),
    (regression.Adequacy.of, {"chi_square": 1.665, "dof": 4, "p": 0.95}),
    (regression.Estimate(1.0, 0.1, 4.0).expanded, {"probability": 0.95}),
    (COLUMNS.response, {"columns": [1.0, 1.5]}),
    (LINE.covers, {"x": 3.0}),
    (LINE.mean_response, {"x": 3.0, "u_x": 0.1}),
    (LINE.single_response, {"x": 3.0, "u_y": 0.5, "u_x": 0.1}),
    (LINE.inverse, {"y": 7.0, "u_y": 0.5, "near": 3.0}),
    (LINE.slope, {"x": 3.0}),
    (LINE.coefficient, {"which": 1}),
    (LINE.adequacy, {"p": 0.95}),
    (LINE.student, {"which": 1, "expected": 2.0}),
    (regression.StudentCheck.of, {"estimate": regression.Estimate(1.2, 0.1), "expected": 1.0}),
    (regression.StudentCheck.of(regression.Estimate(1.2, 0.1), 1.0).differs, {"probability": 0.95}),
    (regression.fit_columns, {"columns": [[1, 0], [1, 1], [1, 2]], "y": [1.0, 3.0, 5.0], "u_y": [0.1, 0.1, 0.1]}),
    (regression.fit_line, {"x": X, "y": Y, "u_y": U}),
    (regression.fit_line, {"x": X, "y": Y, "u_y": U, "u_x": U, "intercept": 1.0}),
    (regression.fit_line, {"x": X, "y": Y, "cov_y": np.diag(U), "cov_x": np.diag(U), "cov_xy": 0.1 * np.diag(U)}),
    (regression.fit_line, {"x": X, "y": Y, "weights": U}),
    (regression.fit_polynomial, {"x": X, "y": Y, "degree": 2, "u_y": 0.5}),
    (regression.fit_polynomial, {"x": X, "y": Y, "degree": 2, "u_y": U, "u_x": U}),
    (summation.mean_and_sd, {"values": READINGS}),
    (BUDGET.expand, {"probability": 0.95}),
    (BUDGET.expand, {"k": 2.0}),
    (uncertainty.Deviation, {"value": 0.1, "dof": 9.0}),
    (uncertainty.Expanded, {"value": 1.0, "u": 0.1, "k": 2.0, "dof": 9.0, "probability": 0.95, "unit": "g"}),
    (uncertainty.Input, {"name": "m", "value": 1.0, "u": 0.1, "dof": 9.0}),
    (uncertainty.arcsine, {"name": "m", "value": 1.0, "half_width": 0.1, "dof": 9.0}),
    (uncertainty.certificate, {"name": "m", "value": 1.0, "expanded": 0.1, "k": 2.0, "dof": 9.0}),
    (uncertainty.certificate, {"name": "m", "value": 1.0, "expanded": 0.1, "probability": 0.95, "dof": 9.0}),
    (uncertainty.constant, {"name": "m", "value": 1.0}),
    (uncertainty.dof_of_unreliability, {"unreliability": 0.25}),
    (uncertainty.effective_dof, {"contributions": [3.0, 4.0], "dof": [4.0, 9.0], "correlation": [[1.0, 0.0], [0.0,
     1.0]]}),
    (uncertainty.mean, {"name": "m", "readings": READINGS}),
    (uncertainty.mean_of_series, {"name": "m", "readings": SERIES, "correlations": [0.3, 0.1]}),
    (uncertainty.mean_of_series, {"name": "m", "readings": SERIES}),
    (uncertainty.means_together, {"readings": {"a": READINGS, "b": U}}),
    (uncertainty.normal, {"name": "m", "value": 1.0, "u": 0.1, "dof": 9.0}),
    (uncertainty.numerical_tolerance, {"u": 0.35, "digits": 2}),
    (uncertainty.one_way, {"groups": SAMPLES}),
    (uncertainty.one_way_of_summary, {"means": [2.0, 3.0, 2.5], "deviations": [1.0, 1.0, 1.1], "sizes": [3, 3,
     4]}),
    (lambda **given: uncertainty.propagate(lambda a, b: a * b, INPUTS, **given), {"correlation": [[1.0, 0.5],
     [0.5, 1.0]]}),
    (lambda **given: uncertainty.propagate_together({"y": lambda a, b: a * b}, INPUTS, **given), {"correlation":
     [[1.0, 0.5], [0.5, 1.0]]}),
    (uncertainty.rectangular, {"name": "m", "value": 1.0, "half_width": 0.1, "dof": 9.0}),
    (uncertainty.report, {"result": EXPANDED, "digits": 2}),
    (uncertainty.resolution, {"name": "m", "step": 0.1, "value": 1.0}),
    (uncertainty.round_result, {"value": 1.234, "uncertainty": 0.012, "digits": 2}),
    (uncertainty.standard_deviation, {"readings": READINGS}),
    (uncertainty.trapezoidal, {"name": "m", "value": 1.0, "half_width": 0.1, "top": 0.5, "dof": 9.0}),
    (uncertainty.triangular, {"name": "m", "value": 1.0, "half_width": 0.1, "dof": 9.0}),
    (uncertainty.validate_law, {"law": [-3.92, 3.92], "monte_carlo": [-3.94, 3.92], "u": 2.0, "digits": 1}),
]
# fmt: on


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def spoilt(value: Any) -> Iterator[tuple[str, Any]]:
    """What may come instead of a number, or of numbers in a row, in a table or by name."""
    if is_number(value):
        yield from (("nan", NAN), ("inf", INF), ("-inf", -INF), ("negative", -abs(value) - 1), ("zero", 0))
        yield from (("None", None), ("a word", "much"), ("a list", [value, value]), ("huge", 10**400))
    elif isinstance(value, Mapping):
        yield "empty", {}
        for key in value:
            yield from ((f"{key}: {what}", {**value, key: bad}) for what, bad in spoilt(value[key]))
    elif isinstance(value, list | np.ndarray) and len(value) and (is_number(value[0]) or np.ndim(value[0]) == 1):
        yield from _spoilt_rows(np.asarray(value, dtype=float).tolist())


def _spoilt_rows(rows: list[Any]) -> Iterator[tuple[str, Any]]:
    yield from (
        ("empty", []),
        ("one too few", rows[:-1]),
        ("a number", 1.5),
        ("one deeper", [rows]),
        ("words", ["a"] * len(rows)),
    )
    flat = not isinstance(rows[0], list)
    for what, bad in (
        ("nan", NAN),
        ("inf", INF),
        ("-inf", -INF),
        ("negative", -1e3),
        ("None", None),
        ("huge", 10**400),
    ):
        yield what, [*rows[:-1], bad if flat else [*rows[-1][:-1], bad]]
    if not flat:
        yield "ragged", [*rows[:-1], rows[-1][:-1]]


def has_nan(answer: Any, depth: int = 0) -> bool:
    if isinstance(answer, float | np.ndarray | np.floating):
        return bool(np.any(np.isnan(answer)))
    if depth > 4 or isinstance(answer, str | int | None):
        return False
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        answer = [getattr(answer, field.name) for field in dataclasses.fields(answer)]
    elif isinstance(answer, Mapping):
        answer = list(answer.values())
    return isinstance(answer, list | tuple) and any(has_nan(each, depth + 1) for each in answer)


WRONG_TYPE = ("None", "a word", "a list", "a number", "words")
NO_NUMBER_IN = {  # public names that take no number of their own
    *("Certificate", "Circumstances", "Conformity", "Instrument", "Method", "Party", "Standard", "missing"),
    *("DccError", "MissingLibraryError", "Problem", "Reading", "check_dcc", "read_dcc", "validate_dcc", "write_dcc"),
    *("UnstableError", "LegalPeriod", "legal_period", "parse_model", "Expression", "from_dsi", "to_dsi", "same_step"),
    # These take values that were checked when they were made.
    *("segments", "covariance", "estimate_instability", "average", "squares_about", "pool", "statement", "Plot"),
}
RESULTS = {  # types that functions return, and nobody else makes
    *(
        "DegreeOfEquivalence",
        "Consensus",
        "Mandel",
        "OutlierTest",
        "Precision",
        "ReferenceValue",
        "Robust",
        "Score",
        "Capability",
    ),
    *("Finding", "Index", "Judged", "Point", "Points", "WatchMemory", "Corrected", "Value", "Decision", "GlobalRisks"),
    *("ChangePoint", "Components", "CusumDesign", "Drift", "EwmaDesign", "NoDrift", "Segment", "ChangeModel", "Step"),
    *("DriftInterval", "InUse", "IntervalTest", "Observed", "ReliabilityFit", "VariablesInterval", "JointSimulation"),
    *(
        "LawCheck",
        "Simulation",
        "Centred",
        "ColumnFit",
        "Curve",
        "Fit",
        "Budget",
        "JointBudget",
        "OneWay",
        "Rounded",
        "Row",
    ),
    *("Together", "Validation", "Adequacy", "Estimate", "StudentCheck", "Chart", "Watch", "Rule"),
}
SAYS_WHERE = ("Correction.over", "Correction.indications_for")
"""Answer with NaN what lies outside of the range, and mark it so."""


def title(call: Callable[..., Any]) -> str:
    return getattr(call, "__qualname__", "").replace("<lambda>", "with a model")


def public() -> Iterator[tuple[str, Any]]:
    for found in pkgutil.iter_modules(calibration.__path__):
        module = importlib.import_module(f"calibration.{found.name}")
        names = getattr(module, "__all__", None) or [
            name for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__
        ]
        if found.name not in {"checks", "records"}:  # those are what refuses, and how classes are made
            yield from ((name, getattr(module, name)) for name in names if name[0] != "_")


def test_every_public_name_is_asked() -> None:
    asked = {name for call, _ in CALLS for name in getattr(call, "__qualname__", "").split(".")}
    asked |= {"check_law", "simulate", "simulate_together", "propagate", "propagate_together"}  # with a model: below
    callable_names = {name for name, each in public() if inspect.isfunction(each) or inspect.isclass(each)}
    assert callable_names - asked - NO_NUMBER_IN - RESULTS == set()


@pytest.mark.parametrize(("call", "given"), CALLS, ids=[f"{title(call)} {', '.join(given)}" for call, given in CALLS])
def test_a_spoilt_number_is_refused_in_words_or_answered_without_nan(
    call: Callable[..., Any], given: Arguments
) -> None:
    assert not has_nan(call(**given)), "the call itself must be valid"
    wrong = [
        f"{name} = {what}: {told}"
        for name, value in given.items()
        for what, bad in spoilt(value)
        if (told := faulty(call, {**given, name: bad}, what))
    ]
    assert wrong == []


def faulty(call: Callable[..., Any], given: Arguments, what: str) -> str:
    """What is wrong with the answer to a spoilt call; empty when nothing is."""
    kind = what.rpartition(": ")[2]
    try:
        answer = call(**given)
    except TypeError as error:
        return "" if kind in WRONG_TYPE else f"TypeError: {error}"
    except ValueError as error:
        return "" if "got" in str(error) and by_us(error) else f"ValueError that does not help: {error}"
    except Exception as error:  # noqa: BLE001  whatever it is, it is told with its place
        return f"{type(error).__name__}: {error}"
    if has_nan(answer) and getattr(call, "__qualname__", "") not in SAYS_WHERE:
        return f"answered with NaN: {answer}"
    return f"taken: {answer}" if kind in {"nan", "a word", "words"} else ""


def by_us(error: Exception) -> bool:
    return Path(traceback.extract_tb(error.__traceback__)[-1].filename).is_relative_to(HOME)
