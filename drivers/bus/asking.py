"""One poll that was begun: an instrument's generator, what it asked for and what came back."""

import logging
from collections import deque
from collections.abc import Sequence

from drivers.errors import BadReplyError, InstrumentError
from drivers.instrument import Instrument, Line, Missing, Poll, Reply, Request, Shown

log = logging.getLogger(__name__)

ROUNDS_MOST = 10_000
"""A poll that asks again more often than this has lost its way; a long download of a memory takes hundreds."""


class Asking:
    """Drives one instrument's generator: requests out, replies in, and always ends with every channel.

    Attributes:
        instrument: Who is polled.
        deadline: When the poll should have ended, s on the monotonic clock.
        timeout_s: This instrument's own timeout; None: the bus's.
        line: The line setting that is in force for this poll.
        requests: What the generator asked for last.
        todo: Which of ``requests`` are still to be sent.
        again: Which of ``requests`` were sent once before.
        rounds: How often the generator has asked.
        started: Whether the generator has run.
        heard: Whether any reply came.
        silent: Whether any request got no reply in time.
        shown: Every channel, once the poll has ended.
    """

    def __init__(
        self,
        instrument: Instrument,
        deadline: float,
        timeout_s: float | None,
        line: Line,
        blamed: set[tuple[str, str]] | None = None,
    ) -> None:
        """A poll that has not started.

        Args:
            instrument: Who is polled.
            deadline: When the poll should have ended, s on the monotonic clock.
            timeout_s: This instrument's own timeout; None: the bus's.
            line: The line setting of the bus.
            blamed: Which drivers' mistakes were logged before, by instrument and kind of exception.
        """
        self.instrument = instrument
        self.deadline = deadline
        self.timeout_s = timeout_s
        self.line = line
        self.requests: Sequence[Request] = ()
        self.todo: deque[int] = deque()
        self.again: set[int] = set()
        self.rounds = 0
        self.started = False
        self.heard = False
        self.silent = False
        self.shown: Sequence[Shown] | None = None
        self._blamed = set() if blamed is None else blamed
        self._poll: Poll | None = None
        self._replies: list[Reply | None] = []
        self._open = 0

    def start(self) -> None:
        """Run the generator to its first requests."""
        self.started = True
        self._drive(None)

    def answer(self, index: int, reply: Reply) -> None:
        """Note the reply to ``requests[index]``; when it was the last one, let the generator go on."""
        if reply.error is None:
            self.heard = True
        self._replies[index] = reply
        self._open -= 1
        if not self._open:
            self._drive([reply for reply in self._replies if reply is not None])

    def send_again(self, index: int) -> None:
        """Put ``requests[index]`` back to the front."""
        self.again.add(index)
        self.todo.appendleft(index)

    def stop(self) -> None:
        """Drop the poll where it stands."""
        if self._poll is not None:
            try:
                self._poll.close()
            except Exception as error:  # noqa: BLE001 - a driver's mistake must not stop its neighbours
                self._blame(error)

    def _drive(self, replies: Sequence[Reply] | None) -> None:
        try:
            self._go_on(replies)
        except Exception as error:  # noqa: BLE001 - a driver's mistake must not stop its neighbours
            self.fail(error)

    def _go_on(self, replies: Sequence[Reply] | None) -> None:
        if self._poll is None:
            self._poll = self.instrument.poll()
        while True:
            try:
                asked = self._poll.send(replies)  # type: ignore[arg-type]  # None starts a generator
            except StopIteration as done:
                self.shown = self._complete(done.value)
                return
            self.rounds += 1
            if self.rounds > ROUNDS_MOST:
                msg = f"it asked {ROUNDS_MOST} times without coming to an end"
                raise RuntimeError(msg)
            if asked:
                self._ask(asked)
                return
            replies = ()

    def _ask(self, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.todo = deque(range(len(requests)))
        self.again = set()
        self._replies = [None] * len(requests)
        self._open = len(requests)

    def fail(self, error: Exception) -> None:
        """End the poll with every channel missing, because the driver raised ``error``."""
        self.todo.clear()
        self.stop()
        reason = error
        if not isinstance(error, InstrumentError):
            self._blame(error)
            reason = BadReplyError(
                f"{self.instrument.name}: its driver failed on what came: {type(error).__name__}: {error}. "
                "The log has the traceback; report it with the instrument's model."
            )
        assert isinstance(reason, InstrumentError)
        self.shown = [Missing(channel, reason) for channel in self.instrument.channels]

    def _complete(self, shown: Sequence[Shown] | None) -> Sequence[Shown]:
        """``shown``, and as missing what the driver gave no word on."""
        shown = shown or ()
        if len(shown) == len(self.instrument.channels):
            return shown
        told = {one.channel for one in shown}
        name = self.instrument.name
        return [
            *shown,
            *(
                Missing(
                    channel, BadReplyError(f"{name}: its driver said nothing of {channel}. Report it with the model.")
                )
                for channel in self.instrument.channels
                if channel not in told
            ),
        ]

    def _blame(self, error: Exception) -> None:
        """Log a driver's mistake with its traceback, once for each instrument and kind of exception."""
        kind = self.instrument.name, type(error).__name__
        if kind not in self._blamed:
            self._blamed.add(kind)
            log.error("%s: its driver failed, every channel is missing", self.instrument.name, exc_info=error)
