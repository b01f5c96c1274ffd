"""Tiny instruments, and devices that misbehave, for the tests of buses."""

import asyncio
import contextlib
import heapq
import itertools
import logging
import math
import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator, Sequence

import pytest
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.bus import Bus, Polled
from drivers.bus.turns import Turns
from drivers.instrument import Indication, Missing, Poll, Request, ends_with

DECODER = DecodePDU(is_server=False)


class Registers:
    """A Modbus instrument: holding registers in blocks, one channel a block, which shows its first register."""

    def __init__(self, name: str, unit: int = 1, blocks: Sequence[tuple[int, int]] = ((0, 2),), **request) -> None:
        self.name = name
        self.unit = unit
        self.blocks = tuple(blocks)
        self.channels = {f"r{address}": "1" for address, _ in blocks}
        self.request = request

    def poll(self) -> Poll:
        replies = yield [self.read(address, count) for address, count in self.blocks]
        return [self._shown(address, reply) for (address, _), reply in zip(self.blocks, replies, strict=True)]

    def read(self, address: int, count: int) -> Request:
        asked = ReadHoldingRegistersRequest(address=address, count=count)
        pdu = bytes([asked.function_code]) + asked.encode()
        what = f"holding_register {address}..{address + count - 1}"
        return Request(pdu, lambda _: 2 + 2 * count, unit=self.unit, what=what, **self.request)

    @staticmethod
    def _shown(address, reply):
        if reply.error:
            return Missing(f"r{address}", reply.error, reply.at)
        value = -reply.body[1] if reply.body[0] & 0x80 else int.from_bytes(reply.body[2:4], "big")
        return Indication(f"r{address}", value, "1", reply.at)


class Text:
    """An instrument of lines of text: asks each of ``questions`` and shows the answers; b"" only listens."""

    def __init__(self, name: str, *questions: bytes, **request) -> None:
        self.name = name
        self.questions = questions
        self.channels = {f"line{i}": "1" for i in range(len(questions))}
        self.request = request

    def poll(self) -> Poll:
        shown = []
        for channel, question in zip(self.channels, self.questions, strict=True):
            [reply] = yield [Request(question, ends_with(b"\r\n"), **self.request)]
            if reply.error:
                shown.append(Missing(channel, reply.error, reply.at))
            else:
                shown.append(Indication(channel, reply.body.decode("latin-1"), "1", reply.at))
        return shown


def _values(polled: Polled) -> list:
    """What a poll showed: values, and error texts."""
    return [str(one.reason) if isinstance(one, Missing) else one.value for one in polled.shown]


def _carry(bus: Bus, *polls, timeout_s: float | None = None, patience_s: float = 20.0) -> dict[str, list]:
    """Begin (bus, instrument) pairs, step until all have ended; instrument -> values and error texts."""
    start = time.monotonic()
    for name, instrument in polls:
        bus.begin(name, instrument, start, timeout_s)
    ended: list[Polled] = []
    while bus.pending():
        ended += bus.step(start + patience_s)
        assert time.monotonic() < start + patience_s, "a poll did not end"
    return {polled.instrument.name: _values(polled) for polled in ended}


class Device:
    """A TCP server whose every connection is given to ``speak(connection, number)`` in a thread of its own."""

    def __init__(self, speak: Callable[[socket.socket, int], None]) -> None:
        self.connections = 0
        self._speak = speak
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closed:
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(20)
        with connection, contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._speak(connection, number)


def _mbap(pdu: bytes, tid: int = 1, unit: int = 1) -> bytes:
    return FramerSocket(DECODER).encode(pdu, unit, tid)


def _rtu(pdu: bytes, unit: int = 1) -> bytes:
    return FramerRTU(DECODER).encode(pdu, unit, 0)


def _simulated() -> list[SimDevice]:
    """Devices 1 and 2: register n shows 100 n + its device; 50 and up do not exist."""
    return [
        SimDevice(id=i, simdata=[SimData(0, values=[100 * n + i for n in range(50)], datatype=DataType.REGISTERS)])
        for i in (1, 2)
    ]


