"""The text of a report, read back: paper, fonts, words and figures."""

import io
from datetime import date

import msgspec
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from gateway.indicators.facts import CapacityYear
from gateway.indicators.pilot_effects import Reason
from gateway.indicators.schema import Plan
from gateway.programme import judgement
from gateway.reports.composing import compose
from gateway.reports.content import Bullets, Chart, Heading, Paragraph, Table
from gateway.reports.text_document import FONT, docx_of
from gateway.reports.wording import NO_BREAK, told_of, words_of

AS_OF = date(2027, 11, 25)
WHYS = ("NOT_FIXED", "FIXED_LATE", "ABANDONED", "NO_MACHINES", "NOT_OVER", "OTHER_PILOT", "NO_CONTROL")


@pytest.fixture(scope="module")
def document(given):
    return Document(io.BytesIO(docx_of(compose(given), AS_OF)))


def table_with(document, word: str):
    return next(one for one in document.tables if any(word in cell.text for cell in one.rows[0].cells))


def test_paper_and_margins_are_those_of_decree_30(document) -> None:
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert Mm(20) <= section.top_margin <= Mm(25)
    assert Mm(20) <= section.bottom_margin <= Mm(25)
    assert Mm(30) <= section.left_margin <= Mm(35)
    assert 15 <= round(section.right_margin.mm, 1) <= 20


def test_the_body_is_times_new_roman_of_14_points_in_every_script(document) -> None:
    normal = document.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt) == (FONT, 14)
    fonts = normal.element.rPr.rFonts
    assert {key.partition("}")[2]: value for key, value in fonts.attrib.items()} == dict.fromkeys(
        ("ascii", "hAnsi", "eastAsia", "cs"), "Times New Roman"
    )
    assert all(run.font.name in (None, FONT) for at in document.paragraphs for run in at.runs)


def test_the_head_has_agency_left_and_state_right_then_title_and_subject(document) -> None:
    (left, right), (number, day) = (row.cells for row in document.tables[0].rows)
    assert " ".join(left.text.split()) == "ỦY BAN NHÂN DÂN TỈNH ĐỒNG THÁP SỞ KHOA HỌC VÀ CÔNG NGHỆ"
    assert right.paragraphs[0].text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert right.paragraphs[1].text == "Độc lập - Tự do - Hạnh phúc"
    assert all(run.bold for at in right.paragraphs for run in at.runs)
    assert number.text == "Số:         /BC-SKHCN"
    assert day.text == "Đồng Tháp, ngày      tháng      năm 2027"
    assert all(run.italic for at in day.paragraphs for run in at.runs)
    texts = [at.text for at in document.paragraphs if at.text]
    assert [text.replace(NO_BREAK, " ") for text in texts[:2]] == [
        "BÁO CÁO",
        "Kết quả thực hiện Kế hoạch nâng cao năng suất, chất lượng năm 2027",
    ]


def test_page_numbers_stand_centred_above_from_the_second_page_on(document) -> None:
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert section.header.paragraphs[0].alignment == 1
    assert "PAGE" not in section.first_page_header._element.xml


def test_the_foot_has_recipients_left_and_who_signs_right(document) -> None:
    left, right = next(one for one in document.tables if "Nơi nhận:" in one.rows[0].cells[0].text).rows[0].cells
    assert [at.text for at in left.paragraphs] == ["Nơi nhận:", "- Ủy ban nhân dân tỉnh;", "- Lưu: VT."]
    assert right.paragraphs[0].text == "GIÁM ĐỐC"


