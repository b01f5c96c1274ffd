"""Certificates of the registry reach the edges that read their instruments, without anybody pressing a button."""

from datetime import datetime

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import Adjusted
from edge_agent.wire.certificate_setting import read_certificates
from edge_agent.wire.messages import SettingKept
from gateway.ingest.journals import EdgeId
from gateway.laboratory.publishing import CertificatePublisher, certificates_at_edge
from gateway.registry import RecordRow, SettingRow
from gateway.registry.audit import AuditRow
from gateway.registry.book import Entry
from gateway.registry.roles import SYSTEM

NS = 10**9


class Reads:
    """The laboratory's balance is read by the edge ``bench`` as ``balance-1``."""

    def __init__(self, lab) -> None:
        self.lab, self.now = lab, lab.now
        site = lab.book.find(SYSTEM, "site", name="lab").id
        self.changes("instrument", lab.instrument, site=site, edge="bench", edge_instrument="balance-1")
        self.publisher = CertificatePublisher(lab.engine, lab.zone)

    def changes(self, noun: str, row: str, **values: object) -> None:
        before = self.lab.book.get(SYSTEM, noun, row)
        self.lab.book.change(SYSTEM, noun, row, values, before.revision)

    def certificate(self, number: str, issued: str, points: list[tuple[float, ...]], **values: object) -> Entry:
        """Points: nominal, indication, error, U at k = 2."""
        its = {"instrument": self.lab.instrument, "number": number, "kind": "calibration", "issued": issued}
        made = self.lab.book.make(SYSTEM, "certificate", its | {"issued_by": "Trung tâm"} | values)
        for index, (nominal, indication, error, expanded) in enumerate(points):
            self.point(made.id, index + 1, nominal, indication, error, expanded)
        return made

    def point(self, of: str, number: int, nominal: float, shown: float, error: float, expanded: float, **v) -> None:
        its = {"certificate": of, "run": "as_found", "channel": "mass", "number": number, "unit": "g"}
        its |= {"nominal": nominal, "indication": shown, "reference": shown - error}
        self.lab.book.make(SYSTEM, "calibration_point", its | {"expanded": expanded, "coverage_factor": 2} | v)

    def turn(self) -> dict[str, object] | None:
        """What was sent to the edge; None: nothing."""
        self.now += NS
        sent = self.publisher.turn(self.now)
        if not sent:
            return None
        [one] = sent
        assert (one.edge, one.name) == (EdgeId("lab", "bench"), "balance-1")
        with Session(self.lab.engine) as session:
            row = session.get(SettingRow, ("lab", "bench", "certificate", "balance-1"))
            assert msgspec.json.decode(row.body) == one.body
        read_certificates("balance-1", one.body)
        return one.body

    def stands(self):
        with Session(self.lab.engine) as session:
            return certificates_at_edge(session, self.lab.zone, self.lab.instrument)


@pytest.fixture
def reads(lab) -> Reads:
    return Reads(lab)


POINTS = [(0.0, 0.0, 0.0, 0.0002), (100.0, 100.0003, 0.0002, 0.0004), (200.0, 200.0006, 0.0004, 0.0006)]


def test_an_issued_certificate_is_sent_once_with_its_curve_and_stands_in_the_audit(reads) -> None:
    assert reads.turn() is None
    reads.certificate("K-1", "2026-11-20", POINTS)
    body = reads.turn()
    [told] = body["certificates"]
    midnight = int(datetime(2026, 11, 20, tzinfo=reads.lab.zone).timestamp()) * NS
    assert (told["number"], told["issuer"], told["applies_from"]) == ("K-1", "Trung tâm", midnight)
    mass = told["channels"]["mass"]
    assert (mass["unit"], mass["resolution"], body["serial_number"]) == ("g", 0.0001, "B123456")
    assert [one["indication"] for one in mass["points"]] == [0.0, 100.0003, 200.0006]
    assert [one["error"] for one in mass["points"]] == pytest.approx([0.0, 0.0002, 0.0004], abs=1e-12)
    assert [one["u"] for one in mass["points"]] == pytest.approx([0.0001, 0.0002, 0.0003])
    assert reads.turn() is None
    with Session(reads.lab.engine) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "put_setting")).all()
    assert [one.name for one in rows] == ["nhipdo"]


