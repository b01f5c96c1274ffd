"""What benches are told: orders that wait, standards as their certificates say, and who may do what."""

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench_checks import read_bench_setting
from edge_agent.wire.bench_settings import BenchOrdersSet, BenchPeopleSet, BenchStandardsSet
from edge_agent.wire.messages import SettingKept
from gateway.ingest.journals import EdgeId
from gateway.laboratory.bench_settings import benches, send_to_benches, standing_of, told_at
from gateway.laboratory.work_at_bench import against
from gateway.people import put_setting
from gateway.registry import EdgeRow, SettingRow
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import SYSTEM

BENCH = EdgeId("lab", "bench")


@pytest.fixture
def at_bench(staffed):
    """The laboratory, whose bench has spoken."""
    with Session(staffed.engine) as session, session.begin():
        session.add(EdgeRow(site="lab", edge="bench", first_seen=staffed.now))
    return staffed


def told(lab, noun: str):
    kinds = {"bench-orders": BenchOrdersSet, "bench-standards": BenchStandardsSet, "bench-people": BenchPeopleSet}
    with Session(lab.engine) as session:
        return msgspec.convert(told_at(session, lab.organisation, BENCH, lab.today).bodies[noun], kinds[noun])


def unsent(lab) -> list[tuple[str, list[str]]]:
    with Session(lab.engine) as session:
        found = told_at(session, lab.organisation, BENCH, lab.today).unsent
    return [(one.name, [why.en for why in one.why]) for one in found]


def standard(lab, code: str, points: list[tuple[float, float, float]], **values: object) -> str:
    """A standard with a certificate: nominal, reference, indication; U = 0.002, k = 2."""
    its = {"organisation": lab.organisation, "code": code, "name": "Chuẩn", "status": "in_use", "unit": "g"}
    row = lab.book.make(SYSTEM, "instrument", its | {"standard_kind": "reference", "interval_months": 12} | values).id
    paper = {"instrument": row, "number": f"K-{code}", "kind": "calibration", "issued": "2026-05-04"}
    certificate = lab.book.make(SYSTEM, "certificate", paper | {"issued_by": "Viện Đo lường"}).id
    for number, (nominal, reference, indication) in enumerate(points, 1):
        point = {"certificate": certificate, "run": "as_left", "channel": "mass", "number": number, "unit": "g"}
        point |= {"nominal": nominal, "reference": reference, "indication": indication}
        lab.book.make(SYSTEM, "calibration_point", point | {"expanded": 0.002, "coverage_factor": 2})
    return row


def test_only_edges_of_a_laboratorys_own_sites_are_benches(at_bench) -> None:
    book = at_bench.book
    province = book.make(SYSTEM, "province", {"code": "91", "name": "An Giang"}).id
    firm = {"code": "1400000002", "name": "Xưởng", "kind": "enterprise", "province": province}
    other = book.make(SYSTEM, "organisation", firm).id
    book.make(SYSTEM, "site", {"name": "shop", "title": "Xưởng", "organisation": other, "kind": "laboratory"})
    own = {"name": "shop-2", "title": "Xưởng 2", "organisation": at_bench.organisation, "kind": "factory"}
    book.make(SYSTEM, "site", own)
    with Session(at_bench.engine) as session, session.begin():
        session.add(EdgeRow(site="shop", edge="edge", first_seen=at_bench.now))
        session.add(EdgeRow(site="shop-2", edge="edge", first_seen=at_bench.now))
    with Session(at_bench.engine) as session:
        assert benches(session) == {at_bench.organisation: [BENCH]}


def test_orders_that_wait_are_told_the_most_urgent_first_with_what_the_customer_has_said(at_bench) -> None:
    at_bench.book.change(SYSTEM, "instrument", at_bench.instrument, {"mpe_formula": "0.001", "maker": "A"}, None)
    request = {"laboratory": at_bench.row, "number": "PYC-1", "kind": "calibration", "received": "2026-11-18"}
    request_id = at_bench.book.make(SYSTEM, "calibration_request", request | {"customer_name": "Công ty Cơ khí"}).id
    at_bench.order("PCV-1")
    at_bench.order("PCV-2", promised="2026-11-25", request=request_id, decision_rule="guard_band", assigned_to="Lan")
    at_bench.order("PCV-3", procedure="")
    done = at_bench.order("PCV-4").id
    at_bench.move(at_bench.reader("Lan"), done, "stopped", why="khách lấy lại")
    first, second = told(at_bench, "bench-orders").orders
    assert (first.number, first.promised, first.decision_rule, first.who) == (
        "PCV-2",
        "2026-11-25",
        "guard_band",
        "Lan",
    )
    assert (first.item.serial_number, first.item.owner, first.item.resolution) == ("B123456", "Công ty Cơ khí", 0.0001)
    assert (first.item.registry_id, first.item.supplied) == (at_bench.instrument, ("mpe",))
    assert (second.number, second.item.owner, second.item.supplied) == ("PCV-1", "Trung tâm Kỹ thuật", ())


