"""Photos: known by their bytes, cleaned of what a camera wrote beside them, cut and put together."""

import struct
import zlib
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.screen.tpm import photos
from edge_agent.screen.tpm.photo_segments import PhotoError, clean_jpeg, clean_png, clean_webp, orientation
from edge_agent.screen.tpm.photos import MOST_BYTES, cleaned, joined, media_type_of, pieces_of

GPS = b"10.4938N 105.6882E"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int, order: str = "<") -> bytes:
    """An Exif block as cameras write it: a maker, the orientation, and a place."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    make = struct.pack(f"{order}HHII", 0x010F, 2, 4, 0)
    turn = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    return b"Exif\0\0" + head + struct.pack(f"{order}H", 2) + make + turn + bytes(4) + GPS


JFIF = segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")
TABLES = segment(0xDB, bytes(65)) + segment(0xC0, bytes(15)) + segment(0xC4, bytes(30))
SCAN = segment(0xDA, bytes(10)) + b"coded \xff\x00 bytes \xff\xd3 more"
"""A scan with a stuffed byte and a restart marker, which do not end it."""
PICTURE = TABLES + SCAN + segment(0xC4, bytes(20)) + SCAN  # two scans: progressive
END = b"\xff\xd9"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"picture") + chunk(b"IEND")

# ------------------------------------------------------------------ what it is


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe1...", "image/jpeg"),
        (PNG, "image/png"),
        (webp(riff(b"VP8 ", b"x")), "image/webp"),
        (b"GIF89a", ""),
        (b"<svg xmlns='...'>", ""),
        (b"RIFF....WAVE", ""),
        (b"MZ", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_say_what_it_is(content, media_type) -> None:
    assert media_type_of(content) == media_type


# ------------------------------------------------------------------ what is left out


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_of_a_camera_s_words_only_the_orientation_is_kept(turned, order) -> None:
    camera = [
        JFIF,
        segment(0xE1, exif(turned, order)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + GPS),
        segment(0xE2, b"MPF\0" + GPS),
        segment(0xED, b"Photoshop 3.0\0" + GPS),
        segment(0xFE, b"taken at " + GPS),
    ]
    content = clean_jpeg(b"\xff\xd8" + b"".join(camera) + PICTURE + END + b"a film behind it " + GPS)
    assert GPS not in content
    assert content.startswith(b"\xff\xd8" + JFIF)
    assert content.endswith(PICTURE + END)
    between = content[2 + len(JFIF) : -len(PICTURE + END)]
    assert (between == b"") == (turned == 1)
    assert turned == 1 or orientation(between[10:]) == turned


def test_colours_stay_as_they_were() -> None:
    adobe, profile = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"), segment(0xE2, b"ICC_PROFILE\0\x01\x01...")
    whole = b"\xff\xd8" + adobe + profile + PICTURE + END
    assert clean_jpeg(whole) == whole


def test_bytes_that_fill_up_before_a_marker_do_no_harm() -> None:
    assert clean_jpeg(b"\xff\xd8" + JFIF + b"\xff\xff" + PICTURE + END) == b"\xff\xd8" + JFIF + PICTURE + END


@pytest.mark.parametrize("cut", [3, 10, 30, -1, -2, -10])
def test_a_jpeg_that_is_broken_off_is_refused(cut) -> None:
    whole = b"\xff\xd8" + JFIF + PICTURE + END
    with pytest.raises(PhotoError) as caught:
        clean_jpeg(whole[:cut])
    assert caught.value.why == "broken"
    assert str(caught.value) == "photo: broken. Choose another one."


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(junk) -> None:
    for clean, head in ((clean_jpeg, b"\xff\xd8\xff"), (clean_png, PNG[:8]), (clean_webp, b"RIFF\x40\0\0\0WEBP")):
        with suppress(PhotoError):
            assert len(clean(head + junk)) <= len(head + junk) + 36  # a segment with the orientation, at most
    assert orientation(b"II*\0" + junk) in range(1, 9)


def test_a_png_keeps_its_picture_and_loses_its_texts() -> None:
    told = chunk(b"tEXt", b"where\0" + GPS) + chunk(b"eXIf", exif(1)) + chunk(b"iTXt", GPS) + chunk(b"gAMA", bytes(4))
    content = clean_png(PNG[:33] + told + PNG[33:] + GPS)
    assert content == PNG[:33] + chunk(b"gAMA", bytes(4)) + PNG[33:]


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    with pytest.raises(PhotoError):
        clean_png(PNG.replace(b"picture", b"pictuer"))


def test_a_webp_loses_its_exif_and_says_so() -> None:
    head = riff(b"VP8X", bytes((0x10 | 0x08 | 0x04, 0, 0, 0)) + bytes(6))
    content = clean_webp(webp(head, riff(b"VP8 ", b"odd"), riff(b"EXIF", exif(1)), riff(b"XMP ", GPS)) + GPS)
    assert content == webp(riff(b"VP8X", bytes((0x10, 0, 0, 0)) + bytes(6)), riff(b"VP8 ", b"odd"))


def test_a_webp_that_is_broken_off_is_refused() -> None:
    for content in (webp(riff(b"VP8 ", b"even"))[:-1], webp(riff(b"EXIF", b"even")), webp(b"VP8")):
        with pytest.raises(PhotoError):
            clean_webp(content)


def test_a_photo_is_refused_by_size_and_kind() -> None:
    for content, why in ((b"\xff\xd8" * MOST_BYTES, "large"), (b"GIF89a", "kind"), (b"\xff\xd8\xff", "broken")):
        with pytest.raises(PhotoError) as caught:
            cleaned(content)
        assert caught.value.why == why
    assert cleaned(PNG) == (PNG, "image/png")


# ------------------------------------------------------------------ pieces


@given(st.integers(1, 130_000))
def test_what_was_cut_is_put_together(size) -> None:
    content = bytes(k * k % 251 for k in range(size))
    pieces = list(pieces_of(content, "image/jpeg", "Lan", 7))
    assert [one.key for one in pieces] == [f"{pieces[0].sha256}.{k}" for k in range(len(pieces))]
    assert {(one.of, one.who, one.entered_at) for one in pieces} == {(len(pieces), "Lan", 7)}
    assert all(len(one.content) <= 40_000 for one in pieces)
    assert joined(pieces) == content


def test_a_piece_fits_a_message() -> None:
    largest = max(len(msgspec.json.encode(one)) for one in pieces_of(bytes(MOST_BYTES), "image/jpeg"))
    assert largest < 45_000  # of 65 536
    assert len(list(pieces_of(bytes(MOST_BYTES), "image/jpeg"))) == 14


def test_what_is_absent_or_changed_is_no_photo() -> None:
    one, two = pieces_of(bytes(photos.PIECE_BYTES) + b"end", "image/png")
    other = msgspec.structs.replace(two, content="ZW5k")
    assert joined([one, other]) == joined([one, two])
    for wrong in (
        [],
        [None, two],
        [one, None],
        [one],
        [one, msgspec.structs.replace(two, content="ZW5l")],
        [one, msgspec.structs.replace(two, content="%%")],
    ):
        assert joined(wrong) is None
