"""The thread of a simulator: sockets and pseudo terminals on one side, speakers on the other.

Decision: one thread and one selector for each simulator, and replies that wait stand in a queue by their time.
Because: a late reply must not hold up the others, as on a real line; and stopping is one byte to one thread.
Instead of: a thread for each connection that sleeps.
"""

import heapq
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Protocol, Self

from drivers.simulators.faults import Outgoing
from drivers.simulators.speakers import Speaker

CHUNK = 4096
STOP_S = 10.0


class Link(Protocol):
    """One connection that can be read and written without waiting."""

    speaker: Speaker

    def fileno(self) -> int: ...
    def receive(self) -> bytes | None:
        """What has come; None when the other end has gone."""
        ...

    def send(self, chunk: bytes) -> bool:
        """Send, or keep what cannot be sent yet; whether all is out."""
        ...

    def close(self) -> None: ...


class SocketLink:
    """A TCP connection."""

    def __init__(self, sock: socket.socket, speaker: Speaker) -> None:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._unsent = b""
        self.speaker = speaker

    def fileno(self) -> int:
        return self._sock.fileno()

    def receive(self) -> bytes | None:
        try:
            return self._sock.recv(CHUNK) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def send(self, chunk: bytes) -> bool:
        self._unsent += chunk
        try:
            while self._unsent:
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
        except BlockingIOError:
            return False
        except OSError:
            self._unsent = b""
        return True

    def close(self) -> None:
        self._sock.close()


class PtyLink:
    """Our end of a pseudo terminal."""

    def __init__(self, fd: int, speaker: Speaker) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self.speaker = speaker

    def fileno(self) -> int:
        return self._fd

    def receive(self) -> bytes | None:
        try:
            return os.read(self._fd, CHUNK)
        except BlockingIOError:
            return b""

    def send(self, chunk: bytes) -> bool:
        try:
            while chunk:
                chunk = chunk[os.write(self._fd, chunk) :]
        except BlockingIOError:
            # Nobody reads: a serial line loses what its receiver has no room for.
            return True
        return True

    def close(self) -> None:
        os.close(self._fd)


class Serving:
    """Serves until it is closed; a context manager. What a speaker raises is raised again when it is closed.

    Args:
        name: Of the thread.
        links: Connections that stand from the beginning; closed at the end.
        listener: A listening socket; closed at the end.
        greet: Makes the speaker of a connection that the listener accepts.
    """

    def __init__(
        self,
        name: str,
        links: Sequence[Link] = (),
        listener: socket.socket | None = None,
        greet: Callable[[], Speaker] | None = None,
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self._links: set[Link] = set()
        self._listener = listener
        self._greet = greet
        self._waiting: list[tuple[float, int, Link, Outgoing | None]] = []
        self._order = count()
        self._hung_up: set[Link] = set()
        self._failure: BaseException | None = None
        self._stopped = False
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        if listener is not None:
            listener.settimeout(0)
            self._selector.register(listener, selectors.EVENT_READ)
        for link in links:
            self._take_on(link)
        self._thread = threading.Thread(target=self._run, name=f"simulator {name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._wake.send(b"!")
        self._thread.join(STOP_S)
        if self._thread.is_alive():
            msg = f"{self._thread.name}: does not stop within {STOP_S:g} s. Look for what its values wait for."
            raise RuntimeError(msg)
        for end in (self._wake, self._woken):
            end.close()
        if self._failure is not None:
            msg = f"{self._thread.name}: failed ({self._failure}). Look at the error that caused this."
            raise RuntimeError(msg) from self._failure

    def _run(self) -> None:
        try:
            while not self._stopped:
                for key, events in self._selector.select(self._rest_s()):
                    self._attend(key, events)
                self._send_due()
        except BaseException as error:  # noqa: BLE001  told to whoever closes the simulator
            self._failure = error
        finally:
            for link in list(self._links):
                self._drop(link)
            if self._listener is not None:
                self._listener.close()
            self._selector.close()

    def _attend(self, key: selectors.SelectorKey, events: int) -> None:
        if key.fileobj is self._woken:
            return
        if key.fileobj is self._listener:
            self._accept()
            return
        link: Link = key.data
        if events & selectors.EVENT_WRITE:
            self._send(link, b"")
        if events & selectors.EVENT_READ and link in self._links:
            self._hear(link)

    def _accept(self) -> None:
        assert self._listener is not None
        assert self._greet is not None
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return
        self._take_on(SocketLink(sock, self._greet()))

    def _hear(self, link: Link) -> None:
        chunk = link.receive()
        if chunk is None:
            self._drop(link)
            return
        now = time.monotonic()
        for out in link.speaker.heard(chunk) if chunk else ():
            heapq.heappush(self._waiting, (now + out.after_s, next(self._order), link, out))

    def _take_on(self, link: Link) -> None:
        self._links.add(link)
        self._selector.register(link.fileno(), selectors.EVENT_READ, link)
        if link.speaker.period_s > 0:
            due = time.monotonic() + link.speaker.period_s
            heapq.heappush(self._waiting, (due, next(self._order), link, None))

    def _send_due(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            due, _, link, out = heapq.heappop(self._waiting)
            if link not in self._links:
                continue
            if out is None:
                for said in link.speaker.unasked():
                    heapq.heappush(self._waiting, (due + said.after_s, next(self._order), link, said))
                heapq.heappush(self._waiting, (due + link.speaker.period_s, next(self._order), link, None))
                continue
            if out.hang_up and isinstance(link, SocketLink):
                self._hung_up.add(link)
            self._send(link, out.sent)

    def _send(self, link: Link, chunk: bytes) -> None:
        if not link.send(chunk):
            self._selector.modify(link.fileno(), selectors.EVENT_READ | selectors.EVENT_WRITE, link)
        elif link in self._hung_up:
            self._drop(link)
        else:
            self._selector.modify(link.fileno(), selectors.EVENT_READ, link)

    def _drop(self, link: Link) -> None:
        self._selector.unregister(link.fileno())
        self._links.discard(link)
        self._hung_up.discard(link)
        link.close()

    def _rest_s(self) -> float | None:
        return max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
