"""Tags and their photos: hung once, closed by who mended it, cleaned, and shown from their pieces."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace
from screen_floor import NOW, H, post, token_of, words_of
from test_photos import END, GPS, JFIF, PICTURE, PNG, exif, segment
from tpm_floor import KEY, only, refused, went

from edge_agent.config.pins import hash_pin
from edge_agent.config.shop_tables import OperatorConfig
from edge_agent.screen.source import NOT_SAVED
from edge_agent.screen.tpm.tag_photos import read_photo
from edge_agent.wire.entries import (
    AbnormalityTag,
    Photo,
)

# ------------------------------------------------------------------ tags


def hang(visitor: TestClient, photo: bytes = b"", name: str = "x.jpg", **told: str) -> Any:
    page = visitor.get("/tpm/tags/new").text
    form = {"unit": "press", "what": "Rò dầu", "kind": "maintenance", "key": KEY, "token": token_of(page)} | told
    files = {"file": (name, photo, "image/jpeg")} if photo else None
    return visitor.post("/tpm/tags", data=form, files=files)


def test_a_tag_is_hung_once_however_often_it_is_sent(floor, visitor) -> None:
    for _ in range(2):
        went(hang(visitor), "/tpm/tags")
    tag = only(floor, AbnormalityTag)
    assert (tag.key, tag.work_unit, tag.what, tag.kind, tag.found_at) == (KEY, "press", "Rò dầu", "maintenance", NOW)
    assert "1 thẻ đang treo" in words_of(visitor.get("/tpm/tags").text)


def test_a_tag_with_mistakes_keeps_what_was_typed(floor, visitor) -> None:
    page = refused(hang(visitor, unit="moon", what="x" * 501), "Hãy chọn trong danh sách.", "Dài quá.")
    assert "x" * 501 in page
    assert 'value="maintenance" checked' in page
    assert floor.entered == []


def test_a_tag_is_closed_by_who_mended_it(floor, visitor) -> None:
    hang(visitor)
    floor.now += H
    page = f"/tpm/tags/{KEY}"
    refused(post(visitor, page, page, closed_by="Minh"), "Hãy điền ô này.")
    went(post(visitor, page, page, done="Thay phớt", closed_by="Minh"), "/tpm/tags")
    tag = floor.entered[-1]
    assert (tag.closed_at, tag.closed_by, tag.done, tag.found_at) == (NOW + H, "Minh", "Thay phớt", NOW)
    went(visitor.post(page, data={"token": token_of(visitor.get("/tpm/tags/new").text), "done": "x"}), "/tpm/tags")
    assert len(floor.entered) == 2, "it is closed once"
    went(hang(visitor), "/tpm/tags")
    assert len(floor.entered) == 2, "the page it was hung with does not open it again"


def test_closing_a_tag_can_be_taken_back(floor, visitor) -> None:
    hang(visitor)
    post(visitor, f"/tpm/tags/{KEY}", f"/tpm/tags/{KEY}", done="Thay phớt")
    went(post(visitor, "/tpm/tags", "/undo", next="/tpm/tags"), "/tpm/tags")
    assert "1 thẻ đang treo" in words_of(visitor.get("/tpm/tags").text)


def test_a_form_of_another_site_is_not_kept(floor, visitor) -> None:
    refused(hang(visitor, token="0" * 64), "Trang đã cũ")
    refused(hang(visitor, PNG, token="0" * 64), "Trang đã cũ", "Ảnh chưa được ghi.")
    assert floor.entered == []


def test_what_the_disk_has_not_got_is_not_said_to_be_saved(floor, visitor) -> None:
    floor.refuse = NOT_SAVED
    refused(hang(visitor), "Chưa ghi được.", NOT_SAVED)
    refused(hang(visitor, PNG), "Chưa ghi được.", "Ảnh chưa được ghi.")


# ------------------------------------------------------------------ photos


def photo_of(size: int) -> bytes:
    filler = bytes(k % 251 for k in range(size))
    return b"\xff\xd8" + JFIF + segment(0xE1, exif(1)) + PICTURE + filler.replace(b"\xff", b"") + END


def test_a_photo_travels_in_pieces_and_is_shown_without_its_place(floor, visitor) -> None:
    content = photo_of(100_000)
    went(hang(visitor, content, name="../../photo.exe"), "/tpm/tags")
    pieces = [one for one in floor.entered if isinstance(one, Photo)]
    assert (len(pieces), {one.media_type for one in pieces}) == (4, {"image/jpeg"})
    shown = visitor.get(f"/tpm/photos/{only(floor, AbnormalityTag).photo}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in shown.headers["cache-control"]
    assert shown.content == content.replace(segment(0xE1, exif(1)), b"")
    assert GPS not in shown.content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (photo_of(450_000), "Ảnh lớn hơn 400 kB."),
        (photo_of(3_000_000), "Ảnh lớn hơn 400 kB."),
        (b"<script>alert(1)</script>", "Chỉ nhận ảnh JPEG, PNG hoặc WebP."),
        (photo_of(1000)[:-600], "Ảnh bị hỏng"),
    ],
)
def test_a_photo_that_cannot_be_kept_says_why_and_loses_no_word(floor, visitor, content, says) -> None:
    page = refused(hang(visitor, content), says)
    assert "Rò dầu" in page
    assert floor.entered == []


def test_a_photo_is_kept_although_another_field_was_wrong(floor, visitor) -> None:
    page = refused(hang(visitor, PNG, what=""), "Hãy điền ô này.", "Ảnh này đã ghi.")
    digest = only(floor, Photo).sha256
    assert f'name="photo" value="{digest}"' in page
    went(_again(visitor, digest), "/tpm/tags")
    assert only(floor, AbnormalityTag).photo == digest


def _again(visitor: TestClient, digest: str) -> Any:
    page = visitor.get("/tpm/tags/new").text
    told = {"unit": "press", "what": "Rò dầu", "kind": "operator", "key": KEY, "photo": digest}
    return visitor.post("/tpm/tags", data={**told, "token": token_of(page)})


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "x"])
def test_a_form_cannot_name_a_photo_that_is_not_here(floor, visitor, digest) -> None:
    went(_again(visitor, digest), "/tpm/tags")
    assert only(floor, AbnormalityTag).photo == ""


def test_a_photo_of_which_a_piece_is_absent_is_not_shown(floor, visitor) -> None:
    hang(visitor, photo_of(100_000))
    digest = only(floor, AbnormalityTag).photo
    floor.keep(replace(next(one for one in floor.entered if isinstance(one, Photo)), of=9))
    reader = floor.reader()
    assert read_photo(reader, digest) is None
    reader.close()
    assert visitor.get(f"/tpm/photos/{digest}").status_code == 404


def test_who_is_not_known_fills_no_disk(floor, opened, with_people) -> None:
    visitor = opened(with_people)
    refused(hang(visitor, PNG), "Ảnh chưa được ghi.")
    refused(hang(visitor, PNG, operator="Nobody"), "Hãy chọn trong danh sách.")
    assert floor.entered == []


# ------------------------------------------------------------------ who


def test_a_person_is_named_once_and_then_known(floor, opened, with_people) -> None:
    visitor = opened(with_people)
    went(hang(visitor, operator="Lan"), "/tpm/tags")
    assert only(floor, AbnormalityTag).who == "Lan"
    assert "Người nhập: Lan." in words_of(visitor.get("/tpm/tags/new").text)
    went(post(visitor, f"/tpm/tags/{KEY}", f"/tpm/tags/{KEY}", done="x"), "/tpm/tags")
    assert floor.entered[-1].closed_by == "Lan"


def test_a_wrong_pin_keeps_nothing(floor, opened, tpm_shop) -> None:
    guarded = replace(tpm_shop, operators=(OperatorConfig(name="Lan", pin_hash=hash_pin("4711")),))
    visitor = opened(guarded)
    refused(hang(visitor, operator="Lan", pin="1"), "Mã PIN không đúng.")
    went(hang(visitor, operator="Lan", pin="4711"), "/tpm/tags")
    assert len(floor.entered) == 1
