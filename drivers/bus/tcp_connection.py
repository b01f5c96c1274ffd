"""One TCP connection: looked up, connected, carried on, lost and opened again; it never blocks."""

import errno
import logging
import math
import os
import selectors
import socket
from collections import deque
from time import monotonic

from drivers.bus import BusSpec, Polled
from drivers.bus.back_off import BackOff
from drivers.bus.framing import NotOurProtocolError
from drivers.bus.lookups import Address, Found, Lookups, numeric
from drivers.bus.turns import Turns, Why
from drivers.bus.url import TcpAddress, parse_url
from drivers.errors import NoReplyError

log = logging.getLogger(__name__)

READ_MOST = 65_536
SILENCES_MOST = 3
"""So many requests in a row without a byte, and the connection is opened anew: a device that was switched off and
on does not know it any more, and TCP would find that out only when its own back-off is over."""
CHECK_THERE = "Check that the device is on and listens there."
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)


class TcpConnection:
    """One bus of :class:`drivers.bus.tcp_bus.TcpBuses`. Belongs to its thread.

    Attributes:
        turns: Whose turn it is.
        timer_at: For when its owner has set a timer, s; the owner's.
    """

    def __init__(self, spec: BusSpec, ended: list[Polled], selector: selectors.BaseSelector, lookups: Lookups) -> None:
        address = parse_url(spec.url)
        if not isinstance(address, TcpAddress):
            msg = f"bus {spec.name!r}: {spec.url} is no TCP address."
            raise TypeError(msg)
        self.turns = Turns(spec, ended)
        self.timer_at = math.inf
        self._spec = spec
        self._address = address
        self._selector = selector
        self._lookups = lookups
        self._back_off = BackOff()
        self._socket: socket.socket | None = None
        self._connected = False
        # Whether this connection has carried anything back: then it is worth opening again at once.
        self._proved = False
        self._attempt = 0
        self._ways: deque[Address] = deque()
        self._give_up_at = math.inf
        self._unsent: deque[bytes] = deque()
        self._why: Why = self._because("is closed. Report it.")

    @property
    def adrift(self) -> bool:
        """Whether polls wait for a connection that nobody has begun to open."""
        return not self._connected and self._give_up_at == math.inf and self.turns.pending() > 0

    def wakes_at(self) -> float:
        """When :meth:`pump` must be called though nothing happens, s."""
        return self.turns.wakes_at() if self._connected else self._give_up_at

    def pump(self) -> None:
        """Do what is due: open, give up, expire, send."""
        now = monotonic()
        if self._connected:
            self.turns.expire(now)
            if self.turns.silences >= SILENCES_MOST:
                self._close()
                self.turns.lost(self._why, now, again=True)
        if self._connected:
            self._send(now)
        elif now >= self._give_up_at:
            self._give_up()
        elif self.adrift:
            if now < self._back_off.retry_at:
                self.turns.fail_all(self._why, now)
            else:
                self._open()

    def on_event(self, mask: int) -> None:
        """The selector saw something."""
        if not self._connected:
            self._finish_connecting()
            return
        if mask & selectors.EVENT_READ:
            self._receive()
        if mask & selectors.EVENT_WRITE and self._connected:
            self._flush()

    def close(self) -> None:
        """Close the connection and forget every poll."""
        self.turns.drop_all()
        self._close()

    def _open(self) -> None:
        self._attempt += 1
        self._give_up_at = monotonic() + self._spec.timeout_s
        host, port = self._address
        ways = numeric(host, port)
        if ways:
            self._try(ways)
            return
        attempt = self._attempt
        self._lookups.start(host, port, lambda found: self._found(found, attempt))

    def _found(self, found: Found, attempt: int) -> None:
        if attempt != self._attempt or self._socket is not None or self._give_up_at == math.inf:
            return
        if isinstance(found, OSError):
            self._failed(self._because(not_found(self._address.host, found)))
        else:
            self._try(found)

    def _give_up(self) -> None:
        """Neither a connection nor a refusal came."""
        within = f"within {self._spec.timeout_s:g} s"
        if self._socket is None:
            why = f"is not found: no answer {within} to where {self._address.host} is. Check the name server"
            self._failed(self._because(f"{why}, or write the numeric address."))
        else:
            self._next_way(self._because(f"did not answer {within}. {CHECK_THERE}"))

    def _try(self, ways: list[Address]) -> None:
        self._ways = deque(ways)
        self._next_way(self._why)

    def _next_way(self, why: Why) -> None:
        """Try the next address; when there is none left, ``why`` is how it ends."""
        self._drop_socket()
        while self._ways:
            family, address = self._ways.popleft()
            self._give_up_at = monotonic() + self._spec.timeout_s
            try:
                self._socket = _non_blocking(family)
                code = self._socket.connect_ex(address)
            except OSError as error:
                code = error.errno or errno.EIO
            if code in (0, errno.EINPROGRESS, errno.EWOULDBLOCK) and self._socket is not None:
                self._selector.register(self._socket, selectors.EVENT_WRITE, self)
                return
            why = self._because(not_connected(code))
            if self._socket is not None:
                self._socket.close()
                self._socket = None
        self._failed(why)

    def _finish_connecting(self) -> None:
        assert self._socket is not None
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._next_way(self._because(not_connected(code)))
            return
        self._selector.modify(self._socket, selectors.EVENT_READ, self)
        self._connected, self._proved = True, False
        self._give_up_at = math.inf
        self._unsent.clear()
        self.turns.opened(monotonic())

    def _send(self, now: float) -> None:
        """All that may go, each request in a packet of its own: some servers answer only the first in a packet."""
        if not self.turns.pending():
            return
        while out := self.turns.next(now):
            if out.frame:
                self._unsent.append(out.frame)
            self.turns.sent(now)
        if self._unsent:
            self._flush()

    def _flush(self) -> None:
        assert self._socket is not None
        try:
            while self._unsent:
                frame = self._unsent[0]
                count = self._socket.send(frame)
                if count < len(frame):
                    self._unsent[0] = frame[count:]
                    break
                self._unsent.popleft()
        except BlockingIOError:
            pass
        except OSError as error:
            self._lost(self._because(f"broke the connection ({os.strerror(error.errno or 0)}). {CHECK_THERE}"))
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if self._selector.get_key(self._socket).events != wanted:
            self._selector.modify(self._socket, wanted, self)

    def _receive(self) -> None:
        assert self._socket is not None
        try:
            chunk = self._socket.recv(READ_MOST)
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(self._because(f"broke the connection ({os.strerror(error.errno or 0)}). {CHECK_THERE}"))
            return
        if not chunk:
            part = self.turns.unread()
            got = f" in mid-reply, after {part[:24].hex(' ')}" if part else ""
            self._lost(self._because(f"closed the connection{got}. Check how many connections it allows."))
            return
        try:
            self.turns.received(chunk, monotonic())
        except NotOurProtocolError as error:
            got = str(error)
            self._proved = False
            self._lost(lambda who: self.turns.texts.not_ours(who, got))
            return
        if not self._proved:
            self._proved = True
            if away_s := self._back_off.worked(monotonic()):
                log.info("%s: %s answers again after %.0f s", self._spec.name, self._spec.url, away_s)

    def _lost(self, why: Why) -> None:
        """The connection is gone. One that worked is opened again at once, and what was in flight asked again."""
        now = monotonic()
        again = self._proved
        self._close()
        if not again:
            self._note(why, now)
        self.turns.lost(why, now, again=again)

    def _failed(self, why: Why) -> None:
        """It could not be opened."""
        now = monotonic()
        self._close()
        self._note(why, now)
        self.turns.fail_all(why, now)

    def _note(self, why: Why, now: float) -> None:
        self._why = why
        if self._back_off.failed(now):
            log.warning("%s", why(self._spec.name))

    def _close(self) -> None:
        self._drop_socket()
        self._connected = False
        self._give_up_at = math.inf
        self._ways.clear()

    def _drop_socket(self) -> None:
        if self._socket is not None:
            if self._socket.fileno() in self._selector.get_map():
                self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _because(self, what: str) -> Why:
        return lambda who: NoReplyError(f"{who}: {self._spec.url} {what}")


def not_connected(code: int) -> str:
    """What a failure to connect means, and what to do; ``code`` is an :mod:`errno`."""
    if code == errno.ECONNREFUSED:
        return f"refused the connection. {CHECK_THERE}"
    if code == errno.ETIMEDOUT:
        return f"did not answer. {CHECK_THERE}"
    if code in UNREACHABLE:
        return "cannot be reached. Check the address, the cable and the switch."
    return f"cannot be connected to ({os.strerror(code)}). Check the address and the network."


def not_found(host: str, error: OSError) -> str:
    """What a name without an address means, and what to do."""
    reason = error.strerror or error
    return f"is not found: no address for {host} ({reason}). Check the name, or write the numeric address."


def _non_blocking(family: int) -> socket.socket:
    """A socket that sends small frames at once and notices a peer that has gone."""
    made = socket.socket(family, socket.SOCK_STREAM)
    made.settimeout(0)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        # Not every system has them.
        if option := getattr(socket, name, None):
            made.setsockopt(socket.IPPROTO_TCP, option, value)
    return made
