"""Documents with rows: kept once, seen by who sees the row, whole and harmless."""

import struct
import zlib

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.registry import AuditRow, DocumentContentRow
from gateway.registry.audit import verify
from gateway.registry.documents import MOST_BYTES, MOST_OF_ROW, Documents
from gateway.registry.pictures import sniff
from gateway.registry.refusals import ForbiddenError, NoSuchRowError, WrongValuesError
from gateway.registry.roles import SYSTEM, Role
from gateway.registry.texts import WrongValueError

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 3, height: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg(width: int = 3, height: int = 2) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, height, width, 0)
    return b"\xff\xd8\xff\xe0\x00\x04ab" + frame + b"\xff\xda\x00\x04\x00\x00scan\xff\x00more\xff\xd0\xff\xd9"


def webp(width: int = 3, height: int = 2) -> bytes:
    body = b"WEBPVP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.fixture
def documents(world, engine) -> Documents:
    return Documents(engine, lambda: world.now[0])


def test_it_is_kept_with_number_and_date_and_given_back_whole(world, documents, engine) -> None:
    kept, is_new = documents.add(
        SYSTEM, "organisation", world.press.id, PDF, file="../Quyết định.exe", number="12/QĐ", date="2/3/2026"
    )
    assert is_new
    assert (kept.file, kept.media_type, kept.size) == ("Quyết định.pdf", "application/pdf", len(PDF))
    assert (kept.number, kept.date, kept.added_by) == ("12/QĐ", "2026-03-02", "nhipdo")
    assert documents.of(SYSTEM, "organisation", world.press.id) == [kept]
    assert documents.content(SYSTEM, "organisation", world.press.id, kept.id) == (kept, PDF)
    with Session(engine) as session:
        last = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).one()
        assert (last.action, last.row) == ("attach", world.press.id)
        assert kept.sha256 in last.after
        assert list(verify(session)) == []


def test_one_content_is_kept_once_and_goes_with_its_last_row(world, documents, engine) -> None:
    def contents() -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).select_from(DocumentContentRow))

    first, _ = documents.add(SYSTEM, "organisation", world.press.id, PDF, file="a.pdf")
    again, is_new = documents.add(SYSTEM, "organisation", world.press.id, PDF, file="b.pdf", number="7")
    assert (again, is_new) == (first, False)
    other, is_new = documents.add(SYSTEM, "organisation", world.dairy.id, PDF, file="a.pdf")
    assert (is_new, contents()) == (True, 1)
    documents.remove(SYSTEM, "organisation", world.press.id, first.id, "nhầm")
    assert contents() == 1
    documents.remove(SYSTEM, "organisation", world.dairy.id, other.id, "nhầm")
    assert contents() == 0
    with pytest.raises(NoSuchRowError):
        documents.content(SYSTEM, "organisation", world.press.id, first.id)


def test_it_is_seen_by_who_sees_the_row_and_added_by_who_may_write_it(world, documents) -> None:
    kept, _ = documents.add(world.of(Role.MANAGER, world.press), "organisation", world.press.id, PDF, file="a.pdf")
    stranger, analyst = world.of(Role.MANAGER, world.dairy), world.of(Role.ANALYST)
    for ask in (
        lambda: documents.of(stranger, "organisation", world.press.id),
        lambda: documents.content(stranger, "organisation", world.press.id, kept.id),
        lambda: documents.add(stranger, "organisation", world.press.id, PDF, file="a.pdf"),
        lambda: documents.content(SYSTEM, "organisation", world.dairy.id, kept.id),
        lambda: documents.add(SYSTEM, "site", world.site.id, PDF, file="a.pdf"),
    ):
        with pytest.raises(NoSuchRowError):
            ask()
    assert documents.of(analyst, "organisation", world.press.id) == [kept]
    with pytest.raises(ForbiddenError):
        documents.remove(analyst, "organisation", world.press.id, kept.id, "")


def test_what_is_wrong_with_it_is_said_at_its_field(world, documents) -> None:
    with pytest.raises(WrongValuesError) as refused:
        documents.add(SYSTEM, "organisation", world.press.id, b"MZ\x90", file="a.pdf", date="32/1/2026")
    assert {name: why.en for name, why in refused.value.problems.items()} == {
        "date": "Expected a day such as 2026-11-22, got '32/1/2026'. Correct it.",
        "content": "Is no PDF, JPEG, PNG or WebP. Choose another file, or take a photo of the document.",
    }
    with pytest.raises(WrongValuesError) as refused:
        documents.add(SYSTEM, "organisation", world.press.id, PDF + b"\0" * MOST_BYTES, file="a.pdf")
    assert refused.value.problems["content"].en == (
        f"The file has {MOST_BYTES + len(PDF)} bytes, expected 1 byte to 20 MB. Choose or shrink it."
    )


def test_a_row_has_only_so_many(world, documents) -> None:
    for k in range(MOST_OF_ROW):
        documents.add(SYSTEM, "organisation", world.press.id, png(k + 1), file="a.png")
    with pytest.raises(WrongValuesError) as refused:
        documents.add(SYSTEM, "organisation", world.press.id, png(999), file="a.png")
    assert refused.value.problems["content"].en == "Has 50 documents already. Put pages together into one PDF."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, ("application/pdf", 0, 0)),
        (png(), ("image/png", 3, 2)),
        (jpeg(), ("image/jpeg", 3, 2)),
        (webp(), ("image/webp", 3, 2)),
    ],
    ids=["pdf", "png", "jpeg", "webp"],
)
def test_a_file_is_what_its_content_says(content, expected) -> None:
    assert sniff(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        PDF[:-10],
        b" " + PDF,
        b"%PDF-x.y\n%%EOF",
        png()[:-3],
        png() + b"<script>",
        png().replace(b"IHDR", b"IHDX"),
        jpeg()[:-2],
        jpeg() + b"<html>",
        jpeg() + b"PK\x03\x04",
        b"\xff\xd8\xff",
        webp()[:-1],
        webp() + b"x",
        webp().replace(b"VP8 ", b"XXXX"),
        png(60_000, 60_000),
        jpeg(0, 5),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"",
    ],
)
def test_what_is_cut_has_a_tail_or_is_something_else_is_refused(content) -> None:
    with pytest.raises(WrongValueError):
        sniff(content)


def test_a_picture_of_too_many_pixels_is_told_its_size() -> None:
    with pytest.raises(WrongValueError) as refused:
        sniff(png(60_000, 60_000))
    assert refused.value.why.en == "The picture has 60000 x 60000 pixels, at most 100 million. Shrink it."
