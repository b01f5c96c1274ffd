"""Newey-West, blocks, lags and worst stretches."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.indicators.sensitivity import (
    bandwidth,
    block_bootstrap,
    block_length,
    lag_correlation,
    newey_west,
    worst_stretch,
)

SERIES: dict[str, dict[str, Any]] = {
    one["name"]: one for one in tomllib.loads(Path(__file__).with_name("nlme.toml").read_text("utf-8"))["series"]
}


def least_squares(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days, residuals and columns of one of the series."""
    one = SERIES[name]
    days, y = np.array(one["days"], dtype=np.int64), np.array(one["y"])
    since, is_after = (days - one["begins"]).astype(float), days >= one["begins"]
    every = {"base": np.ones(len(days)), "trend": since, "level": is_after, "slope": since * is_after}
    columns = np.column_stack([every[column] for column in one["names"]])
    return days, y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0], columns


# statsmodels 0.15.0: OLS(y, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}).bse
@pytest.mark.parametrize(
    ("name", "lags", "u"),
    [
        ("no gaps", 0, (0.0041018155785202725, 0.0058860647262341335)),
        ("no gaps", 1, (0.004891465740920246, 0.006749896415282688)),
        ("no gaps", 4, (0.006659400446338028, 0.00864089249167215)),
        ("no gaps", 10, (0.007601702689822364, 0.009613284926032344)),
        (
            "level and slope",
            3,
            (0.007025931913757175, 0.0004236317695617459, 0.01249940621404008, 0.0007538908756304374),
        ),
    ],
)
def test_newey_west_is_that_of_statsmodels(name: str, lags: int, u: tuple[float, ...]) -> None:
    covariance = newey_west(*least_squares(name), lags)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(u, rel=1e-9)


def test_newey_west_counts_pairs_by_calendar_days() -> None:
    days, errors, columns = least_squares("gaps")
    n, k = columns.shape
    middle = np.zeros((k, k))
    for i in range(n):
        for j in range(n):
            weight = max(0.0, 1 - abs(days[i] - days[j]) / 6)
            middle += weight * errors[i] * errors[j] * np.outer(columns[i], columns[j])
    bread = np.linalg.inv(columns.T @ columns)
    assert newey_west(days, errors, columns, 5) == pytest.approx(n / (n - k) * bread @ middle @ bread, rel=1e-9)


@pytest.mark.parametrize(("rho", "lags", "block"), [(0.0, 0, 1), (0.6, 7, 7), (-0.6, 7, 7), (0.99, 30, 15)])
def test_lags_and_blocks_grow_with_correlation(rho: float, lags: int, block: int) -> None:
    # rho 0.6, n 60: (0.36 / 0.64**2) = 0.8789; 1.1447 * (4 * 0.8789 * 60)**(1/3) = 6.8; (6 * 0.8789 * 60)**(1/3) = 6.8
    assert (bandwidth(60, rho), block_length(60, rho)) == (lags, block)


def test_the_bootstrap_of_a_mean_varies_as_theory_says() -> None:
    rng = np.random.default_rng(4)
    residuals = rng.standard_normal(400)
    spread = block_bootstrap(residuals, np.full(400, 1 / 400), 1, np.random.default_rng(1), repeats=4000)
    assert np.std(spread) == pytest.approx(np.std(residuals) / 20, rel=0.05)
    assert np.mean(spread) == pytest.approx(0, abs=0.004)


def test_blocks_keep_the_correlation_that_single_days_lose() -> None:
    rng = np.random.default_rng(5)
    shocks = rng.standard_normal(2000)
    for number in range(1, 2000):
        shocks[number] = 0.6 * shocks[number - 1] + 0.8 * shocks[number]
    mean = np.full(2000, 1 / 2000)
    single = np.std(block_bootstrap(shocks, mean, 1, np.random.default_rng(1)))
    blocks = np.std(block_bootstrap(shocks, mean, 40, np.random.default_rng(1)))
    assert 1.7 < blocks / single < 2.3  # the square root of (1 + 0.6) / (1 - 0.6) is 2


def test_a_lag_needs_15_pairs_of_days() -> None:
    alternating = np.tile([1.0, 1.0, -1.0, -1.0], 10)
    value, is_strong = lag_correlation(np.arange(40), alternating, 2)
    assert value == pytest.approx(-1)
    assert is_strong
    assert lag_correlation(np.arange(0, 120, 3), alternating, 2) == (None, False)
    assert lag_correlation(np.arange(16), alternating[:16], 2) == (None, False)


@pytest.mark.parametrize(
    ("worst", "sign", "is_worst"), [(50, 1, True), (10, 1, False), (50, -1, False), (None, 1, False)]
)
def test_the_worst_stretch_of_a_history(worst: int | None, sign: int, *, is_worst: bool) -> None:
    values = 1 + 0.001 * np.arange(60.0) % 0.003
    if worst is not None:
        values[worst : worst + 8] -= 0.5
    else:
        values[5:15] -= 0.5
    history, found = worst_stretch(np.arange(60), values, 48, 59, sign)
    assert history == pytest.approx(float(np.mean(values[:48])))
    assert found == is_worst


def test_a_history_shorter_than_two_baselines_says_nothing() -> None:
    assert worst_stretch(np.arange(60), np.arange(60.0), 35, 59, 1) == (None, False)
