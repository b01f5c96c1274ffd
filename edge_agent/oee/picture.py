"""The picture of one work unit: what it does now, and what its shift has given so far."""

from collections.abc import Iterable, Sequence

import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.calendar import Shift
from edge_agent.kpi.elements import Elements as Sums
from edge_agent.kpi.elements import figures
from edge_agent.kpi.losses import losses
from edge_agent.kpi.spans import measure
from edge_agent.oee.board import BigLoss, Stretch, UnitBoard
from edge_agent.oee.evidence_book import EvidenceBook
from edge_agent.oee.parts import as_part, sum_of
from edge_agent.oee.shop_book import ShopReader
from edge_agent.oee.unit_ledger import Tail, UnitLedger
from edge_agent.oee.unit_rules import UnitRules
from edge_agent.wire.entries import ProductChoice
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Elements, Stop

_NS = 1_000_000_000
_STOPS_NS = 3 * 86_400 * _NS
_MOST_STOPS = 300
_UP = frozenset(("RUN", "MINOR_STOP"))
_WANTS_REASON = frozenset(("FAULT", "STOP"))


def picture_of(ledger: UnitLedger, evidence: EvidenceBook, book: ShopReader, now: int) -> UnitBoard:
    """Look at a work unit as it was last evaluated."""
    tail = ledger.tail
    if tail is None:
        return UnitBoard(name=ledger.name, status=WorkUnitStatus(at=now, bucket=Bucket.UNKNOWN.name))
    shift = tail.schedule.shift_at(tail.at)
    sums = _shift_so_far(ledger, book, tail, shift)
    stretches = _stretches(ledger, evidence, tail, shift)
    since = now - _STOPS_NS
    stops = tuple(one for one in book.records(Stop, ledger.name, since, most=_MOST_STOPS) if one.planned_ns)
    status = _status(ledger.rules, tail, shift, sums, stops, book)
    lost = losses(sums).largest_first() if sums.observed_ns else []
    return UnitBoard(
        name=ledger.name,
        status=status,
        stretches=stretches,
        losses=tuple(BigLoss(name, ns / _NS) for name, ns in lost),
        elements=as_part(sums),
        stops=stops,
    )


def _shift_so_far(ledger: UnitLedger, book: ShopReader, tail: Tail, shift: Shift | None) -> Sums:
    if shift is None:
        return Sums()
    first = ledger.rules.start_of(shift.since_ns)
    settled = book.records(Elements, ledger.name, first, tail.since, most=2000) if first < tail.since else []
    open_since = max(tail.since, shift.since_ns)
    window = np.array([(open_since, max(tail.at, open_since))], dtype=np.int64)
    return sum_of(settled, shift.name) + tail.evaluation.elements(window)[0]


def _stretches(ledger: UnitLedger, evidence: EvidenceBook, tail: Tail, shift: Shift | None) -> tuple[Stretch, ...]:
    since = shift.since_ns if shift else tail.since
    settled = evidence.stretches(ledger.name, ledger.rules.start_of(since), tail.since)
    fresh = tail.evaluation.timeline.stretches(max(tail.since, since), tail.at)
    return tuple(_joined([*settled, *(Stretch(a, b, bucket.name) for a, b, bucket in fresh)], since))


def _joined(stretches: Iterable[Stretch], since: int) -> list[Stretch]:
    joined: list[Stretch] = []
    for one in stretches:
        start = max(one.since, since)
        if start >= one.until:
            continue
        if joined and joined[-1].bucket == one.bucket and joined[-1].until == start:
            joined[-1] = joined[-1]._replace(until=one.until)
        else:
            joined.append(Stretch(start, one.until, one.bucket))
    return joined


def _status(
    rules: UnitRules, tail: Tail, shift: Shift | None, sums: Sums, stops: Sequence[Stop], book: ShopReader
) -> WorkUnitStatus:
    bucket = Bucket(int(tail.evaluation.timeline.buckets.at(np.array([tail.at]))[0])).name
    ratios = figures(sums)
    with_oee = rules.has_oee and sums.observed_ns > 0
    product = next((p for p in tail.evaluation.products if p.since <= tail.at < p.until), None)
    takt_s = _takt_s(rules, tail, shift, book)
    lasting = next((one for one in stops if one.until is None), None)
    return WorkUnitStatus(
        at=tail.at,
        bucket=bucket,
        since=_since(tail, lasting),
        heard_at=tail.heard_at,
        reason=lasting.title if lasting and bucket not in _UP else {},
        shift=shift.name if shift else "",
        shift_since=shift.since_ns if shift else 0,
        shift_until=shift.until_ns if shift else 0,
        product=product.product if product else "",
        ideal_cycle_s=product.ideal_cycle_s if product else None,
        oee=ratios.oee if with_oee else None,
        oee_low=ratios.oee_low if with_oee else None,
        oee_high=ratios.oee_high if with_oee else None,
        availability=ratios.availability,
        effectiveness=ratios.effectiveness if with_oee else None,
        quality_ratio=ratios.quality_ratio if with_oee else None,
        coverage=ratios.coverage,
        total=sums.total if rules.cycles else sums.total + sums.no_product,
        good=sums.good if rules.cycles else sums.good + sums.no_product,
        reject=sums.reject,
        expected=_expected(rules, sums, takt_s, product.ideal_cycle_s if product else None),
        takt_s=takt_s,
        target_oee=rules.unit.target_oee,
        without_reason=sum(1 for one in stops if one.kind in _WANTS_REASON and not one.reason),
    )


def _since(tail: Tail, lasting: Stop | None) -> int:
    """Since when it does what it does."""
    edges = tail.evaluation.timeline.buckets.edges
    k = int(np.searchsorted(edges, tail.at, side="right")) - 1
    if k >= 0 and int(edges[k]) >= tail.since:
        return int(edges[k])
    return lasting.since if lasting else tail.state_since or tail.since


def _takt_s(rules: UnitRules, tail: Tail, shift: Shift | None, book: ShopReader) -> float | None:
    """Planned time of the shift by what is asked for in it, s."""
    if shift is None:
        return None
    chosen = next(iter(book.records(ProductChoice, rules.unit.name, 0, tail.at + 1, most=1)), None)
    order = chosen.quantity if chosen and chosen.since >= shift.since_ns else None
    demand = order or rules.unit.demand_per_shift
    if not demand:
        return None
    window = np.array([shift[1:]], dtype=np.int64)
    return float(measure(tail.evaluation.timeline.planned, window, 2)[0, 1]) / _NS / demand


def _expected(rules: UnitRules, sums: Sums, takt_s: float | None, ideal_cycle_s: float | None) -> float | None:
    """Pieces asked for by now: by takt, or else by the ideal cycle and the target."""
    planned_s = sums.planned_busy_ns / _NS
    if takt_s:
        return planned_s / takt_s
    if ideal_cycle_s and rules.unit.target_oee:
        return planned_s * rules.unit.target_oee / ideal_cycle_s
    return None
