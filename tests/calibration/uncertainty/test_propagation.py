import cmath
import math
from typing import Any

import numpy as np
import pytest

from calibration.uncertainty import (
    JointBudget,
    constant,
    effective_dof,
    normal,
    parse_model,
    propagate,
    propagate_together,
    rectangular,
)

GTC_DOF = 6.094996374184192
GTC_DOF_OF_DIFFERENCE = 8.072625698324021
GTC_JOINT = (22.06020316469041, 8.792610296422229)

X = [normal("a", 2.0, 0.03), normal("b", 5.0, 0.08)]


def parabola(x: float) -> float:
    return x * x


def test_a_product_and_a_quotient_add_relative_uncertainties() -> None:
    relative = math.hypot(0.015, 0.016)
    assert propagate(lambda a, b: a * b, X).u == pytest.approx(10 * relative, rel=1e-14)
    assert propagate(lambda a, b: a / b, X).u == pytest.approx(0.4 * relative, rel=1e-14)


@pytest.mark.parametrize(
    ("model", "slope"),
    [
        (lambda x: math.sin(1 * x), math.cos(0.7)),  # takes no complex number
        (lambda x: cmath.sin(x).real if isinstance(x, complex) else math.sin(x), math.cos(0.7)),  # drops a part
        (lambda x: float(np.real(np.sin(x))), math.cos(0.7)),  # likewise, without a word
        (lambda x: abs(x - 3) + x * x, -1 + 1.4),
        (lambda x: max(x, 0.1) ** 3, 3 * 0.49),
        (lambda x: x * x if x < 0.8 else 0.64, 1.4),
        (lambda x: math.exp(40 * x), 40 * math.exp(28)),
        (lambda x: np.exp(np.sqrt(x)), math.exp(math.sqrt(0.7)) / (2 * math.sqrt(0.7))),
        (lambda x: np.abs(1 * x), 1.0),
        (lambda x: 1e9 + math.log(x), 1 / 0.7),
    ],
)
def test_a_slope_is_found_whatever_the_model_does_to_complex_numbers(model, slope: float) -> None:
    budget = propagate(model, [normal("x", 0.7, 0.01)])
    assert budget.rows[0].sensitivity == pytest.approx(slope, rel=1e-4 if slope == 1 / 0.7 else 1e-8)


@pytest.mark.parametrize("value", [0.0, 1e-30, 1.0, 1e30])
def test_a_slope_has_all_digits_at_any_scale(value: float) -> None:
    given = [normal("x", value, 0.01 * value or 1e-6), normal("y", 3.0, 0.1)]
    budget = propagate(lambda x, y: x * y + np.sinh(x / (abs(value) or 1.0)), given)
    expected = 3 + math.cosh(value / (value or 1.0)) / (value or 1.0)
    assert budget.rows[0].sensitivity == pytest.approx(expected, rel=1e-13)


def test_a_kink_at_the_estimate_is_refused() -> None:
    for model in (lambda x: abs(1 * x), lambda x: max(x, 0.0), parse_model("abs(x)"), lambda x: float(x > 0)):
        with pytest.raises(ValueError, match="kink") as caught:
            propagate(model, [normal("x", 0, 1)])
        assert str(caught.value) == (
            "propagate: model: expected a smooth one, got a kink or a jump at x = 0.0. "
            "The law of propagation does not hold there; propagate the distributions by Monte Carlo."
        )


def test_a_curved_model_at_its_top_is_no_kink() -> None:
    budget = propagate(lambda x: x * x, [normal("x", 0.0, 0.1)], second_order=True)
    assert budget.rows[0].sensitivity == 0.0
    assert budget.u == pytest.approx(math.sqrt(2) * 0.01, rel=1e-9)  # var(x**2) = 2 * u**4


