"""Budgets that others have published, with the figures that they print.

Read in a source that was at hand (suncal's tests and examples): NIST TN 1900 E3 and E11, the Uncertainty Machine,
JCGM 102 9.3, NPL and ENGR 224. As remembered, and kept because the remembered inputs give the remembered results:
GUM H.4, EA-4/02 (1999), EURACHEM/CITAC QUAM (2012) and TN 1900 E2.
"""

import math

import numpy as np
import pytest

from calibration.uncertainty import (
    Input,
    Together,
    arcsine,
    certificate,
    constant,
    mean,
    means_together,
    normal,
    parse_model,
    propagate,
    rectangular,
)

# GUM H.4, table H.7: times in min, counts of standard, blank and sample.
CYCLES = np.array(
    [
        [243.74, 15380, 305.56, 4054, 367.37, 41432],
        [984.53, 14978, 1046.10, 3922, 1107.66, 38706],
        [1723.87, 14394, 1785.43, 4200, 1846.99, 35860],
        [2463.17, 13254, 2524.73, 3830, 2586.28, 32238],
        [3217.56, 12516, 3279.12, 3956, 3340.68, 29640],
        [3956.83, 11058, 4018.38, 3980, 4079.94, 26356],
    ]
)
DECAY = 1.25894e-4  # /min
KNOWN = [normal("a_s", 0.1368, 0.0018), normal("m_s", 5.0192, 0.005), normal("m_x", 5.0571, 0.0010)]


def rates() -> tuple[Together, np.ndarray]:
    """Counts a minute of sample and standard, corrected for blank and decay, and their ratio."""
    t_s, c_s, _, c_b, t_x, c_x = CYCLES.T
    r_x = (c_x - c_b) / 60 * np.exp(DECAY * t_x)
    r_s = (c_s - c_b) / 60 * np.exp(DECAY * t_s)
    return means_together({"r_x": r_x, "r_s": r_s}), r_x / r_s


def test_gum_h4_activity_by_correlated_count_rates() -> None:
    (r_x, r_s), correlation = rates()[0]
    assert (round(r_x.value, 2), round(r_x.u, 2)) == (652.60, 6.42)
    assert (round(r_s.value, 2), round(r_s.u, 2)) == (206.09, 3.79)
    assert round(float(correlation[0, 1]), 3) == 0.646
    model = parse_model("a_s * m_s / m_x * r_x / r_s")
    budget = propagate(model, [*KNOWN, r_x, r_s], {("r_x", "r_s"): float(correlation[0, 1])})
    assert (round(budget.value, 4), round(budget.u, 4)) == (0.4299, 0.0083)  # 0.429 95 is printed as 0.4300.
    assert budget.u / budget.value == pytest.approx(1.93e-2, abs=1e-4)


def test_gum_h4_activity_by_the_ratio_of_each_cycle() -> None:
    ratio = mean("r", rates()[1])
    assert (round(ratio.value, 3), round(ratio.u, 3)) == (3.170, 0.046)
    budget = propagate(parse_model("a_s * m_s / m_x * r"), [*KNOWN, ratio])
    assert (round(budget.value, 4), round(budget.u, 4)) == (0.4304, 0.0084)
    assert budget.u / budget.value == pytest.approx(1.95e-2, abs=1e-4)


ATTENUATOR = [  # EA-4/02 S7, which is also TN 1900 E11; dB
    normal("l_s", 30.0402, 0.0091, dof=3, unit="dB"),
    rectangular("d_s", 0.003, 0.0025 * math.sqrt(3), unit="dB"),
    arcsine("d_d", 0.0, 0.0014 * math.sqrt(2), unit="dB"),
    arcsine("d_m", 0.0, 0.020 * math.sqrt(2), unit="dB"),
    arcsine("d_k", 0.0, 0.0021 * math.sqrt(2), unit="dB"),
    rectangular("d_ia", 0.0, 0.0003 * math.sqrt(3), unit="dB"),
    rectangular("d_ib", 0.0, 0.0003 * math.sqrt(3), unit="dB"),
    normal("d_0a", 0.0, 0.0020, unit="dB"),
    normal("d_0b", 0.0, 0.0020, unit="dB"),
]


