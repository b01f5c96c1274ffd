"""The Andon's page: state by word and shape, figures with what they rest on, silence said plainly."""

# ruff: noqa: RUF001  a dash is a dash

import re
from dataclasses import replace
from html import unescape

import msgspec
import pytest

from edge_agent.kpi.buckets import Bucket
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import EdgeStatus, GatewayStatus
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.api.wall import FACES

S = 10**9
MIN = 60 * S
HOUR = 60 * MIN
NOW = 1_764_040_200 * S  # 2025-11-25 10:10 in Vietnam
SHIFT = NOW - 3 * HOUR - 10 * MIN  # 07:00
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"

PRESS = WorkUnitDescription(
    key="press-1",
    revision=1,
    at=NOW,
    title={"vi": "Máy dập 1", "en": "Press 1"},
    production_line="line-1",
    micro_stop_s=120,
    max_gap_s=60,
    bucket_s=600,
    timezone="Asia/Ho_Chi_Minh",
    products={"cap-38": ProductDescription(ideal_cycle_s=2.0, title={"vi": "Nắp 38", "en": "Cap 38"})},
)
RUNNING = WorkUnitStatus(
    at=NOW - 4 * S,
    bucket="RUN",
    since=NOW - 12 * MIN,
    heard_at=NOW - 4 * S,
    shift="A@2025-11-25",
    shift_since=SHIFT,
    shift_until=SHIFT + 8 * HOUR,
    product="cap-38",
    ideal_cycle_s=2.0,
    oee=0.782,
    oee_low=0.768,
    oee_high=0.796,
    availability=0.9,
    effectiveness=0.88,
    quality_ratio=0.987,
    coverage=0.97,
    total=2500,
    good=2468,
    reject=32,
    expected=2710.4,
    takt_s=2.4,
    target_oee=0.65,
)


def words_of(page: str) -> str:
    """What a reader sees, in one line."""
    body = page[page.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.fixture
def wall(gateway):
    """One machine that runs, and a way to say otherwise."""
    gateway.now = NOW
    gateway.keep(PRESS)

    def say(status: WorkUnitStatus | None = RUNNING, name: str = "press-1", **health: object) -> None:
        units = {} if status is None else {name: status}
        said = EdgeStatus(state="online", work_units=units)
        gateway.edges = [replace(gateway.edges[0], status=said, status_at=NOW - 3 * S, **health)]

    say()
    return say


def shown(person, language: str = "vi") -> str:
    return words_of(person.get("/andon/sa-dec", headers={"Accept-Language": language}).text)


def changed(**more: object) -> WorkUnitStatus:
    return msgspec.structs.replace(RUNNING, **more)


def test_a_machine_stands_with_its_state_since_when_and_its_figures(wall, person) -> None:
    assert (
        "Máy dập 1 line-1 Đang chạy từ 09:58 · 12 phút "
        "OEE · mức đặt ra 65 % 78,2 % 76,8 … 79,6 % "
        "Mức sẵn sàng 90 % 87,3 … 90,3 % "
        "Hiệu suất tốc độ 88 % 85 … 88,3 % "
        "Tỷ lệ chất lượng 98,7 % 94,9 … 98,7 % "
        "Ca A , 07:00–15:00 · độ phủ 97 % "
        "Đạt 2.468 Phế phẩm 32 Cần có lúc này 2.710 Còn thiếu 210 "
        "Chưa có số liệu của ca"
    ) in shown(person)
    assert "Press 1 line-1 Running since 09:58 · 12 min OEE · target 65 % 78.2 % 76.8 … 79.6 %" in shown(person, "en")
    assert shown(person).endswith("Nắp 38 · nhịp 2,4 s press-shop 3 s trước nhipdo 0.1.0 · Dành cho lập trình (API)")


@pytest.mark.parametrize("bucket", list(Bucket), ids=lambda b: b.name)
def test_every_state_has_its_word_its_colour_and_its_shape(wall, person, bucket) -> None:
    wall(changed(bucket=bucket.name))
    page = person.get("/andon/sa-dec").text
    face = FACES[bucket.name]
    assert f'<header class="machine-state bucket bucket-{face}">' in page
    assert f'<use href="#shape-{face}"/>' in page
    word = re.search(r'class="machine-word[^>]*>([^<]+)<', page)[1]
    assert word == {
        "NOT_SCHEDULED": "Ngoài ca",
        "PLANNED_STOP": "Dừng theo kế hoạch",
        "UNKNOWN": "Không có dữ liệu",
        "RUN": "Đang chạy",
        "MINOR_STOP": "Dừng ngắn",
        "FAULT": "Hỏng máy",
        "STOP": "Dừng",
        "SETUP": "Chuyển đổi",
    }.get(bucket.name)


def test_a_state_of_a_newer_edge_looks_like_no_data(wall, person) -> None:
    wall(changed(bucket="DREAMING"))
    assert "bucket-unknown" in person.get("/andon/sa-dec").text
    assert "DREAMING" in shown(person)


def test_a_stop_says_its_reason_or_that_there_is_none(wall, person) -> None:
    wall(changed(bucket="FAULT", reason={"vi": "kẹt khuôn"}))
    assert "Hỏng máy kẹt khuôn · từ 09:58 · 12 phút OEE" in shown(person)
    wall(changed(bucket="STOP", without_reason=2))
    assert "Dừng Chưa có lý do · từ 09:58 · 12 phút · 2 lần dừng chưa có lý do OEE" in shown(person)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (changed(coverage=0.6), "độ phủ 60 % dưới 95 %: chưa đủ tin"),
        (changed(coverage=None, oee=None), "Trong ca chưa có giờ làm việc theo kế hoạch."),
        (changed(shift="", bucket="NOT_SCHEDULED", oee=None), "Ngoài ca: không tính OEE."),
        (changed(oee=None), "Chưa đủ số liệu để tính OEE."),
        (changed(effectiveness=1.08), "Sai chu kỳ lý tưởng."),
        (changed(expected=2400.0), "Cần có lúc này 2.400 Vượt 100"),
        (changed(product="", takt_s=None, ideal_cycle_s=None), "Chưa chọn sản phẩm press-shop"),
    ],
)
def test_a_figure_that_rests_on_too_little_says_why(wall, person, status, told) -> None:
    wall(status)
    assert told in shown(person)


