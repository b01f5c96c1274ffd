"""What an agreement lets go and what it does not: kinds, sites, days, admission, runs."""

import pytest
from federated import (
    CONFIG,
    EDGE,
    FORWARDER,
    NOW,
    SITE,
    Carrier,
    S,
    Speaker,
    elements,
    of_table,
    records_of,
    stop,
    unit,
)
from sqlalchemy.orm import Session

from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.messages import Run
from edge_agent.wire.sharing import AgreementKept
from gateway import registry
from gateway.federation import outbox
from gateway.people import admit_edge
from gateway.registry import ElementRow, JournalRow, NominalBucketRow, RecordRow, StopRow
from gateway.registry.sharing import ForwardDayRow, ForwardDueRow, ForwardMessageRow


def test_the_first_message_of_a_run_is_its_record_and_agreements_are_told(site, province, carrier) -> None:
    made = site.agrees(until="2027-12-31")
    carrier.all(province)
    run, *others = records_of(carrier.carried)
    assert isinstance(run, Run)
    assert run.key == carrier.journal
    [told] = [one for one in others if isinstance(one, AgreementKept)]
    assert (told.key, told.organisation, told.name) == (made.id, "1400123456", "Cơ khí Sa Đéc")
    assert (told.kinds, told.since, told.until) == (("elements", "stops"), "2026-11-20", "2027-12-31")
    [row] = [row for row in province.rows(RecordRow) if row.noun == "agreement"]
    assert (row.site, row.edge, row.key) == (*FORWARDER, made.id)


def test_nothing_of_an_enterprise_leaves_before_the_province_has_admitted_its_gateway(site, province) -> None:
    site.agrees()
    site.takes(Speaker().says(unit(), elements()))
    carrier = Carrier(site)
    carrier.all(province)
    assert {type(one) for one in records_of(carrier.carried)} == {Run, AgreementKept}
    admit_edge(province.engine, FORWARDER, "Ông Bình", province.clock())
    province.ingest.step(0.01)
    carrier.hear(province)
    carrier.all(province)
    assert len(province.rows(NominalBucketRow)) == 1


def test_without_an_agreement_with_a_kind_that_is_not_ticked_or_of_another_enterprise_nothing_leaves(
    site, province, carrier
) -> None:
    press, dairy = Speaker(), Speaker(site="cao-lanh", journal="b" * 32)
    site.takes(press.says(unit(), elements(0), stop(0)), dairy.says(unit(), elements(0), stop(0)))
    carrier.all(province)
    assert province.rows(NominalBucketRow) == []
    assert site.rows(ForwardDueRow) == []
    site.agrees(kinds=["stops"])
    carrier.all(province)
    assert province.rows(NominalBucketRow) == []
    assert [(row.site, row.since) for row in province.rows(StopRow)] == [(SITE, stop(0).since)]


def test_an_agreement_reaches_back_to_its_first_day_and_no_further(site, province, carrier) -> None:
    early = NOW - 3 * 86_400 * S
    early -= early % (600 * S)
    site.takes(Speaker().says(unit(), elements(at=early), elements(0)))
    carrier.all(province)
    site.agrees(since="2026-11-22")
    carrier.all(province)
    assert [row.since for row in province.rows(NominalBucketRow)] == [elements(0).since]


def test_what_changes_while_it_is_put_into_a_message_is_put_into_the_next(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(elements(0, revision=1), elements(0, revision=2), elements(0, revision=3)))
    [due] = site.rows(ForwardDueRow)
    assert due.times == 1  # one batch marks once
    site.takes(edge.says(elements(0, revision=4)))
    carrier.all(province)
    said = [one for one in records_of(carrier.carried) if one.key == elements(0).key]
    assert [one.revision for one in said] == [4]


def test_an_agreement_that_runs_out_ends_like_one_that_is_withdrawn(site, province, carrier) -> None:
    site.agrees(until="2026-11-22")
    edge = Speaker()
    site.takes(edge.says(elements(0)))
    carrier.turn()
    assert len(carrier.held()) == 2
    site.clock.pass_s(86_400)
    carrier.turn()
    assert carrier.keeping.turn().is_ours
    site.takes(edge.says(elements(1)))
    carrier.all(province)
    assert province.rows(NominalBucketRow) == []
    assert province.health().missing == 0
    assert [row.withdrawn for row in site.rows(ForwardDayRow)] == [1]


