"""Reference values of key comparisons, with their uncertainty, and how far each laboratory is from them."""

from __future__ import annotations

import math
from itertools import combinations, islice

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, positives, probability, refuse, same_length, vector, whole
from calibration.distributions import chi_square_cdf
from calibration.records import record

LEAST = 2
CHUNK = 50_000
MOST_SUBSETS = 3_000_000
K = 2.0


@record
class DegreeOfEquivalence:
    """A laboratory's deviation from the reference value.

    Attributes:
        d: Deviation, in the results' unit.
        u: Its standard uncertainty.
    """

    d: float
    u: float

    @property
    def expanded(self) -> float:
        """Expanded uncertainty U(d), k = 2."""
        return K * self.u


@record
class ReferenceValue:
    """A weighted mean of laboratories that are consistent with it.

    Attributes:
        value: In the results' unit.
        u: Its standard uncertainty.
        chi_square: Observed chi-square of those that it rests on.
        p_value: Probability of a larger one, were they consistent.
        consistent: Whether that is at least the significance level.
        used: Indices of the laboratories that it rests on, from 0.
        degrees: Degree of equivalence of every laboratory.
    """

    value: float
    u: float
    chi_square: float
    p_value: float
    consistent: bool
    used: tuple[int, ...]
    degrees: tuple[DegreeOfEquivalence, ...]


def weighted_mean(values: ArrayLike, u: ArrayLike, alpha: float = 0.05) -> ReferenceValue:
    """Weighted mean with its check of consistency and degrees of equivalence: procedure A.

    ::

        x_ref = sum(x_i / u_i**2) / sum(1 / u_i**2)          u(x_ref)**-2 = sum(1 / u_i**2)
        chi2  = sum(((x_i - x_ref) / u_i)**2)                N - 1 degrees of freedom
        d_i   = x_i - x_ref                                  u(d_i)**2 = u_i**2 - u(x_ref)**2

    Args:
        values: Independent results, shape (N,), N >= 2.
        u: Their standard uncertainties, shape (N,), above 0.
        alpha: Significance level of the check.

    Returns:
        ``consistent`` tells whether the mean may be the reference value.

    Raises:
        ValueError: The lengths differ, or a value is outside its range.

    Source:
        Cox, Metrologia 39 (2002) 589, procedure A.

    >>> found = weighted_mean([10.0, 10.2, 9.9], [0.1, 0.1, 0.2])
    >>> round(found.value, 4), round(found.u, 4), found.consistent
    (10.0778, 0.0667, True)
    """
    who = "weighted_mean"
    x, u_x = _results(who, values, u)
    probability(who, "alpha", alpha, "Give 0.05 for 5 %.")
    return _reference(x, u_x, tuple(range(len(x))), alpha)


def largest_consistent_subset(values: ArrayLike, u: ArrayLike, alpha: float = 0.05) -> ReferenceValue:
    """Weighted mean of the largest subset of results that is consistent; of several that with the least chi-square.

    A laboratory outside the subset has ``u(d)**2 = u_i**2 + u(x_ref)**2``, since the mean does not depend on it.

    Args:
        values: Independent results, shape (N,), N >= 2.
        u: Their standard uncertainties, shape (N,), above 0.
        alpha: Significance level of the check.

    Raises:
        ValueError: The lengths differ, a value is outside its range, no two results agree, or so many disagree that
            there are more than 3 million subsets to try.

    Source:
        Cox, Metrologia 44 (2007) 187.

    >>> largest_consistent_subset([10.0, 10.2, 9.9, 12.0], [0.1, 0.1, 0.2, 0.1]).used
    (0, 1, 2)
    """
    who = "largest_consistent_subset"
    x, u_x = _results(who, values, u)
    probability(who, "alpha", alpha, "Give 0.05 for 5 %.")
    tried = 0
    for size in range(len(x), 1, -1):
        tried += math.comb(len(x), size)
        if tried > MOST_SUBSETS:
            advice = "Look for the cause, and leave out those whose cause is known."
            raise refuse(who, "values", "fewer that disagree", f"more than {len(x) - size - 1} of {len(x)}", advice)
        best = _least_chi_square(x, u_x, size)
        found = _reference(x, u_x, best, alpha)
        if found.consistent:
            return found
    raise refuse(who, "values", "two that agree at least", "none", "Look at the uncertainties: something is left out.")


