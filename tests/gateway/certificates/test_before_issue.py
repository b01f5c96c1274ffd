"""Every rule, missed alone, is named in words; nothing is issued without it."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from gateway.certificates.before_issue import lacking
from gateway.certificates.certificate import point_of
from gateway.certificates.choosing import Chosen
from gateway.certificates.composing import Sources, compose
from gateway.certificates.content import Line, Party, StandardUsed, Table

DAY = "2026-11-22"
Change = Callable[[Sources], Sources]


def told(sources: Sources, **chosen: str) -> list[tuple[str, str]]:
    document = compose(sources, Chosen(**{"stamp": "DT-118"} | chosen), DAY)
    return [(one.clause, one.words.en) for one in lacking(document, sources)]


def order(**values: object) -> Change:
    return lambda sources: replace(sources, order={**sources.order, **values})


def test_a_certificate_never_applies_before_the_adjustment_of_its_session(usual) -> None:
    """The bench's clock was set back: what was captured as left has an earlier time than the adjustment."""
    adjusted_at = 1_795_334_400_000_000_001
    said = compose(session(adjusted_at=adjusted_at)(usual), Chosen(stamp="DT-118"), DAY)
    assert said.applies_from == "2026-11-22T15:00:01+07:00"


def test_a_share_of_a_negative_reference_has_the_sign_of_what_was_read() -> None:
    """Power that flows back: -99 W shown at -100 W is 1 W too much, and -1 %."""
    shown = {"nominal": -100.0, "indication": -99.0, "reference": -100.0, "error": -1.0, "expanded": 0.2}
    line = Line(**shown, k=2.0, probability=0.95)
    its = {"run": "as_found", "test": "errors", "kind": "error", "channel": "power", "unit": "%"}
    point = point_of(Table(**its, quantity={}, is_relative=True, measured_unit="W", lines=(line,)), line)
    assert (point.error, point.expanded) == (pytest.approx(1.0), pytest.approx(0.2))


def item(**values: object) -> Change:
    return lambda sources: replace(sources, instrument={**sources.instrument, **values})


def session(**values: object) -> Change:
    def change(sources: Sources) -> Sources:
        said = msgspec.structs.replace(sources.bench.session, **values)
        return replace(sources, bench=replace(sources.bench, session=said))

    return change


def captures(**values: object) -> Change:
    def change(sources: Sources) -> Sources:
        said = tuple(msgspec.structs.replace(one, **values) for one in sources.bench.captures)
        return replace(sources, bench=replace(sources.bench, captures=said))

    return change


def results(**values: object) -> Change:
    def change(sources: Sources) -> Sources:
        said = tuple(
            msgspec.structs.replace(one, **values) if one.kind == "error" else one for one in sources.bench.results
        )
        return replace(sources, bench=replace(sources.bench, results=said))

    return change


def on_bench(**values: object) -> Change:
    def change(sources: Sources) -> Sources:
        return session(item=msgspec.structs.replace(sources.bench.session.item, **values))(sources)

    return change


def nobody_may(duty: str) -> Change:
    return lambda sources: replace(sources, competences=[one for one in sources.competences if duty not in one.duties])


def standards(**values: object) -> Change:
    def change(sources: Sources) -> Sources:
        said = tuple(msgspec.structs.replace(one, **values) for one in sources.bench.session.standards)
        return session(standards=said)(sources)

    return change


def both(*changes: Change) -> Change:
    def change(sources: Sources) -> Sources:
        for one in changes:
            sources = one(sources)
        return sources

    return change


def test_what_is_whole_lacks_nothing(usual, verification, report) -> None:
    for sources in (usual, verification, report):
        assert told(sources) == []