def test_terms_of_second_order_without_complex_numbers_are_the_same() -> None:
    given = [normal("a", 0.5, 0.1), normal("b", 2.0, 0.2)]
    with_complex = propagate(lambda a, b: np.sin(a) * b * b, given, second_order=True)
    without = propagate(lambda a, b: math.sin(a) * b * b, given, second_order=True)
    s, c, b, va, vb = math.sin(0.5), math.cos(0.5), 2.0, 0.01, 0.04
    # f_aa = -s b2, f_bb = 2 s, f_ab = 2 b c; f_a f_aaa = -(c b2)**2; f_a f_abb = 2 c2 b2; f_b f_baa = -4 s2 b2
    expected = va**2 * (s * s * b**4 / 2 - (c * b * b) ** 2) + vb**2 * 2 * s * s
    expected += va * vb * ((2 * b * c) ** 2 + 2 * (c * b) ** 2 - (2 * s * b) ** 2)
    assert with_complex.second_order == pytest.approx(expected, rel=1e-4)
    assert without.second_order == pytest.approx(expected, rel=1e-3)


def test_full_correlation_adds_contributions_as_they_are() -> None:
    together = propagate(lambda a, b: a + b, X, {("a", "b"): 1.0})
    apart = propagate(lambda a, b: a - b, X, [[1.0, 1.0], [1.0, 1.0]])
    assert together.u == pytest.approx(0.11, rel=1e-14)
    assert apart.u == pytest.approx(0.05, rel=1e-13)
    assert [row.share for row in apart.rows] == pytest.approx([-0.6, 1.6])
    assert sum(row.share for row in together.rows) == pytest.approx(1)


def test_equal_and_fully_correlated_contributions_may_cancel() -> None:
    given = [normal("a", 2.0, 0.1), normal("b", 2.0, 0.1)]
    budget = propagate(lambda a, b: a - b, given, {("a", "b"): 1.0})
    assert (budget.u, budget.dof) == (0.0, math.inf)
    assert [row.share for row in budget.rows] == [0.0, 0.0]


def test_a_matrix_without_correlation_is_as_none() -> None:
    assert propagate(lambda a, b: a + b, X, np.eye(2)).correlation is None


def test_uncertainties_in_base_units_do_not_underflow() -> None:
    given = [normal("a", 0.0, 3e-200, dof=4), normal("b", 0.0, 4e-200, dof=9)]
    budget = propagate(lambda a, b: a + b, given)
    assert budget.u == pytest.approx(5e-200, rel=1e-14)
    assert budget.dof == pytest.approx(25**2 / (81 / 4 + 256 / 9), rel=1e-13)


def test_a_constant_takes_part_and_contributes_nothing() -> None:
    budget = propagate(lambda a, n: a * n, [normal("a", 2.0, 0.1), constant("n", 3)])
    assert [row.contribution for row in budget.rows] == pytest.approx([0.3, 0.0])
    assert propagate(lambda n: n, [constant("n", 3)]).expand().expanded == 0.0


def test_a_constant_exponent_of_a_negative_base_is_not_moved() -> None:
    budget = propagate(parse_model("x ** n"), [normal("x", -2.0, 0.1), constant("n", 3)])
    assert budget.u == pytest.approx(1.2, rel=1e-14)


