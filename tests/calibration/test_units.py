"""Spellings: each pair was read by PTB's dsiUnits 3.1.3, which held every D-SI spelling here for valid."""

import pytest

from calibration.units import METRIC, PLAIN, WHOLE, from_dsi, same_step, to_dsi

PAIRS = [
    ("1", r"\one"),
    ("%", r"\percent"),
    ("[ppm]", r"\ppm"),
    ("Cel", r"\degreecelsius"),
    ("mK", r"\milli\kelvin"),
    ("V.A", r"\volt\ampere"),
    ("g/mL", r"\gram\per\milli\litre"),
    ("lx", r"\lux"),
    ("kg", r"\kilogram"),
    ("mg", r"\milli\gram"),
    ("um", r"\micro\metre"),
    ("kW.h", r"\kilo\watt\hour"),
    ("/min", r"\one\per\minute"),
    ("m3/h", r"\metre\tothe{3}\per\hour"),
    ("m/s2", r"\metre\per\second\tothe{2}"),
    ("kg/m3", r"\kilogram\per\metre\tothe{3}"),
    ("J/kg/K", r"\joule\per\kilogram\kelvin"),
    ("N.m", r"\newton\metre"),
    ("mS/cm", r"\milli\siemens\per\centi\metre"),
    ("mbar", r"\milli\bar"),
    ("mm[Hg]", r"\mmHg"),
    ("dB", r"\decibel"),
    ("''", r"\arcsecond"),
    ("Ohm", r"\ohm"),
    ("L/min", r"\litre\per\minute"),
]


@pytest.mark.parametrize(("ucum", "dsi"), PAIRS)
def test_a_unit_is_spelt_both_ways(ucum: str, dsi: str) -> None:
    assert to_dsi(ucum) == dsi
    assert from_dsi(dsi) == ucum


@pytest.mark.parametrize("ucum", sorted({*METRIC, *PLAIN, *WHOLE} - {"l"}))
def test_every_unit_of_the_table_comes_back(ucum: str) -> None:
    assert from_dsi(to_dsi(ucum)) == ucum


@pytest.mark.parametrize(
    ("dsi", "ucum"),
    [
        (r"\minute\tothe{-1}", "/min"),
        (r"\kilo\gram", "kg"),
        (r"\deci\bel", "dB"),
        (r"\milli\meter", "mm"),
        (r"\liter\per\hour", "L/h"),
        (r"\metre\second\tothe{-2}", "m/s2"),
    ],
)
def test_another_laboratory_may_spell_differently(dsi: str, ucum: str) -> None:
    assert from_dsi(dsi) == ucum


@pytest.mark.parametrize(("ucum", "same"), [("1/min", "/min"), ("s-1", "/s"), ("l", "L")])
def test_two_codes_of_one_unit_have_one_spelling(ucum: str, same: str) -> None:
    assert to_dsi(ucum) == to_dsi(same)


ADVICE = "Convert the values to another unit, or mend the spelling."


@pytest.mark.parametrize("wrong", ["", "kW..h", ".m", "m/", "kg2.", "m//s", None, 5, b"m"])
def test_what_is_no_code_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="unit: spelling") as refused:
        to_dsi(wrong)
    assert str(refused.value) == f"unit: spelling: expected a UCUM code, got {wrong!r}. {ADVICE}"


@pytest.mark.parametrize(
    ("wrong", "unit"),
    [
        ("[degF]", "[degF]"),
        ("kWh", "kWh"),
        ("{rev}/min", "{rev}"),
        ("mdeg", "mdeg"),
        ("Qm", "Qm"),
        ("kgf/cm2", "kgf"),
        ("m 2", "m "),
        ("mu", "mu"),
    ],
)
def test_a_unit_without_a_spelling_is_named(wrong: str, unit: str) -> None:
    with pytest.raises(ValueError, match="unit: spelling") as refused:
        to_dsi(wrong)
    assert str(refused.value) == (
        f"unit: spelling: expected units with a spelling in D-SI, {unit!r} has none known here, got {wrong!r}. {ADVICE}"
    )


@pytest.mark.parametrize("wrong", ["10.m", "m0"])
def test_a_power_of_zero_and_a_factor_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="without a power of zero"):
        to_dsi(wrong)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("", "a D-SI unit"),
        (None, "a D-SI unit"),
        (b"\\metre", "a D-SI unit"),
        ("|rpm", "a D-SI unit"),
        ("kelvin", "a D-SI unit"),
        (r"\per\minute", r"units on both sides of \per"),
        (r"\metre\per", r"units on both sides of \per"),
        (r"\kilo", "a unit behind the prefix"),
        (r"\kilo\hour", r"units with a code in UCUM, \hour has none known here"),
        (r"\furlong", r"units with a code in UCUM, \furlong has none known here"),
        (r"\tothe{2}", r"\tothe{n} behind a unit"),
        (r"\metre\tothe{0}", r"\tothe{n} behind a unit"),
        (r"\metre\tothe{2}\tothe{2}", r"\tothe{n} behind a unit"),
        (r"\one\per\second\per\second", r"units with a code in UCUM, \per has none known here"),
    ],
)
def test_what_is_no_d_si_unit_is_refused(wrong: str, expected: str) -> None:
    with pytest.raises(ValueError, match="unit: spelling") as refused:
        from_dsi(wrong)
    assert str(refused.value) == f"unit: spelling: expected {expected}, got {wrong!r}. {ADVICE}"


def test_a_difference_in_degrees_celsius_is_one_in_kelvins() -> None:
    assert same_step("Cel", "K")
    assert same_step("g", "g")
    assert not same_step("Cel", "mK")
