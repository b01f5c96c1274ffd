"""Every page of TPM in both languages, with much on it and with nothing."""

import re
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from screen_floor import NOW, SHIFT, H, shop, unit_board, words_of
from tpm_floor import DAY, KEY, much

from edge_agent.config.shop_tables import AuditConfig
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.tpm.attention import key_of
from edge_agent.screen.tpm.audits import STEPS
from edge_agent.screen.tpm.lists import audit_of
from edge_agent.wire.entries import AbnormalityTag, Audit5S, ChecklistDone

PAGES = [
    "/tpm",
    "/tpm/checklist",
    "/tpm/checklist/press/autonomous-maintenance",
    "/tpm/checklist/oven/autonomous-maintenance",
    "/tpm/checklist/oven/autonomous-maintenance?again=1",
    "/tpm/tags",
    "/tpm/tags?unit=oven",
    "/tpm/tags/new",
    "/tpm/tags/new?unit=oven&what=R%C3%B2",
    f"/tpm/tags/{KEY}",
    f"/tpm/tags/{'b' * 32}",
    "/tpm/maintenance",
    "/tpm/maintenance/new",
    f"/tpm/maintenance/new?stop=press.{SHIFT + H}",
    f"/tpm/maintenance/{KEY}",
    "/tpm/5s",
    "/tpm/5s/production",
    "/tpm/5s/office",
    "/tpm/5s/production/new",
    "/tpm/changeover",
    f"/tpm/changeover/{KEY}",
    f"/tpm/changeover/{'e' * 32}",
    "/tpm/time-study",
    "/tpm/time-study/sample",
    "/tpm/actions",
    "/tpm/actions/new",
    f"/tpm/actions/{KEY}",
    f"/tpm/actions/{KEY}/change",
    f"/tpm/actions/{'a' * 32}",
    f"/tpm/actions/{'b' * 32}",
    f"/tpm/actions/{'a' * 32}?days=3&before=1/2/2026&after=soon",
]
EMPTY = [page for page in PAGES if KEY not in page and not re.search(r"[abe]{32}|sample|stop=|oven", page)]


@pytest.mark.parametrize("people", [False, True], ids=["nobody", "people"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_there_in_both_languages(floor, opened, with_people, language, people) -> None:
    much(floor)
    visitor = opened(with_people if people else None, language)
    for page in PAGES:
        shown = visitor.get(page)
        assert shown.status_code == 200, page
        assert "text/html" in shown.headers["content-type"]
        assert f'<html lang="{language}">' in shown.text
        assert len(re.findall("<h1", shown.text)) == 1, page
        assert len(set(ids := re.findall(r' id="([^"]+)"', shown.text))) == len(ids), (page, sorted(ids))
        assert not re.search(r'style="|onclick|None|\bnan\b', shown.text), page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_page_with_nothing_on_it_is_there_too(floor, opened, language) -> None:
    floor.show()  # the recorder has not made a picture yet
    visitor = opened(shop(), language)
    for page in EMPTY:
        assert visitor.get(page).status_code == 200, page


def test_the_first_page_says_what_is_to_be_done_in_this_shift(floor, visitor) -> None:
    much(floor)
    said = words_of(visitor.get("/tpm").text)
    for words in (
        "Chăm sóc máy chưa làm Tự chăm sóc máy trong ca Máy dập 1",
        "Đang bảo trì Thay phớt Máy dập 1 · từ 09:52:00",
        "Đang theo dõi chuyển đổi Lò nung · từ 09:12:00",
        "Hành động quá hạn Thay phớt định kỳ",
        "1 thẻ người vận hành tự xử lý từ 01/03/2026 10:12:00",
        "1 thẻ chờ thợ bảo trì từ 09:12:00",
        "Đến hạn chấm 5S Văn phòng Chưa chấm lần nào",
        "Kiểm tra hiệu quả Kéo kanban Máy dập 1",
    ):
        assert words in said, words
    assert "Khu sản xuất" not in said, "its audit is a day old"
    assert said.index("Chăm sóc máy chưa làm") < said.index("Hành động quá hạn") < said.index("Kiểm tra hiệu quả")


def test_when_all_is_done_the_first_page_says_so(floor, opened, tpm_shop) -> None:
    done = ChecklistDone(
        key=key_of("press", "autonomous-maintenance", "A@2026-03-02"),
        work_unit="press",
        checklist="autonomous-maintenance",
        shift="A@2026-03-02",
        items=(),
    )
    floor.keep(done, replace(done, key=done.key.replace("press", "oven"), work_unit="oven"))
    for area in audit_of(ScreenSettings("s", "e", None, tpm_shop)).areas:
        floor.keep(Audit5S(key=area.id, area=area.id, scores={}, entered_at=NOW - 29 * DAY))
    assert "Không còn việc nào chờ." in words_of(opened().get("/tpm").text)


def test_outside_of_every_shift_care_is_due_once_a_day(floor, visitor) -> None:
    floor.show(unit_board("press", shift=""), unit_board("oven", shift=""))
    page = visitor.get("/tpm/checklist")
    assert words_of(page.text).count("Hôm nay") == 2
    form = visitor.get("/tpm/checklist/press/autonomous-maintenance").text
    assert f'name="shift" value="@{datetime.fromtimestamp(NOW // 10**9, UTC):%Y-%m-%d}"' in form


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("/tpm/checklist/press/other", "checklist 'other' of 'press': not in agent.toml. Choose from the list."),
        ("/tpm/tags/x", "tag x: there is none, or it was taken back. Choose from the list."),
        ("/tpm/maintenance/x", "maintenance x: there is none, or it was taken back. Choose from the list."),
        ("/tpm/5s/moon", "area 'moon': not in agent.toml. Choose from the list."),
        ("/tpm/changeover/x", "changeover x: there is none, or it was taken back. Choose from the list."),
        ("/tpm/time-study/x", "time study 'x': not in agent.toml. Choose from the list."),
        ("/tpm/actions/x", "action x: there is none, or it was taken back. Choose from the list."),
        ("/tpm/photos/x", "photo x: not on this edge any more. Look for it at the gateway."),
    ],
)
def test_what_is_not_there_says_so(visitor, page, says) -> None:
    shown = visitor.get(page)
    assert shown.status_code == 404
    assert says in words_of(shown.text)


def test_a_record_that_was_taken_back_has_no_page(floor, visitor) -> None:
    floor.keep(AbnormalityTag(key=KEY, work_unit="press", what="x", found_at=NOW, gone=True))
    assert visitor.get(f"/tpm/tags/{KEY}").status_code == 404
    assert "Không có thẻ nào đang treo." in words_of(visitor.get("/tpm/tags").text)


def test_own_areas_keep_the_shipped_questions(tpm_shop) -> None:
    own = audit_of(ScreenSettings("s", "e", None, tpm_shop)).areas[:1]
    config = audit_of(ScreenSettings("s", "e", None, replace(tpm_shop, audit=AuditConfig(areas=own, most=4))))
    assert (config.areas, config.most, tuple(config.questions)) == (own, 4, STEPS)