def test_every_state_stands_in_the_table_with_figures_as_people_write_them(document) -> None:
    table = table_with(document, "Mức chỉ tiêu")
    assert [cell.text for cell in table.rows[0].cells] == [
        *("TT", "Chỉ tiêu", "Mức chỉ tiêu", "Năm 2026", "Đến 25/11/2027", "Trong đó đã đo", "Kết quả", "Nhận xét")
    ]
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert rows[0] == [
        *("1", "Lượt người được đào tạo", "ít nhất 1.200 lượt người mỗi năm", "1.100"),
        *("1.234 (ước cả năm: 1.300)", "1.000", "Đạt (vượt)", "Đã mở thêm hai lớp trong quý IV."),
    ]
    assert rows[1][2:5] == ["trên 55% đến năm 2030", "−3,25", "55,46"]  # noqa: RUF001
    assert rows[2][3:5] == ["3", "7"]
    assert [row[2] for row in rows[3:]] == [
        "ít nhất 3 câu lạc bộ mỗi năm",
        "10–15% mỗi năm",  # noqa: RUF001
        "khoảng 8 mô hình mỗi năm",
        "hoàn thành trước hết năm 2030",
        "không nêu con số",
    ]
    assert [row[6] for row in rows] == [
        *("Đạt (vượt)", "Đạt", "Chưa đạt", "Không đạt", "Chưa xác định được", "Chưa đến kỳ", "Đạt", "Tăng")
    ]


def test_chapters_are_numbered_as_decree_30_wants_them(given) -> None:
    heads = [(one.level, one.number) for one in compose(given).blocks if isinstance(one, Heading)]
    assert [number for level, number in heads if level == 1] == ["I.", "II.", "III.", "IV.", "V.", "VI."]
    second = heads.index((1, "II."))
    assert [number for level, number in heads[second + 1 : heads.index((1, "III."))] if level == 2] == [
        *("1.", "2.", "3.", "4.", "5.")
    ]
    assert [number for level, number in heads if level == 3] == ["a)", "b)"]


def texts(report) -> str:
    found = [one.text for one in report.blocks if isinstance(one, Paragraph | Heading)]
    told = "\n".join([*found, *(item for one in report.blocks if isinstance(one, Bullets) for item in one.items)])
    return told.replace(NO_BREAK, " ")


def test_what_could_not_be_said_or_measured_is_named_with_its_reason(given) -> None:
    told = texts(compose(given))
    assert "II.1 – Tỷ lệ doanh nghiệp áp dụng công cụ: Chưa có tổng số doanh nghiệp để chia." in told  # noqa: RUF001
    assert "chưa có ở 1 chỉ tiêu: Tỷ lệ doanh nghiệp áp dụng công cụ." in told
    assert "Hai tên của một doanh nghiệp." in told
    assert "Đạt khi tới mức dưới của khoảng." in told


def test_a_pilot_is_told_with_its_interval_in_per_cent_and_its_finding(given) -> None:
    told = texts(compose(given))
    assert "TPM 2027, Cơ khí Sa Đéc: đã cải thiện" in told
    assert (
        "OEE: trước cải tiến 62,1%; thay đổi +5,3 điểm phần trăm, khoảng tin cậy 95% từ 2,1 đến 8,5 điểm phần trăm. "
        "Kết luận: đã cải thiện." in told
    )
    assert "thay đổi −0,5 Wh/sản phẩm, khoảng tin cậy 95% từ −1,5 đến 0,5 Wh/sản phẩm." in told  # noqa: RUF001
    assert "Chất lượng: chưa đủ số liệu để kết luận." in told


def test_tasks_are_told_by_lead_with_what_is_late_and_the_money(document, given) -> None:
    assert "Kế hoạch có 2 nhiệm vụ: 1 đang thực hiện, 1 chưa có báo cáo. Có 1 nhiệm vụ chậm." in texts(compose(given))
    assert "III.2 – Hỗ trợ xuất khẩu (chủ trì: Sở Công Thương): Năm nay chưa có báo cáo." in texts(  # noqa: RUF001
        compose(given)
    )
    money = [[cell.text for cell in row.cells] for row in table_with(document, "Nguồn kinh phí").rows[1:]]
    assert money == [
        ["Ngân sách tỉnh", "500", "450", "300", "66,7"],
        ["Doanh nghiệp", "1.234,5", "0", "0", "–"],  # noqa: RUF001
        ["Tổng cộng", "1.734,5", "450", "300", "66,7"],
    ]


