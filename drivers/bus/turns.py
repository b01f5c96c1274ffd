"""Whose turn it is on one connection: begun polls in, bytes out, bytes in, ended polls out.

Pure: no port, no clock; every method is told the time, s on the monotonic clock. The package's docstring says why
it decides as it does.
"""

import math
from bisect import insort
from collections.abc import Callable
from typing import NamedTuple

from drivers.bus import BusSpec, Polled
from drivers.bus.asking import Asking
from drivers.bus.framing import FRAMINGS, Framing, NotOurProtocolError, Taken
from drivers.bus.in_flight import Asked, InFlight
from drivers.bus.received import Received
from drivers.bus.silence import Silence
from drivers.bus.texts import Texts
from drivers.errors import InstrumentError
from drivers.instrument import Instrument, Line, Reply, Request

Why = Callable[[str], InstrumentError]
"""An instrument's name -> what happened to it."""


class Out(NamedTuple):
    """What the connection has to do next.

    Attributes:
        frame: The bytes to send; ``b""`` when it is only to listen.
        line: The line setting that must be in force before.
        then: The line setting from the last byte sent on; None: unchanged.
    """

    frame: bytes
    line: Line
    then: Line | None


class Turns:
    """The state of one connection.

    Attributes:
        ended: Polls that have ended, in the order of their ends; whoever reads it empties it.
        silences: How many requests in a row timed out without a byte coming.
        texts: What a person is told on this bus.
    """

    def __init__(self, spec: BusSpec, ended: list[Polled] | None = None, *, lines: bool = False) -> None:
        """A connection without polls.

        Args:
            spec: The bus.
            ended: Where ended polls go; several connections may share one list.
            lines: Whether it is a serial line: silence between frames holds and the line can be set.
        """
        self.ended = [] if ended is None else ended
        self.silences = 0
        self._spec = spec
        self._framing: Framing = FRAMINGS[spec.framing]()
        self.texts = Texts(spec, self._framing)
        self._silence = Silence(spec.pause_s + (self._framing.gap_s(spec.line) if lines else 0.0))
        self._parallel = spec.parallel if self._framing.numbered else 1
        self._polls: list[Asking] = []
        self._sent = InFlight(numbered=self._framing.numbered, addressed=self._framing.addressed)
        self._received = Received()
        # Who was silent throughout its last poll.
        self._silent: set[str] = set()
        self._blamed: set[tuple[str, str]] = set()
        self._last: Asked | None = None
        self._ready_at = math.inf

    def begin(self, instrument: Instrument, deadline: float, timeout_s: float | None = None) -> None:
        """Queue a poll."""
        asking = Asking(instrument, deadline, timeout_s, self._spec.line, self._blamed)
        insort(self._polls, asking, key=lambda poll: poll.deadline)

    def pending(self) -> int:
        """How many polls were begun and have not ended."""
        return len(self._polls)

    def wakes_at(self) -> float:
        """When time alone changes something: a request may go, or one has waited long enough. ``inf``: never."""
        return min(self._ready_at, self._sent.expires_at)

    def opened(self, now: float) -> None:
        """The connection is new: nothing sent before will be answered on it."""
        self._received.opened(now)
        self._silence.broken(now)
        self.silences = 0

    def next(self, now: float) -> Out | None:
        """What to send now; None: nothing, look again at :meth:`wakes_at` or when something came."""
        self._ready_at = math.inf
        if len(self._sent.waiting) >= self._parallel:
            return None
        self._sent.release(now)
        for asking in self._in_turn():
            if not asking.started:
                asking.start()
            self._refuse(asking, now)
            if asking.shown is not None:
                self._end(asking, now)
            elif asking.todo:
                ready_at = self._may_go_at(asking, now)
                if ready_at <= now:
                    return self._send(asking, now)
                self._ready_at = min(self._ready_at, ready_at)
        return None

    def sent(self, at: float) -> None:
        """The last byte of what :meth:`next` gave left at ``at``; when it only listens: the line is set."""
        asked, self._last = self._last, None
        if asked is None:
            return
        asked.sent_at = at
        self._sent.refresh()
        if asked.request.send:
            self._silence.broken(at)
        else:
            self._catch_up(asked, at)

    def received(self, chunk: bytes, now: float) -> None:
        """Bytes came.

        Raises:
            NotOurProtocolError: They cannot be followed; the caller closes and says :meth:`lost`.
        """
        self.silences = 0
        self._silence.broken(now)
        self._received.add(chunk, now)
        self._sweep(now)
        if not self._sent.waiting:
            self._received.trim()

    def expire(self, now: float) -> None:
        """End the wait of every request whose time is over."""
        if now < self._sent.expires_at:
            return
        for asked in self._sent.due(now):
            self._unanswered(asked, now)
        self._sent.refresh()

    def lost(self, why: Why, now: float, *, again: bool = False) -> None:
        """The connection broke: what was in flight fails, or goes once more on the next one if ``again``."""
        self._received.clear()
        self._last = None
        self._ready_at = math.inf
        for asked in self._sent.clear():
            if again and asked.index not in asked.asking.again:
                asked.asking.send_again(asked.index)
            else:
                self._answer(asked, _failed(why(asked.asking.instrument.name), now), now)

    def fail_all(self, why: Why, now: float) -> None:
        """There is no connection: every poll ends, whatever it still wants to ask."""
        self.lost(why, now)
        for asking in list(self._polls):
            error = why(asking.instrument.name)
            if not asking.started:
                asking.start()
            while asking.shown is None:
                asking.answer(asking.todo.popleft(), _failed(error, now))
            self._end(asking, now)

    def drop_all(self) -> None:
        """Forget every poll."""
        for asking in self._polls:
            asking.stop()
        self._polls.clear()
        self._sent.clear()

    def unread(self) -> bytes:
        """What has come and is no answer yet."""
        return self._received.bytes

    def _in_turn(self) -> list[Asking]:
        """Whose requests may go, the most urgent first."""
        if self._framing.addressed:
            return list(self._polls)
        return [asking for asking in self._polls if asking.started] or list(self._polls)

    def _refuse(self, asking: Asking, now: float) -> None:
        """Answer at once what cannot be sent here."""
        while asking.shown is None and asking.todo:
            error = self.texts.refusal(asking.instrument.name, asking.requests[asking.todo[0]])
            if error is None:
                return
            asking.answer(asking.todo.popleft(), _failed(error, now))

    def _may_go_at(self, asking: Asking, now: float) -> float:
        """When the next request of ``asking`` may be sent."""
        request = asking.requests[asking.todo[0]]
        held_until = self._sent.held_until(request)
        if not request.send:
            return held_until
        return max(held_until, self._silence.ends_at(now, request.pause_s, self._timeout_s(asking, request)))

    def _send(self, asking: Asking, now: float) -> Out:
        index = asking.todo.popleft()
        request = asking.requests[index]
        if request.send and not self._framing.numbered:
            # What came before the request cannot answer it.
            self._received.forget()
        if not self._sent.waiting:
            self._received.strange = b""
        self._silence.used()
        self._last = Asked(asking, index, request, self._timeout_s(asking, request), now)
        tid = self._sent.add(self._last)
        line = request.line or asking.line
        asking.line = request.then or line
        return Out(self._framing.wrap(request, tid), line, request.then)

    def _timeout_s(self, asking: Asking, request: Request) -> float:
        return request.timeout_s or asking.timeout_s or self._spec.timeout_s

    def _catch_up(self, asked: Asked, now: float) -> None:
        """A poll that only listens shows the present: of what came since the last one, the newest whole message."""
        first = asked.asking.rounds == 1 and asked.index == 0
        while first and (one := self._take(self._received.bytes, now)).used:
            if not self._take(self._received.bytes[one.used :], now).used:
                break
            self._received.drop(one.used)
            self._received.cut = False
        self._sweep(now)

    def _sweep(self, now: float) -> None:
        """Take every reply that is whole."""
        while (taken := self._take(self._received.bytes, now)).used:
            self._accept(taken, now)

    def _take(self, received: bytes, now: float) -> Taken:
        if not received:
            return Taken(0)
        try:
            return self._framing.take(received, self._sent.wanted)
        except NotOurProtocolError:
            raise
        except Exception as error:  # noqa: BLE001 - Request.whole is a driver's: whoever waits here fails
            for asking in {asked.asking for asked in self._sent.clear()}:
                asking.fail(error)
                self._end(asking, now)
            self._received.clear()
            return Taken(0)

    def _accept(self, taken: Taken, now: float) -> None:
        asked = self._sent.waiting.get(taken.tid or 0)
        begun_at, ended_at = self._received.at(taken.start), self._received.at(taken.used - 1)
        self._received.drop(taken.used, strange=asked is None)
        if asked is None:
            self._sent.came_late(taken.tid)
            return
        cut, self._received.cut = self._received.cut, False
        if asked.request.send:
            # On a simulated line the reply may come before a real one would have sent its last byte.
            at = (min(asked.sent_at, begun_at) + begun_at) / 2
        elif cut:
            return
        else:
            at = ended_at
        self._sent.remove(asked)
        self._answer(asked, Reply(taken.body, int(at * 1e9)), now)

    def _unanswered(self, asked: Asked, now: float) -> None:
        """Time is over for one request: say what came, hold its device back, perhaps try again."""
        asking, request = asked.asking, asked.request
        name = asking.instrument.name
        error = self.texts.unanswered(name, request, asked.timeout_s, self._received)
        hold_s = self._sent.give_up(asked, now)
        asking.silent = True
        known_silent = name in self._silent and not asking.heard
        if request.send:
            self.silences += 1
            in_time = now + hold_s + asked.timeout_s <= asking.deadline
            if in_time and not known_silent and asked.index not in asking.again:
                asking.send_again(asked.index)
                return
        while known_silent and asking.todo:
            # The last reply, given below, drives the generator on.
            asking.answer(asking.todo.popleft(), _failed(error, now))
        self._answer(asked, _failed(error, now), now)

    def _answer(self, asked: Asked, reply: Reply, now: float) -> None:
        asked.asking.answer(asked.index, reply)
        if asked.asking.shown is not None:
            self._end(asked.asking, now)

    def _end(self, asking: Asking, now: float) -> None:
        self._polls.remove(asking)
        if asking.heard:
            self._silent.discard(asking.instrument.name)
        elif asking.silent:
            self._silent.add(asking.instrument.name)
        assert asking.shown is not None
        self.ended.append(Polled(self._spec.name, asking.instrument, asking.shown, int(now * 1e9)))


def _failed(error: InstrumentError, now: float) -> Reply:
    return Reply(b"", int(now * 1e9), error)
