r"""Instruments that answer, or send unasked, in lines of text that a regular expression describes.

Source: none but the model file's; the dialect is what the file says.

Decision: an instrument that sends unasked is listened to until two lines have ended, and the second counts.
Because: the first may have been joined in its middle, and ``2.34 g`` out of ``12.34 g`` looks like a line.
Instead of: taking the first line that fits the pattern.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import xor
from typing import Literal

import msgspec

from drivers.errors import BadReplyError, InstrumentError, RefusedError
from drivers.instrument import Indication, Instrument, Meaning, Missing, Poll, Reply, Request, Shown
from drivers.serial.text_channel import TextChannel

CHECKED, CHECK = "checked", "check"
"""Groups of a pattern with a checksum: what it covers, and its two hexadecimal digits."""

LONGEST = 1024
"""Highest ``max_length``. Python's regular expressions may take time beyond all bounds on a long line."""


class TextLineFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    r"""What a model file says of an instrument that speaks in lines of text.

    ::

        prompt = "READ?\r\n"
        pattern = '(?P<temperature>[-+0-9.]+) C; (?P<humidity>[0-9.]+) %'
        [[channel]]
        name = "temperature"
        unit = "Cel"
        [[channel]]
        name = "humidity"
        unit = "%"

    Attributes:
        pattern: Regular expression that a whole line, without its terminator and outer blanks, must match; each
            channel is a named group of it. Bytes are read as Latin-1: the degree sign is ``\xb0`` or ``\xdf``.
        channel: The channels.
        prompt: What is sent to be given a line; empty for an instrument that sends unasked.
        terminator: How a line ends.
        max_length: Longest line, without terminator, bytes.
        check: Checksum over the bytes of the group ``checked``: their exclusive or, or their sum modulo 256, as
            two hexadecimal digits in the group ``check``; empty for none.
        pause_s: Least silence before the prompt, s.
    """

    pattern: str
    channel: tuple[TextChannel, ...]
    prompt: str = ""
    terminator: str = "\r\n"
    max_length: int = 256
    check: Literal["", "xor", "sum"] = ""
    pause_s: float = 0.0

    def __post_init__(self) -> None:
        mistakes = [f"{key}: {text}" for key, text in self._mistakes()]
        if mistakes:
            raise ValueError("\n".join(mistakes))

    def meanings(self) -> dict[str, Meaning]:
        """Channel -> what it means."""
        return {c.name: c.meaning for c in self.channel}

    def instrument(self, name: str, device_id: int = 0) -> Instrument:  # noqa: ARG002  a line has one speaker
        """An instrument of this kind; its line has one speaker, so it needs no ``device_id``."""
        return TextLine(name, self)

    def _mistakes(self) -> Iterator[tuple[str, str]]:
        if not self.terminator:
            yield "terminator", "is empty. Say how a line ends, as in '\\r\\n'."
        if not 1 <= self.max_length <= LONGEST:
            yield "max_length", f"expected 1 to {LONGEST}, got {self.max_length}. Give the longest line in bytes."
        if not 0 <= self.pause_s <= 60:  # noqa: PLR2004  a minute
            yield "pause_s", f"expected 0 to 60, got {self.pause_s:g}. Give the least silence before the prompt in s."
        for key, sent in (("prompt", self.prompt), ("terminator", self.terminator)):
            if not all(ord(c) < 256 for c in sent):  # noqa: PLR2004  Latin-1
                yield key, f"{sent!r} has a character that is not one byte. Write it as \\u0000 to \\u00ff."
        if not self.channel:
            yield "channel", "none is given. Add a [[channel]] for each group of the pattern."
        for k, channel in enumerate(self.channel):
            yield from ((f"channel[{k}].{key}", text) for key, text in channel.mistakes())
        yield from self._mismatches()

    def _mismatches(self) -> Iterator[tuple[str, str]]:
        """Where pattern and channels do not fit."""
        names = [c.name for c in self.channel]
        for k, name in enumerate(names):
            if name in names[:k]:
                yield f"channel[{k}].name", f"{name!r} is there twice. Give each channel its own name."
        try:
            groups = list(re.compile(self.pattern).groupindex)
        except re.error as error:
            yield "pattern", f"does not compile ({error}). Correct the regular expression."
            return
        special = {CHECKED, CHECK} if self.check else set()
        for name in sorted(special - set(groups)):
            yield (
                "pattern",
                f"has no group (?P<{name}>...), but check is {self.check!r}. Add the group, or remove check.",
            )
        for name in groups:
            if name not in names and name not in special:
                yield (
                    "pattern",
                    f"its group {name!r} has no [[channel]]. Add one, or write (?:...) for (?P<{name}>...).",
                )
        for k, name in enumerate(names):
            if name not in groups:
                yield (
                    f"channel[{k}].name",
                    f"{name!r} is no group of the pattern. Add (?P<{name}>...), or remove it here.",
                )


