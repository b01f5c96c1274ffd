"""Pages of plans: what an officer sees of a target, from the figure down to the record, and what they add to it."""

import re

import pytest
from fastapi.testclient import TestClient

from gateway.api.security import COOKIE
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role

PLAN = "/plans/dong-thap-2026-2030"
TURNS = f"{PLAN}/indicators/dt26-training-turns"
DAY = 86_400 * 10**9
DAYS = 220
"""From the gateway's day, 25 November 2025, to 3 July 2026."""


@pytest.fixture
def book(gateway) -> Book:
    gateway.now += DAYS * DAY
    return Book(gateway.engine, lambda: gateway.now)


@pytest.fixture
def province(book) -> str:
    return book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id


@pytest.fixture
def officer(app, gateway, province) -> TestClient:
    grant = Grant(Role.PROVINCIAL_OFFICER, "province", province)
    return TestClient(app, follow_redirects=False, cookies={COOKIE: gateway.sign_in("lan", grant)})


@pytest.fixture
def attended(book, province) -> list[str]:
    """Ids of two trainings: three attend the accepted one, two the other."""
    made = []
    for name, document, n in (("Lean cơ bản", "12/QĐ-SKHCN", 3), ("5S", "", 2)):
        row = {"province": province, "name": name, "topic": "productivity", "begins": "2026-03-02"}
        training = book.make(SYSTEM, "training", row | {"document_number": document}).id
        for k in range(n):
            person = {"province": province, "code": f"{name[0]}{k}", "full_name": f"Người {k}"}
            who = book.make(SYSTEM, "person", person).id
            book.make(SYSTEM, "attendance", {"training": training, "person": who, "completed": True})
        made.append(training)
    return made


def send(browser: TestClient, address: str, **fields: str):
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/account").text)
    assert token
    return browser.post(address, data={"token": token[1], **fields})


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_figure_its_target_its_evidence_and_what_was_not_counted_stand_on_one_page(officer, attended) -> None:
    shown = words_of(officer.get(TURNS).text)
    assert "3 lượt người" in shown
    assert "Mục tiêu: ít nhất 500 lượt người mỗi năm" in shown
    assert "Chưa đạt" in shown
    assert "tính đến 03/07/2026" in shown
    assert "Minh chứng: 3 bản ghi" in shown
    assert "Không tính: 2 bản ghi Chưa có số văn bản nghiệm thu hay tài liệu kèm theo. · 2" in shown
    page = officer.get(TURNS).text
    accepted, open_one = attended
    assert f'href="/registry/trainings/{accepted}"' in page
    assert f'href="/registry/trainings/{open_one}/change"' in page  # where the document is entered
    assert "Người 0" not in page  # no name of a person


def test_an_estimate_is_entered_beside_the_value_and_a_second_one_takes_its_place(officer, book, attended) -> None:
    wrong = send(officer, f"{TURNS}/estimate", value="nhiều", estimated="03/07/2026")
    assert wrong.status_code == 422
    assert "nhiều" in wrong.text
    later = send(officer, f"{TURNS}/estimate", value="520", estimated="04/07/2026")
    assert "Ngày này chưa đến. Hãy ghi ngày đã qua." in later.text
    assert book.count(SYSTEM, "year_estimate") == 0
    for value in ("520", "480"):
        assert send(officer, f"{TURNS}/estimate", value=value, estimated="03/07/2026").status_code == 303
    [row] = book.all(SYSTEM, "year_estimate")
    assert (row.values["value"], row.values["year"], row.values["indicator"]) == (480, 2026, "dt26-training-turns")
    shown = words_of(officer.get(TURNS).text)
    assert "3 lượt người" in shown
    assert "ước cả năm 480 lượt người" in shown


def test_a_milestone_is_reached_on_a_day_that_is_past_and_counts_once_a_document_proves_it(officer, book) -> None:
    address = f"{PLAN}/indicators/dt26-traceability-system"
    assert "Ghi ngày đạt" in officer.get(address).text
    future = send(officer, f"{address}/milestone", reached="01/08/2026", document_number="3/QĐ")
    assert "Ngày này chưa đến. Hãy ghi ngày đã qua." in future.text
    assert book.count(SYSTEM, "milestone") == 0
    assert send(officer, f"{address}/milestone", reached="01/06/2026", document_number="3/QĐ").status_code == 303
    shown = words_of(officer.get(address).text)
    assert "đã đạt" in shown
    assert send(officer, f"{address}/estimate", value="1", estimated="01/06/2026").status_code == 409


