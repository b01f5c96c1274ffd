"""What spreadsheets do to cells: named with what is there and what to do, never mended by a guess."""
# ruff: noqa: DTZ001, RUF001  days of a calendar have no zone; old fonts have such signs

from datetime import datetime

import pytest
from openpyxl import Workbook

from gateway.registry.roles import SYSTEM

HEADS = ["Mã số thuế", "Tên", "Loại hình", "Tỉnh, thành phố", "Ghi chú"]
AS_TEXT = "Hãy định dạng cột là Văn bản rồi gõ lại."


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        (
            0,
            312345678,
            f"Là số 312345678: bảng tính có thể đã bỏ số 0 ở đầu (0312345678?). {AS_TEXT}",
        ),
        (
            0,
            "1.4E+11",
            "Bảng tính đã đổi mã số thành «1.4E+11» và mất chữ số. Hãy định dạng cột là Văn bản, gõ lại mã.",
        ),
        (0, 1234567890123456789, f"Số 1234567890123457024 dài hơn 15 chữ số, bảng tính đã làm tròn. {AS_TEXT}"),
        (
            0,
            datetime(2026, 1, 2),
            "Bảng tính đã đổi thành ngày 02/01/2026. Hãy định dạng cột là Văn bản (Text) rồi gõ lại.",
        ),
        (
            1,
            "=A1&B1",
            "Có công thức «=A1&B1», cần giá trị. Hãy chép cột rồi dán bằng «Giá trị» (Paste values).",
        ),
        (1, "#REF!", "Ô báo lỗi #REF!. Hãy sửa công thức, hoặc gõ giá trị."),
        (
            1,
            "C«ng ty C¬ khÝ",
            "«C«ng ty C¬ khÝ» là chữ font TCVN3 (ABC, .VnTime), đọc là «Công ty Cơ khí». Hãy chuyển mã sang Unicode.",
        ),
        (1, "Coâng ty", "«Coâng ty» là chữ font VNI, đọc là «Công ty». Hãy chuyển mã sang Unicode."),
        (1, None, "Chưa có giá trị. Hãy điền ô này."),
        (
            3,
            7,
            "Là số 7: bảng tính có thể đã bỏ số 0 ở đầu (07?). " + AS_TEXT,
        ),
    ],
)
def test_it_is_named_with_its_cell(world, imported, save, column, value, why) -> None:
    world.book.make(SYSTEM, "province", {"code": "07", "name": "Lạng"})
    row: list[object] = ["1500000001", "Công ty", "Doanh nghiệp", "Đồng Tháp", ""]
    row[column] = value
    book = Workbook()
    book.active.append(HEADS)
    book.active.append(row)
    [fault] = imported(save(book)).faults
    assert (fault.cell, fault.why.vi) == (f"{'ABCD'[column]}2", why)


def test_an_old_font_in_the_heads_is_named_too(world, imported, make_csv, told) -> None:
    assert told(imported(make_csv([["Mã số", "Lo¹i h×nh"], ["1500000001", "x"]]))) == [
        (
            "ô B1 (Lo¹i h×nh): «Lo¹i h×nh» là chữ font TCVN3 (ABC, .VnTime), đọc là «Loại hình». "
            "Hãy chuyển mã sang Unicode."
        )
    ]


def test_codes_as_numbers_days_as_days_and_text_as_text_are_understood(world, imported, save) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Mã số", "Tên", "Loại hình", "Tỉnh, thành phố", "OCOP"])
    sheet.append([140012345678, 2026, "enterprise", 82, 1])
    sheet.append([312345678, "Số 0 do định dạng", "Doanh nghiệp", "82", True])
    sheet["A3"].number_format = "0000000000"
    assert imported(save(book)).fault_count == 0
    assert world.book.find(SYSTEM, "organisation", code="140012345678").values["name"] == "2026"
    assert world.book.find(SYSTEM, "organisation", code="0312345678").values["is_ocop"] is True


def test_a_day_is_a_day_whether_typed_or_formatted(world, imported, save) -> None:
    book = Workbook()
    for row in (
        ["Mã", "Tên", "Từ ngày", "Đến hết ngày"],
        ["91", "An Giang", datetime(2025, 7, 1), "30/6/2030"],
        ["92", "Cần Thơ", "2025-07-01", ""],
    ):
        book.active.append(row)
    assert imported(save(book), "province").fault_count == 0
    values = world.book.find(SYSTEM, "province", code="91").values
    assert (values["since"], values["until"]) == ("2025-07-01", "2030-06-30")


def test_numbers_are_read_as_their_country_writes_them(world, imported, make_csv) -> None:
    rows = [
        ["Tỉnh, thành phố", "Chuỗi số liệu", "Năm", "Giá trị", "Đơn vị", "Năm gốc giá"],
        ["Đồng Tháp", "grdp", "2025", "123456,7", "tỷ đồng", "2010"],
        ["Đồng Tháp", "grdp", "2024", "-0,5", "tỷ đồng", "–"],
    ]
    assert imported(make_csv(rows), "statistic").fault_count == 0
    assert world.book.find(SYSTEM, "statistic", year=2025).values["value"] == 123456.7
    last = world.book.find(SYSTEM, "statistic", year=2024).values
    assert (last["value"], last["price_base"]) == (-0.5, None)
