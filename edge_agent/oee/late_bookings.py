"""Late scrap goes where pieces were made: who enters it knows the hour of a shift, not the second.

Decision: an instant that does not count (no data, a break, another product) is moved to the nearest piece of its
product in its nominal bucket. What has none stays unbooked.
Because: the screen offers hours; the instant that stands for one may fall into a minute of silence, and scrap that
somebody entered would leave the figures without a word.
Instead of: moving it in the time model, where an instant is evidence and is judged as it was given.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edge_agent.kpi.evaluation import NOT_BOOKED, Evaluation
from edge_agent.kpi.evidence import TOTAL, Booking
from edge_agent.kpi.spans import Instants


def to_pieces(bookings: Sequence[Booking], evaluation: Evaluation, bucket_ns: int) -> tuple[Booking, ...]:
    """The same bookings, those that an evaluation could not book at the nearest piece.

    Args:
        bookings: As they were entered.
        evaluation: With them.
        bucket_ns: Length of a nominal bucket.
    """
    lost = {issue.at for issue in evaluation.issues if issue.what == NOT_BOOKED}
    return tuple(_moved(one, evaluation, bucket_ns) if one.made_at in lost else one for one in bookings)


def _moved(one: Booking, evaluation: Evaluation, bucket_ns: int) -> Booking:
    at = _pieces_of(evaluation, one.product)
    start = one.made_at - one.made_at % bucket_ns
    at = at[(at > start) & (at <= start + bucket_ns)]
    if not len(at):
        return one
    # A piece belongs to the instant just before the reading that showed it.
    return replace(one, made_at=int(at[np.argmin(np.abs(at - 1 - one.made_at))]) - 1)


def _pieces_of(evaluation: Evaluation, product: str) -> Instants:
    """When pieces of a product (empty: of any) were shown that enter OEE."""
    total = evaluation.pieces.get(TOTAL)
    if total is None:
        return np.empty(0, dtype=np.int64)
    fits = [k for k, span in enumerate(evaluation.products) if product in ("", span.product)]
    return total.at[(total.n > 0) & np.isin(total.place, fits)]
