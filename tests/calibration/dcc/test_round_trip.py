"""A certificate written and read again is the same certificate."""

from dataclasses import replace
from datetime import date
from math import inf, nextafter, pi
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.certificate import Certificate, ChannelResults, Condition, Method, Party, Point, Standard, missing
from calibration.dcc import check_dcc, read_dcc, write_dcc


def again(certificate: Certificate) -> Certificate:
    reading = read_dcc(write_dcc(certificate))
    assert reading.left_out == ()
    return reading.certificate


def test_a_finished_certificate_comes_back_whole(finished: Certificate) -> None:
    assert again(finished) == finished
    assert missing(again(finished)) == ()


def test_what_is_written_has_nothing_to_complain_of(finished: Certificate) -> None:
    assert check_dcc(write_dcc(finished)) == ()


def test_writing_twice_gives_the_same_bytes(finished: Certificate) -> None:
    assert write_dcc(again(finished)) == write_dcc(finished)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)
UNSIGNED = st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e300)
POINTS = st.builds(
    Point,
    indication=NUMBERS,
    reference=NUMBERS,
    expanded=UNSIGNED,
    k=st.floats(min_value=1, max_value=1e20),
    probability=st.none() | st.floats(min_value=1e-9, max_value=1 - 1e-9),
    dof=st.none() | st.just(inf) | st.floats(min_value=1, max_value=1e9),
)


@settings(max_examples=60, deadline=None)
@given(points=st.lists(POINTS, min_size=1, max_size=4))
def test_numbers_come_back_to_the_last_bit(points: list[Point]) -> None:
    certificate = replace(least(), results=(ChannelResults("t", "Nhiệt độ", "Cel", tuple(points)),))
    assert again(certificate) == certificate


def least() -> Certificate:
    """No more than a document needs."""
    point = Point(nextafter(1.0, 2.0), 1 / 3, pi, 2.0)
    whole = Certificate()
    return replace(
        whole,
        number="1",
        language="en",
        laboratory=Party("L", country="VN"),
        customer=Party("C", city="Huế"),
        instrument=replace(whole.instrument, name="T", serial="1"),
        results=(ChannelResults("t", "T", "K", (point,)),),
        methods=(Method("M"),),
        conditions=(Condition("c", "1", 0.1),),
        place="other",
        begun=date(2024, 1, 1),
        ended=date(2024, 1, 1),
        calibrated_by="P",
    )


def test_the_least_that_can_be_written_comes_back() -> None:
    assert again(least()) == least()


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, results=(replace(c.results[0], as_found=()), c.results[1]), adjustment=""),
        lambda c: replace(c, results=c.results[::-1]),
        lambda c: replace(c, results=tuple(replace(r, as_left=()) for r in c.results), adjustment=""),
        lambda c: replace(c, results=tuple(replace(r, low=None, high=None, resolution=None) for r in c.results)),
        lambda c: replace(c, results=(c.results[0], replace(c.results[1], provider="Phòng khác"))),
        lambda c: replace(c, methods=(Method("A", deviations="Bớt một điểm"), Method("B", "D"), Method("C", "", "2"))),
        lambda c: replace(c, standards=()),
        lambda c: replace(c, standards=(Standard("S", issuer="VMI"), Standard("T", identity="2"))),
        lambda c: replace(c, conditions=(Condition("áp suất", "kPa", 101.3),)),
        lambda c: replace(c, sampling="Không", opinions="Nên hiệu chỉnh\nlại", traceability=""),
        lambda c: replace(c, customer=replace(c.customer, code="KH-9", address="Lô 3, <đường> & 5\nẤp 2")),
        lambda c: replace(c, amends=replace(c.amends, kind="substituted", change="")),
        lambda c: replace(c, conformity=(replace(c.conformity[0], channel="", specification="", verdict="noPass"),)),
        lambda c: replace(c, received=None, issued=None, title="", only_items=False, authorised_by=""),
        lambda c: replace(c, calibrated_by=c.authorised_by),
        lambda c: replace(c, place="customerBranch", language="en"),
        lambda c: replace(c, instrument=replace(c.instrument, serial="", condition="", manufacturer="", model="")),
    ],
)
def test_every_part_comes_back(finished: Certificate, change) -> None:
    changed = change(finished)
    assert changed != finished
    assert again(changed) == changed


def test_the_schematron_of_ptb_finds_nothing(finished: Certificate) -> None:
    dcclib = pytest.importorskip("dcclib")
    from dcclib.validation import SchematronValidator

    rules = Path(dcclib.__file__).parent / "validation" / "schema" / "dcc.sch"
    only_found = replace(finished, results=(finished.results[1],), conformity=(), adjustment="")
    for validator in (SchematronValidator.for_dcc(), SchematronValidator.from_file(str(rules))):
        for certificate in (finished, only_found, least()):
            verdict = validator.validate_str(write_dcc(certificate).decode())
            assert verdict.failed_assertions == []
            assert [r.text for r in verdict.successful_reports if r.role != "information"] == []


def test_ptbs_units_are_the_ones_written() -> None:
    document = write_dcc(replace(least(), results=(ChannelResults("p", "P", "kW.h", least().results[0].as_found),)))
    assert rb"<si:unitXMLList>\kilo\watt\hour</si:unitXMLList>" in document


ADVICE = "State it; the document has no place for a certificate without it."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda c: replace(c, number="", begun=None, methods=()),
            f"digital certificate: certificate: expected all of it stated, got no number, begun, methods. {ADVICE}",
        ),
        (
            lambda c: replace(c, laboratory=Party("L"), customer=Party("C")),
            (
                "digital certificate: certificate 1: expected all of it stated, "
                f"got no laboratory.country, customer.city, address or country. {ADVICE}"
            ),
        ),
        (
            lambda c: replace(c, conditions=(), calibrated_by=""),
            (
                "digital certificate: certificate 1: expected all of it stated, "
                f"got no authorised_by or calibrated_by, conditions. {ADVICE}"
            ),
        ),
        (
            lambda c: replace(c, results=(ChannelResults("t", "T", "K"),)),
            "digital certificate: channel 't': expected points, got none. Leave the channel out.",
        ),
        (
            lambda c: replace(c, results=(ChannelResults("t", "T", "K", (Point(1, 1, 0.1, 0.5),)),)),
            (
                "digital certificate: channel 't': expected k of 1 or more, got 0.5. "
                "State U with a coverage factor of 1 or more, as D-SI has it."
            ),
        ),
        (
            lambda c: replace(c, results=(replace(c.results[0], unit="1/min"),)),
            (
                "digital certificate: unit: expected the spelling '/min', got '1/min'. "
                "Write it so: the document has only one."
            ),
        ),
        (
            lambda c: replace(c, results=(replace(c.results[0], unit="[psi]"),)),
            (
                "unit: spelling: expected units with a spelling in D-SI, '[psi]' has none known here, got '[psi]'. "
                "Convert the values to another unit, or mend the spelling."
            ),
        ),
    ],
)
def test_what_cannot_be_written_is_refused(change, says: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        write_dcc(change(least()))
    assert str(refused.value) == says
