"""Type A: standard uncertainties from readings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, degrees_of_freedom, non_negative, refuse, same_length, vector
from calibration.records import record
from calibration.summation import average, mean_and_sd, squares_about
from calibration.uncertainty.inputs import Input

TWO = 2


@record
class Deviation:
    """A standard deviation of single readings, and how well it is known.

    Attributes:
        value: Standard deviation, in the quantity's unit.
        dof: Its degrees of freedom.
    """

    value: float
    dof: float

    def __post_init__(self) -> None:
        non_negative("deviation", "value", self.value)
        degrees_of_freedom("deviation", "dof", self.dof)


class Together(NamedTuple):
    """Inputs that were read at the same time; both go to ``propagate``.

    Attributes:
        inputs: In the order of the readings.
        correlation: Of the means, shape (m, m).
    """

    inputs: tuple[Input, ...]
    correlation: Array


def standard_deviation(readings: ArrayLike) -> Deviation:
    """Experimental standard deviation of single readings.

    ::

        s**2 = sum((q_k - q_mean)**2) / (n - 1)

    Args:
        readings: Independent readings, shape (n,), n of 2 or more, in the quantity's unit.

    Raises:
        ValueError: Fewer than two readings, or one is not finite.

    Source:
        JCGM 100:2008, 4.2.2, equation (4).

    >>> standard_deviation([1.0, 2.0, 3.0])
    Deviation(value=1.0, dof=2)
    """
    values = vector("standard_deviation", "readings", readings, TWO)
    return Deviation(mean_and_sd(values)[1], values.size - 1)


def pool(deviations: Sequence[Deviation]) -> Deviation:
    """One standard deviation of many series that scatter alike.

    ::

        s_p**2 = sum(dof_i * s_i**2) / sum(dof_i)

    Args:
        deviations: One of each series.

    Raises:
        ValueError: There is none, or one has infinitely many degrees of freedom.

    Source:
        JCGM 100:2008, 4.2.4 and H.3.6, equation (H.20).

    >>> pool([Deviation(3.0, 1), Deviation(4.0, 1)])
    Deviation(value=3.5355339059327378, dof=2.0)
    """
    who = "pool"
    advice = "Give the standard deviation of each series."
    if not isinstance(deviations, Sequence) or not all(isinstance(each, Deviation) for each in deviations):
        raise refuse(who, "deviations", "a row of Deviation", repr(deviations), advice)
    if not deviations:
        raise refuse(who, "deviations", "one or more", 0, advice)
    dofs = [each.dof for each in deviations]
    total = math.fsum(dofs)
    if math.isinf(total):
        raise refuse(who, "dof", "finite degrees of freedom", dofs, "An exactly known deviation needs no pooling.")
    squares = math.fsum(each.dof * each.value**2 for each in deviations)
    return Deviation(math.sqrt(squares / total), total)


def mean(name: str, readings: ArrayLike, *, pooled: Deviation | None = None, unit: str = "1") -> Input:
    """A quantity by the mean of independent readings.

    ::

        u = s / sqrt(n)        dof = n - 1, or that of the pooled deviation

    Args:
        name: What the model calls it.
        readings: Independent readings under repeatability conditions, shape (n,), in ``unit``; two or more, or
            with ``pooled`` one or more.
        pooled: Standard deviation of single readings from earlier series; these readings then only give the mean.
        unit: UCUM code.

    Raises:
        ValueError: Too few readings, or one is not finite.

    Source:
        JCGM 100:2008, 4.2.3, equation (5), and 4.2.4; JCGM 101:2008, 6.4.9 (Student's t as distribution).

    >>> mean("m", [0.010, 0.030, 0.020], pooled=Deviation(0.025, 9), unit="g").u
    0.014433756729740645
    """
    values = vector(f"input {name!r}", "readings", readings, 1 if pooled else TWO)
    spread = pooled or standard_deviation(values)
    u = spread.value / math.sqrt(values.size)
    return Input(name, average(values), u, "student", spread.dof, unit, evaluation="A")


def means_together(readings: Mapping[str, ArrayLike], units: Mapping[str, str] | None = None) -> Together:
    """Quantities by the means of readings that were taken at the same time, with their correlation.

    ::

        r(q, w) = sum((q_k - q_mean) * (w_k - w_mean)) / sqrt(sum((q_k - q_mean)**2) * sum((w_k - w_mean)**2))

    Args:
        readings: By name; the k-th of each was taken at the same time, shape (n,), n of 2 or more, in their units.
        units: UCUM codes, by name.

    Raises:
        ValueError: The lengths differ, too few readings, or one is not finite.

    Source:
        JCGM 100:2008, 5.2.3, equations (17) and (14); H.2.

    >>> means_together({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 6.0]}).correlation.round(9).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    who, given = "means_together", units or {}
    if not isinstance(readings, Mapping):
        raise refuse(who, "readings", "series by their names", repr(readings), "Name what was read.")
    rows = {name: vector(who, name, values, TWO) for name, values in readings.items()}
    if not rows:
        raise refuse(who, "readings", "one series or more", 0, "Name what was read.")
    same_length(who, **rows)
    inputs = tuple(mean(name, values, unit=given.get(name, "1")) for name, values in rows.items())
    residuals = np.asarray([values - each.value for each, values in zip(inputs, rows.values(), strict=True)])
    residuals -= residuals.mean(axis=1, keepdims=True)  # What the rounding of a mean far from zero left over.
    # By the residuals' own lengths, so that a coefficient is 1 at most; a constant series correlates with nothing.
    lengths = np.sqrt((residuals**2).sum(axis=1, keepdims=True))
    unit = np.divide(residuals, lengths, out=np.zeros_like(residuals), where=lengths > 0)
    matrix = unit @ unit.T
    np.fill_diagonal(matrix, 1.0)
    return Together(inputs, (matrix + matrix.T) / 2)


