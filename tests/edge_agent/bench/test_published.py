"""Worked examples that others have published, done as sessions: figures and source only.

EA-4/02 (1999), supplements S9 (multimeter), S10 (vernier caliper) and S12 (type A of few readings);
tables of OIML R 111-1.
"""

import msgspec
import pytest

from edge_agent.bench.evaluation import evaluate
from edge_agent.bench.formulas import number
from edge_agent.bench.loading import load_procedure
from edge_agent.bench.settling import allowed_band
from edge_agent.correcting.correction import ChannelCorrection
from edge_agent.wire.bench import BenchItem, Reading
from edge_agent.wire.certificate_setting import CertificateInForce, CertifiedChannel, CertifiedPoint


def at_95(name: str):
    """A shipped procedure with the coverage probability of the publication."""
    return msgspec.structs.replace(load_procedure(name).procedure, probability=0.95)


def test_a_multimeter_at_100_v_has_the_error_and_u_of_ea_s9(session_of, captured):
    # S9: 100.1 V shown at 100.0 V; calibrator u = 0.001 V by its certificate, 0.011 V / sqrt(3) for all its other
    # influences, resolution 0.1 V, no scatter: E = 0.10 V, U = 0.05 V, k = 1.65.
    procedure = at_95("multimeter-dc-voltage")
    item = BenchItem(name="DMM", unit="V", range_low=-200.0, range_high=200.0, resolution=0.1)
    session = session_of(procedure, item, points={"errors": (100.0,)})
    calibrator = Reading(value=100.0, unit="V", corrected=100.0, u=0.001, drift_u=0.0064)
    [found] = evaluate(procedure, session, captured(procedure, session, lambda _: (100.1, calibrator)))
    assert found.error == pytest.approx(0.10, abs=1e-9)
    assert round(found.u, 3) == 0.030
    assert round(found.k, 2) == 1.65
    assert round(found.expanded, 2) == 0.05


def test_a_vernier_caliper_at_150_mm_has_the_error_and_u_of_ea_s10(session_of, captured):
    # S10: 150.10 mm shown at 150.00 mm, division 0.05 mm; block within 0.8 um, temperatures within 2 K of each other,
    # mechanical effects within 50 um: E = 0.10 mm, u = 33 um, U = 0.06 mm, k = 1.83.
    procedure = at_95("caliper")
    item = BenchItem(name="caliper", unit="mm", range_low=0.0, range_high=150.0, resolution=0.05)
    session = session_of(procedure, item, points={"errors": (150.0,)})
    block = Reading(value=150.0, unit="mm", corrected=150.0, u=0.46e-3)
    captures = captured(procedure, session, lambda step: (150.10 if step.nominal else 0.0, block))
    found = next(one for one in evaluate(procedure, session, captures) if one.kind == "error")
    rows = {row.name: row.contribution for row in found.budget}
    assert found.error == pytest.approx(0.10, abs=1e-9)
    assert round(1000 * rows["dt"], 1) == 2.0
    assert round(1000 * rows["resolution"], 0) == 14.0  # 14.4, which the publication rounds up
    assert round(1000 * rows["mechanical"], 0) == 29.0
    assert found.u == pytest.approx(0.033, rel=0.025)
    assert round(found.k, 2) == 1.83
    assert round(found.expanded, 2) == 0.06


def test_few_readings_have_the_coverage_factor_of_ea_s12(session_of, captured):
    # S12 (water meter): type A 6.0e-4 with 2 degrees of freedom, type B 6.8e-4: u = 9.1e-4, dof 10, k = 2.28,
    # U = 2.0e-3. Here as a thermometer whose other inputs are too small to be seen.
    procedure = load_procedure("stopwatch").procedure
    test = msgspec.structs.replace(
        procedure.tests[0], inputs=tuple(one for one in procedure.tests[0].inputs if one.name in ("ref", "reading"))
    )
    test = msgspec.structs.replace(test, model="x - ref + reading")
    procedure = msgspec.structs.replace(procedure, tests=(test,))
    session = session_of(procedure, BenchItem(name="w", unit="s", resolution=1e-6), points={"errors": (1.0,)})
    step = 6.0e-4 * 3**0.5
    reference = Reading(value=1.0, unit="s", corrected=1.0, u=6.8e-4)
    captures = captured(procedure, session, lambda s: (1.0 + (s.repeat - 2) * step, reference))
    [found] = evaluate(procedure, session, captures)
    assert round(found.u, 5) == 91e-5
    assert found.dof == 10
    assert round(found.k, 2) == 2.28
    assert round(found.expanded, 3) == 0.002


def test_from_the_bench_over_the_certificate_to_a_corrected_sample_in_numbers(session_of, captured):
    """By hand: 500 kOhm by its certificate 500050 at 23 Cel and 1e-5 /K is 500025 Ohm at 18 Cel."""
    procedure = load_procedure("multimeter-resistance").procedure
    item = BenchItem(name="m", unit="Ohm", range_low=0.0, range_high=1e6, resolution=0.1)
    session = session_of(procedure, item)

    def read(step):
        ref = step.nominal * 1.0001
        return step.nominal + 50.0, Reading(value=ref, unit="Ohm", corrected=ref, u=1.0)

    results = evaluate(procedure, session, captured(procedure, session, read, {"temperature": 18.0}))
    middle = results[1]
    assert middle.reference == pytest.approx(500_050 * (1 - 5e-5), abs=1e-6)
    assert middle.error == pytest.approx(500_050 - 500_024.9975, abs=1e-6)
    assert all(one.error == pytest.approx(one.indication - one.reference, abs=1e-6) for one in results)
    points = tuple(CertifiedPoint(indication=r.indication, error=r.indication - r.reference, u=r.u) for r in results)
    said = CertifiedChannel(unit="Ohm", points=points)
    certificate = CertificateInForce(number="K", applies_from=0, channels={"r": said})
    sample = ChannelCorrection(certificate, "r").at(500_050.0, 1)
    assert (sample.value, sample.u) == pytest.approx((500_024.9975, middle.u), abs=1e-6)


# OIML R 111-1:2004, tables 1 and 5, class E2: nominal g -> limit of error mg, limits of density kg/m3.
E2 = {
    1: (0.03, 5300, 16000),
    2: (0.04, 6000, 12000),
    5: (0.05, 6900, 9600),
    10: (0.06, 7270, 8890),
    20: (0.08, 7500, 8570),
    50: (0.1, 7740, 8280),
    100: (0.16, 7810, 8210),
}


@pytest.mark.parametrize("nominal", E2)
def test_the_buoyancy_of_an_analytical_balance_covers_what_the_density_of_class_e2_leaves_open(nominal):
    """EURAMET cg-18, 7.1.2.2, adjusted right before: a quarter of the limit of error, which is 10 % of 1.2 kg/m3."""
    errors = load_procedure("analytical-balance").procedure.tests[2]
    [spread] = [number(one.spread, {"ref": float(nominal)}) for one in errors.inputs if one.name == "buoyancy"]
    permissible, light, heavy = E2[nominal]
    forces = [0.12 * abs(1 / density - 1 / 8000) * nominal for density in (light, heavy)]
    assert max(forces) == pytest.approx(permissible / 4e3, rel=0.05)
    assert max(forces) <= spread <= 1.5 * max(forces)


def test_a_reference_gauge_of_vacuum_can_come_to_rest():
    rule = load_procedure("pressure-gauge").procedure.settling
    vacuum = BenchItem(name="g", unit="bar", range_low=-1.0, range_high=0.0, resolution=0.02)
    assert allowed_band(rule.reference_within, vacuum, -0.4) == pytest.approx(2e-4)
