import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.uncertainty import normal, parse_model, propagate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(a + b) / 4", 1.75),
        ("-a ** 2", -4.0),
        ("2 ** -a", 0.25),
        ("a ** b ** 0.5 - +1", 2 ** math.sqrt(5) - 1),
        ("2 * pi * a + e", 4 * math.pi + math.e),
        ("sqrt(a) * exp(b) - log(b) / log10(a)", math.sqrt(2) * math.exp(5) - math.log(5) / math.log10(2)),
        ("sin(a) + cos(a) * tan(a)", 2 * math.sin(2)),
        ("asin(0.5) + acos(0.5) + atan(a)", math.pi / 2 + math.atan(2)),
        ("sinh(a) + cosh(a) + tanh(a)", math.exp(2) + math.tanh(2)),
        ("asinh(a) + acosh(a) + atanh(0.5)", math.asinh(2) + math.acosh(2) + math.atanh(0.5)),
        ("abs(a - b)", 3.0),
        ("atan2(a, -b)", math.atan2(2, -5)),
        ("1e-6 * a * 3", 6e-6),
    ],
)
def test_an_expression_has_its_value_for_numbers_arrays_and_complex_numbers(text: str, value: float) -> None:
    model = parse_model(text)
    assert model(a=2.0, b=5.0) == pytest.approx(value, rel=1e-14)
    assert np.broadcast_to(model(a=np.array([2.0, 2.0]), b=np.array([5.0, 5.0])), 2) == pytest.approx(value, rel=1e-14)
    assert model(a=complex(2.0, 1e-30), b=5.0).real == pytest.approx(value, rel=1e-14)


@given(a=st.floats(0.05, 0.95))
def test_every_function_has_its_slope(a: float) -> None:
    slopes = {
        "sqrt(x)": 0.5 / math.sqrt(a),
        "exp(x)": math.exp(a),
        "log(x)": 1 / a,
        "log10(x)": 1 / a / math.log(10),
        "sin(x)": math.cos(a),
        "cos(x)": -math.sin(a),
        "tan(x)": 1 / math.cos(a) ** 2,
        "asin(x)": 1 / math.sqrt(1 - a * a),
        "acos(x)": -1 / math.sqrt(1 - a * a),
        "atan(x)": 1 / (1 + a * a),
        "sinh(x)": math.cosh(a),
        "cosh(x)": math.sinh(a),
        "tanh(x)": 1 / math.cosh(a) ** 2,
        "asinh(x)": 1 / math.sqrt(1 + a * a),
        "acosh(x + 1)": 1 / math.sqrt((a + 1) ** 2 - 1),
        "atanh(x)": 1 / (1 - a * a),
        "abs(-x)": 1.0,
        "x ** 2.5": 2.5 * a**1.5,
        "atan2(x, 2)": 2 / (4 + a * a),
        "atan2(2, x)": -2 / (4 + a * a),
        "atan2(x - 1, -x)": -1 / ((a - 1) ** 2 + a * a),
        "2.5 ** x": math.log(2.5) * 2.5**a,
    }
    for text, slope in slopes.items():
        budget = propagate(parse_model(text), [normal("x", a, 0.001)])
        assert budget.rows[0].sensitivity == pytest.approx(slope, rel=1e-12), text


def test_an_expression_knows_its_inputs_and_its_text() -> None:
    model = parse_model("  (m_s + delta) / V + m_s ")
    assert model.names == ("m_s", "delta", "V")
    assert repr(model) == "parse_model('(m_s + delta) / V + m_s')"
    assert model(m_s=1.0, delta=1.0, V=2.0, unused=9.0) == 2.0


def test_a_letter_of_another_alphabet_is_a_name() -> None:
    assert parse_model("β * Δt")(β=2.0, Δt=3.0) == 6.0


