"""What should not happen: terms changed while something waits, a word from above that cannot be, a clock set back."""

import msgspec
import pytest
from federated import EDGE, NOW, SITE, ZONE, Carrier, S, Speaker, elements, records_of, stop
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Ack, Declared, Stored
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.sharing import AgreementKept, RegistryEntry
from gateway import registry
from gateway.federation import agreements, outbox
from gateway.federation.received import received
from gateway.registry import NominalBucketRow, RecordRow, StopRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.sharing import ForwardDayRow, ForwardLinesRow, ForwardMessageRow

PILOT = {
    "name": "TPM máy dập",
    "version": 1,
    "tools": ["tpm"],
    "work_units": "press-shop/press-1",
    "baseline_since": "2026-03-01",
    "baseline_until": "2026-04-30",
    "begins": "2026-05-01",
    "result_since": "2026-05-16",
    "result_until": "2026-07-31",
    "figures": ["oee"],
    "state": "running",
    "note": "hỏi chị Lan",
}


def told(carrier, kind: type) -> list:
    return [one for one in records_of(carrier.carried) if isinstance(one, kind)]


def change(place, made, **values: object) -> None:
    Book(place.engine, place.clock).change(place.manager(), "agreement", made.id, values, None)


def agree_anew(place, made) -> None:
    with registry.transaction(place.engine) as session:
        agreements.agree_to(session, place.manager(), place.clock(), ZONE, made.id)


def test_what_was_queued_under_other_terms_never_leaves_when_a_kind_is_unticked_and_agreed_to(
    site, province, carrier
) -> None:
    made = site.agrees()
    carrier.all(province)
    site.takes(Speaker().says(elements(0), stop(0)))
    carrier.turn()
    assert len(carrier.held()) == 2
    change(site, made, kinds=["stops"])
    agree_anew(site, made)  # before the forwarder has looked
    carrier.all(province)
    assert province.rows(NominalBucketRow) == []
    assert len(province.rows(StopRow)) == 1
    assert province.health().missing == 0
    [declared] = told(carrier, Declared)
    assert declared.reason == "withdrawn"


def test_terms_that_nobody_has_agreed_to_are_told_as_taken_back_until_somebody_does(site, province, carrier) -> None:
    made = site.agrees()
    carrier.all(province)
    change(site, made, kinds=["elements", "stops", "samples"])
    carrier.all(province)
    agree_anew(site, made)
    carrier.all(province)
    words = [(one.withdrawn_at > 0, "samples" in one.kinds) for one in told(carrier, AgreementKept)]
    assert words == [(False, False), (True, True), (False, True)]


def test_a_withdrawal_is_known_above_though_the_clock_was_set_back_meanwhile(site, province, carrier) -> None:
    made = site.agrees()
    carrier.all(province)
    site.clock.now = NOW - 86_400 * S
    site.withdraws(made)
    carrier.all(province)
    with Session(province.engine) as session:
        [one] = received(session, SYSTEM)
    assert one.kept.withdrawn_at > 0


def test_pilots_and_certificates_arrive_as_registered_without_notes_and_are_seen(site, province, carrier) -> None:
    book = Book(site.engine, site.clock)
    place = book.find(SYSTEM, "site", name=SITE)
    pilot = book.make(SYSTEM, "pilot", PILOT | {"site": place.id})
    gained = {"standard": "ISO 9001:2015", "number": "VN-1", "issued": "2026-01-01"}
    book.make(SYSTEM, "certification", gained | {"organisation": site.press.id})
    book.make(SYSTEM, "certification", gained | {"number": "VN-2", "organisation": site.dairy.id})
    gone = book.make(SYSTEM, "certification", gained | {"number": "VN-0", "organisation": site.press.id})
    book.retire(SYSTEM, "certification", gone.id, None, "nhầm")
    site.agrees(kinds=["evaluations", "certificates"])
    carrier.all(province)
    said = {(one.kind, one.values.get("number", one.values.get("name"))): one for one in told(carrier, RegistryEntry)}
    assert set(said) == {("pilot", "TPM máy dập"), ("certification", "VN-1")}
    assert said["pilot", "TPM máy dập"].values["site"] == SITE
    assert said["certification", "VN-1"].values["organisation"] == "1400123456"
    assert "Lan" not in str(said)
    first = said["pilot", "TPM máy dập"].revision
    site.clock.now -= 3600 * S
    book.change(SYSTEM, "pilot", pilot.id, {"state": "closed"}, None)
    book.change(SYSTEM, "pilot", pilot.id, {"document_number": "12/QĐ"}, None)
    carrier.all(province)
    with Session(province.engine) as session:
        [one] = received(session, province.manager())
    assert sorted(one.rows) == [
        ("certification", "ISO 9001:2015 VN-1", ("2026-01-01",)),
        ("pilot", "TPM máy dập", ("2026-05-16", "2026-07-31")),
    ]
    _, last = [entry for entry in told(carrier, RegistryEntry) if entry.kind == "pilot"]  # twice changed, once sent
    assert (last.values["state"], last.values["document_number"]) == ("closed", "12/QĐ")
    assert [row.revision for row in province.rows(RecordRow) if row.key == last.key] == [last.revision]
    assert last.revision > first


