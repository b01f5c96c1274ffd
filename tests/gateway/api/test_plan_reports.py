"""The report on a plan: comments, files, sign-off, and the calendar of deadlines."""

import gzip
import io
import re
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import msgspec
import pytest
from docx import Document
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import update

from gateway.api.security import COOKIE
from gateway.programme import report_keeping
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_files import load_plans
from gateway.programme.report_content import Signature
from gateway.programme.report_keeping import check_report, sign_report
from gateway.registry import transaction
from gateway.registry.book import Book
from gateway.registry.documents import Documents
from gateway.registry.files import DocumentContentRow
from gateway.registry.plan_records import PlanReportRow
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PLAN = "dong-thap-2026-2030"
NOW = int(datetime(2026, 12, 8, 3, tzinfo=UTC).timestamp()) * 10**9
SIGNED = {"number": "12/BC-SKHCN", "name": "Nguyễn Văn An", "signed": "08/12/2026"}


@pytest.fixture
def book(gateway) -> Book:
    gateway.now = NOW
    return Book(gateway.engine, lambda: gateway.now)


@pytest.fixture
def province(book) -> str:
    return book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id


@pytest.fixture
def officer(app, gateway, province) -> TestClient:
    cookie = gateway.sign_in("hoa", Grant(Role.PROVINCIAL_OFFICER, "province", province))
    return TestClient(app, follow_redirects=False, cookies={COOKIE: cookie})


@pytest.fixture
def trained(book, province) -> str:
    training = {"province": province, "name": "Lean", "topic": "productivity", "begins": "2026-03-02"}
    row = book.make(SYSTEM, "training", training | {"document_number": "5/QĐ-SKHCN"}).id
    person = book.make(SYSTEM, "person", {"province": province, "code": "A1", "full_name": "Lê Thị Hoa"}).id
    return book.make(SYSTEM, "attendance", {"training": row, "person": person}).id


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def send(browser: TestClient, address: str, **fields: str):
    return browser.post(address, data={"token": token_of(browser.get("/account").text), **fields})


def test_a_comment_stands_in_the_report_that_is_made_again_and_goes_when_it_is_emptied(officer, book) -> None:
    at = f"/plans/{PLAN}/report"
    said = {"c.dt26-training-turns": "Đã mở thêm hai lớp.", "c.no-such-row": "x"}
    assert send(officer, f"{at}/comments", **said).status_code == 303
    assert [row.values["about"] for row in book.all(SYSTEM, "row_comment")] == ["dt26-training-turns"]
    sheet = load_workbook(io.BytesIO(officer.get(f"{at}/draft.xlsx").content))["Chỉ tiêu"]
    column = [cell.value for cell in sheet[1]].index("Nhận xét")
    assert [row[column].value for row in sheet if row[0].value == "dt26-training-turns"] == ["Đã mở thêm hai lớp."]
    assert send(officer, f"{at}/comments", **{"c.dt26-training-turns": " "}).status_code == 303
    assert book.count(SYSTEM, "row_comment") == 0
    # And it can be said anew, in the same row of the registry.
    assert send(officer, f"{at}/comments", **{"c.dt26-training-turns": "Đủ."}).status_code == 303
    assert [row.values["comment"] for row in book.all(SYSTEM, "row_comment")] == ["Đủ."]


def test_a_comment_that_is_too_long_is_said_and_not_lost(officer) -> None:
    long = "Dài. " * 1100
    answer = send(officer, f"/plans/{PLAN}/report/comments", **{"c.dt26-training-turns": long})
    assert answer.status_code == 422
    assert long.strip() in answer.text


def test_a_draft_counts_what_is_there_now_and_says_that_it_is_one(officer, trained) -> None:
    document = Document(io.BytesIO(officer.get(f"/plans/{PLAN}/report/draft.docx").content))
    (table,) = [one for one in document.tables if len(one.columns) == 8]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    turns = next(cells for cells in rows if cells[1].startswith("Lượt người được đào tạo"))
    assert turns[4] == "1"
    assert "DỰ THẢO" in document.sections[0].header.paragraphs[-1].text


