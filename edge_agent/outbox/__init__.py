"""The journal of what this edge has said and the gateway has not yet stored: one SQLite file.

The recorder owns it (:class:`Outbox`, :class:`Trimmer`); the uplink and people read it.

Decision: acknowledged messages stay until the space is needed or ``keep_days`` have passed.
Because: a gateway that was restored from a backup lacks what it had acknowledged since.
Instead of: deleting at the acknowledgement.

Decision: rows keep the journal in which they were numbered, and a run never continues an old journal.
Because: an image of the disk, restored or cloned, would number other samples with the same numbers.
Instead of: one sequence an edge for ever.
"""

from edge_agent.outbox.export import adopt, export, take_acknowledgement
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.ownership import OutboxError, machine_serial
from edge_agent.outbox.reading import OutboxReader, Survey, autonomy_days, survey, used_share
from edge_agent.outbox.schema import is_full
from edge_agent.outbox.trimming import Trimmer, used_bytes

__all__ = [
    "Outbox",
    "OutboxError",
    "OutboxReader",
    "Survey",
    "Trimmer",
    "adopt",
    "autonomy_days",
    "export",
    "is_full",
    "machine_serial",
    "survey",
    "take_acknowledgement",
    "used_bytes",
    "used_share",
]