class TextLine:
    """One instrument that speaks in lines. Does no I/O: a bus carries what :meth:`poll` yields.

    Args:
        name: Unique on its edge.
        form: What its model file says.
    """

    def __init__(self, name: str, form: TextLineFormat) -> None:
        self.name = name
        self._form = form
        self.channels: Mapping[str, str] = {c.name: c.unit for c in form.channel}
        self._pattern = re.compile(form.pattern)
        self._terminator = form.terminator.encode("latin-1")
        self._request = Request(
            form.prompt.encode("latin-1"),
            lines(self._terminator, 1 if form.prompt else 2, form.max_length),
            pause_s=form.pause_s,
            what=f"line for {form.prompt.strip()!r}" if form.prompt else "next line",
        )

    def poll(self) -> Poll:
        """The line that a prompt brings, or the next whole line of one that sends unasked."""
        (reply,) = yield (self._request,)
        if reply.error:
            return self._all_missing(reply, reply.error)
        body = reply.body.removesuffix(self._terminator)
        if body == reply.body:
            return self._all_missing(reply, self._too_long(body))
        line = body.split(self._terminator)[-1].decode("latin-1").strip()
        match = self._pattern.fullmatch(line) if len(line) <= self._form.max_length else None
        if match is None:
            why = (
                f"expected a line like {self._form.pattern}, got {line[:80]!r}. Check the model file and the baud rate."
            )
            return self._all_missing(reply, BadReplyError(self._says(why)))
        if self._form.check and not self._check_fits(match):
            why = (
                f"expected checksum {self._checksum(match):02X}, got {match[CHECK]!r}. Check the cable and its shield."
            )
            return self._all_missing(reply, BadReplyError(self._says(why)))
        return tuple(self._shown(channel, match[channel.name], reply.at) for channel in self._form.channel)

    def _shown(self, channel: TextChannel, shown: str | None, at: int) -> Shown:
        text = (shown or "").strip()
        if not text or text in channel.no_value:
            why = f"expected a value, got {text!r}. Check what is connected to the instrument."
            return Missing(channel.name, RefusedError(f"{self.name}: {channel.name}: {why}", "no_value"), at)
        value = channel.value(text)
        if value is None:
            why = f"expected a number, got {text[:40]!r}. Check the pattern in the model file."
            return Missing(channel.name, BadReplyError(f"{self.name}: {channel.name}: {why}"), at)
        return Indication(channel.name, value, channel.unit, at, channel.doubt(value))

    def _all_missing(self, reply: Reply, why: InstrumentError) -> tuple[Shown, ...]:
        return tuple(Missing(name, why, reply.at) for name in self.channels)

    def _too_long(self, body: bytes) -> BadReplyError:
        ends = self._form.terminator
        why = f"expected a line of at most {self._form.max_length} bytes that ends with {ends!r}, got {body[:40]!r}..."
        return BadReplyError(self._says(f"{why} Check terminator, max_length and the baud rate."))

    def _check_fits(self, match: re.Match[str]) -> bool:
        try:
            return int(match[CHECK] or "", 16) == self._checksum(match)
        except ValueError:
            return False

    def _checksum(self, match: re.Match[str]) -> int:
        covered = (match[CHECKED] or "").encode("latin-1")
        return reduce(xor, covered, 0) if self._form.check == "xor" else sum(covered) % 256

    def _says(self, what: str) -> str:
        return f"{self.name}: {', '.join(self.channels)} ({self._request.what}): {what}"


def lines(terminator: bytes, count: int, max_length: int) -> Callable[[bytes], int]:
    r"""A reply is whole when ``count`` lines have ended, or when a line is longer than it may be.

    >>> lines(b"\r\n", 2, 80)(b"34 g\r\n12.35 g\r\n12")
    15
    """

    def whole(got: bytes) -> int:
        begin = 0
        for _ in range(count):
            end = got.find(terminator, begin)
            if end < 0:
                return len(got) if len(got) - begin > max_length + len(terminator) else 0
            begin = end + len(terminator)
        return begin

    return whole
