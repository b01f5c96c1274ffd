from dataclasses import replace
from datetime import date, datetime
from math import inf, nan

import pytest

from calibration.certificate import (
    Amendment,
    Certificate,
    ChannelResults,
    Condition,
    Conformity,
    Instrument,
    Method,
    Party,
    Point,
)


def message(action) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        action()
    return str(refused.value)


def test_error_and_correction_have_the_signs_of_the_vocabulary() -> None:
    # EA-4/02 M, S9: a multimeter shows 100.1 V where the calibrator gives 100.0 V: E = 0.1 V, U = 0.11 V, k = 1.65.
    point = Point(indication=100.1, reference=100.0, expanded=0.11, k=1.65)
    assert point.error == pytest.approx(0.1)
    assert point.correction == -point.error
    assert point.u == pytest.approx(0.0667, abs=5e-5)


def test_a_stated_error_is_kept_as_stated() -> None:
    assert Point(20.163, 20.0, 0.02, 2.0, error=0.16).error == 0.16


def test_an_error_beyond_all_numbers_is_refused() -> None:
    assert message(lambda: Point(1.7e308, -1.7e308, 0.02, 2.0)) == (
        "certificate point: error: expected a finite number, got inf. Look at what it was computed from."
    )


def test_a_correction_in_the_place_of_the_error_is_found_out() -> None:
    assert message(lambda: Point(20.5, 20.0, 0.02, 2.0, error=-0.5)) == (
        "certificate point: error: expected indication - reference = 0.5 within U = 0.02, got -0.5. "
        "Look whether it is the correction (its negative), or another line of the table."
    )


@pytest.mark.parametrize(
    ("point", "says"),
    [
        ({"indication": nan}, "certificate point: indication: expected a finite number, got nan. "),
        ({"reference": inf}, "certificate point: reference: expected a finite number, got inf. "),
        ({"expanded": -0.1}, "certificate point: expanded: expected a finite number, 0 or more, got -0.1. "),
        ({"k": 0.0}, "certificate point: k: expected a finite number above 0, got 0.0. "),
        ({"probability": 95}, "certificate point: probability: expected a probability between 0 and 1, got 95. "),
        ({"dof": 0.5}, "certificate point: dof: expected 1 or more, or inf, got 0.5. "),
        ({"error": nan}, "certificate point: error: expected a finite number, got nan. "),
    ],
)
def test_a_number_that_is_none_is_refused(point: dict, says: str) -> None:
    good = {"indication": 1.0, "reference": 1.0, "expanded": 0.1, "k": 2.0}
    assert message(lambda: Point(**good | point)).startswith(says)


