"""Lines to message bodies and back: at most 64 kB plain, compressed on disk."""

import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from edge_agent.wire.envelope import MAX_BODY

TELEMETRY = "telemetry"
RECORD = "record"
KEPT = "kept"
"""Records that tell of a loss or of a run: sent as records, never evicted."""


class Body(NamedTuple):
    """What will become one message.

    Attributes:
        kind: ``telemetry``, ``record`` or ``kept``.
        n: Lines.
        plain: The lines joined by newlines.
    """

    kind: str
    n: int
    plain: bytes


class RottenError(Exception):
    """A row of the outbox is not what was written."""


def pack(kind: str, lines: Iterable[str]) -> Iterator[Body]:
    r"""Lines in order, as many to a body as 64 kB hold.

    >>> [(b.n, b.plain) for b in pack(TELEMETRY, ["a f=1 1", "b f=2 2"])]
    [(2, b'a f=1 1\nb f=2 2')]
    """
    some: list[str] = []
    size = 0
    for line in lines:
        length = len(line) + 1 if line.isascii() else len(line.encode()) + 1
        if some and size + length > MAX_BODY:
            yield Body(kind, len(some), "\n".join(some).encode())
            some, size = [], 0
        some.append(line)
        size += length
    if some:
        yield Body(kind, len(some), "\n".join(some).encode())


def squeeze(plain: bytes) -> tuple[int, bytes]:
    """CRC-32 of a body, and the body as it lies on disk."""
    return zlib.crc32(plain), zlib.compress(plain, 1)


def expand(crc: int, squeezed: bytes) -> bytes:
    """The body as it was.

    Raises:
        RottenError: The disk gave back something else.
    """
    try:
        plain = zlib.decompress(squeezed)
    except zlib.error as error:
        raise RottenError(str(error)) from error
    if zlib.crc32(plain) != crc:
        msg = f"CRC-32 {zlib.crc32(plain):08x}, expected {crc:08x}"
        raise RottenError(msg)
    return plain
