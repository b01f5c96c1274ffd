"""Did a series change its level somewhere, and where?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import Array, positives, probability, refuse, vector
from calibration.distributions import normal_cdf, student_t_cdf
from calibration.records import record
from calibration.regression import Estimate

WHO = "change point"
LEAST_KNOWN = 2
LEAST_UNKNOWN = 3
MOST = 1e50
HARDLY = 0.01
MOST_STEPS = 500
NO_DIGITS = 1e-12
NODES_A_STEP = 5
FEWEST_NODES = 48


@record
class ChangePoint:
    """The likeliest change of level in a series, and whether it is one.

    Attributes:
        before: Number of values before it.
        shift: Mean after less mean before, in the quantity's unit.
        statistic: Largest standardised difference of all places.
        probability: Of a statistic as large or larger, anywhere, if nothing changed.
        exact: Whether ``probability`` is exact, or an upper bound.
    """

    before: int
    shift: Estimate
    statistic: float
    probability: float
    exact: bool

    def is_significant(self, p: float = 0.95) -> bool:
        """Whether so large a difference comes about by chance less often than ``1 - p``.

        Raises:
            ValueError: ``p`` is no probability.
        """
        return self.probability < 1 - probability(WHO, "p", p)

    @property
    def words(self) -> str:
        """The finding as a sentence."""
        bound = "" if self.exact else "at most "
        return (
            f"between values {self.before} and {self.before + 1} the level changes by {self.shift.value:.4g} "
            f"(u = {self.shift.u:.2g}); if nothing changed, so much would be seen with probability "
            f"{bound}{self.probability:.2g}."
        )


def change_point(values: ArrayLike, u: ArrayLike | None = None) -> ChangePoint:
    """Likelihood-ratio test for one change of the mean at an unknown place.

    With stated uncertainties (weights ``w = 1 / u**2``, ``W_k`` their sum up to the k-th)::

        Z_k = (mean before - mean after) / sqrt(1 / W_k + 1 / (W_n - W_k))        statistic = max |Z_k|

    Z is a Markov chain while nothing changes, and the probability is integrated along it, exactly (an upper bound, the
    sum over all places, for more than 500 values and below 1e-12). Without them Z_k
    is the two-sample t for a common unknown variance with n - 2 degrees of freedom, and the probability is the sum of
    those of all places: an upper bound.

    Only the order of the values counts, not their distances. What all values share (one reference standard) drops out
    of the differences and does not belong into ``u``.

    Args:
        values: Shape (n,), in order of time; n >= 2 with ``u``, n >= 3 without.
        u: Standard uncertainties, independent, shape (n,), each above 0; None: unknown, and alike.

    Raises:
        ValueError: Too few values, or one that is not finite or out of its range.

    Source:
        Known variances: Hawkins, Journal of the American Statistical Association 72 (1977) 180. Unknown: Worsley,
        ibid. 74 (1979) 365.

    >>> found = change_point([1.0, 1.1, 0.9, 2.0, 2.1], u=[0.1] * 5)
    >>> found.before, found.is_significant(0.999)
    (3, True)
    """
    row = vector(WHO, "values", values, least=LEAST_UNKNOWN if u is None else LEAST_KNOWN)
    if not np.abs(row).max() <= MOST:
        raise refuse(
            WHO, "values", f"magnitudes up to {MOST:g}", f"{np.abs(row).max():g}", "Choose a unit that suits them."
        )
    if u is None:
        return _unknown(row)
    known = positives(WHO, "u", u)
    if known.size != row.size:
        raise refuse(WHO, "u", f"{row.size} values, one for each", known.size, "Give one for each value.")
    if not 1 / MOST <= known.min() <= known.max() <= MOST:
        got = f"{known.min():g} to {known.max():g}"
        raise refuse(WHO, "u", f"{1 / MOST:g} to {MOST:g}", got, "Choose a unit that suits them.")
    weights = (known / known.max()) ** -2
    unit = float(known.max())
    differences, spread = _differences(row, weights)
    z = np.abs(differences) / (spread * unit)
    place = int(np.argmax(z))
    shift = Estimate(float(differences[place]), float(spread[place]) * unit)
    chain, largest = _chain(np.cumsum(weights)[:-1] / np.sum(weights)), float(z[place])
    bound = min(1.0, 2 * (len(chain) + 1) * normal_cdf(-largest))
    exact = len(chain) <= MOST_STEPS and bound > NO_DIGITS
    found = min(bound, _beyond(chain, largest)) if exact else bound
    return ChangePoint(place + 1, shift, largest, found, exact)


def _unknown(row: Array) -> ChangePoint:
    differences, spread = _differences(row, np.ones_like(row))
    total = float(np.sum((row - row.mean()) ** 2))
    dof = row.size - 2
    left = np.maximum(total - (differences / spread) ** 2, 0.0)
    if not total > 0:
        raise refuse(WHO, "values", "ones that differ", f"{row.size} alike", "Readings need a finer resolution.")
    place = int(np.argmax(np.abs(differences) / spread))
    sd = math.sqrt(float(left[place]) / dof) * float(spread[place])
    t = abs(float(differences[place])) / sd if sd > 0 else math.inf
    tail = 2 * student_t_cdf(-t, dof) if sd > 0 else 0.0
    found = Estimate(float(differences[place]), sd, float(dof))
    return ChangePoint(place + 1, found, t, min(1.0, (row.size - 1) * tail), exact=False)


def _differences(row: Array, weights: Array) -> tuple[Array, Array]:
    """Mean after less mean before at each of n - 1 places, and its standard deviation for unit weights."""
    centred = row - row.mean()
    before, all_weights = np.cumsum(weights)[:-1], float(np.sum(weights))
    sums, total = np.cumsum(weights * centred)[:-1], float(np.sum(weights * centred))
    after = all_weights - before
    return (total - sums) / after - sums / before, np.sqrt(1 / before + 1 / after)


def _chain(share: Array) -> list[float]:
    """Correlations of neighbouring Z, from the shares of all weight before each place."""
    ratio = share / (1 - share)
    correlations: list[float] = []
    last = float(ratio[0])
    for value in ratio[1:].tolist():
        # A value that hardly weighs adds no place of its own.
        if 1 - last / value > HARDLY**2:
            correlations.append(math.sqrt(last / value))
            last = value
    return correlations


def _beyond(chain: list[float], c: float) -> float:
    """Probability that the largest |Z| is ``c`` or more, integrated along the chain."""
    narrow = min((math.sqrt(1 - r * r) for r in chain), default=1.0)
    places, shares = np.polynomial.legendre.leggauss(max(FEWEST_NODES, math.ceil(NODES_A_STEP * c / narrow)))
    z, dz = c * places, c * shares
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    for r in chain:
        s = math.sqrt(1 - r * r)
        kernel = np.exp(-(((z[:, np.newaxis] - r * z) / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))
        density = kernel @ (dz * density)
    return 1 - float(np.sum(dz * density))