def test_ea_s7_a_coaxial_step_attenuator_of_30_db() -> None:
    budget = propagate(parse_model("l_s + d_s + d_d + d_m + d_k - d_ia + d_ib - d_0a + d_0b"), ATTENUATOR, unit="dB")
    assert (round(budget.value, 3), round(budget.u, 4)) == (30.043, 0.0224)
    assert round(budget.expand(k=2).expanded, 3) == 0.045
    assert budget.dof > 100


def test_ea_s9_a_multimeter_whose_resolution_outweighs_all() -> None:
    inputs = [
        constant("v_ix", 100.1, unit="V"),
        certificate("v_s", 100.0, 0.002, k=2, unit="V"),
        rectangular("d_ix", 0.0, 0.05, unit="V"),
        rectangular("d_s", 0.0, 0.011, unit="V"),
    ]
    budget = propagate(parse_model("v_ix - v_s + d_ix - d_s"), inputs, unit="V")
    assert [float(f"{abs(row.contribution):.2g}") for row in budget.rows] == [0.0, 0.001, 0.029, 0.0064]
    assert (round(budget.value, 1), round(budget.u, 3)) == (0.1, 0.030)
    assert round(budget.expand(k=1.65).expanded, 2) == 0.05
    assert budget.row("d_ix").share > 0.9


def test_ea_s11_a_temperature_block_calibrator_at_180_degrees() -> None:
    spreads = {"d_d": 0.04, "d_ix": 0.05, "d_r": 0.1, "d_a": 0.25, "d_h": 0.05, "d_v": 0.03}
    inputs: list[Input] = [
        certificate("t_s", 180.10, 0.030, k=2, unit="Cel"),
        certificate("d_ts", 0.0, 0.020, k=2, unit="Cel"),
        *(rectangular(name, 0.0, half, unit="Cel") for name, half in spreads.items()),
    ]
    budget = propagate(parse_model("t_s + d_ts + d_d - d_ix + d_r + d_a + d_h + d_v"), inputs, unit="Cel")
    printed = [15, 10, 23, 29, 58, 144, 29, 17]  # mK
    assert [round(1000 * abs(row.contribution)) for row in budget.rows] == printed
    assert round(budget.u, 3) == 0.164
    assert round(budget.expand(k=1.81).expanded, 1) == 0.3


QUAM = {
    "A1: a cadmium standard, mg/L": (
        "1000 * m * p / v",
        {"m": (100.28, 0.05), "p": (0.9999, 0.000058), "v": (100.0, 0.07)},
        (1002.7, 1),
        (0.9, 1),
    ),
    "A2: a sodium hydroxide solution, mol/L": (
        "1000 * rep * m * p / (mol * v)",
        {
            "rep": (1.0, 0.0005),
            "m": (0.3888, 0.00013),
            "p": (1.0, 0.00029),
            "mol": (204.2212, 0.0038),
            "v": (18.64, 0.013),
        },
        (0.10214, 5),
        (0.00010, 5),
    ),
    "A3: an acid by titration, mol/L": (
        "1000 * rep * m * p * v_2 / (v_1 * mol * v)",
        {
            "rep": (1.0, 0.001),
            "m": (0.3888, 0.00013),
            "p": (1.0, 0.00029),
            "v_2": (14.89, 0.015),
            "v_1": (18.64, 0.016),
            "mol": (204.2212, 0.0038),
            "v": (15.0, 0.011),
        },
        (0.10139, 5),
        (0.00018, 5),
    ),
    "A5: cadmium from ceramic ware, mg/dm2": (
        "c * v / a * d * f_acid * f_time * f_temp",
        {
            "c": (0.26, 0.018),
            "v": (0.332, 0.0018),
            "a": (5.73, 0.19),
            "d": (1.0, 0.0),
            "f_acid": (1.0, 0.0008),
            "f_time": (1.0, 0.001),
            "f_temp": (1.0, 0.06),
        },
        (0.015, 3),
        (0.0015, 4),
    ),
}


@pytest.mark.parametrize("name", QUAM)
def test_eurachem_examples(name: str) -> None:
    model, given, (value, places), (u, places_of_u) = QUAM[name]
    budget = propagate(parse_model(model), [normal(key, *each) for key, each in given.items()])
    assert round(budget.value, places) == value
    # A1's relative 8.35e-4 is rounded up there, to 0.9 mg/L, and A3's 1.85e-3 cut off before it is multiplied.
    assert round(budget.u, places_of_u) == pytest.approx(u, abs={"A1": 0.101, "A3": 1.1e-5}.get(name[:2], 1e-12))


