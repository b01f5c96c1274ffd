r"""Points that the gateway makes, of the shop floor and of what lives in SQL, as lines.

Their tags and texts may have been typed by anybody, so they are escaped.

InfluxDB has no way to write a line break into a tag, and a backslash at a tag's end joins it to the next one:
control characters become blanks, and a backslash in a tag a slash. The registry keeps what was typed.
"""

import re
from math import isfinite
from typing import NamedTuple

from edge_agent.wire import schema
from edge_agent.wire.schema import NOTHING

SHOP_FLOOR = {schema.ELEMENT: schema.ELEMENT_TAGS, schema.STOP: schema.STOP_TAGS}
"""Measurements that are stored with what edges say, in every store."""
TOLD = {
    schema.ELEMENT_HOUR: schema.ELEMENT_TAGS,
    schema.ELEMENT_DAY: schema.ELEMENT_TAGS,
    schema.ELEMENT_SHIFT: schema.ELEMENT_SHIFT_TAGS,
    schema.WINDOW_HOUR: schema.TAGS,
    schema.WORK_UNIT_STATE: schema.WORK_UNIT_STATE_TAGS,
    schema.INDICATOR: schema.INDICATOR_TAGS,
    schema.PLAN: schema.PLAN_TAGS,
    schema.CALIBRATION: schema.CALIBRATION_TAGS,
    schema.CHECK: schema.CHECK_TAGS,
    schema.DUE: schema.DUE_TAGS,
    schema.PILOT: schema.PILOT_TAGS,
    schema.EDGE_STATUS: schema.EDGE_STATUS_TAGS,
    schema.BUS_STATUS: schema.BUS_STATUS_TAGS,
}
"""Measurements that jobs write, where analysts ask the store themselves."""
TAGS_OF = SHOP_FLOOR | TOLD
_LONGEST_TAG, _LONGEST_TEXT = 255, 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TAG = r"(?:[^\\,= ]|\\[,= ])+"
_NUMBER = r"-?[0-9][0-9.e+-]*"
_TEXT = r'"(?:[^"\\]|\\["\\])*"'
_LINE = re.compile(rf"([a-z_]+)((?:,[a-z_]+={_TAG})+) (.+) ([0-9]{{1,19}})")
_ONE_TAG = re.compile(rf",([a-z_]+)=({_TAG})")
_ONE_FIELD = re.compile(rf"([a-z][a-z0-9_]*)=(?:({_NUMBER})|({_TEXT}))(?:,(?!$)|$)")
_MAX_NS = 2**63 - 1


class Point(NamedTuple):
    """One point of a measurement of :data:`TAGS_OF`.

    Attributes:
        measurement: Which.
        tags: Values in the order of ``TAGS_OF[measurement]``.
        numbers: Field -> value.
        texts: Field -> text.
        at: UTC, ns since 1970.
    """

    measurement: str
    tags: tuple[str, ...]
    numbers: dict[str, float]
    texts: dict[str, str]
    at: int


def tag(typed: str) -> str:
    r"""What was typed as a tag can keep it; what is empty has a sign of its own.

    >>> tag("Nắp 5\\8\nxanh"), tag("")
    ('Nắp 5/8 xanh', '-')
    """
    return _CONTROL.sub(" ", typed).replace("\\", "/")[:_LONGEST_TAG].strip() or NOTHING


def kept(typed: str) -> str:
    r"""What was typed as a text can keep it: in one line, and not too long.

    >>> kept("kẹt\nkhuôn")
    'kẹt khuôn'
    """
    text = _CONTROL.sub(" ", typed)
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def line_of(point: Point) -> str:
    r"""One line.

    >>> print(line_of(Point("stop", ("a", "b", "press 1"), {"seconds": 2.0}, {"note": 'kẹt "khuôn"'}, 7)))
    stop,site=a,edge=b,work_unit=press\ 1 seconds=2.0,note="kẹt \"khuôn\"" 7
    """
    names = TAGS_OF[point.measurement]
    tags = "".join(f",{name}={_escaped(value)}" for name, value in zip(names, point.tags, strict=True))
    fields = [f"{name}={value!r}" for name, value in point.numbers.items()]
    fields += [f"{name}={_quoted(text)}" for name, text in point.texts.items()]
    return f"{point.measurement}{tags} {','.join(fields)} {point.at}"


def is_point(line: str) -> bool:
    """Whether a line is of one of these measurements."""
    return line.partition(",")[0] in TAGS_OF


def read_point(line: str) -> Point:
    """Read what :func:`line_of` wrote.

    Raises:
        ValueError: It is no such line.
    """
    match = _LINE.fullmatch(line)
    if match is None or _CONTROL.search(line):
        msg = f"line {line[:120]!r}: not a point of the shop floor. Find who publishes it."
        raise ValueError(msg)
    measurement, tags, fields, at = match.groups()
    found = _ONE_TAG.findall(tags)
    if tuple(name for name, _ in found) != TAGS_OF.get(measurement):
        msg = (
            f"line {line[:120]!r}: expected the tags {', '.join(TAGS_OF.get(measurement, ()))}. Find who publishes it."
        )
        raise ValueError(msg)
    numbers, texts = _fields(line, fields)
    if not 0 < int(at) <= _MAX_NS:
        msg = f"line {line[:120]!r}: time {at} is not a time in ns. Find who publishes it."
        raise ValueError(msg)
    return Point(measurement, tuple(_plain(value) for _, value in found), numbers, texts, int(at))


def series_name(point: Point) -> str:
    """Its tags after site and edge, as they stand in a line.

    >>> series_name(Point("stop", ("a", "b", "press-1"), {}, {}, 7))
    'work_unit=press-1'
    """
    names = TAGS_OF[point.measurement]
    return ",".join(f"{name}={_escaped(value)}" for name, value in zip(names[2:], point.tags[2:], strict=True))


def tags_of_series(site: str, edge: str, name: str) -> tuple[str, ...]:
    """The tags of a point from what :func:`series_name` says of it."""
    return site, edge, *(_plain(value) for _, value in _ONE_TAG.findall(f",{name}"))


def _fields(line: str, fields: str) -> tuple[dict[str, float], dict[str, str]]:
    numbers: dict[str, float] = {}
    texts: dict[str, str] = {}
    place = 0
    while place < len(fields):
        match = _ONE_FIELD.match(fields, place)
        if match is None or match[1] in numbers or match[1] in texts:
            msg = f"line {line[:120]!r}: its fields cannot be told apart. Find who publishes it."
            raise ValueError(msg)
        if match[2] is None:
            texts[match[1]] = re.sub(r'\\(["\\])', r"\1", match[3][1:-1])
        else:
            numbers[match[1]] = float(match[2])
        place = match.end()
    if not all(map(isfinite, numbers.values())):
        msg = f"line {line[:120]!r}: a number is not finite. Find who publishes it."
        raise ValueError(msg)
    return numbers, texts


def _escaped(value: str) -> str:
    return re.sub(r"([,= ])", r"\\\1", value)


def _plain(escaped: str) -> str:
    return re.sub(r"\\([,= ])", r"\1", escaped)


def _quoted(text: str) -> str:
    return '"' + kept(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
