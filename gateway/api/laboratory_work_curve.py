"""The picture of a session's errors with U and the permissible error, for the page of its work order: geometry only."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from edge_agent.wire.bench import AS_FOUND, CalibrationResult
from gateway.api.charts import value_marks
from gateway.api.laboratory_pictures import Tick

_LEFT, _RIGHT = 22.0, 6.0
"""Room at both sides, per cent: for the figures of the axis, and that a mark at the end is whole."""


class Mark(NamedTuple):
    """A point of the curve, in per cent of width and height.

    Attributes:
        x: Across.
        y: Down.
        low: Down, of error - U.
        high: Down, of error + U.
        is_found: As found; else as left.
        result: What it is of.
    """

    x: float
    y: float
    low: float
    high: float
    is_found: bool
    result: CalibrationResult


class Curve(NamedTuple):
    """The errors of one channel.

    Attributes:
        channel: Of what.
        unit: Of the errors, UCUM.
        across_unit: Of the nominal values, UCUM.
        values: Marks of the vertical axis.
        across: The least and the greatest nominal value.
        marks: The points.
        limits: Pieces of the lines +mpe and -mpe: x and y of both ends; none where none was asked for.
        zero: Down, of the error 0.
        step: From one mark of the vertical axis to the next, of which one digit is shown.
    """

    channel: str
    unit: str
    across_unit: str
    values: tuple[Tick, ...]
    across: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    limits: tuple[tuple[float, float, float, float], ...]
    zero: float
    step: float


def curves_of(results: Sequence[CalibrationResult]) -> list[Curve]:
    """One curve for each channel and unit that has a point of errors.

    Args:
        results: Of one session.
    """
    found: dict[tuple[str, str], list[CalibrationResult]] = {}
    for one in results:
        if one.kind == "error":
            found.setdefault((one.channel, one.unit), []).append(one)
    return [_curve(channel, unit, its) for (channel, unit), its in found.items()]


def _curve(channel: str, unit: str, results: list[CalibrationResult]) -> Curve:
    ends = [end for one in results for end in (one.error - one.expanded, one.error + one.expanded)]
    mpe = [sign * one.mpe for one in results if one.mpe is not None for sign in (1, -1)]
    marks = value_marks(min(0.0, *ends, *mpe), max(0.0, *ends, *mpe))
    low, high = marks[0], marks[-1]
    least, most = min(one.nominal for one in results), max(one.nominal for one in results)

    def x(value: float) -> float:
        share = (value - least) / (most - least) if most > least else 0.5
        return round(_LEFT + share * (100 - _LEFT - _RIGHT), 2)

    def y(value: float) -> float:
        return round(100 - (value - low) / (high - low) * 100, 2)

    def limit(sign: int) -> list[tuple[float, float, float, float]]:
        every = {one.nominal: one.mpe for one in results if one.mpe is not None}
        told = [(x(at), y(sign * every[at])) for at in sorted(every)]
        # To both sides, so that one point alone has a line too.
        told = [(0.0, told[0][1]), *told, (100.0, told[-1][1])] if told else []
        return [(*one, *other) for one, other in pairwise(told)]

    return Curve(
        channel=channel,
        unit=unit,
        across_unit=results[0].measured_unit or unit,
        values=tuple(Tick(y(value), value) for value in marks),
        across=tuple(Tick(x(value), value) for value in sorted({least, most})),
        marks=tuple(_mark(one, x(one.nominal), y) for one in results),
        limits=(*limit(1), *limit(-1)),
        zero=y(0.0),
        step=(marks[1] - marks[0]) * 10 if len(marks) > 1 else 0.0,
    )


def _mark(one: CalibrationResult, x: float, y: Callable[[float], float]) -> Mark:
    ends = (y(one.error - one.expanded), y(one.error + one.expanded))
    return Mark(x, y(one.error), *ends, one.run == AS_FOUND, one)
