"""NIST StRD, linear regression: certified to 15 digits by arithmetic of 500."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from calibration.regression import Fit, fit_columns, fit_polynomial

STRD = Path(__file__).parents[1] / "reference" / "strd"
CERTIFIED = json.loads((STRD / "certified.json").read_text("utf-8"))["linear"]
EXACT = {"Wampler1", "Wampler2"}


def fitted(name: str) -> tuple[Fit, int]:
    table = np.loadtxt(STRD / f"{name}.csv", delimiter=",", skiprows=1)
    certified = CERTIFIED[name]
    if name == "Longley":
        return fit_columns(np.column_stack([np.ones(len(table)), table[:, 1:]]), table[:, 0]), 0
    skip = int(certified.get("through_origin", False))
    degree = len(certified["coefficients"]) + skip - 1
    return fit_polynomial(table[:, 1], table[:, 0], degree, intercept=0.0 if skip else None), skip


def digits(got, certified) -> float:
    """Fewest correct digits of all."""
    pairs = zip(np.atleast_1d(got), np.atleast_1d(certified), strict=True)
    return min(16.0 if g == c else -math.log10(abs(g - c) / abs(c)) for g, c in pairs)


@pytest.mark.parametrize("name", CERTIFIED)
def test_coefficients_have_their_certified_digits(name):
    fit, skip = fitted(name)
    assert digits(fit.coefficients[skip:], CERTIFIED[name]["coefficients"]) >= 12


@pytest.mark.parametrize("name", sorted(set(CERTIFIED) - EXACT))
def test_standard_errors_have_their_certified_digits(name):
    fit, skip = fitted(name)
    assert digits(fit.u[skip:], CERTIFIED[name]["u"]) >= 12
    assert digits(fit.residual_sd, CERTIFIED[name]["residual_sd"]) >= 12
    assert digits(fit.r_squared, CERTIFIED[name]["r_squared"]) >= 12


@pytest.mark.parametrize("name", sorted(EXACT))
def test_standard_errors_that_are_certified_zero_are_next_to_nothing(name):
    fit, _ = fitted(name)
    assert fit.u.max() < 1e-14
    assert fit.r_squared == pytest.approx(1, abs=1e-15)


def test_degrees_of_freedom_are_points_less_coefficients():
    fit, _ = fitted("Longley")
    assert (fit.residual_dof, fit.dof) == (9, 9.0)


def test_a_fixed_intercept_is_told_as_one_without_uncertainty():
    fit, _ = fitted("NoInt1")
    assert (fit.coefficients[0], fit.u[0], fit.residual_dof) == (0.0, 0.0, 10)
