"""The pages as HTML: what needs somebody first, figures with unit and age, nothing that was sent in as code."""

# ruff: noqa: RUF001  a minus is a minus

import re
from dataclasses import replace
from html import unescape

import pytest

from edge_agent.wire.messages import ChannelMeaning, GatewayStatus, Text
from gateway.api.live import SPARKS_AT_ONCE
from gateway.api.security import COOKIE
from gateway.health import StoreHealth

POWER = "/series/sa-dec/press-shop/meter-1/active_power"
S = 10**9
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


def words_of(page: str) -> str:
    """What a reader sees, in one line."""
    body = page[page.index("<body") :]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def english(client, path: str) -> str:
    return words_of(client.get(path, headers={"Accept-Language": "en"}).text)


def test_a_figure_stands_with_its_unit_its_state_and_its_age(gateway, person) -> None:
    gateway.show(gateway.now - 4 * S, 1234.5678, active_power_u=0.03, temperature=-0.5)
    gateway.now += S
    shown = words_of(person.get("/measurements").text)
    assert "Công suất 60 kW tốt 2 s trước Nhiệt độ 20 °C tốt 2 s trước" in shown
    gateway.show(gateway.now - S, 1234.5678, active_power_u=0.03, temperature=-0.5)
    assert "Công suất 1.234,568 kW u 0,030 tốt 1 s trước Nhiệt độ −0,5 °C tốt 1 s trước" in words_of(
        person.get("/measurements").text
    )
    assert "Active power 1,234.568 kW u 0.030 good 1 s ago" in english(person, "/measurements")


def test_missing_and_waiting_stand_with_the_time_that_they_are_of(person) -> None:
    shown = words_of(person.get("/measurements").text)
    assert "Dữ liệu thiếu 0 Tin chờ gửi 3 Tin đã báo mất 2 Tin không đọc được 1" in shown
    assert "Theo trạng thái lúc 07:00:56 4 s trước" in shown


def test_a_failed_reading_says_so_and_shows_no_figure(gateway, person) -> None:
    gateway.show(gateway.now, None)
    assert "Công suất – không dùng được: không trả lời 0 s trước" in words_of(person.get("/measurements").text)


def test_a_reason_that_nobody_translated_is_shown_as_it_came(gateway, person) -> None:
    gateway.timeseries.write(
        [
            (
                "sample,site=sa-dec,edge=press-shop,instrument=meter-1 "
                f'active_power=1.0,active_power_q="uncertain.too_warm" {gateway.now}'
            )
        ]
    )
    assert "1 kW uncertain: too warm 0 s ago" in english(person, "/measurements")


def test_what_is_old_is_no_data(gateway, person) -> None:
    gateway.now += 3600 * S
    assert "Công suất 60 kW không có dữ liệu 1 giờ trước" in words_of(person.get("/measurements").text)
    gateway.now += 100 * 3600 * S
    assert "không có dữ liệu 4 ngày trước" in words_of(person.get("/measurements").text)


def test_what_a_text_channel_shows_does_not_age(gateway, person) -> None:
    assert "serial_number – không có dữ liệu" in words_of(person.get("/measurements").text)
    gateway.said = [Text(key="meter-1.serial_number", value="EM-0117", at=gateway.now - 3600 * S)]
    assert "serial_number EM-0117 kênh đo dạng chữ 1 giờ trước" in words_of(person.get("/measurements").text)
    gateway.edges = [replace(gateway.edges[0], silent=True)]
    assert "serial_number EM-0117 không có dữ liệu 1 giờ trước" in words_of(person.get("/measurements").text)


def test_an_instrument_that_was_never_described_shows_its_values_all_the_same(gateway, person) -> None:
    gateway.described = []
    assert "meter-1 Chưa nhận được mô tả của phương tiện đo. active_power 60 tốt" in words_of(
        person.get("/measurements").text
    )


def test_no_edge_at_all_says_what_to_do(gateway, person) -> None:
    gateway.edges = []
    assert (
        "Chưa có thiết bị biên nào gửi dữ liệu. Hãy chạy nhipdo-edge run trên thiết bị biên rồi đợi vài giây."
        in words_of(person.get("/measurements").text)
    )