def test_a_withdrawn_certificate_and_one_that_was_replaced_go_at_once(reads) -> None:
    first = reads.certificate("K-1", "2026-11-20", POINTS)
    assert reads.turn()["certificates"]
    reads.changes("certificate", first.id, status="replaced")
    second = reads.certificate("K-1a", "2026-11-21", POINTS)
    assert [one["number"] for one in reads.turn()["certificates"]] == ["K-1a"]
    reads.changes("certificate", second.id, status="withdrawn")
    assert reads.turn() == {}


def test_points_as_left_and_the_as_left_time_count_and_up_and_down_become_one_point(reads) -> None:
    made = reads.certificate(
        "K-1", "2026-11-20", [(0.0, 0.0, 0.5, 0.1)], applies_from="2026-11-20T10:00:00.123456789+07:00"
    )
    for number, (nominal, shown, error) in enumerate([(0.0, 0.0, 0.0), (50.0, 50.1, 0.1), (50.0, 50.3, 0.3)]):
        reads.point(made.id, number + 1, nominal, shown, error, 0.2, run="as_left")
    [told] = reads.turn()["certificates"]
    as_left = int(datetime(2026, 11, 20, 10, tzinfo=reads.lab.zone).timestamp()) * NS + 123_456_789
    assert told["applies_from"] == as_left
    low, high = told["channels"]["mass"]["points"]
    assert (low["error"], low["u"]) == (0.0, 0.1)
    # Half of the difference, 0.1, as a rectangle: 0.1 / sqrt(3), beside u = 0.1.
    assert (high["indication"], high["error"], high["u"]) == pytest.approx((50.2, 0.2, (0.01 + 0.01 / 3) ** 0.5))


def test_a_single_point_holds_over_the_range_of_the_instrument(reads) -> None:
    reads.certificate("K-1", "2026-11-20", [(100.0, 100.0003, 0.0002, 0.0004)])
    mass = reads.turn()["certificates"][0]["channels"]["mass"]
    assert (mass["low"], mass["high"]) == (0.0, 220.0)


def test_what_an_edge_would_refuse_is_left_out_and_said_on_the_page(reads) -> None:
    made = reads.certificate("K-1", "2026-11-20", [])
    reads.point(made.id, 1, 1.0, 1.0, 0.0, 0.1, channel="pressure", unit="kPa")
    assert reads.turn() is None
    assert reads.stands().problems == (
        (
            "setting certificate/balance-1: certificate K-1: pressure: a single point, without low and high. "
            "Say over which range its error holds."
        ),
    )


def test_an_adjustment_that_was_told_of_is_sent_back_also_one_on_the_bench_of_a_laboratory(reads) -> None:
    reads.certificate("K-1", "2026-11-20", POINTS)
    reads.turn()
    reads.lab.say(Adjusted(key="a", instrument="balance-1", adjusted_at=reads.now, what="span"))
    assert reads.turn()["adjusted"] == [reads.now - NS]
    reads.lab.say(reads.lab.session("s1", "", adjusted_at=5), site="elsewhere")
    assert reads.turn()["adjusted"][0] == 5


def test_a_certificate_of_a_day_applies_after_the_adjustment_of_that_day_that_it_knows_of(reads) -> None:
    noon = int(datetime(2026, 11, 20, 12, tzinfo=reads.lab.zone).timestamp()) * NS
    reads.lab.say(Adjusted(key="a", instrument="balance-1", adjusted_at=noon, what="span"))
    made = reads.certificate("K-1", "2026-11-20", [])
    for number, place in enumerate((0.0, 100.0)):
        reads.point(made.id, number + 1, place, place, 0.1, 0.2, run="as_left")
    assert reads.turn()["certificates"][0]["applies_from"] == noon


def test_the_due_day_is_the_owners_or_follows_from_his_interval(reads) -> None:
    reads.certificate("K-1", "2026-11-20", POINTS, calibrated="2026-11-18")
    assert reads.turn()["due"] == ""
    reads.changes("instrument", reads.lab.instrument, interval_months=12)
    assert reads.turn()["due"] == "2027-11-18"
    reads.changes("instrument", reads.lab.instrument, next_due="2027-01-31")
    assert reads.turn()["due"] == "2027-01-31"


def test_an_instrument_that_no_edge_reads_any_more_is_given_back(reads) -> None:
    reads.certificate("K-1", "2026-11-20", POINTS)
    assert reads.turn()
    reads.changes("instrument", reads.lab.instrument, edge_instrument="")
    assert reads.turn() == {}
    assert reads.stands() is None


