"""Improvement actions: agreed, done, and their effect read from the figures."""

from typing import Any

import pytest
from msgspec.structs import replace
from screen_floor import MIN, NOW, SHIFT, H, post, stop_of, words_of
from tpm_floor import DAY, KEY, much, only, refused, went

from edge_agent.wire.entries import (
    ImprovementAction,
)
from edge_agent.wire.shop_floor import Elements, Part

# ------------------------------------------------------------------ actions

ACTION = f"/tpm/actions/{KEY}"
AGREED = {"unit": "press", "loss": "breakdown", "what": "Thay phớt", "owner": "Minh", "due": "2026-03-09"}


def test_an_action_has_a_loss_an_owner_and_a_day(floor, visitor) -> None:
    went(post(visitor, "/tpm/actions/new", "/tpm/actions", **AGREED, key=KEY), ACTION)
    one = only(floor, ImprovementAction)
    assert (one.loss, one.owner, one.due, one.done_at, one.verdict) == ("breakdown", "Minh", "2026-03-09", 0, "")
    assert "hạn 09/03/2026" in words_of(visitor.get("/tpm/actions").text)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("unit", "moon", "Hãy chọn trong danh sách."),
        ("loss", "bad-luck", "Hãy chọn trong danh sách."),
        ("what", "", "Hãy điền ô này."),
        ("owner", "", "Hãy điền ô này."),
        ("due", "", "Hãy điền ô này."),
        ("due", "soon", "Hãy ghi ngày"),
        ("due", "1/3/2026", "Ngày này đã qua."),
    ],
)
def test_an_action_with_a_mistake_comes_back(floor, visitor, field, typed, says) -> None:
    refused(post(visitor, "/tpm/actions/new", "/tpm/actions", **(AGREED | {field: typed})), says)
    assert floor.entered == []


def test_an_overdue_action_can_be_changed_without_a_new_day(floor, visitor) -> None:
    much(floor)
    told = AGREED | {"unit": "", "due": "20/02/2026", "owner": "Lan"}
    went(post(visitor, f"{ACTION}/change", f"{ACTION}/change", **told), ACTION)
    assert (only(floor, ImprovementAction).owner, only(floor, ImprovementAction).key) == ("Lan", KEY)


def week_of(floor: Any, first: int, days: int, fault_min: int, unit: str = "press", unknown_min: int = 0) -> None:
    """Days of two shifts, hour by hour; each hour of them has so many minutes of FAULT."""
    told = []
    for k in range(days * 24):
        at = first + k * H
        unplanned = k % 24 >= 16
        ns = {"NOT_SCHEDULED": H} if unplanned else {"FAULT": fault_min * MIN, "UNKNOWN": unknown_min * MIN}
        ns |= {} if unplanned else {"RUN": H - (fault_min + unknown_min) * MIN}
        told.append(Elements(key=f"{unit}.{at}", work_unit=unit, since=at, until=at + H, parts=(Part(ns=ns),)))
    floor.keep(*told)


MIDNIGHT = SHIFT - 6 * H  # of 2026-03-02


@pytest.fixture
def done_action(floor: Any) -> ImprovementAction:
    """Done on 2026-02-22; a week before and a week after it are held."""
    one = ImprovementAction(
        key=KEY,
        work_unit="press",
        loss="breakdown",
        what="Thay phớt",
        owner="Minh",
        due="2026-02-22",
        done_at=NOW - 8 * DAY,
    )
    floor.keep(one)
    week_of(floor, MIDNIGHT - 15 * DAY, 3, 12)
    week_of(floor, MIDNIGHT - 7 * DAY, 3, 3)
    return one


DAYS = {"days": "3", "before": "2026-02-15", "after": "2026-02-23"}


def test_the_effect_is_the_share_of_observed_time_before_and_after(floor, visitor, done_action) -> None:
    said = words_of(visitor.get(ACTION, params=DAYS).text)
    assert "\N{MINUS SIGN}15 điểm % tổn thất giảm" in said
    assert "Đúng dù điều gì xảy ra lúc mất dữ liệu." in said
    assert "Trước 15/02/2026 \N{EN DASH} 17/02/2026 20 % 9 giờ 36 phút 100 %" in said
    assert "Sau 23/02/2026 \N{EN DASH} 25/02/2026 5 % 2 giờ 24 phút 100 %" in said
    page = post(visitor, "/tpm/actions/new", f"{ACTION}/verdict", **DAYS, verdict="effective")
    went(page, ACTION)
    one = only(floor, ImprovementAction)
    assert (one.before, one.after, one.verdict, one.compared_ns) == (0.2, 0.05, "effective", 3 * DAY)
    assert (one.before_since, one.after_since) == (MIDNIGHT - 15 * DAY, MIDNIGHT - 7 * DAY)
    said = words_of(visitor.get(ACTION).text)
    assert "Có hiệu quả · trước 20 %, sau 5 %" in said
    assert "Trước 15/02/2026 \N{EN DASH} 17/02/2026" in said, "the days of the verdict are shown again"
    assert "1 đã kết luận" in words_of(visitor.get("/tpm/actions").text)


