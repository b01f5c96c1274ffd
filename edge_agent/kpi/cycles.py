"""Cycle times and changeovers, from the instants at which pieces were counted.

What is known of a piece is the reading that showed it: with a reading a second, an instant is sure to a second.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_agent.kpi.booking import Booked
from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.evaluation import Evaluation, ProductSpan
from edge_agent.kpi.evidence import REJECT, TOTAL
from edge_agent.kpi.spans import Instants

RATE_PIECES, RATE_FACTOR = 5, 1.25
"""At rate: five pieces on end take no longer than 1.25 times their ideal time: four fifths of the ideal rate."""
_NS = 1_000_000_000
_QUARTERS = (0.25, 0.5, 0.75)


class CycleTimes(NamedTuple):
    """How long a piece of one product takes while the machine runs.

    Attributes:
        pieces: Whose cycle time is known.
        mean_s: Time from piece to piece over pieces, s.
        median_s: Half of the pieces took no longer, s.
        lower_quartile_s: A quarter took no longer, s.
        upper_quartile_s: Three quarters took no longer, s: what a few long ones cannot move.
    """

    pieces: int
    mean_s: float
    median_s: float
    lower_quartile_s: float
    upper_quartile_s: float


def cycle_times(evaluation: Evaluation, window: tuple[int, int]) -> dict[tuple[str, float], CycleTimes]:
    """Cycle times by product and ideal cycle.

    The time between two readings that showed pieces is shared by the pieces of the second one. It counts only if the
    machine was in RUN all along and the product was the same; so minor stops are not in it. Quartiles are of pieces:
    the least cycle time that at least that share of them does not exceed.

    Args:
        evaluation: Of one work unit.
        window: Start and end: the second reading lies in it, UTC ns.

    Source:
        Rother, M., Shook, J. (1999), Learning to See: cycle time, observed from piece to piece.
    """
    booked = _with_pieces(evaluation, TOTAL)
    n_products = len(evaluation.products)
    if booked is None or len(booked.at) < 2:  # noqa: PLR2004  from piece to piece
        return {}
    since, until, n, place = booked.at[:-1], booked.at[1:], booked.n[1:], booked.place[1:]
    same = (place == booked.place[:-1]) & (place >= 0) & (place < n_products)
    chosen = same & _runs_through(evaluation, since, until) & (until > window[0]) & (until <= window[1])
    lasted = ((until - since) / _NS / n)[chosen]
    keys = [(span.product, span.ideal_cycle_s) for span in evaluation.products]
    found = {}
    for key in dict.fromkeys(keys):
        mine = np.isin(place[chosen], [k for k, other in enumerate(keys) if other == key])
        if mine.any():
            found[key] = _spread(lasted[mine], n[chosen][mine])
    return found


def _with_pieces(evaluation: Evaluation, role: str) -> Booked | None:
    booked = evaluation.pieces.get(role)
    return None if booked is None else booked.where(booked.n > 0)


def _runs_through(evaluation: Evaluation, since: Instants, until: Instants) -> NDArray[np.bool_]:
    """Whether each stretch is within one stretch of RUN."""
    buckets = evaluation.timeline.buckets
    first = np.searchsorted(buckets.edges, since, side="right")
    last = np.searchsorted(buckets.edges, until, side="left")
    within: NDArray[np.bool_] = (first == last) & (buckets.codes[first] == Bucket.RUN)
    return within


def _spread(lasted: NDArray[np.float64], n: NDArray[np.int64]) -> CycleTimes:
    lower, median, upper = np.quantile(lasted, _QUARTERS, weights=n, method="inverted_cdf").tolist()
    pieces = int(n.sum())
    return CycleTimes(pieces, float((lasted * n).sum()) / pieces, median, lower, upper)


class Changeover(NamedTuple):
    """From one product to the next: from the last good piece of the one to the first good piece of the other at rate.

    Attributes:
        before: The product that ended.
        after: The product that began.
        since: The last good piece of ``before``, UTC ns; None: there was none.
        until: The first good piece of ``after`` at rate, UTC ns; None: it never came to rate.
        ns: Time between them by bucket, ns, in the order of :class:`Bucket`; zeros where one end is not known.
    """

    before: str
    after: str
    since: int | None
    until: int | None
    ns: tuple[int, ...]

    @property
    def planned_ns(self) -> int | None:
        """What it took of planned time (breaks and nights are not in it), ns; None: an end is not known."""
        if self.since is None or self.until is None:
            return None
        return sum(self.ns) - self.ns[Bucket.NOT_SCHEDULED] - self.ns[Bucket.PLANNED_STOP]


def changeovers(evaluation: Evaluation, pieces: int = RATE_PIECES, factor: float = RATE_FACTOR) -> list[Changeover]:
    """Every change of the product in force, in order of time.

    A piece is at rate when the ``pieces`` next ones on end come within ``factor * ideal cycle`` each on average: one
    quick piece between adjustments is none. A reading's pieces are good unless as many were rejected at that reading;
    scrap that is counted later does not move a changeover.

    Args:
        evaluation: Of one work unit.
        pieces: How many pieces on end show that the rate is reached.
        factor: How much longer than its ideal time they may take.

    Raises:
        ValueError: ``pieces`` is below 1, or ``factor`` below 1.

    Source:
        Shingo, S. (1985), A Revolution in Manufacturing: the SMED System: last good piece to first good piece;
        McIntosh, R. I. et al. (2001), Improving Changeover Performance: the run-up belongs to it.
    """
    if pieces < 1 or not 1 <= factor < float("inf"):
        msg = f"changeovers: expected pieces of at least 1 and a factor of at least 1, got {pieces} and {factor}"
        raise ValueError(msg)
    total = _with_pieces(evaluation, TOTAL)
    good = None if total is None else _good(evaluation, total)
    found = []
    for (k, one), (j, other) in pairwise(enumerate(evaluation.products)):
        if one.product == other.product:
            continue
        since = until = None
        if total is not None and good is not None:
            last = np.flatnonzero(good & (total.place == k))
            since = int(total.at[last[-1]]) if len(last) else None
            until = _at_rate(total.where(total.place == j), good[total.place == j], other, pieces, factor)
        ns = (0,) * len(Bucket)
        if since is not None and until is not None:
            ns = tuple(evaluation.timeline.measure(np.array([[since, until]], dtype=np.int64))[0].tolist())
        found.append(Changeover(one.product, other.product, since, until, ns))
    return found


def _good(evaluation: Evaluation, total: Booked) -> NDArray[np.bool_]:
    """Which readings showed a good piece: more pieces than were rejected at that very reading."""
    rejects = _with_pieces(evaluation, REJECT)
    if rejects is None:
        return np.ones(len(total.at), dtype=bool)
    sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(rejects.n)))
    upto = sums[np.searchsorted(rejects.at, total.at, side="right")]
    before = sums[np.searchsorted(rejects.at, total.at, side="left")]
    more: NDArray[np.bool_] = total.n > upto - before
    return more


def _at_rate(booked: Booked, good: NDArray[np.bool_], span: ProductSpan, pieces: int, factor: float) -> int | None:
    """The first good piece after which so many come fast enough."""
    upto = np.cumsum(booked.n)
    ends = np.searchsorted(upto, upto + pieces)
    reached = ends < len(upto)
    ends = np.minimum(ends, len(upto) - 1)
    allowed = (upto[ends] - upto) * span.ideal_cycle_s * factor * _NS
    fast = np.flatnonzero(reached & good & (booked.at[ends] - booked.at <= allowed))
    return int(booked.at[fast[0]]) if len(fast) else None
