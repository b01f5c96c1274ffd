"""The standard deviation of a process, by an estimator that has a name.

Every limit and every capability index rests on one of these, and they differ by a per cent or two on the same
readings; so none is a default.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from calibration.checks import finite, one_of, positive, refuse
from calibration.control_charts.constants import c4, d2, d3
from calibration.control_charts.subgroups import Samples, Subgroups, values
from calibration.records import record

Estimator = Literal["mean_range_d2", "mean_s_c4", "pooled_s_c4", "moving_range_d2", "s_c4", "s"]
ESTIMATORS: tuple[Estimator, ...] = get_args(Estimator)


@record
class Sigma:
    """Standard deviation of a process, how it was estimated and how well.

    Attributes:
        value: In the quantity's unit, above 0.
        estimator: One of ``ESTIMATORS``, or ``stated``.
        dof: Effective degrees of freedom, above 0: those of a chi-distributed estimate with the same coefficient of
            variation; ``inf`` for a stated one.

    Raises:
        ValueError: ``value`` or ``dof`` is outside its range.
    """

    value: float
    estimator: str
    dof: float = math.inf

    def __post_init__(self) -> None:
        advice = "Readings that never differ need a finer resolution before they need a chart."
        if not finite("sigma", self.estimator, self.value, advice) > 0:
            msg = f"sigma ({self.estimator}): expected a finite number above 0, got {self.value!r}. {advice}"
            raise ValueError(msg)
        if self.dof != math.inf:
            positive("sigma", "dof", self.dof, "State inf for a standard deviation that is known.")

    @classmethod
    def stated(cls, value: float) -> Sigma:
        """A standard deviation that somebody answers for: from a standard, or from long experience."""
        return cls(value, "stated")


def need_sigma(who: str, sigma: object) -> None:
    """Refuse what is not a :class:`Sigma`: a bare number does not say who answers for it.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(sigma, Sigma):
        advice = "Use Sigma.stated(0.2) for one that is known, or estimate_sigma."
        raise refuse(who, "sigma", "a Sigma", repr(sigma), advice)


def estimate_sigma(samples: Samples, estimator: Estimator) -> Sigma:
    """Standard deviation of a process from its samples.

    ::

        mean_range_d2      mean of R_i / d2(n_i)
        mean_s_c4          mean of s_i / c4(n_i)
        pooled_s_c4        sqrt(sum((n_i - 1) * s_i**2) / nu) / c4(nu + 1),  nu = sum(n_i - 1)
        moving_range_d2    mean of |x_i - x_(i-1)| / d2(2)
        s_c4               s of all values / c4(N)
        s                  s of all values, N - 1 in the denominator

    The first four see the spread within subgroups or between neighbours only; the last two see all of it.

    Args:
        samples: Shape (m, n), or m rows of two or more values; for ``moving_range_d2`` shape (m,), in time order.
        estimator: Its name.

    Raises:
        ValueError: An unknown name, too few values, or readings that never differ.

    Source:
        Montgomery, Introduction to Statistical Quality Control, 6.2 to 6.4; degrees of freedom: Patnaik,
        Biometrika 37 (1950) 78, and for the moving range the covariance of neighbours that share a value.

    >>> estimate_sigma([[1.0, 2.0, 3.0], [2.0, 4.0, 3.0]], "pooled_s_c4").dof
    4.0
    """
    value, dof = _BY_NAME[one_of("sigma", "estimator", estimator, ESTIMATORS)](samples)
    return Sigma(value, estimator, dof)


def _mean_range(samples: Samples) -> tuple[float, float]:
    groups = _several(samples)
    expected = np.array([d2(int(n)) for n in groups.sizes])
    spread = np.array([d3(int(n)) for n in groups.sizes])
    return float(np.mean(groups.ranges / expected)), _dof(float(np.sum((spread / expected) ** 2)) / expected.size**2)


def _mean_s(samples: Samples) -> tuple[float, float]:
    groups = _several(samples)
    expected = np.array([c4(n) for n in groups.sizes])
    return float(np.mean(groups.deviations / expected)), _dof(float(np.sum(expected**-2.0 - 1)) / expected.size**2)


def _pooled_s(samples: Samples) -> tuple[float, float]:
    groups = _several(samples)
    dof = float(np.sum(groups.sizes - 1))
    return math.sqrt(float(np.sum(groups.squares)) / dof) / c4(dof + 1), dof


def _moving_range(samples: Samples) -> tuple[float, float]:
    row = values("sigma (moving_range_d2)", samples)
    _need("moving_range_d2", row.size)
    steps = row.size - 1
    # For sigma = 1: the variance of |difference|, and the covariance of two differences that share a value.
    variance = 2 - 4 / math.pi
    covariance = 4 / math.pi * (math.sqrt(3) / 2 + math.pi / 12) - 4 / math.pi
    relative = (steps * variance + 2 * (steps - 1) * covariance) / steps**2 / d2(2) ** 2
    return float(np.mean(np.abs(np.diff(row)))) / d2(2), _dof(relative)


def _overall(samples: Samples) -> tuple[float, float]:
    groups = Subgroups.of("sigma (s)", samples)
    total = float(np.sum(groups.sizes))
    _need("s", total)
    between = groups.sizes * (groups.means - groups.grand_mean) ** 2
    return math.sqrt(float(np.sum(groups.squares + between)) / (total - 1)), total - 1


def _overall_unbiased(samples: Samples) -> tuple[float, float]:
    value, dof = _overall(samples)
    return value / c4(dof + 1), dof


_BY_NAME: dict[Estimator, Callable[[Samples], tuple[float, float]]] = {
    "mean_range_d2": _mean_range,
    "mean_s_c4": _mean_s,
    "pooled_s_c4": _pooled_s,
    "moving_range_d2": _moving_range,
    "s_c4": _overall_unbiased,
    "s": _overall,
}


def _several(samples: Samples) -> Subgroups:
    groups = Subgroups.of("sigma", samples, least=2)
    _need("of subgroups", 2 * groups.sizes.size)
    return groups


def _need(estimator: str, count: float) -> None:
    if count <= 1:
        msg = f"sigma ({estimator}): expected 2 or more values, got {count:.0f}. Take a longer base."
        raise ValueError(msg)


def _dof(relative_variance: float) -> float:
    """Degrees of freedom of a chi estimate with this squared coefficient of variation, by bisection."""
    low, high = math.log(0.1), math.log(1e9)
    for _ in range(80):
        middle = (low + high) / 2
        if c4(1 + math.exp(middle)) ** -2 - 1 > relative_variance:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)