def test_a_day_that_is_past_shows_what_was_known_of_it_and_one_to_come_shows_today(officer, attended) -> None:
    assert "0 lượt người" in words_of(officer.get(f"{TURNS}?as_of=2026-03-01").text)
    assert "3 lượt người" in words_of(officer.get(f"{TURNS}?as_of=02/03/2026").text)
    assert "Ngày này chưa đến. Trang tính đến hôm nay." in officer.get(f"{PLAN}?as_of=2027-01-01").text
    assert "đã nhận «mai»" in officer.get(f"{PLAN}?as_of=mai").text


def test_the_overview_counts_targets_by_state_and_lists_what_is_due(officer, attended) -> None:
    page = officer.get(PLAN).text
    counts = [int(n) for n in re.findall(r'<strong class="count-figure">(\d+)</strong>', page)]
    assert sum(counts) == 18  # the plan's indicators
    assert "Hạn báo cáo trong một năm tới" in page
    assert "25/11/2026" in page
    assert "Mục II.2.a" in words_of(officer.get(f"{PLAN}?by=section").text)


def test_the_years_are_a_file_that_no_text_turns_into_a_formula(officer, attended) -> None:
    answer = officer.get(f"{TURNS}/history.csv")
    rows = answer.text.lstrip("\ufeff").splitlines()
    assert rows[0] == "indicator;unit;series;year;value;cumulated;estimate;state;is_full"
    assert rows[1].startswith("dt26-training-turns;person_turns;;2026;3,0;")


def test_what_is_to_be_said_of_a_task_is_said_for_the_agency_that_leads_it(officer, book, province) -> None:
    assert "/tasks/report" not in officer.get(f"{PLAN}/tasks").text  # nobody is there who could say it
    agencies = {
        name: book.make(SYSTEM, "agency", {"name": name, "province": province}).id
        for name in ("Ban Dân tộc", "Sở Nội vụ")
    }
    page = officer.get(f"{PLAN}/tasks").text
    led = f"/tasks/report?agency={agencies['Sở Nội vụ']}&amp;plan=dong-thap-2026-2030&amp;task=dt26-t-honour"
    other = f"/tasks/report?agency={agencies['Ban Dân tộc']}&amp;plan=dong-thap-2026-2030&amp;task=dt26-t-policy"
    assert led in page
    assert other in page
    assert officer.get(led.replace("&amp;", "&")).status_code == 200


def test_tasks_tell_state_money_and_what_is_late(officer, book, province) -> None:
    agency = book.make(SYSTEM, "agency", {"name": "Sở KH&CN tỉnh Đồng Tháp", "province": province}).id
    of = {"province": province, "agency": agency, "plan": "dong-thap-2026-2030", "task": "dt26-t-tfp-calc"}
    said = {"date": "2026-05-05", "state": "under_way", "told": "Đã ký hợp đồng với đơn vị tính."}
    book.make(SYSTEM, "task_progress", of | said)
    money = {"year": 2026, "source": "provincial", "planned": 500_000_000, "disbursed": 120_000_000}
    book.make(SYSTEM, "task_money", of | money)
    page = officer.get(f"{PLAN}/tasks").text
    row = words_of(page.split('<tr id="dt26-t-tfp-calc">')[1].split("</tr>")[0])
    assert "Đang thực hiện" in row
    assert "05/05/2026 Sở KH&amp;CN tỉnh Đồng Tháp: Đã ký hợp đồng với đơn vị tính." in row
    assert "120 / 500" in row
    assert "chậm" not in row
    assert page.count('<tr id="dt26-t-') == 31
    assert "Ngân sách tỉnh 500 0 120 Tất cả 500 0 120" in words_of(page)


def test_countries_stand_side_by_side_with_what_sets_them_apart(officer, book, province) -> None:
    rows = (("VN", 2023, 22.6, 2017), ("TH", 2023, 36.9, 2017), ("SG", 2023, 170.2, 2021), ("ID", 2022, 29.3, 2017))
    for country, year, value, base in rows:
        row = {"province": province, "series": "labour_productivity_ppp", "year": year, "value": value}
        row |= {"unit": "USD 1000", "territory": country, "price_base": base, "source": "APO"}
        book.make(SYSTEM, "statistic", row)
    table = officer.get("/plans/compare").text.split('id="series-labour_productivity_ppp"')[1]
    lines = [words_of(line) for line in table.split("<tr>")[2:]]
    assert [line.split()[0] for line in lines] == ["Singapore", "Thái", "Indonesia", "Việt"]
    assert "khác nhau về: năm gốc giá" in lines[0]
    assert "khác nhau về" not in lines[1]
    assert "khác nhau về: năm" in lines[2]
    assert "nước ta" in lines[3]


