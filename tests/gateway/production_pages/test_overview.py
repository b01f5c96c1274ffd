"""The first page, for each who looks: what needs them, what is well, and nothing that is not theirs."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.shop_floor import Elements, Part, ProductDescription, Stop, WorkUnitDescription
from gateway.findings import THE_GATEWAY, report
from gateway.ingest.journals import EdgeId
from gateway.production.periods import day_at
from gateway.registry import transaction
from gateway.registry.roles import SYSTEM, Role

S = 10**9
HOUR = 3600 * S
DAY = 24 * HOUR
YESTERDAY = date(2025, 11, 24)


def words_of(client) -> str:
    page = client.get("/").text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page[page.index("<main") :])).split())


def machine(name: str = "press-1", **said) -> WorkUnitDescription:
    return WorkUnitDescription(
        key=name,
        revision=1,
        at=1,
        title={"vi": f"Máy {name}"},
        micro_stop_s=120,
        max_gap_s=60,
        bucket_s=3600,
        timezone="Asia/Ho_Chi_Minh",
        target_oee=0.7,
        products={"cap": ProductDescription(ideal_cycle_s=2.0)},
        **said,
    )


def hour(house, day: date, unit: str = "press-1", good: int = 1440, **ns: int) -> Elements:
    since = day_at(day).span(house.app.state.zone)[0] + 8 * HOUR
    lost = {name: seconds * S for name, seconds in ns.items()}
    times = {"RUN": HOUR - sum(lost.values()), **lost}
    part = Part(shift=f"A@{day}", product="cap", ideal_cycle_s=2.0, ns=times, total=good)
    return Elements(
        key=f"{unit}.{since}", revision=1, at=1, work_unit=unit, since=since, until=since + HOUR, parts=(part,)
    )


def stop(since: int, unit: str = "press-1", **said) -> Stop:
    said = {"kind": "STOP", "until": since + 60 * S, "planned_ns": 60 * S} | said
    return Stop(key=f"{unit}.{since}", revision=1, at=1, work_unit=unit, since=since, **said)


def test_a_new_gateway_says_what_to_do_first(house, person) -> None:
    shown = words_of(person)
    assert shown.startswith("Máy chủ mới: hãy làm lần lượt Việc làm đầu tiên Ghi tên doanh nghiệp, cơ sở")
    steps = ("Ghi tên doanh nghiệp", "Ghi địa điểm", "Nối thiết bị biên đầu tiên", "Mở tài khoản cho mọi người")
    assert [shown.index(step) for step in steps] == sorted(shown.index(step) for step in steps)
    assert "đã xong" not in shown


def test_steps_that_are_done_are_said_and_the_list_goes_when_all_that_matters_is_there(house, province) -> None:
    administrator = house.enter("mai")
    assert words_of(administrator).count("đã xong") == 2
    house.speak()
    assert "Việc làm đầu tiên" not in words_of(administrator)


def test_a_manager_sees_yesterday_against_the_target_and_what_grew(house, province) -> None:
    days = [YESTERDAY - timedelta(days=n) for n in range(1, 8)]
    house.keep(
        machine(),
        *(hour(house, day) for day in days),
        hour(house, YESTERDAY, good=1080, FAULT=900),
        machine("press-2"),
        *(hour(house, day, "press-2") for day in days),
    )
    house.speak(site="sa-dec")
    shown = words_of(province.enter(Role.MANAGER, "hoa", "press"))
    assert "Xưởng sa-dec, hôm qua 60 % OEE · mức đặt ra 70 % · dưới mức đặt ra 10 điểm" in shown
    assert "So với bảy ngày trước (80 %): giảm 20 điểm" in shown
    assert "Tổn thất tăng so với bảy ngày trước: Hỏng máy: từ 0 % lên 25 %" in shown
    assert "1 máy cả ngày không báo tin: Máy press-2" in shown
    assert "thứ hai 24/11/2025 · độ phủ dữ liệu 100 % · đến 24/11/2025 09:00:00 24 giờ trước" in shown
    assert shown.startswith("Hôm nay có 1 việc cần bạn")


def test_a_manager_of_another_enterprise_sees_nothing_of_it(house, province) -> None:
    house.keep(machine(), hour(house, YESTERDAY), stop(house.now - HOUR))
    house.speak(site="sa-dec", admitted_by="")
    shown = words_of(province.enter(Role.MANAGER, "nam", "dairy"))
    assert "sa-dec" not in shown
    assert "chờ chấp nhận" not in shown
    assert "Hôm nay chưa có việc gì gấp" in shown


def test_an_operator_sees_what_runs_and_the_stops_without_a_reason(house, province) -> None:
    fault = WorkUnitStatus(at=house.now, bucket="FAULT", since=house.now - 12 * 60 * S, without_reason=2)
    run = WorkUnitStatus(at=house.now, bucket="RUN", since=house.now - 3 * HOUR)
    since = house.now - 2 * HOUR
    house.keep(
        machine(),
        machine("press-2"),
        stop(since),
        stop(since + 600 * S, reason="jam"),
        stop(since + 900 * S, kind="MINOR_STOP"),
        stop(house.now - 2 * DAY),
    )
    house.speak(work_units={"press-1": run, "press-2": fault})
    operator = province.enter(Role.OPERATOR, "tu", "press")
    shown = words_of(operator)
    assert "1 lần dừng trong 24 giờ chưa có lý do Máy press-1 2 giờ trước" in shown
    floor = shown[shown.index("Máy của bạn lúc này") :]
    assert floor.startswith(
        "Máy của bạn lúc này Máy press-2 Hỏng máy · 12 phút 2 lần dừng chưa có lý do "
        "Máy press-1 Đang chạy · 3 giờ 00 phút"
    )
    assert "hôm qua" not in shown
    assert f"/production/stops/sa-dec/press-shop/press-1/{since}" in operator.get("/").text
    link = unescape(re.search(r'href="(/production/stops\?[^"]+)"', operator.get("/").text)[1])
    assert operator.get(link).text.count(f"/press-1/{since}") == 1


def test_a_machine_nobody_hears_of_is_not_shown_as_running(house, province) -> None:
    run = WorkUnitStatus(at=house.now, bucket="RUN", since=house.now - HOUR)
    house.keep(machine())
    house.speak(work_units={"press-1": run})
    house.now += DAY
    shown = words_of(province.enter(Role.OPERATOR, "tu", "press"))
    assert "Máy press-1 Không có dữ liệu · 24 giờ trước" in shown
    assert "1 thiết bị biên im lặng sa-dec/press-shop 24 giờ trước" in shown


def test_laboratory_staff_see_instruments_that_are_not_good(house, province) -> None:
    states = {"balance-1": "bad.no_reply", "balance-2": "uncertain.unsettled", "meter-1": "good"}
    house.speak(site="cao-lanh", instruments=states)
    shown = words_of(province.enter(Role.LABORATORY_STAFF, "yen"))
    assert "1 phương tiện đo không tốt cao-lanh/press-shop/balance-1: bad.no_reply" in shown
    assert "chờ chấp nhận" not in shown


@pytest.fixture
def programme(house, province):
    """Tasks, a pilot, a certificate, a request and two trainings, one with its document."""
    make = house.book.make
    task = {"province": province.id, "agency": province.agency, "plan": "ke-hoach"}
    make(SYSTEM, "task_progress", task | {"task": "t-late", "date": "2025-06-30", "state": "under_way"})
    make(SYSTEM, "task_progress", task | {"task": "t-told", "date": "2025-06-30", "state": "under_way"})
    make(SYSTEM, "task_progress", task | {"task": "t-told", "date": "2025-11-01", "state": "under_way"})
    make(SYSTEM, "task_progress", task | {"task": "t-done", "date": "2025-01-31", "state": "done"})
    pilot = {
        "site": province.sites["sa-dec"],
        "name": "TPM ở xưởng dập",
        "version": 1,
        "tools": ["tpm"],
        "work_units": "press-shop/press-1",
        "baseline_since": "2025-03-01",
        "baseline_until": "2025-04-30",
        "begins": "2025-05-01",
        "result_since": "2025-05-16",
        "result_until": "2025-10-31",
        "figures": ["oee"],
        "state": "running",
    }
    make(SYSTEM, "pilot", pilot)
    certificate = {"organisation": province.dairy, "standard": "ISO 9001:2015", "number": "C-17"}
    make(SYSTEM, "certification", certificate | {"issued": "2022-12-20", "expires": "2025-12-20"})
    request = {"province": province.id, "kind": "standards", "number": "YC-3", "received": "2025-10-02"}
    make(SYSTEM, "information_request", request)
    training = {"province": province.id, "topic": "productivity", "begins": "2025-05-05"}
    bare = make(SYSTEM, "training", training | {"name": "5S cơ bản"})
    accepted = make(SYSTEM, "training", training | {"name": "TPM", "document_number": "12/QĐ"})
    for k in range(2):
        who = make(SYSTEM, "person", {"province": province.id, "code": f"N{k}", "full_name": f"Người {k}"})
        for row in (bare, accepted):
            make(SYSTEM, "attendance", {"training": row.id, "person": who.id, "organisation": province.press})
    return house


def test_an_officer_sees_late_tasks_records_without_proof_and_what_runs_out(programme, province) -> None:
    shown = words_of(province.enter(Role.PROVINCIAL_OFFICER, "lan", "province"))
    # Behind it those of the plan of 2021 to 2025 that its agency leads.
    assert re.search(r"\d+ nhiệm vụ chậm so với kế hoạch t-late \(30/06/2025\) \w+", shown)
    # A class lacks its document, and with it two attendances; the certificate is its own proof.
    assert "1 hồ sơ chưa có minh chứng Lớp đào tạo: 5S cơ bản" in shown
    assert "1 mô hình điểm 3 ngày không có dữ liệu TPM ở xưởng dập · Xưởng sa-dec" in shown
    assert "1 mô hình điểm đến hạn đánh giá TPM ở xưởng dập (31/10/2025)" in shown
    assert "1 chứng nhận hết hạn trong 60 ngày C-17 (20/12/2025)" in shown
    assert "1 yêu cầu thông tin trễ trả lời YC-3 (02/10/2025)" in shown
    assert not re.search(r"\d{4}-\d{2}-\d{2}", shown)


def test_records_without_proof_are_those_that_an_evaluation_leaves_out_for_it(programme, province) -> None:
    officer = province.enter(Role.PROVINCIAL_OFFICER, "lan", "province")
    page = officer.get("/").text
    [training] = re.findall(r'href="/registry/trainings/(\w+)/change"', page)
    assert officer.get(f"/registry/trainings/{training}").status_code == 200
    changed = programme.book.change(SYSTEM, "training", training, {"document_number": "13/QĐ"}, None)
    assert changed.values["document_number"] == "13/QĐ"
    assert "Hồ sơ nào cũng có minh chứng" in words_of(officer)


def test_an_officer_sees_how_far_the_plan_is_before_the_sites(programme, province) -> None:
    programme.keep(machine(), hour(programme, YESTERDAY))
    shown = words_of(province.enter(Role.PROVINCIAL_OFFICER, "lan", "province"))
    plan, sites = (
        shown.index(text) for text in ("Kế hoạch năng suất, chất lượng Đồng Tháp 2021", "Các nhà máy hôm qua")
    )
    assert shown.index("nhiệm vụ chậm so với kế hoạch") < plan < sites
    assert re.search(r"Chưa đạt \d+|Không đạt \d+", shown[plan:sites])
    assert "Xưởng sa-dec" in shown[sites:]


def test_a_pilot_whose_machines_speak_is_not_named(programme, province) -> None:
    programme.keep(machine(), hour(programme, YESTERDAY))
    shown = words_of(province.enter(Role.PROVINCIAL_OFFICER, "lan", "province"))
    assert "Mô hình điểm nào cũng có dữ liệu" in shown


def test_a_reporter_sees_the_tasks_of_the_agency_and_nothing_of_production(programme, province) -> None:
    programme.keep(machine(), hour(programme, YESTERDAY))
    shown = words_of(province.enter(Role.AGENCY_REPORTER, "son", "agency"))
    assert "1 nhiệm vụ chậm so với kế hoạch t-late" in shown
    assert "sa-dec" not in shown
    assert "mô hình điểm" not in shown.casefold()


def test_an_administrator_sees_findings_newcomers_and_accounts_nobody_opened(house, person) -> None:
    with transaction(house.engine) as session:
        report(session, THE_GATEWAY, "disk_filling", "gateway: 20 MB free. Make room.", house.now)
        report(session, EdgeId("sa-dec", "press-shop"), "two_runs", "two runs at once.", house.now)
    house.speak(admitted_by="")
    house.can_store = False
    shown = words_of(person)
    assert "Máy chủ không lưu được dữ liệu disk: full." in shown
    assert "1 cảnh báo về máy chủ gateway: 20 MB free. Make room." in shown
    assert "1 cảnh báo từ thiết bị biên two runs at once." in shown
    assert "1 thiết bị biên chờ chấp nhận sa-dec/press-shop" in shown
    house.now += 6 * DAY
    assert "chưa ai đăng nhập" not in words_of(person)  # an account is a week old before it is missed


def test_an_account_that_was_never_opened_is_named_after_a_week(house) -> None:
    house.enter("hoa")
    house.now += 8 * DAY
    assert "1 tài khoản chưa ai đăng nhập hoa" in words_of(house.enter("mai"))


def test_who_is_not_signed_in_is_asked_to(house, program) -> None:
    program.headers.pop("Authorization")
    assert program.get("/").headers["location"] == "/login?next=%2F"
