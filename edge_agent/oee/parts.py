"""Elements of nominal buckets, cut inside at shift and product changes; and back from records to sums."""

from collections.abc import Iterable, Sequence

import numpy as np

from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.calendar import Schedule
from edge_agent.kpi.elements import Elements as Sums
from edge_agent.kpi.elements import ProductPieces, add_up
from edge_agent.kpi.evaluation import Evaluation, ProductSpan
from edge_agent.kpi.spans import Instants
from edge_agent.wire.shop_floor import Elements, Part


def bucket_elements(
    work_unit: str, bucket_ns: int, evaluation: Evaluation, schedule: Schedule, since: int, until: int
) -> list[Elements]:
    """The elements of the buckets in ``[since, until)``, which are whole ones, by shift and product.

    Pieces outside of every product's time stand in the part of the shift without a product.
    """
    windows = _cut(bucket_ns, evaluation.products, schedule, since, until)
    parts: dict[int, dict[tuple[str, str, float | None], Sums]] = {
        start: {} for start in range(since, until, bucket_ns)
    }
    for (start, _), sums in zip(windows.tolist(), evaluation.elements(windows), strict=True):
        shift = schedule.shift_at(start)
        product = _in_force(evaluation.products, start)
        key = (shift.name if shift else "", *product)
        found = parts[start - start % bucket_ns]
        found[key] = found[key] + sums if key in found else sums
    return [
        Elements(
            key=f"{work_unit}.{start}",
            work_unit=work_unit,
            since=start,
            until=start + bucket_ns,
            parts=tuple(_part(*key, sums) for key, sums in found.items()),
        )
        for start, found in parts.items()
    ]


def _cut(bucket_ns: int, products: Sequence[ProductSpan], schedule: Schedule, since: int, until: int) -> Instants:
    edges = np.arange(since, until + 1, bucket_ns, dtype=np.int64)
    cuts = [edge for shift in schedule.shifts for edge in shift[1:]] + [edge for one in products for edge in one[1:3]]
    inner = [edge for edge in cuts if since < edge < until]
    edges = np.unique(np.concatenate((edges, np.array(inner, dtype=np.int64))))
    return np.column_stack((edges[:-1], edges[1:]))


def _in_force(products: Sequence[ProductSpan], instant: int) -> tuple[str, float | None]:
    for one in products:
        if one.since <= instant < one.until:
            return one.product, one.ideal_cycle_s
    return "", None


def _part(shift: str, product: str, ideal_cycle_s: float | None, sums: Sums) -> Part:
    return Part(
        shift=shift,
        product=product,
        ideal_cycle_s=ideal_cycle_s,
        ns={bucket.name: sums.ns[bucket] for bucket in BUCKETS if sums.ns[bucket]},
        total=sums.total,
        reject=sums.reject,
        rework=sums.rework,
        unplanned=sums.unplanned,
        unattributed=sums.unattributed,
        no_product=sums.no_product,
        failures=sums.failures,
        failing_ns=sums.failing_ns,
        energy_wh={bucket.name: sums.energy_wh[bucket] for bucket in BUCKETS if sums.energy_wh[bucket]},
    )


def as_sums(part: Part) -> Sums:
    """A part as what adds up."""
    products = {}
    if part.product and part.ideal_cycle_s is not None and (part.total or part.reject or part.rework):
        cycle = part.ideal_cycle_s
        products[part.product, cycle] = ProductPieces(cycle, part.total, part.reject, part.rework)
    return Sums(
        ns=tuple(part.ns.get(bucket.name, 0) for bucket in BUCKETS),
        products=products,
        unplanned=part.unplanned,
        unattributed=part.unattributed,
        no_product=part.no_product,
        failures=part.failures,
        failing_ns=part.failing_ns,
        energy_wh=tuple(part.energy_wh.get(bucket.name, 0.0) for bucket in BUCKETS),
    )


def sum_of(records: Iterable[Elements], shift: str | None = None) -> Sums:
    """The sum of some buckets, of one shift or of all."""
    return add_up(as_sums(part) for one in records for part in one.parts if shift is None or part.shift == shift)


def as_part(sums: Sums) -> Part:
    """A sum as a part without shift and product."""
    return _part("", "", None, sums)


def bucket_name(code: int) -> str:
    """The name of a bucket's code."""
    return Bucket(code).name
