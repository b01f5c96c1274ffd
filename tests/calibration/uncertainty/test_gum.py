"""The worked examples of the GUM (JCGM 100:2008, annex H) and of JCGM 101:2008, 9.3."""

import math

import numpy as np
import pytest

from calibration.distributions import f_quantile
from calibration.uncertainty import (
    Budget,
    Deviation,
    arcsine,
    certificate,
    dof_of_unreliability,
    mean,
    means_together,
    normal,
    one_way_of_summary,
    propagate,
    propagate_together,
    rectangular,
    report,
)


def end_gauge(*, second_order: bool = False) -> Budget:
    """H.1, in nm."""
    inputs = [
        certificate("l_s", 50_000_623.0, 75.0, k=3, dof=18, unit="nm"),
        mean("d", [215.0] * 5, pooled=Deviation(13.0, 24), unit="nm"),
        certificate("d_1", 0.0, 10.0, probability=0.95, dof=5, unit="nm"),
        certificate("d_2", 0.0, 20.0, k=3, dof=dof_of_unreliability(0.25), unit="nm"),
        rectangular("alpha_s", 11.5e-6, 2e-6, unit="Cel-1"),
        rectangular("d_alpha", 0.0, 1e-6, dof=dof_of_unreliability(0.1), unit="Cel-1"),
        normal("theta_mean", -0.1, 0.2, unit="Cel"),
        arcsine("cycle", 0.0, 0.5, unit="Cel"),
        rectangular("d_theta", 0.0, 0.05, dof=dof_of_unreliability(0.5), unit="Cel"),
    ]

    def length(l_s, d, d_1, d_2, alpha_s, d_alpha, theta_mean, cycle, d_theta):
        return l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta_mean + cycle) + alpha_s * d_theta)

    return propagate(length, inputs, unit="nm", second_order=second_order)


def test_h1_the_end_gauge_has_the_printed_length_and_uncertainty() -> None:
    budget = end_gauge()
    assert budget.value == 50_000_838.0
    assert round(budget.u) == 32
    assert budget.unit == "nm"


@pytest.mark.parametrize(
    ("name", "u", "contribution", "dof"),
    [
        ("l_s", 25.0, 25.0, 18),
        ("d", 5.8, 5.8, 24),
        ("d_1", 3.9, 3.9, 5),
        ("d_2", 6.7, 6.7, 8),
        ("alpha_s", 1.2e-6, 0.0, math.inf),
        ("theta_mean", 0.2, 0.0, math.inf),
        ("cycle", 0.35, 0.0, math.inf),
        ("d_alpha", 0.58e-6, 2.9, 50),
        ("d_theta", 0.029, 16.6, 2),
    ],
)
def test_h1_every_line_of_table_h1_comes_out(name: str, u: float, contribution: float, dof: float) -> None:
    row = end_gauge().row(name)
    assert float(f"{row.u:.2g}") == u
    assert round(abs(row.contribution), 1) == contribution
    assert row.dof == pytest.approx(dof)


def test_h1_effective_degrees_of_freedom_and_the_expanded_uncertainty_for_99_percent() -> None:
    expanded = end_gauge().expand(0.99)
    assert round(end_gauge().dof, 1) == 16.7
    assert expanded.dof == 16
    assert round(expanded.k, 2) == 2.92
    # The GUM's 93 nm is 2.92 times the rounded 32 nm; of unrounded figures it is 92.5 nm.
    assert expanded.expanded == pytest.approx(92.48, abs=0.02)
    assert round(expanded.k * round(expanded.u)) == 93


def test_h1_the_terms_of_second_order_make_it_34_nm() -> None:
    budget = end_gauge(second_order=True)
    assert round(budget.u) == 34
    # 11.7 nm and 1.7 nm, H.1.7
    assert math.sqrt(budget.second_order) == pytest.approx(math.hypot(11.7, 1.7), abs=0.05)


READINGS = {  # H.2, table H.2
    "voltage": [5.007, 4.994, 5.005, 4.990, 4.999],
    "current": [19.663e-3, 19.639e-3, 19.640e-3, 19.685e-3, 19.678e-3],
    "phase": [1.0456, 1.0438, 1.0468, 1.0428, 1.0433],
}
IMPEDANCE = {
    "R": lambda voltage, current, phase: voltage / current * np.cos(phase),
    "X": lambda voltage, current, phase: voltage / current * np.sin(phase),
    "Z": lambda voltage, current, phase: voltage / current,
}


