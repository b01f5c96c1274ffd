"""Lines of InfluxDB line protocol, as edges write them and gateways read them.

Names of sites, edges, instruments and channels are restricted (``schema.NAME``, ``schema.CHANNEL``) and texts
are quality words, so nothing ever needs escaping and a line splits at its blanks. A line of another
writer that does not is refused with :class:`ValueError`, and the gateway keeps it as a dead letter.
"""

from collections.abc import Iterable
from math import isfinite
from typing import NamedTuple

from edge_agent.wire.schema import NAME, TAGS

_MAX_NS = 2**63 - 1


class Point(NamedTuple):
    """One line, read.

    Attributes:
        measurement: ``sample`` or ``window``.
        site: Tag.
        edge: Tag.
        instrument: Tag.
        numbers: Field -> value.
        texts: Field -> text; qualities.
        at: UTC, ns since 1970.
    """

    measurement: str
    site: str
    edge: str
    instrument: str
    numbers: dict[str, float]
    texts: dict[str, str]
    at: int


def line_head(measurement: str, site: str, edge: str, instrument: str) -> str:
    """Measurement and tags, with the blank that ends them.

    >>> line_head("sample", "sa-dec", "e1", "meter-1")
    'sample,site=sa-dec,edge=e1,instrument=meter-1 '
    """
    return f"{measurement},site={site},edge={edge},instrument={instrument} "


def format_line(head: str, numbers: Iterable[tuple[str, float]], texts: Iterable[tuple[str, str]], at: int) -> str:
    """One line; numbers must be finite, and there must be a field.

    >>> format_line("sample,site=a,edge=b,instrument=c ", [("mass", 1.5)], [("power_q", "bad.busy")], 7)
    'sample,site=a,edge=b,instrument=c mass=1.5,power_q="bad.busy" 7'
    """
    fields = [*map("%s=%r".__mod__, numbers), *map('%s="%s"'.__mod__, texts)]
    return f"{head}{','.join(fields)} {at}"


def parse_line(line: str) -> Point:
    """Read one line.

    Raises:
        ValueError: It is not a line of the contract.
    """
    try:
        head, fields, at = line.split(" ")
        measurement, *tags = head.split(",")
        site, edge, instrument = (_tag(name, tag) for name, tag in zip(TAGS, tags, strict=True))
        numbers, texts = _fields(fields)
        when = int(at)
    except ValueError as error:
        msg = f"line {line[:120]!r}: not a line of the contract ({error}). Find who publishes it."
        raise ValueError(msg) from error
    if not 0 < when <= _MAX_NS:
        msg = f"line {line[:120]!r}: time {when} is not a time in ns. Find who publishes it."
        raise ValueError(msg)
    return Point(measurement, site, edge, instrument, numbers, texts, when)


def _tag(name: str, tag: str) -> str:
    found, _, value = tag.partition("=")
    if found != name or not NAME.fullmatch(value):
        msg = f"{tag!r} where {name}=... belongs"
        raise ValueError(msg)
    return value


def _fields(fields: str) -> tuple[dict[str, float], dict[str, str]]:
    numbers: dict[str, float] = {}
    texts: dict[str, str] = {}
    for field in fields.split(","):
        name, _, value = field.partition("=")
        if not name:
            raise ValueError(field)
        if value.startswith('"'):
            if len(value) < 2 or not value.endswith('"') or '"' in value[1:-1]:  # noqa: PLR2004  two quotes
                raise ValueError(field)
            texts[name] = value[1:-1]
        else:
            numbers[name] = float(value)
    if not all(map(isfinite, numbers.values())):
        raise ValueError(fields[:80])
    return numbers, texts
