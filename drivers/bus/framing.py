"""How a request is wrapped for the way it goes, and how its reply is found in what comes back.

Decision: unit, function and length are matched here, byte by byte, and of pymodbus only the framers' encoders
and check sums are used for that; the header of Modbus TCP is cut with :mod:`struct`.
Because: pymodbus's client takes another function code and transaction 0 for ours, its RTU decoder swallows
frames that trail and loses a good one behind garbage, its TCP decoder waits for ever on a foreign protocol id;
and decoding a PDU into an object costs more than all the rest of an exchange.
Instead of: ``handleFrame`` and ``decode`` of pymodbus.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from pymodbus.framer import FramerAscii, FramerRTU
from pymodbus.pdu import DecodePDU

from drivers.bus.silence import char_s
from drivers.instrument import Line, Request

PDU_MOST = 253
"""Source: Modbus Application Protocol V1.1b3, 4.1."""
RTU_LEAST = 5
"""Unit, function, exception code, CRC."""
EXCEPTION = 0x80
COUNTED = frozenset((1, 2, 3, 4, 23))
"""Functions whose reply carries its own byte count. Source: Modbus Application Protocol V1.1b3, 6."""
ANY_UNIT = frozenset((0, 255))
"""Unit ids that mean the device that listens itself. Source: Modbus Messaging on TCP/IP V1.0b, 4.4.2.1."""
RECEIVED_MOST = 4096
"""More than any framed reply: what lies before it cannot become one."""

_DECODER = DecodePDU(is_server=False)


class NotOurProtocolError(Exception):
    """What comes cannot be followed any more; only a new connection helps. The text quotes it."""


class Taken(NamedTuple):
    """What was found at the front of the received bytes.

    Attributes:
        used: How many bytes are done with; 0 when more must come.
        tid: Whose reply it is; None: nobody's, discard them.
        body: The reply without its frame.
        start: Where its first byte stood.
    """

    used: int
    tid: int | None = None
    body: bytes = b""
    start: int = 0


MORE = Taken(0)


class Framing(Protocol):
    """One way to wrap requests and to tell replies.

    Attributes:
        numbered: A reply names its request, so several may be in flight and a late one harms nobody.
        addressed: A reply names its sender, so a late one can only be mistaken for another of the same device.
    """

    numbered: bool
    addressed: bool

    def wrap(self, request: Request, tid: int) -> bytes:
        """The bytes to send for ``request``."""
        ...

    def take(self, received: bytes, waiting: Mapping[int, Request]) -> Taken:
        """The first thing that can be told of ``received``, which is not empty.

        Raises:
            NotOurProtocolError: Nothing more can be told: reopen.
        """
        ...

    def half(self, received: bytes, request: Request) -> bool:
        """Whether ``received`` looks like the beginning of an answer to ``request``."""
        ...

    def refusal(self, request: Request) -> str:
        """Why ``request`` cannot be sent in this framing; empty when it can."""
        ...

    def gap_s(self, line: Line) -> float:
        """Silence that has to precede a request on a serial line, s."""
        ...


def fits(request: Request, body: bytes) -> bool:
    """Whether a PDU answers ``request``: an exception of its function, or that function at the expected length."""
    function = request.send[0]
    if body[0] == function | EXCEPTION:
        return len(body) == 2  # noqa: PLR2004 - function and exception code
    if body[0] != function or request.whole(body) != len(body):
        return False
    return function not in COUNTED or (len(body) > 1 and body[1] == len(body) - 2)


def _pdu_refusal(request: Request, *, broadcast: bool) -> str:
    if not 1 <= len(request.send) <= PDU_MOST:
        return f"a Modbus request has 1 to {PDU_MOST} bytes, got {len(request.send)}. Report it with the model"
    if not 0 <= request.unit <= 255:  # noqa: PLR2004 - one byte
        return f"device {request.unit} does not exist. Give the device's own id, 1 to 247"
    if request.unit == 0 and not broadcast:
        return "device 0 is everybody on a serial line, and nobody answers it. Give the device's own id, 1 to 247"
    return ""


class Mbap:
    """Modbus TCP. Source: Modbus Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3."""

    numbered = True
    addressed = True
    _HEADER = struct.Struct(">HHHB")

    def wrap(self, request: Request, tid: int) -> bytes:
        return self._HEADER.pack(tid, 0, len(request.send) + 1, request.unit) + request.send

    def take(self, received: bytes, waiting: Mapping[int, Request]) -> Taken:
        if len(received) < self._HEADER.size:
            return MORE
        tid, protocol, length, unit = self._HEADER.unpack_from(received)
        if protocol or not 1 < length <= PDU_MOST + 1:
            raise NotOurProtocolError(received[:16].hex(" "))
        end = 6 + length
        if len(received) < end:
            return MORE
        request = waiting.get(tid)
        if request is None or (unit != request.unit and request.unit not in ANY_UNIT):
            return Taken(end)
        body = received[7:end]
        return Taken(end, tid, body) if fits(request, body) else Taken(end)

    def half(self, received: bytes, request: Request) -> bool:  # noqa: ARG002
        return True

    def refusal(self, request: Request) -> str:
        return _pdu_refusal(request, broadcast=True)

    def gap_s(self, line: Line) -> float:  # noqa: ARG002
        return 0.0


class Rtu:
    """Modbus RTU, also over TCP. Source: Modbus over Serial Line V1.02, 2.5.1."""

    numbered = False
    addressed = True
    _FAST = 19200
    _FAST_GAP_S = 0.00175
    _CHARS = 3.5

    def __init__(self) -> None:
        self._framer = FramerRTU(_DECODER)

    def wrap(self, request: Request, tid: int) -> bytes:
        return self._framer.encode(request.send, request.unit, tid)

    def take(self, received: bytes, waiting: Mapping[int, Request]) -> Taken:
        """The reply that ends first, wherever it begins: noise and foreign frames before it are discarded."""
        best = MORE
        for tid, request in waiting.items():
            found = self._hunt(received, request)
            if found and (not best.used or found[1] < best.used):
                start, end = found
                best = Taken(end, tid, received[start + 1 : end - 2], start)
        if not best.used and len(received) > RECEIVED_MOST:
            return Taken(len(received) - PDU_MOST - 3)
        return best

    def _hunt(self, received: bytes, request: Request) -> tuple[int, int] | None:
        """Begin and end of the first whole frame of our own unit and function with a right CRC."""
        unit = bytes((request.unit,))
        best: tuple[int, int] | None = None
        start = received.find(unit)
        # A frame that begins later can end sooner, so the search goes on up to the best end.
        while 0 <= start <= (best[1] if best else len(received)) - RTU_LEAST:
            end = self._end(received, start, request)
            if end and (best is None or end < best[1]):
                best = start, end
            start = received.find(unit, start + 1)
        return best

    def _end(self, received: bytes, start: int, request: Request) -> int:
        """Where the frame that begins at ``start`` ends; 0 when it is not whole, wrong or not ours."""
        body = received[start + 1 : start + 1 + PDU_MOST]
        size = _size(body, request)
        end = start + 1 + size + 2
        if not size or end > len(received) or not fits(request, body[:size]):
            return 0
        check = int.from_bytes(received[end - 2 : end], "big")
        return end if FramerRTU.check_CRC(received[start : end - 2], check) else 0

    def half(self, received: bytes, request: Request) -> bool:
        for start in range(max(0, len(received) - PDU_MOST - 3), len(received)):
            if received[start] != request.unit:
                continue
            body = received[start + 1 : start + 1 + PDU_MOST]
            if not body or (
                _ours(body, request) and start + 1 + (_size(body, request) or PDU_MOST) + 2 > len(received)
            ):
                return True
        return False

    def refusal(self, request: Request) -> str:
        return _pdu_refusal(request, broadcast=False)

    def gap_s(self, line: Line) -> float:
        return self._FAST_GAP_S if line.baud > self._FAST else self._CHARS * char_s(line)


def _ours(body: bytes, request: Request) -> bool:
    return body[0] & ~EXCEPTION == request.send[0]


def _size(body: bytes, request: Request) -> int:
    """Length of the PDU that begins with ``body``; 0 when it is not ours or not known yet."""
    if not _ours(body, request):
        return 0
    size = 2 if body[0] & EXCEPTION else request.whole(body)
    return size if 0 < size <= PDU_MOST else 0


class Ascii:
    """Modbus ASCII. Source: Modbus over Serial Line V1.02, 2.5.2."""

    numbered = False
    addressed = True

    def __init__(self) -> None:
        self._framer = FramerAscii(_DECODER)

    def wrap(self, request: Request, tid: int) -> bytes:
        return self._framer.encode(request.send, request.unit, tid)

    def take(self, received: bytes, waiting: Mapping[int, Request]) -> Taken:
        """One line: from the last colon before its end, so a frame that broke off does not hide the next."""
        end = received.find(b"\r\n") + 2
        if end < 2:  # noqa: PLR2004 - not found
            return MORE if len(received) <= RECEIVED_MOST else Taken(len(received) - RECEIVED_MOST)
        start = received.rfind(b":", 0, end)
        try:
            frame = bytes.fromhex(received[start + 1 : end - 2].decode("ascii")) if start >= 0 else b""
        except ValueError:
            return Taken(end)
        if len(frame) < 3 or not FramerAscii.check_LRC(frame[:-1], frame[-1]):  # noqa: PLR2004 - unit, function, LRC
            return Taken(end)
        for tid, request in waiting.items():
            if frame[0] == request.unit and fits(request, frame[1:-1]):
                return Taken(end, tid, frame[1:-1], start)
        return Taken(end)

    def half(self, received: bytes, request: Request) -> bool:
        begun = f":{request.unit:02X}".encode()
        tail = received[received.rfind(b":") :].upper() if b":" in received else b""
        return bool(tail) and b"\r\n" not in tail and (tail.startswith(begun) or begun.startswith(tail))

    def refusal(self, request: Request) -> str:
        return _pdu_refusal(request, broadcast=False)

    def gap_s(self, line: Line) -> float:  # noqa: ARG002
        return 0.0


class Plain:
    """Bytes as they are: the request itself says when its reply is whole."""

    numbered = False
    addressed = False

    def wrap(self, request: Request, tid: int) -> bytes:  # noqa: ARG002
        return request.send

    def take(self, received: bytes, waiting: Mapping[int, Request]) -> Taken:
        for tid, request in waiting.items():
            size = request.whole(received)
            if 0 < size <= len(received):
                return Taken(size, tid, received[:size])
        return MORE

    def half(self, received: bytes, request: Request) -> bool:  # noqa: ARG002
        return True

    def refusal(self, request: Request) -> str:  # noqa: ARG002
        return ""

    def gap_s(self, line: Line) -> float:  # noqa: ARG002
        return 0.0


FRAMINGS: Mapping[str, type[Mbap | Rtu | Ascii | Plain]] = {"mbap": Mbap, "rtu": Rtu, "ascii": Ascii, "plain": Plain}
