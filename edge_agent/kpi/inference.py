"""Running and standing inferred from the counter alone, where a machine tells nothing else."""

import numpy as np

from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.spans import Codes, Instants


def infer_states(
    pieces_at: Instants, stop_after_ns: int, first_heard: int | None, heard_until: int
) -> tuple[Instants, Codes]:
    """States from the instants of pieces: no piece for ``stop_after_ns`` is a stop that began at the last piece.

    A single piece between two such stretches interrupts nothing: it is one stop.

    Args:
        pieces_at: Readings that showed a new piece, in rising order, with the last one before them if it is known.
        stop_after_ns: How long nothing may come before it is a stop, ns.
        first_heard: When listening began; from then it is taken to run, until it stands for too long.
        heard_until: Until when somebody listened.

    Returns:
        When a state begins, and which: RUN or STOP.

    >>> at, states = infer_states(np.array([10, 12, 40]), 20, 0, 45)
    >>> at.tolist(), [Bucket(int(s)).name for s in states]
    ([0, 12, 40], ['RUN', 'STOP', 'RUN'])
    """
    known = pieces_at if first_heard is None else np.concatenate(([first_heard], pieces_at))
    if not len(known):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8)
    gaps = np.diff(known, append=max(heard_until, int(known[-1]))) >= stop_after_ns
    stops, runs = known[gaps], known[1:][gaps[:-1]]
    # A stop that begins at the very piece that ended another one comes behind: the last of one instant counts.
    at = np.concatenate((known[:1], runs, stops))
    states = np.concatenate(
        (
            np.full(1 + len(runs), Bucket.RUN, dtype=np.int8),
            np.full(len(stops), Bucket.STOP, dtype=np.int8),
        )
    )
    order = np.argsort(at, kind="stable")
    return at[order].astype(np.int64), states[order]