VISCOSITY = [
    normal("mu_c", 4.63, 0.0463),
    normal("t_m", 61.0, 6.1),
    normal("rho_m", 1180.0, 0.5),
    normal("rho_c", 810.0, 0.5),
    normal("t_c", 36.6, 5.49),
    normal("rho_b", 2217.0, 0.5),
]


def test_tn_1900_e3_a_falling_ball_viscometer() -> None:
    budget = propagate(parse_model("mu_c * t_m * (rho_b - rho_m) / (t_c * (rho_b - rho_c))"), VISCOSITY, unit="mPa.s")
    assert round(budget.value, 2) == 5.69
    assert budget.u == pytest.approx(1.11, abs=0.1)  # That of its Monte Carlo calculation.


def test_nist_uncertainty_machine_thermal_expansion() -> None:
    given = {"l_0": (1.4999, 0.0001), "l_1": (1.5021, 0.0002), "t_0": (288.15, 0.02), "t_1": (373.10, 0.05)}
    inputs = [normal(name, *each, dof=3) for name, each in given.items()]
    budget = propagate(parse_model("(l_1 - l_0) / (l_0 * (t_1 - t_0))"), inputs, unit="K-1")
    assert f"{budget.value:.4e}" == "1.7266e-05"
    assert budget.u == pytest.approx(1.76e-6, abs=0.01e-6)


def test_nist_uncertainty_machine_stefan_boltzmann_constant() -> None:
    def sigma(h: float, r: float, r_inf: float, e: float, alpha: float) -> float:
        return 32 * math.pi**5 * h * r**4 * r_inf**4 / (15 * e**4 * 0.001**4 * 299792458**6 * alpha**8)

    inputs = [
        normal("h", 6.62606957e-34, 0.00000029e-34),
        normal("r", 8.3144621, 0.0000075),
        normal("r_inf", 10973731.568539, 0.000055),
        normal("e", 5.4857990946e-4, 0.0000000022e-4),
        normal("alpha", 7.2973525698e-3, 0.0000000024e-3),
    ]
    budget = propagate(sigma, inputs, unit="W.m-2.K-4")
    assert f"{budget.value:.5e}" == "5.67037e-08"
    assert budget.u == pytest.approx(2.05e-13, abs=0.01e-13)
    assert budget.expand(0.99).interval == pytest.approx((5.67032e-8, 5.67043e-8), abs=0.00001e-8)


def test_tn_1900_e2_a_month_of_daily_temperatures() -> None:
    noons = [
        *(18.75, 28.25, 25.75, 28.00, 28.50, 20.75, 21.00, 22.75, 18.50, 27.25, 20.75),
        *(26.50, 28.00, 23.25, 28.00, 21.75, 26.00, 26.50, 28.00, 33.25, 32.00, 29.50),
    ]
    budget = propagate(parse_model("t"), [mean("t", noons, unit="Cel")], unit="Cel")
    assert (round(budget.value, 1), round(budget.u, 3), budget.dof) == (25.6, 0.872, 21)
    assert budget.expand(0.95).interval == pytest.approx((23.8, 27.4), abs=0.05)


def test_a_sandia_course_has_these_degrees_of_freedom() -> None:
    """ENGR224, X-ray fluorescence and a sum."""
    inputs = [
        normal("x_1", 0.1820, 0.00093, dof=9),
        normal("x_2", 0.1823, 0.00058, dof=19),
        normal("y_u", 0.6978, 0.0026, dof=19),
    ]
    budget = propagate(parse_model("x_1 / x_2 * y_u"), inputs)
    assert (budget.value, budget.u) == (pytest.approx(0.6967, abs=1e-4), pytest.approx(0.00494, abs=1e-5))
    assert budget.dof == pytest.approx(27.7, abs=0.5)
    assert round(budget.expand(0.95).expanded, 4) == 0.0101
    plain = propagate(parse_model("a + b"), [normal("a", 1.0, 0.57, dof=9), normal("b", 1.0, 0.25)])
    assert round(plain.dof, 1) == 12.8
