"""Constants: mpmath 1.4.1 with 30 digits, ``sqrt(2) * erfinv(2 * p - 1)`` and bisection on ``gammainc``."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.distributions import chi_square_cdf, chi_square_quantile, normal_cdf, normal_quantile


@pytest.mark.parametrize(
    ("p", "z"),
    [
        (1e-12, -7.0344838253011319),
        (1e-6, -4.7534243088228989),
        (0.005, -2.5758293035489008),
        (0.1, -1.2815515655446005),
        (0.4, -0.2533471031357998),
        (0.75, 0.67448975019608174),
        (0.975, 1.9599639845400542),
        (0.9999, 3.7190164854556806),
    ],
)
def test_normal_quantile(p: float, z: float) -> None:
    assert normal_quantile(p) == pytest.approx(z, rel=1e-13)


@pytest.mark.parametrize(
    ("p", "dof", "x"),
    [
        (0.025, 1, 0.00098206911717525591),
        (0.975, 1, 5.023886187314889),
        (1e-6, 0.5, 1.349939578622346e-24),
        (1e-10, 3, 5.2093976214344802e-7),
        (0.025, 3.83, 0.43261167451257471),
        (0.05, 14, 6.5706313837893436),
        (0.975, 90.82, 119.07566895690739),
        (0.025, 124, 95.07008897234516),
        (0.975, 124, 156.71410382967215),
        (0.999999, 10, 46.863046846784383),
        (0.5, 2000.5, 1999.8333728440491),
        (0.005, 100_000, 98851.810939110039),
    ],
)
def test_chi_square_quantile(p: float, dof: float, x: float) -> None:
    assert chi_square_quantile(p, dof) == pytest.approx(x, rel=1e-11)


@given(x=st.floats(1e-9, 200), half=st.integers(1, 40))
def test_an_even_number_of_degrees_of_freedom_is_a_sum_of_poisson_terms(x: float, half: int) -> None:
    terms = math.fsum(math.exp(-x / 2 + k * math.log(x / 2) - math.lgamma(k + 1)) for k in range(half))
    assert chi_square_cdf(x, 2 * half) == pytest.approx(1 - terms, abs=1e-13)


@given(x=st.floats(1e-6, 200))
def test_one_degree_of_freedom_is_a_squared_normal(x: float) -> None:
    assert chi_square_cdf(x, 1) == pytest.approx(math.erf(math.sqrt(x / 2)), rel=1e-12)


@given(p=st.floats(1e-9, 1 - 1e-9), dof=st.floats(0.3, 1e4))
def test_a_quantile_has_the_probability_that_was_asked_for(p: float, dof: float) -> None:
    # Far out on the right a probability has few digits left below 1: hence the second term.
    assert chi_square_cdf(chi_square_quantile(p, dof), dof) == pytest.approx(p, rel=1e-10, abs=1e-15)


@given(p=st.floats(1e-300, 1 - 1e-12))
def test_a_normal_quantile_has_the_probability_that_was_asked_for(p: float) -> None:
    assert normal_cdf(normal_quantile(p)) == pytest.approx(p, rel=1e-11)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, math.nan])
def test_a_probability_is_between_0_and_1(p: float) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        normal_quantile(p)
    assert str(caught.value) == (
        f"normal_quantile: p: expected a probability between 0 and 1, got {p!r}. Give 0.975 for 97.5 %."
    )


@pytest.mark.parametrize("dof", [0.0, -1.0, math.inf, math.nan])
def test_degrees_of_freedom_are_finite_and_above_0(dof: float) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        chi_square_quantile(0.5, dof)
    assert str(caught.value) == (
        f"chi_square_quantile: dof: expected a finite number above 0, got {dof!r}. Count the degrees of freedom again."
    )


def test_a_sum_of_squares_is_not_negative() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        chi_square_cdf(-1.0, 3)
    assert str(caught.value) == ("chi_square_cdf: x: expected 0 or more, got -1.0. A sum of squares is not negative.")
