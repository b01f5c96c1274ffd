"""Text of fonts from before Unicode is told from every other."""

import pytest

from gateway.registry.fields import Line
from gateway.registry.old_fonts import old_font
from gateway.registry.territory import provinces
from gateway.registry.texts import Title, WrongValueError


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("Së Khoa häc vµ C«ng nghÖ", "Sở Khoa học và Công nghệ"),
        ("Trung t©m", "Trung tâm"),
        ("®iÖn tö", "điện tử"),
    ],
)
def test_tcvn3_is_recognised_with_what_it_reads(text, reads) -> None:
    assert old_font(text) == ("TCVN3 (ABC, .VnTime)", reads)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Coäng hoaø xaõ hoäi chuû nghóa Vieät Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("Sôû Khoa hoïc vaø Coâng ngheä", "Sở Khoa học và Công nghệ"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
    ],
)
def test_vni_is_recognised_with_what_it_reads(text, reads) -> None:
    assert old_font(text) == ("VNI", reads)


@pytest.mark.parametrize(
    "text",
    [
        "Cộng hòa xã hội chủ nghĩa Việt Nam",
        "CÔNG TY TNHH MỘT THÀNH VIÊN ĐƯỜNG",
        "Kỹ thuật, thuở, quý, uyển, oà, hoè, khuỷu, thoả, ngoài, loại, quốc, ươm",
        "Zürich, Citroën, Ångström, naïve, Müller, São Paulo, João, Raúl, Señor, où, Noël, Übung, Łódź",
        "5 µm · 3 N·m · §5 · ½ · 20 °C · ±0,1 · 10² · Coca-Cola® · © 2026 · «trích» · 3 x 4",
        "ISO/IEC 17025",
        "",
    ],
)
def test_what_is_unicode_is_left_alone(text) -> None:
    assert old_font(text) is None


def test_no_province_and_no_title_looks_like_an_old_font() -> None:
    from gateway.registry.catalogue import NOUNS

    today, former = provinces()
    texts = [*today.values(), *(one.name for one in former)]
    texts += [
        words for of in NOUNS.values() for one in of.all_fields().values() for words in (one.title.vi, one.title.en)
    ]
    assert [text for text in texts if old_font(text)] == []


def test_it_is_refused_wherever_text_is_typed() -> None:
    with pytest.raises(WrongValueError) as refused:
        Line(title=Title("Tên", "Name")).read("C«ng ty")
    assert refused.value.why == Title(
        "«C«ng ty» là chữ font TCVN3 (ABC, .VnTime), đọc là «Công ty». Hãy chuyển mã sang Unicode.",
        "'C«ng ty' looks like text for the fonts TCVN3 (ABC, .VnTime); it would read 'Công ty'. "
        "Convert it to Unicode first.",
    )
