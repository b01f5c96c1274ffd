"""From what edges told a site to what the province keeps, by the contract's own rules; on both databases."""

import msgspec
import pytest
from federated import (
    EDGE,
    NOW,
    SITE,
    Speaker,
    elements,
    of_table,
    records_of,
    stop,
    unit,
)
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Declared, Run
from edge_agent.wire.sharing import AgreementKept
from gateway import registry
from gateway.federation import outbox
from gateway.registry import DeadLetterRow, ElementRow, NominalBucketRow, StopRow, WorkUnitRow
from gateway.registry.sharing import ForwardDayRow, ForwardMessageRow


def test_what_was_agreed_arrives_under_its_own_site_edge_key_and_revision(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(unit(), *(elements(k) for k in range(6)), stop(0), stop(1)))
    carrier.all(province)
    assert of_table(province, ElementRow) == of_table(site, ElementRow)
    # What a machine aimed at when a bucket came is each gateway's own: descriptions come here after the buckets.
    buckets = [[row | {"aims": None} for row in of_table(one, NominalBucketRow)] for one in (province, site)]
    assert buckets[0] == buckets[1]
    nameless = [row | {"who": "", "note": ""} for row in of_table(site, StopRow)]
    assert of_table(province, StopRow) == nameless
    assert [(row.site, row.edge, row.work_unit) for row in province.rows(WorkUnitRow)] == [(SITE, EDGE, "press-1")]
    health = province.health()
    assert (health.waiting, health.missing, health.declared, health.dead_letters) == (0, 0, 0, 0)
    with Session(site.engine) as session:
        assert outbox.missing(session) == 0


def test_how_many_pieces_a_shift_must_give_stays_at_the_site(site, province, carrier) -> None:
    site.agrees()
    site.takes(Speaker().says(msgspec.structs.replace(unit(), target_oee=0.75, demand_per_shift=900.0)))
    carrier.all(province)
    [row] = province.rows(WorkUnitRow)
    said = msgspec.json.decode(row.description)
    assert (said["target_oee"], said.get("demand_per_shift")) == (0.75, None)


def test_a_late_revision_replaces_and_an_older_one_that_comes_again_does_no_harm(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(unit(), elements(0, revision=10), stop(0, revision=10)))
    carrier.all(province)
    first = list(carrier.carried)
    site.takes(edge.says(elements(0, revision=20, total=95), stop(0, revision=20, reason="no-people")))
    carrier.all(province)
    carrier.carry(province, first)
    site.takes(edge.says(elements(0, revision=5, total=1)))
    carrier.all(province)
    [stopped] = province.rows(StopRow)
    assert (stopped.revision, stopped.reason) == (20, "no-people")
    assert of_table(province, ElementRow) == of_table(site, ElementRow)
    assert province.rows(ElementRow)[0].total == 95


def test_a_withdrawn_agreement_declares_what_was_queued_and_nothing_more_of_it_leaves(site, province, carrier) -> None:
    made = site.agrees()
    edge = Speaker()
    site.takes(edge.says(unit(), elements(0)))
    carrier.all(province)
    site.takes(edge.says(elements(1), stop(0)))
    carrier.turn()
    assert len(carrier.held()) == 2
    site.withdraws(made)
    assert {type(one) for one in records_of(carrier.held())} == {Declared}
    site.takes(edge.says(elements(2)))
    carrier.all(province)
    assert [row.since for row in province.rows(NominalBucketRow)] == [elements(0).since]
    [declared] = [one for one in records_of(carrier.carried) if isinstance(one, Declared)]
    assert (declared.reason, declared.lines) == ("withdrawn", 4)
    told = [one for one in records_of(carrier.carried) if isinstance(one, AgreementKept)]
    assert (told[-1].key, told[-1].withdrawn_at > 0) == (made.id, True)
    health = province.health()
    assert (health.waiting, health.missing) == (0, 0)
    assert health.declared == 3
    with Session(site.engine) as session:
        assert outbox.missing(session) == 0
    sums = {row.kind: (row.messages, row.withdrawn) for row in site.rows(ForwardDayRow)}
    assert sums == {"elements": (1, 1), "stops": (0, 1)}


def test_a_site_whose_database_was_restored_numbers_in_a_journal_that_nobody_knows(
    site, province, carrier, back_up_of
) -> None:
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(elements(0)))
    carrier.all(province)
    restore = back_up_of(site)
    site.takes(edge.says(elements(1)))
    carrier.all(province)
    before = carrier.journal
    restore()
    site.ingest._receipts.reload()
    edge.seq -= 1
    site.takes(edge.says(elements(1, revision=9)))
    carrier.all(province)
    assert carrier.journal != before
    assert {row.since: row.revision for row in province.rows(NominalBucketRow)} == {
        elements(0).since: 1,
        elements(1).since: 9,
    }


def test_a_province_whose_database_was_restored_gets_again_what_it_lacks(site, province, carrier, back_up_of) -> None:
    site.agrees()
    edge = Speaker()
    site.takes(edge.says(elements(0)))
    carrier.all(province)
    restore = back_up_of(province)
    site.takes(edge.says(elements(1), stop(0)))
    carrier.all(province)
    restore()
    province.ingest._receipts.reload()
    province.takes(carrier.status())  # it has our word for more than it knows
    carrier.hear(province)
    assert carrier.keeping.store[1] == 2
    carrier.all(province)
    assert of_table(province, ElementRow) == of_table(site, ElementRow)
    assert len(province.rows(StopRow)) == 1
    assert province.health().missing == 0
    # It left on the day on which it left first, and is not counted twice.
    assert {row.kind: row.messages for row in site.rows(ForwardDayRow)} == {"elements": 2, "stops": 1}


def fail_to_say(site) -> None:
    with registry.ingesting(site.engine) as session:
        said = Run(key="x", machine="", boot="", version="", config_sha256="")
        outbox.say(session, outbox.locked(session), [said], NOW)
        raise RuntimeError


def test_messages_are_numbered_without_gaps_when_transactions_fail(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    for k in range(3):
        site.takes(edge.says(elements(k)))
        with pytest.raises(RuntimeError):
            fail_to_say(site)
        carrier.turn()
    numbers = [row.seq for row in site.rows(ForwardMessageRow)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    carrier.all(province)
    assert province.health().missing == 0
    assert province.rows(DeadLetterRow) == []
