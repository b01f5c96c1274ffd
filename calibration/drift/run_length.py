"""How long charts that remember run before they signal, and charts made to measure by it.

Average run lengths are solutions of an integral equation: what is ahead of a chart depends on its present value alone.
They are for independent normal points, sigma known; head starts and limits as in ``control_charts``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from calibration.checks import Array, finite, non_negative, positive, refuse
from calibration.records import record

WHO = "run length"
NODES = 80
NODES_A_SIGMA = 3
DOUBLINGS = 4
FARTHEST = 1e6
STEPS = 80
CLOSE = 1e-10
MOST = 1e12
DENSITY = 1 / math.sqrt(2 * math.pi)
WEIGHTS = np.geomspace(0.02, 1.0, 40)


@record
class CusumDesign:
    """Parameters of a two-sided CUSUM chart, and what they promise.

    Attributes:
        limit: Decision interval h, in standard deviations of the plotted value.
        allowance: Reference value k, in the same.
        in_control: Average run length while nothing has changed, points.
        at_shift: Average run length after the shift that it was made for, points.
    """

    limit: float
    allowance: float
    in_control: float
    at_shift: float


@record
class EwmaDesign:
    """Parameters of an EWMA chart, and what they promise.

    Attributes:
        weight: Of the newest value.
        width: Limits, in standard deviations of the settled average.
        in_control: Average run length while nothing has changed, points.
        at_shift: Average run length after the shift that it was made for, points.
    """

    weight: float
    width: float
    in_control: float
    at_shift: float


def cusum_run_length(limit: float, allowance: float, shift: float = 0.0, head_start: float = 0.0) -> float:
    """Average run length of a two-sided CUSUM chart.

    One side, from its sum s on, with the standard normal distribution F and density f::

        L(s) = 1 + L(0) F(k - s - shift) + integral_0^h L(z) f(z + k - s - shift) dz

    Both sides, from head starts s: ``(L+(s) L-(0) + L-(s) L+(0) - L+(0) L-(0)) / (L+(0) + L-(0))``.

    Args:
        limit: h, above 0, in standard deviations of the plotted value.
        allowance: k, above 0, in the same.
        shift: Of the mean from its target, in the same.
        head_start: s, 0 to below h.

    Returns:
        Mean number of points up to the signal, that one included.

    Raises:
        ValueError: A number is out of its range.

    Source:
        Page, Biometrika 41 (1954) 100; Lucas and Crosier, Technometrics 24 (1982) 199; Montgomery, Introduction to
        Statistical Quality Control, 9.1.3.

    >>> round(cusum_run_length(5.0, 0.5)), round(cusum_run_length(5.0, 0.5, shift=1.0), 1)
    (465, 10.4)
    """
    h, k = positive(WHO, "limit", limit), _near(positive(WHO, "allowance", allowance), "allowance")
    start = non_negative(WHO, "head_start", head_start)
    if start >= h:
        raise refuse(WHO, "head_start", f"below the limit {h:g}", head_start, "Half of the limit is usual.")
    moved = _near(shift)
    up, up_share = _one_side(h, k, moved, start)
    down, down_share = _one_side(h, k, -moved, start)
    # Divided through by both lengths, so that a side that is never reached leaves the other one's.
    return _countable((up_share + down_share - 1) / (up + down) if up + down else math.inf)


def ewma_run_length(weight: float, width: float, shift: float = 0.0) -> float:
    """Average run length of an EWMA chart with settled limits, from its centre on.

    ::

        L(u) = 1 + (1 / w) integral_(-h)^h L(z) f((z - (1 - w) u) / w - shift) dz     h = width sqrt(w / (2 - w))

    Args:
        weight: w, above 0, up to 1.
        width: Limits, in standard deviations of the settled average, above 0.
        shift: Of the mean, in standard deviations of the plotted value.

    Returns:
        Mean number of points up to the signal, that one included.

    Raises:
        ValueError: A number is out of its range.

    Source:
        Crowder, Technometrics 29 (1987) 401; Lucas and Saccucci, Technometrics 32 (1990) 1.

    >>> round(ewma_run_length(0.1, 2.814)), round(ewma_run_length(0.1, 2.814, shift=1.0), 1)
    (500, 10.3)
    """
    w, wide = positive(WHO, "weight", weight), positive(WHO, "width", width)
    if w > 1:
        raise refuse(WHO, "weight", "above 0, up to 1", weight, "0.05 to 0.3 are usual.")
    moved = _near(shift)
    h = wide * math.sqrt(w / (2 - w))
    nodes, shares = _nodes(-h, h, w)
    kernel = shares * _density((nodes - (1 - w) * nodes[:, np.newaxis]) / w - moved) / w
    lengths = np.linalg.solve(np.eye(nodes.size) - kernel, np.ones(nodes.size))
    return _countable(1 + float(np.sum(shares * lengths * _density(nodes / w - moved)) / w))


def design_cusum(shift: float, in_control: float = 370.0) -> CusumDesign:
    """CUSUM chart for a shift that matters: the allowance is half of it, the limit keeps false alarms rare.

    Args:
        shift: To be found, in standard deviations of the plotted value, above 0.
        in_control: Average run length wanted while nothing has changed, points, above 2.

    Raises:
        ValueError: A number is out of its range, or no limit gives it.

    Source:
        Moustakides, Annals of Statistics 14 (1986) 1379 (half the shift is best); Hawkins, Journal of Quality
        Technology 25 (1993) 248 (limits).

    >>> round(design_cusum(1.0, in_control=370).limit, 2)
    4.77
    """
    k = _near(positive(WHO, "shift", shift)) / 2
    limit = _solve(lambda h: cusum_run_length(h, k), _wanted(in_control))
    return CusumDesign(limit, k, cusum_run_length(limit, k), cusum_run_length(limit, k, shift))


def design_ewma(shift: float, in_control: float = 370.0) -> EwmaDesign:
    """EWMA chart that finds a shift soonest of all with the same rate of false alarms.

    Args:
        shift: To be found, in standard deviations of the plotted value, above 0.
        in_control: Average run length wanted while nothing has changed, points, above 2.

    Returns:
        The best of 40 weights from 0.02 to 1.

    Raises:
        ValueError: A number is out of its range, or no width gives it.

    Source:
        Lucas and Saccucci, Technometrics 32 (1990) 1.

    >>> 0.1 < design_ewma(1.0, in_control=500).weight < 0.2
    True
    """
    moved, wanted = _near(positive(WHO, "shift", shift)), _wanted(in_control)

    def design(weight: float) -> EwmaDesign:
        width = _solve(lambda wide: ewma_run_length(weight, wide), wanted)
        return EwmaDesign(weight, width, ewma_run_length(weight, width), ewma_run_length(weight, width, moved))

    # A narrowing search over the weights: the run length falls to its least and rises again.
    low, high = 0, WEIGHTS.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if design(float(WEIGHTS[middle])).at_shift < design(float(WEIGHTS[middle + 1])).at_shift:
            high = middle
        else:
            low = middle
    return min((design(float(WEIGHTS[i])) for i in (low, high)), key=lambda found: found.at_shift)


def _one_side(h: float, k: float, shift: float, start: float) -> tuple[float, float]:
    """One over the run length from a sum of 0 on, and the length from ``start`` on as a share of that one."""
    nodes, shares = _nodes(0.0, h)
    places = np.concatenate([[0.0], nodes])
    table = np.column_stack([_below(k - places - shift), shares * _density(nodes + k - places[:, np.newaxis] - shift)])
    if np.abs(1 - table.sum(axis=1)).max() < 1 / MOST:
        return 0.0, 1.0
    lengths = np.linalg.solve(np.eye(places.size) - table, np.ones(places.size))
    if not 1 <= lengths[0] <= MOST:
        return 0.0, 1.0
    row = np.concatenate([[_below(np.array([k - start - shift]))[0]], shares * _density(nodes + k - start - shift)])
    return 1 / float(lengths[0]), (1 + float(row @ lengths)) / float(lengths[0])


def _countable(length: float) -> float:
    """A run length that the arithmetic still tells; at 1e12 points it has about four digits left."""
    if not 1 - CLOSE <= length <= MOST:
        got, advice = f"a run length beyond {MOST:g} points", "Such a chart never signals: lower its limits."
        raise refuse(WHO, "limits", "ones that are reached some day", got, advice)
    return length


@cache
def _standard_nodes(count: int) -> tuple[Array, Array]:
    places, shares = np.polynomial.legendre.leggauss(count)
    return places, shares


def _nodes(low: float, high: float, sigma: float = 1.0) -> tuple[Array, Array]:
    """Places and shares of an integral whose integrand is as narrow as a normal density of ``sigma``."""
    wanted = NODES_A_SIGMA * (high - low) / sigma
    count = next((NODES << i for i in range(DOUBLINGS + 1) if wanted <= NODES << i), 0)
    if not count:
        most = (NODES << DOUBLINGS) / NODES_A_SIGMA
        got = f"{(high - low) / sigma:.4g}"
        advice = "Lower the limits, or take a greater weight or allowance."
        raise refuse(WHO, "limits", f"up to {most:.4g} steps of one point from end to end", got, advice)
    places, shares = _standard_nodes(count)
    half = (high - low) / 2
    return low + half * (places + 1), half * shares


def _density(z: Array) -> Array:
    return np.asarray(DENSITY * np.exp(-(z**2) / 2))


def _below(z: Array) -> Array:
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z.tolist()])


def _near(shift: float, what: str = "shift") -> float:
    moved = finite(WHO, what, shift)
    if abs(moved) > FARTHEST:
        raise refuse(WHO, what, f"up to {FARTHEST:g} standard deviations", shift, "Look at its unit.")
    return moved


def _wanted(in_control: float) -> float:
    least, most = 2.0, 1e9
    if not least < finite(WHO, "in_control", in_control) <= most:
        raise refuse(WHO, "in_control", "above 2 points, up to 1e9", in_control, "370 is what three sigma give.")
    return in_control


def _solve(run_length: Callable[[float], float], wanted: float) -> float:
    """Where an increasing run length is what is wanted: false position (Illinois) on its logarithm."""

    def off(at: float) -> float:
        return math.log(run_length(at) / wanted)

    low, high = 0.5, 4.0
    below, above = off(low), off(high)
    while above < 0:
        low, below, high = high, above, 1.15 * high
        above = off(high)
    while below > 0:
        high, above, low = low, below, low / 2
        below = off(low)
    for _ in range(STEPS):
        middle = high - above * (high - low) / (above - below)
        found = off(middle)
        if abs(found) <= CLOSE:
            break
        if found * above < 0:
            low, below = high, above
        else:
            below /= 2
        high, above = middle, found
    return middle
