"""What successive calibrations and checks say of an instrument: errors by channel and point, in the order of days.

Decision: a point belongs to the nominal value that is written with it; without one, to its reference value to three
digits of the largest of the channel.
Because: the reference of 100 g is 100.00012 g today and 100.00015 g next year, and is one point.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.uncertainty import parse_model
from gateway.registry.certified import CalibrationPointRow, CertificateRow
from gateway.registry.laboratory_quality import CheckMeasurementRow
from gateway.registry.roles import Action, Reader

AS_FOUND, AS_LEFT, UNADJUSTED = "as_found", "as_left", "unadjusted"


class Result(NamedTuple):
    """An error that was found.

    Attributes:
        on: Day of the calibration or check.
        error: Indication less reference value, in the channel's unit.
        expanded: Expanded uncertainty U, in the same; 0: none was stated.
        coverage_factor: k.
        state: ``as_found`` before an adjustment, ``as_left`` after it, ``unadjusted`` where there was none.
        number: Of the certificate; empty: a check.
    """

    on: date
    error: float
    expanded: float
    coverage_factor: float
    state: str
    number: str = ""

    @property
    def u(self) -> float:
        """Standard uncertainty, in the channel's unit."""
        return self.expanded / self.coverage_factor


class PointId(NamedTuple):
    """A point of a channel.

    Attributes:
        channel: Name of it.
        nominal: In ``unit``.
        unit: UCUM code.
    """

    channel: str
    nominal: float
    unit: str


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one instrument.

    Attributes:
        points: Errors of calibrations by point, by day.
        checks: Errors of check measurements by point, by day and number.
    """

    points: Mapping[PointId, tuple[Result, ...]]
    checks: Mapping[PointId, tuple[Result, ...]]


def mpe_at(formula: str, indication: float) -> float | None:
    """The maximum permissible error at an indication, in the instrument's unit.

    Args:
        formula: Of the indication ``x``; empty: none is known.
        indication: In the instrument's unit.

    Returns:
        None where there is no formula, or it has no value above 0 there.

    >>> mpe_at("0.5 + 0.0025 * abs(x)", 200.0), mpe_at("", 1.0), mpe_at("x", 0.0)
    (1.0, None, None)
    """
    if not formula:
        return None
    try:
        value = float(parse_model(formula, ("x",))(x=float(indication)))  # type: ignore[arg-type]
    except ValueError:
        return None
    return value if value > 0 else None


def pasts(session: Session, reader: Reader, instrument: str = "", until: str = "9999") -> dict[str, Past]:
    """Id of an instrument -> what is known of it.

    Args:
        session: Of the registry.
        reader: Who asks.
        instrument: Id of the only one; empty: all that may be seen.
        until: Not what came after this day.
    """
    points = _calibrated(session, reader, until, instrument)
    checks = _checked(session, reader, until, instrument)
    return {one: Past(points.get(one, {}), checks.get(one, {})) for one in points.keys() | checks.keys()}


def _calibrated(
    session: Session, reader: Reader, until: str, instrument: str
) -> dict[str, dict[PointId, tuple[Result, ...]]]:
    its, point = CertificateRow, CalibrationPointRow
    asked = select(point, its).join(its, its.id == point.certificate)
    asked = asked.where(its.retired_at == 0, point.retired_at == 0, its.kind == "calibration", its.status == "")
    asked = asked.where(reader.where(Action.READ, its.noun.group, its))
    if instrument:
        asked = asked.where(its.instrument == instrument)
    rows = [(row, c) for row, c in session.execute(asked) if (c.calibrated or c.issued) <= until]
    runs = defaultdict[tuple[str, str], set[str]](set)
    largest = defaultdict[tuple[str, str], float](float)
    for row, c in rows:
        runs[c.id, row.channel].add(row.run)
        largest[c.instrument, row.channel] = max(largest[c.instrument, row.channel], abs(row.reference))
    found = defaultdict[str, dict[PointId, list[Result]]](dict)
    for row, c in rows:
        state = row.run if len(runs[c.id, row.channel]) > 1 else UNADJUSTED
        nominal = _nominal(row.nominal, row.reference, largest[c.instrument, row.channel])
        on = date.fromisoformat(c.calibrated or c.issued)
        result = Result(on, row.indication - row.reference, row.expanded, row.coverage_factor, state, c.number)
        found[c.instrument].setdefault(PointId(row.channel, nominal, row.unit), []).append(result)
    return {one: {at: _in_order(results) for at, results in its.items()} for one, its in found.items()}


def _checked(
    session: Session, reader: Reader, until: str, instrument: str
) -> dict[str, dict[PointId, tuple[Result, ...]]]:
    its = CheckMeasurementRow
    asked = select(its).where(its.retired_at == 0, its.date <= until, reader.where(Action.READ, its.noun.group, its))
    if instrument:
        asked = asked.where(its.instrument == instrument)
    rows = list(session.scalars(asked.order_by(its.date, its.number)))
    largest = defaultdict[tuple[str, str], float](float)
    for row in rows:
        largest[row.instrument, row.channel] = max(largest[row.instrument, row.channel], abs(row.reference))
    found = defaultdict[str, dict[PointId, list[Result]]](dict)
    for row in rows:
        nominal = _nominal(None, row.reference, largest[row.instrument, row.channel])
        error = row.indication - row.reference
        result = Result(date.fromisoformat(row.date), error, row.expanded or 0.0, 2.0, UNADJUSTED)
        found[row.instrument].setdefault(PointId(row.channel, nominal, row.unit), []).append(result)
    return {one: {at: tuple(results) for at, results in its.items()} for one, its in found.items()}


def _nominal(stated: float | None, reference: float, largest: float) -> float:
    """The value by which a point is known.

    >>> _nominal(None, 100.00012, 200.0), _nominal(None, 0.0, 0.0), _nominal(50.0, 49.9, 200.0)
    (100.0, 0.0, 50.0)
    """
    if stated is not None:
        return stated
    if not largest:
        return 0.0
    step = float(f"{largest / 1000:.0e}")
    return float(f"{round(reference / step) * step:.6g}")


def _in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """By day; on one day as found before as left."""
    return tuple(sorted(results, key=lambda one: (one.on, one.state == AS_LEFT)))