def mean_of_series(name: str, readings: ArrayLike, *, correlations: ArrayLike | None = None, unit: str = "1") -> Input:
    """A quantity by the mean of readings that remember each other, as of a fast converter or a slow bath.

    ::

        n_eff = n / (1 + 2 * sum((1 - k / n) * r_k, k = 1 .. m))
        u**2  = s**2 * (n - 1) / (n * (n_eff - 1))
        dof   = n / (1 + 2 * sum((1 - k / n) * r_k**2)) - 1

    r_k is estimated at lags up to the first one where it is not above 0; without positive correlation the mean of
    independent readings comes out. Of few readings r_k comes out too near to zero: of 20 with a correlation of 0.6
    from one to the next u is a fifth too small, with 0.9 half. Then record for longer, or give ``correlations``.

    Args:
        name: What the model calls it.
        readings: In equal steps of time, shape (n,), n of 8 or more, in ``unit``, without trend.
        correlations: r_1 to r_m, m below n, each between -1 and 1, where known from a longer series; else estimated.
        unit: UCUM code.

    Raises:
        ValueError: Too few readings, so strong a correlation that they are worth fewer than two, or known ones that
            no series has.

    Source:
        Bayley and Hammersley, J. R. Stat. Soc. Suppl. 8 (1946) 184; Zieba, Metrol. Meas. Syst. 17 (2010) 3,
        equations (11) to (16); cut at the first change of sign: Zieba and Ramza, ibid. 18 (2011) 529.

    >>> mean_of_series("t", [1, 2, 1, 2, 1, 2, 1, 2]).dof
    7.0
    """
    who = f"input {name!r}"
    values = vector(who, "readings", readings, 8)
    n, middle = values.size, average(values)
    squares = squares_about(values, middle)
    factors = _estimated(values, middle, squares) if correlations is None else _known(who, correlations, n)
    weighted = [((1 - k / n), r) for k, r in enumerate(factors, start=1)]
    effective = n / _above_zero(who, 1 + 2 * math.fsum(w * r for w, r in weighted))
    if not effective >= TWO:
        advice = "Record for longer: the readings are nearly one."
        raise refuse(who, "readings", "two or more effective ones", f"{effective:.3g} of {n}", advice)
    dof = n / (1 + 2 * math.fsum(w * r * r for w, r in weighted)) - 1
    u = math.sqrt(squares / (n * (effective - 1)))
    return Input(name, middle, u, "student", dof, unit, evaluation="A")


def _known(who: str, correlations: ArrayLike, n: int) -> list[float]:
    known: list[float] = vector(who, "correlations", correlations).tolist()
    if len(known) >= n:
        raise refuse(who, "correlations", f"{n - 1} at most, one a lag", len(known), "Leave out the longer lags.")
    for k, r in enumerate(known, start=1):
        if not -1 < r < 1:
            raise refuse(who, f"correlations, lag {k}", "a number between -1 and 1", r, "Divide by the variance.")
    return known


def _above_zero(who: str, variance: float) -> float:
    if not variance > 0:
        got = f"a variance of the mean of {variance:.3g} times that of independent ones"
        raise refuse(who, "correlations", "those of a series", got, "Give more lags, or let them be estimated.")
    return variance


def _estimated(values: Array, middle: float, squares: float) -> list[float]:
    residuals = values - middle
    found: list[float] = []
    for lag in range(1, values.size if squares > 0 else 1):
        r = float(residuals[:-lag] @ residuals[lag:]) / squares
        if r <= 0:
            break
        found.append(r)
    return found
