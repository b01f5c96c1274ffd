"""The model beside R's nlme: series and values in ``nlme.toml``, written by ``nlme.R``."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.indicators.car1 import fit_car1
from gateway.indicators.pilots import Asked, Daily, Direction, Effect, Shape, Windows, effect
from gateway.indicators.segmented import WEEKDAYS

SERIES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("nlme.toml").read_text("utf-8"))["series"]
MONDAY = date(2026, 1, 5).toordinal() - 1
AGREES = 1e-6


def day(number: float) -> date:
    return date.fromordinal(MONDAY + int(number))


def judged(one: dict[str, Any]) -> Effect:
    days = tuple(day(number) for number in one["days"])
    daily = Daily(
        days=days,
        values=tuple(one["y"]),
        weights=tuple(one.get("weights", ())),
        mix={"a": tuple(one["mix"])} if "mix" in one else {},
    )
    washes = one["since"] > one["begins"]
    windows = Windows(
        baseline_since=days[0],
        baseline_until=day(one["begins"] - 1),
        begins=day(one["begins"]),
        washout_until=day(one["since"] - 1) if washes else None,
        result_since=day(one["since"]),
        result_until=days[-1],
    )
    asked = Asked(
        figure="oee", direction=Direction.UP, shape=Shape(one["shape"]), weekdays=one["weekdays"], least_days=20
    )
    control = Daily(days=days, values=tuple(one["control"])) if "control" in one else None
    return effect(daily, windows, asked, control=control)


@pytest.mark.parametrize("one", SERIES, ids=[one["name"] for one in SERIES])
def test_the_model_is_that_of_nlme(one: dict[str, Any]) -> None:
    fit = judged(one).fit
    assert fit is not None
    assert fit.names == tuple(one["names"])
    assert fit.coefficients == pytest.approx(one["coefficients"], rel=AGREES)
    assert fit.u == pytest.approx(one["u"], rel=AGREES)
    assert fit.rho == pytest.approx(one["rho"], abs=AGREES)
    assert fit.sigma == pytest.approx(one["sigma"], rel=AGREES)
    assert fit.log_likelihood == pytest.approx(one["log_likelihood"], rel=1e-9)


@pytest.mark.parametrize("name", ["no gaps", "gaps", "weights"])
def test_normalised_residuals_are_those_of_nlme(name: str) -> None:
    [one] = [one for one in SERIES if one["name"] == name]
    days = np.array(one["days"], dtype=np.int64)
    columns = np.column_stack([np.ones(len(days)), days >= one["begins"]])
    weights = np.array(one["weights"], dtype=float) if "weights" in one else None
    fit = fit_car1(days, np.array(one["y"]), columns, weights)
    assert fit is not None
    assert fit.normalised[[0, 1, -1]] == pytest.approx(one["normalised"], abs=1e-5)


def test_the_series_hold_what_they_are_for() -> None:
    rhos = [one["rho"] for one in SERIES]
    assert min(rhos) < -0.3
    assert max(rhos) > 0.94
    assert any(0 <= rho < 0.1 for rho in rhos)
    assert any(np.any(np.diff(one["days"]) > 1) and one["rho"] < 0 for one in SERIES)
    assert {name for one in SERIES for name in one["names"]} > {"trend", "slope", "mix:a", *WEEKDAYS[1:6]}
