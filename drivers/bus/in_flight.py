"""Requests that were sent: whose reply may still come, and who must not be asked before it has."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.bus.asking import Asking
from drivers.instrument import Request

TIDS = 0xFFFF


@dataclass(slots=True, eq=False)
class Asked:
    """A request that was sent and waits for its reply.

    Attributes:
        asking: The poll that it belongs to.
        index: Which of the poll's present requests it is.
        request: The request itself.
        timeout_s: How long to wait, s, from the last byte sent.
        sent_at: When the last byte left, s on the monotonic clock.
        tid: Its number on this connection.
    """

    asking: Asking
    index: int
    request: Request
    timeout_s: float
    sent_at: float
    tid: int = 0

    @property
    def expires_at(self) -> float:
        """When the wait is over, s."""
        return self.sent_at + self.timeout_s


class InFlight:
    """What was sent on one connection and is not answered, and what was given up but may yet be answered.

    Attributes:
        expires_at: No request expires before this, s; ``inf`` when none waits.
        waiting: Number -> request that waits.
        wanted: Number -> request that may be answered, those given up included.
    """

    def __init__(self, *, numbered: bool, addressed: bool) -> None:
        """Nothing in flight.

        Args:
            numbered: Replies name their request: what was given up is forgotten at once.
            addressed: Replies name their sender: only that device is held back, else everybody.
        """
        self.expires_at = math.inf
        self.waiting: dict[int, Asked] = {}
        self._wanted: dict[int, Request] = {}
        self._late: dict[int, Asked] = {}
        self._held: dict[int, float] = {}
        self._numbered = numbered
        self._addressed = addressed
        self._tid = 0

    @property
    def wanted(self) -> Mapping[int, Request]:
        return self._wanted

    def add(self, asked: Asked) -> int:
        """Give ``asked`` a number of its own and wait for its reply."""
        tid = self._tid % TIDS + 1
        while tid in self._wanted:
            tid = tid % TIDS + 1
        self._tid = asked.tid = tid
        self.waiting[tid] = asked
        self._wanted[tid] = asked.request
        self.expires_at = min(self.expires_at, asked.expires_at)
        return tid

    def remove(self, asked: Asked) -> None:
        """``asked`` was answered."""
        del self.waiting[asked.tid]
        del self._wanted[asked.tid]
        if not self.waiting:
            self.expires_at = math.inf

    def due(self, now: float) -> list[Asked]:
        """What has waited long enough."""
        due = [asked for asked in self.waiting.values() if asked.expires_at <= now]
        if not due:
            self.refresh()
        return due

    def refresh(self) -> None:
        """Find anew when the next request expires."""
        self.expires_at = min((asked.expires_at for asked in self.waiting.values()), default=math.inf)

    def give_up(self, asked: Asked, now: float) -> float:
        """Wait no longer for ``asked``; gives how long its sender is held back, s."""
        del self.waiting[asked.tid]
        if self._numbered or not asked.request.send:
            del self._wanted[asked.tid]
            return 0.0
        self._late[asked.tid] = asked
        self._held[self._sender(asked.request)] = now + asked.timeout_s
        return asked.timeout_s

    def came_late(self, tid: int | None) -> None:
        """What was given up is answered after all: its sender is free again. Nothing for other numbers."""
        late = self._late.pop(tid, None) if tid is not None else None
        if late is not None:
            del self._wanted[late.tid]
            self._held.pop(self._sender(late.request), None)

    def held_until(self, request: Request) -> float:
        """Until when the device that ``request`` goes to is held back, s."""
        return self._held.get(self._sender(request), -math.inf) if self._held else -math.inf

    def release(self, now: float) -> None:
        """Free the senders whose late replies are no longer to be feared."""
        for tid, late in list(self._late.items()):
            if self.held_until(late.request) <= now:
                self._held.pop(self._sender(late.request), None)
                del self._late[tid]
                del self._wanted[tid]

    def clear(self) -> list[Asked]:
        """Nothing will be answered any more; gives what waited."""
        waiting = list(self.waiting.values())
        for state in (self.waiting, self._wanted, self._late, self._held):
            state.clear()
        self.expires_at = math.inf
        return waiting

    def _sender(self, request: Request) -> int:
        return request.unit if self._addressed else 0
