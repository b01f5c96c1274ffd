"""When counts of what is absent become records, and which."""

from collections.abc import Iterator, Sequence

from edge_agent.losses import Lost
from edge_agent.wire.messages import Loss

_QUIET_NS = 10_000_000_000
_LONGEST_NS = 60_000_000_000


def ended_losses(open_ones: Sequence[Lost], now: int, *, all_of_them: bool) -> list[Lost]:
    """Those that have been quiet, or open for long; or all."""
    return [one for one in open_ones if all_of_them or one.until < now - _QUIET_NS or one.since < now - _LONGEST_NS]


def loss_records(ended: Sequence[Lost]) -> Iterator[Loss]:
    """What is said of them."""
    for one in ended:
        yield Loss(
            key=f"{one.instrument or 'all'}.{one.reason}.{one.since}",
            instrument=one.instrument,
            since=one.since,
            until=one.until,
            n=one.n,
            reason=one.reason,
        )