def test_corrections_use_what_was_left(finished: Certificate) -> None:
    assert finished.of("temperature").in_force == finished.of("temperature").as_left
    assert finished.of("humidity").in_force == finished.of("humidity").as_found


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            lambda c: replace(c, issued=date(2024, 5, 1)),
            "certificate K-2024-118: issued: expected ended (2024-05-03) or later, got 2024-05-01. Look at both dates.",
        ),
        (
            lambda c: replace(c, received=datetime(2024, 5, 2)),  # noqa: DTZ001
            (
                "certificate K-2024-118: received: expected a date without a time, got "
                "datetime.datetime(2024, 5, 2, 0, 0). Take the day of it."
            ),
        ),
        (
            lambda c: replace(c, results=c.results + c.results[:1]),
            (
                "certificate K-2024-118: results: expected one table a channel, got 'temperature' twice. "
                "Put its points together."
            ),
        ),
        (
            lambda c: replace(c, conformity=(Conformity("pass", "pressure"),)),
            (
                "certificate K-2024-118: conformity: expected a channel of this certificate: temperature, humidity, "
                "got 'pressure'. Name the channel it is about."
            ),
        ),
        (
            lambda c: replace(c, amends=Amendment("K-2024-118")),
            (
                "certificate K-2024-118: amends: expected another certificate's number, got 'K-2024-118'. "
                "Give an amended certificate a number of its own (ISO/IEC 17025 7.8.8.2)."
            ),
        ),
        (
            lambda c: replace(c, place="at home"),
            (
                "certificate K-2024-118: place: expected one of laboratory, laboratoryBranch, customer, "
                "customerBranch, other, got 'at home'. Choose one of these."
            ),
        ),
        (
            lambda c: replace(c, language="VN"),
            "certificate K-2024-118: language: expected two small letters, got 'VN'. Write vi for Vietnamese.",
        ),
        (
            lambda c: replace(c, title="Title "),
            "certificate: title: expected no blanks around it, got 'Title '. Strip it.",
        ),
        (
            lambda c: replace(c, title="a\x00b"),
            (
                "certificate: title: expected printable characters, got '\\x00' at 1 in 'a\\x00b'. "
                "Take the character out; lines end in \\n alone."
            ),
        ),
        (
            lambda c: replace(c, number=118),
            "certificate: number: expected a text, got 118. Write an empty text for what is not stated.",
        ),
        (
            lambda c: c.of("pressure"),
            (
                "certificate K-2024-118: channel: expected one of: temperature, humidity, got 'pressure'. "
                "Choose one of these."
            ),
        ),
        (
            lambda _: Party(country="Việt Nam"),
            "party: country: expected two capital letters, got 'Việt Nam'. Write VN for Viet Nam.",
        ),
        (
            lambda _: Instrument(serial="A\ud800"),
            (
                "instrument: serial: expected printable characters, got '\\ud800' at 1 in 'A\\ud800'. "
                "Take the character out; lines end in \\n alone."
            ),
        ),
        (
            lambda _: Amendment(""),
            "amendment: number: expected a certificate's number, got none. Name the certificate it replaces.",
        ),
        (
            lambda _: Conformity("good"),
            (
                "conformity: verdict: expected one of pass, fail, conditionalPass, conditionalFail, noPass, noFail, "
                "got 'good'. Choose one of these."
            ),
        ),
        (
            lambda _: ChannelResults("mass", "Mass", ""),
            "channel 'mass': unit: expected a text, got none. Name it; the unit 1 is for what has none.",
        ),
        (
            lambda _: ChannelResults("mass", "Mass", "g", low=5, high=5),
            "channel 'mass': range: expected low below high, got 5.0 to 5.0. Exchange them.",
        ),
        (
            lambda _: ChannelResults("mass", "Mass", "g", resolution=0.0),
            "channel 'mass': resolution: expected a finite number above 0, got 0.0. Look at what it was computed from.",
        ),
        (
            lambda _: Condition("temperature", "Cel"),
            (
                "condition 'temperature': value: expected a value, or a lower and an upper limit, "
                "got value None, low None, high None. State one of the two."
            ),
        ),
        (
            lambda _: Condition("temperature", "Cel", 20.0, low=1.0),
            (
                "condition 'temperature': value: expected a value, or a lower and an upper limit, "
                "got value 20.0, low 1.0, high None. State one of the two."
            ),
        ),
        (
            lambda _: Condition("temperature", "Cel", low=2.0, high=1.0),
            (
                "condition 'temperature': limits: expected the lower not above the upper, got low 2.0 and high 1.0. "
                "Exchange them."
            ),
        ),
        (
            lambda _: Condition("temperature", "Cel", low=1.0, high=2.0, u=0.1),
            (
                "condition 'temperature': u: expected no uncertainty beside limits, got 0.1. "
                "State the value, or the limits alone."
            ),
        ),
        (
            lambda _: Condition("temperature", "Cel", 1.0, u=-0.1),
            (
                "condition 'temperature': u: expected a finite number, 0 or more, got -0.1. "
                "Look at what it was computed from."
            ),
        ),
    ],
)
def test_what_contradicts_itself_is_refused(finished: Certificate, wrong, says: str) -> None:
    assert message(lambda: wrong(finished)) == says


def test_a_certificate_has_no_place_for_an_expiry_or_an_interval() -> None:
    names = {name for part in (Certificate, ChannelResults, Instrument, Method) for name in part.__slots__}
    assert not {name for name in names if any(word in name for word in ("due", "expir", "valid", "next", "interval"))}


def test_a_certificate_is_a_value(finished: Certificate) -> None:
    assert finished == replace(finished)
    assert hash(finished) == hash(replace(finished))


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (
            lambda: Certificate("1", instrument="TH-2"),
            "certificate 1: instrument: expected a value of type Instrument, got 'TH-2'. Build it as Instrument(...).",
        ),
        (
            lambda: Certificate("1", methods="ĐLVN 138"),
            "certificate 1: methods: expected values of type Method, got 'ĐLVN 138'. Give a tuple of them.",
        ),
        (
            lambda: Certificate("1", only_items="no"),
            "certificate 1: only_items: expected a value of type bool, got 'no'. Build it as bool(...).",
        ),
        (
            lambda: Certificate("1", amends="K-1"),
            "certificate 1: amends: expected a value of type Amendment, got 'K-1'. Build it as Amendment(...).",
        ),
        (
            lambda: ChannelResults("t", "T", "K", as_found=(1.0, 2.0)),
            "channel 't': as_found: expected a value of type Point, got 1.0. Build it as Point(...).",
        ),
        (
            lambda: ChannelResults("t", "T", "K", as_left=None),
            "channel 't': as_left: expected values of type Point, got None. Give a tuple of them.",
        ),
    ],
)
def test_a_part_of_another_type_is_refused(build, says: str) -> None:
    assert message(build) == says
