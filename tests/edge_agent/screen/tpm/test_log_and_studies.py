"""Forms of the maintenance log, of changeovers and of time studies."""

import pytest
from msgspec.structs import replace
from screen_floor import MIN, NOW, SHIFT, S, post, stop_of, words_of
from tpm_floor import KEY, much, only, refused, went

from edge_agent.wire.entries import (
    ChangeoverStudy,
    Maintenance,
    TimeStudy,
)

# ------------------------------------------------------------------ maintenance

NEW = "/tpm/maintenance/new"
LOG = "/tpm/maintenance"
WORK = {"unit": "press", "kind": "breakdown", "what": "Thay phớt", "since": "2026-03-02T07:05"}


def test_work_is_kept_with_its_times_by_the_wall_clock(floor, visitor) -> None:
    went(post(visitor, NEW, LOG, **WORK, until="02/03/2026 7:40", spares="Phớt 40"), LOG)
    work = only(floor, Maintenance)
    assert (work.since, work.until, work.spares) == (SHIFT + 65 * MIN, SHIFT + 100 * MIN, "Phớt 40")


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("since", "", "Hãy điền ô này."),
        ("since", "yesterday", "Hãy ghi ngày và giờ"),
        ("since", "2026-03-02T25:00", "Hãy ghi ngày và giờ"),
        ("since", "2026-03-02T10:30", "Giờ này chưa đến."),
        ("since", "2024-03-02T10:00", "Giờ này đã quá lâu."),
        ("until", "2026-03-02T07:00", "Kết thúc trước khi bắt đầu."),
        ("until", "31/02/2026 07:00", "Hãy ghi ngày và giờ"),
        ("what", "", "Hãy điền ô này."),
        ("kind", "magic", "Hãy chọn trong danh sách."),
        ("unit", "", "Hãy chọn trong danh sách."),
        ("stop", "oven.1", "Lần dừng này không phải của máy đã chọn."),
    ],
)
def test_work_with_a_mistake_comes_back(floor, visitor, field, typed, says) -> None:
    floor.keep(stop_of("oven", 1, 5, "FAULT"))
    page = refused(post(visitor, NEW, LOG, **(WORK | {field: typed})), says)
    assert floor.entered == []
    assert field == "what" or "Thay phớt" in page
    assert typed in page or field == "kind"


def test_a_stop_fills_in_its_repair_and_is_then_told_of(floor, visitor) -> None:
    stop = stop_of("press", SHIFT + 62 * MIN, 41, "FAULT")
    floor.keep(stop)
    assert "1 lần hỏng máy chưa ghi gì" in words_of(visitor.get(LOG).text)
    page = visitor.get(f"{NEW}?stop={stop.key}").text
    assert 'value="2026-03-02T07:02"' in page
    assert 'value="2026-03-02T07:43"' in page
    assert f'<option value="{stop.key}" selected>' in page
    went(post(visitor, NEW, LOG, **WORK, stop=stop.key), LOG)
    said = words_of(visitor.get(LOG).text)
    assert "chưa ghi gì" not in said
    assert "Chờ đến khi có người sửa 3 phút 1 lần dừng" in said


def test_work_in_progress_ends_by_one_tap(floor, visitor) -> None:
    post(visitor, NEW, LOG, **WORK, key=KEY)
    floor.now += 5 * MIN
    for _ in range(2):
        went(post(visitor, LOG, f"{LOG}/{KEY}/done"), LOG)
    assert [one.until for one in floor.entered] == [None, NOW + 5 * MIN]


def test_a_corrected_record_keeps_its_seconds_where_they_were_not_touched(floor, visitor) -> None:
    floor.keep(Maintenance(key=KEY, work_unit="press", kind="planned", since=SHIFT + 7 * S, until=SHIFT + MIN))
    told = WORK | {"since": "2026-03-02T06:00", "until": "2026-03-02T06:30"}
    went(post(visitor, f"{LOG}/{KEY}", f"{LOG}/{KEY}", **told), LOG)
    work = only(floor, Maintenance)
    assert (work.key, work.since, work.until, work.kind) == (KEY, SHIFT + 7 * S, SHIFT + 30 * MIN, "breakdown")


# ------------------------------------------------------------------ changeovers

STUDY = f"/tpm/changeover/{KEY}"


