"""What a scope reaches: ends of its range as the standards lie there, and units with another prefix."""

from dataclasses import replace

import msgspec
import pytest

from gateway.certificates.capability import conversion
from gateway.certificates.choosing import Chosen
from gateway.certificates.composing import compose

DAY = "2026-11-22"


def errors_of(sources):
    document = compose(sources, Chosen(), DAY)
    return document, next(one for one in document.tables if one.kind == "error")


@pytest.mark.parametrize(
    ("unit", "to", "expected"),
    [
        ("g", "kg", 1e-3),
        ("kg", "mg", 1e6),
        ("mm", "um", 1e3),
        ("bar", "mbar", 1e3),
        ("kW.h", "W.h", 1e3),
        ("MPa", "kPa", 1e3),
        ("Cel", "Cel", 1.0),
        ("Cel", "K", None),
        ("mm", "mm[Hg]", None),
        ("m2", "mm2", None),
        ("s", "min", None),
        ("%", "1", None),
    ],
)
def test_units_of_another_prefix_are_converted_and_nothing_else(unit, to, expected) -> None:
    assert conversion(unit, to) == pytest.approx(expected)


def test_the_standard_at_the_end_of_a_range_lies_within_by_its_nominal_value(usual) -> None:
    """A weight of 200 g has 200.00005 g by its certificate; the scope ends at 200 g."""
    results = tuple(
        msgspec.structs.replace(one, reference=one.reference + 0.00005) if one.kind == "error" else one
        for one in usual.bench.results
    )
    scope = (replace(usual.scope[0], high=200.0, cmc="0.0005"),)
    document, errors = errors_of(replace(usual, bench=replace(usual.bench, results=results), scope=scope))
    assert document.accreditation == "VILAS 123"
    assert [line.expanded for line in errors.lines] == [0.0005] * 5


def test_the_cmc_of_a_scope_in_milligrams_holds_for_results_in_grams(usual) -> None:
    """0.2 mg + 1e-6 x, x in mg: at 200 g 0.4 mg."""
    scope = (replace(usual.scope[0], unit="mg", high=220_000.0, cmc="0.2 + 1e-6 * abs(x)"),)
    document, errors = errors_of(replace(usual, scope=scope))
    assert document.accreditation == "VILAS 123"
    assert [line.expanded for line in errors.lines] == pytest.approx([0.00027, 0.00027, 0.0003, 0.00035, 0.0004])


def test_of_two_lines_the_accredited_one_sets_the_cmc_and_one_that_ended_yesterday_sets_none(usual) -> None:
    [line] = usual.scope
    better = replace(line, cmc="0.0001", accredited=False)
    coarse = replace(line, cmc="0.0006")
    _, errors = errors_of(replace(usual, scope=(better, coarse)))
    assert {one.expanded for one in errors.lines} == {0.0006}
    document, errors = errors_of(replace(usual, scope=(better, replace(coarse, until="2026-11-21"))))
    assert document.accreditation == ""
    assert {one.expanded for one in errors.lines} == {0.00027}
    assert errors_of(replace(usual, scope=(replace(coarse, until=DAY),)))[0].accreditation == "VILAS 123"