NAMELESS = Party(name="Phòng Đo lường", code="VILAS 123")
COMPETENT = "Somebody was not authorised for this on that day. Look at the competences."
FLAGGED = "A capture that was flagged is used, and no deviation is stated. Measure again, or state it."
CASES = {
    "no address": (
        lambda s: replace(s, laboratory=NAMELESS),
        ("7.8.2.1 b", "Lacks name and address of the laboratory."),
    ),
    "no customer": (
        lambda s: replace(s, customer=Party(name="Công ty")),
        ("7.8.2.1 e", "Lacks name and contact of the customer."),
    ),
    "no method": (order(method=""), ("7.8.2.1 f", "Lacks the method, with its document.")),
    "no condition": (
        both(order(condition=""), on_bench(condition="")),
        ("7.8.2.1 g", "Lacks description, identification and condition of the item."),
    ),
    "no receipt": (order(received=""), ("7.8.2.1 h", "Lacks the date of receipt, where it matters.")),
    "no place": (order(place_of_work=""), ("7.8.2.1 c", "Lacks where the work was done.")),
    "no uncertainty": (
        results(expanded=0.0, error=0.0, indication=1.0, reference=1.0),
        ("7.8.4.1 a", "Lacks the uncertainty of every result."),
    ),
    "no environment": (
        captures(environment={}),
        ("7.8.4.1 b", "Lacks the conditions that influence the results."),
    ),
    "no certificate of a standard": (
        standards(certificate=""),
        ("7.8.4.1 c", "Lacks how the results are traceable, by which certificates of standards."),
    ),
    "adjusted without results after": (
        session(adjustment="chỉnh bằng quả cân trong"),
        ("7.8.4.1 d", "Lacks results before and after an adjustment or repair."),
    ),
    "asked for conformity, none there": (
        results(mpe=None, verdict=""),
        ("7.8.4.1 e", "Lacks a statement of conformity, where asked for."),
    ),
    "conformity without specification": (
        both(on_bench(specification="", mpe="")),
        ("7.8.6.2", "Lacks of each statement of conformity: its results, specification and decision rule."),
    ),
    "an error that its numbers do not give": (
        results(error=0.5),
        (
            "7.8.2.1 m",
            (
                "The results contradict themselves: certificate point: error: expected indication - reference = 3e-05 "
                "within U = 0.00027, got 0.5. Look whether it is the correction (its negative), or another line of the "
                "table. Look at the session."
            ),
        ),
    ),
    "no versions": (
        session(software=""),
        ("7.11", "The session lacks the version of software or procedure. Measure again with released software."),
    ),
    "not authorised": (
        order(state="reviewed"),
        ("7.8.1.1", "The order was not reviewed and authorised. Take it through these steps."),
    ),
    "one who does it all": (
        lambda s: replace(
            order(reviewed_by="Lê Văn An")(s),
            competences=[replace(one, duties=frozenset({"perform", "review", "authorise"})) for one in s.competences],
        ),
        ("6.2.5", "Who did the work may not review or authorise it. Let somebody else."),
    ),
    "nobody may perform": (nobody_may("perform"), ("6.2.6", COMPETENT)),
    "nobody may review": (nobody_may("review"), ("6.2.6", COMPETENT)),
    "nobody may authorise": (nobody_may("authorise"), ("6.2.6", COMPETENT)),
    "competence over": (
        lambda s: replace(s, competences=[replace(one, until="2026-11-21") for one in s.competences]),
        ("6.2.6", COMPETENT),
    ),
    "environment out of limits": (
        captures(why=("environment",)),
        ("6.3.1", "The environment was out of limits, and no deviation is stated. Measure again, or state it."),
    ),
    "not settled": (captures(why=("not_settled",)), ("7.2.1.7", FLAGGED)),
    "clock": (captures(why=("clock_unsure",)), ("7.2.1.7", FLAGGED)),
    "a standard out of date": (
        standards(due="2026-11-21"),
        ("6.4.4", "A standard was out of date on the day of the work. Measure again with one that is not."),
    ),
    "another item": (
        item(serial_number="B999"),
        ("7.4.2", "The serial number at the bench is not the registered one. Look whether it is the same item."),
    ),
    "another procedure": (
        order(procedure="technical-balance"),
        ("7.2.1.1", "The procedure that was done is not the order's. Correct the order, or measure again."),
    ),
    "another rule": (
        order(decision_rule="simple_acceptance"),
        ("7.1.3", "The decision rule at the bench is not the agreed one. Correct the order, or measure again."),
    ),
    "session still open": (
        session(state="open"),
        ("7.5.1", "There is no finished session of this order. Finish it at the bench, or choose one."),
    ),
    "group 2 use": (
        item(legal_use=True),
        (
            "Luật Đo lường, 16",
            (
                "Used for a purpose of group 2, and no verification is in force. Verify it before a calibration is "
                "certified."
            ),
        ),
    ),
}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=list(CASES))
def test_what_is_missing_is_named(usual, change, expected) -> None:
    assert told(change(usual)) == [expected]


def test_a_stated_deviation_is_enough_where_the_environment_left_its_limits(usual) -> None:
    assert told(both(captures(why=("environment",)), session(deviations="29 °C do mất điện"))(usual)) == []


def test_group_2_in_term_of_its_verification_may_be_calibrated(usual) -> None:
    assert told(replace(item(legal_use=True)(usual), verified_until=DAY)) == []


LEGAL = {
    "no designation": (
        lambda s: replace(s, designation=None),
        "There is no designation in force. Enter the decision among the designations.",
    ),
    "no marks": (order(seals=""), "Neither stamp nor label has a number. Write one of them at least."),
    "no term": (
        lambda s: replace(s, term=None),
        "The verification has no term. Enter the day, or the period of this kind of instrument.",
    ),
    "another method": (order(method="TCVN 1"), "The method is no ĐLVN document. Write its number in the order."),
    "not passed": (
        results(verdict="fail"),
        "Not every point was found to pass, so there is no certificate of verification. Issue a test report.",
    ),
}


@pytest.mark.parametrize(("change", "words"), LEGAL.values(), ids=list(LEGAL))
def test_what_a_verification_lacks_is_named(verification, change, words) -> None:
    assert ("Thông tư 24/2013", words) in told(change(verification), stamp="")


