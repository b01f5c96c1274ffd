"""Text that was typed for the fonts of before Unicode: TCVN3 (``.VnTime``) and VNI (``VNI-Times``).

In such a font ``C«ng ty`` or ``Coâng ty`` looks like "Công ty"; anywhere else it is rubbish that no search finds.

Decision: it is recognised and refused with what it would read as, and not converted.
Because: capitals of TCVN3 stand in fonts of their own, so a conversion is right for most words and not for all.

Source: TCVN 5712:1993, VN3; the table of the VNI fonts.
"""
# ruff: noqa: RUF001, RUF002  the signs of old fonts are what this is about

import re
from typing import NamedTuple

_TCVN3 = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ§¡¢£¤¥¦",
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĐĂÂÊÔƠƯ",
        strict=True,
    )
)
_VNI = {
    **dict(zip(("aù", "aø", "aû", "aõ", "aï", "aê", "aé", "aè", "aú", "aü", "aë"), "áàảãạăắằẳẵặ", strict=True)),
    **dict(zip(("aâ", "aá", "aà", "aå", "aã", "aä"), "âấầẩẫậ", strict=True)),
    **dict(zip(("eù", "eø", "eû", "eõ", "eï", "eâ", "eá", "eà", "eå", "eã", "eä"), "éèẻẽẹêếềểễệ", strict=True)),
    **dict(zip(("où", "oø", "oû", "oõ", "oï", "oâ", "oá", "oà", "oå", "oã", "oä"), "óòỏõọôốồổỗộ", strict=True)),
    **dict(zip(("ôù", "ôø", "ôû", "ôõ", "ôï"), "ớờởỡợ", strict=True)),
    **dict(zip(("uù", "uø", "uû", "uõ", "uï"), "úùủũụ", strict=True)),
    **dict(zip(("öù", "öø", "öû", "öõ", "öï"), "ứừửữự", strict=True)),
    **dict(zip(("yù", "yø", "yû", "yõ"), "ýỳỷỹ", strict=True)),
    **dict(zip(("ô", "ö", "æ", "ó", "ò", "î", "ñ"), "ơưỉĩịỵđ", strict=True)),
}
_VNI |= {old.upper(): new.upper() for old, new in _VNI.items()}
_VNI_PART = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_SIGNS = "¸¹¨»¼½¾©®ª«¬\u00ad§¡¢£¤¥¦¶"
_CAPITALS = "ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞ"
_IS_TCVN3 = re.compile(
    # a sign within a word, one that begins a word, a capital with a mark behind a small letter
    rf"[A-Za-z][{_SIGNS}]+[A-Za-z]|(?<!\w)[§®](?=[^\s\d.,;:()])|[a-z][{_CAPITALS}]"
)
# No Vietnamese word in Unicode has these pairs. Left out are those of foreign names, Citroën, Raúl, Leão, and "où".
_IS_VNI = re.compile(
    r"a[ùøûõâáàåãäêéè]|e[ùøûõâáàåä]|o[øûõâåä]|(?<=\w)où|u[ùøûõ]|[öô][ùøûõï]|(?<!\w)ñ[aeiouyöô]", re.IGNORECASE
)


class OldFont(NamedTuple):
    """What a text looks like.

    Attributes:
        name: Of the fonts.
        reads: What it shows in them, but for capitals.
    """

    name: str
    reads: str


def old_font(text: str) -> OldFont | None:
    """For which old fonts a text was typed; None: for none.

    >>> old_font("C«ng ty C¬ khÝ §ång Th¸p").reads
    'Công ty Cơ khí Đồng Tháp'
    >>> old_font("Coâng ty Ñoàng Thaùp")
    OldFont(name='VNI', reads='Công ty Đồng Tháp')
    >>> old_font("Công ty Đồng Tháp, 5 µm, 3 N·m, §5, Citroën®") is None
    True
    """
    if text.isascii():
        return None
    if _IS_TCVN3.search(text):
        return OldFont("TCVN3 (ABC, .VnTime)", "".join(_TCVN3.get(character, character) for character in text))
    if _IS_VNI.search(text):
        return OldFont("VNI", _VNI_PART.sub(lambda found: _VNI[found[0]], text))
    return None
