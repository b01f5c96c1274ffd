"""What the effect of a pilot costs, and how often its intervals hold what was put in.

::

    python benchmarks/pilots.py [--series 2000]

Coverage is that of nominal 95 % intervals of a step between two windows, errors AR(1) by calendar day, by this model
and by least squares, which takes days for independent. The series are simulated here, with a fixed seed.
CPU seconds are medians of single effects with weekdays, made-up dates and bootstrap; machines are noisy.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from calibration.distributions import student_t_quantile
from gateway.indicators.car1 import fit_car1_all
from gateway.indicators.pilots import Asked, Daily, Direction, Shape, Windows, dof_of, effect

SEED = 20260501
FIRST = date(2021, 3, 1)
EVERY = {
    "every day": lambda side: np.arange(2 * side),
    "five a week": lambda side: np.flatnonzero(np.arange(2 * side * 7 // 5) % 7 < 5),
    "two of three": lambda side: np.flatnonzero(np.random.default_rng(SEED).random(3 * side) < 2 / 3),
}


def simulated(many: int, days: int, rho: float) -> np.ndarray:
    """AR(1) of variance 1, shape (many, days)."""
    shocks = np.random.default_rng(SEED).standard_normal((many, days))
    for day in range(1, days):
        shocks[:, day] = rho * shocks[:, day - 1] + np.sqrt(1 - rho * rho) * shocks[:, day]
    return shocks


def columns_of(days: np.ndarray, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Columns of a model, and what of its coefficients the effect is."""
    middle = (days[-1] + 1) // 2
    since, is_after = (days - middle).astype(float), days >= middle
    if shape is Shape.LEVEL:
        return np.column_stack([np.ones(len(days)), is_after]), np.array([0.0, 1.0])
    columns = np.column_stack([np.ones(len(days)), since, is_after, since * is_after])
    return columns, np.array([0.0, 0.0, 1.0, float(np.mean(since[is_after]))])


def covered(errors: np.ndarray, days: np.ndarray, shape: Shape) -> tuple[float, float]:
    """Share of intervals that hold the effect, 0, by the model and by least squares."""
    columns, what = columns_of(days, shape)
    n, k = columns.shape
    series = errors[:, days]
    held = 0
    for fit in fit_car1_all(days, series, columns):
        half = student_t_quantile(0.975, dof_of(n, k, fit.rho)) * np.sqrt(what @ fit.covariance @ what)
        held += abs(what @ fit.coefficients) <= half
    inverse = np.linalg.pinv(columns)
    found = series @ inverse.T
    variance = np.sum((series - found @ columns.T) ** 2, axis=1) / (n - k)
    u = np.sqrt(variance * float(what @ inverse @ inverse.T @ what))
    plain = float(np.mean(np.abs(found @ what) <= student_t_quantile(0.975, float(n - k)) * u))
    return held / len(series), plain


def cost(days: int, shape: Shape) -> float:
    values = 0.6 + 0.03 * simulated(1, days, 0.6)[0]
    named = tuple(FIRST + timedelta(days=number) for number in range(days))
    middle = days // 2
    windows = Windows(
        baseline_since=named[0],
        baseline_until=named[middle - 1],
        begins=named[middle],
        result_since=named[middle],
        result_until=named[-1],
    )
    daily = Daily(days=named, values=tuple(values.tolist()))
    asked = Asked(figure="oee", direction=Direction.UP, shape=shape, weekdays=True)
    return statistics.median(
        spent(lambda: effect(daily, windows, asked, rng=np.random.default_rng(1))) for _ in range(9)
    )


def spent(act: Callable[[], object]) -> float:
    begin = time.process_time()
    act()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=2000)
    many = parser.parse_args().series
    print(f"coverage of nominal 95 %, {many} series each\n")
    print("| days a side | which days | model | AR | intervals | least squares |\n|---|---|---|---|---|---|")
    for side, which, shape in [
        *((30, which, Shape.LEVEL) for which in EVERY),
        (60, "every day", Shape.LEVEL),
        (30, "every day", Shape.LEVEL_AND_SLOPE),
    ]:
        days = EVERY[which](side)
        for rho in (-0.4, 0.0, 0.3, 0.6, 0.8, 0.9):
            held, plain = covered(simulated(many, int(days[-1]) + 1, rho), days, shape)
            print(f"| {side} | {which} | {shape.value} | {rho:g} | {100 * held:.1f} % | {100 * plain:.1f} % |")
    print("\n| days | model | CPU s |\n|---|---|---|")
    for number in (60, 365, 1500):
        for shape in Shape:
            print(f"| {number} | {shape.value} | {cost(number, shape):.3f} |")


if __name__ == "__main__":
    main()
