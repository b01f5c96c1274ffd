"""Templates: opened as a person would, filled in, and taken."""

import io

import pytest
from openpyxl import load_workbook

from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import SYSTEM
from gateway.registry.sheets.template import template_csv, template_xlsx


def template(noun: str, language: str = "vi") -> bytes:
    file = io.BytesIO()
    template_xlsx(file, noun, language)
    return file.getvalue()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_of_every_noun_the_example_is_skipped_and_every_head_is_known(world, imported, language) -> None:
    for noun in NOUNS:
        for content in (template(noun, language), template_csv(noun, language).encode()):
            outcome = imported(content, noun)
            assert (outcome.skipped, outcome.fault_count) == (1, 1)
            assert [fault.why.en for fault in outcome.faults] == ["No row stands below the heads. Fill it in."]


def test_it_is_filled_in_and_taken(world, imported, save) -> None:
    book = load_workbook(io.BytesIO(template("organisation")))
    sheet = book.active
    assert sheet.title == "Tổ chức"
    row = ["", "0312345678", "Công ty A", "Doanh nghiệp", "Đồng Tháp", "C1020", "có", "không"]
    for column, text in enumerate(row, 1):
        sheet.cell(3, column).value = text
    outcome = imported(save(book))
    assert (outcome.new, outcome.skipped, outcome.fault_count) == (1, 1, 0)
    assert world.book.find(SYSTEM, "organisation", code="0312345678").values["is_key_product"] is True


def test_choices_are_lists_hints_are_comments_and_codes_are_text(save) -> None:
    book = load_workbook(io.BytesIO(template("organisation")))
    sheet = book.active
    assert [cell.value for cell in sheet[1]][:4] == ["STT", "Mã số *", "Tên *", "Loại hình *"]
    assert [cell.value for cell in sheet[2]][:4] == ["VÍ DỤ", "1400123456", None, "Doanh nghiệp"]
    assert sheet["B1"].comment.text == (
        "10 chữ số (doanh nghiệp), 13 (chi nhánh), 12 (số định danh cá nhân của chủ hộ) hoặc mã đơn vị."
    )
    assert sheet["B3"].number_format == "@"
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["D3:D5000"] == "=nhipdo!$A$1:$A$8"
    lists = book["nhipdo"]
    assert lists.sheet_state == "hidden"
    assert [lists.cell(row, 1).value for row in (1, 8)] == ["Doanh nghiệp", "Khác"]
    assert book["Hướng dẫn"]["A1"].value == "Điền từ dòng 3. Dòng 2 là ví dụ và không được đọc."
    assert book["Hướng dẫn"]["A4"].value == "Dòng trùng khóa (Mã số) với bản ghi đã có sẽ sửa bản ghi đó."