ALLOWED = (
    "Allowed are numbers, names, + - * / **, parentheses and abs, acos, acosh, asin, asinh, atan, atan2, atanh, cos, "
    "cosh, exp, log, log10, sin, sinh, sqrt, tan, tanh."
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a +", f"column 4: expected an expression, got invalid syntax. {ALLOWED}"),
        ("", f"column 1: expected an expression, got invalid syntax. {ALLOWED}"),
        ("a; b", f"column 2: expected an expression, got invalid syntax. {ALLOWED}"),
        ("1if a else 2", f"column 1: expected an expression, got invalid decimal literal. {ALLOWED}"),
        ("a ^ 2", "column 1: expected + - * / or **, got ^. Write ** for a power."),
        ("1 + a % 2", f"column 5: expected + - * / or **, got Mod. {ALLOWED}"),
        ("a * ~b", f"column 5: expected an expression, got '~b'. {ALLOWED}"),
        (
            "a * 0,5",
            f"column 1: expected an expression, got 'a * 0,5'. Write a decimal number with a point. {ALLOWED}",
        ),
        ("a if b else 1", f"column 1: expected an expression, got 'a if b else 1'. {ALLOWED}"),
        ("a.real", f"column 1: expected an expression, got 'a.real'. {ALLOWED}"),
        ("a[0]", f"column 1: expected an expression, got 'a[0]'. {ALLOWED}"),
        ("lambda: 1", f"column 1: expected an expression, got 'lambda: 1'. {ALLOWED}"),
        ("'a' * 3", f"column 1: expected a number, got 'a'. {ALLOWED}"),
        ("a + True", f"column 5: expected a number, got True. {ALLOWED}"),
        ("a + 2j", f"column 5: expected a number, got 2j. {ALLOWED}"),
        ("1e999 * a", "column 1: expected a number below 1e308, got a larger one. Look at its exponent."),
        ("Δ + squrt(a)", f"column 5: expected a known function, got 'squrt'. Did you mean sqrt? {ALLOWED}"),
        ("__import__('os')", f"column 1: expected a known function, got '__import__'. {ALLOWED}"),
        ("().__class__()", f"column 1: expected a known function, got '().__class__'. {ALLOWED}"),
        ("sqrt(a, b)", f"column 1: expected one argument of sqrt, got 2. {ALLOWED}"),
        ("sqrt()", f"column 1: expected one argument of sqrt, got 0. {ALLOWED}"),
        ("sqrt(x=a)", f"column 1: expected one argument of sqrt, got 1. {ALLOWED}"),
        ("atan2(a)", f"column 1: expected two arguments of atan2, got 1. {ALLOWED}"),
        ("atan2(a, *b)", f"column 1: expected two arguments of atan2, got 2. {ALLOWED}"),
        ("sqrt(*a)", f"column 1: expected one argument of sqrt, got 1. {ALLOWED}"),
        ("sqrt * a", "column 1: expected sqrt(...), got sqrt. Give it its argument in parentheses."),
        ("a ** 1000", "column 6: expected an exponent of 64 at most, got 1000. Write exp(...)."),
        ("a ** -1000", "column 7: expected an exponent of 64 at most, got 1000. Write exp(...)."),
        (
            "delta + vv",
            "column 9: expected one of delta, v, got 'vv'. Did you mean v? Add it to the inputs or correct it.",
        ),
    ],
)
def test_what_is_no_model_is_refused_with_its_column(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="column") as caught:
        parse_model(text, {"delta", "v"} if "vv" in text else None)
    assert str(caught.value) == f"model {text!r}: {told}"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2001,
        "(" * 300 + "a" + ")" * 300,
        "-" * 1500 + "a",
        "+".join(["a"] * 600),
        "sqrt(" * 60 + "a" + ")" * 60,
        "a" + "**2" * 50,
        "a\0",
        "9" * 1999,
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_and_does_no_harm(text: str) -> None:
    with pytest.raises(ValueError, match=r"^model .*: column \d+: expected .*, got .*\. "):
        parse_model(text)


