"""Production pages and figures: what they say, whose they show, what they refuse."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import msgspec
import pytest

from edge_agent.kpi.calendar import to_ns
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.production.periods import parse
from gateway.registry.roles import Role

S = 10**9
HANOI = "Asia/Ho_Chi_Minh"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def words_of(page: str) -> str:
    body = page[page.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def at(text: str) -> int:
    return to_ns(datetime.fromisoformat(text), HANOI)


def machine(name: str = "press-1", **said) -> WorkUnitDescription:
    said = {"title": {"vi": f"Máy {name}", "en": f"Machine {name}"}, "production_line": "day-1"} | said
    said.setdefault("products", {"cap": ProductDescription(ideal_cycle_s=2.0, title={"vi": "Nắp"})})
    return WorkUnitDescription(
        key=name, revision=1, at=1, micro_stop_s=120, max_gap_s=60, bucket_s=600, timezone=HANOI, **said
    )


def hour(text: str, unit: str = "press-1", shift: str = "", good: int = 1440, **ns: int) -> Elements:
    """Elements of an hour that is one nominal bucket; of its seconds all that is not said ran."""
    since = at(text)
    lost = {name: seconds * S for name, seconds in ns.items()}
    run = 3600 * S - sum(lost.values())
    part = Part(shift=shift or f"A@{text[:10]}", product="cap", ideal_cycle_s=2.0, ns={"RUN": run, **lost}, total=good)
    return Elements(
        key=f"{unit}.{since}", revision=1, at=1, work_unit=unit, since=since, until=since + 3600 * S, parts=(part,)
    )


@pytest.fixture
def floor(house):
    """A month of a press: an hour a day, OEE 80 %, on the 20th 60 % by a breakdown of a quarter of an hour."""
    days = [date(2025, 11, 1) + timedelta(days=n) for n in range(24)]
    told = [hour(f"{day}T08:00:00") for day in days if day.day != 20]
    told += [hour("2025-11-20T08:00:00", good=1080, FAULT=900)]
    since = at("2025-11-20T08:30:00")
    jam = Stop(
        key=f"press-1.{since}",
        revision=1,
        at=1,
        work_unit="press-1",
        since=since,
        until=since + 900 * S,
        kind="FAULT",
        planned_ns=900 * S,
        shift="A@2025-11-20",
        reason="jam",
        title={"vi": "Kẹt khuôn", "en": "Jam"},
    )
    house.keep(machine(target_oee=0.7, channels={"total": "meter-1.active_power"}), *told, jam)
    return house


def test_the_answer_stands_with_its_period_its_coverage_and_its_age(floor, person) -> None:
    shown = words_of(person.get("/production?period=2025-11-20").text)
    assert "OEE mức đặt ra 70 % 60 %" in shown
    assert "Mức sẵn sàng 75 % Hiệu suất tốc độ 80 % Tỷ lệ chất lượng 100 %" in shown
    assert "thứ năm 20/11/2025 · độ phủ dữ liệu 100 % · đến 20/11/2025 09:00:00" in shown


def test_why_a_figure_fell_is_said_with_the_loss_that_did_it(floor, person) -> None:
    shown = words_of(person.get("/production?period=2025-11-20").text)
    assert "Giảm 20 điểm, nhiều nhất do hỏng máy (25 điểm)" in shown
    assert "Hỏng máy lấy mất 15 phút (25 %)" in shown
    assert "Kẹt khuôn: 1 lần, 15 phút" in shown


def test_a_day_behind_days_off_is_compared_with_the_last_that_was_worked(house, person) -> None:
    saturday = hour("2025-11-22T08:00:00", STOP=360)
    sunday = hour("2025-11-23T08:00:00", good=0, NOT_SCHEDULED=3600)
    monday = hour("2025-11-24T08:00:00", good=720, STOP=1800)
    house.keep(machine(), saturday, sunday, monday)
    for period in ("2025-11-24", "2025-11-24.A"):
        shown = words_of(person.get(f"/production?period={period}").text)
        assert "Giảm 40 điểm, nhiều nhất do dừng (40 điểm)" in shown
        assert "so với thứ bảy 22/11/2025" in shown
    assert "Không so được với thứ sáu 21/11/2025" in words_of(person.get("/production?period=2025-11-22").text)


def test_a_month_names_its_lowest_day_and_leads_to_it(floor, person) -> None:
    page = person.get("/production?period=2025-11").text
    assert "Thấp nhất thứ năm 20/11/2025: 60 % · 1 trong 24 dưới mức đặt ra" in words_of(page)
    links = re.findall(r'href="(/production\?[^"]*)"', unescape(page))
    assert "/production?site=sa-dec&period=2025-11-20" in links
    assert "/production?site=sa-dec&period=2025-W47" in links


def test_from_a_month_to_a_stop_and_the_samples_around_it_by_links_alone(floor, person) -> None:
    floor.speak()
    head = line_head("sample", "sa-dec", "press-shop", "meter-1")
    begins = at("2025-11-20T08:20:00")
    lines = [format_line(head, [("active_power", 7.0 + k % 3)], [], begins + k * 60 * S) for k in range(40)]
    assert floor.timeseries.write(lines) == []
    steps = ["/production?period=2025-11", "2025-W47", "period=2025-11-20", "2025-11-20.A", "/production/stops/"]
    page = person.get(steps[0]).text
    for step in steps[1:]:
        link = next(one for one in re.findall(r'href="([^"]+)"', unescape(page)) if step in one)
        page = person.get(link).text
    assert "Hỏng máy: Máy press-1 Kẹt khuôn 15 phút" in words_of(page)
    series = re.search(r'href="(/series/sa-dec/press-shop/meter-1/active_power\?start=[^"]+)"', page)[1]
    assert "start=2025-11-20T01:15:00Z" in series
    assert '<rect class="stopped" x="33.333%" width="33.333%"' in page
    assert 'class="line" d="M' in page
    assert person.get(unescape(series)).status_code == 200


def test_without_a_period_it_is_the_month_that_was_told_of_last(floor, person) -> None:
    floor.now = at("2025-12-01T00:00:01")
    shown = words_of(person.get("/production").text)
    assert "tháng 11/2025 · độ phủ dữ liệu 100 % · có tin 80 % số ngày" in shown


def test_too_little_is_grey_and_says_why(floor, person) -> None:
    floor.keep(hour("2025-11-24T10:00:00", UNKNOWN=1800))
    page = person.get("/production?period=2025-11-24").text
    assert 'class="answer grey"' in page
    assert "Độ phủ dưới 95 %: chưa đủ tin." in words_of(page)
    assert "Chưa có số liệu của thời gian này." in words_of(person.get("/production?period=2024-01").text)


def test_lines_and_machines_are_compared_and_lead_on(floor, person) -> None:
    floor.keep(
        machine("press-2"),
        machine("oven", production_line="", counts_pieces=False),
        hour("2025-11-20T08:00:00", "press-2", good=1800),
        hour("2025-11-20T08:00:00", "oven", good=0, STOP=360),
    )
    shown = words_of(person.get("/production?site=sa-dec&period=2025-11-20").text)
    assert "1 máy không đếm sản phẩm nên không tính vào OEE." in shown
    assert "80 %" in shown  # the sum of 2880 pieces' ideal time over two hours
    line = words_of(person.get("/production?site=sa-dec&line=day-1&period=2025-11-20").text)
    assert "Máy press-1 thấp nhất: 60 %" in line
    assert "Máy chuyển dây chuyền thì số liệu trước đó đi theo máy" in line
    assert "Máy chuyển dây chuyền" not in shown
    assert "lấy mất · gồm cả máy không đếm sản phẩm" in shown
    oven = words_of(person.get("/production?site=sa-dec&unit=press-shop/oven&period=2025-11-20").text)
    assert "Mức sẵn sàng 90 %" in oven


def test_nothing_at_all_says_what_to_do(person) -> None:
    shown = words_of(person.get("/production").text)
    assert "Chưa có máy nào gửi số liệu sản xuất. Hãy khai báo máy trong agent.toml của thiết bị biên." in shown
    assert "Không có lần dừng nào." in words_of(person.get("/production/stops").text)


@pytest.fixture
def two_sites(floor, province):
    """The second enterprise has a machine too."""
    floor.keep(machine("filler"), hour("2025-11-20T08:00:00", "filler"), site="cao-lanh")
    return province.enter


def test_a_manager_sees_the_sites_of_the_enterprise_and_no_other_exists(two_sites) -> None:
    manager = two_sites(Role.MANAGER, "hoa")
    page = words_of(manager.get("/production?period=2025-11-20").text)
    assert "Xưởng cao-lanh" in page
    assert "sa-dec" not in page
    for path in (
        "/production?site=sa-dec",
        "/production/stops?site=sa-dec",
        "/production/losses.csv?site=sa-dec",
        f"/production/stops/sa-dec/press-shop/press-1/{at('2025-11-20T08:30:00')}",
        "/api/v1/production/figures?site=sa-dec",
    ):
        assert manager.get(path).status_code == 404, path
    figures = manager.get("/api/v1/production/figures?period=2025-11-20").json()
    assert [(one["site"], one["oee"]) for one in figures] == [("cao-lanh", 0.8)]
    assert manager.get("/api/v1/production/stops?period=2025-11").json() == []


def test_an_officer_sees_all_sites_of_the_province_and_no_samples(two_sites) -> None:
    officer = two_sites(Role.PROVINCIAL_OFFICER, "lan", "province")
    page = words_of(officer.get("/production?period=2025-11-20").text)
    assert "Mọi cơ sở" in page
    assert "Xưởng sa-dec thấp nhất: 60 %" in page
    stop = officer.get(f"/production/stops/sa-dec/press-shop/press-1/{at('2025-11-20T08:30:00')}")
    assert "Tài khoản của bạn không xem được số đo." in words_of(stop.text)


def test_a_reporter_of_an_agency_may_not_see_production(two_sites) -> None:
    reporter = two_sites(Role.AGENCY_REPORTER, "son", "agency")
    assert reporter.get("/production").status_code == 403
    assert reporter.get("/api/v1/production/figures").status_code == 403


def test_figures_by_the_api_are_those_of_the_page_and_come_as_csv_too(floor, program) -> None:
    by_day = program.get("/api/v1/production/figures?period=2025-W47&by=time").json()
    assert [(one["period"], one["oee"]) for one in by_day][3:5] == [("2025-11-20", 0.6), ("2025-11-21", 0.8)]
    assert by_day[3]["losses_s"] == {
        "breakdown": 900,
        "stops": 0,
        "setup": 0,
        "minor_stops": 0,
        "reduced_speed": 540,
        "defects": 0,
    }
    for by, count in (("whole", 1), ("member", 1), ("shift", 1), ("week", 5)):
        assert len(program.get(f"/api/v1/production/figures?period=2025-11&by={by}").json()) == count, by
    lines = program.get("/api/v1/production/figures?period=2025-11", headers={"Accept": "text/csv"}).text.splitlines()
    assert lines[0].startswith("\ufeffsite,line,unit,period,oee,")
    [stop] = program.get("/api/v1/production/stops?period=2025-11").json()
    assert (stop["since"], stop["planned_s"], stop["reason"]) == ("2025-11-20T01:30:00Z", 900, "jam")


@pytest.mark.parametrize("table", ["trend", "shifts", "members", "losses", "reasons", "stops"])
def test_every_chart_has_a_file(floor, person, table) -> None:
    answer = person.get(f"/production/{table}.csv?period=2025-11&site=sa-dec")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="sa-dec_{table}_' in answer.headers["content-disposition"]
    assert len(answer.text.splitlines()) > 1
    page = unescape(person.get("/production?period=2025-11&site=sa-dec").text)
    if table != "stops":
        assert f"/production/{table}.csv?site=sa-dec&period=2025-11&language=vi" in page


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        (
            "/api/v1/production/figures?period=2025-13",
            422,
            (
                "period: got '2025-13', which is none. Write 2026-11 for a month, 2026-W48 for a week, "
                "2026-11-25 for a day, 2026-11-25.A for its shift A."
            ),
        ),
        (
            "/api/v1/production/figures?unit=a/b",
            404,
            "production of a/b: no such line or machine at sa-dec. Choose one on the page /production.",
        ),
    ],
)
def test_what_makes_no_sense_is_told(floor, program, path, status, detail) -> None:
    answer = program.get(path)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


def test_a_table_or_a_stop_that_is_not_there_is_told(floor, person) -> None:
    assert "there is no such table" in person.get("/production/nix.csv").text
    assert person.get("/production/stops/sa-dec/press-shop/press-1/17").status_code == 404


def test_hostile_names_are_text(floor, person) -> None:
    floor.keep(
        msgspec.structs.replace(machine(), revision=2, title={"vi": HOSTILE}, production_line=HOSTILE),
        hour("2025-11-21T10:00:00", shift=f"{HOSTILE}@2025-11-21"),
    )
    for path in (
        "/",
        "/production?period=2025-11",
        "/production?period=2025-11-21",
        "/production/stops?period=2025-11",
    ):
        page = person.get(path).text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
    assert parse(f"2025-11-21.{HOSTILE}").shift == HOSTILE
    assert person.get("/production", params={"period": f"2025-11-21.{HOSTILE}"}).status_code == 200


def test_the_same_look_is_not_asked_of_the_database_twice(floor, person, monkeypatch) -> None:
    from gateway.production import looking

    asked = []
    once = looking.by_day
    monkeypatch.setattr(looking, "by_day", lambda *args: asked.append(1) or once(*args))
    for _ in range(3):
        person.get("/production?period=2025-11")
    assert len(asked) == 1
    floor.now += 11 * S
    person.get("/production?period=2025-11")
    assert len(asked) == 2
