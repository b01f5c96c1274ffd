"""What an instrument and a bus owe each other: all that others need to know of drivers.

An instrument does no I/O. Its :meth:`Instrument.poll` is a generator: it yields the requests that may
go out together, is given their replies in the same order, may ask again, and at last returns every one
of its channels, as an :class:`Indication` or as :class:`Missing` with its reason. A bus carries bytes.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from drivers.errors import InstrumentError

Value = float | str
"""What a channel shows: a number, or a text such as a serial number."""


class Line(NamedTuple):
    """How a serial line is set: ``Line(9600, "8N1")``."""

    baud: int
    form: str = "8N1"


@dataclass(frozen=True, slots=True)
class Request:
    """What to send, and how to know that its reply is complete.

    Attributes:
        send: A Modbus PDU, or the text itself; ``b""`` only listens.
        whole: Given the body received so far, its whole length; 0 when that is not known yet.
        unit: Whom a Modbus frame addresses (device id).
        pause_s: Least silence before sending, s.
        line: The line setting in force before sending; a socket refuses it.
        then: The line setting from the last byte sent on; a socket refuses it.
        timeout_s: How long to wait for this reply, s; None is the bus's own.
        what: What is asked for, in words, for messages: ``input_register 52..61``.
    """

    send: bytes
    whole: Callable[[bytes], int]
    unit: int = 0
    pause_s: float = 0.0
    line: Line | None = None
    then: Line | None = None
    timeout_s: float | None = None
    what: str = ""


class Reply(NamedTuple):
    """What came back for one request.

    Attributes:
        body: The reply without its frame; ``b""`` when ``error`` says why.
        at: The instant it belongs to, ns on the monotonic clock: midpoint of last byte sent and
            first byte received; for unprompted lines the last byte.
        error: This reply's failure, not the poll's, with a text that names the instrument.
    """

    body: bytes
    at: int
    error: InstrumentError | None = None


class Indication(NamedTuple):
    """What the instrument gave, uncorrected (VIM 4.1).

    Attributes:
        channel: Which quantity of the instrument.
        value: In ``unit``; a text for channels of datatype string.
        unit: UCUM code.
        at: ns on the monotonic clock.
        doubt: Why the value is uncertain (``out_of_range``); empty when it is good.
    """

    channel: str
    value: Value
    unit: str
    at: int
    doubt: str = ""


class Missing(NamedTuple):
    """A channel that could not be read, and why. It travels like an :class:`Indication`.

    Attributes:
        channel: Which quantity of the instrument.
        reason: What happened, with what to do.
        at: ns on the monotonic clock; 0 when no reply has a time: the poll's end then counts.
    """

    channel: str
    reason: InstrumentError
    at: int = 0


class Meaning(NamedTuple):
    """What a channel means.

    Attributes:
        unit: UCUM code.
        minimum: Least valid value, in ``unit``; None when not known.
        maximum: Greatest valid value, in ``unit``.
        text: True when it shows a text instead of a number.
        title: What it is called: language (``vi``, ``en``) -> words.
    """

    unit: str
    minimum: float | None = None
    maximum: float | None = None
    text: bool = False
    title: Mapping[str, str] = {}


Shown = Indication | Missing
Poll = Generator[Sequence[Request], Sequence[Reply], Sequence[Shown]]


class Instrument(Protocol):
    """Anything that can be asked what it shows.

    Attributes:
        name: Unique on its edge.
        channels: Channel -> UCUM unit.
    """

    name: str
    channels: Mapping[str, str]

    def poll(self) -> Poll:
        """One reading: every channel once, as an indication or as missing."""
        ...


def ends_with(tail: bytes) -> Callable[[bytes], int]:
    r"""A reply is whole when ``tail`` has come.

    >>> ends_with(b"\r\n")(b"S S 1.00 g\r\nS S")
    12
    """

    def whole(got: bytes) -> int:
        end = got.find(tail)
        return end + len(tail) if end >= 0 else 0

    return whole