def test_correlated_inputs_that_were_read_together_count_as_one_component() -> None:
    """Figures of GTC 1.5.1: ``multiple_ureal([1, 2], [0.3, 0.4], 5)`` correlated by 0.5, and ``ureal(0, 0.2, 8)``."""
    correlation = [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
    assert effective_dof([0.3, 0.4, 0.2], [5, 5, 8], correlation) == pytest.approx(GTC_DOF, rel=1e-12)
    assert effective_dof([0.3, -0.4, 0.2], [5, 5, 8], correlation) == pytest.approx(GTC_DOF_OF_DIFFERENCE, rel=1e-12)


def test_correlation_of_exactly_known_uncertainties_leaves_the_others_alone() -> None:
    correlation = [[1, 0.1, 0], [0.1, 1, 0], [0, 0, 1]]
    # Variance 3 + 2 * 0.1 over the only finite component, as GTC's test of Welch-Satterthwaite has it.
    assert effective_dof([1, 1, 1], [math.inf, math.inf, 5], correlation) == pytest.approx(3.2**2 * 5)


def test_different_degrees_of_freedom_of_correlated_inputs_are_refused_and_u_is_not() -> None:
    given = [normal("a", 1.0, 0.1, dof=4), normal("b", 1.0, 0.1, dof=9)]
    budget = propagate(lambda a, b: a + b, given, {("a", "b"): 0.5})
    assert budget.u == pytest.approx(0.1 * math.sqrt(3))
    with pytest.raises(ValueError, match="dof") as caught:
        budget.expand(0.95)
    assert str(caught.value) == (
        "budget: dof: expected one number for correlated inputs, got 4, 9. Correlated inputs share degrees of freedom "
        "when they were read together; write what they have in common as an input of its own, or state one dof for "
        "all of them."
    )


def test_a_stated_factor_needs_no_degrees_of_freedom() -> None:
    given = [normal("a", 1.0, 0.1, dof=4), normal("b", 1.0, 0.1, dof=9)]
    budget = propagate(lambda a, b: a + b, given, {("a", "b"): 0.5})
    assert budget.expand(k=2).expanded == pytest.approx(0.2 * math.sqrt(3))


def test_outputs_that_share_inputs_are_correlated() -> None:
    joint = propagate_together({"sum": lambda a, b: a + b, "twice": lambda a, b: 2 * a + 2 * b}, X)
    assert joint.correlation.tolist() == [[1.0, pytest.approx(1.0)], [pytest.approx(1.0), 1.0]]
    still = propagate_together({"a": lambda a, n: a + 0 * n, "n": lambda a, n: n + 0 * a}, [X[0], constant("n", 3)])
    assert still.correlation.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_the_interval_of_a_rectangle_alone_is_a_coverage_interval_of_the_law() -> None:
    expanded = propagate(lambda x: x, [rectangular("x", 1.0, 0.3)]).expand(0.95)
    low, high = expanded.interval
    assert high - low == pytest.approx(2 * 1.959963984540054 * 0.3 / math.sqrt(3))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: propagate(lambda: 1.0, []),
            "propagate: inputs: expected one or more, got 0. Give the model's inputs.",
        ),
        (
            lambda: propagate(lambda a: a, [X[0], X[0]]),
            "propagate: inputs: expected each name once, got a, a. Rename one, in the model too.",
        ),
        (
            lambda: propagate(parabola, [X[0]]),
            (
                "propagate: model: expected one that takes a, got parabola() got an unexpected keyword argument 'a'. "
                "Name the model's arguments as the inputs."
            ),
        ),
        (
            lambda: propagate(lambda a: math.sqrt(a - 3), [X[0]]),
            (
                "propagate: model: expected a value at a = 2.0, got math domain error. "
                "The estimates lie outside the model's domain, or nearer to its end than u; look at both."
            ),
        ),
        (
            lambda: propagate(lambda a: 1 / (a - 2), [X[0]]),
            (
                "propagate: model: expected a value at a = 2.0, got float division by zero. "
                "The estimates lie outside the model's domain, or nearer to its end than u; look at both."
            ),
        ),
        (
            lambda: propagate(lambda a: a * math.inf, [X[0]]),
            (
                "propagate: model: expected a finite value at a = 2.0, got inf. "
                "The estimates lie outside the model's domain, or nearer to its end than u; look at both."
            ),
        ),
        (
            lambda: propagate(lambda a: [a, a], [X[0]]),
            "propagate: model: expected one real number, got [2.0, 2.0]. Give one model for each output.",
        ),
        (
            lambda: propagate(lambda a: np.array([a, a]), [X[0]]),
            "propagate: model: expected one real number, got array([2., 2.]). Give one model for each output.",
        ),
        (
            lambda: propagate(lambda a, b: a + b, X, {("a", "c"): 0.5}),
            "propagate: correlation: expected pairs of a, b, got 'a' and 'c'. Name two different inputs.",
        ),
        (
            lambda: propagate(lambda a, b: a + b, X, {("a", "b"): 1.5}),
            (
                "propagate: correlation: expected a positive semidefinite matrix, got a least eigenvalue of -0.5. "
                "No quantities are correlated so; give more digits of the coefficients or look for a wrong one."
            ),
        ),
        (
            lambda: propagate(lambda a, b: a + b, X, {("a", "b"): 0.5}, second_order=True),
            (
                "propagate: second_order: expected independent inputs, got a correlation. "
                "Propagate the distributions by Monte Carlo."
            ),
        ),
        (
            lambda: propagate_together({}, X),
            "propagate_together: models: expected one or more, got 0. Name the outputs.",
        ),
        (
            lambda: effective_dof([1.0], [1, 2]),
            (
                "effective_dof: contributions, dof: expected one length, got 1 (contributions) and 2 (dof). "
                "Give one value of each for every point."
            ),
        ),
        (
            lambda: propagate(lambda a, b: a + b, X).row("c"),
            "budget: row: expected one of a, b, got 'c'. Choose one of these.",
        ),
        (
            lambda: propagate(lambda a, b: a + b, X).expand(95),
            "expand: probability: expected a probability between 0 and 1, got 95. Give 0.95 for 95 %.",
        ),
    ],
)
def test_what_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told


