"""Fields read what people write, and say in both languages what they cannot take."""

from datetime import date

import pytest

from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Number, Whole
from gateway.registry.texts import Title, WrongValueError, folded

T = Title("Ô", "Field")
KINDS = {"factory": Title("Nhà máy", "Factory"), "farm": Title("Trang trại", "Farm")}


@pytest.mark.parametrize(
    ("of", "written", "read"),
    [
        (Line(title=T), "  Nha\u0300 ma\u0301y \r\n", "Nhà máy"),
        (Line(title=T), 1400123456, "1400123456"),
        (Line(title=T, many_lines=True), "một\r\nhai", "một\nhai"),
        (Whole(title=T), "1.234.567", 1234567),
        (Whole(title=T), "1 234 567", 1234567),
        (Whole(title=T), "1,234", 1234),
        (Whole(title=T), 12.0, 12),
        (Whole(title=T, least=-5), "-3", -3),
        (Number(title=T), "3,5", 3.5),
        (Number(title=T), "3.5", 3.5),
        (Number(title=T), 2, 2.0),
        (Flag(title=T), "Có", True),
        (Flag(title=T), "x", True),
        (Flag(title=T), "không", False),
        (Flag(title=T), "", False),
        (Day(title=T), "1/7/2025", "2025-07-01"),
        (Day(title=T), "01-07-2025", "2025-07-01"),
        (Day(title=T), "2025-07-01 00:00:00", "2025-07-01"),
        (Day(title=T), date(2025, 7, 1), "2025-07-01"),
        (Choice(title=T, options=KINDS), "nha may", "factory"),
        (Choice(title=T, options=KINDS), "FARM", "farm"),
        (Choices(title=T, options=KINDS), "Trang trại; factory", ["factory", "farm"]),
        (Choices(title=T, options=KINDS), ["farm", "farm"], ["farm"]),
        (Line(title=T), "   ", ""),
        (Whole(title=T), None, None),
        (Choices(title=T, options=KINDS), "", []),
    ],
)
def test_what_people_write_is_understood(of: Field, written: object, read: object) -> None:
    assert of.read(written) == read
    assert of.told(of.kept(of.read(written))) == read


@pytest.mark.parametrize(
    ("of", "written", "en"),
    [
        (Line(title=T, required=True), " ", "Nothing was given. Fill this in."),
        (Line(title=T, longest=5), "sáu ký", "6 characters, at most 5. Shorten it."),
        (Line(title=T), "a\x00b", "Has characters that cannot be printed, in 'a\ufffdb'. Type it again."),
        (Line(title=T), "một\nhai", "Has characters that cannot be printed, in 'một\ufffdhai'. Type it again."),
        (Line(title=T), ["x"], "Expected text, got \"['x']\". Correct it."),
        (
            Line(title=T, pattern="[0-9]{2}", hint=Title("hai chữ số", "two digits")),
            "8",
            "Expected two digits, got '8'. Correct it.",
        ),
        (Whole(title=T), "1,5", "Expected a whole number, got '1,5'. Correct it."),
        (Whole(title=T), "1.234,567", "Expected a whole number, got '1.234,567'. Correct it."),
        (Whole(title=T), True, "Expected a whole number, got 'True'. Correct it."),
        (Whole(title=T, most=10), 11, "Expected 0 to 10, got 11. Correct it."),
        (Number(title=T), "nan", "Expected a number, got 'nan'. Correct it."),
        (Number(title=T), float("inf"), "Expected a number, got 'inf'. Correct it."),
        (Number(title=T), "ba", "Expected a number, got 'ba'. Correct it."),
        (Flag(title=T), "có lẽ", "Expected yes or no, got 'có lẽ'. Correct it."),
        (Day(title=T), "31/2/2025", "Expected a day such as 2026-11-22, got '31/2/2025'. Correct it."),
        (Day(title=T), "7/2025", "Expected a day such as 2026-11-22, got '7/2025'. Correct it."),
        (Choice(title=T, options=KINDS), "mỏ", "Expected one of: Factory; Farm; got 'mỏ'. Choose again."),
        (Choices(title=T, options=KINDS), 5, "Expected a list, got '5'. Correct it."),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_do(of: Field, written: object, en: str) -> None:
    with pytest.raises(WrongValueError) as refused:
        of.read(written)
    assert refused.value.why.en == en
    assert refused.value.why.vi not in ("", en)


def test_the_vietnamese_refusal_names_what_was_got() -> None:
    with pytest.raises(WrongValueError) as refused:
        Day(title=T).read("hôm qua")
    assert refused.value.why.vi == "Cần một ngày như 22/11/2026, đã nhận «hôm qua». Hãy sửa lại."


@pytest.mark.parametrize("text", ["Đồng Tháp", "dong thap", "ĐỒNG  THÁP", "đồng tháp"])
def test_words_fold_to_what_people_search(text: str) -> None:
    assert folded(text) == "dong thap"


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_every_noun_is_titled_in_both_languages_and_its_examples_can_be_read(noun: str) -> None:
    of = NOUNS[noun]
    for title in (of.noun.title, of.noun.many, *(one.title for one in of.all_fields().values())):
        assert title.vi.strip() == title.vi != ""
        assert title.en.strip() == title.en != ""
    assert set(of.noun.key) | set(of.noun.label) | set(of.noun.order) <= set(of.all_fields())
    assert set(of.noun.owner) <= set(of.links())
    for name, one in of.all_fields().items():
        if one.example not in ("", None):
            assert one.read(one.example) == one.example, name
        if isinstance(one, Choice):
            assert all(option.vi and option.en for option in one.options.values()), name


def test_two_heads_of_one_noun_never_mean_two_fields() -> None:
    for noun, of in NOUNS.items():
        heads: dict[str, str] = {}
        for name, one in of.all_fields().items():
            for head in (one.title.vi, one.title.en, *one.also):
                assert heads.setdefault(folded(head), name) == name, (noun, head)
