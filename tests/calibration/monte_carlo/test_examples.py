"""The examples of JCGM 101:2008, clause 9; tolerances are five standard deviations of a million trials or more."""

import math

import numpy as np
import pytest

from calibration.monte_carlo import check_law, simulate
from calibration.uncertainty import Input, arcsine, normal, parse_model, propagate, rectangular

MILLION = 1_000_000


def total(a: float, b: float, c: float, d: float) -> float:
    return a + b + c + d


def of_unit_u(name: str, u: float = 1.0) -> Input:
    return rectangular(name, 0.0, u * math.sqrt(3))


def test_9_2_2_four_normal_inputs_add_up_to_a_normal_output() -> None:
    inputs = [normal(name, 0.0, 1.0) for name in "abcd"]
    found = simulate(total, inputs, np.random.default_rng(21), trials=MILLION)
    assert found.value == pytest.approx(0, abs=0.01)
    assert found.u == pytest.approx(2.0, abs=0.008)
    assert found.symmetric(0.95) == pytest.approx((-3.92, 3.92), abs=0.03)
    assert found.shortest(0.95) == pytest.approx((-3.92, 3.92), abs=0.15)


def test_9_2_3_four_rectangular_inputs_of_one_width() -> None:
    found = simulate(total, [of_unit_u(name) for name in "abcd"], np.random.default_rng(22), trials=MILLION)
    assert found.u == pytest.approx(2.0, abs=0.007)
    # The document's closed form: 2 sqrt(3) (2 - (3 / 5)**(1 / 4)).
    end = 2 * math.sqrt(3) * (2 - 0.6**0.25)
    assert round(end, 2) == 3.88
    assert found.symmetric(0.95) == pytest.approx((-end, end), abs=0.025)


def test_9_2_4_one_rectangular_input_outweighs_the_others() -> None:
    inputs = [*(of_unit_u(name) for name in "abc"), of_unit_u("d", 10.0)]
    found = simulate(total, inputs, np.random.default_rng(23), trials=MILLION)
    assert found.u == pytest.approx(10.1, abs=0.06)
    assert found.symmetric(0.95) == pytest.approx((-17.0, 17.0), abs=0.1)
    law = propagate(total, inputs).expand(0.95).interval
    assert law == pytest.approx((-19.9, 19.9), abs=0.05)


WEIGHT = parse_model("(m + dm) * (1 + (rho_a - 1.2) * (1 / rho_w - 1 / rho_r)) - 100000")
MASS = [
    normal("m", 100_000.0, 0.05, unit="mg"),
    normal("dm", 1.234, 0.02, unit="mg"),
    rectangular("rho_a", 1.2, 0.1, unit="kg.m-3"),
    rectangular("rho_w", 8000.0, 1000.0, unit="kg.m-3"),
    rectangular("rho_r", 8000.0, 50.0, unit="kg.m-3"),
]


def test_9_3_mass_calibration() -> None:
    found = simulate(WEIGHT, MASS, np.random.default_rng(24), trials=MILLION, unit="mg")
    assert found.value == pytest.approx(1.2341, abs=0.0005)
    assert found.u == pytest.approx(0.0754, abs=0.0003)
    assert found.shortest(0.95) == pytest.approx((1.0834, 1.3825), abs=0.006)
    low, high = found.shortest(0.95)
    assert high - low == pytest.approx(0.2991, abs=0.0012)


def test_9_3_the_law_of_first_order_fails_and_that_of_second_order_holds() -> None:
    first = check_law(WEIGHT, MASS, np.random.default_rng(25), unit="mg")
    assert first.conclusive
    assert not first.valid
    assert first.law == pytest.approx((1.1285, 1.3395), abs=0.0001)
    assert first.validation.tolerance == 0.005
    assert (first.validation.d_low, first.validation.d_high) == pytest.approx((0.0451, 0.0430), abs=0.004)
    second = check_law(WEIGHT, MASS, np.random.default_rng(25), second_order=True, unit="mg")
    assert second.valid
    assert second.law == pytest.approx((1.0870, 1.3810), abs=0.0001)


