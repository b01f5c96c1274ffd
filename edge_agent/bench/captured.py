"""Which captures count, and what those of one point come to."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from edge_agent.bench.procedure import Procedure, TestRule
from edge_agent.bench.references import Reference, reference
from edge_agent.bench.steps import DOWN, UP
from edge_agent.wire.bench import CalibrationCapture, CaptureJudged, Reading
from edge_agent.wire.bench_settings import BenchStandard

TWO = 2


class PointFigures(NamedTuple):
    """What the captures of one point come to, in the item's unit.

    Attributes:
        point: Index in the test.
        nominal: What it was to be.
        position: As captured.
        x: Mean indication; of two directions the mean of both means.
        ref: Reference value likewise; None: no reference was there.
        u_ref: Mean standard uncertainty of that: one certificate, one error for all repeats.
        u_drift: Of its drift likewise.
        s_ref: Standard deviation of the reference's values over the repeats.
        n: Captures.
        s: Standard deviation of the repeats, of differences from the reference, each direction by itself; None: too
            few.
        dof_s: Its degrees of freedom.
        up: Mean indication on the way up; None: it has no directions.
        down: On the way down.
        captures: Their numbers.
        environment: Quantity -> mean at the point.
    """

    point: int
    nominal: float
    position: str
    x: float
    ref: float | None
    u_ref: float
    u_drift: float
    s_ref: float
    n: int
    s: float | None
    dof_s: int
    up: float | None
    down: float | None
    captures: tuple[int, ...]
    environment: Mapping[str, float]

    @property
    def h(self) -> float:
        """Difference of down and up, without its sign; 0.0 where the point has one direction."""
        return abs(self.down - self.up) if self.up is not None and self.down is not None else 0.0


def in_force(
    captures: Sequence[CalibrationCapture], judged: Sequence[CaptureJudged] = ()
) -> tuple[CalibrationCapture, ...]:
    """The captures that the evaluation uses: accepted, not taken back, and the last one of each step.

    Args:
        captures: Of a session.
        judged: What persons have said of them later; the last word on a capture holds.
    """
    words = {
        (one.session, one.number): one.is_accepted
        for one in sorted(judged, key=lambda one: one.entered_at)
        if not one.gone
    }
    good = [one for one in captures if not one.gone and words.get((one.session, one.number), one.is_accepted)]
    replaced = {one.replaces for one in good}
    last = {
        (one.run, one.test, one.point, one.repeat, one.direction): one
        for one in sorted(good, key=lambda one: one.number)
        if one.number not in replaced
    }
    return tuple(sorted(last.values(), key=lambda one: one.number))


def points_of(
    procedure: Procedure,
    test: TestRule,
    captures: Sequence[CalibrationCapture],
    standards: Mapping[str, Sequence[BenchStandard]],
) -> tuple[PointFigures, ...]:
    """The points of a test, in their order; those without a capture are left out.

    Args:
        procedure: Which.
        test: Which of its tests; one with ``of`` looks at the captures of that.
        captures: Those in force of one run.
        standards: Role -> standards in it.

    Raises:
        ValueError: A reading is in another unit, or is no number, or no certificate speaks for a reference.
    """
    own = sorted((one for one in captures if one.test == (test.of or test.id)), key=lambda one: one.point)
    return tuple(_figures(procedure, point, list(some), standards) for point, some in groupby(own, lambda c: c.point))


class _One(NamedTuple):
    """One capture: its indication, and its reference where it has one."""

    x: float
    ref: Reference | None
    direction: str


def _figures(
    procedure: Procedure,
    point: int,
    captures: Sequence[CalibrationCapture],
    standards: Mapping[str, Sequence[BenchStandard]],
) -> PointFigures:
    ones = [_One(_indication(procedure, c), _reference(procedure, c, standards), c.direction) for c in captures]
    legs = [[one for one in ones if one.direction == way] for way in dict.fromkeys(one.direction for one in ones)]
    refs = [one.ref for one in ones if one.ref is not None]
    has_ref = len(refs) == len(ones)
    s, dof_s = _spread(legs, has_ref=has_ref)
    ways = {leg[0].direction: _mean([one.x for one in leg]) for leg in legs}
    first = captures[0]
    return PointFigures(
        point=point,
        nominal=first.nominal,
        position=first.position,
        x=_mean(list(ways.values())),
        ref=_mean([_mean([one.ref.value for one in leg if one.ref]) for leg in legs]) if has_ref else None,
        u_ref=_mean([one.u for one in refs]) if has_ref else 0.0,
        u_drift=_mean([one.drift_u for one in refs]) if has_ref else 0.0,
        s_ref=_deviation([one.value for one in refs]) if has_ref else 0.0,
        n=len(ones),
        s=s,
        dof_s=dof_s,
        up=ways.get(UP),
        down=ways.get(DOWN),
        captures=tuple(sorted(one.number for one in captures)),
        environment=_environment(procedure, captures),
    )


def _spread(legs: Sequence[Sequence[_One]], *, has_ref: bool) -> tuple[float | None, int]:
    """Standard deviation within each direction, put together by GUM H.3.6, and its degrees of freedom."""
    squares, dof = [], 0
    for leg in legs:
        differences = [one.x - (one.ref.value if has_ref and one.ref else 0.0) for one in leg]
        squares.append((len(leg) - 1) * _deviation(differences) ** 2)
        dof += len(leg) - 1
    return (math.sqrt(math.fsum(squares) / dof), dof) if dof else (None, 0)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _deviation(values: Sequence[float]) -> float:
    if len(values) < TWO:
        return 0.0
    middle = _mean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def _indication(procedure: Procedure, capture: CalibrationCapture) -> float:
    return _number(capture, "indication", capture.indication, procedure.unit)


def _number(capture: CalibrationCapture, what: str, reading: Reading, unit: str) -> float:
    if reading.unit != unit:
        msg = f"capture {capture.number}: {what}: expected {unit}, got {reading.unit}. Set the instrument to {unit}."
        raise ValueError(msg)
    if not math.isfinite(reading.value):
        msg = f"capture {capture.number}: {what}: expected a number, got {reading.value}. Capture the point again."
        raise ValueError(msg)
    return reading.value


def _reference(
    procedure: Procedure, capture: CalibrationCapture, standards: Mapping[str, Sequence[BenchStandard]]
) -> Reference | None:
    """What the procedure's first reference stood for: it is the ``ref`` of formulas."""
    rule = procedure.references[0]
    reading = capture.references.get(rule.role)
    if reading is None:
        return None
    try:
        return reference(reading, standards.get(rule.role, ()), rule.role, rule.unit)
    except ValueError as error:
        msg = f"capture {capture.number}: {error}"
        raise ValueError(msg) from error


def _environment(procedure: Procedure, captures: Sequence[CalibrationCapture]) -> dict[str, float]:
    """Quantity -> mean at the point, of those that every capture has."""
    found = {}
    for rule in procedure.environment:
        readings = [(c, c.environment[rule.quantity]) for c in captures if rule.quantity in c.environment]
        if len(readings) == len(captures):
            found[rule.quantity] = _mean([_number(c, rule.quantity, reading, rule.unit) for c, reading in readings])
    return found
