"""Regression with AR(1) errors by calendar day."""

import re

import numpy as np
import pytest

from gateway.indicators.car1 import fit_car1, whiten

RNG = np.random.default_rng(20260501)


def plain_likelihood(days: np.ndarray, y: np.ndarray, x: np.ndarray, rho: float) -> float:
    """The restricted likelihood as its formula stands, with the whole matrix of correlations."""
    v = np.power(rho, np.abs(days[:, None] - days[None, :]).astype(float))
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    b = np.linalg.solve(information, x.T @ inverse @ y)
    e = y - x @ b
    m = len(y) - x.shape[1]
    sum_of_squares = float(e @ inverse @ e)
    volumes = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * (m * (np.log(2 * np.pi * sum_of_squares / m) + 1) + volumes))


def short_series(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(number)
    days = np.sort(rng.permutation(24)[:14])
    since = (days - 12).astype(float)
    x = np.column_stack([np.ones(14), since, since >= 0, np.where(since >= 0, since, 0)])
    return days, np.cumsum(rng.standard_normal(14)) + rng.standard_normal(14), x


def hills(heights: np.ndarray) -> int:
    return int(np.sum((heights[1:-1] > heights[:-2]) & (heights[1:-1] > heights[2:])))


def test_the_highest_of_several_hills_is_found() -> None:
    grid = np.linspace(-0.995, 0.995, 199)
    several = 0
    for number in range(60):
        days, y, x = short_series(number)
        heights = np.array([plain_likelihood(days, y, x, rho) for rho in grid])
        several += hills(heights) > 1
        fit = fit_car1(days, y, x)
        assert fit is not None
        assert fit.log_likelihood >= np.max(heights) - 1e-9
        if not fit.at_end and abs(fit.rho) < 0.995:
            assert fit.log_likelihood == pytest.approx(plain_likelihood(days, y, x, fit.rho), abs=1e-8)
    assert several >= 3


def test_rounding_of_another_machine_moves_no_figure_by_1e_9() -> None:
    days = np.flatnonzero(RNG.random(150) < 0.7)
    x = np.column_stack([np.ones(len(days)), days >= 75]).astype(float)
    y = 0.6 + 0.03 * RNG.standard_normal(len(days))
    noisy = y * (1 + 4e-16 * RNG.choice([-1, 0, 1], len(days)))
    one, other = fit_car1(days, y, x), fit_car1(days, noisy, x)
    assert one is not None
    assert other is not None
    assert other.coefficients == pytest.approx(one.coefficients, rel=1e-11)
    assert other.rho == pytest.approx(one.rho, abs=1e-11)
    assert np.sqrt(np.diag(other.covariance)) == pytest.approx(np.sqrt(np.diag(one.covariance)), rel=1e-11)


@pytest.mark.parametrize("rho", [0.9999, 0.6, 0.0, -0.6])
def test_whitened_rows_have_the_inverse_of_the_correlations(rho: float) -> None:
    days = np.array([0, 1, 3, 4, 10, 11, 12, 19])
    v = np.power(rho, np.abs(days[:, None] - days[None, :]).astype(float))
    white = whiten(days, np.eye(len(days)), rho)
    assert white @ v @ white.T == pytest.approx(np.eye(len(days)), abs=1e-9)


def test_days_at_even_distances_cannot_tell_the_sign_and_take_the_positive_one() -> None:
    days = np.arange(0, 140, 2)
    y = RNG.standard_normal(70)
    y[1:] += 0.5 * y[:-1]
    fit = fit_car1(days, y, np.column_stack([np.ones(70), days >= 70]).astype(float))
    assert fit is not None
    assert fit.rho > 0.3


def test_weights_are_relative() -> None:
    days, x = np.arange(40), np.column_stack([np.ones(40), np.arange(40) >= 20]).astype(float)
    y, weights = RNG.standard_normal(40), RNG.uniform(1, 3, 40)
    one, other = fit_car1(days, y, x, weights), fit_car1(days, y, x, 1000 * weights)
    assert one is not None
    assert other is not None
    assert other.coefficients == pytest.approx(one.coefficients, rel=1e-10)
    assert other.sigma == pytest.approx(one.sigma, rel=1e-10)


def test_a_series_without_errors_has_no_fit() -> None:
    days, x = np.arange(40), np.column_stack([np.ones(40), np.arange(40) >= 20]).astype(float)
    assert fit_car1(days, 0.6 + 0.1 * x[:, 1], x) is None
    assert fit_car1(days, np.zeros(40), x) is None
    assert fit_car1(days, 1e-300 * RNG.standard_normal(40), x) is None


def test_a_line_under_a_model_of_levels_wanders_to_the_end() -> None:
    days, x = np.arange(60), np.column_stack([np.ones(60), np.arange(60) >= 30]).astype(float)
    fit = fit_car1(days, np.arange(60) * 1.0, x)
    assert fit is not None
    assert fit.at_end
    assert fit.rho > 0.9999


@pytest.mark.parametrize(
    ("days", "y", "x", "message"),
    [
        (
            np.arange(5),
            np.arange(4.0),
            np.ones((5, 1)),
            (
                "fit_car1: days, y and design of shapes (5,), (4,), (5, 1), expected (n,), (n,), (n, k). "
                "Give one row for each day."
            ),
        ),
        (
            np.arange(3),
            np.arange(3.0),
            np.ones((3, 2)),
            "fit_car1: 3 days for 2 columns, expected at least 4. Give more days or fewer columns.",
        ),
        (
            np.array([0, 2, 2, 3]),
            np.arange(4.0),
            np.ones((4, 1)),
            "fit_car1: days do not rise. Sort them, and give each once.",
        ),
        (
            np.arange(4),
            np.array([0, 1, np.nan, 2]),
            np.ones((4, 1)),
            "fit_car1: y or design holds a value that is no finite number. Leave such days out.",
        ),
        (
            np.arange(5),
            np.array([0, 1, 3, 2, 2.0]),
            np.ones((5, 2)),
            "fit_car1: columns hang together, so that b has no one value. Leave out what repeats another.",
        ),
    ],
    ids=["shapes", "too few days", "days that do not rise", "a gap as NaN", "columns that hang together"],
)
def test_what_cannot_be_fitted_is_refused(days: np.ndarray, y: np.ndarray, x: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit_car1(days, y, x)