def joint(dof: list[float], **how: Any) -> JointBudget:
    models = {"re": lambda a, b, c, d: a * b + c, "im": lambda a, b, c, d: a - d * b}
    values = [(1.2, 0.19), (1.9, 0.17), (1.1, 0.05), (1.3, 0.11)]
    given = [normal(name, *each, dof=nu) for name, each, nu in zip("abcd", values, dof, strict=True)]
    return propagate_together(models, given, **how)


def test_a_complex_quantity_has_one_number_of_degrees_of_freedom() -> None:
    """Figures: GTC 1.5.1, ``willink_hall`` of the uncertain complex number made of the same four uncertain ones."""
    assert joint([9, math.inf, 20, 20]).dof == pytest.approx(GTC_JOINT[0], rel=1e-12)
    assert joint([5, 3, 5, math.inf]).dof == pytest.approx(GTC_JOINT[1], rel=1e-12)
    assert joint([math.inf] * 4).dof == math.inf


def test_one_output_alone_has_the_degrees_of_freedom_of_its_budget() -> None:
    given = [normal("a", 2.0, 0.3, dof=4), normal("b", 5.0, 0.8, dof=9)]
    alone = propagate_together({"y": lambda a, b: a * b}, given, {("a", "b"): 0.0})
    assert alone.dof == pytest.approx(alone.budgets["y"].dof, rel=1e-14)
    expanded = alone.budgets["y"].expand(0.95, whole_dof=False)
    assert alone.region_factor(0.95) == pytest.approx(expanded.k, rel=1e-12)


def test_readings_taken_together_keep_their_degrees_of_freedom_in_several_outputs() -> None:
    given = [normal("a", 2.0, 0.3, dof=5), normal("b", 5.0, 0.8, dof=5)]
    both = propagate_together({"a": lambda a, b: a + 0 * b, "b": lambda a, b: b + 0 * a}, given, {("a", "b"): 0.5})
    assert both.dof == pytest.approx(5, rel=1e-14)
    # 2 * 5 / 4 * F_0.95(2, 4): GTC's ``k2_factor_sq(5)``.
    assert both.region_factor(0.95) ** 2 == pytest.approx(17.360679774997887, rel=1e-12)
    exact = propagate_together(
        {"a": lambda a, b: a + 0 * b, "b": lambda a, b: b + 0 * a}, [normal("a", 2.0, 0.3), normal("b", 5.0, 0.8)]
    )
    assert exact.region_factor(0.95) ** 2 == pytest.approx(-2 * math.log(0.05), rel=1e-12)


def test_pairs_are_known_by_the_names_that_inputs_keep() -> None:
    given = [normal("\u00b5", 1.0, 0.1), normal("b", 1.0, 0.1)]
    assert propagate(parse_model("\u03bc + b"), given, {("\u00b5", "b"): 1.0}).u == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: joint([4, 4, 4, 4], units={"re": "V", "im": "A"}).dof,
            "joint budget: units: expected one, got V, A. Give outputs of one unit, as real and imaginary part.",
        ),
        (
            lambda: joint([1, 1, 1, 1], correlation=np.full((4, 4), 0.5) + np.eye(4) / 2).region_factor(0.95),
            (
                "joint budget: dof: expected more than 1 for 2 outputs, got 1. "
                "Take more readings, or look at each output alone."
            ),
        ),
        (
            lambda: propagate(lambda a, b: a + b, X, {("a", "b"): 0.5, ("b", "a"): -0.5}),
            (
                "propagate: correlation: expected one coefficient for a pair, got 0.5 and -0.5 for b and a. "
                "Leave one of them out."
            ),
        ),
        (
            lambda: propagate(lambda a, b: a + b, X, {"ab": 0.5}),
            "propagate: correlation: expected pairs of a, b, got 'ab'. Name two different inputs.",
        ),
    ],
)
def test_what_no_outputs_and_no_pairs_are_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told
