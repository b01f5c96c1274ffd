"""All TCP connections together, in one thread."""

import heapq
import math
import selectors
from collections.abc import Sequence
from itertools import count
from time import monotonic

from drivers.bus import BusSpec, Polled
from drivers.bus.lookups import Lookups
from drivers.bus.spec import check_spec
from drivers.bus.tcp_connection import TcpConnection
from drivers.instrument import Instrument


class TcpBuses:
    """Carries bytes over many TCP connections; each has its own turns, time-outs and back-off.

    A connection is opened by its first poll. Numeric addresses are taken as they are; a name is looked up at every
    opening, in a thread of its own, so that a resolver that hangs stops nobody else.

    Satisfies :class:`drivers.bus.Bus` and belongs to one thread.
    """

    def __init__(self, specs: Sequence[BusSpec]) -> None:
        """Connections that are still closed.

        Raises:
            ValueError: One of ``specs`` cannot be had.
        """
        for spec in specs:
            check_spec(spec)
        self._ended: list[Polled] = []
        self._selector = selectors.DefaultSelector()
        self._lookups = Lookups()
        self._selector.register(self._lookups, selectors.EVENT_READ, None)
        self._connections = {
            spec.name: TcpConnection(spec, self._ended, self._selector, self._lookups) for spec in specs
        }
        # Whom something happened to since the last pass: only these are looked at.
        self._stirred: set[TcpConnection] = set()
        self._timers: list[tuple[float, int, TcpConnection]] = []
        self._order = count()

    def begin(self, bus: str, instrument: Instrument, deadline: float, timeout_s: float | None = None) -> None:
        connection = self._connections[bus]
        connection.turns.begin(instrument, deadline, timeout_s)
        self._stirred.add(connection)

    def pending(self) -> int:
        return sum(connection.turns.pending() for connection in self._connections.values())

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._timers.clear()
        self._stirred.clear()
        self._lookups.close()
        self._selector.close()

    def step(self, until: float) -> list[Polled]:
        """Carry bytes until some poll has ended or it is ``until``; all that is ready is taken in one sweep."""
        while True:
            self._pump()
            wait_s = 0.0 if self._ended else max(0.0, min(until, self._next_timer()) - monotonic())
            for key, mask in self._selector.select(None if wait_s == math.inf else wait_s):
                if key.data is None:
                    self._lookups.deliver()
                    self._stirred.update(self._connections.values())
                else:
                    key.data.on_event(mask)
                    self._stirred.add(key.data)
            now = monotonic()
            self._ring(now)
            if self._ended or now >= until:
                self._pump()
                ended = self._ended.copy()
                self._ended.clear()
                return ended

    def _pump(self) -> None:
        """Let everybody who was stirred do what is due, and set their timers."""
        while self._stirred:
            stirred, self._stirred = self._stirred, set()
            for connection in stirred:
                connection.pump()
                if connection.adrift:
                    self._stirred.add(connection)
                self._set_timer(connection)

    def _set_timer(self, connection: TcpConnection) -> None:
        """One timer a connection is enough: a later one is set when the earlier has rung."""
        wakes_at = connection.wakes_at()
        if wakes_at < connection.timer_at:
            connection.timer_at = wakes_at
            heapq.heappush(self._timers, (wakes_at, next(self._order), connection))

    def _next_timer(self) -> float:
        return self._timers[0][0] if self._timers else math.inf

    def _ring(self, now: float) -> None:
        while self._timers and self._timers[0][0] <= now:
            at, _, connection = heapq.heappop(self._timers)
            if at == connection.timer_at:
                connection.timer_at = math.inf
            self._stirred.add(connection)