class Loop:
    """An asyncio loop in a thread, for pymodbus's servers."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self._servers: list = []

    def serve(self, server_class, **settings):
        async def start():
            server = server_class(_simulated(), **settings)
            await server.serve_forever(background=True)
            return server

        server = asyncio.run_coroutine_threadsafe(start(), self.loop).result(10)
        self._servers.append(server)
        return server

    def close(self) -> None:
        for server in self._servers:
            asyncio.run_coroutine_threadsafe(server.shutdown(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class Cable:
    """Two serial ports with a cable between them: what one writes the other reads."""

    def __init__(self) -> None:
        self._ends = [os.openpty(), os.openpty()]
        for master, slave in self._ends:
            tty.setraw(master)
            tty.setraw(slave)
        self.ours, self.theirs = (os.ttyname(slave) for _, slave in self._ends)
        self._stop, self._stopped = os.pipe()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def close(self) -> None:
        os.write(self._stopped, b"x")
        self._thread.join(10)
        for fd in (*self._ends[0], *self._ends[1], self._stop, self._stopped):
            os.close(fd)

    def _carry(self) -> None:
        a, b = self._ends[0][0], self._ends[1][0]
        while True:
            ready, _, _ = select.select([a, b, self._stop], [], [])
            if self._stop in ready:
                return
            for fd in ready:
                os.write(b if fd == a else a, os.read(fd, 4096))


class World:
    """Turns on a line with a device at the other end: ``answer(frame, at)`` gives (delay_s, bytes) to come back."""

    def __init__(self, spec, answer=lambda *_: [], *, lines=True, now=100.0):
        self.turns = Turns(spec, lines=lines)
        self.now = now
        self.sent = []
        self.outs = []
        self.ended = []
        self._answer = answer
        self._coming = []
        self._order = itertools.count()
        self.turns.opened(now - 10)

    def comes(self, at, chunk):
        heapq.heappush(self._coming, (at, next(self._order), chunk))

    def until(self, end):
        """Let time pass, from event to event."""
        while True:
            self._send()
            next_at = min(self._coming[0][0] if self._coming else math.inf, self.turns.wakes_at())
            if next_at > end:
                self.now = end
                return self
            assert next_at >= self.now
            self.now = next_at
            while self._coming and self._coming[0][0] <= self.now:
                self.turns.received(heapq.heappop(self._coming)[2], self.now)
            self.turns.expire(self.now)
            self.ended += [(self.now, polled) for polled in self.turns.ended]
            self.turns.ended.clear()

    def _send(self):
        while out := self.turns.next(self.now):
            self.outs.append(out)
            if out.frame:
                self.sent.append((self.now, out.frame))
            self.turns.sent(self.now)
            for delay_s, chunk in self._answer(out.frame, self.now) if out.frame else []:
                self.comes(self.now + delay_s, chunk)
        self.ended += [(self.now, polled) for polled in self.turns.ended]
        self.turns.ended.clear()

    def names(self):
        return [polled.instrument.name for _, polled in self.ended]


@pytest.fixture(scope="session")
def registers() -> type[Registers]:
    return Registers


@pytest.fixture(scope="session")
def text() -> type[Text]:
    return Text


@pytest.fixture(scope="session")
def world_of() -> type[World]:
    return World


@pytest.fixture
def answers(rtu):
    """An RTU line on which devices 1..5 show 7 in two registers after 10 ms, but for those that are dead."""

    def answers(*dead):
        def answer(frame, _):
            count = int.from_bytes(frame[4:6], "big")
            body = bytes([3, 2 * count]) + b"\0\7" * count
            return [] if frame[0] in dead else [(0.01, rtu(body, frame[0]))]

        return answer

    return answers


@pytest.fixture(scope="session")
def carry():
    return _carry


@pytest.fixture(scope="session")
def values():
    return _values


@pytest.fixture(scope="session")
def mbap():
    return _mbap


@pytest.fixture(scope="session")
def rtu():
    return _rtu


@pytest.fixture
def device() -> Iterator[Callable[..., Device]]:
    """Make a TCP device from what it says on a connection."""
    with contextlib.ExitStack() as stack:

        def make(speak) -> Device:
            made = Device(speak)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def cable() -> Iterator[Cable]:
    made = Cable()
    yield made
    made.close()


@pytest.fixture
def pymodbus_servers() -> Iterator[Loop]:
    # It logs every exception reply that it was told to give.
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def modbus_tcp(pymodbus_servers: Loop) -> Callable[..., str]:
    """Start pymodbus's TCP server; gives its url."""

    def serve(**settings) -> str:
        server = pymodbus_servers.serve(ModbusTcpServer, address=("127.0.0.1", 0), **settings)
        return f"tcp://127.0.0.1:{server.transport.sockets[0].getsockname()[1]}"

    return serve


@pytest.fixture
def modbus_serial(pymodbus_servers: Loop, cable: Cable) -> Callable[..., str]:
    """Start pymodbus's serial server at the other end of the cable; gives our end's url."""

    def serve(**settings) -> str:
        pymodbus_servers.serve(ModbusSerialServer, port=cable.theirs, baudrate=19200, **settings)
        return f"serial://{cable.ours}"

    return serve