def test_a_signed_report_keeps_its_files_and_still_comes_out_when_records_change(
    officer, gateway, book, trained
) -> None:
    page = send(officer, f"/plans/{PLAN}/report/sign", **SIGNED)
    assert page.status_code == 303, page.text
    (row,) = book.all(SYSTEM, "plan_report")
    assert (row.values["number"], row.values["signed_by"], row.values["signed"]) == (
        *("12/BC-SKHCN", "Nguyễn Văn An", "2026-12-08"),
    )
    documents = Documents(gateway.engine, lambda: gateway.now)
    kept = {one.file: one.id for one in documents.of(SYSTEM, "plan_report", row.id)}
    stem = f"{PLAN}-yearly-2026-12-08"
    assert sorted(kept) == sorted(
        [f"{stem}.docx", f"{stem}.xlsx", f"{stem}.pdf", "facts.json.gz", "evaluation.json.gz"]
    )
    _, content = documents.content(SYSTEM, "plan_report", row.id, kept[f"{stem}.docx"])
    document = Document(io.BytesIO(content))
    assert document.tables[0].rows[1].cells[1].text == "Đồng Tháp, ngày 08 tháng 12 năm 2026"
    book.retire(SYSTEM, "attendance", trained, None, "")
    assert check_report(gateway.engine, SYSTEM, row.id).holds
    again = send(officer, f"/plans/{PLAN}/report/{row.id}/check")
    assert "Tính lại cho cùng kết quả như khi ký." in again.text
    with pytest.raises(WrongValuesError):
        book.change(SYSTEM, "plan_report", row.id, {"number": "13/BC-SKHCN"}, None)
    with pytest.raises(WrongValuesError):
        documents.remove(SYSTEM, "plan_report", row.id, kept[f"{stem}.docx"], "")
    with pytest.raises(WrongValuesError):
        documents.add(SYSTEM, "plan_report", row.id, b"%PDF-1.7\n%%EOF", file="x.pdf")


def test_facts_that_somebody_changed_in_the_registry_are_found_and_what_comes_out_differently_is_named(
    officer, gateway, book, trained, monkeypatch
) -> None:
    for ending in ("docx", "xlsx", "pdf"):  # of which the other test is
        assert ending in report_keeping.FORMATS
    monkeypatch.setattr(report_keeping, "FORMATS", {})
    assert send(officer, f"/plans/{PLAN}/report/sign", **SIGNED).status_code == 303
    (row,) = book.all(SYSTEM, "plan_report")
    documents = Documents(gateway.engine, lambda: gateway.now)
    (facts,) = [one for one in documents.of(SYSTEM, "plan_report", row.id) if one.file == "facts.json.gz"]
    _, content = documents.content(SYSTEM, "plan_report", row.id, facts.id)
    kept = msgspec.json.decode(gzip.decompress(content))
    kept["facts"]["records"].pop("attendance")
    changed = gzip.compress(msgspec.json.encode(kept))
    with transaction(gateway.engine) as session:
        its = DocumentContentRow
        session.execute(update(its).where(its.sha256 == facts.sha256).values(content=changed))
    found = check_report(gateway.engine, SYSTEM, row.id)
    assert (found.facts_match, found.differs) == (False, ("dt26-training-turns",))


@pytest.fixture
def signed(officer, book, monkeypatch) -> str:
    """A report without the files that others tests are of, which take their time."""
    monkeypatch.setattr(report_keeping, "FORMATS", {})
    assert send(officer, f"/plans/{PLAN}/report/sign", **SIGNED).status_code == 303
    (row,) = book.all(SYSTEM, "plan_report")
    return row.id


def test_a_signed_report_is_neither_changed_nor_taken_out_of_use_by_anybody(signed, book, officer) -> None:
    frozen = "The report is signed off and changes no more. Make a new one."
    for reader in (SYSTEM, Reader("a", "admin", (Grant(Role.ADMINISTRATOR, "", ""),))):
        for values in ({"note": "x"}, {"number": "1"}, {"is_signed": False}, {"facts_sha256": "0" * 64}):
            with pytest.raises(WrongValuesError) as caught:
                book.change(reader, "plan_report", signed, values, None)
            assert {why.en for why in caught.value.problems.values()} == {frozen}
        with pytest.raises(WrongValuesError) as caught:
            book.retire(reader, "plan_report", signed, None, "wrong")
        assert caught.value.problems["is_signed"].en == frozen
    page = officer.get(f"/plans/{PLAN}/report").text
    assert "12/BC-SKHCN" in page