def test_what_was_carried_and_not_acknowledged_is_carried_again_and_stored_once(site, province, carrier) -> None:
    site.agrees()
    site.takes(Speaker().says(unit(), *(elements(k) for k in range(6))))
    carrier.turn()
    lost = carrier.held()
    province.takes(*lost)
    province.said.by_topic.clear()  # the acknowledgement is lost
    carrier.all(province)
    assert [message in carrier.carried for message in lost] == [True] * len(lost)
    assert of_table(province, ElementRow) == of_table(site, ElementRow)
    assert province.health().missing == 0


def test_a_new_run_sends_what_the_last_one_left_in_its_own_journal(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(elements(0)))
    carrier.turn()
    left = carrier.journal
    again = Carrier(site)
    site.takes(edge.says(elements(1)))
    again.all(province)
    assert again.journal != left
    journals = {row.journal: (row.state, row.held_last > 0) for row in province.rows(JournalRow)}
    assert journals == {left: ("open", True), again.journal: ("open", True)}
    assert len(province.rows(NominalBucketRow)) == 2
    health = province.health()
    assert (health.waiting, health.missing, health.findings) == (0, 0, ())


def test_another_province_is_told_everything_that_is_agreed(site, province, carrier, new_place) -> None:
    site.agrees()
    site.takes(Speaker().says(unit(), *(elements(k) for k in range(6))))
    carrier.all(province)
    with registry.transaction(site.engine) as session:
        session.execute(ForwardMessageRow.__table__.delete().where(ForwardMessageRow.agreement != ""))
    other = new_place("other")
    other.takes(*carrier.held(), carrier.status())
    admit_edge(other.engine, FORWARDER, "Ông Bình", other.clock())
    other.ingest.step(0.01)
    carrier.hear(other)
    carrier.all(other)
    assert of_table(other, ElementRow) == of_table(site, ElementRow)


def test_samples_leave_only_where_they_are_ticked_and_with_what_they_mean(site, province, carrier) -> None:
    line = f"sample,site={SITE},edge={EDGE},instrument=meter-1 power=5.0 {NOW}"
    edge = Speaker()
    site.agrees()
    site.takes(edge.shows(line))
    carrier.all(province)
    assert not [topic for topic, _ in carrier.carried if topic.endswith("telemetry")]
    site.agrees(partner="Trung tâm Đo lường", kinds=["samples"])
    later = line.replace("5.0", "6.0").replace(str(NOW), str(NOW + S))
    site.takes(edge.shows(later))
    carrier.all(province)
    [telemetry] = [payload for topic, payload in carrier.carried if topic.endswith("telemetry")]
    assert open_sealed(telemetry).body.split(b"\n")[1:] == [later.encode()]
    [latest] = province.store.latest(SITE, EDGE)
    assert (latest.instrument, latest.value) == ("meter-1", 6.0)
    assert province.health().missing == 0


@pytest.mark.parametrize("keep_days", [1e-9])
def test_what_is_stored_above_is_dropped_after_its_days_and_stays_accounted_for(site, province, keep_days) -> None:
    carrier = Carrier(site, CONFIG.__class__(**{**_fields(), "keep_days": keep_days}))
    carrier.all(province)
    admit_edge(province.engine, FORWARDER, "Ông Bình", province.clock())
    province.ingest.step(0.01)
    carrier.hear(province)
    site.agrees()
    site.takes(Speaker().says(elements(0)))
    carrier.all(province)
    site.clock.pass_s(1000)
    carrier.turn()
    assert site.rows(ForwardMessageRow) == []
    with Session(site.engine) as session:
        assert outbox.missing(session) == 0
    province.takes(carrier.status())
    assert province.health().missing == 0
    assert [row.messages for row in site.rows(ForwardDayRow)] == [1]


def _fields() -> dict[str, object]:
    return {name: getattr(CONFIG, name) for name in CONFIG.__struct_fields__}