def test_what_needs_somebody_comes_before_the_title(gateway, person) -> None:
    gateway.status = GatewayStatus(state="online", can_store=False, why="store: 0.50 GB free. Free some space.")
    gateway.edges = [
        replace(gateway.edges[0], silent=True),
        replace(gateway.edges[0], edge="z-shop", status_at=0, silent=True),
    ]
    shown = words_of(person.get("/measurements").text)
    assert "Máy chủ thu thập không lưu được dữ liệu. Thiết bị biên giữ dữ liệu cho đến khi lưu được." in shown
    order = [
        shown.index(text)
        for text in (
            "store: 0.50 GB free. Free some space.",
            "Thiết bị biên sa-dec/press-shop im lặng từ 07:00:56. Hãy xem nguồn điện và mạng của thiết bị.",
            "Thiết bị biên sa-dec/z-shop chưa báo trạng thái lần nào.",
            "Số liệu hiện thời",
        )
    ]
    assert order == sorted(order)


def test_findings_are_shown(gateway, person) -> None:
    gateway.edges = [replace(gateway.edges[0], findings=("two runs of one edge at once.",))]
    gateway.store = StoreHealth("f" * 32, 1, 0, ("disk: 90 % full.",))
    shown = words_of(person.get("/measurements").text)
    assert "Cảnh báo two runs of one edge at once." in shown
    assert "Cảnh báo của máy chủ thu thập disk: 90 % full." in shown


def test_a_status_of_yesterday_is_shown_with_its_date(gateway, person) -> None:
    gateway.now += 86_400 * S
    assert "Theo trạng thái lúc 25/11/2025 07:00:56 24 giờ trước" in words_of(person.get("/measurements").text)
    assert "By its status of 2025-11-25 07:00:56 24 h ago" in english(person, "/measurements")


def test_hostile_text_is_text(gateway, person) -> None:
    title = {"vi": HOSTILE, "en": HOSTILE}
    channels = {"active_power": ChannelMeaning(unit=HOSTILE, title=title), "label": ChannelMeaning(unit="1", text=True)}
    gateway.described = [replace_struct(gateway.described[0], model=HOSTILE, channels=channels)]
    gateway.said = [Text(key="meter-1.label", value=HOSTILE, at=gateway.now)]
    gateway.edges = [replace(gateway.edges[0], findings=(HOSTILE,), state=HOSTILE)]
    gateway.store = StoreHealth("f" * 32, 1, 0, (HOSTILE,))
    gateway.status = GatewayStatus(state="online", can_store=False, why=HOSTILE)
    for path in (
        "/",
        "/measurements",
        "/live",
        POWER,
        f"{POWER}?start={HOSTILE}",
        f"/login?next=/{HOSTILE}",
        f"/{HOSTILE}",
    ):
        page = person.get(path).text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
        assert not re.search(r'"[^"<>]*"\s*onerror', page), path
        assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", page), path
        assert "&lt;script&gt;" in page or "%3Cscript%3E" in page, path


def replace_struct(struct, **changed):
    import msgspec

    return msgspec.structs.replace(struct, **changed)


def token_of(page: str) -> str:
    return re.search(r'name="token" value="([0-9a-f]+)"', page)[1]