def test_a_word_for_numbers_that_were_never_given_out_hides_nothing_that_comes_later(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    carrier.all(province)
    journals = {carrier.journal: Stored(floor=10**18), "f" * 32: Stored(floor=5)}
    store, generation = carrier.keeping.store
    lie = Ack(store=store, generation=generation, journals=journals, admitted=True, at=NOW)
    believed = carrier.keeping.believable(lie, {name: Ranges([(1, one.floor)]) for name, one in journals.items()})
    assert set(believed) == {carrier.journal}
    carrier.keeping.acknowledged(lie, believed)
    carrier.stored = carrier.keeping.stored()
    site.takes(edge.says(elements(0)))
    carrier.all(province)
    assert len(province.rows(NominalBucketRow)) == 1
    assert [(row.kind, row.messages) for row in site.rows(ForwardDayRow)] == [("elements", 1)]


@pytest.mark.parametrize(("store", "generation"), [("", 1), ("x" * 64, 1), ("a", -1), ("a", 2**31)])
def test_a_store_that_cannot_be_is_not_written_down(carrier, store, generation) -> None:
    with pytest.raises(ValueError, match="no gateway's"):
        carrier.keeping.believable(Ack(store=store, generation=generation, at=NOW, journals={}), {})


def lines(count: int, since: int = 0) -> list[str]:
    return [
        f"sample,site={SITE},edge={EDGE},instrument=m1 power={k}.123456789 {NOW + (since + k) * S}"
        for k in range(count)
    ]


def test_the_queue_is_bounded_the_oldest_samples_go_first_and_are_declared(
    site, province, carrier, monkeypatch
) -> None:
    monkeypatch.setattr("gateway.federation.keeping._MB", 3000)
    carrier.keeping._config = msgspec.structs.replace(carrier.config, keep_mb=1)
    site.agrees(kinds=["elements", "samples"])
    edge = Speaker()
    site.takes(edge.says(elements(0)))
    for k in range(8):
        site.takes(edge.shows(*lines(100, 100 * k)))
        site.clock.pass_s(601)
        carrier.turn()
    site.clock.pass_s(601)
    carrier.turn()
    kept = {row.kind: row for row in site.rows(ForwardMessageRow) if row.agreement}
    assert "elements" in kept
    [given_up] = [row.given_up for row in site.rows(ForwardDayRow) if row.kind == "samples"]
    assert given_up > 0
    with Session(site.engine) as session:
        assert outbox.missing(session) == 0
        assert sum(len(row.body) for row in site.rows(ForwardMessageRow)) < 2 * 3000
    carrier.all(province)
    assert {one.reason for one in told(carrier, Declared)} == {"evicted"}
    health = province.health()
    assert (health.missing, health.waiting) == (0, 0)


def test_everything_that_is_stored_and_old_is_dropped_at_once(site, province, carrier) -> None:
    site.agrees()
    edge = Speaker()
    for k in range(12):
        site.takes(edge.says(elements(k)))
        carrier.turn()
    carrier.all(province)
    monthly = msgspec.structs.replace(carrier.config, keep_days=30.0)
    carrier.keeping._config = monthly
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.federation.room._PART", 5)
        site.clock.pass_s(31 * 86_400)
        carrier.turn()
    assert site.rows(ForwardMessageRow) == []


def test_no_samples_are_kept_for_a_gateway_above_that_has_not_admitted_this_one(site, province) -> None:
    carrier = Carrier(site)
    carrier.turn()
    site.agrees(kinds=["samples"])
    site.takes(Speaker().shows(*lines(5)))
    assert site.rows(ForwardLinesRow) == []
    assert site.rows(RecordRow) == []
