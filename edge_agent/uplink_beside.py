"""What the uplink is told by those beside it, and what it needs of them."""

import queue
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from edge_agent.asked import Asked
from edge_agent.wire.live import WorkUnitStatus


class Committed(NamedTuple):
    """The recorder has added messages."""


class Stop(NamedTuple):
    """End in order."""


class Desk(Protocol):
    """Tells how the work units are."""

    def statuses(self) -> Mapping[str, WorkUnitStatus]: ...


class Beside(Protocol):
    """What the uplink needs of the recorder."""

    asked: "queue.SimpleQueue[Asked]"
    grades: dict[str, str]

    @property
    def desk(self) -> Desk: ...
