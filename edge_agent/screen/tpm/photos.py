"""A photo as it is kept: known by its own bytes, without the place where it was taken, in pieces that fit a message.

Pure.

Decision: what a camera wrote beside the picture is taken out here, whatever the browser did before.
Because: a phone writes where it was, when and whose it is; the records travel to the province.
Instead of: trusting the script that shrinks the picture, which a browser may not run.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from hashlib import sha256

from edge_agent.screen.tpm.photo_segments import KIND, LARGE, PhotoError, clean_jpeg, clean_png, clean_webp
from edge_agent.wire.entries import Photo

MOST_BYTES = 400_000
"""Largest photo that is kept; the page's script makes it about a third of this."""
PIECE_BYTES = 30_000
"""Of a photo in one record: 40 000 characters of base64, so that a message of 64 kB holds it."""
_CLEAN = {"image/jpeg": clean_jpeg, "image/png": clean_png, "image/webp": clean_webp}

__all__ = ["MOST_BYTES", "PhotoError", "cleaned", "joined", "media_type_of", "pieces_of"]


def media_type_of(content: bytes) -> str:
    r"""What the first bytes say that it is; empty: none of the three kinds that are taken.

    >>> media_type_of(b"\xff\xd8\xff\xe0 ..."), media_type_of(b"GIF89a")
    ('image/jpeg', '')
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def cleaned(content: bytes) -> tuple[bytes, str]:
    """The picture alone, and its media type.

    Raises:
        PhotoError: ``large``, ``kind`` (neither JPEG nor PNG nor WebP) or ``broken``.
    """
    if len(content) > MOST_BYTES:
        raise PhotoError(LARGE)
    media_type = media_type_of(content)
    if not media_type:
        raise PhotoError(KIND)
    return _CLEAN[media_type](content), media_type


def pieces_of(content: bytes, media_type: str, who: str = "", entered_at: int = 0) -> Iterator[Photo]:
    """The records of a photo, in order."""
    digest = sha256(content).hexdigest()
    of = -(-len(content) // PIECE_BYTES)
    for number in range(of):
        piece = content[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]
        yield Photo(
            key=f"{digest}.{number}",
            sha256=digest,
            number=number,
            of=of,
            media_type=media_type,
            content=base64.b64encode(piece).decode(),
            who=who,
            entered_at=entered_at,
        )


def joined(pieces: Sequence[Photo | None]) -> bytes | None:
    """The photo that some records hold, in their order; None: one is absent, or they are not what was kept."""
    try:
        content = b"".join(base64.b64decode(one.content, validate=True) for one in pieces if one is not None)
    except binascii.Error:
        return None
    found = [one.number for one in pieces if one is not None]
    if not pieces or pieces[0] is None or found != list(range(pieces[0].of)):
        return None
    return content if sha256(content).hexdigest() == pieces[0].sha256 else None
