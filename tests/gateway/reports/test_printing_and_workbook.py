"""The print and the workbook of a report, read back."""

import io
import zipfile
from datetime import date

import msgspec
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from gateway.reports.charts import png_of, svg_of
from gateway.reports.composing import compose
from gateway.reports.content import Bar, Bullets, Chart, Course, Heading, Paragraph, Table
from gateway.reports.figures_book import sheets_of
from gateway.reports.printing import pdf_of
from gateway.reports.workbook import xlsx_of

AS_OF = date(2027, 11, 25)


@pytest.fixture(scope="module")
def marked(given):
    return msgspec.structs.replace(given, result=msgspec.structs.replace(given.result, made_up=True))


@pytest.fixture(scope="module")
def printed(marked) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_of(compose(marked))))


@pytest.fixture(scope="module")
def book(given):
    return load_workbook(io.BytesIO(xlsx_of(sheets_of(given), AS_OF)))


def bare(text: str) -> str:
    """Without white space: a print breaks lines where it likes."""
    return "".join(text.split())


@pytest.fixture(scope="module")
def pages(printed) -> list[str]:
    return [page.extract_text() for page in printed.pages]


def test_the_print_says_everything_that_the_text_says(pages, marked) -> None:
    all_of_it = bare("".join(pages))
    report = compose(marked)
    for block in (*report.blocks, *report.annex):
        words = block.items if isinstance(block, Bullets) else ()
        if isinstance(block, Heading | Paragraph):
            words = (block.text,)
        assert [one for one in words if bare(one) not in all_of_it] == []
    assert bare("Số: /BC-SKHCN") in all_of_it


def test_every_page_of_the_print_is_a4_and_bears_that_its_figures_are_made_up(printed, pages) -> None:
    assert {(round(float(one.mediabox.width)), round(float(one.mediabox.height))) for one in printed.pages} == {
        (595, 842)
    }
    assert [text for text in pages if "SỐ LIỆU MÔ PHỎNG" not in text] == []


def test_pages_are_numbered_from_the_second_one_on(pages) -> None:
    first_lines = [text.split("\n")[0] for text in pages]
    assert [line.split()[0] for line in first_lines[1:]] == [str(n) for n in range(2, len(pages) + 1)]
    assert not first_lines[0].startswith("1 ")


def test_the_same_report_is_the_same_print(given) -> None:
    report = compose(given)
    short = msgspec.structs.replace(report, blocks=tuple(one for one in report.blocks if not isinstance(one, Table)))
    assert pdf_of(short) == pdf_of(short)


def test_the_sheets_are_there_with_frozen_heads(book) -> None:
    assert book.sheetnames == [
        *("Chỉ tiêu", "Theo năm", "Nhiệm vụ", "Kinh phí", "Minh chứng", "Không tính", "Mô hình điểm", "Ghi chú")
    ]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    assert book["Chỉ tiêu"].column_dimensions["C"].width == 46


def row_of(sheet, number: int) -> dict[str, object]:
    return {str(head.value): cell.value for head, cell in zip(sheet[1], sheet[number], strict=True)}


def test_numbers_are_numbers_and_what_cannot_be_said_is_an_empty_cell(book) -> None:
    first = row_of(book["Chỉ tiêu"], 2)
    assert (first["Đến 25/11/2027"], first["Năm 2026"], first["Mức chỉ tiêu (số)"]) == (1234.0, 1100.0, 1200.0)
    assert (first["Hồ sơ được tính"], first["Tỷ lệ có văn bản (%)"], first["Kết quả"]) == (2, 80.0, "Đạt (vượt)")
    share = row_of(book["Chỉ tiêu"], 6)
    assert (share["Mức chỉ tiêu (số)"], share["Mức trên của khoảng"]) == (10, 15)
    assert (share["Đến 25/11/2027"], share["Kết quả"]) == (None, "Chưa xác định được")
    assert share["Lý do"] == "Chưa có tổng số doanh nghiệp để chia."
    money = row_of(book["Kinh phí"], 2)
    assert (money["Kế hoạch (đồng)"], money["Đã giải ngân (đồng)"]) == (500_000_000, 300_000_000)


def test_each_record_that_counts_stands_with_its_day_and_document(book) -> None:
    attendance, training = row_of(book["Minh chứng"], 2), row_of(book["Minh chứng"], 3)
    # An attendance counts by the day of its training, and is proven by the training's document.
    assert (attendance["Loại hồ sơ"], attendance["Ngày tính"]) == ("Người dự", "02/03/2027")
    assert (attendance["Văn bản chứng minh"], attendance["Tài liệu kèm theo"]) == ("5/QĐ", 1)
    assert (training["Mã hồ sơ"], training["Văn bản chứng minh"]) == ("t1", "5/QĐ")
    left_out = row_of(book["Không tính"], 2)
    assert (left_out["Hồ sơ"], left_out["Lý do"]) == ("Lớp chưa nghiệm thu", "Chưa có văn bản nghiệm thu.")


def test_no_text_becomes_a_formula(given) -> None:
    content = xlsx_of(sheets_of(given), AS_OF)
    cell = load_workbook(io.BytesIO(content))["Minh chứng"]["D3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("x")', "s", True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert [b"<f>" in sheet or b"<f " in sheet for sheet in sheets] == [False] * len(sheets)


def test_made_up_figures_are_marked_on_every_sheet_and_its_print(marked) -> None:
    book = load_workbook(io.BytesIO(xlsx_of(sheets_of(marked), AS_OF, compose(marked).mark)))
    assert {(sheet["A1"].value, sheet.oddHeader.right.text, sheet.freeze_panes) for sheet in book} == {
        ("SỐ LIỆU MÔ PHỎNG", "SỐ LIỆU MÔ PHỎNG", "A3")
    }
    assert book["Ghi chú"]["A3"].value == "SỐ LIỆU MÔ PHỎNG"


def test_a_pilot_stands_in_per_cent_and_energy_in_its_own_unit(book) -> None:
    oee, energy = row_of(book["Mô hình điểm"], 2), row_of(book["Mô hình điểm"], 3)
    assert [oee[name] for name in ("Trước cải tiến", "Thay đổi", "Cận dưới 95%", "Cận trên 95%")] == [
        *(62.1, 5.3, 2.1, 8.5)
    ]
    assert (energy["Trước cải tiến"], energy["Thay đổi"]) == (12.5, -0.5)
    assert (oee["Đơn vị"], energy["Đơn vị"]) == ("%", "Wh/sản phẩm")


def test_a_year_is_no_amount_and_a_row_is_as_high_as_its_longest_text(book) -> None:
    years, indicators = book["Theo năm"], book["Chỉ tiêu"]
    assert (years["C2"].value, years["C2"].number_format) == (2026, "0")
    assert row_of(years, 2)["Giá trị trong năm"] == 1100
    assert indicators.row_dimensions[2].height == 31  # "ít nhất 1.200 lượt người mỗi năm" in 28 letters


def test_charts_are_drawn_as_points_and_as_shapes_without_fonts() -> None:
    words = {"target": "mức", "open": "chưa hết năm", "axis": "%"}
    bars = Chart(
        title="x", words=words, language="vi", bars=(Bar(name="Đào tạo", progress=9.0, told="9", state="exceeded"),)
    )
    courses = Chart(
        title="x",
        words=words,
        language="vi",
        courses=(Course(name="TFP", years={2026: None, 2027: 2.0}, open_year=2027),),
    )
    for chart in (bars, courses):
        assert png_of(chart).startswith(b"\x89PNG")
        assert svg_of(chart) == svg_of(chart)
        assert "<text" not in svg_of(chart)