def test_h2_means_and_correlations_of_simultaneous_readings() -> None:
    together = means_together(READINGS)
    assert [round(each.value, 7) for each in together.inputs] == [4.999, 0.019661, 1.04446]
    assert [float(f"{each.u:.2g}") for each in together.inputs] == [0.0032, 0.0000095, 0.00075]
    assert [round(float(r), 2) for r in together.correlation[np.triu_indices(3, 1)]] == [-0.36, 0.86, -0.65]


def test_h2_resistance_reactance_and_impedance() -> None:
    joint = propagate_together(IMPEDANCE, *means_together(READINGS), units={"R": "Ohm", "X": "Ohm", "Z": "Ohm"})
    budgets = joint.budgets
    assert {name: round(budget.value, 3) for name, budget in budgets.items()} == {
        "R": 127.732,
        "X": 219.847,
        "Z": 254.260,
    }
    # The GUM prints 0.295 for X; GTC, given the rounded inputs, has 0.29572.
    assert {name: round(budget.u, 3) for name, budget in budgets.items()} == {"R": 0.071, "X": 0.296, "Z": 0.236}
    correlation = [round(float(r), 3) for r in joint.correlation[np.triu_indices(3, 1)]]
    assert correlation == [-0.588, -0.485, 0.993]


def test_h2_readings_taken_together_keep_their_four_degrees_of_freedom() -> None:
    budgets = propagate_together(IMPEDANCE, *means_together(READINGS)).budgets
    assert {round(budget.dof, 9) for budget in budgets.values()} == {4.0}
    assert sum(row.share for row in budgets["R"].rows) == pytest.approx(1, abs=1e-12)


# H.5, table H.9: ten days, five readings each; V, and standard deviations in microvolt.
DAYS = [10.000172, 10.000116, 10.000013, 10.000144, 10.000106, 10.000031, 10.000060, 10.000125, 10.000163, 10.000041]
WITHIN = [60, 77, 111, 101, 67, 93, 80, 73, 88, 86]


def test_h5_the_zener_standard_varies_between_days() -> None:
    found = one_way_of_summary(DAYS, [s * 1e-6 for s in WITHIN], [5] * 10)
    assert round(found.mean, 6) == 10.000097
    assert round(found.between.value * 1e6) == 128
    assert round(found.within.value * 1e6) == 85
    assert (found.between.dof, found.within.dof) == (9, 40)
    assert found.ratio == pytest.approx(2.25, abs=0.015)  # Its 2.25 is of rounded deviations.
    assert round(f_quantile(0.95, 9, 40), 2) == 2.12
    assert round(f_quantile(0.975, 9, 40), 2) == 2.45
    assert 0.025 < found.p < 0.05
    assert round(found.component * 1e6) == 43


def test_h5_uncertainty_of_the_mean_with_and_without_a_between_day_effect() -> None:
    found = one_way_of_summary(DAYS, [s * 1e-6 for s in WITHIN], [5] * 10)
    with_days, without = found.as_input("V", between=True), found.as_input("V", between=False)
    assert (round(with_days.u * 1e6), round(with_days.dof, 9)) == (18, 9)
    assert (round(without.u * 1e6), without.dof) == (13, 49)


def weight(m_r, dm_r, rho_a, rho_w, rho_r):
    """JCGM 101, 9.3: deviation from 100 g, mg; densities in kg/m3."""
    return (m_r + dm_r) * (1 + (rho_a - 1.2) * (1 / rho_w - 1 / rho_r)) - 100_000


@pytest.mark.parametrize(("second_order", "u"), [(False, 0.0539), (True, 0.0750)])
def test_jcgm_101_9_3_the_mass_calibration_needs_terms_of_second_order(*, second_order: bool, u: float) -> None:
    inputs = [
        normal("m_r", 100_000.0, 0.050, unit="mg"),
        normal("dm_r", 1.234, 0.020, unit="mg"),
        rectangular("rho_a", 1.2, 0.1, unit="kg/m3"),
        rectangular("rho_w", 8000.0, 1000.0, unit="kg/m3"),
        rectangular("rho_r", 8000.0, 50.0, unit="kg/m3"),
    ]
    budget = propagate(weight, inputs, unit="mg", second_order=second_order)
    assert round(budget.value, 4) == 1.2340
    assert round(budget.u, 4) == u


def test_7_2_the_mass_standard_is_reported_as_the_guide_prints_it() -> None:
    budget = propagate(lambda m_s: m_s, [normal("m_s", 100.02147, 0.00035, dof=9, unit="g")], unit="g")
    expanded = budget.expand(0.95)
    assert round(expanded.k, 2) == 2.26
    assert report(expanded, language="en") == "100.02147 g ± 0.00079 g, k = 2.26"
    assert report(expanded) == "100,02147 g ± 0,00079 g, k = 2,26"
