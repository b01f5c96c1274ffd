"""Many Modbus TCP devices in one cheap process, so that the simulator is not the bottleneck.

Every device listens on a port of its own and shows the same rising float32 values: ``t + channel``, where ``t`` is the
time since start in units of 1/16 s. Run as ``python device_server.py DEVICES CHANNELS``; prints the ports, then serves.
"""

import asyncio
import struct
import sys
import time

import numpy as np

START = time.monotonic()


class Device(asyncio.Protocol):
    """Answers reads of input registers (function 4)."""

    channels = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, received: bytes) -> None:
        self.received += received
        while len(self.received) >= 12:
            tid, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", self.received[:12])
            self.received = self.received[12:]
            shown = (np.arange(self.channels) + float(int((time.monotonic() - START) * 16))).astype(">f4").tobytes()
            body = shown[2 * address : 2 * (address + count)]
            self.transport.write(struct.pack(">HHHBBB", tid, 0, 3 + len(body), unit, function, len(body)) + body)


async def serve(devices: int, channels: int) -> None:
    Device.channels = channels
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Device, "127.0.0.1", 0) for _ in range(devices)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
