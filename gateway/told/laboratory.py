"""Calibrations, check standards and due days, as points: the whole history, from the rows that hold."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from math import fsum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from calibration.control_charts import LIMITS, individuals_chart
from edge_agent.wire.schema import CALIBRATION, CHECK, DUE, DUE_STATES
from gateway.laboratory.drift import BASE, course, out_of_lines
from gateway.laboratory.due import UNKNOWN, Due, worklist
from gateway.laboratory.history import Past, PointId, Result, mpe_at, pasts
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import SYSTEM
from gateway.timeseries import Analysed
from gateway.timeseries.points import Point
from gateway.told.elements_rolled import midnight
from gateway.told.mirroring import Gone, mirror, point

_FIRST, _LAST = -(2**63) + 2, 2**63 - 2


class Owned(NamedTuple):
    """An instrument: how its owner, its site and itself are called, and what error is permitted.

    Attributes:
        owner: Name of the organisation.
        site: Name of its site, as edges say it; empty: none.
        code: Its owner's.
        legal_use: Whether the law wants it verified.
        mpe_formula: Of the indication; empty: none is known.
    """

    owner: str
    site: str
    code: str
    legal_use: bool
    mpe_formula: str

    @property
    def tags(self) -> tuple[str, str, str]:
        """Owner, site, code."""
        return self.owner, self.site, self.code


def tell_laboratory(engine: Engine, store: Analysed, day: date, zone: ZoneInfo) -> int:
    """Tell all calibrations and checks, and what is due as of a day; how many points changed.

    Raises:
        gateway.timeseries.StoreUnavailableError: Call again.
    """
    with Session(engine) as session:
        owned, past, due = _owned(session), pasts(session, SYSTEM), worklist(session, SYSTEM, day)
    crosses: dict[str, int] = {}
    calibrations: list[Point] = []
    checks: list[Point] = []
    for row, its in owned.items():
        if row in past:
            calibrations += calibration_points(its, past[row], zone)
            checks += check_points(its, past[row], zone)
            left = days_to_crossing(past[row], its.mpe_formula, day)
            crosses |= {} if left is None else {row: left}
    changed = mirror(store, calibrations, store.told(CALIBRATION, {}, _FIRST, _LAST), Gone.DROPPED)
    changed += mirror(store, checks, store.told(CHECK, {}, _FIRST, _LAST), Gone.DROPPED)
    at = midnight(day, zone)
    points = [due_point(one, owned[one.id], crosses.get(one.id), at) for one in due if one.id in owned]
    return changed + mirror(store, _one_each(points), store.told(DUE, {}, at, at + 1), Gone.DROPPED)


def calibration_points(its: Owned, past: Past, zone: ZoneInfo) -> list[Point]:
    """A point for each error that a calibration in force found."""
    found = []
    for at, results in past.points.items():
        mpe = mpe_at(its.mpe_formula, at.nominal)
        for one in results:
            u = one.u if one.expanded else None
            numbers = {"error": one.error, "expanded": one.expanded or None, "u": u, "mpe": mpe}
            tags = (*its.tags, at.channel, nominal(at), one.state)
            texts = {"certificate": one.number, "unit": at.unit}
            found.append(point(CALIBRATION, tags, numbers, texts, midnight(one.on, zone)))
    return _one_each(found)


def check_points(its: Owned, past: Past, zone: ZoneInfo) -> list[Point]:
    """A point for each occasion of a check standard, with the lines that the first ones fixed."""
    found = []
    for at, results in past.checks.items():
        out = {one.on for one in out_of_lines(results)}
        lines = chart_lines(results)
        for day, value in _occasions(results):
            numbers: dict[str, float | None] = {"value": value, "is_out": day in out}
            numbers |= dict(zip(("low", "centre", "high"), lines, strict=True)) if lines else {}
            found.append(point(CHECK, (*its.tags, at.channel, nominal(at)), numbers, {}, midnight(day, zone)))
    return _one_each(found)


def due_point(one: Due, its: Owned, drift_days_left: int | None, at: int) -> Point:
    """How long an instrument is in order, seen from a day."""
    state = one.standing.state
    numbers = {
        "days_left": None if not one.day or one.urgency == UNKNOWN else one.days,
        "in_order": state in ("in_order", "soon"),
        "state_code": DUE_STATES[state],
        "drift_days_left": drift_days_left,
    }
    kind = "verification" if its.legal_use else "calibration"
    texts = {"state": state, "urgency": one.urgency, "name": one.name}
    return point(DUE, (*its.tags, kind), numbers, texts, at)


def nominal(at: PointId) -> str:
    """A nominal value as a tag.

    >>> nominal(PointId("mass", 100.0, "g")), nominal(PointId("mass", 0.05, "g"))
    ('100', '0.05')
    """
    return f"{at.nominal:.12g}"


def days_to_crossing(past: Past, formula: str, day: date) -> int | None:
    """Days until the first point leaves the mpe with more than 5 % probability; None: not in sight, or not known."""
    found = [course(at, results, (), mpe_at(formula, at.nominal)).crosses for at, results in past.points.items()]
    first = min((one for one in found if one is not None), default=None)
    return None if first is None else (first - day).days


def chart_lines(checks: Sequence[Result]) -> tuple[float, float, float] | None:
    """Lower line, centre and upper line of the individuals chart of a check standard; None: not enough occasions yet.

    The same base as :func:`gateway.laboratory.drift.out_of_lines`.
    """
    means = [value for _, value in _occasions(checks)]
    if len(means) < BASE:
        return None
    try:
        chart = individuals_chart(means[:BASE], sigma="moving_range_d2", rules=LIMITS)
    except ValueError:
        return None  # a base that never moved fixes no lines
    points = chart.points(means[:1])
    return float(points.lower[0]), float(points.center[0]), float(points.upper[0])


def _occasions(checks: Sequence[Result]) -> Iterator[tuple[date, float]]:
    for day, ones in groupby(checks, key=lambda one: one.on):
        errors = [one.error for one in ones]
        yield day, fsum(errors) / len(errors)


def _one_each(points: Sequence[Point]) -> list[Point]:
    """Of several of one point and day the last: two certificates of one day, two rows of one name."""
    found: dict[tuple[tuple[str, ...], int], Point] = {}
    for one in points:
        found[one.tags, one.at] = one
    return list(found.values())


def _owned(session: Session) -> dict[str, Owned]:
    its = InstrumentRow
    asked = (
        select(its.id, OrganisationRow.name, SiteRow.name, its.code, its.legal_use, its.mpe_formula)
        .join(OrganisationRow, OrganisationRow.id == its.organisation)
        .outerjoin(SiteRow, SiteRow.id == its.site)
        .where(its.retired_at == 0)
        .order_by(its.id)
    )
    return {
        row: Owned(owner, site or "", code, bool(legal), formula or "")
        for row, owner, site, code, legal, formula in session.execute(asked)
    }
