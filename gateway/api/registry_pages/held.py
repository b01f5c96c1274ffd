"""Files that were tried out and wait for their sender's word.

Decision: a file that a dry run found good is held in memory for half an hour, and a few at most.
Because: whoever has looked at the result presses one button; a file about people must not lie on a disk for that.
Where it is gone meanwhile, or another process answers, the page asks for the file again.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

MOST_BYTES = 32 << 20
KEEP_NS = 1800 * 10**9


class Held(NamedTuple):
    """A file that waits."""

    account: str
    until: int
    content: bytes


class HeldFiles:
    """Those of one process; any thread may ask.

    Args:
        clock: UTC, ns.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: OrderedDict[str, Held] = OrderedDict()

    def keep(self, import_id: str, account: str, content: bytes) -> None:
        """Hold the file of a dry run; the oldest go where there are too many bytes."""
        with self._lock:
            self._forget()
            self._held[import_id] = Held(account, self._clock() + KEEP_NS, content)
            while sum(len(one.content) for one in self._held.values()) > MOST_BYTES:
                self._held.popitem(last=False)

    def has(self, import_id: str, account: str) -> bool:
        """Whether it is still there."""
        with self._lock:
            self._forget()
            return import_id in self._held and self._held[import_id].account == account

    def take(self, import_id: str, account: str) -> bytes | None:
        """The file, which is then held no more; None: it is gone, or somebody else's."""
        with self._lock:
            self._forget()
            if import_id not in self._held or self._held[import_id].account != account:
                return None
            return self._held.pop(import_id).content

    def _forget(self) -> None:
        now = self._clock()
        for import_id in [one for one, held in self._held.items() if held.until <= now]:
            del self._held[import_id]