@pytest.mark.parametrize(
    ("text", "values", "told"),
    [
        ("a + b", {"a": 1.0}, "inputs: expected a, b, got none for b. Add these inputs."),
        ("1 / a", {"a": 0.0}, "value: expected a finite number, got float division by zero there. Look at the inputs."),
        ("sqrt(a)", {"a": -1.0}, "value: expected a finite number, got math domain error there. Look at the inputs."),
        ("a ** 0.5", {"a": -1.0}, "value: expected a finite number, got math domain error there. Look at the inputs."),
        (
            "sqrt(a)",
            {"a": np.array([1.0, -1.0])},
            "value: expected a finite number, got invalid value encountered in sqrt there. Look at the inputs.",
        ),
        (
            "1 / a",
            {"a": np.array([1.0, 0.0])},
            "value: expected a finite number, got divide by zero encountered in divide there. Look at the inputs.",
        ),
        ("exp(a)", {"a": 1000.0}, "value: expected a finite number, got math range error there. Look at the inputs."),
    ],
)
def test_where_a_model_has_no_value_it_says_so(text: str, values: dict, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        parse_model(text)(**values)
    assert str(caught.value) == f"model {text!r}: {told}"


def test_an_input_is_not_named_as_a_constant_or_a_function() -> None:
    with pytest.raises(ValueError, match="meaning") as caught:
        parse_model("e * 2", {"e", "x"})
    assert str(caught.value) == (
        "model 'e * 2': inputs: expected other names than 'e', which has a meaning. Rename it."
    )


MICRO, MU = "\u00b5", "\u03bc"  # The sign on a keyboard, and the letter that Python makes of it.


def test_a_sign_that_python_reads_as_another_letter_is_one_name() -> None:
    model = parse_model(f"2 * {MICRO}", {MICRO})
    assert model.names == (MU,)
    assert (model(**{MICRO: 3.0}), model(**{MU: 3.0})) == (6.0, 6.0)
    assert propagate(model, [normal(MICRO, 1.0, 0.1)]).u == pytest.approx(0.2)


def test_a_comment_is_refused_because_it_would_swallow_the_next_line() -> None:
    with pytest.raises(ValueError, match="column") as caught:
        parse_model("a # zero\n + b")
    assert str(caught.value) == ("model 'a # zero + b': column 3: expected an expression, got #. Leave comments out.")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="text") as caught:
        parse_model(None)  # type: ignore[arg-type]
    assert str(caught.value) == "parse_model: text: expected a text, as 'a + b', got None. Put it in quotes."


def test_whole_numbers_of_numpy_and_lists_do_not_run_over() -> None:
    model = parse_model("a * b + a")
    large = np.array([2**40])
    assert model(a=large, b=large) == pytest.approx([2.0**80])
    assert model(a=[1, 2], b=2) == pytest.approx([3.0, 6.0])


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("a * a", 1e200, "value: expected a finite number, got inf there. Look at the inputs."),
        ("a - a", math.inf, "value: expected a finite number, got nan there. Look at the inputs."),
        ("9 ** 9 ** 9 + a", 1.0, "value: expected a finite number, got math range error there. Look at the inputs."),
        ("2 * a", np.array([math.nan]), "value: expected a finite number, got array([nan]) there. Look at the inputs."),
        ("a + a", "x", "a: expected a number, or an array of numbers, got 'x'. Look at the input."),
        ("a + a", None, "a: expected a number, or an array of numbers, got None. Look at the input."),
        ("a + a", 10**400, f"a: expected a number, or an array of numbers, got {10**39}. Look at the input."),
        ("a + a", [[1], [1, 2]], "a: expected a number, or an array of numbers, got [[1], [1, 2]]. Look at the input."),
    ],
)
def test_a_value_that_is_not_finite_is_refused_and_never_returned(text: str, value: object, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        parse_model(text)(a=value)  # type: ignore[arg-type]
    assert str(caught.value) == f"model {text!r}: {told}"


def test_a_sum_of_a_hundred_terms_is_not_deep() -> None:
    names = [f"x{i}" for i in range(100)]
    assert parse_model(" + ".join(names))(**dict.fromkeys(names, 0.5)) == 50.0
