"""Pictures taken apart: what shows the picture is kept, what tells of camera, place and owner is left out. Pure.

Of the text that a camera writes only the orientation is kept, since without it the picture lies on its side.

Source:
    ITU-T T.81 (JPEG), annex B; Exif 2.32, 4.6 (orientation); W3C PNG, third edition, 5 and 11; RFC 9649 (WebP), 2.
"""

import struct
from collections.abc import Iterator
from zlib import crc32

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_RESTARTS = range(0xD0, 0xD8)
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_EXIF, _PROFILE = b"Exif\0\0", b"ICC_PROFILE\0"
_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND"),
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"sBIT", b"bKGD"),
}
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_EXIF_AND_XMP = 0x08 | 0x04

LARGE, KIND, BROKEN = "large", "kind", "broken"
"""What can be wrong with a photo."""


class PhotoError(Exception):
    """A photo that cannot be kept.

    Attributes:
        why: ``large``, ``kind`` or ``broken``.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"photo: {why}. Choose another one.")
        self.why = why


# ------------------------------------------------------------------ JPEG


def clean_jpeg(content: bytes) -> bytes:
    """A JPEG without the segments of applications and comments, up to its end.

    Raises:
        PhotoError: It is broken off, or no JPEG.
    """
    kept, turned = [b"\xff\xd8"], 1
    for marker, body in _segments(content):
        if marker == _APP1 and body[4:].startswith(_EXIF):
            turned = orientation(body[4 + len(_EXIF) :])
        elif _is_picture(marker, body[4:]):
            kept.append(body)
    if turned != 1:
        # JFIF's own segment stays first where there is one.
        jfif = len(kept) > 1 and kept[1][1] == _APP0
        kept.insert(2 if jfif else 1, _exif_of(turned))
    return b"".join(kept)


def _is_picture(marker: int, told: bytes) -> bool:
    if marker == _APP2:
        return told.startswith(_PROFILE)
    if marker == _APP0:
        return told.startswith(b"JFIF\0")
    return marker == _APP14 or not (_APP0 <= marker <= _APP15 or marker == _COM)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment after the first marker; the entropy-coded bytes belong to their scan."""
    at, ended = 2, False
    while not ended:
        if at + 2 > len(content) or content[at] != 0xFF:  # noqa: PLR2004  every marker begins with it
            raise PhotoError(BROKEN)
        marker = content[at + 1]
        if marker == 0xFF:  # noqa: PLR2004  a byte that fills up
            at += 1
            continue
        ended = marker == _EOI
        size = 2 if ended else 2 + int.from_bytes(content[at + 2 : at + 4])
        end = _scan_end(content, at + size) if marker == _SOS else at + size
        if end > len(content) or (not ended and size < 4):  # noqa: PLR2004  a length counts itself
            raise PhotoError(BROKEN)
        yield marker, content[at:end]
        at = end


def _scan_end(content: bytes, at: int) -> int:
    """Where the entropy-coded bytes of a scan end: at a marker that is neither a stuffed zero nor a restart."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] not in (0x00, 0xFF, *_RESTARTS):
            return at
        at += 1
    raise PhotoError(BROKEN)


def orientation(tiff: bytes) -> int:
    """Orientation of an Exif block, 1 to 8; 1 where it says none, or nonsense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (n,) = struct.unpack_from(f"{order}H", tiff, at)
        for k in range(n):
            tag, _, _, turned = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * k)
            if tag == _ORIENTATION:
                return turned if turned in range(1, 9) else 1
    except struct.error:
        pass
    return 1


def _exif_of(turned: int) -> bytes:
    """A segment that says the orientation and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, turned, 0)
    tiff = struct.pack(">2sHIH", b"MM", 42, 8, 1) + entry + bytes(4)
    body = _EXIF + tiff
    return bytes((0xFF, _APP1)) + struct.pack(">H", 2 + len(body)) + body


# ------------------------------------------------------------------ PNG, WebP


def clean_png(content: bytes) -> bytes:
    """A PNG with the chunks that show it alone.

    Raises:
        PhotoError: It is broken off, or a chunk's CRC is wrong.
    """
    kept, at, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(content) or crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end]):
            raise PhotoError(BROKEN)
        if kind in _PNG_KEPT:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def clean_webp(content: bytes) -> bytes:
    """A WebP without its Exif and XMP chunks, and with flags that do not promise them.

    Raises:
        PhotoError: It is broken off.
    """
    whole = 8 + int.from_bytes(content[4:8], "little")
    kept, at = [], 12
    while at < whole:
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if end > min(whole, len(content)) or len(kind) < 4:  # noqa: PLR2004  a name has four letters
            raise PhotoError(BROKEN)
        chunk = content[at:end]
        if kind == b"VP8X" and size:
            chunk = chunk[:8] + bytes((chunk[8] & ~_WEBP_EXIF_AND_XMP,)) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        at = end
    if not kept:
        raise PhotoError(BROKEN)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
