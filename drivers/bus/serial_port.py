"""One serial port: opened, set, written, read; every failure said so that a commissioner can act on it.

pyserial's errors become ours here.
"""

import contextlib
import errno
import os
import select
import termios
from time import monotonic, sleep
from typing import Any

import serial

from drivers.bus import BusSpec
from drivers.bus.silence import char_s
from drivers.bus.url import SerialPort, parse_url
from drivers.instrument import Line

FAILURES = (OSError, ValueError, termios.error)
"""What a port raises. pyserial's SerialException is an OSError; ValueError: no such protocol or setting."""

READ_MOST = 4096
PSEUDO_TERMINALS = "/dev/pts/"
"""Simulated lines: they carry bytes without parity, and the C library calls it a mistake to ask for it."""
SLICE_S = 0.05
"""How long one read of a port without a descriptor may block."""


class Port:
    """A serial port, closed at first."""

    def __init__(self, spec: BusSpec) -> None:
        url = parse_url(spec.url)
        if not isinstance(url, SerialPort):
            msg = f"bus {spec.name!r}: {spec.url} is no serial port."
            raise TypeError(msg)
        self.name = url.port
        self._spec = spec
        self._line = spec.line
        self._port: Any = None
        self._fd: int | None = None

    @property
    def is_open(self) -> bool:
        return self._port is not None

    def open(self) -> None:
        """Open and set the port.

        Raises:
            OSError: (and the other :data:`FAILURES`) It cannot be opened; :func:`why_not_open` says why.
        """
        port = serial.serial_for_url(self.name, do_not_open=True)
        port.exclusive = self._spec.exclusive or None
        port.timeout = SLICE_S
        # A line that takes no bytes (flow control) must not stop the worker.
        port.write_timeout = self._spec.timeout_s
        port.apply_settings(self._settings(self._spec.line))
        try:
            port.open()
        except BaseException:
            with contextlib.suppress(*FAILURES):
                port.close()
            raise
        self._port, self._line = port, self._spec.line
        # Only the operating system's own port is read by its descriptor: a handler that
        # wraps one (spy://) means to see what is read.
        native = type(port).__module__.startswith("serial.serial")
        self._fd = port.fileno() if native and os.name == "posix" else None

    def close(self) -> None:
        """Close the port; harmless when it is closed or gone."""
        if self._port is not None:
            with contextlib.suppress(*FAILURES):
                self._port.close()
        self._port = self._fd = None

    def set_line(self, line: Line) -> None:
        """Put a line setting in force."""
        if line != self._line:
            self._port.apply_settings(self._settings(line))
            self._line = line

    def write(self, frame: bytes, then: Line | None) -> float:
        """Send ``frame``, and set the line to ``then`` once its last byte has left.

        Returns:
            When the last byte leaves, s on the monotonic clock. Writing returns before that, so it is reckoned
            from the line's speed: asking the driver (``tcdrain``) blocks, and a USB adapter does not tell.
        """
        begun_at = monotonic()
        self._port.write(frame)
        left_at = begun_at + len(frame) * char_s(self._line)
        if then is not None and then != self._line:
            # A change of speed would garble what is still in the adapter, so here both must agree.
            self._port.flush()
            sleep(max(0.0, left_at - monotonic()))
            self.set_line(then)
            return monotonic()
        return left_at

    def read(self, until: float) -> bytes:
        """What has come, waiting for it until ``until``; ``b""`` when nothing has.

        Raises:
            OSError: The port is gone.
        """
        wait_s = max(0.0, until - monotonic())
        if self._fd is None:
            return self._read_by_port(wait_s)
        if not select.select([self._fd], [], [], wait_s)[0]:
            return b""
        try:
            got = os.read(self._fd, READ_MOST)
        except BlockingIOError:
            return b""
        if not got:
            # So Linux shows an adapter that was unplugged: always ready, never anything to read.
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return got

    def _settings(self, line: Line) -> dict[str, object]:
        if os.path.realpath(self.name).startswith(PSEUDO_TERMINALS):
            return {"baudrate": line.baud}
        stop = float(line.form[2:])
        return {
            "baudrate": line.baud,
            "bytesize": int(line.form[0]),
            "parity": line.form[1],
            "stopbits": int(stop) if stop.is_integer() else stop,
        }

    def _read_by_port(self, wait_s: float) -> bytes:
        timeout_s = min(SLICE_S, wait_s)
        if self._port.timeout != timeout_s:
            self._port.timeout = timeout_s
        got: bytes = self._port.read(max(1, min(READ_MOST, self._port.in_waiting)))
        return got


def why_not_open(who: str, port: str, error: Exception) -> str:
    """Why a port could not be opened, and what to do."""
    code = _code(error)
    # pyserial tells a device without line settings by its text only.
    if code is None and "Could not configure port" in str(error):
        code = errno.ENOTTY
    if code is None and "not known" in str(error):
        return f"{who}: {port}: nothing here resolves this kind of port. Check the url, or run where it is simulated."
    known = {
        errno.ENOENT: "does not exist. Plug the adapter in, or name a port that `ls /dev/serial/by-id/*` shows.",
        errno.ENODEV: "has no device behind it. Plug the adapter in.",
        errno.ENXIO: "has no device behind it. Plug the adapter in.",
        errno.EIO: "has no device behind it. Plug the adapter in.",
        errno.EACCES: "may not be opened. Add the user to the group dialout (`sudo usermod -aG dialout $USER`) "
        "and log in again.",
        errno.EPERM: "may not be opened. Add the user to the group dialout (`sudo usermod -aG dialout $USER`) "
        "and log in again.",
        errno.EBUSY: "is held by another program. Stop that program; `fuser -v` with the port names it.",
        errno.EAGAIN: "is held by another program. Stop that program; `fuser -v` with the port names it.",
        errno.ENOTTY: "is no serial port. Check the path in the url.",
        errno.EISDIR: "is a folder. Check the path in the url.",
        errno.EINVAL: "does not take these line settings. Check baud rate and form.",
    }
    if code in known:
        return f"{who}: {port} {known[code]}"
    return f"{who}: {port} cannot be opened: {error}. Check the url and the adapter."


def why_lost(who: str, port: str, error: Exception) -> str:
    """Why a port that was open failed, and what to do."""
    if isinstance(error, serial.SerialTimeoutException):
        return f"{who}: {port} takes no bytes. Check its flow control and the adapter."
    if _code(error) == errno.EINVAL:
        return f"{who}: {port} does not take these line settings. Check baud rate and form."
    reason = getattr(error, "strerror", None) or error
    return f"{who}: {port} vanished ({reason}). Check the adapter's plug and its USB cable."


def _code(error: Exception) -> int | None:
    """The :mod:`errno` of a failure; a ``termios.error`` has it as its first argument only."""
    if isinstance(error, termios.error):
        return int(error.args[0])
    return getattr(error, "errno", None)
