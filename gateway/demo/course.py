"""What the live line did in the days before the demo began: a course that is made up, told as its edge would have.

Decision: one course is drawn, and elements, stops and readings are all taken from it.
Because: a page that adds stops up and a chart that adds elements up then say the same, as in the field.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from edge_agent.kpi.calendar import Schedule
from edge_agent.wire.shop_floor import Elements, Part, Stop

NS = 10**9
BUCKET = 600 * NS
MIN = 60 * NS
SEED = 2026
CYCLES_S = {"LID-10": 1.8, "LID-12": 2.2}
"""Product -> ideal cycle time. The first is the one that the live line makes."""
POWER_W = {"RUN": 9_000.0, "MINOR_STOP": 6_000.0, "SETUP": 3_000.0, "PLANNED_STOP": 800.0}
"""State -> power of the line; in every other 2 kW."""
_STANDING_W = 2_000.0
_PACE = 0.93
"""Speed while it runs, as a share of the ideal one."""
_REJECT = 0.025
_OFTEN = (9, 4, 3, 2, 2)
"""How often each kind comes, beside the others."""


class Kind(NamedTuple):
    """A kind of stop.

    Attributes:
        state: Bucket of the time model.
        reason: Its id in the list that ships; empty: nobody gave one.
        vi: What that is called.
        en: The same in English.
        least_s: How long at least.
        most_s: How long at most.
    """

    state: str
    reason: str
    vi: str
    en: str
    least_s: int
    most_s: int


CHANGEOVER = Kind("SETUP", "changeover-product", "Đổi mã hàng", "Change of product", 700, 1500)
KINDS = (
    Kind("MINOR_STOP", "", "", "", 4, 19),
    Kind("FAULT", "breakdown-jam", "Kẹt máy, kẹt hàng", "Jam", 60, 600),
    Kind("STOP", "material-missing", "Hết nguyên liệu, hết hàng vào", "Material missing", 120, 900),
    Kind("STOP", "", "", "", 60, 400),
    CHANGEOVER,
)


class Stretch(NamedTuple):
    """A stretch of the course.

    Attributes:
        since: UTC ns.
        until: UTC ns.
        state: Bucket of the time model, as if nothing were planned.
        product: In force.
        kind: Of the stop; None while it runs.
    """

    since: int
    until: int
    state: str
    product: str
    kind: Kind | None = None


def drawn(since: int, until: int, seed: int = SEED) -> list[Stretch]:
    """A course: running and standing in turn; every changeover brings the other product.

    Args:
        since: UTC ns.
        until: UTC ns, where the line runs.
        seed: Of its chance.
    """
    chance = Random(seed)
    products = list(CYCLES_S)
    found: list[Stretch] = []
    at = since
    while at < until:
        stands = min(until, at + chance.randrange(8 * 60, 45 * 60) * NS)
        found.append(Stretch(at, stands, "RUN", products[0]))
        [kind] = chance.choices(KINDS, _OFTEN)
        at = min(until, stands + chance.randrange(kind.least_s, kind.most_s) * NS)
        if stands < at:
            found.append(Stretch(stands, at, kind.state, products[0], kind))
        if kind is CHANGEOVER:
            products.reverse()
    return found


def elements(course: Sequence[Stretch], schedule: Schedule, work_unit: str) -> Iterator[Elements]:
    """Its nominal buckets, each with its parts.

    Args:
        course: Begins and ends where nominal buckets do.
        schedule: Shifts and breaks.
        work_unit: Which.
    """
    pieces = _cut(course, schedule)
    chance = Random(SEED)
    for since in range(course[0].since, course[-1].until, BUCKET):
        until = since + BUCKET
        by: defaultdict[tuple[str, str], list[Stretch]] = defaultdict(list)
        for one in _within(pieces, since, until):
            shift = schedule.shift_at(one.since)
            by[shift.name if shift else "", one.product].append(one)
        parts = tuple(_part(shift, product, its, chance) for (shift, product), its in by.items())
        key = f"{work_unit}.{since}"
        yield Elements(key=key, revision=1, at=until, work_unit=work_unit, since=since, until=until, parts=parts)


def stops(course: Sequence[Stretch], schedule: Schedule, work_unit: str) -> Iterator[Stop]:
    """Its stops, with the reasons that somebody gave."""
    pieces = _cut(course, schedule)
    for one in course:
        if one.kind is None:
            continue
        shift = schedule.shift_at(one.since)
        its = _within(pieces, one.since, one.until)
        yield Stop(
            key=f"{work_unit}.{one.since}",
            revision=1,
            at=one.until,
            work_unit=work_unit,
            since=one.since,
            until=one.until,
            kind=one.state,
            planned_ns=sum(piece.until - piece.since for piece in its if piece.state == one.state),
            shift=shift.name if shift else "",
            product=one.product,
            reason=one.kind.reason,
            title={"vi": one.kind.vi, "en": one.kind.en} if one.kind.reason else {},
        )


def power(course: Sequence[Stretch], schedule: Schedule) -> Iterator[tuple[int, float]]:
    """Each whole minute, and the mean power of the line in it, W."""
    pieces = _cut(course, schedule)
    for since in range(course[0].since, course[-1].until, MIN):
        its = _within(pieces, since, since + MIN)
        yield since, sum(POWER_W.get(one.state, _STANDING_W) * (one.until - one.since) for one in its) / MIN


def _part(shift: str, product: str, its: Sequence[Stretch], chance: Random) -> Part:
    ns: defaultdict[str, int] = defaultdict(int)
    energy_wh: defaultdict[str, float] = defaultdict(float)
    for one in its:
        length = one.until - one.since
        ns[one.state] += length
        energy_wh[one.state] += POWER_W.get(one.state, _STANDING_W) * length / NS / 3600
    made = int(ns["RUN"] / NS * _PACE / CYCLES_S[product])
    begun = [one for one in its if one.state == "FAULT" and one.kind is not None]
    return Part(
        shift=shift,
        product=product,
        ideal_cycle_s=CYCLES_S[product],
        ns={state: time for state, time in ns.items() if time},
        total=made if shift else 0,
        unplanned=0 if shift else made,
        reject=round(made * _REJECT * chance.uniform(0.3, 1.7)) if shift else 0,
        failures=len(begun),
        failing_ns=ns["FAULT"],
        energy_wh=dict(energy_wh),
    )


def _cut(course: Sequence[Stretch], schedule: Schedule) -> list[Stretch]:
    """The course cut where minutes, shifts and breaks begin and end; ``kind`` stays with a stop's first piece alone."""
    edges = {edge for shift in schedule.shifts for edge in shift[1:]} | {int(edge) for edge in schedule.planned.flat}
    whole = sorted(edges | set(range(course[0].since, course[-1].until, MIN)))
    found = []
    for one in course:
        inner = whole[bisect_right(whole, one.since) : bisect_right(whole, one.until - 1)]
        for since, until in pairwise([one.since, *inner, one.until]):
            kind = one.kind if since == one.since else None
            found.append(one._replace(since=since, until=until, state=_state(one.state, since, schedule), kind=kind))
    return found


def _state(state: str, at: int, schedule: Schedule) -> str:
    if schedule.shift_at(at) is None:
        return "NOT_SCHEDULED"
    return "PLANNED_STOP" if schedule.is_planned_stop(at) else state


def _within(pieces: Sequence[Stretch], since: int, until: int) -> Sequence[Stretch]:
    """Pieces of a stretch at whose ends the pieces are cut."""
    first = bisect_right(pieces, since - 1, key=lambda one: one.since)
    return pieces[first : bisect_right(pieces, until - 1, key=lambda one: one.since)]