def pair_equivalence(values: ArrayLike, u: ArrayLike, i: int, j: int) -> DegreeOfEquivalence:
    """Degree of equivalence between two laboratories.

    ::

        d_ij = x_i - x_j          u(d_ij)**2 = u_i**2 + u_j**2

    Args:
        values: Independent results, shape (N,).
        u: Their standard uncertainties, shape (N,), above 0.
        i: Index of one laboratory, from 0.
        j: Index of the other.

    Raises:
        ValueError: The lengths differ, a value is outside its range, or an index is not one of two.

    Source:
        CIPM MRA-D-05; Cox, Metrologia 39 (2002) 589, 5, step 5.

    >>> pair_equivalence([10.5, 10.0], [0.3, 0.4], 0, 1)
    DegreeOfEquivalence(d=0.5, u=0.5)
    """
    who = "pair_equivalence"
    x, u_x = _results(who, values, u)
    if i == j or max(whole(who, "i", i), whole(who, "j", j)) >= len(x):
        expected = f"two different indices from 0 to {len(x) - 1}"
        raise refuse(who, "i and j", expected, f"{i} and {j}", "Count laboratories from 0.")
    return DegreeOfEquivalence(float(x[i] - x[j]), math.hypot(u_x[i], u_x[j]))


def _results(who: str, values: ArrayLike, u: ArrayLike) -> tuple[Array, Array]:
    x, u_x = vector(who, "values", values, least=LEAST), positives(who, "u", u, least=LEAST)
    same_length(who, values=x, u=u_x)
    return x, u_x


def _reference(x: Array, u: Array, used: tuple[int, ...], alpha: float) -> ReferenceValue:
    inside = list(used)
    # Weights over the largest one, values from the median: no digits are lost to either scale.
    least, middle = float(np.min(u[inside])), float(np.median(x[inside]))
    weights = (least / u[inside]) ** 2
    total = float(np.sum(weights))
    value = middle + float(np.sum(weights * (x[inside] - middle))) / total
    u_ref = least / math.sqrt(total)
    chi_square = float(np.sum(((x[inside] - value) / u[inside]) ** 2))
    p_value = chi_square_cdf(chi_square, len(inside) - 1, upper=True)
    spread = np.hypot(u, u_ref)
    spread[inside] = u[inside] * np.sqrt(_shares_of_the_others(weights))
    degrees = tuple(map(DegreeOfEquivalence, (x - value).tolist(), spread.tolist()))
    return ReferenceValue(value, u_ref, chi_square, p_value, p_value >= alpha, used, degrees)


def _shares_of_the_others(weights: Array) -> Array:
    """1 - w_i / sum(w), for u(d_i)**2 = u_i**2 - u(x_ref)**2, also where one laboratory has nearly all the weight."""
    total = float(np.sum(weights))
    shares: Array = 1 - weights / total
    heaviest = int(np.argmax(weights))
    shares[heaviest] = float(np.sum(np.delete(weights, heaviest))) / total
    return shares


def _least_chi_square(x: Array, u: Array, size: int) -> tuple[int, ...]:
    """The subset of a given size with the least chi-square about its own weighted mean."""
    centred, weights = x - np.median(x), (np.min(u) / u) ** 2
    subsets = combinations(range(len(x)), size)
    best, least = tuple(range(size)), math.inf
    while chunk := list(islice(subsets, CHUNK)):
        index = np.array(chunk)
        w, d = weights[index], centred[index]
        total = w.sum(axis=1)
        mean = (w * d).sum(axis=1) / total
        chi_square = (w * (d - mean[:, None]) ** 2).sum(axis=1)
        k = int(np.argmin(chi_square))
        if chi_square[k] < least:
            best, least = chunk[k], float(chi_square[k])
    return best
