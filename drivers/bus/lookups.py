"""Host names to addresses, without making anybody wait."""

import contextlib
import socket
from collections import deque
from collections.abc import Callable
from threading import Thread
from typing import Any

Address = tuple[socket.AddressFamily, tuple[Any, ...]]
Found = list[Address] | OSError
"""What a name stands for, or why that cannot be told."""


def numeric(host: str, port: int) -> list[Address]:
    """Where ``host`` is when it is a numeric address; empty when it is a name. Asks nobody."""
    try:
        return _addresses(host, port, socket.AI_NUMERICHOST)
    except OSError:
        return []


class Lookups:
    """Looks names up, each in a thread of its own, and wakes the selector that watches :meth:`fileno`.

    A resolver may take many seconds to say that it does not know, and the thread of all TCP connections
    cannot wait for it.
    """

    def __init__(self) -> None:
        self._wake, self._ring = socket.socketpair()
        self._wake.settimeout(0)
        self._ring.settimeout(0)
        self._found: deque[tuple[Callable[[Found], None], Found]] = deque()

    def fileno(self) -> int:
        """Readable when some look-up has ended."""
        return self._wake.fileno()

    def start(self, host: str, port: int, then: Callable[[Found], None]) -> None:
        """Look ``host`` up; ``then`` is called by :meth:`deliver`."""
        Thread(target=self._look_up, args=(host, port, then), daemon=True, name=f"look up {host}").start()

    def deliver(self) -> None:
        """Hand out what was found, in the caller's thread."""
        with contextlib.suppress(BlockingIOError):
            self._wake.recv(4096)
        while self._found:
            then, found = self._found.popleft()
            then(found)

    def close(self) -> None:
        """Nothing is delivered any more."""
        self._wake.close()
        self._ring.close()

    def _look_up(self, host: str, port: int, then: Callable[[Found], None]) -> None:
        found: Found
        try:
            found = _addresses(host, port)
        except OSError as error:
            found = error
        except UnicodeError as error:
            found = OSError(f"{error}")
        self._found.append((then, found))
        # Closed meanwhile, or a full pipe: then it rings already.
        with contextlib.suppress(OSError):
            self._ring.send(b"!")


def _addresses(host: str, port: int, flags: int = 0) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]
