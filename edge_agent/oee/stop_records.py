"""Stops as records: what the evidence says of each, and the reasons that people gave for it."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evaluation import Evaluation
from edge_agent.kpi.timeline import ENDLESS
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Stop

LATER_NS = 600_000_000_000
"""A reason may stand so long before the stop that it belongs to: late evidence can move a beginning."""
Titles = Callable[[str], dict[str, str]]
"""Stop reason -> titles."""
Planned = Callable[[int, int], int]
"""How much of a stretch is planned time, ns."""


class Standstill(NamedTuple):
    """A stop or a changeover as the evidence gives it; ``until`` is None while it lasts."""

    since: int
    until: int | None
    kind: str


class Told(NamedTuple):
    """What is told of a stop beside its times.

    Attributes:
        code: The machine's own word.
        shift: In which it began.
        product: In force then.
    """

    code: str
    shift: str
    product: str


def standstills(
    evaluation: Evaluation, since: int, until: int, now: int, lasts_until: int | None = None
) -> list[Standstill]:
    """The stops that are not minor, and the changeovers, of which any instant lies in ``[since, until)``.

    Args:
        evaluation: Reaches at least to ``until``.
        since: From when.
        until: To when.
        now: What lasts longer has no end yet.
        lasts_until: The end of that which the evaluation sees no end of; None: it lasts.
    """
    endless = ENDLESS if lasts_until is None else lasts_until
    stops = evaluation.timeline.stops
    found = [
        (int(a), int(b), Bucket.FAULT if fault else Bucket.STOP)
        for a, b, fault, minor in zip(stops.since, stops.until, stops.has_fault, stops.is_minor, strict=True)
        if not minor
    ]
    states = evaluation.timeline.states
    starts = np.concatenate(([-ENDLESS], states.edges))
    ends = np.concatenate((states.edges, [ENDLESS]))
    setups = np.flatnonzero(states.codes == Bucket.SETUP)
    found += [(int(starts[k]), int(ends[k]), Bucket.SETUP) for k in setups]
    here = sorted(one for one in found if one[0] < until and one[1] > since and one[0] > -ENDLESS)
    ended = ((a, endless if b == ENDLESS else b, kind) for a, b, kind in here)
    return [Standstill(a, b if b <= now else None, kind.name) for a, b, kind in ended]


def anchored(reasons: Iterable[StopReason], spans: Sequence[tuple[int, int | None]]) -> list[StopReason]:
    """The reasons, each where it belongs: late evidence may have moved the beginning of its stop a little.

    Args:
        reasons: As they were given.
        spans: The stops, also those before the reasons.
    """
    moved = []
    for reason in reasons:
        inside = any(since <= reason.since < (until or ENDLESS) for since, until in spans)
        later = [since for since, _ in spans if 0 < since - reason.since <= LATER_NS]
        moved.append(msgspec.structs.replace(reason, since=min(later)) if later and not inside else reason)
    return moved


def stop_records(
    work_unit: str, one: Standstill, reasons: Iterable[StopReason], titles: Titles, told: Told, planned: Planned
) -> list[Stop]:
    """The records of a stop: one for each stretch of it that has a reason of its own.

    Args:
        work_unit: Whose.
        one: The stop.
        reasons: That were given around it.
        titles: Reason -> titles.
        told: Of it.
        planned: Measures planned time; of what lasts, up to now.
    """
    end = ENDLESS if one.until is None else one.until
    given = sorted((r for r in reasons if not r.gone and _belongs(r, one.since, end)), key=lambda r: r.since)
    cuts = sorted({one.since, *(r.since for r in given if r.since > one.since), *_ends(given, one.since, end)})
    records: list[Stop] = []
    for start, stop in zip(cuts, [*cuts[1:], end], strict=True):
        reason = _at(given, start)
        records.append(
            Stop(
                key=f"{work_unit}.{start}",
                work_unit=work_unit,
                since=start,
                until=stop if stop < ENDLESS else None,
                kind=one.kind,
                planned_ns=planned(start, stop),
                code=told.code,
                shift=told.shift,
                product=told.product,
                reason=reason.reason if reason else "",
                title=titles(reason.reason) if reason and reason.reason else {},
                note=reason.note if reason else "",
                who=reason.who if reason else "",
                entered_at=reason.entered_at if reason else 0,
            )
        )
    return records


def _belongs(reason: StopReason, since: int, until: int) -> bool:
    if reason.until is None:
        return since <= reason.since < until
    return reason.since < until and reason.until > since


def _ends(given: Sequence[StopReason], since: int, until: int) -> list[int]:
    return [r.until for r in given if r.until is not None and since < r.until < until]


def _at(given: Sequence[StopReason], instant: int) -> StopReason | None:
    """The reason in force: the last one that began, unless it has ended."""
    begun = [r for r in given if r.since <= instant]
    if not begun or (begun[-1].until is not None and begun[-1].until <= instant):
        return None
    return begun[-1]
