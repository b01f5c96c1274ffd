"""Monotonic and wall time: when the clock may be believed, and what a monotonic instant is on the wall.

A Pi has no clock of its own: after a power cut it wakes up in the past. Until somebody has set the clock
(NTP, an RTC, the gateway's word, a person) samples keep monotonic times and wait.

Source: adjtimex(2) for the kernel's word on synchronisation; ``/sys/class/rtc/*/hctosys`` for an RTC.
"""

import ctypes
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_STEP_NS = 1_000_000_000
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_RTC = Path("/sys/class/rtc")


class _Timex(ctypes.Structure):
    """The head of ``struct timex``; the tail is room for the kernel to write into."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("tail", ctypes.c_byte * 256),
    )


def synchronised() -> bool:
    """Whether the kernel says that its clock follows a time server, or that an RTC set it at boot."""
    timex = _Timex()
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    if state not in {-1, _TIME_ERROR} and not timex.status & _STA_UNSYNC:
        return True
    return any(_read(rtc) == "1" for rtc in _RTC.glob("*/hctosys"))


def boot_id() -> str:
    """What tells one boot of the machine from another; empty where the system has no such thing."""
    return _read(BOOT_ID)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return ""


def trust_by_hand(state_dir: Path) -> Path:
    """A person says that the clock is right until the next boot (``nhipdo-edge trust-clock``)."""
    path = state_dir / "clock_trusted"
    path.write_text(boot_id(), "ascii")
    return path


class Clock:
    """Gives the distance from monotonic to wall time, once it can be believed. Any thread may ask.

    Args:
        trust: ``always`` believes the wall clock from the start; ``ntp`` waits until somebody has set it.
        state_dir: Where a person's word lies.
        is_set: Whether the system's clock was set.
        wall: Wall time, ns.
        monotonic: Monotonic time, ns.
    """

    def __init__(
        self,
        trust: str,
        state_dir: Path,
        is_set: Callable[[], bool] = synchronised,
        wall: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._always = trust == "always"
        self._by_hand = state_dir / "clock_trusted"
        self._is_set = is_set
        self._wall = wall
        self.monotonic = monotonic
        self._lock = threading.Lock()
        self._was_set = False
        self._told: int | None = None
        self._last: int | None = None

    def guess(self) -> int:
        """Wall minus monotonic as the system has it, believed or not, ns."""
        return self._wall() - self.monotonic()

    def offset(self) -> int | None:
        """Wall minus monotonic time, ns; None while nobody has set the clock."""
        # Once set it runs on. Nine hours after a time server's last word the kernel calls it unsynchronised; it has
        # drifted by a second or so then, and a sample without a time waits for nothing better.
        self._was_set = self._was_set or self._is_set()
        if self._always or self._was_set or (self._by_hand.exists() and _read(self._by_hand) == boot_id()):
            offset: int | None = self.guess()
        else:
            with self._lock:
                offset = self._told
        self._watch(offset)
        return offset

    def told(self, wall: int) -> None:
        """The gateway said what time it is, just now. Counts only while nobody nearer has set the clock."""
        told = wall - self.monotonic()
        with self._lock:
            # Every word is late by the network's delay: only what differs by more is news.
            if self._told is None or abs(told - self._told) > _STEP_NS:
                self._told = told

    def now(self) -> int:
        """Wall time, ns; the best estimate when it is not believed."""
        offset = self.offset()
        return self.monotonic() + (self.guess() if offset is None else offset)

    def _watch(self, offset: int | None) -> None:
        last, self._last = self._last, offset
        if last is None and offset is not None:
            log.info("clock is set")
        elif last is not None and offset is not None and abs(offset - last) > _STEP_NS:
            log.warning("clock stepped by %.3f s", (offset - last) / 1e9)