def test_both_languages_say_it(usual) -> None:
    sources = order(method="")(usual)
    [one] = lacking(compose(sources, Chosen(), DAY), sources)
    assert one.words.vi == "Thiếu phương pháp hiệu chuẩn và tài liệu của nó."


def test_no_next_due_day_unless_the_customer_agreed(usual) -> None:
    assert compose(usual, Chosen(), DAY).next_due == ""
    assert compose(order(next_due_agreed=True)(usual), Chosen(), DAY).next_due == "2027-11-22"


def test_results_of_an_external_provider_are_marked_and_lose_the_mark(usual) -> None:
    document = compose(order(external="Viện Đo lường Việt Nam: mass")(usual), Chosen(), DAY)
    assert {table.provider for table in document.tables} == {"Viện Đo lường Việt Nam"}
    assert document.accreditation == ""
    assert compose(usual, Chosen(), DAY).accreditation == "VILAS 123"


def test_the_mark_stands_only_inside_the_scope_of_that_day(usual) -> None:
    [line] = usual.scope
    for other in (
        replace(line, high=100.0),
        replace(line, accredited=False),
        replace(line, until="2026-11-21"),
        replace(line, since="2026-11-23"),
        replace(line, unit="Cel"),
        replace(line, procedure="technical-balance"),
    ):
        assert compose(replace(usual, scope=(other,)), Chosen(), DAY).accreditation == "", other


def test_u_below_the_cmc_is_raised_and_decided_again(usual) -> None:
    """CMC 0.0002 + 1e-6 x: at 100 g 0.0003 g, above U = 0.00027 g; at 50 g 0.00025 g, below it."""
    scope = (replace(usual.scope[0], cmc="0.0002 + 1e-6 * abs(x)"),)
    [errors] = [one for one in compose(replace(usual, scope=scope), Chosen(), DAY).tables if one.kind == "error"]
    assert [round(line.expanded, 9) for line in errors.lines] == [0.00027, 0.00027, 0.0003, 0.00035, 0.0004]
    assert [line.computed for line in errors.lines] == [None, None, 0.00027, 0.00027, 0.00027]
    assert {line.k for line in errors.lines} == {2.0}
    # Guard band w = U of a limit of 0.001: acceptance within 0.0006 at 200 g, where the error is 0.00046.
    assert {line.verdict for line in errors.lines} == {"pass"}
    coarse = (replace(usual.scope[0], cmc="0.0007"),)
    [errors] = [one for one in compose(replace(usual, scope=coarse), Chosen(), DAY).tables if one.kind == "error"]
    assert [line.verdict for line in errors.lines] == ["pass", "pass", "pass", "fail", "fail"]


def test_a_term_ends_with_its_month(verification) -> None:
    legal = compose(verification, Chosen(stamp="1"), DAY).legal
    assert legal is not None
    assert (legal.valid_until, legal.passed, legal.label) == ("2027-11-30", True, "TK-0457")
    chosen = compose(verification, Chosen(stamp="1", valid_until="2027-05-31"), DAY).legal
    assert chosen is not None
    assert chosen.valid_until == "2027-05-31"


def test_a_term_longer_than_the_period_is_named(verification) -> None:
    """12 months from 22 November 2026, to the end of the month."""
    longer = (
        "Thông tư 23/2013",
        "The term is longer than the period of this kind of instrument. Enter an earlier day.",
    )
    assert told(verification, valid_until="2027-12-01") == [longer]
    assert told(verification, valid_until="2027-11-30") == []


def test_a_verification_passes_by_the_u_that_it_reports_not_by_the_smaller_one_of_the_bench(verification) -> None:
    coarse = replace(verification, scope=(replace(verification.scope[0], cmc="0.0007"),))
    document = compose(coarse, Chosen(stamp="1"), DAY)
    assert [one.verdict for one in document.conformity] == ["fail"]
    assert document.legal is not None
    assert not document.legal.passed


@pytest.mark.parametrize("name", ["LÊ VĂN AN", "Lê  Văn An", unicodedata.normalize("NFD", "Lê Văn An")])
def test_four_eyes_see_one_person_however_the_name_is_typed(usual, name) -> None:
    competences = [*usual.competences, replace(usual.competences[2], signs_as=name)]
    changed = order(authorised_by=name)(replace(usual, competences=competences))
    assert told(changed) == [("6.2.5", "Who did the work may not review or authorise it. Let somebody else.")]
    typed = [replace(one, signs_as=unicodedata.normalize("NFD", one.signs_as)) for one in usual.competences]
    assert told(replace(usual, competences=typed)) == []


def test_the_standard_stands_with_its_certificate(usual) -> None:
    [used] = compose(usual, Chosen(), DAY).standards
    assert isinstance(used, StandardUsed)
    assert (used.certificate, used.issuer) == ("V01.CN1.0123.26", "Viện Đo lường Việt Nam")
