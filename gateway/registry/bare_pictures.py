"""Pictures without what tells of their origin: where they were taken, when, with what, by whom.

Decision: what shows the picture is kept byte for byte; of the rest its colour profile, and of a JPEG which way up it
is.
Because: a phone writes its position into every photo, and whoever attaches one as proof does not mean to tell that. The
hash that is kept is then of what is kept. Nothing is decoded, so no decoder of ours can be attacked.
Instead of: refusing such photos; hardly anybody could attach one.

Source: ITU-T T.81, B; CIPA DC-008 (Exif 2.32), 4.5.4 and 4.6.4; PNG 3rd edition, 5 and 11; RFC 9649 (WebP), 2.7.
"""

import struct
from collections.abc import Iterator

from gateway.registry.pictures import JPEG, PNG, WEBP
from gateway.registry.texts import WrongValueError

_EXIF, _PROFILE, _JFIF = b"Exif\0\0", b"ICC_PROFILE\0", b"JFIF\0"
_MARK, _SCAN, _END, _COMMENT = 0xFF, 0xDA, 0xD9, 0xFE
_APP0, _APP1, _APP2, _ADOBE, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_ORIENTATION, _SHORT = 0x0112, 3
_UPRIGHT, _TURNS = 1, range(1, 9)
_PNG_HEAD = 8
_PNG_TELLS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_WEBP_HEAD = 12
_WEBP_SHOWS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_PROMISES = 0x08 | 0x04
"""Flags of ``VP8X``: there is Exif, there is XMP."""


def without_origin(content: bytes, media_type: str) -> bytes:
    """What is kept of a document.

    Args:
        content: Found whole by :func:`gateway.registry.pictures.sniff`.
        media_type: That it found; what is no picture stays as it is.

    Raises:
        WrongValueError: Its parts do not fit into one another.
    """
    bare = {JPEG: _jpeg, PNG: _png, WEBP: _webp}.get(media_type)
    try:
        return bare(content) if bare else content
    except (IndexError, ValueError, struct.error) as error:
        raise WrongValueError(
            "Ảnh bị hỏng bên trong. Hãy lưu lại rồi gửi lại.",
            "The picture is damaged inside. Save it again and send that.",
        ) from error


def _jpeg(content: bytes) -> bytes:
    kept, turned = [content[:2]], _UPRIGHT
    for marker, part in _segments(content):
        told = part[4:]
        if marker == _APP1 and told.startswith(_EXIF):
            turned = _orientation(told[len(_EXIF) :])
        elif _shows(marker, told):
            kept.append(part)
    if turned != _UPRIGHT:
        # JFIF's own segment, where there is one, comes first.
        kept.insert(2 if kept[1][1] == _APP0 else 1, _only_orientation(turned))
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each, with its length; what is behind the end (film, another photo) is not among them."""
    at = 2
    while True:
        while content[at] == _MARK:  # a marker may be filled up with more of them
            at += 1
        marker, begins = content[at], at + 1
        at = begins
        if marker not in _ALONE and marker != _END:
            at += struct.unpack_from(">H", content, at)[0]
        if marker == _SCAN:
            at = _behind_scan(content, at)
        yield marker, bytes((_MARK, marker)) + content[begins:at]
        if marker == _END:
            return


def _behind_scan(content: bytes, at: int) -> int:
    while True:
        at = content.index(b"\xff", at)
        following = content[at + 1]
        if following not in (0, _MARK, *_ALONE):
            return at
        at += 1 if following == _MARK else 2


def _shows(marker: int, told: bytes) -> bool:
    """Whether the picture would look otherwise without this segment."""
    if marker == _APP0:
        return told.startswith(_JFIF)
    if marker == _APP2:
        return told.startswith(_PROFILE)
    return marker == _ADOBE or not (_APP0 <= marker <= _APP15 or marker == _COMMENT)


def _orientation(tiff: bytes) -> int:
    """Which way up, 1 to 8; 1 where nothing is said, or nonsense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return _UPRIGHT
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for k in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * k)
            if tag == _ORIENTATION:
                return value if value in _TURNS else _UPRIGHT
    except struct.error:
        pass
    return _UPRIGHT


def _only_orientation(turned: int) -> bytes:
    """A segment of Exif with this one entry."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turned, 0)
    told = _EXIF + struct.pack(">2sHIH", b"MM", 42, 8, 1) + entry + bytes(4)
    return struct.pack(">BBH", _MARK, _APP1, 2 + len(told)) + told


def _png(content: bytes) -> bytes:
    kept, at = [content[:_PNG_HEAD]], _PNG_HEAD
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if kind not in _PNG_TELLS:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    kept, at = [], _WEBP_HEAD
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        end = at + 8 + length + length % 2
        if end > len(content):
            msg = f"a chunk of {length} bytes at {at} of {len(content)}"
            raise ValueError(msg)
        chunk = content[at:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes((chunk[8] & ~_WEBP_PROMISES,)) + chunk[9:]
        if kind in _WEBP_SHOWS:
            kept.append(chunk)
        at = end
    told = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(told)) + told
