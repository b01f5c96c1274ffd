"""Words in two languages, and text as people type it."""

import re
import unicodedata
from dataclasses import dataclass

from gateway.registry.old_fonts import old_font

_DAY = re.compile(r"([12]\d{3})-(\d{2})-(\d{2})")
_CONTROL = {"Cc", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Title:
    """Words in both languages."""

    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        """By language, ``vi`` or ``en``."""
        return self.vi if language == "vi" else self.en


class WrongValueError(ValueError):
    """A value that a field cannot take.

    Attributes:
        why: What was expected, what was got, what to do.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.why = Title(vi, en)


def composed(value: object, *, many_lines: bool = False) -> str:
    """Text in NFC, without blanks around it.

    Raises:
        WrongValueError: It has characters that no text has, or no text was given.
    """
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise not_a("một dòng chữ", "text", value)
    text = unicodedata.normalize("NFC", str(value).replace("\r\n", "\n")).strip()
    allowed = "\n\t" if many_lines else ""
    if any(unicodedata.category(character) in _CONTROL and character not in allowed for character in text):
        raise WrongValueError(
            f"Có ký tự không in được trong «{shown(text)}». Hãy gõ lại ô này.",
            f"Has characters that cannot be printed, in {shown(text)!r}. Type it again.",
        )
    font = old_font(text)
    if font is not None:
        raise WrongValueError(
            f"«{shown(text)}» là chữ font {font.name}, đọc là «{shown(font.reads)}». Hãy chuyển mã sang Unicode.",
            f"{shown(text)!r} looks like text for the fonts {font.name}; it would read {shown(font.reads)!r}. "
            "Convert it to Unicode first.",
        )
    return text


def folded(text: str) -> str:
    """As people search: small letters, without marks, single blanks.

    >>> folded("Đồng Tháp  Mười")
    'dong thap muoi'
    """
    bare = unicodedata.normalize("NFD", text.casefold()).replace("\u0111", "d")
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def composed_words(search: str) -> list[str]:
    """Words as the registry keeps them: a keyboard or a copied text may give marks apart from their letters."""
    return unicodedata.normalize("NFC", search).split()


def shown(value: object) -> str:
    """What was got, short enough for a sentence."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value)[:60])
    return text + ("…" if len(str(value)) > len(text) else "")


def not_a(vi: str, en: str, value: object) -> WrongValueError:
    """The refusal of a value of another kind."""
    return WrongValueError(
        f"Cần {vi}, đã nhận «{shown(value)}». Hãy sửa lại.", f"Expected {en}, got {shown(value)!r}. Correct it."
    )


def label_told(language: str, label: str) -> str:
    """What a row is called, with the days in it as people write them; a code that only looks like a day stays.

    >>> label_told("vi", "5S · 2026-09-15"), label_told("vi", "BM-2026-09-15 · 3"), label_told("en", "5S · 2026-09-15")
    ('5S · 15/09/2026', 'BM-2026-09-15 · 3', '5S · 2026-09-15')
    """
    if language != "vi":
        return label
    return " · ".join(_DAY.sub(r"\3/\2/\1", one) if _DAY.fullmatch(one) else one for one in label.split(" · "))
