"""The Andon as it is sent: states in words, figures with what they rest on, what is grey and why."""

# ruff: noqa: RUF001  a dash is a dash

import pytest
from fastapi.testclient import TestClient
from screen_floor import MIN, MORNING, NOW, SHIFT, H, S, shop, stop_of, stretches, unit_board, unit_config, words_of

from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.oee.board import Board
from edge_agent.screen.andon import Parts
from edge_agent.wire.entries import People


def test_a_machine_says_what_it_does_since_when_and_what_the_shift_gave(visit, floor) -> None:
    floor.show(unit_board("press"))
    page = visit().get("/").text
    said = words_of(page)
    assert "Máy dập 1 Đang chạy từ 10:00:00 · 12 phút" in said
    assert "OEE 70,4 % mức đặt ra 85 %" in said
    assert "Mức sẵn sàng 77,9 % Hiệu suất tốc độ 90,9 % Tỷ lệ chất lượng 99,5 %" in said
    assert "Ca A, 06:00–14:00 · độ phủ 100 %" in said
    assert "Đạt 4.695 Phế phẩm 23 Cần có lúc này 5.661 Còn thiếu 943 Sản phẩm Nắp hộp 100 · chu kỳ 2 s" in said
    assert "Hỏng máy lấy mất 41 phút Hỏng máy 41 phút Chạy chậm 11 phút Dừng máy 8 phút" in said
    assert 'class="unit-state bucket bucket-run"' in page
    assert 'href="#shape-run"' in page


def test_it_speaks_english_too_and_remembers(visit, floor) -> None:
    floor.show(unit_board("press"))
    client = visit()
    client.get("/language/en?next=/")
    assert "Press 1 Running since 10:00:00 · 12 min" in words_of(client.get("/").text)
    assert client.get("/language/en?next=https://evil.example/").headers["location"] == "/"


def test_figures_on_too_little_are_grey_and_say_why_with_their_bounds(visit, floor) -> None:
    course = stretches((60, "RUN"), (20, "UNKNOWN"), (20, "RUN"))
    floor.show(unit_board("press", course, total=2400, reject=0))
    page = visit().get("/").text
    # 80 min seen of 100, 4800 s of production and as much good ideal time.
    assert "Độ phủ 80 %, dưới 95 %: số liệu chưa đủ tin." in words_of(page)
    assert "OEE 100 % 80 % … 100 %" in words_of(page)
    assert "Mức sẵn sàng 80 % … 100 % 100 %" in words_of(page)
    assert 'class="figure-main grey"' in page


def test_good_coverage_is_not_grey(visit, floor) -> None:
    floor.show(unit_board("press"))
    assert "grey" not in visit().get("/").text


def test_a_speed_above_the_ideal_one_is_flagged_in_words(visit, floor) -> None:
    floor.show(unit_board("press", stretches((60, "RUN")), total=2000, reject=0))
    page = visit().get("/").text
    assert "Hiệu suất tốc độ 111,1 %" in words_of(page)
    assert "Trên 100 %: chu kỳ khai báo sai, hãy báo quản lý." in words_of(page)
    assert "Nhanh hơn chu kỳ lý tưởng 6 phút" in words_of(page)
    assert "factor-flagged" in page


def test_a_machine_that_makes_no_pieces_has_availability_alone(visit, floor) -> None:
    floor.show(unit_board("oven", oee=None, product="", total=0, reject=0))
    said = words_of(visit(WorkUnitConfig(name="oven", running="oven.on")).get("/").text)
    assert "Mức sẵn sàng 77,9 %" in said
    assert "Máy này không đếm sản phẩm: chỉ có mức sẵn sàng." in said
    assert "OEE" not in said.replace("không tính OEE", "")
    assert "Phế phẩm" not in said.partition("lấy mất")[0]


def test_a_machine_that_counts_without_an_ideal_cycle_shows_its_pieces(visit, floor) -> None:
    floor.show(unit_board("press", oee=None, product="", expected=None, good=812, reject=3))
    said = words_of(visit(unit_config("press", products=())).get("/").text)
    assert "Chưa khai báo chu kỳ lý tưởng: chỉ có mức sẵn sàng." in said
    assert "Đạt 812 Phế phẩm 3" in said
    assert "Sản phẩm" not in said.partition("lấy mất")[0]


def test_without_a_product_or_a_shift_it_says_so(visit, floor) -> None:
    floor.show(unit_board("press", product="", oee=None, effectiveness=None, quality_ratio=None))
    client = visit()
    assert "Chưa chọn sản phẩm: chưa tính được OEE." in words_of(client.get("/").text)
    nothing = dict.fromkeys(("oee", "availability", "effectiveness", "quality_ratio", "coverage"))
    floor.show(unit_board("press", bucket="NOT_SCHEDULED", shift="", shift_since=0, shift_until=0, **nothing))
    said = words_of(client.get("/").text)
    assert "Máy dập 1 Ngoài ca" in said
    assert "Ngoài ca: không tính OEE." in said


def test_a_machine_that_was_not_heard_shows_no_old_state_as_new(visit, floor) -> None:
    floor.show(unit_board("press", heard_at=NOW - 11 * S))
    page = visit().get("/").text
    assert "Máy dập 1 Không có dữ liệu Máy im lặng từ 10:11:49" in words_of(page)
    assert "bucket-run" not in page
    floor.show(unit_board("press", heard_at=NOW - 9 * S))
    assert "Đang chạy" in visit().get("/").text
    floor.show(unit_board("press", heard_at=0))
    assert "Máy chưa báo tin lần nào" in visit().get("/").text


