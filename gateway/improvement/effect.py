"""What a loss took before and after an action, from the elements that are in force."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edge_agent.kpi.calendar import to_ns
from edge_agent.kpi.effect import Effect, LossShare, compare
from edge_agent.kpi.losses import SIX, losses
from edge_agent.wire.entries import ImprovementAction
from edge_agent.wire.shop_floor import Stop
from gateway.improvement.entered import day_of
from gateway.shop_floor import ShopFloor, UnitId
from gateway.shop_floor.figures import OF_TIME, sum_of

DAYS = (7, 14, 28)
"""Lengths of a stretch: whole weeks hold each weekday as often."""
_DAY = timedelta(days=1)
_OF_PIECES = frozenset(SIX) - frozenset(OF_TIME)


def effect_of(
    floor: ShopFloor, site: str, edge: str, action: ImprovementAction, now: int, zone: ZoneInfo, days: int
) -> Effect | None:
    """The share of observed time that its loss took, before and after it; the day on which it was done is in neither.

    Args:
        floor: What edges said.
        site: Where.
        edge: Which edge told of the action.
        action: Done or not.
        now: UTC ns.
        zone: Of the days.
        days: Of each stretch, where no verdict says which stretches were compared.

    Returns:
        Both stretches, and why they are not compared where they are not; None: it is not done, or no work unit of
        its edge is known that could show the loss: of one without counters all running time would be reduced speed.
    """
    units = [
        one.id
        for one in floor.work_units(site)
        if one.id.edge == edge
        and action.work_unit in ("", one.id.work_unit)
        and (one.description.counts_pieces or action.loss not in _OF_PIECES)
    ]
    if not action.done_at or not units:
        return None
    if action.compared_ns:
        before = (action.before_since, action.before_since + action.compared_ns)
        after = (action.after_since, action.after_since + action.compared_ns)
    else:
        done = day_of(action.done_at, zone)
        before = (_start(done - days * _DAY, zone), _start(done, zone))
        after = (_start(done + _DAY, zone), _start(done + (days + 1) * _DAY, zone))
    return compare(_share(floor, units, *before, action.loss, now), _share(floor, units, *after, action.loss, now), now)


def longest_over(done_at: int, now: int, zone: ZoneInfo) -> int:
    """The longest stretch whose days after the action are over; the shortest where none are.

    >>> day = 86_400 * 10**9
    >>> [longest_over(day, day + n * day, ZoneInfo("UTC")) for n in (3, 8, 20, 400)]
    [7, 7, 14, 28]
    """
    done, today = day_of(done_at, zone), day_of(now, zone)
    return max((days for days in DAYS if done + (days + 1) * _DAY <= today), default=DAYS[0])


def _start(day: date, zone: ZoneInfo) -> int:
    return to_ns(datetime.combine(day, time()), zone.key)


def _share(floor: ShopFloor, units: Collection[UnitId], since: int, until: int, loss: str, now: int) -> LossShare:
    buckets = [one for unit in units for one in floor.buckets(unit, since, until)]
    told_ns = sum(one.until - one.since for one in buckets)
    elements = sum_of(part for one in buckets for part in one.parts)
    if loss in SIX:
        taken = losses(elements).by_name()[loss]
    else:
        stops = [stop for unit in units for stop in floor.stops(unit, since, until) if stop.reason == loss]
        taken = _of_stops(stops, since, until, now)
    return LossShare(
        since=since,
        until=until,
        held=told_ns / ((until - since) * len(units)),
        planned_ns=elements.planned_busy_ns,
        observed_ns=elements.observed_ns,
        loss_ns=taken,
    )


def _of_stops(stops: Sequence[Stop], since: int, until: int, now: int) -> int:
    """Planned time of stops in a stretch; of one that crosses its edge the share that lies inside, ns."""
    taken = 0
    for stop in stops:
        ends = now if stop.until is None else stop.until
        inside = min(ends, until) - max(stop.since, since)
        if inside > 0:
            taken += round(stop.planned_ns * inside / (ends - stop.since))
    return taken