def test_a_report_is_signed_off_on_its_page_alone_and_one_that_was_only_entered_is_not_in_the_way(
    officer, book, province, monkeypatch
) -> None:
    key = {"province": province, "plan": PLAN, "kind": "yearly", "as_of": "2026-12-08"}
    forged = {"is_signed": True, "signed": "2026-12-08", "signed_by": "An", "facts_sha256": "0" * 64}
    row = book.make(SYSTEM, "plan_report", key).id
    for write in (
        lambda: book.make(SYSTEM, "plan_report", key | forged | {"as_of": "2026-12-07"}),
        lambda: book.change(SYSTEM, "plan_report", row, forged, None),
    ):
        with pytest.raises(WrongValuesError) as caught:
            write()
        assert {name: why.en for name, why in caught.value.problems.items()} == {
            "is_signed": "Reports are signed off on the page of their plan. Open it and press Sign off."
        }
    monkeypatch.setattr(report_keeping, "FORMATS", {})
    assert send(officer, f"/plans/{PLAN}/report/sign", **SIGNED).status_code == 303
    assert [(one.id, one.values["is_signed"]) for one in book.all(SYSTEM, "plan_report")] == [(row, True)]


def test_of_two_who_sign_at_once_one_is_told_that_it_is_there(gateway, book, province, trained, monkeypatch) -> None:
    monkeypatch.setattr(report_keeping, "FORMATS", {})
    plans = load_plans()
    evaluation = Evaluations(gateway.engine, plans, ZONE).of(SYSTEM, PLAN, date(2026, 12, 8), NOW)
    both, told = Barrier(2), []

    def sign(name: str) -> None:
        signature = Signature(number="12/BC-SKHCN", day=date(2026, 12, 8), name=name)
        both.wait(10)
        try:
            told.append(sign_report(book, gateway.engine, SYSTEM, evaluation, "yearly", signature, dict(plans)))
        except WrongValuesError as error:
            told.append(error)

    threads = [Thread(target=sign, args=(name,)) for name in ("An", "Bình")]
    for one in threads:
        one.start()
    book.retire(SYSTEM, "attendance", trained, None, "")  # meanwhile the figures go on
    for one in threads:
        one.join(30)
    (row,) = book.all(SYSTEM, "plan_report")
    assert sorted(type(one).__name__ for one in told) == ["WrongValuesError", "str"]
    assert row.id in told
    assert check_report(gateway.engine, SYSTEM, row.id).holds


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("07/12/2026", "Ngày ký trước ngày của số liệu. Hãy ghi ngày 08/12/2026 hoặc sau đó."),
        ("09/12/2026", "Ngày ký chưa tới. Hôm nay là 08/12/2026."),
    ],
)
def test_a_report_is_signed_from_the_day_of_its_figures_on_and_not_tomorrow(officer, book, day, why) -> None:
    answer = send(officer, f"/plans/{PLAN}/report/sign", **SIGNED | {"signed": day})
    assert (answer.status_code, why in answer.text) == (422, True)
    assert book.count(SYSTEM, "plan_report") == 0


@pytest.mark.parametrize("day", ["2099-01-01", "31/02/2026"])
def test_nothing_is_made_or_kept_as_of_another_day_than_the_one_that_was_meant(officer, book, day) -> None:
    at = f"/plans/{PLAN}/report"
    assert officer.get(f"{at}/draft.xlsx?as_of={day}").status_code == 422
    assert send(officer, f"{at}/sign?as_of={day}", **SIGNED).status_code == 422
    assert send(officer, f"{at}/comments?as_of={day}", **{"c.dt26-training-turns": "x"}).status_code == 422
    assert (book.count(SYSTEM, "plan_report"), book.count(SYSTEM, "row_comment")) == (0, 0)


def test_who_saves_an_old_page_takes_nothing_back_that_somebody_said_meanwhile(officer, book) -> None:
    at, turns, experts = f"/plans/{PLAN}/report/comments", "dt26-training-turns", "dt26-experts"
    assert send(officer, at, **{f"c.{turns}": "Một.\r\nHai.", f"w.{turns}": ""}).status_code == 303
    # Another page, opened before that, on which nobody touched the first row.
    old = {f"c.{turns}": "", f"w.{turns}": "", f"c.{experts}": "Ba.", f"w.{experts}": ""}
    assert send(officer, at, **old).status_code == 303
    kept = {row.values["about"]: row.values["comment"] for row in book.all(SYSTEM, "row_comment")}
    assert kept == {turns: "Một.\nHai.", experts: "Ba."}
    answer = send(officer, at, **{f"c.{turns}": "Khác.", f"w.{turns}": ""})
    assert answer.status_code == 422
    assert "Có người vừa sửa nhận xét này, nay là: «Một.\nHai.»." in answer.text
    assert "Khác." in answer.text
    shown = {f"c.{turns}": "Khác.", f"w.{turns}": "Một.\r\nHai."}
    assert send(officer, at, **shown).status_code == 303


