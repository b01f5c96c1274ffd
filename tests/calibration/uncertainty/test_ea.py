"""EA-4/02 (1999 and M:2022), supplements S2 to S4."""

import pytest

from calibration.uncertainty import (
    Deviation,
    certificate,
    constant,
    mean,
    parse_model,
    propagate,
    rectangular,
    report,
    triangular,
)


def test_s2_a_weight_of_10_kg() -> None:
    inputs = [
        certificate("m_s", 10_000.005, 0.045, k=2, unit="g"),
        rectangular("d_drift", 0.0, 0.015, unit="g"),
        mean("d", [0.010, 0.030, 0.020], pooled=Deviation(0.025, 1e6), unit="g"),
        rectangular("d_comparator", 0.0, 0.010, unit="g"),
        rectangular("d_buoyancy", 0.0, 0.010, unit="g"),
    ]
    budget = propagate(parse_model("m_s + d_drift + d + d_comparator + d_buoyancy"), inputs, unit="g")
    contributions = [round(1000 * row.contribution, 2) for row in budget.rows]
    assert contributions == [22.50, 8.66, 14.43, 5.77, 5.77]
    assert round(budget.u * 1000, 1) == 29.3
    assert report(budget.expand(k=2), language="en", rule="half_up") == "10000.025 g ± 0.059 g, k = 2"


def test_s3_a_resistor_of_10_kilo_ohm() -> None:
    inputs = [
        certificate("r_s", 10_000.053, 0.005, k=2, unit="Ohm"),
        rectangular("d_drift", 0.020, 0.010, unit="Ohm"),
        rectangular("d_ts", 0.0, 0.00275, unit="Ohm"),
        triangular("r_c", 1.0, 1e-6),
        mean("r", [1.0000104, 1.0000107, 1.0000106, 1.0000103, 1.0000105]),
        rectangular("d_tx", 0.0, 0.0055, unit="Ohm"),
    ]
    budget = propagate(parse_model("(r_s + d_drift + d_ts) * r_c * r - d_tx"), inputs, unit="Ohm")
    contributions = [round(1000 * abs(row.contribution), 1) for row in budget.rows]
    assert contributions == [2.5, 5.8, 1.6, 4.1, 0.7, 3.2]
    assert budget.value == pytest.approx(10_000.1780007665, abs=1e-9)  # To ten digits: metrodata.de, S03.smu
    assert budget.u == pytest.approx(0.00832800405259282, rel=1e-6)
    assert report(budget.expand(k=2), symbol="Ω", language="en") == "10000.178 Ω ± 0.017 Ω, k = 2"


def test_s4_a_gauge_block_of_50_mm_whose_temperature_term_is_of_second_order() -> None:
    inputs = [  # nm
        certificate("l_s", 50_000_020.0, 30.0, k=2, unit="nm"),
        rectangular("d_drift", 0.0, 30.0, unit="nm"),  # Its table has 17.3 nm, which is 30 nm / sqrt(3).
        mean("d", [-100.0, -90.0, -80.0, -90.0, -110.0], pooled=Deviation(12.0, 1e6), unit="nm"),
        rectangular("d_comparator", 0.0, 32.0, unit="nm"),
        constant("l", 50e6, unit="nm"),
        constant("alpha", 11.5e-6, unit="Cel-1"),
        rectangular("d_t", 0.0, 0.05, unit="Cel"),
        triangular("d_alpha", 0.0, 2e-6, unit="Cel-1"),
        rectangular("t", 0.0, 0.5, unit="Cel"),
        rectangular("d_faces", 0.0, 6.7, unit="nm"),
    ]
    model = parse_model("l_s + d_drift + d + d_comparator - l * (alpha * d_t + d_alpha * t) - d_faces")
    budget = propagate(model, inputs, unit="nm", second_order=True)
    contributions = [round(abs(row.contribution), 1) for row in budget.rows]
    assert contributions == [15.0, 17.3, 5.4, 18.5, 0.0, 0.0, 16.6, 0.0, 0.0, 3.9]
    assert round(budget.second_order**0.5, 1) == 11.8
    assert round(budget.value) == 49_999_926
    assert round(budget.u, 1) == 36.4
    assert round(budget.expand(k=2).expanded) == 73
