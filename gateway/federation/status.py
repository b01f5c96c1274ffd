"""How a forwarder is, in the words of the contract: the gateway above shows it as it shows an edge."""

from collections.abc import Mapping
from importlib.metadata import version

from edge_agent.wire.messages import EdgeStatus
from edge_agent.wire.ranges import Ranges
from gateway.federation.rows import Rows


def forwarder_status(
    state: str, journal: str, rows: Rows, stored: Mapping[str, Ranges], store: tuple[str, int]
) -> EdgeStatus:
    """All of a status but its times.

    Args:
        state: ``online`` or ``stopped``.
        journal: Of the present run.
        rows: What is held.
        stored: What is stored above, of every journal.
        store: Store and generation that said so.
    """
    waiting, oldest = rows.waiting(stored)
    held = tuple(rows.held())
    known = [one for one in held if one.journal in stored]
    return EdgeStatus(
        state=state,
        journal=journal,
        held=held,
        waiting=waiting,
        oldest_waiting=oldest,
        clock="synchronised",
        store=store[0],
        generation=store[1],
        acknowledged={one.journal: stored[one.journal].floor(one.first) for one in known},
        acknowledged_last={one.journal: max((hi for _, hi in stored[one.journal]), default=0) for one in known},
        version=version("nhipdo"),
    )