def test_a_reason_stands_beside_the_stop_that_lasts(visit, floor) -> None:
    course = (*MORNING[:-1], *stretches((12, "FAULT"), since=MORNING[-1].since))
    floor.show(unit_board("press", course, reason={"vi": "Kẹt phôi", "en": "Jam"}))
    assert "Hỏng máy Kẹt phôi · từ 10:00:00 · 12 phút" in words_of(visit().get("/").text)


def test_a_lost_uplink_an_old_board_and_a_start_are_told_by_strips(visit, floor) -> None:
    client = visit()
    assert "Thiết bị đang khởi động." in words_of(client.get("/").text)
    floor.show(unit_board("press"), broker=False, waiting_since=NOW - H)
    said = words_of(client.get("/").text)
    assert "Mất đường truyền lên máy chủ. Dữ liệu chờ gửi từ 09:12:00. Mọi dữ liệu vẫn được giữ ở đây" in said
    floor.show(unit_board("press"), broker=None)
    assert "máy chủ" not in words_of(client.get("/").text)
    floor.show(unit_board("press"), waiting_since=NOW - 6 * MIN)
    assert "Máy chủ chưa lưu dữ liệu từ 10:06:00." in words_of(client.get("/").text)
    floor.now += 12 * S
    page = client.get("/").text
    assert "Không có số liệu mới từ 10:12:00. Bộ ghi của thiết bị biên đã đứng." in words_of(page)
    assert 'class="units units-1 stale"' in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "vi",
            (
                "Đồng hồ của thiết bị chưa đúng giờ, nên chưa ghi và chưa nhập được gì. Hãy nối mạng. "
                "Không có mạng thì chỉnh giờ, rồi chạy nhipdo-edge trust-clock agent.toml."
            ),
        ),
        (
            "en",
            (
                "The clock of this box is not set yet: nothing can be dated or entered. Connect the network. "
                "Without one, set the time and run nhipdo-edge trust-clock agent.toml."
            ),
        ),
    ],
)
def test_a_clock_that_is_not_set_is_told_with_what_to_do(visit, floor, language, sentence) -> None:
    floor.board = Board(at=0, units={}, clock_is_set=False)  # before anything could be dated
    client = visit(language=language)
    page = words_of(client.get("/").text)
    assert page.endswith(sentence)  # neither "is starting" nor "no machine is configured"
    floor.show(unit_board("press"))
    assert sentence not in words_of(client.get("/").text)


def test_people_are_asked_for_at_the_start_of_a_shift_until_somebody_says(visit, floor) -> None:
    floor.now = SHIFT + 5 * MIN
    floor.show(unit_board("press", stretches((5, "RUN"))))
    client = visit()
    page = client.get("/").text
    assert "Ca A: có mấy người làm? Máy dập 1" in words_of(page)
    assert 'href="/enter?unit=press#people"' in page
    floor.keep(People(key="press.A@2026-03-02", work_unit="press", shift="A@2026-03-02", people=2.0))
    assert "có mấy người" not in client.get("/").text


def test_nobody_is_asked_for_people_when_the_shift_is_old(visit, floor) -> None:
    floor.show(unit_board("press"))
    assert "có mấy người" not in visit().get("/").text


def test_stops_without_a_reason_lead_to_where_one_gives_it(visit, floor) -> None:
    floor.show(unit_board("press", stops=(stop_of("press", SHIFT, 4, planned_ns=4 * MIN),)))
    page = visit().get("/").text
    assert '<a class="button button-due" href="/stops?unit=press">1 lần dừng chưa có lý do</a>' in page


def test_a_wall_screen_can_show_some_machines_only(visit, floor) -> None:
    floor.show(unit_board("press"), unit_board("oven"), unit_board("packer"))
    client = visit(unit_config("press"), unit_config("oven"), unit_config("packer"))
    page = client.get("/?wall=1&unit=oven&unit=packer").text
    assert 'class="units units-2"' in page
    assert "Máy dập 1" not in page
    assert 'data-live="/live?wall=1&amp;unit=oven&amp;unit=packer"' in page
    assert 'href="/screen/wall.css">' in page
    assert 'href="/screen/wall.css" media="(min-width: 100rem)' in client.get("/").text


def test_a_name_from_a_machine_is_never_markup(visit, floor) -> None:
    floor.show(unit_board("press", reason={"vi": "<script>alert(1)</script>"}, bucket="<b>"))
    page = visit().get("/").text
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_a_unit_that_is_not_configured_any_more_is_left_out(visit, floor) -> None:
    floor.board = Board(at=NOW, units={"ghost": unit_board("ghost")})
    assert "Chưa có máy nào được khai báo" in words_of(visit().get("/").text)


def test_the_screen_works_without_any_work_unit(floor) -> None:
    with TestClient(floor.app(shop()), follow_redirects=False) as client:
        assert client.get("/").status_code == 200


def test_the_live_part_is_rendered_once_a_second_for_all_who_read_a_language(floor, monkeypatch) -> None:
    floor.show(unit_board("press"))
    app = floor.app(shop())
    parts, renders = Parts(), []
    monkeypatch.setattr(app.state.renderer, "text", lambda *told: renders.append(told[0]) or "")

    def look(language: str = "vi", *names: str) -> None:
        parts.text(app.state.screen, app.state.renderer, language, names)

    look(), look()
    assert renders == ["vi"]
    look("en"), look("vi", "press")
    assert renders == ["vi", "en", "vi"]
    floor.show(unit_board("press", bucket="FAULT"))
    look(), look()
    assert len(renders) == 4
    floor.now += S
    look()
    assert len(renders) == 5