def test_a_material_measure_has_values_and_what_is_read_off_a_curve(at_bench) -> None:
    standard(at_bench, "QC-1", [(20, 20.00001, 20), (20, 20.00003, 20), (100, 99.9999, 100)])
    standard(at_bench, "NK-1", [(10, 10.02, 10.0), (0, 0.01, 0.0)], resolution=0.01, next_due="2027-01-31")
    curve, weights = told(at_bench, "bench-standards").standards
    assert [(one.nominal, one.label, one.value, one.u) for one in weights.values] == [
        (20, "", 20.00001, 0.001),
        (20, "20*", 20.00003, 0.001),
        (100, "", 99.9999, 0.001),
    ]
    assert (weights.quantity, weights.unit, weights.certificate, weights.due) == ("mass", "g", "K-QC-1", "2027-05-04")
    assert curve.points == ((0.0, pytest.approx(-0.01), 0.001), (10.0, pytest.approx(-0.02), 0.001))
    assert (curve.resolution, curve.due, curve.values) == (0.01, "2027-01-31", ())


def later(lab, code: str, points: list[tuple[float, float, float]], run: str = "as_found") -> None:
    """Another certificate of a standard, half a year later."""
    row = lab.book.find(SYSTEM, "instrument", organisation=lab.organisation, code=code).id
    paper = {"instrument": row, "number": f"K2-{code}", "kind": "calibration", "issued": "2026-11-04"}
    made = lab.book.make(SYSTEM, "certificate", paper | {"issued_by": "Viện Đo lường"}).id
    for number, (nominal, reference, indication) in enumerate(points, 1):
        point = {"certificate": made, "run": run, "channel": "mass", "number": number, "unit": "g"}
        point |= {"nominal": nominal, "reference": reference, "indication": indication}
        lab.book.make(SYSTEM, "calibration_point", point | {"expanded": 0.002, "coverage_factor": 2})


def test_what_a_standard_may_have_drifted_is_by_its_history_and_without_one_its_u(at_bench) -> None:
    """EURAMET cg-18, 7.1.2.3: D / sqrt(3)."""
    standard(at_bench, "QC-1", [(20, 20.00001, 20), (20, 20.00003, 20)])
    standard(at_bench, "QC-2", [(50, 50.001, 50)])
    later(at_bench, "QC-1", [(20, 20.00006, 20), (20, 20.00001, 20), (100, 100.0, 100)])
    standard(at_bench, "NK-1", [(0, 0.01, 0.0), (10, 10.02, 10.0)], resolution=0.01)
    later(at_bench, "NK-1", [(0, 0.02, 0.0), (10, 9.99, 10.0)])
    curve, first, second = told(at_bench, "bench-standards").standards
    assert [one.drift_u for one in first.values] == pytest.approx([5e-5 / 3**0.5, 2e-5 / 3**0.5, 0.002 / 3**0.5])
    assert [one.drift_u for one in second.values] == pytest.approx([0.002 / 3**0.5])
    assert curve.drift_u == pytest.approx(0.03 / 3**0.5)


def test_a_drift_that_is_in_every_corrected_value_is_not_counted_again(at_bench) -> None:
    site = at_bench.book.find(SYSTEM, "site", name="lab").id
    read = {"site": site, "edge": "bench", "edge_instrument": "ref-1", "resolution": 0.01}
    standard(at_bench, "NK-1", [(0, 0.01, 0.0)], **read)
    [one] = told(at_bench, "bench-standards").standards
    assert one.drift_u == pytest.approx(0.002 / 3**0.5)
    body = {"certificates": [{"number": "K", "applies_from": 1, "channels": {"mass": {"u_drift_per_year": 0.1}}}]}
    put_setting(at_bench.engine, BENCH, "certificate", "ref-1", body, "nhipdo", 1)
    [one] = told(at_bench, "bench-standards").standards
    assert one.drift_u == 0.0


def test_up_and_down_of_a_standard_are_one_point_and_a_class_in_the_note_names_no_piece(at_bench) -> None:
    standard(at_bench, "AK-1", [(10, 10.02, 10.0), (10, 10.04, 10.0), (0, 0.0, 0.0)], resolution=0.01)
    row = standard(at_bench, "QC-1", [(1, 1.0, 1), (2, 2.0, 2)])
    with Session(at_bench.engine) as session, session.begin():
        paper = session.scalars(select(CertificateRow.id).where(CertificateRow.instrument == row)).one()
        for one in session.scalars(select(CalibrationPointRow).where(CalibrationPointRow.certificate == paper)):
            one.note = "E2"
    body = told(at_bench, "bench-standards")
    gauge, weights = body.standards
    assert gauge.points[1] == pytest.approx((10.0, -0.03, (0.001**2 + 0.01**2 / 3) ** 0.5))
    assert [one.label for one in weights.values] == ["", ""]
    assert read_bench_setting("bench-standards", "all", msgspec.to_builtins(body)) == body