def test_a_machine_without_counters_shows_availability_alone(gateway, wall, person) -> None:
    gateway.keep(msgspec.structs.replace(PRESS, revision=2, counts_pieces=False, products={}))
    wall(changed(oee=None, effectiveness=None, quality_ratio=None, product=""))
    page = shown(person)
    assert "Mức sẵn sàng 90 % 87,3 … 90,3 % Ca A" in page
    assert "Không đếm sản phẩm: chỉ có mức sẵn sàng." in page
    assert "OEE · " not in page
    assert "Phế phẩm" not in page


# ------------------------------------------------------------------ silence


@pytest.mark.parametrize(
    ("health", "told"),
    [
        ({"silent": True}, "Không có dữ liệu Thiết bị biên im lặng · Đang chạy lúc 10:09:56"),
        ({"silent": True, "state": "lost"}, "Không có dữ liệu Thiết bị biên mất liên lạc · Đang chạy lúc 10:09:56"),
        ({"state": "stopped"}, "Không có dữ liệu Thiết bị biên đã dừng · Đang chạy lúc 10:09:56"),
    ],
)
def test_a_machine_that_nobody_hears_of_is_not_shown_as_running(wall, person, health, told) -> None:
    wall(**health)
    page = person.get("/andon/sa-dec").text
    assert told in words_of(page)
    assert "bucket-unknown" in page
    assert 'class="figures grey"' in page
    if health.get("silent"):
        assert words_of(page).startswith("Thiết bị biên press-shop im lặng từ 10:09:57. Không biết các máy của nó")


def test_a_machine_that_its_edge_no_longer_tells_of_is_said(wall, person) -> None:
    wall(None)
    assert "Máy dập 1 line-1 Không có dữ liệu Chưa báo tin lần nào" in shown(person)


def test_a_machine_that_was_never_described_is_shown_by_its_name(wall, person) -> None:
    wall(RUNNING, name="press-9")
    assert "press-9 Đang chạy" in shown(person)


def test_a_gateway_that_cannot_store_says_so(gateway, wall, person) -> None:
    gateway.status = GatewayStatus(state="online", can_store=False, why="store: full. Free some space.")
    assert shown(person).startswith("Máy chủ thu thập không lưu được dữ liệu.")


def test_a_site_without_machines_says_what_to_do_and_one_that_nobody_knows_is_not_found(gateway, person) -> None:
    page = words_of(person.get("/andon/sa-dec").text)
    assert "Chưa có máy nào gửi tình trạng. Hãy khai báo máy trong agent.toml của thiết bị biên." in page
    answer = person.get("/andon/nowhere")
    assert answer.status_code == 404
    assert "site nowhere: was never heard of. Look in /api/v1/edges, or check the names in its agent.toml." in unescape(
        answer.text
    )


# ------------------------------------------------------------------ the shift


def elements(k: int, **seconds: int) -> Elements:
    since = SHIFT + k * 10 * MIN
    part = Part(
        shift="A@2025-11-25",
        product="cap-38",
        ideal_cycle_s=2.0,
        ns={name: s * S for name, s in seconds.items()},
        total=seconds.get("RUN", 0) // 2,
    )
    return Elements(
        key=f"press-1.{since}", revision=1, work_unit="press-1", since=since, until=since + 10 * MIN, parts=(part,)
    )


