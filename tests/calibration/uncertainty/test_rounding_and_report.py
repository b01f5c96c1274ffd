import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.uncertainty import Expanded, report, round_result, statement


@pytest.mark.parametrize(
    ("uncertainty", "rule", "printed"),
    [
        (0.00035, "half_even", "0.00035"),
        (10.47, "half_up", "10"),  # JCGM 100:2008, 7.2.6: up to 11 where rounding off takes too much
        (10.47, "up", "11"),
        (10.47, "up_over_5_percent", "10"),
        (1.049, "up", "1.1"),
        (28.05, "half_even", "28"),  # 7.2.6, in kHz
        (28.05, "half_up", "28"),
        (0.145, "half_even", "0.14"),
        (0.155, "half_even", "0.16"),
        (0.145, "half_up", "0.15"),  # ``round`` gives 0.14: the float is below it
        (2.675, "half_up", "2.7"),
        (0.1049, "up_over_5_percent", "0.10"),
        (0.1050, "half_even", "0.10"),
        (0.1051, "up_over_5_percent", "0.11"),
        (0.0996, "half_even", "0.10"),
        (0.991, "up", "1.0"),
        (0.1 * 3, "up", "0.30"),  # 0.30000000000000004
        (0.29999999999999993, "up", "0.30"),
        (1234.5, "half_even", "1.2E+3"),
        (5e-324, "half_even", "4.9E-324"),
        (1e308, "up", "1.0E+308"),
    ],
)
def test_an_uncertainty_keeps_two_digits(uncertainty: float, rule: str, printed: str) -> None:
    assert str(round_result(0.0, uncertainty, rule=rule).uncertainty) == printed


@pytest.mark.parametrize(
    ("value", "uncertainty", "printed"),
    [
        (10.05762, 0.027, "10.058"),  # JCGM 100:2008, 7.2.6
        (0.15, 1.0, "0.2"),
        (0.25, 1.0, "0.2"),
        (-0.04, 1.0, "0.0"),
        (100.021474, 0.00035, "100.02147"),
        (1234567.0, 1234.0, "1.2346E+6"),
        (2.5, 0.1 * 3, "2.50"),
        (1e22, 0.01, "10000000000000000000000.000"),
    ],
)
def test_a_value_is_rounded_to_the_place_of_its_uncertainty(value: float, uncertainty: float, printed: str) -> None:
    assert str(round_result(value, uncertainty).value) == printed


def test_halves_of_a_value_go_up_where_the_rule_says_so() -> None:
    assert round_result(0.25, 1.0, rule="half_up").value == Decimal("0.3")
    assert round_result(-0.25, 1.0, rule="half_up").value == Decimal("-0.3")
    assert round_result(0.25, 1.0, rule="up").value == Decimal("0.2")


def test_one_digit_where_one_is_asked_for() -> None:
    rounded = round_result(1.2345, 0.0234, digits=1)
    assert (str(rounded.value), str(rounded.uncertainty), rounded.places) == ("1.23", "0.02", 2)


@given(u=st.floats(1e-300, 1e300), value=st.floats(-1e300, 1e300), digits=st.integers(1, 4))
def test_rounding_is_never_off_by_more_than_half_a_step(u: float, value: float, digits: int) -> None:
    rounded = round_result(value, u, digits=digits)
    step = Decimal(1).scaleb(-rounded.places)
    assert len(rounded.uncertainty.as_tuple().digits) == digits
    # And by what a float's fifteen printed digits leave out.
    assert abs(rounded.uncertainty - Decimal(u)) <= step / 2 + Decimal(u) * Decimal("1e-12")
    assert abs(rounded.value - Decimal(value)) <= step / 2 + abs(Decimal(value)) * Decimal("1e-14")
    assert round_result(value, u, digits=digits, rule="up").uncertainty >= Decimal(u) * (1 - Decimal("1e-12"))


def test_a_report_in_both_languages() -> None:
    result = Expanded(100.021474, 0.00035, 2.2516, 9, 0.95, "g")
    assert report(result) == "100,02147 g ± 0,00079 g, k = 2,25"
    assert report(result, language="en") == "100.02147 g ± 0.00079 g, k = 2.25"
    assert report(result, digits=1, rule="up") == "100,0215 g ± 0,0008 g, k = 2,25"


