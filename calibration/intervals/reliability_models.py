"""How reliability may fall with time since calibration.

Every model is written in ``x = t / T``, with T the time at which it has fallen to the target: so T is estimated itself
and not by way of other parameters. ``h`` is ``-log(target)``; a model gives ``-log R(x)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from calibration.checks import Array
from calibration.distributions import chi_square_quantile, normal_quantile
from calibration.records import record

SHOCKS = 4
FEW = 2.0
TERMS = 30

Falling = Callable[[Array, Array, float], Array]

_one_by_one = np.frompyfunc(math.erfc, 1, 1)


@record
class Model:
    """A family of reliability curves.

    Attributes:
        name: As in a result.
        minus_log: ``-log R`` of (x, shape, target).
        shapes: Range of the shape parameter; None where there is none.
    """

    name: str
    minus_log: Falling
    shapes: tuple[float, float] | None

    @property
    def parameters(self) -> int:
        """Number of parameters, T counted."""
        return 1 if self.shapes is None else 2


def _erfc(z: Array) -> Array:
    return np.asarray(_one_by_one(z), dtype=np.float64)


def _exponential(x: Array, _: Array, target: float) -> Array:
    """R = exp(-lambda * t)."""
    return -math.log(target) * x


def _weibull(x: Array, shape: Array, target: float) -> Array:
    """R = exp(-(t / theta)**exp(shape))."""
    return -math.log(target) * x ** np.exp(shape)


def _mixed_exponential(x: Array, shape: Array, target: float) -> Array:
    """R = (1 + theta * t)**-kappa, kappa = exp(shape): exponential, with rates that have a gamma distribution."""
    kappa = np.exp(shape)
    mixed: Array = kappa * np.log1p(np.expm1(-math.log(target) / kappa) * x)
    return mixed


def _log_normal(x: Array, shape: Array, target: float) -> Array:
    """R = 1 - Phi((log t - mu) / sigma), sigma = exp(shape)."""
    z = normal_quantile(target) - np.log(x) / np.exp(shape)
    return -np.log(_erfc(-z / math.sqrt(2)) / 2)


def _random_walk(x: Array, shape: Array, target: float) -> Array:
    """R = 2 * Phi(1 / sqrt(a + b * t)) - 1; the share of a in a + b * T is 1 / (1 + exp(-shape))."""
    share = 1 / (1 + np.exp(-shape))
    z = -normal_quantile((1 - target) / 2) / np.sqrt(share + (1 - share) * x)
    return -np.log1p(-_erfc(z / math.sqrt(2)))


def _mortality_drift(x: Array, shape: Array, target: float) -> Array:
    """R = exp(-(a * t + b * t**2)); the share of b at T is 1 / (1 + exp(-shape))."""
    share = 1 / (1 + np.exp(-shape))
    return -math.log(target) * ((1 - share) * x + share * x**2)


def _modified_gamma(x: Array, _: Array, target: float) -> Array:
    """R = exp(-y) * (1 + y + y**2 / 2 + y**3 / 6), y = lambda * t: the fourth small shock is too much."""
    y = x * (chi_square_quantile(1 - target, 2 * SHOCKS) / 2)
    # 1 - R is the rest of the exponential series: summed where it is small, for R alone would lose its digits there.
    few = np.minimum(y, FEW)
    rest = np.ones_like(few)
    for k in range(TERMS, SHOCKS, -1):
        rest = 1 + rest * few / k
    late = -np.log1p(-np.exp(-few) * few**SHOCKS / math.factorial(SHOCKS) * rest)
    many = np.maximum(y, FEW)
    early = many - np.log1p(many + many**2 / 2 + many**3 / 6)
    return np.where(y < FEW, late, early)


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model("exponential", _exponential, None),
        Model("weibull", _weibull, (-3.0, 3.0)),
        Model("mixed_exponential", _mixed_exponential, (-6.0, 8.0)),
        Model("log_normal", _log_normal, (-3.0, 4.0)),
        Model("random_walk", _random_walk, (-14.0, 6.0)),
        Model("mortality_drift", _mortality_drift, (-14.0, 14.0)),
        Model("modified_gamma", _modified_gamma, None),
    )
}
"""NCSLI RP-1 (2010), appendix D, in the parameters told above.

Left out: its two models of three parameters, which 20 calibrations do not find, and the warranty model, which may be
below the target on the first day.
"""