def test_the_shift_is_drawn_from_what_was_told_with_its_losses_first(gateway, wall, person) -> None:
    gateway.keep(elements(0, RUN=600), elements(1, RUN=300, FAULT=300), elements(2, RUN=510, MINOR_STOP=90))
    since = SHIFT + 15 * MIN
    gateway.keep(
        Stop(key=f"press-1.{since}", revision=1, work_unit="press-1", since=since, until=since + 5 * MIN, kind="FAULT")
    )
    page = person.get("/andon/sa-dec").text
    assert "Hỏng máy lấy mất 5 phút · Dừng ngắn 1 phút" in words_of(page)
    bars = re.findall(r'<rect class="bar bucket-([a-z-]+)" x="([0-9.]+)%" width="([0-9.]+)%"', page)
    # The fault at a quarter of an hour of eight hours; what nobody told of between 07:30 and 09:58 is a gap.
    assert [(face, float(x), float(width)) for face, x, width in bars] == [
        ("run", 0.0, 3.125),
        ("fault", 3.125, 1.042),
        ("run", 4.167, 1.771),
        ("minor-stop", 5.938, 0.312),
        ("run", 37.083, 2.5),
    ]
    rows = re.findall(r"<tr><td>([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", page)
    assert rows[0] == ("09:58:00", "Đang chạy", "12 phút")
    assert rows[-1] == ("07:00:00", "Đang chạy", "15 phút")


def test_a_shift_that_begins_within_a_bucket_shows_what_belongs_to_it(gateway, wall, person) -> None:
    """It begins five minutes into a bucket; of those that are its own it stood one and ran four."""
    since = SHIFT - 5 * MIN
    before = Part(shift="C@2025-11-24", ns={"UNKNOWN": 300 * S})
    own = Part(
        shift="A@2025-11-25", product="cap-38", ideal_cycle_s=2.0, ns={"RUN": 240 * S, "STOP": 60 * S}, total=120
    )
    said = Elements(
        key=f"press-1.{since}",
        revision=1,
        work_unit="press-1",
        since=since,
        until=since + 10 * MIN,
        parts=(before, own),
    )
    stop = Stop(key=f"press-1.{SHIFT}", revision=1, work_unit="press-1", since=SHIFT, until=SHIFT + MIN, kind="STOP")
    gateway.keep(said, stop)
    bars = re.findall(r'<rect class="bar bucket-([a-z-]+)" x="([0-9.]+)%"', person.get("/andon/sa-dec").text)
    assert bars == [("stop", "0.0"), ("run", "0.208"), ("run", "37.083")]


def test_losses_of_pieces_are_not_told_of_a_machine_without_counters(gateway, wall, person) -> None:
    gateway.keep(msgspec.structs.replace(PRESS, revision=2, counts_pieces=False), elements(0, RUN=500, STOP=100))
    assert "Dừng lấy mất 1 phút" in shown(person)
    assert "Chạy chậm" not in shown(person)


def test_a_silent_machines_shift_ends_with_its_last_word(wall, person) -> None:
    wall(changed(at=NOW - 5 * MIN), silent=True)
    [(x, width)] = re.findall(
        r'<rect class="bar bucket-run" x="([0-9.]+)%" width="([0-9.]+)%"', person.get("/andon/sa-dec").text
    )
    assert float(x) + float(width) == pytest.approx(100 * (3 * 60 + 5) / 480, abs=0.01)


def test_hostile_text_is_text(gateway, wall, person) -> None:
    title = {"vi": HOSTILE, "en": HOSTILE}
    gateway.keep(msgspec.structs.replace(PRESS, revision=2, title=title, production_line=HOSTILE))
    wall(changed(bucket="STOP", reason=title, shift=f"{HOSTILE}@2025-11-25", product=HOSTILE))
    page = person.get("/andon/sa-dec").text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert ">49<" not in page


def test_the_first_page_links_to_every_andon_and_to_none_where_there_is_none(gateway, wall, person) -> None:
    assert '<a class="button" href="/andon/sa-dec">Tình trạng máy sa-dec</a>' in person.get("/").text
    gateway.keep(PRESS, site="a-site", edge="e")
    assert re.findall(r'href="/andon/([a-z-]+)"', person.get("/").text) == ["a-site", "sa-dec"]


def test_machines_keep_their_places_whatever_they_do(gateway, wall, person) -> None:
    gateway.keep(*(msgspec.structs.replace(PRESS, key=f"press-{k}", title={}) for k in (3, 2)))
    gateway.keep(msgspec.structs.replace(PRESS, key="alone", title={}, production_line=""))
    names = re.findall(r'id="unit-press-shop\.([a-z0-9-]+)"', person.get("/andon/sa-dec").text)
    assert names == ["press-1", "press-2", "press-3", "alone"]
