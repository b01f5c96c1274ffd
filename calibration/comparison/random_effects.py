"""Reference values where results scatter by more than their uncertainties say, and no laboratory is left out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, positives, same_length, vector
from calibration.distributions import chi_square_cdf
from calibration.records import record

LEAST = 2
BISECTIONS = 200


@record
class Consensus:
    """A mean of laboratories that differ among each other beyond their stated uncertainties.

    Attributes:
        value: In the results' unit.
        u: Its standard uncertainty.
        between: Standard deviation between laboratories that their uncertainties do not explain ("dark
            uncertainty", tau); 0 where they explain all of it.
        weights: Share of each laboratory in the value; they add up to 1.
        chi_square: Of the results about their mean weighted by stated uncertainties alone; N - 1 degrees of freedom.
        p_value: Probability of a larger one, were there no such standard deviation.
    """

    value: float
    u: float
    between: float
    weights: tuple[float, ...]
    chi_square: float
    p_value: float

    @property
    def birge_ratio(self) -> float:
        """Root of chi-square over its degrees of freedom; about 1 where stated uncertainties explain the scatter."""
        return math.sqrt(self.chi_square / (len(self.weights) - 1))


def dersimonian_laird(values: ArrayLike, u: ArrayLike) -> Consensus:
    """Consensus value by the random-effects model of DerSimonian and Laird.

    With w_i = 1 / u_i**2 and chi2 about the mean that they weight::

        tau**2 = (chi2 - (N - 1)) / (sum(w_i) - sum(w_i**2) / sum(w_i))          0 where that is negative
        x_ref  = sum(x_i / (u_i**2 + tau**2)) / sum(1 / (u_i**2 + tau**2))
        u(x_ref)**-2 = sum(1 / (u_i**2 + tau**2))

    Args:
        values: Independent results, shape (N,), N >= 2.
        u: Their standard uncertainties, shape (N,), above 0.

    Returns:
        ``u`` leaves out that tau was estimated: with fewer than some ten laboratories it is a little small.

    Raises:
        ValueError: The lengths differ, or a value is outside its range.

    Source:
        DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177; CCQM/13-22 (2013), 6.

    >>> found = dersimonian_laird([10.21, 10.9, 10.94, 10.58], [0.381, 0.250, 0.130, 0.410])
    >>> round(found.value, 2), round(found.u, 2), round(found.between, 3)
    (10.81, 0.14, 0.132)
    """
    x, s, scale, middle = _centred("dersimonian_laird", values, u)
    w = s**-2.0
    total = float(np.sum(w))
    excess = _scatter(x, w) - (len(x) - 1)
    return _consensus(x, s, max(excess, 0.0) / (total - float(np.sum(w**2)) / total), scale, middle)


def mandel_paule(values: ArrayLike, u: ArrayLike) -> Consensus:
    """Consensus value by the iterated weights of Mandel and Paule.

    tau is such that the weighted scatter is what is expected, and 0 where it is less without it::

        sum((x_i - x_ref)**2 / (u_i**2 + tau**2)) = N - 1

    ``x_ref`` and ``u(x_ref)`` are those of :func:`dersimonian_laird` with this tau.

    Args:
        values: Independent results, shape (N,), N >= 2.
        u: Their standard uncertainties, shape (N,), above 0.

    Raises:
        ValueError: The lengths differ, or a value is outside its range.

    Source:
        Paule and Mandel, J. Res. NBS 87 (1982) 377.

    >>> found = mandel_paule([27.044, 26.022, 26.340, 26.787, 26.796], [0.0548, 0.2757, 0.6812, 0.0548, 0.1183])
    >>> round(found.value, 2), round(found.u, 2), round(found.between, 2)
    (26.71, 0.17, 0.32)
    """
    x, s, scale, middle = _centred("mandel_paule", values, u)
    low, high = 0.0, float(np.var(x, ddof=1))
    if _scatter(x, s**-2.0) <= len(x) - 1:
        high = 0.0
    for _ in range(BISECTIONS):
        tried = (low + high) / 2
        if not low < tried < high:
            break
        low, high = (tried, high) if _scatter(x, 1 / (s**2 + tried)) > len(x) - 1 else (low, tried)
    return _consensus(x, s, high, scale, middle)


def _centred(who: str, values: ArrayLike, u: ArrayLike) -> tuple[Array, Array, float, float]:
    """Results from their median and uncertainties, both in the least uncertainty: no digits are lost to a scale."""
    x, s = vector(who, "values", values, least=LEAST), positives(who, "u", u, least=LEAST)
    same_length(who, values=x, u=s)
    scale, middle = float(np.min(s)), float(np.median(x))
    return (x - middle) / scale, s / scale, scale, middle


def _scatter(x: Array, w: Array) -> float:
    mean = np.sum(w * x) / np.sum(w)
    return float(np.sum(w * (x - mean) ** 2))


def _consensus(x: Array, s: Array, variance: float, scale: float, middle: float) -> Consensus:
    w = 1 / (s**2 + variance)
    total = float(np.sum(w))
    chi_square = _scatter(x, s**-2.0)
    return Consensus(
        value=middle + scale * float(np.sum(w * x)) / total,
        u=scale / math.sqrt(total),
        between=scale * math.sqrt(variance),
        weights=tuple((w / total).tolist()),
        chi_square=chi_square,
        p_value=chi_square_cdf(chi_square, len(x) - 1, upper=True),
    )
