r"""The envelope of a numbered message: a header line, then the body.

::

    #nhipdo1 journal=<32 hex> seq=<n> first=<n> n=<lines> crc32=<8 hex>\n
    body

The CRC-32 (IEEE 802.3, as in zlib) covers the header up to ``crc32=`` and the body. The header's form is
frozen for all versions, so a gateway can tell a newer message from a damaged one. To line protocol the
header is a comment, so any consumer of line protocol can read the topic too.
"""

import re
from typing import NamedTuple
from zlib import crc32

VERSION = 1
MAX_BODY = 64_000
"""Largest body that an edge makes, bytes."""
MAX_PAYLOAD = 1_000_000
"""Largest payload that a gateway looks into, bytes; far above what any edge makes."""

_HEADER = re.compile(
    rb"(#nhipdo([0-9]{1,9}) journal=([0-9a-f]{32}) seq=([0-9]{1,18}) first=([0-9]{1,18}) n=([0-9]{1,9}) )"
    rb"crc32=([0-9a-f]{8})\n"
)


class UnreadableError(Exception):
    """A payload whose header or CRC is wrong: it is never acknowledged."""


class Envelope(NamedTuple):
    """An opened message.

    Attributes:
        version: Of the contract; a reader of version 1 keeps others as dead letters.
        journal: The run of the agent that numbered it, 32 hex digits.
        seq: Its number in that journal, from 1.
        first: The lowest number of that journal that the edge still holds.
        n: Lines in the body.
        body: Lines joined by newlines, without a newline at the end.
    """

    version: int
    journal: str
    seq: int
    first: int
    n: int
    body: bytes


def seal(journal: str, seq: int, first: int, n: int, body: bytes) -> bytes:
    r"""A header line and a body.

    >>> seal("0123456789abcdef" * 2, 7, 1, 1, b"sample,site=a f=1 2")[:57]
    b'#nhipdo1 journal=0123456789abcdef0123456789abcdef seq=7 f'
    """
    head = f"#nhipdo{VERSION} journal={journal} seq={seq} first={first} n={n} ".encode()
    return b"%bcrc32=%08x\n%b" % (head, crc32(body, crc32(head)), body)


def open_sealed(payload: bytes) -> Envelope:
    """Read what :func:`seal` made.

    Raises:
        UnreadableError: No header of the contract, or its CRC does not fit.
    """
    if len(payload) > MAX_PAYLOAD:
        msg = f"payload of {len(payload)} bytes: more than {MAX_PAYLOAD}. No edge sends such; find who does."
        raise UnreadableError(msg)
    match = _HEADER.match(payload)
    if match is None:
        msg = f"payload begins with {payload[:40]!r}: not a header of the contract. Find who publishes it."
        raise UnreadableError(msg)
    head, version, journal, seq, first, n, crc = match.groups()
    body = payload[match.end() :]
    if crc32(body, crc32(head)) != int(crc, 16):
        msg = f"journal {journal.decode()[:8]} seq {int(seq)}: its CRC does not fit. It was damaged on the way."
        raise UnreadableError(msg)
    return Envelope(int(version), journal.decode(), int(seq), int(first), int(n), body)
