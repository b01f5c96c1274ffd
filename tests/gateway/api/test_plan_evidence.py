"""The tree below a figure: kinds of records, whose they are, and pilots down to machine, meter and certificate."""

from types import SimpleNamespace

import pytest

from gateway.api.plan_evidence import BRANCHES, LEAVES, Evidence
from gateway.indicators.facts import Facts, Gap, PilotJudged, Record
from gateway.indicators.results import NotCounted, Ref
from gateway.registry.refusals import NoSuchRowError

CERTIFICATES = {
    "c-1": {"instrument": "i-1", "issued_by": "Phòng hiệu chuẩn", "valid_until": "2027-03-01", "number": "GCN-1"},
    "c-2": {"instrument": "i-2", "issued_by": "", "valid_until": "", "number": "GCN-2"},
}


class Book:
    def get(self, reader: object, noun: str, row: str) -> SimpleNamespace:
        if row not in CERTIFICATES:
            raise NoSuchRowError(noun, row)
        return SimpleNamespace(values=CERTIFICATES[row])


def desk(*unseen: str) -> SimpleNamespace:
    """Somebody who sees and writes all but these nouns."""
    return SimpleNamespace(
        language="vi",
        reader=None,
        book=Book(),
        may_read=lambda noun: noun not in unseen,
        may_write=lambda of: of.__tablename__ not in unseen,
        label=lambda noun, row: f"{noun} {row}",
        called=str,
        day=lambda day: "/".join(reversed(day.split("-"))),
    )


def records(*rows: Record) -> dict[str, tuple[Record, ...]]:
    return {noun: tuple(one for one in rows if one.noun == noun) for noun in {one.noun for one in rows}}


def facts(*rows: Record, pilots: tuple[PilotJudged, ...] = ()) -> Facts:
    return Facts(province="82", gathered=0, records=records(*rows), pilots=pilots)


@pytest.fixture
def measured() -> Facts:
    """An enterprise that was supported, with a pilot of two meters, one of which has no certificate that holds."""
    judged = PilotJudged(pilot="p-1", state="improved", instruments=("i-1", "i-3"), certificates=("c-1", "c-2"))
    return facts(
        Record(noun="organisation", id="o-1", label="Cơ khí Sa Đéc"),
        Record(noun="site", id="s-1", label="Xưởng dập", values={"organisation": "o-1"}),
        Record(noun="pilot", id="p-1", label="TPM", values={"site": "s-1", "work_units": "press-shop/press-1"}),
        Record(
            noun="support",
            id="r-1",
            label="2026-03-02",
            values={"organisation": "o-1", "begins": "2026-03-02", "document_number": "3/BB"},
        ),
        pilots=(judged,),
    )


def test_below_a_supported_enterprise_stand_pilot_site_machine_meter_and_certificate(measured) -> None:
    [kind] = Evidence(desk(), measured).kinds([Ref("support", "r-1")])
    [branch] = kind.branches
    assert (branch.leaf.label, branch.leaf.address) == ("Cơ khí Sa Đéc", "/registry/organisations/o-1")
    [leaf] = branch.leaves
    assert (leaf.day, leaf.document, leaf.address) == ("02/03/2026", "3/BB", "/registry/supports/r-1")
    [pilot] = branch.pilots
    assert (pilot.leaf.address, pilot.state, pilot.machines) == ("/pilots/p-1", "improved", "press-shop/press-1")
    assert (pilot.site.label, pilot.site.address) == ("Xưởng dập", "/registry/sites/s-1")
    with_one, without = pilot.meters
    [(certificate, laboratory, valid)] = with_one.certificates
    assert with_one.leaf.address == "/instruments/i-1"
    assert (certificate.address, laboratory, valid) == (
        "/registry/certificates/c-1",
        "Phòng hiệu chuẩn",
        "01/03/2027",
    )
    assert (without.leaf.address, without.certificates) == ("/instruments/i-3", ())


def test_a_pilot_that_was_counted_itself_shows_what_measured_it(measured) -> None:
    [kind] = Evidence(desk(), measured).kinds([Ref("pilot", "p-1")])
    assert [one.leaf.label for one in kind.branches[0].pilots] == ["TPM"]


def test_what_somebody_may_not_see_has_no_address(measured) -> None:
    [kind] = Evidence(desk("instrument", "certificate", "pilot"), measured).kinds([Ref("support", "r-1")])
    [pilot] = kind.branches[0].pilots
    assert (pilot.leaf.address, pilot.meters[0].leaf.address, pilot.meters[0].certificates[0][0].address) == (
        "",
        "",
        "",
    )


def test_of_thousands_a_page_shows_some_branches_some_leaves_and_where_the_rest_is() -> None:
    rows = [Record(noun="training", id=f"t{k:02}", label=f"Lớp {k}") for k in range(BRANCHES + 1)]
    rows += [
        Record(noun="attendance", id=f"a{k:04}", values={"training": f"t{k % (BRANCHES + 1):02}"}) for k in range(1000)
    ]
    refs = [Ref("attendance", f"a{k:04}") for k in range(1000)]
    first, last, beyond = (
        Evidence(desk(), facts(*rows)).kinds(refs, "attendance", page)[0] for page in (1, 2, 100_000)
    )
    assert (first.n, first.pages, len(first.branches), len(last.branches)) == (1000, 2, BRANCHES, 1)
    assert beyond == last
    assert {len(one.leaves) for one in first.branches} == {LEAVES}
    assert first.branches[0].more == f"/registry/attendances?f.training={first.branches[0].leaf.address[-3:]}"
    assert sum(one.n for one in (*first.branches, *last.branches)) == 1000


def test_what_was_not_counted_stands_by_reason_with_where_its_document_is_entered() -> None:
    rows = facts(
        Record(noun="training", id="t1", label="Lớp 5S"),
        Record(noun="attendance", id="a1", values={"training": "t1"}),
        Record(noun="attendance", id="a2", values={"training": "t1"}),
        Record(noun="support", id="r1", label="2026-03-02"),
    )
    lacks, later = Gap(code="no_document"), Gap(code="in_the_future")
    left_out = [
        NotCounted(ref=Ref("support", "r1"), why=later),
        NotCounted(ref=Ref("attendance", "a1"), why=lacks),
        NotCounted(ref=Ref("attendance", "a2"), why=lacks),
    ]
    told = {k: one.why.code for k, one in enumerate(left_out)}
    first, second = Evidence(desk(), rows).reasons(left_out, told)
    assert [(one.why, one.n) for one in (first, second)] == [("no_document", 2), ("in_the_future", 1)]
    assert [address for _, address in first.leaves] == ["/registry/trainings/t1/change"] * 2
    [(_, address)] = Evidence(desk("support"), rows).reasons(left_out, told)[1].leaves
    assert address == ""
