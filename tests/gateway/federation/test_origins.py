"""What comes in another's name: refused whole, shown, and taken once the registry has been mended."""

import msgspec
import pytest
from federated import EDGE, FORWARDER, SITE, Speaker, elements
from sqlalchemy.orm import Session

from edge_agent.wire.messages import Run
from edge_agent.wire.origin import Origin, origin_line
from edge_agent.wire.sharing import AgreementKept
from gateway.federation.received import received
from gateway.ingest import dead_letters
from gateway.ingest.journals import EdgeId
from gateway.people import DecisionError, admit_edge
from gateway.registry import DeadLetterRow, NominalBucketRow
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

OURS = Origin(site=SITE, edge=EDGE, organisation="1400123456", agreement="ab" * 16)
NAME = f"{FORWARDER}: message 1 of journal aaaaaaaa"


@pytest.fixture
def speaker(province):
    """A forwarder that the province has admitted."""
    speaker = Speaker(*FORWARDER)
    province.takes(speaker.says(Run(key=speaker.journal, machine="", boot="", version="", config_sha256="")))
    admit_edge(province.engine, FORWARDER, "Ông Bình", province.clock())
    province.ingest.step(0.01)
    speaker.seq = 0
    speaker.journal = "b" * 32
    return speaker


def refused(province) -> list[str]:
    return [row.why for row in province.rows(DeadLetterRow)]


def said(speaker: Speaker, origin: Origin, record=None) -> tuple[str, bytes]:
    return speaker.says(msgspec.structs.replace(record or elements(), origin=origin))


def test_a_site_of_another_organisation_than_the_agreements_is_refused_until_it_is_corrected(province, speaker) -> None:
    theirs = msgspec.structs.replace(OURS, site="cao-lanh")
    province.takes(said(speaker, theirs))
    assert province.rows(NominalBucketRow) == []
    [why] = refused(province)
    assert why == (
        f"{FORWARDER}: message 1 of journal bbbbbbbb: origin cao-lanh/press-shop: belongs to organisation 1400654321, "
        "the agreement is of 1400123456. Correct whose the site is, then retry; or ask that enterprise."
    )
    health = province.health()
    assert (health.dead_letters, health.waiting, health.missing) == (1, 0, 0)
    book = Book(province.engine, province.clock)
    site = book.find(SYSTEM, "site", name="cao-lanh")
    book.change(SYSTEM, "site", site.id, {"organisation": province.press.id}, None)
    [retried] = dead_letters.retry(province.engine, province.store, province.clock())
    assert retried.why == ""
    assert [(row.site, row.edge) for row in province.rows(NominalBucketRow)] == [("cao-lanh", EDGE)]


def test_what_is_right_beside_what_is_refused_is_kept(province, speaker) -> None:
    theirs = msgspec.structs.replace(OURS, site="cao-lanh")
    ours, foreign = (msgspec.structs.replace(elements(), origin=origin) for origin in (OURS, theirs))
    province.takes(speaker.says(foreign, ours))
    assert [row.site for row in province.rows(NominalBucketRow)] == [SITE]
    assert province.health().dead_letters == 1


def test_a_forwarder_that_nobody_admitted_is_refused(province) -> None:
    province.takes(said(Speaker(*FORWARDER), OURS))
    assert refused(province) == [
        f"{NAME}: origin {SITE}/{EDGE}: {FORWARDER} is not admitted here, and forwards. Admit it, then retry."
    ]


def test_a_forwarder_under_the_name_of_an_enterprises_site_speaks_for_that_enterprise_only(province) -> None:
    own = Speaker("cao-lanh", "gateway")
    province.takes(own.says(elements(9)))
    admit_edge(province.engine, EdgeId("cao-lanh", "gateway"), "Ông Bình", province.clock())
    province.takes(said(own, msgspec.structs.replace(OURS, site="khac")))
    [why] = refused(province)
    assert why == (
        "cao-lanh/gateway: message 2 of journal aaaaaaaa: origin khac/press-shop: the agreement is of organisation "
        "1400123456, cao-lanh/gateway speaks for 1400654321. Correct whose its site is; then retry."
    )


