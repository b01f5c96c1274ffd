"""Lean's figures from what adds up: takt, first pass and rolled yield, lead time."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

MOST_DRIFT = 0.1
"""How far pieces that went in and pieces that came out may differ for a lead time, as a share of the latter."""
_NS = 1_000_000_000


def takt_s(planned_ns: int, demand: float) -> float | None:
    """Takt: how often a piece is wanted, ``planned time / demand``, s.

    Args:
        planned_ns: Planned busy time, without breaks: all that there is to meet the demand in, ns.
        demand: Pieces wanted in it.

    Returns:
        None where nothing is wanted.

    Raises:
        ValueError: One of them is negative.

    Source:
        Rother, M., Shook, J. (1999), Learning to See: available working time per shift / customer demand per shift.

    >>> takt_s(27_600 * 10**9, 460)
    60.0
    """
    if planned_ns < 0 or not 0 <= demand < float("inf"):
        msg = f"takt: expected planned time and demand of 0 or more, got {planned_ns} ns and {demand}"
        raise ValueError(msg)
    return planned_ns / _NS / demand if demand else None


def first_pass_yield(total: int, reject: int, rework: int) -> float | None:
    """Pieces that were right the first time, ``(total - reject - rework) / total``.

    A piece counts as rejected or as repaired, not as both. Rework that was found in another stretch of time than the
    pieces were made in can make it leave 0 to 1; it is not capped.

    Returns:
        None where nothing was made.

    Source:
        ISO 22400-2:2014, first pass yield, with all pieces inspected.

    >>> first_pass_yield(1000, 50, 0), first_pass_yield(1000, 50, 30)
    (0.95, 0.92)
    """
    return (total - reject - rework) / total if total else None


def rolled_yield(yields: Iterable[float | None]) -> float | None:
    """Chance of a piece to go through all steps right the first time: the product of their first pass yields.

    Args:
        yields: First pass yield of each step of a route, in 0 to 1; None: nothing was made there.

    Returns:
        None without a step, or where one made nothing.

    Raises:
        ValueError: A yield is outside of 0 to 1.

    Source:
        Harry, M., Schroeder, R. (2000), Six Sigma: rolled throughput yield.

    >>> round(rolled_yield([0.97, 0.94]), 4)
    0.9118
    """
    product, steps = 1.0, 0
    for steps, one in enumerate(yields, 1):
        if one is None:
            return None
        if not 0 <= one <= 1:
            msg = f"rolled yield: step {steps}: expected a yield from 0 to 1, got {one}. Look at its rework."
            raise ValueError(msg)
        product *= one
    return product if steps else None


class LeadTime(NamedTuple):
    """How long a piece is under way, by Little's law, or why that cannot be said.

    Attributes:
        seconds: s; None: refused.
        refused: Why; empty: it is not.
        mean_wip: Pieces under way, averaged by time; None: not known over the whole window.
        throughput_per_s: Pieces that came out, by time.
        drift: Pieces that more went in than came out, as a share of those that came out; None: not known.
    """

    seconds: float | None
    refused: str
    mean_wip: float | None
    throughput_per_s: float
    drift: float | None


def lead_time(
    counts: Sequence[tuple[int, float]], finished: int, window: tuple[int, int], most_drift: float = MOST_DRIFT
) -> LeadTime:
    """Lead time: mean work in progress over throughput.

    It is refused where the law does not hold: where pieces heap up or run out (what went in and what came out differ
    by more than ``most_drift``, so that the lead time by the one and by the other do too), and where the window is
    shorter than the lead time itself, so that hardly a piece was seen going in and coming out.

    Args:
        counts: Instant (UTC ns) and work in progress from then on, in order of time, the first at or before the window.
        finished: Pieces that came out in the window.
        window: Start and end, UTC ns.
        most_drift: At most so much more or less may go in than comes out, as a share.

    Raises:
        ValueError: The window is empty, a count is negative, or counts are not in order of time.

    Source:
        Little, J. D. C., Graves, S. C. (2008), Little's Law, in Building Intuition, 5: the law over a finite window.

    >>> lead_time([(0, 160)], finished=8, window=(0, 30 * 86_400 * 10**9)).refused
    'lead time: 160 pieces at 8 in 2592000 s take 51840000 s, longer than the window. Choose a longer one.'
    """
    since, until = window
    _check(counts, finished, window)
    throughput = finished * _NS / (until - since)
    if not counts or counts[0][0] > since:
        why = "lead time: work in progress is not known from the start of the window. Count it before, or start later."
        return LeadTime(None, why, None, throughput, None)
    steps = [*((max(at, since), n) for at, n in counts if at < until), (until, 0.0)]
    mean = sum(n * (after - at) for (at, n), (after, _) in pairwise(steps)) / (until - since)
    first = [n for at, n in counts if at <= since][-1]
    last = [n for at, n in counts if at <= until][-1]
    if not finished:
        return LeadTime(None, "lead time: nothing came out. Choose a longer window.", mean, 0.0, None)
    drift, seconds = (last - first) / finished, mean / throughput
    why = ""
    if abs(drift) > most_drift:
        why = (
            f"lead time: work in progress went from {first:g} to {last:g} while {finished} came out, a drift of "
            f"{drift:+.0%}; at most {most_drift:.0%} is allowed. Choose a window in which it hardly changes."
        )
    elif seconds * _NS > until - since:
        why = (
            f"lead time: {mean:g} pieces at {finished} in {(until - since) / _NS:.10g} s take {seconds:.10g} s, "
            "longer than the window. Choose a longer one."
        )
    return LeadTime(None if why else seconds, why, mean, throughput, drift)


def _check(counts: Sequence[tuple[int, float]], finished: int, window: tuple[int, int]) -> None:
    if not window[0] < window[1]:
        msg = f"lead time: expected a window that ends after it starts, got {window[0]} to {window[1]}"
        raise ValueError(msg)
    if finished < 0 or any(not 0 <= n < float("inf") for _, n in counts):
        msg = "lead time: expected counts of 0 or more"
        raise ValueError(msg)
    if any(after[0] < before[0] for before, after in pairwise(counts)):
        msg = "lead time: expected counts in order of time"
        raise ValueError(msg)
