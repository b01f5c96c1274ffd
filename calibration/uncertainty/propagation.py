"""The law of propagation of uncertainty, for any model of named inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, correlation_matrix, finite, refuse
from calibration.distributions import f_quantile
from calibration.records import record
from calibration.uncertainty.budget import ABOUT_95, Budget, Row, checked_probability
from calibration.uncertainty.curvature import second_order_variance
from calibration.uncertainty.freedom import joint_dof
from calibration.uncertainty.inputs import Input, normalised
from calibration.uncertainty.sensitivity import Model, Place, sensitivities

Correlation = ArrayLike | Mapping[tuple[str, str], float]
"""A full matrix in the order of the inputs, or the coefficients that are not zero, by pairs of names."""


def propagate(
    model: Model,
    inputs: Sequence[Input],
    correlation: Correlation | None = None,
    *,
    unit: str = "1",
    second_order: bool = False,
) -> Budget:
    """Estimate and combined standard uncertainty of an output, as a budget.

    ::

        u_c**2 = sum over i, j of c_i * c_j * u(x_i) * u(x_j) * r(x_i, x_j)       c_i = df / dx_i

    Args:
        model: Takes the inputs as keyword arguments and gives a number. Sensitivities are found by complex step;
            where it does not take complex numbers, or ``abs``, ``max`` and their like are in it, by differences.
        inputs: One for each argument of the model.
        correlation: Coefficients of correlation; None where the inputs are independent.
        unit: UCUM code of the output.
        second_order: Adds the terms of second order to the variance; the inputs must then be independent and
            distributed symmetrically.

    Raises:
        ValueError: Names that repeat, a matrix that is no correlation matrix, a model that gives no finite number
            or has a kink at the estimates.

    Source:
        JCGM 100:2008, 5.1.2, equation (10) with its note, and 5.2.2, equation (13).

    >>> from calibration.uncertainty import normal
    >>> propagate(lambda a, b: a * b, [normal("a", 2.0, 0.3), normal("b", 5.0, 0.8)]).u
    2.193171219946131
    """
    who = "propagate"
    known = named_inputs(who, inputs)
    matrix = known_correlation(who, known, correlation)
    place = Place(who, model, known)
    budget = _budget(place, matrix, unit)
    if not second_order:
        return budget
    if matrix is not None:
        advice = "Propagate the distributions by Monte Carlo."
        raise refuse(who, "second_order", "independent inputs", "a correlation", advice)
    more = second_order_variance(place)
    variance = budget.u**2 + more
    if variance < 0:
        got = f"a variance of {variance:.3g}"
        advice = "The model bends too much over u; propagate the distributions by Monte Carlo."
        raise refuse(who, "second_order", "a variance of 0 or more", got, advice)
    return Budget(budget.value, math.sqrt(variance), budget.rows, unit, more)


def named_inputs(who: str, inputs: Sequence[Input]) -> tuple[Input, ...]:
    """The inputs of a model, each name once.

    Raises:
        ValueError: There is none, or a name repeats.
    """
    known = tuple(inputs)
    if not known:
        raise refuse(who, "inputs", "one or more", 0, "Give the model's inputs.")
    names = [each.name for each in known]
    if len(set(names)) < len(names):
        raise refuse(who, "inputs", "each name once", ", ".join(names), "Rename one, in the model too.")
    return known


def known_correlation(who: str, inputs: tuple[Input, ...], correlation: Correlation | None) -> Array | None:
    """A checked matrix; None where all off its diagonal is zero."""
    if correlation is None:
        return None
    size = len(inputs)
    if isinstance(correlation, Mapping):
        correlation = _of_pairs(who, [each.name for each in inputs], correlation)
    matrix = correlation_matrix(who, "correlation", correlation, size)
    return matrix if np.count_nonzero(matrix) > size else None


def _of_pairs(who: str, names: list[str], coefficients: Mapping[tuple[str, str], float]) -> Array:
    full = np.eye(len(names))
    for pair, r in coefficients.items():
        known = [normalised(str(name)) for name in pair] if isinstance(pair, tuple) else []
        if len(set(known)) != 2 or not set(known) <= set(names):  # noqa: PLR2004  (a pair)
            got = " and ".join(map(repr, pair)) if isinstance(pair, tuple) else repr(pair)
            raise refuse(who, "correlation", "pairs of " + ", ".join(names), got, "Name two different inputs.")
        i, j = map(names.index, known)
        number = finite(who, "correlation", r)
        if full[i, j] not in {0, number}:
            got = f"{float(full[i, j])!r} and {number!r} for {' and '.join(known)}"
            raise refuse(who, "correlation", "one coefficient for a pair", got, "Leave one of them out.")
        full[i, j] = full[j, i] = number
    return full


def _budget(place: Place, matrix: Array | None, unit: str) -> Budget:
    inputs = place.inputs
    slopes = sensitivities(place)
    terms = [c * each.u for c, each in zip(slopes, inputs, strict=True)]
    parts = _parts(terms, matrix)
    largest = max(map(abs, terms))
    variance = math.fsum(parts)
    u = largest * math.sqrt(max(variance, 0.0))  # Rounding may leave -1e-17 where contributions cancel.
    shares = [part / variance for part in parts] if variance > 0 else [0.0] * len(parts)
    rows = [
        Row(x.name, x.value, x.u, x.unit, x.distribution, x.divisor, c, term, share, x.dof, x.evaluation)
        for x, c, term, share in zip(inputs, slopes, terms, shares, strict=True)
    ]
    return Budget(place.y, u, tuple(rows), unit, 0.0, matrix)


def _parts(terms: list[float], matrix: Array | None) -> list[float]:
    """Parts of the variance, over the square of the largest contribution, so that no square underflows."""
    largest = max(map(abs, terms)) or 1.0
    scaled = [term / largest for term in terms]
    if matrix is None:
        return [term * term for term in scaled]
    return [float(part) for part in np.asarray(scaled) * (matrix @ np.asarray(scaled))]


@record(eq=False)
class JointBudget:
    """Several outputs of the same inputs.

    Attributes:
        budgets: One for each output, by name.
        covariance: Of the outputs, shape (m, m), in the products of their units.
    """

    budgets: Mapping[str, Budget]
    covariance: Array

    @property
    def correlation(self) -> Array:
        """Coefficients of correlation of the outputs, shape (m, m); zeros beside an output without uncertainty."""
        u = np.asarray([budget.u for budget in self.budgets.values()])
        over = np.divide(1.0, u, out=np.zeros_like(u), where=u > 0)
        matrix = self.covariance * np.outer(over, over)
        np.fill_diagonal(matrix, 1.0)
        return matrix

    @property
    def dof(self) -> float:
        """Effective degrees of freedom of all outputs together, as of a complex quantity: see :func:`joint_dof`.

        Raises:
            ValueError: The outputs have different units, or correlated inputs different degrees of freedom.

        Source:
            Willink and Hall, Metrologia 39 (2002) 361; arXiv:1311.0343 (2013).
        """
        who, units = "joint budget", [each.unit for each in self.budgets.values()]
        if len(set(units)) > 1:
            raise refuse(who, "units", "one", ", ".join(units), "Give outputs of one unit, as real and imaginary part.")
        first = next(iter(self.budgets.values()))
        terms = np.asarray([[row.contribution for row in each.rows] for each in self.budgets.values()])
        return joint_dof(who, terms, [row.dof for row in first.rows], first.correlation)

    def region_factor(self, probability: float = ABOUT_95) -> float:
        """Coverage factor k_p of the elliptical coverage region of the outputs, by Hotelling's distribution.

        ::

            (eta - y)^T U_y^-1 (eta - y) <= k_p**2        k_p**2 = dof * m / (dof + 1 - m) * F_p(m, dof + 1 - m)

        One output has Student's factor; infinitely many degrees of freedom give chi-square's.

        Args:
            probability: Coverage probability, in (0, 1).

        Raises:
            ValueError: As of ``dof``; it is too small for so many outputs; the probability is outside its range.

        Source:
            Willink and Hall, Metrologia 39 (2002) 361; JCGM 102:2011, 6.5.

        >>> from calibration.uncertainty import normal
        >>> inputs = [normal("a", 1.0, 3.0), normal("b", 1.0, 4.0)]
        >>> joint = propagate_together({"a": lambda a, b: a, "b": lambda a, b: b}, inputs)
        >>> round(joint.region_factor(0.95), 3)
        2.448
        """
        p, m, dof = checked_probability(probability), len(self.budgets), self.dof
        rest = dof + 1 - m
        if not rest > 0:
            who, advice = "joint budget", "Take more readings, or look at each output alone."
            raise refuse(who, "dof", f"more than {m - 1} for {m} outputs", f"{dof:.3g}", advice)
        over = dof / rest if math.isfinite(dof) else 1.0
        return math.sqrt(over * m * f_quantile(p, m, rest))


def propagate_together(
    models: Mapping[str, Model],
    inputs: Sequence[Input],
    correlation: Correlation | None = None,
    *,
    units: Mapping[str, str] | None = None,
) -> JointBudget:
    """Several outputs of the same inputs, with their covariance.

    ::

        u(y_l, y_m) = sum over i, j of c_li * c_mj * u(x_i) * u(x_j) * r(x_i, x_j)

    Args:
        models: By the outputs' names; each takes all the inputs as keyword arguments.
        inputs: As of :func:`propagate`.
        correlation: As of :func:`propagate`.
        units: UCUM codes of the outputs, by name.

    Raises:
        ValueError: As of :func:`propagate`; there is no model.

    Source:
        JCGM 100:2008, H.2.3, equation (H.9); JCGM 102:2011, 6.2.1.

    >>> from calibration.uncertainty import normal
    >>> both = {"sum": lambda a, b: a + b, "difference": lambda a, b: a - b}
    >>> propagate_together(both, [normal("a", 1.0, 3.0), normal("b", 1.0, 4.0)]).covariance.tolist()
    [[25.0, -7.0], [-7.0, 25.0]]
    """
    who = "propagate_together"
    if not models:
        raise refuse(who, "models", "one or more", 0, "Name the outputs.")
    known = named_inputs(who, inputs)
    matrix = known_correlation(who, known, correlation)
    given = units or {}
    budgets = {
        name: _budget(Place(f"{who}: {name}", model, known), matrix, given.get(name, "1"))
        for name, model in models.items()
    }
    terms = np.asarray([[row.contribution for row in budget.rows] for budget in budgets.values()])
    covariance = terms @ terms.T if matrix is None else terms @ matrix @ terms.T
    return JointBudget(budgets, (covariance + covariance.T) / 2)
