"""What stands on paper: three kinds in three languages, every item of them, read back from the PDF."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from calibration.dcc import read_dcc, write_dcc
from gateway.certificates.certificate import certificate_of
from gateway.certificates.choosing import Chosen
from gateway.certificates.composing import Sources, compose
from gateway.certificates.content import Amends, canonical, document_of
from gateway.certificates.printing import pdf_of

ADDRESS = "https://lab.example/verify/00112233445566778899aabbccddeeff"
KINDS = {"calibration": "usual", "verification": "verification", "test": "report"}
TITLES = {
    "calibration": ("GIẤY CHỨNG NHẬN HIỆU CHUẨN", "Calibration certificate"),
    "verification": ("GIẤY CHỨNG NHẬN KIỂM ĐỊNH", "Certificate of verification"),
    "test": ("PHIẾU KẾT QUẢ THỬ NGHIỆM", "Test report"),
}
COMMON = (
    "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng Đồng Tháp",
    "Đường Nguyễn Huệ, phường Cao Lãnh",
    "Công ty Cơ khí Sa Đéc",
    "0277 3 861 000",
    "Mettler Toledo",
    "XS205",
    "B123456789",
    "bình thường, sạch",
    "PCV-2026-0001",
    "analytical-balance 1 · nhipdo 0.6.0",
    "V01.CN1.0123.26",
    "Viện Đo lường Việt Nam",
    "VILAS 123",
    "ISO/IEC 17025",
    "Lê Văn An",
    "Trần Thị Bình",
    "Nguyễn Văn Cường",
    "OIML R 76, cấp I",
)
VI = (
    "20/11/2026",
    "22/11/2026",
    "Tại phòng thí nghiệm",
    "100,00021",
    "0,00027",
    "hệ số phủ k",
    "95,45 %",
    "Kết quả chỉ có giá trị với phương tiện đo nêu trên",
    "liên kết đến SI",
    "dải bảo vệ w = U (ILAC-G8:09/2019, 4.2.2)",
    "Rủi ro kết luận sai",
    "22,1 đến 22,5 °C",
    "không phải chữ ký pháp lý",
    "Hết",
)
EN = (
    "2026-11-20",
    "At the laboratory",
    "coverage factor k",
    "The results relate only to the item named above",
    "traceable to the SI",
    "guard band w = U (ILAC-G8:09/2019, 4.2.2)",
    "no legal signature",
    "End of document",
)


def words_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(sources: Sources, **chosen: str) -> list[str]:
    document = compose(
        sources, Chosen(**{"stamp": "DT-118"} | chosen), "2026-11-22", number="HC-2026-0001", address=ADDRESS
    )
    return words_of(pdf_of(document))


@pytest.mark.parametrize("languages", ["vi", "en", "vi_en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_item_stands_on_paper(request, kind, languages) -> None:
    pages = printed(request.getfixturevalue(KINDS[kind]), languages=languages, opinions="Nên dùng sau 30 phút.")
    text = " ".join(pages)
    wanted = [*COMMON, "Nên dùng sau 30 phút."]
    wanted += [TITLES[kind][0], *VI] if "vi" in languages else [TITLES[kind][1].upper(), "100.00021", "22.1 to 22.5 °C"]
    wanted += EN if "en" in languages else ()
    if kind == "verification":
        wanted += ["1234/QĐ-TĐC", "DT-118", "TK-0457", "ĐLVN 16:2021", "Thông tư 24/2013/TT-BKHCN"]
        wanted += ["30/11/2027"] if "vi" in languages else ["2027-11-30"]
    assert [one for one in wanted if one not in text] == []
    for number, page in enumerate(pages, start=1):
        assert page.count("HC-2026-0001") >= 2
        assert f"{number} / {len(pages)}" in page
    assert "2027-11-22" not in text  # the owner's due day, which nobody agreed to print


def test_a_draft_says_so_on_every_page(usual) -> None:
    pages = words_of(pdf_of(compose(usual, Chosen(), "2026-11-22")))
    assert all("BẢN NHÁP" in page for page in pages)


def test_an_amendment_names_the_one_it_replaces(usual_document) -> None:
    from msgspec.structs import replace as changed

    amended = changed(usual_document, amends=Amends(number="HC-2026-0000", issued="2026-11-01", change="Sửa tên."))
    [first, *_] = words_of(pdf_of(amended))
    assert "Giấy này thay cho giấy số HC-2026-0000 ngày 01/11/2026. Nội dung thay đổi: Sửa tên." in first


def test_what_was_raised_and_what_others_measured_is_marked(usual) -> None:
    scope = (replace(usual.scope[0], cmc="0.0004"),)
    text = " ".join(printed(replace(usual, scope=scope)))
    assert "0,00040 †" in text
    assert "công bố bằng CMC." in text
    order = {**usual.order, "external": "Viện Đo lường"}
    assert "‡ Kết quả do bên ngoài cung cấp: Viện Đo lường." in " ".join(printed(replace(usual, order=order)))


def test_a_statement_speaks_of_what_was_judged_whichever_test_came_first(usual_document) -> None:
    from msgspec.structs import replace as changed

    off_centre = {"vi": "Độ lệch tâm", "en": "Eccentricity"}
    its = [table for table in usual_document.tables if table.kind == "eccentricity"]
    others = [table for table in usual_document.tables if table.kind != "eccentricity"]
    first = tuple(changed(table, quantity=off_centre) for table in its)
    text = " ".join(words_of(pdf_of(changed(usual_document, tables=(*first, *others)))))
    assert "Đạt: Khối lượng so với" in text
    assert "Đạt: Độ lệch tâm" not in text


def test_markup_in_what_people_typed_is_only_text(usual) -> None:
    order = {**usual.order, "condition": "#panic() *không* $x$ [a] \\ @b <c>"}
    assert "#panic() *không* $x$ [a] \\ @b <c>" in " ".join(printed(replace(usual, order=order)))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_digital_certificate_reads_back_equal(usual_document, language) -> None:
    certificate = certificate_of(usual_document, language)
    assert read_dcc(write_dcc(certificate)).certificate == certificate


def test_the_content_reads_back_equal_and_is_always_the_same_letters(usual_document) -> None:
    text = canonical(usual_document)
    assert document_of(text) == usual_document
    assert canonical(document_of(text)) == text
