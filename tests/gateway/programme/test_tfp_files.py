"""The workbook of growth accounting: what goes in comes out, and each mistake is named with its cell."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook, load_workbook

from gateway.indicators.figures import SERIES
from gateway.programme.tfp_files import read_growth_file
from gateway.programme.tfp_rows import number_of
from gateway.registry.texts import WrongValueError
from gateway.reports.growth_book import write_form
from gateway.reports.growth_columns import COLUMNS
from gateway.reports.growth_example import example_figures

PARAMETERS = {"since": 2021, "until": 2025, "method": "tornqvist", "depreciation": 6.5, "timing": "mid_year"}


def form(language: str = "vi", parameters=PARAMETERS) -> bytes:
    file = io.BytesIO()
    write_form(file, language, example_figures(), parameters, example_figures())
    return file.getvalue()


def changed(change: Callable) -> bytes:
    book = load_workbook(io.BytesIO(form()))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def faults(change: Callable) -> list[tuple[str, str, str]]:
    """Cell, and what is wrong in both languages, of a workbook whose sheet of figures was changed."""
    read, found = read_growth_file(changed(change))
    assert read is None
    return [(one.cell, one.why.vi, one.why.en) for one in found]


def column(key: str) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[[one.key for one in COLUMNS].index(key)]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_written_is_read_again(language) -> None:
    read, found = read_growth_file(form(language))
    assert found == []
    given = {(one.series, one.sector, one.year): one for one in example_figures()}
    assert {(one.series, one.sector, one.year) for one in read.figures} == set(given)
    for one in read.figures:
        before = given[one.series, one.sector, one.year]
        assert (one.value, one.unit) == (before.value, before.unit)
        assert one.price_base == (2010 if SERIES[one.series].is_constant else None)
    assert (read.since, read.until, read.options.method, read.options.timing) == (2021, 2025, "tornqvist", "mid_year")
    assert read.options.depreciation == pytest.approx(0.065)


def test_every_figure_knows_its_cell() -> None:
    read, _ = read_growth_file(form())
    first = next(one for one in read.figures if one.series == "grdp_constant")
    assert first.ref == f"Số liệu!{column('grdp_constant')}3"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.234,5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1.234.567,25", 1234567.25),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("0,125", 0.125),
        ("-1.234,5", -1234.5),
        (1234.5, 1234.5),
        (7, 7.0),
    ],
)
def test_numbers_are_read_as_people_write_them(written, value) -> None:
    assert number_of(written) == value


@pytest.mark.parametrize("written", ["1.234", "1,234", "-12.345"])
def test_a_number_that_can_be_read_in_two_ways_is_refused(written) -> None:
    with pytest.raises(WrongValueError) as caught:
        number_of(written)
    assert str(caught.value) == f"{written!r} can be read in two ways. Format the cell as a number and type it again."


@pytest.mark.parametrize("written", ["nhiều", "NaN", "inf", "1.2.3", "", True, datetime(2026, 1, 1, tzinfo=UTC)])
def test_what_is_no_number_is_refused(written) -> None:
    with pytest.raises(WrongValueError):
        number_of(written)


GRDP, SHARE, EMPLOYED = column("grdp_constant"), column("labour_share"), column("employed")


@pytest.mark.parametrize(
    ("cell", "value", "vi", "en"),
    [
        (f"{GRDP}4", "nhiều", "Cần một số, đã nhận «nhiều»", "Expected a number, got 'nhiều'"),
        (f"{GRDP}4", -5, "Cần lớn hơn 0, đã nhận -5. Hãy sửa lại.", "Expected more than 0, got -5. Correct it."),
        (f"{EMPLOYED}4", 0, "Cần lớn hơn 0, đã nhận 0. Hãy sửa lại.", "Expected more than 0, got 0. Correct it."),
        (f"{SHARE}4", 120, "Cần từ 0 đến 100, đã nhận 120. Hãy sửa lại.", "Expected 0 to 100, got 120. Correct it."),
        (
            f"{SHARE}4",
            "0,62",
            "Ô giữ số 0,62, tức 0,62 %. Hãy định dạng ô là Số rồi ghi 62, hoặc đổi đơn vị thành 1.",
            "Holds 0.62, which is 0.62 %. Format it as a number, write 62, or use the unit 1.",
        ),
        (f"{GRDP}4", "=A4*2", "Có công thức «=A4*2»", "Holds the formula '=A4*2'"),
        ("A4", "hai nghìn", "Cần một số nguyên", "Expected a whole number"),
        ("A4", None, "Thiếu năm. Hãy ghi năm của dòng này.", "No year. Write the year of this row."),
        (
            "A4",
            2020,
            "Năm 2020 đã có ở dòng 3. Hãy xóa một dòng.",
            "The year 2020 is in row 3 already. Delete one of both.",
        ),
        ("B4", "Khai khoáng", "Không có khu vực «Khai khoáng».", "There is no sector 'Khai khoáng'."),
        (f"{GRDP}1", "GDP", "Không có cột «GDP» trong mẫu.", "No column 'GDP' in the form."),
        (
            f"{GRDP}2",
            "nghìn người",
            "Đơn vị «nghìn người» không hợp với cột này.",
            "The unit 'nghìn người' does not fit.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_cell(cell, value, vi, en) -> None:
    def change(book) -> None:
        book["Số liệu"][cell] = value

    [(at, told_vi, told_en)] = faults(change)
    assert at == cell
    assert told_vi.startswith(vi)
    assert told_en.startswith(en)


def test_titles_above_the_heads_dots_for_nothing_and_a_sign_of_per_cent_are_read() -> None:
    def change(book) -> None:
        sheet = book["Số liệu"]
        sheet[f"{SHARE}4"], sheet[f"{GRDP}4"] = "62,5 %", "62\u2009910,5"
        sheet[f"{column('capital_share')}4"] = "..."
        sheet.insert_rows(1, 2)
        sheet["A1"] = "SỐ LIỆU KINH TẾ CỦA TỈNH"

    read, wrong = read_growth_file(changed(change))
    assert wrong == []
    found = {one.series: one for one in read.figures if (one.year, one.sector) == (2021, "")}
    assert found["labour_share"].value == 62.5
    assert found["grdp_constant"].value == 62910.5
    assert found["grdp_constant"].ref == f"Số liệu!{GRDP}6"
    assert "capital_share" not in found


def test_two_units_of_money_are_refused() -> None:
    def change(book) -> None:
        book["Số liệu"][f"{column('capital_stock')}2"] = "triệu đồng"

    [(at, vi, en)] = faults(change)
    assert at == f"{column('capital_stock')}2"
    assert vi == (
        "Cần «tỷ đồng» như cột «GRDP (giá trị tăng thêm) giá so sánh», đã nhận «triệu đồng». Hãy dùng một đơn vị."
    )
    assert en.endswith("got 'triệu đồng'. Use one unit.")


def test_all_mistakes_are_told_at_once() -> None:
    def change(book) -> None:
        for row in range(4, 10):
            book["Số liệu"][f"{GRDP}{row}"] = "?"

    assert [at for at, _, _ in faults(change)] == [f"{GRDP}{row}" for row in range(4, 10)]


@pytest.mark.parametrize(
    ("row", "value", "told"),
    [
        (3, "Cobb-Douglas", "Expected one of: Discrete; Törnqvist; got 'Cobb-Douglas'. Choose again."),
        (5, 0.065, "0.065 is 0.065 % a year here. Write 6.5 where 6.5 % is meant."),
        (6, 0.08, "0.08 is 0.08 % a year here. Write 8 where 8 % is meant."),
        (5, 150, "Expected 0 to below 100 %, got 150. Correct it."),
        (2, 2019, "The last year 2019 lies before the first 2021. Correct one."),
    ],
)
def test_a_wrong_parameter_is_named_with_its_cell(row, value, told) -> None:
    def change(book) -> None:
        book["Tham số"][f"B{row}"] = value

    [(at, _, en)] = faults(change)
    assert (at, en) == (f"B{row}", told)


def test_the_example_is_not_read_and_an_empty_form_says_so() -> None:
    file = io.BytesIO()
    write_form(file, "vi", example=example_figures())
    _, found = read_growth_file(file.getvalue())
    assert [one.told("en") for one in found] == ["sheet 'Số liệu' cell A3: No figures. Fill in from row 3."]


def test_a_workbook_of_something_else_is_refused_and_one_of_too_many_rows_too() -> None:
    book = Workbook()
    book.active.title = "Một"
    book.active["A1"] = "x"
    book.create_sheet("Hai")["A1"] = "y"
    file = io.BytesIO()
    book.save(file)
    [fault] = read_growth_file(file.getvalue())[1]
    assert fault.why.en == "There is no sheet 'Figures' with content, only: Một, Hai. Use the form of nhipdo."

    def fill(book) -> None:
        for row in range(28, 1100):
            book["Số liệu"][f"A{row}"] = 2020

    assert faults(fill)[0][2].startswith("Has 1098 rows, at most 1000.")


def test_a_source_travels_with_its_figures() -> None:
    def change(book) -> None:
        book["Số liệu"][f"{column('source')}3"] = "Niên giám thống kê 2024"

    read, _ = read_growth_file(changed(change))
    assert read.sources[f"Số liệu!{GRDP}3"] == "Niên giám thống kê 2024"