def test_the_page_tells_what_became_of_it_at_the_edge(reads) -> None:
    assert (reads.stands().state, reads.stands().revision) == ("never", 0)
    reads.certificate("K-1", "2026-11-20", POINTS)
    reads.turn()
    stood = reads.stands()
    assert (stood.state, stood.numbers, stood.sent_at) == ("waiting", ("K-1",), reads.now)
    its = {"key": "certificate/balance-1", "setting_revision": stood.revision}
    reads.lab.say(SettingKept(**its, accepted=False, why="its points are in kg", in_force_revision=3))
    stood = reads.stands()
    assert (stood.state, stood.why, stood.in_force_revision) == ("refused", "its points are in kg", 3)


def test_nothing_is_worked_out_again_while_nothing_that_counts_was_written(reads, monkeypatch) -> None:
    reads.turn()
    calls: list[int] = []
    monkeypatch.setattr("gateway.laboratory.publishing.publish_certificates", lambda *_: calls.append(1) or [])
    reads.turn()
    reads.changes("laboratory", reads.lab.row, accreditation="VILAS 1")
    reads.turn()
    assert calls == []
    reads.changes("instrument", reads.lab.instrument, needs_certificate=True)
    reads.turn()
    assert calls == [1]


def test_a_drift_that_three_calibrations_show_goes_along_with_the_newest_one(reads) -> None:
    days = ("2023-11-20", "2024-11-19", "2025-11-19")  # 365 days apart
    for k, day in enumerate(days):
        moved = [(place, place + k * 0.01, k * 0.01, 0.002) for place in (0.0, 100.0, 200.0)]
        reads.certificate(f"K-{k}", day, moved)
        if k < 2:
            assert reads.turn()["certificates"][-1]["channels"]["mass"]["drift_per_year"] == 0.0
    older, newest = [one["channels"]["mass"] for one in reads.turn()["certificates"]][1:]
    assert older["drift_per_year"] == 0.0
    # A line through three errors of u = 0.001 at -1, 0 and 1 times 365 days.
    assert newest["drift_per_year"] == pytest.approx(0.01 / 365 * 365.25, rel=1e-9)
    assert newest["u_drift_per_year"] == pytest.approx(0.001 / 2**0.5 / 365 * 365.25, rel=1e-6)


def test_what_an_adjustment_shifted_is_no_drift(reads) -> None:
    for k, day in enumerate(("2023-11-20", "2024-11-19", "2025-11-19")):
        made = reads.certificate(f"K-{k}", day, [(0.0, k * 0.01, k * 0.01, 0.002)])
        for number, place in enumerate((0.0, 100.0)):
            reads.point(made.id, number + 1, place, place, 0.0, 0.002, run="as_left")
    assert reads.turn()["certificates"][-1]["channels"]["mass"]["drift_per_year"] == 0.0


def test_what_an_adjustment_between_two_calibrations_shifted_is_no_drift_either(reads) -> None:
    for k, day in enumerate(("2023-11-20", "2024-11-19", "2025-11-19")):
        moved = [(place, place + k * 0.01, k * 0.01, 0.002) for place in (0.0, 100.0, 200.0)]
        reads.certificate(f"K-{k}", day, moved)
    assert reads.turn()["certificates"][-1]["channels"]["mass"]["drift_per_year"] > 0
    noon = int(datetime(2025, 3, 1, 12, tzinfo=reads.lab.zone).timestamp()) * NS
    reads.lab.say(Adjusted(key="a", instrument="balance-1", adjusted_at=noon, what="span"))
    mass = reads.turn()["certificates"][-1]["channels"]["mass"]
    assert (mass["drift_per_year"], mass["u_drift_per_year"]) == (0.0, 0.0)


def test_a_session_that_one_bench_says_anew_is_seen_though_another_bench_counts_higher(reads) -> None:
    reads.certificate("K-1", "2026-11-20", POINTS)
    reads.lab.say(reads.lab.session("s1", ""))
    reads.lab.say(reads.lab.session("s2", ""), site="elsewhere")
    with Session(reads.lab.engine) as session, session.begin():
        session.get_one(RecordRow, ("elsewhere", "bench", "calibration_session", "s2")).revision = 1000
    assert reads.turn()["adjusted"] == []
    with Session(reads.lab.engine) as session, session.begin():
        row = session.get_one(RecordRow, ("lab", "bench", "calibration_session", "s1"))
        row.revision, row.body = 2, msgspec.json.encode(reads.lab.session("s1", "", adjusted_at=5)).decode()
    assert reads.turn()["adjusted"] == [5]
