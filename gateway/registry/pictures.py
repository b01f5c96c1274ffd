"""What a file is by its content, and whether it is whole: PDF, JPEG, PNG, WebP.

Decision: a picture's structure is walked from its first byte to its last, and its size in pixels is bounded.
Because: a file that is a picture and something else behind it, or one of 60 000 x 60 000 pixels in 1 kB, is made to
harm whoever opens it. Its pixels are not decoded here, so no decoder of ours can be attacked.

Source: ISO 32000-2, 7.5; ITU-T T.81, B; PNG 3rd edition, 5; RFC 9649 (WebP).
"""

import re
import struct
import zlib
from typing import NamedTuple

from gateway.registry.texts import WrongValueError

PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"
XML = "application/xml"
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png", WEBP: "webp", XML: "xml"}
MOST_PIXELS = 100_000_000
_PDF_END = 2048
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MARK, _STUFFED, _SCAN, _END = 0xFF, 0, 0xDA, 0xD9
_WEBP_KINDS = (b"VP8 ", b"VP8L", b"VP8X")


class Sniffed(NamedTuple):
    """What a file is.

    Attributes:
        media_type: Of its content.
        width: Pixels; 0: of a PDF.
        height: Pixels; 0: of a PDF.
    """

    media_type: str
    width: int = 0
    height: int = 0


def sniff(content: bytes) -> Sniffed:
    """What a file is, by its content alone.

    Raises:
        WrongValueError: It is none of those that are kept, or it is not whole.
    """
    try:
        if content.startswith(b"%PDF-"):
            return _pdf(content)
        if content.startswith(b"\xff\xd8\xff"):
            found = _jpeg(content)
        elif content.startswith(_PNG):
            found = _png(content)
        elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            found = _webp(content)
        else:
            raise WrongValueError(
                "Không phải PDF, JPEG, PNG hay WebP. Hãy chọn tệp khác, hoặc chụp ảnh văn bản.",
                "Is no PDF, JPEG, PNG or WebP. Choose another file, or take a photo of the document.",
            )
    except (IndexError, struct.error) as error:
        raise _broken("ảnh", "picture") from error
    if not 0 < found.width * found.height <= MOST_PIXELS:
        raise WrongValueError(
            f"Ảnh {found.width} x {found.height} điểm, nhiều nhất {MOST_PIXELS // 10**6} triệu. Hãy thu nhỏ.",
            f"The picture has {found.width} x {found.height} pixels, at most {MOST_PIXELS // 10**6} million. "
            "Shrink it.",
        )
    return found


def _broken(vi: str, en: str) -> WrongValueError:
    return WrongValueError(
        f"Tệp {vi} bị hỏng, bị cắt, hoặc có thêm nội dung ở cuối. Hãy lưu lại rồi gửi lại.",
        f"The {en} is damaged, cut off, or has something behind its end. Save it again and send that.",
    )


def _pdf(content: bytes) -> Sniffed:
    if not re.match(rb"%PDF-[12]\.[0-9]", content) or b"%%EOF" not in content[-_PDF_END:]:
        raise _broken("PDF", "PDF")
    return Sniffed(PDF)


def _jpeg(content: bytes) -> Sniffed:
    at, width, height = 2, 0, 0
    while True:
        if content[at] != _MARK:
            raise _broken("JPEG", "JPEG")
        while content[at] == _MARK:
            at += 1
        marker = content[at]
        at += 1
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", content, at)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 3)
        at += length
        if marker == _SCAN:
            at = _behind_scan(content, at)
    # Phones append thumbnails and film behind the end; a web page or an archive is something else.
    if content[at : at + 5].lstrip()[:1] == b"<" or content[at : at + 2] == b"PK":
        raise _broken("JPEG", "JPEG")
    return Sniffed(JPEG, width, height)


def _behind_scan(content: bytes, at: int) -> int:
    """The next marker that is not part of the scan."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise _broken("JPEG", "JPEG")
        following = content[at + 1]
        if following not in {_STUFFED, _MARK, *_ALONE}:
            return at
        at += 1 if following == _MARK else 2


def _png(content: bytes) -> Sniffed:
    at, width, height = len(_PNG), 0, 0
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(kind + body) != check:
            raise _broken("PNG", "PNG")
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", body)
        at += 12 + length
        if kind == b"IEND":
            break
    if at != len(content):
        raise _broken("PNG", "PNG")
    return Sniffed(PNG, width, height)


def _webp(content: bytes) -> Sniffed:
    (size,) = struct.unpack_from("<I", content, 4)
    kind = content[12:16]
    if size + 8 != len(content) or kind not in _WEBP_KINDS:
        raise _broken("WebP", "WebP")
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[k : k + 3], "little") + 1 for k in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    return Sniffed(WEBP, width, height)
