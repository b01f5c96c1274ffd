"""Straight lines through a few points that are alike: each figure is the nearest float to the exact one."""

import math
from fractions import Fraction

import numpy as np
import pytest

from calibration.regression import fit_columns, fit_line
from calibration.regression.wide import FEW

PLACES = {
    "near": (0.0, 1.0, 11),
    "far": (1e9, 1e-3, 11),
    "small": (3e-40, 1e-41, 5),
    "large": (-2e40, 1e38, 30),
    "two": (5.0, 1.0, 2),
    "most": (1e6, 1.0, FEW),
}


def points(name: str) -> tuple[np.ndarray, np.ndarray]:
    middle, width, count = PLACES[name]
    rng = np.random.default_rng(count)
    return middle + width * rng.normal(size=count), 1e6 + rng.normal(size=count)


def about(values: np.ndarray) -> tuple[Fraction, list[Fraction]]:
    exact = [Fraction(float(each)) for each in values]
    mean = sum(exact, Fraction(0)) / len(exact)
    return mean, [each - mean for each in exact]


def root(square: Fraction) -> float:
    scale = 10**120
    return float(Fraction(math.isqrt(int(square * scale**2)), scale))


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("u", [0.5, 1 / 3])
def test_every_figure_is_the_exact_one_rounded(name: str, u: float) -> None:
    x, y = points(name)
    line = fit_line(x, y, u_y=u)
    (x_mean, dx), (y_mean, dy) = about(x), about(y)
    spread = sum(each**2 for each in dx)
    slope = sum(a * b for a, b in zip(dx, dy, strict=True)) / spread
    assert line.coefficients.tolist() == [float(y_mean - slope * x_mean), float(slope)]
    unit = Fraction(math.sqrt(u * u)) ** 2
    expected = [root(unit * (Fraction(1, x.size) + x_mean**2 / spread)), root(unit / spread)]
    assert line.u == pytest.approx(expected, rel=4e-16)
    left = [b - slope * a for a, b in zip(dx, dy, strict=True)]
    assert line.residuals == pytest.approx([float(each) for each in left], rel=4e-16, abs=1e-300)
    squares = sum(each**2 for each in left)
    assert line.squares == pytest.approx(float(squares / unit), rel=1e-14)
    assert line.r_squared == pytest.approx(float(1 - squares / sum(each**2 for each in dy)), rel=1e-13)


@pytest.mark.parametrize("name", ["near", "far", "most"])
@pytest.mark.parametrize("known", [{}, {"u_y": 0.2}, {"weights": 3.0}])
def test_it_agrees_with_the_arithmetic_of_32_digits(name: str, known: dict[str, float]) -> None:
    x, y = points(name)
    given = {key: np.full(x.size, each) for key, each in known.items()}
    line, columns = fit_line(x, y, **given), fit_columns(np.column_stack([np.ones_like(x), x]), y, **given)
    for ours, theirs in [
        (line.coefficients, columns.coefficients),
        (line.covariance, columns.covariance),
        (line.residuals, columns.residuals),
        (line.standardised_residuals, columns.standardised_residuals),
    ]:
        assert ours == pytest.approx(theirs, rel=1e-13, abs=1e-13 * np.abs(theirs).max())
    at = float(x[0] + 0.1 * (x[1] - x[0]))
    one, other = line.mean_response(at), columns.response([1.0, at])
    assert (one.value, one.u, one.dof) == pytest.approx((other.value, other.u, other.dof), rel=1e-13)


def test_r_squared_far_from_zero_keeps_its_digits() -> None:
    """Worked in whole numbers, y - 1e9 being -1, 1, -1, 2 over 2**20: r**2 = 3.5**2 / (5 * 6.75) = 49 / 135."""
    y = 1e9 + np.array([-1.0, 1.0, -1.0, 2.0]) * 2.0**-20
    assert fit_line([0, 1, 2, 3], y).r_squared == pytest.approx(49 / 135, rel=1e-15, abs=0)


def test_alike_values_give_a_level_line() -> None:
    line = fit_line([1.0, 2.5, 7.0], [3.7, 3.7, 3.7], u_y=0.1)
    assert (line.coefficients.tolist(), line.squares, line.r_squared) == ([3.7, 0.0], 0.0, None)
    with pytest.raises(ValueError, match="level") as caught:
        line.inverse(4.0, u_y=0.1)
    assert str(caught.value) == (
        "regression: y: expected a value at which the curve is not level, got 4.0. "
        "Measure y where the curve rises or falls."
    )