def test_a_changeover_is_a_record_from_its_first_step(floor, visitor) -> None:
    for _ in range(2):  # a double tap
        told = {"unit": "press", "next": "external", "key": KEY, "from_product": "P-100", "to_product": "P-200"}
        went(post(visitor, "/tpm/changeover", "/tpm/changeover", **told), STUDY)
    assert only(floor, ChangeoverStudy).ended_at == 0
    taps = [(60, "internal", "Lấy khuôn", ""), (600, "internal", "Tháo khuôn cũ", "Bàn trượt"), (240, "end", "", "")]
    for n, (seconds, step, what, idea) in enumerate(taps, 1):
        floor.now += seconds * S
        went(post(visitor, STUDY, f"{STUDY}/next", next=step, n=str(n), what=what, idea=idea), STUDY)
    study = floor.entered[-1]
    assert [(one.what, one.internal, (one.until - one.since) // S) for one in study.steps] == [
        ("Lấy khuôn", False, 60),
        ("Tháo khuôn cũ", True, 600),
        ("", True, 240),
    ]
    assert study.ended_at == NOW + 900 * S
    said = words_of(visitor.get(STUDY).text)
    assert "14 phút máy dừng" in said
    assert "Tháo khuôn cũ · 10 phút Bàn trượt" in said


def test_a_second_tap_on_an_old_page_makes_no_step(floor, visitor) -> None:
    post(visitor, "/tpm/changeover", "/tpm/changeover", unit="press", next="internal", key=KEY)
    for _ in range(2):
        went(post(visitor, STUDY, f"{STUDY}/next", next="internal", n="1"), STUDY)
    assert len(floor.entered[-1].steps) == 2


def test_a_changeover_needs_a_machine_and_a_kind_of_step(floor, visitor) -> None:
    refused(post(visitor, "/tpm/changeover", "/tpm/changeover", to_product="P-200"), "Hãy chọn trong danh sách.")
    assert floor.entered == []
    post(visitor, "/tpm/changeover", "/tpm/changeover", unit="press", next="internal", key=KEY)
    page = refused(post(visitor, STUDY, f"{STUDY}/next", next="up", n="1", what="Tháo"), "Hãy chọn trong danh sách.")
    assert 'value="Tháo"' in page


def test_a_changeover_ends_before_its_record_is_too_long_for_a_message(floor, visitor) -> None:
    much(floor)
    reader = floor.reader()
    study = reader.record(ChangeoverStudy, "e" * 32)
    reader.close()
    floor.keep(replace(study, key=KEY, steps=study.steps * 100))
    refused(post(visitor, STUDY, f"{STUDY}/next", next="internal", n="100", what="x"), "Đã quá nhiều bước.")
    went(post(visitor, STUDY, f"{STUDY}/next", next="end", n="100"), STUDY)


def test_steps_are_named_afterwards_and_keep_their_times(floor, visitor) -> None:
    much(floor)
    told = {
        "what-0": "Tháo",
        "kind-0": "external",
        "idea-0": "",
        "what-1": "Lắp",
        "kind-1": "internal",
        "idea-1": "Kẹp",
    }
    went(post(visitor, STUDY, f"{STUDY}/steps", **told), STUDY)
    study = only(floor, ChangeoverStudy)
    assert [(one.what, one.internal, one.idea) for one in study.steps] == [("Tháo", False, ""), ("Lắp", True, "Kẹp")]
    assert [(one.until - one.since) // MIN for one in study.steps] == [20, 10]
    refused(post(visitor, STUDY, f"{STUDY}/steps", **(told | {"kind-1": ""})), "Hãy chọn trong danh sách.")
    running = f"/tpm/changeover/{'e' * 32}"
    refused(post(visitor, running, f"{running}/steps", **{"kind-0": "internal"}), "Trang đã cũ")


# ------------------------------------------------------------------ time studies

SAMPLE = "/tpm/time-study/sample"


def test_two_taps_are_one_record(floor, visitor) -> None:
    for _ in range(2):  # a double tap
        went(post(visitor, SAMPLE, f"{SAMPLE}/in", key=KEY, label="M-17"), SAMPLE)
    floor.now += 25 * MIN
    assert "RA: M-17" in words_of(visitor.get(SAMPLE).text)
    for _ in range(2):
        went(post(visitor, SAMPLE, f"{SAMPLE}/out", which=KEY), SAMPLE)
    assert [(one.came_in, one.went_out, one.label) for one in floor.entered] == [
        (NOW, None, "M-17"),
        (NOW, NOW + 25 * MIN, "M-17"),
    ]
    said = words_of(visitor.get(SAMPLE).text)
    assert "0 đang ở trong" in said
    assert "25 phút trung vị 1 lần trong 30 ngày" in said
    assert "cần ít nhất 10 lần" in said


def test_one_that_was_forgotten_inside_is_left_out(floor, visitor) -> None:
    post(visitor, SAMPLE, f"{SAMPLE}/in", key=KEY)
    went(post(visitor, SAMPLE, f"{SAMPLE}/out", leave=KEY), SAMPLE)
    assert (floor.entered[-1].gone, floor.entered[-1].went_out) == (True, None)
    assert "Chưa có lần bấm giờ nào xong." in words_of(visitor.get(SAMPLE).text)


def test_a_tap_for_nobody_says_that_the_page_is_old(floor, visitor) -> None:
    floor.keep(TimeStudy(key=KEY, study="other", came_in=NOW))
    for which in ("", "x", KEY):
        refused(post(visitor, SAMPLE, f"{SAMPLE}/out", which=which), "Trang đã cũ")
    assert floor.entered == []


def test_a_label_is_short(floor, visitor) -> None:
    page = refused(post(visitor, SAMPLE, f"{SAMPLE}/in", label="x" * 41), "Dài quá.")
    assert "x" * 41 in page