def test_a_plain_number_has_no_unit_and_a_unit_may_be_written_as_people_do() -> None:
    assert report(Expanded(1.5, 0.05, 2.0, None, None, "1")) == "1,50 ± 0,10, k = 2"
    assert report(Expanded(21.5, 0.05, 2.0, None, None, "Cel"), symbol="°C") == "21,50 °C ± 0,10 °C, k = 2"


def test_a_large_uncertainty_is_printed_without_an_exponent() -> None:
    assert report(Expanded(123_456.0, 617.0, 2.0, None, None, "Pa")) == "123500 Pa ± 1200 Pa, k = 2"


def test_the_statement_names_factor_degrees_of_freedom_and_probability() -> None:
    result = Expanded(1.0, 0.1, 2.2516, 9, 0.95, "g")
    assert statement(result, language="en") == (
        "The expanded uncertainty is the standard uncertainty multiplied by the coverage factor k = 2.25 "
        "(t-distribution, 9 degrees of freedom), for a coverage probability of 95 %."
    )
    assert statement(Expanded(1.0, 0.1, 2.0000024, math.inf, 0.9545, "g")) == (
        "Độ không đảm bảo đo mở rộng là độ không đảm bảo đo chuẩn nhân với hệ số phủ k = 2,00, "
        "tương ứng với xác suất phủ 95,45 %."
    )
    assert statement(Expanded(1.0, 0.1, 2.0, None, None, "g")) == (
        "Độ không đảm bảo đo mở rộng là độ không đảm bảo đo chuẩn nhân với hệ số phủ k = 2, "
        "ứng với xác suất phủ khoảng 95 % nếu là phân bố chuẩn."
    )


@pytest.mark.parametrize(("k", "percent"), [(1.65, "90"), (1.96, "95"), (2.0, "95"), (2.58, "99.0"), (3.0, "99.7")])
def test_the_statement_of_a_stated_factor_names_the_probability_of_a_normal_distribution(
    k: float, percent: str
) -> None:
    said = statement(Expanded(1.0, 0.1, k, None, None, "g"), language="en")
    assert said.endswith(
        f", which for a normal distribution corresponds to a coverage probability of about {percent} %."
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: round_result(1.0, 0.0),
            "round_result: uncertainty: expected a finite number above 0, got 0.0. A constant is printed as it is.",
        ),
        (
            lambda: round_result(math.nan, 1.0),
            "round_result: value: expected a finite number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: round_result(1.0, 1.0, digits=0),
            "round_result: digits: expected a whole number, 1 or more, got 0. Look at what it was computed from.",
        ),
        (
            lambda: round_result(1.0, 1.0, rule="down"),
            (
                "round_result: rule: expected one of half_even, half_up, up, up_over_5_percent, got 'down'. "
                "Choose one of these."
            ),
        ),
        (
            lambda: report(Expanded(1.0, 0.1, 2.0, None, None, "g"), language="fr"),
            "report: language: expected one of vi, en, got 'fr'. Choose one of these.",
        ),
    ],
)
def test_what_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told


def test_digits_beyond_those_of_a_float_are_refused() -> None:
    with pytest.raises(ValueError, match="digits") as caught:
        round_result(1.0, 0.1, digits=800)
    assert str(caught.value) == (
        "round_result: digits: expected 15 at most, got 800. Two are usual, one is enough for some."
    )


@pytest.mark.parametrize(
    ("value", "expanded", "line"),
    [
        (5.0, 1000.0, "0 ± 1000"),  # An uncertainty far above the value.
        (-0.4, 9.96, "0 ± 10"),
        (-123.456, 0.995, "-123.5 ± 1.0"),  # 0.99|5 goes to the even 1.00, and 1.0 has its two digits.
        (2e-9, 3.14159e-12, "0.0000000020000 ± 0.0000000000031"),
    ],
)
def test_a_line_has_no_exponents(value: float, expanded: float, line: str) -> None:
    assert report(Expanded(value, expanded / 2, 2.0, None, None, "1"), language="en") == f"{line}, k = 2"
