"""What an import tells somebody to look at before it is carried out."""

import pytest
from sqlalchemy import Engine

from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

NOW = 1_795_000_000 * 10**9
"""2026-11-18, 18:06 in Vietnam."""
HEADS = ["Mã số", "Tên", "Loại hình", "Tỉnh, thành phố"]


@pytest.fixture
def book(engine: Engine) -> Book:
    return Book(engine, lambda: NOW)


@pytest.fixture
def province(book: Book) -> str:
    return book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id


@pytest.fixture
def firm(book: Book, province: str) -> str:
    row = {"code": "1400000001", "name": "Công ty TNHH Cơ khí Sa Đéc", "kind": "enterprise", "province": province}
    return book.make(SYSTEM, "organisation", row).id


def told(outcome) -> list[tuple[str, str]]:
    return [(one.cell, one.why.vi) for one in outcome.warnings]


def test_an_organisation_that_may_be_there_under_another_name_is_named_and_written_all_the_same(
    imported, make_csv, book, firm
) -> None:
    rows = [
        HEADS,
        ["1400000777", "Cty Cơ khí Sa Đéc", "Doanh nghiệp", "Đồng Tháp"],
        ["1400000001-002", "Xưởng hai", "Doanh nghiệp", "Đồng Tháp"],
        ["1400000888", "Gốm Lai Vung", "Doanh nghiệp", "Đồng Tháp"],
        ["1400000999", "CTCP GỐM LAI VUNG", "Doanh nghiệp", "Đồng Tháp"],
    ]
    tried = imported(make_csv(rows), dry_run=True)
    known = "Công ty TNHH Cơ khí Sa Đéc (1400000001)"
    assert told(tried) == [
        ("B2", f"Có thể đã có dưới tên khác: {known}. Nếu là một, hãy bỏ dòng này."),
        ("B3", f"Có thể đã có dưới tên khác: {known}. Nếu là một, hãy bỏ dòng này."),
        ("B5", "Có thể đã có dưới tên khác: Gốm Lai Vung (1400000888). Nếu là một, hãy bỏ dòng này."),
    ]
    assert (tried.fault_count, tried.new, tried.written) == (0, 4, False)
    assert imported(make_csv(rows)).written
    assert book.count(SYSTEM, "organisation") == 5
    again = imported(make_csv(rows), dry_run=True)
    assert (again.same, told(again)) == (4, [])  # what is there already is no new doubt


def test_nothing_is_told_of_organisations_that_somebody_may_not_see(imported, make_csv, book, firm) -> None:
    other = book.make(SYSTEM, "province", {"code": "75", "name": "Đồng Nai"}).id
    officer = Reader("x", "x", (Grant(Role.PROVINCIAL_OFFICER, "province", other),))
    rows = [HEADS, ["3600000001", "Cơ khí Sa Đéc", "Doanh nghiệp", "Đồng Nai"]]
    assert told(imported(make_csv(rows), reader=officer, dry_run=True)) == []


def test_a_support_that_begins_later_counts_later_and_says_so(imported, make_csv, firm) -> None:
    rows = [
        ["Tổ chức", "Nội dung", "Bắt đầu"],
        ["1400000001", "Công cụ cơ bản", "18/11/2026"],
        ["1400000001", "Công cụ cơ bản", "19/11/2026"],
    ]
    tried = imported(make_csv(rows), "support", dry_run=True)
    assert tried.faults == ()
    assert told(tried) == [("C3", "Ngày bắt đầu chưa đến: lượt này chỉ được tính từ ngày đó.")]


def test_an_attendance_of_a_training_to_come_is_refused_already_when_it_is_tried_out(
    imported, make_csv, book, province
) -> None:
    training = {"province": province, "name": "Lớp 5S", "topic": "productivity", "begins": "2026-12-01"}
    book.make(SYSTEM, "training", training)
    book.make(SYSTEM, "person", {"province": province, "code": "N1", "full_name": "Người Một"})
    rows = [["Lớp đào tạo", "Người"], ["Lớp 5S · 2026-12-01", "N1"]]
    why = "Lớp bắt đầu ngày 01/12/2026, chưa đến. Hãy ghi người dự khi lớp đã học."
    for dry_run in (True, False):
        outcome = imported(make_csv(rows), "attendance", dry_run=dry_run)
        assert [(one.cell, one.why.vi) for one in outcome.faults] == [("A2", why)]
        assert not outcome.written
    assert book.count(SYSTEM, "attendance") == 0
