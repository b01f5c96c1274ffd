"""The port name ``sim://MODEL``, for pyserial: a simulated instrument in this process, without thread or file.

``sim://mt_sics_balance``, ``sim://sdm630``, ``sim://sdm630?device_id=1,2,3``. pyserial finds this module by its name
once :func:`drivers.simulators.register` was called, and wants the class to be called ``Serial``.
"""

import heapq
import time
from functools import lru_cache
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

import serial

from drivers.models import MapError
from drivers.simulators.clock import Clock, world_clock
from drivers.simulators.faults import Outgoing
from drivers.simulators.shipped import serial_speaker
from drivers.simulators.speakers import Speaker

FORM = "sim://MODEL or sim://MODEL?device_id=1,2,3"
LARGEST_ID = 247
WAIT_S = 0.05
"""Longest sleep between two looks for bytes, s."""


@lru_cache(maxsize=1)
def common_clock() -> Clock:
    """The clock of all ``sim://`` ports of this process: one world."""
    return world_clock()


def read_url(url: str) -> tuple[str, tuple[int, ...]]:
    """Model and device ids that a port name says.

    Raises:
        ValueError: It makes no sense.

    >>> read_url("sim://sdm630?device_id=1,7")
    ('sdm630', (1, 7))
    """
    parts = urlsplit(url)
    options = parse_qs(parts.query, keep_blank_values=True)
    ids = options.pop("device_id", ["1"])[-1]
    if parts.scheme != "sim" or not parts.netloc or parts.path not in ("", "/") or options:
        msg = f"{url}: expected {FORM}. Correct the url."
        raise ValueError(msg)
    device_ids = tuple(int(one) for one in ids.split(",") if one.isdecimal())
    if len(device_ids) != ids.count(",") + 1 or not all(1 <= one <= LARGEST_ID for one in device_ids):
        msg = f"{url}: expected device ids from 1 to {LARGEST_ID}, got {ids!r}. Correct the url."
        raise ValueError(msg)
    return parts.netloc, device_ids


class Serial(serial.SerialBase):  # type: ignore[misc]  # pyserial has no types
    """A port behind which a shipped model is simulated. It has no file descriptor, as some ports of pyserial."""

    is_open: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._speaker: Speaker | None = None
        self._come = bytearray()
        self._coming: list[tuple[float, int, Outgoing | None]] = []
        self._order = count()
        self._lock = Lock()
        super().__init__(*args, **kwargs)

    def open(self) -> None:
        """Open the port.

        Raises:
            serial.SerialException: It is open, or the url names no simulated model.
        """
        if self.is_open:
            msg = "Port is already open."
            raise serial.SerialException(msg)
        try:
            model, device_ids = read_url(str(self.port))
            self._speaker = serial_speaker(model, common_clock(), device_ids)
        except (ValueError, MapError) as error:
            raise serial.SerialException(str(error)) from error
        self._come.clear()
        self._coming.clear()
        if self._speaker.period_s > 0:
            self._push(time.monotonic() + self._speaker.period_s, None)
        self.is_open = True

    def close(self) -> None:
        """Close the port; it may be closed again, and opened."""
        with self._lock:
            self.is_open = False
            self._speaker = None

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        self._must_be_open()
        with self._lock:
            self._arrive()
            return len(self._come)

    def read(self, size: int = 1) -> bytes:
        """At most ``size`` bytes; fewer when ``timeout`` has passed."""
        self._must_be_open()
        until = None if self._timeout is None else time.monotonic() + self._timeout
        while True:
            with self._lock:
                rest_s = self._arrive()
                if len(self._come) >= size or not self.is_open or (until is not None and time.monotonic() >= until):
                    taken = bytes(self._come[:size])
                    del self._come[:size]
                    return taken
            left_s = WAIT_S if until is None else max(0.0, until - time.monotonic())
            time.sleep(min(WAIT_S, left_s, rest_s))

    def write(self, data: bytes) -> int:
        """Hand bytes to the instrument; it answers at once, unless a fault makes it late."""
        self._must_be_open()
        chunk = serial.to_bytes(data)
        with self._lock:
            assert self._speaker is not None
            now = time.monotonic()
            for out in self._speaker.heard(chunk):
                self._push(now + out.after_s, out)
            self._arrive()
        return len(chunk)

    def flush(self) -> None:
        """Nothing waits to be sent."""
        self._must_be_open()

    def reset_input_buffer(self) -> None:
        """Forget what has come."""
        self._must_be_open()
        with self._lock:
            self._arrive()
            self._come.clear()

    def reset_output_buffer(self) -> None:
        """Nothing waits to be sent."""
        self._must_be_open()

    @property
    def out_waiting(self) -> int:
        """Nothing waits to be sent."""
        self._must_be_open()
        return 0

    def _arrive(self) -> float:
        """Take over what is due; how long until the next, s."""
        now = time.monotonic()
        while self._coming and self._coming[0][0] <= now:
            due, _, out = heapq.heappop(self._coming)
            if out is not None:
                self._come += out.sent
            elif self._speaker is not None:
                for said in self._speaker.unasked():
                    self._push(due + said.after_s, said)
                self._push(due + self._speaker.period_s, None)
        return self._coming[0][0] - now if self._coming else WAIT_S

    def _push(self, due: float, out: Outgoing | None) -> None:
        heapq.heappush(self._coming, (due, next(self._order), out))

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise serial.PortNotOpenError

    def _reconfigure_port(self) -> None:
        """Baud rate, parity and so on are of no meaning here."""

    def _update_break_state(self) -> None:
        """There is no line to break."""

    def _update_rts_state(self) -> None:
        """There is no such line."""

    def _update_dtr_state(self) -> None:
        """There is no such line."""

    @property
    def cts(self) -> bool:
        """Always clear to send."""
        return True

    @property
    def dsr(self) -> bool:
        """Always ready."""
        return True

    @property
    def ri(self) -> bool:
        """Nobody rings."""
        return False

    @property
    def cd(self) -> bool:
        """Always there."""
        return True