def test_who_answers_for_another_province_or_for_one_enterprise_sees_no_plan(app, gateway, book, province) -> None:
    other = book.make(SYSTEM, "province", {"code": "75", "name": "Đồng Nai"}).id
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    grants = {
        "tam": Grant(Role.PROVINCIAL_OFFICER, "province", other),
        "hung": Grant(Role.MANAGER, "organisation", book.make(SYSTEM, "organisation", firm).id),
    }
    for name, grant in grants.items():
        browser = TestClient(app, follow_redirects=False, cookies={COOKIE: gateway.sign_in(name, grant)})
        for address in (PLAN, TURNS, f"{TURNS}/history.csv"):
            assert browser.get(address).status_code == 404
        listed = browser.get("/plans").text
        assert "dong-thap-2026-2030" not in listed
        assert ("dong-nai-2026-2030" in listed) is (name == "tam")


def test_hundreds_of_attendances_make_a_page_that_a_phone_can_open_and_the_rest_is_behind_it(
    officer, book, province, gateway
) -> None:
    trainings = [
        {"province": province, "name": f"Lớp {k}", "topic": "quality", "begins": "2026-03-02", "document_number": "1"}
        for k in range(30)
    ]
    with book.writing(SYSTEM) as writing:
        ids = [writing.make("training", one).id for one in trainings]
        who = [writing.make("person", {"province": province, "code": f"P{k}", "full_name": "A"}).id for k in range(30)]
        for training in ids:
            for person in who:
                writing.make("attendance", {"training": training, "person": person, "completed": True})
    page = officer.get(TURNS).text
    assert "Minh chứng: 900 bản ghi" in page
    assert len(page) < 250_000
    assert "Trang 1 trên 2" in page
    assert page.count("<details>") <= 26
    assert "Trang 2 trên 2" in officer.get(f"{TURNS}?of=attendance&page=2").text


def test_targets_of_other_provinces_stand_beside_without_what_their_records_say(officer, attended) -> None:
    page = officer.get("/plans/compare").text
    assert "Số liệu của tỉnh này không ở đây." in page
    assert "Đồng Nai 2026–2030" in page.split("</form>")[-1]  # noqa: RUF001  as the page has it
    assert "/plans/dong-nai-2026-2030" not in page
    assert 'href="/plans/dong-thap-2026-2030/indicators/' in page
    of_two = officer.get("/plans/compare?plan=dong-thap-2026-2030&other=dong-nai-2026-2030").text
    assert "Lai Châu" not in of_two.split("</form>")[-1]


def test_made_up_content_is_marked_once_on_every_page_and_before_anybody_signs_in(app, officer, monkeypatch) -> None:
    said = "Số liệu mô phỏng."
    assert said not in officer.get(PLAN).text
    monkeypatch.setattr(app.state, "made_up", True, raising=False)
    for address in ("/", "/plans", PLAN, TURNS, f"{PLAN}/tasks", "/plans/compare", "/records", "/tfp", "/plans/none"):
        assert officer.get(address, headers={"Accept": "text/html"}).text.count(said) == 1, address
    assert TestClient(app).get("/login").text.count(said) == 1


def test_who_asks_for_a_plan_or_an_indicator_that_is_none_is_told_so_in_words(officer) -> None:
    for address in ("/plans/ke-hoach-la", f"{PLAN}/indicators/dt26-none", "/plans/Sai_Ten"):
        answer = officer.get(address, headers={"Accept": "text/html"})
        assert answer.status_code in (404, 422)
        assert 'lang="vi"' in answer.text
        assert "<h1>" in answer.text


def test_what_its_own_number_proves_is_not_said_to_lack_a_document(officer, book, province) -> None:
    firm = book.make(
        SYSTEM, "organisation", {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    )
    book.make(SYSTEM, "listed", {"organisation": firm.id, "kind": "ocop", "product": "Nem", "since": "2026-01-05"})
    assert "chưa có văn bản nghiệm thu" not in officer.get("/records").text
    book.make(SYSTEM, "support", {"organisation": firm.id, "kind": "basic_tool", "begins": "2026-01-05"})
    assert "1 chưa có văn bản nghiệm thu" in officer.get("/records").text