def test_nobody_concludes_what_the_figures_do_not_show(floor, visitor, done_action) -> None:
    turned = {"days": "3", "before": "2026-02-15", "after": "2026-02-23"}
    week_of(floor, MIDNIGHT - 7 * DAY, 3, 20)
    refused(post(visitor, "/tpm/actions/new", f"{ACTION}/verdict", **turned, verdict="effective"), "không cho thấy")
    went(post(visitor, "/tpm/actions/new", f"{ACTION}/verdict", **turned, verdict="not_effective"), ACTION)
    assert only(floor, ImprovementAction).verdict == "not_effective"


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({}, "Trước: thiết bị chỉ còn giữ 42,8 % số liệu, cần 95 %."),
        ({"days": "3", "before": "2026-02-22", "after": "2026-02-23"}, "Hai giai đoạn trùng nhau."),
        ({"days": "3", "before": "2026-02-15", "after": "2026-03-01"}, "Giai đoạn sau kết thúc ngày 04/03/2026."),
    ],
)
def test_a_thin_stretch_is_refused_and_says_why(floor, visitor, done_action, days, says) -> None:
    page = visitor.get(ACTION, params=days).text
    assert f"Chưa so sánh được. {says}" in words_of(page)
    assert 'name="verdict"' not in page
    refused(post(visitor, "/tpm/actions/new", f"{ACTION}/verdict", **days, verdict="effective"), "Chưa so sánh được")
    assert floor.entered == []


def test_a_stretch_that_was_not_watched_is_refused(floor, visitor, done_action) -> None:
    week_of(floor, MIDNIGHT - 7 * DAY, 3, 3, unknown_min=6)
    assert "Sau: độ phủ 90 %, cần 95 %." in words_of(visitor.get(ACTION, params=DAYS).text)
    week_of(floor, MIDNIGHT - 7 * DAY, 3, 0, unknown_min=60)
    assert "Sau: chỉ có 0 giờ có dữ liệu, cần 8 giờ." in words_of(visitor.get(ACTION, params=DAYS).text)


def test_a_stop_reason_is_measured_by_its_stops(floor, visitor, done_action) -> None:
    floor.keep(replace(done_action, loss="material"))
    for first, minutes in ((MIDNIGHT - 15 * DAY, 96), (MIDNIGHT - 7 * DAY, 48)):
        for k, reason in enumerate(("material-missing", "material-poor", "waiting-people")):
            at = first + (k * 24 + 8) * H
            floor.keep(stop_of("press", at, minutes, planned_ns=minutes * MIN, reason=reason))
    said = words_of(visitor.get(ACTION, params=DAYS).text)
    assert "Trước 15/02/2026 \N{EN DASH} 17/02/2026 6,6 % 3 giờ 12 phút" in said
    assert "Sau 23/02/2026 \N{EN DASH} 25/02/2026 3,3 % 1 giờ 36 phút" in said


def test_the_whole_site_is_all_its_machines(floor, visitor, done_action) -> None:
    floor.keep(replace(done_action, work_unit=""))
    assert "chỉ còn giữ 50 % số liệu" in words_of(visitor.get(ACTION, params=DAYS).text), "of the oven nothing is held"
    week_of(floor, MIDNIGHT - 15 * DAY, 3, 0, "oven")
    week_of(floor, MIDNIGHT - 7 * DAY, 3, 0, "oven")
    assert "Trước 15/02/2026 \N{EN DASH} 17/02/2026 10 %" in words_of(visitor.get(ACTION, params=DAYS).text)


def test_an_action_is_done_once(floor, visitor) -> None:
    post(visitor, "/tpm/actions/new", "/tpm/actions", **AGREED, key=KEY)
    went(post(visitor, "/tpm/actions/new", f"{ACTION}/done"), ACTION)
    floor.now += H
    went(post(visitor, "/tpm/actions/new", f"{ACTION}/done"), ACTION)
    assert [one.done_at for one in floor.entered] == [0, NOW]
    assert "Giai đoạn sau kết thúc ngày" in words_of(visitor.get(ACTION).text)


def test_another_loss_forgets_what_the_figures_said_of_the_first(floor, visitor, done_action) -> None:
    floor.keep(replace(done_action, before=0.2, after=0.1, verdict="effective", compared_ns=DAY, before_since=1))
    went(post(visitor, f"{ACTION}/change", f"{ACTION}/change", **(AGREED | {"loss": "setup"})), ACTION)
    one = only(floor, ImprovementAction)
    assert (one.before, one.after, one.verdict, one.compared_ns, one.done_at) == (
        None,
        None,
        "",
        0,
        done_action.done_at,
    )