def test_a_new_edge_is_admitted_by_the_form(gateway, person) -> None:
    gateway.edges = [replace(gateway.edges[0], admitted=False)]
    page = person.get("/measurements").text
    assert "Thiết bị biên mới, chưa được chấp nhận. Dữ liệu vẫn được lưu." in words_of(page)
    admit = "/edges/sa-dec/press-shop/admit"
    answer = person.post(admit, data={"who": " Nguyễn  Thị Mai ", "token": token_of(page)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/measurements")
    assert gateway.admitted_by == "Nguyễn Thị Mai"
    assert "chưa được chấp nhận" not in person.get("/measurements").text


@pytest.mark.parametrize(
    ("who", "valid", "told"),
    [
        ("  ", True, "Hãy ghi họ tên, từ 1 đến 100 ký tự."),
        ("x" * 101, True, "Hãy ghi họ tên, từ 1 đến 100 ký tự."),
        ("Nguyễn Thị Mai", False, "Trang đã cũ. Hãy bấm lại nút này."),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_as_it_was(gateway, person, who, valid, told) -> None:
    gateway.edges = [replace(gateway.edges[0], admitted=False)]
    token = token_of(person.get("/measurements").text) if valid else "of another site"
    answer = person.post("/edges/sa-dec/press-shop/admit", data={"who": who, "token": token})
    assert answer.status_code == 422
    assert told in words_of(answer.text)
    assert f'value="{" ".join(who.split())}"' in answer.text
    assert gateway.admitted_by == ""


def test_an_edge_that_never_spoke_cannot_be_admitted(person) -> None:
    page = person.get("/measurements").text
    answer = person.post("/edges/sa-dec/nobody/admit", data={"who": "Mai", "token": token_of(page)})
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text


@pytest.mark.parametrize(
    ("accept", "cookie", "title"),
    [
        ("", "", "Số liệu hiện thời"),
        ("fr-FR,fr;q=0.9", "", "Số liệu hiện thời"),
        ("en-US,en;q=0.9", "", "Live values"),
        ("en;q=0.5,vi;q=0.9", "", "Số liệu hiện thời"),
        ("en;q=bad", "", "Live values"),
        ("en", "vi", "Số liệu hiện thời"),
        ("vi", "en", "Live values"),
        ("vi", "xx", "Số liệu hiện thời"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers_or_vietnamese(person, accept, cookie, title) -> None:
    headers = {"Accept-Language": accept}
    if cookie:
        person.cookies.set("nhipdo_language", cookie)
    assert f"<h1>{title}</h1>" in person.get("/measurements", headers=headers).text


def test_the_language_link_comes_back_to_the_same_page(person) -> None:
    link = re.search(r'href="(/language/en[^"]*)"', person.get(f"{POWER}?range=8h").text)[1]
    answer = person.get(unescape(link))
    assert answer.headers["location"] == f"{POWER}?range=8h"
    assert "Active power" in person.get(answer.headers["location"]).text


def test_a_channel_over_time_says_its_finding_and_what_it_rests_on(gateway, person) -> None:
    gateway.show(gateway.now, None)
    shown = words_of(person.get(f"{POWER}?start=2025-11-25T07:00&end=2025-11-25T07:01:20").text)
    assert "Trung bình 30,50 kW, từ 1,00 đến 60,00 kW" in shown
    assert "07:00:00 – 07:01:20 · 60 mẫu · độ phủ dữ liệu 100 % · 1 mẫu không dùng được" in shown
    assert "Gạch chéo: không có dữ liệu. Vạch đỏ dưới: có mẫu không dùng được." in shown


def test_what_is_to_come_does_not_count_against_coverage(person) -> None:
    page = english(person, f"{POWER}?start=2025-11-25T06:58&end=2025-11-25T08:00")
    assert "data coverage 33.3 %" in page


def test_a_stretch_without_any_sample_is_said(person) -> None:
    page = person.get(f"{POWER}?start=2020-01-01T00:00&end=2020-01-02T00:00").text
    assert "Không có dữ liệu trong khoảng này" in page
    assert '<svg class="plot"' not in page


@pytest.mark.parametrize("query", ["start=x", "start=2025-01-02T00:00&end=2025-01-01T00:00", "start=2020-01-01T00:00"])
def test_a_stretch_that_makes_no_sense_is_said_beside_its_field(person, query) -> None:
    page = person.get(f"{POWER}?{query}").text
    assert "Giờ đầu phải trước giờ cuối, dài nhất 400 ngày." in page
    assert f'value="{re.search("start=([^&]*)", query)[1]}"' in page


def test_the_download_is_of_what_the_chart_shows(person) -> None:
    page = person.get(f"{POWER}?start=2025-11-25T07:00&end=2025-11-25T07:01").text
    link = unescape(re.search(r'href="([^"]*\.csv[^"]*)"', page)[1])
    lines = person.get(link).text.splitlines()
    assert len(lines) == 61
    assert lines[1].endswith(";1,0;;kW;good")


def test_a_channel_that_never_spoke_has_a_page_that_says_so(person) -> None:
    answer = person.get(POWER.replace("active_power", "voltage"))
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text
    assert 'lang="en">channel voltage of sa-dec/press-shop/meter-1: was never heard of.' in answer.text


def test_a_mistake_of_ours_is_said_and_closed_as_every_page_is(gateway, app, monkeypatch) -> None:
    from fastapi.testclient import TestClient

    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(type(gateway), "health", broken)
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False, cookies={COOKIE: gateway.sign_in()})
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Máy chủ gặp lỗi" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/api/v1/health").json()["detail"] == (
        "gateway: ZeroDivisionError while answering. Its log says where; please report it."
    )


def test_an_edge_of_many_channels_draws_some_sparklines_at_a_time(gateway, person) -> None:
    numbers = {f"c{k}": float(k) for k in range(150)}
    gateway.show(gateway.now, 1.0, **numbers)
    asked = []
    series = gateway.timeseries.series
    gateway.timeseries.series = lambda *args: asked.append(args) or series(*args)
    drawn = [person.get("/live").text.count('class="spark"') for _ in range(4)]
    assert drawn == [SPARKS_AT_ONCE, 2 * SPARKS_AT_ONCE, 152, 152]
    assert len(asked) == 152
    gateway.now += 10 * S
    assert person.get("/live").text.count('class="spark"') == 152
    assert len(asked) == 152 + SPARKS_AT_ONCE
