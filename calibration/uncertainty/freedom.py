"""Effective degrees of freedom of a combined standard uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, correlation_matrix, degrees_of_freedom, refuse, same_length, vector

TOGETHER = (
    "Correlated inputs share degrees of freedom when they were read together; write what they have in common as an "
    "input of its own, or state one dof for all of them."
)


def effective_dof(contributions: ArrayLike, dof: Sequence[float], correlation: ArrayLike | None = None) -> float:
    """Effective degrees of freedom, also for correlated inputs.

    Welch-Satterthwaite for independent inputs; Willink's form of it takes each set of correlated inputs that were
    read together as one component::

        dof_eff = u_c**4 / sum(v_g**2 / dof_g)      v_g = sum over i, j in g of c_i * c_j * u_i * u_j * r_ij

    Args:
        contributions: ``c_i * u_i`` with their signs, shape (n,), in the unit of the output.
        dof: Degrees of freedom of each u, shape (n,), 1 or more or ``inf``.
        correlation: Shape (n, n); None where the inputs are independent.

    Returns:
        In [1, inf], dimensionless; ``inf`` where nothing contributes.

    Raises:
        ValueError: Correlated inputs have different degrees of freedom, or an argument is outside its range.

    Source:
        JCGM 100:2008, G.4.1, equation (G.2b); Willink, Metrologia 44 (2007) 340, result 2.

    >>> effective_dof([3.0, 4.0], [4, math.inf])
    30.864197530864196
    """
    who = "effective_dof"
    terms = vector(who, "contributions", contributions)
    known = [degrees_of_freedom(who, "dof", each) for each in dof]
    same_length(who, contributions=terms, dof=known)
    matrix = None if correlation is None else correlation_matrix(who, "correlation", correlation, terms.size)
    return combined_dof(who, terms.tolist(), known, matrix)


def combined_dof(who: str, terms: Sequence[float], dof: Sequence[float], correlation: Array | None) -> float:
    """The same of checked numbers."""
    largest = max(map(abs, terms), default=0.0)
    if largest == 0:
        return math.inf
    # Scaled: u**4 in SI base units may underflow.
    parts = [term / largest for term in terms]
    if correlation is None:
        squares = [part * part for part in parts]
        variances, total = list(zip(squares, dof, strict=True)), math.fsum(squares)
    else:
        variances = list(_sets(who, parts, dof, correlation))
        total = float(np.asarray(parts) @ correlation @ np.asarray(parts))
    spread = math.fsum([v * v / nu for v, nu in variances])
    if total <= 0 or spread == 0:
        return math.inf
    return total * total / spread


def joint_dof(who: str, terms: Array, dof: Sequence[float], correlation: Array | None) -> float:
    """Effective degrees of freedom of several outputs of the same inputs, one number for their whole covariance.

    ::

        dof_eff = q(V) / sum(q(V_g) / dof_g)      q(V) = sum over l <= m of V_ll * V_mm + V_lm**2

    V_g is what set g of correlated inputs adds to the covariance V of the outputs. One output has what
    :func:`combined_dof` gives.

    Args:
        who: Who refuses.
        terms: ``c_li * u_i``, shape (m, n): outputs, all in one unit, by inputs.
        dof: Of each input.
        correlation: Of the inputs; None where independent.

    Source:
        Willink and Hall, Metrologia 39 (2002) 361, and for correlated inputs arXiv:1311.0343 (2013).
    """
    parts = terms / (np.abs(terms).max() or 1.0)
    matrix = np.eye(parts.shape[1]) if correlation is None else correlation
    spread = 0.0
    for members in connected(matrix):
        nus = {dof[i] for i in members if parts[:, i].any()}
        nu = _common(who, nus) if nus else math.inf
        spread += _joint_square(parts[:, members] @ matrix[np.ix_(members, members)] @ parts[:, members].T) / nu
    return _joint_square(parts @ matrix @ parts.T) / spread if spread > 0 else math.inf


def _joint_square(covariance: Array) -> float:
    variances = np.diagonal(covariance)
    both = np.outer(variances, variances) + covariance**2
    return float(both[np.triu_indices(len(both))].sum())


def _common(who: str, nus: set[float]) -> float:
    if len(nus) > 1:
        got = ", ".join(f"{nu:g}" for nu in sorted(nus))
        raise refuse(who, "dof", "one number for correlated inputs", got, TOGETHER)
    return next(iter(nus))


def _sets(who: str, parts: Sequence[float], dof: Sequence[float], correlation: Array) -> Iterator[tuple[float, float]]:
    """Variance and degrees of freedom of each set of inputs that hang together."""
    for members in connected(correlation):
        nus = {dof[i] for i in members if parts[i] != 0}
        if nus:
            nu = _common(who, nus)
            chosen = np.asarray([parts[i] for i in members])
            variance = float(chosen @ correlation[np.ix_(members, members)] @ chosen)
            yield max(variance, 0.0), nu  # Rounding may leave -1e-17 where contributions cancel.


def connected(correlation: Array) -> list[list[int]]:
    """Sets of indices that correlation joins, directly or through others."""
    left = set(range(len(correlation)))
    found: list[list[int]] = []
    while left:
        members, waiting = set[int](), [min(left)]
        while waiting:
            i = waiting.pop()
            members.add(i)
            waiting += [j for j in left - members if correlation[i, j] != 0]
        left -= members
        found.append(sorted(members))
    return found
