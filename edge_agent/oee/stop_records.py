"""Stops as records: what the evidence says of each, and the reasons that people gave for it."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evaluation import Evaluation
from edge_agent.kpi.spans import measure
from edge_agent.kpi.timeline import ENDLESS
from edge_agent.oee.observation import Observation
from edge_agent.wire.entries import StopReason
from edge_agent.wire.shop_floor import Stop

_LATER_NS = 600_000_000_000
"""A reason may stand so long before the stop that it belongs to: late evidence can move a beginning."""


class Standstill(NamedTuple):
    """A stop or a changeover as the evidence gives it; ``until`` is None while it lasts."""

    since: int
    until: int | None
    kind: str
    planned_ns: int
    code: str


def standstills(
    evaluation: Evaluation, observations: Sequence[Observation], since: int, until: int
) -> list[Standstill]:
    """The stops that are not minor, and the changeovers, of which any instant lies in ``[since, until)``.

    Args:
        evaluation: Reaches at least to ``until``.
        observations: Of which the codes are taken.
        since: From when.
        until: To when: what lasts longer has no end yet.
    """
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
    spans = np.array([(a, min(b, until)) for a, b, _ in here], dtype=np.int64).reshape(-1, 2)
    planned = measure(evaluation.timeline.planned, spans, 2)[:, 1]
    return [
        Standstill(a, b if b <= until else None, kind.name, int(ns), _code(observations, a, b))
        for (a, b, kind), ns in zip(here, planned, strict=True)
    ]


def _code(observations: Sequence[Observation], since: int, until: int) -> str:
    return next((one.code for one in observations if one.code and since <= one.at < until), "")


def anchored(reasons: Sequence[StopReason], found: Sequence[Standstill], known_since: int) -> list[StopReason]:
    """The reasons, each where it belongs: late evidence may have moved the beginning of its stop a little.

    Args:
        reasons: As they were given.
        found: The stops.
        known_since: From when ``found`` is complete.
    """
    moved = []
    for reason in reasons:
        inside = any(one.since <= reason.since < (one.until or ENDLESS) for one in found)
        later = [one.since for one in found if 0 < one.since - reason.since <= _LATER_NS]
        if not inside and later and reason.since >= known_since:
            moved.append(msgspec.structs.replace(reason, since=min(later)))
        else:
            moved.append(reason)
    return moved


def stop_records(
    work_unit: str,
    one: Standstill,
    reasons: Iterable[StopReason],
    titles: Callable[[str], dict[str, str]],
    where: tuple[str, str],
) -> list[Stop]:
    """The records of a stop: one for each stretch of it that has a reason of its own.

    Args:
        work_unit: Whose.
        one: The stop.
        reasons: That were given around it.
        titles: Reason -> titles.
        where: Shift and product at its beginning.
    """
    end = ENDLESS if one.until is None else one.until
    given = sorted((r for r in reasons if not r.gone and _belongs(r, one.since, end)), key=lambda r: r.since)
    cuts = sorted({one.since, *(r.since for r in given if r.since > one.since), *_ends(given, one.since, end)})
    records: list[Stop] = []
    for start, stop in zip(cuts, [*cuts[1:], end], strict=True):
        reason = _at(given, start)
        length = stop - start if stop < ENDLESS else None
        whole = (end - one.since) if one.until is not None else None
        share = one.planned_ns if whole is None or length is None else round(one.planned_ns * length / max(whole, 1))
        records.append(
            Stop(
                key=f"{work_unit}.{start}",
                work_unit=work_unit,
                since=start,
                until=stop if stop < ENDLESS else None,
                kind=one.kind,
                planned_ns=share,
                code=one.code,
                shift=where[0],
                product=where[1],
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
