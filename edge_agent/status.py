"""How the edge is, in the words of the contract."""

import shutil
from collections.abc import Mapping
from importlib.metadata import version

from edge_agent.clock import Clock
from edge_agent.config import AgentConfig
from edge_agent.outbox import OutboxReader
from edge_agent.wire.messages import EdgeStatus
from edge_agent.wire.ranges import Ranges


def edge_status(
    state: str,
    config: AgentConfig,
    clock: Clock,
    reader: OutboxReader,
    stored: Mapping[str, Ranges],
    store: tuple[str, int],
    grades: Mapping[str, str],
) -> EdgeStatus:
    """All of a status but its journal and start.

    Args:
        state: ``online`` or ``stopped``.
        config: Of the agent.
        clock: When is now, and is it believed.
        reader: The outbox.
        stored: What is stored of every journal.
        store: Store and generation that said so.
        grades: Instrument -> quality of its last poll.
    """
    waiting, oldest = reader.waiting(dict(stored))
    held = tuple(reader.held())
    disk = shutil.disk_usage(config.state_dir)
    return EdgeStatus(
        state=state,
        at=clock.now(),
        period_s=config.status_period_s,
        held=held,
        waiting=waiting,
        oldest_waiting=oldest,
        undated=reader.undated(),
        clock="unsure" if clock.offset() is None else "synchronised",
        disk_free=disk.free,
        disk_size=disk.total,
        instruments=dict(grades),
        store=store[0],
        generation=store[1],
        acknowledged={one.journal: stored[one.journal].floor(one.first) for one in held if one.journal in stored},
        acknowledged_last={one.journal: _last(stored[one.journal]) for one in held if one.journal in stored},
        version=version("nhipdo"),
    )


def _last(stored: Ranges) -> int:
    return max((hi for _, hi in stored), default=0)
