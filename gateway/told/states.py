"""What a work unit does, as points where that changes: from its stops, and between them from its nominal buckets."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.schema import SECONDS, STATE_CODES, WORK_UNIT_STATE
from gateway.production.summing import TIMES
from gateway.registry import ElementRow, NominalBucketRow, StopRow
from gateway.shop_floor import UnitId
from gateway.timeseries.points import Point
from gateway.told.mirroring import point

DAY = 86_400 * 10**9
_AFTER = 31 * DAY
"""A stop that lasts longer than this is told of again only where its nominal buckets are."""
_FOREVER = 2**63 - 1
_RUN, _UNKNOWN = "RUN", "UNKNOWN"
_NO_STOPS = ("RUN", "NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN")
"""States that no stop tells of; of equal time the first."""


class Lasting(NamedTuple):
    """A stop in force: from when, to when, what it is, and why (Vietnamese, English)."""

    since: int
    until: int
    kind: str
    reason_vi: str
    reason_en: str


class Bucketed(NamedTuple):
    """A nominal bucket, and what most of it was."""

    since: int
    until: int
    state: str


T = TypeVar("T", Lasting, Bucketed)


def utc_days(spans: Iterable[tuple[int, int]]) -> list[int]:
    """The UTC days that some spans touch, in days since 1970, sorted.

    >>> utc_days([(0, 5), (DAY, 2 * DAY + 1)])
    [0, 1, 2]
    """
    found: set[int] = set()
    for since, until in spans:
        found |= set(range(since // DAY, max(min(until, since + _AFTER) - 1, since) // DAY + 1))
    return sorted(found)


def states(session: Session, unit: UnitId, since: int, until: int, also: Iterable[int] = ()) -> list[Point]:
    """The points of a stretch.

    Args:
        session: Of the registry.
        unit: Which work unit.
        since: UTC ns.
        until: UTC ns.
        also: Further times at which to say what the state is, such as those where a point is already.
    """
    stops, buckets = _stops(session, unit, since, until), _buckets(session, unit, since, until)
    times = {one.since for one in stops} | {one.until for one in stops} | {one.since for one in buckets} | set(also)
    starts = [one.since for one in stops], [one.since for one in buckets]
    found = []
    for at in sorted(at for at in times if since <= at < until):
        lasting = _at(stops, starts[0], at)
        within = _at(buckets, starts[1], at)
        state = lasting.kind if lasting else within.state if within else _RUN
        texts = {"state": state, "reason_vi": "", "reason_en": ""}
        if lasting:
            texts |= {"reason_vi": lasting.reason_vi, "reason_en": lasting.reason_en}
        found.append(point(WORK_UNIT_STATE, unit, {"state_code": STATE_CODES[state]}, texts, at))
    return found


def state_of(ns: Sequence[int]) -> str:
    """What most of a nominal bucket was, of what no stop tells; of a bucket that is all stop its largest part.

    Args:
        ns: Time in each bucket of the time model, in the order of ``SECONDS``.

    >>> state_of([0, 0, 0, 10, 0, 590, 0, 0]), state_of([0, 0, 0, 0, 0, 600, 0, 0]), state_of([0] * 8)
    ('RUN', 'FAULT', 'UNKNOWN')
    """
    by_name = dict(zip(SECONDS, ns, strict=True))
    most = max(_NO_STOPS, key=lambda name: by_name[name])
    if by_name[most]:
        return most
    largest = max(by_name, key=lambda name: by_name[name])
    return largest if by_name[largest] else _UNKNOWN


def _at(ones: Sequence[T], starts: Sequence[int], at: int) -> T | None:
    place = bisect_right(starts, at) - 1
    return ones[place] if place >= 0 and at < ones[place].until else None


def _stops(session: Session, unit: UnitId, since: int, until: int) -> list[Lasting]:
    """Those that touch the stretch, and those that end just where it begins; stops of a work unit do not overlap."""
    its = StopRow
    mine = (its.site == unit.site, its.edge == unit.edge, its.work_unit == unit.work_unit, its.gone.is_(False))
    before = select(its).where(*mine, its.since < since).order_by(its.since.desc()).limit(1)
    inside = select(its).where(*mine, its.since >= since, its.since < until).order_by(its.since)
    rows = [*session.scalars(before), *session.scalars(inside)]
    found = []
    for row in rows:
        title = msgspec.json.decode(row.title, type=dict[str, str])
        end = _FOREVER if row.until is None else row.until
        found.append(Lasting(row.since, end, row.kind, title.get("vi", ""), title.get("en", "")))
    return found


def _buckets(session: Session, unit: UnitId, since: int, until: int) -> list[Bucketed]:
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0] * len(TIMES))
    part = ElementRow
    query = select(part.since, *(getattr(part, name) for name in TIMES)).where(
        part.site == unit.site, part.edge == unit.edge, part.work_unit == unit.work_unit
    )
    for row in session.execute(query.where(part.since >= since - DAY, part.since < until)):
        sums[row[0]] = [a + b for a, b in zip(sums[row[0]], row[1:], strict=True)]
    its = NominalBucketRow
    every = (
        select(its.since, its.until)
        .where(its.site == unit.site, its.edge == unit.edge, its.work_unit == unit.work_unit)
        .where(its.since >= since - DAY, its.since < until, its.until > since)
        .order_by(its.since)
    )
    return [Bucketed(begins, ends, state_of(sums[begins])) for begins, ends in session.execute(every)]
