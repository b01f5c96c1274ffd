"""Whatever a certificate says, it says again when it has been written and read."""

from dataclasses import replace
from datetime import date
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    Standard,
)
from calibration.certificate.certificate import Change, Place, Verdict
from calibration.dcc import check_dcc, read_dcc, write_dcc

# Every character that can be printed, Vietnamese ones in both forms, mark-up, and lines; no blanks around.
TEXT = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=9
    )
    | st.sampled_from(["Nhiệt kế", "a\u0302\u0301", "<b>&amp;]]>", "hai\ndòng", "a\tb", "-", "NaN", "a  b", "--", '"'])
).map(str.strip)
SAID = TEXT.filter(bool)
UNITS = st.sampled_from(["Cel", "K", "%", "1", "bar", "kW.h", "kg/m3", "/min", "mm[Hg]", "uS/cm", "V.A", "N.m", "deg"])
NUMBER = st.floats(-1e12, 1e12) | st.floats(-1e300, 1e300)
AMOUNT = st.floats(0, 1e12) | st.floats(0, 1e300)
DAYS = st.lists(st.dates(date(1, 1, 1)), min_size=4, max_size=4).map(sorted)

parties = st.builds(Party, SAID, TEXT, TEXT, st.sampled_from(["VN", "DE"]), TEXT, TEXT, TEXT, TEXT)
instruments = st.builds(Instrument, SAID, TEXT, TEXT, SAID, TEXT, TEXT)
methods = st.lists(st.builds(Method, SAID, TEXT, TEXT, st.none() | TEXT), min_size=1, max_size=3, unique=True)
standards = st.lists(st.builds(Standard, SAID, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=3, unique=True)
limits = st.tuples(NUMBER, NUMBER).map(sorted)
conditions = st.lists(
    st.builds(Condition, SAID, UNITS, NUMBER, u=st.none() | AMOUNT)
    | st.builds(lambda name, unit, pair: Condition(name, unit, low=pair[0], high=pair[1]), SAID, UNITS, limits),
    min_size=1,
    max_size=3,
    unique=True,
)
points = st.builds(
    Point,
    indication=NUMBER,
    reference=NUMBER,
    expanded=AMOUNT,
    k=st.floats(1, 1e9),
    probability=st.none() | st.floats(1e-9, 1 - 1e-9),
    dof=st.none() | st.just(float("inf")) | st.floats(1, 1e9),
)
tables = st.lists(points, max_size=3).map(tuple)


@st.composite
def channels(draw: st.DrawFn) -> tuple[ChannelResults, ...]:
    names = draw(st.lists(SAID, min_size=1, max_size=3, unique=True))
    listed = []
    for name in names:
        low, high = draw(limits.filter(lambda pair: pair[0] < pair[1]) | st.just((None, None)))
        found, left = draw(tables), draw(tables)
        listed.append(
            ChannelResults(
                name,
                draw(SAID),
                draw(UNITS),
                found or (() if left else (draw(points),)),
                left,
                low,
                high,
                draw(st.none() | st.floats(1e-9, 1e9)),
                draw(TEXT),
            )
        )
    return tuple(listed)


@st.composite
def certificates(draw: st.DrawFn) -> Certificate:
    results = draw(channels())
    about = st.sampled_from(["", *(r.channel for r in results)])
    verdicts = st.builds(Conformity, st.sampled_from(get_args(Verdict)), about, TEXT, TEXT)
    received, begun, ended, issued = draw(DAYS)
    number = draw(SAID)
    return Certificate(
        number=number,
        title=draw(TEXT),
        language=draw(st.sampled_from(["vi", "en", "de"])),
        laboratory=draw(parties),
        customer=draw(parties),
        instrument=draw(instruments),
        results=results,
        methods=tuple(draw(methods)),
        standards=tuple(draw(standards)),
        conditions=tuple(draw(conditions)),
        traceability=draw(TEXT),
        place=draw(st.sampled_from(get_args(Place))),
        received=draw(st.none() | st.just(received)),
        begun=begun,
        ended=ended,
        issued=draw(st.none() | st.just(issued)),
        calibrated_by=draw(SAID),
        authorised_by=draw(TEXT),
        only_items=draw(st.booleans()),
        adjustment=draw(TEXT),
        sampling=draw(TEXT),
        opinions=draw(TEXT),
        conformity=tuple(draw(st.lists(verdicts, max_size=3))),
        amends=draw(st.none() | st.builds(Amendment, st.just(number + "'"), st.sampled_from(get_args(Change)), TEXT)),
    )


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(certificates())
def test_what_is_read_again_is_what_was_written(certificate: Certificate) -> None:
    document = write_dcc(certificate)
    assert check_dcc(document) == ()
    reading = read_dcc(document)
    assert reading.left_out == ()
    assert reading.certificate == certificate
    assert write_dcc(replace(reading.certificate)) == document
