"""Records, tasks, administration: what somebody does there, and what stands in the registry afterwards."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from gateway.access.accounts import find_account
from gateway.api.security import COOKIE
from gateway.registry import transaction
from gateway.registry.audit import AuditRow
from gateway.registry.book import Asked, Book
from gateway.registry.roles import SYSTEM, Grant, Role


@pytest.fixture
def book(gateway) -> Book:
    return Book(gateway.engine, lambda: gateway.now)


@pytest.fixture
def province(book) -> str:
    return book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id


@pytest.fixture
def agency(book, province) -> str:
    return book.make(SYSTEM, "agency", {"name": "Sở Khoa học và Công nghệ", "province": province}).id


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def send(browser: TestClient, address: str, **fields: object):
    return browser.post(address, data={"token": token_of(browser.get("/account").text), **fields})


def as_somebody(app, gateway, name: str, *grants: Grant) -> TestClient:
    return TestClient(app, follow_redirects=False, cookies={COOKIE: gateway.sign_in(name, *grants)})


def line_of(page: str, task: str) -> str:
    """The line of a table that leads to a task's form."""
    return next(part for part in page.split("<tr>") if f"task={task}" in part)


def test_records_tell_how_many_lack_their_document_and_lead_to_those(person, book, province) -> None:
    for number, accepted in enumerate(("", "12/QĐ-SKHCN", "")):
        begins = f"2026-03-0{number + 1}"
        row = {"province": province, "name": f"Lớp {number}", "topic": "quality", "begins": begins}
        book.make(SYSTEM, "training", row | {"document_number": accepted})
    assert "2 chưa có văn bản nghiệm thu" in person.get("/records").text
    lacking = person.get("/registry/trainings?f.document_number=none").text
    assert ("Lớp 0" in lacking, "Lớp 1" in lacking, "Lớp 2" in lacking) == (True, False, True)


def test_attendance_is_written_for_many_persons_at_once_or_for_none(person, book, province) -> None:
    training = {"province": province, "name": "Lean cơ bản", "topic": "productivity", "begins": "2025-11-25"}
    at = f"/records/attendance?training={book.make(SYSTEM, 'training', training).id}"
    hoa = book.make(SYSTEM, "person", {"province": province, "code": "A1", "full_name": "Lê Thị Hoa"}).id
    refused = send(person, at, came=hoa, completed=hoa, pasted="A2\tTrần Văn Nam\nA1; Hoa hai; Không có tổ chức này")
    assert refused.status_code == 422
    assert "Dòng 2: Không có Tổ chức «Không có tổ chức này»" in refused.text
    assert "Trần Văn Nam" in refused.text  # what was pasted is still there
    assert book.count(SYSTEM, "attendance") == 0
    assert book.count(SYSTEM, "person") == 1
    done = send(person, at, came=hoa, completed=hoa, pasted="A2\tTrần Văn Nam\n\nA3;Phạm Mai;;0912345678")
    assert done.status_code == 303
    persons = {one.values["code"]: one for one in book.all(SYSTEM, "person")}
    assert (persons["A2"].values["full_name"], persons["A3"].values["phone"]) == ("Trần Văn Nam", "0912345678")
    kept = {str(one.values["person"]): one.values["completed"] for one in book.all(SYSTEM, "attendance")}
    assert kept == {hoa: True, persons["A2"].id: False, persons["A3"].id: False}


