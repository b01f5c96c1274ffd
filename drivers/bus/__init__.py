"""Buses carry bytes: ports, framing, silence, timeouts, late and foreign replies, and whose turn it is.

The only modules that touch a port. What a worker sees of any of them is :class:`Bus`.

Decision: a bus is stepped by its one worker thread and gives back polls as they finish.
Because: other due work then goes on while a dead instrument times out, and one thread can carry many sockets.
Instead of: a blocking read of each instrument in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from drivers.instrument import Instrument, Line, Shown

DEFAULT_LINE = Line(9600)


@dataclass(frozen=True, slots=True)
class BusSpec:
    """What a configuration says of a bus.

    Attributes:
        name: Unique on its edge.
        url: ``tcp://host:502``, ``serial:///dev/ttyUSB0`` or a pyserial URL such as ``sim://balance``.
        timeout_s: How long to wait for any one reply, s.
        framing: ``mbap``, ``rtu``, ``ascii`` or ``plain``.
        line: Baud rate and form of a serial line.
        parallel: Most requests in flight on this connection.
        pause_s: Least silence between two requests, s, beyond what the framing demands.
        exclusive: Refuse a serial port that another program holds.
    """

    name: str
    url: str
    timeout_s: float = 1.0
    framing: str = "plain"
    line: Line = DEFAULT_LINE
    parallel: int = 1
    pause_s: float = 0.0
    exclusive: bool = True


class Polled(NamedTuple):
    """A finished poll.

    Attributes:
        bus: Name of the bus.
        instrument: Who was polled.
        shown: Every channel of it, as an indication or as missing.
        at: When the poll ended, ns on the monotonic clock.
    """

    bus: str
    instrument: Instrument
    shown: Sequence[Shown]
    at: int


class Bus(Protocol):
    """One serial bus, or all TCP connections together. Belongs to one thread."""

    def begin(self, bus: str, instrument: Instrument, deadline: float, timeout_s: float | None = None) -> None:
        """Queue a poll; whatever has the earliest ``deadline`` (``time.monotonic()``, s) goes first.

        ``timeout_s`` is this instrument's own, in place of the bus's. Never blocks.
        """
        ...

    def step(self, until: float) -> list[Polled]:
        """Carry bytes until some poll has ended or ``time.monotonic()`` is ``until``; give the ended ones.

        A missing port, a refused connection, a timeout is not raised: it comes back as ``Missing``.
        """
        ...

    def pending(self) -> int:
        """How many polls were begun and have not ended."""
        ...

    def close(self) -> None:
        """Close every port. What was begun and not ended is dropped."""
        ...
