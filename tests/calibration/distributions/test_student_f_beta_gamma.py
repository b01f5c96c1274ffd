"""Constants: mpmath 1.4.1 with 40 digits.

Quantiles are secant roots of tails that were integrated numerically in the logarithm of the odds, so that nothing of
the continued fractions under test is in them; the gamma function's by ``gammainc``.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.distributions import (
    beta_cdf,
    beta_quantile,
    chi_square_cdf,
    chi_square_quantile,
    coverage_factor,
    f_cdf,
    f_quantile,
    gamma_cdf,
    gamma_quantile,
    normal_cdf,
    normal_quantile,
    student_t_cdf,
    student_t_quantile,
)

PROBABILITIES = st.one_of(st.floats(1e-60, 0.5), st.floats(0.5, 1 - 2**-53))


@pytest.mark.parametrize(
    ("p", "dof", "t"),
    [
        (0.975, 1, 12.7062047361746933),
        (0.995, 2, 9.92484320091828864),
        (0.6, 3.7, 0.272164464292069565),
        (1e-10, 2.5, -8765.43777136457162),
        (0.975, 16, 2.11990529922125421),
        (1 - 2**-40, 9, 51.9614073765552302),
        (0.99865, 50, 3.15712131610757471),
        (0.5 + 2**-30, 7, 2.41907339137573775e-9),
        (0.95, 1000, 1.64637881728546428),
        (1e-20, 1e6, -9.26254106529165844),
        (0.975, 1e6, 1.95996635681410666),
        (0.975, math.inf, 1.9599639845400542),
        (1e-100, 1, -3.18309886183790672e99),  # 1 / (pi * p)
        (0.5, 3, 0.0),
    ],
)
def test_quantiles_of_student(p: float, dof: float, t: float) -> None:
    assert student_t_quantile(p, dof) == pytest.approx(t, rel=1e-12)
    assert student_t_cdf(t, dof) == pytest.approx(p, rel=1e-11)
    assert student_t_cdf(t, dof, upper=True) == pytest.approx(1 - p, rel=1e-10, abs=1e-16)


@pytest.mark.parametrize(
    ("p", "dof_1", "dof_2", "x"),
    [
        (0.95, 1, 1, 161.447638797588208),
        (0.975, 9, 40, 2.45193921702992589),
        (0.05, 9, 40, 0.353865474713641017),
        (1e-6, 2.5, 7.1, 0.0000135581631961695652),
        (1 - 2**-30, 30, 3, 1322355.26153068522),
        (0.5, 1000, 10, 1.06973746875454557),
        (0.99, 1e6, 1e6, 1.00466353961979691),
        (0.01, 1, 1e6, 0.000157087936465988884),
        (0.999, 1e6, 2, 999.499915624972705),
    ],
)
def test_quantiles_of_f(p: float, dof_1: float, dof_2: float, x: float) -> None:
    assert f_quantile(p, dof_1, dof_2) == pytest.approx(x, rel=1e-12)
    assert f_cdf(x, dof_1, dof_2) == pytest.approx(p, rel=1e-10)
    # The reciprocal's other tail is the same.
    assert f_cdf(1 / x, dof_2, dof_1, upper=True) == pytest.approx(p, rel=1e-10)


@pytest.mark.parametrize(
    ("x", "a", "b", "lower", "upper"),
    [
        (0.3, 2.5, 1.5, 0.0889437231706655916, 0.911056276829334408),
        (0.001, 0.5, 0.5, 0.0201350416333774912, 0.979864958366622509),
        (0.999, 50, 3, 0.999978696782834132, 0.0000213032171658676022),
        (0.5, 1e5, 1e5, 0.5, 0.5),
        (0.2, 0.01, 5.0, 0.997818038077035334, 0.00218196192296466606),
        (0.0, 2, 3, 0.0, 1.0),
        (1.0, 2, 3, 1.0, 0.0),
    ],
)
def test_incomplete_beta(x: float, a: float, b: float, lower: float, upper: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(lower, rel=1e-12)
    assert beta_cdf(x, a, b, upper=True) == pytest.approx(upper, rel=1e-12)


@pytest.mark.parametrize(
    ("x", "shape", "lower", "upper"),
    [
        (0.5, 0.5, 0.682689492137085897, 0.317310507862914103),
        (1e-3, 2.0, 4.99666791633340297e-7, 0.999999500333208367),
        (30.0, 3.0, 0.999999999954989834, 4.50101664801212398e-11),
        (1000.0, 1100.0, 0.000962630405866557161, 0.999037369594133443),
        (5e5, 5e5, 0.5001880631966055, 0.4998119368033945),
        (5.03e5, 5e5, 0.999988554915817051, 0.0000114450841829491267),
        (math.inf, 3.0, 1.0, 0.0),
    ],
)
def test_incomplete_gamma(x: float, shape: float, lower: float, upper: float) -> None:
    assert gamma_cdf(x, shape) == pytest.approx(lower, rel=1e-11)
    assert gamma_cdf(x, shape, upper=True) == pytest.approx(upper, rel=1e-11)


@given(p=PROBABILITIES, dof=st.floats(1, 1e6))
def test_a_quantile_of_student_has_the_probability_that_was_asked_for(p: float, dof: float) -> None:
    t = student_t_quantile(p, dof)
    assert student_t_cdf(t, dof) == pytest.approx(p, rel=1e-11)
    assert student_t_cdf(t, dof, upper=True) == pytest.approx(1 - p, rel=1e-11)


@given(p=PROBABILITIES, dof_1=st.floats(1, 1e4), dof_2=st.floats(1, 1e4))
def test_a_quantile_of_f_has_the_probability_that_was_asked_for(p: float, dof_1: float, dof_2: float) -> None:
    x = f_quantile(p, dof_1, dof_2)
    assert f_cdf(x, dof_1, dof_2) == pytest.approx(p, rel=1e-10)
    assert f_cdf(x, dof_1, dof_2, upper=True) == pytest.approx(1 - p, rel=1e-10)


@given(p=st.floats(1e-9, 1 - 1e-9), a=st.floats(0.5, 500), b=st.floats(0.5, 500))
def test_a_quantile_of_beta_and_of_gamma_has_the_probability_that_was_asked_for(p: float, a: float, b: float) -> None:
    # Near 1 a fraction has few digits left: hence the second term.
    assert beta_cdf(beta_quantile(p, a, b), a, b) == pytest.approx(p, rel=1e-9, abs=1e-8 if b < 1 else 1e-12)
    assert gamma_cdf(gamma_quantile(p, a), a) == pytest.approx(p, rel=1e-11)


@given(t=st.floats(-35, 35))
def test_student_goes_over_into_the_normal_distribution(t: float) -> None:
    assert student_t_cdf(t, 1e15) == pytest.approx(normal_cdf(t), rel=1e-9)
    assert student_t_cdf(t, math.inf) == normal_cdf(t)
    # At the joint of both ways of calculation nothing jumps.
    assert student_t_cdf(t, 1.0000001e10) == pytest.approx(student_t_cdf(t, 1e10), rel=1e-10)


def test_f_with_an_exactly_known_variance_is_chi_square() -> None:
    assert f_quantile(0.95, 4, math.inf) == pytest.approx(chi_square_quantile(0.95, 4) / 4, rel=1e-14)
    assert f_quantile(0.95, math.inf, 4) == pytest.approx(4 / chi_square_quantile(0.05, 4), rel=1e-13)
    assert f_cdf(2.0, 4, math.inf) == pytest.approx(chi_square_cdf(8.0, 4), rel=1e-14)
    assert f_cdf(2.0, math.inf, 4, upper=True) == pytest.approx(chi_square_cdf(2.0, 4), rel=1e-14)


def test_the_upper_tail_keeps_its_digits_where_the_lower_one_is_1() -> None:
    assert normal_cdf(30.0, upper=True) == normal_cdf(-30.0) > 0
    assert student_t_cdf(1e6, 7, upper=True) == pytest.approx(student_t_cdf(-1e6, 7), rel=1e-12)
    assert chi_square_cdf(800.0, 2, upper=True) == pytest.approx(math.exp(-400), rel=1e-12)


def test_a_normal_quantile_keeps_its_digits_beside_one_half() -> None:
    assert normal_quantile(0.499999999) == pytest.approx(-2.50662834288453267e-9, rel=1e-15)


@pytest.mark.parametrize(
    ("dof", "factors"),
    [  # JCGM 100:2008, table G.2: 68.27, 90, 95, 95.45, 99 and 99.73 %
        (1, (1.84, 6.31, 12.71, 13.97, 63.66, 235.80)),
        (2, (1.32, 2.92, 4.30, 4.53, 9.92, 19.21)),
        (5, (1.11, 2.02, 2.57, 2.65, 4.03, 5.51)),
        (10, (1.05, 1.81, 2.23, 2.28, 3.17, 3.96)),
        (16, (1.03, 1.75, 2.12, 2.17, 2.92, 3.54)),
        (50, (1.01, 1.68, 2.01, 2.05, 2.68, 3.16)),
        (100, (1.005, 1.660, 1.984, 2.025, 2.626, 3.077)),
        (math.inf, (1.000, 1.645, 1.960, 2.000, 2.576, 3.000)),
    ],
)
def test_coverage_factors_of_the_guides_table(dof: float, factors: tuple[float, ...]) -> None:
    one, two, three = (math.erf(k / math.sqrt(2)) for k in (1, 2, 3))  # As the table's note says.
    probabilities = (one, 0.90, 0.95, two, 0.99, three)
    places = 3 if dof >= 100 else 2
    assert tuple(round(coverage_factor(p, dof), places) for p in probabilities) == factors


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: coverage_factor(95, 10),
            "coverage_factor: p: expected a probability between 0 and 1, got 95. Give 0.975 for 97.5 %.",
        ),
        (
            lambda: student_t_quantile(0.9, 0),
            "student_t_quantile: dof: expected a number above 0 or inf, got 0. Count the degrees of freedom again.",
        ),
        (
            lambda: student_t_cdf(math.nan, 3),
            "student_t_cdf: t: expected a number, got nan. Look at what it was computed from.",
        ),
        (
            lambda: f_quantile(0.9, math.inf, math.inf),
            "f_quantile: dof_1, dof_2: expected one of them finite, got inf and inf. The ratio is then exactly 1.",
        ),
        (
            lambda: f_cdf(1.0, 1e11, 3),
            "f_cdf: dof_1: expected 1e+10 at most or inf, got 100000000000.0. Give inf.",
        ),
        (
            lambda: f_cdf(-1.0, 3, 3),
            "f_cdf: x: expected 0 or more, got -1.0. A ratio of variances is not negative.",
        ),
        (
            lambda: beta_cdf(1.5, 1, 1),
            "beta_cdf: x: expected a number between 0 and 1, got 1.5. A beta variable is a fraction.",
        ),
        (
            lambda: gamma_cdf(1.0, 0.0),
            "gamma_cdf: shape: expected a number above 0, 1e+10 at most, got 0.0. Look at how it was computed.",
        ),
        (
            lambda: chi_square_quantile(0.5, 1e11),
            (
                "chi_square_quantile: dof: expected 1e+10 at most, got 100000000000.0. "
                "Use the distribution's limit, as the normal one."
            ),
        ),
        (
            lambda: student_t_quantile(1e-300, 0.5),
            (
                "student_t_quantile: quantile: expected a number below 1e308, got exp(1379.28). "
                "Take more degrees of freedom or a less extreme probability."
            ),
        ),
    ],
)
def test_what_is_outside_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        call()
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("p", "dof", "k"),
    [
        # SciPy 1.17: t.ppf and norm.ppf of (1 + p) / 2; of 1e-17, p over twice the density in the middle.
        (0.1, 3.5, 0.1350156501802094),
        (0.1, math.inf, 0.12566134685507416),
        (1e-17, 1.0, math.pi / 2 * 1e-17),
        (1e-17, math.inf, math.sqrt(math.pi / 2) * 1e-17),
    ],
)
def test_a_narrow_interval_has_its_factor(p: float, dof: float, k: float) -> None:
    assert coverage_factor(p, dof) == pytest.approx(k, rel=1e-12)


@pytest.mark.parametrize("value", [None, "0.5", [0.5, 0.6], 0.5j])
def test_what_is_not_one_number_is_refused(value: object) -> None:
    calls = {
        "normal_cdf: z": lambda: normal_cdf(value),  # type: ignore[arg-type]
        "normal_quantile: p": lambda: normal_quantile(value),  # type: ignore[arg-type]
        "student_t_cdf: dof": lambda: student_t_cdf(1.0, value),  # type: ignore[arg-type]
        "chi_square_cdf: x": lambda: chi_square_cdf(value, 3.0),  # type: ignore[arg-type]
        "chi_square_quantile: dof": lambda: chi_square_quantile(0.5, value),  # type: ignore[arg-type]
        "beta_cdf: x": lambda: beta_cdf(value, 1.0, 2.0),  # type: ignore[arg-type]
        "gamma_cdf: shape": lambda: gamma_cdf(1.0, value),  # type: ignore[arg-type]
    }
    for place, call in calls.items():
        with pytest.raises(ValueError, match="one number") as caught:
            call()
        assert str(caught.value) == f"{place}: expected one number, got {value!r}. Call it for each value."
