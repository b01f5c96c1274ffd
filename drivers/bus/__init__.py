"""Buses carry bytes: ports, framing, silence, timeouts, late and foreign replies, and whose turn it is.

The only modules that touch a port. What a worker sees of any of them is :class:`Bus`.

Decision: a bus is stepped by its one worker thread and gives back polls as they finish.
Because: other due work then goes on while a dead instrument times out, and one thread can carry many sockets.
Instead of: a blocking read of each instrument in turn.

Decision: what a connection does next is a state machine without port or clock (:mod:`drivers.bus.turns`); a serial
port and a socket only move its bytes.
Because: silence, late replies and whose turn it is can then be tested to the microsecond, without waiting.
Instead of: the same rules written twice, between reads and sleeps.

Decision: requests go by their poll's deadline, the earliest first, request by request; where replies name nobody
(plain text) a poll keeps the connection until it ends.
Because: a Modbus request stands alone, while a dialogue in text, or a change of baud, must not be cut into.
Instead of: one poll after another, where twenty blocks of a slow meter hold up a press.

Decision: after a timeout the same device (without addresses: everybody) is not asked for one more timeout, or until
the late reply has come; others are. Replies with numbers (Modbus TCP) need no such wait.
Because: a late reply of the same length cannot be told from the next.
Instead of: clearing the buffer and hoping.

Decision: a request without a reply is sent once more only if its instrument was not silent throughout its last poll
and the second try, with its timeouts, can end before the poll's deadline. An instrument that was silent throughout
its last poll gets one chance a poll, however many requests it has.
Because: on a shared line each silence costs the neighbours a timeout, and the next poll is a second try as well.
Instead of: a number of retries, which makes a dead device cost a multiple.

Decision: a poll that begins with listening is given the newest whole message that came since the last one, dated
when its last byte came; the first message after opening is dropped if it began at once, and so perhaps in its middle.
Because: an instrument that sends ten lines a second and is polled once would otherwise be shown ever later, and the
tail of a line may read as another value.
Instead of: the oldest line that waits.
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
