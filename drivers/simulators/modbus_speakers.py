"""Modbus frames of simulated devices: TCP, RTU and ASCII. Touches no port.

Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3 (MBAP header);
MODBUS over Serial Line V1.02, 2.5.1 (RTU, CRC), 2.5.2 (ASCII, LRC).
"""

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from drivers.simulators.faults import Outgoing
from drivers.simulators.modbus_devices import GATEWAY_TARGET_SILENT, Answer, Devices, refused

MBAP = struct.Struct(">HHHB")
LONGEST = 260
"""Bytes of the longest frame, of any kind but ASCII."""
READ_FRAME = 8
"""Bytes of an RTU request with two 16-bit fields: functions 1 to 6."""
FIXED = range(1, 7)
COUNTED = (15, 16)
COUNT_AT = 6
"""Where an RTU request of function 15 or 16 says how many bytes follow."""
POLYNOMIAL = 0xA001


def crc16(frame: bytes) -> bytes:
    """CRC of an RTU frame, low byte first.

    >>> crc16(bytes.fromhex("0207")).hex()
    '4112'
    """
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc.to_bytes(2, "little")


class ModbusSpeaker(ABC):
    """What all framings share: ask the devices, frame their answer, let it go wrong.

    Args:
        devices: Behind this connection.
    """

    period_s = 0.0

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._got = b""

    @abstractmethod
    def heard(self, chunk: bytes) -> Sequence[Outgoing]:
        """What it answers to some more bytes."""

    def unasked(self) -> Sequence[Outgoing]:
        """A Modbus server never speaks unasked."""
        return ()

    def _reply(self, unit: int, pdu: bytes, frame: Callable[[int, bytes], bytes]) -> list[Outgoing]:
        answer = self._devices.answer(unit, pdu)
        return [] if answer is None else self._say(unit, answer, frame)

    def _say(self, unit: int, answer: Answer, frame: Callable[[int, bytes], bytes]) -> list[Outgoing]:
        faults = self._devices.faults
        borne = faults.unit_shown(unit)
        out = faults.spoil(unit, frame(borne, answer.pdu))
        if out.intact and borne == unit:
            self._devices.tell(unit, answer)
        return [out]


class ModbusTcp(ModbusSpeaker):
    """Modbus TCP; for a device that is not there it answers as a gateway does, with exception 11."""

    def heard(self, chunk: bytes) -> Sequence[Outgoing]:
        self._got += chunk
        said: list[Outgoing] = []
        while len(self._got) >= MBAP.size:
            transaction, protocol, length, unit = MBAP.unpack_from(self._got)
            # Not Modbus: there is no way to find the next frame in the stream.
            if protocol != 0 or not 2 <= length <= LONGEST - 6:  # noqa: PLR2004  unit and function
                return [*said, Outgoing(b"", hang_up=True)]
            end = 6 + length
            if len(self._got) < end:
                break
            pdu, self._got = self._got[MBAP.size : end], self._got[end:]
            said += self._reply(unit, pdu, lambda u, p, t=transaction: MBAP.pack(t, 0, len(p) + 1, u) + p)  # type: ignore[misc]
        return said

    def _reply(self, unit: int, pdu: bytes, frame: Callable[[int, bytes], bytes]) -> list[Outgoing]:
        answer = self._devices.answer(unit, pdu) or refused(pdu, GATEWAY_TARGET_SILENT)
        return self._say(unit, answer, frame)


class ModbusRtu(ModbusSpeaker):
    """Modbus RTU. What is garbled or for a device that is not there is met with silence."""

    def heard(self, chunk: bytes) -> Sequence[Outgoing]:
        self._got += chunk
        said: list[Outgoing] = []
        while (found := self._frame()) is not None:
            begin, end = found
            frame, self._got = self._got[begin:end], self._got[end:]
            said += self._reply(frame[0], frame[1:-2], lambda u, p: _with_crc(bytes([u]) + p))
        self._got = self._got[-LONGEST:]
        return said

    def _frame(self) -> tuple[int, int] | None:
        """Begin and end of the first request with a right CRC, behind whatever noise."""
        for begin in range(len(self._got) - 3):
            end = begin + self._length(begin)
            if begin + 4 <= end <= len(self._got) and crc16(self._got[begin : end - 2]) == self._got[end - 2 : end]:
                return begin, end
        return None

    def _length(self, begin: int) -> int:
        """Length of a request that begins there; of a function we do not know it is all that has come."""
        function, left = self._got[begin + 1], len(self._got) - begin
        if function in FIXED:
            return READ_FRAME
        if function in COUNTED:
            return 9 + self._got[begin + COUNT_AT] if left > COUNT_AT else left + 1
        return left


class ModbusAscii(ModbusSpeaker):
    r"""Modbus ASCII: ``:`` address, PDU and LRC in hexadecimal, ``\r\n``."""

    def heard(self, chunk: bytes) -> Sequence[Outgoing]:
        *lines, self._got = (self._got + chunk).split(b"\r\n")
        self._got = self._got[-2 * LONGEST :]
        said: list[Outgoing] = []
        for line in lines:
            try:
                frame = bytes.fromhex(line.rpartition(b":")[2].decode("ascii"))
            except ValueError:
                continue
            if len(frame) >= 3 and sum(frame) % 256 == 0:  # noqa: PLR2004  address, function, LRC
                said += self._reply(frame[0], frame[1:-1], lambda u, p: _in_ascii(bytes([u]) + p))
        return said


def _with_crc(frame: bytes) -> bytes:
    return frame + crc16(frame)


def _in_ascii(frame: bytes) -> bytes:
    r"""With its LRC, the two's complement of the sum.

    >>> _in_ascii(bytes.fromhex("010300000001"))
    b':010300000001FB\r\n'
    """
    return b":" + (frame + bytes([-sum(frame) % 256])).hex().upper().encode() + b"\r\n"
