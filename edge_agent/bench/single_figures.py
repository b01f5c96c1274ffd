"""Figures of the whole item: repeatability, eccentricity, hysteresis, zero."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge_agent.bench.captured import PointFigures
from edge_agent.bench.procedure import TestRule

ZERO = 0.0


class SingleFigure(NamedTuple):
    """What a test found.

    Attributes:
        value: In the item's unit; of eccentricity and zero with its sign.
        reference: What the indication is compared with.
        point: The point at which it was found: the worst one.
        names: Name in formulas -> value.
        captures: Numbers of the captures that it rests on.
    """

    value: float
    reference: float
    point: PointFigures
    names: Mapping[str, float]
    captures: tuple[int, ...]


def single_figure(test: TestRule, points: Sequence[PointFigures]) -> SingleFigure:
    """The figure that a test gives.

    Args:
        test: Of another kind than ``error``.
        points: One or more.

    Raises:
        ValueError: The captures do not suffice for it.
    """
    of = {"repeatability": _repeatability, "eccentricity": _eccentricity, "hysteresis": _hysteresis, "zero": _zero}
    value, against, point, names = of[test.kind](points)
    return SingleFigure(value, against, point, names, tuple(sorted(n for one in points for n in one.captures)))


Found = tuple[float, float, PointFigures, dict[str, float]]


def _repeatability(points: Sequence[PointFigures]) -> Found:
    """Largest standard deviation of the points (EURAMET cg-18, 6.1.1: of one load, or the largest of several)."""
    repeated = [one for one in points if one.s is not None]
    if not repeated:
        msg = "repeats: expected two or more, got one. Capture the point once more."
        raise ValueError(msg)
    worst = max(repeated, key=lambda one: one.s or ZERO)
    s = worst.s or ZERO
    return s, _against(worst), worst, {"s_rep": s, "n_rep": worst.dof_s + 1.0}


def _eccentricity(points: Sequence[PointFigures]) -> Found:
    """Largest difference from the centre, the first point (EURAMET cg-18, 6.3.1)."""
    centre = next((one for one in points if one.point == 0), None)
    others = [one for one in points if one.point != 0]
    if centre is None or not others:
        msg = "positions: expected the centre and another, got fewer. Capture the centre and the other positions."
        raise ValueError(msg)
    if not abs(centre.nominal) > 0:
        msg = f"load: expected one above 0, got {centre.nominal:g}. Choose a load of about a third of the range."
        raise ValueError(msg)
    worst = max(others, key=lambda one: abs(one.x - centre.x))
    difference = worst.x - centre.x
    return difference, centre.x, worst, {"ecc": abs(difference), "l_ecc": abs(centre.nominal)}


def _hysteresis(points: Sequence[PointFigures]) -> Found:
    """Largest difference of the ways down and up."""
    if not any(one.up is not None and one.down is not None for one in points):
        msg = "directions: expected a point on the way up and down, got none. Capture the way down too."
        raise ValueError(msg)
    worst = max(points, key=lambda one: one.h)
    return worst.h, _against(worst), worst, {"hys": worst.h}


def _zero(points: Sequence[PointFigures]) -> Found:
    """Indication at zero, or at the lower end, minus what it is to be there; of several points the largest."""
    worst = max(points, key=lambda one: abs(one.x - one.nominal))
    off = worst.x - worst.nominal
    return off, worst.nominal, worst, {"zero": off} | ({} if worst.s is None else {"s_zero": worst.s})


def _against(point: PointFigures) -> float:
    return point.nominal if point.ref is None else point.ref