# x_1, r: estimate, u and shortest interval, 1e-6. For r = 0 by the noncentral chi-square distribution with two degrees
# of freedom, scaled by u**2 (SciPy 1.17, width minimised over the lower probability); for r = 0.9 by a quadrature over
# the sum and the difference of both, which are independent: the document's [0, 185] and [13, 398] are those. u by
# u**2 = 4 u_x**4 (1 + r**2) + 4 x_1**2 u_x**2.
LOSS = [
    (0.000, 0.0, 50.0, 50.0, (0.0, 149.787)),
    (0.010, 0.0, 150.0, 111.803, (0.0, 366.005)),
    (0.050, 0.0, 2550.0, 502.494, (1593.57, 3548.57)),
    (0.000, 0.9, 50.0, 67.268, (0.0, 185.056)),
    (0.010, 0.9, 150.0, 120.520, (12.652, 397.479)),
    (0.050, 0.9, 2550.0, 504.505, (1624.419, 3554.682)),
]


@pytest.mark.parametrize(("x", "r", "value", "u", "interval"), LOSS)
def test_9_4_comparison_loss(x: float, r: float, value: float, u: float, interval: tuple[float, float]) -> None:
    inputs = [normal("x_1", x, 0.005), normal("x_2", 0.0, 0.005)]
    loss = parse_model("1e6 * (x_1**2 + x_2**2)")
    found = simulate(loss, inputs, np.random.default_rng(26), {("x_1", "x_2"): r}, trials=MILLION)
    assert found.value == pytest.approx(value, abs=5 * u / 1000)
    assert found.u == pytest.approx(u, rel=0.01)
    assert found.shortest(0.95) == pytest.approx(interval, abs=0.08 * u)
    assert found.shortest(0.95)[0] >= 0


def test_9_4_the_law_has_nothing_to_say_at_the_minimum() -> None:
    inputs = [normal("x_1", 0.0, 0.005), normal("x_2", 0.0, 0.005)]
    with pytest.raises(ValueError, match="expected above 0 by the law") as told:
        check_law(lambda x_1, x_2: x_1**2 + x_2**2, inputs, np.random.default_rng(1))
    assert str(told.value) == (
        "check_law: u: expected above 0 by the law, got 0. "
        "All sensitivities are zero there: take the result of simulate."
    )


def test_9_5_gauge_block() -> None:
    """In nm; the curvilinear trapezoids are rectangular inputs with 50 and 2 degrees of freedom."""
    inputs = [
        normal("l_s", 50_000_623.0, 25.0, dof=18, unit="nm"),
        normal("d", 215.0, 6.0, dof=24, unit="nm"),
        normal("d_1", 0.0, 4.0, dof=5, unit="nm"),
        normal("d_2", 0.0, 7.0, dof=8, unit="nm"),
        rectangular("alpha_s", 11.5e-6, 2e-6, unit="Cel-1"),
        normal("theta_0", -0.1, 0.2, unit="Cel"),
        arcsine("theta_1", 0.0, 0.5, unit="Cel"),
        rectangular("d_alpha", 0.0, 1e-6, dof=50, unit="Cel-1"),
        rectangular("d_theta", 0.0, 0.05, dof=2, unit="Cel"),
    ]
    model = parse_model("l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta_0 + theta_1) + alpha_s * d_theta) - 50000000")
    found = simulate(model, inputs, np.random.default_rng(27), trials=MILLION, unit="nm")
    assert found.value == pytest.approx(838, abs=0.5)
    assert found.u == pytest.approx(36, abs=0.5)
    assert found.symmetric(0.99) == pytest.approx((745, 932), abs=1.5)
    budget = propagate(model, inputs, unit="nm")
    assert round(budget.u) == 32
    assert budget.expand(0.99).interval == pytest.approx((745, 931), abs=0.5)
