"""Lines as the stores take them: :func:`edge_agent.wire.lines.parse_line`, made fast for what edges really send.

Decision: names are held to the schema's letters here, and both stores refuse what is not.
Because: InfluxDB takes ``#sample,...`` for a comment and answers 204, and an integer ``5i`` that comes first
makes it refuse every float of that field after it.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

import msgspec

from edge_agent.wire.lines import parse_line
from edge_agent.wire.schema import BAD, QUALITY, TAGS, UNCERTAINTY, is_channel
from gateway.timeseries import Refused
from gateway.timeseries.points import is_point, read_point, series_name

MAX_FIELDS = 4000
"""Of an instrument; an edge has some hundreds."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_TAKEN = frozenset({*TAGS, "time"})
"""InfluxDB drops a field ``time`` without a word, and one field ``site`` hides every tag ``site`` from its readers."""
_TEXT = re.compile(r"[^\\]{0,200}")
_ALL_BUT_SEPARATORS = bytes(set(range(0x20, 256)) - set(b",="))
"""Control characters stay too: a line that holds one is not usual."""
_numbers = msgspec.json.Decoder(list[float])
_SHAPES = 4096


class Head(NamedTuple):
    """What a line is about; of a point of the shop floor ``instrument`` is all that follows the edge."""

    measurement: str
    site: str
    edge: str
    instrument: str


class Shape(NamedTuple):
    """The fields of a line: their names in the line's order, and the channels that they speak of."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    channels: frozenset[str]


class Reading(NamedTuple):
    """One line, read; ``texts`` stand in their shape's order."""

    head: Head
    shape: Shape
    numbers: "array[float]"
    texts: tuple[str, ...]
    at: int


def read_lines(lines: Sequence[str]) -> tuple[list[tuple[str, Reading]], list[Refused]]:
    """Lines with what they say, and those that are not of the contract."""
    read, refused = [], []
    for line in lines:
        try:
            read.append((line, read_line(line)))
        except ValueError as error:
            refused.append(Refused(line, str(error)))
    return read, refused


def read_line(line: str) -> Reading:
    """Read one line.

    Raises:
        ValueError: It is not a line of the contract.
    """
    if is_point(line):
        return _read_shop_floor(line)
    return _read_usual(line) or _read_any(line)


def is_bad(quality: str) -> bool:
    """Whether a quality's grade is bad.

    >>> is_bad("bad.no_reply"), is_bad("badly"), is_bad("good")
    (True, False, False)
    """
    return quality.partition(".")[0] == BAD


def _read_usual(line: str) -> Reading | None:
    """A line of good numbers, without looking at each field by itself; None when it takes a closer look.

    Names and values alternate exactly when the separators do. The values are read as one JSON list: ``float``
    takes 0.3 us for a number of 17 digits, this 0.05.
    """
    parts = line.split(" ")
    if len(parts) != 3 or not line.isascii():  # noqa: PLR2004  head, fields, time
        return None
    head, fields, at = parts
    words = fields.replace("=", ",").split(",")
    names = tuple(words[0::2])
    if fields.encode().translate(None, _ALL_BUT_SEPARATORS) != _separators(len(names)) or not at.isdigit():
        return None
    try:
        numbers = array("d", _numbers.decode(f"[{','.join(words[1::2])}]"))
        reading = Reading(_head(head), _shape(names, ()), numbers, (), int(at))
    except (ValueError, msgspec.MsgspecError):
        return None
    # A sum of finite numbers that overflows only costs a closer look.
    usual = len(numbers) == len(names) and isfinite(sum(numbers)) and 0 < reading.at < 2**63
    return reading if usual else None


def _read_any(line: str) -> Reading:
    point = parse_line(line)
    if not (line.isascii() and line.isprintable()):
        msg = f"line {line[:120]!r}: holds other than printable ASCII. Find who publishes it."
        raise ValueError(msg)
    if not line.rpartition(" ")[2].isdigit():
        msg = f"line {line[:120]!r}: its time is not written in digits only. Find who publishes it."
        raise ValueError(msg)
    for text in point.texts.values():
        if not _TEXT.fullmatch(text):
            msg = f"line {line[:120]!r}: text {text[:40]!r} is no quality. Find who publishes it."
            raise ValueError(msg)
    try:
        head = _head(line.partition(" ")[0])
        shape = _shape(tuple(point.numbers), tuple(point.texts))
    except ValueError as error:
        msg = f"line {line[:120]!r}: {error}. Find who publishes it."
        raise ValueError(msg) from error
    return Reading(head, shape, array("d", point.numbers.values()), tuple(point.texts.values()), point.at)


def _read_shop_floor(line: str) -> Reading:
    point = read_point(line)
    head = Head(point.measurement, point.tags[0], point.tags[1], series_name(point))
    shape = _shape(tuple(point.numbers), tuple(point.texts))
    return Reading(head, shape, array("d", point.numbers.values()), tuple(point.texts.values()), point.at)


@lru_cache(_SHAPES)
def _separators(fields: int) -> bytes:
    return b",".join([b"="] * fields)


@lru_cache(_SHAPES)
def _head(text: str) -> Head:
    point = parse_line(f"{text} f=1 1")
    if not _NAME.fullmatch(point.measurement):
        msg = f"measurement {point.measurement[:40]!r} is no name of the contract"
        raise ValueError(msg)
    return Head(point.measurement, point.site, point.edge, point.instrument)


@lru_cache(_SHAPES)
def _shape(numbers: tuple[str, ...], texts: tuple[str, ...]) -> Shape:
    for name in (*numbers, *texts):
        if not _NAME.fullmatch(name) or name in _TAKEN:
            msg = f"field {name[:40]!r} is no name of the contract"
            raise ValueError(msg)
    if len(set(numbers)) + len(set(texts)) != len(set(numbers + texts)) or len(set(numbers)) != len(numbers):
        msg = "a field stands twice"
        raise ValueError(msg)
    if len(numbers) + len(texts) > MAX_FIELDS:
        msg = f"{len(numbers) + len(texts)} fields, more than {MAX_FIELDS}"
        raise ValueError(msg)
    return Shape(numbers, texts, channels_of(numbers, texts))


def channels_of(numbers: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """The channels that fields speak of: by a value, or by a quality that stands in a value's place.

    >>> sorted(channels_of(["mass", "mass_u"], ["power_q"]))
    ['mass', 'power']
    """
    named = [name.removesuffix(QUALITY) for name in texts if name.endswith(QUALITY)]
    return frozenset(filter(is_channel, (*numbers, *named)))


def fields_of(channel: str) -> tuple[str, str, str]:
    """The fields of a channel's value, uncertainty and quality."""
    return channel, channel + UNCERTAINTY, channel + QUALITY