def test_the_document_has_its_pictures_and_says_what_they_show(document) -> None:
    shown = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert shown == [
        "2 trên 4 chỉ tiêu đã có số liệu so với mức là đạt hoặc vượt",
        "Giá trị từng năm của các chỉ tiêu có con số",
    ]


def test_made_up_figures_are_marked_on_each_page_and_in_the_text(given, changed) -> None:
    marked = changed(result=msgspec.structs.replace(given.result, made_up=True))
    report = compose(marked)
    without = [one for one in report.blocks if not isinstance(one, Chart)]  # which take their time
    document = Document(io.BytesIO(docx_of(msgspec.structs.replace(report, blocks=tuple(without)), AS_OF)))
    section = document.sections[0]
    for header in (section.first_page_header, section.header):
        assert "SỐ LIỆU MÔ PHỎNG" in "".join(at.text for at in header.paragraphs)
    assert any(at.text.startswith("SỐ LIỆU MÔ PHỎNG. Mọi số liệu") for at in document.paragraphs)


def test_a_signed_report_has_number_day_and_name_and_is_no_draft(given, changed) -> None:
    signed = compose(changed(number="12/BC-SKHCN", signed=date(2027, 2, 5), signed_by="Nguyễn Văn An"))
    assert signed.head.number == "Số: 12/BC-SKHCN"
    assert signed.head.place_date == "Đồng Tháp, ngày 05 tháng 02 năm 2027"
    assert (signed.foot.signatory, signed.draft) == ("Nguyễn Văn An", "")
    assert compose(given).draft == "DỰ THẢO"


def test_the_annex_counts_evidence_and_names_the_hash_of_the_facts(document, given) -> None:
    rows = [[cell.text for cell in row.cells] for row in table_with(document, "Hồ sơ được tính").rows[1:]]
    assert rows[0] == ["1", "Lượt người được đào tạo", "2", "Người dự (1), Lớp đào tạo (1)", "1", "80"]
    assert given.facts_sha256 in [at.text for at in document.paragraphs]


def test_the_same_report_in_english_has_english_figures(given) -> None:
    report = compose(given, "en")
    assert report.head.title == "REPORT"
    assert "1 exceeded: Lượt người được đào tạo (en);" in texts(report)
    assert "change +5.3 points of %" in texts(report)


def test_every_reason_for_not_judging_a_pilot_has_words() -> None:
    codes = {*Reason, *(getattr(judgement, name) for name in WHYS)}
    assert [code for code in sorted(codes) if not words_of("vi").knows(f"why.{code}")] == []


def test_the_annex_stands_on_pages_of_its_own_and_names_its_document(given, changed) -> None:
    document = Document(io.BytesIO(docx_of(msgspec.structs.replace(compose(given), blocks=()), AS_OF)))
    heads = [at for at in document.paragraphs if at.text][-6:-3]
    assert [at.text for at in heads] == [
        "Phụ lục",
        "MINH CHỨNG CỦA CÁC SỐ LIỆU",
        "(Kèm theo Báo cáo số        /BC-SKHCN ngày      tháng      năm 2027 của Sở Khoa học và Công nghệ)",
    ]
    assert [(at.runs[0].bold, at.runs[0].italic, at.alignment) for at in heads] == [
        *((True, False, 1), (True, False, 1), (False, True, 1))
    ]
    counted = document.sections[-1]._sectPr.find(qn("w:pgNumType"))
    assert (len(document.sections), counted.get(qn("w:start"))) == (2, "1")
    signed = compose(changed(number="12/BC-SKHCN", signed=date(2027, 12, 8), signed_by="An"))
    assert signed.annex_head[2] == (
        "(Kèm theo Báo cáo số 12/BC-SKHCN ngày 08 tháng 12 năm 2027 của Sở Khoa học và Công nghệ)"
    )
    assert "có tại Phụ lục kèm theo." in texts(compose(given))


