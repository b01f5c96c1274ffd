"""What sits behind a connection: bytes in, bytes out, and when. Touches no port.

A simulated instrument behind a socket, a pseudo terminal or pyserial's ``sim://`` is the same speaker.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from drivers.simulators.faults import Faults, Outgoing


class Speaker(Protocol):
    """One end of one connection.

    Attributes:
        period_s: How often it speaks unasked, s; 0: never.
    """

    period_s: float

    def heard(self, chunk: bytes) -> Sequence[Outgoing]:
        """What it answers to some more bytes, which may hold half a request or several."""
        ...

    def unasked(self) -> Sequence[Outgoing]:
        """What it says by itself, once every ``period_s``."""
        ...


OnSent = Callable[[bytes, int], None]
"""Told what went out readable: the line, ns on the monotonic clock."""


class TextAnswers:
    r"""An instrument that answers each line of text.

    Args:
        answer: Line with its terminator -> reply; ``b""`` is silence.
        terminator: How a line ends.
        faults: What goes wrong.
        on_sent: Told what went out readable.
        longest: A line longer than that is forgotten, bytes.
    """

    period_s = 0.0

    def __init__(
        self,
        answer: Callable[[bytes], bytes],
        terminator: bytes = b"\r\n",
        faults: Faults | None = None,
        on_sent: OnSent | None = None,
        longest: int = 1024,
    ) -> None:
        self._answer = answer
        self._terminator = terminator
        self._faults = faults or Faults()
        self._on_sent = on_sent
        self._longest = longest
        self._got = b""

    def heard(self, chunk: bytes) -> Sequence[Outgoing]:
        *lines, self._got = (self._got + chunk).split(self._terminator)
        if len(self._got) > self._longest:
            self._got = b""
        replies = [self._answer(line + self._terminator) for line in lines]
        return [spoilt(self._faults, reply, self._on_sent) for reply in replies if reply]

    def unasked(self) -> Sequence[Outgoing]:
        return ()


class TextStream:
    """An instrument that sends unasked and listens to nobody.

    Args:
        speak: The next line, with its terminator.
        period_s: How often it is sent, s.
        faults: What goes wrong.
        on_sent: Told what went out readable.
    """

    def __init__(
        self,
        speak: Callable[[], bytes],
        period_s: float,
        faults: Faults | None = None,
        on_sent: OnSent | None = None,
    ) -> None:
        if period_s <= 0:
            msg = f"period_s: expected more than 0, got {period_s:g}. Say how often a line is sent, in s."
            raise ValueError(msg)
        self._speak = speak
        self.period_s = period_s
        self._faults = faults or Faults()
        self._on_sent = on_sent

    def heard(self, chunk: bytes) -> Sequence[Outgoing]:  # noqa: ARG002  listens to nobody
        return ()

    def unasked(self) -> Sequence[Outgoing]:
        return [spoilt(self._faults, self._speak(), self._on_sent)]


def spoilt(faults: Faults, line: bytes, on_sent: OnSent | None) -> Outgoing:
    """What becomes of a line; told to ``on_sent`` when it can still be read."""
    out = faults.spoil(0, line)
    if on_sent is not None and out.intact:
        on_sent(line, time.monotonic_ns())
    return out
