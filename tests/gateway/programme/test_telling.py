"""What is missing, in words."""

import re
import tomllib
from pathlib import Path

import pytest

from gateway.indicators.facts import Gap
from gateway.programme import telling
from gateway.programme.telling import gap_told

WORDS = tomllib.loads(Path(telling.__file__).with_name("gap_words.toml").read_text("utf-8"))


@pytest.mark.parametrize("code", WORDS)
def test_both_languages_say_the_same_parts_in_short_sentences(code) -> None:
    vi, en = WORDS[code]["vi"], WORDS[code]["en"]
    assert set(re.findall(r"\{\w+\}", vi)) == set(re.findall(r"\{\w+\}", en))
    for text in (vi, en):
        assert all(len(sentence.split()) <= 15 for sentence in re.split(r"(?<=[.;:])\s", text)), text


@pytest.mark.parametrize(
    ("gap", "vi", "en"),
    [
        (
            Gap(code="no_denominator", parts={"of": "listed"}),
            "Thiếu mẫu số: danh sách sản phẩm, doanh nghiệp. Hãy nhập số liệu này.",
            "The denominator is missing: lists of products and enterprises. Import it.",
        ),
        (
            Gap(code="no_denominator", parts={"of": "colleges"}),
            "Thiếu mẫu số: số trường cao đẳng. Hãy nhập số liệu này.",
            "The denominator is missing: colleges. Import it.",
        ),
        (
            Gap(code="in_the_future", parts={"day": "2026-12-01"}),
            "Ngày 01/12/2026 sau ngày lấy số liệu.",
            "Its day, 2026-12-01, lies after the day of this evaluation.",
        ),
        (
            Gap(code="no_result", parts={"wanted": "certification,lot"}),
            "Chưa có kết quả kèm theo: chứng nhận hoặc lô hàng truy xuất đã công bố.",
            "No result to show for it yet: a certification or a published traced lot.",
        ),
        (
            Gap(
                code="pair_without_value",
                parts={"first_vi": "Chuyên gia", "first_en": "Experts", "second": "own-experts"},
            ),
            "Chưa so sánh được «Chuyên gia» với «own-experts»: thiếu một giá trị.",
            '"Experts" and "own-experts" cannot be compared yet: a value is missing.',
        ),
        (
            Gap(code="lacks_field", parts={"field": "attendance.training.topic"}),
            "Chưa ghi «Chủ đề».",
            '"Topic" is not filled in.',
        ),
        (
            Gap(code="denominator_unnamed", parts={"n": "2", "field": "listed.gtin"}),
            "Mẫu số có 2 dòng chưa ghi «GTIN»; mỗi dòng tính là một. Hãy bổ sung.",
            '2 rows of the denominator lack "GTIN"; each counts as one. Complete them.',
        ),
        (
            Gap(code="missing_year", parts={"series": "employed", "sector": "", "year": "2027"}),
            "Chuỗi «lao động có việc làm» (toàn tỉnh) thiếu năm 2027. Hãy nhập năm này.",
            'The series "employed persons" (all sectors) lacks 2027. Import that year.',
        ),
    ],
)
def test_a_gap_is_told_with_its_parts(gap, vi, en) -> None:
    assert (gap_told(gap, "vi"), gap_told(gap, "en")) == (vi, en)


def test_a_part_that_is_not_filled_in_is_a_dash() -> None:
    assert gap_told(Gap(code="denominator_of_year"), "en") == "The denominator is that of —."


def test_a_code_without_words_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        gap_told(Gap(code="nothing"), "en")