def test_a_comment_that_a_column_has_no_room_for_stands_below_its_table(changed) -> None:
    long = "Đã mở thêm lớp. " * 300
    report = compose(changed(comments={"x-turns": long, "x-t-train": long, "x-tfp": "Ngắn."}))
    cells = [row for one in report.blocks if isinstance(one, Table) for row in one.rows]
    assert [row[7] for row in cells if row[1:2] == ("Lượt người được đào tạo",)] == ["Xem dưới bảng"]
    assert [row[7] for row in cells if row[1:2] == ("Tỷ trọng đóng góp của TFP",)] == ["Ngắn."]
    assert max(len(cell) for row in cells for cell in row) < 500
    for name in ("II.1 – Lượt người được đào tạo", "III.1 – Tổ chức lớp đào tạo"):  # noqa: RUF001
        assert f"{name}: {long}" in texts(report)


def test_what_a_page_asks_its_reader_to_do_is_no_part_of_a_report_and_nothing_is_said_twice(given, changed) -> None:
    asks = {"vi": "Đếm đơn vị có đăng ký. Hãy xem cột lĩnh vực.", "en": "Count them. Look at the fields."}
    plan = given.plan.model_dump(mode="json")
    for of in plan["indicators"]:
        of["reading"] = asks
    told = texts(compose(changed(plan=Plan.model_validate(plan), gap=lambda gap, language: told_of(asks[language]))))
    assert "Hãy" not in told
    assert "Đếm đơn vị có đăng ký. Đếm" not in told


@pytest.mark.parametrize(
    ("day", "said"),
    [("2025-12-31", "Kế hoạch được thực hiện từ năm 2026;"), ("2031-01-05", "Kế hoạch kết thúc năm 2030.")],
)
def test_a_report_as_of_a_day_outside_its_plan_says_so(given, changed, day, said) -> None:
    assert "Kế hoạch được thực hiện từ" not in texts(compose(given))
    assert said in texts(compose(changed(result=msgspec.structs.replace(given.result, as_of=day))))


def test_pictures_of_many_targets_have_room_on_a_page(given, changed) -> None:
    one, many = given.plan.model_dump(mode="json"), 300
    first, result = one["indicators"][0], given.result.indicators[0]
    one["indicators"] = [first | {"id": f"x-{n}"} for n in range(many)]
    results = tuple(msgspec.structs.replace(result, indicator=f"x-{n}") for n in range(many))
    report = compose(
        changed(
            plan=Plan.model_validate(one), result=msgspec.structs.replace(given.result, indicators=results), comments={}
        )
    )
    charts = [block for block in report.blocks if isinstance(block, Chart) and block.bars]
    assert sum(len(chart.bars) for chart in charts) == many
    assert max(len(chart.bars) for chart in charts) <= 15
    assert charts[1].title.endswith("(tiếp theo)")


def test_lines_and_paddings_stand_where_the_schema_of_texts_wants_them(document) -> None:
    for at in document.element.body.iter(qn("w:pBdr")):
        assert {one.tag for one in at.itersiblings(preceding=True)} <= {qn("w:pStyle"), qn("w:keepNext")}
    for at in document.element.body.iter(qn("w:tblCellMar")):
        assert {one.tag for one in at.itersiblings()} <= {qn("w:tblLook")}


def test_years_before_anything_is_known_of_laboratories_are_left_out(given, changed) -> None:
    empty = tuple(CapacityYear(year=year) for year in (2024, 2025))
    facts = msgspec.structs.replace(given.facts, capacity=(*empty, *given.facts.capacity))
    (table,) = [one for one in compose(changed(facts=facts)).blocks if isinstance(one, Table) and one.head[0] == "Năm"]
    assert [row[0] for row in table.rows] == ["2026", "2027"]
    report = compose(changed(facts=msgspec.structs.replace(given.facts, capacity=empty)))
    assert "Chưa có số liệu về năng lực đo lường, thử nghiệm." in texts(report)
