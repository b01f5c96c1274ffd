"""Which lines of a batch a store will not take, when it only says that some it will not."""

from collections.abc import Callable, Sequence

from gateway.timeseries import Refused


class RefusedBatchError(Exception):
    """The store refused the request for good (400, 413, 422); the message is its word why."""


def write_halving(lines: Sequence[str], send: Callable[[Sequence[str]], None]) -> list[Refused]:
    """Send a batch; if it is refused, its halves, until the refused lines stand alone.

    A half may be sent though its lines are stored already: storing twice changes nothing. For k refused
    lines of n it takes at most some 2 k log2 n requests.

    Args:
        lines: What to store.
        send: Stores lines; raises :class:`RefusedBatchError` when it will not take them all.

    Returns:
        The lines that were refused alone, in their order.
    """
    refused: list[Refused] = []
    waiting = [lines] if lines else []
    while waiting:
        some = waiting.pop()
        try:
            send(some)
        except RefusedBatchError as error:
            if len(some) == 1:
                refused.append(Refused(some[0], str(error)))
            else:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
    return refused
