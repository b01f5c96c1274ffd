"""Forms of machine care and of 5S: sent rightly a record, sent wrongly they come back with what was tapped."""

import pytest
from msgspec.structs import replace
from screen_floor import MIN, NOW, post, token_of, unit_board, words_of
from tpm_floor import DAY, QUESTIONS, only, refused, went

from edge_agent.config.lists import shipped_checklists
from edge_agent.wire.entries import (
    Audit5S,
    ChecklistDone,
)

ITEMS = [item.id for item in shipped_checklists()[0].items]
CARE = "/tpm/checklist/press/autonomous-maintenance"


# ------------------------------------------------------------------ checklists


def all_ok(**more: str) -> dict[str, str]:
    return {f"result-{name}": "ok" for name in ITEMS} | {name.replace("__", "-"): said for name, said in more.items()}


def test_a_checklist_is_kept_by_machine_list_and_shift(floor, visitor) -> None:
    went(post(visitor, CARE, CARE, shift="A@2026-03-02", **all_ok()), "/tpm/checklist")
    done = only(floor, ChecklistDone)
    assert (done.key, done.shift) == ("press.autonomous-maintenance.A@2026-03-02", "A@2026-03-02")
    assert [(one.item, one.result) for one in done.items] == [(name, "ok") for name in ITEMS]
    assert "Đã làm lúc 10:12:00" in words_of(visitor.get("/tpm/checklist").text)


def test_what_was_not_in_order_offers_a_tag(floor, visitor) -> None:
    told = all_ok() | {"result-inspect-leak": "not_ok", "note-inspect-leak": "Rò khí ở van"}
    went(post(visitor, CARE, CARE, shift="A@2026-03-02", **told), CARE)
    page = visitor.get(CARE).text
    assert "/tpm/tags/new?unit=press&amp;what=Kh%C3%B4ng%20r%C3%B2" in page
    assert "Đã ghi: chăm sóc máy" in words_of(page)


def test_a_checklist_with_a_gap_comes_back_with_all_that_was_tapped(floor, visitor) -> None:
    told = all_ok() | {"result-clean-filter": "", "result-inspect-leak": "not_ok", "result-clean-sensor": "perhaps"}
    page = refused(
        post(visitor, CARE, CARE, shift="A@2026-03-02", **told),
        "Còn 3 chỗ",
        "Hãy chọn một trong ba.",
        "Hãy điền ô này.",
    )
    assert floor.entered == []
    assert page.count('value="ok" checked') == len(ITEMS) - 3
    assert 'value="not_ok" checked' in page
    assert 'name="shift" value="A@2026-03-02"' in page


def test_care_done_in_a_shift_that_ends_meanwhile_is_that_shift_s(floor, visitor) -> None:
    form = {**all_ok(), "shift": "A@2026-03-02", "token": token_of(visitor.get(CARE).text)}
    floor.show(unit_board("press", shift="B@2026-03-02"))
    went(visitor.post(CARE, data=form), "/tpm/checklist")
    assert only(floor, ChecklistDone).shift == "A@2026-03-02"


@pytest.mark.parametrize("shift", ["", "A", "A@2026-02-20", "A@2026-03-09", "A@2026-02-31", "a b@2026-03-02"])
def test_a_shift_that_nobody_is_in_is_an_old_page(floor, visitor, shift) -> None:
    refused(post(visitor, CARE, CARE, **all_ok(), **({"shift": shift} if shift else {})), "Trang đã cũ")
    assert floor.entered == []


# ------------------------------------------------------------------ 5S


def points(**more: str) -> dict[str, str]:
    return {f"points-{name}": "4" for name in QUESTIONS} | {
        name.replace("__", "-"): said for name, said in more.items()
    }


def test_an_audit_is_kept_once_with_its_points_and_notes(floor, visitor) -> None:
    told = {**points(), "note-shine-floor": "Dầu dưới máy 3", "points-shine-floor": "0"}
    for _ in range(2):
        went(post(visitor, "/tpm/5s/store/new", "/tpm/5s/store", begun=str(NOW), **told), "/tpm/5s/store")
    audit = floor.entered[-1]
    assert (audit.key, audit.area, audit.entered_at) == (f"store.{NOW}", "store", NOW)
    assert audit.scores == dict.fromkeys(QUESTIONS, 4) | {"shine-floor": 0}
    assert audit.notes == {"shine-floor": "Dầu dưới máy 3"}
    said = words_of(visitor.get("/tpm/5s/store").text)
    assert "76,8 % 96/125 điểm" in said
    assert "Các lần chấm" not in said, "it is one audit"


@pytest.mark.parametrize(("typed", "says"), [("", "Hãy cho điểm."), ("6", "ngoài khoảng"), ("1,5", "số nguyên")])
def test_an_audit_with_a_gap_comes_back(floor, visitor, typed, says) -> None:
    told = points() | {"points-sort-papers": typed}
    page = refused(post(visitor, "/tpm/5s/store/new", "/tpm/5s/store", begun=str(NOW), **told), says, "Còn 1 chỗ")
    assert page.count('value="4" checked') == len(QUESTIONS) - 1
    assert floor.entered == []


def test_an_audit_that_was_begun_yesterday_is_an_old_page(floor, visitor) -> None:
    for begun in ("", "x", str(NOW - 2 * DAY), str(NOW + MIN)):
        refused(post(visitor, "/tpm/5s/store/new", "/tpm/5s/store", begun=begun, **points()), "Trang đã cũ")
    assert floor.entered == []


def test_points_above_ten_are_typed(floor, opened, tpm_shop) -> None:
    visitor = opened(replace(tpm_shop, audit=replace(tpm_shop.audit, most=20)))
    assert 'inputmode="numeric"' in visitor.get("/tpm/5s/store/new").text
    told = points() | {"points-sort-papers": "17"}
    went(post(visitor, "/tpm/5s/store/new", "/tpm/5s/store", begun=str(NOW), **told), "/tpm/5s/store")
    assert only(floor, Audit5S).scores["sort-papers"] == 17