def test_a_gateway_of_several_speaks_for_those_alone_whom_a_person_has_named(province) -> None:
    park, its = Speaker("khu-cn", "gateway"), EdgeId("khu-cn", "gateway")
    province.takes(park.says(elements(9)))
    admit_edge(province.engine, its, "Ông Bình", province.clock())
    province.takes(said(park, OURS))
    [why] = refused(province)
    assert why == (
        "khu-cn/gateway: message 2 of journal aaaaaaaa: origin sa-dec/press-shop: the agreement is of organisation "
        "1400123456, khu-cn/gateway speaks for nobody. Register its site, or name those for whom it may: "
        "nhipdo edges admit khu-cn/gateway --for CODE; then retry."
    )
    with pytest.raises(DecisionError) as caught:
        admit_edge(province.engine, its, "Ông Bình", province.clock(), speaks_for=["1400123456", "9999999999"])
    assert str(caught.value) == "organisation 9999999999: not registered here. Register it first; its code is meant."
    admit_edge(province.engine, its, "Ông Bình", province.clock(), speaks_for=["1400123456"])
    [retried] = dead_letters.retry(province.engine, province.store, province.clock())
    assert retried.why == ""
    dairy = msgspec.structs.replace(OURS, site="cao-lanh", organisation="1400654321")
    province.takes(said(park, dairy))
    assert "cao-lanh" not in {row.site for row in province.rows(NominalBucketRow)}
    admit_edge(province.engine, its, "Bà Tư", province.clock())  # said again by somebody else: it stays as it was
    province.takes(said(park, OURS, elements(1)))
    assert len([row for row in province.rows(NominalBucketRow) if row.site == SITE]) == 2


def test_an_edge_that_speaks_here_itself_is_not_overwritten_while_nobody_knows_whose_it_is(province, speaker) -> None:
    edge = Speaker("moi-mo", EDGE, journal="d" * 32)
    province.takes(edge.says(elements(0, total=100)))
    province.takes(said(speaker, msgspec.structs.replace(OURS, site="moi-mo"), elements(0, revision=9, total=1)))
    [why] = refused(province)
    assert why.endswith(
        "origin moi-mo/press-shop: speaks here itself, and nobody has registered whose its site is. "
        "Register the site, then retry."
    )
    assert [row.revision for row in province.rows(NominalBucketRow)] == [1]


def test_an_agreement_that_somebody_else_tells_of_an_enterprise_is_hearsay_and_shown_to_no_one_of_it(province) -> None:
    impostor = Speaker("cao-lanh", "gateway")
    claim = AgreementKept(key="ab" * 16, organisation="1400123456", kinds=("samples",), since="2026-01-01", agreed_at=1)
    province.takes(impostor.says(claim))
    admit_edge(province.engine, EdgeId("cao-lanh", "gateway"), "Ông Bình", province.clock())
    with Session(province.engine) as session:
        assert received(session, province.manager()) == []
        [hearsay] = received(session, SYSTEM)
    assert not hearsay.may_speak


def test_a_run_or_a_declaration_in_anothers_name_touches_no_journal_of_theirs(province, speaker) -> None:
    run = Run(key="c" * 32, machine="", boot="", version="", config_sha256="")
    province.takes(said(speaker, OURS, run))
    [why] = refused(province)
    assert why.endswith(f"origin {SITE}/{EDGE}: a Run is never forwarded. Find who publishes it.")


@pytest.mark.parametrize("site", ["a/b", "", "x" * 64, "Á"])
def test_names_that_no_edge_can_have_are_refused(province, speaker, site) -> None:
    province.takes(said(speaker, msgspec.structs.replace(OURS, site=site, edge="e" if site else "")))
    assert len(refused(province)) == 1
    assert province.rows(NominalBucketRow) == []


def test_lines_in_the_name_of_a_foreign_site_never_reach_the_series(province, speaker) -> None:
    theirs = msgspec.structs.replace(OURS, site="cao-lanh")
    line = f"sample,site=cao-lanh,edge={EDGE},instrument=m1 power=1.0 {1_795_330_800 * 10**9}"
    province.takes(speaker.shows(origin_line(theirs), line))
    assert list(province.store.latest("cao-lanh", EDGE)) == []
    assert len(refused(province)) == 1


def test_a_site_that_nobody_has_registered_is_stored_as_an_unknown_edge_is(province, speaker) -> None:
    province.takes(said(speaker, msgspec.structs.replace(OURS, site="moi-mo")))
    assert [row.site for row in province.rows(NominalBucketRow)] == ["moi-mo"]
    assert refused(province) == []
