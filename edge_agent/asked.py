"""What others want of the outbox: it goes into the recorder's next transaction."""

import queue
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from edge_agent.wire.entries import Entry
from edge_agent.wire.messages import Record, Setting
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.shop_floor import CalendarKept

if TYPE_CHECKING:
    from edge_agent.bench.requests import AnyBenchRequest


class Acknowledged(NamedTuple):
    """The gateway's word, for the next transaction."""

    store: str
    generation: int
    stored: dict[str, Ranges]


class Unsendable(NamedTuple):
    """Rows that cannot be sent: ``rotten`` or ``set_aside``."""

    ids: Sequence[int]
    reason: str


class SettingCame(NamedTuple):
    """The gateway sets something."""

    noun: str
    key: str
    setting: Setting


class Entered(NamedTuple):
    """Somebody entered something on the screen.

    Attributes:
        entry: What, or a manager's change of a past day; said as a record, and followed by what it changes.
        done: Called with an empty text once it is on disk, else with what is wrong and what to do.
    """

    entry: Entry | CalendarKept
    done: Callable[[str], None]


class BenchAsked(NamedTuple):
    """Somebody asks something of the bench.

    Attributes:
        request: What.
        done: Called with an empty text once it is on disk, else with what is wrong and what to do.
    """

    request: "AnyBenchRequest"
    done: Callable[[str], None]


Asked = Acknowledged | Unsendable | SettingCame | Entered | BenchAsked | Record


def newest_word(asked: list[Asked]) -> list[Asked]:
    """Each acknowledgement holds all that came before it: only the last one counts."""
    words = [one for one in asked if isinstance(one, Acknowledged)]
    return [one for one in asked if not isinstance(one, Acknowledged) or one is words[-1]]


def drain(asked: "queue.SimpleQueue[Asked]") -> Iterator[Asked]:
    """All that waits."""
    while True:
        try:
            yield asked.get_nowait()
        except queue.Empty:
            return
