import math

import numpy as np
import pytest

from calibration.control_charts import c4, d2, d3

# ASTM Manual on Presentation of Data and Control Chart Analysis (MNL 7), n = 2 to 25.
D2 = """1.128 1.693 2.059 2.326 2.534 2.704 2.847 2.970 3.078 3.173 3.258 3.336 3.407 3.472 3.532 3.588 3.640 3.689
        3.735 3.778 3.819 3.858 3.895 3.931"""
D3 = """0.8525 0.8884 0.8798 0.8641 0.8480 0.8332 0.8198 0.8078 0.7971 0.7873 0.7785 0.7704 0.7630 0.7562 0.7499
        0.7441 0.7386 0.7335 0.7287 0.7242 0.7199 0.7159 0.7121 0.7084"""
C4 = """0.7979 0.8862 0.9213 0.9400 0.9515 0.9594 0.9650 0.9693 0.9727 0.9754 0.9776 0.9794 0.9810 0.9823 0.9835
        0.9845 0.9854 0.9862 0.9869 0.9876 0.9882 0.9887 0.9892 0.9896"""


@pytest.mark.parametrize(("constant", "table", "half_unit"), [(d2, D2, 5e-4), (d3, D3, 5e-5), (c4, C4, 5e-5)])
def test_they_are_those_of_the_published_tables(constant, table: str, half_unit: float) -> None:
    computed = [constant(n) for n in range(2, 26)]
    assert computed == pytest.approx([float(figure) for figure in table.split()], abs=half_unit * 1.001)


@pytest.mark.parametrize(
    ("n", "exact"),
    [
        (2, 2 / math.sqrt(math.pi)),
        (3, 3 / math.sqrt(math.pi)),
        (4, 3 / math.sqrt(math.pi) * (1 + 2 / math.pi * math.asin(1 / 3))),
    ],
)
def test_d2_of_small_subgroups_in_closed_form(n: int, exact: float) -> None:
    assert d2(n) == pytest.approx(exact, rel=1e-12)


# mpmath 1.4.1, 18 digits, quad of 2 * (1 - Phi(x)**n - Phi(-x)**n) over x >= 0; d3 by quad of the density of the range.
@pytest.mark.parametrize(
    ("n", "mean"),
    [
        (5, 2.32592894728104),
        (25, 3.93062921950711),
        (100, 5.01518727288337),
        (1000, 6.48287153826688),
        (100_000, 8.76863880621518),
    ],
)
def test_d2_by_another_integral(n: int, mean: float) -> None:
    assert d2(n) == pytest.approx(mean, rel=1e-11)


@pytest.mark.parametrize(
    ("n", "spread"),
    [(2, math.sqrt(2 - 4 / math.pi)), (5, 0.864081941099504), (25, 0.708440765888655), (100, 0.605179109487853)],
)
def test_d3_by_another_integral(n: int, spread: float) -> None:
    assert d3(n) == pytest.approx(spread, rel=1e-11)


# mpmath 1.4.1, 30 digits, sqrt(2 / (n - 1)) * gamma(n / 2) / gamma((n - 1) / 2).
@pytest.mark.parametrize(
    ("n", "share"),
    [
        (2, 0.79788456080286536),
        (5, 0.93998560298662519),
        (125, 0.9979859237986342),
        (401, 0.99937519592244627),
        (402, 0.99937675354847417),
        (100_000, 0.99999749997812485),
    ],
)
def test_c4_for_any_number_of_values(n: int, share: float) -> None:
    assert c4(n) == pytest.approx(share, rel=1e-12)


def test_c4_goes_over_smoothly_to_its_series() -> None:
    steps = np.diff([c4(n) for n in np.linspace(395, 405, 101)])
    assert np.all(steps > 0)
    assert np.ptp(steps) < 1e-8


@pytest.mark.parametrize("constant", [d2, d3])
@pytest.mark.parametrize("n", [1, 0, 2.5])
def test_a_range_needs_a_whole_number_of_values(constant, n: float) -> None:
    with pytest.raises(ValueError, match=":") as caught:
        constant(n)
    assert str(caught.value) == (
        f"{constant.__name__}: n: expected a whole number of 2 or more, got {n!r}. A range needs two values."
    )


def test_one_value_has_no_spread() -> None:
    with pytest.raises(ValueError, match=":") as caught:
        c4(1)
    assert str(caught.value) == "c4: n: expected more than 1 value, got 1. One value has no spread."
