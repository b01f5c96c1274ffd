"""Where pieces belong: to a window, a product, or to one of the counts that do not enter OEE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.buckets import BUCKETS, Bucket
from edge_agent.kpi.counters import Deltas
from edge_agent.kpi.evidence import REJECT, Booking
from edge_agent.kpi.spans import Instants, Steps, places
from edge_agent.kpi.timeline import Timeline

UNBOOKED = ("unplanned", "unattributed", "no_product")
"""What stands behind the products in a place's row: pieces that do not enter OEE, and why."""


class _Span(Protocol):
    @property
    def product(self) -> str: ...
    @property
    def since(self) -> int: ...
    @property
    def until(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Booked:
    """Pieces of one role, each with its place.

    Attributes:
        at: Instants such that a window ``(start, end]`` holds them, in rising order, shape (m,).
        n: Pieces, shape (m,).
        place: Index of the span of its product; or, from the number of spans on, of :data:`UNBOOKED`; or -1: nowhere.
        bucket: The bucket just before ``at``, shape (m,).
    """

    at: Instants
    n: NDArray[np.int64]
    place: NDArray[np.int64]
    bucket: NDArray[np.int8]

    def sums(self, windows: Instants, n_products: int) -> NDArray[np.int64]:
        """Pieces of each window by place, shape (k, n_products + 3)."""
        return _prefix_sums(self.at, self.place, self.n, windows, n_products + len(UNBOOKED))

    def seen(self, windows: Instants, n_products: int) -> NDArray[np.int64]:
        """How many intervals, also of no pieces, each window has by product, shape (k, n_products)."""
        return _prefix_sums(self.at, self.place, None, windows, n_products + len(UNBOOKED))[:, :n_products]

    def by_bucket(self, windows: Instants) -> NDArray[np.float64]:
        """What was counted in each window by bucket, shape (k, 8)."""
        found = _prefix_sums(self.at, self.bucket.astype(np.int64), self.n, windows, len(BUCKETS))
        return found.astype(float)

    def where(self, chosen: NDArray[np.bool_]) -> "Booked":
        """Some of it."""
        return Booked(self.at[chosen], self.n[chosen], self.place[chosen], self.bucket[chosen])

    def with_more(self, more: "Booked") -> "Booked":
        """Both, in order of time."""
        at = np.concatenate((self.at, more.at))
        order = np.argsort(at, kind="stable")
        return Booked(
            at[order],
            np.concatenate((self.n, more.n))[order],
            np.concatenate((self.place, more.place))[order],
            np.concatenate((self.bucket, more.bucket))[order],
        )


def book(deltas: Deltas, timeline: Timeline, products: Sequence[_Span]) -> Booked:
    """Find the place of every delta.

    What touches time without data is ``unattributed``; else what does not end in planned time is ``unplanned``; else
    without a product in force it is ``no_product``. An energy counter's deltas are told apart by bucket only.
    """
    bucket = timeline.buckets.before(deltas.until)
    place = _product_before(products, deltas.until)
    n = len(products)
    place[place < 0] = n + UNBOOKED.index("no_product")
    place[timeline.planned.before(deltas.until) == 0] = n + UNBOOKED.index("unplanned")
    without_data = _touches(timeline.buckets, deltas)
    place[without_data] = n + UNBOOKED.index("unattributed")
    bucket[without_data] = Bucket.UNKNOWN
    return Booked(deltas.until, deltas.n, place, bucket)


def book_late(bookings: Sequence[Booking], role: str, timeline: Timeline, products: Sequence[_Span]) -> Booked | None:
    """Scrap or rework found later, where the pieces were made; None: there is none.

    Of pieces that were not booked (without data, unplanned, without product) none can be taken back.
    """
    some = sorted((one.made_at, one.product, one.reject if role == REJECT else one.rework) for one in bookings)
    some = [one for one in some if one[2]]
    if not some:
        return None
    # A window holds what lies in (start, end]; an instant belongs to [start, end), so it is put one ns later.
    at = np.array([made_at for made_at, _, _ in some], dtype=np.int64) + 1
    places = []
    for (made_at, product, _), in_force in zip(some, _product_before(products, at), strict=True):
        places.append(_span_of(products, product, made_at) if product else int(in_force))
    bucket = timeline.buckets.before(at)
    counts = (timeline.planned.before(at) == 1) & (bucket != Bucket.UNKNOWN)
    place = np.where(counts, np.array(places, dtype=np.int64), -1)
    return Booked(at, np.array([n for _, _, n in some], dtype=np.int64), place, bucket)


def _span_of(products: Sequence[_Span], product: str, made_at: int) -> int:
    """The span of a product that holds an instant, or else the one nearest to it; -1: it was never in force."""
    distances = [
        (max(span.since - made_at, made_at - span.until + 1, 0), k)
        for k, span in enumerate(products)
        if span.product == product
    ]
    return min(distances)[1] if distances else -1


def _product_before(products: Sequence[_Span], instants: Instants) -> NDArray[np.int64]:
    """Index of the span in force just before each instant; -1: none."""
    if not products:
        return np.full(len(instants), -1, dtype=np.int64)
    order = np.argsort([span.since for span in products], kind="stable")
    since = np.array([products[k].since for k in order], dtype=np.int64)
    until = np.array([products[k].until for k in order], dtype=np.int64)
    k = places(since, instants, "left") - 1
    return np.where((k >= 0) & (instants <= until[k]), order[k], -1)


def _touches(buckets: Steps, deltas: Deltas) -> NDArray[np.bool_]:
    """Which intervals hold any time without data."""
    if not len(buckets.edges):
        return np.full(len(deltas.n), bool(buckets.codes[0] == Bucket.UNKNOWN))
    unknown = np.concatenate(([0], np.cumsum(buckets.codes == Bucket.UNKNOWN)))
    first = places(buckets.edges, deltas.since, "right")
    last = places(buckets.edges, deltas.until, "left")
    return unknown[last + 1] > unknown[first]


def _prefix_sums(
    at: Instants, columns: NDArray[np.int64], n: NDArray[np.int64] | None, windows: Instants, n_columns: int
) -> NDArray[np.int64]:
    """Sums of ``n`` (None: a one each) by window ``(start, end]`` and column; column -1 counts nowhere.

    A column comes in few runs, for products and shifts last: each is summed once, whatever the number of columns.
    """
    sums = np.zeros((len(windows), n_columns), dtype=np.int64)
    if not len(at):
        return sums
    upto = np.arange(len(at) + 1) if n is None else np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(n)))
    first = np.concatenate(([0], np.flatnonzero(columns[1:] != columns[:-1]) + 1))
    after = np.append(first[1:], len(at))
    ends = np.searchsorted(at, windows, side="right")
    of = columns[first]
    for column in np.unique(of[of >= 0]):
        starts, stops = first[of == column], after[of == column]
        before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(upto[stops] - upto[starts])))
        begun = np.searchsorted(starts, ends)
        last = np.maximum(begun - 1, 0)
        here = upto[np.minimum(ends, stops[last])] - upto[starts[last]]
        counted = np.where(begun > 0, before[last] + here, 0)
        sums[:, column] = counted[:, 1] - counted[:, 0]
    return sums
