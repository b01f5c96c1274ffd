"""How much of its time a bus is busy, from what is planned to be sent over it.

Wire time is what the line needs for the bytes, and nobody can go below it::

    wire_s = (bytes sent + bytes of the reply) * bits per character / baud + silences

The expected time adds what a device takes before it answers, which is an assumption
(:data:`SERIAL_TURNAROUND_S`, :data:`TCP_TURNAROUND_S`), and so is the length of a text reply.

Source:
    MODBUS over Serial Line V1.02, 2.5.1.1 (3.5 characters of silence around an RTU frame; 1.75 ms
    above 19200 bit/s), 2.5.2 (ASCII frame). MODBUS Application Protocol V1.1b3, 6.1 to 6.4 (replies).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.bus.framing import FRAMINGS
from drivers.bus.silence import char_s
from drivers.instrument import Line, Request

if TYPE_CHECKING:  # the configuration itself asks here whether a line can carry it
    from collections.abc import Sequence

    from edge_agent.config.tables import BusConfig, InstrumentConfig

SERIAL_TURNAROUND_S = 0.01
"""Assumed: from the last byte of a request to the first of its reply on a serial line, s."""
TCP_TURNAROUND_S = 0.01
"""Assumed: the same over a local network with a device behind it, s."""
TEXT_REPLY_BYTES = 24
"""Assumed: length of one line of text, such as a weight with its unit."""

_BIT_FUNCTIONS = (1, 2)
_REGISTER_FUNCTIONS = (3, 4)
_READ_BYTES = 5


@dataclass(frozen=True, slots=True)
class PollLoad:
    """What one poll of one instrument costs its bus.

    Attributes:
        instrument: Whose.
        requests: What it will ask for at first, in order.
        wire_s: Least time that the line needs, s; 0 over TCP.
        expected_s: With the assumed delay of the device, s.
        longest_reply_s: Least time from the last byte of a request to that of its reply, of the longest
            reply, s; 0 over TCP and for text, whose length nobody knows.
        period_s: How often it is polled, s.
    """

    instrument: str
    requests: tuple[Request, ...]
    wire_s: float
    expected_s: float
    longest_reply_s: float
    period_s: float


@dataclass(frozen=True, slots=True)
class BusLoad:
    """What all polls together cost a bus."""

    bus: str
    polls: tuple[PollLoad, ...]

    @property
    def least(self) -> float:
        """Share of its time that the bus is busy at the very least, dimensionless; above 1 is impossible."""
        return sum(poll.wire_s / poll.period_s for poll in self.polls)

    @property
    def expected(self) -> float:
        """Share of its time that the bus will be busy, dimensionless."""
        return sum(poll.expected_s / poll.period_s for poll in self.polls)


def bus_load(bus: BusConfig) -> BusLoad:
    """Plan every poll of a bus and add up its time. Opens nothing."""
    return BusLoad(bus.name, tuple(poll_load(bus, instrument) for instrument in bus.instruments))


def poll_load(bus: BusConfig, config: InstrumentConfig) -> PollLoad:
    """What one poll of one instrument costs its bus."""
    requests = planned_requests(config)
    framing, line = bus.chosen_framing, Line(bus.baud, bus.form)
    # A text instrument behind a converter, too: its line is not ours to know.
    on_a_line = framing in {"rtu", "ascii"} or (framing == "plain" and not bus.over_tcp)
    wires = [wire_time_s(request, framing, line) for request in requests] if on_a_line else []
    replies = [reply_time_s(request, framing, line) for request in requests] if framing in {"rtu", "ascii"} else []
    pauses_s = sum(bus.pause_s + request.pause_s for request in requests)
    wire_s = sum(wires) + pauses_s
    turnaround_s = TCP_TURNAROUND_S / bus.parallel if bus.over_tcp else SERIAL_TURNAROUND_S
    return PollLoad(
        config.name,
        requests,
        wire_s=wire_s,
        expected_s=wire_s + turnaround_s * len(requests),
        longest_reply_s=max(replies, default=0.0),
        period_s=config.period_s,
    )


def planned_requests(config: InstrumentConfig) -> tuple[Request, ...]:
    """What a poll will ask for at first; what it asks after a reply is not known before."""
    with closing(config.instrument().poll()) as poll:
        try:
            return tuple(next(poll))
        except StopIteration:
            return ()


def wire_time_s(request: Request, framing: str, line: Line) -> float:
    """Time that one exchange takes on a serial line when the device answers at once, s.

    >>> ten_registers = Request(bytes([4, 0, 0, 0, 10]), whole=len, unit=1)
    >>> round(wire_time_s(ten_registers, "rtu", Line(9600)), 4)    # 8 + 25 characters, twice 3.5 silent
    0.0417
    """
    in_force = request.line or line
    wrapping = FRAMINGS[framing]()
    sent_s = len(wrapping.wrap(request, 0)) * char_s(in_force) + wrapping.gap_s(in_force)
    return sent_s + reply_time_s(request, framing, line)


def reply_time_s(request: Request, framing: str, line: Line) -> float:
    """Time from the last byte of a request to the last of its reply when the device answers at once, s."""
    in_force = request.then or request.line or line
    if framing == "plain":
        return TEXT_REPLY_BYTES * char_s(in_force)
    wrapping = FRAMINGS[framing]()
    # A reply is wrapped as a request is: only its length counts here. It, too, keeps a silence before it.
    frame = wrapping.wrap(Request(bytes(reply_bytes(request.send)), len, request.unit), 0)
    return len(frame) * char_s(in_force) + wrapping.gap_s(in_force)


def reply_bytes(pdu: bytes) -> int:
    """Length of a Modbus reply without its frame, bytes; of another function as long as its request.

    >>> reply_bytes(bytes([3, 0, 0, 0, 125])), reply_bytes(bytes([1, 0, 0, 0, 9]))
    (252, 4)
    """
    if len(pdu) == _READ_BYTES:
        count = int.from_bytes(pdu[3:5], "big")
        if pdu[0] in _REGISTER_FUNCTIONS:
            return 2 + 2 * count
        if pdu[0] in _BIT_FUNCTIONS:
            return 2 + (count + 7) // 8
    return len(pdu)


def silent_wait_s(bus: BusConfig, config: InstrumentConfig, requests: Sequence[Request]) -> float:
    """How long neighbours on a connection wait at each poll of an instrument that is known to be silent, s."""
    own = next((request.timeout_s for request in requests if request.timeout_s), None)
    return own or config.timeout_s or bus.timeout_s
