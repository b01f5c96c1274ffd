"""Risks over many items: how often a rule accepts what does not conform, and rejects what does."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np

from calibration import checks
from calibration.checks import finite, positive, refuse
from calibration.decision.conformity import EVALUATE, bisect
from calibration.decision.limits import Limits
from calibration.distributions import normal_cdf, normal_quantile
from calibration.records import record

NODES = 24
REACH = 39.0
"""Standard deviations beyond which a normal density is below the smallest double."""
MARKS = (0.0, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 11.0, 15.0, 20.0, 28.0, REACH)
EARLIER = "Take it from earlier items of the kind."
SQRT_2PI = math.sqrt(2 * math.pi)


@record
class GlobalRisks:
    """What becomes of items of one kind that are measured in one way and judged by one rule.

    Attributes:
        false_acceptance: Probability that an item does not conform and is accepted: global consumer's risk, PFA.
        false_rejection: Probability that an item conforms and is rejected: global producer's risk, PFR.
        conforming: Probability that an item conforms, before it is measured.
        accepted: Probability that an item is accepted.
    """

    false_acceptance: float
    false_rejection: float
    conforming: float
    accepted: float

    @property
    def nonconforming_among_accepted(self) -> float | None:
        """Share of nonconforming items among the accepted ones; None when nothing is accepted."""
        return self.false_acceptance / self.accepted if self.accepted > 0 else None


@record
class Process:
    """What is known of the items before they are measured: normal, with mean and standard deviation.

    Attributes:
        mean: In the quantity's unit.
        s: Standard deviation of the true values, above 0.

    Raises:
        ValueError: A value is outside its range.
    """

    mean: float
    s: float

    def __post_init__(self) -> None:
        finite("Process", "mean", self.mean, EARLIER)
        positive("Process", "s", self.s, EARLIER)

    def after(self, value: float, u: float) -> tuple[float, float]:
        """What is known of one item once it is measured, too: best estimate and standard uncertainty.

        ::

            estimate = mean + share * (value - mean)          share = s**2 / (s**2 + u**2)
            u(estimate) = u * sqrt(share)

        Give both to :func:`specific_risk` or :func:`probability_of_conformity` where earlier knowledge is to count;
        a bare measured value and its u are for no earlier knowledge.

        Args:
            value: Measured quantity value.
            u: Its standard uncertainty, above 0.

        Returns:
            Estimate and its standard uncertainty, in the quantity's unit.

        Raises:
            ValueError: A value is outside its range.

        Source:
            JCGM 106:2012, 6.2 and A.4.4: normal prior knowledge, normal measurement.

        >>> Process(100.0, 3.0).after(110.0, 4.0)
        (103.6, 2.4)
        """
        finite("Process", "value", value, "A missing value tells nothing.")
        share = 1 / (1 + (positive("Process", "u", u, EVALUATE) / self.s) ** 2)
        return self.mean + share * (value - self.mean), u * math.sqrt(share)


def process_in_tolerance(probability: float, limits: Limits) -> Process:
    """The centred process of which a given share of items is within the limits.

    ::

        s = (upper - lower) / 2 / z((1 + probability) / 2)

    Args:
        probability: In-tolerance probability (end-of-period reliability), in (0, 1).
        limits: Both tolerance limits.

    Raises:
        ValueError: A limit is absent, or the probability is outside its range.

    Source:
        ANSI/NCSL Z540.3 Handbook (2009), PFA from in-tolerance probability and test uncertainty ratio.

    >>> round(process_in_tolerance(0.95, Limits(-1, 1)).s, 4)
    0.5102
    """
    who = "process_in_tolerance"
    checks.probability(who, "probability", probability)
    if limits.lower is None or limits.upper is None:
        raise refuse(who, "limits", "two limits", limits, "Give the process itself.")
    centre = limits.lower + limits.width / 2
    # The lower tail keeps the digits of a probability close to 1.
    return Process(centre, limits.width / 2 / -normal_quantile((1 - probability) / 2))


def global_risks(process: Process, u: float, limits: Limits, acceptance: Limits | None = None) -> GlobalRisks:
    """Global consumer's and producer's risk, by numerical integration.

    With g the process's normal density and H(y) the probability that an item of true value y is accepted::

        H(y) = Phi((a_upper - y) / u) - Phi((a_lower - y) / u)
        false acceptance = integral of g * H outside the tolerance
        false rejection  = integral of g * (1 - H) inside

    Gauss-Legendre over panels no longer than the scale of g and of H near their edges; relative error below 1e-12,
    also of a risk of 1e-14.

    Args:
        process: What is known of the items before.
        u: Standard uncertainty of a measured value, above 0, the same for all items.
        limits: Tolerance limits.
        acceptance: Acceptance limits; the tolerance limits when None (simple acceptance).

    Raises:
        ValueError: A value is outside its range.

    Source:
        JCGM 106:2012, 9.5.2 and 9.5.3, equations (18) and (19); annex A for the normal case.

    >>> risks = global_risks(Process(0.0, 1.0), 0.25, Limits(-2, 2))
    >>> round(risks.false_acceptance, 4), round(risks.false_rejection, 4)
    (0.008, 0.0149)
    """
    positive("global_risks", "u", u, EVALUATE)
    # Measured from the process's mean: far from zero (1 kg in mg) the integrand would lose its digits.
    process, limits, accept = _centred(process, limits, acceptance or limits)
    low = -math.inf if limits.lower is None else limits.lower
    high = math.inf if limits.upper is None else limits.upper
    marks = _marks(process, u, limits, accept)

    def integral(start: float, end: float, *, rejected: bool) -> float:
        inside = [mark for mark in marks if start < mark < end]
        edges = [max(start, marks[0]), *inside, min(end, marks[-1])]
        return math.fsum(_panel(process, u, accept, a, b, rejected=rejected) for a, b in pairwise(edges) if a < b)

    def between(a: float, b: float) -> float:
        a, b = (a - process.mean), (b - process.mean)
        return _normal_between(a / process.s, b / process.s)

    spread = math.hypot(process.s, u)
    a_low = -math.inf if accept.lower is None else (accept.lower - process.mean) / spread
    a_high = math.inf if accept.upper is None else (accept.upper - process.mean) / spread
    return GlobalRisks(
        false_acceptance=integral(-math.inf, low, rejected=False) + integral(high, math.inf, rejected=False),
        false_rejection=integral(low, high, rejected=True),
        conforming=between(low, high),
        accepted=_normal_between(a_low, a_high),
    )


def _centred(process: Process, limits: Limits, accept: Limits) -> tuple[Process, Limits, Limits]:
    def moved(interval: Limits) -> Limits:
        lower, upper = (None if edge is None else edge - process.mean for edge in (interval.lower, interval.upper))
        return Limits(lower, upper)

    return Process(0.0, process.s), moved(limits), moved(accept)


def guard_band_for_global_risk(risk: float, process: Process, u: float, limits: Limits) -> float:
    """Least guard band with which the global consumer's risk does not exceed ``risk``.

    Args:
        risk: Largest probability of false acceptance, in (0, 1); 0.02 by ANSI/NCSL Z540.3, 5.3 b.
        process: What is known of the items before.
        u: Standard uncertainty of a measured value, above 0.
        limits: Tolerance limits; the band is the same at both.

    Returns:
        Length w of the guard band, in the quantity's unit; 0 when simple acceptance keeps to the risk already.

    Raises:
        ValueError: A value is outside its range, or no guard band between the limits is enough.

    Source:
        JCGM 106:2012, 9.5; ANSI/NCSL Z540.3 Handbook (2009), methods 1 to 3.

    >>> band = guard_band_for_global_risk(0.008, Process(0.0, 1.0), 0.5, Limits(-2, 2))
    >>> round((2 - band) / 2, 2)
    0.91
    """
    who = "guard_band_for_global_risk"
    checks.probability(who, "risk", risk, "Give 0.02 for 2 %.")

    def too_much(w: float) -> float:
        return global_risks(process, u, limits, limits.guarded(w)).false_acceptance - risk

    if too_much(0.0) <= 0:
        return 0.0
    widest = math.nextafter(limits.width / 2, 0) if math.isfinite(limits.width) else _far(process, u, limits)
    widest *= 1 - 1e-12
    if too_much(widest) > 0:
        advice = "Lower the uncertainty, or look at the process: too few of its items conform."
        raise refuse(who, "risk", "one that a guard band can reach", f"{risk:g}", advice)
    return bisect(too_much, 0.0, widest)


def _far(process: Process, u: float, limits: Limits) -> float:
    """A guard band, with one limit, beyond which hardly any item would be accepted."""
    edge = limits.upper if limits.upper is not None else limits.lower
    assert edge is not None  # Limits has one
    return abs(edge - process.mean) + REACH * math.hypot(process.s, u)


def _marks(process: Process, u: float, limits: Limits, accept: Limits) -> list[float]:
    """Ends of panels: steps of both scales around every place where the integrand bends."""
    steps = [*(-mark for mark in MARKS), *MARKS]
    places = {process.mean + process.s * step for step in steps}
    edges = (limits.lower, limits.upper, accept.lower, accept.upper)
    places |= {edge + u * step for edge in edges if edge is not None for step in steps}
    reach = REACH * process.s
    return sorted(place for place in places if abs(place - process.mean) <= reach)


def _panel(process: Process, u: float, accept: Limits, a: float, b: float, *, rejected: bool) -> float:
    half = (b - a) / 2
    total = 0.0
    for node, weight in _rule():
        y = a + half * (1 + node)
        z = (y - process.mean) / process.s
        total += weight * math.exp(-z * z / 2) * _probability(accept, y, u, rejected=rejected)
    return total * half / (process.s * SQRT_2PI)


@lru_cache(maxsize=1)
def _rule() -> tuple[tuple[float, float], ...]:
    """Nodes and weights of Gauss and Legendre on -1..1; not at import, which would load numpy's polynomials."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return tuple(zip(nodes.tolist(), weights.tolist(), strict=True))


def _probability(accept: Limits, y: float, u: float, *, rejected: bool) -> float:
    low = -math.inf if accept.lower is None else (accept.lower - y) / u
    high = math.inf if accept.upper is None else (accept.upper - y) / u
    return normal_cdf(low) + normal_cdf(-high) if rejected else _normal_between(low, high)


def _normal_between(low: float, high: float) -> float:
    if low + high > 0:
        low, high = -high, -low
    return normal_cdf(high) - normal_cdf(low)
