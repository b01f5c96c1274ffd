"""Elements of nominal buckets, cut inside at shift and product changes; and back from records to sums."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.elements import Elements as Sums
from edge_agent.kpi.elements import ProductPieces, add_up
from edge_agent.kpi.evaluation import ProductSpan
from edge_agent.kpi.spans import Instants
from edge_agent.oee.looking import Look
from edge_agent.wire.shop_floor import Elements, Part

Key = tuple[str, str, float | None]
"""Shift, product and its ideal cycle."""


def bucket_elements(work_unit: str, starts: Sequence[int], until: int, look: Look) -> list[Elements]:
    """The elements of nominal buckets that follow each other, by shift and product.

    Pieces outside of every product's time stand in the part of the shift without a product.

    Args:
        work_unit: Whose.
        starts: Of the buckets.
        until: The end of the last one.
        look: At them.
    """
    windows = _cut(starts, until, look)
    ends = [*starts[1:], until]
    parts: list[dict[Key, Sums]] = [{} for _ in starts]
    for (start, _), sums in zip(windows.tolist(), look.evaluation.elements(windows), strict=True):
        found = parts[bisect_right(starts, start) - 1]
        for key, some in _by_product(look, start, sums):
            found[key] = found[key] + some if key in found else some
    return [
        Elements(
            key=f"{work_unit}.{start}",
            work_unit=work_unit,
            since=start,
            until=end,
            parts=tuple(_part(*key, sums) for key, sums in found.items()),
        )
        for start, end, found in zip(starts, ends, parts, strict=True)
    ]


def _cut(starts: Sequence[int], until: int, look: Look) -> Instants:
    cuts = {edge for shift in look.schedule.shifts for edge in shift[1:]}
    cuts |= {edge for one in look.evaluation.products for edge in one[1:3]}
    edges = sorted({*starts, until, *(edge for edge in cuts if starts[0] < edge < until)})
    return np.column_stack((edges[:-1], edges[1:])).astype(np.int64)


def _by_product(look: Look, start: int, sums: Sums) -> Iterator[tuple[Key, Sums]]:
    """The sums of a stretch; of pieces of a product that is not in force there, each a part of its own."""
    shift = look.schedule.shift_at(start)
    name = shift.name if shift else ""
    product = _in_force(look.evaluation.products, start)
    others = {key: pieces for key, pieces in sums.products.items() if key != product}
    yield (name, *product), replace(sums, products={k: p for k, p in sums.products.items() if k == product})
    for key, pieces in others.items():
        if pieces.total or pieces.reject or pieces.rework:
            yield (name, *key), Sums(products={key: pieces})


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