def test_the_report_of_another_provinces_plan_is_not_there(officer, book, app, gateway) -> None:
    other = book.make(SYSTEM, "province", {"code": "75", "name": "Đồng Nai"}).id
    cookie = gateway.sign_in("binh", Grant(Role.PROVINCIAL_OFFICER, "province", other))
    stranger = TestClient(app, follow_redirects=False, cookies={COOKIE: cookie})
    for address in ("", "/draft.pdf"):
        assert stranger.get(f"/plans/{PLAN}/report{address}").status_code == 404
    for address in ("/comments", "/sign"):
        assert send(stranger, f"/plans/{PLAN}/report{address}", **SIGNED).status_code == 404


def test_a_signature_without_number_or_name_is_refused_beside_its_field(officer, book) -> None:
    answer = send(officer, f"/plans/{PLAN}/report/sign", number="", name="", signed="31/02/2026")
    assert answer.status_code == 422
    for told in ("Chưa có số báo cáo.", "Chưa có họ tên người ký.", "31/02/2026"):
        assert told in answer.text
    assert book.count(SYSTEM, "plan_report") == 0


def test_only_who_may_decide_signs_also_past_the_page(gateway, book, province) -> None:
    grant = Grant(Role.PROVINCIAL_OFFICER, "province", province)
    writer = SYSTEM.__class__(
        "w",
        "w",
        (grant,),
        limits=frozenset(
            {("programme", _action("write")), ("programme", _action("read")), ("places", _action("read"))}
        ),
    )
    key = {"province": province, "plan": PLAN, "kind": "yearly", "as_of": "2026-12-01"}
    signed = {"is_signed": True, "signed": "2026-12-01", "signed_by": "An", "facts_sha256": "0" * 64}
    with pytest.raises(ForbiddenError):
        book.make(writer, "plan_report", key | signed)
    row = book.make(writer, "plan_report", key)
    with pytest.raises(ForbiddenError):
        book.change(writer, "plan_report", row.id, signed, None)
    with pytest.raises(WrongValuesError) as caught:
        book.make(SYSTEM, "plan_report", key | {"as_of": "2026-12-02", "is_signed": True})
    assert sorted(caught.value.problems) == ["facts_sha256", "signed", "signed_by"]
    assert PlanReportRow.needs_decision == {"is_signed", "signed", "signed_by"}


def _action(name: str):
    from gateway.registry.roles import Action

    return Action(name)


def test_the_calendar_shows_deadlines_and_its_address_can_be_taken_back(officer, stranger) -> None:
    page = officer.get("/plans/calendar").text
    assert "10/12/2026" in page
    assert "còn 2 ngày" in page
    made = send(officer, "/plans/calendar").text
    address = re.search(r'value="(http[^"]+\.ics)"', made)
    assert address
    feed = stranger.get(address[1].partition("testserver")[2])
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = feed.text.replace("\r\n ", "").split("\r\n")
    days = [line.partition(":")[2] for line in lines if line.startswith("DTSTART")]
    # 25 November was a fortnight ago. In 2028 it is a Saturday behind the Day of Culture, 10 December a Sunday.
    assert days[:3] == ["20261125", "20261210", "20271125"]
    assert {"20281123", "20281208"} <= set(days)
    assert all(line in lines for line in ("TRIGGER:-P30D", "TRIGGER:-P7D"))
    token = re.search(r"/plans/calendar/([0-9a-f]{32})/revoke", officer.get("/plans/calendar").text)
    assert token
    assert send(officer, f"/plans/calendar/{token[1]}/revoke").status_code == 303
    gone = stranger.get(address[1].partition("testserver")[2])
    assert gone.status_code == 404


def test_an_address_with_more_rights_than_a_calendars_is_taken_for_none(gateway, officer, stranger) -> None:
    made = officer.post("/account/tokens", data={"token": token_of(officer.get("/account").text), "title": "x"})
    secret = re.search(r"nhipdo_[A-Za-z0-9_-]{20,}|[A-Za-z]+_[A-Za-z0-9_-]{30,}", made.text)
    assert secret
    assert stranger.get(f"/calendar/plans/{secret[0]}.ics").status_code == 404