def test_a_support_is_entered_on_one_short_form_and_one_of_the_future_is_flagged(person, book, province) -> None:
    firm = {"code": "1400000001", "name": "Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    at = book.make(SYSTEM, "organisation", firm).id
    row = {"organisation": at, "kind": "basic_tool", "document_number": "5/BB-NT"}
    wrong = send(person, "/records/quick?of=support", **row, begins="hôm nay")
    assert wrong.status_code == 422
    assert "đã nhận «hôm nay»" in wrong.text
    assert "5/BB-NT" in wrong.text  # what was typed is still there
    done = person.get(send(person, "/records/quick?of=support", **row, begins="25/11/2025").headers["location"]).text
    assert "Đã lưu." in done
    later = person.get(send(person, "/records/quick?of=support", **row, begins="26/11/2025").headers["location"]).text
    assert "Ngày bắt đầu chưa đến: lượt này chỉ được tính từ ngày đó." in later
    assert ("Ngày bắt đầu chưa đến" in done, book.count(SYSTEM, "support")) == (False, 2)
    assert person.get("/records/quick?of=account").status_code == 404


def test_rows_pasted_from_a_spreadsheet_are_shown_before_they_are_written(person, book, province) -> None:
    heads = "Tỉnh, thành phố\tChuỗi số liệu\tNăm\tGiá trị\tĐơn vị"
    rows = "Đồng Tháp\tgrdp_constant\t2024\t81234,5\ttỷ đồng\nĐồng Tháp\tgrdp_constant\t2025\t88000\ttỷ đồng"
    tried = send(person, "/records/paste", of="statistic", pasted=f"{heads}\n{rows}")
    assert tried.status_code == 303
    assert tried.headers["location"].startswith("/registry/imports/")
    for _ in range(200):
        page = person.get(tried.headers["location"]).text
        if 'id="carry-out"' in page or 'id="faults"' in page:
            break
    assert 'id="carry-out"' in page
    assert book.count(SYSTEM, "statistic") == 0


def test_what_may_be_wrong_with_pasted_rows_stands_before_the_button_that_writes_them(person, book, province) -> None:
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    book.make(SYSTEM, "organisation", firm)
    rows = "Tổ chức\tNội dung\tBắt đầu\n1400000001\tCông cụ cơ bản\t26/11/2025"
    address = send(person, "/records/paste", of="support", pasted=rows).headers["location"]
    for _ in range(200):
        page = person.get(address).text
        if 'id="carry-out"' in page:
            break
    told = "1 dòng nên xem lại trước khi ghi"
    assert page.index(told) < page.index('id="carry-out"')
    assert "Ngày bắt đầu chưa đến: lượt này chỉ được tính từ ngày đó." in page.split('id="warnings"')[1]
    assert "Chưa dán gì. Hãy dán cả dòng tên cột." in send(person, "/records/paste", of="statistic", pasted=" ").text


def test_nobody_has_attended_a_training_that_is_still_to_come(person, book, province) -> None:
    training = {"province": province, "name": "Lean", "topic": "productivity", "begins": "2025-11-26"}
    at = f"/records/attendance?training={book.make(SYSTEM, 'training', training).id}"
    refused = send(person, at, pasted="A2; Trần Văn Nam")
    assert refused.status_code == 422
    assert "Lớp bắt đầu ngày 26/11/2025, chưa đến. Hãy ghi người dự khi lớp đã học." in refused.text
    assert (book.count(SYSTEM, "attendance"), book.count(SYSTEM, "person")) == (0, 0)


def test_a_reporter_says_state_text_document_and_money_of_their_own_tasks_only(app, gateway, book, province, agency):
    other = book.make(SYSTEM, "agency", {"name": "Sở Công Thương", "province": province}).id
    for whose, task in ((agency, "dt26-t-policy"), (other, "dt26-t-foreign")):
        row = {"province": province, "agency": whose, "plan": "dong-thap-2026-2030", "task": task}
        book.make(SYSTEM, "task_progress", row | {"date": "2024-06-30", "state": "not_begun"})
    reporter = as_somebody(app, gateway, "lan", Grant(Role.AGENCY_REPORTER, "agency", agency))
    page = reporter.get("/tasks").text
    assert "Không có báo cáo nào từ 30/06/2024." in line_of(page, "dt26-t-policy")
    assert "dt26-t-foreign" not in page
    assert reporter.get(f"/tasks/report?agency={other}").status_code == 404
    task = {"plan": "dong-thap-2026-2030", "task": "dt26-t-policy", "date": "25/11/2025"}
    said = {"state": "under_way", "told": "Đã trình dự thảo", "document_number": "5/TTr-SKHCN"}
    address = f"/tasks/report?agency={agency}"
    wrong = send(reporter, address, **task, **said, **{"provincial.planned": "nhiều"})
    assert wrong.status_code == 422
    assert "Cần một số nguyên, đã nhận «nhiều»" in wrong.text
    assert "Đã trình dự thảo" in wrong.text
    assert book.count(SYSTEM, "task_progress") == 2
    money = {"provincial.planned": "1.500.000.000", "provincial.disbursed": "200000000"}
    for _ in range(2):  # the second time it changes what was said on the same day
        assert send(reporter, address, **task, **said, **money).status_code == 303
    assert book.count(SYSTEM, "task_progress", Asked(where={"agency": agency})) == 2
    [row] = book.all(SYSTEM, "task_money")
    assert (row.values["planned"], row.values["disbursed"], row.values["year"]) == (1_500_000_000, 200_000_000, 2025)
    assert "Không có báo cáo nào từ" not in line_of(reporter.get("/tasks").text, "dt26-t-policy")


def test_every_mistake_of_a_report_is_told_at_once(app, gateway, agency) -> None:
    reporter = as_somebody(app, gateway, "lan", Grant(Role.AGENCY_REPORTER, "agency", agency))
    typed = {"plan": "QĐ 36/QĐ-TTg", "task": "II.3", "date": "31/02/2026", "state": "under_way"}
    page = send(reporter, f"/tasks/report?agency={agency}", **typed, **{"provincial.allocated": "1,2 tỷ"}).text
    assert "Cần mã kế hoạch, ví dụ dong-thap-2026-2030, đã nhận «QĐ 36/QĐ-TTg»" in page
    assert "đã nhận «31/02/2026»" in page
    assert "Cần một số nguyên, đã nhận «1,2 tỷ»" in page
    assert 'id="problems"' not in page


def test_a_task_is_chosen_from_the_plans_and_an_id_that_no_plan_has_is_told(app, gateway, book, agency) -> None:
    reporter = as_somebody(app, gateway, "lan", Grant(Role.AGENCY_REPORTER, "agency", agency))
    address = f"/tasks/report?agency={agency}"
    page = reporter.get(address).text
    assert '<option value="dong-thap-2026-2030/dt26-t-policy"' in page
    assert "dong-nai-2026-2030" not in page  # a plan of another province
    said = {"date": "25/11/2025", "state": "under_way"}
    wrong = send(reporter, address, plan="dong-thap-2026-2030", task="dt26-t-polycy", **said)
    assert wrong.status_code == 422
    assert "Kế hoạch không có nhiệm vụ này. Hãy chọn trong danh sách." in wrong.text
    unknown = send(reporter, address, plan="qd-36", task="iii-2", **said)
    assert "Không có kế hoạch này. Hãy chọn trong danh sách, hoặc đánh dấu để vẫn ghi." in unknown.text
    assert book.count(SYSTEM, "task_progress") == 0
    assert send(reporter, address, plan="qd-36", task="iii-2", is_other="1", **said).status_code == 303
    assert send(reporter, address, which="dong-thap-2026-2030/dt26-t-policy", **said).status_code == 303
    rows = {(str(one.values["plan"]), str(one.values["task"])) for one in book.all(SYSTEM, "task_progress")}
    assert rows == {("qd-36", "iii-2"), ("dong-thap-2026-2030", "dt26-t-policy")}


def test_a_task_that_an_agency_leads_is_listed_before_anybody_spoke_of_it(app, gateway, province, agency) -> None:
    gateway.now += 400 * 86_400 * 10**9  # 30 December 2026: the day of the plan's yearly report is over
    officer = as_somebody(app, gateway, "tam", Grant(Role.PROVINCIAL_OFFICER, "province", province))
    page = officer.get(f"/tasks?agency={agency}&late=1").text
    assert "Năm 2026 chưa có báo cáo." in line_of(page, "dt26-t-tfp-calc")


def test_a_training_that_ends_before_it_begins_is_refused_beside_its_field(person, book, province) -> None:
    row = {"province": province, "name": "Lean", "topic": "quality", "begins": "15/09/2026", "ends": "14/09/2026"}
    page = send(person, "/registry/trainings/new", **row).text
    assert "Kết thúc 14/09/2026 trước khi bắt đầu 15/09/2026. Hãy sửa một trong hai." in page
    assert 'aria-describedby="ends-problem"' in page
    made = send(person, "/registry/trainings/new", **row | {"ends": "16/09/2026"})
    assert "/records/attendance?training=" in person.get(made.headers["location"]).text


def test_an_organisation_that_may_be_there_under_another_name_is_asked_about(person, book, province) -> None:
    firm = {"code": "1400000001", "name": "Công ty TNHH MTV Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    known = book.make(SYSTEM, "organisation", firm).id
    new = {"code": "1400000009", "name": "CTY TNHH CƠ KHÍ SA ĐÉC", "kind": "enterprise", "province": province}
    asked = send(person, "/registry/organisations/new", **new)
    assert asked.status_code == 422
    assert "Có thể tổ chức này đã có. Nếu đúng, hãy mở nó thay vì thêm mới." in asked.text
    assert f'href="/registry/organisations/{known}"' in asked.text
    assert "CTY TNHH CƠ KHÍ SA ĐÉC" in asked.text  # what was typed is still there
    assert book.count(SYSTEM, "organisation") == 1
    branch = send(person, "/registry/organisations/new", **new | {"code": "1400000001-002", "name": "Kho Cao Lãnh"})
    assert "Công ty TNHH MTV Cơ khí Sa Đéc" in branch.text  # of one enterprise, by its code
    assert send(person, "/registry/organisations/new", **new, still_new="1").status_code == 303
    other = new | {"code": "1400000010", "name": "Công ty TNHH Gạo Cao Lãnh"}
    assert send(person, "/registry/organisations/new", **other).status_code == 303
    assert book.count(SYSTEM, "organisation") == 3


def test_the_first_page_of_a_new_firm_says_what_can_be_done_there(app, gateway, book, province) -> None:
    firm = {"code": "1400123456", "name": "Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    at = Grant(Role.MANAGER, "organisation", book.make(SYSTEM, "organisation", firm).id)
    page = as_somebody(app, gateway, "hung", at).get("/").text
    assert "Lịch ca, mặt hàng, lý do dừng. Làm việc này trước." in page
    assert "Mở tài khoản cho đồng nghiệp" in page


def test_the_audit_tells_of_a_token_in_words(person) -> None:
    send(person, "/account/tokens", title="Excel", days="30")
    page = person.get("/administration/audit").text
    assert "ends_at" not in page
    assert "Dùng đến" in page


def test_an_officer_sees_which_agencies_have_not_reported(app, gateway, book, province, agency) -> None:
    other = book.make(SYSTEM, "agency", {"name": "Sở Công Thương", "province": province}).id
    for whose, day in ((agency, "2025-10-02"), (other, "2025-09-30")):
        row = {"province": province, "agency": whose, "plan": "p", "task": "t", "date": day, "state": "under_way"}
        book.make(SYSTEM, "task_progress", row)
    officer = as_somebody(app, gateway, "tam", Grant(Role.PROVINCIAL_OFFICER, "province", province))
    page = officer.get("/tasks").text
    assert "1 cơ quan chưa báo cáo quý này" in page
    assert re.search(r'<p class="late">Sở Công Thương</p>', page)


def test_an_account_is_made_with_a_role_and_a_link_and_closed_again(person, gateway, book, province) -> None:
    role = "/administration/accounts/new?role=provincial_officer"
    assert "Đồng Tháp" in person.get(role).text
    refused = send(person, role, name="Tâm !", full_name="Trần Thị Tâm", place=f"province:{province}")
    assert refused.status_code == 422
    assert "Trần Thị Tâm" in refused.text
    assert "Tên đăng nhập cần 2 đến 63 chữ thường" in refused.text
    made = send(person, role, name="tam", full_name="Trần Thị Tâm", place=f"province:{province}")
    assert made.status_code == 200
    assert "/?key=" in made.text
    with Session(gateway.engine) as session:
        account = find_account(session, "tam")
    assert account is not None
    assert account.grants == (Grant(Role.PROVINCIAL_OFFICER, "province", province),)
    at = f"/administration/accounts/{account.id}"
    refused = send(person, f"{at}/close")
    assert refused.status_code == 422
    assert 'aria-invalid="true" aria-describedby="close-why-problem"' in refused.text
    assert 'id="close-why-problem" role="alert"' in refused.text
    assert send(person, f"{at}/close", why="chuyển công tác").status_code == 303
    assert "đã đóng ngày" in person.get("/administration").text
    assert "Trần Thị Tâm" in person.get(at).text
    assert send(person, f"{at}/erase", why="đã nghỉ").status_code == 422
    assert send(person, f"{at}/erase", why="đã nghỉ", sure="1").status_code == 303
    assert "Trần Thị Tâm" not in person.get(at).text


def test_a_manager_is_offered_only_the_roles_that_they_may_give(app, gateway, book, province) -> None:
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    manager = as_somebody(app, gateway, "nam", Grant(Role.MANAGER, "organisation", organisation))
    page = manager.get("/administration/accounts/new").text
    assert ('value="operator"' in page, 'value="manager"' in page) == (True, True)
    assert ('value="provincial_officer"' in page, 'value="administrator"' in page) == (False, False)
    forged = "/administration/accounts/new?role=administrator"
    assert send(manager, forged, name="hacker", place=":").status_code == 422


def test_the_audit_says_values_in_words_and_whether_its_chain_holds(person, gateway, book, province) -> None:
    row = book.get(SYSTEM, "province", province)
    book.change(
        SYSTEM, "province", province, {"name": "Đồng Tháp mới", "since": "2025-07-01"}, row.revision, "sáp nhập"
    )
    page = person.get("/administration/audit?noun=province&action=change").text
    assert "<del>Đồng Tháp</del> → <ins>Đồng Tháp mới</ins>" in page
    assert "<ins>01/07/2025</ins>" in page
    assert "sáp nhập" in page
    assert person.get("/administration/audit?since=hôm+qua").status_code == 422
    assert "Nhật ký nguyên vẹn" in person.get("/administration/audit/chain").text
    with transaction(gateway.engine) as session:
        session.get_one(AuditRow, 1).name = "somebody else"
    broken = person.get("/administration/audit/chain").text
    assert "Nhật ký bị sửa ở 1 chỗ" in broken
    assert "Mục 1 bị sửa, hoặc đứng vào chỗ của mục khác" in broken


def test_personal_data_that_are_due_are_told(app, person, gateway, book, province) -> None:
    who = {"province": province, "code": "A1", "full_name": "Lê Thị Hoa", "phone": "0912345678"}
    hoa = book.make(SYSTEM, "person", who)
    assert send(person, f"/registry/persons/{hoa.id}/retire", why="đã nghỉ").status_code == 303
    assert "Không có dữ liệu nào quá hạn" in person.get("/administration/personal").text
    gateway.now += 181 * 86_400 * 10**9  # the data for contact are kept for 180 days
    page = as_somebody(app, gateway, "nam").get("/administration/personal").text
    assert "1 người đã hết hạn lưu giữ" in page
    assert f"/registry/persons/{hoa.id}" in page
