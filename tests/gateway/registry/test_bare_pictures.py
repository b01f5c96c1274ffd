"""What is kept of a photo: all that shows it, and nothing of where, when and with what it was taken."""

import random
import struct
import zlib

import pytest

from gateway.registry.bare_pictures import without_origin
from gateway.registry.pictures import JPEG, PDF, PNG, WEBP, sniff
from gateway.registry.texts import WrongValueError

PLACE = b"10.2899N 105.7559E"
"""Stands for what a phone says of where it was."""
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"scan\xff\x00more\xff\xd0rest"
JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
PROFILE = b"\xff\xe2\x00\x14ICC_PROFILE\0\x01\x01abcd"
ADOBE = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\x01"


def segment(marker: int, told: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", 2 + len(told)) + told


def exif(order: str, turned: int) -> bytes:
    """As a phone writes it: orientation, and a text with its place."""
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    entries += struct.pack(f"{order}HHII", 0x8298, 2, len(PLACE), 38)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, 2)
    return segment(0xE1, b"Exif\0\0" + head + entries + bytes(4) + PLACE)


def jpeg(*told: bytes) -> bytes:
    return b"\xff\xd8" + JFIF + b"".join(told) + FRAME + SCAN + b"\xff\xd9"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*told: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(told) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def webp(flags: int, *told: bytes) -> bytes:
    parts = [b"VP8X" + struct.pack("<IB3x", 10, flags) + b"\x02\0\0\x01\0\0", b"VP8 " + struct.pack("<I", 3) + b"abc\0"]
    body = b"WEBP" + b"".join((*parts, *told))
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("given", "media_type", "kept"),
    [
        (jpeg(exif("<", 1)), JPEG, jpeg()),
        (jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), PROFILE, ADOBE), JPEG, jpeg(PROFILE, ADOBE)),
        (jpeg(segment(0xED, PLACE), segment(0xFE, PLACE), segment(0xE2, b"MPF\0" + PLACE)), JPEG, jpeg()),
        (jpeg() + b"\xff\xd8 a film of " + PLACE, JPEG, jpeg()),
        (jpeg(b"\xff\xff" + exif(">", 1)), JPEG, jpeg()),
        (
            png(chunk(b"eXIf", PLACE), chunk(b"tEXt", PLACE), chunk(b"gAMA", b"\0\1\0\0")),
            PNG,
            png(chunk(b"gAMA", b"\0\1\0\0")),
        ),
        (png(chunk(b"iTXt", PLACE), chunk(b"zTXt", PLACE), chunk(b"tIME", b"1234567")), PNG, png()),
        (webp(0x0C, b"EXIF" + struct.pack("<I", 18) + PLACE, b"XMP " + struct.pack("<I", 18) + PLACE), WEBP, webp(0)),
        (b"%PDF-1.7 of " + PLACE, PDF, b"%PDF-1.7 of " + PLACE),
    ],
    ids=["exif", "xmp", "iptc", "film", "filled", "png", "png-texts", "webp", "pdf"],
)
def test_where_a_picture_was_taken_goes_and_what_shows_it_stays(given, media_type, kept) -> None:
    assert without_origin(given, media_type) == kept
    assert without_origin(kept, media_type) == kept


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("turned", [3, 6, 8])
def test_a_photo_does_not_come_to_lie_on_its_side(order, turned) -> None:
    kept = without_origin(jpeg(exif(order, turned)), JPEG)
    assert PLACE not in kept
    only = struct.pack(">2sHIH", b"MM", 42, 8, 1) + struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0) + bytes(4)
    assert kept == jpeg(segment(0xE1, b"Exif\0\0" + only))
    assert without_origin(kept, JPEG) == kept


def test_an_orientation_that_makes_no_sense_is_none() -> None:
    assert without_origin(jpeg(exif("<", 9)), JPEG) == jpeg()
    assert without_origin(jpeg(segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff")), JPEG) == jpeg()


@pytest.mark.parametrize(
    ("given", "media_type"),
    [(jpeg(exif("<", 6), PROFILE), JPEG), (png(chunk(b"eXIf", PLACE)), PNG), (webp(8, b"EXIF\2\0\0\0ab"), WEBP)],
    ids=["jpeg", "png", "webp"],
)
def test_whatever_is_found_whole_is_kept_whole_or_refused_in_words(given, media_type) -> None:
    chance = random.Random(7)
    for _ in range(2000):
        damaged = bytearray(given)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            found = sniff(bytes(damaged))
            assert sniff(without_origin(bytes(damaged), found.media_type)) == found
        except WrongValueError:
            pass


def test_a_chunk_longer_than_its_file_is_said() -> None:
    cut = webp(0, b"ALPH" + struct.pack("<I", 999) + b"abcd")
    assert sniff(cut).media_type == WEBP
    with pytest.raises(WrongValueError) as caught:
        without_origin(cut, WEBP)
    assert caught.value.why.en == "The picture is damaged inside. Save it again and send that."
