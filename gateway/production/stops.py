"""Stops of a period: which there were, and which reasons took most.

A stop counts for the day of the shift in which it began, or else for the day of its machine's wall clock; and with the
time that it took of what was planned.
"""

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Engine, and_, case, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gateway.production.periods import Kind, Period
from gateway.production.reading import Selection
from gateway.registry import StopRow
from gateway.shop_floor import UnitId

NS = 10**9
_DAY = 86_400 * NS
_LONGEST = 2 * _DAY
"""A shift that counts for a day lies no further from its midnights."""


class Stopped(NamedTuple):
    """A stop, or the piece of one that has one reason.

    Attributes:
        of: Whose.
        since: UTC ns.
        until: UTC ns; None while it lasts.
        kind: ``FAULT``, ``STOP``, ``MINOR_STOP`` or ``SETUP``.
        planned_ns: How much of it lay in planned time, ns.
        code: What the machine said.
        shift: In which it began, ``name@day``; empty: in none.
        product: In force when it began.
        reason: Id of its reason; empty: nobody gave one.
        title: Of the reason, language -> words.
        note: What was written beside it.
        who: Who gave the reason.
    """

    of: UnitId
    since: int
    until: int | None
    kind: str
    planned_ns: int
    code: str
    shift: str
    product: str
    reason: str
    title: dict[str, str]
    note: str
    who: str


class Reason(NamedTuple):
    """Stops of one kind with one reason, together.

    Attributes:
        kind: Empty where they have a reason.
        reason: Its id; empty: nobody gave one.
        title: Language -> words.
        stops: How many.
        planned_ns: How much of planned time they took, ns.
    """

    kind: str
    reason: str
    title: dict[str, str]
    stops: int
    planned_ns: int


def reasons_of(engine: Engine, whose: Selection, period: Period, zone: ZoneInfo) -> list[Reason]:
    """The stops of a period by reason, what took most first; those without a reason by their kind."""
    if not whose.machines:
        return []
    its = StopRow
    kind = case((its.reason != "", ""), else_=its.kind)
    columns = (func.max(its.title), func.count(), cast(func.sum(its.planned_ns), BigInteger))
    query = select(kind.label("of_kind"), its.reason, *columns).where(_within(whose, period, zone))
    with Session(engine) as session:
        rows = session.execute(query.group_by("of_kind", its.reason)).all()
    found = [Reason(k, reason, _words(title), int(n), int(ns)) for k, reason, title, n, ns in rows]
    return sorted(found, key=lambda one: (-one.planned_ns, -one.stops, one.reason, one.kind))


def stops_of(
    engine: Engine,
    whose: Selection,
    period: Period,
    zone: ZoneInfo,
    *,
    most: int,
    longest_first: bool = True,
    kinds: Iterable[str] = (),
    reason: str | None = None,
) -> list[Stopped]:
    """The stops of a period.

    Args:
        engine: Of the registry.
        whose: Of which machines.
        period: When they counted.
        zone: Of the wall clock of machines that never said theirs.
        most: At most so many.
        longest_first: By what they took of planned time; else by when they began, the last first.
        kinds: Only these; empty: all.
        reason: Only with this one; empty: only those without; None: all.
    """
    if not whose.machines:
        return []
    its = StopRow
    query = select(its).where(_within(whose, period, zone))
    if wanted := list(kinds):
        query = query.where(its.kind.in_(wanted))
    if reason is not None:
        query = query.where(its.reason == reason)
    order = (its.planned_ns.desc(), its.since) if longest_first else (its.since.desc(), its.planned_ns)
    with Session(engine) as session:
        rows = session.scalars(query.order_by(*order, its.site, its.edge, its.work_unit).limit(most))
        return [_stopped(row) for row in rows]


def stop_at(engine: Engine, of: UnitId, since: int) -> Stopped | None:
    """One stop by its machine and when it began; None: there is none any more."""
    with Session(engine) as session:
        row = session.get(StopRow, (*of, since))
        return _stopped(row) if row is not None and not row.gone else None


def _stopped(row: StopRow) -> Stopped:
    return Stopped(
        of=UnitId(row.site, row.edge, row.work_unit),
        since=row.since,
        until=row.until,
        kind=row.kind,
        planned_ns=row.planned_ns,
        code=row.code,
        shift=row.shift,
        product=row.product,
        reason=row.reason,
        title=_words(row.title),
        note=row.note,
        who=row.who,
    )


def _words(title: str) -> dict[str, str]:
    return msgspec.json.decode(title, type=dict[str, str])


def _within(whose: Selection, period: Period, zone: ZoneInfo) -> ColumnElement[bool]:
    its = StopRow
    since, until = period.span(zone)  # other zones lie less than two days from it
    wanted = [its.site.in_(whose.sites), its.since >= since - _LONGEST, its.since < until + _LONGEST]
    wanted.append(its.gone.is_(False))
    if not whose.is_all:
        wanted.append(tuple_(its.site, its.edge, its.work_unit).in_([tuple(one) for one in whose.ids]))
    if period.kind is Kind.SHIFT:
        wanted.append(its.shift == f"{period.shift}@{period.first.isoformat()}")
    else:
        # The last ten letters of ``name@2026-11-25``: the same question on every database.
        day = func.substr(its.shift, func.length(its.shift) - 9, 10)
        in_shift = and_(its.shift != "", day >= period.first.isoformat(), day <= period.last.isoformat())
        wanted.append(or_(in_shift, and_(its.shift == "", _began_within(whose, period, zone))))
    return and_(*wanted)


def _began_within(whose: Selection, period: Period, zone: ZoneInfo) -> ColumnElement[bool]:
    """By the wall clock of each machine; the most have that of this gateway, and are not named."""
    its = StopRow
    elsewhere: dict[ZoneInfo, list[UnitId]] = {}
    for machine in whose.machines:
        there = machine.zone(zone)
        if there.key != zone.key:
            elsewhere.setdefault(there, []).append(machine.id)
    name = tuple_(its.site, its.edge, its.work_unit)
    since, until = period.span(zone)
    here = and_(its.since >= since, its.since < until)
    if not elsewhere:
        return here
    there_too = []
    for its_zone, machines in elsewhere.items():
        since, until = period.span(its_zone)
        there_too.append(and_(name.in_([tuple(one) for one in machines]), its.since >= since, its.since < until))
    all_there = [tuple(one) for machines in elsewhere.values() for one in machines]
    return or_(and_(name.not_in(all_there), here), *there_too)
