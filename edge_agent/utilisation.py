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

_SILENT_CHARACTERS = 3.5
_FAST_BAUD = 19_200
_FAST_SILENCE_S = 0.001_75
_RTU_FRAME_BYTES = 3  # address, two bytes of CRC
_ASCII_FRAME_BYTES = 7  # ":", address and LRC as two characters each, CR LF
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
        longest_s: The longest single exchange on the wire, s.
        period_s: How often it is polled, s.
    """

    instrument: str
    requests: tuple[Request, ...]
    wire_s: float
    expected_s: float
    longest_s: float
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
    wires = [wire_time_s(request, bus.chosen_framing, Line(bus.baud, bus.form)) for request in requests]
    if bus.chosen_framing == "mbap" or (bus.over_tcp and bus.chosen_framing == "plain"):
        wires = [0.0] * len(wires)
    pauses_s = sum(max(bus.pause_s, request.pause_s) for request in requests)
    wire_s = sum(wires) + pauses_s
    turnaround_s = TCP_TURNAROUND_S / bus.parallel if bus.over_tcp else SERIAL_TURNAROUND_S
    return PollLoad(
        config.name,
        requests,
        wire_s=wire_s,
        expected_s=wire_s + turnaround_s * len(requests),
        longest_s=max(wires, default=0.0),
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

    >>> ten_registers = Request(bytes([4, 0, 0, 0, 10]), whole=len)
    >>> round(wire_time_s(ten_registers, "rtu", Line(9600)), 4)    # 8 + 25 characters, twice 3.5 silent
    0.0417
    """
    in_force = request.line or line
    character_s = bits_per_character(in_force.form) / in_force.baud
    sent, received = len(request.send), reply_bytes(request.send)
    if framing == "plain":
        return (sent + TEXT_REPLY_BYTES) * character_s
    if framing == "ascii":
        return (2 * (sent + received) + 2 * _ASCII_FRAME_BYTES) * character_s
    silence_s = _FAST_SILENCE_S if in_force.baud > _FAST_BAUD else _SILENT_CHARACTERS * character_s
    return (sent + received + 2 * _RTU_FRAME_BYTES) * character_s + 2 * silence_s


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


def bits_per_character(form: str) -> float:
    """Start, data, parity and stop bits of one character.

    >>> bits_per_character("8N1"), bits_per_character("8E1"), bits_per_character("7O2")
    (10.0, 11.0, 11.0)
    """
    return 1 + int(form[0]) + (form[1] != "N") + float(form[2:])


def silent_wait_s(bus: BusConfig, config: InstrumentConfig, requests: Sequence[Request]) -> float:
    """How long neighbours wait while an instrument that is dead is asked once, s.

    After a silent RTU device the line is drained for one more timeout, because a late reply could be
    taken for the next one's.
    """
    first = next((request.timeout_s for request in requests if request.timeout_s), None)
    timeout_s = first or config.timeout_s or bus.timeout_s
    return timeout_s * (2 if bus.chosen_framing == "rtu" else 1)