def test_a_standard_that_the_bench_would_refuse_is_named_and_takes_no_other_along(at_bench) -> None:
    standard(at_bench, "AK-1", [(10, 10.0, 10.0), (10.004, 10.0, 10.0)], resolution=0.01)
    standard(at_bench, "QC-1", [(1, 1.0, 1)])
    assert [one.code for one in told(at_bench, "bench-standards").standards] == ["QC-1"]
    [(name, [why])] = unsent(at_bench)
    assert name == "AK-1 Chuẩn"
    assert why == (
        'The bench would refuse it: setting bench-standards/all: standards[0].points[1]: "10" stands there twice. '
        "Choose another, or delete one of them."
    )


def test_a_standard_that_the_bench_reads_is_named_as_the_bench_names_it(at_bench) -> None:
    site = at_bench.book.find(SYSTEM, "site", name="lab").id
    read = {"site": site, "edge": "bench", "edge_instrument": "ref-1", "resolution": 0.01}
    standard(at_bench, "NK-1", [(0, 0.01, 0.0)], **read)
    standard(at_bench, "NK-2", [(0, 0.01, 0.0)], **(read | {"edge": "bench-2", "edge_instrument": "ref-2"}))
    own, other = told(at_bench, "bench-standards").standards
    assert (own.instrument, own.channel, own.points) == ("ref-1", "mass", ())
    assert (other.instrument, other.channel) == ("", "")
    assert other.points == ((0.0, -0.01, 0.001),)


def test_a_standard_without_certificate_points_or_day_is_not_sent_and_named(at_bench) -> None:
    standard(at_bench, "A-1", [])
    standard(at_bench, "A-2", [(0, 0, 0)], interval_months="")
    its = {"organisation": at_bench.organisation, "code": "A-3", "name": "Chuẩn", "status": "in_use"}
    at_bench.book.make(SYSTEM, "instrument", its | {"standard_kind": "working"})
    assert told(at_bench, "bench-standards").standards == ()
    assert unsent(at_bench) == [
        ("A-1 Chuẩn", ["The certificate has no points. Enter them."]),
        ("A-2 Chuẩn", ["It has no due day. Enter it, or an interval."]),
        ("A-3 Chuẩn", ["It has no certificate. Enter one."]),
    ]


def test_people_are_those_who_may_perform_on_that_day(at_bench) -> None:
    at_bench.competent("Nam", "perform", until="2026-11-21")
    at_bench.competent("Tú", "perform", procedure="caliper", until="2026-12-31")
    people = told(at_bench, "bench-people").people
    assert [(one.name, one.procedure, one.until) for one in people] == [
        ("Giang", "*", ""),
        ("Lan", "*", ""),
        ("Minh", "*", ""),
        ("Tú", "caliper", "2026-12-31"),
    ]


def test_what_changes_is_sent_once_and_what_was_answered_is_told(at_bench) -> None:
    at_bench.order()
    send = (at_bench.engine, at_bench.now, at_bench.zone)
    assert send_to_benches(*send) == [(BENCH, "bench-orders"), (BENCH, "bench-people")]
    assert send_to_benches(*send) == []
    at_bench.order("PCV-2026-0002")
    assert send_to_benches(*send) == [(BENCH, "bench-orders")]
    with Session(at_bench.engine) as session:
        revision = session.get_one(SettingRow, (*BENCH, "bench-orders", "all")).revision
    kept = {"key": "bench-orders/all", "revision": 1, "setting_revision": revision, "at": at_bench.now}
    at_bench.say(SettingKept(**kept, accepted=True))
    with Session(at_bench.engine) as session:
        assert [(one.noun, one.taken) for one in standing_of(session, BENCH)] == [
            ("bench-orders", True),
            ("bench-standards", None),
            ("bench-people", None),
        ]


def test_a_session_of_another_instrument_or_procedure_is_flagged_in_words(at_bench) -> None:
    order = at_bench.order(decision_rule="guard_band").id
    said = at_bench.session("s1", "PCV-2026-0001")
    item = msgspec.structs.replace(said.item, registry_id="", serial_number="b 123456")
    typed = msgspec.structs.replace(said, item=item, decision_rule="guard_band")
    other = msgspec.structs.replace(item, serial_number="999")
    wrong = msgspec.structs.replace(said, item=other, procedure="technical-balance")
    with Session(at_bench.engine) as session:
        its = session.get_one(WorkOrderRow, order), session.get_one(InstrumentRow, at_bench.instrument)
        assert against(*its, typed) == []
        assert [one.en for one in against(*its, wrong)] == [
            "The bench has serial number '999', the order 'B123456'. Check the instrument.",
            "The bench used technical-balance, the order says analytical-balance. Correct the order, or measure again.",
            "The bench used another decision rule than the order. Correct the order, or measure again.",
        ]
